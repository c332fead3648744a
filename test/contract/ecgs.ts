import type * as Metric from "@bedside/core/Metric"
import * as Ports from "@bedside/core/Ports"
import * as Recording from "@bedside/core/Recording"
import { assert, describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Given from "./given.ts"

const analyse = ({ recordingId }: Ports.Submission) => `analyse-ecg:${recordingId}`

const lead = (name: string, samples: Recording.Samples): Recording.Lead => ({ name, samples })

const crossings = (of: string, value: number): Metric.Metric => ({
  name: "zero-crossings",
  version: "1",
  parameters: { definition: "sign-change" },
  lead: of,
  value
})

const analysed = (
  status: Ports.Analysed["status"],
  metrics: ReadonlyArray<Metric.Metric>,
  edition = "1"
): Ports.Analysed => ({ edition, status, metrics })

const sorted = (metrics: ReadonlyArray<Metric.Metric>) =>
  metrics.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

export const ecgs = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("ECGs", () => {
    it.effect("come back to their owner with header, leads and receipt, waiting for analysis", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Ecgs
        const { id: patientId } = yield* Given.patientOnRecord()
        const header = {
          id: `10/${Given.text()} "Ruhe-EKG"`,
          date: "2026-03-01T23:30:00.25+05:45",
          samplingRate: 360.5,
          gain: 0.1,
          baseline: -1024.75,
          patientId
        }
        const leads = [
          lead("V1", Recording.pack([1, -1])),
          lead("aVR", Recording.pack([40_000, 0, 5])),
          lead("I", Recording.pack([7]))
        ]
        const submission = Given.submission({ ...header, leads })
        yield* port.submit(submission)
        const { receivedAt, ...record } = yield* port.find(submission.owner, header.id)
        expect(record).toEqual({
          ...header,
          recordingId: submission.recordingId,
          status: "queued",
          leads: [
            { name: "V1", numberOfSamples: 2 },
            { name: "aVR", numberOfSamples: 3 },
            { name: "I", numberOfSamples: 1 }
          ],
          metrics: []
        })
        expect(receivedAt.epochMilliseconds).toBe(submission.receivedAt.epochMilliseconds)
        expect(yield* Given.jobUnder(analyse(submission))).toMatchObject({ state: "pending" })
        expect(yield* port.load(submission.recordingId)).toEqual(submission.recording)
      })
    )

    it.effect("keep every sample exactly, up to both ends of 16 and of 32 bits", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Ecgs
        const long = Int16Array.from({ length: 100_000 }, (_, index) => (index * 7_919) % 32_768)
        const samples = [
          Int16Array.of(-32_768, 32_767, 0, -1),
          Int32Array.of(-2_147_483_648, 2_147_483_647, 0, -1, 32_768),
          long
        ]
        const leads = samples.map((it, index) => lead(`${index}`, it))
        const submission = Given.submission(Given.recording({ leads }))
        yield* port.submit(submission)
        const loaded = yield* port.load(submission.recordingId)
        expect(loaded.leads.map((it) => it.name)).toEqual(["0", "1", "2"])
        for (const [index, { samples: kept }] of loaded.leads.entries()) {
          expect(Array.from(kept)).toEqual(Array.from(samples[index] ?? []))
        }
        expect(Recording.equals(loaded, submission.recording)).toBe(true)
      })
    )

    it.effect("are not there for anyone but their owner", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Ecgs
        const submission = Given.submission(Given.recording())
        yield* port.submit(submission)
        const stranger = Given.accountId()
        const { id } = submission.recording
        expect(yield* Given.refusal(port.find(stranger, id))).toEqual(Given.notFound("ecg"))
        expect(yield* port.list(stranger, { limit: 10 })).toEqual([])
        const other = Given.submission(Given.recording({ id, date: "2020-01-01" }), stranger)
        yield* port.submit(other)
        expect((yield* port.find(stranger, id)).recordingId).toBe(other.recordingId)
        expect((yield* port.find(submission.owner, id)).date).toBe("2026-03-01")
      })
    )

    it.effect("are not found where there are none", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Ecgs
        const absent = Given.recordingId()
        const notFound = Given.notFound("ecg")
        expect(yield* Given.refusal(port.find(Given.accountId(), "10"))).toEqual(notFound)
        expect(yield* Given.refusal(port.load(absent))).toEqual(notFound)
        expect(yield* Given.refusal(port.finish(absent, analysed("completed", [])))).toEqual(
          notFound
        )
      })
    )

    it.effect("are refused, and leave no job, with a patient who is not there", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Ecgs
        const submission = Given.submission(Given.recording({ patientId: Given.patientId() }))
        expect(yield* Given.refusal(port.submit(submission))).toEqual(Given.notFound("patient"))
        const { owner, recording, recordingId } = submission
        expect(yield* Given.refusal(port.find(owner, recording.id))).toEqual(Given.notFound("ecg"))
        expect(yield* Given.refusal(port.load(recordingId))).toEqual(Given.notFound("ecg"))
        expect(yield* Given.jobUnder(analyse(submission))).toBeUndefined()
      })
    )

    it.effect("with the same id and content again are no error and store nothing", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Ecgs
        const first = Given.submission(
          Given.recording({
            samplingRate: 360,
            leads: [lead("I", Int16Array.of(1, -1, 1)), lead("II", Int16Array.of(2))]
          })
        )
        yield* port.submit(first)
        yield* port.finish(first.recordingId, analysed("completed", [crossings("I", 2)]))
        const wider = [lead("I", Int32Array.of(1, -1, 1)), lead("II", Int32Array.of(2))]
        for (const recording of [first.recording, { ...first.recording, leads: wider }]) {
          const again = Given.submission(recording, first.owner)
          yield* port.submit(again)
          const { recordingId, status } = yield* port.find(first.owner, recording.id)
          expect([recordingId, status]).toEqual([first.recordingId, "completed"])
          expect(yield* Given.refusal(port.load(again.recordingId))).toEqual(Given.notFound("ecg"))
          expect(yield* Given.jobUnder(analyse(again))).toBeUndefined()
        }
        expect(yield* port.list(first.owner, { limit: 10 })).toHaveLength(1)
      })
    )

    it.effect("with the same id and any other content are refused and change nothing", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Ecgs
        const { id: patientId } = yield* Given.patientOnRecord()
        const leads = [lead("I", Int16Array.of(1, -1, 1)), lead("II", Int16Array.of(2))]
        const first = Given.submission(
          Given.recording({ samplingRate: 360, gain: 200, baseline: 0, leads })
        )
        yield* port.submit(first)
        for (const details of [
          { date: "2026-03-02" },
          { samplingRate: 361 },
          { gain: 200.5 },
          { baseline: 1 },
          { patientId },
          { leads: [lead("I", Int16Array.of(1, -1, 2)), lead("II", Int16Array.of(2))] },
          { leads: [lead("I", Int16Array.of(1, -1, 1, 2)), lead("II", Int16Array.of(2))] },
          { leads: [lead("I", Int16Array.of(1, -1)), lead("II", Int16Array.of(1, 2))] },
          { leads: [lead("I", Int16Array.of(1, -1, 1)), lead("V1", Int16Array.of(2))] },
          { leads: leads.toReversed() },
          { leads: leads.slice(0, 1) }
        ]) {
          const other = Given.submission({ ...first.recording, ...details }, first.owner)
          expect(yield* Given.refusal(port.submit(other))).toEqual(
            Given.conflict("ecg-differs", "id")
          )
          expect(yield* Given.jobUnder(analyse(other))).toBeUndefined()
        }
        expect(yield* port.load(first.recordingId)).toEqual(first.recording)
      })
    )

    it.effect("are stored once when they come in many times at once", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Ecgs
        const owner = Given.accountId()
        const recording = Given.recording()
        const other = { ...recording, date: "2020-01-01" }
        const submissions = Given.times(20, (index) =>
          Given.submission(index % 2 === 0 ? recording : other, owner)
        )
        const results = yield* Given.atOnce(submissions.map((it) => port.submit(it)))
        expect(Given.successes(results)).toHaveLength(10)
        expect(Given.failures(results).map((error) => ({ ...error }))).toEqual(
          Given.times(10, () => expect.objectContaining({ ...Given.conflict("ecg-differs", "id") }))
        )
        expect(yield* port.list(owner, { limit: 10 })).toHaveLength(1)
        const jobs = yield* Effect.forEach(submissions, (it) => Given.jobUnder(analyse(it)))
        expect(jobs.filter((job) => job !== undefined)).toHaveLength(1)
      })
    )

    it.effect(
      "get their metrics by name, version and lead, a later one in place of the first",
      () =>
        Effect.gen(function* () {
          const port = yield* Ports.Ecgs
          const { owner, recording, recordingId, ...others } = Given.submission(Given.recording())
          yield* port.submit({ owner, recording, recordingId, ...others })
          const found = port.find(owner, recording.id)
          const failing: Metric.Metric = {
            name: "heart-rate",
            version: "1",
            parameters: { window: 0.1, method: "median" },
            error: "too few beats"
          }
          yield* port.finish(recordingId, analysed("failed", [crossings("I", 2), failing]))
          const failed = yield* found
          expect(failed.status).toBe("failed")
          expect(sorted(failed.metrics)).toEqual(sorted([crossings("I", 2), failing]))

          const { error: _, ...method } = failing
          const made = [
            { ...crossings("I", 3), parameters: { definition: "touch" } },
            { ...crossings("I", 4), version: "2" },
            crossings("II", 5),
            { ...method, unit: "/min", value: 71.25 },
            {
              name: "rhythm",
              version: "1",
              parameters: {},
              value: 1,
              episodes: [{ kind: "pause", start: 360, end: 1_440, evidence: { interval: 3_000 } }]
            }
          ]
          yield* port.finish(recordingId, analysed("completed", made))
          const better = { ...crossings("I", 6), version: "3" }
          yield* port.finish(recordingId, analysed("completed", [better]))
          yield* port.finish(recordingId, analysed("completed", []))
          const completed = yield* found
          expect(completed.status).toBe("completed")
          expect(sorted(completed.metrics)).toEqual(sorted([...made, better]))
          const [listed] = yield* port.list(owner, { limit: 10 })
          expect(sorted(listed?.metrics ?? [])).toEqual(sorted([...made, better]))
        })
    )

    it.effect("are outdated once another edition has analysed them, and not while they wait", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Ecgs
        const edition = Given.text()
        const before = Given.recordingId()
        const [first, second, waiting, current, last] = yield* Effect.forEach(
          [0, 1, 2, 3, 4],
          () => {
            const submission = Given.submission(Given.recording())
            return Effect.as(port.submit(submission), submission.recordingId)
          }
        )
        assert(first !== undefined && second !== undefined && last !== undefined)
        assert(waiting !== undefined && current !== undefined)
        yield* port.finish(first, analysed("completed", [crossings("I", 2)], "older"))
        yield* port.finish(second, analysed("failed", []))
        yield* port.finish(current, analysed("completed", [], edition))
        yield* port.finish(last, analysed("completed", []))

        const outdated = (slice: Ports.Slice<string> & { readonly through?: string }) =>
          port.outdated(edition, slice)
        expect(yield* outdated({ after: before, limit: 10 })).toEqual([first, second, last])
        expect(yield* outdated({ after: first, limit: 10 })).toEqual([second, last])
        expect(yield* outdated({ after: before, limit: 2 })).toEqual([first, second])
        expect(yield* outdated({ after: before, through: current, limit: 10 })).toEqual([
          first,
          second
        ])
        expect(yield* outdated({ after: last, limit: 10 })).toEqual([])
        yield* port.finish(second, analysed("completed", [], edition))
        expect(yield* outdated({ after: before, limit: 10 })).toEqual([first, last])
      })
    )

    it.effect("are listed in order of receipt, in pages of any size", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Ecgs
        const owner = Given.accountId()
        const submissions = ["c", "a", "b", "d"].map((id) =>
          Given.submission(Given.recording({ id }), owner)
        )
        yield* Effect.forEach(submissions, (it) => port.submit(it))
        for (const limit of [1, 3, 4, 100]) {
          const listed = yield* Given.inPages(
            (slice: Ports.Slice<Recording.RecordingId>) => port.list(owner, slice),
            (it) => it.recordingId,
            limit
          )
          expect(Given.ids(listed)).toEqual(["c", "a", "b", "d"])
        }
      })
    )
  })
}
