/**
 * Measurements, for a table of many millions: fixed-width columns first, so that little is lost to
 * alignment, and no index that a query does not need.
 *
 * The natural key makes a second record of one reading impossible, and in its order it is also the
 * index of history and latest. `offset_minutes` is the offset that the sender wrote.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

export const measurements = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    create table bedside_measurements (
      observed_at timestamptz not null,
      received_at timestamptz not null,
      recorded_at timestamptz not null,
      number float8,
      version integer not null,
      offset_minutes smallint not null,
      implausible boolean not null,
      id uuid primary key,
      patient_id uuid not null references bedside_patients on delete cascade,
      panel uuid,
      written_by uuid,
      vital text collate "C" not null,
      source text collate "C" not null,
      code text collate "C",
      constraint bedside_measurements_value check ((number is null) <> (code is null)),
      constraint bedside_measurements_natural_key unique (patient_id, vital, observed_at, source)
    )
  `
  yield* sql`
    create index bedside_measurements_written_by on bedside_measurements (written_by, id)
    where written_by is not null
  `
  yield* sql`
    create index bedside_measurements_panel on bedside_measurements (panel)
    where panel is not null
  `
  yield* sql`
    create table bedside_replaced_values (
      measurement_id uuid references bedside_measurements on delete cascade,
      version integer,
      number float8,
      code text collate "C",
      recorded_at timestamptz not null,
      replaced_at timestamptz not null,
      primary key (measurement_id, version)
    )
  `
})
