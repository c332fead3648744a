/**
 * Sensor models with their lineage: each fit, adjustment and roll back is a version that stays.
 *
 * The guarantee that bites: what a version computes with is never changed. At most one version of a
 * model is live and at most one waits as a candidate; a version is live once, from `liveFrom` to
 * `liveUntil`, and these stretches follow one another, so every threshold that was ever in force can
 * be told and explained.
 *
 *     candidate ──promote──► live ──(another goes live)──► retired
 *         └────withdraw────► withdrawn
 *
 * A fit, an adjustment and a roll back are live from the start. Functions here decide on a `Lineage`
 * and give `Changes`; a store reads the one and writes the other in one transaction.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import {
  type Authorship,
  candidate,
  type Changes,
  decisionOf,
  fitted,
  goesLive,
  type Key,
  type Lineage,
  type Numbers,
  type SensorModel,
  type Version
} from "./internal/versions.ts"
import type * as Drift from "./Drift.ts"
import * as Sensor from "./Sensor.ts"

export {
  type Authorship,
  type Changes,
  Column,
  Decision,
  defaultColumn,
  empty,
  type Key,
  type Lineage,
  Reason,
  SensorId,
  SensorModel,
  type Version
} from "./internal/versions.ts"

/**
 * There is no version to do it with: none is `live`, or none is the `candidate`.
 *
 * @since 0.2.0
 */
export class Missing extends Schema.TaggedError<Missing>()("SensorModelMissing", {
  what: Schema.Literals(["live", "candidate"])
}) {}

/**
 * The lineage does not allow it: a candidate waits already, or the version to go back to is live now
 * or never was.
 *
 * @since 0.2.0
 */
export class Refused extends Schema.TaggedError<Refused>()("SensorModelRefused", {
  code: Schema.Literals(["candidate-waits", "already-live", "never-live"])
}) {}

const missing = (what: Missing["what"]) => Result.fail(new Missing({ what }))
const refuse = (code: Refused["code"]) => Result.fail(new Refused({ code }))

/**
 * Makes the next version by fitting values.
 *
 * Shape: the values replace those of the version before, so a fit has no parent: no number of another
 * version is in it. Values that `Sensor.fit` leaves out are counted in `skipped`.
 *
 * Fails with: `TooFewValues`, as `Sensor.fit` does.
 *
 * @example
 * ```ts
 * import * as SensorModel from "@bedside/core/SensorModel"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const key = { sensorId: "pump-1", column: "value" }
 * const by = { actor: "ada", now: DateTime.makeUnsafe(0) }
 * const fitted = SensorModel.fit(SensorModel.empty, key, [10, 5, NaN, 6, 9], by)
 * const [model] = Result.getOrThrow(fitted)
 * model.version // => 1
 * model.mean // => 7.5
 * model.skipped // => 1
 * ```
 * @since 0.1.0
 */
export const fit = (
  lineage: Lineage,
  key: Key,
  values: ArrayLike<number>,
  by: Authorship
): Result.Result<Changes, Sensor.TooFewValues> =>
  Result.map(fitted(values), (numbers) => adopt(lineage, key, numbers, by))

/**
 * Makes the next version of weights that were fitted elsewhere, as `Frame.fit` does for many sensors.
 *
 * Shape: as `fit`.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as SensorModel from "@bedside/core/SensorModel"
 * import * as DateTime from "effect/DateTime"
 *
 * const key = { sensorId: "pump-1", column: "temp" }
 * const weights = { count: 4, skipped: 0, mean: 7.5, std: 2.3804761428476167 }
 * const by = { actor: "ada", now: DateTime.makeUnsafe(0) }
 * const [model] = SensorModel.adopt(SensorModel.empty, key, weights, by)
 * model.version // => 1
 * model.origin // => "fit"
 * ```
 * @since 0.2.0
 */
export const adopt = (lineage: Lineage, key: Key, weights: Numbers, by: Authorship): Changes =>
  goesLive(candidate(lineage, key, weights, { origin: "fit" }, by), lineage, by)

/**
 * Makes the next version by adjusting the live one.
 *
 * Shape: `factor` multiplies the mean, 1.1 by default.
 *
 * Fails with: `Missing`, where no version is live.
 *
 * @example
 * ```ts
 * import * as SensorModel from "@bedside/core/SensorModel"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const key = { sensorId: "pump-1", column: "value" }
 * const by = { actor: "ada", now: DateTime.makeUnsafe(0) }
 * const [live] = Result.getOrThrow(SensorModel.fit(SensorModel.empty, key, [10, 5, 6, 9], by))
 * const lineage = { ...SensorModel.empty, latest: 1, live }
 * const [second, first] = Result.getOrThrow(SensorModel.adjust(lineage, by))
 * second.mean // => 8.25
 * second.parent // => 1
 * first?.state // => "retired"
 * ```
 * @since 0.1.0
 */
