/**
 * A live model and what became of its patients: whether its probabilities need to be made to agree again,
 * by how little, and the next version that has this and nothing else changed.
 *
 * The guarantee that bites: the figures `after` are of probabilities that were calibrated by OTHER rows,
 * fold by fold, so a calibrator cannot praise itself. And calibrating moves probabilities, not ranks: a
 * model that has ceased to tell patients apart is to be trained anew, and the advice says so.
 *
 * Not a medical device.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Calibration from "./Calibration.ts"
import * as Figures from "./internal/figures.ts"
import { chiSquareTail } from "./internal/gammaTail.ts"
import type * as Logistic from "./Logistic.ts"
import * as Outcomes from "./Outcomes.ts"
import * as Performance from "./Performance.ts"
import * as RiskModel from "./RiskModel.ts"
import * as Threshold from "./Threshold.ts"

/**
 * How to calibrate again, from the one that changes least to the one that asks for most rows.
 *
 * @since 0.2.0
 */
export const Method = Schema.Literals(["intercept", "temperature", "platt", "isotonic"])

/** @since 0.2.0 */
export type Method = typeof Method.Type

/**
 * A likelihood-ratio test: whether the rows are likelier under the line through their logits than under
 * the probabilities as they are (`none`), or than under these moved by one amount (`intercept`).
 *
 * @since 0.2.0
 */
export const Test = Schema.Struct({
  against: Schema.Literals(["none", "intercept"]),
  statistic: Schema.Finite,
  freedom: Schema.Int,
  pValue: Schema.Finite
}).annotate({ identifier: "RecalibrationTest" })

/** @since 0.2.0 */
export interface Test extends Schema.Schema.Type<typeof Test> {}

/**
 * What is to be done: nothing, a calibration, or another training.
 *
 * @since 0.2.0
 */
export const Advice = Schema.Literals(["keep", "recalibrate", "retrain"])

/** @since 0.2.0 */
export type Advice = typeof Advice.Type

/**
 * A version beside the outcomes of its patients. `method` is the least that mends it, null where
 * nothing is amiss; `after` are the figures with it, null likewise. The advice is `retrain` where less
 * than half of what the model tells patients apart by holds here: the whole interval of the slope lies
 * below 0.5. No source names a limit; this is ours. It is not the AUROC, which falls with patients who
 * are alike, and with the best of models.
 *
 * @since 0.2.0
 */
export const Review = Schema.Struct({
  version: Schema.String,
  advice: Advice,
  method: Schema.NullOr(Method),
  tests: Schema.Array(Test),
  before: Performance.Summary,
  after: Schema.NullOr(Performance.Summary)
}).annotate({ identifier: "RecalibrationReview" })

/** @since 0.2.0 */
export interface Review extends Schema.Schema.Type<typeof Review> {}

/**
 * The patients whose outcomes are known: a label and a row of features for each, in the order of the
 * model's definition, NaN where one is missing. One row of a patient, in the order of time.
 *
 * @since 0.2.0
 */
export interface Rows {
  readonly labels: Outcomes.Labels
  readonly features: Logistic.Matrix
}

/**
 * Too few patients with the outcome, or too few without it, to tell.
 *
 * @since 0.2.0
 */
export class TooFewOutcomes extends Schema.TaggedError<TooFewOutcomes>()("TooFewOutcomes", {
  needed: Schema.Int,
  withOutcome: Schema.Int,
  without: Schema.Int
}) {}

/**
 * How many patients with the outcome, and as many without, each method takes: a hundred for a line, as
 * Collins et al. 2016 (doi:10.1002/sim.6787) ask for to judge a model; a staircase has many corners to
 * place.
 *
 * @since 0.2.0
 */
export const needed: { readonly [M in Method]: number } = {
  intercept: 100,
  temperature: 100,
  platt: 100,
  isotonic: 1_000
}

const alpha = 0.05
const folds = 5

/**
 * Why rows cannot be judged by.
 *
 * @since 0.2.0
 */
export type Refusal = TooFewOutcomes | Outcomes.Unmeasurable | RiskModel.FeaturesMismatch

