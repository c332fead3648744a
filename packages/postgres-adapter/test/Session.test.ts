import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as SqlClient from "effect/sql/SqlClient"
import { onEach } from "./backends.ts"

onEach("a session", (it) => {
  it.effect("is in UTC", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      expect(yield* sql`select current_setting('TimeZone') as zone`).toEqual([{ zone: "UTC" }])
    })
  )

  it.effect("speaks camelCase outside and snake_case inside, and leaves JSON alone", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`create table named (given_name text, extra_facts jsonb)`
      yield* sql`insert into named ${sql.insert({ givenName: "José", extraFacts: null })}`
      yield* sql`update named set extra_facts = '{"kept_as_is": 1}'`
      expect(yield* sql`select given_name, extra_facts from named`).toEqual([
        { givenName: "José", extraFacts: { kept_as_is: 1 } }
      ])
    })
  )

  it.effect("stays usable after a statement that cannot be parsed, bound or executed", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`create table single (id uuid primary key)`
      const id = "01890a5d-ac96-774b-bcce-b302099a8057"
      yield* sql`insert into single values (${id})`
      const failures = [
        sql`selekt 1`,
        sql`select * from single where id = ${"no uuid"}`,
        sql`insert into single values (${id})`
      ]
      const reasons = yield* Effect.forEach(failures, Effect.flip)
      expect(reasons.map((error) => error.reason._tag)).toEqual([
        "SqlSyntaxError",
        "UnknownError",
        "UniqueViolation"
      ])
      expect(yield* sql`select count(*)::int as n from single`).toEqual([{ n: 1 }])
    })
  )

  it.effect("rolls a transaction back when it fails, dies or is interrupted", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`create table undone (x int)`
      const inserted = yield* Latch.make()
      const insert = sql`insert into undone values (1)`
      yield* Effect.exit(sql.withTransaction(Effect.andThen(insert, Effect.fail("no"))))
      yield* Effect.exit(sql.withTransaction(Effect.andThen(insert, Effect.die("no"))))
      const waiting = insert.pipe(Effect.andThen(inserted.open), Effect.andThen(Effect.never))
      const fiber = yield* Effect.forkChild(sql.withTransaction(waiting))
      yield* inserted.await
      yield* Fiber.interrupt(fiber)
      expect(yield* sql`select * from undone`).toEqual([])
    })
  )

  it.effect("keeps a savepoint's failure from undoing the transaction around it", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`create table partly (x int primary key)`
      yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`insert into partly values (1)`
          yield* Effect.exit(sql.withTransaction(sql`insert into partly values (2), (1)`))
          yield* sql`insert into partly values (3)`
        })
      )
      expect(yield* sql`select x from partly order by x`).toEqual([{ x: 1 }, { x: 3 }])
    })
  )

  it.effect("keeps transactions of many fibers apart", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`create table counter as select 0 as n`
      const increment = (index: number) =>
        sql.withTransaction(
          Effect.gen(function* () {
            const rows = yield* sql<{ n: number }>`select n from counter for update`
            yield* Effect.yieldNow
            yield* sql`update counter set n = ${(rows[0]?.n ?? 0) + 1}`
            if (index % 2 === 0) return yield* Effect.fail("rolled back")
          })
        )
      const exits = yield* Effect.forEach(
        Array.from({ length: 50 }, (_, index) => index),
        (index) => Effect.exit(increment(index)),
        { concurrency: "unbounded" }
      )
      expect(exits.filter(Exit.isSuccess)).toHaveLength(25)
      expect(yield* sql`select n from counter`).toEqual([{ n: 25 }])
    })
  )

  it.effect("lets timers run during a long series of statements", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      let ticks = 0
      const timer = setInterval(() => ticks++, 1)
      for (let n = 0; n < 200; n++) yield* sql`select ${n}::int`
      clearInterval(timer)
      expect(ticks).toBeGreaterThan(0)
    })
  )

  it.effect("carries a value of several megabytes both ways", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const bytes = new Uint8Array(5_000_000).map((_, index) => index % 251)
      const rows = yield* sql<{ back: Uint8Array }>`select ${bytes}::bytea as back`
      expect(Buffer.compare(rows[0]?.back ?? new Uint8Array(), bytes)).toBe(0)
    })
  )
})
