/**
 * The one kind of model that delineation uses: every candidate gets a score that is a weighted sum of
 * what can be measured there, and the exponentials of the scores are the candidates' weights
 * (conditional logit, McFadden 1974).
 */

/** Candidates from `from` to `to`, both included; `measure` fills what is measured at one. */
export interface Search {
  readonly from: number
  readonly to: number
  readonly measure: (at: number, into: Float64Array) => void
}

const score = (measured: Float64Array, weights: ReadonlyArray<number>): number => {
  let sum = 0
  for (let index = 0; index < weights.length; index++) sum += weights[index]! * measured[index]!
  return sum
}

/** The mean of the candidates, each weighted by the exponential of its score. */
export const expected = (search: Search, weights: ReadonlyArray<number>): number => {
  const measured = new Float64Array(weights.length)
  let highest = -Infinity
  let total = 0
  let sum = 0
  for (let at = search.from; at <= search.to; at++) {
    search.measure(at, measured)
    const value = score(measured, weights)
    // Relative to the highest score so far, so that no exponential overflows.
    if (value > highest) {
      const share = Math.exp(highest - value)
      highest = value
      total = total * share + 1
      sum = sum * share + at
    } else {
      const share = Math.exp(value - highest)
      total += share
      sum += share * at
    }
  }
  return sum / total
}

/** The candidate with the highest score, and its share of all. */
export interface Choice {
  readonly index: number
  readonly share: number
}

export const choose = (search: Search, weights: ReadonlyArray<number>): Choice => {
  const measured = new Float64Array(weights.length)
  let highest = -Infinity
  let index = -1
  let total = 0
  for (let at = search.from; at <= search.to; at++) {
    search.measure(at, measured)
    const value = score(measured, weights)
    if (value > highest) {
      total = total * Math.exp(highest - value) + 1
      highest = value
      index = at
    } else total += Math.exp(value - highest)
  }
  return { index, share: index < 0 ? 0 : 1 / total }
}

/** The logarithm of the odds. */
export const logOdds = (measured: Float64Array, weights: ReadonlyArray<number>): number =>
  score(measured, weights)
