/**
 * What a store over Maps tells, in the step of the change.
 */
import * as SecureRandom from "effect/crypto/SecureRandom"
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Struct from "effect/Struct"
import type * as Measurement from "../../measurement/Measurement.ts"
import type * as Patient from "../../patient/Patient.ts"
import * as Events from "../Events.ts"
import type * as Ports from "../Ports.ts"
import {
  ascending,
  offer,
  slice,
  step,
  type State,
  type StoredMeasurement,
  type StoredStream
} from "./state.ts"

/** Gives contents their places in the stream of a patient, if this store tells of them. */
const tell = (
  state: State,
  source: Events.Source,
  patientId: Patient.PatientId,
  contents: ReadonlyArray<Events.Content>,
  now: DateTime.Utc
): void => {
  if (state.tells !== source || contents.length === 0) return
  const before: StoredStream = state.streams.get(patientId) ?? {
    patientId,
    last: 0,
    published: 0,
    events: []
  }
  const told = contents.map((content, index) => ({
    ...content,
    id: Events.EventId.make(SecureRandom.uuidV7Unsafe()),
    patientId,
    source,
    sequence: before.last + index + 1,
    at: now,
    version: 1 as const
  }))
  const closed = contents.some(({ type }) => type === "patient.erased")
  const last = before.last + contents.length
  const events = closed ? told : [...before.events, ...told]
  state.streams.set(patientId, { ...before, last, events })
  offer(state, { _tag: "publish-events", patientId, through: last }, now)
}

export const patient = (
  state: State,
  type: "patient.registered" | "patient.changed",
  { id, ...record }: Patient.Patient,
  now: DateTime.Utc
): void => {
  const data = Struct.omit(record, ["identifiers", "email", "phone", "registration", "hasPhoto"])
  tell(state, "patients", id, [{ type, data }], now)
}

/** Closes the stream of a patient, whatever it is about. */
export const erased = (state: State, id: Patient.PatientId, now: DateTime.Utc): void => {
  if (state.tells === undefined) return
  if (state.tells === "measurements" && !state.streams.has(id)) return
  tell(state, state.tells, id, [{ type: "patient.erased", data: {} }], now)
}

const toldMeasurement = ({
  measurement: { patientId: _, ...measurement },
  writtenBy
}: StoredMeasurement): Events.ToldMeasurement => ({
  ...measurement,
  ...(writtenBy === undefined ? {} : { writtenBy })
})

const parts = <A>(items: ReadonlyArray<A>): ReadonlyArray<readonly [A, ...Array<A>]> => {
  const all: Array<readonly [A, ...Array<A>]> = []
  for (let at = 0; at < items.length; at += Events.most) {
    const [first, ...rest] = items.slice(at, at + Events.most)
    if (first !== undefined) all.push([first, ...rest])
  }
  return all
}

/** Tells of measurements as they stand: new ones, and those that replaced a value. */
export const measurements = (
  state: State,
  patientId: Patient.PatientId,
  stored: ReadonlyArray<StoredMeasurement>,
  now: DateTime.Utc
): void => {
  const isNew = ({ replaced }: StoredMeasurement) => replaced.length === 0
  const corrections = stored
    .filter((it) => !isNew(it))
    .map((it) => ({ ...toldMeasurement(it), replaced: it.replaced }))
  const contents: ReadonlyArray<Events.Content> = [
    ...parts(stored.filter(isNew).map(toldMeasurement)).map(
      (some) => ({ type: "measurement.recorded", data: { measurements: some } }) as const
    ),
    ...parts(corrections).map(
      (some) => ({ type: "measurement.corrected", data: { measurements: some } }) as const
    )
  ]
  tell(state, "measurements", patientId, contents, now)
}

export const deleted = (
  state: State,
  { id, patientId }: Measurement.Measurement,
  now: DateTime.Utc
): void => {
  const content = { type: "measurement.deleted", data: { measurementId: id } } as const
  tell(state, "measurements", patientId, [content], now)
}

const shown = ({ patientId, last, published }: StoredStream): Ports.ToldStream => ({
  patientId,
  last,
  published
})

export const make = (state: State): Ports.EventLog["Service"] => ({
  streams: (page) =>
    step(() =>
      Result.succeed(
        slice(state.streams.values(), ascending, (it): string => it.patientId, page).map(shown)
      )
    ),
  stream: (patientId) =>
    step(() => {
      const stream = state.streams.get(patientId)
      return Result.succeed(stream === undefined ? undefined : shown(stream))
    }),
  read: (patientId, { limit, after = 0 }) =>
    step(() => {
      const events = state.streams.get(patientId)?.events ?? []
      return Result.succeed(events.filter(({ sequence }) => sequence > after).slice(0, limit))
    }),
  unpublished: (limit) =>
    step(() =>
      Result.succeed(
        [...state.streams.values()]
          .toSorted((left, right) => ascending(left.patientId, right.patientId))
          .flatMap(({ events, published }) => events.filter((it) => it.sequence > published))
          .slice(0, limit)
      )
    ),
  published: (marks) =>
    step(() => {
      for (const { patientId, through } of marks) {
        const stream = state.streams.get(patientId)
        if (stream === undefined || stream.published >= through) continue
        state.streams.set(patientId, { ...stream, published: through })
      }
      return Result.void
    })
})
