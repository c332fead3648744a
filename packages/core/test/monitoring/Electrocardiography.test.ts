import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Recording from "../../src/ecg/Recording.ts"
import * as Electrocardiography from "../../src/monitoring/Electrocardiography.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import * as Ward from "./ward.ts"

const recording = (
  id: string,
  leads: Record<string, ReadonlyArray<number>> = { I: [1, -1, 1] }
): Recording.Recording => ({
  id,
  date: "2026-03-01",
  leads: Object.entries(leads).map(([name, values]) => ({ name, samples: Recording.pack(values) }))
})

/** Does the oldest job of the queue, which must be an analysis. */
const work = Effect.gen(function* () {
  const queue = yield* Ports.JobQueue
  const ecgs = yield* Electrocardiography.Electrocardiography
  yield* queue.take((job) =>
    job._tag === "analyse-ecg" ? ecgs.analyse(job.recordingId) : Effect.die(job._tag)
  )
})

describe("Electrocardiography", () => {
  it.effect(
    "takes a recording in at once, and has the metrics of each lead once it is analysed",
    () =>
      Ward.on(
        Effect.gen(function* () {
          const ecgs = yield* Electrocardiography.Electrocardiography
          const ada = Ward.actor("clinician")
          const leads = { V1: [1, -1, 1], I: [5, 0, 0, -3, 0, 2], aVR: [3] }
          expect(yield* ecgs.submit(ada, recording("10", leads))).toEqual({
            id: "10",
            status: "queued"
          })
          expect(yield* ecgs.find(ada, "10")).toMatchObject({ status: "queued", metrics: [] })
          yield* work
          const done = yield* ecgs.find(ada, "10")
          expect(done.status).toBe("completed")
          expect(done.metrics.map(({ lead, value }) => [lead, value])).toEqual([
            ["V1", 2],
            ["I", 2],
            ["aVR", 0]
          ])
          expect(done.receivedAt.epochMilliseconds).toBe(Ward.noon.epochMilliseconds)
        })
      )
  )

  it.effect("shows nobody the recording of another, whatever their roles", () =>
    Ward.on(
      Effect.gen(function* () {
        const ecgs = yield* Electrocardiography.Electrocardiography
        const ada = Ward.actor("clinician")
        yield* ecgs.submit(ada, recording("10"))
        for (const other of [Ward.actor("clinician"), Ward.actor("admin", "clinician", "device")]) {
          expect(yield* Effect.flip(ecgs.find(other, "10"))).toMatchObject({ what: "ecg" })
          expect((yield* ecgs.list(other, { limit: 10 })).items).toEqual([])
          yield* ecgs.submit(other, recording("10", { II: [1] }))
          expect((yield* ecgs.find(other, "10")).leads).toEqual([
            { name: "II", numberOfSamples: 1 }
          ])
        }
        expect((yield* ecgs.find(ada, "10")).leads).toEqual([{ name: "I", numberOfSamples: 3 }])
      })
    )
  )

  it.effect("answers the same for the same recording again, and refuses another under its id", () =>
    Ward.on(
      Effect.gen(function* () {
        const ecgs = yield* Electrocardiography.Electrocardiography
        const ada = Ward.actor("clinician")
        const first = yield* ecgs.submit(ada, recording("10"))
        expect(yield* ecgs.submit(ada, recording("10"))).toEqual(first)
        const other = ecgs.submit(ada, recording("10", { I: [1, -1, 2] }))
        expect(yield* Effect.flip(other)).toMatchObject({ code: "ecg-differs", path: "id" })
        expect(yield* Ward.jobs).toHaveLength(1)
        yield* work
        yield* ecgs.submit(ada, recording("10"))
        expect((yield* ecgs.find(ada, "10")).status).toBe("completed")
      })
    )
  )

  it.effect("makes the same metrics once however often it analyses", () =>
    Ward.on(
      Effect.gen(function* () {
        const ecgs = yield* Electrocardiography.Electrocardiography
        const ada = Ward.actor("device")
        yield* ecgs.submit(ada, recording("10"))
        const { recordingId } = yield* ecgs.find(ada, "10")
        yield* ecgs.analyse(recordingId)
        yield* ecgs.analyse(recordingId)
        expect((yield* ecgs.find(ada, "10")).metrics).toHaveLength(1)
      })
    )
  )

  it.effect("refuses for good to analyse what is not there, and an unknown patient", () =>
    Ward.on(
      Effect.gen(function* () {
        const ecgs = yield* Electrocardiography.Electrocardiography
        const absent = Recording.RecordingId.make("01890a5d-ac96-774b-bcce-b302099a8057")
        expect(yield* Effect.flip(ecgs.analyse(absent))).toEqual(
          Ward.refusedJob("no such recording")
        )
        const ada = Ward.actor("clinician")
        const submitted = ecgs.submit(ada, { ...recording("10"), patientId: Ward.absent })
        expect(yield* Effect.flip(submitted)).toMatchObject({ _tag: "NotFound", what: "patient" })
        expect(yield* Ward.jobs).toEqual([])
      })
    )
  )

  it.effect("lists one's own in order of receipt, page by page", () =>
    Ward.on(
      Effect.gen(function* () {
        const ecgs = yield* Electrocardiography.Electrocardiography
        const ada = Ward.actor("clinician")
        for (const id of ["b", "c", "a"]) yield* ecgs.submit(ada, recording(id))
        const first = yield* ecgs.list(ada, { limit: 2 })
        const second = yield* ecgs.list(ada, { limit: 2, cursor: first.next ?? "" })
        expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(["b", "c", "a"])
        expect(second.next).toBe(null)
        expect((yield* Effect.flip(ecgs.list(ada, { limit: 2, cursor: "?" })))._tag).toBe("Invalid")
      })
    )
  )
})
