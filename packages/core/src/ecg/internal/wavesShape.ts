/** Smoothing and slopes of a window in which nothing is missing. */

/** The moving average over `2 * reach + 1` samples, fewer at the ends. */
const average = (from: Float64Array, reach: number, to: Float64Array): void => {
  let sum = 0
  let count = 0
  for (let ahead = 0; ahead < from.length + reach; ahead++) {
    if (ahead < from.length) {
      sum += from[ahead]!
      count += 1
    }
    const behind = ahead - 2 * reach - 1
    if (behind >= 0) {
      sum -= from[behind]!
      count -= 1
    }
    if (ahead >= reach) to[ahead - reach] = sum / count
  }
}

/** Two moving averages, which together weigh like a triangle. */
export const smooth = (from: Float64Array, reach: number): Float64Array => {
  const once = new Float64Array(from.length)
  const twice = new Float64Array(from.length)
  average(from, reach, once)
  average(once, reach, twice)
  return twice
}

/** The slope per sample, from `reach` samples to either side. */
export const slopes = (from: Float64Array, reach: number): Float64Array => {
  const to = new Float64Array(from.length)
  const last = from.length - 1
  for (let index = 0; index <= last; index++) {
    const left = Math.max(0, index - reach)
    const right = Math.min(last, index + reach)
    to[index] = (from[right]! - from[left]!) / (right - left)
  }
  return to
}

/** Values without their mean and their trend. */
export const detrend = (values: Float64Array): Float64Array => {
  const count = values.length
  const middle = (count - 1) / 2
  let sum = 0
  let moment = 0
  for (let index = 0; index < count; index++) {
    sum += values[index]!
    moment += values[index]! * (index - middle)
  }
  const mean = sum / count
  const slope = count < 2 ? 0 : (12 * moment) / (count * (count * count - 1))
  return values.map((value, index) => value - mean - slope * (index - middle))
}

/**
 * The correlation of a pattern without mean and trend with as many values from `from`, theirs taken
 * off; 0 where either is flat.
 */
export const correlation = (pattern: Float64Array, values: Float64Array, from: number): number => {
  const count = pattern.length
  const middle = (count - 1) / 2
  let product = 0
  let ofPattern = 0
  let sum = 0
  let moment = 0
  let squares = 0
  for (let index = 0; index < count; index++) {
    const expected = pattern[index]!
    const value = values[from + index]!
    product += expected * value
    ofPattern += expected * expected
    sum += value
    moment += value * (index - middle)
    squares += value * value
  }
  const trend = (12 * moment * moment) / (count * (count * count - 1))
  const energy = (squares - (sum * sum) / count - trend) * ofPattern
  return energy > 0 ? product / Math.sqrt(energy) : 0
}

/** A window smoothed for one kind of wave, with its slopes and the running sum of their squares. */
export interface View {
  readonly level: Float64Array
  readonly slope: Float64Array
  readonly energy: Float64Array
}

const slopeReach = 2

export const view = (window: Float64Array, smoothing: number): View => {
  const level = smooth(window, smoothing)
  const slope = slopes(level, slopeReach)
  const energy = new Float64Array(slope.length + 1)
  for (let index = 0; index < slope.length; index++) {
    energy[index + 1] = energy[index]! + slope[index]! * slope[index]!
  }
  return { level, slope, energy }
}

const inside = (index: number, length: number): number => Math.min(Math.max(index, 0), length - 1)

/** The sum of the squared slopes between two samples, both included, in either order. */
export const energyBetween = ({ energy, slope }: View, one: number, other: number): number => {
  const left = inside(Math.min(one, other), slope.length)
  const right = inside(Math.max(one, other), slope.length)
  return Math.max(0, energy[right + 1]! - energy[left]!)
}

/** The root mean square of the slopes between two samples. */
export const activity = (shape: View, one: number, other: number): number =>
  Math.sqrt(energyBetween(shape, one, other) / (Math.abs(other - one) + 1))

/** The mean level between two samples. */
export const levelBetween = ({ level }: View, one: number, other: number): number => {
  const left = inside(Math.min(one, other), level.length)
  const right = inside(Math.max(one, other), level.length)
  let sum = 0
  for (let index = left; index <= right; index++) sum += level[index]!
  return sum / (right - left + 1)
}

/** The steepest slope between two samples, without its sign. */
export const steepest = ({ slope }: View, from: number, to: number): number => {
  let most = 0
  for (let index = from; index <= to; index++) most = Math.max(most, Math.abs(slope[index]!))
  return most
}
