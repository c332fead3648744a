/** The QRS complex of a template, and the template without it. */
import { expected, type Search } from "./wavesModel.ts"
import { from, search } from "./wavesBoundaries.ts"
import { steepest, type View, view } from "./wavesShape.ts"
import type { Template } from "./wavesTemplate.ts"
import { weights } from "./wavesWeights.ts"
import { before, samples, size } from "./wavesWindow.ts"

/** Where a wave begins and ends in a window. */
export interface Span {
  readonly onset: number
  readonly offset: number
}

/** `steep` is the steepest slope of the complex. */
export interface Complex extends Span {
  readonly steep: number
}

const smoothing = 2
const core = samples(80)
const earliest = samples(130)
const latest = samples(170)
// A slope of this share of the steepest is part of the complex, if the next one is this near.
const strong = 0.25
const pause = samples(40)
const near = samples(10)
const far = samples(30)
const reach = samples(90)
const margin = samples(10)
const outside = samples(60)
const floor = 0.01

/** The last strong slope on the way from the beat to `end`. */
const lastStrong = ({ slope }: View, end: number, least: number): number => {
  const step = end < before ? -1 : 1
  let last = before
  for (let at = before; at !== end + step && Math.abs(at - last) <= pause; at += step) {
    if (Math.abs(slope[at]!) > least) last = at
  }
  return last
}

export interface ComplexSearch {
  readonly steep: number
  readonly onset: Search
  readonly offset: Search
}

/** Undefined where the template is flat, or hidden by a neighbour. */
const searchComplex = (template: Template): ComplexSearch | undefined => {
  const shape = view(template.window, smoothing)
  const steep = steepest(shape, before - core, before + core)
  if (!(steep > 0)) return undefined
  const level = shape.level.subarray(before - core, before + core + 1)
  const tall = Math.max(...level) - Math.min(...level)
  const first = lastStrong(shape, Math.max(template.from, before - earliest), strong * steep)
  const last = lastStrong(shape, Math.min(template.to, before + latest), strong * steep)
  const common = { shape, near, far, steep, tall, floor }
  const onset = search({
    ...common,
    from: Math.max(template.from, before - earliest, first - reach),
    to: first + margin,
    inward: 1,
    beyond: (at) => at - outside,
    marks: [from(first), from(before), from(last)]
  })
  const offset = search({
    ...common,
    from: last - margin,
    to: Math.min(template.to, before + latest, last + reach),
    inward: -1,
    beyond: (at) => at + outside,
    marks: [from(last), from(before), from(first)]
  })
  return { steep, onset, offset }
}

export const findComplex = (template: Template): Complex | undefined => {
  const found = searchComplex(template)
  if (found === undefined) return undefined
  return {
    steep: found.steep,
    onset: Math.round(expected(found.onset, weights.qrsOnset)),
    offset: Math.round(expected(found.offset, weights.qrsOffset))
  }
}

const clearance = 2

/** The window with a straight line in place of the complex, so that it does not leak into P and T. */
export const withoutComplex = (window: Float64Array, { onset, offset }: Span): Float64Array => {
  const left = Math.max(0, onset - clearance)
  const right = Math.min(size - 1, offset + clearance)
  const rest = window.slice()
  const step = (window[right]! - window[left]!) / (right - left)
  for (let at = left; at <= right; at++) rest[at] = window[left]! + step * (at - left)
  return rest
}
