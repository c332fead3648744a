/**
 * Whether a model still meets the patients it was made for, and whether what it foretells still comes
 * true: a window of scored events beside what was frozen with a version of the model.
 *
 * The guarantee that bites: an outcome counts only once its horizon has passed. Until then an event is
 * `pending`, although some outcomes are known early: those are the bad ones, and a model would look
 * worse than it is. An outcome that stays unknown is counted as such, and never taken for none.
 *
 * Where nothing differs, at most one window in twenty alarms, whatever its size and however many
 * features there are. Those are the chances of INDEPENDENT events: several of one patient are alike.
 * Pass `firstOfEach`, and freeze the reference from rows that were chosen likewise.
 *
 * Not a medical device.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Timestamp from "../input/Timestamp.ts"
import type * as Drift from "../sensor/Drift.ts"
import * as Alarms from "./Alarms.ts"
import * as Divergence from "./Divergence.ts"
import * as Outcome from "./internal/monitorOutcome.ts"
import * as Performance from "./Performance.ts"
import * as RiskModel from "./RiskModel.ts"

/**
 * What is frozen with a version of a model: each of its features, and the probabilities it gave.
 *
 * @since 0.2.0
 */
export const Reference = Schema.Struct({
  model: Schema.String,
  version: Schema.String,
  ...RiskModel.Reference.fields
}).annotate({ identifier: "ModelMonitorReference" })

/** @since 0.2.0 */
export interface Reference extends Schema.Schema.Type<typeof Reference> {}

/**
 * Columns that cannot be frozen, by name: of fewer than two values, with the name of another column,
 * or with one that the model's own probabilities and outcomes have (`score`, `outcome`).
 *
 * @since 0.2.0
 */
export class Unfreezable extends Schema.TaggedError<Unfreezable>()("Unfreezable", {
  problems: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      reason: Schema.Literals(["too-few-values", "name-taken"])
    })
  )
}) {}

/**
 * A patient who was scored: the `features` in the order of the reference, NaN where one is missing;
 * the `probability`, NaN where there was none; and the `outcome`, null while it is not known.
 *
 * @since 0.2.0
 */
export interface Event {
  readonly patient: string
  readonly scoredAt: DateTime.DateTime
  readonly features: ArrayLike<number>
  readonly probability: number
  readonly outcome: boolean | null
}

/**
 * Events that cannot be judged: how many have not the features of the reference, and how many a
 * probability outside 0 to 1.
 *
 * @since 0.2.0
 */
export class UnusableEvents extends Schema.TaggedError<UnusableEvents>()("UnusableEvents", {
  features: Schema.Int,
  probabilities: Schema.Int
}) {}

/**
 * When a difference is an alarm: among all of a window, it has at most a chance of `alpha` where
 * nothing differs, AND it matters: `divergence` of a feature or the score; outcomes that are more or
 * fewer than foretold by a share of `observedToExpected`; a calibration slope that is `slope` from 1.
 * Outcomes are judged once `leastEvents` patients had the outcome, or were foretold to, and as many
 * not; the slope once so many did.
 *
 * @since 0.2.0
 */
export const Rule = Schema.Struct({
  alpha: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
  divergence: Divergence.Limits,
  observedToExpected: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
  slope: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
  leastEvents: Schema.Int.check(Schema.isGreaterThanOrEqualTo(2))
}).annotate({ identifier: "ModelMonitorRule" })

/** @since 0.2.0 */
export interface Rule extends Schema.Schema.Type<typeof Rule> {}

/**
 * 5 % for a window, a fifth more or fewer outcomes, a slope below 0.8 or above 1.2, from 20 events on.
 *
 * @since 0.2.0
 */
export const defaultRule: Rule = {
  alpha: 0.05,
  divergence: Divergence.defaultLimits,
  observedToExpected: 0.2,
  slope: 0.2,
  leastEvents: 20
}

/**
 * How outcomes compare with what was foretold, of the `n` events whose outcome is known and whose
 * horizon has passed. `observed` of them had it, where `expected` is the sum of the probabilities.
 * Null is what cannot be told of so few, or of one outcome only.
 *
 * @since 0.2.0
 */
export const Calibration = Schema.Struct({
  n: Schema.Int,
  observed: Schema.Int,
  expected: Schema.Finite,
  observedToExpected: Schema.NullOr(Schema.Finite),
  brier: Schema.NullOr(Schema.Finite),
  summary: Schema.NullOr(Performance.Summary)
}).annotate({ identifier: "ModelMonitorCalibration" })

/** @since 0.2.0 */
export interface Calibration extends Schema.Schema.Type<typeof Calibration> {}

