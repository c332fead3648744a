/**
 * The National Early Warning Score 2 of the Royal College of Physicians (2017).
 *
 * The guarantee that bites: without one of the seven inputs there is no total, only a lower bound,
 * and the band stays null unless the missing points could not change it.
 *
 * For patients of 16 years and over who are not pregnant; to be read with caution after a spinal
 * cord injury, which changes the pulse and the pressure by itself. Not a medical device: it supports
 * the judgement of a clinician and does not replace it.
 */
import * as Record from "effect/Record"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Timestamp from "../input/Timestamp.ts"
import * as Vital from "../measurement/Vital.ts"
import * as Score from "./Score.ts"

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

const rows = Record.map(chart, Score.row)

const consciousnessPoints = { alert: 0, confusion: 3, voice: 3, pain: 3, unresponsive: 3 }

const oxygenPoints = 2

// How each number is measured, to which resolution the chart scores it, and on which row.
const measured = {
  respiratoryRate: { vital: Vital.get("respiratory-rate"), decimals: 0 },
  oxygenSaturation: { vital: Vital.get("oxygen-saturation"), decimals: 0 },
  systolicPressure: { vital: Vital.get("systolic-pressure"), decimals: 0 },
  pulse: { vital: Vital.get("heart-rate"), decimals: 0 },
  temperature: { vital: Vital.get("temperature"), decimals: 1 }
} as const

const rounding =
  "half up to the resolution of the chart: 1 /min, 1 %, 1 mm[Hg] and 0.1 Cel; raw values are kept"

const responses: { readonly [B in Band | "zero"]: string } = {
  zero: "Repeat observations at least every 12 hours.",
  low:
    "Repeat observations at least every 4 to 6 hours. A registered nurse assesses the patient and " +
    "decides whether to observe more often or to escalate.",
  "low-medium":
    "Repeat observations at least every hour. A ward clinician reviews the patient urgently, finds " +
    "the cause and decides on monitoring and escalation.",
  medium:
    "Repeat observations at least every hour. A clinician or team competent in acute illness " +
    "reviews the patient urgently and decides whether critical care is needed.",
  high:
    "Observe continuously. A team with critical-care skills, airway management included, assesses " +
    "the patient as an emergency; consider a level 2 or 3 unit."
}

/**
 * A NEWS2 result: the shape of every score, with the bands of this one.
 *
 * @since 0.1.0
 */
export interface Assessment extends Score.Assessment {
  readonly band: Band | null
}

