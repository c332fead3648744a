/**
 * Patients with what belongs to them: identifiers, photo, registration.
 *
 * Case is folded by the Unicode rules, not by those of the server's locale: under the locale C, É and
 * é would be two addresses.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

export const patients = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    create table bedside_patients (
      id uuid primary key,
      given_name text not null,
      family_name text not null,
      birth_date date,
      age_years smallint,
      age_stated_on date,
      sex text,
      email text,
      phone text,
      conditions text[] not null,
      oxygen_scale smallint not null,
      registration text,
      has_photo boolean not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      version integer not null
    )
  `
  yield* sql`
    create unique index bedside_patients_email_key
    on bedside_patients (lower(email collate "und-x-icu") collate "C")
  `
  yield* sql`
    create table bedside_patient_identifiers (
      patient_id uuid references bedside_patients on delete cascade,
      position smallint,
      system text collate "C" not null,
      value text collate "C" not null,
      primary key (patient_id, position),
      constraint bedside_patient_identifiers_key unique (value, system)
    )
  `
  yield* sql`
    create table bedside_photos (
      patient_id uuid primary key references bedside_patients on delete cascade,
      content_type text not null,
      bytes bytea not null
    )
  `
  // Images are compressed already.
  yield* sql`alter table bedside_photos alter column bytes set storage external`
  yield* sql`
    create table bedside_confirmations (
      patient_id uuid primary key references bedside_patients on delete cascade,
      token text not null,
      status text not null,
      requested_at timestamptz not null,
      confirmed_at timestamptz
    )
  `
})
