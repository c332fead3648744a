/**
 * The PREVENT equations of the American Heart Association (2023): the risk of a first cardiovascular
 * event within 10 and 30 years.
 *
 * The guarantee that bites: outside the ranges that the equations were made for there is no number
 * but a refusal that names the range, and above 59 years there is no 30-year risk.
 *
 * The base model. Those that add the albumin-creatinine ratio, HbA1c or the deprivation index are
 * left out. Not a medical device: it supports the judgement of a clinician and does not replace it.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Equation from "./internal/equation.ts"
import * as Inputs from "./internal/inputs.ts"
import * as Coefficients from "./internal/preventCoefficients.ts"
import type * as Score from "./Score.ts"

/**
 * What the equations need of a patient. Units: `age` in years, cholesterol in mg/dL,
 * `systolicPressure` in mm[Hg], `egfr` in mL/min/{1.73_m2} (CKD-EPI 2021), `bmi` in kg/m2. An absent
 * input is missing.
 *
 * `smoker` is current smoking, `treatedHypertension` and `statin` current treatment.
 * `cardiovascularDisease` is known disease, for which the equations are not meant; it is checked where
 * it is given.
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
  readonly diabetes: boolean
  readonly smoker: boolean
  readonly egfr: number
  readonly bmi: number
  readonly statin: boolean
  readonly cardiovascularDisease: boolean
}> {}

const Fraction = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/**
 * The risks over one time, fractions from 0 to 1. `total` is of atherosclerotic disease or heart
 * failure, `atherosclerotic` of coronary heart disease or stroke. Each has an equation of its own: they
 * do not add up.
 *
 * @since 0.2.0
 */
export const Estimate = Schema.Struct({
  total: Fraction,
  atherosclerotic: Fraction,
  heartFailure: Fraction,
  coronaryHeartDisease: Fraction,
  stroke: Fraction
}).annotate({ identifier: "PreventEstimate" })

/** @since 0.2.0 */
export interface Estimate extends Schema.Schema.Type<typeof Estimate> {}

/**
 * A PREVENT result. Both risks are null while an input is missing; `thirtyYear` is null above 59 years
 * too, and `thirtyYearUnavailable` then says why. `contributions` are the terms of the 10-year equation
 * of total disease, its constant among them: their sum is the logarithm of the odds.
 *
 * @since 0.2.0
 */
export const Risk = Schema.Struct({
  ...Equation.commonFields,
  tenYear: Schema.NullOr(Estimate),
  thirtyYear: Schema.NullOr(Estimate),
  thirtyYearUnavailable: Schema.NullOr(Schema.String)
}).annotate({ identifier: "PreventRisk" })

/** @since 0.2.0 */
export interface Risk extends Schema.Schema.Type<typeof Risk> {}

/**
 * The id, implementation version and source that every result carries.
 *
 * @since 0.2.0
 */
