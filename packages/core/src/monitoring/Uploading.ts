/**
 * Files of readings on their way in: stored in pieces as they come, so that nobody ever holds one
 * whole, and left to the worker (`Fitting`) once they are complete.
 *
 * A file that is cut off on the way leaves nothing behind.
 */
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type * as Account from "../access/Account.ts"
import * as Upload from "../sensor/Upload.ts"
import * as Identity from "./Identity.ts"
import * as Page from "./Page.ts"
import * as Ports from "./Ports.ts"

/** What is stored at a time, or a little more. */
const piece = 1_048_576

const joined = (parts: ReadonlyArray<Uint8Array>, length: number): Uint8Array => {
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/**
 * The workflows that take in uploads and tell how they are doing.
 *
 * @since 0.2.0
 */
export class Uploading extends Context.Service<Uploading>()("bedside/Uploading", {
  make: Effect.gen(function* () {
    const uploads = yield* Ports.Uploads
    const random = yield* SecureRandom.SecureRandom

    const store = Effect.fnUntraced(function* <E>(
      id: Upload.UploadId,
      bytes: Stream.Stream<Uint8Array, E>
    ) {
      let parts: Array<Uint8Array> = []
      let length = 0
      const flush = Effect.suspend(() => {
        const whole = joined(parts, length)
        parts = []
        length = 0
        return uploads.append(id, whole)
      })
      yield* Stream.runForEach(bytes, (part) => {
        parts.push(part)
        length += part.length
        return length >= piece ? flush : Effect.void
      })
      if (length > 0) yield* flush
    })

    const receive = Effect.fn("Uploading.receive")(function* <E>(
      actor: Account.Actor,
      announcement: Upload.Announcement,
      bytes: Stream.Stream<Uint8Array, E>
    ) {
      const id = yield* Identity.next<Upload.UploadId>(random)
      const at = yield* DateTime.now
      yield* uploads.begin(Upload.announced(announcement, { id, actor: actor.user, at }))
      return yield* Effect.andThen(store(id, bytes), uploads.complete(id)).pipe(
        // Nobody removes an upload that still grows.
        Effect.catchTag("NotFound", Effect.die),
        Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : uploads.discard(id)))
      )
    })

    const list = Effect.fn("Uploading.list")(function* (request: Page.Request) {
      const after = yield* Effect.fromResult(Page.after(request, Upload.UploadId))
      const found = yield* uploads.list({ limit: request.limit + 1, ...after })
      return Page.make(found, request.limit, (upload) => upload.id)
    })

    return { receive, find: uploads.find, list }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
