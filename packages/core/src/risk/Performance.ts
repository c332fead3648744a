/**
 * How good the risks of a model were, once the outcomes are known: whether it ranks patients, and
 * whether its probabilities are the shares that came true.
 *
 * The guarantee that bites: rows of one patient are not independent. `bootstrap` therefore draws whole
 * clusters, and an interval of rows that were drawn singly is narrower than it may be.
 *
 * Not a medical device.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { normalLimit, quantile } from "../sensor/internal/driftStatistics.ts"
import * as Bins from "./internal/performanceBins.ts"
import * as Bootstrap from "./internal/performanceBootstrap.ts"
import * as Line from "./internal/performanceLine.ts"
import * as Ranks from "./internal/performanceRanks.ts"
import * as Outcomes from "./Outcomes.ts"

/**
 * Where a figure lies with the stated confidence, both ends included.
 *
 * @since 0.2.0
 */
export const Interval = Schema.Struct({ lower: Schema.Finite, upper: Schema.Finite }).annotate({
  identifier: "PerformanceInterval"
})

/** @since 0.2.0 */
export interface Interval extends Schema.Schema.Type<typeof Interval> {}

/**
 * The line `logit(outcome) = intercept + slope * logit(probability)`, each with the interval that
 * holds it with 95 % confidence. Of a calibrated model, the slope is 1 and the intercept 0; a slope
 * below 1 tells of probabilities that are too extreme.
 *
 * @since 0.2.0
 */
export const CalibrationLine = Schema.Struct({
  slope: Schema.Finite,
  intercept: Schema.Finite,
  slopeInterval: Interval,
  interceptInterval: Interval
}).annotate({ identifier: "CalibrationLine" })

/** @since 0.2.0 */
export interface CalibrationLine extends Schema.Schema.Type<typeof CalibrationLine> {}

/**
 * All figures of a model on one set of rows, of which `events` had the outcome. `aurocInterval` is
 * null where too few rows are on one side, and `calibration` where there is no likeliest line.
 *
 * @since 0.2.0
 */
export const Summary = Schema.Struct({
  rows: Schema.Int,
  events: Schema.Int,
  auroc: Schema.Finite,
  aurocInterval: Schema.NullOr(Interval),
  averagePrecision: Schema.Finite,
  brier: Schema.Finite,
  logLoss: Schema.Finite,
  expectedCalibrationError: Schema.Finite,
  maximumCalibrationError: Schema.Finite,
  calibrationInTheLarge: Schema.Finite,
  calibration: Schema.NullOr(CalibrationLine)
}).annotate({ identifier: "PerformanceSummary" })

/** @since 0.2.0 */
export interface Summary extends Schema.Schema.Type<typeof Summary> {}

/**
 * A figure with the interval that the draws gave.
 *
 * @since 0.2.0
 */
export const Bootstrapped = Schema.Struct({
  ...Interval.fields,
  estimate: Schema.Finite,
  draws: Schema.Int,
  failed: Schema.Int,
  clusters: Schema.Int
}).annotate({ identifier: "PerformanceBootstrapped" })

/** @since 0.2.0 */
export interface Bootstrapped extends Schema.Schema.Type<typeof Bootstrapped> {}

const ranked = { bothClasses: true }
const probable = { probabilities: true }
const both = { probabilities: true, bothClasses: true }

const measure = <A>(
  labels: Outcomes.Labels,
  scores: ArrayLike<number>,
  asked: Parameters<typeof Outcomes.check>[2],
  by: () => A
): Outcomes.Measured<A> => Result.map(Outcomes.check(labels, scores, asked), by)

const refused = (reason: Outcomes.Reason, rows: number): Outcomes.Measured<never> =>
  Result.fail(new Outcomes.Unmeasurable({ problems: [{ reason, rows }] }))

const meanOf = (rows: number, of: (row: number) => number): number => {
  let sum = 0
  for (let row = 0; row < rows; row++) sum += of(row)
  return sum / rows
}

/**
 * The area under the receiver operating characteristic: the chance that a row with the outcome has a
 * higher score than one without.
 *
 * Shape: a label and a score of any unit for each row, in any order; the higher, the more at risk.
 * 0.5 is chance.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * Method: Mann and Whitney 1947 (doi:10.1214/aoms/1177730491), a tie counting as half.
 *
 * @example
 * ```ts
 * import * as Performance from "@bedside/core/Performance"
 * import * as Result from "effect/Result"
 *
 * Result.getOrThrow(Performance.auroc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.9])) // => 0.875
 * Result.isFailure(Performance.auroc([1, 1], [0.1, 0.4])) // => true
 * ```
 * @since 0.2.0
 */
