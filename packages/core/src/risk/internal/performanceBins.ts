/** Rows in groups of like probability, and how far the outcome differs from it in each. */
import type { Labels } from "./performanceRows.ts"

/** Of the rows of a group: their number, and the sums of their probabilities and outcomes. */
export interface Group {
  readonly rows: number
  readonly expected: number
  readonly observed: number
}

/** Bins of equal width from 0 to 1: each holds its lower edge, the last one 1 too. */
export const binOf = (probability: number, bins: number): number =>
  Math.min(bins - 1, Math.floor(probability * bins))

export const equalWidth = (
  labels: Labels,
  probabilities: ArrayLike<number>,
  bins: number
): ReadonlyArray<Group> => {
  const rows = new Float64Array(bins)
  const expected = new Float64Array(bins)
  const observed = new Float64Array(bins)
  for (let row = 0; row < labels.length; row++) {
    const probability = probabilities[row]!
    const bin = binOf(probability, bins)
    rows[bin]! += 1
    expected[bin]! += probability
    observed[bin]! += Number(labels[row])
  }
  return Array.from({ length: bins }, (_, bin) => ({
    rows: rows[bin]!,
    expected: expected[bin]!,
    observed: observed[bin]!
  }))
}

/** Groups of as many rows each, in ascending order; the first ones hold one more where need be. */
export const equalMass = (
  labels: Labels,
  probabilities: ArrayLike<number>,
  groups: number
): ReadonlyArray<Group> => {
  const rows = labels.length
  const order = new Uint32Array(rows)
    .map((_, row) => row)
    .sort((a, b) => probabilities[a]! - probabilities[b]! || a - b)
  const least = Math.floor(rows / groups)
  const more = rows % groups
  let start = 0
  return Array.from({ length: groups }, (_, group) => {
    const members = order.subarray(start, start + least + (group < more ? 1 : 0))
    start += members.length
    let expected = 0
    let observed = 0
    for (const row of members) {
      expected += probabilities[row]!
      observed += Number(labels[row])
    }
    return { rows: members.length, expected, observed }
  })
}

/** How rows are grouped: `width` has equal parts of 0 to 1, `mass` as many rows in each group. */
export interface Grouping {
  readonly bins?: number | undefined
  readonly by?: "width" | "mass" | undefined
}

export const grouped = (
  labels: Labels,
  probabilities: ArrayLike<number>,
  { bins = 10, by = "width" }: Grouping
): ReadonlyArray<Group> =>
  by === "width" ? equalWidth(labels, probabilities, bins) : equalMass(labels, probabilities, bins)

/** The distance of the observed share from the mean probability; 0 of no rows. */
export const gap = ({ rows, expected, observed }: Group): number =>
  rows === 0 ? 0 : Math.abs(observed - expected) / rows

/** What the bins say of the Brier score: how far they are from calibrated, and from each other. */
export const parts = (
  groups: ReadonlyArray<Group>,
  rows: number
): {
  readonly reliability: number
  readonly resolution: number
  readonly uncertainty: number
} => {
  const share = groups.reduce((sum, { observed }) => sum + observed, 0) / rows
  let reliability = 0
  let resolution = 0
  for (const group of groups.filter(({ rows }) => rows > 0)) {
    reliability += (group.rows / rows) * gap(group) ** 2
    resolution += (group.rows / rows) * (group.observed / group.rows - share) ** 2
  }
  return { reliability, resolution, uncertainty: share * (1 - share) }
}

/** Sums over the rows of each bin, around the means of the bin. */
export const spreadWithin = (
  labels: Labels,
  probabilities: ArrayLike<number>,
  groups: ReadonlyArray<Group>
): { readonly variance: number; readonly covariance: number } => {
  let variance = 0
  let covariance = 0
  for (let row = 0; row < labels.length; row++) {
    const { rows, expected, observed } = groups[binOf(probabilities[row]!, groups.length)]!
    const off = probabilities[row]! - expected / rows
    variance += off * off
    covariance += off * (Number(labels[row]) - observed / rows)
  }
  return { variance, covariance }
}
