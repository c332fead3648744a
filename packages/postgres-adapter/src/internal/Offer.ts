/**
 * The queue of the core's jobs, and the offering of one from inside a transaction.
 */
import * as Jobs from "@bedside/core/Jobs"
import * as Effect from "effect/Effect"
import * as Queue from "../Queue.ts"

export const queue = Queue.make({
  schema: Jobs.Job,
  refused: Jobs.isRefused,
  describe: Jobs.describeFailure
})

/** Offers a job under the id made of its content; inside a transaction, as a part of it. */
export const make = Effect.map(
  queue,
  ({ offer }) =>
    (job: Jobs.Job) =>
      offer(job, { id: Jobs.idOf(job) })
)
