/**
 * Replaced values know the time of their measurement, which is part of its key where the table of
 * measurements is partitioned.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

export const replacedValues = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`alter table bedside_replaced_values add column observed_at timestamptz`
  yield* sql`
    update bedside_replaced_values as old set observed_at = m.observed_at
    from bedside_measurements as m where m.id = old.measurement_id
  `
  yield* sql`alter table bedside_replaced_values alter column observed_at set not null`
})
