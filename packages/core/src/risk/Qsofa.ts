/**
 * The quick Sequential Organ Failure Assessment (qSOFA, 2016): who, of those with a suspected
 * infection, is likely to do badly.
 *
 * The guarantee that bites: mentation counts as known from either of two inputs, and as altered
 * when either says so.
 *
 * For adults outside intensive care. It does not tell whether there is an infection, and a negative
 * result does not rule sepsis out. Not a medical device: it supports the judgement of a clinician
 * and does not replace it.
 */
import * as Result from "effect/Result"
import * as Chart from "./Chart.ts"
import * as Points from "./internal/points.ts"

/**
 * Positive from 2 points on.
 *
 * @since 0.2.0
 */
export type Band = "negative" | "positive"

/**
 * One set of observations. Units: `respiratoryRate` in /min, `systolicPressure` in mm[Hg],
 * `glasgowComaScale` the total from 3 to 15, `age` in years. An absent input is missing; of
 * `alteredMentation` and `glasgowComaScale` one is enough.
 *
 * @since 0.2.0
 */
export interface Observation extends Chart.Options {
  readonly respiratoryRate?: number | null | undefined
  readonly systolicPressure?: number | null | undefined
  readonly alteredMentation?: boolean | null | undefined
  readonly glasgowComaScale?: number | null | undefined
  readonly age?: number | null | undefined
}

const points = [0, 1]
const rows = {
  // points          0    | 1
  respiratoryRate: " <22  | >=22 ",
  systolicPressure: ">100 | <=100",
  glasgowComaScale: "15   | <15  "
}

const chart = Result.getOrThrow(
  Chart.make({
    id: "qsofa",
    version: "1",
    citation:
      "Singer M et al. The Third International Consensus Definitions for Sepsis and Septic Shock " +
      "(Sepsis-3). JAMA 2016;315:801-810. doi:10.1001/jama.2016.0287",
    population: { description: "18 years and over", ageFrom: 18 },
    points,
    inputs: [
      Points.vital("respiratoryRate", "respiratory-rate", rows.respiratoryRate),
      Points.vital("systolicPressure", "systolic-pressure", rows.systolicPressure),
      {
        kind: "flag",
        name: "alteredMentation",
        item: "mentation",
        optional: true,
        points: 1
      },
      {
        ...Points.vital("glasgowComaScale", "glasgow-coma-scale", rows.glasgowComaScale),
        item: "mentation",
        optional: true,
        whole: true
      }
    ],
    bands: [
      {
        from: 0,
        band: "negative",
        response: "If infection is still suspected, keep watching the patient and score again."
      },
      {
        from: 2,
        band: "positive",
        response:
          "Look for failing organs: lactate and the full SOFA score. Consider infection, even " +
          "where nobody has thought of it yet."
      }
    ]
  })
)

/**
 * The id, implementation version and source that every result carries.
 *
 * @since 0.2.0
 */
export const about = chart.about

/**
 * What the score asks for, as data.
 *
 * @since 0.2.0
 */
export const form = chart.form

/**
 * Scores one set of observations: a point each for 22 breaths or more, a systolic pressure of 100
 * or less, and altered mentation.
 *
 * Units and shape: those of `Observation`. `total` runs from 0 to 3; `contributions` are
 * `respiratoryRate`, `systolicPressure` and `mentation`. With one of them missing the total is null
 * beside a `lowerBound`, and the band is null unless that is 2 already.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind,
 * NaN and a Glasgow coma scale that is no whole number included; `OutsidePopulation`, under 18
 * years.
 *
 * Method: Singer et al. 2016 (doi:10.1001/jama.2016.0287). Altered mentation is a Glasgow coma
 * scale below 15, as that paper has it; the derivation (doi:10.1001/jama.2016.0288) used 13 or
 * less. Values are compared as they are given, without rounding.
 *
 * @example
 * ```ts
 * import * as Qsofa from "@bedside/core/Qsofa"
 * import * as Result from "effect/Result"
 *
 * const { total, band } = Result.getOrThrow(
 *   Qsofa.score({ respiratoryRate: 22, systolicPressure: 104, glasgowComaScale: 14 })
 * )
 * total // => 2
 * band // => "positive"
 * ```
 * @since 0.2.0
 */
export const score = ({ observedAt, ...given }: Observation): Chart.Outcome<Band> =>
  chart.score(given, { observedAt })
