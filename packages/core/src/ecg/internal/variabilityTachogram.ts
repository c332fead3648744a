/** From beats to intervals, and from intervals to the parts that a statistic is made of. */
import type * as Signal from "../Signal.ts"
import * as Intervals from "./variabilitySeries.ts"

interface Gap {
  readonly start: number
  readonly end: number
}

/** Documented as `Variability.BeatOptions`. */
export interface Options {
  readonly samplingRate: number
  readonly isNormal?: ReadonlyArray<boolean> | ((beat: number) => boolean) | undefined
  readonly gaps?: ReadonlyArray<Gap> | undefined
}

const normality = (isNormal: Options["isNormal"]): ((beat: number) => boolean) => {
  if (isNormal === undefined) return () => true
  return typeof isNormal === "function" ? isNormal : (beat) => isNormal[beat] === true
}

/** Whether a gap overlaps the samples between two beats; to be asked in order of time. */
const overlap = (gaps: ReadonlyArray<Gap>): ((from: number, to: number) => boolean) => {
  const ordered = gaps
    .filter(({ start, end }) => start < end)
    .toSorted((left, right) => left.start - right.start)
  let next = 0
  let reach = -Infinity
  return (from, to) => {
    for (; next < ordered.length && ordered[next]!.start < to; next++) {
      reach = Math.max(reach, ordered[next]!.end)
    }
    return reach > from
  }
}

/** The intervals between beats and the times they end at, both in ms, with NaN for those left out. */
export const make = (
  beats: Signal.Signal,
  { samplingRate, isNormal, gaps = [] }: Options
): { readonly rr: Float64Array; readonly times: Float64Array } => {
  const isNormalBeat = normality(isNormal)
  const hasGap = overlap(gaps)
  const rr: Array<number> = []
  const times: Array<number> = []
  let isLeftOut = false
  for (let beat = 1; beat < beats.length; beat++) {
    const from = beats[beat - 1]!
    const to = beats[beat]!
    const interval = ((to - from) / samplingRate) * 1000
    const isKept =
      !hasGap(from, to) &&
      isNormalBeat(beat - 1) &&
      isNormalBeat(beat) &&
      Intervals.isInterval(interval)
    if (isKept && isLeftOut && rr.length > 0) {
      rr.push(NaN)
      times.push(NaN)
    }
    isLeftOut = !isKept
    if (!isKept) continue
    rr.push(interval)
    times.push((to / samplingRate) * 1000)
  }
  return { rr: Float64Array.from(rr), times: Float64Array.from(times) }
}

/** When intervals end that follow one another, in ms: a gap takes no time. */
export const following = (rr: Signal.Signal): Float64Array => {
  let end = 0
  return Float64Array.from(rr, (interval) =>
    Intervals.isInterval(interval) ? (end += interval) : NaN
  )
}

/** The runs of intervals between gaps, each with its position in the whole. */
export const runs = (
  rr: Signal.Signal
): ReadonlyArray<{ readonly from: number; readonly values: Float64Array }> => {
  const values = Float64Array.from(rr)
  const found: Array<{ readonly from: number; readonly values: Float64Array }> = []
  for (let from = 0; from < values.length;) {
    let to = from
    while (to < values.length && Intervals.isInterval(values[to]!)) to += 1
    if (to > from) found.push({ from, values: values.subarray(from, to) })
    from = to + 1
  }
  return found
}

/**
 * The intervals that end in each complete segment of the given length, in ms, from the start of the
 * first interval on; segments of which intervals cover less than half are left out.
 */
const segments = (series: Intervals.Series, length: number): ReadonlyArray<Float64Array> => {
  const { values, ends } = series
  const start = (ends[0] ?? 0) - (values[0] ?? 0)
  const complete = Math.floor(((ends.at(-1) ?? 0) - start) / length)
  const found: Array<Float64Array> = []
  for (let from = 0; from < values.length;) {
    const segment = Math.ceil((ends[from]! - start) / length) - 1
    let to = from + 1
    while (to < values.length && ends[to]! - start <= (segment + 1) * length) to += 1
    const part = values.subarray(from, to)
    if (segment < complete && Intervals.sum(part) >= length / 2) found.push(part)
    from = to
  }
  return found
}

/** The spread of the means of segments, and the mean of their spreads. */
export const overSegments = (
  series: Intervals.Series,
  length: number
): { readonly sdann: number; readonly sdnnIndex: number } => {
  const parts = segments(series, length)
  return {
    sdann: Intervals.deviation(Float64Array.from(parts, Intervals.mean)),
    sdnnIndex: Intervals.mean(Float64Array.from(parts, Intervals.deviation))
  }
}
