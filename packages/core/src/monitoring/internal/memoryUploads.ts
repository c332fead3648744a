/**
 * Uploads and their bytes over Maps.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import type * as Upload from "../../sensor/Upload.ts"
import * as Jobs from "../Jobs.ts"
import type * as Ports from "../Ports.ts"
import { append } from "./memorySensors.ts"
import { ascending, found, offer, slice, step, type State, type StoredUpload } from "./state.ts"

const abandoned = "1 day"

const sliceOf = (parts: ReadonlyArray<Uint8Array>, from: number, to: number): Uint8Array => {
  const end = parts.reduce((sum, { length }) => sum + length, 0)
  const bytes = new Uint8Array(Math.max(0, Math.min(to, end) - from))
  let start = 0
  for (const part of parts) {
    const wanted = part.subarray(Math.max(0, from - start), Math.max(0, to - start))
    if (wanted.length > 0) bytes.set(wanted, Math.max(0, start - from))
    start += part.length
  }
  return bytes
}

export const make = (state: State): Ports.Uploads["Service"] => {
  const of = (id: Upload.UploadId): Result.Result<StoredUpload, Ports.NotFound> =>
    found(state.uploads.get(id), "upload")

  const change = (
    id: Upload.UploadId,
    to: (stored: StoredUpload, now: DateTime.Utc) => Partial<Upload.Upload>
  ) =>
    step((now) =>
      Result.map(of(id), (stored) => {
        stored.upload = { ...stored.upload, ...to(stored, now), updatedAt: now }
        return stored.upload
      })
    )

  return {
    begin: (upload) =>
      step((now) => {
        const oldest = DateTime.subtractDuration(now, abandoned)
        for (const [id, { upload: other }] of state.uploads) {
          const isAbandoned =
            other.status === "receiving" && DateTime.isLessThan(other.updatedAt, oldest)
          if (isAbandoned) state.uploads.delete(id)
        }
        state.uploads.set(upload.id, { upload, parts: [] })
        return Result.void
      }),
    append: (id, bytes) =>
      change(id, (stored) => {
        stored.parts = [...stored.parts, bytes]
        return { size: stored.upload.size + bytes.length }
      }),
    complete: (id) =>
      change(id, (_, now) => {
        offer(state, Jobs.FitUpload.make({ uploadId: id }), now)
        return { status: "queued" }
      }),
    discard: (id) =>
      step(() => {
        state.uploads.delete(id)
        return Result.void
      }),
    find: (id) => step(() => Result.map(of(id), ({ upload }) => upload)),
    list: (page) =>
      step(() => {
        const uploads = [...state.uploads.values()].map(({ upload }) => upload)
        const newestFirst = (left: Upload.UploadId, right: Upload.UploadId) =>
          ascending(right, left)
        return Result.succeed(slice(uploads, newestFirst, ({ id }) => id, page))
      }),
    read: (id, from, to) => step(() => Result.map(of(id), ({ parts }) => sliceOf(parts, from, to))),
    advance: (id, progress) => change(id, () => ({ status: "running", progress })),
    adopt: (id, { from, fitted }, decide) =>
      change(id, ({ upload: { models } }) => {
        if (models !== from) return {}
        for (const one of fitted) {
          append(state, one.key, (lineage) => Result.succeed(decide(lineage, one)))
        }
        return { models: from + fitted.length }
      }),
    end: (id, end) =>
      change(id, (stored) => {
        stored.parts = []
        return end
      })
  }
}
