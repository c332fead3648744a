/**
 * The category of a blood pressure, under a guideline that the caller names and the result repeats.
 *
 * The guarantee that bites: there is no default guideline, because the same reading is "elevated"
 * under one and "hypertension" under another.
 *
 * ACC/AHA 2017 and ESC 2024 are here. ESH 2023 is left out until its table is checked against its
 * text. A category of one reading is not a diagnosis: guidelines ask for the mean of several, in
 * adults, taken properly. Not a medical device.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Vital from "../measurement/Vital.ts"
import * as Score from "./Score.ts"

/**
 * The guidelines that are known.
 *
 * @since 0.1.0
 */
export const Guideline = Schema.Literals(["acc-aha-2017", "esc-2024"])

/** @since 0.1.0 */
export type Guideline = typeof Guideline.Type

/**
 * A pressure in its category. `inputs` carry the raw and the rounded pressures, in mm[Hg].
 *
 * @since 0.1.0
 */
export const Category = Schema.Struct({
  category: Schema.String,
  guideline: Guideline,
  version: Schema.String,
  citation: Schema.String,
  inputs: Schema.Array(Score.Input),
  rounding: Schema.String
}).annotate({ identifier: "BloodPressureCategory" })

/** @since 0.1.0 */
export interface Category extends Schema.Schema.Type<typeof Category> {}

interface Definition {
  readonly citation: string
  readonly categories: ReadonlyArray<readonly [name: string, systolic: number, diastolic: number]>
}

// The highest category comes first; a pressure is in the first that either of its numbers reaches.
const definitions: { readonly [G in Guideline]: Definition } = {
  "acc-aha-2017": {
    citation:
      "Whelton PK et al. 2017 ACC/AHA guideline for high blood pressure in adults. Hypertension " +
      "2018;71:e13-e115. doi:10.1161/HYP.0000000000000065",
    categories: [
      // name, systolic from, diastolic from
      ["crisis", 181, 121],
      ["stage-2", 140, 90],
      ["stage-1", 130, 80],
      ["elevated", 120, Infinity],
      ["normal", -Infinity, -Infinity]
    ]
  },
  "esc-2024": {
    citation:
      "McEvoy JW et al. 2024 ESC guidelines for elevated blood pressure and hypertension (office " +
      "readings). Eur Heart J 2024;45:3912-4018. doi:10.1093/eurheartj/ehae178",
    categories: [
      // name, systolic from, diastolic from
      ["hypertension", 140, 90],
      ["elevated", 120, 70],
      ["non-elevated", -Infinity, -Infinity]
    ]
  }
}

/**
 * A pressure and the guideline to read it by. Units: mm[Hg].
 *
 * @since 0.1.0
 */
export interface Observation {
  readonly systolicPressure: number
  readonly diastolicPressure: number
  readonly guideline: Guideline
}

/**
 * Puts a blood pressure into its category.
 *
 * Units and shape: pressures in mm[Hg]. The categories are, from the lowest, `normal`, `elevated`,
 * `stage-1`, `stage-2` and `crisis` (above 180 or above 120) for `acc-aha-2017`, and `non-elevated`,
 * `elevated` and `hypertension` for `esc-2024`.
 *
 * Fails with: `ImpossibleInput`, for a pressure outside its possible range, NaN included, and for a
 * diastolic pressure that is not below the systolic one.
 *
 * Method: the tables of the guidelines cited in the result. Where the two numbers fall into different
 * categories the higher one holds. The tables are in whole numbers: other values are rounded half up
 * first, and both are recorded.
 *
 * @example
 * ```ts
 * import * as BloodPressure from "@bedside/core/BloodPressure"
 * import * as Result from "effect/Result"
 *
 * const reading = { systolicPressure: 135, diastolicPressure: 75 }
 * const american = BloodPressure.category({ ...reading, guideline: "acc-aha-2017" })
 * Result.getOrThrow(american).category // => "stage-1"
 * const european = BloodPressure.category({ ...reading, guideline: "esc-2024" })
 * Result.getOrThrow(european).category // => "elevated"
 * ```
 * @since 0.1.0
 */
export const category = (
  observation: Observation
): Result.Result<Category, Score.ImpossibleInput> => {
  const impossible = impossibleInputs(observation)
  if (impossible.length > 0) {
    return Result.fail(new Score.ImpossibleInput({ score: "blood-pressure", inputs: impossible }))
  }
  const { guideline } = observation
  const { categories, citation } = definitions[guideline]
  const systolic = Score.roundHalfUp(observation.systolicPressure, 0)
  const diastolic = Score.roundHalfUp(observation.diastolicPressure, 0)
  const row = categories.find(([, from, or]) => systolic >= from || diastolic >= or)
  return Result.succeed({
    // The last row holds every pressure.
    category: row![0],
    guideline,
    version: "1",
    citation,
    inputs: [
      input("systolicPressure", observation.systolicPressure, systolic),
      input("diastolicPressure", observation.diastolicPressure, diastolic)
    ],
    rounding: "half up to 1 mm[Hg]; raw values are kept"
  })
}

const input = (name: string, value: number, rounded: number): Score.Input => ({
  name,
  value,
  unit: "mm[Hg]",
  rounded
})

const ranges = {
  systolicPressure: Vital.get("systolic-pressure").possible,
  diastolicPressure: Vital.get("diastolic-pressure").possible
}

const impossibleInputs = (observation: Observation): Score.ImpossibleInput["inputs"] => {
  const outside = (["systolicPressure", "diastolicPressure"] as const)
    .filter((name) => !Vital.within(ranges[name], observation[name]))
    .map((name) => ({
      name,
      expected: `${ranges[name].minimum} to ${ranges[name].maximum} mm[Hg]`
    }))
  if (outside.length > 0 || observation.diastolicPressure < observation.systolicPressure) {
    return outside
  }
  return [{ name: "diastolicPressure", expected: "below the systolic pressure" }]
}
