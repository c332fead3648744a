/**
 * The National Early Warning Score 2 of the Royal College of Physicians (2017).
 *
 * The guarantee that bites: without one of the seven inputs there is no total, only a lower bound,
 * and the band stays null unless the missing points could not change it.
 *
 * For patients of 16 years and over who are not pregnant; to be read with caution after a spinal
 * cord injury, which changes the pulse and the pressure by itself. Not a medical device: it
 * supports the judgement of a clinician and does not replace it.
 */
import * as Result from "effect/Result"
import type * as Timestamp from "../input/Timestamp.ts"
import type * as Vital from "../measurement/Vital.ts"
import * as Inputs from "./internal/inputs.ts"
import * as Points from "./internal/points.ts"
import * as Populations from "./internal/population.ts"
import type * as Score from "./Score.ts"

/**
 * The seven inputs, in the order of the chart.
 *
 * @since 0.1.0
 */
export type InputName =
  | "respiratoryRate"
  | "oxygenSaturation"
  | "supplementalOxygen"
  | "systolicPressure"
  | "pulse"
  | "consciousness"
  | "temperature"

/**
 * The bands of clinical risk, from the lowest.
 *
 * @since 0.1.0
 */
export type Band = "low" | "low-medium" | "medium" | "high"

/**
 * One set of observations. Units: `respiratoryRate` and `pulse` in /min, `oxygenSaturation` in %,
 * `systolicPressure` in mm[Hg], `temperature` in Cel, `age` in years. An absent input is missing.
 *
 * `oxygenScale` is 1 unless a competent clinician has chosen 2 for hypercapnic respiratory failure;
 * it is never inferred. `consciousness: "confusion"` is NEW confusion.
 *
 * @since 0.1.0
 */
export interface Observation {
  readonly respiratoryRate?: number | null | undefined
  readonly oxygenSaturation?: number | null | undefined
  readonly oxygenScale?: 1 | 2 | null | undefined
  readonly supplementalOxygen?: boolean | null | undefined
  readonly systolicPressure?: number | null | undefined
  readonly pulse?: number | null | undefined
  readonly consciousness?: Vital.Consciousness | null | undefined
  readonly temperature?: number | null | undefined
  readonly age?: number | null | undefined
  readonly pregnant?: boolean | null | undefined
  /** When each input was observed, to be kept with the result. */
  readonly observedAt?: { readonly [Name in InputName]?: Timestamp.Timestamp | undefined }
}

/**
 * The id, implementation version and source that every result carries.
 *
 * @since 0.1.0
 */
export const about = {
  score: "news2",
  version: "1",
  citation:
    "Royal College of Physicians. National Early Warning Score (NEWS) 2: Standardising the " +
    "assessment of acute-illness severity in the NHS. Updated report of a working party. London: " +
    "RCP, 2017."
} as const

// The chart of the source. A value scores the points above its column; a scale 2 saturation is
// read on one of two rows.
const points = [3, 2, 1, 0, 1, 2, 3]
const chart = {
  // points             3      | 2      | 1         | 0         | 1         | 2       | 3
  respiratoryRate: "    <=8    |        | 9-11      | 12-20     |           | 21-24   | >=25 ",
  saturation1: "        <=91   | 92-93  | 94-95     | >=96      |           |         |      ",
  saturation2OnAir: "   <=83   | 84-85  | 86-87     | >=88      |           |         |      ",
  saturation2OnOxygen: "<=83   | 84-85  | 86-87     | 88-92     | 93-94     | 95-96   | >=97 ",
  systolicPressure: "   <=90   | 91-100 | 101-110   | 111-219   |           |         | >=220",
  pulse: "              <=40   |        | 41-50     | 51-90     | 91-110    | 111-130 | >=131",
  temperature: "        <=35.0 |        | 35.1-36.0 | 36.1-38.0 | 38.1-39.0 | >=39.1  |      "
}

const sheet = (saturation: string): Points.Sheet =>
  Points.sheet(points, [
    Points.vital("respiratoryRate", "respiratory-rate", chart.respiratoryRate, 0),
    Points.vital("oxygenSaturation", "oxygen-saturation", saturation, 0),
    { kind: "flag", name: "supplementalOxygen", points: 2 },
    Points.vital("systolicPressure", "systolic-pressure", chart.systolicPressure, 0),
    Points.vital("pulse", "heart-rate", chart.pulse, 0),
    {
      kind: "code",
      name: "consciousness",
      points: { alert: 0, confusion: 3, voice: 3, pain: 3, unresponsive: 3 }
    },
    Points.vital("temperature", "temperature", chart.temperature, 1)
  ])

// The saturation is read on another row by scale and, on scale 2, by the oxygen that is given.
const sheets = {
  scale1: sheet(chart.saturation1),
  scale2OnAir: sheet(chart.saturation2OnAir),
  scale2OnOxygen: sheet(chart.saturation2OnOxygen)
}

