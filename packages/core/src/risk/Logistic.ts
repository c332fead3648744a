/**
 * Logistic regression with a squared penalty (L2), from features that may be missing to probabilities.
 *
 * The guarantee that bites: how features were filled in, bounded and standardised is part of the model
 * and is learned from the rows of the fit alone. A row is scored with those numbers, whatever the other
 * rows beside it are.
 *
 * Not a medical device.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Columns from "./internal/logisticColumns.ts"
import * as Kernels from "./internal/logisticKernels.ts"
import * as Solver from "./internal/logisticSolver.ts"

/**
 * Rows of `columns` values each, one row after another; NaN where a value is missing.
 *
 * @since 0.2.0
 */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly values: Float64Array
}

/**
 * Why rows cannot be fitted or scored:
 *
 * - `empty`: there is no row or no column
 * - `lengths`: not one label for each row, not `columns` values in each, or not the columns of the model
 * - `label`: a label is neither 0 nor 1
 * - `one-class`: all labels are the same
 * - `not-finite`: a value is infinite, or NaN where none may be missing
 * - `penalty`: the penalty is not a number from 0 up
 * - `collinear`: columns say the same, and there is no penalty to choose between them
 *
 * @since 0.2.0
 */
export const Reason = Schema.Literals([
  "empty",
  "lengths",
  "label",
  "one-class",
  "not-finite",
  "penalty",
  "collinear"
])

/** @since 0.2.0 */
export type Reason = typeof Reason.Type

/**
 * Rows that cannot be fitted or scored, for every reason found.
 *
 * @since 0.2.0
 */
export class LogisticError extends Schema.TaggedError<LogisticError>()("LogisticError", {
  reasons: Schema.Array(Reason)
}) {}

const refuse = (...reasons: ReadonlyArray<Reason>) => Result.fail(new LogisticError({ reasons }))

const Place = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Numbers = Schema.Array(Schema.Finite)

/**
 * How features become columns, one after another: each feature, filled in with its median and put
 * within its `bounds`; for each of `indicators` (places of features) a column that is 1 where the
 * feature is missing; for each of `squares` the squared distance from its median. `means` and `scales`
 * standardise all of them.
 *
 * @since 0.2.0
 */
export const Preprocessing = Schema.Struct({
  medians: Numbers,
  bounds: Schema.NullOr(Schema.Struct({ lower: Numbers, upper: Numbers })),
  indicators: Schema.Array(Place),
  squares: Schema.Array(Place),
  means: Numbers,
  scales: Schema.Array(Schema.Finite.check(Schema.isGreaterThan(0)))
}).annotate({ identifier: "LogisticPreprocessing" })

/** @since 0.2.0 */
export interface Preprocessing extends Schema.Schema.Type<typeof Preprocessing> {}

/** Whether all parts speak of the same features and columns. */
const fits = (model: {
  readonly preprocessing: Preprocessing
  readonly coefficients: ReadonlyArray<number>
}): boolean => {
  const { medians, bounds, indicators, squares, means, scales } = model.preprocessing
  const columns = medians.length + indicators.length + squares.length
  return (
    [means, scales, model.coefficients].every(({ length }) => length === columns) &&
    [bounds?.lower ?? medians, bounds?.upper ?? medians].every(
      ({ length }) => length === medians.length
    ) &&
    [...indicators, ...squares].every((feature) => feature < medians.length)
  )
}

/**
 * A model as data: the preprocessing, and one coefficient for each standardised column.
 *
 * @since 0.2.0
 */
export const Model = Schema.Struct({
  preprocessing: Preprocessing,
  intercept: Schema.Finite,
  coefficients: Numbers
})
  .check(Schema.makeFilter(fits, { expected: "one number for each feature or column" }))
  .annotate({ identifier: "LogisticModel" })

/** @since 0.2.0 */
export interface Model extends Schema.Schema.Type<typeof Model> {}

/**
 * What a fit came to. `decrement` bounds how far the objective still is from its least value (its
 * square over two, near the end); `converged` where it is within the tolerance. `curvatures` of the
 * `steps` had their own second derivatives.
 *
 * @since 0.2.0
 */
export interface Fit {
  readonly intercept: number
  readonly coefficients: Float64Array
  readonly steps: number
  readonly curvatures: number
  readonly decrement: number
  readonly converged: boolean
}

/**
 * How to fit: `penalty` (1) multiplies half the sum of squared coefficients, the intercept not among
 * them. `tolerance` (1e-10) and `maximumSteps` (100) say when to stop.
 *
 * @since 0.2.0
 */
export interface FitOptions {
  readonly penalty?: number | undefined
  readonly tolerance?: number | undefined
  readonly maximumSteps?: number | undefined
}

/**
 * How to prepare: `indicators` for the features at these places, or (true, the default) for all that are
 * missing somewhere; `squares` (none) of the features at these places; and `tails` (none), the share of
 * values at either end that is drawn in to the bound.
 *
 * @since 0.2.0
 */
