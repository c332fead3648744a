/**
 * The moments of any number of values: count, mean, spread, shape and extremes, that can be pushed to
 * and merged.
 *
 * The guarantee that bites: no sum of squares is ever taken around zero, so a mean of 1e9 with a
 * spread of 1 loses no digit; up to 8,192 values, mean and standard deviation are the doubles nearest
 * to the true ones. Values that are not finite are skipped and COUNTED in `skipped`.
 */
import { addAll, addSpread } from "./internal/momentsBlocks.ts"
import * as Sums from "./internal/momentsSums.ts"

/**
 * Mean and spread: `mean` and `std` in the unit of the values, `count` of values used and `skipped` of
 * those that were not; `variance` divides by n - 1 and `populationVariance` by n, `std` is the root of
 * `variance`. What does not exist is NaN: the mean of no value, the spread of fewer than two.
 *
 * @since 0.2.0
 */
export interface Spread {
  readonly count: number
  readonly skipped: number
  readonly mean: number
  readonly variance: number
  readonly populationVariance: number
  readonly std: number
}

/**
 * All moments. `skewness` is g1 = m3 / m2^1.5 and `kurtosis` the excess g2 = m4 / m2² - 3, m being the
 * moments around the mean divided by n (0 for a normal distribution; NaN where nothing varies).
 * `sums` is what merging goes on from.
 *
 * @since 0.2.0
 */
export interface Moments extends Spread {
  readonly min: number
  readonly max: number
  readonly skewness: number
  readonly kurtosis: number
  readonly sums: ReadonlyArray<number>
}

const spreadOf = (sums: Sums.Sums): Spread => {
  const count = sums[Sums.at.count]!
  const all = sums[Sums.at.squares]! + sums[Sums.at.squaresError]!
  return {
    count,
    skipped: sums[Sums.at.skipped]!,
    mean: Sums.mean(sums, 0),
    variance: count < 2 ? NaN : all / (count - 1),
    populationVariance: count < 1 ? NaN : all / count,
    std: Sums.std(sums, 0)
  }
}

const momentsOf = (sums: Sums.Sums): Moments => {
  const count = sums[Sums.at.count]!
  const squares = sums[Sums.at.squares]!
  const varies = count > 1 && squares > 0
  return {
    ...spreadOf(sums),
    min: count < 1 ? NaN : sums[Sums.at.min]!,
    max: count < 1 ? NaN : sums[Sums.at.max]!,
    skewness: varies ? (Math.sqrt(count) * sums[Sums.at.cubes]!) / squares ** 1.5 : NaN,
    kurtosis: varies ? (count * sums[Sums.at.fourths]!) / squares / squares - 3 : NaN,
    sums: Array.from(sums)
  }
}

/**
 * The moments of no value, to push to and merge with.
 *
 * @since 0.2.0
 */
export const empty: Moments = momentsOf(Sums.noSums())

/**
 * The moments of values, in one pass through memory.
 *
 * Shape: any number of values in one unit, typed arrays included. NaN and the infinities are skipped
 * and counted, and so is whatever lies beyond 1e150, whose square may have no double. Equal values
 * give exactly that value as the mean, and a `std` of 0.
 *
 * Fails with: nothing; moments that do not exist are NaN. Beyond 1e77 from the mean, `kurtosis` may be
 * infinite or NaN.
 *
 * Method: up to 8,192 values, two passes in twofold doubles (Dekker 1971, doi:10.1007/BF01397083),
 * with `mean` and `std` rounded once. Beyond, blocks of 2,048 summed around the mean of those before
 * them, again around their own where that lies more than a quarter of a standard deviation away (the
 * shift of Chan, Golub & LeVeque 1983, doi:10.1080/00031305.1983.10483115), and merged as in `merge`.
 *
 * @example
 * ```ts
 * import * as Moments from "@bedside/core/Moments"
 *
 * const moments = Moments.of([10, 5, NaN, 6, 9])
 * moments.mean // => 7.5
 * moments.std // => 2.3804761428476167
 * moments.count // => 4
 * moments.skipped // => 1
 * moments.max // => 10
 * Moments.of([1, 2, 3, 4, 5]).kurtosis // => -1.3
 * ```
 * @since 0.2.0
 */
