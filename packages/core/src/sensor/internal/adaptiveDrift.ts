/** Charts that add up small deviations until they are too many to be chance. */
import { raise, type Chart } from "./adaptiveChart.ts"

export interface CusumOptions {
  readonly learning: number
  readonly slack: number
  readonly limit: number
  readonly floor: number
}

// Values since the last alarm, their mean, the sum of squares around it, the sums above and below.
export const cusum = ({ learning, slack, limit, floor }: CusumOptions): Chart => ({
  initial: [0, 0, 0, 0, 0],
  judge: (state, at, value, _count, verdict) => {
    const seen = state[at]! + 1
    const mean = state[at + 1]!
    if (seen <= learning) {
      const difference = value - mean
      state[at] = seen
      state[at + 1] = mean + difference / seen
      state[at + 2]! += difference * (value - state[at + 1]!)
      return false
    }
    const scale = Math.max(floor, Math.sqrt(state[at + 2]! / (learning - 1)))
    const z = (value - mean) / scale
    const above = Math.max(0, state[at + 3]! + z - slack)
    const below = Math.max(0, state[at + 4]! - z - slack)
    const sum = Math.max(above, below)
    const sign = above >= below ? 1 : -1
    const room = limit - (sign > 0 ? state[at + 3]! : state[at + 4]!) + slack
    const raised = raise(verdict, sum / limit, sign * sum, mean + sign * room * scale)
    const isOver = sum >= limit
    state[at] = isOver ? 0 : seen
    state[at + 1] = isOver ? 0 : mean
    state[at + 2] = isOver ? 0 : state[at + 2]!
    state[at + 3] = isOver ? 0 : above
    state[at + 4] = isOver ? 0 : below
    return raised
  }
})

export interface PageHinkleyOptions {
  readonly learning: number
  readonly slack: number
  readonly limit: number
  readonly forgetting: number
}

// Values since the last alarm, their mean, the sums above and below.
export const pageHinkley = (options: PageHinkleyOptions): Chart => {
  const { learning, slack, limit, forgetting } = options
  return {
    initial: [0, 0, 0, 0],
    judge: (state, at, value, _count, verdict) => {
      const seen = state[at]! + 1
      const mean = state[at + 1]! + (value - state[at + 1]!) / seen
      const keptAbove = forgetting * state[at + 2]!
      const keptBelow = forgetting * state[at + 3]!
      const above = Math.max(0, keptAbove + value - mean - slack)
      const below = Math.max(0, keptBelow + mean - value - slack)
      const sum = Math.max(above, below)
      const sign = above >= below ? 1 : -1
      const room = limit - (sign > 0 ? keptAbove : keptBelow) + slack
      const isReady = seen >= learning
      const raised = isReady && raise(verdict, sum / limit, sign * sum, mean + sign * room)
      const isOver = isReady && sum >= limit
      state[at] = isOver ? 0 : seen
      state[at + 1] = isOver ? 0 : mean
      state[at + 2] = isOver ? 0 : above
      state[at + 3] = isOver ? 0 : below
      return raised
    }
  }
}
