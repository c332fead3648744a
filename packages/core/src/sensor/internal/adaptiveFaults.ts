/** Charts of what a broken sensor does: it sticks at a value, or leaps. */
import { boundary, raise, type Chart } from "./adaptiveChart.ts"

// The last value, and how many times in a row it came.
export const stuck = ({
  run,
  tolerance
}: {
  readonly run: number
  readonly tolerance: number
}): Chart => ({
  initial: [0, 0],
  judge: (state, at, value, _count, verdict) => {
    const last = state[at]!
    const isSame = state[at + 1]! > 0 && Math.abs(value - last) <= tolerance
    const length = isSame ? state[at + 1]! + 1 : 1
    if (!isSame) state[at] = value
    state[at + 1] = length
    if (length !== run) return false
    // A fault has the last word, whatever the other charts say.
    verdict.ratio = Math.max(1, verdict.ratio)
    verdict.z = length
    verdict.threshold = state[at]!
    return true
  }
})

// The last value.
export const rate = ({ limit }: { readonly limit: number }): Chart => ({
  initial: [0],
  judge: (state, at, value, count, verdict) => {
    const last = state[at]!
    state[at] = value
    const change = value - last
    return (
      count > 0 && raise(verdict, Math.abs(change) / limit, change, boundary(last, limit, value))
    )
  }
})
