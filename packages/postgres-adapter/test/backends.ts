/**
 * The databases every test of a store runs on: PGlite in memory, and a real Postgres.
 *
 * Each use of a backend's layer is a new, empty database, so test files run side by side. The real
 * server is the one of BEDSIDE_TEST_DATABASE_URL, or one on this machine that lets the user
 * `postgres` in without a password.
 */
// The rule is for test files; here suites are registered on a condition.
/* oxlint-disable vitest/no-disabled-tests */
import { PgClient } from "@effect/sql-pg/PgClient"
import { describe, layer, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, openAsBlob, readFileSync, renameSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Embedded from "../src/Embedded.ts"
import * as Migrations from "../src/Migrations.ts"
import * as Partitions from "../src/Partitions.ts"
import * as Postgres from "../src/Postgres.ts"

export type Database = PgClient | SqlClient.SqlClient

export interface Backend {
  readonly name: "PGlite" | "Postgres" | "Postgres with partitions"
  readonly layer: Layer.Layer<Database>
}

const cache = fileURLToPath(new URL("../../../node_modules/.cache/bedside", import.meta.url))

/** A blank cluster takes seconds to make and a fraction of one to copy, so it is made once. */
const blank = Effect.gen(function* () {
  const library = createRequire(import.meta.url).resolve("@electric-sql/pglite")
  const described = readFileSync(join(dirname(library), "../package.json"), "utf8")
  const version = /"version": "([^"]+)"/.exec(described)?.[1]
  const file = join(cache, `pglite-${version}.tar`)
  if (!existsSync(file)) {
    mkdirSync(cache, { recursive: true })
    const snapshot = yield* Embedded.snapshot
    const unfinished = `${file}.${randomBytes(6).toString("hex")}`
    const bytes = yield* Effect.promise(() => snapshot.arrayBuffer())
    writeFileSync(unfinished, new Uint8Array(bytes))
    renameSync(unfinished, file)
  }
  return yield* Effect.promise(() => openAsBlob(file))
})

export const pglite: Backend = {
  name: "PGlite",
  layer: Layer.unwrap(Effect.map(blank, (snapshot) => Embedded.layerMemory({ snapshot })))
}

export const serverUrl =
  process.env["BEDSIDE_TEST_DATABASE_URL"] ?? "postgres://postgres@127.0.0.1:5432/postgres"

const server = (database?: string) => {
  const url = new URL(serverUrl)
  if (database !== undefined) url.pathname = `/${database}`
  return Postgres.layer({ url: Redacted.make(url.href) })
}

const onServer = (statement: string) =>
  SqlClient.SqlClient.use((sql) => sql.unsafe(statement)).pipe(Effect.provide(server()))

/** The name of a new database on the server, dropped when its scope ends. */
export const freshDatabase = Effect.gen(function* () {
  const name = `bedside_test_${randomBytes(6).toString("hex")}`
  yield* Effect.acquireRelease(onServer(`create database ${name} template template0`), () =>
    Effect.orDie(onServer(`drop database if exists ${name} with (force)`))
  )
  return name
}).pipe(Effect.orDie)

export const postgres: Backend = {
  name: "Postgres",
  layer: Layer.unwrap(Effect.map(freshDatabase, (name) => Layer.orDie(server(name))))
}

export const backends: ReadonlyArray<Backend> = [pglite, postgres]

/** A database whose measurements have a partition for each month since January 2026. */
export const partitioned: Backend = {
  name: "Postgres with partitions",
  layer: Layer.effectDiscard(
    Migrations.run().pipe(
      Effect.andThen(Partitions.convert({ from: Partitions.Month.make("2026-01") })),
      Effect.orDie
    )
  ).pipe(Layer.provideMerge(postgres.layer))
}

const answer = await Effect.runPromise(Effect.result(onServer("select 1")))
const missing = Result.isFailure(answer) && process.env["BEDSIDE_STRICT"] !== "1"
if (missing) {
  process.stderr.write(
    `\nSKIPPED: every test on a real Postgres. ${answer.failure.message}. Start one, or name it in BEDSIDE_TEST_DATABASE_URL.\n\n`
  )
}

/**
 * Defines the same tests for each backend; within one, they share a database.
 *
 * Without a server its tests are skipped, and with BEDSIDE_STRICT=1 they fail.
 */
export const onEach = (
  subject: string,
  define: (it: Vitest.MethodsNonLive<Database>, backend: Backend) => void,
  on: ReadonlyArray<Backend> = backends
): void => {
  for (const backend of on) {
    const title = `${subject} on ${backend.name}`
    if (backend !== pglite && missing) describe.skip(title)
    else {
      layer(backend.layer, { excludeTestServices: true, timeout: "60 seconds" })(title, (it) =>
        define(it, backend)
      )
    }
  }
}

/** The address of the current database on the server, for other processes to open. */
export const urlOf = Effect.map(PgClient, ({ config }) => {
  if (config.url === undefined) throw new Error("only a server has a URL")
  return config.url
})
