/** A chart of every phase of a season: what this hour was on the days before. */
import { boundary, raise, type Chart } from "./adaptiveChart.ts"

export interface SeasonOptions {
  readonly period: number
  readonly smoothing: number
  readonly limit: number
  readonly clip: number
  readonly floor: number
}

const leastSeasons = 2

// The variance of what the season does not explain, then the mean of each phase.
export const season = (options: SeasonOptions): Chart => {
  const { period, smoothing, limit, clip, floor } = options
  return {
    initial: Array<number>(period + 1).fill(0),
    judge: (state, at, value, count, verdict) => {
      const phase = at + 1 + (count % period)
      const seasons = Math.floor(count / period)
      if (seasons === 0) {
        state[phase] = value
        return false
      }
      const mean = state[phase]!
      const variance = state[at]!
      const scale = Math.max(floor, Math.sqrt(variance))
      const z = (value - mean) / scale
      const raised =
        seasons >= leastSeasons &&
        raise(verdict, Math.abs(z) / limit, z, boundary(mean, limit * scale, value))
      const weight = seasons >= leastSeasons ? Math.min(1, clip / Math.abs(z)) : 1
      const learnt = weight * (value - mean)
      const learning = Math.max(smoothing, 1 / (seasons + 1))
      state[phase] = mean + learning * learnt
      const seen = count - period + 1
      state[at] = variance + Math.max(smoothing / period, 1 / seen) * (learnt * learnt - variance)
      return raised
    }
  }
}