/**
 * Scores one set of observations.
 *
 * Units and shape: those of `Observation`. `total` runs from 0 to 20 and is the sum of
 * `contributions`; it is null while any of the seven inputs is missing, and `lowerBound` is then the
 * sum of the others. `band` is null with it, except that a lower bound of 7 is "high" already. A
 * total of 0 is band "low". The saturation on scale 2 depends on the oxygen: while that is missing it
 * counts as on air, the lower of the two.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind,
 * NaN included; `OutsidePopulation`, under 16 years or in pregnancy. An age or pregnancy that is not
 * given is not checked.
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
export const score = (
  observation: Observation
): Result.Result<Assessment, Score.OutsidePopulation | Score.ImpossibleInput> => {
  const impossible = impossibleInputs(observation)
  if (impossible.length > 0) {
    return Result.fail(new Score.ImpossibleInput({ score: about.score, inputs: impossible }))
  }
  const reasons = reasonsOutside(observation)
  if (reasons.length > 0) {
    return Result.fail(new Score.OutsidePopulation({ score: about.score, population, reasons }))
  }
  const scored = scoreEach(observation)
  const missing = order.filter((name) => scored[name] === undefined)
  const present = order.flatMap((name) => scored[name] ?? [])
  const lowerBound = present.reduce((sum, { points }) => sum + points, 0)
  const atLeast = bandOf(
    lowerBound,
    present.some(({ points }) => points === 3)
  )
  const complete = missing.length === 0
  return Result.succeed({
    ...about,
    total: complete ? lowerBound : null,
    lowerBound,
    band: complete || atLeast === "high" ? atLeast : null,
    contributions: present.map(({ input, points }) => ({ input: input.name, points })),
    inputs: [...present.map(({ input }) => input), ...circumstances(observation)],
    rounding,
    missing,
    response: complete
      ? advice(atLeast, lowerBound)
      : incomplete(missing, advice(atLeast, lowerBound))
  })
}

const population = "16 years and over, not pregnant"

const reasonsOutside = ({ age, pregnant }: Observation): ReadonlyArray<string> => [
  ...(typeof age === "number" && age < 16 ? ["under 16 years"] : []),
  ...(pregnant === true ? ["pregnant"] : [])
]

const order: ReadonlyArray<InputName> = [
  "respiratoryRate",
  "oxygenSaturation",
  "supplementalOxygen",
  "systolicPressure",
  "pulse",
  "consciousness",
  "temperature"
]

interface Scored {
  readonly input: Score.Input
  readonly points: number
}

const scoreEach = (
  observation: Observation
): { readonly [Name in InputName]: Scored | undefined } => ({
  respiratoryRate: scoreNumber(observation, "respiratoryRate", "respiratoryRate"),
  oxygenSaturation: scoreNumber(observation, "oxygenSaturation", saturationRow(observation)),
  supplementalOxygen: scoreOxygen(observation),
  systolicPressure: scoreNumber(observation, "systolicPressure", "systolicPressure"),
  pulse: scoreNumber(observation, "pulse", "pulse"),
  consciousness: scoreConsciousness(observation),
  temperature: scoreNumber(observation, "temperature", "temperature")
})

const saturationRow = (observation: Observation): keyof typeof chart => {
  if (scaleOf(observation) === 1) return "saturation1"
  return observation.supplementalOxygen === true ? "saturation2OnOxygen" : "saturation2OnAir"
}

const scaleOf = ({ oxygenScale }: Observation): 1 | 2 => oxygenScale ?? 1

const scoreNumber = (
  observation: Observation,
  name: keyof typeof measured,
  row: keyof typeof chart
): Scored | undefined => {
  const value = observation[name] ?? undefined
  if (value === undefined) return undefined
  const { decimals, vital } = measured[name]
  const rounded = Score.roundHalfUp(value, decimals)
  return {
    input: { name, value, unit: vital.unit, rounded, ...timeOf(observation, name) },
    // Every row covers every rounded value within the possible range.
    points: points[Score.column(rows[row], rounded)]!
  }
}

const scoreOxygen = (observation: Observation): Scored | undefined => {
  const value = observation.supplementalOxygen ?? undefined
  if (value === undefined) return undefined
  const name = "supplementalOxygen"
  return {
    input: { name, value, ...timeOf(observation, name) },
    points: value ? oxygenPoints : 0
  }
}

const scoreConsciousness = (observation: Observation): Scored | undefined => {
  const value = observation.consciousness ?? undefined
  if (value === undefined) return undefined
  const name = "consciousness"
  return {
    input: { name, value, ...timeOf(observation, name) },
    points: consciousnessPoints[value]
  }
}

const timeOf = ({ observedAt }: Observation, name: InputName): Pick<Score.Input, "observedAt"> => {
  const time = observedAt?.[name]
  return time === undefined ? {} : { observedAt: time }
}

const circumstances = (observation: Observation): ReadonlyArray<Score.Input> => {
  const age = observation.age ?? undefined
  const pregnant = observation.pregnant ?? undefined
  return [
    { name: "oxygenScale", value: scaleOf(observation) },
    ...(age === undefined ? [] : [{ name: "age", value: age, unit: "a" }]),
    ...(pregnant === undefined ? [] : [{ name: "pregnant", value: pregnant }])
  ]
}

const bandOf = (total: number, anyRed: boolean): Band => {
  if (total >= 7) return "high"
  if (total >= 5) return "medium"
  return anyRed ? "low-medium" : "low"
}

const advice = (band: Band, total: number): string => responses[total === 0 ? "zero" : band]

const inWords = (name: InputName): string =>
  name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const incomplete = (missing: ReadonlyArray<InputName>, meanwhile: string): string =>
  `Incomplete: observe ${missing.map(inWords).join(", ")} now. Until then, at least: ${meanwhile}`

interface Kind {
  readonly name: Exclude<keyof Observation, "observedAt">
  readonly expected: string
  readonly holds: (value: unknown) => boolean
}

const within = (name: Kind["name"], { maximum, minimum }: Vital.Range, unit: string): Kind => ({
  name,
  expected: `${minimum} to ${maximum} ${unit}`,
  holds: (value) => typeof value === "number" && value >= minimum && value <= maximum
})

const flag = (name: Kind["name"]): Kind => ({
  name,
  expected: "true or false",
  holds: (value) => typeof value === "boolean"
})

const kinds: ReadonlyArray<Kind> = [
  ...Record.keys(measured).map((name) =>
    within(name, measured[name].vital.possible, measured[name].vital.unit)
  ),
  flag("supplementalOxygen"),
  { name: "oxygenScale", expected: "1 or 2", holds: (value) => value === 1 || value === 2 },
  {
    name: "consciousness",
    expected: `one of ${Vital.Consciousness.literals.join(", ")}`,
    holds: Schema.is(Vital.Consciousness)
  },
  within("age", { minimum: 0, maximum: 130 }, "years"),
  flag("pregnant")
]

const impossibleInputs = (observation: Observation): Score.ImpossibleInput["inputs"] =>
  kinds
    .filter(({ holds, name }) => {
      const value = observation[name] ?? undefined
      return value !== undefined && !holds(value)
    })
    .map(({ expected, name }) => ({ name, expected }))
