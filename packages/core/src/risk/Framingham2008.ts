/**
 * The general cardiovascular risk profile of the Framingham Heart Study (2008): the risk of a first
 * cardiovascular event within 10 years.
 *
 * The guarantee that bites: cholesterol is in mg/dL, and what reads like mmol/L is refused, because the
 * equation would take it and answer.
 *
 * The equation with laboratory values, of 30 to 74 years. Not a medical device: it supports the
 * judgement of a clinician and does not replace it.
 */
import * as Record from "effect/Record"
import * as Result from "effect/Result"
import * as Equation from "./internal/equation.ts"
import * as Inputs from "./internal/inputs.ts"
import type * as Score from "./Score.ts"

/**
 * What the equation needs of a patient. Units: `age` in years, cholesterol in mg/dL, `systolicPressure`
 * in mm[Hg]. An absent input is missing; `smoker` is current smoking.
 *
 * `cardiovascularDisease` is checked where it is given.
 *
 * @since 0.2.0
 */
export interface Patient extends Equation.Given<{
  readonly age: number
  readonly sex: "female" | "male"
  readonly totalCholesterol: number
  readonly hdlCholesterol: number
  readonly systolicPressure: number
  readonly treatedHypertension: boolean
  readonly smoker: boolean
  readonly diabetes: boolean
  readonly cardiovascularDisease: boolean
}> {}

/**
 * The id, implementation version and source that every result carries.
 *
 * @since 0.2.0
 */
export const about = {
  score: "framingham-2008",
  version: "1",
  citation:
    "D'Agostino RB et al. General cardiovascular risk profile for use in primary care: the Framingham " +
    "Heart Study. Circulation 2008;117:743-753. doi:10.1161/CIRCULATIONAHA.107.699579"
} as const

const definition = {
  about,
  needs: [
    Equation.age,
    Equation.sex,
    Equation.totalCholesterol,
    Equation.hdlCholesterol,
    Equation.systolicPressure,
    Inputs.flag("treatedHypertension"),
    Inputs.flag("smoker"),
    Inputs.flag("diabetes")
  ],
  circumstances: [Inputs.flag("cardiovascularDisease")],
  together: Equation.hdlBelowTotal,
  population: "30 to 74 years without known cardiovascular disease",
  validated: [
    Equation.completedYears(30, 74),
    Equation.without("cardiovascularDisease", "with known cardiovascular disease")
  ],
  rounding: "none"
} as const satisfies Equation.Definition

/**
 * What the equation asks for, as data.
 *
 * @since 0.2.0
 */
export const form = Equation.form(definition)

const coefficients = Record.map(
  {
    //                           female       male
    "ln age": "                 2.32888    3.06117",
    "ln totalCholesterol": "    1.20904    1.12370",
    "ln hdlCholesterol": "     -0.70833   -0.93263",
    "ln untreated SBP": "       2.76157    1.93303",
    "ln treated SBP": "         2.82263    1.99881",
    smoker: "                   0.52873    0.65451",
    diabetes: "                 0.69154    0.57367",
    mean: "                   -26.1931  -23.9802"
  },
  Equation.bySex
)

const baselineSurvival = { female: 0.95012, male: 0.88936 }

/**
 * Estimates the 10-year risk of a first cardiovascular event: coronary, cerebrovascular or peripheral
 * arterial disease, or heart failure.
 *
 * Units and shape: those of `Patient`; `risk` is a fraction from 0 to 1, not rounded, and null while an
 * input is missing. `contributions` are the terms of the linear predictor, the mean of the study that is
 * taken off among them.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind, NaN
 * included; `OutsidePopulation`, outside 30 to 74 years, or with known cardiovascular disease where that
 * is given.
 *
 * Method: D'Agostino et al. 2008 (doi:10.1161/CIRCULATIONAHA.107.699579): 1 - S0 ^ exp(sum of terms), on
 * natural logarithms, for each sex. Ages are in completed years: 74.9 is 74.
 *
 * @example
 * ```ts
 * import * as Framingham2008 from "@bedside/core/Framingham2008"
 * import * as Score from "@bedside/core/Score"
 * import * as Result from "effect/Result"
 *
 * const patient = {
 *   age: 61,
 *   sex: "female",
 *   totalCholesterol: 180,
 *   hdlCholesterol: 47,
 *   systolicPressure: 124,
 *   treatedHypertension: false,
 *   smoker: true,
 *   diabetes: false
 * } as const
 * const { risk } = Result.getOrThrow(Framingham2008.risk(patient))
 * Score.roundHalfUp(risk ?? NaN, 4) // => 0.1048
 * Result.isFailure(Framingham2008.risk({ ...patient, age: 75 })) // => true
 * ```
 * @since 0.2.0
 */
export const risk = (patient: Patient): Result.Result<Score.Risk, Equation.Refusal> =>
  Result.map(Equation.begin(definition, patient), (result) => {
    if (!Equation.isComplete(definition, patient)) return { ...result, risk: null }
    const contributions = terms(patient)
    const hazard = -Math.log(baselineSurvival[patient.sex]) * Math.exp(Equation.sum(contributions))
    return { ...result, contributions, risk: -Math.expm1(-hazard) }
  })

type Complete = Equation.Complete<Patient, (typeof definition)["needs"][number]["name"]>

const terms = (patient: Complete): ReadonlyArray<Score.Contribution> => {
  const row = (name: keyof typeof coefficients, value: number) =>
    [name, coefficients[name][patient.sex], value] as const
  const pressure = patient.treatedHypertension ? "ln treated SBP" : "ln untreated SBP"
  return Equation.terms([
    row("ln age", Math.log(patient.age)),
    row("ln totalCholesterol", Math.log(patient.totalCholesterol)),
    row("ln hdlCholesterol", Math.log(patient.hdlCholesterol)),
    row(pressure, Math.log(patient.systolicPressure)),
    row("smoker", Number(patient.smoker)),
    row("diabetes", Number(patient.diabetes)),
    row("mean", 1)
  ])
}
