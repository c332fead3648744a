/**
 * The store behind PgBouncer, which gives each transaction another session of the server.
 *
 * Needs PgBouncer on Linux and a real Postgres. Where it is absent the tests are skipped with one line
 * that says so; with BEDSIDE_STRICT=1 its absence is a failure.
 */
// This rule is for test files; here a suite is registered where PgBouncer is absent.
/* oxlint-disable vitest/no-disabled-tests */
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { createInterface } from "node:readline"
import { contract } from "../../../test/contract/index.ts"
import * as Migrations from "../src/Migrations.ts"
import * as Partitions from "../src/Partitions.ts"
import * as Postgres from "../src/Postgres.ts"
import * as Store from "../src/Store.ts"
import { freshDatabase, serverUrl } from "./backends.ts"

const pgbouncer = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"]
  .map((folder) => join(folder, "pgbouncer"))
  .find((path) => process.platform === "linux" && existsSync(path))

const freePort = Effect.promise(async () => {
  const probe = createServer().listen(0, "127.0.0.1")
  await once(probe, "listening")
  const address = probe.address()
  probe.close()
  await once(probe, "close")
  return typeof address === "object" && address !== null ? address.port : 0
})

/** Fewer sessions than the store has connections, so that a transaction seldom gets the one before. */
const sessions = 4

const configuration = (port: number): string => {
  const { hostname, port: serverPort, username, password } = new URL(serverUrl)
  return [
    "[databases]",
    `* = host=${hostname} port=${serverPort || 5432} user=${username}${
      password === "" ? "" : ` password=${password}`
    }`,
    "[pgbouncer]",
    "listen_addr = 127.0.0.1",
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "auth_type = any",
    "pool_mode = transaction",
    `default_pool_size = ${sessions}`
  ].join("\n")
}

/** The port of a PgBouncer that runs until the scope ends. */
const pooler = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "bedside-pgbouncer-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const port = yield* freePort
  const file = join(folder, "pgbouncer.ini")
  writeFileSync(file, configuration(port))
  // It does not run as root, and whoever it becomes has to read its file.
  chmodSync(folder, 0o755)
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : []
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(pgbouncer ?? "pgbouncer", [...user, file], { stdio: ["ignore", "ignore", "pipe"] })
    ),
    (started) =>
      Effect.promise(async () => {
        if (started.exitCode !== null || started.signalCode !== null) return
        started.kill("SIGTERM")
        await once(started, "exit")
      })
  )
  const lines: Array<string> = []
  // Read to its end: it would die of a log that nobody takes.
  const log = createInterface(child.stderr).on("line", (line) => lines.push(line))
  yield* Effect.promise(async () => {
    while (!lines.some((line) => line.includes("process up"))) {
      if (child.exitCode !== null) throw new Error(`PgBouncer ended: ${lines.join("\n")}`)
      await Promise.race([once(log, "line"), once(child, "exit")])
    }
  })
  return port
})

/** The address of a new database behind a PgBouncer. */
const address = Effect.map(Effect.all([freshDatabase, pooler]), ([database, port]) =>
  Redacted.make(`postgres://bedside@127.0.0.1:${port}/${database}`)
)

const behind = Layer.unwrap(
  Effect.map(address, (url) => Layer.orDie(Postgres.layer({ url, prepare: false })))
)

if (pgbouncer === undefined && process.env["BEDSIDE_STRICT"] !== "1") {
  process.stderr.write("\nSKIPPED: every test behind PgBouncer, which is not installed.\n\n")
  describe.skip("the store behind PgBouncer")
} else {
  contract("the store behind PgBouncer", Store.layer({ wakeUp: false }).pipe(Layer.provide(behind)))

  describe("behind PgBouncer", () => {
    it.live(
      "a statement that is prepared by name is not found by a transaction in another session",
      () =>
        Effect.gen(function* () {
          const url = yield* address
          const client = Effect.map(
            Layer.build(Layer.fresh(Postgres.layer({ url, maxConnections: 1 }))),
            (context) => Context.get(context, SqlClient.SqlClient)
          )
          const sql = yield* client
          const other = yield* client
          // Outside a transaction the driver would prepare it again.
          const answer = sql.withTransaction(sql<{ one: number }>`select ${1}::int as one`)
          expect(yield* answer).toEqual([{ one: 1 }])
          // Takes the session that has the statement, for as long as its transaction lasts.
          const isTaken = yield* Deferred.make<void>()
          yield* Effect.forkScoped(
            other.withTransaction(
              other`select 1`.pipe(
                Effect.andThen(Deferred.succeed(isTaken, undefined)),
                Effect.andThen(Effect.never)
              )
            )
          )
          yield* Deferred.await(isTaken)
          const error = yield* Effect.flip(answer)
          expect(String(error.reason.cause)).toMatch(/prepared statement "\w+" does not exist/)
        })
    )

    it.live("the time zone is that of our sessions, whoever had the session before", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const zones = yield* Effect.all(
          Array.from(
            { length: 20 },
            () => sql<{ zone: string }>`
            select current_setting('TimeZone') as zone, pg_sleep(0.01)::text
          `
          ),
          { concurrency: "unbounded" }
        )
        expect(new Set(zones.flat().map(({ zone }) => zone))).toEqual(new Set(["UTC"]))
      }).pipe(Effect.provide(behind))
    )

    it.live(
      "measurements are partitioned, since each step is one statement or one transaction",
      () =>
        Effect.gen(function* () {
          yield* Migrations.run()
          yield* Partitions.convert({ from: Partitions.Month.make("2026-01") })
          expect((yield* Partitions.list)[1]?.table).toBe("bedside_measurements_2026_01")
        }).pipe(Effect.provide(behind))
    )
  })
}
