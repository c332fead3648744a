/** Rows drawn again with their clusters: those of one patient stay together. */
import * as Result from "effect/Result"
import type { Labels } from "./performanceRows.ts"

/** Rows in the ascending order of their scores, and the cluster of each. */
export interface Clustered {
  readonly labels: Uint8Array
  readonly scores: Float64Array
  readonly cluster: Uint32Array
  readonly clusters: number
}

const numbered = (
  rows: number,
  names: ArrayLike<string | number> | undefined
): { readonly of: Uint32Array; readonly count: number } => {
  if (names === undefined) return { of: new Uint32Array(rows).map((_, row) => row), count: rows }
  const numbers = new Map<string | number, number>()
  const of = new Uint32Array(rows).map((_, row) => {
    const name = names[row]!
    const known = numbers.get(name)
    if (known === undefined) numbers.set(name, numbers.size)
    return known ?? numbers.size - 1
  })
  return { of, count: numbers.size }
}

// Rows that are drawn in the order of their scores are sorted, which sorting them again is fast on.
export const clustered = (
  labels: Labels,
  scores: ArrayLike<number>,
  names: ArrayLike<string | number> | undefined
): Clustered => {
  const order = new Uint32Array(labels.length)
    .map((_, row) => row)
    .sort((a, b) => (scores[a]! < scores[b]! ? -1 : scores[a]! > scores[b]! ? 1 : a - b))
  const { of, count } = numbered(labels.length, names)
  return {
    labels: Uint8Array.from(order, (row) => Number(labels[row])),
    scores: Float64Array.from(order, (row) => scores[row]!),
    cluster: Uint32Array.from(order, (row) => of[row]!),
    clusters: count
  }
}

/** As many clusters as there are, each drawn from all: the labels and scores of their rows. */
const redrawn = (
  { labels, scores, cluster, clusters }: Clustered,
  random: () => number
): { readonly labels: Uint8Array; readonly scores: Float64Array } => {
  const times = new Uint32Array(clusters)
  for (let draw = 0; draw < clusters; draw++) times[Math.floor(random() * clusters)]! += 1
  let rows = 0
  for (const each of cluster) rows += times[each]!
  const drawn = { labels: new Uint8Array(rows), scores: new Float64Array(rows) }
  let at = 0
  for (let row = 0; row < cluster.length; row++) {
    for (let copy = times[cluster[row]!]!; copy > 0; copy--) {
      drawn.labels[at] = labels[row]!
      drawn.scores[at] = scores[row]!
      at += 1
    }
  }
  return drawn
}

/** The ascending figures of the draws that have one. */
export const figures = (
  rows: Clustered,
  draws: number,
  random: () => number,
  figure: (labels: Uint8Array, scores: Float64Array) => Result.Result<number, unknown>
): Float64Array => {
  const found = new Float64Array(draws)
  let count = 0
  for (let draw = 0; draw < draws; draw++) {
    const drawn = redrawn(rows, random)
    const measured = figure(drawn.labels, drawn.scores)
    if (Result.isSuccess(measured)) found[count++] = measured.success
  }
  return found.subarray(0, count).sort()
}
