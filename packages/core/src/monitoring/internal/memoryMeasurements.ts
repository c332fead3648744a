/**
 * Measurements over Maps.
 */
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Measurement from "../../measurement/Measurement.ts"
import * as Vital from "../../measurement/Vital.ts"
import type * as Patient from "../../patient/Patient.ts"
import type * as Events from "../Events.ts"
import type * as Jobs from "../Jobs.ts"
import * as Ports from "../Ports.ts"
import * as MemoryEvents from "./memoryEvents.ts"
import {
  ascending,
  found,
  offer,
  slice,
  step,
  type State,
  type StoredMeasurement
} from "./state.ts"

type Key = Pick<Measurement.Measurement, "vital" | "observedAt" | "source">

const naturalKey = (patientId: Patient.PatientId, key: Key): string =>
  JSON.stringify([patientId, key.vital, key.observedAt.epochMilliseconds, key.source])

const byKey = (left: Key, right: Key): number =>
  ascending(left.vital, right.vital) ||
  left.observedAt.epochMilliseconds - right.observedAt.epochMilliseconds ||
  ascending(left.source, right.source)

const catalogueOrder = new Map(Vital.catalogue.map((vital, index) => [vital.code, index]))

const byCatalogue = (left: Measurement.Measurement, right: Measurement.Measurement): number =>
  (catalogueOrder.get(left.vital) ?? 0) - (catalogueOrder.get(right.vital) ?? 0)

const replace = (
  stored: StoredMeasurement,
  to: Pick<Measurement.Checked, "value" | "implausible">,
  now: DateTime.Utc
): void => {
  const { value, recordedAt, vital } = stored.measurement
  stored.replaced = [...stored.replaced, { value, recordedAt, replacedAt: now }]
  stored.measurement = {
    ...stored.measurement,
    ...Measurement.describe(vital, to.implausible),
    value: to.value,
    recordedAt: now,
    version: stored.measurement.version + 1
  }
}

const offerAll = (state: State, jobs: ReadonlyArray<Jobs.Job>, now: DateTime.Utc): void => {
  for (const job of jobs) offer(state, job, now)
}

/** What was foretold from a window that the measurement is in goes with it. */
const forget = (state: State, { patientId, observedAt }: Measurement.Measurement): void => {
  const at = observedAt.epochMilliseconds
  for (const [key, it] of state.predictions) {
    const looked = it.since.epochMilliseconds <= at && at <= it.asOf.epochMilliseconds
    if (it.patientId === patientId && looked) state.predictions.delete(key)
  }
}

/** Has a measurement as another service tells of it. */
export const copy = (
  state: State,
  patientId: Patient.PatientId,
  { replaced = [], writtenBy, ...told }: Events.ToldMeasurement & Partial<Events.ToldCorrection>
): void => {
  const measurement = { ...told, patientId }
  state.naturalKeys.set(naturalKey(patientId, measurement), measurement.id)
  state.measurements.set(measurement.id, { measurement, replaced, writtenBy })
}

export const forgetCopy = (state: State, id: string): void => {
  const stored = state.measurements.get(id)
  if (stored === undefined) return
  state.measurements.delete(id)
  state.naturalKeys.delete(naturalKey(stored.measurement.patientId, stored.measurement))
}

export const forgetCopies = (state: State, patientId: string): void => {
  for (const [id, { measurement }] of state.measurements) {
    if (measurement.patientId === patientId) forgetCopy(state, id)
  }
}

