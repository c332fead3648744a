/**
 * What a model met on the tuning set, as it ships: live patients are compared with it.
 *
 * The tuning set, because on rows that it was fitted to a model is surer of itself; and the first row of
 * each patient, because rows of one patient are alike and live patients count once, by their first risk.
 */
import * as Divergence from "@bedside/core/Divergence"
import * as Drift from "@bedside/core/Drift"
import * as RiskModel from "@bedside/core/RiskModel"
import * as Result from "effect/Result"
import * as Tables from "./tables.ts"
import type { Stays, Task } from "./tasks.ts"

const get = Result.getOrThrow

// Four digits are finer than vitals are charted. Values serve the distance of Wasserstein alone, from
// which 64 of them take a thirtieth of a standard deviation.
const digits = 4
const kept = 64

// Numbers of rows come back from shares of so many decimals, up to a million rows.
const decimals = 6

const short = (value: number): number => Number(value.toPrecision(digits))

/** The first row of each patient, in the order of the table, which is that of time. */
export const firstRows = (patients: Float64Array): ReadonlyArray<number> => {
  const first = new Map<number, number>()
  patients.forEach((patient, row) => {
    if (!first.has(patient)) first.set(patient, row)
  })
  return [...first.values()]
}

/** Shares are counted with the edges as they are rounded: so no value is on another side of one. */
const frozen = (name: string, values: Float64Array): Drift.Reference => {
  const { count, missing, mean, std, edges: exact } = get(Divergence.freeze(values))
  const edges = exact.map(short)
  if (new Set(edges).size < edges.length) throw new Error(`edges of ${name} are one when rounded`)
  const { counts } = Drift.tally({ edges }, values)
  const sorted = values.filter(Number.isFinite).sort()
  const length = Math.min(kept, sorted.length)
  return {
    count,
    missing,
    mean: short(mean),
    std: short(std),
    edges,
    shares: [...counts, missing].map((it) => Number((it / values.length).toFixed(decimals))),
    // Values that somebody had, and none between: a coma scale has no half points.
    values: Array.from({ length }, (_, index) =>
      short(sorted[Math.floor(((index + 0.5) / length) * sorted.length)]!)
    )
  }
}

/** The features of the first rows, and the probabilities of them as the model gives them. */
export const of = (task: Task, tuning: Stays, model: RiskModel.RiskModel): RiskModel.Reference => {
  const rows = Tables.matrix(tuning.table, task.candidate.columns)
  const probabilities = get(get(RiskModel.ready(model)).probabilities(rows))
  const first = firstRows(tuning.patients)
  const features = model.definition.features.map(({ name }, at) => {
    const values = Float64Array.from(first, (row) => rows.values[row * rows.columns + at]!)
    return { name, reference: frozen(name, values) }
  })
  const score = frozen(
    "score",
    Float64Array.from(first, (row) => probabilities[row]!)
  )
  return { features, score }
}
