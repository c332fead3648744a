import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Trees from "../../src/risk/Trees.ts"

const leaf = { feature: 0, threshold: 0, missingLeft: false, left: 0, right: 0 }

interface Node {
  readonly feature: number
  readonly threshold: number
  readonly missingLeft: boolean
  readonly left: number
  readonly right: number
  readonly value?: number
}

const treeOf = (nodes: ReadonlyArray<Node>): Trees.Tree => ({
  leaf: nodes.map(({ value }) => value !== undefined),
  feature: nodes.map(({ feature }) => feature),
  threshold: nodes.map(({ threshold }) => threshold),
  missingLeft: nodes.map(({ missingLeft }) => missingLeft),
  left: nodes.map(({ left }) => left),
  right: nodes.map(({ right }) => right),
  value: nodes.map(({ value = 0 }) => value)
})

/** What a tree adds, by walking from the root: the definition, and not the method under test. */
const walk = (tree: Trees.Tree, row: ReadonlyArray<number>): number => {
  let node = 0
  while (tree.leaf[node] === false) {
    const value = row[tree.feature[node]!]!
    const isLeft = Number.isNaN(value) ? tree.missingLeft[node]! : value <= tree.threshold[node]!
    node = (isLeft ? tree.left : tree.right)[node]!
  }
  return tree.value[node]!
}

const logitsOf = (trees: ReadonlyArray<Trees.Tree>, rows: ReadonlyArray<ReadonlyArray<number>>) => {
  const features = rows[0]!.length
  const scorer = Result.getOrThrow(Trees.scorer({ features, baseline: 0.5, trees }))
  const values = Float64Array.from(rows.flat())
  return Array.from(
    Result.getOrThrow(scorer.logits({ rows: rows.length, columns: features, values }))
  )
}

// Mean pressure at most 65: 2; else heart rate at most 100 (or missing): -1; else 1.
const tree = treeOf([
  { feature: 0, threshold: 65, missingLeft: false, left: 1, right: 2 },
  { ...leaf, value: 2 },
  { feature: 1, threshold: 100, missingLeft: true, left: 3, right: 4 },
  { ...leaf, value: -1 },
  { ...leaf, value: 1 }
])

describe("Trees.scorer", () => {
  it("goes left at a threshold, and where the model says so for what is missing", () => {
    const rows = [
      [65, 120],
      [65.1, 100],
      [80, 100.1],
      [NaN, 120],
      [NaN, NaN],
      [-Infinity, 0],
      [Infinity, Infinity]
    ]
    expect(logitsOf([tree], rows)).toEqual([2.5, -0.5, 1.5, 1.5, -0.5, 2.5, 1.5])
  })

  it("is the baseline and one leaf of each tree", () => {
    const stump = treeOf([{ ...leaf, value: 10 }])
    expect(logitsOf([tree, tree, stump], [[60, 80]])).toEqual([14.5])
    expect(logitsOf([], [[60, 80]])).toEqual([0.5])
  })

  // A chain of `count` leaves to the right: as deep as a tree can be, over several words of leaves.
  const chain = (count: number): Trees.Tree =>
    treeOf(
      Array.from({ length: 2 * count - 1 }, (_, node) => {
        const rank = Math.floor(node / 2)
        if (node % 2 === 1) return { ...leaf, value: rank }
        return node === 2 * count - 2
          ? { ...leaf, value: count - 1 }
          : { feature: 0, threshold: rank, missingLeft: false, left: node + 1, right: node + 2 }
      })
    )

  it.each([31, 32, 33, 64, 65, 200])("finds every leaf of a tree of %i", (count) => {
    const rows = Array.from({ length: count }, (_, rank) => [rank])
    expect(logitsOf([chain(count)], rows)).toEqual(rows.map(([rank]) => rank! + 0.5))
    expect(logitsOf([chain(count), chain(3)], [[NaN]])).toEqual([count + 1.5])
  })

  const Value = Schema.Union([
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 8 })),
    Schema.Literals([0, 1, 2, 3, 4, 5]),
    Schema.Null
  ])
  const Split = Schema.Struct({
    feature: Schema.Literals([0, 1, 2]),
    threshold: Schema.Literals([0, 1, 2, 3, 4, 5]),
    missingLeft: Schema.Boolean,
    at: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.999 }))
  })

  /** Grows a tree: each split is put where a leaf was. */
  const grown = (splits: ReadonlyArray<typeof Split.Type>): Trees.Tree => {
    const nodes: Array<Node> = [{ ...leaf, value: 1 }]
    splits.forEach(({ at, ...split }, index) => {
      const leaves = nodes.flatMap((node, place) => (node.value === undefined ? [] : [place]))
      const place = leaves[Math.floor(at * leaves.length)]!
      nodes[place] = { ...split, left: nodes.length, right: nodes.length + 1 }
      nodes.push({ ...leaf, value: 2 ** -index }, { ...leaf, value: -(3 ** -index) })
    })
    return treeOf(nodes)
  }

  it.prop(
    "ends where a walk from the root ends",
    {
      splits: Schema.Array(Split).check(Schema.isMaxLength(70)),
      rows: Schema.Array(Schema.Tuple([Value, Value, Value])).check(Schema.isMinLength(1))
    },
    ({ splits, rows: given }) => {
      const rows = given.map((row) => row.map((value) => value ?? NaN))
      const one = grown(splits)
      const other = grown(splits.slice(0, 5))
      const expected = rows.map((row) => 0.5 + walk(one, row) + walk(other, row))
      expect(logitsOf([one, other], rows)).toEqual(expected)
    }
  )

  it("refuses a tree that cannot be walked through", () => {
    const reason = (broken: Trees.Tree) => {
      const made = Trees.scorer({ features: 2, baseline: 0, trees: [tree, broken] })
      return Result.isFailure(made) ? made.failure.reason : undefined
    }
    expect(reason({ ...tree, value: [1] })).toBe("lengths")
    expect(reason(treeOf([]))).toBe("lengths")
    expect(reason({ ...tree, feature: [2, 0, 0, 0, 0] })).toBe("feature")
    expect(reason({ ...tree, left: [0, 0, 3, 0, 0] })).toBe("child")
    expect(reason({ ...tree, right: [2, 0, 5, 0, 0] })).toBe("child")
  })

  it("refuses rows of another number of features", () => {
    const scorer = Result.getOrThrow(Trees.scorer({ features: 2, baseline: 0, trees: [tree] }))
    const rows = { rows: 1, columns: 3, values: new Float64Array(3) }
    expect(Result.isFailure(scorer.probabilities(rows))).toBe(true)
  })
})
