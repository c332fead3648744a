/**
 * Which of many tests of one window are alarms.
 *
 * The guarantee that bites: a hundred features that are each tested at 5 % alarm nearly always. Here
 * the chance of ANY alarm is at most `alpha` where nothing differs, however many tests there are and
 * whatever they have to do with each other.
 */
import * as Schema from "effect/Schema"

/**
 * What differs: the shares of the `bins`, the distribution function, the share of `missing` values, or
 * of the outcomes their number (`calibration-in-the-large`) or how they rise with the probability.
 *
 * @since 0.2.0
 */
export const Reason = Schema.Literals([
  "bins",
  "kolmogorov-smirnov",
  "missing",
  "calibration-in-the-large",
  "calibration-slope"
])

/** @since 0.2.0 */
export type Reason = typeof Reason.Type

/**
 * A difference that was found: `of` what, over `n` values, how large it is and the `limit` from which
 * it matters, and the `chance` of one as large where nothing differs.
 *
 * @since 0.2.0
 */
export const Test = Schema.Struct({
  of: Schema.String,
  reason: Reason,
  n: Schema.Int,
  distance: Schema.Finite,
  limit: Schema.Finite,
  chance: Schema.Finite
}).annotate({ identifier: "AlarmTest" })

/** @since 0.2.0 */
export interface Test extends Schema.Schema.Type<typeof Test> {}

// At each rank, as many tests remain as may still be right.
const adjusted = (chances: ReadonlyArray<number>): ReadonlyArray<number> => {
  const order = chances.map((_, index) => index).toSorted((a, b) => chances[a]! - chances[b]!)
  const together = chances.map(() => 1)
  let largest = 0
  for (const [rank, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, chances[index]! * (chances.length - rank)))
    together[index] = largest
  }
  return together
}

/**
 * Judges all tests of one window together.
 *
 * Shape: every test that was made, not only those that stand out. An alarm is one whose distance
 * reaches its limit AND whose chance among all of them is at most `alpha` (0.05): that chance is the
 * one that the alarm carries. In the order of the tests.
 *
 * Fails with: nothing.
 *
 * Method: Holm 1979 (https://www.jstor.org/stable/4615733), which does not ask for independence.
 *
 * @example
 * ```ts
 * import * as Alarms from "@bedside/core/Alarms"
 *
 * const test = { of: "pulse", reason: "bins", n: 200, distance: 0.3, limit: 0.1, chance: 0.01 } as const
 * Alarms.judge([test]) // => [{ of: "pulse", reason: "bins", n: 200, distance: 0.3, limit: 0.1, chance: 0.01 }]
 * const others = Array.from({ length: 9 }, () => ({ ...test, chance: 0.5 }))
 * Alarms.judge([test, ...others]) // => []
 * ```
 * @since 0.2.0
 */
export const judge = (tests: ReadonlyArray<Test>, alpha = 0.05): ReadonlyArray<Test> => {
  const together = adjusted(tests.map(({ chance }) => chance))
  return tests
    .map((test, index) => ({ ...test, chance: together[index] ?? 1 }))
    .filter(({ distance, limit, chance }) => distance >= limit && chance <= alpha)
}