export interface PrepareOptions {
  readonly indicators?: ReadonlyArray<number> | boolean | undefined
  readonly squares?: ReadonlyArray<number> | undefined
  readonly tails?: number | undefined
}

const shapeProblems = ({ rows, columns, values }: Matrix): ReadonlyArray<Reason> => [
  ...(rows > 0 && columns > 0 ? [] : (["empty"] as const)),
  ...(values.length === rows * columns ? [] : (["lengths"] as const))
]

const labelProblems = (labels: ArrayLike<number>, rows: number): ReadonlyArray<Reason> => {
  let [positive, other] = [0, 0]
  for (let row = 0; row < labels.length; row++) {
    if (labels[row] === 1) positive++
    else if (labels[row] !== 0) other++
  }
  return [
    ...(labels.length === rows ? [] : (["lengths"] as const)),
    ...(other === 0 ? [] : (["label"] as const)),
    ...(other === 0 && positive % labels.length === 0 ? (["one-class"] as const) : [])
  ]
}

const infinite = (
  values: Float64Array,
  allowed: (value: number) => boolean
): ReadonlyArray<Reason> => {
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!
    if (!Number.isFinite(value) && !allowed(value)) return ["not-finite"]
  }
  return []
}

/**
 * Fits coefficients to columns as they are.
 *
 * Shape: no value is missing, one label (0 or 1) for each row. Columns should be of like scale, since
 * the penalty treats them alike.
 *
 * Fails with: `LogisticError`, for every reason at once. A fit that did not come to rest is no failure:
 * `converged` says so.
 *
 * Method: the least of `sum of log-loss + penalty / 2 * sum of squared coefficients` (le Cessie & van
 * Houwelingen 1992, doi:10.2307/2347628), by Newton's method from the log-odds of all labels. Second
 * derivatives are kept from step to step and corrected by the gradients (limited-memory BFGS, Nocedal
 * 1980, doi:10.1090/S0025-5718-1980-0572855-7), which changes the way and not the goal. `penalty` is
 * 1 / C of scikit-learn.
 *
 * @example
 * ```ts
 * import * as Logistic from "@bedside/core/Logistic"
 * import * as Result from "effect/Result"
 *
 * const matrix = { rows: 4, columns: 1, values: Float64Array.of(-1, 1, -1, 1) }
 * const fit = Result.getOrThrow(Logistic.fit(matrix, [0, 1, 1, 1]))
 * fit.converged // => true
 * fit.coefficients[0]?.toFixed(6) // => "0.583377"
 * Result.isFailure(Logistic.fit(matrix, [1, 1, 1, 1])) // => true
 * ```
 * @since 0.2.0
 */
export const fit = (
  matrix: Matrix,
  labels: ArrayLike<number>,
  { penalty = 1, tolerance = 1e-10, maximumSteps = 100 }: FitOptions = {}
): Result.Result<Fit, LogisticError> => {
  const reasons = new Set<Reason>([
    ...shapeProblems(matrix),
    ...labelProblems(labels, matrix.rows),
    ...infinite(matrix.values, () => false),
    ...(penalty >= 0 && Number.isFinite(penalty) ? [] : (["penalty"] as const))
  ])
  if (reasons.size > 0) return refuse(...reasons)
  const start = new Float64Array(matrix.columns + 1)
  start[matrix.columns] = logOdds(labels)
  const solution = Solver.solve(matrix, labels, start, { penalty, tolerance, maximumSteps })
  if (solution === undefined) return refuse("collinear")
  const { coefficients, ...rest } = solution
  return Result.succeed({
    intercept: coefficients[matrix.columns]!,
    coefficients: coefficients.slice(0, matrix.columns),
    ...rest
  })
}

const logOdds = (labels: ArrayLike<number>): number => {
  let positive = 0
  for (let row = 0; row < labels.length; row++) positive += labels[row]!
  return Math.log(positive / (labels.length - positive))
}

/**
 * Learns how features become columns.
 *
 * Shape: features in rows, NaN where one is missing. A feature that is missing everywhere counts as 0,
 * and a column that is constant is only moved to 0.
 *
 * Fails with: `LogisticError`: `empty`, `lengths`, `not-finite` for an infinite value.
 *
 * Method: medians, and bounds at quantiles, interpolate linearly between ranks; the spread is that of
 * the population (n), as scikit-learn has them.
 *
 * @example
 * ```ts
 * import * as Logistic from "@bedside/core/Logistic"
 * import * as Result from "effect/Result"
 *
 * const features = { rows: 3, columns: 1, values: Float64Array.of(60, NaN, 80) }
 * const preprocessing = Result.getOrThrow(Logistic.prepare(features))
 * preprocessing.medians // => [70]
 * preprocessing.indicators // => [0]
 * ```
 * @since 0.2.0
 */
