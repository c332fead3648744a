/**
 * Patients coming and going: put on record, registering themselves, imported from a roster.
 *
 * A registration answers before any mail is sent; the job that sends it is stored together with the
 * patient, so neither can be there without the other.
 */
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Invalid from "../input/Invalid.ts"
import * as Patient from "../patient/Patient.ts"
import * as Registration from "../patient/Registration.ts"
import * as Roster from "../patient/Roster.ts"
import * as Identity from "./Identity.ts"
import * as Page from "./Page.ts"
import * as Ports from "./Ports.ts"

/**
 * What became of one line of a roster, by its place below the header.
 *
 * @since 0.1.0
 */
export type RosterOutcome =
  | { readonly index: number; readonly status: "created"; readonly id: Patient.PatientId }
  | {
      readonly index: number
      readonly status: "refused"
      readonly error: Invalid.Invalid | Ports.Conflict
    }

/**
 * The workflows around the patient record.
 *
 * @since 0.1.0
 */
export class Admission extends Context.Service<Admission>()("bedside/Admission", {
  make: Effect.gen(function* () {
    const patients = yield* Ports.Patients
    const random = yield* SecureRandom.SecureRandom
    const nextId = Identity.next<Patient.PatientId>(random)

    const admit = Effect.fn("Admission.admit")(function* (details: Patient.NewPatient) {
      const options = { id: yield* nextId, now: yield* DateTime.now }
      const patient = yield* Effect.fromResult(Patient.make(details, options))
      yield* patients.insert(patient)
      return patient
    })

    const register = Effect.fn("Admission.register")(function* (
      registration: Registration.Registration,
      photo: Patient.Photo
    ) {
      const now = yield* DateTime.now
      const patient = Registration.toPatient(registration, { id: yield* nextId, now })
      const token = Hex.encode(yield* random.randomBytes(16))
      yield* patients.register(patient, photo, {
        patientId: patient.id,
        token,
        status: "pending",
        requestedAt: now
      })
      return { id: patient.id, status: "pending" as const }
    })

    const confirm = Effect.fn("Admission.confirm")(function* (
      id: Patient.PatientId,
      token: string
    ) {
      const now = yield* DateTime.now
      return yield* patients.confirm(id, (waiting) => Registration.confirm(waiting, token, now))
    })

    const importRow = (
      row: Result.Result<Patient.NewPatient, Invalid.Invalid>,
      index: number
    ): Effect.Effect<RosterOutcome> =>
      Effect.fromResult(row).pipe(
        Effect.flatMap(admit),
        Effect.map(({ id }) => ({ index, status: "created" as const, id })),
        // A line has one identifier, under the roster's own name.
        Effect.catchTag("Conflict", ({ code }) => new Ports.Conflict({ code, path: "patient_id" })),
        Effect.catch((error) => Effect.succeed({ index, status: "refused" as const, error }))
      )

    const importRoster = Effect.fn("Admission.importRoster")(function* (text: string) {
      const rows = yield* Roster.read(text)
      return yield* Effect.forEach(rows, importRow)
    })

    const find = (id: Patient.PatientId) => patients.find(id)

    const list = Effect.fn("Admission.list")(function* (request: Page.Request) {
      const after = yield* Effect.fromResult(Page.after(request, Patient.PatientId))
      const found = yield* patients.list({ limit: request.limit + 1, ...after })
      return Page.make(found, request.limit, (patient) => patient.id)
    })

    const change = Effect.fn("Admission.change")(function* (
      id: Patient.PatientId,
      version: number,
      patch: Patient.PatientPatch
    ) {
      const now = yield* DateTime.now
      return yield* patients.change(id, (current) =>
        Result.flatMap(Identity.atVersion(current, version), () =>
          Patient.change(current, patch, now)
        )
      )
    })

    const erase = Effect.fn("Admission.erase")((id: Patient.PatientId) =>
      patients.remove(id, () => Result.void)
    )

    const eraseAt = Effect.fn("Admission.eraseAt")((id: Patient.PatientId, version: number) =>
      patients.remove(id, (current) => Identity.atVersion(current, version))
    )

    const photo = (id: Patient.PatientId) => patients.photo(id)

    return { admit, register, confirm, importRoster, find, list, change, erase, eraseAt, photo }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
