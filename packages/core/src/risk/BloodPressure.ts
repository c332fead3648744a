/**
 * The category of a blood pressure, under a guideline that the caller names and the result repeats.
 *
 * The guarantee that bites: there is no default guideline, because the same reading is "elevated"
 * under one and "hypertension" under another.
 *
 * ACC/AHA 2017, ESC 2024 and ESH 2023 are here. A category of one reading is not a diagnosis:
 * guidelines ask for the mean of several, in adults, taken properly. Not a medical device.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Vital from "../measurement/Vital.ts"
import type * as Form from "./Form.ts"
import * as Equation from "./internal/equation.ts"
import * as Inputs from "./internal/inputs.ts"
import * as Score from "./Score.ts"

/**
 * The guidelines that are known.
 *
 * @since 0.1.0
 */
export const Guideline = Schema.Literals(["acc-aha-2017", "esc-2024", "esh-2023"])

/** @since 0.1.0 */
export type Guideline = typeof Guideline.Type

/**
 * A pressure in its category, null while one of the two numbers is missing. `band` is the same category,
 * as every result has it. `isolated` tells which of the numbers alone is in the range of hypertension,
 * under a guideline that has such categories. `inputs` carry the raw and the rounded pressures, in
 * mm[Hg].
 *
 * @since 0.1.0
 */
export const Category = Schema.Struct({
  ...Equation.commonFields,
  guideline: Guideline,
  category: Schema.NullOr(Schema.String),
  isolated: Schema.NullOr(Schema.Literals(["systolic", "diastolic"]))
}).annotate({ identifier: "BloodPressureCategory" })

/** @since 0.1.0 */
export interface Category extends Schema.Schema.Type<typeof Category> {}

interface Table {
  readonly citation: string
  readonly categories: ReadonlyArray<readonly [name: string, systolic: number, diastolic: number]>
  /** Both bounds of hypertension, where the guideline names what reaches one of them alone. */
  readonly hypertension?: { readonly systolic: number; readonly diastolic: number }
}

// The highest category comes first; a pressure is in the first that either of its numbers reaches.
const tables: { readonly [G in Guideline]: Table } = {
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
  },
  "esh-2023": {
    citation:
      "Mancia G et al. 2023 ESH guidelines for the management of arterial hypertension (office " +
      "readings). J Hypertens 2023;41:1874-2071. doi:10.1097/HJH.0000000000003480",
    categories: [
      // name, systolic from, diastolic from
      ["grade-3", 180, 110],
      ["grade-2", 160, 100],
      ["grade-1", 140, 90],
      ["high-normal", 130, 85],
      ["normal", 120, 80],
      ["optimal", -Infinity, -Infinity]
    ],
    hypertension: { systolic: 140, diastolic: 90 }
  }
}

/**
 * A pressure and the guideline to read it by. Units: pressures in mm[Hg], `age` in years. An absent
 * pressure is missing; an age is checked where it is given.
 *
 * @since 0.1.0
 */
export interface Observation extends Equation.Given<{
  readonly systolicPressure: number
  readonly diastolicPressure: number
  readonly age: number
}> {
  readonly guideline: Guideline
}

const needs = [
  Inputs.number("systolicPressure", Vital.get("systolic-pressure").possible, "mm[Hg]", 0),
  Inputs.number("diastolicPressure", Vital.get("diastolic-pressure").possible, "mm[Hg]", 0)
] as const

const definition = ({ citation }: Table) =>
  ({
    about: { score: "blood-pressure", version: "1", citation },
    needs,
    circumstances: [Equation.age],
    together: Equation.diastolicBelowSystolic,
    population: "18 years and over",
    validated: [Equation.adult(18)],
    rounding: "half up to 1 mm[Hg]; raw values are kept"
  }) satisfies Equation.Definition

/**
 * What the category asks for, as data: the guideline, which is required, and the pressure.
 *
 * @since 0.2.0
 */
export const form: Form.Form = (() => {
  const citation = Guideline.literals.map((guideline) => tables[guideline].citation).join(" ")
  const { inputs, ...form } = Equation.form(definition({ citation, categories: [] }))
  const codes = Guideline.literals
  const expected = `one of ${codes.join(", ")}`
  return {
    ...form,
    inputs: [{ kind: "code", name: "guideline", expected, codes, required: true }, ...inputs]
  }
})()

/**
 * Puts a blood pressure into its category.
 *
 * Units and shape: pressures in mm[Hg]. The categories are, from the lowest, `normal`, `elevated`,
 * `stage-1`, `stage-2` and `crisis` (above 180 or above 120) for `acc-aha-2017`; `non-elevated`,
 * `elevated` and `hypertension` for `esc-2024`; `optimal`, `normal`, `high-normal`, `grade-1`, `grade-2`
 * and `grade-3` for `esh-2023`, which also names isolated systolic (from 140 with below 90) and isolated
 * diastolic hypertension (from 90 with below 140) beside the grade.
 *
 * Fails with: `ImpossibleInput`, for a pressure outside its possible range, NaN included, and for a
 * diastolic pressure that is not below the systolic one; `OutsidePopulation`, under 18 years where the
 * age is given.
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
export const category = (observation: Observation): Result.Result<Category, Equation.Refusal> => {
  const { guideline } = observation
  const table = tables[guideline]
  const equation = definition(table)
  return Result.map(Equation.begin(equation, observation), (result) => {
    if (!Equation.isComplete(equation, observation)) {
      return { ...result, guideline, category: null, isolated: null }
    }
    const systolic = Score.roundHalfUp(observation.systolicPressure, 0)
    const diastolic = Score.roundHalfUp(observation.diastolicPressure, 0)
    const row = table.categories.find(([, from, or]) => systolic >= from || diastolic >= or)
    // The last row holds every pressure.
    const category = row![0]
    const isolated = isolatedOf(table, systolic, diastolic)
    return { ...result, band: category, guideline, category, isolated }
  })
}

const isolatedOf = (
  { hypertension }: Table,
  systolic: number,
  diastolic: number
): Category["isolated"] => {
  if (hypertension === undefined) return null
  const isSystolic = systolic >= hypertension.systolic
  const isDiastolic = diastolic >= hypertension.diastolic
  if (isSystolic === isDiastolic) return null
  return isSystolic ? "systolic" : "diastolic"
}
