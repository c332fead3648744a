/**
 * Opens the embedded database in the directory of its first argument, says "open", and inserts
 * numbered rows for ever, printing each number once the database has acknowledged it.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import { writeSync } from "node:fs"
import * as Embedded from "../../src/Embedded.ts"

const directory = process.argv[2] ?? ""

/** At once and whole: a line that a pipe still held back would be an acknowledgement not heard. */
const say = (line: string | number) => Effect.sync(() => writeSync(1, `${line}\n`))

const insertForEver = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* say("open")
  yield* sql`create table if not exists acknowledged (n int primary key, filler text)`
  const rows = yield* sql<{
    next: number
  }>`select coalesce(max(n), 0) + 1 as next from acknowledged`
  for (let n = rows[0]?.next ?? 1; ; n++) {
    yield* sql.withTransaction(
      sql`insert into acknowledged values (${n}, repeat('x', ${(n % 50) * 1000}))`
    )
    if (n % 97 === 0) yield* sql`checkpoint`
    yield* say(n)
  }
})

insertForEver.pipe(
  Effect.provide(Embedded.layer({ directory })),
  Effect.catchTag(["DirectoryInUse", "DirectoryUnusable"], (error) =>
    Effect.sync(() => {
      writeSync(2, `${error.message}\n`)
      process.exitCode = 1
    })
  ),
  NodeRuntime.runMain
)
