/** The line between the logit of a probability and that of the outcome, by maximum likelihood. */
import type { Labels } from "./performanceRows.ts"

/** A probability of 0 or 1 has no logit and is taken to lie this far inside. */
export const nearest = 1e-12

export const logit = (probability: number): number => {
  const inside = Math.min(1 - nearest, Math.max(nearest, probability))
  return Math.log(inside) - Math.log1p(-inside)
}

export const logits = (probabilities: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: probabilities.length }, (_, row) => logit(probabilities[row]!))

/** Why no line is the likeliest. */
export type NoLine = "constant" | "separated"

/** Where no score differs, or one threshold parts the outcomes, the likeliest line has no slope. */
const noLine = (labels: Labels, xs: Float64Array): NoLine | undefined => {
  const least = [Infinity, Infinity]
  const most = [-Infinity, -Infinity]
  for (let row = 0; row < xs.length; row++) {
    const label = Number(labels[row])
    least[label] = Math.min(least[label]!, xs[row]!)
    most[label] = Math.max(most[label]!, xs[row]!)
  }
  if (Math.min(...least) === Math.max(...most)) return "constant"
  return most[0]! <= least[1]! || most[1]! <= least[0]! ? "separated" : undefined
}

interface Place {
  readonly intercept: number
  readonly slope: number
}

/** A line, and the variances of both by the inverse of its information. */
export interface Line extends Place {
  readonly interceptVariance: number
  readonly slopeVariance: number
}

interface Score {
  readonly loss: number
  readonly byIntercept: number
  readonly bySlope: number
  readonly information: readonly [number, number, number]
}

const score = (labels: Labels, xs: Float64Array, { intercept, slope }: Place): Score => {
  let loss = 0
  let byIntercept = 0
  let bySlope = 0
  let w0 = 0
  let w1 = 0
  let w2 = 0
  for (let row = 0; row < xs.length; row++) {
    const x = xs[row]!
    const label = Number(labels[row])
    const linear = intercept + slope * x
    const small = Math.exp(-Math.abs(linear))
    const fitted = linear >= 0 ? 1 / (1 + small) : small / (1 + small)
    loss += Math.log1p(small) + Math.max(linear, 0) - label * linear
    const weight = small / (1 + small) / (1 + small)
    byIntercept += label - fitted
    bySlope += (label - fitted) * x
    w0 += weight
    w1 += weight * x
    w2 += weight * x * x
  }
  return { loss, byIntercept, bySlope, information: [w0, w1, w2] }
}

const steps = 100
const tolerance = 1e-12

/** The line of least loss, by Newton steps that are halved until they lessen it. */
export const line = (labels: Labels, xs: Float64Array): Line | NoLine => {
  const reason = noLine(labels, xs)
  if (reason !== undefined) return reason
  const found = likeliest(labels, xs)
  // Logits that differ by rounding alone tell no slope either.
  return found.slopeVariance > 0 && found.slopeVariance < Infinity ? found : "constant"
}

const likeliest = (labels: Labels, xs: Float64Array): Line => {
  let at: Place = { intercept: 0, slope: 1 }
  let now = score(labels, xs, at)
  for (let count = 0; count < steps; count++) {
    const step = newton(now)
    const [next, then] = shortened(labels, xs, at, step, now)
    const moved = Math.abs(next.intercept - at.intercept) + Math.abs(next.slope - at.slope)
    at = next
    now = then
    if (moved < tolerance) break
  }
  const [w0, w1, w2] = now.information
  const determinant = w0 * w2 - w1 * w1
  return { ...at, interceptVariance: w2 / determinant, slopeVariance: w0 / determinant }
}

const newton = ({ byIntercept, bySlope, information: [w0, w1, w2] }: Score): Place => {
  const determinant = w0 * w2 - w1 * w1
  return {
    intercept: (w2 * byIntercept - w1 * bySlope) / determinant,
    slope: (w0 * bySlope - w1 * byIntercept) / determinant
  }
}

const shortened = (
  labels: Labels,
  xs: Float64Array,
  at: Place,
  step: Place,
  before: Score
): readonly [Place, Score] => {
  for (let share = 1; share > 1e-12; share /= 2) {
    const next = {
      intercept: at.intercept + share * step.intercept,
      slope: at.slope + share * step.slope
    }
    const then = score(labels, xs, next)
    // Near the end, what a step gains is less than the rounding of the loss.
    if (then.loss <= before.loss * (1 + 1e-14)) return [next, then]
  }
  return [at, before]
}

/** What has to be added to every logit for the mean probability to be the observed share. */
export const offset = (labels: Labels, xs: Float64Array): number => {
  let low = -100
  let high = 100
  let intercept = 0
  for (let step = 0; step < 200 && high - low > tolerance; step++) {
    const { byIntercept, information } = score(labels, xs, { intercept, slope: 1 })
    if (byIntercept === 0) return intercept
    if (byIntercept > 0) low = intercept
    else high = intercept
    const next = intercept + byIntercept / information[0]
    const isInside = next > low && next < high
    if (isInside && Math.abs(next - intercept) < tolerance) return next
    intercept = isInside ? next : (low + high) / 2
  }
  return intercept
}