export const auroc = (
  labels: Outcomes.Labels,
  scores: ArrayLike<number>
): Outcomes.Measured<number> =>
  measure(labels, scores, ranked, () => Ranks.concordance(Ranks.separated(labels, scores)))

/**
 * The AUROC with its standard error, and the interval that holds it with the confidence `level`.
 *
 * Shape: as for `auroc`, with two rows of either kind at least, all of them independent: of several
 * rows of one patient, use `bootstrap`. The interval is cut at 0 and 1.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * Method: DeLong, DeLong & Clarke-Pearson 1988 (doi:10.2307/2531595).
 *
 * @example
 * ```ts
 * import * as Performance from "@bedside/core/Performance"
 * import * as Result from "effect/Result"
 *
 * const { estimate, standardError } = Result.getOrThrow(
 *   Performance.delong([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.9])
 * )
 * estimate // => 0.875
 * standardError // => 0.1767766952966369
 * ```
 * @since 0.2.0
 */
export const delong = (
  labels: Outcomes.Labels,
  scores: ArrayLike<number>,
  { level = 0.95 }: { readonly level?: number | undefined } = {}
): Outcomes.Measured<Interval & { readonly estimate: number; readonly standardError: number }> =>
  Result.flatMap(
    measure(labels, scores, ranked, () => Ranks.separated(labels, scores)),
    (sides) => {
      if (Math.min(sides.positives.length, sides.negatives.length) < 2)
        return refused("one-class", 1)
      const estimate = Ranks.concordance(sides)
      const standardError = Ranks.concordanceError(sides)
      const reach = normalLimit(1 - level) * standardError
      const lower = Math.max(0, estimate - reach)
      return Result.succeed({
        estimate,
        standardError,
        lower,
        upper: Math.min(1, estimate + reach)
      })
    }
  )

/**
 * The area under the curve of precision over recall, as average precision. Chance is the share of
 * rows with the outcome.
 *
 * Shape: as for `auroc`.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * Method: the sum over all thresholds of precision times the recall that each adds, equal scores
 * being one threshold; nothing is interpolated (Davis & Goadrich 2006, doi:10.1145/1143844.1143874).
 *
 * @example
 * ```ts
 * import * as Performance from "@bedside/core/Performance"
 * import * as Result from "effect/Result"
 *
 * Result.getOrThrow(Performance.averagePrecision([0, 1, 0, 1], [0.1, 0.3, 0.4, 0.9])) // => 0.8333333333333333
 * ```
 * @since 0.2.0
 */
export const averagePrecision = (
  labels: Outcomes.Labels,
  scores: ArrayLike<number>
): Outcomes.Measured<number> =>
  measure(labels, scores, ranked, () => Ranks.averagePrecision(Ranks.separated(labels, scores)))

/**
 * The mean squared distance of probabilities from outcomes: 0 is perfect.
 *
 * Shape: a label and a probability for each row.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * Method: Brier 1950 (doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2), for two outcomes halved.
 *
 * @example
 * ```ts
 * import * as Performance from "@bedside/core/Performance"
 * import * as Result from "effect/Result"
 *
 * Result.getOrThrow(Performance.brier([false, true], [0.25, 0.5])) // => 0.15625
 * ```
 * @since 0.2.0
 */
export const brier = (
  labels: Outcomes.Labels,
  probabilities: ArrayLike<number>
): Outcomes.Measured<number> =>
  measure(labels, probabilities, probable, () =>
    meanOf(labels.length, (row) => (probabilities[row]! - Number(labels[row])) ** 2)
  )

/**
 * The mean negative logarithm of the probability that was given to what happened.
 *
 * Units: nats. Shape: as for `brier`.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * Method: Good 1952 (doi:10.1111/j.2517-6161.1952.tb00104.x). No probability is taken to lie nearer
 * to 0 or 1 than 2^-52, so that one certain error costs 36 and not Infinity.
 *
 * @example
 * ```ts
 * import * as Performance from "@bedside/core/Performance"
 * import * as Result from "effect/Result"
 *
 * Result.getOrThrow(Performance.logLoss([1, 0], [0.5, 0.5])) // => 0.6931471805599453
 * ```
 * @since 0.2.0
 */
export const logLoss = (
  labels: Outcomes.Labels,
  probabilities: ArrayLike<number>
): Outcomes.Measured<number> =>
  measure(labels, probabilities, probable, () =>
    meanOf(labels.length, (row) => {
      const given = Math.abs(1 - Number(labels[row]) - probabilities[row]!)
      return -Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, given)))
    })
  )

