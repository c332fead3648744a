/**
 * Trains a logistic regression with a squared penalty on patients whose outcome is known, and judges it
 * by patients that it was not fitted to.
 *
 * The guarantee that bites: every figure is of probabilities that other patients' rows gave, for the
 * penalty, for the calibrator and for the metrics alike. The folds are made from a seed, so the same
 * rows give the same model.
 *
 * Not a medical device.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Calibration from "./Calibration.ts"
import * as Folds from "./Folds.ts"
import * as Figures from "./internal/figures.ts"
import * as Logistic from "./Logistic.ts"
import type * as Outcomes from "./Outcomes.ts"
import * as Performance from "./Performance.ts"
import * as Recalibration from "./Recalibration.ts"
import type * as RiskModel from "./RiskModel.ts"
import * as Threshold from "./Threshold.ts"

/**
 * What is trained on: a label and a row of features for each row, NaN where one is missing, and which
 * patient it is of, by a number.
 *
 * @since 0.2.0
 */
export interface Rows {
  readonly labels: Float64Array
  readonly patients: ArrayLike<number>
  readonly features: Logistic.Matrix
}

/**
 * How features become columns, by their places: which are squared as well, which have an indicator of
 * being missing, and the share of values at either end that is drawn in to the bound.
 *
 * @since 0.2.0
 */
export interface Recipe {
  readonly squares: ReadonlyArray<number>
  readonly indicators: ReadonlyArray<number>
  readonly tails: number
}

/**
 * A fit that did not come to rest.
 *
 * @since 0.2.0
 */
export class NotConverged extends Schema.TaggedError<NotConverged>()("NotConverged", {
  penalty: Schema.Finite,
  steps: Schema.Int
}) {}

/**
 * A model that may rank patients no better than chance does: the interval of its AUROC reaches 0.5.
 *
 * @since 0.2.0
 */
export class NotBetterThanChance extends Schema.TaggedError<NotBetterThanChance>()(
  "NotBetterThanChance",
  { auroc: Schema.Finite }
) {}

/** Some of the rows, in their order. */
const select = (
  { labels, patients, features: { columns, values } }: Rows,
  keep: (row: number) => boolean
): Rows => {
  const kept = Array.from(labels, (_, row) => row).filter(keep)
  const selected = new Float64Array(kept.length * columns)
  kept.forEach((row, at) => {
    selected.set(values.subarray(row * columns, (row + 1) * columns), at * columns)
  })
  return {
    labels: Float64Array.from(kept, (row) => labels[row] ?? NaN),
    patients: kept.map((row) => patients[row] ?? NaN),
    features: { rows: kept.length, columns, values: selected }
  }
}

/**
 * Fits a model to all of the rows.
 *
 * Shape: rows as `Logistic.train` takes them.
 *
 * Fails with: `Logistic.LogisticError`; `NotConverged`.
 *
 * @example
 * ```ts
 * import * as Training from "@bedside/core/Training"
 * import * as Result from "effect/Result"
 *
 * const features = { rows: 4, columns: 1, values: Float64Array.of(60, 80, 70, 100) }
 * const rows = { labels: Float64Array.of(0, 0, 1, 1), patients: [1, 2, 3, 4], features }
 * const model = Result.getOrThrow(Training.fit(rows, { squares: [0], indicators: [], tails: 0.01 }, 1))
 * model.coefficients.length // => 2
 * ```
 * @since 0.2.0
 */
export const fit = (
  { features, labels }: Rows,
  { squares, indicators, tails }: Recipe,
  penalty: number
): Result.Result<Logistic.Model, Logistic.LogisticError | NotConverged> =>
  Result.flatMap(
    Logistic.train(features, labels, { penalty, tails, squares, indicators }),
    ({ model, fit: { converged, steps } }) =>
      converged ? Result.succeed(model) : Result.fail(new NotConverged({ penalty, steps }))
  )

/** What is told of the rows of one fold by a model that was fitted to the others. */
const held = (
  rows: Rows,
  fold: Int32Array,
  each: number,
  recipe: Recipe,
  penalty: number
): Result.Result<Float64Array, Logistic.LogisticError | NotConverged> => {
  const others = select(rows, (row) => fold[row] !== each)
  const own = select(rows, (row) => fold[row] === each)
  return Result.flatMap(fit(others, recipe, penalty), (model) =>
    Logistic.scorer(model).probabilities(own.features)
  )
}

