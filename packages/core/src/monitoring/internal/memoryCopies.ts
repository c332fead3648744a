/**
 * Copies of what other services keep, over Maps.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import type * as Patient from "../../patient/Patient.ts"
import * as CopyPosition from "../CopyPosition.ts"
import * as Events from "../Events.ts"
import type * as Ports from "../Ports.ts"
import * as MemoryMeasurements from "./memoryMeasurements.ts"
import * as MemoryPatients from "./memoryPatients.ts"
import { offer, step, type State, type StoredCopy, type StoredSource } from "./state.ts"

type Placed = Extract<Ports.Heard, { readonly _tag: "event" | "unfit" }>

const keyOf = (source: Events.Source, patientId: Patient.PatientId) => `${source} ${patientId}`

const sourceOf = (state: State, source: Events.Source): StoredSource => {
  const known = state.copySources.get(source)
  if (known !== undefined) return known
  const fresh = { source, heardAt: undefined, rebuilding: false }
  state.copySources.set(source, fresh)
  return fresh
}

const copyOf = (state: State, source: Events.Source, patientId: Patient.PatientId): StoredCopy => {
  const key = keyOf(source, patientId)
  const known = state.copies.get(key)
  if (known !== undefined) return known
  const fresh: StoredCopy = {
    source,
    patientId,
    position: { sequence: 0, waiting: [] },
    waiting: new Map(),
    gap: undefined
  }
  state.copies.set(key, fresh)
  return fresh
}

const park = (
  state: State,
  envelope: Pick<Events.Envelope, "source" | "patientId" | "sequence"> & Partial<Events.Envelope>,
  { through, reason }: Pick<CopyPosition.Parked, "through" | "reason">,
  now: DateTime.Utc
): void => {
  const { source, patientId, sequence, type = null, version = null, at = null } = envelope
  const same = state.parked.findIndex(
    (it) => it.source === source && it.patientId === patientId && it.sequence === sequence
  )
  if (same !== -1) state.parked.splice(same, 1)
  const nth = ++state.parkedCount
  state.parked.push({
    nth,
    source,
    patientId,
    sequence,
    through,
    reason,
    type,
    version,
    at,
    parkedAt: now
  })
}

const applyPlaced = (state: State, placed: Placed, now: DateTime.Utc): void => {
  if (placed._tag === "unfit") {
    const { envelope, reason } = placed
    return park(state, envelope, { through: envelope.sequence, reason }, now)
  }
  const { event } = placed
  switch (event.type) {
    case "patient.registered":
    case "patient.changed":
      if (event.source !== "patients") return
      return MemoryPatients.copy(state, event.patientId, event.data)
    case "patient.erased":
      return event.source === "patients"
        ? MemoryPatients.erase(state, event.patientId, now)
        : MemoryMeasurements.forgetCopies(state, event.patientId)
    case "measurement.recorded":
    case "measurement.corrected":
      if (event.source !== "measurements" || !state.patients.has(event.patientId)) return
      // What is told from the beginning takes the place of what is there.
      if (event.sequence === 1) MemoryMeasurements.forgetCopies(state, event.patientId)
      for (const it of event.data.measurements) {
        MemoryMeasurements.copy(state, event.patientId, it)
      }
      return
    case "measurement.deleted":
      if (event.source === "measurements")
        MemoryMeasurements.forgetCopy(state, event.data.measurementId)
  }
}

/** Goes to the position of a step, and applies what it frees. */
const go = (state: State, copy: StoredCopy, step: CopyPosition.Step, now: DateTime.Utc): void => {
  copy.position = step.position
  for (const sequence of step.freed) {
    const placed = copy.waiting.get(sequence)
    if (placed !== undefined) applyPlaced(state, placed, now)
  }
  const waiting = new Set(step.position.waiting)
  for (const sequence of copy.waiting.keys()) {
    if (!waiting.has(sequence)) copy.waiting.delete(sequence)
  }
  if (waiting.size === 0 && step.outcome === "applied") {
    copy.gap = undefined
  }
}

const hearPlaced = (state: State, placed: Placed, now: DateTime.Utc): CopyPosition.Outcome => {
  const { source, patientId, sequence, type } =
    placed._tag === "event" ? placed.event : placed.envelope
  const copy = copyOf(state, source, patientId)
  const closes = placed._tag === "event" && type === "patient.erased"
  const taken = CopyPosition.take(copy.position, sequence, closes)
  if (taken.outcome === "applied") applyPlaced(state, placed, now)
  if (taken.outcome === "waits") copy.waiting.set(sequence, placed)
  if (taken.outcome === "waits" || taken.outcome === "passed-over") {
    copy.gap ??= { since: now, toldUpTo: sourceOf(state, source).heardAt, askedAt: undefined }
  }
  if (taken.outcome !== "known") go(state, copy, taken, now)
  return taken.outcome
}

