/**
 * Trains the model of a task on one set of stays, and tunes it on the other.
 *
 * The penalty is chosen by cross-validation within the set that is trained on. The other set gives the
 * calibrator and the thresholds, and all figures: each of its probabilities is calibrated by a
 * calibrator that was fitted to other patients of it.
 */
import * as Calibration from "@bedside/core/Calibration"
import * as Logistic from "@bedside/core/Logistic"
import type * as Outcomes from "@bedside/core/Outcomes"
import * as Performance from "@bedside/core/Performance"
import type * as RiskModel from "@bedside/core/RiskModel"
import * as Threshold from "@bedside/core/Threshold"
import * as Result from "effect/Result"
import * as Random from "./random.ts"
import * as Tables from "./tables.ts"
import { type Candidate, type Stays, tails, type Task } from "./tasks.ts"

export const seed = 2012
export const foldCount = 5

const get = Result.getOrThrow

type Rows = Pick<Stays, "labels"> & { readonly features: Logistic.Matrix }

const rowsOf = ({ table, labels }: Stays, { columns }: Candidate): Rows => ({
  labels,
  features: Tables.matrix(table, columns)
})

const select = ({ labels, features }: Rows, keep: (row: number) => boolean): Rows => {
  const kept = Array.from(labels, (_, row) => row).filter(keep)
  const { columns, values } = features
  const selected = new Float64Array(kept.length * columns)
  kept.forEach((row, at) => {
    selected.set(values.subarray(row * columns, (row + 1) * columns), at * columns)
  })
  return {
    labels: Float64Array.from(kept, (row) => labels[row] ?? NaN),
    features: { rows: kept.length, columns, values: selected }
  }
}

const fitTo = (
  { features, labels }: Rows,
  candidate: Candidate,
  penalty: number
): Logistic.Model => {
  const places = (columns: ReadonlyArray<string>) =>
    columns.map((column) => candidate.columns.indexOf(column))
  const squares = places(candidate.squares)
  const indicators = places(candidate.indicators)
  const options = { penalty, tails, squares, indicators }
  const { model, fit } = get(Logistic.train(features, labels, options))
  if (!fit.converged) throw new Error(`no convergence after ${fit.steps} steps`)
  return model
}

const probabilitiesOf = (model: Logistic.Model, { features }: Rows): Float64Array =>
  get(Logistic.scorer(model).probabilities(features))

/** The log-loss of each penalty on the patients of folds that it was not fitted to. */
export interface Tuned {
  readonly penalty: number
  readonly logLoss: number
  readonly auroc: number
}

export const tune = (task: Task, train: Stays): ReadonlyArray<Tuned> => {
  const rows = rowsOf(train, task.candidate)
  const fold = Random.folds(train.patients, foldCount, Random.generator(seed))
  return task.penalties.map((penalty) => {
    const held = acrossFolds(rows, fold, (fitted, left) =>
      probabilitiesOf(fitTo(fitted, task.candidate, penalty), left)
    )
    return {
      penalty,
      logLoss: get(Performance.logLoss(rows.labels, held)),
      auroc: get(Performance.auroc(rows.labels, held))
    }
  })
}

/** What is told of the rows of each fold by the rows of the others. */
const acrossFolds = (
  rows: Rows,
  fold: Int32Array,
  tell: (others: Rows, rows: Rows) => Float64Array
): Float64Array => {
  const all = new Float64Array(rows.labels.length)
  for (let each = 0; each < foldCount; each++) {
    const isIn = (row: number) => fold[row] === each
    const told = tell(
      select(rows, (row) => !isIn(row)),
      select(rows, isIn)
    )
    let next = 0
    for (let row = 0; row < all.length; row++) if (isIn(row)) all[row] = told[next++]!
  }
  return all
}

/** Each probability calibrated by the line through the other folds. */
const crossFitted = (stays: Stays, probabilities: Float64Array): Float64Array => {
  const fold = Random.folds(stays.patients, foldCount, Random.generator(seed + 1))
  const features = { rows: probabilities.length, columns: 1, values: probabilities }
  return acrossFolds({ labels: stays.labels, features }, fold, (others, rows) => {
    const calibrator = get(Calibration.platt(others.labels, others.features.values))
    return rows.features.values.map((value) => Calibration.apply(calibrator, value))
  })
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
  const bands = bandsOf(tuning.labels, shipped)
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

// The share of rows that reach each band, before its threshold is rounded.
const shares = { medium: 0.3, high: 0.1 }

const bandsOf = (
  labels: Outcomes.Labels,
  probabilities: Float64Array
): ReadonlyArray<RiskModel.Band> => {
  const descending = probabilities.toSorted((a, b) => b - a)
  const from = (share: number) =>
    Number(descending[Math.floor(share * descending.length)]!.toFixed(3))
  const edges = { low: 0, medium: from(shares.medium), high: from(shares.high) }
  return Object.entries(edges).map(([band, edge]) => {
    const found = get(Threshold.alerts(labels, probabilities, edge))
    return {
      band,
      from: edge,
      sensitivity: found.sensitivity!,
      positivePredictiveValue: found.positivePredictiveValue!,
      share: found.alerts / labels.length
    }
  })
}
