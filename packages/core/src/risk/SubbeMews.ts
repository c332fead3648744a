/**
 * The Modified Early Warning Score in the version of Subbe and colleagues (2001). It is not the
 * maternity score of the same letters, and other hospitals have modified it otherwise.
 *
 * The guarantee that bites: urine output is no part of it. Variants that score it, or the
 * saturation, are other scores with other totals.
 *
 * For adults admitted as medical emergencies. Not a medical device: it supports the judgement of a
 * clinician and does not replace it.
 */
import * as Result from "effect/Result"
import type * as Vital from "../measurement/Vital.ts"
import * as Chart from "./Chart.ts"
import * as Points from "./internal/points.ts"

/**
 * Critical from 5 points on.
 *
 * @since 0.2.0
 */
export type Band = "low" | "critical"

/**
 * One set of observations. Units: `systolicPressure` in mm[Hg], `heartRate` and `respiratoryRate`
 * in /min, `temperature` in Cel, `age` in years. An absent input is missing.
 *
 * @since 0.2.0
 */
export interface Observation extends Chart.Options {
  readonly systolicPressure?: number | null | undefined
  readonly heartRate?: number | null | undefined
  readonly respiratoryRate?: number | null | undefined
  readonly temperature?: number | null | undefined
  readonly consciousness?: Vital.Consciousness | null | undefined
  readonly age?: number | null | undefined
}

const points = [3, 2, 1, 0, 1, 2, 3]
const rows = {
  // points          3    | 2     | 1      | 0         | 1       | 2       | 3
  systolicPressure: "<=70 | 71-80 | 81-100 | 101-199   |         | >=200   |      ",
  heartRate: "            | <=40  | 41-50  | 51-100    | 101-110 | 111-129 | >=130",
  respiratoryRate: "      | <9    |        | 9-14      | 15-20   | 21-29   | >=30 ",
  temperature: "          | <35   |        | 35.0-38.4 |         | >=38.5  |      "
}

const chart = Result.getOrThrow(
  Chart.make({
    id: "subbe-mews",
    version: "1",
    citation:
      "Subbe CP, Kruger M, Rutherford P, Gemmel L. Validation of a modified Early Warning Score " +
      "in medical admissions. QJM 2001;94:521-526. doi:10.1093/qjmed/94.10.521",
    population: { description: "18 years and over", ageFrom: 18 },
    points,
    inputs: [
      Points.vital("systolicPressure", "systolic-pressure", rows.systolicPressure, 0),
      Points.vital("heartRate", "heart-rate", rows.heartRate, 0),
      Points.vital("respiratoryRate", "respiratory-rate", rows.respiratoryRate, 0),
      Points.vital("temperature", "temperature", rows.temperature, 1),
      {
        kind: "code",
        name: "consciousness",
        points: { alert: 0, confusion: 1, voice: 1, pain: 2, unresponsive: 3 }
      }
    ],
    bands: [
      { from: 0, band: "low" },
      {
        from: 5,
        band: "critical",
        response:
          "From 5 points on more patients died or needed intensive care: a doctor reviews the " +
          "patient now and considers a unit with more care."
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
 * Scores one set of observations.
 *
 * Units and shape: those of `Observation`. `total` runs from 0 to 14. With an input missing it is
 * null beside a `lowerBound`, and the band is null unless that is 5 already.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind,
 * NaN included; `OutsidePopulation`, under 18 years.
 *
 * Method: Subbe et al. 2001 (doi:10.1093/qjmed/94.10.521), whose threshold is 5. The source prints
 * a heart rate below 40 for 2 points and 41 to 50 for 1, which leaves 40 out; it is given 2 here.
 * New confusion, which the source does not know, is worth the 1 point of a patient who reacts to
 * voice. Values are rounded half up to whole numbers and tenths of a degree, which the source
 * leaves open.
 *
 * @example
 * ```ts
 * import * as SubbeMews from "@bedside/core/SubbeMews"
 * import * as Result from "effect/Result"
 *
 * const { total, band } = Result.getOrThrow(
 *   SubbeMews.score({
 *     systolicPressure: 90,
 *     heartRate: 77,
 *     respiratoryRate: 22,
 *     temperature: 34,
 *     consciousness: "alert"
 *   })
 * )
 * total // => 5
 * band // => "critical"
 * ```
 * @since 0.2.0
 */
export const score = ({ observedAt, ...given }: Observation): Chart.Outcome<Band> =>
  chart.score(given, { observedAt })
