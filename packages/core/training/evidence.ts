/** How well a trained model did on the tuning set, beside others, and for whom. */
import * as Folds from "@bedside/core/Folds"
import * as News2 from "@bedside/core/News2"
import type * as Outcomes from "@bedside/core/Outcomes"
import * as Performance from "@bedside/core/Performance"
import type * as RiskModel from "@bedside/core/RiskModel"
import * as Result from "effect/Result"
import * as Tables from "./tables.ts"
import type { Stays, Task } from "./tasks.ts"
import { scored, seed, type Trained } from "./train.ts"

const get = Result.getOrThrow

export const draws = 1000

type Measure = (labels: Uint8Array, scores: Float64Array) => Outcomes.Measured<number>

const figure = (
  { patients, labels }: Stays,
  scores: ArrayLike<number>,
  measure: Measure
): RiskModel.Figure => {
  const random = Folds.generator(seed + 2)
  const { estimate, lower, upper } = get(
    Performance.bootstrap(labels, scores, measure, { clusters: patients, random, draws })
  )
  return { estimate, lower, upper }
}

const line =
  (of: "slope" | "intercept"): Measure =>
  (labels, scores) =>
    Result.map(Performance.calibrationLine(labels, scores), (fitted) => fitted[of])

export const metrics = (
  tuning: Stays,
  { raw, calibrated }: Pick<Trained, "raw" | "calibrated">
): Readonly<Record<string, RiskModel.Figure>> => ({
  auroc: figure(tuning, raw, Performance.auroc),
  averagePrecision: figure(tuning, raw, Performance.averagePrecision),
  brier: figure(tuning, calibrated, Performance.brier),
  calibrationSlope: figure(tuning, calibrated, line("slope")),
  calibrationIntercept: figure(tuning, calibrated, line("intercept")),
  expectedCalibrationError: figure(tuning, calibrated, (labels, scores) =>
    Performance.expectedCalibrationError(labels, scores)
  )
})

/** Another predictor on the same rows, with how far its AUROC lies above that of the model. */
export interface Rival {
  readonly title: string
  readonly auroc: RiskModel.Figure
  readonly difference: RiskModel.Figure
}

const rival = (title: string, tuning: Stays, model: Float64Array, other: Float64Array): Rival => {
  // A bootstrap draws labels and one score: the score is the row, and both scores are looked up.
  const at = (scores: Float64Array, rows: Float64Array) => rows.map((row) => scores[row] ?? NaN)
  const gain: Measure = (labels, rows) =>
    Result.gen(function* () {
      const own = yield* Performance.auroc(labels, at(model, rows))
      return (yield* Performance.auroc(labels, at(other, rows))) - own
    })
  const rows = Float64Array.from(other, (_, row) => row)
  return {
    title,
    auroc: figure(tuning, other, Performance.auroc),
    difference: figure(tuning, rows, gain)
  }
}

export const variants = (
  task: Task,
  on: Stays,
  tuning: Stays,
  { penalty, raw }: Trained
): ReadonlyArray<Rival> => {
  const all = [...on.table.columns.keys()].filter((name) => name !== "RecordID" && name !== "y")
  return task
    .variants(all)
    .map((variant) => rival(variant.title, tuning, raw, scored(variant, penalty, on, tuning)))
}

/**
 * NEWS2 on the same rows, as far as it is known: oxygen is not recorded, nor is the respiratory rate of
 * a patient on a ventilator, and what is missing adds nothing. A Glasgow coma scale below 15 counts as
 * not alert.
 */
const news2 = (tuning: Stays, suffix: string): Float64Array => {
  const of = (prefix: string) => Tables.column(tuning.table, `${prefix}_${suffix}`)
  const [rate, saturation, temperature] = [of("RespRate"), of("SaO2"), of("Temp")]
  const [systolic, pulse, coma] = [of("SBP"), of("HR"), of("GCS")]
  const given = (value: number | undefined) =>
    value === undefined || Number.isNaN(value) ? undefined : value
  return Float64Array.from(tuning.labels, (_, row) => {
    const scale = given(coma[row])
    const observation: News2.Observation = {
      respiratoryRate: given(rate[row]),
      oxygenSaturation: given(saturation[row]),
      temperature: given(temperature[row]),
      systolicPressure: given(systolic[row]),
      pulse: given(pulse[row]),
      consciousness: scale === undefined ? undefined : scale < 15 ? "confusion" : "alert"
    }
    return get(News2.score(observation)).lowerBound
  })
}

export const others = (
  task: Task,
  tuning: Stays,
  { raw }: Pick<Trained, "raw">
): ReadonlyArray<Rival> => [
  rival("NEWS2 of the last values (lower bound)", tuning, raw, news2(tuning, "last")),
  rival("NEWS2 of the mean values (lower bound)", tuning, raw, news2(tuning, "mean")),
  ...(task.id === "hypotension"
    ? [
        rival(
          "share of mean pressures below 70 mm[Hg]",
          tuning,
          raw,
          Tables.column(tuning.table, "frac_below_70")
        )
      ]
    : [])
]

/** Rows in a group, with how many had the outcome, how many were expected to, and how they rank. */
export interface Group {
  readonly title: string
  readonly rows: number
  readonly events: number
  readonly expected: number
  readonly auroc: number | null
}

const group = (
  title: string,
  { labels }: Stays,
  probabilities: Float64Array,
  rows: ReadonlyArray<number>
): Group => {
  const own = rows.map((row) => labels[row] ?? NaN)
  const scores = rows.map((row) => probabilities[row] ?? NaN)
  const sum = (values: ReadonlyArray<number>) => values.reduce((total, value) => total + value, 0)
  return {
    title,
    rows: rows.length,
    events: sum(own),
    expected: sum(scores),
    auroc: Result.getOrElse(Performance.auroc(own, scores), () => null)
  }
}

/** Ten groups of as many rows each, from the lowest probability. */
export const deciles = (tuning: Stays, { calibrated }: Trained): ReadonlyArray<Group> => {
  const order = Array.from(calibrated, (_, row) => row).sort(
    (a, b) => (calibrated[a] ?? NaN) - (calibrated[b] ?? NaN)
  )
  return Array.from({ length: 10 }, (_, tenth) => {
    const rows = order.slice(
      Math.floor((tenth * order.length) / 10),
      Math.floor(((tenth + 1) * order.length) / 10)
    )
    return group(`${tenth + 1}`, tuning, calibrated, rows)
  })
}

const people: ReadonlyArray<readonly [string, (age: number, sex: number) => boolean]> = [
  ["women", (_, sex) => sex === 0],
  ["men", (_, sex) => sex === 1],
  ["under 50 years", (age) => age < 50],
  ["50 to 64 years", (age) => age >= 50 && age < 65],
  ["65 to 79 years", (age) => age >= 65 && age < 80],
  ["80 years and over", (age) => age >= 80]
]

/** The groups of people that the model should serve alike. */
export const fairness = (
  task: Task,
  tuning: Stays,
  { calibrated }: Trained
): ReadonlyArray<Group> => {
  const { columns, values } = Tables.matrix(tuning.table, task.candidate.columns.slice(0, 2))
  return people.map(([title, belongs]) => {
    const rows = Array.from(calibrated, (_, row) => row).filter((row) => {
      const [age = NaN, sex = NaN] = values.subarray(row * columns, (row + 1) * columns)
      return belongs(age, sex)
    })
    return group(title, tuning, calibrated, rows)
  })
}
