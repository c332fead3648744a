/**
 * Gradient-boosted trees, trained elsewhere and scored here.
 *
 * The guarantee that bites: a missing feature takes the branch that the model learned for it, at each
 * node its own; it is never filled in.
 *
 * Not a medical device.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { probability } from "./internal/logisticKernels.ts"
import * as Forest from "./internal/treesForest.ts"
import type * as Logistic from "./Logistic.ts"

const Places = Schema.Array(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)))

/**
 * One tree, as arrays with a place for each node, the root first. At a node that is no `leaf`, a row
 * goes on to `left` where its `feature` is at most `threshold`, or is missing and `missingLeft`; and to
 * `right` otherwise. At a leaf, `value` is what the tree adds.
 *
 * @since 0.2.0
 */
export const Tree = Schema.Struct({
  leaf: Schema.Array(Schema.Boolean),
  feature: Places,
  threshold: Schema.Array(Schema.Finite),
  missingLeft: Schema.Array(Schema.Boolean),
  left: Places,
  right: Places,
  value: Schema.Array(Schema.Finite)
}).annotate({ identifier: "Tree" })

/** @since 0.2.0 */
export interface Tree extends Schema.Schema.Type<typeof Tree> {}

/**
 * A model as data: the logit of a row is `baseline` and what its leaf adds in each of `trees`.
 *
 * @since 0.2.0
 */
export const Model = Schema.Struct({
  features: Schema.Int.check(Schema.isGreaterThan(0)),
  baseline: Schema.Finite,
  trees: Schema.Array(Tree)
}).annotate({ identifier: "TreesModel" })

/** @since 0.2.0 */
export interface Model extends Schema.Schema.Type<typeof Model> {}

/**
 * Why trees cannot be scored: `lengths`, the arrays of a tree differ in length, or rows have not the
 * features of the model; `feature`, a node asks for a feature that there is not; `child`, a node does
 * not lead onwards to two nodes of its tree.
 *
 * @since 0.2.0
 */
export class TreesError extends Schema.TaggedError<TreesError>()("TreesError", {
  reason: Schema.Literals(["lengths", "feature", "child"])
}) {}

const refuse = (reason: TreesError["reason"]) => Result.fail(new TreesError({ reason }))

const problem = (tree: Tree, features: number): TreesError["reason"] | undefined => {
  const { leaf, feature, threshold, missingLeft, left, right, value } = tree
  const nodes = leaf.length
  const arrays = [feature, threshold, missingLeft, left, right, value]
  if (nodes === 0 || arrays.some(({ length }) => length !== nodes)) return "lengths"
  const inner = leaf.flatMap((isLeaf, node) => (isLeaf ? [] : [node]))
  if (inner.some((node) => feature[node]! >= features)) return "feature"
  // Children come after their node, or a row could go round for ever.
  const leadsOn = (node: number, child: number) => child > node && child < nodes
  return inner.every((node) => leadsOn(node, left[node]!) && leadsOn(node, right[node]!))
    ? undefined
    : "child"
}

/**
 * Trees made ready to score many rows at once.
 *
 * @since 0.2.0
 */
export interface Scorer {
  readonly features: number
  readonly logits: (features: Logistic.Matrix) => Result.Result<Float64Array, TreesError>
  readonly probabilities: (features: Logistic.Matrix) => Result.Result<Float64Array, TreesError>
}

/**
 * Makes trees ready to score.
 *
 * Shape: rows of the features of the model, in their order, NaN where one is missing.
 *
 * Fails with: `TreesError`, for the first tree that cannot be walked through; and scoring with `lengths`,
 * for another number of features.
 *
 * Method: QuickScorer (Lucchese et al. 2015, doi:10.1145/2766462.2767733), which rules out leaves instead
 * of walking to them, with a word more for every 32 leaves. What the trees add is summed in their order,
 * as scikit-learn's histogram gradient boosting does. A split between what is there and what is missing,
 * whose threshold is infinite there, has the largest double here.
 *
 * @example
 * ```ts
 * import * as Trees from "@bedside/core/Trees"
 * import * as Result from "effect/Result"
 *
 * const stump = {
 *   leaf: [false, true, true],
 *   feature: [0, 0, 0],
 *   threshold: [65, 0, 0],
 *   missingLeft: [true, false, false],
 *   left: [1, 0, 0],
 *   right: [2, 0, 0],
 *   value: [0, 1.5, -0.5]
 * }
 * const scorer = Result.getOrThrow(Trees.scorer({ features: 1, baseline: -1, trees: [stump] }))
 * const patients = { rows: 3, columns: 1, values: Float64Array.of(65, 80, NaN) }
 * Array.from(Result.getOrThrow(scorer.logits(patients))) // => [0.5, -1.5, 0.5]
 * ```
 * @since 0.2.0
 */
export const scorer = ({ features, baseline, trees }: Model): Result.Result<Scorer, TreesError> => {
  for (const tree of trees) {
    const reason = problem(tree, features)
    if (reason !== undefined) return refuse(reason)
  }
  const forest = Forest.flatten(trees, features)
  const logits: Scorer["logits"] = (matrix) =>
    matrix.columns === features && matrix.values.length === matrix.rows * features
      ? Result.succeed(Forest.logits(forest, baseline, matrix))
      : refuse("lengths")
  return Result.succeed({
    features,
    logits,
    probabilities: (matrix) => Result.map(logits(matrix), (sums) => sums.map(probability))
  })
}
