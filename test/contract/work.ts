/**
 * Jobs offered and taken, whatever else waits in the queue.
 */
import * as Jobs from "@bedside/core/Jobs"
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Given from "./given.ts"

/** Offers jobs, all in one transaction. */
export const offer = Effect.fnUntraced(function* (
  patientId: Patient.PatientId,
  jobs: ReadonlyArray<Jobs.Job>
) {
  const assessments = yield* Ports.Assessments
  yield* assessments.save(Given.assessed(patientId), () => jobs)
})

/** Offers one new job and gives it back with its id. */
export const offerOne = Effect.gen(function* () {
  const { id: patientId } = yield* Given.patientOnRecord()
  const job = Given.assessPatient(patientId)
  yield* offer(patientId, [job])
  return { job, id: Jobs.idOf(job) }
})

/** Takes jobs until the one under this id comes, finishing what others left in the queue. */
export const take = Effect.fnUntraced(function* <E>(
  id: string,
  handle: (job: Jobs.Job, attempt: Jobs.Attempt) => Effect.Effect<void, E>
) {
  const queue = yield* Ports.JobQueue
  let came = false
  const takeOne = queue.take((job, attempt) => {
    came = attempt.id === id
    return came ? handle(job, attempt) : Effect.void
  })
  yield* Effect.repeat(takeOne, { until: () => came })
})

export const finish = (id: string) => take(id, () => Effect.void)

/** Finishes a job and gives the number of the attempt it took. */
export const nextAttempt = Effect.fnUntraced(function* (id: string) {
  let number = 0
  yield* take(id, (_, { attempts }) =>
    Effect.sync(() => {
      number = attempts
    })
  )
  return number
})

/** Waits until a job stands somewhere; what carries jobs elsewhere may still be at it. */
export const until = (id: string, state: Jobs.JobInfo["state"]) =>
  Given.jobUnder(id).pipe(
    Effect.repeat({
      until: (job) => job?.state === state,
      schedule: Schedule.spaced("5 millis")
    })
  )

export const standing = Effect.fnUntraced(function* (id: string) {
  const job = yield* Given.jobUnder(id)
  return job === undefined ? undefined : [job.state, job.attempts]
})
