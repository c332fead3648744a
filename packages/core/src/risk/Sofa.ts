/**
 * The Sequential (Sepsis-related) Organ Failure Assessment (SOFA, 1996): six organs, 0 to 4 points
 * each.
 *
 * The guarantee that bites: without respiratory support no ratio of oxygen scores more than 2, and
 * where the support would decide it is asked for, not assumed.
 *
 * For adults in intensive care. This is not SOFA-2 of 2025, whose inequalities run the other way.
 * Not a medical device: it supports the judgement of a clinician and does not replace it.
 */
import * as Result from "effect/Result"
import * as Vital from "../measurement/Vital.ts"
import type * as Chart from "./Chart.ts"
import * as Inputs from "./internal/inputs.ts"
import * as Points from "./internal/points.ts"
import * as Populations from "./internal/population.ts"
import * as Score from "./Score.ts"

/**
 * The worst values of a day. An absent input is missing, with three exceptions: a drug without a
 * dose is not running, `urineOutput` can only add to what the creatinine says, and
 * `respiratorySupport` is needed only where the ratio of oxygen is below 200.
 *
 * @since 0.2.0
 */
export interface Observation extends Chart.Options {
  /** Arterial partial pressure of oxygen, PaO2, in mm[Hg]. */
  readonly arterialOxygen?: number | null | undefined
  /** Fraction of inspired oxygen, FiO2, in %, at the time of the PaO2. */
  readonly inspiredOxygen?: number | null | undefined
  /** Whether a machine supports the breathing. */
  readonly respiratorySupport?: boolean | null | undefined
  /** In 10*9/L, the same number as thousands in a microlitre. */
  readonly platelets?: number | null | undefined
  /** In mg/dL. */
  readonly bilirubin?: number | null | undefined
  /** Mean arterial pressure in mm[Hg]. */
  readonly meanPressure?: number | null | undefined
  /** In ug/kg/min, given for an hour or more; as are the next three. */
  readonly dopamine?: number | null | undefined
  readonly dobutamine?: number | null | undefined
  readonly epinephrine?: number | null | undefined
  readonly norepinephrine?: number | null | undefined
  /** The total, 3 to 15. */
  readonly glasgowComaScale?: number | null | undefined
  /** In mg/dL. */
  readonly creatinine?: number | null | undefined
  /** In mL/d. */
  readonly urineOutput?: number | null | undefined
  /** In years. */
  readonly age?: number | null | undefined
}

/**
 * The id, implementation version and source that every result carries.
 *
 * @since 0.2.0
 */
export const about = {
  score: "sofa",
  version: "1",
  citation:
    "Vincent JL et al. The SOFA (Sepsis-related Organ Failure Assessment) score to describe " +
    "organ dysfunction/failure. Intensive Care Med 1996;22:707-710. doi:10.1007/BF01709751"
} as const

// The table of the source. Points above 2 of the ratio need respiratory support.
const points = [0, 1, 2, 3, 4]
const rows = {
  // points          0     | 1        | 2        | 3        | 4
  oxygenRatio: "     >=400 | 300-<400 | 200-<300 | 100-<200 | <100  ",
  platelets: "       >=150 | 100-<150 | 50-<100  | 20-<50   | <20   ",
  bilirubin: "       <1.2  | 1.2-1.9  | 2.0-5.9  | 6.0-11.9 | >=12.0",
  meanPressure: "    >=70  | <70      |          |          |       ",
  dopamine: "        0     |          | >0-5     | >5-15    | >15   ",
  dobutamine: "      0     |          | >0       |          |       ",
  epinephrine: "     0     |          |          | >0-0.1   | >0.1  ",
  norepinephrine: "  0     |          |          | >0-0.1   | >0.1  ",
  glasgowComaScale: "15    | 13-14    | 10-12    | 6-9      | <6    ",
  creatinine: "      <1.2  | 1.2-1.9  | 2.0-3.4  | 3.5-4.9  | >=5.0 ",
  urineOutput: "     >=500 |          |          | 200-<500 | <200  "
}

const quantity = (name: keyof typeof rows, unit: string, maximum: number): Chart.NumberInput => ({
  kind: "number",
  name,
  unit,
  minimum: 0,
  maximum,
  row: rows[name]
})

const drug = (name: keyof typeof rows, maximum: number): Chart.NumberInput => ({
  ...quantity(name, "ug/kg/min", maximum),
  item: "cardiovascular",
  optional: true
})

