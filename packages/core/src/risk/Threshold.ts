/**
 * What a threshold would have alerted to, and which one finds enough.
 *
 * The guarantee that bites: a score AT the threshold alerts. A share of no row is null, never 0.
 *
 * Not a medical device.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { separated } from "./internal/performanceRanks.ts"
import * as Rows from "./internal/performanceRows.ts"
import * as Outcomes from "./Outcomes.ts"

/**
 * What a threshold alerts to. A share of no row is null.
 *
 * @since 0.2.0
 */
export const Alerts = Schema.Struct({
  threshold: Schema.Finite,
  alerts: Schema.Int,
  truePositives: Schema.Int,
  falsePositives: Schema.Int,
  trueNegatives: Schema.Int,
  falseNegatives: Schema.Int,
  sensitivity: Schema.NullOr(Schema.Finite),
  specificity: Schema.NullOr(Schema.Finite),
  positivePredictiveValue: Schema.NullOr(Schema.Finite),
  negativePredictiveValue: Schema.NullOr(Schema.Finite)
}).annotate({ identifier: "ThresholdAlerts" })

/** @since 0.2.0 */
export interface Alerts extends Schema.Schema.Type<typeof Alerts> {}

const shareOf = (part: number, rest: number): number | null =>
  part + rest === 0 ? null : part / (part + rest)

/**
 * Counts what a threshold alerts to, and what it misses.
 *
 * Shape: a label and a score of any unit for each row, with both outcomes or one; a score AT the
 * threshold alerts.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * @example
 * ```ts
 * import * as Threshold from "@bedside/core/Threshold"
 * import * as Result from "effect/Result"
 *
 * const at = Result.getOrThrow(Threshold.alerts([0, 1, 0, 1], [1, 5, 7, 9], 5))
 * at.alerts // => 3
 * at.sensitivity // => 1
 * at.specificity // => 0.5
 * ```
 * @since 0.2.0
 */
export const alerts = (
  labels: Outcomes.Labels,
  scores: ArrayLike<number>,
  threshold: number
): Outcomes.Measured<Alerts> =>
  Result.map(Outcomes.check(labels, scores), () => {
    const { truePositives, falsePositives, trueNegatives, falseNegatives } = Rows.confusion(
      labels,
      scores,
      threshold
    )
    return {
      threshold,
      alerts: truePositives + falsePositives,
      truePositives,
      falsePositives,
      trueNegatives,
      falseNegatives,
      sensitivity: shareOf(truePositives, falseNegatives),
      specificity: shareOf(trueNegatives, falsePositives),
      positivePredictiveValue: shareOf(truePositives, falsePositives),
      negativePredictiveValue: shareOf(trueNegatives, falseNegatives)
    }
  })

/**
 * The highest threshold that alerts to at least a share of the rows with the outcome.
 *
 * Shape: as for `alerts`, with both outcomes; `sensitivity` from 0 to 1.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * @example
 * ```ts
 * import * as Threshold from "@bedside/core/Threshold"
 * import * as Result from "effect/Result"
 *
 * Result.getOrThrow(Threshold.forSensitivity([0, 1, 0, 1, 1], [1, 5, 7, 9, 6], 0.6)) // => 6
 * Result.getOrThrow(Threshold.forSensitivity([0, 1, 0, 1, 1], [1, 5, 7, 9, 6], 1)) // => 5
 * ```
 * @since 0.2.0
 */
export const forSensitivity = (
  labels: Outcomes.Labels,
  scores: ArrayLike<number>,
  sensitivity: number
): Outcomes.Measured<number> =>
  Result.map(Outcomes.check(labels, scores, { bothClasses: true }), () => {
    const { positives } = separated(labels, scores)
    const found = Math.min(positives.length, Math.max(1, neededOf(positives.length, sensitivity)))
    return positives[positives.length - found] ?? NaN
  })

// A share of 0.6 of five is three, although the double of their product may lie above it.
const neededOf = (count: number, share: number): number => {
  const least = Math.floor(count * share)
  return least / count >= share ? least : least + 1
}
