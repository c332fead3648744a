/**
 * Intervals between beats as every statistic of `Variability` reads them: the kept ones one after the
 * other, and where among them a gap lies, so that no difference is ever taken across one.
 */
import type * as Signal from "../Signal.ts"

export interface Series {
  /** The intervals that are kept, in ms, in order of time. */
  readonly values: Float64Array
  /** When each of them ends, in ms. */
  readonly ends: Float64Array
  /** Where each stretch without a gap begins in `values`; the last entry is the number of values. */
  readonly bounds: Int32Array
}

// A minute without a beat is no interval between beats.
const longest = 60_000

export const isInterval = (value: number): boolean => value > 0 && value <= longest

/** Whatever is no interval, or has no time after the one before it, is a gap. */
export const read = (rr: Signal.Signal, times?: Signal.Signal): Series => {
  const values = new Float64Array(rr.length)
  const ends = new Float64Array(rr.length)
  const bounds: Array<number> = []
  let count = 0
  let end = times === undefined ? 0 : -Infinity
  let isGap = true
  for (let index = 0; index < rr.length; index++) {
    const value = rr[index]!
    const next = times === undefined ? end + value : (times[index] ?? NaN)
    if (!isInterval(value) || !(next > end && next < Infinity)) {
      isGap = true
      continue
    }
    if (isGap) bounds.push(count)
    isGap = false
    end = next
    values[count] = value
    ends[count] = end
    count += 1
  }
  bounds.push(count)
  return {
    values: values.subarray(0, count),
    ends: ends.subarray(0, count),
    bounds: Int32Array.from(bounds)
  }
}

/** The stretches without a gap, each as the positions `from` up to but not including `to`. */
export const stretches = (
  series: Series
): ReadonlyArray<{ readonly from: number; readonly to: number }> =>
  Array.from(series.bounds.subarray(0, -1), (from, index) => ({
    from,
    to: series.bounds[index + 1]!
  }))

const neighbours = (
  series: Series,
  figure: (value: number, before: number) => number
): Float64Array => {
  const { values } = series
  const found = new Float64Array(values.length)
  let count = 0
  for (const { from, to } of stretches(series)) {
    for (let index = from + 1; index < to; index++) {
      found[count++] = figure(values[index]!, values[index - 1]!)
    }
  }
  return found.subarray(0, count)
}

/** Each interval less the one before it, within the stretches. */
export const differences = (series: Series): Float64Array =>
  neighbours(series, (value, before) => value - before)

/** Where each pair of neighbours lies across (-1) or along (1) the diagonal of the Poincaré plot. */
export const turned = (series: Series, sign: 1 | -1): Float64Array =>
  neighbours(series, (value, before) => (value + sign * before) / Math.SQRT2)

export const sum = (values: Float64Array): number => {
  let total = 0
  for (let index = 0; index < values.length; index++) total += values[index]!
  return total
}

/** NaN for no value. Summed from the first value on, so that equal values have exactly their mean. */
export const mean = (values: Float64Array): number => {
  const first = values[0] ?? NaN
  let total = 0
  for (let index = 1; index < values.length; index++) total += values[index]! - first
  return first + total / values.length
}

/** The sum of squares about the mean, in two passes. */
const squares = (values: Float64Array): number => {
  const centre = mean(values)
  let total = 0
  for (let index = 0; index < values.length; index++) {
    const deviation = values[index]! - centre
    total += deviation * deviation
  }
  return total
}

/** The sample variance (n - 1): NaN below two values. */
export const variance = (values: Float64Array): number =>
  values.length < 2 ? NaN : squares(values) / (values.length - 1)

/** The sample standard deviation (n - 1): NaN below two values. */
export const deviation = (values: Float64Array): number => Math.sqrt(variance(values))

/** How many values lie further from 0 than the limit. */
export const countBeyond = (values: Float64Array, limit: number): number =>
  values.reduce((count, value) => count + (Math.abs(value) > limit ? 1 : 0), 0)

/** The middle value, or the mean of the middle two: NaN for no value. */
export const median = (values: Float64Array): number => {
  const sorted = values.toSorted()
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}
