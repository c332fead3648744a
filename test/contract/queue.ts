import * as Jobs from "@bedside/core/Jobs"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Given from "./given.ts"
import * as Work from "./work.ts"

const secret = "Ada Lovelace, ada@example.org, bed 5"

export const queue = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("The queue", () => {
    it.effect("hands over jobs of every kind as they were offered, and completes them", () =>
      Effect.gen(function* () {
        const { id: patientId } = yield* Given.patientOnRecord()
        const jobs: ReadonlyArray<Jobs.Job> = [
          { _tag: "analyse-ecg", recordingId: Given.recordingId() },
          { _tag: "assess-patient", patientId, batch: `${Given.text()} "a:b"` },
          { _tag: "foretell-risk", patientId, batch: Given.text() },
          { _tag: "run-campaign", campaignId: Given.campaignId() },
          { _tag: "backfill-ecgs", edition: "another" },
          { _tag: "foretell-population", runId: Given.campaignId() },
          { _tag: "send-confirmation", patientId },
          { _tag: "notify", assessmentId: Given.assessmentId(), band: "high" }
        ]
        yield* Work.offer(patientId, jobs)
        for (const job of jobs) {
          const id = Jobs.idOf(job)
          expect(yield* Given.jobUnder(id)).toMatchObject({ kind: job._tag, lastFailure: null })
          expect(yield* Work.standing(id)).toEqual(["pending", 0])
          const taken: Array<unknown> = []
          yield* Work.take(id, (it, attempt) =>
            Effect.sync(() => taken.push({ ...it }, { ...attempt }))
          )
          expect(taken).toEqual([job, expect.objectContaining({ id, attempts: 1 })])
          expect(yield* Work.standing(id)).toEqual(["completed", 1])
        }
      })
    )

    it.effect("lets a taker wait for a job that is offered later", () =>
      Effect.gen(function* () {
        const { id: patientId } = yield* Given.patientOnRecord()
        const job = Given.assessPatient(patientId)
        const taken = yield* Deferred.make<Jobs.Job>()
        const taker = yield* Effect.forkChild(
          Work.take(Jobs.idOf(job), (it) => Effect.asVoid(Deferred.succeed(taken, it)))
        )
        yield* Work.offer(patientId, [job])
        expect(yield* Deferred.await(taken)).toEqual(job)
        yield* Fiber.join(taker)
        expect(yield* Work.standing(Jobs.idOf(job))).toEqual(["completed", 1])
      })
    )

    it.effect("tries a job again that failed or died, and counts the attempts", () =>
      Effect.gen(function* () {
        const { id: failing } = yield* Work.offerOne
        const { id: dying } = yield* Work.offerOne
        const down = Work.take(failing, () => Effect.fail("the mail server is down"))
        expect(yield* Effect.flip(down)).toBe("the mail server is down")
        const exit = yield* Effect.exit(
          Work.take(dying, () => Effect.die(new Error("no such table")))
        )
        expect(Exit.isFailure(exit)).toBe(true)
        for (const id of [failing, dying]) {
          expect(yield* Work.standing(id)).toEqual(["pending", 1])
          expect(yield* Work.nextAttempt(id)).toBe(2)
          expect(yield* Work.standing(id)).toEqual(["completed", 2])
        }
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

    it.effect("makes a refused job a dead letter at once, with the reason", () =>
      Effect.gen(function* () {
        const queue = yield* Ports.JobQueue
        const { id } = yield* Work.offerOne
        const refused = new Jobs.JobRefused({ reason: "no such recording" })
        const taken = Work.take(id, () => Effect.fail(refused))
        expect(yield* Given.refusal(taken)).toMatchObject({ _tag: "JobRefused" })
        const dead = yield* queue.list({ state: "failed" }, { limit: 1_000 })
        expect(dead.find((job) => job.id === id)).toMatchObject({
          attempts: 1,
          lastFailure: expect.stringContaining("no such recording")
        })
      })
    )

    it.effect("takes a job back uncounted when its handler is interrupted", () =>
      Effect.gen(function* () {
        const { id } = yield* Work.offerOne
        const started = yield* Deferred.make<void>()
        const taker = yield* Effect.forkChild(
          Work.take(id, () => Effect.andThen(Deferred.succeed(started, undefined), Effect.never))
        )
        yield* Deferred.await(started)
        expect(yield* Work.standing(id)).toEqual(["running", 1])
        yield* Fiber.interrupt(taker)
        expect(yield* Work.standing(id)).toEqual(["pending", 0])
        expect(yield* Work.nextAttempt(id)).toBe(1)
      })
    )

    it.effect("runs a job once that is offered twice, even when it is done already", () =>
      Effect.gen(function* () {
        const queue = yield* Ports.JobQueue
        const { id: patientId } = yield* Given.patientOnRecord()
        const job = Given.assessPatient(patientId)
        const last = Given.assessPatient(patientId)
        const taken: Array<string> = []
        const takeOne = queue.take((_, { id }) => Effect.sync(() => taken.push(id)))
        yield* Work.offer(patientId, [job, job])
        yield* Work.offer(patientId, [job])
        yield* Effect.repeat(takeOne, { until: () => taken.includes(Jobs.idOf(job)) })
        yield* Work.offer(patientId, [job, last])
        yield* Effect.repeat(takeOne, { until: () => taken.includes(Jobs.idOf(last)) })
        expect(taken.filter((id) => id === Jobs.idOf(job))).toHaveLength(1)
        expect(yield* Work.standing(Jobs.idOf(job))).toEqual(["completed", 1])
      })
    )

    it.effect("gives each of many jobs to one of many takers", () =>
      Effect.gen(function* () {
        const queue = yield* Ports.JobQueue
        const { id: patientId } = yield* Given.patientOnRecord()
        const jobs = Given.times(60, () => Given.assessPatient(patientId))
        const wanted = new Set(jobs.map(Jobs.idOf))
        const running = new Set<string>()
        const handled: Array<string> = []
        const twice: Array<string> = []
        const done = yield* Deferred.make<void>()
        const handle = Effect.fnUntraced(function* (_: Jobs.Job, { id }: Work.Attempt) {
          if (running.has(id)) twice.push(id)
          running.add(id)
          yield* Effect.yieldNow
          yield* Effect.yieldNow
          running.delete(id)
          if (wanted.has(id)) handled.push(id)
          if (handled.length >= wanted.size) yield* Deferred.succeed(done, undefined)
        })
        yield* Work.offer(patientId, jobs)
        const takers = Effect.all(
          Given.times(8, () => Effect.forever(queue.take(handle))),
          { concurrency: "unbounded" }
        )
        yield* Effect.raceFirst(takers, Deferred.await(done))
        expect(twice).toEqual([])
        expect(handled.toSorted()).toEqual([...wanted].toSorted())
      })
    )

    it.effect("does not hand a job out while another taker holds it", () =>
      Effect.gen(function* () {
        const held = yield* Work.offerOne
        const other = yield* Work.offerOne
        const release = yield* Deferred.make<void>()
        const started = yield* Deferred.make<void>()
        const holder = yield* Effect.forkChild(
          Work.take(held.id, () =>
            Effect.andThen(Deferred.succeed(started, undefined), Deferred.await(release))
          )
        )
        yield* Deferred.await(started)
        yield* Work.finish(other.id)
        expect(yield* Work.standing(held.id)).toEqual(["running", 1])
        expect(yield* Work.standing(other.id)).toEqual(["completed", 1])
        yield* Deferred.succeed(release, undefined)
        yield* Fiber.join(holder)
        expect(yield* Work.standing(held.id)).toEqual(["completed", 1])
      })
    )
  })
}
