/**
 * A run of the trained models over everybody on record, as it stands.
 *
 * The guarantee that bites: each patient who was on record when the run began is counted once, however
 * often a stretch of them is gone through again after a crash. Whoever was removed meanwhile is not.
 */
import * as Schema from "effect/Schema"
import * as Timestamp from "../input/Timestamp.ts"
import * as Patient from "../patient/Patient.ts"

/**
 * The id of a run.
 *
 * @since 0.2.0
 */
export const RiskRunId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("RiskRunId"))

/** @since 0.2.0 */
export type RiskRunId = typeof RiskRunId.Type

/**
 * What a stretch of patients came to: `done` patients were gone through, and the models gave `risks`
 * and `refusals` for them.
 *
 * @since 0.2.0
 */
export const Progress = Schema.Struct({
  done: Schema.Int,
  risks: Schema.Int,
  refusals: Schema.Int
}).annotate({ identifier: "RiskRunProgress" })

/** @since 0.2.0 */
export interface Progress extends Schema.Schema.Type<typeof Progress> {}

/**
 * A run: who asked for it, how many `patients` were on record when it began, and how far it is.
 *
 * @since 0.2.0
 */
export const RiskRun = Schema.Struct({
  id: RiskRunId,
  actor: Schema.String,
  status: Schema.Literals(["running", "completed"]),
  patients: Schema.Int,
  ...Progress.fields,
  startedAt: Timestamp.Instant,
  updatedAt: Timestamp.Instant
}).annotate({ identifier: "RiskRun" })

/** @since 0.2.0 */
export interface RiskRun extends Schema.Schema.Type<typeof RiskRun> {}

/**
 * A run with where it goes on: after this patient, null at the beginning; and up to and with `through`.
 *
 * @since 0.2.0
 */
export interface Position {
  readonly run: RiskRun
  readonly after: Patient.PatientId | null
  readonly through: Patient.PatientId | null
}

/**
 * Nothing done yet.
 *
 * @since 0.2.0
 */
export const nothing: Progress = { done: 0, risks: 0, refusals: 0 }

/**
 * Adds up what two stretches came to.
 *
 * Shape: counts.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as RiskRun from "@bedside/core/RiskRun"
 *
 * const stretch = { done: 2, risks: 3, refusals: 1 }
 * RiskRun.sum(stretch, RiskRun.nothing) // => { done: 2, risks: 3, refusals: 1 }
 * ```
 * @since 0.2.0
 */
export const sum = (left: Progress, right: Progress): Progress => ({
  done: left.done + right.done,
  risks: left.risks + right.risks,
  refusals: left.refusals + right.refusals
})