/** Puts what was told of the rows of a fold into their places. */
const place = (all: Float64Array, fold: Int32Array, each: number, told: Float64Array): void => {
  let next = 0
  for (let row = 0; row < all.length; row++) if (fold[row] === each) all[row] = told[next++]!
}

/**
 * What is told of the rows of each fold by a model that was fitted to the others.
 *
 * Shape: a probability for each row, in its place.
 *
 * Fails with: as `fit`.
 *
 * @example
 * ```ts
 * import * as Training from "@bedside/core/Training"
 * import * as Result from "effect/Result"
 *
 * const features = { rows: 4, columns: 1, values: Float64Array.of(60, 80, 70, 100) }
 * const rows = { labels: Float64Array.of(0, 1, 0, 1), patients: [1, 2, 3, 4], features }
 * const recipe = { squares: [], indicators: [], tails: 0.01 }
 * const told = Result.getOrThrow(Training.acrossFolds(rows, Int32Array.of(0, 0, 1, 1), recipe, 1))
 * Number(told[3]) > Number(told[2]) // => true
 * ```
 * @since 0.2.0
 */
export const acrossFolds = (
  rows: Rows,
  fold: Int32Array,
  recipe: Recipe,
  penalty: number
): Result.Result<Float64Array, Logistic.LogisticError | NotConverged> =>
  Result.gen(function* () {
    const all = new Float64Array(rows.labels.length)
    for (const each of new Set(fold)) {
      place(all, fold, each, yield* held(rows, fold, each, recipe, penalty))
    }
    return all
  })

/**
 * Each probability calibrated by Platt's line through the rows of the other folds.
 *
 * Shape: a label, a probability and a fold for each row.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * @example
 * ```ts
 * import * as Training from "@bedside/core/Training"
 * import * as Result from "effect/Result"
 *
 * const labels = Float64Array.of(0, 1, 0, 1)
 * const told = Float64Array.of(0.2, 0.3, 0.2, 0.3)
 * const calibrated = Result.getOrThrow(Training.crossFitted(labels, told, Int32Array.of(0, 0, 1, 1)))
 * Number(calibrated[1]) > 0.5 // => true
 * ```
 * @since 0.2.0
 */
export const crossFitted = (
  labels: Float64Array,
  probabilities: Float64Array,
  fold: Int32Array
): Outcomes.Measured<Float64Array> =>
  Result.gen(function* () {
    const all = new Float64Array(labels.length)
    for (const each of new Set(fold)) {
      const others = (_: number, row: number) => fold[row] !== each
      const line = yield* Calibration.platt(labels.filter(others), probabilities.filter(others))
      const own = probabilities.filter((_, row) => fold[row] === each)
      place(
        all,
        fold,
        each,
        own.map((value) => Calibration.apply(line, value))
      )
    }
    return all
  })

// The share of rows that reach each band, before its threshold is rounded.
const shares = { medium: 0.3, high: 0.1 }

/**
 * The bands of a new model: "high" for a tenth of the rows, "medium" or "high" for three tenths.
 *
 * Shape: a label and a calibrated probability for each row; thresholds with three decimals, and what
 * they do on these rows.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * @example
 * ```ts
 * import * as Training from "@bedside/core/Training"
 * import * as Result from "effect/Result"
 *
 * const bands = Training.bands([0, 0, 0, 1], Float64Array.of(0.1, 0.2, 0.3, 0.8))
 * Result.getOrThrow(bands).map(({ band, from }) => `${band} ${from}`) // => ["low 0", "medium 0.3", "high 0.8"]
 * ```
 * @since 0.2.0
 */
export const bands = (
  labels: Outcomes.Labels,
  probabilities: Float64Array
): Outcomes.Measured<ReadonlyArray<RiskModel.Band>> => {
  const descending = probabilities.toSorted((a, b) => b - a)
  const from = (share: number) =>
    Number((descending[Math.floor(share * descending.length)] ?? 1).toFixed(3))
  const edges = { low: 0, medium: from(shares.medium), high: from(shares.high) }
  return Result.all(
    Object.entries(edges).map(([band, edge]) =>
      Result.map(Threshold.alerts(labels, probabilities, edge), (found) => ({
        band,
        from: edge,
        sensitivity: found.sensitivity ?? 0,
        positivePredictiveValue: found.positivePredictiveValue,
        share: found.alerts / labels.length
      }))
    )
  )
}

