/**
 * Newton's method for a penalised logistic likelihood.
 *
 * The curvature costs as much as fifty gradients. It is therefore kept from step to step, corrected by
 * what the gradients of these steps show of it (limited-memory BFGS, Nocedal 1980,
 * doi:10.1090/S0025-5718-1980-0572855-7), and made anew only where the steps do not shrink. A step that
 * would not lower the objective is halved.
 */
import * as Kernels from "./logisticKernels.ts"

export interface Limits {
  readonly penalty: number
  readonly tolerance: number
  readonly maximumSteps: number
}

/** Where the solver stopped: `decrement` is the length of the step that it would have taken next. */
export interface Solution {
  readonly coefficients: Float64Array
  readonly steps: number
  readonly curvatures: number
  readonly decrement: number
  readonly converged: boolean
}

interface Place {
  readonly coefficients: Float64Array
  readonly logits: Float64Array
  readonly objective: number
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!
  return sum
}

const halvings = 40

/** A step that was taken, and how the gradient changed by it. */
interface Pair {
  readonly step: Float64Array
  readonly change: Float64Array
}

const remembered = 12

const added = (to: Float64Array, factor: number, values: Float64Array): Float64Array =>
  to.map((value, at) => value + factor * values[at]!)

/** The Newton step of a factor, corrected by pairs from the latest to the first and back. */
const corrected = (
  factor: Kernels.Square,
  pairs: ReadonlyArray<Pair>,
  slope: Float64Array
): Float64Array => {
  const shares = new Float64Array(pairs.length)
  let rest = slope
  for (let at = pairs.length - 1; at >= 0; at--) {
    const { step, change } = pairs[at]!
    shares[at] = dot(step, rest) / dot(step, change)
    rest = added(rest, -shares[at]!, change)
  }
  let whole = Kernels.solve(factor, rest)
  pairs.forEach(({ step, change }, at) => {
    const share = dot(change, whole) / dot(step, change)
    whole = added(whole, shares[at]! - share, step)
  })
  return whole
}

/** The first place on the way of the step whose objective is lower, rounding apart. */
const descend = (
  from: Place,
  step: Float64Array,
  placeAt: (coefficients: Float64Array) => Place
): Place | undefined => {
  const slack = 1e-12 * (1 + Math.abs(from.objective))
  for (let [halving, share] = [0, 1]; halving < halvings; halving++, share /= 2) {
    const next = placeAt(from.coefficients.map((value, at) => value - share * step[at]!))
    if (next.objective <= from.objective + slack) return next
  }
  return undefined
}

/** Undefined where the curvature has no factor: columns that say the same, and no penalty. */
export const solve = (
  rows: Kernels.Rows,
  targets: ArrayLike<number>,
  start: Float64Array,
  { penalty, tolerance, maximumSteps }: Limits
): Solution | undefined => {
  const placeAt = (coefficients: Float64Array): Place => {
    const logits = new Float64Array(rows.rows)
    Kernels.logits(rows, coefficients, logits)
    const objective = Kernels.objective(targets, logits, coefficients, penalty)
    return { coefficients, logits, objective }
  }
  const slopeAt = ({ coefficients, logits }: Place, weights: Float64Array) =>
    Kernels.gradient(rows, targets, logits, coefficients, penalty, weights)
  const weights = new Float64Array(rows.rows)
  let place = placeAt(start)
  let factor: Kernels.Square | undefined
  let pairs: ReadonlyArray<Pair> = []
  let [before, curvatures] = [Infinity, 0]
  let slope = slopeAt(place, weights)
  for (let steps = 0; ; steps++) {
    let step = factor && corrected(factor, pairs, slope)
    if (step === undefined || !(Math.sqrt(dot(slope, step)) < before)) {
      factor = Kernels.curvature(rows, weights, penalty)
      curvatures++
      if (!Kernels.factor(factor)) return undefined
      pairs = []
      step = Kernels.solve(factor, slope)
    }
    const decrement = Math.sqrt(Math.max(0, dot(slope, step)))
    const next = steps < maximumSteps ? descend(place, step, placeAt) : undefined
    const converged = decrement <= tolerance
    if (converged || next === undefined) {
      const { coefficients } = converged ? (next ?? place) : place
      return { coefficients, steps, curvatures, decrement, converged }
    }
    const after = slopeAt(next, weights)
    const taken = added(next.coefficients, -1, place.coefficients)
    const pair = { step: taken, change: added(after, -1, slope) }
    // Where the gradient did not change, rounding is all that is left.
    if (dot(pair.step, pair.change) > 0) pairs = [...pairs, pair].slice(-remembered)
    place = next
    slope = after
    before = decrement
  }
}
