/**
 * What this database tells other services, and where its copies of theirs stand.
 *
 * Messages of others are kept as they came, whatever is in them: `jsonb` refuses some that are JSON.
 *
 * A stream outlives its patient, so it refers to none: its number goes on, and of its events only the
 * one that closes it is left.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

export const copies = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    create table bedside_streams (
      patient_id uuid primary key,
      last integer not null,
      published integer not null
    )
  `
  yield* sql`
    create index bedside_streams_behind on bedside_streams (patient_id) where published < last
  `
  yield* sql`
    create table bedside_events (
      patient_id uuid,
      sequence integer,
      version smallint not null,
      id uuid not null,
      at timestamptz not null,
      type text collate "C" not null,
      data jsonb not null,
      primary key (patient_id, sequence)
    )
  `
  yield* sql`
    create table bedside_copy_sources (
      source text collate "C" primary key,
      heard_at timestamptz,
      rebuilding boolean not null
    )
  `
  yield* sql`
    create table bedside_copies (
      source text collate "C",
      patient_id uuid,
      sequence integer not null,
      at timestamptz not null,
      gap_since timestamptz,
      told_up_to timestamptz,
      asked_at timestamptz,
      primary key (source, patient_id)
    )
  `
  yield* sql`
    create index bedside_copies_gaps on bedside_copies (gap_since) where gap_since is not null
  `
  yield* sql`
    create table bedside_waiting_events (
      source text collate "C",
      patient_id uuid,
      sequence integer,
      reason text,
      content json not null,
      primary key (source, patient_id, sequence)
    )
  `
  yield* sql`
    create table bedside_parked_events (
      nth int8 generated always as identity unique,
      source text collate "C",
      patient_id uuid,
      sequence integer,
      through integer not null,
      reason text not null,
      type text,
      version integer,
      at timestamptz,
      parked_at timestamptz not null,
      content json,
      primary key (source, patient_id, sequence)
    )
  `
})