/**
 * How far the observed share lies from the mean probability, on average over rows in bins.
 *
 * Shape: as for `brier`; `bins` (10) by equal `width`, each with its lower edge, the last one with 1,
 * or by `mass`, of as many rows each. Few rows per bin raise it by chance alone.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * Method: Naeini, Cooper & Hauskrecht 2015 (doi:10.1609/aaai.v29i1.9602).
 *
 * @example
 * ```ts
 * import * as Performance from "@bedside/core/Performance"
 * import * as Result from "effect/Result"
 *
 * Result.getOrThrow(Performance.expectedCalibrationError([0, 0, 0, 1], [0.25, 0.25, 0.25, 0.75])) // => 0.25
 * ```
 * @since 0.2.0
 */
export const expectedCalibrationError = (
  labels: Outcomes.Labels,
  probabilities: ArrayLike<number>,
  grouping: Bins.Grouping = {}
): Outcomes.Measured<number> =>
  measure(labels, probabilities, probable, () =>
    Bins.grouped(labels, probabilities, grouping).reduce(
      (sum, group) => sum + (Bins.gap(group) * group.rows) / labels.length,
      0
    )
  )

/**
 * How far the observed share lies from the mean probability in the worst bin.
 *
 * Shape, fails with and method: as for `expectedCalibrationError`.
 *
 * @example
 * ```ts
 * import * as Performance from "@bedside/core/Performance"
 * import * as Result from "effect/Result"
 *
 * Result.getOrThrow(Performance.maximumCalibrationError([0, 1, 1], [0.25, 0.25, 0.75])) // => 0.25
 * ```
 * @since 0.2.0
 */
export const maximumCalibrationError = (
  labels: Outcomes.Labels,
  probabilities: ArrayLike<number>,
  grouping: Bins.Grouping = {}
): Outcomes.Measured<number> =>
  measure(labels, probabilities, probable, () =>
    Math.max(...Bins.grouped(labels, probabilities, grouping).map(Bins.gap))
  )

const around = (center: number, variance: number): Interval => {
  const reach = normalLimit(0.05) * Math.sqrt(variance)
  return { lower: center - reach, upper: center + reach }
}

/**
 * The slope and intercept of calibration, fitted together.
 *
 * Shape: as for `brier`, with both outcomes. The intervals are those of independent rows: of several
 * rows of one patient, use `bootstrap`.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * Method: logistic regression of the outcome on the logit of the probability (Cox 1958,
 * doi:10.1093/biomet/45.3-4.562), by Newton's method; Wald intervals. A probability of 0 or 1, which
 * has no logit, is taken to lie 1e-12 inside.
 *
 * @example
 * ```ts
 * import * as Performance from "@bedside/core/Performance"
 * import * as Result from "effect/Result"
 *
 * const line = Result.getOrThrow(
 *   Performance.calibrationLine([1, 0, 0, 0, 1, 1, 1, 0], [0.2, 0.2, 0.2, 0.2, 0.8, 0.8, 0.8, 0.8])
 * )
 * line.slope // => ≈ 0.7925
 * Math.abs(line.intercept) < 1e-9 // => true
 * ```
 * @since 0.2.0
 */
export const calibrationLine = (
  labels: Outcomes.Labels,
  probabilities: ArrayLike<number>
): Outcomes.Measured<CalibrationLine> =>
  Result.flatMap(
    measure(labels, probabilities, both, () => Line.line(labels, Line.logits(probabilities))),
    (line) =>
      typeof line === "string"
        ? refused(line, labels.length)
        : Result.succeed({
            slope: line.slope,
            intercept: line.intercept,
            slopeInterval: around(line.slope, line.slopeVariance),
            interceptInterval: around(line.intercept, line.interceptVariance)
          })
  )

/**
 * What has to be added to every logit for the mean probability to be the observed share; 0 of a model
 * that is right on the whole.
 *
 * Shape: as for `brier`, with both outcomes.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * Method: the intercept of a logistic regression with the logit as offset (Steyerberg 2019,
 * doi:10.1007/978-3-030-16399-0); a probability of 0 or 1 as in `calibrationLine`.
 *
 * @example
 * ```ts
 * import * as Performance from "@bedside/core/Performance"
 * import * as Result from "effect/Result"
 *
 * const added = Result.getOrThrow(Performance.calibrationInTheLarge([1, 0, 0, 0], [0.5, 0.5, 0.5, 0.5]))
 * added // => ≈ -1.0986
 * ```
 * @since 0.2.0
 */
export const calibrationInTheLarge = (
  labels: Outcomes.Labels,
  probabilities: ArrayLike<number>
): Outcomes.Measured<number> =>
  measure(labels, probabilities, both, () => Line.offset(labels, Line.logits(probabilities)))

