/**
 * Events, written in the transaction of the change that they tell of.
 *
 * Whoever changes what belongs to a patient holds the patient's row, so the places in a stream have no
 * gaps and are those in which the changes were made. A store that tells nothing writes nothing here.
 */
import * as Events from "@bedside/core/Events"
import type * as Jobs from "@bedside/core/Jobs"
import type * as Measurement from "@bedside/core/Measurement"
import type * as Patient from "@bedside/core/Patient"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Column from "./Column.ts"
import * as MeasurementRow from "./MeasurementRow.ts"

/** What a store tells other services of. */
export const Tells = Context.Reference<Events.Source | undefined>("bedside/postgres/Tells", {
  defaultValue: () => undefined
})

type Written = Effect.Effect<void, SqlError>

interface ReplacedRow extends MeasurementRow.ValueColumns {
  readonly measurementId: string
  readonly recordedAt: Date
  readonly replacedAt: Date
}

const parts = <A>(items: ReadonlyArray<A>): ReadonlyArray<readonly [A, ...Array<A>]> => {
  const all: Array<readonly [A, ...Array<A>]> = []
  for (let at = 0; at < items.length; at += Events.most) {
    const [first, ...rest] = items.slice(at, at + Events.most)
    if (first !== undefined) all.push([first, ...rest])
  }
  return all
}

const told = (row: MeasurementRow.MeasurementRow): Events.ToldMeasurement => {
  const { patientId: _, ...measurement } = MeasurementRow.fromRow(row)
  return { ...measurement, ...(row.writtenBy === null ? {} : { writtenBy: row.writtenBy }) }
}

const replacedOf = (row: ReplacedRow): Measurement.Replaced => ({
  value: MeasurementRow.value(row),
  recordedAt: DateTime.fromDateUnsafe(row.recordedAt),
  replacedAt: DateTime.fromDateUnsafe(row.replacedAt)
})

export interface Telling {
  readonly patient: (
    type: "patient.registered" | "patient.changed",
    patient: Patient.Patient
  ) => Written
  /** Closes the stream of a patient; called before the patient is removed. */
  readonly erased: (id: Patient.PatientId) => Written
  /** Tells of measurements as they stand by now. */
  readonly measurements: (patientId: Patient.PatientId, ids: ReadonlyArray<string>) => Written
  readonly deleted: (patientId: Patient.PatientId, id: Measurement.MeasurementId) => Written
}

const silent: Telling = {
  patient: () => Effect.void,
  erased: () => Effect.void,
  measurements: () => Effect.void,
  deleted: () => Effect.void
}

export const make = Effect.fnUntraced(function* (
  sql: SqlClient,
  offer: (job: Jobs.Job) => Effect.Effect<void>
) {
  const source = yield* Tells
  if (source === undefined) return silent

  const append = Effect.fnUntraced(function* (
    patientId: Patient.PatientId,
    contents: ReadonlyArray<Events.Content>
  ) {
    if (contents.length === 0) return
    const at = yield* DateTime.now
    const rows = yield* sql<{ last: number }>`
      insert into bedside_streams (patient_id, last, published)
      values (${patientId}, ${contents.length}, 0)
      on conflict (patient_id)
      do update set last = bedside_streams.last + ${contents.length}
      returning last
    `
    // An upsert returns its row.
    const through = rows[0]!.last
    const first = through - contents.length + 1
    const events = contents.map((content, index) => ({
      ...content,
      id: Events.EventId.make(SecureRandom.uuidV7Unsafe()),
      patientId,
      source,
      sequence: first + index,
      at,
      version: 1 as const
    }))
    yield* sql`
      insert into bedside_events (patient_id, sequence, version, id, at, type, data)
      select ${patientId}, sequence, 1, id, ${DateTime.toDateUtc(at)}, type, data
      from unnest(
        ${Column.integer(events.map(({ sequence }) => sequence))},
        ${Column.uuid(events.map(({ id }) => id))},
        ${Column.text(events.map(({ type }) => type))},
        ${Column.json(events.map((event) => dataOf(event)))}
      ) as event (sequence, id, type, data)
    `
    yield* offer({ _tag: "publish-events", patientId, through })
  })

  const close = Effect.fnUntraced(function* (id: Patient.PatientId) {
    yield* sql`delete from bedside_events where patient_id = ${id}`
    yield* append(id, [{ type: "patient.erased", data: {} }])
  })

  const measurements = Effect.fnUntraced(function* (
    patientId: Patient.PatientId,
    ids: ReadonlyArray<string>
  ) {
    if (ids.length === 0) return
    const rows = yield* sql<MeasurementRow.MeasurementRow>`
      select ${sql.literal(MeasurementRow.columns)} from bedside_measurements as m
      where m.id = any(${Column.uuid(ids)}) order by m.id
    `
    const corrected = rows.filter(({ version }) => version > 1)
    const before =
      corrected.length === 0
        ? []
        : yield* sql<ReplacedRow>`
            select measurement_id, number, code, recorded_at, replaced_at
            from bedside_replaced_values
            where measurement_id = any(${Column.uuid(corrected.map(({ id }) => id))})
            order by measurement_id, version
          `
    const values = Map.groupBy(before, ({ measurementId }) => measurementId)
    const corrections = corrected.map((row) => ({
      ...told(row),
      replaced: (values.get(row.id) ?? []).map(replacedOf)
    }))
    const recorded = rows.filter(({ version }) => version === 1).map(told)
    yield* append(patientId, [
      ...parts(recorded).map(
        (some) => ({ type: "measurement.recorded", data: { measurements: some } }) as const
      ),
      ...parts(corrections).map(
        (some) => ({ type: "measurement.corrected", data: { measurements: some } }) as const
      )
    ])
  })

  const telling: Telling =
    source === "patients"
      ? {
          ...silent,
          patient: (type, { id, identifiers: _, email: __, phone: ___, ...rest }) => {
            const { registration: ____, hasPhoto: _____, ...data } = rest
            return append(id, [{ type, data }])
          },
          erased: close
        }
      : {
          ...silent,
          erased: (id) =>
            Effect.flatMap(
              sql`select patient_id from bedside_streams where patient_id = ${id}`,
              (rows) => (rows.length === 0 ? Effect.void : close(id))
            ),
          measurements,
          deleted: (patientId, measurementId) =>
            append(patientId, [{ type: "measurement.deleted", data: { measurementId } }])
        }
  return telling
})

const dataOf = (event: Events.Event): unknown => {
  const written = Events.write(event)
  return "data" in written ? written.data : {}
}
