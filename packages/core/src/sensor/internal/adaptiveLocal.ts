/** A chart of the last values: a running mean and variance that outliers cannot carry away. */
import { boundary, raise, type Chart } from "./adaptiveChart.ts"
import { normalOfStudent, studentOfNormal } from "./student.ts"

export interface LocalOptions {
  readonly smoothing: number
  readonly spread: number
  readonly clip: number
  readonly limit: number
  readonly until?: number | undefined
  readonly floor: number
}

const leastHistory = 5

// Mean, variance.
export const local = (options: LocalOptions): Chart => {
  const { smoothing, spread, clip, limit, until = Infinity, floor } = options
  const mostFreedom = 2 / spread
  return {
    initial: [0, 0],
    judge: (state, at, value, count, verdict) => {
      if (count >= until) return false
      if (count === 0) {
        state[at] = value
        return false
      }
      const mean = state[at]!
      const variance = state[at + 1]!
      const difference = value - mean
      let raised = false
      let learnt = difference
      if (count >= 2) {
        const error = Math.sqrt(Math.max(floor * floor, variance) * (1 + 1 / (count - 1)))
        const freedom = Math.min(count - 1, mostFreedom)
        const z = normalOfStudent(Math.abs(difference) / error, freedom)
        if (count >= leastHistory && z > verdict.ratio * limit) {
          const reach = studentOfNormal(limit, freedom) * error
          const end = boundary(mean, reach, value)
          raised = raise(verdict, z / limit, Math.sign(difference) * z, end)
        }
        if (z > clip) learnt *= clip / z
      }
      state[at] = mean + Math.max(smoothing, 1 / (count + 1)) * learnt
      state[at + 1] = variance + Math.max(spread, 1 / count) * (learnt * learnt - variance)
      return raised
    }
  }
}
