/** A chart of the median of the last values, and of their median distance from it. */
import { boundary, raise, type Chart } from "./adaptiveChart.ts"

export interface HampelOptions {
  readonly window: number
  readonly limit: number
  readonly floor: number
}

// The standard deviation of a normal distribution whose median absolute deviation is 1.
const deviationsPerMad = 1.482602218505602

// The values in the order they came (a ring), then the same values ascending.
export const hampel = ({ window, limit, floor }: HampelOptions): Chart => ({
  initial: Array<number>(2 * window).fill(0),
  judge: (state, at, value, count, verdict) => {
    const sorted = at + window
    const oldest = at + (count % window)
    let raised = false
    if (count >= window) {
      const centre = medianOf(state, sorted, window)
      const scale = Math.max(
        floor,
        deviationsPerMad * medianDistance(state, sorted, window, centre)
      )
      const z = (value - centre) / scale
      raised = raise(verdict, Math.abs(z) / limit, z, boundary(centre, limit * scale, value))
      remove(state, sorted, window, state[oldest]!)
      insert(state, sorted, window - 1, value)
    } else {
      insert(state, sorted, count, value)
    }
    state[oldest] = value
    return raised
  }
})

const medianOf = (state: ReadonlyArray<number>, start: number, length: number): number => {
  const upper = state[start + (length >> 1)]!
  return length % 2 === 1 ? upper : (state[start + (length >> 1) - 1]! + upper) / 2
}

// Takes the largest distance first, from either end of the sorted values, as far as the middle one.
const medianDistance = (
  state: ReadonlyArray<number>,
  start: number,
  length: number,
  centre: number
): number => {
  let low = start
  let high = start + length - 1
  let distance = 0
  let previous = 0
  for (let taken = 0; taken <= length >> 1; taken++) {
    previous = distance
    const below = centre - state[low]!
    const above = state[high]! - centre
    if (below > above) {
      distance = below
      low += 1
    } else {
      distance = above
      high -= 1
    }
  }
  return length % 2 === 1 ? distance : (previous + distance) / 2
}

const insert = (state: Array<number>, start: number, length: number, value: number): void => {
  let at = start + length
  while (at > start && state[at - 1]! > value) {
    state[at] = state[at - 1]!
    at -= 1
  }
  state[at] = value
}

const remove = (state: Array<number>, start: number, length: number, value: number): void => {
  let at = start
  while (state[at] !== value) at += 1
  for (; at < start + length - 1; at++) state[at] = state[at + 1]!
}
