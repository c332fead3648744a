import * as Jobs from "@bedside/core/Jobs"
import * as Ports from "@bedside/core/Ports"
import * as SensorModel from "@bedside/core/SensorModel"
import * as Upload from "@bedside/core/Upload"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Given from "./given.ts"

/** Now, since what is a day old may be removed. */
const at = DateTime.nowUnsafe()

const uploadId = () => Upload.UploadId.make(Given.text())

const announced = (details: Partial<Upload.Upload> = {}): Upload.Upload => ({
  ...Upload.announced(
    { format: "csv", reason: "a new pump" },
    { id: uploadId(), actor: "ada", at }
  ),
  ...details
})

const written = Schema.encodeSync(Upload.Upload)

/** All but when it changed last, which is the store's to say. */
const shown = (upload: Upload.Upload) => ({ ...written(upload), updatedAt: undefined })

/** An upload of these pieces, still open. */
const receiving = Effect.fnUntraced(function* (...pieces: ReadonlyArray<string>) {
  const uploads = yield* Ports.Uploads
  const upload = announced()
  yield* uploads.begin(upload)
  yield* Effect.forEach(pieces, (piece) => uploads.append(upload.id, bytesOf(piece)))
  return upload
})

const bytesOf = (text: string) => new TextEncoder().encode(text)

const textOf = (id: Upload.UploadId, from: number, to: number) =>
  Ports.Uploads.use((uploads) =>
    Effect.map(uploads.read(id, from, to), (bytes) => new TextDecoder().decode(bytes))
  )

const fitted = (sensorId: string, mean: number): Upload.Fitted => ({
  key: { sensorId, column: "temp" },
  weights: { count: 4, skipped: 1, mean, std: 0.5 }
})

const by = { actor: "ada", now: at, reason: "a new pump" }

const adopt = (id: Upload.UploadId, from: number, models: ReadonlyArray<Upload.Fitted>) =>
  Ports.Uploads.use((uploads) =>
    uploads.adopt(id, { from, fitted: models }, (lineage, { key, weights }) =>
      SensorModel.adopt(lineage, key, weights, by)
    )
  )

const versionsOf = (sensorId: string) =>
  Ports.SensorModels.use((models) =>
    Effect.map(models.versions({ sensorId, column: "temp" }, { limit: 10 }), (versions) =>
      versions.map(({ version, mean, state, parent }) => [version, mean, state, parent])
    )
  )

