/**
 * A trained model as data, with everything that is needed to use it and to doubt it: its features and
 * how they are computed, its numbers, its calibrator, its thresholds, what it was trained on and how
 * well it did.
 *
 * The guarantee that bites: a patient whom the model was not made for, or who has too few readings for
 * it, gets no number. A feature that is missing beyond that is filled in as in training, and listed.
 *
 * Not a medical device: a risk supports the judgement of a clinician and does not replace it.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Timestamp from "../input/Timestamp.ts"
import type * as Series from "../measurement/Series.ts"
import * as Vital from "../measurement/Vital.ts"
import * as Drift from "../sensor/Drift.ts"
import * as Calibration from "./Calibration.ts"
import * as Features from "./Features.ts"
import * as Inputs from "./internal/inputs.ts"
import { probability } from "./internal/logisticKernels.ts"
import * as Logistic from "./Logistic.ts"
import * as Performance from "./Performance.ts"
import * as Score from "./Score.ts"
import * as Trees from "./Trees.ts"

/**
 * What computes the logit: a logistic regression or boosted trees.
 *
 * @since 0.2.0
 */
export const Predictor = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("logistic"), model: Logistic.Model }),
  Schema.Struct({ kind: Schema.Literal("trees"), model: Trees.Model })
])

/** @since 0.2.0 */
export type Predictor = typeof Predictor.Type

/**
 * How many readings of a vital there have to be in the hours before the assessment, or there is no
 * risk. With `noneBelow`, a reading below it means that what is foretold is there already: a refusal.
 *
 * @since 0.2.0
 */
export const Requirement = Schema.Struct({
  vital: Vital.NumericCode,
  hours: Schema.Finite,
  readings: Schema.Int,
  noneBelow: Schema.optionalKey(Schema.Finite)
}).annotate({ identifier: "RiskModelRequirement" })

/** @since 0.2.0 */
export interface Requirement extends Schema.Schema.Type<typeof Requirement> {}

/**
 * For whom the model was made, in words and as far as it is checked.
 *
 * @since 0.2.0
 */
export const Population = Schema.Struct({
  description: Schema.String,
  minimumAge: Schema.Finite,
  requirements: Schema.Array(Requirement)
}).annotate({ identifier: "RiskModelPopulation" })

/** @since 0.2.0 */
export interface Population extends Schema.Schema.Type<typeof Population> {}

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/**
 * A band of risk from a probability on, up to that of the next band, with what the threshold does on
 * the rows of the tuning set: the share of those with the outcome that reach it, the share of those who
 * reach it that have the outcome (null where nobody does), and the share of rows that reach it.
 *
 * @since 0.2.0
 */
export const Band = Schema.Struct({
  band: Schema.NonEmptyString,
  from: Share,
  sensitivity: Share,
  positivePredictiveValue: Schema.NullOr(Share),
  share: Share
}).annotate({ identifier: "RiskModelBand" })

/** @since 0.2.0 */
export interface Band extends Schema.Schema.Type<typeof Band> {}

/**
 * A figure with its 95 % interval, drawn by patient.
 *
 * @since 0.2.0
 */
export const Figure = Schema.Struct({
  estimate: Schema.Finite,
  ...Performance.Interval.fields
}).annotate({ identifier: "RiskModelFigure" })

/** @since 0.2.0 */
export interface Figure extends Schema.Schema.Type<typeof Figure> {}

/**
 * Rows, patients and rows with the outcome of one set, with the SHA-256 of each of its files.
 *
 * @since 0.2.0
 */
export const DataSet = Schema.Struct({
  name: Schema.String,
  rows: Schema.Int,
  patients: Schema.Int,
  events: Schema.Int,
  files: Schema.Array(Schema.Struct({ name: Schema.String, sha256: Schema.String }))
}).annotate({ identifier: "RiskModelDataSet" })

/** @since 0.2.0 */
export interface DataSet extends Schema.Schema.Type<typeof DataSet> {}

