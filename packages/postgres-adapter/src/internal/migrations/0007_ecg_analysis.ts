/**
 * What an analysis leaves behind beside values: their units, where in the signal something was, and
 * the edition of the methods, by which a back-fill finds what others have made.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

export const ecgAnalysis = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`alter table bedside_ecg_metrics add column unit text, add column episodes jsonb`
  yield* sql`alter table bedside_ecgs add column edition text collate "C"`
})
