/**
 * CHA2DS2-VA: the risk of stroke in atrial fibrillation, in the version without sex (ESC 2024).
 *
 * The guarantee that bites: it is not CHA2DS2-VASc, which adds a point for the female sex; their
 * totals are read against different thresholds in women.
 *
 * For adults with atrial fibrillation and without a mechanical valve or moderate to severe mitral
 * stenosis. Not a medical device: it supports the judgement of a clinician and does not replace it.
 */
import * as Result from "effect/Result"
import * as Chart from "./Chart.ts"

/**
 * The bands of risk, from the lowest.
 *
 * @since 0.2.0
 */
export type Band = "low" | "intermediate" | "high"

/**
 * One patient. Units: `age` in completed years. `stroke` is a stroke, a transient ischaemic attack
 * or an arterial thromboembolism at any time; `vascularDisease` is that of the coronary or
 * peripheral arteries or the aorta. An absent input is missing.
 *
 * @since 0.2.0
 */
export interface Observation extends Chart.Options {
  readonly heartFailure?: boolean | null | undefined
  readonly hypertension?: boolean | null | undefined
  readonly age?: number | null | undefined
  readonly diabetes?: boolean | null | undefined
  readonly stroke?: boolean | null | undefined
  readonly vascularDisease?: boolean | null | undefined
}

const rows = {
  // points 0   | 1      | 2
  age: "    <65 | 65-<75 | >=75"
}

/**
 * The lines of the chart and the points of its columns, which CHA2DS2-VASc shares.
 *
 * @since 0.2.0
 */
export const factors: Pick<Chart.Definition, "points" | "inputs"> = {
  points: [0, 1, 2],
  inputs: [
    { kind: "flag", name: "heartFailure", points: 1 },
    { kind: "flag", name: "hypertension", points: 1 },
    { kind: "number", name: "age", unit: "a", minimum: 0, maximum: 130, row: rows.age },
    { kind: "flag", name: "diabetes", points: 1 },
    { kind: "flag", name: "stroke", points: 2 },
    { kind: "flag", name: "vascularDisease", points: 1 }
  ]
}

const chart = Result.getOrThrow(
  Chart.make({
    id: "cha2ds2-va",
    version: "1",
    citation:
      "Van Gelder IC et al. 2024 ESC guidelines for the management of atrial fibrillation. Eur " +
      "Heart J 2024;45:3314-3414. doi:10.1093/eurheartj/ehae176",
    population: { description: "18 years and over", ageFrom: 18 },
    ...factors,
    bands: [
      { from: 0, band: "low", response: "Anticoagulation is not indicated by this score." },
      { from: 1, band: "intermediate", response: "Consider anticoagulation." },
      { from: 2, band: "high", response: "Anticoagulation is recommended." }
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
 * Units and shape: those of `Observation`. `total` runs from 0 to 8. With an input missing it is
 * null beside a `lowerBound`, and the band is null unless that is 2 already.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind,
 * NaN included; `OutsidePopulation`, under 18 years.
 *
 * Method: ESC 2024 (doi:10.1093/eurheartj/ehae176): heart failure 1, hypertension 1, age of 75 and
 * over 2 and of 65 to 74 1, diabetes 1, stroke 2, vascular disease 1.
 *
 * @example
 * ```ts
 * import * as Cha2ds2Va from "@bedside/core/Cha2ds2Va"
 * import * as Result from "effect/Result"
 *
 * const { total, band } = Result.getOrThrow(
 *   Cha2ds2Va.score({
 *     heartFailure: false,
 *     hypertension: true,
 *     age: 74,
 *     diabetes: false,
 *     stroke: false,
 *     vascularDisease: false
 *   })
 * )
 * total // => 2
 * band // => "high"
 * ```
 * @since 0.2.0
 */
export const score = ({ observedAt, ...given }: Observation): Chart.Outcome<Band> =>
  chart.score(given, { observedAt })
