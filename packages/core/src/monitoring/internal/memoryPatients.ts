/**
 * Patients over Maps.
 */
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import type * as Patient from "../../patient/Patient.ts"
import type * as Events from "../Events.ts"
import * as Ports from "../Ports.ts"
import * as MemoryEvents from "./memoryEvents.ts"
import { ascending, found, offer, slice, step, type State } from "./state.ts"

const isOf = ({ identifiers }: Patient.Patient, { system, value }: Patient.Identifier): boolean =>
  identifiers.some((it) => it.system === system && it.value === value)

const conflict = (state: State, patient: Patient.Patient): Ports.Conflict | undefined => {
  const email = patient.email?.toLowerCase()
  for (const other of state.patients.values()) {
    if (other.id === patient.id) continue
    if (email !== undefined && other.email?.toLowerCase() === email) {
      return new Ports.Conflict({ code: "email-taken", path: "email" })
    }
    const shared = patient.identifiers.findIndex((identifier) => isOf(other, identifier))
    if (shared !== -1) {
      return new Ports.Conflict({ code: "identifier-taken", path: `identifiers[${shared}]` })
    }
  }
  return undefined
}

export const erase = (state: State, id: Patient.PatientId, now: DateTime.Utc): void => {
  MemoryEvents.erased(state, id, now)
  state.patients.delete(id)
  state.photos.delete(id)
  state.confirmations.delete(id)
  for (const [key, stored] of state.measurements) {
    if (stored.measurement.patientId === id) state.measurements.delete(key)
  }
  for (const [key, measurementId] of state.naturalKeys) {
    if (!state.measurements.has(measurementId)) state.naturalKeys.delete(key)
  }
  for (const [key, assessed] of state.assessments) {
    if (assessed.patientId === id) state.assessments.delete(key)
  }
  for (const [key, foretold] of state.predictions) {
    if (foretold.patientId === id) state.predictions.delete(key)
  }
  for (const [key, label] of state.labels) {
    if (label.patientId === id) state.labels.delete(key)
  }
  for (const ecg of state.ecgs.values()) {
    if (ecg.record.patientId === id) {
      ecg.record = withoutPatient(ecg.record)
      ecg.recording = withoutPatient(ecg.recording)
    }
  }
}

/** Has a patient as another service tells of them. */
export const copy = (state: State, id: Patient.PatientId, told: Events.ToldPatient): void => {
  state.patients.set(id, { ...told, id, identifiers: [], hasPhoto: false })
}

const withoutPatient = <A extends { readonly patientId?: Patient.PatientId }>(
  it: A
): Omit<A, "patientId"> => {
  const { patientId: _, ...others } = it
  return others
}

export const make = (state: State): Ports.Patients["Service"] => {
  const find = (id: Patient.PatientId) => found(state.patients.get(id), "patient")
  const confirmation = (id: Patient.PatientId) => found(state.confirmations.get(id), "registration")

  const store = (patient: Patient.Patient): Result.Result<Patient.Patient, Ports.Conflict> => {
    const clash = conflict(state, patient)
    if (clash !== undefined) return Result.fail(clash)
    state.patients.set(patient.id, patient)
    return Result.succeed(patient)
  }

  const insert = (patient: Patient.Patient): Result.Result<void, Ports.Conflict> =>
    state.patients.has(patient.id)
      ? Result.fail(new Ports.Conflict({ code: "identifier-taken", path: "id" }))
      : Result.map(store(patient), () => undefined)

  return {
    insert: (patient) =>
      step((now) =>
        Result.map(insert(patient), () =>
          MemoryEvents.patient(state, "patient.registered", patient, now)
        )
      ),
    register: (patient, photo, waiting) =>
      step((now) =>
        Result.map(store(patient), () => {
          state.photos.set(patient.id, photo)
          state.confirmations.set(patient.id, waiting)
          MemoryEvents.patient(state, "patient.registered", patient, now)
          offer(state, { _tag: "send-confirmation", patientId: patient.id }, now)
        })
      ),
    find: (id) => step(() => find(id)),
    identified: (identifiers) =>
      step(() =>
        Result.succeed(
          [...state.patients.values()]
            .filter((patient) => identifiers.some((it) => isOf(patient, it)))
            .sort((a, b) => ascending(a.id, b.id))
        )
      ),
    list: (page) =>
      step(() =>
        Result.succeed(slice(state.patients.values(), ascending, (it): string => it.id, page))
      ),
    change: (id, decide) =>
      step((now) =>
        find(id).pipe(
          Result.flatMap(decide),
          Result.flatMap(store),
          Result.map((patient) => {
            MemoryEvents.patient(state, "patient.changed", patient, now)
            return patient
          })
        )
      ),
    remove: (id, decide) =>
      step((now) =>
        find(id).pipe(
          Result.flatMap(decide),
          Result.map(() => erase(state, id, now))
        )
      ),
    photo: (id) => step(() => found(state.photos.get(id), "photo")),
    confirmation: (id) => step(() => confirmation(id)),
    confirm: (id, decide) =>
      step((now) =>
        confirmation(id).pipe(
          Result.flatMap(decide),
          Result.map((next) => {
            state.confirmations.set(id, next)
            const patient = state.patients.get(id)
            if (patient !== undefined && patient.registration !== next.status) {
              const confirmed = {
                ...patient,
                registration: next.status,
                updatedAt: next.confirmedAt ?? patient.updatedAt,
                version: patient.version + 1
              }
              state.patients.set(id, confirmed)
              MemoryEvents.patient(state, "patient.changed", confirmed, now)
            }
            return next
          })
        )
      )
  }
}
