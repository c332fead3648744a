/**
 * CHA2DS2-VASc: the risk of stroke in atrial fibrillation (2010).
 *
 * The guarantee that bites: the band is that of the whole total, as in the source, and the point
 * for the female sex counts in it. So the response says from which total on it is meant for whom.
 *
 * For adults with atrial fibrillation and without a mechanical valve or moderate to severe mitral
 * stenosis. Not a medical device: it supports the judgement of a clinician and does not replace it.
 */
import * as Result from "effect/Result"
import * as Cha2ds2Va from "./Cha2ds2Va.ts"
import * as Chart from "./Chart.ts"

/**
 * The bands of risk, from the lowest.
 *
 * @since 0.2.0
 */
export type Band = "low" | "intermediate" | "high"

/**
 * One patient: what CHA2DS2-VA asks, and the sex. An absent input is missing.
 *
 * @since 0.2.0
 */
export interface Observation extends Cha2ds2Va.Observation {
  readonly sex?: "female" | "male" | null | undefined
}

const chart = Result.getOrThrow(
  Chart.make({
    id: "cha2ds2-vasc",
    version: "1",
    citation:
      "Lip GYH et al. Refining clinical risk stratification for predicting stroke and " +
      "thromboembolism in atrial fibrillation using a novel risk factor-based approach. Chest " +
      "2010;137:263-272. doi:10.1378/chest.09-1584",
    population: { description: "18 years and over", ageFrom: 18 },
    points: Cha2ds2Va.factors.points,
    inputs: [
      ...Cha2ds2Va.factors.inputs,
      { kind: "code", name: "sex", points: { female: 1, male: 0 } }
    ],
    bands: [
      { from: 0, band: "low", response: "Anticoagulation is not indicated by this score." },
      {
        from: 1,
        band: "intermediate",
        response: "Consider anticoagulation for a man. Sex alone is no reason to treat a woman."
      },
      {
        from: 2,
        band: "high",
        response:
          "Anticoagulation is recommended for a man, and for a woman from 3 points on; at 2 " +
          "consider it for her."
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
 * Scores one patient with atrial fibrillation.
 *
 * Units and shape: those of `Observation`. `total` runs from 0 to 9. With an input missing it is
 * null beside a `lowerBound`, and the band is null unless that is 2 already.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind,
 * NaN included; `OutsidePopulation`, under 18 years.
 *
 * Method: Lip et al. 2010 (doi:10.1378/chest.09-1584): heart failure 1, hypertension 1, age of 75
 * and over 2 and of 65 to 74 1, diabetes 1, stroke 2, vascular disease 1, female sex 1. The
 * responses by sex are those of the ESC guidelines of 2020 (doi:10.1093/eurheartj/ehaa612), not of
 * the source.
 *
 * @example
 * ```ts
 * import * as Cha2ds2Vasc from "@bedside/core/Cha2ds2Vasc"
 * import * as Result from "effect/Result"
 *
 * const { total, contributions } = Result.getOrThrow(
 *   Cha2ds2Vasc.score({
 *     heartFailure: false,
 *     hypertension: true,
 *     age: 75,
 *     diabetes: false,
 *     stroke: false,
 *     vascularDisease: false,
 *     sex: "female"
 *   })
 * )
 * total // => 4
 * contributions.find(({ input }) => input === "age") // => { input: "age", points: 2 }
 * ```
 * @since 0.2.0
 */
export const score = ({ observedAt, ...given }: Observation): Chart.Outcome<Band> =>
  chart.score(given, { observedAt })
