/**
 * How much of a window is not its beats: noise in the band of the QRS complex, noise above it, the
 * mains, and the wander of the baseline.
 */
import type * as Signal from "../Signal.ts"
import * as Band from "./qualityBand.ts"
import * as Stretch from "./qualityStretch.ts"

/** The noise of each window, in units of the signal. */
export interface Noise {
  /** Root mean square in the band of the QRS complex, between the complexes. */
  readonly inBand: Float64Array
  /** Root mean square above the band, between the complexes. */
  readonly above: Float64Array
  /** The part of the power above the band that lies at 50 or at 60 Hz, 0 to 1. */
  readonly mains: Float64Array
  /** From the lowest to the highest place of the baseline. */
  readonly wander: Float64Array
}

const around = 0.12 // s on each side of a beat
const smoothing = 0.02 // s: one period of 50 Hz
const mainsFrequencies = [50, 60] // Hz
const mainsBlock = 1 // s
const highestMains = 0.48 // of the sampling rate

/** Measures the noise of every window. */
export const measure = (
  signal: Signal.Signal,
  samplingRate: number,
  windows: Stretch.Windows,
  band: Band.Band,
  beats: Int32Array,
  survey: { readonly centre: Float64Array; readonly reach: number }
): Noise => {
  const empty = () => new Float64Array(windows.count)
  const noise = { inBand: empty(), above: empty(), mains: empty(), wander: empty() }
  const high = new High(samplingRate, windows.longest)
  let beat = 0
  for (let window = 0; window < windows.count; window++) {
    const start = window * windows.length
    const end = Stretch.endOf(windows, window)
    const margin = Math.round(around * samplingRate)
    while (beat < beats.length && beats[beat]! + margin < start) beat += 1
    const free = between(beats, beat, start, end, margin)
    noise.inBand[window] = inBand(band, free)
    noise.wander[window] = wander(band, start, end)
    high.load(signal, windows, window, survey.centre[window]!, survey.reach)
    noise.above[window] = high.level(free, start)
    noise.mains[window] = high.mains(free, start)
  }
  return noise
}

interface Span {
  readonly start: number
  readonly end: number
}

/** What lies between the complexes of a window; the whole window where nothing does. */
const between = (
  beats: Int32Array,
  first: number,
  start: number,
  end: number,
  margin: number
): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  let from = start
  for (let index = first; index < beats.length; index++) {
    const beat = beats[index]!
    if (beat - margin >= end) break
    if (beat - margin > from) spans.push({ start: from, end: beat - margin })
    from = Math.max(from, beat + margin + 1)
  }
  if (from < end) spans.push({ start: from, end })
  return spans.length > 0 ? spans : [{ start, end }]
}

const inBand = (band: Band.Band, free: ReadonlyArray<Span>): number => {
  let squares = 0
  let count = 0
  for (const { start, end } of free) {
    const last = Math.min(band.length, Math.ceil(end / band.every))
    for (let at = Math.floor(start / band.every); at < last; at++) {
      const value = Band.sample(band, at)
      squares += value * value
      count += 1
    }
  }
  return count > 0 ? Math.sqrt(squares / count) : 0
}

const wander = (band: Band.Band, start: number, end: number): number => {
  let low = Infinity
  let high = -Infinity
  const last = Math.min(band.length, Math.ceil(end / band.every))
  for (let at = Math.floor(start / band.every); at < last; at++) {
    const value = Band.baseline(band, at)
    if (value < low) low = value
    if (value > high) high = value
  }
  return high > low ? high - low : 0
}

/** What is left of one window at a time when a moving average of 20 ms is taken off. */
class High {
  private readonly block: Float64Array
  private readonly rest: Float64Array
  private readonly half: number
  private readonly samplingRate: number

  constructor(samplingRate: number, longest: number) {
    this.samplingRate = samplingRate
    this.block = new Float64Array(longest)
    this.rest = new Float64Array(longest)
    this.half = Math.max(1, Math.round((smoothing * samplingRate - 1) / 2))
  }

  load(
    signal: Signal.Signal,
    windows: Stretch.Windows,
    window: number,
    centre: number,
    reach: number
  ): void {
    const { block, rest, half } = this
    const length = Stretch.load(signal, windows, window, block)
    let held = Number.isFinite(centre) ? centre : 0
    for (let index = 0; index < length; index++) {
      const sample = block[index]!
      if (Math.abs(sample - centre) <= reach) held = sample
      block[index] = held
    }
    const width = 2 * half + 1
    let sum = 0
    for (let index = 0; index < Math.min(width, length); index++) sum += block[index]!
    rest.fill(0)
    for (let index = half; index + half < length; index++) {
      rest[index] = block[index]! - sum / width
      if (index + half + 1 < length) sum += block[index + half + 1]! - block[index - half]!
    }
  }

  level(free: ReadonlyArray<Span>, offset: number): number {
    let squares = 0
    let count = 0
    for (const { start, end } of free) {
      for (let index = start - offset; index < end - offset; index++) {
        squares += this.rest[index]! * this.rest[index]!
      }
      count += end - start
    }
    return count > 0 ? Math.sqrt(squares / count) : 0
  }

  /** The part of the power between the complexes that is at one of the two mains frequencies. */
  mains(free: ReadonlyArray<Span>, offset: number): number {
    let largest = 0
    for (const frequency of mainsFrequencies) {
      if (frequency > highestMains * this.samplingRate) continue
      largest = Math.max(largest, this.share(free, offset, frequency))
    }
    return largest
  }

  /** Goertzel's recursion over blocks of at most 1 s, in which the mains hardly drift. */
  private share(free: ReadonlyArray<Span>, offset: number, frequency: number): number {
    const { rest } = this
    const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / this.samplingRate)
    const longest = Math.round(mainsBlock * this.samplingRate)
    let found = 0
    let power = 0
    for (const { start, end } of free) {
      for (let from = start - offset; from < end - offset; from += longest) {
        const to = Math.min(end - offset, from + longest)
        let one = 0
        let two = 0
        let squares = 0
        for (let index = from; index < to; index++) {
          const value = rest[index]!
          const next = value + coefficient * one - two
          two = one
          one = next
          squares += value * value
        }
        const energy = one * one + two * two - coefficient * one * two
        // A sine of n samples and amplitude A has squares n A² / 2 and this energy (n A / 2)².
        found += Math.min(squares, (2 * energy) / (to - from))
        power += squares
      }
    }
    return power > 0 ? found / power : 0
  }
}
