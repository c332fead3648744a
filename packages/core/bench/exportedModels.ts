/** The models that scikit-learn exported, as ours, with the rows and probabilities beside them. */
import type * as Logistic from "@bedside/core/Logistic"
import type * as Trees from "@bedside/core/Trees"
import { readFileSync } from "node:fs"

interface File {
  readonly features: ReadonlyArray<string>
  readonly lr: {
    readonly median: ReadonlyArray<number>
    readonly indicator_features: ReadonlyArray<number>
    readonly mean: ReadonlyArray<number>
    readonly scale: ReadonlyArray<number>
    readonly coef: ReadonlyArray<number>
    readonly intercept: number
  }
  readonly hgb: {
    readonly baseline: number
    readonly trees: ReadonlyArray<{
      readonly f: ReadonlyArray<number>
      readonly t: ReadonlyArray<number>
      readonly ml: ReadonlyArray<number>
      readonly l: ReadonlyArray<number>
      readonly r: ReadonlyArray<number>
      readonly leaf: ReadonlyArray<number>
      readonly v: ReadonlyArray<number>
    }>
  }
  readonly vectors: {
    readonly x: ReadonlyArray<ReadonlyArray<number | null>>
    readonly p_lr: ReadonlyArray<number>
    readonly p_hgb: ReadonlyArray<number>
  }
}

const flags = (numbers: ReadonlyArray<number>) => numbers.map((number) => number === 1)

const logistic = ({ lr }: File): Logistic.Model => ({
  preprocessing: {
    medians: lr.median,
    bounds: null,
    indicators: lr.indicator_features,
    squares: [],
    means: lr.mean,
    scales: lr.scale
  },
  intercept: lr.intercept,
  coefficients: lr.coef
})

const trees = ({ features, hgb }: File): Trees.Model => ({
  features: features.length,
  baseline: hgb.baseline,
  trees: hgb.trees.map(({ f, t, ml, l, r, leaf, v }) => ({
    leaf: flags(leaf),
    feature: f,
    threshold: t,
    missingLeft: flags(ml),
    left: l,
    right: r,
    value: v
  }))
})

export const read = (path: string) => {
  const file = JSON.parse(readFileSync(path, "utf8")) as File
  const { x, p_lr, p_hgb } = file.vectors
  const rows: Logistic.Matrix = {
    rows: x.length,
    columns: file.features.length,
    values: Float64Array.from(x.flat(), (value) => value ?? NaN)
  }
  return {
    logistic: logistic(file),
    trees: trees(file),
    rows,
    expected: { logistic: p_lr, trees: p_hgb }
  }
}
