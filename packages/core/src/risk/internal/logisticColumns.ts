/**
 * From features to the columns that a logistic regression is fitted to, and back: what was learned of
 * a column is folded into its feature, so that scoring needs no column at all.
 */
import { quantile } from "../../sensor/internal/driftStatistics.ts"
import type { Rows } from "./logisticKernels.ts"

/** How features become columns: themselves first, then indicators, then squares. */
export interface Columns {
  readonly medians: ReadonlyArray<number>
  readonly bounds: {
    readonly lower: ReadonlyArray<number>
    readonly upper: ReadonlyArray<number>
  } | null
  readonly indicators: ReadonlyArray<number>
  readonly squares: ReadonlyArray<number>
  readonly means: ReadonlyArray<number>
  readonly scales: ReadonlyArray<number>
}

/** The values of a feature that are not missing, ascending. */
const present = ({ rows, columns, values }: Rows, feature: number): Float64Array => {
  const kept = new Float64Array(rows)
  let count = 0
  for (let row = 0; row < rows; row++) {
    const value = values[row * columns + feature]!
    if (!Number.isNaN(value)) kept[count++] = value
  }
  return kept.subarray(0, count).sort()
}

const at = (sorted: Float64Array, share: number): number =>
  sorted.length === 0 ? 0 : quantile(sorted, share)

export interface Choices {
  /** Places of features, or whether all that are missing somewhere have one. */
  readonly indicators: ReadonlyArray<number> | boolean
  readonly squares: ReadonlyArray<number>
  readonly tails: number | undefined
}

/** The columns as they are before they are standardised. */
export const expand = (
  { medians, bounds, indicators, squares }: Omit<Columns, "means" | "scales">,
  { rows, columns, values }: Rows
): Rows => {
  const width = columns + indicators.length + squares.length
  const expanded = new Float64Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const from = row * columns
    let to = row * width
    for (let feature = 0; feature < columns; feature++) {
      const value = values[from + feature]!
      const filled = Number.isNaN(value) ? medians[feature]! : value
      const low = bounds === null ? -Infinity : bounds.lower[feature]!
      const high = bounds === null ? Infinity : bounds.upper[feature]!
      expanded[to + feature] = Math.min(high, Math.max(low, filled))
    }
    const start = to
    to += columns
    for (const feature of indicators) expanded[to++] = Number.isNaN(values[from + feature]!) ? 1 : 0
    for (const feature of squares)
      expanded[to++] = (expanded[start + feature]! - medians[feature]!) ** 2
  }
  return { rows, columns: width, values: expanded }
}

/** Mean and population standard deviation of each column; a constant column is left as it is. */
const spreads = ({
  rows,
  columns,
  values
}: Rows): { readonly means: ReadonlyArray<number>; readonly scales: ReadonlyArray<number> } => {
  const means = new Float64Array(columns)
  const squares = new Float64Array(columns)
  for (let index = 0; index < values.length; index++)
    means[index % columns]! += values[index]! / rows
  for (let index = 0; index < values.length; index++) {
    squares[index % columns]! += (values[index]! - means[index % columns]!) ** 2
  }
  const scales = Array.from(squares, (sum) => Math.sqrt(sum / rows))
  return {
    means: [...means],
    // What is left of a constant column is the rounding of its mean.
    scales: scales.map((scale, column) => (scale > 1e-12 * Math.abs(means[column]!) ? scale : 1))
  }
}

/** Learns how the features of these rows become columns. */
export const learn = (rows: Rows, { indicators, squares, tails }: Choices): Columns => {
  const sorted = Array.from({ length: rows.columns }, (_, feature) => present(rows, feature))
  const filled = {
    medians: sorted.map((values) => at(values, 0.5)),
    bounds:
      tails === undefined
        ? null
        : {
            lower: sorted.map((values) => at(values, tails)),
            upper: sorted.map((values) => at(values, 1 - tails))
          },
    indicators:
      typeof indicators !== "boolean"
        ? indicators
        : sorted.flatMap((values, feature) =>
            indicators && values.length < rows.rows ? [feature] : []
          ),
    squares
  }
  return { ...filled, ...spreads(expand(filled, rows)) }
}

