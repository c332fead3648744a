/**
 * The result shape that every risk score shares, and the two ways in which a score refuses.
 *
 * The guarantee that bites: an input that is missing never counts as 0 in silence. Without it there
 * is no total, only a `lowerBound` beside the list of what is missing.
 *
 * Not a medical device: a score supports the judgement of a clinician and does not replace it.
 */
import * as Schema from "effect/Schema"
import * as Timestamp from "../input/Timestamp.ts"
import * as Cells from "./internal/cells.ts"

/**
 * An input as it was used. `value` is what was given, in `unit` (UCUM, absent for codes and flags);
 * `rounded` is what was scored, for a number; `observedAt` is there when it was given.
 *
 * @since 0.1.0
 */
export const Input = Schema.Struct({
  name: Schema.String,
  value: Schema.Union([Schema.Finite, Schema.String, Schema.Boolean]),
  unit: Schema.optionalKey(Schema.String),
  rounded: Schema.optionalKey(Schema.Finite),
  observedAt: Schema.optionalKey(Timestamp.Timestamp)
}).annotate({ identifier: "ScoreInput" })

/** @since 0.1.0 */
export interface Input extends Schema.Schema.Type<typeof Input> {}

/**
 * The points that one input adds to the total.
 *
 * @since 0.1.0
 */
export const Contribution = Schema.Struct({
  input: Schema.String,
  points: Schema.Finite
}).annotate({ identifier: "ScoreContribution" })

/** @since 0.1.0 */
export interface Contribution extends Schema.Schema.Type<typeof Contribution> {}

const common = {
  score: Schema.String,
  version: Schema.String,
  citation: Schema.String,
  band: Schema.NullOr(Schema.String),
  contributions: Schema.Array(Contribution),
  inputs: Schema.Array(Input),
  rounding: Schema.String,
  missing: Schema.Array(Schema.String),
  response: Schema.NullOr(Schema.String)
}

/**
 * What a score says of a patient at one time.
 *
 * `total` is null while an input is missing; `lowerBound` is then the sum of what is known, and the
 * same as `total` otherwise. `band` is null unless it is certain. `version` is that of our
 * implementation, `citation` names the edition it implements.
 *
 * @since 0.1.0
 */
export const Assessment = Schema.Struct({
  ...common,
  total: Schema.NullOr(Schema.Finite),
  lowerBound: Schema.Finite
}).annotate({ identifier: "Assessment" })

/** @since 0.1.0 */
export interface Assessment extends Schema.Schema.Type<typeof Assessment> {}

/**
 * What every result carries, whether it is a total of points, a risk or a quantity: which score it
 * is and whose, what was used and what is missing, and what each input adds (of an equation, its
 * term).
 *
 * @since 0.2.0
 */
export interface Common extends Omit<Assessment, "total" | "lowerBound"> {}

/**
 * The risk of an event, a fraction from 0 to 1; null while an input is missing.
 *
 * @since 0.2.0
 */
export const Risk = Schema.Struct({
  ...common,
  risk: Schema.NullOr(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })))
}).annotate({ identifier: "RiskEstimate" })

/** @since 0.2.0 */
export interface Risk extends Schema.Schema.Type<typeof Risk> {}

/**
 * The score was never validated for such a patient: a typed refusal in place of a number.
 * `population` says whom it is for, `reasons` why this patient is outside.
 *
 * @since 0.1.0
 */
export class OutsidePopulation extends Schema.TaggedError<OutsidePopulation>()(
  "OutsidePopulation",
  {
    score: Schema.String,
    population: Schema.String,
    reasons: Schema.Array(Schema.String)
  }
) {}

/**
 * Inputs that cannot be true, all of them at once, each with what was expected and never with the
 * value that was sent.
 *
 * @since 0.1.0
 */
export class ImpossibleInput extends Schema.TaggedError<ImpossibleInput>()("ImpossibleInput", {
  score: Schema.String,
  inputs: Schema.Array(Schema.Struct({ name: Schema.String, expected: Schema.String }))
}) {}

/**
 * Rounds half up, in decimals.
 *
 * Shape: a finite number and the number of decimals to keep, 0 or more.
 *
 * Fails with: nothing; what is not finite stays what it is.
 *
 * Method: a tie is one of the decimal that was written, not of its binary neighbour: 38.05 goes up
 * to 38.1 although its double lies below the tie. Negative ties go up too, towards zero.
 *
 * @example
 * ```ts
 * import * as Score from "@bedside/core/Score"
 *
 * Score.roundHalfUp(38.05, 1) // => 38.1
 * Score.roundHalfUp(38.04, 1) // => 38
 * Score.roundHalfUp(20.5, 0) // => 21
 * ```
 * @since 0.1.0
 */
export const roundHalfUp = (value: number, decimals: number): number =>
  // Whole numbers, which most readings are, need no look at their text.
  Number.isInteger(value) ? value + 0 : shift(Math.round(shift(value, decimals)), -decimals)

// Moves the decimal point in the text of the number, which rounds nothing.
const shift = (value: number, places: number): number => {
  const [mantissa, exponent = "0"] = String(value).split("e")
  return Number.isFinite(value) ? Number(`${mantissa}e${Number(exponent) + places}`) : value
}

/**
 * The cells of one row of a printed chart, from left to right; a blank cell is `undefined`. Both
 * ends of a cell belong to it unless they are excluded.
 *
 * @since 0.1.0
 */
export type Row = ReadonlyArray<Cells.Cell | undefined>

/**
 * Reads one row of a chart as it is printed.
 *
 * Shape: cells between bars, each blank, `4`, `<=8`, `<8`, `>=25`, `>25`, `9-11` with both ends
 * inside, or with an end left out as in `300-<400` and `>5-15`.
 *
 * Fails with: nothing that an input could cause; a cell that is none of these is a mistake in the
 * chart and throws.
 *
 * @example
 * ```ts
 * import * as Score from "@bedside/core/Score"
 *
 * Score.row("<=40 | | 41-50 | 51-90")[2] // => { minimum: 41, maximum: 50 }
 * Score.row("<36 | 36-38 | >38").length // => 3
 * ```
 * @since 0.1.0
 */
export const row = (text: string): Row => Cells.texts(text).map(cell)

const cell = (text: string): Row[number] => {
  if (text === "") return undefined
  const cell = Cells.parse(text)
  if (cell === undefined) throw new Error(`not a cell of a chart: "${text}"`)
  return cell
}

/**
 * The column of a row that a value falls into.
 *
 * Shape: a value rounded to the resolution of the chart; the index of its cell, from 0.
 *
 * Fails with: nothing; -1 where no cell holds the value, NaN included.
 *
 * @example
 * ```ts
 * import * as Score from "@bedside/core/Score"
 *
 * Score.column(Score.row("<=40 | | 41-50 | 51-90"), 90) // => 3
 * Score.column(Score.row("<=40 | | 41-50 | 51-90"), 40.5) // => -1
 * Score.column(Score.row("<36 | 36-38 | >38"), 38) // => 1
 * ```
 * @since 0.1.0
 */
export const column = (row: Row, value: number): number =>
  row.findIndex((cell) => cell !== undefined && Cells.holds(cell, value))
