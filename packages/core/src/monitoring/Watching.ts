/**
 * Whether the active models meet the patients they were made for, still meet those they met at first,
 * and whether what they foretell comes true.
 *
 * A version is watched against one of two references. That of the training data comes with the model:
 * it tells from the first patients on how this ward differs from where the model was made. The other are
 * the first 200 patients that the version foretold a risk for here, by their first risk: it tells what
 * has changed since, also on a ward that was another one from the start.
 *
 * With the training data, patients count by the first risk that was foretold after the version had
 * followed them for as long as it looks back. A model foretells as soon as it may, and after two
 * readings hardly any feature is what it is after two days: of 250 stays that it was trained on, taken at
 * the first moment that allows for a risk, 44 of 58 features would alarm (hypotension: 27 of 44).
 *
 * The guarantee that bites: no outcome is taken for granted. Low pressure labels itself from later
 * measurements, once six hours have passed and where there are two mean pressures or more in them;
 * otherwise the outcome stays unknown. Death in hospital is stated (`Label`), and due 30 days after the
 * risk.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as ModelMonitor from "../risk/ModelMonitor.ts"
import * as Registry from "../risk/Registry.ts"
import type * as RiskModel from "../risk/RiskModel.ts"
import * as Foretold from "./Foretold.ts"
import * as FirstRisks from "./internal/firstRisks.ts"
import * as Ports from "./Ports.ts"

/**
 * How many of its first patients are frozen as the reference of a version.
 *
 * @since 0.2.0
 */
export const needed = 200

/**
 * What a version is compared with: the data that came with the model, or the first patients here.
 *
 * @since 0.2.0
 */
export const Against = Schema.Literals(["training", "first-patients"])

/** @since 0.2.0 */
export type Against = typeof Against.Type

/**
 * A look at the active version of a task, `against` its reference: how many `patients` count, each by
 * the first risk after `followed` hours. The first `needed` of them are the reference, which are none
 * where it came with the model, and there is a `report` once there are more. `unwatched` are features
 * that the report leaves out, because the reference has too few values of them.
 *
 * @since 0.2.0
 */
export const Watched = Schema.Struct({
  task: Registry.Task,
  version: Schema.String,
  against: Against,
  followed: Schema.Finite,
  patients: Schema.Int,
  needed: Schema.Int,
  unwatched: Schema.Array(Schema.String),
  report: Schema.NullOr(ModelMonitor.Report)
}).annotate({ identifier: "RiskModelWatched" })

/** @since 0.2.0 */
export interface Watched extends Schema.Schema.Type<typeof Watched> {}

/**
 * The patients after the reference to look at: those whose first risk is as of `from` or later, and
 * before `to`.
 *
 * @since 0.2.0
 */
export interface Stretch {
  readonly from?: DateTime.Utc | undefined
  readonly to?: DateTime.Utc | undefined
}

/**
 * Whom to look at, and what to compare them with: where it is not said, the training data if the model
 * came with a reference, and the first patients otherwise.
 *
 * @since 0.2.0
 */
export interface Look extends Stretch {
  readonly against?: Against | undefined
}

const gauge = (name: string, description: string) => Metric.gauge(name, { description })

/**
 * The latest look at each model, by task, version and reference (`against`): patients compared with it,
 * alarms, the population stability index of the probabilities, and outcomes against what was foretold.
 * A look at a stretch of time is not told.
 *
 * @since 0.2.0
 */
export const gauges = {
  patients: gauge("bedside_risk_monitored_patients", "Patients compared with the reference"),
  alarms: gauge("bedside_risk_monitoring_alarms", "Alarms of the latest look at a model"),
  psi: gauge("bedside_risk_score_psi", "Population stability index of the probabilities"),
  matured: gauge("bedside_risk_matured_outcomes", "Patients whose outcome is known and due"),
  ratio: gauge("bedside_risk_observed_to_expected", "Outcomes per outcome that was foretold")
}

const columnOf = (events: ReadonlyArray<ModelMonitor.Event>, index: number) =>
  events.map(({ features }) => features[index] ?? NaN)

/** The reference, and where its features are among those of the model. */
interface Basis {
  readonly reference: ModelMonitor.Reference
  readonly indices: ReadonlyArray<number>
  readonly unwatched: ReadonlyArray<string>
}

const basisOf = ({ definition }: RiskModel.RiskModel, reference: ModelMonitor.Reference): Basis => {
  const names = definition.features.map(({ name }) => name)
  const watched = reference.features.map(({ name }) => name)
  return {
    reference,
    indices: watched.map((name) => names.indexOf(name)),
    unwatched: names.filter((name) => !watched.includes(name))
  }
}

