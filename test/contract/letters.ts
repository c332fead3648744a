/**
 * Dead letters, which are in one place whatever engine carries the jobs.
 */
import * as Jobs from "@bedside/core/Jobs"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Given from "./given.ts"
import * as Work from "./work.ts"

const refused = new Jobs.JobRefused({ reason: "no such recording" })

const letterUnder = Effect.fnUntraced(function* (id: string) {
  const dead = yield* Ports.JobQueue.use((queue) =>
    queue.list({ state: "failed" }, { limit: 1_000 })
  )
  return dead.find((job) => job.id === id)
})

export const letters = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("The dead letters", () => {
    it.effect("makes a refused job a dead letter at once, with the reason", () =>
      Effect.gen(function* () {
        const { id } = yield* Work.offerOne
        const taken = Work.take(id, () => Effect.fail(refused))
        expect(yield* Given.refusal(taken)).toMatchObject({ _tag: "JobRefused" })
        expect(yield* letterUnder(id)).toMatchObject({
          attempts: 1,
          lastFailure: expect.stringContaining("no such recording")
        })
      })
    )

    it.effect("have all their attempts again when they are requeued, and no other job has", () =>
      Effect.gen(function* () {
        const queue = yield* Ports.JobQueue
        const notFound = Given.notFound("job")
        const { id } = yield* Work.offerOne
        expect(yield* Given.refusal(queue.requeue(id))).toEqual(notFound)
        for (const _ of ["once", "and again"]) {
          yield* Effect.exit(Work.take(id, () => Effect.fail(refused)))
          yield* queue.requeue(id)
          expect(yield* letterUnder(id)).toBe(undefined)
        }
        expect(yield* Work.nextAttempt(id)).toBe(1)
        expect(yield* Given.refusal(queue.requeue(id))).toEqual(notFound)
        expect(yield* Given.refusal(queue.requeue("notify:nobody"))).toEqual(notFound)
      })
    )

    it.effect("take in a job that was given up elsewhere, whatever becomes of it here", () =>
      Effect.gen(function* () {
        const queue = yield* Ports.JobQueue
        const { id } = yield* Work.offerOne
        const letter = { id, attempts: 3, failure: "JobRefused: no such recording" }
        yield* Work.take(id, () => queue.bury(letter))
        const kept = { attempts: 3, lastFailure: "JobRefused: no such recording" }
        expect(yield* letterUnder(id)).toMatchObject(kept)
        yield* queue.bury({ ...letter, attempts: 4 })
        expect(yield* letterUnder(id)).toMatchObject({ ...kept, attempts: 4 })
        yield* queue.requeue(id)
        expect(yield* Work.nextAttempt(id)).toBe(1)
      })
    )

    it.effect("take in a job that is not remembered, when it is known what it was", () =>
      Effect.gen(function* () {
        const queue = yield* Ports.JobQueue
        const { id: patientId } = yield* Given.patientOnRecord()
        const job = Given.assessPatient(patientId)
        const id = Jobs.idOf(job)
        yield* queue.bury({ id, attempts: 3, failure: "lost" })
        expect(yield* letterUnder(id)).toBe(undefined)
        yield* queue.bury({ id, job, attempts: 3, failure: "lost" })
        expect(yield* letterUnder(id)).toMatchObject({ attempts: 3, lastFailure: "lost" })
        yield* queue.requeue(id)
        const taken: Array<Jobs.Job> = []
        yield* Work.take(id, (it) => Effect.sync(() => taken.push(it)))
        expect(taken).toEqual([job])
      })
    )
  })
}
