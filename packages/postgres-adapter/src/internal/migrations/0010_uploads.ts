/**
 * Uploads of readings, and their bytes until they are fitted: in pieces that are read by range, which
 * is why Postgres is to keep them as they are and not to compress them.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

export const uploads = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    create table bedside_uploads (
      id uuid primary key,
      format text not null,
      mapping jsonb not null,
      reason text,
      actor text not null,
      status text not null,
      size int8 not null,
      bytes int8 not null,
      rows int8 not null,
      malformed int8 not null,
      models integer not null,
      skipped int8 not null,
      unfitted integer not null,
      misnamed integer not null,
      problems jsonb not null,
      shortages jsonb not null,
      errors jsonb not null,
      created_at timestamptz not null,
      updated_at timestamptz not null
    )
  `
  yield* sql`
    create table bedside_upload_pieces (
      upload_id uuid references bedside_uploads on delete cascade,
      start int8,
      bytes bytea not null,
      primary key (upload_id, start)
    )
  `
  yield* sql`alter table bedside_upload_pieces alter column bytes set storage external`
})