// Shares may be rounded, so they need not add up to 1 to the last digit.
const isWhole = ({ count, edges, shares }: Drift.Bins): boolean =>
  count >= 2 &&
  shares.length === edges.length + 2 &&
  Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) <= 1e-3 &&
  edges.every((edge, at) => at === 0 || edge > edges[at - 1]!)

const Distribution = Drift.Reference.check(
  Schema.makeFilter(isWhole, {
    expected:
      "two values or more, edges that rise, and shares that add up to 1: of each bin and of missing values"
  })
).annotate({ identifier: "RiskModelDistribution" })

/**
 * What a model met when it was made, for what it meets to be compared with: its features by name, as
 * far as there were values of them, and the probabilities it gave. Of rows that it was NOT fitted to,
 * one for each patient.
 *
 * @since 0.2.0
 */
export const Reference = Schema.Struct({
  features: Schema.Array(Schema.Struct({ name: Schema.String, reference: Distribution })),
  score: Distribution
}).annotate({ identifier: "RiskModelReference" })

/** @since 0.2.0 */
export interface Reference extends Schema.Schema.Type<typeof Reference> {}

/**
 * A trained model. `outcome` says what the probability is of; `version` is semantic: the major number
 * changes with the features, the minor one with a fit, the patch with the calibrator. `features` come
 * with their own hash, and `training` with those of the data; `metrics` are of the tuning set, each
 * probability calibrated by a calibrator that was fitted to other patients. Without a `reference` a
 * model can be compared with its own first patients alone.
 *
 * @since 0.2.0
 */
export const RiskModel = Schema.Struct({
  id: Schema.NonEmptyString,
  version: Schema.String.check(Schema.isPattern(/^\d+\.\d+\.\d+$/)),
  outcome: Schema.String,
  citation: Schema.String,
  licence: Schema.String,
  population: Population,
  definition: Features.Definition,
  definitionSha256: Schema.String,
  predictor: Predictor,
  calibrator: Calibration.Calibrator,
  bands: Schema.Array(Band),
  training: Schema.Struct({
    method: Schema.String,
    split: Schema.String,
    seed: Schema.Int,
    penalty: Schema.Finite,
    train: DataSet,
    tune: DataSet
  }),
  metrics: Schema.Record(Schema.String, Figure),
  reference: Schema.optionalKey(Reference)
}).annotate({ identifier: "RiskModel" })

/** @since 0.2.0 */
export interface RiskModel extends Schema.Schema.Type<typeof RiskModel> {}

/**
 * What a model says of a patient: the shape of every risk, with `baseline`, the logit of a patient who
 * has the median of everything. `contributions` are what each feature adds to it, most weighty first;
 * `baseline` and all contributions together are the logit of the risk. Of trees, and after an isotonic
 * calibrator, there is no such sum, and no contributions. `missing` lists what a risk could not be told
 * without, or the features that were filled in.
 *
 * @since 0.2.0
 */
export const Estimate = Schema.Struct({
  ...Score.Risk.fields,
  baseline: Schema.NullOr(Schema.Finite)
}).annotate({ identifier: "RiskModelEstimate" })

/** @since 0.2.0 */
export interface Estimate extends Schema.Schema.Type<typeof Estimate> {}

/**
 * The features that were given are not those of the model.
 *
 * @since 0.2.0
 */
export class FeaturesMismatch extends Schema.TaggedError<FeaturesMismatch>()("FeaturesMismatch", {
  model: Schema.String,
  needed: Schema.Int,
  got: Schema.Int
}) {}

/**
 * A model made ready to be used, once for all patients: `probabilities` of rows of features in the order
 * of its definition, `score` of one such row, and `assess` of a patient's readings.
 *
 * @since 0.2.0
 */
export interface Ready {
  readonly model: RiskModel
  readonly probabilities: (
    features: Logistic.Matrix
  ) => Result.Result<Float64Array, FeaturesMismatch>
  readonly score: (features: ArrayLike<number>) => Result.Result<Estimate, FeaturesMismatch>
  readonly assess: (
    history: Features.History
  ) => Result.Result<Estimate, Score.OutsidePopulation | Score.ImpossibleInput>
}

