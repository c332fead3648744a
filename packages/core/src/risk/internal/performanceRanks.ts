/** How well scores put rows with the outcome above rows without it: ranks alone, ties included. */
import type { Labels } from "./performanceRows.ts"

/** The ascending scores of the rows with and without the outcome. */
export interface Separated {
  readonly positives: Float64Array
  readonly negatives: Float64Array
}

/** Of labels and scores that were checked. */
export const separated = (labels: Labels, scores: ArrayLike<number>): Separated => {
  const length = labels.length
  const both = new Float64Array(length)
  let low = 0
  let high = length
  for (let row = 0; row < length; row++) {
    if (Number(labels[row]) === 1) both[--high] = scores[row]!
    else both[low++] = scores[row]!
  }
  return { positives: both.subarray(high).sort(), negatives: both.subarray(0, low).sort() }
}

/** The chance that a row with the outcome has the higher score, a tie counting as half. */
export const concordance = ({ positives, negatives }: Separated): number => {
  let below = 0
  let notAbove = 0
  let halves = 0
  for (const score of positives) {
    while (below < negatives.length && negatives[below]! < score) below += 1
    while (notAbove < negatives.length && negatives[notAbove]! <= score) notAbove += 1
    halves += below + notAbove
  }
  return halves / 2 / positives.length / negatives.length
}

// For each score of `left`, the share of `right` below it, a tie counting as half: their variance.
const placementVariance = (left: Float64Array, right: Float64Array): number => {
  let below = 0
  let notAbove = 0
  let count = 0
  let mean = 0
  let squares = 0
  for (const score of left) {
    while (below < right.length && right[below]! < score) below += 1
    while (notAbove < right.length && right[notAbove]! <= score) notAbove += 1
    const place = (below + notAbove) / 2 / right.length
    count += 1
    const difference = place - mean
    mean += difference / count
    squares += difference * (place - mean)
  }
  return squares / (count - 1)
}

/** The standard error of `concordance` by DeLong; NaN of fewer than two rows on either side. */
export const concordanceError = ({ positives, negatives }: Separated): number =>
  Math.sqrt(
    placementVariance(positives, negatives) / positives.length +
      placementVariance(negatives, positives) / negatives.length
  )

/** The sum over thresholds, from the highest, of precision times the recall that each adds. */
export const averagePrecision = ({ positives, negatives }: Separated): number => {
  let atPositive = positives.length
  let atNegative = negatives.length
  let sum = 0
  while (atPositive > 0) {
    const score = positives[atPositive - 1]!
    const before = atPositive
    while (atPositive > 0 && positives[atPositive - 1] === score) atPositive -= 1
    while (atNegative > 0 && negatives[atNegative - 1]! >= score) atNegative -= 1
    const found = positives.length - atPositive
    const alerts = found + negatives.length - atNegative
    sum += (found / alerts) * (before - atPositive)
  }
  return sum / positives.length
}
