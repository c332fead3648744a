import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Embedded from "../src/Embedded.ts"
import * as Child from "./child.ts"

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "bedside-embedded-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

const query = <A extends object>(directory: string, statement: string) =>
  SqlClient.SqlClient.use((sql) => sql.unsafe<A>(statement)).pipe(
    Effect.provide(Embedded.layer({ directory }))
  )

const acknowledged = (child: Child.Child) => child.lines.map(Number).filter((n) => n > 0)

describe("an embedded directory", () => {
  it.live("keeps what was written when it is closed and opened again", () =>
    Effect.gen(function* () {
      const directory = join(yield* temporary, "made", "with", "parents")
      yield* query(directory, "create table kept as select 1 as x")
      // 1 is the mark of an orderly shutdown in Postgres's control file.
      expect(readFileSync(join(directory, "database/global/pg_control")).readUInt32LE(16)).toBe(1)
      expect(yield* query(directory, "select x from kept")).toEqual([{ x: 1 }])
    })
  )

  it.live("cannot be opened twice by one process", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const second = query(directory, "select 1").pipe(Effect.flip)
      const error = yield* second.pipe(Effect.provide(Embedded.layer({ directory })))
      expect(error._tag).toBe("DirectoryInUse")
      expect(error.message).toContain(`process ${process.pid} `)
      expect(error.message.split("\n")).toHaveLength(1)
    })
  )

  it.live("that is a file is refused with one line", () =>
    Effect.gen(function* () {
      const directory = join(yield* temporary, "file")
      writeFileSync(directory, "")
      const error = yield* Effect.flip(query(directory, "select 1"))
      expect(error._tag).toBe("DirectoryUnusable")
      expect(error.message).toContain(directory)
      expect(error.message.split("\n")).toHaveLength(1)
    })
  )

  it.live("of another version of Postgres is refused in Postgres's own words", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      mkdirSync(join(directory, "database"))
      writeFileSync(join(directory, "database/PG_VERSION"), "9\n")
      writeFileSync(join(directory, "database/postgresql.conf"), "")
      const error = yield* Effect.flip(query(directory, "select 1"))
      expect(error._tag).toBe("DirectoryUnusable")
      expect(error.message).toMatch(/cannot be used: .*PostgreSQL version 9/)
      expect(error.message.split("\n")).toHaveLength(1)
    })
  )

  it.live("survives SIGKILL at every stage of its first initialisation", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const stages = [
        "database.owner",
        "database.new",
        "database.new/PG_VERSION",
        "database.new/base/1",
        "database.new/global/pg_control",
        "database.new/postmaster.pid",
        "database"
      ]
      for (const stage of stages) {
        const child = Child.start("embedded.ts", directory)
        yield* Effect.promise(() => Child.until(child, () => existsSync(join(directory, stage))))
        child.kill()
        expect(yield* Effect.promise(() => child.ended)).toBe(null)
        expect(existsSync(join(directory, "database"))).toBe(stage === "database")
      }
      expect(yield* query(directory, "select 1 as x")).toEqual([{ x: 1 }])
      expect(readdirSync(directory).sort()).toEqual(["database", "database.lock", "database.owner"])
    })
  )

  it.live("keeps every acknowledged row through SIGKILL", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const rows: Array<number> = []
      for (const count of [0, 1, 100, 333]) {
        const child = Child.start("embedded.ts", directory)
        yield* Effect.promise(() => Child.until(child, () => child.lines.length > count))
        child.kill()
        yield* Effect.promise(() => child.ended)
        rows.push(...acknowledged(child))
      }
      const found = yield* query<{ n: number }>(directory, "select n from acknowledged order by n")
      // The row being inserted at the moment of the kill may be there without having been answered.
      expect(found.map((row) => row.n)).toEqual(expect.arrayContaining(rows))
      expect(rows.length).toBeGreaterThan(433)
    })
  )

  it.live(
    "opens for one of two processes started at once, and for another when that one dies",
    () =>
      Effect.gen(function* () {
        const directory = yield* temporary
        const pair = [Child.start("embedded.ts", directory), Child.start("embedded.ts", directory)]
        const code = yield* Effect.promise(() => Promise.race(pair.map((child) => child.ended)))
        const [loser, winner] =
          pair[0]?.errors.length === 0 ? [pair[1], pair[0]] : [pair[0], pair[1]]
        if (loser === undefined || winner === undefined) return expect.fail("there are two")
        expect(code).toBe(1)
        expect(loser.errors).toHaveLength(1)
        // Whoever has just taken it may not have left its number yet.
        const inUse = `The database in ${directory} is in use by `
        expect(loser.errors[0]?.startsWith(inUse)).toBe(true)
        expect(loser.errors[0]?.slice(inUse.length)).toMatch(
          /^(process \d+ on \S+|another process): stop/
        )
        expect(loser.lines).toEqual([])

        yield* Effect.promise(() => Child.until(winner, () => acknowledged(winner).length > 20))
        winner.kill()
        yield* Effect.promise(() => winner.ended)
        const found = yield* query<{ n: number }>(directory, "select n from acknowledged")
        expect(found.map((row) => row.n)).toEqual(expect.arrayContaining(acknowledged(winner)))
      })
  )
})
