/**
 * The criteria of the systemic inflammatory response syndrome (SIRS, 1992).
 *
 * The guarantee that bites: every threshold is a strict inequality. A temperature of 38.0, a heart
 * rate of 90 and 12 billion white cells are inside, not outside.
 *
 * For adults; children have criteria by age. Many patients meet the criteria without an infection.
 * Not a medical device: it supports the judgement of a clinician and does not replace it.
 */
import * as Result from "effect/Result"
import * as Chart from "./Chart.ts"
import * as Points from "./internal/points.ts"

/**
 * Met from 2 criteria on.
 *
 * @since 0.2.0
 */
export type Band = "not-met" | "met"

/**
 * One set of observations. Units: `temperature` in Cel, `heartRate` and `respiratoryRate` in /min,
 * `arterialCarbonDioxide` (PaCO2) in mm[Hg], `whiteBloodCells` in 10*9/L, `bandNeutrophils`
 * (immature forms) in %, `age` in years. An absent input is missing, except that
 * `arterialCarbonDioxide` and `bandNeutrophils` can only add to what the rate and the count say,
 * and need not be measured.
 *
 * @since 0.2.0
 */
export interface Observation extends Chart.Options {
  readonly temperature?: number | null | undefined
  readonly heartRate?: number | null | undefined
  readonly respiratoryRate?: number | null | undefined
  readonly arterialCarbonDioxide?: number | null | undefined
  readonly whiteBloodCells?: number | null | undefined
  readonly bandNeutrophils?: number | null | undefined
  readonly age?: number | null | undefined
}

const points = [1, 0, 1]
const rows = {
  // points               1   | 0     | 1
  temperature: "          <36 | 36-38 | >38",
  heartRate: "                | <=90  | >90",
  respiratoryRate: "          | <=20  | >20",
  arterialCarbonDioxide: "<32 | >=32  |    ",
  whiteBloodCells: "      <4  | 4-12  | >12",
  bandNeutrophils: "          | <=10  | >10"
}

const chart = Result.getOrThrow(
  Chart.make({
    id: "sirs",
    version: "1",
    citation:
      "Bone RC et al. Definitions for sepsis and organ failure and guidelines for the use of " +
      "innovative therapies in sepsis. Chest 1992;101:1644-1655. doi:10.1378/chest.101.6.1644",
    population: { description: "18 years and over", ageFrom: 18 },
    points,
    inputs: [
      Points.vital("temperature", "temperature", rows.temperature),
      Points.vital("heartRate", "heart-rate", rows.heartRate),
      {
        ...Points.vital("respiratoryRate", "respiratory-rate", rows.respiratoryRate),
        item: "respiration"
      },
      {
        kind: "number",
        name: "arterialCarbonDioxide",
        item: "respiration",
        optional: true,
        unit: "mm[Hg]",
        minimum: 0,
        maximum: 300,
        row: rows.arterialCarbonDioxide
      },
      {
        kind: "number",
        name: "whiteBloodCells",
        unit: "10*9/L",
        minimum: 0,
        maximum: 1000,
        row: rows.whiteBloodCells
      },
      {
        kind: "number",
        name: "bandNeutrophils",
        item: "whiteBloodCells",
        optional: true,
        unit: "%",
        minimum: 0,
        maximum: 100,
        row: rows.bandNeutrophils
      }
    ],
    bands: [
      { from: 0, band: "not-met", response: "The criteria are not met; look for other causes." },
      { from: 2, band: "met", response: "The criteria are met; look for an infection." }
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
 * Counts the criteria that are met: temperature, heart rate, respiration and white blood cells.
 *
 * Units and shape: those of `Observation`. `total` runs from 0 to 4. `contributions` are
 * `temperature`, `heartRate`, `respiration` (the rate or the carbon dioxide) and `whiteBloodCells`
 * (the count or the band forms). With one of them missing the total is null beside a `lowerBound`,
 * and the band is null unless that is 2 already.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind,
 * NaN included; `OutsidePopulation`, under 18 years.
 *
 * Method: Bone et al. 1992 (doi:10.1378/chest.101.6.1644): below 36 or above 38 Cel; above 90 /min;
 * above 20 /min or PaCO2 below 32 mm[Hg]; above 12 or below 4 10*9/L or more than 10 % band forms.
 * Values are compared as they are given, without rounding: 38.04 Cel is above 38.
 *
 * @example
 * ```ts
 * import * as Sirs from "@bedside/core/Sirs"
 * import * as Result from "effect/Result"
 *
 * const observed = { temperature: 38, heartRate: 91, respiratoryRate: 18, whiteBloodCells: 11.2 }
 * Result.getOrThrow(Sirs.score(observed)).total // => 1
 * Result.getOrThrow(Sirs.score({ ...observed, arterialCarbonDioxide: 30 })).band // => "met"
 * ```
 * @since 0.2.0
 */
export const score = ({ observedAt, ...given }: Observation): Chart.Outcome<Band> =>
  chart.score(given, { observedAt })
