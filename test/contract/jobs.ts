/**
 * What those see who watch over the jobs, in the queue that these are offered to.
 */
import * as Jobs from "@bedside/core/Jobs"
import * as Ports from "@bedside/core/Ports"
import * as Upload from "@bedside/core/Upload"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Given from "./given.ts"
import * as Work from "./work.ts"

const secret = "Ada Lovelace, ada@example.org, bed 5"

export const jobs = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("The queue, watched over,", () => {
    it.effect("says of each job where it stands and how often it was tried", () =>
      Effect.gen(function* () {
        const { id } = yield* Work.offerOne
        expect(yield* Work.standing(id)).toEqual(["pending", 0])
        const started = yield* Deferred.make<void>()
        const taker = yield* Effect.forkChild(
          Work.take(id, () => Effect.andThen(Deferred.succeed(started, undefined), Effect.never))
        )
        yield* Deferred.await(started)
        expect(yield* Work.standing(id)).toEqual(["running", 1])
        yield* Fiber.interrupt(taker)
        expect(yield* Work.standing(id)).toEqual(["pending", 0])
        yield* Effect.exit(Work.take(id, () => Effect.fail("the mail server is down")))
        expect(yield* Work.standing(id)).toEqual(["pending", 1])
        yield* Work.finish(id)
        expect(yield* Work.standing(id)).toEqual(["completed", 2])
      })
    )

    it.effect("keeps nothing of what a failure or a defect says about a person", () =>
      Effect.gen(function* () {
        const failing: ReadonlyArray<Effect.Effect<void, unknown>> = [
          Effect.fail(new Error(secret)),
          Effect.fail({ _tag: "MailRefused", message: secret, cause: secret }),
          Effect.fail(secret),
          Effect.die(new Error(secret)),
          Effect.die(secret)
        ]
        for (const failure of failing) {
          const { id } = yield* Work.offerOne
          yield* Effect.exit(Work.take(id, () => failure))
          const job = yield* Given.jobUnder(id)
          expect(job?.state).toBe("pending")
          expect(job?.lastFailure).not.toBe(null)
          expect(JSON.stringify(job)).not.toMatch(/Ada|Lovelace|example|bed 5/)
        }
      })
    )

    it.effect("leaves a job alone that waits, though it was given up elsewhere", () =>
      Effect.gen(function* () {
        const queue = yield* Ports.JobQueue
        const { id } = yield* Work.offerOne
        yield* queue.bury({ id, attempts: 3, failure: "too late" })
        expect(yield* Work.standing(id)).toEqual(["pending", 0])
        yield* Work.finish(id)
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
          { _tag: "backfill-ecgs", edition: Given.text() },
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
