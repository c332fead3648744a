/**
 * All trees at once, by what their nodes rule out.
 *
 * A row that goes right at a node cannot end in a leaf on its left. So each node is a mask of the
 * leaves that are left over, and the nodes of one feature, sorted by threshold, are gone through only
 * as far as their thresholds lie below the value: of what remains, the first leaf of each tree is where
 * the row ends. No step waits for the one before it, as it would on a walk from the root.
 *
 * Lucchese et al. 2015 (QuickScorer), doi:10.1145/2766462.2767733.
 */
import type { Rows } from "./logisticKernels.ts"

/** One tree, a place for each node, the root first. */
interface Tree {
  readonly leaf: ReadonlyArray<boolean>
  readonly feature: ReadonlyArray<number>
  readonly threshold: ReadonlyArray<number>
  readonly missingLeft: ReadonlyArray<boolean>
  readonly left: ReadonlyArray<number>
  readonly right: ReadonlyArray<number>
  readonly value: ReadonlyArray<number>
}

/** Masks in the order of features and of thresholds; those of feature f end where f + 1 starts. */
interface Masks {
  readonly starts: Int32Array
  readonly thresholds: Float64Array
  /** Pairs: the word that a mask applies to (each tree has `words` of 32 leaves), and the mask. */
  readonly pairs: Int32Array
}

export interface Forest {
  readonly trees: number
  /** Words for the leaves of one tree. */
  readonly words: number
  /** What goes right because its value is above the threshold. */
  readonly above: Masks
  /** What goes right because its value is missing. */
  readonly missing: Masks
  /** The value of each leaf, 32 for each word. */
  readonly leaves: Float64Array
}

/** A node that rules out the leaves from `first` up to `end` of its tree. */
interface Cut {
  readonly tree: number
  readonly feature: number
  readonly threshold: number
  readonly missingLeft: boolean
  readonly first: number
  readonly end: number
}

/** The leaves of a tree from left to right, and its cuts. */
const unfold = (
  tree: Tree,
  place: number
): { readonly leaves: ReadonlyArray<number>; readonly cuts: ReadonlyArray<Cut> } => {
  const leaves: Array<number> = []
  const cuts: Array<Cut> = []
  // A list and no recursion: a tree may be as deep as it has nodes.
  const todo: Array<() => void> = []
  const visit = (node: number): void => {
    if (tree.leaf[node] === true) {
      leaves.push(tree.value[node]!)
      return
    }
    const first = leaves.length
    todo.push(
      () => visit(tree.right[node]!),
      () => {
        const [feature, threshold] = [tree.feature[node]!, tree.threshold[node]!]
        const missingLeft = tree.missingLeft[node]!
        cuts.push({ tree: place, feature, threshold, missingLeft, first, end: leaves.length })
      },
      () => visit(tree.left[node]!)
    )
  }
  visit(0)
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) next()
  return { leaves, cuts }
}

/** The bits from `first` up to `end` that lie in a word. */
const range = (first: number, end: number, word: number): number => {
  const from = Math.max(first - 32 * word, 0)
  const count = Math.min(end - 32 * word, 32) - from
  return count <= 0 ? 0 : (-1 >>> (32 - count)) << from
}

const masksOf = (cuts: ReadonlyArray<Cut>, features: number, words: number): Masks => {
  const entries = cuts
    .flatMap((cut) =>
      Array.from({ length: words }, (_, word) => ({
        ...cut,
        word: cut.tree * words + word,
        out: range(cut.first, cut.end, word)
      }))
    )
    .filter(({ out }) => out !== 0)
    .toSorted((a, b) => a.feature - b.feature || a.threshold - b.threshold)
  const starts = new Int32Array(features + 1)
  for (const { feature } of entries) starts[feature + 1]! += 1
  for (let feature = 0; feature < features; feature++) starts[feature + 1]! += starts[feature]!
  return {
    starts,
    thresholds: Float64Array.from(entries, ({ threshold }) => threshold),
    pairs: Int32Array.from(entries.flatMap(({ word, out }) => [word, ~out]))
  }
}

export const flatten = (trees: ReadonlyArray<Tree>, features: number): Forest => {
  const unfolded = trees.map(unfold)
  const words = Math.max(1, ...unfolded.map(({ leaves }) => Math.ceil(leaves.length / 32)))
  const leaves = new Float64Array(trees.length * words * 32)
  unfolded.forEach((tree, place) => leaves.set(tree.leaves, place * words * 32))
  const cuts = unfolded.flatMap((tree) => tree.cuts)
  return {
    trees: trees.length,
    words,
    above: masksOf(cuts, features, words),
    missing: masksOf(
      cuts.filter(({ missingLeft }) => !missingLeft),
      features,
      words
    ),
    leaves
  }
}

/** Rules out, in the words of one row, what goes right at the nodes of one feature. */
const ruleOut = (
  { starts, thresholds, pairs }: Masks,
  feature: number,
  value: number,
  left: Int32Array
): void => {
  const end = starts[feature + 1]!
  for (let at = starts[feature]!; at < end && thresholds[at]! < value; at++) {
    left[pairs[2 * at]!]! &= pairs[2 * at + 1]!
  }
}

const sum = ({ trees, words, leaves }: Forest, baseline: number, left: Int32Array): number => {
  let total = baseline
  for (let tree = 0; tree < trees; tree++) {
    let word = tree * words
    while (left[word] === 0) word++
    const bits = left[word]!
    total += leaves[32 * word + 31 - Math.clz32(bits & -bits)]!
  }
  return total
}

/** The logits of rows: the baseline and a leaf of every tree, added in the order of the trees. */
export const logits = (
  forest: Forest,
  baseline: number,
  { rows, columns, values }: Rows
): Float64Array => {
  const sums = new Float64Array(rows)
  const left = new Int32Array(forest.trees * forest.words)
  for (let row = 0; row < rows; row++) {
    left.fill(-1)
    for (let feature = 0; feature < columns; feature++) {
      const value = values[row * columns + feature]!
      if (Number.isNaN(value)) ruleOut(forest.missing, feature, Infinity, left)
      else ruleOut(forest.above, feature, value, left)
    }
    sums[row] = sum(forest, baseline, left)
  }
  return sums
}
