/** Accounts, and what was delivered. Case is folded as that of patients' addresses is. */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

export const accounts = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    create table bedside_accounts (
      id uuid primary key,
      user_name text not null,
      roles text[] not null,
      password_hash text not null,
      created_at timestamptz not null
    )
  `
  yield* sql`
    create unique index bedside_accounts_user_key
    on bedside_accounts (lower(user_name collate "und-x-icu") collate "C")
  `
  yield* sql`
    create table bedside_deliveries (
      key text collate "C" primary key,
      delivered_at timestamptz not null
    )
  `
})
