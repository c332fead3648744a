/** The sampling rate that a column of times stands for, and the place of each row on its axis. */
import * as Decimal from "./bytesDecimal.ts"

export interface Axis {
  readonly samplingRate: number
  readonly length: number
  /** The place of each row. */
  readonly places: Float64Array
}

/** A row whose time does not fit the others. */
export interface Misfit {
  readonly row: number
}

/** A whole number of periods between rows, but off by a tenth of one at most; of all, by a half. */
const jitter = 0.1
const drift = 0.5

/** Digits of a rate that is believed even where the times leave room for simpler ones. */
const plain = 6

/** Relative, of the difference between two doubles, with some room. */
const rounding = 2 ** -50

/**
 * Lays rows on an axis. `scale` is the number of units of time in a second, and `resolution` the
 * smallest step that the times are written in; two rows at least, unless the rate is given.
 */
export const axisOf = (
  times: Float64Array,
  scale: number,
  resolution: number,
  samplingRate: number | undefined
): Axis | Misfit => {
  const last = times.length - 1
  const odd = times.findIndex(
    (time, row) => Number.isNaN(time) || time <= (times[row - 1] ?? -Infinity)
  )
  if (odd !== -1) return { row: odd }
  const guess = samplingRate === undefined ? usualStep(times) : scale / samplingRate
  const places = new Float64Array(times.length)
  for (let row = 1; row <= last; row++) {
    const steps = Math.round((times[row]! - times[row - 1]!) / guess)
    if (steps < 1) return { row }
    places[row] = places[row - 1]! + steps
  }
  const span = times.length < 2 ? 0 : times[last]! - times[0]!
  const periods = places[last] ?? 0
  const period = samplingRate === undefined ? span / periods : guess
  const exact = rounding * Math.max(Math.abs(times[0] ?? 0), Math.abs(times[last] ?? 0))
  const slack = Math.max(resolution, exact)
  const odder = places.findIndex((place, row) => {
    const since = times[row]! - (times[row - 1] ?? times[row]!)
    const steps = place - (places[row - 1] ?? place)
    return (
      Math.abs(since - steps * period) > Math.max(1.01 * slack, jitter * period) ||
      Math.abs(times[row]! - times[0]! - place * period) > Math.max(1.01 * slack, drift * period)
    )
  })
  if (odder !== -1) return { row: odder }
  const rate = samplingRate ?? rateOf(scale * periods, span, exact, slack)
  if (!(rate > 0 && rate < Infinity)) return { row: last }
  return { samplingRate: rate, length: times.length === 0 ? 0 : periods + 1, places }
}

// The mean of the steps near the median: times that are rounded leave steps of two lengths.
const usualStep = (times: Float64Array): number => {
  const steps = times.slice(1)
  for (let row = 0; row < steps.length; row++) steps[row]! -= times[row]!
  const median = steps.toSorted()[(steps.length - 1) >> 1] ?? NaN
  let sum = 0
  let count = 0
  for (const step of steps) {
    if (step < 0.5 * median || step > 1.5 * median) continue
    sum += step
    count += 1
  }
  return sum / count
}

const rateOf = (periods: number, span: number, exact: number, slack: number): number => {
  const asWritten = Decimal.shortest(periods / (span + exact), periods / (span - exact))
  if (Number(asWritten.toPrecision(plain)) === asWritten || slack >= span) return asWritten
  return Decimal.shortest(periods / (span + slack), periods / (span - slack))
}
