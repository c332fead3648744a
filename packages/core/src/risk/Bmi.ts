/**
 * The body mass index and its class for adults, by the World Health Organization.
 *
 * The guarantee that bites: under 18 years there is a refusal, because a child's index means nothing
 * without the centiles of its age.
 *
 * An index is of a body and not of a disease. Not a medical device: it supports the judgement of a
 * clinician and does not replace it.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Vital from "../measurement/Vital.ts"
import * as Equation from "./internal/equation.ts"
import * as Inputs from "./internal/inputs.ts"
import type * as Score from "./Score.ts"

/**
 * A body. Units: `weight` in kg, `height` in cm, `age` in years. An absent weight or height is missing;
 * an age is checked where it is given.
 *
 * @since 0.2.0
 */
export interface Body extends Equation.Given<{
  readonly weight: number
  readonly height: number
  readonly age: number
}> {}

/**
 * The classes, from the lowest.
 *
 * @since 0.2.0
 */
export const Band = Schema.Literals([
  "underweight",
  "normal",
  "pre-obese",
  "obese-1",
  "obese-2",
  "obese-3"
])

/** @since 0.2.0 */
export type Band = typeof Band.Type

/**
 * The grades of being underweight, from the lowest index.
 *
 * @since 0.2.0
 */
export const Thinness = Schema.Literals(["severe", "moderate", "mild"])

/** @since 0.2.0 */
export type Thinness = typeof Thinness.Type

/**
 * A body mass index. `bmi` is in kg/m2, not rounded, and null while an input is missing; `thinness` is
 * null unless the band is `underweight`. There is one term only, so `contributions` is empty.
 *
 * @since 0.2.0
 */
export const Index = Schema.Struct({
  ...Equation.commonFields,
  band: Schema.NullOr(Band),
  thinness: Schema.NullOr(Thinness),
  bmi: Schema.NullOr(Schema.Finite)
}).annotate({ identifier: "BodyMassIndex" })

/** @since 0.2.0 */
export interface Index extends Schema.Schema.Type<typeof Index> {}

/**
 * The id, implementation version and source that every result carries.
 *
 * @since 0.2.0
 */
export const about = {
  score: "bmi",
  version: "1",
  citation:
    "World Health Organization. Obesity: preventing and managing the global epidemic. Report of a WHO " +
    "consultation. WHO Technical Report Series 894. Geneva: WHO, 2000. Thinness: WHO Technical Report " +
    "Series 854, 1995."
} as const

const definition = {
  about,
  needs: [
    Inputs.number("weight", Vital.get("weight").possible, "kg"),
    Inputs.number("height", Vital.get("height").possible, "cm")
  ],
  circumstances: [Equation.age],
  population: "18 years and over",
  validated: [Equation.adult(18)],
  rounding: "none; a class begins at its lower bound and ends below the next"
} as const satisfies Equation.Definition

/**
 * What the equation asks for, as data.
 *
 * @since 0.2.0
 */
export const form = Equation.form(definition)

const classes: ReadonlyArray<readonly [from: number, band: Band, thinness: Thinness | null]> = [
  [40, "obese-3", null],
  [35, "obese-2", null],
  [30, "obese-1", null],
  [25, "pre-obese", null],
  [18.5, "normal", null],
  [17, "underweight", "mild"],
  [16, "underweight", "moderate"],
  [-Infinity, "underweight", "severe"]
]

/**
 * Divides the weight by the square of the height, and classifies the result.
 *
 * Units and shape: those of `Body`; `bmi` in kg/m2. Bands: `underweight` below 18.5 (thinness `severe`
 * below 16, `moderate` below 17, else `mild`), `normal` from 18.5, `pre-obese` from 25, `obese-1` from
 * 30, `obese-2` from 35, `obese-3` from 40.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind, NaN
 * included; `OutsidePopulation`, under 18 years where the age is given.
 *
 * Method: World Health Organization, Technical Report Series 854 and 894. The tables print bounds such
 * as 24.9 or 24.99; half-open bands leave no gap between them and the next.
 *
 * @example
 * ```ts
 * import * as Bmi from "@bedside/core/Bmi"
 * import * as Result from "effect/Result"
 *
 * const { bmi, band } = Result.getOrThrow(Bmi.index({ weight: 90, height: 150 }))
 * bmi // => 40
 * band // => "obese-3"
 * Result.isFailure(Bmi.index({ weight: 40, height: 150, age: 12 })) // => true
 * ```
 * @since 0.2.0
 */
export const index = (body: Body): Result.Result<Index, Equation.Refusal> =>
  Result.map(Equation.begin(definition, body), (result) =>
    Equation.isComplete(definition, body)
      ? classified(result, (body.weight * 10_000) / (body.height * body.height))
      : { ...result, band: null, thinness: null, bmi: null }
  )

// The height stays in cm: the square of 170 is a whole number, and that of 1.7 is not even a double.
const classified = (result: Score.Common, bmi: number): Index => {
  const [, band = null, thinness = null] = classes.find(([from]) => bmi >= from) ?? []
  return { ...result, band, thinness, bmi }
}
