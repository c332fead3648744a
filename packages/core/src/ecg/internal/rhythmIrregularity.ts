/**
 * How irregular a series of RR intervals is, beat by beat, as Petrėnas, Marozas and Sörnmo have it
 * for atrial fibrillation: the share of pairs of neighbouring intervals that differ, over their
 * length, kept low in bigeminy.
 */

/** The published parameters; `irregular` is the published threshold, in 1/s. */
export const parameters = {
  window: 8,
  difference: 0.03,
  smoothing: 0.02,
  bigeminy: 2e-4,
  irregular: 0.725
}

const middleOfThree = (a: number, b: number, c: number): number =>
  Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))

const withoutOutliers = (intervals: Float64Array): Float64Array => {
  const last = intervals.length - 1
  return intervals.map((interval, index) =>
    middleOfThree(
      intervals[Math.max(0, index - 1)]!,
      interval,
      intervals[Math.min(last, index + 1)]!
    )
  )
}

// An exponential average run forwards and then backwards has no delay.
const smoothed = (values: Float64Array): Float64Array => {
  const result = new Float64Array(values.length)
  let average = values[0] ?? 0
  for (let index = 0; index < values.length; index++) {
    average += parameters.smoothing * (values[index]! - average)
    result[index] = average
  }
  for (let index = values.length - 1; index >= 0; index--) {
    average += parameters.smoothing * (result[index]! - average)
    result[index] = average
  }
  return result
}

// Both are over the window of intervals that ends at each one; the first intervals, whose window would
// reach back before the first of all, share the first whole one.
const windowed = (intervals: Float64Array, filtered: Float64Array) => {
  const { difference } = parameters
  const window = Math.min(parameters.window, intervals.length)
  const differing = new Float64Array(intervals.length)
  const displaced = new Float64Array(intervals.length)
  for (let end = window - 1; end < intervals.length; end++) {
    const start = end - window + 1
    let pairs = 0
    let sum = 0
    let filteredSum = 0
    for (let i = start; i <= end; i++) {
      sum += intervals[i]!
      filteredSum += filtered[i]!
      for (let j = i + 1; j <= end; j++) {
        if (Math.abs(filtered[i]! - filtered[j]!) > difference) pairs += 1
      }
    }
    differing[end] = window < 2 ? 0 : (2 * pairs) / (window * (window - 1))
    displaced[end] = sum > 0 ? (filteredSum / sum - 1) ** 2 : 0
  }
  differing.fill(differing[window - 1] ?? 0, 0, window - 1)
  displaced.fill(displaced[window - 1] ?? 0, 0, window - 1)
  return { differing, displaced }
}

/** The irregularity at each RR interval, from intervals in seconds. */
export const irregularity = (intervals: Float64Array): Float64Array => {
  const { differing, displaced } = windowed(intervals, withoutOutliers(intervals))
  const length = smoothed(intervals)
  const irregular = smoothed(differing)
  const bigeminal = smoothed(displaced)
  return intervals.map((_, index) => {
    const displacement = bigeminal[index]!
    return displacement >= parameters.bigeminy ? irregular[index]! / length[index]! : displacement
  })
}