/**
 * Judges a version by the outcomes of its patients, and finds the least that mends it.
 *
 * Shape: at least a hundred patients with the outcome and a hundred without.
 *
 * Fails with: `TooFewOutcomes`; `Outcomes.Unmeasurable`; `RiskModel.FeaturesMismatch`.
 *
 * Method: the closed testing procedure of Vergouwe et al. 2017 (doi:10.1002/sim.7179) at 5 %: a line
 * through the logits against the probabilities as they are, then against moving them by one amount; who
 * loses neither stays. Deviation: its last rival, a model that is trained anew, is not fitted here.
 * Figures `after` by five folds, row after row in turn.
 *
 * @example
 * ```ts
 * import * as Hypotension from "@bedside/core/Hypotension"
 * import * as Recalibration from "@bedside/core/Recalibration"
 * import * as Result from "effect/Result"
 *
 * const columns = Hypotension.model.definition.features.length
 * const features = { rows: 2, columns, values: new Float64Array(2 * columns) }
 * const review = Recalibration.review(Hypotension.model, { labels: [0, 1], features })
 * Result.getOrThrow(Result.flip(review))._tag // => "TooFewOutcomes"
 * ```
 * @since 0.2.0
 */
export const review = (model: RiskModel.RiskModel, rows: Rows): Result.Result<Review, Refusal> =>
  Result.gen(function* () {
    yield* enough(rows.labels, needed.platt)
    const told = yield* toldOf(model, rows)
    const before = yield* Performance.summary(rows.labels, told.calibrated)
    const { method, tests } = yield* choose(rows.labels, told.calibrated)
    const after =
      method === null
        ? null
        : yield* Performance.summary(rows.labels, yield* crossFitted(told, method))
    const advice = hasLostHalf(before) ? "retrain" : method === null ? "keep" : "recalibrate"
    return { version: model.version, advice, method, tests, before, after }
  })

/**
 * The next version of a model, calibrated again and otherwise the same.
 *
 * Shape: as for `review`; `name` says of whom the rows are, for the card. The thresholds stay where they
 * are, with what they do on these rows; the metrics are of these rows, each calibrated by other ones.
 *
 * Fails with: `TooFewOutcomes`, a thousand for `isotonic`; `Outcomes.Unmeasurable`, `upside-down`
 * where the slope would be negative; `RiskModel.FeaturesMismatch`.
 *
 * Method: `Calibration`; a line is fitted to the probabilities of the version and composed with its
 * calibrator, a staircase to those of its predictor. Intervals: DeLong's of the AUROC, Wald's of the
 * line, the normal one of the mean squared error.
 *
 * @example
 * ```ts
 * import * as Hypotension from "@bedside/core/Hypotension"
 * import * as Recalibration from "@bedside/core/Recalibration"
 * import * as Result from "effect/Result"
 *
 * const columns = Hypotension.model.definition.features.length
 * const rows = { labels: [], features: { rows: 0, columns, values: new Float64Array(0) } }
 * const about = { version: "1.0.1", method: "platt", name: "ward 5" } as const
 * Result.isFailure(Recalibration.recalibrate(Hypotension.model, rows, about)) // => true
 * ```
 * @since 0.2.0
 */
export const recalibrate = (
  model: RiskModel.RiskModel,
  rows: Rows,
  {
    version,
    method,
    name
  }: { readonly version: string; readonly method: Method; readonly name: string }
): Result.Result<RiskModel.RiskModel, Refusal> =>
  Result.gen(function* () {
    const { labels } = rows
    yield* enough(labels, needed[method])
    const told = yield* toldOf(model, rows)
    const calibrator = yield* fit(told, method)
    const held = yield* crossFitted(told, method)
    const calibrated = told.raw.map((each) => Calibration.apply(calibrator, each))
    const { withOutcome, without } = count(labels)
    const patients = withOutcome + without
    return {
      ...model,
      version,
      calibrator,
      bands: yield* bandsOn(model, labels, calibrated),
      training: {
        ...model.training,
        method: `${model.training.method}; version ${model.version} calibrated again by ${method}`,
        tune: { name, rows: patients, patients, events: withOutcome, files: [] }
      },
      metrics: yield* Figures.of(labels, held)
    }
  })

const count = (labels: Outcomes.Labels) => {
  const withOutcome = Array.from(labels, Number).reduce((sum, label) => sum + label, 0)
  return { withOutcome, without: labels.length - withOutcome }
}

const enough = (labels: Outcomes.Labels, least: number): Result.Result<void, TooFewOutcomes> => {
  const counted = count(labels)
  return Math.min(counted.withOutcome, counted.without) < least
    ? Result.fail(new TooFewOutcomes({ needed: least, ...counted }))
    : Result.void
}

