/**
 * Where a lead cannot be read whatever its beats are: samples that are missing, that do not move,
 * that lie on a rail, or that are far out of range.
 *
 * Read in two passes over blocks of one window each, so that the inner loops see one kind of array
 * and nothing as long as the signal is kept.
 */
import type * as Signal from "../Signal.ts"
import * as Stretch from "./qualityStretch.ts"

/** What is wrong with a stretch of samples, whatever the beats say. */
export type Kind = "missing" | "flat-line" | "saturated" | "spike"

/** What every window of a lead has in common, and where its windows lie. */
export interface Survey {
  /** In order of start; two of different kinds may touch and never overlap. */
  readonly stretches: ReadonlyArray<Stretch.Stretch<Kind>>
  /** Of each window: the samples that are missing or lie in one of the stretches. */
  readonly lost: Int32Array
  /** Of each window: the level around which its samples lie, and beyond how far they are spikes. */
  readonly centre: Float64Array
  readonly reach: number
  /** The smallest step between two samples; infinite where none differ. */
  readonly step: number
}

const shortestMissing = 0.1 // s, about as long as a QRS complex
const shortestFlat = 3 // s; a computed signal may be still between two slow beats
const shortestRail = 0.1 // s
const shortestClip = 0.01 // s
const clipSlope = 10 // typical ranges per s, a fifth of the steepest slope of a beat
const clipSteps = 2.5 // quantisation steps
const railDistance = 0.25 // typical ranges, from the middle; what is nearer is the line between beats
const fewestSteps = 8 // between the rails; fewer are the flicker of a flat line
const spikeRanges = 8 // typical ranges
const spikeMillivolts = 25
const spikeMargin = 0.02 // s

/** Finds the stretches without use in a lead, and how much of each window they take. */
export const survey = (
  signal: Signal.Signal,
  samplingRate: number,
  gain: number | undefined,
  windows: Stretch.Windows
): Survey => {
  const ranges = measure(signal, windows)
  const range = typicalRange(ranges)
  const inMillivolts = gain === undefined ? Infinity : spikeMillivolts * gain
  const reach = range > 0 ? Math.min(spikeRanges * range, inMillivolts) : inMillivolts
  const { stretches, missing } = runs(signal, samplingRate, windows, {
    ...ranges,
    reach,
    range,
    ...rails(ranges, reach, railDistance * range)
  })
  const lost = lostIn(windows, stretches, missing)
  return { stretches, lost, centre: ranges.centre, reach, step: ranges.step }
}

interface Ranges {
  readonly low: Float64Array
  readonly high: Float64Array
  readonly centre: Float64Array
  readonly step: number
}

/** Lowest, highest and middle value of each window, and the smallest step between two samples. */
const measure = (signal: Signal.Signal, windows: Stretch.Windows): Ranges => {
  const low = new Float64Array(windows.count).fill(NaN)
  const high = new Float64Array(windows.count).fill(NaN)
  const centre = new Float64Array(windows.count).fill(NaN)
  const block = new Float64Array(windows.longest)
  let step = Infinity
  for (let window = 0; window < windows.count; window++) {
    const length = Stretch.load(signal, windows, window, block)
    let least = Infinity
    let most = -Infinity
    let before = NaN
    for (let index = 0; index < length; index++) {
      const value = block[index]!
      if (Number.isNaN(value)) continue
      if (value < least) least = value
      if (value > most) most = value
      const change = Math.abs(value - before)
      if (change > 0 && change < step) step = change
      before = value
    }
    if (least > most) continue
    low[window] = least
    high[window] = most
    centre[window] = middle(block, length)
  }
  return { low, high, centre, step }
}

const drawn = 63

/** The median of at most 63 samples, evenly drawn. */
const middle = (block: Float64Array, length: number): number => {
  const every = Math.max(1, Math.floor(length / drawn))
  const values: Array<number> = []
  for (let index = 0; index < length; index += every) {
    const value = block[index]!
    if (!Number.isNaN(value)) values.push(value)
  }
  // Where every drawn sample is missing, any other finite one serves.
  if (values.length === 0)
    return block.subarray(0, length).find((value) => !Number.isNaN(value)) ?? NaN
  values.sort((left, right) => left - right)
  return values[values.length >> 1]!
}