export const adjust = (
  lineage: Lineage,
  by: Authorship,
  factor?: number
): Result.Result<Changes, Missing> => {
  const { live } = lineage
  if (live === undefined) return missing("live")
  const ancestry = { origin: "adjust", parent: live.version } as const
  const next = candidate(lineage, live, Sensor.adjust(live, factor), ancestry, by)
  return Result.succeed(goesLive(next, lineage, by))
}

/**
 * Goes back to an earlier version by making the next one equal to it.
 *
 * Shape: the parent is the live version, and `restores` names the earlier one; nothing is erased, so
 * a roll back can be rolled back. Any version that was live once can be gone back to, in one step.
 *
 * Fails with: `Missing`, where no version is live; `Refused`: `already-live`, `never-live`.
 *
 * @example
 * ```ts
 * import * as SensorModel from "@bedside/core/SensorModel"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const key = { sensorId: "pump-1", column: "value" }
 * const by = { actor: "ada", now: DateTime.makeUnsafe(0) }
 * const [fitted] = Result.getOrThrow(SensorModel.fit(SensorModel.empty, key, [10, 5, 6, 9], by))
 * const adjusted = SensorModel.adjust({ ...SensorModel.empty, latest: 1, live: fitted }, by)
 * const [live, first = fitted] = Result.getOrThrow(adjusted)
 * const back = SensorModel.rollback({ ...SensorModel.empty, latest: 2, live }, first, by)
 * const [third] = Result.getOrThrow(back)
 * third.mean // => 7.5
 * third.restores // => 1
 * third.parent // => 2
 * ```
 * @since 0.2.0
 */
export const rollback = (
  lineage: Lineage,
  earlier: Version,
  by: Authorship
): Result.Result<Changes, Missing | Refused> => {
  const { live } = lineage
  if (live === undefined) return missing("live")
  if (live.version === earlier.version) return refuse("already-live")
  if (earlier.liveFrom === null) return refuse("never-live")
  const ancestry = {
    origin: "rollback",
    parent: live.version,
    restores: earlier.version
  } as const
  return Result.succeed(goesLive(candidate(lineage, live, earlier, ancestry, by), lineage, by))
}

/**
 * Makes the next version by fitting values, to be scored beside the live one until it is decided on.
 *
 * Shape: the live version stays live. One candidate at a time.
 *
 * Fails with: `TooFewValues`, as `Sensor.fit` does; `Missing`, where no version is live; `Refused`,
 * `candidate-waits`.
 *
 * @example
 * ```ts
 * import * as SensorModel from "@bedside/core/SensorModel"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const key = { sensorId: "pump-1", column: "value" }
 * const by = { actor: "ada", now: DateTime.makeUnsafe(0) }
 * const [live] = Result.getOrThrow(SensorModel.fit(SensorModel.empty, key, [10, 5, 6, 9], by))
 * const lineage = { ...SensorModel.empty, latest: 1, live }
 * const proposed = SensorModel.propose(lineage, key, [10, 5, 6, 9, 8], by)
 * const [candidate] = Result.getOrThrow(proposed)
 * candidate.version // => 2
 * candidate.state // => "candidate"
 * Result.isFailure(SensorModel.propose({ ...lineage, candidate }, key, [1, 2], by)) // => true
 * ```
 * @since 0.2.0
 */
export const propose = (
  lineage: Lineage,
  key: Key,
  values: ArrayLike<number>,
  by: Authorship
): Result.Result<Changes, Sensor.TooFewValues | Missing | Refused> => {
  if (lineage.live === undefined) return missing("live")
  if (lineage.candidate !== undefined) return refuse("candidate-waits")
  return Result.map(fitted(values), (numbers) => [
    candidate(lineage, key, numbers, { origin: "fit" }, by)
  ])
}

