import * as Ports from "@bedside/core/Ports"
import * as Timestamp from "@bedside/core/Timestamp"
import { expect, type Vitest } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import * as Given from "../../../test/contract/given.ts"
import * as Partitions from "../src/Partitions.ts"
import * as Postgres from "../src/Postgres.ts"
import * as Store from "../src/Store.ts"
import { type Database, onEach, postgres, urlOf } from "./backends.ts"

type Tests = Vitest.MethodsNonLive<Database | Ports.Store>

/** Tests of one subject, which share a database of their own. */
const about = (subject: string, define: (it: Tests) => void) =>
  onEach(subject, (it) => it.layer(Store.layer())("", define), [postgres])

const month = (text: string) => Partitions.Month.make(text)
const during = (of: string, day = 10) =>
  Timestamp.at(Date.parse(`${of}-${String(day).padStart(2, "0")}T10:00:00Z`))

/** A reading of each month, every one of them corrected once. */
const corrected = Effect.fnUntraced(function* (months: ReadonlyArray<string>) {
  const port = yield* Ports.Measurements
  const patient = yield* Given.patientOnRecord()
  const drafts = months.map((of) => Given.draft({ observedAt: during(of) }))
  yield* port.record(Given.batch(patient.id, drafts))
  yield* Effect.forEach(drafts, ({ id }) =>
    port.correct(id, () => Result.succeed({ to: { value: 80, implausible: false }, jobs: [] }))
  )
  return { patientId: patient.id, ids: Given.ids(drafts) }
})

/** What is known of each, its value and the one that was replaced; `undefined` when it is gone. */
const known = (ids: ReadonlyArray<string>) =>
  Ports.Measurements.use((port) =>
    Effect.forEach(ids, (id) =>
      // The ids are those of drafts.
      port.find(id as Parameters<typeof port.find>[0]).pipe(
        Effect.map(({ measurement, replaced }) => [
          measurement.value,
          ...replaced.map(({ value }) => value)
        ]),
        Effect.catchTag("NotFound", () => Effect.succeed(undefined))
      )
    )
  )

const tableOf = (id: string) =>
  SqlClient.SqlClient.use((sql) =>
    Effect.map(
      sql<{
        table: string
      }>`select tableoid::regclass::text as table from bedside_measurements where id = ${id}`,
      ([row]) => row?.table
    )
  )

const bounds = Effect.map(Partitions.list, (all) => all.map(({ from, to }) => [from, to]))

/** The month with which `later` begins. */
const beyond = Effect.map(Partitions.list, (all) => all.at(-1)?.from ?? month("0001-01"))

/** Columns, constraints and indices of the measurements, whichever table they are. */
const shape = SqlClient.SqlClient.use((sql) =>
  Effect.map(
    sql<{ part: string }>`
      select format('%s %s %s %s', column_name, data_type, is_nullable, collation_name) as part
      from information_schema.columns where table_name = 'bedside_measurements'
      union all
      select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
      where conrelid = 'bedside_measurements'::regclass
      union all
      select replace(indexdef, ' ON ONLY ', ' ON ') from pg_indexes
      where tablename = 'bedside_measurements'
      order by 1
    `,
    (rows) => rows.map(({ part }) => part)
  )
)

about("one table", (it) => {
  it.effect("has no partitions, gets none ahead of time, and refuses what needs them", () =>
    Effect.gen(function* () {
      expect(yield* Partitions.list).toEqual([])
      expect(yield* Partitions.ahead()).toEqual([])
      const extend = yield* Effect.flip(Partitions.extend({ to: month("2026-02") }))
      const retire = yield* Effect.flip(Partitions.retire({ before: month("2026-02"), keep: true }))
      expect([extend._tag, retire._tag]).toEqual(["NotPartitioned", "NotPartitioned"])
    })
  )

  it.effect("stays one, and takes readings as before, when the months would begin too early", () =>
    Effect.gen(function* () {
      const { ids } = yield* corrected(["2026-03"])
      const error = yield* Effect.flip(Partitions.convert({ from: month("2026-03") }))
      expect(error).toMatchObject({ _tag: "MonthTaken", from: "2026-03" })
      expect(yield* Partitions.list).toEqual([])
      const more = yield* corrected(["2026-04"])
      expect(yield* known([...ids, ...more.ids])).toEqual([
        [80, 72],
        [80, 72]
      ])
    })
  )
})