export const uploads = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("Uploads", () => {
    it.effect("come back as they were announced, and tell their size as they grow", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Uploads
        const upload = announced({
          format: "parquet",
          mapping: { sensor: "Gerät „1“", columns: { "params.velRMS.x": "v x" }, separator: ";" },
          reason: null
        })
        yield* port.begin(upload)
        expect(shown(yield* port.find(upload.id))).toEqual(shown(upload))
        yield* port.append(upload.id, bytesOf("abc"))
        yield* port.append(upload.id, bytesOf("de"))
        expect((yield* port.find(upload.id)).size).toBe(5)
      })
    )

    it.effect("are read by any range, whatever pieces they came in", () =>
      Effect.gen(function* () {
        const { id } = yield* receiving("abc", "d", "efgh")
        for (let from = 0; from <= 8; from++) {
          for (let to = from; to <= 10; to++) {
            expect(yield* textOf(id, from, to)).toBe("abcdefgh".slice(from, to))
          }
        }
      })
    )

    it.effect("keep every byte of a piece of a megabyte", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Uploads
        const { id } = yield* receiving("abc")
        const bytes = Uint8Array.from({ length: 1_048_576 }, (_, index) => (index * 31) % 256)
        yield* port.append(id, bytes)
        const read = yield* port.read(id, 3, 3 + bytes.length)
        expect(Buffer.compare(read, bytes)).toBe(0)
      })
    )

    it.effect("are offered to be fitted once they are complete", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Uploads
        const { id } = yield* receiving("abc")
        const job = Jobs.FitUpload.make({ uploadId: id })
        expect(yield* Given.isOffered(job)).toBe(false)
        const { status, size } = yield* port.complete(id)
        expect([status, size]).toEqual(["queued", 3])
        expect(yield* Given.isOffered(job)).toBe(true)
      })
    )

    it.effect("leave nothing behind when they are discarded", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Uploads
        const { id } = yield* receiving("abc")
        yield* port.discard(id)
        yield* port.discard(id)
        for (const gone of [
          port.find(id),
          port.read(id, 0, 1),
          port.append(id, bytesOf("x")),
          port.complete(id),
          port.advance(id, { bytes: 1, rows: 1, malformed: 0 }),
          adopt(id, 0, []),
          port.end(id, { status: "failed", errors: [] })
        ]) {
          expect(yield* Given.refusal(gone)).toEqual(Given.notFound("upload"))
        }
        expect(yield* Given.isOffered(Jobs.FitUpload.make({ uploadId: id }))).toBe(false)
      })
    )

    it.effect("are removed a day after their last byte if they were never completed", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Uploads
        const dayBefore = DateTime.subtractDuration(yield* DateTime.now, "25 hours")
        const stale = announced({ updatedAt: dayBefore })
        const alive = announced({ updatedAt: dayBefore })
        yield* Effect.forEach([stale, alive], port.begin)
        yield* port.append(alive.id, bytesOf("abc"))
        yield* port.begin(announced({ updatedAt: yield* DateTime.now }))
        expect(yield* Given.refusal(port.find(stale.id))).toEqual(Given.notFound("upload"))
        expect((yield* port.find(alive.id)).status).toBe("receiving")
      })
    )

    it.effect("are listed newest first, in pages", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Uploads
        const made = yield* Effect.forEach([1, 2, 3], () => receiving())
        const [newest] = made.toReversed()
        const listed = yield* port.list({ limit: 2 })
        expect(Given.ids(listed)).toEqual(Given.ids(made.toReversed().slice(0, 2)))
        expect(newest?.id).toBe(listed[0]?.id)
        const rest = yield* port.list({ limit: 1, after: made[1]!.id })
        expect(Given.ids(rest)).toEqual([made[0]!.id])
      })
    )

    it.effect("tell how far their reading is, and how it ended, and keep no bytes then", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Uploads
        const { id } = yield* receiving("abc")
        yield* port.complete(id)
        yield* port.advance(id, { bytes: 2, rows: 5_000_000_000, malformed: 1 })
        const running = yield* port.find(id)
        expect([running.status, running.progress.rows]).toEqual(["running", 5_000_000_000])
        const end = {
          status: "completed",
          progress: { bytes: 3, rows: 7, malformed: 2 },
          problems: [{ line: 3, reason: "number" }],
          skipped: 4,
          unfitted: 1,
          misnamed: 0,
          shortages: [{ sensorId: "pump „2“", column: "temp", needed: 2, got: 1 }]
        } as const
        yield* port.end(id, end)
        expect(yield* port.find(id)).toMatchObject({ ...end, size: 3, errors: [] })
        expect(yield* textOf(id, 0, 3)).toBe("")
      })
    )

    it.effect("say why they failed", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Uploads
        const { id } = yield* receiving("abc")
        const errors = [{ path: "mapping", code: "missing", message: "Expected x", expected: "x" }]
        yield* port.end(id, { status: "failed", errors })
        expect(yield* port.find(id)).toMatchObject({ status: "failed", errors })
      })
    )

    it.effect("make versions of many models at once, and count them", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Uploads
        const { id } = yield* receiving("abc")
        const [first, second] = [`a ${Given.text()}`, `b ${Given.text()}`]
        yield* adopt(id, 0, [fitted(first, 1), fitted(second, 2)])
        expect((yield* port.find(id)).models).toBe(2)
        yield* adopt(id, 2, [fitted(first, 3)])
        expect((yield* port.find(id)).models).toBe(3)
        expect(yield* versionsOf(first)).toEqual([
          [2, 3, "live", null],
          [1, 1, "retired", null]
        ])
        expect(yield* versionsOf(second)).toEqual([[1, 2, "live", null]])
      })
    )

    it.effect("make no version twice when a stretch is stored again", () =>
      Effect.gen(function* () {
        const { id } = yield* receiving("abc")
        const sensor = `a ${Given.text()}`
        yield* Given.atOnce(Given.times(3, () => adopt(id, 0, [fitted(sensor, 1)])))
        expect(yield* versionsOf(sensor)).toEqual([[1, 1, "live", null]])
      })
    )

    it.effect("give every model its versions in a row, however many are fitted at once", () =>
      Effect.gen(function* () {
        const sensors = Given.times(20, (index) => `${index} ${Given.text()}`)
        const all = yield* Effect.forEach(
          Given.times(4, (mean) => mean),
          (mean) => Effect.map(receiving(), ({ id }) => ({ id, mean }))
        )
        yield* Given.atOnce(
          all.map(({ id, mean }) => {
            const order = mean % 2 === 0 ? sensors : sensors.toReversed()
            return adopt(
              id,
              0,
              order.map((sensor) => fitted(sensor, mean))
            )
          })
        )
        for (const sensor of sensors) {
          const versions = yield* versionsOf(sensor)
          expect(versions.map(([version, , state]) => [version, state])).toEqual([
            [4, "live"],
            [3, "retired"],
            [2, "retired"],
            [1, "retired"]
          ])
        }
      })
    )
  })
}
