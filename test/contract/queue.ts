/**
 * How jobs are handed out, by whatever engine carries them.
 */
import * as Jobs from "@bedside/core/Jobs"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Given from "./given.ts"
import * as Work from "./work.ts"

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
          { _tag: "backfill-ecgs", edition: Given.text() },
          { _tag: "foretell-population", runId: Given.campaignId() },
          { _tag: "send-confirmation", patientId },
          { _tag: "notify", assessmentId: Given.assessmentId(), band: "high" }
        ]
        yield* Work.offer(patientId, jobs)
        for (const job of jobs) {
          const id = Jobs.idOf(job)
          expect(yield* Given.jobUnder(id)).toMatchObject({ kind: job._tag, lastFailure: null })
          const taken: Array<unknown> = []
          yield* Work.take(id, (it, attempt) =>
            Effect.sync(() => taken.push({ ...it }, { ...attempt }))
          )
          const { sequence } = (yield* Given.jobUnder(id)) ?? {}
          expect(taken).toEqual([job, { id, attempts: 1, sequence }])
          yield* Work.until(id, "completed")
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
        for (const id of [failing, dying]) expect(yield* Work.nextAttempt(id)).toBe(2)
      })
    )

    it.effect("waits before it tries again, and hands out other jobs meanwhile", () =>
      Effect.gen(function* () {
        const queue = yield* Ports.JobQueue
        const { id: failing } = yield* Work.offerOne
        yield* Effect.exit(Work.take(failing, () => Effect.fail("not yet")))
        const failed = yield* Clock.currentTimeMillis
        const { id: other } = yield* Work.offerOne
        const taken: Array<string> = []
        let tried = 0
        const takeOne = queue.take((_, { id }) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            taken.push(id)
            if (id === failing) tried = now
          })
        )
        yield* Effect.repeat(takeOne, { until: () => taken.includes(failing) })
        expect(taken.indexOf(other)).toBeLessThan(taken.indexOf(failing))
        expect(taken).toContain(other)
        // The pause is a second; what settled the failure began before `failed` was read.
        expect(tried - failed).toBeGreaterThan(900)
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
        yield* Fiber.interrupt(taker)
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
        const handle = Effect.fnUntraced(function* (_: Jobs.Job, { id }: Jobs.Attempt) {
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
        const queue = yield* Ports.JobQueue
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
        const taken: Array<string> = []
        const takeOne = queue.take((_, { id }) => Effect.sync(() => taken.push(id)))
        yield* Effect.repeat(takeOne, { until: () => taken.includes(other.id) })
        expect(taken).not.toContain(held.id)
        yield* Deferred.succeed(release, undefined)
        yield* Fiber.join(holder)
      })
    )

    it.effect("gives one taker the jobs of a patient as they were offered, and their places", () =>
      Effect.gen(function* () {
        const queue = yield* Ports.JobQueue
        const { id: patientId } = yield* Given.patientOnRecord()
        const jobs = Given.times(40, () => Given.assessPatient(patientId))
        const wanted = new Set(jobs.map(Jobs.idOf))
        const taken: Array<string> = []
        const places: Array<number> = []
        for (const job of jobs) yield* Work.offer(patientId, [job])
        const takeOne = queue.take((_, { id, sequence }) =>
          Effect.sync(() => {
            if (!wanted.has(id)) return
            taken.push(id)
            places.push(sequence)
          })
        )
        yield* Effect.repeat(takeOne, { until: () => taken.length === jobs.length })
        expect(taken).toEqual(jobs.map(Jobs.idOf))
        expect(places).toEqual([...new Set(places)].toSorted((left, right) => left - right))
      })
    )
  })
}
