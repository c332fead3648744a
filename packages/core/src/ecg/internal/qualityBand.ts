/**
 * A lead at 100 to 200 Hz in the band of the QRS complex, about 1 to 15 Hz.
 *
 * The band is the difference of two moving averages, taken from one running sum: a sample costs two
 * subtractions wherever it is read, and nothing but the running sum is kept.
 */
import type * as Signal from "../Signal.ts"
import type * as Artefacts from "./qualityArtefacts.ts"
import * as Stretch from "./qualityStretch.ts"

/** The running sum of a thinned lead, and the half widths of the two moving averages. */
export interface Band {
  readonly sums: Float64Array
  readonly length: number
  /** Samples of the lead to a sample of the band. */
  readonly every: number
  /** Samples of the band per s. */
  readonly rate: number
  readonly narrow: number
  readonly wide: number
}

const lowestRate = 100 // Hz
const narrowHalf = 0.015 // s
const wideHalf = 0.3 // s

/** Thins a lead by averaging; whatever cannot be read holds the sample before it. */
export const make = (
  signal: Signal.Signal,
  samplingRate: number,
  windows: Stretch.Windows,
  { stretches, centre, reach }: Artefacts.Survey
): Band => {
  const every = Math.max(1, Math.floor(samplingRate / lowestRate))
  const length = Math.ceil(signal.length / every)
  const sums = new Float64Array(length + 1)
  const block = new Float64Array(windows.longest)
  // Sums are taken from the first sample's level, so that little is lost to rounding.
  const origin = centre.find(Number.isFinite) ?? 0
  let held = origin
  let sum = 0
  let total = 0
  let filled = 0
  let at = 0
  let stretch = 0
  for (let window = 0; window < windows.count; window++) {
    const samples = Stretch.load(signal, windows, window, block)
    const middle = centre[window]!
    const first = window * windows.length
    for (let index = 0; index < samples; index++) {
      const sample = block[index]!
      const place = first + index
      if (place >= (stretches[stretch]?.end ?? Infinity)) stretch += 1
      const isRead = place < (stretches[stretch]?.start ?? Infinity)
      if (isRead && Math.abs(sample - middle) <= reach) held = sample
      sum += held - origin
      if (++filled < every) continue
      total += sum / every
      sums[++at] = total
      sum = 0
      filled = 0
    }
  }
  if (filled > 0) sums[++at] = total + sum / filled
  const rate = samplingRate / every
  return {
    sums,
    length,
    every,
    rate,
    narrow: Math.max(1, Math.round(narrowHalf * rate)),
    wide: Math.round(wideHalf * rate)
  }
}

const mean = (sums: Float64Array, length: number, at: number, half: number): number => {
  const from = at - half < 0 ? 0 : at - half
  const to = at + half + 1 > length ? length : at + half + 1
  return (sums[to]! - sums[from]!) / (to - from)
}

/** A sample within the band of the QRS complex. */
export const sample = ({ sums, length, narrow, wide }: Band, at: number): number =>
  mean(sums, length, at, narrow) - mean(sums, length, at, wide)

/** A sample of the baseline, which is what lies below that band. */
export const baseline = ({ sums, length, wide }: Band, at: number): number =>
  mean(sums, length, at, wide)
