/**
 * The core's jobs, for those who take them and those who watch over them.
 */
import * as Jobs from "@bedside/core/Jobs"
import * as Ports from "@bedside/core/Ports"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PersistedQueueFactory } from "effect/persistence/PersistedQueue"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Offer from "./internal/Offer.ts"
import * as Transaction from "./internal/Transaction.ts"
import * as Queue from "./Queue.ts"

const encode = Schema.encodeSync(Schema.toCodecJson(Jobs.Job))

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { take } = yield* Offer.queue
  const run = <A, E>(effect: Effect.Effect<A, E, SqlClient.SqlClient>) =>
    Transaction.orDie(Effect.provideService(effect, SqlClient.SqlClient, sql))

  return Ports.JobQueue.of({
    take,
    counts: run(Queue.counts),
    waiting: Effect.map(run(Queue.waiting), (kinds) =>
      kinds.map(({ kind, seconds }) => ({ kind, longest: Duration.seconds(seconds) }))
    ),
    list: ({ state }, { limit, after }) =>
      Effect.map(
        run(Queue.list({ state, limit, after: after === undefined ? undefined : String(after) })),
        (jobs) =>
          jobs.map(({ cursor, createdAt, updatedAt, ...job }) => ({
            ...job,
            sequence: Number(cursor),
            createdAt: DateTime.fromDateUnsafe(createdAt),
            updatedAt: DateTime.fromDateUnsafe(updatedAt)
          }))
      ),
    requeue: (id) =>
      Effect.flatMap(run(Queue.requeue(id)), (found) =>
        found ? Effect.void : Effect.fail(new Ports.NotFound({ what: "job" }))
      ),
    bury: ({ id, job, attempts, failure }) =>
      run(
        Queue.bury({
          id,
          element: job === undefined ? undefined : encode(job),
          attempts,
          failure
        })
      )
  })
})

/**
 * The job queue in the current database.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<
  Ports.JobQueue,
  never,
  SqlClient.SqlClient | PersistedQueueFactory
> = Layer.effect(Ports.JobQueue, make)