/**
 * Makes a model ready to be used.
 *
 * Shape: a model as it was decoded. Hold on to the result: trees take a while to lay out.
 *
 * Fails with: `FeaturesMismatch`, where the predictor has not as many features as the definition;
 * `Trees.TreesError`, where a tree cannot be walked through. `assess` refuses with
 * `Score.OutsidePopulation` below the minimum age, and where what is foretold is there already; and with
 * `Score.ImpossibleInput` an age that nobody has.
 *
 * Method: the calibrated logit. Below the readings that the population asks for, `risk` is null and
 * `missing` says what it takes.
 *
 * @example
 * ```ts
 * import * as Deterioration from "@bedside/core/Deterioration"
 * import * as RiskModel from "@bedside/core/RiskModel"
 * import * as Timestamp from "@bedside/core/Timestamp"
 * import * as Result from "effect/Result"
 *
 * const ready = Result.getOrThrow(RiskModel.ready(Deterioration.model))
 * const history = { at: Timestamp.at(0), age: 70, readings: {} }
 * const { risk, missing } = Result.getOrThrow(ready.assess(history))
 * risk // => null
 * missing.length > 0 // => true
 * Result.isFailure(ready.assess({ ...history, age: 12 })) // => true
 * ```
 * @since 0.2.0
 */
export const ready = (
  model: RiskModel
): Result.Result<Ready, FeaturesMismatch | Trees.TreesError> => {
  const needed = model.definition.features.length
  const refuse = (got: number) =>
    Result.fail(new FeaturesMismatch({ model: model.id, needed, got }))
  const made = partsOf(model)
  if (Result.isFailure(made)) return Result.fail(made.failure)
  const parts = made.success
  if (parts.features !== needed) return refuse(parts.features)
  return Result.succeed({
    model,
    probabilities: (features) =>
      features.columns === needed && features.values.length === features.rows * needed
        ? Result.succeed(
            parts
              .logits(features)
              .map((sum) => Calibration.apply(model.calibrator, probability(sum)))
          )
        : refuse(features.columns),
    score: (features) =>
      features.length === needed
        ? Result.succeed(estimate(model, parts, features, featuresUsed(model, features)))
        : refuse(features.length),
    assess: (history) => Result.map(admit(model, history), () => assess(model, parts, history))
  })
}

interface Parts {
  readonly features: number
  readonly logits: (features: Logistic.Matrix) => Float64Array
  /** Undefined of trees, whose logit is no sum over features. */
  readonly explain:
    | { readonly baseline: number; readonly terms: Logistic.Scorer["terms"] }
    | undefined
}

// The number of features is compared before a scorer is asked, so that it cannot refuse.
const partsOf = ({ predictor }: RiskModel): Result.Result<Parts, Trees.TreesError> => {
  if (predictor.kind === "trees") {
    return Result.map(Trees.scorer(predictor.model), (scorer) => ({
      features: scorer.features,
      logits: (features) => Result.getOrThrow(scorer.logits(features)),
      explain: undefined
    }))
  }
  const scorer = Logistic.scorer(predictor.model)
  return Result.succeed({
    features: scorer.features,
    logits: (features) => Result.getOrThrow(scorer.logits(features)),
    explain: scorer
  })
}

const ageField = Inputs.number("age", { minimum: 0, maximum: 130 }, "a")

/** Refuses a patient for whom the model was not made. */
const admit = (
  { id, definition, population }: RiskModel,
  history: Features.History
): Result.Result<void, Score.OutsidePopulation | Score.ImpossibleInput> => {
  const inputs = Inputs.impossible([ageField], { age: history.age })
  if (inputs.length > 0) return Result.fail(new Score.ImpossibleInput({ score: id, inputs }))
  const { description, minimumAge, requirements } = population
  const reasons = [
    ...((history.age ?? minimumAge) < minimumAge ? [`under ${minimumAge} years`] : []),
    ...requirements.flatMap(({ vital, hours, noneBelow }) => {
      const readings = within(definition, history, vital, hours)
      return noneBelow !== undefined && readings.some(({ value }) => value < noneBelow)
        ? [`${vital} below ${noneBelow} within ${hours} h`]
        : []
    })
  ]
  return reasons.length === 0
    ? Result.void
    : Result.fail(new Score.OutsidePopulation({ score: id, population: description, reasons }))
}

