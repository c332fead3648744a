import * as Jobs from "@bedside/core/Jobs"
import * as Ports from "@bedside/core/Ports"
import * as Upload from "@bedside/core/Upload"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Given from "./given.ts"
import * as Work from "./work.ts"

export const jobs = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("The queue, watched over,", () => {
    it.effect("gives a dead letter all its attempts again, and no other job", () =>
      Effect.gen(function* () {
        const queue = yield* Ports.JobQueue
        const notFound = Given.notFound("job")
        const { id } = yield* Work.offerOne
        expect(yield* Given.refusal(queue.requeue(id))).toEqual(notFound)
        const refused = new Jobs.JobRefused({ reason: "not yet" })
        yield* Effect.exit(Work.take(id, () => Effect.fail(refused)))
        yield* queue.requeue(id)
        expect(yield* Work.standing(id)).toEqual(["pending", 0])
        const dead = yield* queue.list({ state: "failed" }, { limit: 1_000 })
        expect(Given.ids(dead)).not.toContain(id)
        expect(yield* Work.nextAttempt(id)).toBe(1)
        expect(yield* Given.refusal(queue.requeue(id))).toEqual(notFound)
        expect(yield* Given.refusal(queue.requeue("notify:nobody"))).toEqual(notFound)
      })
    )

    it.effect("lists jobs newest first, of one state or all, in pages of any size", () =>
      Effect.gen(function* () {
        const queue = yield* Ports.JobQueue
        const { id: patientId } = yield* Given.patientOnRecord()
        const jobs = Given.times(5, () => Given.assessPatient(patientId))
        const offered = jobs.map(Jobs.idOf)
        for (const job of jobs) yield* Work.offer(patientId, [job])
        for (const state of [undefined, "pending"] as const) {
          for (const limit of [1, 2, 1_000]) {
            const listed = yield* Given.inPages(
              (slice: Ports.Slice<number>) =>
                queue.list(state === undefined ? {} : { state }, slice),
              (job) => job.sequence,
              limit
            )
            const own = Given.ids(listed).filter((id) => offered.includes(id))
            expect(own).toEqual(offered.toReversed())
          }
        }
        const completed = yield* queue.list({ state: "completed" }, { limit: 1_000 })
        expect(Given.ids(completed).filter((id) => offered.includes(id))).toEqual([])
        for (const id of offered) yield* Work.finish(id)
      })
    )

    it.effect("shows no payload, and times to the instant", () =>
      Effect.gen(function* () {
        const { id } = yield* Work.offerOne
        const before = yield* Given.jobUnder(id)
        expect(Object.keys(before ?? {}).toSorted()).toEqual(
          [...Object.keys(Jobs.JobInfo.fields), "sequence"].toSorted()
        )
        yield* Work.finish(id)
        const after = yield* Given.jobUnder(id)
        expect(after?.createdAt.epochMilliseconds).toBe(before?.createdAt.epochMilliseconds)
        expect(after?.updatedAt.epochMilliseconds).toBeGreaterThanOrEqual(
          before?.updatedAt.epochMilliseconds ?? Infinity
        )
      })
    )

    it.effect("counts what it lists", () =>
      Effect.gen(function* () {
        const queue = yield* Ports.JobQueue
        const { id } = yield* Work.offerOne
        const listed = yield* Given.inPages(
          (slice: Ports.Slice<number>) => queue.list({}, slice),
          (job) => job.sequence,
          1_000
        )
        const tally = new Map<string, number>()
        for (const { kind, state } of listed) {
          tally.set(`${kind} ${state}`, (tally.get(`${kind} ${state}`) ?? 0) + 1)
        }
        const counts = yield* queue.counts
        expect(new Map(counts.map((it) => [`${it.kind} ${it.state}`, it.count]))).toEqual(tally)
        expect(tally.get("assess-patient pending")).toBeGreaterThanOrEqual(1)
        yield* Work.finish(id)
      })
    )

    it.effect("tells for how long the first job of a kind has waited, until it is taken", () =>
      Effect.gen(function* () {
        const queue = yield* Ports.JobQueue
        const { id: patientId } = yield* Given.patientOnRecord()
        // Of kinds that no other test leaves a failed job of.
        const jobs: ReadonlyArray<Jobs.Job> = [
          { _tag: "backfill-ecgs", edition: Given.text(), from: Given.recordingId() },
          { _tag: "fit-upload", uploadId: Upload.UploadId.make(Given.text()) }
        ]
        const kinds: ReadonlyArray<string> = jobs.map(({ _tag: kind }) => kind)
        const waiting = Effect.map(queue.waiting, (all) =>
          all.filter(({ kind }) => kinds.includes(kind))
        )
        expect(yield* waiting).toEqual([])
        yield* Work.offer(patientId, jobs)
        const found = yield* waiting
        expect(found.map(({ kind }) => kind).toSorted()).toEqual(kinds)
        for (const { longest } of found) {
          expect(Duration.toMillis(longest)).toBeGreaterThanOrEqual(0)
          expect(Duration.toSeconds(longest)).toBeLessThan(60)
        }
        const [first, last] = jobs.map(Jobs.idOf)
        if (first === undefined || last === undefined) return expect.fail("two were offered")
        yield* Work.take(first, () => Effect.void)
        yield* Work.take(last, () => Effect.map(waiting, (left) => expect(left).toEqual([])))
        expect(yield* waiting).toEqual([])
      })
    )
  })
}