/**
 * A NEWS2 result: the shape of every score, with the bands of this one.
 *
 * @since 0.1.0
 */
export interface Assessment extends Score.Assessment {
  readonly band: Band | null
}

const rule: Points.Rule<Band> = {
  about,
  bands: [
    { from: 0, band: "low", response: "Repeat observations at least every 12 hours." },
    {
      from: 1,
      band: "low",
      response:
        "Repeat observations at least every 4 to 6 hours. A registered nurse assesses the " +
        "patient and decides whether to observe more often or to escalate."
    },
    {
      from: 5,
      band: "medium",
      response:
        "Repeat observations at least every hour. A clinician or team competent in acute illness " +
        "reviews the patient urgently and decides whether critical care is needed."
    },
    {
      from: 7,
      band: "high",
      response:
        "Observe continuously. A team with critical-care skills, airway management included, " +
        "assesses the patient as an emergency; consider a level 2 or 3 unit."
    }
  ],
  single: {
    points: 3,
    below: 5,
    band: "low-medium",
    response:
      "Repeat observations at least every hour. A ward clinician reviews the patient urgently, " +
      "finds the cause and decides on monitoring and escalation."
  },
  rounding: Points.rounding(sheets.scale1)
}

const population = {
  description: "16 years and over, not pregnant",
  ageFrom: 16,
  pregnancy: "excluded"
} as const

const scored = sheets.scale1.fields

const oxygenScale: Inputs.Field = { ...Inputs.code("oxygenScale", [1, 2]), expected: "1 or 2" }

const fields = [...scored, oxygenScale, ...Populations.fields(population)]

// What is refused is named with the numbers of the chart first.
const fieldsToRefuse = [
  ...scored.filter(({ unit }) => unit !== undefined),
  ...scored.filter(({ name }) => name === "supplementalOxygen"),
  oxygenScale,
  ...scored.filter(({ name }) => name === "consciousness"),
  ...Populations.fields(population)
]

/**
 * What the score asks for, as data.
 *
 * @since 0.2.0
 */
export const form = Inputs.form(about, population.description, fields)

/**
 * Scores one set of observations.
 *
 * Units and shape: those of `Observation`. `total` runs from 0 to 20 and is the sum of
 * `contributions`; it is null while any of the seven inputs is missing, and `lowerBound` is then
 * the sum of the others. `band` is null with it, except that a lower bound of 7 is "high" already.
 * A total of 0 is band "low". The saturation on scale 2 depends on the oxygen: while that is
 * missing it counts as on air, the lower of the two.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind,
 * NaN included; `OutsidePopulation`, under 16 years or in pregnancy. An age or pregnancy that is
 * not given is not checked.
 *
 * Method: Royal College of Physicians, National Early Warning Score (NEWS) 2, 2017. A single input
 * worth 3 with a total of 1 to 4 is low-medium risk; from 5 on the total decides. The chart is in
 * whole numbers and tenths of a degree: other values are rounded half up to that, which the source
 * leaves open, and both are recorded.
 *
 * @example
 * ```ts
 * import * as News2 from "@bedside/core/News2"
 * import * as Result from "effect/Result"
 *
 * const observed = {
 *   respiratoryRate: 22,
 *   oxygenSaturation: 95,
 *   supplementalOxygen: false,
 *   systolicPressure: 105,
 *   pulse: 95,
 *   consciousness: "alert",
 *   temperature: 38.4
 * } as const
 * const { total, band } = Result.getOrThrow(News2.score(observed))
 * total // => 6
 * band // => "medium"
 * const partial = Result.getOrThrow(News2.score({ respiratoryRate: 22, pulse: 95 }))
 * partial.total // => null
 * partial.lowerBound // => 3
 * Result.isFailure(News2.score({ ...observed, age: 12 })) // => true
 * ```
 * @since 0.1.0
 */
export const score = ({
  observedAt,
  ...observation
}: Observation): Result.Result<Assessment, Score.OutsidePopulation | Score.ImpossibleInput> => {
  const given = { ...observation, oxygenScale: observation.oxygenScale ?? 1 }
  const refusal = Populations.refusal(about.score, population, fieldsToRefuse, given)
  if (refusal !== undefined) return Result.fail(refusal)
  const items = Points.items(sheetFor(given), given)
  return Result.succeed(Points.assess(rule, items, Inputs.used(fields, given, observedAt)))
}

const sheetFor = ({ oxygenScale, supplementalOxygen }: Observation): Points.Sheet => {
  if (oxygenScale === 1) return sheets.scale1
  return supplementalOxygen === true ? sheets.scale2OnOxygen : sheets.scale2OnAir
}