/**
 * Makes the candidate the live version.
 *
 * Shape: the version keeps its number and what it computes with; the live one is retired.
 *
 * Fails with: `Missing`, where there is no candidate.
 *
 * @example
 * ```ts
 * import * as SensorModel from "@bedside/core/SensorModel"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const key = { sensorId: "pump-1", column: "value" }
 * const by = { actor: "ada", now: DateTime.makeUnsafe(0) }
 * const [live] = Result.getOrThrow(SensorModel.fit(SensorModel.empty, key, [10, 5, 6, 9], by))
 * const lineage = { ...SensorModel.empty, latest: 1, live }
 * const [candidate] = Result.getOrThrow(SensorModel.propose(lineage, key, [1, 3], by))
 * const promoted = SensorModel.promote({ latest: 2, live, candidate }, { ...by, actor: "eve" })
 * const [second, first] = Result.getOrThrow(promoted)
 * second.state // => "live"
 * second.decision?.actor // => "eve"
 * first?.state // => "retired"
 * ```
 * @since 0.2.0
 */
export const promote = (lineage: Lineage, by: Authorship): Result.Result<Changes, Missing> =>
  lineage.candidate === undefined
    ? missing("candidate")
    : Result.succeed(goesLive({ ...lineage.candidate, decision: decisionOf(by) }, lineage, by))

/**
 * Ends the candidate, which was never live.
 *
 * Shape: the version stays to be looked at, and another may be proposed.
 *
 * Fails with: `Missing`, where there is no candidate.
 *
 * @example
 * ```ts
 * import * as SensorModel from "@bedside/core/SensorModel"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const key = { sensorId: "pump-1", column: "value" }
 * const by = { actor: "ada", now: DateTime.makeUnsafe(0) }
 * const [live] = Result.getOrThrow(SensorModel.fit(SensorModel.empty, key, [10, 5, 6, 9], by))
 * const lineage = { ...SensorModel.empty, latest: 1, live }
 * const [candidate] = Result.getOrThrow(SensorModel.propose(lineage, key, [1, 3], by))
 * const [ended] = Result.getOrThrow(SensorModel.withdraw({ latest: 2, live, candidate }, by))
 * ended.state // => "withdrawn"
 * ```
 * @since 0.2.0
 */
export const withdraw = (lineage: Lineage, by: Authorship): Result.Result<Changes, Missing> =>
  lineage.candidate === undefined
    ? missing("candidate")
    : Result.succeed([{ ...lineage.candidate, state: "withdrawn", decision: decisionOf(by) }])

/**
 * Whether a value is an alert, and by what: `threshold` of the live `version`, and `z`, how many
 * standard deviations the value lies above the mean, null where a quotient by `std` is no number (a
 * `std` of 0). The threshold decides: at it, `z` may be rounded to a little below 2.
 *
 * @since 0.2.0
 */
export const Prediction = Schema.Struct({
  alert: Schema.Boolean,
  value: Schema.Finite,
  threshold: Schema.Finite,
  z: Schema.NullOr(Schema.Finite),
  version: Schema.Int
}).annotate({ identifier: "Prediction" })
export interface Prediction extends Schema.Schema.Type<typeof Prediction> {}

/**
 * As much of a version as is needed to judge a value.
 *
 * @since 0.2.0
 */
export type Judge = Pick<SensorModel, "version" | "mean" | "std">

/**
 * Judges a value by one version and says why.
 *
 * Units: a value in the unit of those that were fitted. `Sensor.predict` decides.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as SensorModel from "@bedside/core/SensorModel"
 *
 * const flat = { version: 1, mean: 3, std: 0 }
 * SensorModel.predict(flat, 3) // => { alert: true, value: 3, threshold: 3, z: null, version: 1 }
 * SensorModel.predict({ version: 2, mean: 7, std: 2 }, 10).z // => 1.5
 * ```
 * @since 0.2.0
 */
export const predict = (model: Judge, value: number): Prediction => {
  const z = (value - model.mean) / model.std
  return {
    alert: Sensor.predict(model, value),
    value,
    threshold: Sensor.threshold(model),
    z: Number.isFinite(z) ? z : null,
    version: model.version
  }
}

/**
 * What values are judged by: the live version answers, and the candidate is tried beside it. `edges`
 * are those of the live version's bins, in which the values are tallied.
 *
 * @since 0.2.0
 */
export interface Standing {
  readonly live: Judge
  readonly candidate: Judge | undefined
  readonly edges: Drift.Bins["edges"]
}

/**
 * What a candidate was tried on beside one live version: `readings` judged by both, `agreements`
 * among them, and the alerts of each.
 *
 * @since 0.2.0
 */
export interface Trial {
  readonly candidate: number
  readonly live: number
  readonly readings: number
  readonly agreements: number
  readonly liveAlerts: number
  readonly candidateAlerts: number
}