/**
 * A window of events beside the reference. `pending` events have a horizon that has not passed,
 * `matured` ones an outcome that counts, and of `unknown` ones the horizon has passed without one or
 * there was no probability. `from` and `until` are the times of the first and the last event. An alarm
 * is `of` a feature by name, of the `score`, or of the `outcome`.
 *
 * @since 0.2.0
 */
export const Report = Schema.Struct({
  model: Schema.String,
  version: Schema.String,
  from: Schema.NullOr(Timestamp.Timestamp),
  until: Schema.NullOr(Timestamp.Timestamp),
  events: Schema.Int,
  features: Schema.Array(Schema.Struct({ name: Schema.String, comparison: Divergence.Comparison })),
  score: Divergence.Comparison,
  pending: Schema.Int,
  matured: Schema.Int,
  unknown: Schema.Int,
  calibration: Calibration,
  alarms: Schema.Array(Alarms.Test)
}).annotate({ identifier: "ModelMonitorReport" })

/** @since 0.2.0 */
export interface Report extends Schema.Schema.Type<typeof Report> {}

const reserved = ["score", "outcome"]

/**
 * Freezes what a model met when it was made.
 *
 * Shape: the columns of its features, in the order in which events have them, and the probabilities it
 * gave; NaN is missing. Of rows that it was NOT fitted to, where there are such: on those that it was,
 * it is surer of itself.
 *
 * Fails with: `Unfreezable`, which names every column.
 *
 * @example
 * ```ts
 * import * as ModelMonitor from "@bedside/core/ModelMonitor"
 * import * as Result from "effect/Result"
 *
 * const probabilities = [0.1, 0.2, 0.4]
 * const made = { model: "deterioration", version: "1.0.0", probabilities }
 * const reference = Result.getOrThrow(ModelMonitor.freeze({ ...made, features: [{ name: "pulse", values: [70, 80, 90] }] }))
 * reference.features[0]?.reference.mean // => 80
 * const refused = ModelMonitor.freeze({ ...made, features: [{ name: "pulse", values: [NaN] }] })
 * Result.getOrThrow(Result.flip(refused)).problems.map(({ name }) => name) // => ["pulse"]
 * ```
 * @since 0.2.0
 */
export const freeze = ({
  model,
  version,
  features,
  probabilities
}: {
  readonly model: string
  readonly version: string
  readonly features: ReadonlyArray<{ readonly name: string; readonly values: ArrayLike<number> }>
  readonly probabilities: ArrayLike<number>
}): Result.Result<Reference, Unfreezable> => {
  const problems: Array<Unfreezable["problems"][number]> = []
  const taken = new Set(reserved)
  const frozen = features.flatMap(({ name, values }) => {
    if (taken.has(name)) problems.push({ name, reason: "name-taken" })
    taken.add(name)
    const reference = Divergence.freeze(values)
    if (Result.isSuccess(reference)) return [{ name, reference: reference.success }]
    problems.push({ name, reason: "too-few-values" })
    return []
  })
  const score = Divergence.freeze(probabilities)
  if (Result.isFailure(score)) problems.push({ name: "score", reason: "too-few-values" })
  return Result.isSuccess(score) && problems.length === 0
    ? Result.succeed({ model, version, features: frozen, score: score.success })
    : Result.fail(new Unfreezable({ problems }))
}

/**
 * The first event of each patient, in the order of time.
 *
 * Shape: events in any order; of two at one time, the one that comes first here.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as ModelMonitor from "@bedside/core/ModelMonitor"
 * import * as Timestamp from "@bedside/core/Timestamp"
 *
 * const scored = (patient: string, at: number) =>
 *   ({ patient, scoredAt: Timestamp.at(at), features: [], probability: 0.1, outcome: null })
 * const events = [scored("a", 2), scored("b", 3), scored("a", 1)]
 * ModelMonitor.firstOfEach(events).map(({ patient }) => patient) // => ["a", "b"]
 * ```
 * @since 0.2.0
 */
export const firstOfEach = (events: ReadonlyArray<Event>): ReadonlyArray<Event> => {
  const first = new Map<string, Event>()
  for (const event of byTime(events)) {
    if (!first.has(event.patient)) first.set(event.patient, event)
  }
  return [...first.values()]
}

const byTime = (events: ReadonlyArray<Event>): ReadonlyArray<Event> =>
  events.toSorted((a, b) => DateTime.toEpochMillis(a.scoredAt) - DateTime.toEpochMillis(b.scoredAt))

