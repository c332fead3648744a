/** The intervals between beats that nothing unreadable lies in. */

interface Gap {
  readonly start: number
  readonly end: number
}

const rates = { lowest: 20, highest: 300 } // per min
const fewestIntervals = 3

/** Whether the middle interval between two beats is not one of a heart. */
export const areImplausible = (
  beats: Int32Array,
  gaps: ReadonlyArray<Gap>,
  samplingRate: number
): boolean => {
  const intervals: Array<number> = []
  each(beats, gaps, (interval) => intervals.push(interval))
  const middle = median(intervals)
  if (middle === undefined || intervals.length < fewestIntervals) return false
  const heartRate = (60 * samplingRate) / middle
  return heartRate < rates.lowest || heartRate > rates.highest
}

/** Visits the intervals between two beats that no gap lies in, with the beat that ends each. */
export const each = (
  beats: Int32Array,
  gaps: ReadonlyArray<Gap>,
  visit: (interval: number, beat: number) => void
): void => {
  let gap = 0
  for (let index = 1; index < beats.length; index++) {
    const from = beats[index - 1]!
    const to = beats[index]!
    while ((gaps[gap]?.end ?? Infinity) <= from) gap += 1
    if ((gaps[gap]?.start ?? Infinity) > to) visit(to - from, to)
  }
}

/** The median, or `undefined` where there is no value. */
export const median = (values: ReadonlyArray<number>): number | undefined => {
  if (values.length === 0) return undefined
  const sorted = Float64Array.from(values).sort()
  const upper = sorted.length >> 1
  const lower = sorted.length % 2 === 0 ? upper - 1 : upper
  return (sorted[lower]! + sorted[upper]!) / 2
}
