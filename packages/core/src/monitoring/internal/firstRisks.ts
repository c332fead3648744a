/**
 * The first risk of each patient that a version foretold, beside what became of it: what a model is
 * watched by and calibrated again by.
 *
 * One risk of a patient, because several are alike; and the first, because what is foretold later
 * changes what is done. An outcome counts once its horizon has passed, and stays unknown where nobody
 * can tell.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Patient from "../../patient/Patient.ts"
import * as Features from "../../risk/Features.ts"
import type * as ModelMonitor from "../../risk/ModelMonitor.ts"
import type * as Registry from "../../risk/Registry.ts"
import type * as RiskModel from "../../risk/RiskModel.ts"
import type * as Foretold from "../Foretold.ts"
import type * as Ports from "../Ports.ts"
import * as NumericReadings from "./numericReadings.ts"
import * as Windows from "./windows.ts"

/** A risk with its patient; the outcome is null while it is not known. */
export interface FirstRisk extends ModelMonitor.Event {
  readonly patient: Patient.PatientId
  readonly scoredAt: DateTime.Utc
}

const hour = 3_600_000

/** The time within which a model foretells; forever is never due. */
export const horizons: { readonly [T in Registry.Task]: Duration.Duration } = {
  deterioration: Duration.infinity,
  hypotension: Duration.hours(6)
}

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

/** How many predictions are read at a time. */
const stretch = 1_000

/** Reads the first risks of a version, and what became of some of them. */
export const reader = (ports: {
  readonly predictions: Ports.Predictions["Service"]
  readonly measurements: Ports.Measurements["Service"]
}) => {
  const between = Windows.reader(ports.measurements)

  /** In the order of time. */
  const ofVersion = Effect.fnUntraced(function* (task: Registry.Task, version: string) {
    const first = new Map<string, FirstRisk>()
    let slice: Ports.Slice<Foretold.Foretold> = { limit: stretch }
    while (true) {
      const page = yield* ports.predictions.during({ task, version }, slice)
      for (const it of page) {
        if (it.refusal === null && !first.has(it.patientId)) first.set(it.patientId, firstRisk(it))
      }
      const after = page.at(-1)
      if (after === undefined || page.length < stretch) return [...first.values()]
      slice = { limit: stretch, after }
    }
  })

  const labelled = (
    model: RiskModel.RiskModel,
    task: Registry.Task,
    risks: ReadonlyArray<FirstRisk>,
    now: DateTime.Utc
  ) =>
    Effect.forEach(
      risks,
      Effect.fnUntraced(function* (risk: FirstRisk) {
        const { scoredAt: at, patient } = risk
        const isDue = at.epochMilliseconds + Duration.toMillis(horizons[task])
        if (isDue > now.epochMilliseconds) return risk
        const through = DateTime.add(at, { milliseconds: 6 * hour })
        const later = yield* between(patient, at, through)
        return { ...risk, outcome: outcomeOf(model, at, NumericReadings.of(later)) }
      }),
      { concurrency: 4 }
    )

  return { ofVersion, labelled }
}
