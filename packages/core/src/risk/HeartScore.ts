/**
 * The HEART score: the risk of a major cardiac event within six weeks, of patients with chest pain
 * in an emergency department. The letters are history, electrocardiogram, age, risk factors and
 * troponin.
 *
 * The guarantee that bites: troponin is taken as a multiple of the upper limit of the laboratory
 * that measured it, so that no assay's units are mistaken for another's.
 *
 * For adults without an infarction that is plain on the first electrocardiogram. Not a medical
 * device: it supports the judgement of a clinician and does not replace it.
 */
import * as Result from "effect/Result"
import * as Chart from "./Chart.ts"

/**
 * The bands of risk, from the lowest.
 *
 * @since 0.2.0
 */
export type Band = "low" | "moderate" | "high"

/**
 * One patient. Units: `age` in completed years; `troponin` in multiples of the upper reference
 * limit; `riskFactors` counts hypertension, diabetes, smoking, high cholesterol, obesity and a
 * family history. An absent input is missing; `atherosclerosis`, a history of atherosclerotic
 * disease, can only add to the risk factors and need not be stated.
 *
 * @since 0.2.0
 */
export interface Observation extends Chart.Options {
  readonly history?:
    | "slightly-suspicious"
    | "moderately-suspicious"
    | "highly-suspicious"
    | null
    | undefined
  readonly electrocardiogram?:
    | "normal"
    | "nonspecific-repolarisation"
    | "significant-st-depression"
    | null
    | undefined
  readonly age?: number | null | undefined
  readonly riskFactors?: number | null | undefined
  readonly atherosclerosis?: boolean | null | undefined
  readonly troponin?: number | null | undefined
}

const points = [0, 1, 2]
const rows = {
  // points     0   | 1      | 2
  age: "        <45 | 45-<65 | >=65",
  riskFactors: "0   | 1-2    | >=3 ",
  troponin: "   <=1 | >1-3   | >3  "
}

const chart = Result.getOrThrow(
  Chart.make({
    id: "heart",
    version: "1",
    citation:
      "Backus BE et al. A prospective validation of the HEART score for chest pain patients at " +
      "the emergency department. Int J Cardiol 2013;168:2153-2158. " +
      "doi:10.1016/j.ijcard.2013.01.255",
    population: { description: "18 years and over", ageFrom: 18 },
    points,
    inputs: [
      {
        kind: "code",
        name: "history",
        points: { "slightly-suspicious": 0, "moderately-suspicious": 1, "highly-suspicious": 2 }
      },
      {
        kind: "code",
        name: "electrocardiogram",
        points: { normal: 0, "nonspecific-repolarisation": 1, "significant-st-depression": 2 }
      },
      { kind: "number", name: "age", unit: "a", minimum: 0, maximum: 130, row: rows.age },
      {
        kind: "number",
        name: "riskFactors",
        unit: "{count}",
        minimum: 0,
        maximum: 6,
        whole: true,
        row: rows.riskFactors
      },
      {
        kind: "flag",
        name: "atherosclerosis",
        item: "riskFactors",
        optional: true,
        points: 2
      },
      {
        kind: "number",
        name: "troponin",
        unit: "{multiple}",
        minimum: 0,
        maximum: 1_000_000,
        row: rows.troponin
      }
    ],
    bands: [
      { from: 0, band: "low", response: "An event is unlikely: consider discharge." },
      { from: 4, band: "moderate", response: "Observe in hospital and investigate." },
      { from: 7, band: "high", response: "Treat early; consider invasive investigation." }
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
 * Scores one patient: 0, 1 or 2 points for each of the five letters.
 *
 * Units and shape: those of `Observation`. `total` runs from 0 to 10. With an input missing it is
 * null beside a `lowerBound`, and the band is null unless that is 7 already.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind,
 * NaN included; `OutsidePopulation`, under 18 years.
 *
 * Method: Backus et al. 2013 (doi:10.1016/j.ijcard.2013.01.255). An age of 65 is worth 2 points;
 * troponin above the limit is worth 1 up to three times the limit, that included, and 2 above.
 * Published copies differ on both: some give 65 years 1 point, or put the upper limit at twice.
 *
 * @example
 * ```ts
 * import * as HeartScore from "@bedside/core/HeartScore"
 * import * as Result from "effect/Result"
 *
 * const { total, band } = Result.getOrThrow(
 *   HeartScore.score({
 *     history: "moderately-suspicious",
 *     electrocardiogram: "normal",
 *     age: 65,
 *     riskFactors: 1,
 *     troponin: 0.4
 *   })
 * )
 * total // => 4
 * band // => "moderate"
 * ```
 * @since 0.2.0
 */
export const score = ({ observedAt, ...given }: Observation): Chart.Outcome<Band> =>
  chart.score(given, { observedAt })
