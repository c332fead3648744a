/**
 * A model of one sensor: the mean and spread of its past values, and an alert for a value far above.
 *
 * The guarantee that bites: the spread is the SAMPLE standard deviation (n - 1), and the alert is
 * one-sided and inclusive: `value >= mean + 2 std`. A value far below never alerts.
 *
 * Not a medical device.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { addSpread } from "./internal/momentsBlocks.ts"
import * as Sums from "./internal/momentsSums.ts"

/**
 * What a fit leaves behind: `mean` and `std` in the unit of the values, `count` of values used.
 *
 * @since 0.1.0
 */
export const Weights = Schema.Struct({
  count: Schema.Int.check(Schema.isGreaterThanOrEqualTo(2)),
  mean: Schema.Finite,
  std: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
}).annotate({ identifier: "SensorWeights" })

/** @since 0.1.0 */
export interface Weights extends Schema.Schema.Type<typeof Weights> {}

/**
 * When a value is in alert: `deviations` standard deviations above the mean, or more.
 *
 * @since 0.1.0
 */
export const Rule = Schema.Struct({ deviations: Schema.Finite }).annotate({
  identifier: "SensorRule"
})

/** @since 0.1.0 */
export interface Rule extends Schema.Schema.Type<typeof Rule> {}

/**
 * Two standard deviations above the mean.
 *
 * @since 0.1.0
 */
export const defaultRule: Rule = { deviations: 2 }

/**
 * A spread needs two values; `got` counts the finite ones.
 *
 * @since 0.1.0
 */
export class TooFewValues extends Schema.TaggedError<TooFewValues>()("TooFewValues", {
  needed: Schema.Int,
  got: Schema.Int
}) {}

const needed = 2

/**
 * Learns the weights of a sensor from its past values.
 *
 * Shape: any number of values in one unit, typed arrays included. NaN is a missing value and left
 * out; so are the infinities and whatever lies beyond 1e150. Equal values give exactly that value as
 * the mean, and a `std` of 0.
 *
 * Fails with: `TooFewValues`, below two values that count.
 *
 * Method: mean and sample standard deviation (n - 1), as `Moments.of` has them: rounded once up to
 * 8,192 values, and beyond block by block around the mean so far (Chan, Golub & LeVeque 1983,
 * doi:10.1080/00031305.1983.10483115).
 *
 * @example
 * ```ts
 * import * as Sensor from "@bedside/core/Sensor"
 * import * as Result from "effect/Result"
 *
 * Result.getOrThrow(Sensor.fit([10, 5, 6, 9])) // => { count: 4, mean: 7.5, std: 2.3804761428476167 }
 * Result.isFailure(Sensor.fit([10, NaN])) // => true
 * ```
 * @since 0.1.0
 */
export const fit = (values: ArrayLike<number>): Result.Result<Weights, TooFewValues> => {
  const sums = Sums.noSums()
  addSpread(sums, 0, values, 0, values.length)
  const count = sums[Sums.at.count]!
  return count < needed
    ? Result.fail(new TooFewValues({ needed, got: count }))
    : Result.succeed({ count, mean: Sums.mean(sums, 0), std: Sums.std(sums, 0) })
}

/**
 * The value at which an alert begins.
 *
 * Units: those of the values that were fitted.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Sensor from "@bedside/core/Sensor"
 *
 * Sensor.threshold({ mean: 7.5, std: 2.3804761428476167 }) // => 12.260952285695232
 * ```
 * @since 0.1.0
 */
export const threshold = (
  weights: Pick<Weights, "mean" | "std">,
  rule: Rule = defaultRule
): number => weights.mean + rule.deviations * weights.std

/**
 * Whether a value is in alert.
 *
 * Units: a value in the unit of those that were fitted. One-sided and inclusive: the threshold itself
 * is in alert, and no value below it is, however low.
 *
 * Fails with: nothing. NaN is never in alert; refuse it where values come in.
 *
 * @example
 * ```ts
 * import * as Sensor from "@bedside/core/Sensor"
 *
 * const weights = { count: 4, mean: 7.5, std: 2.3804761428476167 }
 * Sensor.predict(weights, 10) // => false
 * Sensor.predict(weights, 12.260952285695232) // => true
 * ```
 * @since 0.1.0
 */
export const predict = (
  weights: Pick<Weights, "mean" | "std">,
  value: number,
  rule: Rule = defaultRule
): boolean => value >= threshold(weights, rule)

/**
 * Moves the mean by a factor, so that a sensor alerts later (or, below 1, earlier).
 *
 * Shape: new weights with the same `count` and `std`; the ones given are not changed. A NEGATIVE mean
 * times 1.1 moves down: such a sensor alerts earlier, not later.
 *
 * Fails with: nothing.
 *
 * Method: the factor is the decimal that was written, so 8.25 times 1.1 is 9.075 and not
 * 9.075000000000001.
 *
 * @example
 * ```ts
 * import * as Sensor from "@bedside/core/Sensor"
 *
 * const weights = { count: 4, mean: 7.5, std: 2.3804761428476167 }
 * const once = Sensor.adjust(weights)
 * once.mean // => 8.25
 * Sensor.adjust(once).mean // => 9.075
 * Sensor.adjust({ ...weights, mean: -10 }).mean // => -11
 * ```
 * @since 0.1.0
 */
export const adjust = <W extends Pick<Weights, "mean">>(weights: W, factor = 1.1): W => ({
  ...weights,
  mean: timesDecimal(weights.mean, factor)
})

// Multiplies by the digits of the factor and divides by its power of ten, both exact in a double for
// the factors people write; any other factor is multiplied as it is.
const timesDecimal = (value: number, factor: number): number => {
  const [mantissa = "", exponent = "0"] = factor.toExponential().split("e")
  const decimals = mantissa.replace(/^-?\d\.?/, "").length - Number(exponent)
  const digits = Math.round(factor * 10 ** decimals)
  const exact = decimals > 0 && decimals <= 15 && Number.isSafeInteger(digits)
  const product = value * digits
  return exact && Number.isFinite(product) ? product / 10 ** decimals : value * factor
}
