/**
 * Versions of sensor models: what they hold, and how they are made before it is decided which are live.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Text from "../../input/Text.ts"
import * as Timestamp from "../../input/Timestamp.ts"
import * as Drift from "../Drift.ts"
import type * as Sensor from "../Sensor.ts"

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
 * A version as it is stored: with the `bins` of the values that were fitted. An adjusted threshold
 * does not change what the values were, so a version has those of the one it was made from or equals.
 *
 * @since 0.2.0
 */
export interface Version extends SensorModel {
  readonly bins: Drift.Bins
}

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
  readonly live: Version | undefined
  readonly candidate: Version | undefined
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
export type Changes = readonly [Version, ...ReadonlyArray<Version>]

/** What a version computes with; without `bins`, all that is known is in the other numbers. */
export type Numbers = Pick<Version, "count" | "skipped" | "mean" | "std"> & {
  readonly bins?: Drift.Bins | undefined
}
type Ancestry = Pick<Version, "origin"> & Partial<Pick<Version, "parent" | "restores">>

/** The next version, before it is known what becomes of it. */
export const candidate = (
  { latest }: Lineage,
  { sensorId, column }: Key,
  { count, skipped, mean, std, bins }: Numbers,
  { origin, parent = null, restores = null }: Ancestry,
  by: Authorship
): Version => ({
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
  decision: null,
  bins: bins ?? Drift.ofWeights({ count, skipped, mean, std })
})

/** The version goes live and the one that was steps back; the clocks of two servers may disagree. */
export const goesLive = (model: Version, { live }: Lineage, { now }: Authorship): Changes => {
  const at = live?.liveFrom ? DateTime.max(now, live.liveFrom) : now
  const next: Version = { ...model, state: "live", liveFrom: at }
  return live === undefined ? [next] : [next, { ...live, state: "retired", liveUntil: at }]
}

export const fitted = (values: ArrayLike<number>): Result.Result<Numbers, Sensor.TooFewValues> =>
  Result.map(Drift.freeze(values), (bins) => ({
    count: bins.count,
    skipped: bins.missing,
    mean: bins.mean,
    std: bins.std,
    bins
  }))

export const decisionOf = ({ actor, reason, now }: Authorship): Version["decision"] => ({
  actor,
  reason: reason ?? null,
  at: now
})