const sheet = Points.sheet(points, [
  { ...quantity("platelets", "10*9/L", 5000), item: "coagulation" },
  { ...quantity("bilirubin", "mg/dL", 150), item: "liver", decimals: 1 },
  {
    ...Points.vital("meanPressure", "mean-pressure", rows.meanPressure),
    item: "cardiovascular"
  },
  drug("dopamine", 100),
  drug("dobutamine", 200),
  drug("epinephrine", 20),
  drug("norepinephrine", 20),
  {
    ...Points.vital("glasgowComaScale", "glasgow-coma-scale", rows.glasgowComaScale),
    item: "centralNervousSystem",
    whole: true
  },
  { ...quantity("creatinine", "mg/dL", 50), item: "renal", decimals: 1 },
  { ...quantity("urineOutput", "mL/d", 50_000), item: "renal", optional: true }
])

const population = { description: "18 years and over", ageFrom: 18 }

const inspiredOxygen = Vital.get("inspired-oxygen")

const fields = [
  Inputs.number("arterialOxygen", { minimum: 0, maximum: 800 }, "mm[Hg]"),
  Inputs.number("inspiredOxygen", inspiredOxygen.possible, inspiredOxygen.unit),
  Inputs.flag("respiratorySupport"),
  ...sheet.fields,
  ...Populations.fields(population)
]

// The source has no bands.
const rule: Points.Rule<never> = { about, bands: [], rounding: Points.rounding(sheet) }

/**
 * What the score asks for, as data.
 *
 * @since 0.2.0
 */
export const form = Inputs.form(about, population.description, fields)

/**
 * Scores the worst values of a day.
 *
 * Units and shape: those of `Observation`. `total` runs from 0 to 24; the six `contributions` are
 * `respiration`, `coagulation`, `liver`, `cardiovascular`, `centralNervousSystem` and `renal`. With
 * an organ missing the total is null beside a `lowerBound`. `band` and, unless something is
 * missing, `response` are null: the source has neither.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind,
 * NaN and a Glasgow coma scale that is no whole number included; `OutsidePopulation`, under 18
 * years.
 *
 * Method: Vincent et al. 1996 (doi:10.1007/BF01709751), with the units of Singer et al. 2016
 * (doi:10.1001/jama.2016.0287). Of several inputs of an organ the worst counts. The table leaves
 * gaps: bilirubin and creatinine are rounded half up to a tenth, and exactly 12.0 and 5.0 take the
 * higher points; dopamine of exactly 5 is worth 2, and anything above it 3. All other values are
 * compared as they are given.
 *
 * @example
 * ```ts
 * import * as Sofa from "@bedside/core/Sofa"
 * import * as Result from "effect/Result"
 *
 * const { total, contributions } = Result.getOrThrow(
 *   Sofa.score({
 *     arterialOxygen: 75,
 *     inspiredOxygen: 50,
 *     respiratorySupport: true,
 *     platelets: 80,
 *     bilirubin: 7,
 *     meanPressure: 65,
 *     norepinephrine: 0.08,
 *     glasgowComaScale: 11,
 *     creatinine: 4
 *   })
 * )
 * total // => 16
 * contributions.map(({ points }) => points) // => [3, 2, 3, 3, 2, 3]
 * ```
 * @since 0.2.0
 */
export const score = ({ observedAt, ...given }: Observation): Chart.Outcome<never> => {
  const refusal = Populations.refusal(about.score, population, fields, given)
  if (refusal !== undefined) return Result.fail(refusal)
  const items = [respirationOf(given), ...Points.items(sheet, given)]
  return Result.succeed(Points.assess(rule, items, Inputs.used(fields, given, observedAt)))
}

const respirationOf = (given: Observation): Points.Item => {
  const name = "respiration"
  const missing = (["arterialOxygen", "inspiredOxygen"] as const).filter(
    (name) => !Inputs.isGiven(given[name])
  )
  if (missing.length > 0) return { name, missing }
  const ratio = (100 * Number(given.arterialOxygen)) / Number(given.inspiredOxygen)
  const byRatio = points[Score.column(oxygenRatio, ratio)] ?? NaN
  if (byRatio <= 2 || given.respiratorySupport === true) return { name, points: byRatio, missing }
  return {
    name,
    points: 2,
    missing: given.respiratorySupport === false ? [] : ["respiratorySupport"]
  }
}

const oxygenRatio = Score.row(rows.oxygenRatio)
