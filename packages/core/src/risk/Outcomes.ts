/**
 * Outcomes beside the scores that were to foretell them: what rows can be judged at all.
 *
 * The guarantee that bites: rows that cannot be judged are refused, with every problem at once and the
 * number of rows that have it; none is left out in silence, and no value of theirs is told.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Rows from "./internal/performanceRows.ts"

/**
 * Whether each row had the outcome: 1 or true where it had, 0 or false where not.
 *
 * @since 0.2.0
 */
export type Labels = ArrayLike<number> | ArrayLike<boolean>

/**
 * Why rows cannot be judged:
 *
 * - `empty`, `lengths`: there is no row, or not one score for each label
 * - `label`: neither 0 nor 1
 * - `not-a-number`, `outside-0-to-1`: a score that cannot be ranked, or is no probability
 * - `one-class`: all rows had the outcome, or none, or only one did where an error is asked for
 * - `constant`: all probabilities are equal, so that no slope can be told
 * - `separated`: one threshold parts the outcomes, so that the likeliest slope is infinite
 * - `upside-down`: the higher the probabilities, the rarer the outcome, so that no calibration mends them
 * - `one-cluster`: all rows are of one patient, so that there is nothing to draw from
 *
 * @since 0.2.0
 */
export const Reason = Schema.Literals([
  "empty",
  "lengths",
  "label",
  "not-a-number",
  "outside-0-to-1",
  "one-class",
  "constant",
  "separated",
  "upside-down",
  "one-cluster"
])

/** @since 0.2.0 */
export type Reason = typeof Reason.Type

/**
 * Rows that cannot be judged: every problem, with the number of `rows` that have it.
 *
 * @since 0.2.0
 */
export class Unmeasurable extends Schema.TaggedError<Unmeasurable>()("Unmeasurable", {
  problems: Schema.Array(Schema.Struct({ reason: Reason, rows: Schema.Int }))
}) {}

/**
 * What was measured, or why rows cannot be judged.
 *
 * @since 0.2.0
 */
export type Measured<A> = Result.Result<A, Unmeasurable>

/**
 * Checks that rows can be judged.
 *
 * Shape: a label and a score for each row; asked for `probabilities`, scores lie within 0 and 1; for
 * `bothClasses`, there are rows with the outcome and without it.
 *
 * Fails with: `Unmeasurable`, which counts the rows of every problem and holds no value of theirs.
 *
 * @example
 * ```ts
 * import * as Outcomes from "@bedside/core/Outcomes"
 * import * as Result from "effect/Result"
 *
 * const checked = Outcomes.check([0, 2], [NaN, 7], { probabilities: true })
 * const { problems } = Result.getOrThrow(Result.flip(checked))
 * problems.map(({ reason }) => reason) // => ["label", "not-a-number", "outside-0-to-1"]
 * ```
 * @since 0.2.0
 */
export const check = (
  labels: Labels,
  scores: ArrayLike<number>,
  asked: {
    readonly probabilities?: boolean | undefined
    readonly bothClasses?: boolean | undefined
  } = {}
): Measured<void> => {
  const problems = Rows.problems(labels, scores, asked)
  return problems.length === 0 ? Result.void : Result.fail(new Unmeasurable({ problems }))
}
