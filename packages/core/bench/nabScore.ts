/**
 * The scoring of the Numenta Anomaly Benchmark (Lavin & Ahmad 2015, arXiv:1510.03336), standard
 * profile: an early detection in a labelled window earns up to 1, a missed window costs 1, a false
 * alarm costs up to 0.11. The sum is scaled so that silence is 0 and perfection 100.
 *
 * As in the official scorer: rows of the probation (15 % of the file, at most 750) count for
 * nothing; a window earns its best detection only; a false alarm soon after a window costs less, by
 * the same sigmoid; the threshold is swept over all scores of all files at once.
 */
import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"

/** `start` and `end` are rows, both inside the window. */
export interface Window {
  readonly start: number
  readonly end: number
}

export interface Series {
  readonly name: string
  readonly values: Float64Array
  readonly windows: ReadonlyArray<Window>
}

/** The scores of one detector on one series, a row each; higher is more anomalous. */
export interface Scored {
  readonly series: Series
  readonly scores: Float64Array
}

const weights = { hit: 1, falseAlarm: 0.11, miss: 1 }

/** The rows at the start of a series that are not scored. */
export const probation = (rows: number): number => Math.min(Math.floor(0.15 * rows), 750)

/** The series of some folders of the benchmark, for example `realTweets`. */
export const read = (root: string, folders: ReadonlyArray<string>): ReadonlyArray<Series> => {
  const labels: Readonly<Record<string, ReadonlyArray<readonly [string, string]>>> = JSON.parse(
    readFileSync(join(root, "labels/combined_windows.json"), "utf8")
  )
  return folders.flatMap((folder) =>
    readdirSync(join(root, "data", folder))
      .toSorted()
      .map((file) =>
        readSeries(join(root, "data", folder, file), labels[`${folder}/${file}`] ?? [])
      )
  )
}

const readSeries = (path: string, labels: ReadonlyArray<readonly [string, string]>): Series => {
  const rows = readFileSync(path, "utf8").trim().split(/\r?\n/).slice(1)
  const times = rows.map((row) => row.slice(0, row.indexOf(",")))
  const rowOf = (label: string): number => times.indexOf(label.slice(0, 19))
  return {
    name: basename(path),
    values: Float64Array.from(rows, (row) => Number(row.slice(row.indexOf(",") + 1))),
    windows: labels.map(([start, end]) => ({ start: rowOf(start), end: rowOf(end) }))
  }
}

const sigmoid = (position: number): number =>
  position >= 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1

interface Row {
  readonly score: number
  /** What a detection in this row earns. */
  readonly gain: number
  /** The number of its window among all, or -1. */
  readonly window: number
}

const rowsOf = ({ series, scores }: Scored, firstWindow: number): ReadonlyArray<Row> => {
  const { values, windows } = series
  const skipped = probation(values.length)
  const rows: Array<Row> = []
  let next = 0
  for (let row = 0; row < values.length; row++) {
    while (next < windows.length && windows[next]!.end < row) next += 1
    const window = windows[next]
    const isInside = window !== undefined && window.start <= row
    const gain = isInside
      ? (weights.hit * sigmoid(-(window.end - row + 1) / (window.end - window.start + 1))) /
        sigmoid(-1)
      : weights.falseAlarm * sigmoid(distance(windows[next - 1], row))
    if (row >= skipped)
      rows.push({ score: scores[row]!, gain, window: isInside ? firstWindow + next : -1 })
  }
  return rows
}

const distance = (previous: Window | undefined, row: number): number =>
  previous === undefined ? 3 : (row - previous.end) / (previous.end - previous.start)

interface Corpus {
  readonly rows: ReadonlyArray<Row>
  readonly windows: number
}

const corpus = (scored: ReadonlyArray<Scored>): Corpus => {
  const rows: Array<Row> = []
  let windows = 0
  for (const each of scored) {
    for (const row of rowsOf(each, windows)) rows.push(row)
    windows += each.series.windows.length
  }
  return { rows, windows }
}

const scaled = (gain: number, windows: number): number =>
  (100 * (gain + weights.miss * windows)) / ((weights.hit + weights.miss) * windows)

/** The score of some series, 0 to 100 or negative, with every row at or above `threshold` detected. */
export const score = (scored: ReadonlyArray<Scored>, threshold: number): number => {
  const { rows, windows } = corpus(scored)
  const best = new Float64Array(windows).fill(-weights.miss)
  let falseAlarms = 0
  for (const row of rows) {
    if (!(row.score >= threshold)) continue
    if (row.window < 0) falseAlarms += row.gain
    else best[row.window] = Math.max(best[row.window]!, row.gain)
  }
  return scaled(falseAlarms + best.reduce((sum, gain) => sum + gain, 0), windows)
}

/** The threshold of the highest score, found over every score that occurs. */
export const optimum = (
  scored: ReadonlyArray<Scored>
): { readonly threshold: number; readonly score: number } => {
  const { rows, windows } = corpus(scored)
  const sorted = rows.toSorted((a, b) => b.score - a.score)
  const best = new Float64Array(windows).fill(-weights.miss)
  let gain = -weights.miss * windows
  let found = { threshold: Infinity, gain }
  sorted.forEach((row, at) => {
    const before = row.window < 0 ? 0 : best[row.window]!
    const after = row.window < 0 ? row.gain : Math.max(before, row.gain)
    if (row.window >= 0) best[row.window] = after
    gain += after - before
    if (sorted[at + 1]?.score !== row.score && gain > found.gain) {
      found = { threshold: row.score, gain }
    }
  })
  return { threshold: found.threshold, score: scaled(found.gain, windows) }
}