/** The first patients as a reference, without the features that too few of them had. */
const freeze = (
  { id: model, version, definition }: RiskModel.RiskModel,
  first: ReadonlyArray<ModelMonitor.Event>
): Result.Result<ModelMonitor.Reference, ModelMonitor.Unfreezable> => {
  const probabilities = first.map(({ probability }) => probability)
  const features = definition.features.map(({ name }, index) => ({
    name,
    values: columnOf(first, index)
  }))
  const made = { model, version, probabilities }
  return Result.orElse(ModelMonitor.freeze({ ...made, features }), ({ problems }) => {
    const short = new Set(problems.map(({ name }) => name))
    const kept = features.filter(({ name }) => !short.has(name))
    return ModelMonitor.freeze({ ...made, features: kept })
  })
}

const within =
  ({ from, to }: Stretch) =>
  ({ scoredAt }: ModelMonitor.Event): boolean => {
    const at = DateTime.toEpochMillis(scoredAt)
    return (
      (from === undefined || at >= from.epochMilliseconds) &&
      (to === undefined || at < to.epochMilliseconds)
    )
  }

/** What is not known is no number, and no figure of an earlier look. */
const show = (
  labels: { readonly [name: string]: string },
  report: ModelMonitor.Report | undefined
): Effect.Effect<void> => {
  const figures = [
    [gauges.patients, report?.events],
    [gauges.alarms, report?.alarms.length],
    [gauges.matured, report?.matured],
    [gauges.psi, report?.score.psi],
    [gauges.ratio, report?.calibration.observedToExpected]
  ] as const
  return Effect.forEach(
    figures,
    ([metric, value]) => Metric.update(Metric.withAttributes(metric, labels), value ?? NaN),
    { discard: true }
  )
}

/** Shows the latest looks, and no longer those at a version that another has followed. */
const teller = () => {
  const shown = new Map<string, string>()
  return Effect.fnUntraced(function* ({ task, version, against, report }: Watched) {
    if (report === null) return
    const before = shown.get(`${task} ${against}`)
    shown.set(`${task} ${against}`, version)
    if (before !== undefined && before !== version) {
      yield* show({ task, version: before, against }, undefined)
    }
    yield* show({ task, version, against }, report)
  })
}

/**
 * The workflow that watches the active models.
 *
 * @since 0.2.0
 */
export class Watching extends Context.Service<Watching>()("bedside/Watching", {
  make: Effect.gen(function* () {
    const models = yield* Ports.RiskModels
    const tell = teller()
    const risks = FirstRisks.reader({
      predictions: yield* Ports.Predictions,
      measurements: yield* Ports.Measurements,
      labels: yield* Ports.Labels
    })

    /** Against what came with the model: everybody the version followed for as long as it looks back. */
    const ofTraining = Effect.fnUntraced(function* (
      task: Registry.Task,
      model: RiskModel.RiskModel,
      shipped: RiskModel.Reference
    ) {
      const { hours: followed } = Foretold.outlook(model)
      const { id, version } = model
      const events = yield* risks.ofVersion(task, version, { followed })
      const reference = Result.succeed({ model: id, version, ...shipped })
      return { followed, needed: 0, events, reference }
    })

    const ofFirst = Effect.fnUntraced(function* (task: Registry.Task, model: RiskModel.RiskModel) {
      const events = yield* risks.ofVersion(task, model.version)
      return { followed: 0, needed, events, reference: freeze(model, events.slice(0, needed)) }
    })

    const watch = Effect.fn("Watching.watch")(function* (
      task: Registry.Task,
      { against: asked, ...window }: Look = {}
    ) {
      const now = yield* DateTime.now
      const { version } = yield* models.activeAt(task, now)
      const model = yield* models.model(task, version)
      const { reference: shipped } = model
      const against = asked ?? (shipped === undefined ? "first-patients" : "training")
      if (against === "training" && shipped === undefined) {
        return yield* new Ports.Conflict({ code: "no-training-reference", path: "against" })
      }
      const { events, reference, ...counted } =
        against === "training" && shipped !== undefined
          ? yield* ofTraining(task, model, shipped)
          : yield* ofFirst(task, model)
      const about = { task, version, against, ...counted, patients: events.length }
      if (events.length <= counted.needed || Result.isFailure(reference)) {
        return { ...about, unwatched: [], report: null } satisfies Watched
      }
      const basis = basisOf(model, reference.success)
      const chosen = events.slice(counted.needed).filter(within(window))
      const known = yield* risks.labelled(model, task, chosen, now)
      const compared = known.map((event) => ({
        ...event,
        features: basis.indices.map((index) => event.features[index] ?? NaN)
      }))
      const horizon = FirstRisks.horizons[task]
      // What was stored has the features and the probability of its model.
      const report = Result.getOrThrow(
        ModelMonitor.watch(basis.reference, compared, { now, horizon })
      )
      const watched: Watched = { ...about, unwatched: basis.unwatched, report }
      const isWhole = window.from === undefined && window.to === undefined
      if (isWhole) yield* tell(watched)
      return watched
    })

    return { watch }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
