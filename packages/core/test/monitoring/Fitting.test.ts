import { describe, expect, it } from "@effect/vitest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Fitting from "../../src/monitoring/Fitting.ts"
import type * as Jobs from "../../src/monitoring/Jobs.ts"
import * as Memory from "../../src/monitoring/Memory.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import * as Uploading from "../../src/monitoring/Uploading.ts"
import * as Upload from "../../src/sensor/Upload.ts"
import * as Ward from "./ward.ts"

const ada = Ward.actor("clinician")

const mapping: Upload.Upload["mapping"] = { sensor: "id", columns: { temp: "t", vel: "v" } }

const bytesOf = (text: string) => new TextEncoder().encode(text)

const on = <A, E>(
  test: Effect.Effect<A, E, Uploading.Uploading | Fitting.Fitting | Ports.Store>,
  readers: Layer.Layer<Fitting.Readers> = Fitting.layerCsv
) =>
  Effect.provide(
    test,
    Layer.mergeAll(Uploading.Uploading.layer, Fitting.Fitting.layer).pipe(
      Layer.provideMerge(Memory.layer),
      Layer.provide([readers, SecureRandom.layerWebCrypto])
    )
  )

const send = (text: string, details: Partial<Upload.Announcement> = {}, pieces = 3) => {
  const bytes = bytesOf(text)
  const size = Math.max(1, Math.ceil(bytes.length / pieces))
  const parts = Array.from({ length: pieces }, (_, at) =>
    bytes.subarray(at * size, at * size + size)
  )
  return Uploading.Uploading.use((it) =>
    it.receive(ada, { format: "csv", mapping, ...details }, Stream.fromIterable(parts))
  )
}

const find = (id: Upload.UploadId) => Uploading.Uploading.use((it) => it.find(id))

const fit = (id: Upload.UploadId) => Fitting.Fitting.use((it) => it.fit(id))

/** Does the oldest job of the queue, which must be a fit. */
const work = Effect.gen(function* () {
  const queue = yield* Ports.JobQueue
  yield* queue.take((job: Jobs.Job) =>
    job._tag === "fit-upload" ? fit(job.uploadId) : Effect.die(job._tag)
  )
})

const versionsOf = (sensorId: string, column = "temp") =>
  Ports.SensorModels.use((models) => models.versions({ sensorId, column }, { limit: 10 }))

const file = "id,t,v\na,10,1\na,5,2\nb,7,\na,oops,3\na,6,NaN\na,9,4\nb,8,Inf\n"

