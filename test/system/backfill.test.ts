/**
 * ECGs that other methods have analysed are analysed again once a server starts that has these ones.
 */
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Caller from "./caller.ts"
import * as Postgres from "./postgres.ts"
import * as Processes from "./processes.ts"

const ecgs = 25

const ecg = (number: number) => ({
  id: `ecg-${number}`,
  date: "2026-03-01",
  samplingRate: 250,
  leads: [{ name: "I", signal: Array.from({ length: number + 1 }, (_, at) => (at % 2) * 2 - 1) }]
})

interface Analysed {
  readonly id: string
  readonly status: string
  readonly metrics: ReadonlyArray<{ readonly name: string; readonly value?: number }>
}

const crossings = ({ id, metrics }: Analysed) => [
  id,
  ...metrics.flatMap(({ name, value }) => (name === "zero-crossings" ? [value] : []))
]

Postgres.live("a new edition of the methods reaches what is on record", () =>
  Effect.gen(function* () {
    const url = yield* Postgres.database
    const variables = {
      DATABASE_URL: url,
      BEDSIDE_DATA_DIR: yield* Processes.directory,
      BEDSIDE_DEMONSTRATION: "false"
    }
    const nurse = { user: "nurse", password: "a long night", roles: ["user"] }
    const first = yield* Processes.server(variables)
    const admin = yield* first.as("admin")
    expect((yield* admin.post("/user", nurse)).status).toBe(201)
    const before = yield* first.as(nurse.user, nurse.password)
    for (let number = 0; number < ecgs; number++) {
      expect((yield* before.post("/api/v1/ecgs", ecg(number))).status).toBe(202)
    }
    const analysed = (all: ReadonlyArray<Analysed>) =>
      all.length === ecgs &&
      all.every(({ status, metrics }) => status === "completed" && metrics.length > 0)
    const list = (caller: Caller.Caller) =>
      Caller.eventually(caller.get("/api/v1/ecgs?limit=1000"), ({ body }) => analysed(body.items))
    const original = (yield* list(before)).body.items
    yield* first.stop("SIGTERM")

    yield* Postgres.rows(url, "delete from bedside_ecg_metrics")
    yield* Postgres.rows(url, "update bedside_ecgs set edition = 'an older one'")
    const second = yield* Processes.server(variables)
    const after = yield* second.as(nurse.user, nurse.password)
    const again = (yield* list(after)).body.items
    expect(again.map(crossings)).toEqual(
      Array.from({ length: ecgs }, (_, number) => [`ecg-${number}`, number])
    )
    expect(again).toEqual(original)
    const jobs = yield* Postgres.rows<{ kind: string; count: number }>(
      url,
      "select split_part(id, ':', 1) as kind, count(*)::int as count from bedside_jobs group by 1 order by 1"
    )
    expect(jobs).toEqual([
      { kind: "analyse-ecg", count: 2 * ecgs },
      { kind: "backfill-ecgs", count: 2 }
    ])
  })
)
