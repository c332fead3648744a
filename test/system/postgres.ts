/**
 * A database of its own on a real Postgres for each test: on the server of BEDSIDE_TEST_DATABASE_URL,
 * or on one of this machine that lets the user `postgres` in without a password.
 */
// The rule is for test files; here tests are registered on a condition.
/* oxlint-disable vitest/no-disabled-tests */
import * as Postgres from "@bedside/postgres-adapter/Postgres"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import { randomBytes } from "node:crypto"

const serverUrl =
  process.env["BEDSIDE_TEST_DATABASE_URL"] ?? "postgres://postgres@127.0.0.1:5432/postgres"

const on = <A, E>(url: string, query: Effect.Effect<A, E, SqlClient.SqlClient>) =>
  Effect.provide(query, Postgres.layer({ url: Redacted.make(url), maxConnections: 1 }))

const onServer = (statement: string) =>
  on(
    serverUrl,
    SqlClient.SqlClient.use((sql) => sql.unsafe(statement))
  )

/** The URL of a new database, which is dropped with the scope. */
export const database = Effect.gen(function* () {
  const name = `bedside_test_${randomBytes(6).toString("hex")}`
  yield* Effect.acquireRelease(onServer(`create database ${name} template template0`), () =>
    Effect.orDie(onServer(`drop database if exists ${name} with (force)`))
  )
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
})

/** Ends every connection to a database, and lets no other in. */
export const cutOff = Effect.fnUntraced(function* (url: string) {
  const name = new URL(url).pathname.slice(1)
  yield* onServer(`alter database ${name} with allow_connections false`)
  yield* onServer(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`
  )
})

/** The rows of a query. */
export const rows = <A extends object>(url: string, statement: string) =>
  on(
    url,
    SqlClient.SqlClient.use((sql) => sql.unsafe<A>(statement))
  )

const answer = await Effect.runPromise(Effect.result(onServer("select 1")))
const missing = Result.isFailure(answer) && process.env["BEDSIDE_STRICT"] !== "1"
if (missing) {
  process.stderr.write(
    `\nSKIPPED: tests of whole processes on a real Postgres. ${answer.failure.message}. Start one, or name it in BEDSIDE_TEST_DATABASE_URL.\n\n`
  )
}

/** A test that needs a server: skipped without one, and failing with BEDSIDE_STRICT=1. */
export const live = missing ? it.live.skip : it.live
