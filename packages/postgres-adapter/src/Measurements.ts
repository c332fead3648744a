/**
 * Measurements on Postgres, at any number of them.
 *
 * Each query reads from an index, in the order of that index, and no more rows than it returns.
 * Whoever writes measurements of a patient holds the patient's row, so what a decision is made on
 * stays true until it is stored.
 */
import type * as Measurement from "@bedside/core/Measurement"
import * as Ports from "@bedside/core/Ports"
import * as Vital from "@bedside/core/Vital"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PersistedQueueFactory } from "effect/persistence/PersistedQueue"
import * as SqlClient from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import * as Column from "./internal/Column.ts"
import * as Intake from "./internal/Intake.ts"
import * as MeasurementRow from "./internal/MeasurementRow.ts"
import * as Offer from "./internal/Offer.ts"
import * as Row from "./internal/Row.ts"
import * as Telling from "./internal/Telling.ts"
import * as Transaction from "./internal/Transaction.ts"

type HistoryQuery = Omit<Parameters<Ports.Measurements["Service"]["history"]>[1], "vital">
type HistorySlice = Parameters<Ports.Measurements["Service"]["history"]>[2]

const codes: ReadonlyArray<Vital.Code> = Vital.catalogue.map(({ code }) => code)

const position = new Map(codes.map((code, index) => [code, index]))

const byCatalogue = (left: Measurement.Measurement, right: Measurement.Measurement): number =>
  (position.get(left.vital) ?? 0) - (position.get(right.vital) ?? 0)

/** The value that a correction replaced; all null beside a measurement never corrected. */
interface ReplacedColumns {
  readonly oldNumber: number | null
  readonly oldCode: string | null
  readonly oldRecordedAt: Date | null
  readonly replacedAt: Date | null
}

const toReplaced = (row: ReplacedColumns): ReadonlyArray<Measurement.Replaced> =>
  row.oldRecordedAt === null || row.replacedAt === null
    ? []
    : [
        {
          value: MeasurementRow.value({ number: row.oldNumber, code: row.oldCode }),
          recordedAt: DateTime.fromDateUnsafe(row.oldRecordedAt),
          replacedAt: DateTime.fromDateUnsafe(row.replacedAt)
        }
      ]

