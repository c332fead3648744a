import type * as Account from "@bedside/core/Account"
import type * as Measurement from "@bedside/core/Measurement"
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as Timestamp from "@bedside/core/Timestamp"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as Statement from "effect/sql/Statement"
import * as Queue from "../src/Queue.ts"
import * as Store from "../src/Store.ts"
import { onEach, partitioned, postgres } from "./backends.ts"

interface Plan {
  readonly "Node Type": string
  readonly "Index Name"?: string
  readonly Plans?: ReadonlyArray<Plan>
}

/** The nodes of a plan from the top, an index scan with its index. */
const nodes = (plan: Plan): ReadonlyArray<string> => [
  [plan["Node Type"], plan["Index Name"]].filter((it) => it !== undefined).join(" "),
  ...(plan.Plans ?? []).flatMap(nodes)
]

/** How Postgres would run each statement of an effect. */
const plansOf = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const sql = yield* SqlClient.SqlClient
  const statements: Array<readonly [text: string, parameters: ReadonlyArray<unknown>]> = []
  yield* effect.pipe(
    Effect.provideService(Statement.CurrentTransformer, (statement) => {
      statements.push(statement.compile())
      return Effect.succeed(statement)
    })
  )
  return yield* Effect.forEach(statements, ([text, parameters]) =>
    Effect.map(
      sql.unsafe<{ "QUERY PLAN": ReadonlyArray<{ readonly Plan: Plan }> }>(
        `explain (format json) ${text}`,
        parameters
      ).withoutTransform,
      ([row]) => row?.["QUERY PLAN"].flatMap(({ Plan: plan }) => nodes(plan)) ?? []
    )
  )
})

/**
 * 200,000 measurements: 20 patients, 10 vitals, 1,000 readings of each at even distances, half written
 * by devices.
 */
