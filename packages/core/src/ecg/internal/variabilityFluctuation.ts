/** Detrended fluctuation analysis of intervals, in boxes that never reach over a gap. */
import * as Intervals from "./variabilitySeries.ts"

/** The intervals less their mean, added up within each stretch. */
const profile = (series: Intervals.Series): Float64Array => {
  const { values } = series
  const mean = Intervals.mean(values)
  const sums = new Float64Array(values.length)
  for (const { from, to } of Intervals.stretches(series)) {
    let total = 0
    for (let index = from; index < to; index++) {
      total += values[index]! - mean
      sums[index] = total
    }
  }
  return sums
}

/** The sum of squares that the best straight line through a box leaves. */
const residue = (sums: Float64Array, from: number, size: number): number => {
  const middle = (size - 1) / 2
  let mean = 0
  for (let k = 0; k < size; k++) mean += sums[from + k]! / size
  let along = 0
  for (let k = 0; k < size; k++) along += (k - middle) * (sums[from + k]! - mean)
  const slope = along / ((size * (size * size - 1)) / 12)
  let left = 0
  for (let k = 0; k < size; k++) {
    left += (sums[from + k]! - mean - slope * (k - middle)) ** 2
  }
  return left
}

interface Fluctuation {
  readonly boxes: number
  readonly size: number
  /** The root mean square about the lines. */
  readonly value: number
}

const fluctuation = (series: Intervals.Series, sums: Float64Array, size: number): Fluctuation => {
  let boxes = 0
  let total = 0
  for (const { from, to } of Intervals.stretches(series)) {
    for (let start = from; start + size <= to; start += size) {
      total += residue(sums, start, size)
      boxes += 1
    }
  }
  return { boxes, size, value: Math.sqrt(total / (boxes * size)) }
}

const slope = (points: ReadonlyArray<Fluctuation>): number => {
  const x = Float64Array.from(points, ({ size }) => Math.log(size))
  const y = Float64Array.from(points, ({ value }) => Math.log(value))
  const centreX = Intervals.mean(x)
  const centreY = Intervals.mean(y)
  let along = 0
  let squares = 0
  for (let k = 0; k < x.length; k++) {
    along += (x[k]! - centreX) * (y[k]! - centreY)
    squares += (x[k]! - centreX) ** 2
  }
  return along / squares
}

/** The least number of boxes of every size that a slope is taken from. */
const fewestBoxes = 4

// Below this part of the mean interval a fluctuation is the rounding of equal intervals.
const rounding = 1e-9

/**
 * The slopes of log fluctuation over log box size, for every size in each range, both ends included:
 * NaN with fewer than four boxes of a size, and where nothing fluctuates.
 */
export const exponents = (
  series: Intervals.Series,
  ranges: ReadonlyArray<readonly [number, number]>
): ReadonlyArray<number> => {
  const sums = profile(series)
  const least = rounding * Intervals.mean(series.values)
  return ranges.map(([smallest, largest]) => {
    const points = Array.from({ length: largest - smallest + 1 }, (_, k) =>
      fluctuation(series, sums, smallest + k)
    )
    const isEnough = points.every(({ boxes, value }) => boxes >= fewestBoxes && value > least)
    return isEnough ? slope(points) : NaN
  })
}
