/**
 * A Modified Early Obstetric Warning Score (MEOWS): the variant with 0, 2 or 8 points that the
 * System for Electronic Notification and Documentation (SEND) of Oxford uses.
 *
 * The guarantee that bites: hospitals have many charts of this name, and this is one of them. The
 * id of the result says which, so that its totals are never read against another's thresholds.
 *
 * For women in pregnancy and in the weeks after birth. Not a medical device: it supports the
 * judgement of a clinician and does not replace it.
 */
import * as Result from "effect/Result"
import type * as Vital from "../measurement/Vital.ts"
import type * as Chart from "./Chart.ts"
import * as Inputs from "./internal/inputs.ts"
import * as Points from "./internal/points.ts"
import * as Populations from "./internal/population.ts"

/**
 * The bands of clinical risk, from the lowest.
 *
 * @since 0.2.0
 */
export type Band = "low" | "low-medium" | "medium" | "high"

/**
 * One set of observations. Units: `respiratoryRate` and `heartRate` in /min, `systolicPressure` and
 * `diastolicPressure` in mm[Hg], `oxygenSaturation` in %, `temperature` in Cel. An absent input is
 * missing. `nurseConcern` is that of the midwife or nurse; it raises the band and adds no points.
 *
 * @since 0.2.0
 */
export interface Observation extends Chart.Options {
  readonly respiratoryRate?: number | null | undefined
  readonly heartRate?: number | null | undefined
  readonly systolicPressure?: number | null | undefined
  readonly diastolicPressure?: number | null | undefined
  readonly oxygenSaturation?: number | null | undefined
  readonly temperature?: number | null | undefined
  readonly consciousness?: Vital.Consciousness | null | undefined
  readonly nurseConcern?: boolean | null | undefined
  readonly pregnant?: boolean | null | undefined
  readonly postpartum?: boolean | null | undefined
}

/**
 * The id, implementation version and source that every result carries.
 *
 * @since 0.2.0
 */
export const about = {
  score: "meows-send-0-2-8",
  version: "1",
  citation:
    "The MEOWS rules of SEND (System for Electronic Notification and Documentation, Oxford " +
    "University Hospitals and Sensyne Health). The system: Wong D et al. BMC Med Inform Decis " +
    "Mak 2015;15:68. doi:10.1186/s12911-015-0186-y"
} as const

const points = [8, 2, 0, 2, 8]
const rows = {
  // points           8    | 2         | 0         | 2         | 8
  respiratoryRate: "  <=10 |           | 11-20     | 21-30     | >=31  ",
  heartRate: "        <=40 | 41-60     | 61-100    | 101-120   | >=121 ",
  systolicPressure: " <90  | 90-100    | 101-150   | 151-160   | >160  ",
  diastolicPressure: "     | <40       | 40-100    | 101-110   | >110  ",
  oxygenSaturation: " <=91 | 92-95     | 96-100    |           |       ",
  temperature: "           | <35.5     | 35.5-37.5 | 37.6-38.0 | >=38.1"
}

const sheet = Points.sheet(points, [
  Points.vital("respiratoryRate", "respiratory-rate", rows.respiratoryRate, 0),
  Points.vital("heartRate", "heart-rate", rows.heartRate, 0),
  Points.vital("systolicPressure", "systolic-pressure", rows.systolicPressure, 0),
  Points.vital("diastolicPressure", "diastolic-pressure", rows.diastolicPressure, 0),
  Points.vital("oxygenSaturation", "oxygen-saturation", rows.oxygenSaturation, 0),
  Points.vital("temperature", "temperature", rows.temperature, 1),
  {
    kind: "code",
    name: "consciousness",
    points: { alert: 0, confusion: 2, voice: 8, pain: 8, unresponsive: 8 }
  }
])

const population = {
  description: "in pregnancy or the weeks after birth",
  pregnancy: "required"
} as const

const fields = [...sheet.fields, Inputs.flag("nurseConcern"), ...Populations.fields(population)]

const rule: Points.Rule<Band> = {
  about,
  bands: [
    { from: 0, band: "low" },
    { from: 2, band: "low-medium" },
    { from: 4, band: "medium" },
    { from: 7, band: "high" }
  ],
  rounding: Points.rounding(sheet)
}

const ruleOfConcern: Points.Rule<Band> = { ...rule, bands: [{ from: 0, band: "high" }] }

/**
 * What the score asks for, as data.
 *
 * @since 0.2.0
 */
export const form = Inputs.form(about, population.description, fields)

/**
 * Scores one set of observations.
 *
 * Units and shape: those of `Observation`. `total` is an even number from 0 to 56. With an input
 * missing it is null beside a `lowerBound`, and the band is null unless that is 7 already. A nurse
 * who is concerned makes the band "high" whatever the total.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind,
 * NaN included, and a diastolic pressure that is not below the systolic one; `OutsidePopulation`,
 * of a patient who is said not to be pregnant and is not said to be postpartum.
 *
 * Method: the rules of SEND, variant with 0, 2 and 8 points: total 0 low, 2 low-medium, 4 to 6
 * medium, 7 and more high. They name no response, and the result has none of its own. Values are
 * rounded half up to whole numbers and tenths of a degree, where the rules put their limits too;
 * both are recorded.
 *
 * @example
 * ```ts
 * import * as Meows from "@bedside/core/Meows"
 * import * as Result from "effect/Result"
 *
 * const observed = {
 *   respiratoryRate: 22,
 *   heartRate: 105,
 *   systolicPressure: 118,
 *   diastolicPressure: 72,
 *   oxygenSaturation: 97,
 *   temperature: 37.2,
 *   consciousness: "alert"
 * } as const
 * const { total, band } = Result.getOrThrow(Meows.score(observed))
 * total // => 4
 * band // => "medium"
 * Result.getOrThrow(Meows.score({ ...observed, nurseConcern: true })).band // => "high"
 * ```
 * @since 0.2.0
 */
export const score = ({ observedAt, ...given }: Observation): Chart.Outcome<Band> => {
  const refusal = Populations.refusal(about.score, population, fields, given)
  if (refusal !== undefined) return Result.fail(refusal)
  const used = Inputs.used(fields, given, observedAt)
  const applied = given.nurseConcern === true ? ruleOfConcern : rule
  return Result.succeed(Points.assess(applied, Points.items(sheet, given), used))
}
