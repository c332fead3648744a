import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as Migrations from "../src/Migrations.ts"
import * as Postgres from "../src/Postgres.ts"
import { onEach, postgres, urlOf } from "./backends.ts"

const statement = (text: string) =>
  SqlClient.SqlClient.use((sql) => Effect.asVoid(sql.unsafe(text)))

const first = { "1_wards": statement("create table wards (name text)") } as const
const second = {
  ...first,
  "2_first_ward": statement("insert into wards values ('North')")
} as const
const broken = {
  ...second,
  "3_second_ward": statement("insert into wards values ('South')"),
  "4_mistake": statement("insert into nowhere values (1)")
} as const

describe("the steps of this version", () => {
  it("are numbered from 1 without a gap", () => {
    const numbers = Object.keys(Migrations.steps).map((name) => Number.parseInt(name, 10))
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  })
})

onEach("migrations", (it) => {
  it.effect("apply each step once, in order, and none of a run that fails", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      expect(yield* Migrations.run({})).toEqual([])
      expect(yield* Migrations.run(first)).toEqual(["wards"])
      expect(yield* Migrations.run(second)).toEqual(["first_ward"])
      expect(yield* Migrations.run(second)).toEqual([])
      const error = yield* Effect.flip(Migrations.run(broken))
      expect(error.message).toBe('Migration "4_mistake" failed')
      expect(yield* sql`select name from wards`).toEqual([{ name: "North" }])
    })
  )
})

onEach(
  "migrations by many processes at once",
  (it) => {
    it.effect("are applied by exactly one", () =>
      Effect.gen(function* () {
        const url = yield* urlOf
        const process = Migrations.run(second).pipe(
          Effect.provide(Layer.fresh(Postgres.layer({ url })))
        )
        const applied = yield* Effect.all(
          Array.from({ length: 8 }, () => process),
          {
            concurrency: "unbounded"
          }
        )
        expect(applied.filter((names) => names.length > 0)).toEqual([["wards", "first_ward"]])
        const sql = yield* SqlClient.SqlClient
        expect(yield* sql`select name from wards`).toEqual([{ name: "North" }])
      })
    )
  },
  [postgres]
)
