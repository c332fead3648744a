/** A chart of how many earlier values were near this one, at several smoothings. */
import { raise, type Chart } from "./adaptiveChart.ts"

export interface RarityOptions {
  readonly smoothing: ReadonlyArray<number>
  readonly nearness: number
  readonly share: number
  readonly settled: number
  readonly floor: number
}

const normalFourthMoment = 3
const bins = 64

// Of each smoothing: the smoothed value, the mean of the smoothed values, the fourth moment around it,
// where the first bin begins, how many bins
// there are to a unit, and how many smoothed values were in each.
const own = { smoothed: 0, mean: 1, fourth: 2, start: 3, perUnit: 4, counts: 5 }
const numbers = own.counts + bins

export const rarity = (options: RarityOptions): Chart => {
  const { smoothing, nearness, share, settled, floor } = options
  const weights = Float64Array.from(smoothing)
  const assumed = 1 / share
  const reachPerRoot = nearness / normalFourthMoment ** 0.25
  const limit = Math.log10(assumed)
  return {
    initial: Array<number>(numbers * smoothing.length).fill(0),
    judge: (state, at, value, count, verdict) => {
      const learning = 1 / (count + 1)
      const isSettled = count >= settled
      let nearest = Infinity
      let sign = 1
      let threshold = NaN
      for (let index = 0; index < weights.length; index++) {
        const from = at + numbers * index
        if (count === 0) {
          state[from + own.smoothed] = value
          state[from + own.start] = value
          state[from + own.perUnit] = 1 / floor
        }
        const before = state[from + own.smoothed]!
        const smoothed = before + weights[index]! * (value - before)
        const mean = state[from + own.mean]!
        const fourth = state[from + own.fourth]!
        const difference = smoothed - mean
        if (isSettled) {
          const reach = Math.max(floor, reachPerRoot * Math.sqrt(Math.sqrt(fourth)))
          const near = countWithin(state, from, smoothed, reach)
          if (near < nearest) {
            nearest = near
            const usual = (count + assumed) * share - 1
            threshold =
              near > usual
                ? NaN
                : before +
                  (nearestUsual(state, from, smoothed, reach, usual) - before) / weights[index]!
            sign = difference < 0 ? -1 : 1
          }
        }
        const square = difference * difference
        state[from + own.smoothed] = smoothed
        state[from + own.mean] = mean + difference * learning
        state[from + own.fourth] = fourth + (square * square - fourth) * learning
        state[from + own.counts + binOf(state, from, smoothed)]! += 1
      }
      if (!isSettled) return false
      const evidence = Math.log10((count + assumed) / (nearest + 1))
      return raise(verdict, evidence / limit, sign * evidence, threshold)
    }
  }
}

/** How many values were within `reach` of `value`, those of a bin taken to lie evenly in it. */
const countWithin = (
  state: ReadonlyArray<number>,
  from: number,
  value: number,
  reach: number
): number => {
  const perUnit = state[from + own.perUnit]!
  const middle = (value - state[from + own.start]!) * perUnit
  const low = Math.max(0, middle - reach * perUnit)
  const high = Math.min(bins, middle + reach * perUnit)
  if (!(low < high)) return 0
  // Not below 0 and not above the number of bins, so that truncation is the floor, and faster.
  const first = low | 0
  const last = Math.min(bins - 1, high | 0)
  const counts = from + own.counts
  if (first === last) return (high - low) * state[counts + first]!
  let count = (first + 1 - low) * state[counts + first]! + (high - last) * state[counts + last]!
  for (let bin = counts + first + 1; bin < counts + last; bin++) count += state[bin]!
  return count
}

/** The value nearest to `value`, in steps of half a bin, that has more than `usual` values near. */
const nearestUsual = (
  state: ReadonlyArray<number>,
  from: number,
  value: number,
  reach: number,
  usual: number
): number => {
  const start = state[from + own.start]!
  const perUnit = state[from + own.perUnit]!
  const origin = Math.min(Math.max(value, start), start + bins / perUnit)
  for (let step = 1; step <= 2 * bins; step++) {
    const distance = step / (2 * perUnit)
    if (countWithin(state, from, origin - distance, reach) > usual) return origin - distance
    if (countWithin(state, from, origin + distance, reach) > usual) return origin + distance
  }
  return NaN
}

/** Doubles the width of the bins until `value` has one, which is given. */
const binOf = (state: Array<number>, from: number, value: number): number => {
  for (;;) {
    const start = state[from + own.start]!
    const perUnit = state[from + own.perUnit]!
    const bin = Math.floor((value - start) * perUnit)
    if (bin >= 0 && bin < bins) return bin
    merge(state, from + own.counts, bin < 0 ? bins / 2 : 0)
    state[from + own.perUnit] = perUnit / 2
    if (bin < 0) state[from + own.start] = start - bins / perUnit
  }
}

/** Adds neighbours up, into the half of the bins that begins at `to`; the other half is empty then. */
const merge = (state: Array<number>, counts: number, to: number): void => {
  const sums = Array.from(
    { length: bins / 2 },
    (_, bin) => state[counts + 2 * bin]! + state[counts + 2 * bin + 1]!
  )
  for (let bin = 0; bin < bins; bin++) state[counts + bin] = sums[bin - to] ?? 0
}
