/**
 * What the trained models foretell of patients: asked whenever there is something new, kept, and told.
 *
 * The active version of each task is asked and, where there is one, its shadow about the same event: as
 * of the same reading, from the same record. The models that come with the program are active from the
 * start, until somebody decides otherwise.
 *
 * The guarantee that bites: a patient for whom a model was not made, or who has too few readings for
 * it, has a refusal on record and no number. What is foretold never takes the place of an assessment
 * by a score, and alarms nobody.
 */
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import type * as Vital from "../measurement/Vital.ts"
import type * as Patient from "../patient/Patient.ts"
import * as Deterioration from "../risk/Deterioration.ts"
import * as Hypotension from "../risk/Hypotension.ts"
import * as Registry from "../risk/Registry.ts"
import * as RiskModel from "../risk/RiskModel.ts"
import * as Campaign from "./Campaign.ts"
import * as Foretold from "./Foretold.ts"
import * as ModelHashes from "./internal/modelHashes.ts"
import * as Windows from "./internal/windows.ts"
import * as Ports from "./Ports.ts"

/**
 * How many risks were foretold, by task, version, role and band.
 *
 * @since 0.2.0
 */
export const predictions = Metric.counter("bedside_risk_predictions_total", {
  description: "Risks that trained models foretold, by task, version, role and band",
  incremental: true
})

/**
 * How often a model gave no risk, by task, version, role and reason.
 *
 * @since 0.2.0
 */
export const refusals = Metric.counter("bedside_risk_refusals_total", {
  description: "Patients for whom a trained model gave no risk, by task, version, role and reason",
  incremental: true
})

/**
 * The models that come with the program.
 *
 * @since 0.2.0
 */
export const shipped: { readonly [T in Registry.Task]: RiskModel.RiskModel } = {
  deterioration: Deterioration.model,
  hypotension: Hypotension.model
}

/**
 * The newest that was foretold for a task, with the bands of the version that did: the thresholds, and
 * what they do.
 *
 * @since 0.2.0
 */
export interface Told extends Foretold.Foretold {
  readonly bands: ReadonlyArray<RiskModel.Band>
}

/** A version to be asked. */
interface Asked extends Ports.Standing {
  readonly ready: RiskModel.Ready
  readonly outlook: Foretold.Outlook
}

/** All versions of a task look at one event, which ends with the newest reading that any looks at. */
const together = (asked: ReadonlyArray<Asked>): ReadonlyArray<Asked> =>
  asked.map((one) => {
    const same = asked.filter(({ task }) => task === one.task)
    const vitals = new Set<Vital.Code>(same.flatMap(({ outlook }) => [...outlook.vitals]))
    return { ...one, outlook: { ...one.outlook, vitals } }
  })

const count = ({ task, version, role, refusal, estimate }: Foretold.Foretold) => {
  const of = { task, version, role }
  return refusal === null
    ? Metric.update(
        Metric.withAttributes(predictions, { ...of, band: estimate?.band ?? "none" }),
        1
      )
    : Metric.update(Metric.withAttributes(refusals, { ...of, reason: refusal.code }), 1)
}

/**
 * The workflows around what is foretold.
 *
 * @since 0.2.0
 */
export class Foretelling extends Context.Service<Foretelling>()("bedside/Foretelling", {
  make: Effect.gen(function* () {
    const patients = yield* Ports.Patients
    const measurements = yield* Ports.Measurements
    const models = yield* Ports.RiskModels
    const kept = yield* Ports.Predictions
    const between = Windows.reader(measurements)
    const hashesOf = ModelHashes.make(yield* Digest.Digest)
    // What a version computes with never changes, so it is made ready once.
    const known = new Map<string, RiskModel.Ready>()

    const ship = Effect.fnUntraced(function* (task: Registry.Task) {
      const model = shipped[task]
      const draft = { task, model, hashes: yield* hashesOf(model) }
      const reason = `shipped with the program: ${model.outcome}`
      const by = { approver: "bedside", reason, now: yield* DateTime.now }
      yield* models
        .append(task, (lineage) => Registry.ship(lineage, draft, by))
        .pipe(
          // Another server was first, or somebody has decided on the task already.
          Effect.catchTag("RiskModelRefused", () => Effect.void)
        )
    })
    yield* Effect.forEach(Registry.Task.literals, ship, { discard: true })

    const readyOf = Effect.fnUntraced(function* (task: Registry.Task, version: string) {
      const name = `${task} ${version}`
      const before = known.get(name)
      if (before !== undefined) return before
      const model = yield* models.model(task, version)
      // No version is registered that cannot be made ready.
      const ready = Result.getOrThrow(RiskModel.ready(model))
      known.set(name, ready)
      return ready
    })

    const askedNow = Effect.gen(function* () {
      const standing = yield* models.standing
      const asked = yield* Effect.forEach(standing, (one) =>
        Effect.map(readyOf(one.task, one.version), (ready): Asked => {
          const outlook = Foretold.outlook(ready.model)
          return { ...one, ready, outlook }
        })
      )
      return together(asked)
    })

    const foretellFor = Effect.fnUntraced(function* (patientId: Patient.PatientId) {
      const patient = yield* patients.find(patientId)
      const now = yield* DateTime.now
      const latest = yield* measurements.latest(patientId)
      const events = (yield* askedNow).flatMap((one) => {
        const window = Foretold.window(one.outlook, latest)
        return window === undefined ? [] : [{ ...one, window }]
      })
      const [first, ...rest] = events.map(({ window }) => window)
      if (first === undefined) return []
      const from = rest.reduce((early, { since }) => DateTime.min(early, since), first.since)
      const last = rest.reduce((late, { asOf }) => DateTime.max(late, asOf), first.asOf)
      const read = yield* between(patientId, from, last)
      const foretold = events.map(({ window, ...one }) =>
        Foretold.make(one, { patient, measurements: read, now, ...window })
      )
      yield* kept.save(patientId, foretold)
      yield* Effect.forEach(foretold, count, { discard: true })
      return foretold
    })

    /** Of a patient who is gone by now, nothing. */
    const foretell = Effect.fn("Foretelling.foretell")(
      (patientId: Patient.PatientId) => Effect.asVoid(foretellFor(patientId)),
      Effect.catchTag("NotFound", ({ what }) =>
        what === "patient" ? Effect.void : Effect.die(new Error(`no such ${what}`))
      )
    )

    /** Asks about a patient in a campaign; who is gone when their turn comes is passed over. */
    const review = Effect.fn("Foretelling.review")(
      (patientId: Patient.PatientId) =>
        Effect.map(foretellFor(patientId), (foretold): Campaign.Progress => {
          const refusals = foretold.filter(({ refusal }) => refusal !== null).length
          return { done: 1, failed: 0, tally: { risks: foretold.length - refusals, refusals } }
        }),
      Effect.catchTag("NotFound", ({ what }) =>
        what === "patient"
          ? Effect.succeed(Campaign.nothing)
          : Effect.die(new Error(`no such ${what}`))
      )
    )

    const told = Effect.fn("Foretelling.told")(function* (patientId: Patient.PatientId) {
      yield* patients.find(patientId)
      return yield* Effect.forEach(yield* kept.latest(patientId), (foretold) =>
        Effect.map(readyOf(foretold.task, foretold.version), ({ model }): Told => ({
          ...foretold,
          bands: model.bands
        }))
      )
    })

    return { foretell, told, review }
  })
}) {
  static readonly layer = Layer.effect(this, this.make).pipe(Layer.provide(Digest.layerWebCrypto))
}