export const make = (state: State): Ports.Measurements["Service"] => {
  const stored = (id: Measurement.MeasurementId) => found(state.measurements.get(id), "measurement")

  const ofPatient = (patientId: Patient.PatientId): ReadonlyArray<StoredMeasurement> =>
    [...state.measurements.values()].filter((it) => it.measurement.patientId === patientId)

  const standing = (patientId: Patient.PatientId, key: Key): StoredMeasurement | undefined => {
    const id = state.naturalKeys.get(naturalKey(patientId, key))
    return id === undefined ? undefined : state.measurements.get(id)
  }

  const recordOne = (batch: Ports.Batch, draft: Ports.Draft, now: DateTime.Utc): Ports.Recorded => {
    const known = standing(batch.patientId, draft)
    if (known !== undefined) {
      const { id, value } = known.measurement
      if (value === draft.value) return { status: "unchanged", id }
      replace(known, draft, now)
      return { status: "corrected", id }
    }
    const { implausible, ...reading } = draft
    state.naturalKeys.set(naturalKey(batch.patientId, draft), draft.id)
    state.measurements.set(draft.id, {
      measurement: {
        ...reading,
        ...Measurement.describe(draft.vital, implausible),
        patientId: batch.patientId,
        receivedAt: batch.receivedAt,
        recordedAt: now,
        ...(batch.panel === undefined ? {} : { panel: batch.panel }),
        version: 1
      },
      replaced: [],
      writtenBy: batch.writtenBy
    })
    return { status: "created", id: draft.id }
  }

  return {
    record: (batch) =>
      step((now) =>
        Result.map(found(state.patients.get(batch.patientId), "patient"), () => {
          const recorded = batch.drafts.map((draft) => recordOne(batch, draft, now))
          const changed = recorded.filter(({ status }) => status !== "unchanged")
          if (changed.length > 0) offerAll(state, batch.jobs, now)
          const ids = new Set(changed.map(({ id }) => id))
          const stood = [...ids].flatMap((id) => state.measurements.get(id) ?? [])
          MemoryEvents.measurements(state, batch.patientId, stood, now)
          return recorded
        })
      ),
    pressuresBeside: (patientId, readings) =>
      step(() => {
        const beside = readings.flatMap((reading) =>
          (["systolic-pressure", "diastolic-pressure"] as const).flatMap((vital) => {
            const it = standing(patientId, { ...reading, vital })
            return it === undefined ? [] : [it.measurement]
          })
        )
        return Result.succeed([...new Set(beside)])
      }),
    history: (patientId, query, page) =>
      step(() => {
        const matching = ofPatient(patientId).filter(
          ({ measurement: { vital, observedAt }, writtenBy }) =>
            (query.vital === undefined || vital === query.vital) &&
            (query.from === undefined ||
              observedAt.epochMilliseconds >= query.from.epochMilliseconds) &&
            (query.to === undefined || observedAt.epochMilliseconds < query.to.epochMilliseconds) &&
            (query.writtenBy === undefined || writtenBy === query.writtenBy)
        )
        const measurements = matching.map((it) => it.measurement)
        return Result.succeed(slice(measurements, byKey, (it): Key => it, page))
      }),
    latest: (patientId) =>
      step(() => {
        const newest = new Map<Vital.Code, Measurement.Measurement>()
        for (const { measurement } of ofPatient(patientId)) {
          const other = newest.get(measurement.vital)
          if (other === undefined || byKey(measurement, other) > 0) {
            newest.set(measurement.vital, measurement)
          }
        }
        return Result.succeed([...newest.values()].sort(byCatalogue))
      }),
    list: (query, page) =>
      step(() => {
        const measurements = [...state.measurements.values()]
          .filter((it) => query.writtenBy === undefined || it.writtenBy === query.writtenBy)
          .map((it) => it.measurement)
        return Result.succeed(slice(measurements, ascending, (it): string => it.id, page))
      }),
    find: (id) =>
      step(() =>
        Result.map(stored(id), ({ measurement, replaced, writtenBy }) => ({
          measurement,
          replaced,
          ...(writtenBy === undefined ? {} : { writtenBy })
        }))
      ),
    panel: (id) =>
      step(() =>
        Result.succeed(
          [...state.measurements.values()]
            .map((it) => it.measurement)
            .filter((it) => it.panel === id)
            .sort(byCatalogue)
        )
      ),
    correct: (id, decide) =>
      step((now) =>
        Result.flatMap(stored(id), (it) =>
          Result.map(decide(it.measurement), ({ to, jobs }) => {
            replace(it, to, now)
            MemoryEvents.measurements(state, it.measurement.patientId, [it], now)
            offerAll(state, jobs, now)
            return it.measurement
          })
        )
      ),
    remove: (id, decide) =>
      step((now) =>
        Result.flatMap(stored(id), ({ measurement }) =>
          Result.map(decide(measurement), (jobs) => {
            state.measurements.delete(id)
            state.naturalKeys.delete(naturalKey(measurement.patientId, measurement))
            for (const [key, assessed] of state.assessments) {
              if (assessed.measurements.includes(id)) state.assessments.delete(key)
            }
            forget(state, measurement)
            MemoryEvents.deleted(state, measurement, now)
            offerAll(state, jobs, now)
          })
        )
      )
  }
}