/**
 * How another training of a model prepares its features: as the model itself was prepared. Trees have
 * neither squares nor indicators.
 *
 * Shape: a model in.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Hypotension from "@bedside/core/Hypotension"
 * import * as Training from "@bedside/core/Training"
 *
 * Training.recipeOf(Hypotension.model).squares.length // => 6
 * ```
 * @since 0.2.0
 */
export const recipeOf = ({ predictor }: RiskModel.RiskModel): Recipe => ({
  squares: predictor.kind === "logistic" ? predictor.model.preprocessing.squares : [],
  indicators: predictor.kind === "logistic" ? predictor.model.preprocessing.indicators : [],
  tails: 0.01
})

const leastOutcomes = 100
const perCoefficient = 5

/**
 * How many patients with the outcome, and as many without, another training takes: five for each
 * coefficient, and a hundred at least.
 *
 * Shape: the model that is to be trained anew.
 *
 * Fails with: nothing.
 *
 * Method: ten for each coefficient (Peduzzi et al. 1996, doi:10.1016/S0895-4356(96)00236-3) are more
 * than it takes: with five to nine, Vittinghoff & McCulloch 2007 (doi:10.1093/aje/kwk052) found the
 * troubles to be rare, and the penalty shrinks what is left of them. A hundred are what it takes to
 * judge a model (Collins et al. 2016, doi:10.1002/sim.6787).
 *
 * @example
 * ```ts
 * import * as Hypotension from "@bedside/core/Hypotension"
 * import * as Training from "@bedside/core/Training"
 *
 * Training.needed(Hypotension.model) // => 250
 * ```
 * @since 0.2.0
 */
export const needed = (model: RiskModel.RiskModel): number => {
  const { squares, indicators } = recipeOf(model)
  const coefficients = model.definition.features.length + squares.length + indicators.length
  return Math.max(leastOutcomes, perCoefficient * coefficients)
}

/**
 * The seed of the folds, how many there are, and the penalties that are tried.
 *
 * @since 0.2.0
 */
export const settings = { seed: 2012, folds: 5, penalties: [3, 10, 30, 100, 300] } as const

/**
 * Why rows cannot be trained on.
 *
 * @since 0.2.0
 */
export type Refusal =
  | Recalibration.TooFewOutcomes
  | NotBetterThanChance
  | NotConverged
  | Logistic.LogisticError
  | Outcomes.Unmeasurable

/**
 * How the next version is called, and of whom the rows are, for its card.
 *
 * @since 0.2.0
 */
export interface About {
  readonly version: string
  readonly name: string
}

/**
 * The next version of a model, trained anew, one fit at a time: it yields after each, so that whoever
 * runs it can let others have their turn.
 *
 * Shape: rows with the features of the model, in the order of its definition.
 *
 * Fails with: `Recalibration.TooFewOutcomes`; `NotBetterThanChance`; `NotConverged`;
 * `Logistic.LogisticError`; `Outcomes.Unmeasurable`.
 *
 * Method: the penalty with the least log-loss over five folds by patient, then a fit to all rows;
 * Platt's line through what the folds were told by the others; bands and metrics of probabilities that
 * are calibrated fold by fold. Without a `reference`: it is to be compared with its own first patients.
 *
 * @example
 * ```ts
 * import * as Hypotension from "@bedside/core/Hypotension"
 * import * as Training from "@bedside/core/Training"
 * import * as Result from "effect/Result"
 *
 * const columns = Hypotension.model.definition.features.length
 * const features = { rows: 1, columns, values: new Float64Array(columns) }
 * const rows = { labels: Float64Array.of(1), patients: [1], features }
 * const steps = Training.steps(Hypotension.model, rows, { version: "1.1.0", name: "ward 5" })
 * const { value } = steps.next()
 * Result.getOrThrow(Result.flip(value!))._tag // => "TooFewOutcomes"
 * ```
 * @since 0.2.0
 */
