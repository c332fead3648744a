/** The statistics of two samples, and what they reach by chance. */

/** The quantile at `share` of ascending values, between neighbours in proportion. */
export const quantile = (sorted: ArrayLike<number>, share: number): number => {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below]!
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!
  return low + (place - below) * (high - low)
}

/** How many values are not below each of three edges. */
const notBelow = (
  values: Float64Array,
  first: number,
  second: number,
  third: number
): readonly [number, number, number] => {
  let [ofFirst, ofSecond, ofThird] = [0, 0, 0]
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!
    ofFirst += Number(value >= first)
    ofSecond += Number(value >= second)
    ofThird += Number(value >= third)
  }
  return [ofFirst, ofSecond, ofThird]
}

/**
 * How many values lie between neighbours of ascending `edges`, below the first and from the last on.
 *
 * Values come in no order, so a search for the bin of each would guess wrong at every step; adding up
 * comparisons takes no branch, and is a third of the time for three edges at once.
 */
export const countsIn = (
  edges: ReadonlyArray<number>,
  values: Float64Array
): ReadonlyArray<number> => {
  const above = [values.length]
  for (let edge = 0; edge < edges.length; edge += 3) {
    const [second, third] = [edges[edge + 1] ?? Infinity, edges[edge + 2] ?? Infinity]
    above.push(...notBelow(values, edges[edge]!, second, third))
  }
  return Array.from(
    { length: edges.length + 1 },
    (_, bin) => above[bin]! - (bin < edges.length ? above[bin + 1]! : 0)
  )
}

/**
 * Mean and population variance, in two passes; 0 without values. Deviations from the first value keep
 * the mean of equal ones exact.
 */
export const spread = (
  values: Float64Array
): { readonly mean: number; readonly variance: number } => {
  const [first] = values
  if (first === undefined) return { mean: 0, variance: 0 }
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index]! - first
  const mean = first + sum / values.length
  let squares = 0
  for (let index = 0; index < values.length; index++) squares += (values[index]! - mean) ** 2
  return { mean, variance: squares / values.length }
}

/** The sum over bins of `(actual - expected) ln(actual / expected)`, no share below `least`. */
export const stability = (
  expected: ReadonlyArray<number>,
  actual: ReadonlyArray<number>,
  least: number
): number => {
  let sum = 0
  for (let bin = 0; bin < expected.length; bin++) {
    const before = Math.max(least, expected[bin]!)
    const now = Math.max(least, actual[bin]!)
    sum += (now - before) * Math.log(now / before)
  }
  return sum
}

/** The largest distance between the distribution functions of two ascending samples. */
export const largestDistance = (left: ArrayLike<number>, right: ArrayLike<number>): number => {
  let atLeft = 0
  let atRight = 0
  let largest = 0
  while (atLeft < left.length && atRight < right.length) {
    const value = Math.min(left[atLeft]!, right[atRight]!)
    while (atLeft < left.length && left[atLeft]! <= value) atLeft += 1
    while (atRight < right.length && right[atRight]! <= value) atRight += 1
    const distance = Math.abs(atLeft / left.length - atRight / right.length)
    if (distance > largest) largest = distance
  }
  return largest
}

/**
 * The largest distance between two distribution functions at the edges of bins: of `shares` whose
 * last one is of missing values, and of `counts`, not all 0.
 */
export const distanceAtEdges = (
  shares: ReadonlyArray<number>,
  counts: ReadonlyArray<number>
): number => {
  let present = 0
  let total = 0
  for (let bin = 0; bin < counts.length; bin++) {
    present += shares[bin]!
    total += counts[bin]!
  }
  let expected = 0
  let actual = 0
  let largest = 0
  for (let bin = 0; bin < counts.length - 1; bin++) {
    expected += shares[bin]!
    actual += counts[bin]!
    largest = Math.max(largest, Math.abs(expected / present - actual / total))
  }
  return largest
}

/** The chance that `largestDistance` times the root of `n m / (n + m)` is `x` or more, for large n. */
export const kolmogorov = (x: number): number => {
  if (x < 0.2) return 1
  let sum = 0
  let sign = 1
  for (let term = 1; term <= 100; term++) {
    const part = Math.exp(-2 * term * term * x * x)
    sum += sign * part
    sign = -sign
    if (part < 1e-17) break
  }
  return Math.min(1, Math.max(0, 2 * sum))
}

/** What a normal variable exceeds, on either side together, with a chance of `alpha`. */
export const normalLimit = (alpha: number): number => {
  let low = 0
  let high = 40
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (normalTail(middle) > alpha / 2) low = middle
    else high = middle
  }
  return high
}

// The continued fraction of Mills' ratio converges beyond 2; the series of the integral serves below.
const normalTail = (z: number): number => {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  if (z > 2) {
    let fraction = z
    for (let term = 60; term >= 1; term--) fraction = z + term / fraction
    return density / fraction
  }
  let term = z
  let sum = z
  for (let odd = 3; odd < 80; odd += 2) {
    term *= (z * z) / odd
    sum += term
  }
  return 0.5 - density * sum
}

/** What a chi-square variable exceeds with a chance of `alpha` (Wilson & Hilferty 1931). */
export const chiSquareLimit = (freedom: number, alpha: number): number => {
  const ninth = 2 / (9 * freedom)
  return freedom * (1 - ninth + normalLimit(2 * alpha) * Math.sqrt(ninth)) ** 3
}