/** What the predictor tells of each row, and the version that has it calibrated. */
interface Told {
  readonly labels: Outcomes.Labels
  readonly calibrator: Calibration.Calibrator
  readonly raw: Float64Array
  readonly calibrated: Float64Array
}

const toldOf = (
  model: RiskModel.RiskModel,
  { labels, features }: Rows
): Result.Result<Told, RiskModel.FeaturesMismatch> => {
  const { calibrator } = model
  const asTold = { method: "platt", intercept: 0, slope: 1 } as const
  // The predictor of a version that is live can be walked through.
  const ready = Result.getOrThrow(RiskModel.ready({ ...model, calibrator: asTold }))
  return Result.map(ready.probabilities(features), (raw) => {
    const calibrated = raw.map((each) => Calibration.apply(calibrator, each))
    return { labels, calibrator, raw, calibrated }
  })
}

const logLikelihood = (labels: Outcomes.Labels, probabilities: Float64Array) =>
  Result.map(Performance.logLoss(labels, probabilities), (loss) => -loss * labels.length)

/** The least that mends it; of a model that is upside down, nothing does. */
const choose = (labels: Outcomes.Labels, calibrated: Float64Array) =>
  Result.gen(function* () {
    const { intercept, slope } = yield* Performance.calibrationLine(labels, calibrated)
    const moved = yield* Calibration.intercept(labels, calibrated)
    const along = (line: Calibration.Line) =>
      logLikelihood(
        labels,
        calibrated.map((each) => Calibration.apply(line, each))
      )
    const likeliest = yield* along({ method: "platt", intercept, slope })
    const test = (against: Test["against"], rival: number, freedom: number): Test => {
      const statistic = Math.max(0, 2 * (likeliest - rival))
      return { against, statistic, freedom, pValue: chiSquareTail(freedom, statistic) }
    }
    const none = test("none", yield* logLikelihood(labels, calibrated), 2)
    if (slope <= 0 || none.pValue > alpha) return { method: null, tests: [none] }
    const shifted = test("intercept", yield* along(moved), 1)
    const method: Method = shifted.pValue > alpha ? "intercept" : "platt"
    return { method, tests: [none, shifted] }
  })

const { intercept, temperature, platt } = Calibration
const lines = { intercept, temperature, platt }

const fit = (
  { labels, calibrator, raw, calibrated }: Told,
  method: Method
): Outcomes.Measured<Calibration.Calibrator> =>
  method === "isotonic"
    ? Calibration.isotonic(labels, raw)
    : Result.flatMap(lines[method](labels, calibrated), (line) =>
        line.slope > 0
          ? Result.succeed(Calibration.compose(calibrator, line))
          : Result.fail(
              new Outcomes.Unmeasurable({
                problems: [{ reason: "upside-down", rows: labels.length }]
              })
            )
      )

/** Each probability calibrated by the rows of the other folds. */
const crossFitted = (told: Told, method: Method): Outcomes.Measured<Float64Array> =>
  Result.gen(function* () {
    const all = new Float64Array(told.raw.length)
    for (let fold = 0; fold < folds; fold++) {
      const others = (_: unknown, row: number) => row % folds !== fold
      const calibrator = yield* fit(
        {
          calibrator: told.calibrator,
          labels: Array.from(told.labels, Number).filter(others),
          raw: told.raw.filter(others),
          calibrated: told.calibrated.filter(others)
        },
        method
      )
      for (let row = fold; row < all.length; row += folds) {
        all[row] = Calibration.apply(calibrator, told.raw[row]!)
      }
    }
    return all
  })

const leastSlope = 0.5

const hasLostHalf = ({ calibration }: Performance.Summary): boolean =>
  calibration !== null && calibration.slopeInterval.upper < leastSlope

const bandsOn = (
  { bands }: RiskModel.RiskModel,
  labels: Outcomes.Labels,
  probabilities: Float64Array
): Outcomes.Measured<ReadonlyArray<RiskModel.Band>> =>
  Result.all(
    bands.map(({ band, from }) =>
      Result.map(Threshold.alerts(labels, probabilities, from), (found) => ({
        band,
        from,
        // There are rows with the outcome, or nothing was fitted.
        sensitivity: found.sensitivity ?? 0,
        positivePredictiveValue: found.positivePredictiveValue,
        share: found.alerts / labels.length
      }))
    )
  )
