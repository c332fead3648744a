/** What became of patients, as it was stated. */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

export const labels = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    create table bedside_labels (
      patient_id uuid references bedside_patients on delete cascade,
      task text collate "C",
      outcome boolean not null,
      at timestamptz not null,
      stated_by uuid not null,
      stated_at timestamptz not null,
      primary key (patient_id, task)
    )
  `
})