/** The columns of rows, standardised. */
export const design = (columns: Columns, rows: Rows): Rows => {
  const expanded = expand(columns, rows)
  const { values } = expanded
  const means = Float64Array.from(columns.means)
  const scales = Float64Array.from(columns.scales)
  const width = expanded.columns
  for (let start = 0; start < values.length; start += width) {
    for (let column = 0; column < width; column++) {
      values[start + column] = (values[start + column]! - means[column]!) / scales[column]!
    }
  }
  return expanded
}

/**
 * What each feature adds to the logit of a patient who has the median of everything: for a distance
 * `d` from its median, `d * (linear + d * square)`, and `missing` where it is missing.
 */
export interface Folded {
  readonly baseline: number
  readonly medians: Float64Array
  readonly lower: Float64Array
  readonly upper: Float64Array
  readonly linear: Float64Array
  readonly square: Float64Array
  readonly missing: Float64Array
}

export const fold = (
  columns: Columns,
  intercept: number,
  coefficients: ReadonlyArray<number>
): Folded => {
  const { medians, bounds, indicators, squares, means, scales } = columns
  const features = medians.length
  const slopes = coefficients.map((value, column) => value / scales[column]!)
  const folded = {
    medians: Float64Array.from(medians),
    lower:
      bounds === null
        ? new Float64Array(features).fill(-Infinity)
        : Float64Array.from(bounds.lower),
    upper:
      bounds === null ? new Float64Array(features).fill(Infinity) : Float64Array.from(bounds.upper),
    linear: Float64Array.from(slopes.slice(0, features)),
    square: new Float64Array(features),
    missing: new Float64Array(features)
  }
  indicators.forEach((feature, index) => {
    folded.missing[feature] = slopes[features + index]!
  })
  squares.forEach((feature, index) => {
    folded.square[feature]! += slopes[features + indicators.length + index]!
  })
  const constant = [...medians, ...indicators.map(() => 0), ...squares.map(() => 0)]
  const baseline = slopes.reduce(
    (sum, slope, column) => sum + slope * (constant[column]! - means[column]!),
    intercept
  )
  return { baseline, ...folded }
}

const term = (
  value: number,
  median: number,
  lower: number,
  upper: number,
  linear: number,
  square: number,
  missing: number
): number => {
  if (Number.isNaN(value)) return missing
  const distance = (value < lower ? lower : value > upper ? upper : value) - median
  return distance * (linear + distance * square)
}

/** What each feature of a row adds to the baseline. */
export const terms = (
  { medians, lower, upper, linear, square, missing }: Folded,
  row: ArrayLike<number>
): Float64Array =>
  medians.map((median, at) =>
    term(row[at] ?? NaN, median, lower[at]!, upper[at]!, linear[at]!, square[at]!, missing[at]!)
  )

/**
 * The logits of rows of features: the sums of the baseline and their terms. Four rows at a time, so
 * that what is known of a feature is read once for them; past the end, the last row is summed again.
 */
export const logits = (folded: Folded, { rows, columns, values }: Rows): Float64Array => {
  const { baseline, medians, lower, upper, linear, square, missing } = folded
  const sums = new Float64Array(rows + 3)
  const last = (rows - 1) * columns
  for (let row = 0; row < rows; row += 4) {
    const first = row * columns
    const second = Math.min(first + columns, last)
    const third = Math.min(second + columns, last)
    const fourth = Math.min(third + columns, last)
    let [a, b, c, d] = [baseline, baseline, baseline, baseline]
    for (let at = 0; at < columns; at++) {
      const median = medians[at]!
      const low = lower[at]!
      const high = upper[at]!
      const slope = linear[at]!
      const bend = square[at]!
      const absent = missing[at]!
      a += term(values[first + at]!, median, low, high, slope, bend, absent)
      b += term(values[second + at]!, median, low, high, slope, bend, absent)
      c += term(values[third + at]!, median, low, high, slope, bend, absent)
      d += term(values[fourth + at]!, median, low, high, slope, bend, absent)
    }
    sums[row] = a
    sums[row + 1] = b
    sums[row + 2] = c
    sums[row + 3] = d
  }
  return sums.subarray(0, rows)
}
