/**
 * ECG recordings, their leads and metrics.
 *
 * Samples are little-endian integers of `width` bytes, stored as they are: compressing them costs more
 * time than it saves room. An ECG outlives the patient it was of, without the reference.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

export const ecgs = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    create table bedside_ecgs (
      recording_id uuid primary key,
      owner uuid not null,
      ecg_id text collate "C" not null,
      date text not null,
      sampling_rate float8,
      gain float8,
      baseline float8,
      patient_id uuid references bedside_patients on delete set null,
      status text not null,
      received_at timestamptz not null,
      constraint bedside_ecgs_key unique (owner, ecg_id)
    )
  `
  yield* sql`create index bedside_ecgs_list on bedside_ecgs (owner, recording_id)`
  yield* sql`
    create index bedside_ecgs_patient on bedside_ecgs (patient_id) where patient_id is not null
  `
  yield* sql`
    create table bedside_ecg_leads (
      recording_id uuid references bedside_ecgs on delete cascade,
      position smallint,
      width smallint not null,
      name text collate "C" not null,
      samples bytea not null,
      primary key (recording_id, position),
      unique (recording_id, name)
    )
  `
  yield* sql`alter table bedside_ecg_leads alter column samples set storage external`
  yield* sql`
    create table bedside_ecg_metrics (
      recording_id uuid not null references bedside_ecgs on delete cascade,
      sequence bigint generated always as identity,
      name text collate "C" not null,
      version text collate "C" not null,
      lead text collate "C",
      parameters jsonb not null,
      value float8,
      error text,
      primary key (recording_id, sequence),
      constraint bedside_ecg_metrics_key unique nulls not distinct (recording_id, name, version, lead)
    )
  `
})
