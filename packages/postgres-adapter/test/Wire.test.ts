import { PGlite } from "@electric-sql/pglite"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Wire from "../src/internal/Wire.ts"

it.live("a new session cuts off the one before and rolls back what it left open", () =>
  Effect.gen(function* () {
    const database = yield* Effect.acquireRelease(
      Effect.promise(() => PGlite.create()),
      (database) => Effect.promise(() => database.close())
    )
    const connect = PgConnection.make({
      stream: Wire.sessions(database),
      username: "postgres",
      database: "postgres"
    })
    const first = yield* connect
    yield* first.query("create table left_open (x int)")
    yield* first.query("begin")
    yield* first.query("insert into left_open values (1)")
    yield* first.query("set application_name = 'first'")

    const second = yield* connect
    const error = yield* Effect.flip(first.query("insert into left_open values (2)"))
    expect(error.reason._tag).toBe("ConnectionError")
    expect((yield* second.query("select * from left_open")).rows).toEqual([])
    expect((yield* second.query("show application_name")).rows).not.toEqual([
      { application_name: "first" }
    ])
  })
)