about("converted measurements", (it) => {
  it.effect("are those of before, with the same columns, constraints and indices", () =>
    Effect.gen(function* () {
      const { ids } = yield* corrected(["2025-11", "2025-12"])
      const before = yield* shape
      yield* Partitions.convert({ from: month("2026-01") })
      const key = /^bedside_measurements_pkey|bedside_measurements_pkey ON/
      const ofKey = (parts: ReadonlyArray<string>) => parts.filter((part) => key.test(part))
      const others = (parts: ReadonlyArray<string>) => parts.filter((part) => !key.test(part))
      const after = yield* shape
      expect(others(after)).toEqual(others(before))
      expect(ofKey(after)[1]).toBe("bedside_measurements_pkey PRIMARY KEY (id, observed_at)")
      expect(yield* known(ids)).toEqual([
        [80, 72],
        [80, 72]
      ])
      expect(yield* tableOf(ids[0] ?? "")).toBe("bedside_measurements_earlier")
    })
  )

  it.effect("lie in the partition of their month, or in one with an open end", () =>
    Effect.gen(function* () {
      const end = yield* beyond
      const { ids } = yield* corrected(["2025-12", "2026-01", "2026-02", end])
      expect(yield* Effect.forEach(ids, tableOf)).toEqual([
        "bedside_measurements_earlier",
        "bedside_measurements_2026_01",
        "bedside_measurements_2026_02",
        "bedside_measurements_later"
      ])
      const all = yield* bounds
      expect(all.slice(0, 2)).toEqual([
        [undefined, "2026-01"],
        ["2026-01", "2026-02"]
      ])
      expect(all.at(-1)).toEqual([end, undefined])
      // Each ends where the next one begins.
      expect(all.slice(1).map(([from]) => from)).toEqual(all.slice(0, -1).map(([, to]) => to))
    })
  )

  it.effect("are not converted again", () =>
    Effect.gen(function* () {
      expect(yield* Effect.flip(Partitions.convert())).toMatchObject({ _tag: "AlreadyPartitioned" })
    })
  )

  it.effect("are erased with their patient, wherever they lie", () =>
    Effect.gen(function* () {
      const { patientId, ids } = yield* corrected(["2025-12", "2026-01", yield* beyond])
      yield* Ports.Patients.use((port) => port.remove(patientId, () => Result.void))
      expect(yield* known(ids)).toEqual([undefined, undefined, undefined])
      const sql = yield* SqlClient.SqlClient
      const left = yield* sql`
        select from bedside_replaced_values as old where not exists (
          select from bedside_measurements as m where m.id = old.measurement_id
        )
      `
      expect(left).toEqual([])
    })
  )
})

about("months ahead", (it) => {
  it.effect("are made once by however many look at once, and none when they are there", () =>
    Effect.gen(function* () {
      yield* Partitions.convert({ months: 1 })
      const url = yield* urlOf
      const process = Partitions.ahead(3).pipe(
        Effect.provide(Layer.fresh(Postgres.layer({ url, maxConnections: 1 })))
      )
      const made = yield* Effect.all([process, process, process, process], {
        concurrency: "unbounded"
      })
      expect(made.map((months) => months.length).toSorted((a, b) => a - b)).toEqual([0, 0, 0, 2])
      expect(yield* Partitions.ahead(3)).toEqual([])
    })
  )

  it.effect("are kept by the store of any process", () =>
    Effect.gen(function* () {
      const before = yield* beyond
      yield* Layer.build(Partitions.layer({ months: 5, every: "1 hour" }))
      while ((yield* beyond) === before) yield* Effect.sleep("5 millis")
      expect(yield* Partitions.ahead(5)).toEqual([])
    })
  )
})

