/**
 * Sensor models with their lineage: each fit and each adjustment is a version that stays.
 *
 * A version is never changed. A fit starts anew and forgets the values of the one before; an
 * adjustment is made of the live version and names it as its parent, so every threshold that was ever
 * in force can be explained.
 */
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
 * Which model is meant: models live for themselves, one per sensor and column.
 *
 * @since 0.1.0
 */
export interface Key {
  readonly sensorId: string
  readonly column: string
}

/**
 * One version of a model: `mean` and `std` in the unit of the values, `parent` the version it was
 * adjusted from, `actor` who made it.
 *
 * @since 0.1.0
 */
export const SensorModel = Schema.Struct({
  sensorId: SensorId,
  column: Column,
  version: Schema.Int,
  parent: Schema.NullOr(Schema.Int),
  origin: Schema.Literals(["fit", "adjust"]),
  actor: Schema.String,
  count: Schema.Int,
  mean: Schema.Finite,
  std: Schema.Finite,
  createdAt: Timestamp.Instant
}).annotate({ identifier: "SensorModel" })
export interface SensorModel extends Schema.Schema.Type<typeof SensorModel> {}

/**
 * Who makes a version, and when.
 *
 * @since 0.1.0
 */
export interface Authorship {
  readonly actor: string
  readonly now: SensorModel["createdAt"]
}

/**
 * Makes the next version by fitting values.
 *
 * Shape: the values replace those of the version before; a fit has no parent.
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
 * const model = Result.getOrThrow(SensorModel.fit(undefined, key, [10, 5, 6, 9], by))
 * model.version // => 1
 * model.mean // => 7.5
 * ```
 * @since 0.1.0
 */
export const fit = (
  live: SensorModel | undefined,
  key: Key,
  values: ReadonlyArray<number>,
  by: Authorship
): Result.Result<SensorModel, Sensor.TooFewValues> =>
  Result.map(Sensor.fit(values), ({ count, mean, std }) => ({
    ...key,
    version: (live?.version ?? 0) + 1,
    parent: null,
    origin: "fit",
    actor: by.actor,
    count,
    mean,
    std,
    createdAt: by.now
  }))

/**
 * Makes the next version by adjusting the live one.
 *
 * Shape: `factor` multiplies the mean, 1.1 by default.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as SensorModel from "@bedside/core/SensorModel"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const by = { actor: "ada", now: DateTime.makeUnsafe(0) }
 * const first = Result.getOrThrow(SensorModel.fit(undefined, { sensorId: "pump-1", column: "value" }, [10, 5, 6, 9], by))
 * const second = SensorModel.adjust(first, by)
 * second.mean // => 8.25
 * second.parent // => 1
 * ```
 * @since 0.1.0
 */
export const adjust = (live: SensorModel, by: Authorship, factor?: number): SensorModel => ({
  ...live,
  ...Sensor.adjust(live, factor),
  version: live.version + 1,
  parent: live.version,
  origin: "adjust",
  actor: by.actor,
  createdAt: by.now
})