/** The median range of the windows that have one. */
const typicalRange = ({ low, high }: Ranges): number => {
  const moving = high.map((most, window) => most - low[window]!).filter((range) => range > 0)
  return moving.length === 0 ? 0 : moving.sort()[moving.length >> 1]!
}

/**
 * The lowest and the highest value of the windows in which nothing is far out of range; NaN for one
 * that is nearer to the middle of the lead than this distance.
 */
const rails = ({ low, high, centre }: Ranges, reach: number, distance: number) => {
  let floor = Infinity
  let ceiling = -Infinity
  for (let window = 0; window < low.length; window++) {
    const isWithin =
      high[window]! - centre[window]! <= reach && centre[window]! - low[window]! <= reach
    if (!isWithin) continue
    if (low[window]! < floor) floor = low[window]!
    if (high[window]! > ceiling) ceiling = high[window]!
  }
  const level = middle(centre, centre.length)
  return {
    floor: level - floor < distance ? NaN : floor,
    ceiling: ceiling - level < distance ? NaN : ceiling
  }
}

interface Limits extends Ranges {
  readonly reach: number
  readonly range: number
  readonly floor: number
  readonly ceiling: number
}

/** Reads runs of one value, of missing samples and of samples out of range, in order of time. */
const runs = (
  signal: Signal.Signal,
  samplingRate: number,
  windows: Stretch.Windows,
  limits: Limits
) => {
  const stretches: Array<Stretch.Stretch<Kind>> = []
  const missing = new Int32Array(windows.count)
  const block = new Float64Array(windows.longest)
  const { reach, range, floor, ceiling, step } = limits
  const hasRails = range > fewestSteps * step
  const clipJump = Math.max((clipSlope * range) / samplingRate, clipSteps * step)
  const margin = Math.round(spikeMargin * samplingRate)

  // The run being read: infinite values stand for spikes and NaN for what is missing.
  let value = 0
  let start = 0
  let before = NaN
  const close = (end: number, after: number) => {
    const seconds = (end - start) / samplingRate
    if (seconds <= 0) return
    if (value === Infinity) Stretch.append(stretches, start - margin, end + margin, "spike", margin)
    else if (Number.isNaN(value)) {
      if (seconds >= shortestMissing) Stretch.append(stretches, start, end, "missing", 0)
    } else if (hasRails && (value === floor || value === ceiling)) {
      const jump = Math.max(jumpOf(value, before), jumpOf(value, after))
      const isClipped = seconds >= shortestClip && end - start >= 3 && jump >= clipJump
      if (isClipped || seconds >= shortestRail)
        Stretch.append(stretches, start, end, "saturated", 0)
    } else if (seconds >= shortestFlat) Stretch.append(stretches, start, end, "flat-line", 0)
  }

  for (let window = 0; window < windows.count; window++) {
    const length = Stretch.load(signal, windows, window, block)
    const first = window * windows.length
    const centre = limits.centre[window]!
    let lost = 0
    for (let index = 0; index < length; index++) {
      let sample = block[index]!
      if (Number.isNaN(sample)) lost += 1
      else if (Math.abs(sample - centre) > reach) sample = Infinity
      if (sample === value || (Number.isNaN(sample) && Number.isNaN(value))) continue
      close(first + index, sample)
      before = value
      value = sample
      start = first + index
    }
    missing[window] = lost
  }
  close(signal.length, NaN)
  return { stretches: stretches.map((it) => Stretch.clip(it, signal.length)), missing }
}

const jumpOf = (value: number, neighbour: number): number => {
  const jump = Math.abs(value - neighbour)
  return jump < Infinity ? jump : 0
}

const lostIn = (
  windows: Stretch.Windows,
  stretches: ReadonlyArray<Stretch.Stretch<Kind>>,
  missing: Int32Array
): Int32Array => {
  const lost = missing.slice()
  for (const { start, end, kind } of stretches) {
    if (kind === "missing") continue
    const last = Stretch.windowOf(windows, end - 1)
    for (let window = Stretch.windowOf(windows, start); window <= last; window++) {
      const from = Math.max(start, window * windows.length)
      lost[window]! += Math.min(end, Stretch.endOf(windows, window)) - from
    }
  }
  return lost
}
