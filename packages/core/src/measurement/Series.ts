/**
 * Fluctuation of a vital over time: how far its readings spread, and how much one differs from the
 * next.
 *
 * The guarantee that bites: order matters for the second kind, and equal times leave it open. So
 * readings are sorted by the time they were observed and then by id, and the number of such ties is
 * part of the result.
 *
 * Not a medical device: fluctuation is research-grade and no diagnosis.
 */
import * as DateTime from "effect/DateTime"
import * as Order from "effect/Order"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/**
 * One reading of a vital: all readings of a series are in one unit.
 *
 * @since 0.1.0
 */
export interface Reading {
  readonly id: string
  readonly observedAt: DateTime.DateTime
  readonly value: number
}

/**
 * How a vital fluctuates. All but `count`, `ties` and `coefficientOfVariation` (a percentage) are in
 * the unit of the readings.
 *
 * @since 0.1.0
 */
export const Fluctuation = Schema.Struct({
  count: Schema.Int,
  ties: Schema.Int,
  mean: Schema.Finite,
  standardDeviation: Schema.Finite,
  coefficientOfVariation: Schema.NullOr(Schema.Finite),
  averageRealVariability: Schema.Finite,
  successiveVariation: Schema.Finite
}).annotate({ identifier: "Fluctuation" })

/** @since 0.1.0 */
export interface Fluctuation extends Schema.Schema.Type<typeof Fluctuation> {}

/**
 * Fluctuation needs two readings; `got` counts the finite ones.
 *
 * @since 0.1.0
 */
export class TooFewReadings extends Schema.TaggedError<TooFewReadings>()("TooFewReadings", {
  needed: Schema.Int,
  got: Schema.Int
}) {}

const needed = 2

const byTimeThenId: Order.Order<Reading> = Order.combine(
  Order.mapInput(DateTime.Order, (reading: Reading) => reading.observedAt),
  Order.mapInput(Order.String, (reading: Reading) => reading.id)
)

/**
 * Puts readings in the order in which fluctuation is measured.
 *
 * Shape: a new array, by time of observation and then by id, compared as text.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Series from "@bedside/core/Series"
 * import * as Timestamp from "@bedside/core/Timestamp"
 *
 * const late = { id: "a", observedAt: Timestamp.at(60_000), value: 130 }
 * const early = { id: "b", observedAt: Timestamp.at(0), value: 120 }
 * Series.sorted([late, early]).map((reading) => reading.id) // => ["b", "a"]
 * ```
 * @since 0.1.0
 */
export const sorted = <R extends Reading>(readings: ReadonlyArray<R>): ReadonlyArray<R> =>
  readings.toSorted(byTimeThenId)

/**
 * Measures the fluctuation of a series of readings.
 *
 * Units and shape: readings in one unit and in any order, those of blood pressure in mm[Hg]. `ties`
 * counts the readings observed at the same time as the one before. A reading that is not finite is
 * missing and left out. `coefficientOfVariation` is null unless the mean is positive.
 *
 * Fails with: `TooFewReadings`, below two finite readings. Two are enough to compute, and too few to
 * mean much.
 *
 * Method: standard deviation with n - 1; coefficient of variation 100 SD / mean; average real
 * variability, the mean absolute difference of neighbours (Mena et al. 2005,
 * doi:10.1097/01.hjh.0000160205.81652.5a); successive variation, the root of their mean squared
 * difference. Neighbours are weighted alike, however long the time between them.
 *
 * @example
 * ```ts
 * import * as Series from "@bedside/core/Series"
 * import * as Timestamp from "@bedside/core/Timestamp"
 * import * as Result from "effect/Result"
 *
 * const readings = [120, 130, 110].map((value, hour) => ({
 *   id: `r${hour}`,
 *   observedAt: Timestamp.at(hour * 3_600_000),
 *   value
 * }))
 * const fluctuation = Result.getOrThrow(Series.fluctuation(readings))
 * fluctuation.standardDeviation // => 10
 * fluctuation.averageRealVariability // => 15
 * ```
 * @since 0.1.0
 */
export const fluctuation = (
  readings: ReadonlyArray<Reading>
): Result.Result<Fluctuation, TooFewReadings> => {
  const series = sorted(readings.filter((reading) => Number.isFinite(reading.value)))
  const count = series.length
  if (count < needed) return Result.fail(new TooFewReadings({ needed, got: count }))
  const values = series.map((reading) => reading.value)
  const steps = values.slice(1).map((value, index) => value - values[index]!)
  // Measured from the first value, so that equal values have that value as their mean exactly.
  const first = values[0]!
  const mean = first + sum(values.map((value) => value - first)) / count
  const standardDeviation = Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (count - 1))
  return Result.succeed({
    count,
    ties: series.filter((reading, index) => isTie(series[index - 1], reading)).length,
    mean,
    standardDeviation,
    coefficientOfVariation: mean > 0 ? (100 * standardDeviation) / mean : null,
    averageRealVariability: sum(steps.map(Math.abs)) / (count - 1),
    successiveVariation: Math.sqrt(sum(steps.map((step) => step ** 2)) / (count - 1))
  })
}

const sum = (values: ReadonlyArray<number>): number =>
  values.reduce((total, value) => total + value, 0)

const isTie = (before: Reading | undefined, reading: Reading): boolean =>
  before !== undefined && DateTime.Equivalence(before.observedAt, reading.observedAt)
