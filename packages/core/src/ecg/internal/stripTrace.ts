/**
 * The trace of one lead as a path in millimetres, and the room it needs.
 */
import * as Xml from "./stripXml.ts"
import type * as Signal from "../Signal.ts"

/** Where samples come to lie: `x` and `y` of sample 0 at the value `centre`, in mm. */
export interface Placement {
  readonly x: number
  readonly y: number
  readonly centre: number
  readonly mmPerSample: number
  readonly mmPerUnit: number
}

const finest = 0.1
const crowd = 4

/**
 * The path of a signal; a missing sample breaks the line. Where four samples or more share a tenth of
 * a millimetre, the lowest and the highest of them stand for all.
 */
export const path = (signal: Signal.Signal, placement: Placement): string => {
  const { x, y, centre, mmPerSample, mmPerUnit } = placement
  const inFinest = Math.floor(finest / mmPerSample + 1e-9)
  const step = inFinest >= crowd ? inFinest : 1
  let written = ""
  let isDrawing = false
  let isDot = false
  const draw = (index: number) => {
    const value = signal[index]!
    const point = `${Xml.number(x + index * mmPerSample)} ${Xml.number(y - (value - centre) * mmPerUnit)}`
    written += `${isDrawing ? "L" : "M"}${point}`
    isDot = !isDrawing
    isDrawing = true
  }
  const lift = () => {
    // A move alone draws nothing: a sample between two missing ones is a dot.
    if (isDot) written += "h0"
    isDot = false
    isDrawing = false
  }
  for (let start = 0; start < signal.length; start += step) {
    const chosen = extremes(signal, start, Math.min(signal.length, start + step))
    if (chosen.length === 0) lift()
    for (const index of chosen) draw(index)
  }
  lift()
  return written
}

/** The lowest and the highest finite sample of a stretch, in order of time. */
const extremes = (signal: Signal.Signal, start: number, end: number): ReadonlyArray<number> => {
  let lowest = -1
  let highest = -1
  for (let index = start; index < end; index++) {
    const value = signal[index]!
    if (!Number.isFinite(value)) continue
    if (lowest < 0 || value < signal[lowest]!) lowest = index
    if (highest < 0 || value > signal[highest]!) highest = index
  }
  if (lowest === highest) return lowest < 0 ? [] : [lowest]
  return lowest < highest ? [lowest, highest] : [highest, lowest]
}

/** The finite samples in order of size. */
export const sorted = (signal: Signal.Signal): Float64Array =>
  Float64Array.from(signal)
    .filter((value) => Number.isFinite(value))
    .sort()

/** A quantile of sorted values, by the nearest of them; `otherwise` where there is none. */
export const quantile = (values: Float64Array, fraction: number, otherwise: number): number =>
  values[Math.round((values.length - 1) * fraction)] ?? otherwise