about("months made later", (it) => {
  it.effect("get the readings of their time, with what was replaced, from the open ends", () =>
    Effect.gen(function* () {
      yield* Partitions.convert({ from: month("2026-01") })
      const end = yield* beyond
      const times = ["2025-10", "2025-11", "2025-12", "2026-01", end, "2999-01"]
      const { ids } = yield* corrected(times)
      const before = yield* known(ids)
      expect(yield* Partitions.extend({ from: month("2025-11"), to: end })).toEqual([
        "2025-11",
        "2025-12",
        end
      ])
      expect(yield* Effect.forEach(ids, tableOf)).toEqual(
        ["earlier", "2025_11", "2025_12", "2026_01", end.replace("-", "_"), "later"].map(
          (name) => `bedside_measurements_${name}`
        )
      )
      expect(yield* known(ids)).toEqual(before)
      expect(yield* Partitions.extend({ from: month("2025-11"), to: end })).toEqual([])
    })
  )

  it.effect("refuse a second record of a reading, and take the same again as unchanged", () =>
    Effect.gen(function* () {
      const port = yield* Ports.Measurements
      const { id } = yield* Given.patientOnRecord()
      const twice = () => Given.draft({ observedAt: during("2025-12") })
      const outcomes = yield* port.record(Given.batch(id, [twice(), twice()]))
      expect(outcomes.map(({ status }) => status)).toEqual(["created", "unchanged"])
    })
  )

  it.effect("wait for whoever uses the table", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const end = yield* beyond
      const isHeld = yield* Deferred.make<void>()
      const made = yield* Effect.forkChild(
        Effect.andThen(Deferred.await(isHeld), Partitions.extend({ to: end }))
      )
      const waiting = Effect.map(
        sql`select from pg_locks where not granted and relation = 'bedside_measurements'::regclass`,
        (rows) => rows.length > 0
      )
      yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`select from bedside_measurements limit 1`
          yield* Deferred.succeed(isHeld, undefined)
          while (!(yield* waiting)) yield* Effect.sleep("1 millis")
          // It lets others pass before it asks again.
          while (yield* waiting) yield* Effect.sleep("1 millis")
        })
      )
      expect(yield* Fiber.join(made)).toEqual([end])
    })
  )
})

about("months that are retired", (it) => {
  const sized = SqlClient.SqlClient.use((sql) =>
    Effect.map(
      sql<{ name: string }>`
        select relname as name from pg_class
        where relkind = 'r' and relname ~ '^bedside_(measurements|replaced_values)_.*\\d$'
        order by 1
      `,
      (rows) => rows.map(({ name }) => name)
    )
  )

  it.effect("are gone with what was replaced, and leave what was concluded from them", () =>
    Effect.gen(function* () {
      yield* Partitions.convert({ from: month("2025-01") })
      const assessments = yield* Ports.Assessments
      const { patientId, ids } = yield* corrected(["2024-12", "2025-01", "2025-02", "2025-03"])
      const made = Given.assessed(patientId, { measurements: [] })
      yield* assessments.save(made, () => [])
      expect(yield* Partitions.retire({ before: month("2025-03"), keep: false })).toEqual([
        "bedside_measurements_before_2025_01",
        "bedside_measurements_2025_01",
        "bedside_measurements_2025_02"
      ])
      expect(yield* known(ids)).toEqual([undefined, undefined, undefined, [80, 72]])
      expect(Given.ids(yield* assessments.list(patientId, { limit: 10 }))).toEqual([made.id])
      expect(yield* Partitions.retire({ before: month("2025-03"), keep: false })).toEqual([])
      const tables = yield* sized
      expect(tables.filter((name) => /2025_0[12]/.test(name))).toEqual([])
    })
  )

  it.effect("have a place for a reading that arrives late", () =>
    Effect.gen(function* () {
      const { ids } = yield* corrected(["2025-01"])
      expect(yield* Effect.forEach(ids, tableOf)).toEqual(["bedside_measurements_earlier"])
    })
  )

  it.effect("stay as tables when they are kept, from which a patient is erased all the same", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { patientId } = yield* corrected(["2025-03", "2025-04"])
      const other = yield* corrected(["2025-03", "2025-04"])
      yield* Partitions.retire({ before: month("2025-04"), keep: true })
      const held = Effect.all([
        sql`select id from bedside_measurements_2025_03 where patient_id = ${patientId}`,
        sql`select id from bedside_measurements_2025_03 where patient_id = ${other.patientId}`,
        sql`select measurement_id as id from bedside_replaced_values_before_2025_04
          where measurement_id = ${other.ids[0] ?? ""}`
      ]).pipe(Effect.map((all) => all.map((rows) => rows.length)))
      expect(yield* held).toEqual([1, 1, 1])
      yield* Ports.Patients.use((port) => port.remove(patientId, () => Result.void))
      expect(yield* held).toEqual([0, 1, 1])
      expect(yield* known(other.ids)).toEqual([undefined, [80, 72]])
    })
  )

  it.effect("end where those with a partition of their own end", () =>
    Effect.gen(function* () {
      const end = yield* beyond
      yield* corrected([end])
      yield* Partitions.retire({ before: month("3000-01"), keep: false })
      expect(yield* bounds).toEqual([
        [undefined, end],
        [end, undefined]
      ])
    })
  )
})