/**
 * Where a figure lies, by drawing the patients again and again: the quantiles of the figures.
 *
 * Shape: `figure` is any function of labels and scores that does not depend on the order of rows. Rows
 * with the same of `clusters` are drawn together; without it, every row is drawn alone. `random` gives
 * numbers from 0 to below 1: the same numbers, the same interval. `draws` is 1,000, `level` 0.95.
 * `failed` draws had no figure (one outcome only) and are left out.
 *
 * Fails with: `Outcomes.Unmeasurable`, for the rows, or where no draw has a figure.
 *
 * Method: the percentile interval of Efron 1979 (doi:10.1214/aos/1176344552) of clusters that are
 * drawn whole (Field & Welsh 2007, doi:10.1111/j.1467-9868.2007.00593.x).
 *
 * @example
 * ```ts
 * import * as Performance from "@bedside/core/Performance"
 * import * as Result from "effect/Result"
 *
 * let state = 1
 * const random = () => (state = (state * 16807) % 2147483647) / 2147483647
 * const labels = [0, 1, 0, 1, 0, 1]
 * const scores = [0.1, 0.4, 0.4, 0.9, 0.2, 0.3]
 * const clusters = ["a", "a", "b", "b", "c", "c"]
 * const { estimate, lower } = Result.getOrThrow(
 *   Performance.bootstrap(labels, scores, Performance.auroc, { clusters, random, draws: 200 })
 * )
 * lower <= estimate // => true
 * ```
 * @since 0.2.0
 */
export const bootstrap = (
  labels: Outcomes.Labels,
  scores: ArrayLike<number>,
  figure: (labels: Uint8Array, scores: Float64Array) => Outcomes.Measured<number>,
  options: {
    readonly random: () => number
    readonly clusters?: ArrayLike<string | number> | undefined
    readonly draws?: number | undefined
    readonly level?: number | undefined
  }
): Outcomes.Measured<Bootstrapped> => {
  const { random, clusters, draws = 1000, level = 0.95 } = options
  if (clusters !== undefined && clusters.length !== labels.length) {
    return refused("lengths", Math.abs(clusters.length - labels.length))
  }
  return Result.gen(function* () {
    yield* Outcomes.check(labels, scores)
    const rows = Bootstrap.clustered(labels, scores, clusters)
    const estimate = yield* figure(rows.labels, rows.scores)
    if (rows.clusters < 2) return yield* refused("one-cluster", labels.length)
    const figures = Bootstrap.figures(rows, draws, random, figure)
    if (figures.length === 0) return yield* refused("one-class", labels.length)
    const tail = (1 - level) / 2
    const lower = quantile(figures, tail)
    const upper = quantile(figures, 1 - tail)
    return {
      estimate,
      lower,
      upper,
      draws,
      failed: draws - figures.length,
      clusters: rows.clusters
    }
  })
}

/**
 * Every figure at once, with what could not be told as null.
 *
 * Shape: as for `brier`, with both outcomes; ten bins of equal width.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * @example
 * ```ts
 * import * as Performance from "@bedside/core/Performance"
 * import * as Result from "effect/Result"
 *
 * const all = Result.getOrThrow(Performance.summary([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.9]))
 * all.events // => 2
 * all.auroc // => 0.875
 * all.calibration // => null
 * ```
 * @since 0.2.0
 */
export const summary = (
  labels: Outcomes.Labels,
  probabilities: ArrayLike<number>
): Outcomes.Measured<Summary> =>
  Result.gen(function* () {
    yield* Outcomes.check(labels, probabilities, both)
    const ranks = delong(labels, probabilities)
    const line = calibrationLine(labels, probabilities)
    return {
      rows: labels.length,
      events: Math.round(meanOf(labels.length, (row) => Number(labels[row])) * labels.length),
      auroc: yield* auroc(labels, probabilities),
      aurocInterval: Result.isSuccess(ranks) ? ends(ranks.success) : null,
      averagePrecision: yield* averagePrecision(labels, probabilities),
      brier: yield* brier(labels, probabilities),
      logLoss: yield* logLoss(labels, probabilities),
      expectedCalibrationError: yield* expectedCalibrationError(labels, probabilities),
      maximumCalibrationError: yield* maximumCalibrationError(labels, probabilities),
      calibrationInTheLarge: yield* calibrationInTheLarge(labels, probabilities),
      calibration: Result.getOrElse(line, () => null)
    }
  })

const ends = ({ lower, upper }: Interval): Interval => ({ lower, upper })
