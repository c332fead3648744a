/**
 * The place of jobs in the order in which they were offered, which the store of `PersistedQueue` knows
 * and does not tell.
 *
 * Jobs that are claimed together are asked for together: one statement for all of them, on the unique
 * index of their ids.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Request from "effect/Request"
import * as RequestResolver from "effect/RequestResolver"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Column from "./Column.ts"
import * as Transaction from "./Transaction.ts"

interface Ask extends Request.Request<number, SqlError> {
  readonly _tag: "Ask"
  readonly id: string
}

const Ask = Request.tagged<Ask>("Ask")

/** Makes the question for one queue. A job that is held has not been cleaned up, so it is there. */
export const make = (sql: SqlClient, queue: string): ((id: string) => Effect.Effect<number>) => {
  const resolver = RequestResolver.make<Ask>((entries) =>
    Effect.map(
      sql<{ id: string; sequence: bigint }>`
        select id, sequence from bedside_jobs where queue_name = ${queue}
          and id = any(${Column.text(entries.map(({ request }) => request.id))})
      `,
      (rows) => {
        const places = new Map(rows.map(({ id, sequence }) => [id, Number(sequence)]))
        for (const entry of entries) {
          entry.completeUnsafe(Exit.succeed(places.get(entry.request.id) ?? 0))
        }
      }
    )
  )
  return (id) => Transaction.orDie(Effect.request(Ask({ id }), resolver))
}
