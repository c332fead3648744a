/** ADWIN: a window that grows while nothing changes, kept as sums of ever more values. */

export interface WindowOptions {
  readonly delta: number
  readonly clock: number
  readonly buckets: number
  readonly leastPart: number
  readonly grace: number
}

// The state: these, and then the rows of buckets. A bucket of row r sums 2^r values, and row 0 holds
// the newest. Of each row: the number of its buckets, then a sum and a spread for each, oldest first.
const at = { width: 0, total: 1, squares: 2, ticks: 3, rows: 4 }

export const emptyWindow = ({ buckets }: WindowOptions): ReadonlyArray<number> => [
  0,
  0,
  0,
  0,
  1,
  ...emptyRow(buckets)
]

const emptyRow = (buckets: number): ReadonlyArray<number> =>
  Array<number>(rowLength(buckets)).fill(0)

const rowLength = (buckets: number): number => 1 + 2 * (buckets + 1)

/** Takes a value into the window; whether the window had to shrink. */
export const pushWindow = (
  state: Array<number>,
  value: number,
  options: WindowOptions
): boolean => {
  insert(state, value, options.buckets)
  state[at.ticks]! += 1
  const isDue = state[at.ticks]! % options.clock === 0 && state[at.width]! > options.grace
  if (!isDue) return false
  let isChanged = false
  while (hasCut(state, options)) {
    removeOldest(state, options.buckets)
    isChanged = true
  }
  return isChanged
}

const insert = (state: Array<number>, value: number, buckets: number): void => {
  const before = state[at.width]!
  if (before > 0) {
    const difference = value - state[at.total]! / before
    state[at.squares]! += (before * difference * difference) / (before + 1)
  }
  state[at.width] = before + 1
  state[at.total]! += value
  append(state, at.rows + 1, value, 0)
  compress(state, buckets)
}

const append = (state: Array<number>, row: number, total: number, squares: number): void => {
  const count = state[row]!
  state[row + 1 + 2 * count] = total
  state[row + 2 + 2 * count] = squares
  state[row] = count + 1
}

const removeFirst = (state: Array<number>, row: number, buckets: number, count: number): void => {
  const end = row + rowLength(buckets)
  for (let index = row + 1; index < end; index++) {
    const from = index + 2 * count
    state[index] = from < end ? state[from]! : 0
  }
  state[row]! -= count
}

// The two oldest buckets of a row that is over full become one of the next row.
const compress = (state: Array<number>, buckets: number): void => {
  const length = rowLength(buckets)
  let size = 1
  for (let row = at.rows + 1; state[row]! > buckets; row += length) {
    if (row + length >= state.length) {
      for (let index = 0; index < length; index++) state.push(0)
      state[at.rows]! += 1
    }
    const first = state[row + 1]!
    const second = state[row + 3]!
    const difference = (first - second) / size
    const squares = state[row + 2]! + state[row + 4]! + (size * difference * difference) / 2
    append(state, row + length, first + second, squares)
    removeFirst(state, row, buckets, 2)
    size *= 2
  }
}

const removeOldest = (state: Array<number>, buckets: number): void => {
  const length = rowLength(buckets)
  const row = state.length - length
  const size = 2 ** (state[at.rows]! - 1)
  const total = state[row + 1]!
  const rest = state[at.width]! - size
  state[at.width] = rest
  state[at.total]! -= total
  const difference = total / size - state[at.total]! / rest
  state[at.squares]! -= state[row + 2]! + (size * rest * difference * difference) / (size + rest)
  removeFirst(state, row, buckets, 1)
  if (state[row] === 0) {
    state.length -= length
    state[at.rows]! -= 1
  }
}

// Looks for a place that parts older from newer values, from the oldest bucket on. As published, the
// newest bucket of each row is not taken for itself.
const hasCut = (state: ReadonlyArray<number>, options: WindowOptions): boolean => {
  const length = rowLength(options.buckets)
  const width = state[at.width]!
  let older = 0
  let olderTotal = 0
  let size = 2 ** (state[at.rows]! - 1)
  for (let row = state.length - length; row > at.rows; row -= length) {
    for (let bucket = 0; bucket < state[row]! - 1; bucket++) {
      older += size
      olderTotal += state[row + 1 + 2 * bucket]!
      const newer = width - older
      if (older < options.leastPart || newer < options.leastPart) continue
      const difference = olderTotal / older - (state[at.total]! - olderTotal) / newer
      if (Math.abs(difference) > limit(state, older, newer, options)) return true
    }
    size /= 2
  }
  return false
}

const limit = (
  state: ReadonlyArray<number>,
  older: number,
  newer: number,
  { delta, leastPart }: WindowOptions
): number => {
  const width = state[at.width]!
  const confidence = Math.log((2 * Math.log(width)) / delta)
  const parts = 1 / (older - leastPart + 1) + 1 / (newer - leastPart + 1)
  // Sums that are taken back may leave less than nothing.
  const variance = Math.max(0, state[at.squares]!) / width
  return Math.sqrt(2 * parts * variance * confidence) + (2 / 3) * confidence * parts
}
