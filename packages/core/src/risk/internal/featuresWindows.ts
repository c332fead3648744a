/** Statistics of the readings in a window before an assessment, and mean pressures from pairs. */
import * as DateTime from "effect/DateTime"
import type * as Series from "../../measurement/Series.ts"

/** Readings in order: `hours` before the assessment are negative. */
export interface Timed {
  readonly hours: Float64Array
  readonly values: Float64Array
}

/** A statistic of the readings in the `hours` before the assessment. */
interface Summary {
  readonly statistic: keyof typeof statistics
  readonly hours: number
  readonly startIncluded: boolean
  readonly below?: number
}

const within = ({ hours, values }: Timed, { hours: length, startIncluded }: Summary): Timed => {
  // In order, so that the window is the rest from its first reading on.
  const isIn = (hour: number) => hour > -length || (startIncluded && hour === -length)
  const first = hours.findIndex(isIn)
  const start = first < 0 ? hours.length : first
  return { hours: hours.subarray(start), values: values.subarray(start) }
}

const sum = (values: Float64Array, of: (value: number, index: number) => number): number => {
  let total = 0
  for (let index = 0; index < values.length; index++) total += of(values[index]!, index)
  return total
}

const mean = (values: Float64Array): number => sum(values, (value) => value) / values.length

// Of fewer than two readings: 0 / 0.
const standardDeviation = (values: Float64Array): number => {
  const center = mean(values)
  return Math.sqrt(sum(values, (value) => (value - center) ** 2) / (values.length - 1))
}

const averageRealVariability = (values: Float64Array): number =>
  sum(values.subarray(1), (value, index) => Math.abs(value - values[index]!)) / (values.length - 1)

const slope = ({ hours, values }: Timed): number => {
  const [hour, value] = [mean(hours), mean(values)]
  const together = sum(hours, (each, index) => (each - hour) * (values[index]! - value))
  return together / sum(hours, (each) => (each - hour) ** 2)
}

const statistics = {
  count: ({ values }: Timed) => values.length,
  first: ({ values }: Timed) => values[0]!,
  last: ({ values }: Timed) => values.at(-1)!,
  mean: ({ values }: Timed) => mean(values),
  minimum: ({ values }: Timed) => values.reduce((a, b) => Math.min(a, b)),
  maximum: ({ values }: Timed) => values.reduce((a, b) => Math.max(a, b)),
  "standard-deviation": ({ values }: Timed) => standardDeviation(values),
  "average-real-variability": ({ values }: Timed) => averageRealVariability(values),
  slope,
  "share-below": ({ values }: Timed, below: number) =>
    sum(values, (each) => (each < below ? 1 : 0)) / values.length
}

/** One statistic of one window; NaN where there are too few readings for it. */
export const summarise = (timed: Timed, summary: Summary): number => {
  const window = within(timed, summary)
  if (window.values.length === 0) return summary.statistic === "count" ? 0 : NaN
  return statistics[summary.statistic](window, summary.below ?? NaN)
}

/** Mean pressures of systolic and diastolic pressures that were observed at the same time. */
export const meansOf = (
  systolic: ReadonlyArray<Series.Reading>,
  diastolic: ReadonlyArray<Series.Reading>
): ReadonlyArray<Series.Reading> => {
  const lower = Map.groupBy(diastolic, ({ observedAt }) => DateTime.toEpochMillis(observedAt))
  return systolic.flatMap((reading) => {
    const at = lower.get(DateTime.toEpochMillis(reading.observedAt))
    const partner = at?.shift()
    if (partner === undefined || partner.value >= reading.value) return []
    const value = partner.value + (reading.value - partner.value) / 3
    return [{ id: reading.id, observedAt: reading.observedAt, value }]
  })
}
