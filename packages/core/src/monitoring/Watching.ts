/**
 * Whether the active models still meet the patients they met at first, and whether what they foretell
 * comes true.
 *
 * A version is watched against itself: the first 200 patients that it foretold a risk for are what is
 * frozen, and those who came after are compared with them, each by their first risk. So a report tells
 * what has changed since the version came here, and not how this ward differs from where the model was
 * trained.
 *
 * The guarantee that bites: no outcome is taken for granted. Low pressure labels itself from later measurements,
 * once six hours have passed and where there are two mean pressures or more in them; otherwise the
 * outcome stays unknown. Death in hospital is stated (`Label`), and due 30 days after the risk.
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
import * as FirstRisks from "./internal/firstRisks.ts"
import * as Ports from "./Ports.ts"

/**
 * How many patients are frozen as the reference of a version.
 *
 * @since 0.2.0
 */
export const needed = 200

/**
 * A look at the active version of a task: how many `patients` it foretold a risk for, of whom the first
 * `needed` are the reference. There is a `report` once there are more. `unwatched` are features that
 * too few of the reference had.
 *
 * @since 0.2.0
 */
export const Watched = Schema.Struct({
  task: Registry.Task,
  version: Schema.String,
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

const gauge = (name: string, description: string) => Metric.gauge(name, { description })

/**
 * The latest look at each model, by task and version: patients after the reference, alarms, the
 * population stability index of the probabilities, and outcomes against what was foretold.
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

/** The reference, with which of the features it has. */
const freeze = (
  { id: model, version, definition }: RiskModel.RiskModel,
  first: ReadonlyArray<ModelMonitor.Event>
) => {
  const probabilities = first.map(({ probability }) => probability)
  const columns = definition.features.map(({ name }, index) => ({
    name,
    index,
    values: columnOf(first, index)
  }))
  const all = ModelMonitor.freeze({ model, version, features: columns, probabilities })
  const problems = Result.isFailure(all) ? all.failure.problems : []
  const unwatched = new Set(problems.map(({ name }) => name))
  const kept = columns.filter(({ name }) => !unwatched.has(name))
  const frozen = ModelMonitor.freeze({ model, version, features: kept, probabilities })
  return { frozen, unwatched: [...unwatched], indices: kept.map(({ index }) => index) }
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

const tell = ({ task, version, report }: Watched): Effect.Effect<void> => {
  if (report === null) return Effect.void
  const { calibration, score } = report
  const figures = [
    [gauges.patients, report.events],
    [gauges.alarms, report.alarms.length],
    [gauges.matured, report.matured],
    [gauges.psi, score.psi],
    [gauges.ratio, calibration.observedToExpected]
  ] as const
  return Effect.forEach(
    figures,
    ([metric, value]) =>
      value === null
        ? Effect.void
        : Metric.update(Metric.withAttributes(metric, { task, version }), value),
    { discard: true }
  )
}

/**
 * The workflow that watches the active models.
 *
 * @since 0.2.0
 */
export class Watching extends Context.Service<Watching>()("bedside/Watching", {
  make: Effect.gen(function* () {
    const models = yield* Ports.RiskModels
    const risks = FirstRisks.reader({
      predictions: yield* Ports.Predictions,
      measurements: yield* Ports.Measurements,
      labels: yield* Ports.Labels
    })

    const watch = Effect.fn("Watching.watch")(function* (
      task: Registry.Task,
      window: Stretch = {}
    ) {
      const now = yield* DateTime.now
      const { version } = yield* models.activeAt(task, now)
      const model = yield* models.model(task, version)
      const events = yield* risks.ofVersion(task, version)
      const about = { task, version, patients: events.length, needed }
      const { frozen, unwatched, indices } = freeze(model, events.slice(0, needed))
      if (events.length <= needed || Result.isFailure(frozen)) {
        return { ...about, unwatched: [], report: null } satisfies Watched
      }
      const chosen = events.slice(needed).filter(within(window))
      const known = yield* risks.labelled(model, task, chosen, now)
      const compared = known.map((event) => ({
        ...event,
        features: indices.map((index) => event.features[index] ?? NaN)
      }))
      const horizon = FirstRisks.horizons[task]
      // What was stored has the features and the probability of its model.
      const report = Result.getOrThrow(
        ModelMonitor.watch(frozen.success, compared, { now, horizon })
      )
      const watched: Watched = { ...about, unwatched, report }
      yield* tell(watched)
      return watched
    })

    return { watch }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