export function* steps(
  base: RiskModel.RiskModel,
  rows: Rows,
  about: About
): Generator<void, Result.Result<RiskModel.RiskModel, Refusal>> {
  const recipe = recipeOf(base)
  const withOutcome = rows.labels.reduce((sum, label) => sum + label, 0)
  const without = rows.labels.length - withOutcome
  const least = needed(base)
  if (Math.min(withOutcome, without) < least) {
    return Result.fail(new Recalibration.TooFewOutcomes({ needed: least, withOutcome, without }))
  }
  const fold = Folds.of(rows.patients, settings.folds, Folds.generator(settings.seed))
  let best: Tuned | undefined
  for (const penalty of settings.penalties) {
    const told = new Float64Array(rows.labels.length)
    for (let each = 0; each < settings.folds; each++) {
      const own = held(rows, fold, each, recipe, penalty)
      if (Result.isFailure(own)) return Result.fail(own.failure)
      place(told, fold, each, own.success)
      yield
    }
    const loss = Performance.logLoss(rows.labels, told)
    if (Result.isFailure(loss)) return Result.fail(loss.failure)
    if (best === undefined || loss.success < best.loss) best = { penalty, told, loss: loss.success }
  }
  if (best === undefined) throw new Error("there is no penalty to try")
  const model = fit(rows, recipe, best.penalty)
  if (Result.isFailure(model)) return Result.fail(model.failure)
  yield
  return assemble(base, rows, fold, best, model.success, about)
}

interface Tuned {
  readonly penalty: number
  /** What the rows were told by the others. */
  readonly told: Float64Array
  readonly loss: number
}

const assemble = (
  base: RiskModel.RiskModel,
  { labels, patients }: Rows,
  fold: Int32Array,
  { penalty, told }: Tuned,
  model: Logistic.Model,
  { version, name }: About
): Result.Result<RiskModel.RiskModel, Refusal> =>
  Result.gen(function* () {
    const { auroc, aurocInterval } = yield* Performance.summary(labels, told)
    const calibrator = yield* Calibration.platt(labels, told)
    if ((aurocInterval?.lower ?? auroc) <= 0.5 || calibrator.slope <= 0) {
      return yield* Result.fail(new NotBetterThanChance({ auroc }))
    }
    const calibrated = yield* crossFitted(labels, told, fold)
    // What the model before met is not what this one was made of.
    const { reference: _, ...kept } = base
    const data: RiskModel.DataSet = {
      name,
      rows: labels.length,
      patients: new Set(Array.from(patients)).size,
      events: labels.reduce((sum, label) => sum + label, 0),
      files: []
    }
    return {
      ...kept,
      version,
      citation: `${base.citation}; fitted anew to ${name}`,
      licence: "made here of the records of patients; whoever holds these decides",
      predictor: { kind: "logistic", model },
      calibrator,
      bands: yield* bands(labels, calibrated),
      training: {
        method:
          "L2-regularised logistic regression on bounded, filled-in, standardised features and some of " +
          `their squares; penalty by ${settings.folds}-fold cross-validation by patient; Platt scaling ` +
          "of what each fold was told by the others; figures calibrated across folds",
        split: "by patient, across folds",
        seed: settings.seed,
        penalty,
        train: data,
        tune: data
      },
      metrics: yield* Figures.of(labels, calibrated)
    }
  })

/**
 * The next version of a model, trained anew, in one go.
 *
 * Shape: as for `steps`.
 *
 * Fails with: as `steps`.
 *
 * @example
 * ```ts
 * import * as Hypotension from "@bedside/core/Hypotension"
 * import * as Training from "@bedside/core/Training"
 * import * as Result from "effect/Result"
 *
 * const columns = Hypotension.model.definition.features.length
 * const features = { rows: 1, columns, values: new Float64Array(columns) }
 * const rows = { labels: Float64Array.of(1), patients: [1], features }
 * Result.isFailure(Training.train(Hypotension.model, rows, { version: "1.1.0", name: "ward 5" })) // => true
 * ```
 * @since 0.2.0
 */
export const train = (
  base: RiskModel.RiskModel,
  rows: Rows,
  about: About
): Result.Result<RiskModel.RiskModel, Refusal> => {
  const each = steps(base, rows, about)
  while (true) {
    const { done, value } = each.next()
    if (done === true) return value
  }
}
