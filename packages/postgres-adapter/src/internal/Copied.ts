/**
 * Applying what another service tells: into the tables of the record itself, past the methods that
 * change records, so that nothing follows from a copy but the copy.
 */
import type * as Events from "@bedside/core/Events"
import type * as Patient from "@bedside/core/Patient"
import * as Timestamp from "@bedside/core/Timestamp"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import * as Column from "./Column.ts"
import * as MeasurementRow from "./MeasurementRow.ts"
import type { Telling } from "./Telling.ts"

type Told = Events.ToldMeasurement & Partial<Events.ToldCorrection>

export const make = (sql: SqlClient, telling: Telling) => {
  const patient = (id: Patient.PatientId, told: Events.ToldPatient) => {
    const row = {
      id,
      givenName: told.givenName,
      familyName: told.familyName,
      birthDate: told.birthDate ?? null,
      ageYears: told.ageYears ?? null,
      ageStatedOn: told.ageStatedOn ?? null,
      sex: told.sex ?? null,
      conditions: told.conditions,
      oxygenScale: told.oxygenScale,
      hasPhoto: false,
      createdAt: DateTime.toDateUtc(told.createdAt),
      updatedAt: DateTime.toDateUtc(told.updatedAt),
      version: told.version
    }
    return sql`
      insert into bedside_patients ${sql.insert(row)}
      on conflict (id) do update set ${sql.update(row, ["id"])}
    `
  }

  const erasePatient = Effect.fnUntraced(function* (id: Patient.PatientId) {
    yield* telling.erased(id)
    yield* sql`delete from bedside_patients where id = ${id}`
  })

  const forgetMeasurements = (id: Patient.PatientId) =>
    sql`delete from bedside_measurements where patient_id = ${id}`

  const measurements = Effect.fnUntraced(function* (
    patientId: Patient.PatientId,
    all: ReadonlyArray<Told>
  ) {
    yield* sql`
      insert into bedside_measurements (
        observed_at, received_at, recorded_at, number, version, offset_minutes, implausible, id,
        patient_id, panel, written_by, vital, source, code
      )
      select observed_at, received_at, recorded_at, number, version, offset_minutes, implausible, id,
        ${patientId}, panel, written_by, vital, source, code
      from unnest(
        ${Column.instant(all.map((it) => it.observedAt.epochMilliseconds))},
        ${Column.instant(all.map((it) => it.receivedAt.epochMilliseconds))},
        ${Column.instant(all.map((it) => it.recordedAt.epochMilliseconds))},
        ${Column.double(all.map((it) => MeasurementRow.numberOf(it.value)))},
        ${Column.integer(all.map((it) => it.version))},
        ${Column.smallint(all.map((it) => Math.round(Timestamp.offsetMinutes(it.observedAt))))},
        ${Column.boolean(all.map((it) => it.flag !== null))},
        ${Column.uuid(all.map((it) => it.id))},
        ${Column.uuid(all.map((it) => it.panel ?? null))},
        ${Column.uuid(all.map((it) => it.writtenBy ?? null))},
        ${Column.text(all.map((it) => it.vital))},
        ${Column.text(all.map((it) => it.source))},
        ${Column.text(all.map((it) => MeasurementRow.codeOf(it.value)))}
      ) as told (observed_at, received_at, recorded_at, number, version, offset_minutes, implausible,
        id, panel, written_by, vital, source, code)
      on conflict on constraint bedside_measurements_natural_key
      do update set number = excluded.number, code = excluded.code, implausible = excluded.implausible,
        version = excluded.version, recorded_at = excluded.recorded_at
    `
    const replaced = all.flatMap(({ id, observedAt, replaced: values = [] }) =>
      values.map((it, index) => ({ ...it, id, observedAt, version: index + 1 }))
    )
    if (replaced.length === 0) return
    yield* sql`
      insert into bedside_replaced_values
        (measurement_id, observed_at, version, number, code, recorded_at, replaced_at)
      select * from unnest(
        ${Column.uuid(replaced.map((it) => it.id))},
        ${Column.instant(replaced.map((it) => it.observedAt.epochMilliseconds))},
        ${Column.integer(replaced.map((it) => it.version))},
        ${Column.double(replaced.map((it) => MeasurementRow.numberOf(it.value)))},
        ${Column.text(replaced.map((it) => MeasurementRow.codeOf(it.value)))},
        ${Column.instant(replaced.map((it) => it.recordedAt.epochMilliseconds))},
        ${Column.instant(replaced.map((it) => it.replacedAt.epochMilliseconds))}
      )
      on conflict do nothing
    `
  })

  const isOnRecord = (id: Patient.PatientId) =>
    Effect.map(
      sql`select id from bedside_patients where id = ${id} for no key update`,
      (rows) => rows.length > 0
    )

  /** Of a patient who is gone, nothing is kept that measurements tell. */
  const apply = Effect.fnUntraced(function* (event: Events.Event) {
    const { patientId, source } = event
    if (event.type === "patient.erased") {
      return yield* source === "patients" ? erasePatient(patientId) : forgetMeasurements(patientId)
    }
    if (event.type === "patient.registered" || event.type === "patient.changed") {
      if (source === "patients") yield* patient(patientId, event.data)
      return
    }
    if (source !== "measurements" || !(yield* isOnRecord(patientId))) return
    if (event.type === "measurement.deleted") {
      yield* sql`delete from bedside_measurements where id = ${event.data.measurementId}`
      return
    }
    // What is told from the beginning takes the place of what is there.
    if (event.sequence === 1) yield* forgetMeasurements(patientId)
    yield* measurements(patientId, event.data.measurements)
  })

  return { apply }
}
