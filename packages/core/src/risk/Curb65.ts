/**
 * CURB-65: how severe a pneumonia is that was caught outside hospital (2003).
 *
 * The guarantee that bites: one pressure that is normal does not stand for the other. Either of
 * them may earn the point, so both are needed to deny it.
 *
 * For adults with a pneumonia that is confirmed. Not a medical device: it supports the judgement of
 * a clinician and does not replace it.
 */
import * as Result from "effect/Result"
import * as Chart from "./Chart.ts"
import * as Points from "./internal/points.ts"

/**
 * How severe the pneumonia is, from the mildest.
 *
 * @since 0.2.0
 */
export type Band = "low" | "moderate" | "severe"

/**
 * One patient. Units: `urea` in mmol/L, `respiratoryRate` in /min, `systolicPressure` and
 * `diastolicPressure` in mm[Hg], `age` in completed years. `newConfusion` is confusion that was not
 * there before. An absent input is missing.
 *
 * @since 0.2.0
 */
export interface Observation extends Chart.Options {
  readonly newConfusion?: boolean | null | undefined
  readonly urea?: number | null | undefined
  readonly respiratoryRate?: number | null | undefined
  readonly systolicPressure?: number | null | undefined
  readonly diastolicPressure?: number | null | undefined
  readonly age?: number | null | undefined
}

const points = [0, 1]
const rows = {
  // points           0    | 1
  urea: "             <=7  | >7  ",
  respiratoryRate: "  <30  | >=30",
  systolicPressure: " >=90 | <90 ",
  diastolicPressure: ">60  | <=60",
  age: "              <65  | >=65"
}

const chart = Result.getOrThrow(
  Chart.make({
    id: "curb-65",
    version: "1",
    citation:
      "Lim WS et al. Defining community acquired pneumonia severity on presentation to hospital: " +
      "an international derivation and validation study. Thorax 2003;58:377-382. " +
      "doi:10.1136/thorax.58.5.377",
    population: { description: "18 years and over", ageFrom: 18 },
    points,
    inputs: [
      { kind: "flag", name: "newConfusion", points: 1 },
      { kind: "number", name: "urea", unit: "mmol/L", minimum: 0, maximum: 200, row: rows.urea },
      Points.vital("respiratoryRate", "respiratory-rate", rows.respiratoryRate),
      {
        ...Points.vital("systolicPressure", "systolic-pressure", rows.systolicPressure),
        item: "bloodPressure"
      },
      {
        ...Points.vital("diastolicPressure", "diastolic-pressure", rows.diastolicPressure),
        item: "bloodPressure"
      },
      { kind: "number", name: "age", unit: "a", minimum: 0, maximum: 130, row: rows.age }
    ],
    bands: [
      { from: 0, band: "low", response: "Treatment at home is likely to be enough." },
      { from: 2, band: "moderate", response: "Consider treatment in hospital." },
      {
        from: 3,
        band: "severe",
        response: "Admit urgently and treat as severe; from 4 points on consider intensive care."
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
 * Scores one patient: a point each for new confusion, urea above 7 mmol/L, 30 breaths or more, a
 * low blood pressure, and 65 years or more.
 *
 * Units and shape: those of `Observation`. `total` runs from 0 to 5; the contribution
 * `bloodPressure` is that of the two pressures together. With an input missing the total is null
 * beside a `lowerBound`, and the band is null unless that is 3 already.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind,
 * NaN included, and a diastolic pressure that is not below the systolic one; `OutsidePopulation`,
 * under 18 years.
 *
 * Method: Lim et al. 2003 (doi:10.1136/thorax.58.5.377): a systolic pressure below 90 or a
 * diastolic pressure of 60 or less. Urea, not blood urea nitrogen: 7 mmol/L are 19.6 mg/dL of
 * nitrogen. Values are compared as they are given, without rounding.
 *
 * @example
 * ```ts
 * import * as Curb65 from "@bedside/core/Curb65"
 * import * as Result from "effect/Result"
 *
 * const patient = { newConfusion: false, urea: 7.1, respiratoryRate: 24, systolicPressure: 118 }
 * const complete = Result.getOrThrow(Curb65.score({ ...patient, diastolicPressure: 60, age: 64 }))
 * complete.total // => 2
 * complete.band // => "moderate"
 * Result.getOrThrow(Curb65.score({ ...patient, age: 64 })).missing // => ["diastolicPressure"]
 * ```
 * @since 0.2.0
 */
export const score = ({ observedAt, ...given }: Observation): Chart.Outcome<Band> =>
  chart.score(given, { observedAt })
