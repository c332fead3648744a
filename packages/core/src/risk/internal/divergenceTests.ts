/** Tests of counts. */
import { chiSquareTail, logGamma } from "./gammaTail.ts"

export interface Test {
  readonly statistic: number
  readonly freedom: number
  readonly p: number
}

const sumOf = (counts: ArrayLike<number>): number => {
  let sum = 0
  for (let index = 0; index < counts.length; index++) sum += counts[index]!
  return sum
}

/** Pearson's test that two rows of counts are of one distribution; columns without a count are none. */
export const pearson = (left: ArrayLike<number>, right: ArrayLike<number>): Test => {
  const n = sumOf(left)
  const m = sumOf(right)
  let statistic = 0
  let columns = 0
  for (let index = 0; index < left.length; index++) {
    const both = left[index]! + right[index]!
    if (both === 0) continue
    columns += 1
    const distance = left[index]! * m - right[index]! * n
    statistic += (distance * distance) / (both * n * m)
  }
  const freedom = n === 0 || m === 0 ? 0 : Math.max(0, columns - 1)
  return freedom === 0
    ? { statistic: 0, freedom, p: 1 }
    : { statistic, freedom, p: chiSquareTail(freedom, statistic) }
}

/**
 * Neighbouring columns put together until each is expected to hold at least `least` in either row:
 * the distribution of Pearson's test is not that of chi-square where fewer are expected.
 */
export const pooled = (
  left: ArrayLike<number>,
  right: ArrayLike<number>,
  least: number
): { readonly left: ReadonlyArray<number>; readonly right: ReadonlyArray<number> } => {
  const share = Math.min(sumOf(left), sumOf(right)) / (sumOf(left) + sumOf(right))
  const lefts: Array<number> = []
  const rights: Array<number> = []
  let isFull = true
  for (let index = 0; index < left.length; index++) {
    if (isFull) {
      lefts.push(0)
      rights.push(0)
    }
    const at = lefts.length - 1
    lefts[at]! += left[index]!
    rights[at]! += right[index]!
    isFull = (lefts[at]! + rights[at]!) * share >= least
  }
  if (!isFull && lefts.length > 1) {
    const last = [lefts.pop() ?? 0, rights.pop() ?? 0] as const
    lefts[lefts.length - 1]! += last[0]
    rights[rights.length - 1]! += last[1]
  }
  return { left: lefts, right: rights }
}

const logChoose = (n: number, k: number): number =>
  logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)

/**
 * Fisher's exact test that `some` of `all` and `someNow` of `allNow` are one share: the chance of all
 * tables that are no likelier than this one.
 */
export const fisher = (some: number, all: number, someNow: number, allNow: number): number => {
  const both = some + someNow
  const least = Math.max(0, both - all)
  const chances = new Float64Array(Math.min(both, allNow) - least + 1)
  let log = logChoose(allNow, least) + logChoose(all, both - least) - logChoose(all + allNow, both)
  for (let index = 0; index < chances.length; index++) {
    chances[index] = Math.exp(log)
    const now = least + index
    log += Math.log(((allNow - now) * (both - now)) / ((now + 1) * (all - both + now + 1)))
  }
  // Tables that are equally likely differ by rounding.
  const limit = chances[someNow - least]! * (1 + 1e-7)
  return Math.min(
    1,
    chances.reduce((sum, chance) => (chance <= limit ? sum + chance : sum), 0)
  )
}
