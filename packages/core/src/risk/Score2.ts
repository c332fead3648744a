/**
 * SCORE2 (2021): the risk of a first cardiovascular event within 10 years in Europe, calibrated to the
 * four risk regions.
 *
 * The guarantee that bites: from 70 years on there is a refusal. SCORE2-OP is another equation and is
 * left out until it is derived again from its paper.
 *
 * Not for diabetes, known cardiovascular disease or chronic kidney disease. Not a medical device: it
 * supports the judgement of a clinician and does not replace it.
 */
import * as Record from "effect/Record"
import * as Result from "effect/Result"
import * as Equation from "./internal/equation.ts"
import * as Inputs from "./internal/inputs.ts"
import type * as Score from "./Score.ts"

/**
 * The risk regions of Europe, from the lowest.
 *
 * @since 0.2.0
 */
export type Region = "low" | "moderate" | "high" | "very-high"

/**
 * What the equation needs of a patient. Units: `age` in years, `systolicPressure` in mm[Hg],
 * cholesterol in mmol/L. An absent input is missing; `smoker` is current smoking.
 *
 * `diabetes`, `cardiovascularDisease` and `chronicKidneyDisease` are checked where they are given.
 *
 * @since 0.2.0
 */
export interface Patient extends Equation.Given<{
  readonly age: number
  readonly sex: "female" | "male"
  readonly smoker: boolean
  readonly systolicPressure: number
  readonly totalCholesterol: number
  readonly hdlCholesterol: number
  readonly region: Region
  readonly diabetes: boolean
  readonly cardiovascularDisease: boolean
  readonly chronicKidneyDisease: boolean
}> {}

/**
 * The id, implementation version and source that every result carries.
 *
 * @since 0.2.0
 */
export const about = {
  score: "score2",
  version: "1",
  citation:
    "SCORE2 working group and ESC Cardiovascular risk collaboration. SCORE2 risk prediction " +
    "algorithms: new models to estimate 10-year risk of cardiovascular disease in Europe. Eur Heart J " +
    "2021;42:2439-2454. doi:10.1093/eurheartj/ehab309"
} as const

const definition = {
  about,
  needs: [
    Equation.age,
    Equation.sex,
    Inputs.flag("smoker"),
    Equation.systolicPressure,
    // What lies above is in mg/dL.
    Inputs.number("totalCholesterol", { minimum: 0.5, maximum: 39 }, "mmol/L"),
    Inputs.number("hdlCholesterol", { minimum: 0.1, maximum: 8 }, "mmol/L"),
    Inputs.code("region", ["low", "moderate", "high", "very-high"])
  ],
  circumstances: [
    Inputs.flag("diabetes"),
    Inputs.flag("cardiovascularDisease"),
    Inputs.flag("chronicKidneyDisease")
  ],
  together: Equation.hdlBelowTotal,
  population:
    "40 to 69 years, without diabetes, known cardiovascular disease or chronic kidney disease",
  validated: [
    Equation.completedYears(40, 69),
    Equation.without("diabetes", "with diabetes"),
    Equation.without("cardiovascularDisease", "with known cardiovascular disease"),
    Equation.without("chronicKidneyDisease", "with chronic kidney disease")
  ],
  rounding: "none"
} as const satisfies Equation.Definition

/**
 * What the equation asks for, as data.
 *
 * @since 0.2.0
 */
export const form = Equation.form(definition)

// The coefficients of the source: those of an age count every 5 years from 60, of a pressure every
// 20 mm[Hg] from 120, of total cholesterol every mmol/L from 6 and of HDL every 0.5 mmol/L from 1.3.
const coefficients = Record.map(
  {
    //                              female      male
    age: "                          0.4648    0.3742",
    smoker: "                       0.7744    0.6012",
    systolicPressure: "             0.3131    0.2777",
    totalCholesterol: "             0.1002    0.1458",
    hdlCholesterol: "              -0.2606   -0.2698",
    "age * smoker": "              -0.1088   -0.0755",
    "age * systolicPressure": "    -0.0277   -0.0255",
    "age * totalCholesterol": "    -0.0226   -0.0281",
    "age * hdlCholesterol": "       0.0613    0.0426"
  },
  Equation.bySex
)

const baselineSurvival = { female: 0.9776, male: 0.9605 }

