/**
 * The first risk of each patient that a version foretold, beside what became of it: what a model is
 * watched by and calibrated again by.
 *
 * One risk of a patient, because several are alike; and the first, because what is foretold changes
 * what is done. A model foretells as soon as it may, and the lowest pressure of 48 hours is another
 * number after two readings: the first after some hours is that of patients who were `followed` for so
 * long, by what the version foretold or refused. An outcome counts once its horizon has passed, and stays unknown where nobody
 * can tell.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Patient from "../../patient/Patient.ts"
import * as Features from "../../risk/Features.ts"
import type * as Logistic from "../../risk/Logistic.ts"
import type * as ModelMonitor from "../../risk/ModelMonitor.ts"
import type * as Registry from "../../risk/Registry.ts"
import type * as RiskModel from "../../risk/RiskModel.ts"
import type * as Foretold from "../Foretold.ts"
import * as Label from "../Label.ts"
import type * as Ports from "../Ports.ts"
import * as NumericReadings from "./numericReadings.ts"
import * as Windows from "./windows.ts"

/** A risk with its patient; the outcome is null while it is not known. */
export interface FirstRisk extends ModelMonitor.Event {
  readonly patient: Patient.PatientId
  readonly scoredAt: DateTime.Utc
}

const hour = 3_600_000

/**
 * The time within which a model foretells. Death in hospital has none of its own: after 30 days, 92 % of
 * the stays that the model was trained on had ended.
 */
export const horizons: { readonly [T in Registry.Task]: Duration.Duration } = {
  deterioration: Duration.days(30),
  hypotension: Duration.hours(6)
}

const isStated = Schema.is(Label.Task)

const lowPressure = 65
const leastReadings = 2

/** Two mean pressures below 65 mm[Hg] after the event, as in training; null with fewer than two. */
const outcomeOf = (
  { definition }: RiskModel.RiskModel,
  at: DateTime.Utc,
  readings: Features.History["readings"]
): boolean | null => {
  const until = DateTime.add(at, { milliseconds: 6 * hour })
  const pressures = Features.usable(definition, { at: until, readings }, "mean-pressure").filter(
    ({ observedAt }) => DateTime.toEpochMillis(observedAt) > at.epochMilliseconds
  )
  if (pressures.length < leastReadings) return null
  return pressures.filter(({ value }) => value < lowPressure).length >= leastReadings
}

const firstRisk = ({ patientId, asOf, estimate, features }: Foretold.Foretold): FirstRisk => ({
  patient: patientId,
  scoredAt: asOf,
  features: features.map((value) => value ?? NaN),
  probability: estimate?.risk ?? NaN,
  outcome: null
})

/** Which risks, as the port has it. */
type Query = Omit<Parameters<Ports.Predictions["Service"]["firsts"]>[0], "task" | "version">

/** The features of each, a row of a matrix. */
export const matrix = (
  { definition }: RiskModel.RiskModel,
  risks: ReadonlyArray<FirstRisk>
): Logistic.Matrix => {
  const columns = definition.features.length
  const values = new Float64Array(risks.length * columns)
  risks.forEach(({ features }, row) => values.set(features, row * columns))
  return { rows: risks.length, columns, values }
}

/** Of whom they are, for the card of a version that is made by them. */
export const nameOf = (risks: ReadonlyArray<FirstRisk>): string => {
  const day = (risk: FirstRisk | undefined) =>
    risk === undefined ? "" : DateTime.formatIso(risk.scoredAt).slice(0, 10)
  return `patients here, first told a risk from ${day(risks.at(0))} to ${day(risks.at(-1))}`
}

/** How many predictions or labels are read at a time. */
const page = 1_000

/** Reads the first risks of a version, and what became of some of them. */
export const reader = (ports: {
  readonly predictions: Ports.Predictions["Service"]
  readonly measurements: Ports.Measurements["Service"]
  readonly labels: Ports.Labels["Service"]
}) => {
  const between = Windows.reader(ports.measurements)

  /** In the order of time. */
  const ofVersion = Effect.fnUntraced(function* (
    task: Registry.Task,
    version: string,
    query: Query = {}
  ) {
    const first: Array<FirstRisk> = []
    let slice: Ports.Slice<Foretold.Foretold> = { limit: page }
    while (true) {
      const found = yield* ports.predictions.firsts({ task, version, ...query }, slice)
      first.push(...found.map(firstRisk))
      const after = found.at(-1)
      if (after === undefined || found.length < page) return first
      slice = { limit: page, after }
    }
  })

  /** Low pressure labels itself from later measurements. */
  const measured = (model: RiskModel.RiskModel) =>
    Effect.fnUntraced(function* (risk: FirstRisk) {
      const { scoredAt: at, patient } = risk
      const later = yield* between(patient, at, DateTime.add(at, { milliseconds: 6 * hour }))
      return { ...risk, outcome: outcomeOf(model, at, NumericReadings.of(later)) }
    })

  /** What was known before the risk was told is of an earlier stay. */
  const stated = Effect.fnUntraced(function* (task: Label.Task, risks: ReadonlyArray<FirstRisk>) {
    const labels = new Map<string, Label.Label>()
    for (let from = 0; from < risks.length; from += page) {
      const ids = risks.slice(from, from + page).map(({ patient }) => patient)
      for (const label of yield* ports.labels.of(task, ids)) labels.set(label.patientId, label)
    }
    return risks.map((risk): FirstRisk => {
      const label = labels.get(risk.patient)
      const isOfThisStay = label !== undefined && DateTime.isGreaterThan(label.at, risk.scoredAt)
      return isOfThisStay ? { ...risk, outcome: label.outcome } : risk
    })
  })

  /** Of risks in the order of time, in which those that are not due yet come last. */
  const labelled = Effect.fnUntraced(function* (
    model: RiskModel.RiskModel,
    task: Registry.Task,
    risks: ReadonlyArray<FirstRisk>,
    now: DateTime.Utc
  ) {
    const horizon = Duration.toMillis(horizons[task])
    const isDue = ({ scoredAt }: FirstRisk) =>
      scoredAt.epochMilliseconds + horizon <= now.epochMilliseconds
    const due = risks.filter(isDue)
    const known = isStated(task)
      ? yield* stated(task, due)
      : yield* Effect.forEach(due, measured(model), { concurrency: 4 })
    return [...known, ...risks.filter((risk) => !isDue(risk))]
  })

  return { ofVersion, labelled }
}
