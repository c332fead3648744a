/**
 * Makes the probabilities of a model agree with the shares that come true, without training it anew.
 *
 * The guarantee that bites: a calibrator is a few stored numbers, fitted to rows that the model was NOT
 * trained on. Judge it on rows that it was not fitted to either, or it looks better than it is.
 *
 * `intercept`, `temperature` and `platt` never change how patients rank (as long as the slope is
 * positive); `isotonic` may make them equal. When a live model has drifted, try them in this order, and
 * train anew only when they do not mend it.
 *
 * Not a medical device.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Pools from "./internal/calibrationPools.ts"
import * as Kernels from "./internal/logisticKernels.ts"
import * as Solver from "./internal/logisticSolver.ts"
import { logit, logits } from "./internal/performanceLine.ts"
import * as Outcomes from "./Outcomes.ts"
import * as Performance from "./Performance.ts"

/**
 * A line through logits: `logit(calibrated) = intercept + slope * logit(probability)`.
 *
 * @since 0.2.0
 */
export const Line = Schema.Struct({
  method: Schema.Literals(["intercept", "temperature", "platt"]),
  intercept: Schema.Finite,
  slope: Schema.Finite
}).annotate({ identifier: "CalibratorLine" })

/** @since 0.2.0 */
export interface Line extends Schema.Schema.Type<typeof Line> {}

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/**
 * A staircase with sloping steps: at each of the ascending `from`, the probability is that of `to`;
 * between two of them it lies on the straight line, and beyond the ends it stays.
 *
 * @since 0.2.0
 */
export const Steps = Schema.Struct({
  method: Schema.Literal("isotonic"),
  from: Schema.Array(Share).check(Schema.isMinLength(1)),
  to: Schema.Array(Share)
})
  .check(
    Schema.makeFilter(({ from, to }) => from.length === to.length, {
      expected: "as many probabilities to go to as to go from"
    })
  )
  .annotate({ identifier: "CalibratorSteps" })

/** @since 0.2.0 */
export interface Steps extends Schema.Schema.Type<typeof Steps> {}

/**
 * Any calibrator.
 *
 * @since 0.2.0
 */
export const Calibrator = Schema.Union([Line, Steps])

/** @since 0.2.0 */
export type Calibrator = typeof Calibrator.Type

const both = { probabilities: true, bothClasses: true }

const refused = (reason: Outcomes.Reason, rows: number) =>
  Result.fail(new Outcomes.Unmeasurable({ problems: [{ reason, rows }] }))

/**
 * Moves all logits by the same amount, for where an outcome has become more or less common.
 *
 * Shape: a label (1 where the row had the outcome) and a probability for each row.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * Method: `Performance.calibrationInTheLarge`. Needs the fewest rows: a hundred with the outcome do.
 *
 * @example
 * ```ts
 * import * as Calibration from "@bedside/core/Calibration"
 * import * as Result from "effect/Result"
 *
 * const calibrator = Result.getOrThrow(Calibration.intercept([1, 0, 0, 0], [0.5, 0.5, 0.5, 0.5]))
 * Calibration.apply(calibrator, 0.5).toFixed(6) // => "0.250000"
 * ```
 * @since 0.2.0
 */
export const intercept = (
  labels: Outcomes.Labels,
  probabilities: ArrayLike<number>
): Outcomes.Measured<Line> =>
  Result.map(Performance.calibrationInTheLarge(labels, probabilities), (added) => ({
    method: "intercept",
    intercept: added,
    slope: 1
  }))