describe("Uploading and Fitting", () => {
  it.effect("make a version for every sensor and column of a file, and account for the rest", () =>
    on(
      Effect.gen(function* () {
        const sent = yield* send(file, { reason: "a new pump" })
        expect([sent.status, sent.size, sent.models]).toEqual(["queued", file.length, 0])
        yield* work
        const done = yield* find(sent.id)
        expect(done).toMatchObject({
          status: "completed",
          progress: { bytes: file.length, rows: 6, malformed: 1 },
          models: 3,
          skipped: 3,
          unfitted: 1,
          problems: [{ line: 5, reason: "number" }],
          shortages: [{ sensorId: "b", column: "vel", needed: 2, got: 0 }]
        })
        const [model] = yield* versionsOf("a")
        expect(model).toMatchObject({
          version: 1,
          state: "live",
          origin: "fit",
          actor: ada.user,
          reason: "a new pump",
          count: 4,
          mean: 7.5,
          std: 2.3804761428476167
        })
      })
    )
  )

  it.effect("leave nothing of a file that is cut off on the way", () =>
    on(
      Effect.gen(function* () {
        const cut = Stream.concat(Stream.succeed(bytesOf("id,t")), Stream.fail("cut off"))
        const sent = Uploading.Uploading.use((it) => it.receive(ada, { format: "csv" }, cut))
        expect(yield* Effect.flip(sent)).toBe("cut off")
        const listed = yield* Uploading.Uploading.use((it) => it.list({ limit: 10 }))
        expect(listed.items).toEqual([])
        expect(yield* Ports.JobQueue.use((queue) => queue.counts)).toEqual([])
      })
    )
  )

  it.effect("store a file in pieces of a megabyte, whatever parts it comes in", () =>
    on(
      Effect.gen(function* () {
        const rows = Array.from({ length: 300_000 }, (_, row) => `pump-${row % 3},${row},1\n`)
        const text = `id,t,v\n${rows.join("")}`
        const { id, size } = yield* send(text, {}, 1_000)
        expect(size).toBe(text.length)
        yield* fit(id)
        const done = yield* find(id)
        expect([done.status, done.progress.rows, done.models]).toEqual(["completed", 300_000, 6])
        const [first] = yield* versionsOf("pump-0")
        expect([first?.count, first?.mean]).toEqual([100_000, 149_998.5])
      })
    )
  )

  it.effect("fail with every column that a file lacks", () =>
    on(
      Effect.gen(function* () {
        const { id } = yield* send("id,x\na,1\n")
        yield* work
        expect(yield* find(id)).toMatchObject({
          status: "failed",
          models: 0,
          errors: [{ path: "mapping", code: "missing", expected: "a file with the columns t, v" }]
        })
      })
    )
  )

  it.effect("fail with what a reader expected, and without a version", () =>
    on(
      Effect.gen(function* () {
        const { id } = yield* send(file, { format: "parquet" })
        yield* work
        const failed = yield* find(id)
        expect([failed.status, failed.errors.map(({ code }) => code)]).toEqual([
          "failed",
          ["format"]
        ])
        expect(yield* versionsOf("a")).toEqual([])
      })
    )
  )

  it.effect("take a file without a byte for one without columns", () =>
    on(
      Effect.gen(function* () {
        const { id } = yield* send("")
        yield* work
        expect((yield* find(id)).errors.map(({ code }) => code)).toEqual(["missing"])
      })
    )
  )

  it.effect("go on after a crash where the last stretch ended, and make no version twice", () => {
    const rows = Array.from({ length: 700 }, (_, at) => `pump-${at},1,2\npump-${at},3,4\n`)
    let stretches = 0
    const crashing = Layer.effect(
      Ports.Uploads,
      Ports.Uploads.useSync((uploads) =>
        Ports.Uploads.of({
          ...uploads,
          adopt: (id, stretch, decide) =>
            ++stretches === 2 ? Effect.die("power cut") : uploads.adopt(id, stretch, decide)
        })
      )
    ).pipe(Layer.provideMerge(Memory.layer))
    return Effect.gen(function* () {
      const { id } = yield* send(`id,t,v\n${rows.join("")}`)
      const cut = yield* Effect.exit(fit(id))
      expect(cut._tag).toBe("Failure")
      const between = yield* find(id)
      expect([between.status, between.models]).toEqual(["running", 500])
      yield* fit(id)
      yield* fit(id)
      expect(yield* find(id)).toMatchObject({ status: "completed", models: 1_400 })
      for (const sensor of ["pump-0", "pump-249", "pump-250", "pump-699"]) {
        expect((yield* versionsOf(sensor)).map(({ version }) => version)).toEqual([1])
      }
    }).pipe(
      Effect.provide(
        Layer.mergeAll(Uploading.Uploading.layer, Fitting.Fitting.layer).pipe(
          Layer.provideMerge(crashing),
          Layer.provide([Fitting.layerCsv, SecureRandom.layerWebCrypto])
        )
      )
    )
  })

  it.effect("refuse for good a job for an upload that is gone", () =>
    on(
      Effect.gen(function* () {
        const { id } = yield* send(file)
        yield* Ports.Uploads.use((uploads) => uploads.discard(id))
        expect(yield* Effect.flip(fit(id))).toMatchObject({ _tag: "JobRefused" })
      })
    )
  )

  it.effect("list uploads newest first, in pages", () =>
    on(
      Effect.gen(function* () {
        const made = yield* Effect.forEach([1, 2, 3], () => send(file))
        const list = (cursor?: string) =>
          Uploading.Uploading.use((it) =>
            it.list({ limit: 2, ...(cursor === undefined ? {} : { cursor }) })
          )
        const first = yield* list()
        const second = yield* list(first.next ?? "")
        expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(
          made.toReversed().map(({ id }) => id)
        )
        expect(second.next).toBeNull()
      })
    )
  )
})
