/**
 * What the beats of this signal look like: a few running averages of their shape, and their usual
 * strength, with which a candidate is compared.
 */
import { rate } from "./beatsResample.ts"

/** A shape reaches this many samples to either side of its centre. */
export const half = 0.08 * rate

const slots = 6

// A beat this similar to a shape belongs to it; any other begins a new one.
const alike = 0.8

// A shape counts once it has been seen so often.
const trusted = 3

// An average follows its last twenty beats.
const slowest = 0.05

// How fast a shape that is not seen any more gives way, per beat.
const fading = 0.995

/**
 * `similarity` is the largest correlation with a trusted shape, from -1 to 1, or NaN where there is
 * none. `learn` takes the shape of a beat.
 */
export interface Templates {
  readonly similarity: (shape: Float64Array) => number
  readonly learn: (shape: Float64Array) => void
}

const normalise = (shape: Float64Array): void => {
  let squares = 0
  for (let index = 0; index < shape.length; index++) squares += shape[index]! * shape[index]!
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0
  for (let index = 0; index < shape.length; index++) shape[index] = shape[index]! * scale
}

export const templates = (length: number): Templates => {
  const shapes = Array.from({ length: slots }, () => new Float64Array(length))
  const evidence = new Float64Array(slots)
  const correlations = new Float64Array(slots)

  // A peak is found to within a sample, so the neighbouring alignments count too.
  const correlation = (template: Float64Array, shape: Float64Array): number => {
    let here = 0
    let earlier = 0
    let later = 0
    for (let index = 1; index < length - 1; index++) {
      const value = shape[index]!
      here += template[index]! * value
      earlier += template[index - 1]! * value
      later += template[index + 1]! * value
    }
    return Math.max(here, earlier, later)
  }

  const compare = (shape: Float64Array, least: number): void => {
    normalise(shape)
    for (let slot = 0; slot < slots; slot++) {
      correlations[slot] = evidence[slot]! >= least ? correlation(shapes[slot]!, shape) : NaN
    }
  }

  const similarity: Templates["similarity"] = (shape) => {
    compare(shape, trusted)
    let best = NaN
    for (let slot = 0; slot < slots; slot++) {
      if (!Number.isNaN(correlations[slot]) && !(correlations[slot]! <= best)) {
        best = correlations[slot]!
      }
    }
    return best
  }

  const learn: Templates["learn"] = (shape) => {
    compare(shape, Number.MIN_VALUE)
    let nearest = 0
    let weakest = 0
    for (let slot = 0; slot < slots; slot++) {
      evidence[slot] = evidence[slot]! * fading
      if (!(correlations[slot]! <= correlations[nearest]!)) nearest = slot
      if (evidence[slot]! < evidence[weakest]!) weakest = slot
    }
    const known = correlations[nearest]! >= alike
    const slot = known ? nearest : weakest
    evidence[slot] = known ? evidence[slot]! + 1 : 1
    const share = Math.max(slowest, 1 / evidence[slot])
    const template = shapes[slot]!
    for (let index = 0; index < length; index++) {
      template[index] = template[index]! * (1 - share) + shape[index]! * share
    }
    normalise(template)
  }

  return { similarity, learn }
}

// How many of the latest beats say what is usual.
const remembered = 8

/** `strength` is the median of the last eight, or NaN before the first. */
export interface Usual {
  readonly learn: (strength: number) => void
  readonly strength: () => number
}

export const usual = (): Usual => {
  const strengths = new Float64Array(remembered)
  const sorted = new Float64Array(remembered)
  let count = 0
  let median = NaN

  const learn: Usual["learn"] = (strength) => {
    strengths[count++ % remembered] = strength
    const known = Math.min(count, remembered)
    sorted.set(strengths)
    const inUse = sorted.subarray(0, known).sort()
    median = (inUse[(known - 1) >> 1]! + inUse[known >> 1]!) / 2
  }

  return { learn, strength: () => median }
}