/**
 * Watches a window of events.
 *
 * Units: `horizon` is the time within which the model foretells the outcome. Shape: events in any
 * order, one per patient (see above); `now` decides which have matured.
 *
 * Fails with: `UnusableEvents`.
 *
 * Method: features and probabilities by `Divergence.compare`. The number of outcomes by its distance
 * from the sum of the probabilities, in standard deviations of a sum of such events; the slope of
 * `Performance.calibrationLine` by its Wald test. All together by `Alarms.judge`.
 *
 * @example
 * ```ts
 * import * as ModelMonitor from "@bedside/core/ModelMonitor"
 * import * as Timestamp from "@bedside/core/Timestamp"
 * import * as Result from "effect/Result"
 *
 * const pulse = Array.from({ length: 100 }, (_, index) => 70 + 10 * Math.sin(index))
 * const probabilities = pulse.map((value) => value / 400)
 * const reference = Result.getOrThrow(
 *   ModelMonitor.freeze({
 *     model: "deterioration",
 *     version: "1.0.0",
 *     features: [{ name: "pulse", values: pulse }],
 *     probabilities
 *   })
 * )
 * const events = pulse.map((value, index) => ({
 *   patient: `patient ${index}`,
 *   scoredAt: Timestamp.at(index * 60_000),
 *   features: [value + 15],
 *   probability: value / 400,
 *   outcome: null
 * }))
 * const report = Result.getOrThrow(
 *   ModelMonitor.watch(reference, events, { now: Timestamp.at(3_600_000), horizon: "6 hours" })
 * )
 * report.pending // => 100
 * report.alarms.map(({ of, reason }) => `${of}: ${reason}`) // => ["pulse: bins", "pulse: kolmogorov-smirnov"]
 * ```
 * @since 0.2.0
 */
export const watch = (
  reference: Reference,
  events: ReadonlyArray<Event>,
  {
    now,
    horizon,
    rule = defaultRule
  }: {
    readonly now: DateTime.DateTime
    readonly horizon: Duration.Input
    readonly rule?: Rule | undefined
  }
): Result.Result<Report, UnusableEvents> => {
  const unusable = problemOf(reference, events)
  if (unusable !== undefined) return Result.fail(unusable)
  const { features, score } = comparisonsOf(reference, events)
  const passed = DateTime.toEpochMillis(now) - Duration.toMillis(horizon)
  const { due, matured } = maturedOf(events, passed)
  const outcome = Outcome.compare(
    matured.map((event) => Number(event.outcome)),
    matured.map(({ probability }) => probability)
  )
  const tests = [
    ...features.flatMap((it) => Divergence.tests(it.name, it.comparison, rule.divergence)),
    ...Divergence.tests("score", score, rule.divergence),
    ...Outcome.tests(outcome, rule)
  ]
  return Result.succeed({
    model: reference.model,
    version: reference.version,
    ...endsOf(events),
    events: events.length,
    features,
    score,
    pending: events.length - due.length,
    matured: matured.length,
    unknown: due.length - matured.length,
    calibration: outcome.calibration,
    alarms: Alarms.judge(tests, rule.alpha)
  })
}

const comparisonsOf = (
  { features, score }: Reference,
  events: ReadonlyArray<Event>
): Pick<Report, "features" | "score"> => {
  const compare = (reference: Drift.Reference, valueOf: (event: Event) => number) =>
    Divergence.compare(reference, Float64Array.from(events, valueOf))
  return {
    features: features.map(({ name, reference }, index) => ({
      name,
      comparison: compare(reference, (event) => event.features[index] ?? NaN)
    })),
    score: compare(score, ({ probability }) => probability)
  }
}

const maturedOf = (events: ReadonlyArray<Event>, passed: number) => {
  const due = events.filter(({ scoredAt }) => DateTime.toEpochMillis(scoredAt) <= passed)
  const matured = due.filter((event) => event.outcome !== null && !Number.isNaN(event.probability))
  return { due, matured }
}

const endsOf = (events: ReadonlyArray<Event>): Pick<Report, "from" | "until"> => {
  const ordered = byTime(events)
  const timeOf = (event: Event | undefined) =>
    event === undefined ? null : Timestamp.at(DateTime.toEpochMillis(event.scoredAt))
  return { from: timeOf(ordered.at(0)), until: timeOf(ordered.at(-1)) }
}

const problemOf = (
  reference: Reference,
  events: ReadonlyArray<Event>
): UnusableEvents | undefined => {
  const count = (is: (event: Event) => boolean) => events.filter(is).length
  const features = count((event) => event.features.length !== reference.features.length)
  const probabilities = count(({ probability }) => probability < 0 || probability > 1)
  return features + probabilities === 0
    ? undefined
    : new UnusableEvents({ features, probabilities })
}
