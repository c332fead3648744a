/**
 * What became of patients, as it was stated, and which predictions are refusals, without a look into
 * what they say: whoever judges a model reads the first risk of each patient.
 */
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
  yield* sql`
    alter table bedside_predictions add column refused boolean not null
    generated always as (content -> 'refusal' <> 'null'::jsonb) stored
  `
  yield* sql`drop index bedside_predictions_during`
  yield* sql`
    create index bedside_predictions_risks
    on bedside_predictions (task, version, as_of, patient_id) where not refused
  `
})
