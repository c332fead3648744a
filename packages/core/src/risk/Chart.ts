/**
 * A score of points that is written down as data: a table like the printed one, read by one engine.
 *
 * The guarantee that bites: a chart that `make` accepts has points for every value that its inputs
 * may take, exactly one cell each; so no patient ever falls between two bands of a chart typed in
 * by hand.
 *
 * A hospital adds its own chart as JSON, decoded with `Chart.Definition`. Whether the chart is
 * right is for those who wrote it to answer. Not a medical device.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Timestamp from "../input/Timestamp.ts"
import type * as Form from "./Form.ts"
import * as Shape from "./internal/chartShape.ts"
import * as Definitions from "./internal/definition.ts"
import * as Inputs from "./internal/inputs.ts"
import * as Points from "./internal/points.ts"
import * as Populations from "./internal/population.ts"
import type * as Score from "./Score.ts"

/**
 * An input that is a number. `unit` is UCUM; `minimum` and `maximum` are its possible range, both
 * inclusive; `row` holds one cell, as `Score.row` reads it, under each column of points.
 *
 * With `decimals` a value is rounded half up to that resolution before it is scored, for charts
 * that print bands such as `9-11 | 12-20`. Without, it is compared as it is, for charts that print
 * inequalities such as `<4 | 4-12 | >12`. A `whole` number is refused when it is not one.
 *
 * @since 0.2.0
 */
export const NumberInput = Shape.NumberInput

/** @since 0.2.0 */
export interface NumberInput extends Shape.NumberInput {}

/**
 * An input that is one of a few codes, each with its points.
 *
 * @since 0.2.0
 */
export const CodeInput = Shape.CodeInput

/** @since 0.2.0 */
export interface CodeInput extends Shape.CodeInput {}

/**
 * An input that is true or false; true is worth `points`, false nothing.
 *
 * @since 0.2.0
 */
export const FlagInput = Shape.FlagInput

/** @since 0.2.0 */
export interface FlagInput extends Shape.FlagInput {}

/**
 * One line of a chart. Inputs that share an `item` count once, by the highest of their points: "a
 * systolic pressure below 90 or a diastolic pressure of 60 or less". An `optional` one need not be
 * known as long as another input of its item is.
 *
 * @since 0.2.0
 */
export const Input = Shape.Input

/** @since 0.2.0 */
export type Input = Shape.Input

/**
 * Whom a chart is for: ages in years, from one and below another, and whether pregnancy is excluded
 * or required (`required` takes `postpartum` as well). What a caller does not say is not checked.
 *
 * @since 0.2.0
 */
export const Population = Shape.Population

/** @since 0.2.0 */
export interface Population extends Shape.Population {}

/**
 * The definition of a chart, safe to keep as JSON.
 *
 * `points` heads the columns; `bands` tells which band a total is in, from its first total on, and
 * is empty where the source has no bands. `single` is for charts on which one input of so many
 * `points` raises the band by itself, while the total is `below` the one from which the bands
 * decide again.
 *
 * @since 0.2.0
 */
export const Definition = Shape.Definition

/**
 * A band and the total from which on it holds.
 *
 * @since 0.2.0
 */
export interface TotalBand<Band extends string = string> extends Shape.TotalBand<Band> {}

/**
 * The band that one input of so many points calls for by itself.
 *
 * @since 0.2.0
 */
export interface SingleBand<Band extends string = string> extends Shape.SingleBand<Band> {}

/** @since 0.2.0 */
export interface Definition<Band extends string = string> extends Shape.Definition<Band> {}

/**
 * Something that is wrong with a definition, and where.
 *
 * @since 0.2.0
 */
export const Problem = Shape.Problem

/** @since 0.2.0 */
export interface Problem extends Shape.Problem {}

/**
 * A definition that cannot be used, with everything that is wrong with it.
 *
 * @since 0.2.0
 */
export class InvalidChart extends Schema.TaggedError<InvalidChart>()("InvalidChart", {
  chart: Schema.String,
  problems: Schema.Array(Problem)
}) {}

/**
 * The result of a chart: the shape of every score, with the bands of this one.
 *
 * @since 0.2.0
 */
export interface Assessment<Band extends string = string> extends Score.Assessment {
  readonly band: Band | null
}

/**
 * When each input was observed, by its name.
 *
 * @since 0.2.0
 */
export interface Options {
  readonly observedAt?: { readonly [name: string]: Timestamp.Timestamp | undefined } | undefined
}

/**
 * What a chart makes of what was observed.
 *
 * @since 0.2.0
 */
export type Outcome<Band extends string = string> = Result.Result<
  Assessment<Band>,
  Score.OutsidePopulation | Score.ImpossibleInput
>

