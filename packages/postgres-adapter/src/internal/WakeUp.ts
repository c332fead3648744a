/**
 * Tells other processes that jobs were offered, so that they need not wait for their next poll.
 *
 * It is a hint and never more: a job is found by polling whether or not somebody was told of it. A
 * NOTIFY inside the transaction that offers would make all such transactions queue for one lock that is
 * held until their commit is on disk. Here it is a statement of its own, on a connection of the pool
 * after the commit, one for all that was offered within some milliseconds; it writes nothing that has
 * to reach the disk. What a process offers and dies before telling is found by the next poll.
 *
 * Listening takes one connection beside the pool, which is opened again when it breaks. An embedded
 * database has no other process to tell and is left alone.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Predicate from "effect/Predicate"
import * as Queue from "effect/Queue"
import type { SqlClient } from "effect/sql/SqlClient"

const channel = "bedside_jobs"

/** How long what is offered may gather before others are told of it again. */
const gathering = "5 millis"

/** How long to leave a server alone that could not be told or listened to. */
const afterFailure = "1 second"

const isPostgres = (sql: SqlClient): sql is PgClient.PgClient =>
  Predicate.hasProperty(sql, PgClient.TypeId)

/**
 * @since 0.1.0
 */
export interface WakeUp {
  /** Something was offered and committed. */
  readonly tell: () => void
  /** Runs for as long as offers of others are of interest. */
  readonly listen: Effect.Effect<void>
}

/** Nobody is told, and nobody listened to. */
export const none: WakeUp = { tell: () => undefined, listen: Effect.void }

/**
 * Tells others for as long as the scope lives.
 *
 * Shape: `woken` runs when another process has told of an offer, and when it may have done so unheard.
 *
 * Fails with: nothing.
 *
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (sql: SqlClient, woken: () => void) {
  // A client over a stream of its own is the embedded database.
  if (!isPostgres(sql) || sql.config.stream !== undefined) return none
  const me = SecureRandom.uuidV4Unsafe()
  const offered = Latch.makeUnsafe(false)

  const telling = Effect.gen(function* () {
    yield* offered.await
    offered.closeUnsafe()
    yield* sql.notify(channel, me)
    yield* Effect.sleep(gathering)
  }).pipe(Effect.catch(() => Effect.sleep(afterFailure)))
  yield* Effect.forkScoped(Effect.forever(telling))

  const listening = Effect.gen(function* () {
    const connection = yield* PgConnection.make(sql.config)
    const notifications = yield* connection.listen(channel)
    woken()
    return yield* Effect.forever(
      Effect.map(Queue.take(notifications), ({ payload }) => {
        if (payload !== me) woken()
      })
    )
  }).pipe(
    Effect.scoped,
    Effect.catch(() => Effect.sleep(afterFailure))
  )

  const result: WakeUp = {
    tell: () => offered.openUnsafe(),
    listen: Effect.forever(listening)
  }
  return result
})