export const of = (values: ArrayLike<number>): Moments => {
  const sums = Sums.noSums()
  addAll(sums, 0, values, 0, values.length)
  return momentsOf(sums)
}

/**
 * Mean and spread of values alone, in about half the time of `of`.
 *
 * Shape: as for `of`.
 *
 * Fails with: nothing.
 *
 * Method: that of `of`, without the sums for shape and extremes.
 *
 * @example
 * ```ts
 * import * as Moments from "@bedside/core/Moments"
 *
 * Moments.spread([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]).variance // => 30
 * ```
 * @since 0.2.0
 */
export const spread = (values: ArrayLike<number>): Spread => {
  const sums = Sums.noSums()
  addSpread(sums, 0, values, 0, values.length)
  return spreadOf(sums)
}

/**
 * The moments with one more value; the ones given are not changed.
 *
 * Shape: a value that `of` would skip is counted as skipped. To add many, use `accumulator`.
 *
 * Fails with: nothing.
 *
 * Method: `merge` with the moments of the one value.
 *
 * @example
 * ```ts
 * import * as Moments from "@bedside/core/Moments"
 *
 * const moments = [10, 5, 6, 9].reduce(Moments.push, Moments.empty)
 * moments.mean // => 7.5
 * Moments.push(moments, NaN).skipped // => 1
 * ```
 * @since 0.2.0
 */
export const push = (moments: Moments, value: number): Moments => merge(moments, of([value]))

/**
 * The moments of all values behind two, as if they had been taken together.
 *
 * Fails with: nothing.
 *
 * Method: Chan, Golub & LeVeque 1983 (doi:10.1080/00031305.1983.10483115) for the squares, Pébay 2008
 * (doi:10.2172/1028931) for cubes and fourths; mean and squares carry their rounding errors along.
 *
 * @example
 * ```ts
 * import * as Moments from "@bedside/core/Moments"
 *
 * Moments.merge(Moments.of([10, 5]), Moments.of([6, 9])).std // => 2.3804761428476167
 * ```
 * @since 0.2.0
 */
export const merge = (a: Moments, b: Moments): Moments => {
  const sums = Float64Array.from(a.sums)
  Sums.merge(sums, 0, Float64Array.from(b.sums), 0)
  return momentsOf(sums)
}

/**
 * Takes values one by one or in blocks, at a steady cost and in bounded memory.
 *
 * @since 0.2.0
 */
export interface Accumulator {
  readonly push: (value: number) => void
  readonly add: (values: ArrayLike<number>) => void
  readonly result: () => Moments
}

/**
 * An accumulator without values. `result` may be asked at any time, and pushing goes on after it.
 *
 * Fails with: nothing.
 *
 * Method: values pushed are kept until there are 2,048 of them, then summed as by `of` and merged.
 *
 * @example
 * ```ts
 * import * as Moments from "@bedside/core/Moments"
 *
 * const accumulator = Moments.accumulator()
 * accumulator.push(10)
 * accumulator.add([5, 6, 9])
 * accumulator.result().mean // => 7.5
 * ```
 * @since 0.2.0
 */
export const accumulator = (): Accumulator => {
  const pending = new Float64Array(2048)
  const sums = Sums.noSums()
  let kept = 0
  const settle = () => {
    addAll(sums, 0, pending, 0, kept)
    kept = 0
  }
  return {
    push: (value) => {
      pending[kept++] = value
      if (kept === pending.length) settle()
    },
    add: (values) => {
      settle()
      addAll(sums, 0, values, 0, values.length)
    },
    result: () => {
      settle()
      return momentsOf(sums)
    }
  }
}