// How the uncalibrated risk is scaled to a region: an offset and a slope for each sex.
const scales = Record.map(
  {
    //                  female              male
    //              offset    slope    offset    slope
    low: "         -0.7380   0.7019   -0.5699   0.7476",
    moderate: "    -0.3143   0.7701   -0.1565   0.8009",
    high: "         0.5710   0.9369    0.3207   0.9360",
    "very-high": "  0.9412   0.8329    0.5836   0.8294"
  },
  (row) => {
    const [offset = NaN, slope = NaN, maleOffset = NaN, maleSlope = NaN] = Equation.cells(row, 4)
    return { female: { offset, slope }, male: { offset: maleOffset, slope: maleSlope } }
  }
)

/**
 * Estimates the 10-year risk of a first fatal or non-fatal cardiovascular event.
 *
 * Units and shape: those of `Patient`; `risk` is a fraction from 0 to 1, not rounded, and null while an
 * input is missing. `contributions` are the terms of the linear predictor before calibration to the
 * region. There are no bands: those of the guideline depend on the age and are not of the source.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind, NaN
 * included; `OutsidePopulation`, outside 40 to 69 years, or with diabetes, known cardiovascular disease
 * or chronic kidney disease where that is given.
 *
 * Method: SCORE2 working group 2021 (doi:10.1093/eurheartj/ehab309): a baseline survival to the power of
 * the exponential of the linear predictor, for each sex, then recalibrated on the complementary
 * log-log scale for each region. Ages are in completed years: 69.9 is 69.
 *
 * @example
 * ```ts
 * import * as Score from "@bedside/core/Score"
 * import * as Score2 from "@bedside/core/Score2"
 * import * as Result from "effect/Result"
 *
 * const patient = {
 *   age: 50,
 *   sex: "male",
 *   smoker: true,
 *   systolicPressure: 140,
 *   totalCholesterol: 5.5,
 *   hdlCholesterol: 1.3
 * } as const
 * const low = Result.getOrThrow(Score2.risk({ ...patient, region: "low" }))
 * Score.roundHalfUp(low.risk ?? NaN, 3) // => 0.059
 * const high = Result.getOrThrow(Score2.risk({ ...patient, region: "very-high" }))
 * Score.roundHalfUp(high.risk ?? NaN, 3) // => 0.14
 * const unknown = Result.getOrThrow(Score2.risk(patient))
 * unknown.risk // => null
 * unknown.missing // => ["region"]
 * Result.isFailure(Score2.risk({ ...patient, age: 70, region: "low" })) // => true
 * ```
 * @since 0.2.0
 */
export const risk = (patient: Patient): Result.Result<Score.Risk, Equation.Refusal> =>
  Result.map(Equation.begin(definition, patient), (result) => {
    if (!Equation.isComplete(definition, patient)) return { ...result, risk: null }
    const contributions = terms(patient)
    return { ...result, contributions, risk: calibrated(patient, Equation.sum(contributions)) }
  })

type Complete = Equation.Complete<Patient, (typeof definition)["needs"][number]["name"]>

const terms = (patient: Complete): ReadonlyArray<Score.Contribution> => {
  const age = (patient.age - 60) / 5
  const smoker = Number(patient.smoker)
  const systolic = (patient.systolicPressure - 120) / 20
  const total = patient.totalCholesterol - 6
  const hdl = (patient.hdlCholesterol - 1.3) / 0.5
  const row = (name: keyof typeof coefficients, value: number) =>
    [name, coefficients[name][patient.sex], value] as const
  return Equation.terms([
    row("age", age),
    row("smoker", smoker),
    row("systolicPressure", systolic),
    row("totalCholesterol", total),
    row("hdlCholesterol", hdl),
    row("age * smoker", age * smoker),
    row("age * systolicPressure", age * systolic),
    row("age * totalCholesterol", age * total),
    row("age * hdlCholesterol", age * hdl)
  ])
}

// The source takes ln(-ln(1 - risk)) of the uncalibrated risk, which is this without the detour.
const calibrated = ({ region, sex }: Complete, predictor: number): number => {
  const { offset, slope } = scales[region][sex]
  const uncalibrated = Math.log(-Math.log(baselineSurvival[sex])) + predictor
  return -Math.expm1(-Math.exp(offset + slope * uncalibrated))
}
