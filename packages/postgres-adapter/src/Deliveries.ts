/**
 * What was sent, on Postgres: a key for each notice and channel, never the notice itself.
 */
import * as Ports from "@bedside/core/Ports"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as Transaction from "./internal/Transaction.ts"

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return Ports.Deliveries.of({
    isDone: (key) =>
      sql`select key from bedside_deliveries where key = ${key}`.pipe(
        Effect.map((rows) => rows.length > 0),
        Transaction.orDie
      ),
    done: (key, at) =>
      sql`
        insert into bedside_deliveries (key, delivered_at) values (${key}, ${DateTime.toDateUtc(at)})
        on conflict do nothing
      `.pipe(Effect.asVoid, Transaction.orDie)
  })
})

/**
 * Deliveries on the current database.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<Ports.Deliveries, never, SqlClient.SqlClient> = Layer.effect(
  Ports.Deliveries,
  make
)