const hearAnswer = (
  state: State,
  { source, patientId, through }: Extract<Ports.Heard, { readonly _tag: "answer" }>,
  now: DateTime.Utc
): CopyPosition.Outcome => {
  if (patientId === null) {
    sourceOf(state, source).rebuilding = false
    if (source === "measurements") {
      for (const id of state.patients.keys()) {
        if (!state.copies.has(`${source} ${id}`)) MemoryMeasurements.forgetCopies(state, id)
      }
    }
    return "applied"
  }
  const copy = copyOf(state, source, patientId)
  const over = CopyPosition.stepOver(copy.position, through)
  if (over.missing === undefined) return "known"
  const { from } = over.missing
  const reason = "missing"
  park(state, { source, patientId, sequence: from }, { through: over.missing.through, reason }, now)
  go(state, copy, over, now)
  return "applied"
}

const hear = (state: State, heard: Ports.Heard, now: DateTime.Utc): CopyPosition.Outcome => {
  switch (heard._tag) {
    case "event":
    case "unfit":
      return hearPlaced(state, heard, now)
    case "answer":
      return hearAnswer(state, heard, now)
    case "heartbeat": {
      const source = sourceOf(state, heard.source)
      if (source.rebuilding) return "passed-over"
      source.heardAt =
        source.heardAt === undefined ? heard.at : DateTime.max(source.heardAt, heard.at)
      return "applied"
    }
  }
}

const askForAll = (state: State, known: StoredSource, now: DateTime.Utc): void => {
  known.rebuilding = true
  const { source } = known
  const at = now.epochMilliseconds
  offer(state, { _tag: "request-events", source, patientId: null, from: 1, at }, now)
}

const standing = (
  state: State,
  { source, heardAt, rebuilding }: StoredSource
): CopyPosition.Standing => {
  const copies = [...state.copies.values()].filter((it) => it.source === source)
  return {
    source,
    heardAt: heardAt ?? null,
    rebuilding,
    streams: copies.length,
    behind: copies.filter(({ gap }) => gap !== undefined).length,
    waiting: copies.reduce((sum, { waiting }) => sum + waiting.size, 0),
    parked: state.parked.filter((it) => it.source === source).length
  }
}

export const make = (state: State): Ports.Copies["Service"] => ({
  hear: (heard) => step((now) => Result.succeed(heard.map((one) => hear(state, one, now)))),
  begin: (source) =>
    step((now) => {
      if (!state.copySources.has(source)) askForAll(state, sourceOf(state, source), now)
      return Result.void
    }),
  rebuild: (source) =>
    step((now) => {
      for (const [key, copy] of state.copies) {
        if (copy.source === source) state.copies.delete(key)
      }
      askForAll(state, sourceOf(state, source), now)
      return Result.void
    }),
  ask: (since) =>
    step((now) => {
      const due = [...state.copies.values()]
        .filter(
          ({ source, gap }) =>
            gap !== undefined &&
            !sourceOf(state, source).rebuilding &&
            DateTime.isLessThan(gap.askedAt ?? gap.since, since)
        )
        .slice(0, 100)
      for (const copy of due) {
        // Those without a gap were left out.
        copy.gap!.askedAt = now
        const { source, patientId, position } = copy
        const from = position.sequence + 1
        const at = now.epochMilliseconds
        offer(state, { _tag: "request-events", source, patientId, from, at }, now)
      }
      return Result.succeed(due.length)
    }),
  toldUpTo: (source, patientId) =>
    step(() => {
      const heardAt = state.copySources.get(source)?.heardAt
      const copy = patientId && state.copies.get(keyOf(source, patientId))
      return Result.succeed(copy?.gap === undefined ? heardAt : copy.gap.toldUpTo)
    }),
  standing: step(() =>
    Result.succeed(
      Events.Source.literals
        .toSorted()
        .flatMap((source) => state.copySources.get(source) ?? [])
        .map((known) => standing(state, known))
    )
  ),
  parked: ({ limit, after = Infinity }) =>
    step(() =>
      Result.succeed(
        state.parked
          .filter(({ nth }) => nth < after)
          .toReversed()
          .slice(0, limit)
      )
    )
})
