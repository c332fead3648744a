/**
 * Patients, their photos and registrations on Postgres.
 *
 * Unique indexes keep addresses and identifiers apart, whoever writes at the same time. Identifiers
 * are inserted in one order everywhere, so that two patients who share some wait for each other and
 * never in a circle.
 */
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import type * as Registration from "@bedside/core/Registration"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PersistedQueueFactory } from "effect/persistence/PersistedQueue"
import * as SqlClient from "effect/sql/SqlClient"
import * as Column from "./internal/Column.ts"
import * as Offer from "./internal/Offer.ts"
import * as Row from "./internal/Row.ts"
import * as Telling from "./internal/Telling.ts"
import * as Transaction from "./internal/Transaction.ts"

interface PatientRow {
  readonly id: Patient.PatientId
  /** Pairs of system and value; null for none. */
  readonly identifiers: ReadonlyArray<readonly [string, string]> | null
  readonly givenName: string
  readonly familyName: string
  readonly birthDate: string | null
  readonly ageYears: number | null
  readonly ageStatedOn: string | null
  readonly sex: NonNullable<Patient.Patient["sex"]> | null
  readonly email: string | null
  readonly phone: string | null
  readonly conditions: ReadonlyArray<string>
  readonly oxygenScale: 1 | 2
  readonly registration: Patient.RegistrationStatus | null
  readonly hasPhoto: boolean
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly version: number
}

const fromRow = ({ identifiers, createdAt, updatedAt, ...row }: PatientRow): Patient.Patient => ({
  ...Row.present(row),
  identifiers: (identifiers ?? []).map(([system, value]) => ({ system, value })),
  createdAt: DateTime.fromDateUnsafe(createdAt),
  updatedAt: DateTime.fromDateUnsafe(updatedAt)
})

const toRow = (patient: Patient.Patient): Omit<PatientRow, "identifiers"> => ({
  id: patient.id,
  givenName: patient.givenName,
  familyName: patient.familyName,
  birthDate: patient.birthDate ?? null,
  ageYears: patient.ageYears ?? null,
  ageStatedOn: patient.ageStatedOn ?? null,
  sex: patient.sex ?? null,
  email: patient.email ?? null,
  phone: patient.phone ?? null,
  conditions: patient.conditions,
  oxygenScale: patient.oxygenScale,
  registration: patient.registration ?? null,
  hasPhoto: patient.hasPhoto,
  createdAt: DateTime.toDateUtc(patient.createdAt),
  updatedAt: DateTime.toDateUtc(patient.updatedAt),
  version: patient.version
})

interface ConfirmationRow {
  readonly patientId: Patient.PatientId
  readonly token: string
  readonly status: Patient.RegistrationStatus
  readonly requestedAt: Date
  readonly confirmedAt: Date | null
}

const toConfirmation = (row: ConfirmationRow): Registration.Confirmation => ({
  patientId: row.patientId,
  token: row.token,
  status: row.status,
  requestedAt: DateTime.fromDateUnsafe(row.requestedAt),
  ...(row.confirmedAt === null ? {} : { confirmedAt: DateTime.fromDateUnsafe(row.confirmedAt) })
})

const fromConfirmation = (confirmation: Registration.Confirmation): ConfirmationRow => ({
  patientId: confirmation.patientId,
  token: confirmation.token,
  status: confirmation.status,
  requestedAt: DateTime.toDateUtc(confirmation.requestedAt),
  confirmedAt:
    confirmation.confirmedAt === undefined ? null : DateTime.toDateUtc(confirmation.confirmedAt)
})

const orEmailTaken = Transaction.onDuplicate(
  "bedside_patients_email_key",
  () => new Ports.Conflict({ code: "email-taken", path: "email" })
)

const orIdTaken = Transaction.onDuplicate(
  "bedside_patients_pkey",
  () => new Ports.Conflict({ code: "identifier-taken", path: "id" })
)