/**
 * A chart that can be used. `score` takes what was observed, by the names of the inputs, besides
 * `age`, `pregnant` and `postpartum` where the population asks for them; null or nothing is
 * missing.
 *
 * @since 0.2.0
 */
export interface Chart<Band extends string = string> {
  readonly about: {
    readonly score: string
    readonly version: string
    readonly citation: string
  }
  /** What the chart asks for. */
  readonly form: Form.Form
  readonly score: (given: Readonly<Record<string, unknown>>, options?: Options) => Outcome<Band>
}

/**
 * Makes a definition into a chart that can be used.
 *
 * Units and shape: those that the definition states. Of the result, `total` is the sum of
 * `contributions`, one for each item. With an input missing it is null beside a `lowerBound`, and
 * the band is null unless the last one is reached already.
 *
 * Fails with: `InvalidChart`, with every problem at once: a value of a possible range in no cell or
 * in two, a row of another length than `points`, bands that do not ascend from 0, a name used
 * twice. The `score` of a chart fails with `ImpossibleInput`, naming every input outside its
 * possible range or not of its kind, NaN included, or a `diastolicPressure` that is not below the
 * `systolicPressure`, and with `OutsidePopulation`.
 *
 * Method: the highest points of each item, added up. Ties are rounded half up, as
 * `Score.roundHalfUp` does.
 *
 * @example
 * ```ts
 * import * as Chart from "@bedside/core/Chart"
 * import * as Result from "effect/Result"
 * import * as Schema from "effect/Schema"
 *
 * const json = `{
 *   "id": "st-elsewhere-fever",
 *   "version": "1",
 *   "citation": "St Elsewhere Hospital, fever chart, 2026",
 *   "population": { "description": "16 years and over", "ageFrom": 16 },
 *   "points": [3, 0, 1, 3],
 *   "inputs": [
 *     { "kind": "number", "name": "temperature", "unit": "Cel", "decimals": 1,
 *       "minimum": 10, "maximum": 50, "row": "<=34.9 | 35.0-37.9 | 38.0-38.9 | >=39.0" },
 *     { "kind": "flag", "name": "rigors", "points": 1 }
 *   ],
 *   "bands": [
 *     { "from": 0, "band": "calm", "response": "Measure again in 12 hours." },
 *     { "from": 2, "band": "alarm", "response": "Call the doctor on duty." }
 *   ]
 * }`
 * const definition = Schema.decodeUnknownSync(Schema.fromJsonString(Chart.Definition))(json)
 * const fever = Result.getOrThrow(Chart.make(definition))
 * const { band, response } = Result.getOrThrow(fever.score({ temperature: 38.95, rigors: false }))
 * band // => "alarm"
 * response // => "Call the doctor on duty."
 * Result.getOrThrow(fever.score({ temperature: 38.2 })).missing // => ["rigors"]
 * Result.isFailure(fever.score({ temperature: 38.2, age: 9 })) // => true
 *
 * const torn = { ...definition, points: [3, 0, 1], bands: [] }
 * const { problems } = Result.getOrThrow(Result.flip(Chart.make(torn)))
 * problems // => [{ at: "inputs.temperature", problem: "has 4 cells under 3 columns of points" }]
 * ```
 * @since 0.2.0
 */
export const make = <const Band extends string>(
  definition: Definition<Band>
): Result.Result<Chart<Band>, InvalidChart> => {
  const problems = Definitions.problems(definition)
  if (problems.length > 0) {
    return Result.fail(new InvalidChart({ chart: definition.id, problems }))
  }
  const { bands, inputs, population, single } = definition
  const sheet = Points.sheet(definition.points, inputs)
  const about = {
    score: definition.id,
    version: definition.version,
    citation: definition.citation
  }
  const rule = {
    about,
    bands,
    rounding: Points.rounding(sheet),
    ...(single === undefined ? {} : { single })
  }
  const fields = fieldsOf(sheet.fields, population)
  return Result.succeed({
    about,
    form: Inputs.form(about, population?.description ?? "anyone", fields),
    score: (given, { observedAt } = {}) => {
      const refusal = Populations.refusal(about.score, population, fields, given)
      if (refusal !== undefined) return Result.fail(refusal)
      const used = Inputs.used(fields, given, observedAt)
      return Result.succeed(Points.assess(rule, Points.items(sheet, given), used))
    }
  })
}

// What is scored comes first; an age that is scored is not asked about twice.
const fieldsOf = (
  scored: ReadonlyArray<Inputs.Field>,
  population: Population | undefined
): ReadonlyArray<Inputs.Field> => {
  const names = new Set(scored.map(({ name }) => name))
  return [...scored, ...Populations.fields(population).filter(({ name }) => !names.has(name))]
}
