/** Pools of rows whose shares with the outcome never fall from one to the next. */
import type { Labels } from "./performanceRows.ts"

/** Rows with scores from `first` to `last`, `events` of them with the outcome. */
export interface Pool {
  readonly first: number
  readonly last: number
  readonly rows: number
  readonly events: number
}

const joined = (before: Pool, after: Pool): Pool => ({
  first: before.first,
  last: after.last,
  rows: before.rows + after.rows,
  events: before.events + after.events
})

/** Whether the share of the pool before is not below that of the one after; in whole numbers. */
const violates = (before: Pool, after: Pool): boolean =>
  before.events * after.rows >= after.events * before.rows

/** One pool for each score, in ascending order. */
const singles = (labels: Labels, scores: ArrayLike<number>): ReadonlyArray<Pool> => {
  const order = Array.from(scores, (score, row) => ({ score, event: Number(labels[row]) }))
  const pools: Array<Pool> = []
  for (const { score, event } of order.sort((a, b) => a.score - b.score)) {
    const single = { first: score, last: score, rows: 1, events: event }
    const before = pools.at(-1)
    if (before?.last === score) pools[pools.length - 1] = joined(before, single)
    else pools.push(single)
  }
  return pools
}

/** Joins neighbours for as long as one has a share that is not below the next. */
export const pooled = (labels: Labels, scores: ArrayLike<number>): ReadonlyArray<Pool> => {
  const pools: Array<Pool> = []
  for (const single of singles(labels, scores)) {
    let pool = single
    for (let before = pools.at(-1); before && violates(before, pool); before = pools.at(-1)) {
      pool = joined(before, pool)
      pools.pop()
    }
    pools.push(pool)
  }
  return pools
}

/** How many of the ascending places are at most a value. */
export const above = (places: ReadonlyArray<number>, value: number): number => {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (places[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}
