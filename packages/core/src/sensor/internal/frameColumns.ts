/** What is done to one column of a frame: its sums, what is read from them, and its alerts. */
import { lastMarked, mark } from "./frameMarks.ts"
import { forRuns, type Runs } from "./frameRuns.ts"
import { addSpread } from "./momentsBlocks.ts"
import * as Sums from "./momentsSums.ts"

// A short run costs less value by value than as a block.
const shortRun = 16

/** Adds a column to the sums of its sensors; `rowOf` has the row of sums for each code. */
export const addColumn = (
  sums: Sums.Sums,
  rowOf: ReadonlyArray<number>,
  runs: Runs,
  values: Float64Array
): void =>
  forRuns(runs, (code, from, to) => {
    const row = rowOf[code]!
    if (to - from >= shortRun) return addSpread(sums, row, values, from, to)
    for (let at = from; at < to; at++) Sums.push(sums, row, values[at]!)
  })

/** Count, skipped, mean and std of the first `sensors` rows of sums. */
export const fitOf = (sums: Sums.Sums, sensors: number) => {
  const of = (read: (row: number) => number) =>
    Float64Array.from({ length: sensors }, (_, code) => read(code * Sums.width))
  return {
    count: of((row) => sums[row + Sums.at.count]!),
    skipped: of((row) => sums[row + Sums.at.skipped]!),
    mean: of((row) => Sums.mean(sums, row)),
    std: of((row) => Sums.std(sums, row))
  }
}

/** Marks every value that reaches the threshold of its sensor. */
export const markColumn = (runs: Runs, values: Float64Array, threshold: Float64Array) => {
  const bits = new Uint32Array(Math.ceil(runs.rows / 32))
  const count = new Int32Array(threshold.length)
  const last = new Int32Array(threshold.length).fill(-1)
  const latest = new Int32Array(threshold.length).fill(-1)
  forRuns(runs, (code, from, to) => {
    const marked = mark(values, from, to, threshold[code]!, bits)
    count[code]! += marked
    if (marked > 0) last[code] = lastMarked(bits, from, to)
    const row = lastPresent(values, from, to)
    if (row >= 0) latest[code] = row
  })
  return { bits, count, last, latest, threshold }
}

const lastPresent = (values: Float64Array, from: number, to: number): number => {
  for (let row = to - 1; row >= from; row--) if (!Number.isNaN(values[row]!)) return row
  return -1
}
