/**
 * The shape of a beat: a short stretch of a lead around it, at one rate whatever the recording's, and
 * how well one shape fits another.
 */
import type * as Signal from "../Signal.ts"

/** Time between the points of a shape, in seconds. */
const step = 0.008

// In points: what is kept before and after the beat, what of it is compared, and how far one shape may
// be moved against another, since no detector puts every beat on the same point of its QRS complex.
const before = 20
const after = 25
const core = { start: 8, end: 37 }
const maximalShift = 6

const length = before + after + 1
const movableLength = length + 2 * maximalShift
const coreLength = core.end - core.start
const shifts = 2 * maximalShift + 1

const largestMissingShare = 0.25

/** The points around a beat, and the energy of its core at every shift. */
export interface Shape {
  readonly points: Float64Array
  readonly energy: Float64Array
}

export const makeShape = (): Shape => ({
  points: new Float64Array(movableLength),
  energy: new Float64Array(shifts)
})

// The mean of the samples nearest to a time, or a point between two where none is near.
const pointAt = (window: Float64Array, at: number, reach: number): number => {
  const first = Math.ceil(at - reach)
  const last = Math.floor(at + reach)
  if (last < first) {
    const left = Math.floor(at)
    return window[left]! + (at - left) * (window[left + 1]! - window[left]!)
  }
  let sum = 0
  let count = 0
  for (let index = first; index <= last; index++) {
    const sample = window[index]!
    if (!Number.isFinite(sample)) continue
    sum += sample
    count += 1
  }
  return count === 0 ? NaN : sum / count
}

// Missing points take the value of the nearest one before them, or else after them.
const fillMissing = (points: Float64Array): void => {
  for (let index = 1; index < points.length; index++) {
    if (Number.isNaN(points[index]!)) points[index] = points[index - 1]!
  }
  for (let index = points.length - 2; index >= 0; index--) {
    if (Number.isNaN(points[index]!)) points[index] = points[index + 1]!
  }
}

const measureEnergy = ({ points, energy }: Shape): void => {
  for (let shift = 0; shift < shifts; shift++) {
    let sum = 0
    let squares = 0
    for (let index = shift + core.start; index < shift + core.end; index++) {
      const point = points[index]!
      sum += point
      squares += point * point
    }
    energy[shift] = Math.max(0, squares - (sum * sum) / coreLength)
  }
}

/** Reads shapes off a lead, into a shape that is reused; tells whether enough of the lead is there. */
export const reader = (
  lead: Signal.Signal,
  samplingRate: number
): ((beat: number, shape: Shape) => boolean) => {
  const spacing = step * samplingRate
  const reach = spacing / 2
  const margin = Math.ceil((after + maximalShift + 1) * spacing) + 2
  const window = new Float64Array(2 * margin + 1)

  const copyWindow = (beat: number): void => {
    for (let index = 0; index < window.length; index++) {
      window[index] = lead[beat - margin + index] ?? NaN
    }
  }

  return (beat, shape) => {
    copyWindow(beat)
    let missing = 0
    for (let index = 0; index < movableLength; index++) {
      const point = pointAt(window, margin + (index - before - maximalShift) * spacing, reach)
      const offset = index - maximalShift
      if (!Number.isFinite(point) && offset >= core.start && offset < core.end) missing += 1
      shape.points[index] = Number.isFinite(point) ? point : NaN
    }
    if (missing > largestMissingShare * coreLength) return false
    fillMissing(shape.points)
    measureEnergy(shape)
    return true
  }
}

/** An average of shapes; `centred` is its core without its mean. */
export interface Template {
  readonly points: Float64Array
  readonly centred: Float64Array
  energy: number
  count: number
}

export const makeTemplate = (): Template => ({
  points: new Float64Array(length),
  centred: new Float64Array(coreLength),
  energy: 0,
  count: 0
})

// A template follows slow changes: it is the mean of its first beats and forgets the oldest later.
const memory = 32

/** Takes a shape into a template. */
export const absorb = (template: Template, shape: Shape, shift: number): void => {
  const { points, centred } = template
  template.count += 1
  const weight = Math.max(1 / template.count, 1 / memory)
  for (let index = 0; index < length; index++) {
    points[index]! += weight * (shape.points[index + shift]! - points[index]!)
  }
  let sum = 0
  for (let index = core.start; index < core.end; index++) sum += points[index]!
  const mean = sum / coreLength
  template.energy = 0
  for (let index = 0; index < coreLength; index++) {
    const point = points[core.start + index]! - mean
    centred[index] = point
    template.energy += point * point
  }
}

/** A template as a shape, to fit it to another template. */
export const asShape = ({ points }: Template): Shape => {
  const shape = makeShape()
  for (let index = 0; index < movableLength; index++) {
    shape.points[index] = points[Math.min(Math.max(index - maximalShift, 0), length - 1)]!
  }
  measureEnergy(shape)
  return shape
}

/** How a shape fits a template at its best shift: `likeness` heeds size, `correlation` does not. */
export interface Fit {
  likeness: number
  correlation: number
  shift: number
}

export const makeFit = (): Fit => ({ likeness: 0, correlation: 0, shift: maximalShift })

/** Fits a shape to a template; the result is written into `fit`, which is reused. */
export const fitTo = ({ centred, energy }: Template, shape: Shape, fit: Fit): void => {
  fit.likeness = -1
  fit.correlation = 0
  for (let shift = 0; shift < shifts; shift++) {
    let product = 0
    const start = shift + core.start
    for (let index = 0; index < coreLength; index++) {
      product += shape.points[start + index]! * centred[index]!
    }
    const sum = shape.energy[shift]! + energy
    const likeness = sum > 0 ? (2 * product) / sum : 0
    if (likeness <= fit.likeness) continue
    const square = shape.energy[shift]! * energy
    fit.likeness = likeness
    fit.correlation = square > 0 ? product / Math.sqrt(square) : 0
    fit.shift = shift
  }
}

const slopeShare = 0.2

/**
 * The width of the steep part of a template in seconds: from where its slope first reaches a fifth of
 * the steepest to where it last does, between points.
 */
export const width = ({ points }: Template): number => {
  const slope = (index: number) => Math.abs(points[index + 1]! - points[index - 1]!)
  let steepest = 0
  for (let index = core.start - 2; index < core.end + 2; index++) {
    steepest = Math.max(steepest, slope(index))
  }
  const steep = slopeShare * steepest
  let first = 1
  let last = length - 2
  while (first < last && slope(first) < steep) first += 1
  while (last > first && slope(last) < steep) last -= 1
  // How far beyond a point the slope crosses, in steps: 0 at the ends of what is kept.
  const beyond = (index: number, outside: number) =>
    outside < 1 || outside > length - 2 || steep === 0
      ? 0
      : (slope(index) - steep) / (slope(index) - slope(outside))
  return (last - first + beyond(first, first - 1) + beyond(last, last + 1)) * step
}
