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
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Text from "../input/Text.ts"
import * as Timestamp from "../input/Timestamp.ts"
import * as Sensor from "./Sensor.ts"

/**
 * The caller's id of a sensor.
 *
 * @since 0.1.0
 */
export const SensorId = Text.upTo(200)

/**
 * A column of a sensor, such as `params.velRMS.x`; a sensor without columns has the one named
 * `value`.
 *
 * @since 0.1.0
 */
export const Column = Text.upTo(200)

/**
 * The column that is meant where none is named.
 *
 * @since 0.1.0
 */
export const defaultColumn = "value"

/**
 * Why a version was made or decided on, in words.
 *
 * @since 0.2.0
 */
export const Reason = Text.upTo(500)

/**
 * Which model is meant: models live for themselves, one per sensor and column.
 *
 * @since 0.1.0
 */
export interface Key {
  readonly sensorId: string
  readonly column: string
}

/**
 * How a candidate ended: who promoted or withdrew it, why, and when.
 *
 * @since 0.2.0
 */
export const Decision = Schema.Struct({
  actor: Schema.String,
  reason: Schema.NullOr(Reason),
  at: Timestamp.Instant
}).annotate({ identifier: "SensorModelDecision" })

/**
 * One version of a model: `mean` and `std` in the unit of the values, `count` of values used and
 * `skipped` of those left out, `actor` who made it. `parent` is the version it was made from or in
 * place of, and `restores` the one it equals; a fit has neither, since no number of another version
 * is in it. `decision` is that on a candidate.
 *
 * @since 0.1.0
 */
export const SensorModel = Schema.Struct({
  sensorId: SensorId,
  column: Column,
  version: Schema.Int,
  parent: Schema.NullOr(Schema.Int),
  origin: Schema.Literals(["fit", "adjust", "rollback"]),
  restores: Schema.NullOr(Schema.Int),
  state: Schema.Literals(["candidate", "live", "retired", "withdrawn"]),
  actor: Schema.String,
  reason: Schema.NullOr(Reason),
  count: Schema.Int,
  skipped: Schema.Int,
  mean: Schema.Finite,
  std: Schema.Finite,
  createdAt: Timestamp.Instant,
  liveFrom: Schema.NullOr(Timestamp.Instant),
  liveUntil: Schema.NullOr(Timestamp.Instant),
  decision: Schema.NullOr(Decision)
}).annotate({ identifier: "SensorModel" })
export interface SensorModel extends Schema.Schema.Type<typeof SensorModel> {}

/**
 * Who makes a version or decides on one, when, and why.
 *
 * @since 0.1.0
 */
export interface Authorship {
  readonly actor: string
  readonly now: SensorModel["createdAt"]
  readonly reason?: string | undefined
}

/**
 * What there is of a model: the highest version number given, the live version, and the candidate.
 *
 * @since 0.2.0
 */
export interface Lineage {
  readonly latest: number
  readonly live: SensorModel | undefined
  readonly candidate: SensorModel | undefined
}

/**
 * The lineage of a model that has no version yet.
 *
 * @since 0.2.0
 */
export const empty: Lineage = { latest: 0, live: undefined, candidate: undefined }

/**
 * The versions that an operation made or moved to another state; the one that was asked for is first.
 *
 * @since 0.2.0
 */
export type Changes = readonly [SensorModel, ...ReadonlyArray<SensorModel>]

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

type Numbers = Pick<SensorModel, "count" | "skipped" | "mean" | "std">
type Ancestry = Pick<SensorModel, "origin"> & Partial<Pick<SensorModel, "parent" | "restores">>

const candidate = (
  { latest }: Lineage,
  { sensorId, column }: Key,
  { count, skipped, mean, std }: Numbers,
  { origin, parent = null, restores = null }: Ancestry,
  by: Authorship
): SensorModel => ({
  sensorId,
  column,
  version: latest + 1,
  parent,
  origin,
  restores,
  state: "candidate",
  actor: by.actor,
  reason: by.reason ?? null,
  count,
  skipped,
  mean,
  std,
  createdAt: by.now,
  liveFrom: null,
  liveUntil: null,
  decision: null
})

/** The version goes live and the one that was steps back; the clocks of two servers may disagree. */
const goesLive = (model: SensorModel, { live }: Lineage, { now }: Authorship): Changes => {
  const at = live?.liveFrom ? DateTime.max(now, live.liveFrom) : now
  const next: SensorModel = { ...model, state: "live", liveFrom: at }
  return live === undefined ? [next] : [next, { ...live, state: "retired", liveUntil: at }]
}

const fitted = (values: ArrayLike<number>): Result.Result<Numbers, Sensor.TooFewValues> =>
  Result.map(Sensor.fit(values), (weights) => ({
    ...weights,
    skipped: values.length - weights.count
  }))

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
  Result.map(fitted(values), (numbers) =>
    goesLive(candidate(lineage, key, numbers, { origin: "fit" }, by), lineage, by)
  )

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
  earlier: SensorModel,
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

const decisionOf = ({ actor, reason, now }: Authorship): SensorModel["decision"] => ({
  actor,
  reason: reason ?? null,
  at: now
})

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
 * What values are judged by: the live version answers, and the candidate is tried beside it.
 *
 * @since 0.2.0
 */
export interface Standing {
  readonly live: Judge
  readonly candidate: Judge | undefined
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