const within = (
  definition: Features.Definition,
  history: Features.History,
  vital: Vital.NumericCode,
  hours: number
): ReadonlyArray<Series.Reading> => {
  const from = DateTime.toEpochMillis(history.at) - hours * 3_600_000
  return Features.usable(definition, history, vital).filter(
    ({ observedAt }) => DateTime.toEpochMillis(observedAt) > from
  )
}

const assess = (model: RiskModel, parts: Parts, history: Features.History): Estimate => {
  const { definition, population } = model
  const inputs = readingsUsed(model, history)
  const lacking = [
    ...(definition.features.some(({ kind }) => kind === "age") && isAbsent(history.age)
      ? ["age"]
      : []),
    ...population.requirements.flatMap(({ vital, hours, readings }) =>
      within(definition, history, vital, hours).length < readings
        ? [`${vital}: ${readings} within ${hours} h`]
        : []
    )
  ]
  return lacking.length > 0
    ? result(model, { risk: null, baseline: null, contributions: [], inputs, missing: lacking })
    : estimate(model, parts, Features.extract(definition, history), inputs)
}

const isAbsent = (value: number | null | undefined): boolean =>
  value === undefined || value === null

/** The calibrated probability of one row of features, and why. */
const estimate = (
  model: RiskModel,
  { logits, explain }: Parts,
  features: ArrayLike<number>,
  inputs: ReadonlyArray<Score.Input>
): Estimate => {
  const names = model.definition.features.map(({ name }) => name)
  const values = Float64Array.from(features)
  const [sum = NaN] = logits({ rows: 1, columns: values.length, values })
  const { calibrator } = model
  const line = calibrator.method === "isotonic" ? undefined : calibrator
  const terms = line && explain ? explain.terms(values).map((term) => line.slope * term) : []
  const contributions = Array.from(terms, (points, at) => ({ input: names[at]!, points }))
  return result(model, {
    risk: Calibration.apply(calibrator, probability(sum)),
    baseline: line && explain ? line.intercept + line.slope * explain.baseline : null,
    contributions: contributions.toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points)),
    inputs,
    missing: names.filter((_, at) => Number.isNaN(values[at]!))
  })
}

type Found = Pick<Estimate, "risk" | "baseline" | "contributions" | "inputs" | "missing">

const result = ({ id, version, citation, bands }: RiskModel, found: Found): Estimate => ({
  score: id,
  version,
  citation,
  band: bands.findLast(({ from }) => found.risk !== null && found.risk >= from)?.band ?? null,
  rounding: "none",
  response: null,
  ...found
})

const featuresUsed = (
  { definition }: RiskModel,
  features: ArrayLike<number>
): ReadonlyArray<Score.Input> =>
  definition.features.flatMap(({ name, unit }, at) => {
    const value = features[at] ?? NaN
    return Number.isFinite(value) ? [{ name, value, unit }] : []
  })

/** Age, sex, and the last reading of each vital that counted. */
const readingsUsed = (
  { definition }: RiskModel,
  history: Features.History
): ReadonlyArray<Score.Input> => {
  const { age, sex } = history
  const vitals = new Set(
    definition.features.flatMap((feature) => ("of" in feature ? [feature.of.vital] : []))
  )
  return [
    ...(isAbsent(age) ? [] : [{ name: "age", value: Number(age), unit: "a" }]),
    ...(sex === undefined || sex === null ? [] : [{ name: "sex", value: sex }]),
    ...Array.from(vitals).flatMap((vital) => {
      const last = Features.usable(definition, history, vital).at(-1)
      if (last === undefined) return []
      const at = last.observedAt
      const observedAt = DateTime.isZoned(at) ? at : Timestamp.at(DateTime.toEpochMillis(at))
      return [{ name: vital, value: last.value, unit: Vital.get(vital).unit, observedAt }]
    })
  ]
}
