/**
 * Assessments: what is searched by in columns, the rest as the JSON of its schema.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

export const assessments = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    create table bedside_assessments (
      id uuid primary key,
      patient_id uuid not null references bedside_patients on delete cascade,
      as_of timestamptz not null,
      score text collate "C" not null,
      content jsonb not null,
      constraint bedside_assessments_natural_key unique (patient_id, score, as_of)
    )
  `
  yield* sql`
    create index bedside_assessments_list on bedside_assessments (patient_id, as_of, id)
  `
})