/**
 * Draws all logits nearer to 0 or further from it, for a model that is too sure of itself or not
 * enough.
 *
 * Shape: as for `intercept`.
 *
 * Fails with: `Outcomes.Unmeasurable`: `constant` where all logits are 0; `separated` where the
 * likeliest slope is infinite.
 *
 * Method: the likeliest slope, which is one over the temperature of Guo et al. 2017 (arXiv 1706.04599).
 * It is negative where the model ranks the wrong way round: refuse such a model.
 *
 * @example
 * ```ts
 * import * as Calibration from "@bedside/core/Calibration"
 * import * as Result from "effect/Result"
 *
 * const labels = [1, 1, 1, 0, 0, 0, 0, 1]
 * const tooSure = [0.9, 0.9, 0.9, 0.9, 0.1, 0.1, 0.1, 0.1]
 * const calibrator = Result.getOrThrow(Calibration.temperature(labels, tooSure))
 * Calibration.apply(calibrator, 0.9).toFixed(6) // => "0.750000"
 * ```
 * @since 0.2.0
 */
export const temperature = (
  labels: Outcomes.Labels,
  probabilities: ArrayLike<number>
): Outcomes.Measured<Line> =>
  Result.flatMap(Outcomes.check(labels, probabilities, both), () => {
    const slope = likeliestSlope(labels, logits(probabilities))
    return typeof slope === "string"
      ? refused(slope, labels.length)
      : Result.succeed({ method: "temperature", intercept: 0, slope })
  })

// Beyond this, probabilities of one in a thousand have become certainties.
const steepest = 1e6

/** By Newton's method, in steps that at most double the slope and add one to it. */
const likeliestSlope = (
  labels: Outcomes.Labels,
  xs: Float64Array
): number | "constant" | "separated" => {
  if (xs.every((x) => x === 0)) return "constant"
  let slope = 0
  for (let step = Infinity; Math.abs(step) > 1e-12 * (1 + Math.abs(slope));) {
    let [gradient, curvature] = [0, 0]
    for (let row = 0; row < xs.length; row++) {
      const expected = Kernels.probability(slope * xs[row]!)
      gradient += (expected - Number(labels[row])) * xs[row]!
      curvature += expected * (1 - expected) * xs[row]! ** 2
    }
    const limit = 1 + Math.abs(slope)
    step = Math.max(-limit, Math.min(limit, gradient / curvature))
    slope -= step
    if (!(Math.abs(slope) < steepest)) return "separated"
  }
  return slope
}

/**
 * Moves and scales logits at once.
 *
 * Shape: as for `intercept`.
 *
 * Fails with: `Outcomes.Unmeasurable`: `constant` where all probabilities are equal.
 *
 * Method: Platt 1999 on logits, with his targets `(n1 + 1) / (n1 + 2)` and `1 / (n0 + 2)` in place of 1
 * and 0, which keep the slope finite; by Newton's method (Lin, Lin & Weng 2007,
 * doi:10.1007/s10994-007-5018-6).
 *
 * @example
 * ```ts
 * import * as Calibration from "@bedside/core/Calibration"
 * import * as Result from "effect/Result"
 *
 * const labels = [0, 0, 1, 0, 1, 1]
 * const probabilities = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
 * const calibrator = Result.getOrThrow(Calibration.platt(labels, probabilities))
 * calibrator.slope > 0 // => true
 * Calibration.apply(calibrator, 0.6) > 0.6 // => true
 * ```
 * @since 0.2.0
 */
export const platt = (
  labels: Outcomes.Labels,
  probabilities: ArrayLike<number>
): Outcomes.Measured<Line> =>
  Result.flatMap(Outcomes.check(labels, probabilities, both), () => {
    const rows = labels.length
    const outcomes = Float64Array.from({ length: rows }, (_, row) => Number(labels[row]))
    const events = outcomes.reduce((sum, outcome) => sum + outcome, 0)
    const high = (events + 1) / (events + 2)
    const low = 1 / (rows - events + 2)
    const targets = outcomes.map((outcome) => (outcome === 1 ? high : low))
    const matrix = { rows, columns: 1, values: logits(probabilities) }
    const limits = { penalty: 0, tolerance: 1e-12, maximumSteps: 200 }
    const fitted = Solver.solve(matrix, targets, Float64Array.of(1, 0), limits)
    if (fitted === undefined) return refused("constant", rows)
    const [slope, intercept] = fitted.coefficients
    return Result.succeed({ method: "platt", intercept: intercept!, slope: slope! })
  })

