/** The statistics of two samples, and what they reach by chance. */

/** The quantile at `share` of ascending values, between neighbours in proportion. */
export const quantile = (sorted: ArrayLike<number>, share: number): number => {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below]!
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!
  return low + (place - below) * (high - low)
}

/** The number of elements of ascending `edges` that are not above `value`. */
export const binOf = (edges: ReadonlyArray<number>, value: number): number => {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (edges[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
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
