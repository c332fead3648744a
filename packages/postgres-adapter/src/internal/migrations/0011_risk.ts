/**
 * Trained risk models with the steps of their versions, what they foretold of patients, and the runs
 * over all of these.
 *
 * A model is kept as it was sent, beside its card, which is read far more often. The end of a step is
 * the start of the next one of its version, so that who was active when is found in one look.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

export const risk = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    create table bedside_risk_models (
      task text collate "C",
      version text collate "C",
      state text not null,
      hashes jsonb not null,
      card jsonb not null,
      model jsonb not null,
      primary key (task, version)
    )
  `
  for (const state of ["active", "shadow"]) {
    yield* sql`
      create unique index ${sql(`bedside_risk_models_${state}`)} on bedside_risk_models (task)
      where state = ${sql.literal(`'${state}'`)}
    `
  }
  yield* sql`
    create table bedside_risk_model_steps (
      task text collate "C",
      nth integer,
      version text collate "C" not null,
      state text not null,
      approver text not null,
      reason text not null,
      at timestamptz not null,
      until timestamptz,
      primary key (task, nth),
      foreign key (task, version) references bedside_risk_models
    )
  `
  yield* sql`
    create table bedside_predictions (
      patient_id uuid references bedside_patients on delete cascade,
      task text collate "C",
      version text collate "C",
      as_of timestamptz,
      role text not null,
      since timestamptz not null,
      foretold_at timestamptz not null,
      content jsonb not null,
      primary key (patient_id, task, version, as_of)
    )
  `
  yield* sql`
    create table bedside_risk_runs (
      id uuid primary key,
      actor text not null,
      status text not null,
      patients int8 not null,
      done int8 not null,
      risks int8 not null,
      refusals int8 not null,
      started_at timestamptz not null,
      updated_at timestamptz not null,
      after uuid,
      through uuid
    )
  `
  yield* sql`
    create unique index bedside_risk_runs_running on bedside_risk_runs (status)
    where status = 'running'
  `
  yield* sql`
    create index bedside_predictions_list on bedside_predictions (patient_id, as_of, task, version)
  `
  yield* sql`
    create index bedside_predictions_latest on bedside_predictions (patient_id, task, as_of)
    where role = 'active'
  `
  yield* sql`
    create index bedside_predictions_during
    on bedside_predictions (task, version, as_of, patient_id)
  `
})