const fromRows = Effect.map((rows: ReadonlyArray<MeasurementRow.MeasurementRow>) =>
  rows.map(MeasurementRow.fromRow)
)

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const offer = yield* Offer.make
  const telling = yield* Telling.make(sql, offer)

  const select = sql.literal(`select ${MeasurementRow.columns}`)
  const table = sql.literal("from bedside_measurements as m")

  const read = (rest: Fragment) =>
    Transaction.orDie(fromRows(sql<MeasurementRow.MeasurementRow>`${select} ${table} ${rest}`))

  const within = ({ from, to, writtenBy }: HistoryQuery) =>
    sql.and([
      ...(from === undefined ? [] : [sql`observed_at >= ${DateTime.toDateUtc(from)}`]),
      ...(to === undefined ? [] : [sql`observed_at < ${DateTime.toDateUtc(to)}`]),
      ...(writtenBy === undefined ? [] : [sql`written_by = ${writtenBy}`])
    ])

  const whole = (patientId: string, query: HistoryQuery, { limit, after }: HistorySlice) =>
    read(sql`
      where patient_id = ${patientId} and ${within(query)} and ${
        after === undefined
          ? sql.literal("true")
          : sql`(vital, observed_at, source) >
              (${after.vital}, ${DateTime.toDateUtc(after.observedAt)}, ${after.source})`
      }
      order by vital, observed_at, source limit ${limit}
    `)

  const ofVital = (
    patientId: string,
    vital: Vital.Code,
    { from, ...query }: HistoryQuery,
    { limit, after }: HistorySlice
  ) => {
    // One lower bound, the tighter: with two, Postgres would start at either and skip to the other.
    const goesOn =
      after !== undefined &&
      (from === undefined || after.observedAt.epochMilliseconds >= from.epochMilliseconds)
    const next = goesOn
      ? sql`(observed_at, source) > (${DateTime.toDateUtc(after.observedAt)}, ${after.source})`
      : sql.literal("true")
    const bounds = goesOn || from === undefined ? query : { ...query, from }
    return read(sql`
      where patient_id = ${patientId} and vital = ${vital} and ${within(bounds)} and ${next}
      order by observed_at, source limit ${limit}
    `)
  }

  /** A range of time over all vitals is a stretch of each, which starts after the last record read. */
  const stretches = (
    patientId: string,
    { from, ...query }: HistoryQuery,
    { limit, after }: HistorySlice
  ) => {
    const vitals = after === undefined ? codes : codes.filter((vital) => vital >= after.vital)
    const earliest = from?.epochMilliseconds ?? -Infinity
    const starts = vitals.map((vital) =>
      vital === after?.vital ? Math.max(earliest, after.observedAt.epochMilliseconds) : earliest
    )
    const next =
      after === undefined
        ? sql.literal("true")
        : sql`(vital, observed_at, source) >
            (${after.vital}, ${DateTime.toDateUtc(after.observedAt)}, ${after.source})`
    return Transaction.orDie(
      fromRows(sql<MeasurementRow.MeasurementRow>`
        ${select}
        from unnest(${Column.text(vitals)}, ${Column.instant(starts)}) as known (code, start)
        cross join lateral (
          select * from bedside_measurements
          where patient_id = ${patientId} and vital = known.code and observed_at >= known.start
            and ${within(query)} and ${next}
          order by observed_at, source limit ${limit}
        ) as m
        order by m.vital, m.observed_at, m.source limit ${limit}
      `)
    )
  }

  const locked = (id: Measurement.MeasurementId) =>
    sql`
      select id from bedside_patients
      where id = (select patient_id from bedside_measurements where id = ${id})
      for no key update
    `.pipe(
      Effect.andThen(sql<MeasurementRow.MeasurementRow>`${select} ${table} where id = ${id}`),
      Effect.flatMap(Row.first("measurement"))
    )

  return Ports.Measurements.of({
    record: Intake.make(sql, offer, telling),
    pressuresBeside: (patientId, readings) =>
      Transaction.orDie(
        fromRows(sql<MeasurementRow.MeasurementRow>`
          ${select}
          from (
            select distinct * from unnest(
              ${Column.instant(readings.map((it) => it.observedAt.epochMilliseconds))},
              ${Column.text(readings.map((it) => it.source))}
            ) as reading (observed_at, source)
          ) as reading
          cross join (values ('systolic-pressure'), ('diastolic-pressure')) as pressure (vital)
          join bedside_measurements as m on m.patient_id = ${patientId}
            and m.vital = pressure.vital and m.observed_at = reading.observed_at
            and m.source = reading.source
        `)
      ),
    history: (patientId, { vital, ...query }, slice) => {
      if (vital !== undefined) return ofVital(patientId, vital, query, slice)
      return query.from === undefined && query.to === undefined
        ? whole(patientId, query, slice)
        : stretches(patientId, query, slice)
    },
    latest: (patientId) =>
      Effect.map(
        Transaction.orDie(
          fromRows(sql<MeasurementRow.MeasurementRow>`
            ${select}
            from unnest(${Column.text(codes)}) as known (vital)
            cross join lateral (
              select * from bedside_measurements
              where patient_id = ${patientId} and vital = known.vital
              order by observed_at desc, source desc limit 1
            ) as m
          `)
        ),
        (latest) => latest.sort(byCatalogue)
      ),
    list: ({ writtenBy }, { limit, after }) =>
      read(sql`
        where ${sql.and([
          ...(writtenBy === undefined ? [] : [sql`written_by = ${writtenBy}`]),
          ...(after === undefined ? [] : [sql`id > ${after}`])
        ])}
        order by id limit ${limit}
      `),
    find: (id) =>
      sql<MeasurementRow.MeasurementRow & ReplacedColumns>`
        ${select}, old.number as old_number, old.code as old_code,
          old.recorded_at as old_recorded_at, old.replaced_at
        ${table} left join bedside_replaced_values as old on old.measurement_id = m.id
        where m.id = ${id} order by old.version
      `.pipe(
        Effect.flatMap((rows) =>
          Effect.map(Row.first("measurement")(rows), (row) => ({
            measurement: MeasurementRow.fromRow(row),
            replaced: rows.flatMap(toReplaced),
            ...(row.writtenBy === null ? {} : { writtenBy: row.writtenBy })
          }))
        ),
        Transaction.orDie
      ),
    panel: (id) => Effect.map(read(sql`where panel = ${id}`), (found) => found.sort(byCatalogue)),
    correct: (id, decide) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          const now = yield* DateTime.nowAsDate
          const row = yield* locked(id)
          const { to, jobs } = yield* Effect.fromResult(decide(MeasurementRow.fromRow(row)))
          const corrected: MeasurementRow.MeasurementRow = {
            ...row,
            number: MeasurementRow.numberOf(to.value),
            code: MeasurementRow.codeOf(to.value),
            implausible: to.implausible,
            recordedAt: now,
            version: row.version + 1
          }
          yield* sql`
            insert into bedside_replaced_values
              (measurement_id, observed_at, version, number, code, recorded_at, replaced_at)
            values (
              ${id}, ${row.observedAt}, ${row.version}, ${row.number}, ${row.code},
              ${row.recordedAt}, ${now}
            )
          `
          yield* sql`
            update bedside_measurements
            set number = ${corrected.number}, code = ${corrected.code},
              implausible = ${to.implausible}, recorded_at = ${now}, version = ${corrected.version}
            where id = ${id} and observed_at = ${row.observedAt}
          `
          yield* telling.measurements(row.patientId, [id])
          yield* Effect.forEach(jobs, offer, { concurrency: "unbounded", discard: true })
          return MeasurementRow.fromRow(corrected)
        })
      ),
    remove: (id, decide) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          const row = yield* locked(id)
          const jobs = yield* Effect.fromResult(decide(MeasurementRow.fromRow(row)))
          yield* sql`
            delete from bedside_measurements where id = ${id} and observed_at = ${row.observedAt}
          `
          yield* sql`
            delete from bedside_assessments
            where patient_id = ${row.patientId} and jsonb_exists(content -> 'measurements', ${id})
          `
          yield* sql`
            delete from bedside_predictions
            where patient_id = ${row.patientId}
              and ${row.observedAt} between since and as_of
          `
          yield* telling.deleted(row.patientId, id)
          yield* Effect.forEach(jobs, offer, { concurrency: "unbounded", discard: true })
        })
      )
  })
})

/**
 * Measurements on the current database.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<
  Ports.Measurements,
  never,
  SqlClient.SqlClient | PersistedQueueFactory
> = Layer.effect(Ports.Measurements, make)