export const prepare = (
  features: Matrix,
  { indicators = true, squares = [], tails }: PrepareOptions = {}
): Result.Result<Preprocessing, LogisticError> => {
  const reasons = [...shapeProblems(features), ...infinite(features.values, Number.isNaN)]
  return reasons.length > 0
    ? refuse(...reasons)
    : Result.succeed(Columns.learn(features, { indicators, squares, tails }))
}

/**
 * The standardised columns of features.
 *
 * Shape: the features that were prepared, in their order.
 *
 * Fails with: `LogisticError`: `lengths`, for another number of features.
 *
 * @example
 * ```ts
 * import * as Logistic from "@bedside/core/Logistic"
 * import * as Result from "effect/Result"
 *
 * const features = { rows: 2, columns: 1, values: Float64Array.of(60, 80) }
 * const preprocessing = Result.getOrThrow(Logistic.prepare(features))
 * Array.from(Result.getOrThrow(Logistic.design(preprocessing, features)).values) // => [-1, 1]
 * ```
 * @since 0.2.0
 */
export const design = (
  preprocessing: Preprocessing,
  features: Matrix
): Result.Result<Matrix, LogisticError> =>
  features.columns === preprocessing.medians.length &&
  features.values.length === features.rows * features.columns
    ? Result.succeed(Columns.design(preprocessing, features))
    : refuse("lengths")

/**
 * Prepares features and fits them.
 *
 * Shape: features in rows, NaN where one is missing, one label (0 or 1) for each row.
 *
 * Fails with: `LogisticError`, as `prepare` and `fit` do.
 *
 * @example
 * ```ts
 * import * as Logistic from "@bedside/core/Logistic"
 * import * as Result from "effect/Result"
 *
 * const features = { rows: 4, columns: 1, values: Float64Array.of(60, 80, NaN, 100) }
 * const { model, fit } = Result.getOrThrow(Logistic.train(features, [0, 0, 1, 1]))
 * model.coefficients.length // => 2
 * fit.converged // => true
 * ```
 * @since 0.2.0
 */
export const train = (
  features: Matrix,
  labels: ArrayLike<number>,
  options: FitOptions & PrepareOptions = {}
): Result.Result<{ readonly model: Model; readonly fit: Fit }, LogisticError> =>
  Result.flatMap(prepare(features, options), (preprocessing) =>
    Result.map(fit(Columns.design(preprocessing, features), labels, options), (fitted) => ({
      model: {
        preprocessing,
        intercept: fitted.intercept,
        coefficients: [...fitted.coefficients]
      },
      fit: fitted
    }))
  )

/**
 * A model made ready to score. `baseline` is the logit of a row that has the median of every feature;
 * `terms` are what the features of one row add to it; `logits` of many rows are `baseline` and terms,
 * summed up.
 *
 * @since 0.2.0
 */
export interface Scorer {
  readonly features: number
  readonly baseline: number
  readonly logits: (features: Matrix) => Result.Result<Float64Array, LogisticError>
  readonly probabilities: (features: Matrix) => Result.Result<Float64Array, LogisticError>
  readonly terms: (row: ArrayLike<number>) => Float64Array
}

/**
 * Makes a model ready to score.
 *
 * Shape: the features of the model, in their order, NaN where one is missing.
 *
 * Fails with: scoring fails with `LogisticError`: `lengths`, for another number of features. An infinite
 * feature is drawn in to its bound, or where there is none gives what arithmetic makes of it.
 *
 * Method: filling in, bounds and standardising are folded into one line (and a parabola, for a squared
 * feature) around the median of each feature, once for all rows.
 *
 * @example
 * ```ts
 * import * as Logistic from "@bedside/core/Logistic"
 * import * as Result from "effect/Result"
 *
 * const scorer = Logistic.scorer({
 *   preprocessing: { medians: [70], bounds: null, indicators: [], squares: [], means: [70], scales: [10] },
 *   intercept: 0,
 *   coefficients: [2]
 * })
 * const patients = { rows: 2, columns: 1, values: Float64Array.of(NaN, 80) }
 * Array.from(Result.getOrThrow(scorer.logits(patients))) // => [0, 2]
 * Array.from(scorer.terms([75])) // => [1]
 * ```
 * @since 0.2.0
 */
export const scorer = ({ preprocessing, intercept, coefficients }: Model): Scorer => {
  const folded = Columns.fold(preprocessing, intercept, coefficients)
  const features = folded.medians.length
  const logits: Scorer["logits"] = (matrix) =>
    matrix.columns === features && matrix.values.length === matrix.rows * features
      ? Result.succeed(Columns.logits(folded, matrix))
      : refuse("lengths")
  return {
    features,
    baseline: folded.baseline,
    logits,
    probabilities: (matrix) => Result.map(logits(matrix), (sums) => sums.map(Kernels.probability)),
    terms: (row) => Columns.terms(folded, row)
  }
}
