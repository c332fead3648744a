/**
 * A second opinion on a patient, asked for by a clinician: the newest assessment, what the trained model
 * foretells, and what was measured in the two days before, shown to a consultant.
 *
 * The guarantee that bites: there is always a conclusion, and it is never below the rule's. Nothing is
 * stored, and nobody is notified of it. Without a consultant in the surroundings nobody is asked.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Measurement from "../measurement/Measurement.ts"
import type * as Patient from "../patient/Patient.ts"
import * as Assessor from "../risk/Assessor.ts"
import type * as Assessed from "./Assessed.ts"
import * as Consulting from "./Consulting.ts"
import * as Windows from "./internal/windows.ts"
import * as Ports from "./Ports.ts"

/**
 * What was concluded, from which assessment, and the measurements that the opinion names, under the ids
 * by which the consultant knew them.
 *
 * @since 0.2.0
 */
export interface Given extends Consulting.Concluded {
  readonly assessment: Assessed.Assessed["id"]
  readonly asOf: DateTime.Utc
  readonly cited: ReadonlyArray<{
    readonly id: string
    readonly measurementId: Measurement.MeasurementId
  }>
}

/** What the consultant is shown, back from the assessment. */
const window = { hours: 48 }

/**
 * The workflow that asks for a second opinion.
 *
 * @since 0.2.0
 */
export class SecondOpinion extends Context.Service<SecondOpinion>()("bedside/SecondOpinion", {
  make: Effect.gen(function* () {
    const assessments = yield* Ports.Assessments
    const predictions = yield* Ports.Predictions
    const readMeasurements = Windows.reader(yield* Ports.Measurements)
    const present = yield* Effect.serviceOption(Consulting.Consultant)
    const consultant = Option.getOrElse(present, () => Consulting.nobody)

    /** Fails with `NotFound` of a patient who has not been assessed. */
    const ask = Effect.fn("SecondOpinion.ask")(function* (patientId: Patient.PatientId) {
      const [assessed] = yield* assessments.list(patientId, { limit: 1 })
      if (assessed === undefined) return yield* new Ports.NotFound({ what: "assessment" })
      const { asOf } = assessed
      const measured = yield* readMeasurements(patientId, DateTime.subtract(asOf, window), asOf)
      const foretold = (yield* predictions.latest(patientId)).flatMap(({ task, estimate }) =>
        estimate === null ? [] : [{ ...estimate, score: task }]
      )
      const { evidence, measurements } = Assessor.evidence({
        at: asOf,
        measurements: measured,
        scores: [assessed],
        risks: foretold
      })
      const deterioration = foretold.find(({ score }) => score === "deterioration")
      const concluded = yield* Consulting.conclude({
        rule: Assessor.levelOf(assessed.band),
        model: Assessor.levelOf(deterioration?.band ?? null),
        evidence
      }).pipe(Effect.provideService(Consulting.Consultant, consultant))
      const cited = (concluded.opinion?.evidence ?? []).flatMap((id) => {
        const measurementId = measurements.get(id)
        return measurementId === undefined ? [] : [{ id, measurementId }]
      })
      const given: Given = { ...concluded, assessment: assessed.id, asOf, cited }
      return given
    })

    return { ask }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
