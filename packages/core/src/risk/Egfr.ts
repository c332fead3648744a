/**
 * The estimated glomerular filtration rate by the CKD-EPI creatinine equation of 2021, which has no
 * term for race, and its stage.
 *
 * The guarantee that bites: on dialysis, in pregnancy and under 18 years there is a refusal and no
 * number. A creatinine in umol/L is refused too, as long as it is above 40: divide by 88.4 first.
 *
 * One estimate is not a diagnosis: chronic kidney disease takes three months, and the equation asks
 * for a steady creatinine. Not a medical device: it supports the judgement of a clinician and does not
 * replace it.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Equation from "./internal/equation.ts"
import * as Inputs from "./internal/inputs.ts"
import * as Score from "./Score.ts"

/**
 * What the equation needs of a patient. Units: `creatinine` in mg/dL (serum or plasma; umol/L divided
 * by 88.4), `age` in years. An absent input is missing.
 *
 * `dialysis` and `pregnant` are checked where they are given.
 *
 * @since 0.2.0
 */
export interface Patient extends Equation.Given<{
  readonly creatinine: number
  readonly age: number
  readonly sex: "female" | "male"
  readonly dialysis: boolean
  readonly pregnant: boolean
}> {}

/**
 * The stages of the glomerular filtration rate (KDIGO), from the best.
 *
 * @since 0.2.0
 */
export const Stage = Schema.Literals(["G1", "G2", "G3a", "G3b", "G4", "G5"])

/** @since 0.2.0 */
export type Stage = typeof Stage.Type

/**
 * An estimated rate. `egfr` is in mL/min/{1.73_m2}, not rounded, and null while an input is missing;
 * `band` is its stage. `contributions` are the terms of its natural logarithm.
 *
 * @since 0.2.0
 */
export const Estimate = Schema.Struct({
  ...Equation.commonFields,
  band: Schema.NullOr(Stage),
  egfr: Schema.NullOr(Schema.Finite)
}).annotate({ identifier: "GlomerularFiltrationRate" })

/** @since 0.2.0 */
export interface Estimate extends Schema.Schema.Type<typeof Estimate> {}

/**
 * The id, implementation version and source that every result carries.
 *
 * @since 0.2.0
 */
export const about = {
  score: "egfr-ckd-epi-2021",
  version: "1",
  citation:
    "Inker LA et al. New creatinine- and cystatin C-based equations to estimate GFR without race. " +
    "N Engl J Med 2021;385:1737-1749. doi:10.1056/NEJMoa2102953. Stages: KDIGO 2024, Kidney Int " +
    "2024;105(4S):S117-S314. doi:10.1016/j.kint.2023.10.018"
} as const

const definition = {
  about,
  needs: [
    Inputs.number("creatinine", { minimum: 0.1, maximum: 40 }, "mg/dL"),
    Equation.age,
    Equation.sex
  ],
  circumstances: [Inputs.flag("dialysis"), Inputs.flag("pregnant")],
  population: "18 years and over, not on dialysis, not pregnant",
  validated: [
    Equation.adult(18),
    Equation.without("dialysis", "on dialysis"),
    Equation.without("pregnant", "pregnant")
  ],
  rounding: "none of the rate; half up to 1 mL/min/{1.73_m2} for its stage"
} as const satisfies Equation.Definition

/**
 * What the equation asks for, as data.
 *
 * @since 0.2.0
 */
export const form = Equation.form(definition)

const coefficients = {
  female: { knot: 0.7, below: -0.241, factor: 1.012 },
  male: { knot: 0.9, below: -0.302, factor: 1 }
} as const

const [constant, above, perYear] = [142, -1.2, 0.9938]

const stages: ReadonlyArray<readonly [from: number, stage: Stage]> = [
  [90, "G1"],
  [60, "G2"],
  [45, "G3a"],
  [30, "G3b"],
  [15, "G4"],
  [-Infinity, "G5"]
]

/**
 * Estimates the glomerular filtration rate from creatinine, age and sex.
 *
 * Units and shape: those of `Patient`; `egfr` in mL/min/{1.73_m2}.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind, NaN
 * included; `OutsidePopulation`, under 18 years, or on dialysis or in pregnancy where that is given.
 *
 * Method: Inker et al. 2021 (doi:10.1056/NEJMoa2102953): 142 min(Scr/k, 1)^a max(Scr/k, 1)^-1.2
 * 0.9938^age, times 1.012 for women; k is 0.7 and a -0.241 for women, 0.9 and -0.302 for men. The
 * stages of KDIGO are in whole numbers: the rate is rounded half up to find its own. Sources disagree
 * on the age of 18 itself: some implementations begin at 19, ours at 18.
 *
 * @example
 * ```ts
 * import * as Egfr from "@bedside/core/Egfr"
 * import * as Score from "@bedside/core/Score"
 * import * as Result from "effect/Result"
 *
 * const patient = { creatinine: 1.4, age: 60, sex: "male" } as const
 * const { egfr, band } = Result.getOrThrow(Egfr.ckdEpi2021(patient))
 * Score.roundHalfUp(egfr ?? NaN, 2) // => 57.54
 * band // => "G3a"
 * Result.isFailure(Egfr.ckdEpi2021({ ...patient, dialysis: true })) // => true
 * Result.isFailure(Egfr.ckdEpi2021({ ...patient, age: 17 })) // => true
 * ```
 * @since 0.2.0
 */
export const ckdEpi2021 = (patient: Patient): Result.Result<Estimate, Equation.Refusal> =>
  Result.map(Equation.begin(definition, patient), (result) =>
    Equation.isComplete(definition, patient)
      ? estimate(result, patient)
      : { ...result, band: null, egfr: null }
  )

type Complete = Equation.Complete<Patient, (typeof definition)["needs"][number]["name"]>

const estimate = (result: Score.Common, patient: Complete): Estimate => {
  const { below, factor, knot } = coefficients[patient.sex]
  const ratio = patient.creatinine / knot
  const lower = Math.min(ratio, 1)
  const upper = Math.max(ratio, 1)
  return {
    ...result,
    contributions: Equation.terms([
      ["constant", 1, Math.log(constant)],
      ["creatinine below the knot", below, Math.log(lower)],
      ["creatinine above the knot", above, Math.log(upper)],
      ["age", Math.log(perYear), patient.age],
      ["sex", 1, Math.log(factor)]
    ]),
    ...staged(constant * lower ** below * upper ** above * perYear ** patient.age * factor)
  }
}

const staged = (egfr: number): Pick<Estimate, "egfr" | "band"> => {
  const rounded = Score.roundHalfUp(egfr, 0)
  return { egfr, band: stages.find(([from]) => rounded >= from)?.[1] ?? null }
}