/**
 * Replaces probabilities by the shares that came true at them, as far as these never fall.
 *
 * Shape: as for `intercept`. Needs many rows: a thousand with the outcome rather than a hundred.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * Method: pooling adjacent violators (Ayer et al. 1955, doi:10.1214/aoms/1177728423), rows of the same
 * probability pooled first; between pools the line is straight, as scikit-learn has it.
 *
 * @example
 * ```ts
 * import * as Calibration from "@bedside/core/Calibration"
 * import * as Result from "effect/Result"
 *
 * const labels = [0, 1, 0, 1]
 * const calibrator = Result.getOrThrow(Calibration.isotonic(labels, [0.1, 0.2, 0.3, 0.4]))
 * calibrator.from // => [0.1, 0.2, 0.3, 0.4]
 * calibrator.to // => [0, 0.5, 0.5, 1]
 * Calibration.apply(calibrator, 0.35) // => 0.7499999999999999
 * ```
 * @since 0.2.0
 */
export const isotonic = (
  labels: Outcomes.Labels,
  probabilities: ArrayLike<number>
): Outcomes.Measured<Steps> =>
  Result.map(Outcomes.check(labels, probabilities, both), () => {
    const pools = Pools.pooled(labels, probabilities)
    // A pool of one probability is one corner of the staircase, any other is two.
    const corners = pools.map(({ first, last }) => (first === last ? [first] : [first, last]))
    return {
      method: "isotonic",
      from: corners.flat(),
      to: pools.flatMap(({ events, rows }, at) => corners[at]!.map(() => events / rows))
    }
  })

/**
 * The calibrator that does what two do, one after the other: a live model is calibrated again by a line
 * that was fitted to what it said, and goes on with one calibrator.
 *
 * Shape: `first` is the calibrator of the model, `second` the line fitted to its calibrated
 * probabilities. Of a staircase the line moves the corners; between them it is straight, as before.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Calibration from "@bedside/core/Calibration"
 *
 * const first = { method: "platt", intercept: 1, slope: 2 } as const
 * const second = { method: "intercept", intercept: -0.5, slope: 1 } as const
 * Calibration.compose(first, second) // => { method: "platt", intercept: 0.5, slope: 2 }
 * ```
 * @since 0.2.0
 */
export const compose = (first: Calibrator, second: Line): Calibrator =>
  first.method === "isotonic"
    ? { ...first, to: first.to.map((corner) => apply(second, corner)) }
    : {
        method: "platt",
        intercept: second.intercept + second.slope * first.intercept,
        slope: second.slope * first.slope
      }

/**
 * Calibrates one probability.
 *
 * Shape: 0 to 1. A probability of 0 or 1 has no logit and is taken to lie 1e-12 inside.
 *
 * Fails with: nothing; NaN stays NaN.
 *
 * @example
 * ```ts
 * import * as Calibration from "@bedside/core/Calibration"
 *
 * Calibration.apply({ method: "platt", intercept: 0, slope: 2 }, 0.75).toFixed(6) // => "0.900000"
 * Calibration.apply({ method: "isotonic", from: [0.2, 0.4], to: [0, 1] }, 0.1) // => 0
 * ```
 * @since 0.2.0
 */
export const apply = (calibrator: Calibrator, probability: number): number => {
  if (Number.isNaN(probability)) return NaN
  if (calibrator.method !== "isotonic") {
    return Kernels.probability(calibrator.intercept + calibrator.slope * logit(probability))
  }
  const { from, to } = calibrator
  const above = Pools.above(from, probability)
  if (above === 0) return to[0]!
  if (above === from.length) return to[above - 1]!
  const [left, right] = [from[above - 1]!, from[above]!]
  const share = (probability - left) / (right - left)
  return to[above - 1]! + share * (to[above]! - to[above - 1]!)
}