const sameIdentifiers = (left: Patient.Patient, right: Patient.Patient): boolean =>
  left.identifiers.length === right.identifiers.length &&
  left.identifiers.every(({ system, value }, index) => {
    const other = right.identifiers[index]
    return system === other?.system && value === other.value
  })

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const offer = yield* Offer.make
  const telling = yield* Telling.make(sql, offer)

  const patients = sql`
    select patient.*, (
      select json_agg(json_build_array(system, value) order by position)
      from bedside_patient_identifiers where patient_id = patient.id
    ) as identifiers
    from bedside_patients as patient
  `

  const read = (id: Patient.PatientId) =>
    Effect.flatMap(sql<PatientRow>`${patients} where id = ${id}`, Row.first("patient")).pipe(
      Effect.map(fromRow)
    )

  const locked = (id: Patient.PatientId) =>
    sql`select id from bedside_patients where id = ${id} for update`.pipe(
      Effect.flatMap(Row.first("patient")),
      Effect.andThen(read(id))
    )

  const insertIdentifiers = Effect.fnUntraced(function* ({ id, identifiers }: Patient.Patient) {
    if (identifiers.length === 0) return
    const kept = yield* sql<{ position: number }>`
      insert into bedside_patient_identifiers (patient_id, position, system, value)
      select ${id}, position - 1, system, value
      from unnest(
        ${Column.text(identifiers.map(({ system }) => system))},
        ${Column.text(identifiers.map(({ value }) => value))}
      ) with ordinality as identifier (system, value, position)
      order by value collate "C", system collate "C"
      on conflict on constraint bedside_patient_identifiers_key do nothing
      returning position
    `
    const positions = new Set(kept.map(({ position }) => position))
    const taken = identifiers.findIndex((_, position) => !positions.has(position))
    if (taken === -1) return
    return yield* new Ports.Conflict({ code: "identifier-taken", path: `identifiers[${taken}]` })
  })

  const insert = (patient: Patient.Patient) =>
    sql`insert into bedside_patients ${sql.insert({ ...toRow(patient) })}`.pipe(
      orEmailTaken,
      orIdTaken,
      Effect.andThen(insertIdentifiers(patient)),
      Effect.andThen(telling.patient("patient.registered", patient))
    )

  const update = Effect.fnUntraced(function* (current: Patient.Patient, next: Patient.Patient) {
    yield* sql`
      update bedside_patients set ${sql.update({ ...toRow(next) }, ["id"])} where id = ${current.id}
    `.pipe(orEmailTaken)
    if (sameIdentifiers(current, next)) return
    yield* sql`delete from bedside_patient_identifiers where patient_id = ${current.id}`
    yield* insertIdentifiers(next)
  })

  const confirmation = (id: Patient.PatientId) =>
    sql<ConfirmationRow>`
      select patient_id, token, status, requested_at, confirmed_at
      from bedside_confirmations where patient_id = ${id}
    `.pipe(Effect.flatMap(Row.first("registration")), Effect.map(toConfirmation))

  return Ports.Patients.of({
    insert: (patient) => Transaction.run(sql, insert(patient)),
    register: (patient, { contentType, bytes }, waiting) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          yield* insert(patient)
          yield* sql`
            insert into bedside_photos (patient_id, content_type, bytes)
            values (${patient.id}, ${contentType}, ${bytes})
          `
          yield* sql`
            insert into bedside_confirmations ${sql.insert({ ...fromConfirmation(waiting) })}
          `
          yield* offer({ _tag: "send-confirmation", patientId: patient.id })
        })
      ),
    find: (id) => Transaction.orDie(read(id)),
    identified: (identifiers) =>
      sql<PatientRow>`
        ${patients} where id in (
          select patient_id from bedside_patient_identifiers
          join unnest(
            ${Column.text(identifiers.map(({ system }) => system))},
            ${Column.text(identifiers.map(({ value }) => value))}
          ) as wanted (system, value) using (system, value)
        )
        order by id
      `.pipe(
        Effect.map((rows) => rows.map(fromRow)),
        Transaction.orDie
      ),
    list: ({ limit, after }) =>
      sql<PatientRow>`
        ${patients} where ${after === undefined ? sql.literal("true") : sql`id > ${after}`}
        order by id limit ${limit}
      `.pipe(
        Effect.map((rows) => rows.map(fromRow)),
        Transaction.orDie
      ),
    change: (id, decide) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          const current = yield* locked(id)
          const next = yield* Effect.fromResult(decide(current))
          yield* update(current, next)
          yield* telling.patient("patient.changed", next)
          return next
        })
      ),
    remove: (id, decide) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          yield* Effect.fromResult(decide(yield* locked(id)))
          yield* telling.erased(id)
          yield* sql`delete from bedside_patients where id = ${id}`
        })
      ),
    photo: (id) =>
      sql<Patient.Photo>`
        select content_type, bytes from bedside_photos where patient_id = ${id}
      `.pipe(
        Effect.flatMap(Row.first("photo")),
        // The driver's bytes are a part of its buffer, which they would hold on to.
        Effect.map(({ contentType, bytes }) => ({ contentType, bytes: bytes.slice() })),
        Transaction.orDie
      ),
    confirmation: (id) => Transaction.orDie(confirmation(id)),
    confirm: (id, decide) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          yield* sql`select id from bedside_patients where id = ${id} for update`
          const next = yield* Effect.fromResult(decide(yield* confirmation(id)))
          yield* sql`
            update bedside_confirmations
            set ${sql.update({ ...fromConfirmation(next) }, ["patientId"])}
            where patient_id = ${id}
          `
          const changed = yield* sql`
            update bedside_patients set registration = ${next.status}, version = version + 1
            where id = ${id} and registration is distinct from ${next.status}
            returning id
          `
          if (changed.length > 0) yield* telling.patient("patient.changed", yield* read(id))
          return next
        })
      )
  })
})

/**
 * Patients on the current database.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<
  Ports.Patients,
  never,
  SqlClient.SqlClient | PersistedQueueFactory
> = Layer.effect(Ports.Patients, make)