const fill = Effect.fnUntraced(function* (distance: "1 minute" | "3 hours") {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    insert into bedside_patients (
      id, given_name, family_name, conditions, oxygen_scale, has_photo, created_at, updated_at,
      version
    )
    select gen_random_uuid(), 'Ada', 'Byron', '{}', 1, false, now(), now(), 1
    from generate_series(1, 20)
  `
  yield* sql`
    insert into bedside_measurements (
      observed_at, received_at, recorded_at, number, version, offset_minutes, implausible, id,
      patient_id, written_by, vital, source
    )
    select timestamptz '2026-01-01' + nth * ${distance}::interval, now(), now(), 70, 1, 0, false,
      gen_random_uuid(), patient.id,
      case when nth % 2 = 0 then md5((nth % 100)::text)::uuid end, vital, 'monitor'
    from bedside_patients as patient
    cross join unnest(array[
      'heart-rate', 'respiratory-rate', 'oxygen-saturation', 'temperature', 'systolic-pressure',
      'diastolic-pressure', 'mean-pressure', 'weight', 'glucose', 'pain'
    ]) as vital
    cross join generate_series(1, 1000) as nth
  `
  yield* sql`analyze`
})

/**
 * A patient with measurements, and the first that a device has written: after the last few of a
 * writer, sorting them would be the better plan.
 */
const some = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{
    patientId: Patient.PatientId
    writtenBy: Account.AccountId
    id: Measurement.MeasurementId
  }>`
    select patient_id, written_by, id from bedside_measurements
    where written_by is not null order by id limit 1
  `
  return rows[0] ?? (yield* Effect.die("there are many"))
})

const key = "bedside_measurements_natural_key"

onEach(
  "a query over 200,000 measurements",
  (it) => {
    it.layer(Layer.effectDiscard(fill("1 minute")).pipe(Layer.provideMerge(Store.layer())))(
      (it) => {
        it.effect("is an index scan in the order of the index, whatever is asked", () =>
          Effect.gen(function* () {
            const port = yield* Ports.Measurements
            const { patientId, writtenBy, id } = yield* some
            const vital = "heart-rate"
            const from = Timestamp.at(Date.parse("2026-01-01T02:00:00Z"))
            const to = Timestamp.at(Date.parse("2026-01-01T08:00:00Z"))
            const after = { vital, observedAt: from, source: "monitor" } as const
            const plain = [["Limit", `Index Scan ${key}`]]

            expect(yield* plansOf(port.history(patientId, { vital }, { limit: 100 }))).toEqual(
              plain
            )
            expect(
              yield* plansOf(port.history(patientId, { vital, from, to }, { limit: 100 }))
            ).toEqual(plain)
            expect(
              yield* plansOf(port.history(patientId, { vital, from, to }, { limit: 100, after }))
            ).toEqual(plain)
            expect(yield* plansOf(port.history(patientId, {}, { limit: 100 }))).toEqual(plain)
            expect(yield* plansOf(port.history(patientId, {}, { limit: 100, after }))).toEqual(
              plain
            )

            expect(yield* plansOf(port.list({}, { limit: 100, after: id }))).toEqual([
              ["Limit", "Index Scan bedside_measurements_pkey"]
            ])
            expect(yield* plansOf(port.list({ writtenBy }, { limit: 100, after: id }))).toEqual([
              ["Limit", "Index Scan bedside_measurements_written_by"]
            ])
          })
        )

        it.effect("of the newest or of a time of every vital reads the index once for each", () =>
          Effect.gen(function* () {
            const port = yield* Ports.Measurements
            const { patientId } = yield* some
            const from = Timestamp.at(Date.parse("2026-01-01T02:00:00Z"))
            const each = ["Nested Loop", "Function Scan", "Limit", `Index Scan ${key}`]
            const latest = yield* plansOf(port.latest(patientId))
            expect(latest.map((plan) => plan.map((it) => it.replace(" Backward", "")))).toEqual([
              each
            ])
            // Sorts the stretches of the vitals, at most a page of each.
            expect(yield* plansOf(port.history(patientId, { from }, { limit: 100 }))).toEqual([
              ["Limit", "Sort", ...each]
            ])
          })
        )
      }
    )
  },
  [postgres]
)

/** The partition of an index scan, and the rest of its name. */
const scanned = /^(Index Scan (?:Backward )?bedside_measurements)_(\d{4}_\d\d|earlier|later)(_.*)$/

/** The nodes of a plan without the partitions, each once where it follows itself. */
const shapeOf = (plan: ReadonlyArray<string>) =>
  plan
    .map((node) => node.replace(scanned, "$1$3").replace(" Backward", ""))
    .filter((node, index, all) => node !== all[index - 1])

const partitionsOf = (plan: ReadonlyArray<string>) =>
  plan.flatMap((node) => scanned.exec(node)?.[2] ?? [])

onEach(
  "a query over 200,000 measurements of five months",
  (it) => {
    it.layer(Layer.effectDiscard(fill("3 hours")).pipe(Layer.provideMerge(Store.layer())))((it) => {
      const appended = ["Limit", "Append", `Index Scan ${key}`]

      it.effect("of one vital reads the partitions one after the other, in the order of time", () =>
        Effect.gen(function* () {
          const port = yield* Ports.Measurements
          const { patientId } = yield* some
          const vital = "heart-rate"
          const [history = []] = yield* plansOf(port.history(patientId, { vital }, { limit: 100 }))
          expect(shapeOf(history)).toEqual(appended)
          expect(partitionsOf(history).slice(0, 3)).toEqual(["earlier", "2026_01", "2026_02"])
          expect(partitionsOf(history).at(-1)).toBe("later")

          const [latest = []] = yield* plansOf(port.latest(patientId))
          expect(shapeOf(latest)).toEqual(["Nested Loop", "Function Scan", ...appended])
          expect(partitionsOf(latest)).toEqual(partitionsOf(history).toReversed())
        })
      )

      it.effect("of a time reads the partitions of that time only", () =>
        Effect.gen(function* () {
          const port = yield* Ports.Measurements
          const { patientId } = yield* some
          const vital = "heart-rate"
          const from = Timestamp.at(Date.parse("2026-02-03T00:00:00Z"))
          const to = Timestamp.at(Date.parse("2026-02-25T00:00:00Z"))
          const next = Timestamp.at(Date.parse("2026-03-25T00:00:00Z"))
          const ofMonth = port.history(patientId, { vital, from, to }, { limit: 100 })
          expect(yield* plansOf(ofMonth)).toEqual([
            ["Limit", "Index Scan bedside_measurements_2026_02_natural_key"]
          ])
          const ofMonths = port.history(patientId, { vital, from, to: next }, { limit: 100 })
          expect((yield* plansOf(ofMonths)).map(partitionsOf)).toEqual([["2026_02", "2026_03"]])
          expect((yield* plansOf(ofMonths)).map(shapeOf)).toEqual([appended])
        })
      )

      it.effect("in the order of ids or of all vitals merges the indices of the partitions", () =>
        Effect.gen(function* () {
          const port = yield* Ports.Measurements
          const { patientId, writtenBy, id } = yield* some
          const merged = (index: string) => [["Limit", "Merge Append", `Index Scan ${index}`]]
          // Of months that hold nothing, any index will do.
          const isEmpty = (node: string) =>
            !["2026_01", "2026_02", "2026_03", "2026_04"].includes(
              scanned.exec(node)?.[2] ?? "2026_01"
            )
          const shapes = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
            Effect.map(plansOf(effect), (plans) =>
              plans.map((plan) => shapeOf(plan.filter((node) => !isEmpty(node))))
            )
          expect(yield* shapes(port.list({}, { limit: 100, after: id }))).toEqual(
            merged("bedside_measurements_pkey")
          )
          expect(yield* shapes(port.list({ writtenBy }, { limit: 100, after: id }))).toEqual(
            merged("bedside_measurements_written_by_id_idx")
          )
          expect(yield* shapes(port.history(patientId, {}, { limit: 100 }))).toEqual(merged(key))
        })
      )

      it.effect("for one id looks into each partition's primary key", () =>
        Effect.gen(function* () {
          const port = yield* Ports.Measurements
          const { id } = yield* some
          const [find = []] = yield* plansOf(port.find(id))
          const looked = find.filter((node) => scanned.test(node))
          expect(new Set(looked.map((node) => shapeOf([node])[0]))).toEqual(
            new Set(["Index Scan bedside_measurements_pkey"])
          )
          expect(partitionsOf(find)).toContain("2026_01")
        })
      )
    })
  },
  [partitioned]
)

/** 100,000 jobs of four kinds, of which 100 wait and the others are done. */
const fillQueue = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    insert into bedside_jobs (
      id, queue_name, element, state, attempts, visible_at, created_at, updated_at
    )
    select (array['assess-patient', 'foretell-risk', 'notify', 'analyse-ecg'])[1 + number % 4]
        || ':' || gen_random_uuid(), 'bedside', '{}',
      case when number <= 100 then 'pending' else 'completed' end, 1,
      now() - number * interval '1 second', now(), now()
    from generate_series(1, 100000) as number
  `
  yield* sql`analyze bedside_jobs`
})

onEach(
  "a look at the jobs that wait, among 100,000,",
  (it) => {
    it.layer(Layer.effectDiscard(fillQueue).pipe(Layer.provideMerge(Store.layer())))((it) => {
      it.effect("reads no job that is done", () =>
        Effect.gen(function* () {
          const [plan] = yield* plansOf(Queue.waiting)
          expect(plan?.at(-1)).toBe("Index Scan bedside_jobs_due")
          const kinds = yield* Queue.waiting
          expect(kinds.map(({ kind }) => kind).toSorted()).toEqual([
            "analyse-ecg",
            "assess-patient",
            "foretell-risk",
            "notify"
          ])
        })
      )
    })
  },
  [postgres]
)
