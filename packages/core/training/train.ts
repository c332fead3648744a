/**
 * Trains the model of a task on one set of stays, and tunes it on the other.
 *
 * The penalty is chosen by cross-validation within the set that is trained on. The other set gives the
 * calibrator and the thresholds, and all figures: each of its probabilities is calibrated by a
 * calibrator that was fitted to other patients of it.
 */
import * as Calibration from "@bedside/core/Calibration"
import * as Folds from "@bedside/core/Folds"
import * as Logistic from "@bedside/core/Logistic"
import * as Performance from "@bedside/core/Performance"
import type * as RiskModel from "@bedside/core/RiskModel"
import * as Training from "@bedside/core/Training"
import * as Result from "effect/Result"
import * as Tables from "./tables.ts"
import { type Candidate, type Stays, tails, type Task } from "./tasks.ts"

export const { seed, folds: foldCount } = Training.settings

const get = Result.getOrThrow

const rowsOf = ({ table, labels, patients }: Stays, { columns }: Candidate): Training.Rows => ({
  labels,
  patients,
  features: Tables.matrix(table, columns)
})

const recipeOf = (candidate: Candidate): Training.Recipe => {
  const places = (columns: ReadonlyArray<string>) =>
    columns.map((column) => candidate.columns.indexOf(column))
  return { squares: places(candidate.squares), indicators: places(candidate.indicators), tails }
}

const fitTo = (rows: Training.Rows, candidate: Candidate, penalty: number): Logistic.Model =>
  get(Training.fit(rows, recipeOf(candidate), penalty))

const probabilitiesOf = (model: Logistic.Model, { features }: Training.Rows): Float64Array =>
  get(Logistic.scorer(model).probabilities(features))

/** The log-loss of each penalty on the patients of folds that it was not fitted to. */
export interface Tuned {
  readonly penalty: number
  readonly logLoss: number
  readonly auroc: number
}

export const tune = (task: Task, train: Stays): ReadonlyArray<Tuned> => {
  const rows = rowsOf(train, task.candidate)
  const recipe = recipeOf(task.candidate)
  const fold = Folds.of(train.patients, foldCount, Folds.generator(seed))
  return task.penalties.map((penalty) => {
    const told = get(Training.acrossFolds(rows, fold, recipe, penalty))
    return {
      penalty,
      logLoss: get(Performance.logLoss(rows.labels, told)),
      auroc: get(Performance.auroc(rows.labels, told))
    }
  })
}

/** Each probability calibrated by the line through the other folds. */
const crossFitted = ({ labels, patients }: Stays, probabilities: Float64Array): Float64Array => {
  const fold = Folds.of(patients, foldCount, Folds.generator(seed + 1))
  return get(Training.crossFitted(labels, probabilities, fold))
}

/** A model with what is needed to judge it. */
export interface Trained {
  readonly penalty: number
  readonly model: Logistic.Model
  readonly calibrator: Calibration.Line
  readonly bands: ReadonlyArray<RiskModel.Band>
  /** On the tuning set: as the regression gave them, and calibrated across folds. */
  readonly raw: Float64Array
  readonly calibrated: Float64Array
}

/** The penalty that foretold best. */
export const best = (tuned: ReadonlyArray<Tuned>): number =>
  tuned.toSorted((a, b) => a.logLoss - b.logLoss)[0]!.penalty

export const train = (task: Task, on: Stays, tuning: Stays, penalty: number): Trained => {
  const model = fitTo(rowsOf(on, task.candidate), task.candidate, penalty)
  const raw = probabilitiesOf(model, rowsOf(tuning, task.candidate))
  const calibrator = get(Calibration.platt(tuning.labels, raw))
  const shipped = raw.map((value) => Calibration.apply(calibrator, value))
  const bands = get(Training.bands(tuning.labels, shipped))
  return { penalty, model, calibrator, bands, raw, calibrated: crossFitted(tuning, raw) }
}

/** A candidate trained on one set as the model is, scored on the other. */
export const scored = (
  candidate: Candidate,
  penalty: number,
  on: Stays,
  other: Stays
): Float64Array =>
  probabilitiesOf(fitTo(rowsOf(on, candidate), candidate, penalty), rowsOf(other, candidate))