export const about = {
  score: "prevent",
  version: "1",
  citation:
    "Khan SS et al. Development and Validation of the American Heart Association's PREVENT Equations. " +
    "Circulation 2024;149:430-449. doi:10.1161/CIRCULATIONAHA.123.067626"
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
    Inputs.flag("diabetes"),
    Inputs.flag("smoker"),
    Inputs.number("egfr", { minimum: 0, maximum: 250 }, "mL/min/{1.73_m2}"),
    Inputs.number("bmi", { minimum: 5, maximum: 200 }, "kg/m2"),
    Inputs.flag("statin")
  ],
  circumstances: [Inputs.flag("cardiovascularDisease")],
  together: Equation.hdlBelowTotal,
  population:
    "30 to 79 years without known cardiovascular disease, total cholesterol 130 to 320 mg/dL, HDL " +
    "cholesterol 20 to 100 mg/dL, systolic pressure 90 to 200 mm[Hg], body mass index 18.5 to below " +
    "40 kg/m2, eGFR 15 to 150 mL/min/{1.73_m2}",
  validated: [
    Equation.completedYears(30, 79),
    Equation.between("totalCholesterol", 130, 320, "mg/dL"),
    Equation.between("hdlCholesterol", 20, 100, "mg/dL"),
    Equation.between("systolicPressure", 90, 200, "mm[Hg]"),
    Equation.between("egfr", 15, 150, "mL/min/{1.73_m2}"),
    {
      name: "bmi",
      holds: (value) => typeof value === "number" && value >= 18.5 && value < 40,
      reason: "bmi outside 18.5 to below 40 kg/m2"
    },
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

/**
 * Estimates the risk of a first cardiovascular event within 10 and 30 years.
 *
 * Units and shape: those of `Patient`; risks are fractions from 0 to 1, not rounded.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind, NaN
 * included; `OutsidePopulation`, outside 30 to 79 years, total cholesterol 130 to 320 and HDL 20 to
 * 100 mg/dL, systolic pressure 90 to 200 mm[Hg], body mass index 18.5 to below 40 kg/m2 or eGFR 15 to
 * 150 mL/min/{1.73_m2}, or with known cardiovascular disease.
 *
 * Method: the base equations of Khan et al. 2024 (doi:10.1161/CIRCULATIONAHA.123.067626), logistic and
 * for each sex; cholesterol is converted with 0.02586 mmol/L for 1 mg/dL. The 30-year equation is for
 * 30 to 59 years. Ages are in completed years: 79.9 is 79. Some implementations stop at a systolic
 * pressure of 180 and an eGFR of 140; ours takes the wider ranges.
 *
 * @example
 * ```ts
 * import * as Prevent from "@bedside/core/Prevent"
 * import * as Score from "@bedside/core/Score"
 * import * as Result from "effect/Result"
 *
 * const patient = {
 *   age: 50,
 *   sex: "female",
 *   totalCholesterol: 200,
 *   hdlCholesterol: 45,
 *   systolicPressure: 160,
 *   treatedHypertension: true,
 *   diabetes: true,
 *   smoker: false,
 *   egfr: 90,
 *   bmi: 35,
 *   statin: false
 * } as const
 * const { tenYear, thirtyYear } = Result.getOrThrow(Prevent.risk(patient))
 * Score.roundHalfUp(tenYear?.total ?? NaN, 3) // => 0.147
 * Score.roundHalfUp(thirtyYear?.heartFailure ?? NaN, 2) // => 0.39
 * const older = Result.getOrThrow(Prevent.risk({ ...patient, age: 60 }))
 * older.thirtyYear // => null
 * Result.isFailure(Prevent.risk({ ...patient, age: 80 })) // => true
 * const unknown = Result.getOrThrow(Prevent.risk({ ...patient, egfr: null }))
 * unknown.missing // => ["egfr"]
 * ```
 * @since 0.2.0
 */
export const risk = (patient: Patient): Result.Result<Risk, Equation.Refusal> =>
  Result.map(Equation.begin(definition, patient), (result) =>
    Equation.isComplete(definition, patient)
      ? estimate(result, patient)
      : { ...result, tenYear: null, thirtyYear: null, thirtyYearUnavailable: null }
  )

type Complete = Equation.Complete<Patient, (typeof definition)["needs"][number]["name"]>

const oldestForThirtyYears = 59

const estimate = (result: Score.Common, patient: Complete): Risk => {
  const values = valuesOf(patient)
  const tenYear = Coefficients.tenYear[patient.sex]
  const thirtyYear = Coefficients.thirtyYear[patient.sex]
  const isYoungEnough = patient.age < oldestForThirtyYears + 1
  return {
    ...result,
    contributions: terms(tenYear, "total", values),
    tenYear: risks(tenYear, values),
    thirtyYear: isYoungEnough ? risks(thirtyYear, values) : null,
    thirtyYearUnavailable: isYoungEnough
      ? null
      : `the 30-year equation is for 30 to ${oldestForThirtyYears} years`
  }
}

type Values = { readonly [T in Coefficients.Term]: number }

const perMgPerDl = 0.02586

// Each is centred and scaled as in the source. A pressure, BMI or eGFR has a slope of its own on
// either side of a knot (110, 30 and 60): below it the value is counted from the knot, above it from
// the centre, except for BMI.
const valuesOf = (patient: Complete): Values => {
  const { bmi, egfr, hdlCholesterol, systolicPressure, totalCholesterol } = patient
  const age = (patient.age - 55) / 10
  const nonHdl = (totalCholesterol - hdlCholesterol) * perMgPerDl - 3.5
  const hdl = (hdlCholesterol * perMgPerDl - 1.3) / 0.3
  const systolicFrom110 = (Math.max(systolicPressure, 110) - 130) / 20
  const bmiFrom30 = (Math.max(bmi, 30) - 30) / 5
  const egfrUnder60 = (Math.min(egfr, 60) - 60) / -15
  const diabetes = Number(patient.diabetes)
  const smoker = Number(patient.smoker)
  const treated = Number(patient.treatedHypertension)
  const statin = Number(patient.statin)
  return {
    age,
    "age squared": age ** 2,
    "non-HDL": nonHdl,
    HDL: hdl,
    "SBP under 110": (Math.min(systolicPressure, 110) - 110) / 20,
    "SBP from 110": systolicFrom110,
    diabetes,
    smoker,
    "BMI under 30": (Math.min(bmi, 30) - 25) / 5,
    "BMI from 30": bmiFrom30,
    "eGFR under 60": egfrUnder60,
    "eGFR from 60": (Math.max(egfr, 60) - 90) / -15,
    "treated hypertension": treated,
    statin,
    "treated * SBP from 110": treated * systolicFrom110,
    "statin * non-HDL": statin * nonHdl,
    "age * non-HDL": age * nonHdl,
    "age * HDL": age * hdl,
    "age * SBP from 110": age * systolicFrom110,
    "age * diabetes": age * diabetes,
    "age * smoker": age * smoker,
    "age * BMI from 30": age * bmiFrom30,
    "age * eGFR under 60": age * egfrUnder60,
    constant: 1
  }
}

const terms = (
  table: Coefficients.Table,
  outcome: Coefficients.Outcome,
  values: Values
): ReadonlyArray<Score.Contribution> =>
  Equation.terms(
    Coefficients.terms.flatMap((term) => {
      const coefficients = table[term]
      return coefficients === undefined
        ? []
        : [[term, coefficients[outcome], values[term]] as const]
    })
  )

const risks = (table: Coefficients.Table, values: Values): Estimate => {
  const of = (outcome: Coefficients.Outcome): number =>
    Equation.logistic(Equation.sum(terms(table, outcome, values)))
  return {
    total: of("total"),
    atherosclerotic: of("atherosclerotic"),
    heartFailure: of("heartFailure"),
    coronaryHeartDisease: of("coronaryHeartDisease"),
    stroke: of("stroke")
  }
}
