/**
 * Live models against what became of their patients: the outcomes that are stated, what calibrating
 * again would mend, and the version that does.
 *
 * The guarantee that bites: nothing changes what patients are told but the steps of `Releasing`. A
 * calibrated version is a candidate like any other, to be watched as a shadow before it counts.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Account from "../access/Account.ts"
import type * as Invalid from "../input/Invalid.ts"
import * as Timestamp from "../input/Timestamp.ts"
import * as Recalibration from "../risk/Recalibration.ts"
import * as Registry from "../risk/Registry.ts"
import * as RiskModel from "../risk/RiskModel.ts"
import * as FirstRisks from "./internal/firstRisks.ts"
import * as Label from "./Label.ts"
import * as Ports from "./Ports.ts"
import * as Releasing from "./Releasing.ts"

/**
 * The patients to judge by: those whose first risk is as of `from` or later, and before `to`.
 *
 * @since 0.2.0
 */
export interface Stretch {
  readonly from?: DateTime.DateTime | undefined
  readonly to?: DateTime.DateTime | undefined
}

/**
 * How to calibrate again. Without a method, it is the one that the review names; without a version, the
 * next one of the active version that differs in the calibrator.
 *
 * @since 0.2.0
 */
export const Order = Schema.Struct({
  method: Schema.optionalKey(Recalibration.Method),
  version: Schema.optionalKey(RiskModel.RiskModel.fields.version),
  from: Schema.optionalKey(Timestamp.Timestamp),
  to: Schema.optionalKey(Timestamp.Timestamp),
  reason: Registry.Reason
}).annotate({ identifier: "RecalibrationOrder" })

/** @since 0.2.0 */
export interface Order extends Schema.Schema.Type<typeof Order> {}

const nextVersion = (version: string): string => {
  const [major, minor, patch] = version.split(".")
  return `${major}.${minor}.${Number(patch) + 1}`
}

const rowsOf = (
  model: RiskModel.RiskModel,
  known: ReadonlyArray<FirstRisks.FirstRisk>
): Recalibration.Rows => {
  return {
    labels: known.map(({ outcome }) => outcome === true),
    features: FirstRisks.matrix(model, known)
  }
}

/** What was stored has the features of its model. */
const judged = <A>(judgement: Result.Result<A, Recalibration.Refusal>) =>
  Effect.catchTag(Effect.fromResult(judgement), "FeaturesMismatch", Effect.die)

/**
 * The workflows around outcomes and calibration.
 *
 * @since 0.2.0
 */
export class Recalibrating extends Context.Service<Recalibrating>()("bedside/Recalibrating", {
  make: Effect.gen(function* () {
    const models = yield* Ports.RiskModels
    const labels = yield* Ports.Labels
    const releasing = yield* Releasing.Releasing
    const risks = FirstRisks.reader({
      predictions: yield* Ports.Predictions,
      measurements: yield* Ports.Measurements,
      labels
    })

    /** States outcomes: what became of each row, in its place. */
    const state = Effect.fn("Recalibrating.state")(function* (
      actor: Account.Actor,
      task: Label.Task,
      rows: ReadonlyArray<Result.Result<Label.Statement, Invalid.Invalid>>
    ) {
      const statedAt = yield* DateTime.now
      const checked = Label.check(rows, statedAt)
      const good = checked.filter(Result.isSuccess).map(({ success }) => success)
      const stored = yield* labels.state(
        task,
        good.map((it) => ({
          ...it,
          at: DateTime.toUtc(it.at),
          task,
          statedBy: actor.id,
          statedAt
        }))
      )
      return Label.outcomes(checked, stored)
    })

    /** The active version with the patients whose outcomes are due and known. */
    const knownOf = Effect.fnUntraced(function* (task: Registry.Task, { from, to }: Stretch) {
      const now = yield* DateTime.now
      const { version } = yield* models.activeAt(task, now)
      const model = yield* models.model(task, version)
      const first = yield* risks.ofVersion(task, version, {
        from: from && DateTime.toUtc(from),
        to: to && DateTime.toUtc(to)
      })
      const labelled = yield* risks.labelled(model, task, first, now)
      return { model, known: labelled.filter(({ outcome }) => outcome !== null) }
    })

    const review = Effect.fn("Recalibrating.review")(function* (
      task: Registry.Task,
      stretch: Stretch = {}
    ) {
      const { model, known } = yield* knownOf(task, stretch)
      return yield* judged(Recalibration.review(model, rowsOf(model, known)))
    })

    /** Registers the active version, calibrated again, as a candidate. */
    const recalibrate = Effect.fn("Recalibrating.recalibrate")(function* (
      actor: Account.Actor,
      task: Registry.Task,
      order: Order
    ) {
      const { model, known } = yield* knownOf(task, order)
      const rows = rowsOf(model, known)
      const method = order.method ?? (yield* judged(Recalibration.review(model, rows))).method
      if (method === null) {
        return yield* new Ports.Conflict({ code: "calibrated-already", path: "method" })
      }
      const version = order.version ?? nextVersion(model.version)
      const made = yield* judged(
        Recalibration.recalibrate(model, rows, { version, method, name: FirstRisks.nameOf(known) })
      )
      return yield* releasing.propose(actor, task, made, order.reason)
    })

    return { state, review, recalibrate }
  })
}) {
  static readonly layer = Layer.effect(this, this.make).pipe(
    Layer.provide(Releasing.Releasing.layer)
  )
}
