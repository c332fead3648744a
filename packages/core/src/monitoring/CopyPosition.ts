/**
 * How far a copy is in a stream, and what becomes of the next event that comes.
 *
 * An event is applied once, and after the one before it. One that was applied is known; one that comes
 * too early waits, a thousand of them at most, because what waits is told again when the gap before it
 * is. The event that closes a stream needs none before it.
 */
import * as Schema from "effect/Schema"
import * as Timestamp from "../input/Timestamp.ts"
import * as Patient from "../patient/Patient.ts"
import * as Events from "./Events.ts"

/**
 * The last place that was applied, 0 before the first, and the places of those that wait, in order.
 *
 * @since 0.2.0
 */
export interface CopyPosition {
  readonly sequence: number
  readonly waiting: ReadonlyArray<number>
}

/**
 * The most events of one stream that wait for a gap to be filled.
 *
 * @since 0.2.0
 */
export const mostWaiting = 1_000

/**
 * What became of an event: it was applied, was known already, waits, or is too far ahead to wait and
 * will be told again.
 *
 * @since 0.2.0
 */
export type Outcome = "applied" | "known" | "waits" | "passed-over"

/**
 * A step in a stream: the position after it, and those of the waiting that are applied with it.
 *
 * @since 0.2.0
 */
export interface Step {
  readonly outcome: Outcome
  readonly position: CopyPosition
  readonly freed: ReadonlyArray<number>
}

/** Goes on with those that wait for exactly this place. */
const goOn = (outcome: Outcome, sequence: number, waiting: ReadonlyArray<number>): Step => {
  const later = waiting.filter((it) => it > sequence)
  let end = sequence
  while (later[end - sequence] === end + 1) end++
  const freed = later.slice(0, end - sequence)
  return { outcome, position: { sequence: end, waiting: later.slice(freed.length) }, freed }
}

/**
 * Takes the event at a place of its stream.
 *
 * Shape: `closes` is set for the event that closes the stream.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as CopyPosition from "@bedside/core/CopyPosition"
 *
 * const early = CopyPosition.take({ sequence: 3, waiting: [] }, 5)
 * early.outcome // => "waits"
 * const { outcome, position, freed } = CopyPosition.take(early.position, 4)
 * outcome // => "applied"
 * freed // => [5]
 * position // => { sequence: 5, waiting: [] }
 * CopyPosition.take(position, 5).outcome // => "known"
 * ```
 * @since 0.2.0
 */
export const take = (position: CopyPosition, sequence: number, closes = false): Step => {
  if (sequence <= position.sequence) return { outcome: "known", position, freed: [] }
  if (closes) return { outcome: "applied", position: { sequence, waiting: [] }, freed: [] }
  if (sequence === position.sequence + 1) return goOn("applied", sequence, position.waiting)
  if (position.waiting.includes(sequence)) return { outcome: "known", position, freed: [] }
  if (position.waiting.length >= mostWaiting) return { outcome: "passed-over", position, freed: [] }
  const waiting = [...position.waiting, sequence].sort((left, right) => left - right)
  return { outcome: "waits", position: { ...position, waiting }, freed: [] }
}

/**
 * Steps over what the source has not, though it told all it has up to a place.
 *
 * Shape: the places that are missing, from and through, or undefined where none is.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as CopyPosition from "@bedside/core/CopyPosition"
 *
 * const { missing, freed } = CopyPosition.stepOver({ sequence: 3, waiting: [6] }, 6)
 * missing // => { from: 4, through: 5 }
 * freed // => [6]
 * CopyPosition.stepOver({ sequence: 6, waiting: [] }, 6).missing // => undefined
 * ```
 * @since 0.2.0
 */
export const stepOver = (
  position: CopyPosition,
  through: number
): Step & { readonly missing: { readonly from: number; readonly through: number } | undefined } => {
  const last = Math.min(through, (position.waiting[0] ?? Infinity) - 1)
  if (last <= position.sequence) {
    return { outcome: "known", position, freed: [], missing: undefined }
  }
  const missing = { from: position.sequence + 1, through: last }
  return { ...goOn("applied", last, position.waiting), missing }
}

/**
 * Why an event is parked and not applied: its type or version is not known here, it was tried and
 * could not be applied, or its source has it no more.
 *
 * @since 0.2.0
 */
export const Reason = Schema.Literals(["unknown", "refused", "missing"])
export type Reason = typeof Reason.Type

/**
 * An event that a copy went on without, as operators see it: not what it tells. `through` is the end
 * of a stretch that is missing.
 *
 * @since 0.2.0
 */
export const Parked = Schema.Struct({
  source: Events.Source,
  patientId: Patient.PatientId,
  sequence: Schema.Int,
  through: Schema.Int,
  reason: Reason,
  type: Schema.NullOr(Schema.String),
  version: Schema.NullOr(Schema.Int),
  at: Schema.NullOr(Timestamp.Instant),
  parkedAt: Timestamp.Instant
}).annotate({ identifier: "ParkedEvent" })
export interface Parked extends Schema.Schema.Type<typeof Parked> {}

/**
 * How a copy of one source stands: when the source last said that it had told everything, and how many
 * streams there are, are behind a gap, and events wait and are parked.
 *
 * @since 0.2.0
 */
export const Standing = Schema.Struct({
  source: Events.Source,
  heardAt: Schema.NullOr(Timestamp.Instant),
  rebuilding: Schema.Boolean,
  streams: Schema.Int,
  behind: Schema.Int,
  waiting: Schema.Int,
  parked: Schema.Int
}).annotate({ identifier: "CopyStanding" })
export interface Standing extends Schema.Schema.Type<typeof Standing> {}
