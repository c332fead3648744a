/** A chart of the whole history at several smoothings, on a scale that heavy tails widen. */
import { boundary, raise, type Chart } from "./adaptiveChart.ts"

export interface LevelOptions {
  readonly smoothing: ReadonlyArray<number>
  readonly limit: number
  readonly settled: number
  readonly floor: number
}

const normalFourthMoment = 3

// Of each smoothing: the smoothed value, the mean of the smoothed values, the fourth moment around it.
const numbers = 3

export const level = ({ smoothing, limit, settled, floor }: LevelOptions): Chart => {
  const weights = Float64Array.from(smoothing)
  const leastFourth = floor ** 4
  const limitFourth = limit ** 4
  return {
    initial: Array<number>(numbers * smoothing.length).fill(0),
    judge: (state, at, value, count, verdict) => {
      const learning = 1 / (count + 1)
      const isSettled = count >= settled
      let strongest = verdict.ratio < 0 ? -1 : verdict.ratio ** 4 * limitFourth
      let raised = false
      for (let index = 0; index < weights.length; index++) {
        const own = at + numbers * index
        const before = count === 0 ? value : state[own]!
        const weight = weights[index]!
        const smoothed = before + weight * (value - before)
        const mean = state[own + 1]!
        const fourth = state[own + 2]!
        const difference = smoothed - mean
        const square = difference * difference
        const power = square * square
        const expected = Math.max(leastFourth, fourth / normalFourthMoment)
        // The roots of the fourth powers are taken only where a smoothing has the last word.
        if (isSettled && power > strongest * expected) {
          const scale = Math.sqrt(Math.sqrt(expected))
          const z = difference / scale
          const end = boundary(mean, limit * scale, smoothed)
          strongest = power / expected
          raised =
            raise(verdict, Math.abs(z) / limit, z, before + (end - before) / weight) || raised
        }
        state[own] = smoothed
        state[own + 1] = mean + difference * learning
        state[own + 2] = fourth + (power - fourth) * learning
      }
      return raised
    }
  }
}
