/**
 * Whether the values that come in now are still distributed as those that a model was fitted to.
 *
 * `compare` takes the values themselves. `judge` takes a tally of them: as many numbers as there are
 * bins, whatever number of values came in, so tallies can be kept, merged and judged later.
 *
 * The guarantee that bites: the bins of the reference are FROZEN with it. Values that moved away from
 * it all land in its outermost bins, and the index says so; bins made anew from the current values
 * would read 0.
 *
 * Not a medical device.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Statistics from "./internal/driftStatistics.ts"
import { largest } from "./internal/momentsSums.ts"
import { normalOfStudent } from "./internal/student.ts"
import * as Moments from "./Moments.ts"
import * as Sensor from "./Sensor.ts"

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/**
 * What is frozen of the values of a fit: `count` and `missing` of them, `mean` and sample `std`, the
 * ascending inner `edges` of the bins, and the `shares` of all values in each (the last one:
 * missing). Without edges, where only the weights of a fit are known, drift is judged by mean and
 * missing values alone.
 *
 * @since 0.2.0
 */
export const Bins = Schema.Struct({
  count: Count,
  missing: Count,
  mean: Schema.Finite,
  std: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
  edges: Schema.Array(Schema.Finite),
  shares: Schema.Array(Share)
}).annotate({ identifier: "DriftBins" })

/** @since 0.2.0 */
export interface Bins extends Schema.Schema.Type<typeof Bins> {}

/**
 * Bins with the ascending `values` they were made of; of more than 2,048 only as many quantiles.
 *
 * @since 0.2.0
 */
export const Reference = Schema.Struct({
  ...Bins.fields,
  values: Schema.Array(Schema.Finite)
}).annotate({ identifier: "DriftReference" })

/** @since 0.2.0 */
export interface Reference extends Schema.Schema.Type<typeof Reference> {}

/**
 * Values put into bins: `counts` of those in each, `count` of all that were there, `missing` of those
 * that were not, and `mean` and population `variance` (0 where there is no value). The variance, and
 * not the sum of squares, because no number of values makes it overflow.
 *
 * @since 0.2.0
 */
export const Tally = Schema.Struct({
  counts: Schema.Array(Count),
  count: Count,
  missing: Count,
  mean: Schema.Finite,
  variance: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
}).annotate({ identifier: "DriftTally" })

/** @since 0.2.0 */
export interface Tally extends Schema.Schema.Type<typeof Tally> {}

/**
 * What drifted: the shares of the bins (`psi`), the distribution function (`ks`), the mean, or the
 * share of missing values.
 *
 * @since 0.2.0
 */
export const Reason = Schema.Literals(["psi", "ks", "mean", "missing"])

/** @since 0.2.0 */
export type Reason = typeof Reason.Type

/**
 * How values differ from a reference. `n` of them were there and `missing` were not. `psi` is the
 * population stability index; `ks` the largest distance between the distribution functions, and `p`
 * its chance without drift; `shift` the difference of the means in standard deviations of the
 * reference, and `z` in its own standard errors. `limits` are what each needs for an alarm, Infinity
 * where there are too few values to tell. What cannot be computed is NaN.
 *
 * @since 0.2.0
 */
export interface Comparison {
  readonly n: number
  readonly missing: number
  readonly psi: number
  readonly ks: number
  readonly p: number
  readonly shift: number
  readonly z: number
  readonly limits: { readonly psi: number; readonly ks: number; readonly z: number }
  readonly alarm: boolean
  readonly reasons: ReadonlyArray<Reason>
}

/**
 * When a difference is an alarm: it has at most a chance of `alpha` without drift, for each of the
 * four reasons, AND it matters: `psi`, `ks`, `shift` and `missing` (a difference of shares) are the
 * smallest that do.
 *
 * @since 0.2.0
 */
export interface Rule {
  readonly alpha: number
  readonly psi: number
  readonly ks: number
  readonly shift: number
  readonly missing: number
}

/**
 * A chance of 1 % for each reason, an index of 0.1, a distance of 0.1, a shift of a quarter of a
 * standard deviation, and 5 % more or fewer missing values.
 *
 * @since 0.2.0
 */
export const defaultRule: Rule = { alpha: 0.01, psi: 0.1, ks: 0.1, shift: 0.25, missing: 0.05 }

// An empty bin counts as one with this share, so that the index stays finite.
const leastShare = 1e-4
const mostValues = 2048
// Below this many values per bin, bins are empty by chance too often for the index to be told from it.
const valuesPerBin = 10

const finite = (values: ArrayLike<number>): Float64Array => {
  const kept = new Float64Array(values.length)
  let count = 0
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!
    if (Math.abs(value) <= largest) kept[count++] = value
  }
  return kept.subarray(0, count)
}

const present = (values: ArrayLike<number>): Float64Array => {
  if (!(values instanceof Float64Array)) return finite(values)
  for (const value of values) if (!(Math.abs(value) <= largest)) return finite(values)
  return values
}

const edgesOf = (sorted: Float64Array, bins: number): ReadonlyArray<number> =>
  Array.from({ length: Math.max(0, bins - 1) }, (_, index) =>
    Statistics.quantile(sorted, (index + 1) / bins)
  ).filter((edge, index, inner) => index === 0 || edge > inner[index - 1]!)

const sharesOf = ({ counts, count, missing }: Tally): ReadonlyArray<number> =>
  [...counts, missing].map((it) => it / (count + missing))

const frozen = (
  values: ArrayLike<number>,
  sorted: Float64Array,
  bins: number
): Result.Result<Bins, Sensor.TooFewValues> =>
  Result.map(Sensor.fit(values), ({ count, mean, std }) => {
    const edges = edgesOf(sorted, bins)
    const shares = sharesOf(tally({ edges }, values))
    return { count, missing: values.length - count, mean, std, edges, shares }
  })

/** How many bins there are, where none is named. */
interface Cut {
  readonly bins?: number | undefined
}

/**
 * Freezes the bins that tallies are counted in and judged by.
 *
 * Units: any one unit. Shape: the values of a fit, in any order; NaN, the infinities and whatever
 * lies beyond 1e150 are missing values and counted. `bins` (10) hold equal shares of the values, where
 * ties allow it; equal edges are one. Numbers alone, so that it can be stored as JSON.
 *
 * Fails with: `Sensor.TooFewValues`, below two values that count.
 *
 * @example
 * ```ts
 * import * as Drift from "@bedside/core/Drift"
 * import * as Result from "effect/Result"
 *
 * const bins = Result.getOrThrow(Drift.freeze([1, 2, 3, 4, 5, NaN], { bins: 4 }))
 * bins.edges // => [2, 3, 4]
 * bins.missing // => 1
 * Result.isFailure(Drift.freeze([1])) // => true
 * ```
 * @since 0.2.0
 */
export const freeze = (
  values: ArrayLike<number>,
  { bins = 10 }: Cut = {}
): Result.Result<Bins, Sensor.TooFewValues> => frozen(values, finite(values).sort(), bins)

/**
 * What can be frozen of a fit of which only the weights are known: no edges.
 *
 * Shape: `skipped` values are the missing ones.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Drift from "@bedside/core/Drift"
 *
 * const bins = Drift.ofWeights({ count: 90, skipped: 10, mean: 7.5, std: 2 })
 * bins.edges // => []
 * const values = Array.from({ length: 50 }, () => 20)
 * Drift.judge(bins, Drift.tally(bins, values)).reasons // => ["mean"]
 * ```
 * @since 0.2.0
 */
export const ofWeights = ({
  count,
  skipped,
  mean,
  std
}: Sensor.Weights & { readonly skipped: number }): Bins => {
  const total = count + skipped
  return { count, missing: skipped, mean, std, edges: [], shares: [count / total, skipped / total] }
}

/**
 * Freezes the bins and keeps the values with them, for `compare`.
 *
 * Units and shape: as for `freeze`.
 *
 * Fails with: `Sensor.TooFewValues`, below two values that count.
 *
 * @example
 * ```ts
 * import * as Drift from "@bedside/core/Drift"
 * import * as Result from "effect/Result"
 *
 * const reference = Result.getOrThrow(Drift.reference([3, 1, NaN, 2]))
 * reference.values // => [1, 2, 3]
 * Result.isFailure(Drift.reference([1])) // => true
 * ```
 * @since 0.2.0
 */
export const reference = (
  values: ArrayLike<number>,
  { bins = 10 }: Cut = {}
): Result.Result<Reference, Sensor.TooFewValues> => {
  const sorted = finite(values).sort()
  const kept = Math.min(sorted.length, mostValues)
  return Result.map(frozen(values, sorted, bins), (it) => ({
    ...it,
    values: Array.from({ length: kept }, (_, index) =>
      kept === sorted.length ? sorted[index]! : Statistics.quantile(sorted, (index + 0.5) / kept)
    )
  }))
}

/**
 * Counts values in bins.
 *
 * Units: those of the values that the bins were made of. Shape: any number of values, in any order;
 * missing ones as in `freeze`. A value on an edge belongs to the bin above; the outer bins are open.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Drift from "@bedside/core/Drift"
 *
 * const { counts, missing, mean } = Drift.tally({ edges: [2, 3, 4] }, [0, 2, 2.5, 9, NaN])
 * counts // => [1, 2, 0, 1]
 * missing // => 1
 * mean // => 3.375
 * ```
 * @since 0.2.0
 */
export const tally = ({ edges }: Pick<Bins, "edges">, values: ArrayLike<number>): Tally => {
  const there = present(values)
  const { mean, variance } = Statistics.spread(there)
  return {
    counts: Statistics.countsIn(edges, there),
    count: there.length,
    missing: values.length - there.length,
    mean,
    variance
  }
}

/**
 * The tally of all values behind two of the same bins, as if they had been tallied together.
 *
 * Fails with: nothing.
 *
 * Method: Chan, Golub & LeVeque 1983 (doi:10.1080/00031305.1983.10483115), in shares of the count.
 *
 * @example
 * ```ts
 * import * as Drift from "@bedside/core/Drift"
 *
 * const bins = { edges: [7] }
 * const merged = Drift.merge(Drift.tally(bins, [10, 5]), Drift.tally(bins, [6, 9]))
 * merged // => { counts: [2, 2], count: 4, missing: 0, mean: 7.5, variance: 4.25 }
 * ```
 * @since 0.2.0
 */
export const merge = (a: Tally, b: Tally): Tally => {
  const count = a.count + b.count
  const share = count === 0 ? 0 : b.count / count
  const step = b.mean - a.mean
  return {
    counts: a.counts.map((it, bin) => it + (b.counts[bin] ?? 0)),
    count,
    missing: a.missing + b.missing,
    mean: a.mean + share * step,
    variance: (1 - share) * a.variance + share * b.variance + share * (1 - share) * step * step
  }
}

/**
 * Judges a tally by the bins it was counted in.
 *
 * Shape: of fewer than two values that are there, only the share of missing ones and the index are
 * told; without edges, neither index nor distance.
 *
 * Fails with: nothing.
 *
 * Method: that of `compare`, but for `ks`: the largest distance AT THE EDGES, which is a lower bound
 * of the true one, and `p` an upper bound of its chance. So a change within a bin stays unseen by it,
 * and false alarms do not become more.
 *
 * @example
 * ```ts
 * import * as Drift from "@bedside/core/Drift"
 * import * as Result from "effect/Result"
 *
 * const values = Array.from({ length: 200 }, (_, index) => 70 + 5 * Math.sin(index))
 * const bins = Result.getOrThrow(Drift.freeze(values))
 * Drift.judge(bins, Drift.tally(bins, values)).alarm // => false
 * const higher = Drift.tally(bins, values.map((value) => value + 20))
 * Drift.judge(bins, higher).reasons // => ["psi", "ks", "mean"]
 * ```
 * @since 0.2.0
 */
export const judge = (bins: Bins, tally: Tally, rule: Rule = defaultRule): Comparison =>
  judged(
    bins,
    tally,
    tally.count === 0 || bins.edges.length === 0
      ? NaN
      : Statistics.distanceAtEdges(bins.shares, tally.counts),
    rule
  )

/**
 * Compares values with a reference.
 *
 * Units: those of the reference. Shape: any number of values, in any order; missing ones as in
 * `reference`.
 *
 * Fails with: nothing. Of fewer than two values that are there, only the share of missing ones and
 * the index are told.
 *
 * Method: the population stability index over the bins of the reference, the outer ones open, and a
 * bin of missing values; a value on an edge belongs to the bin above. No share is taken below 0.0001.
 * Without drift it is distributed as chi-square times `1/n + 1/m` (Yurdakul & Naranjo,
 * Statistical properties of the population stability index, J. Risk Model Validation 2020), with as
 * many degrees of freedom as there are bins less one; it is judged from 10 values per bin on. The two-sample test of Kolmogorov and Smirnov, with the asymptotic
 * distribution of Kolmogorov; of a reference of more than 2,048 values, 2,048 quantiles stand for it
 * and its true count is used for the chance. The difference of the means by Welch 1947
 * (doi:10.1093/biomet/34.1-2.28), with the smaller sample's degrees of freedom, converted to a normal
 * z. Missing values by the test of two proportions.
 *
 * The chances are those of INDEPENDENT values. Neighbours of a sensor that is read often are alike:
 * compare values that are further apart, or take a smaller `alpha`.
 *
 * @example
 * ```ts
 * import * as Drift from "@bedside/core/Drift"
 * import * as Result from "effect/Result"
 *
 * const values = Array.from({ length: 200 }, (_, index) => 70 + 5 * Math.sin(index))
 * const reference = Result.getOrThrow(Drift.reference(values))
 * Drift.compare(reference, values).alarm // => false
 * const { alarm, reasons, ks } = Drift.compare(reference, values.map((value) => value + 20))
 * alarm // => true
 * reasons // => ["psi", "ks", "mean"]
 * ks // => 1
 * ```
 * @since 0.2.0
 */
export const compare = (
  reference: Reference,
  values: ArrayLike<number>,
  rule: Rule = defaultRule
): Comparison => {
  const sorted = finite(values).sort()
  if (sorted.length === 0) return judged(reference, tally(reference, values), NaN, rule)
  // Rounded once, so that a sample has the mean of itself.
  const { mean, populationVariance: variance } = Moments.spread(sorted)
  const now = { ...tally(reference, values), mean, variance }
  return judged(reference, now, Statistics.largestDistance(reference.values, sorted), rule)
}

const judged = (bins: Bins, now: Tally, ks: number, rule: Rule): Comparison => {
  const { count: n, missing } = now
  const psi =
    n + missing === 0 || bins.edges.length === 0
      ? NaN
      : Statistics.stability(bins.shares, sharesOf(now), leastShare)
  const effective = (n * bins.count) / (n + bins.count)
  const { shift, z } = meanShift(bins, now)
  const limits = {
    psi: Math.max(rule.psi, stabilityByChance(bins, n + missing, missing, rule.alpha)),
    ks:
      n === 0 ? Infinity : Math.max(rule.ks, Math.sqrt(-Math.log(rule.alpha / 2) / 2 / effective)),
    z: Statistics.normalLimit(rule.alpha)
  }
  const drifted: { readonly [R in Reason]: boolean } = {
    psi: psi >= limits.psi,
    ks: ks >= limits.ks,
    mean: Math.abs(z) >= limits.z && Math.abs(shift) >= rule.shift,
    missing: isMoreMissing(bins, n, missing, limits.z, rule.missing)
  }
  const reasons = Reason.literals.filter((reason) => drifted[reason])
  return {
    n,
    missing,
    psi,
    ks,
    p: Number.isNaN(ks) ? NaN : Statistics.kolmogorov(Math.sqrt(effective) * ks),
    shift,
    z,
    limits,
    alarm: reasons.length > 0,
    reasons
  }
}

const stabilityByChance = (bins: Bins, total: number, missing: number, alpha: number): number => {
  const known = bins.count + bins.missing
  if (Math.min(known, total) < valuesPerBin * (bins.edges.length + 1)) return Infinity
  const freedom = bins.edges.length + (bins.missing + missing > 0 ? 1 : 0)
  return freedom === 0 ? 0 : (1 / known + 1 / total) * Statistics.chiSquareLimit(freedom, alpha)
}

const meanShift = (
  { count, mean, std }: Bins,
  now: Tally
): { readonly shift: number; readonly z: number } => {
  if (now.count < 2) return { shift: NaN, z: NaN }
  const difference = now.mean - mean
  if (difference === 0) return { shift: 0, z: 0 }
  // The population variance over n - 1 is the sample variance over n.
  const error = Math.sqrt((std * std) / count + now.variance / (now.count - 1))
  const rare = normalOfStudent(Math.abs(difference) / error, Math.min(count, now.count) - 1)
  return { shift: difference / std, z: Math.sign(difference) * rare }
}

const isMoreMissing = (
  bins: Bins,
  n: number,
  missing: number,
  limit: number,
  least: number
): boolean => {
  const known = bins.count + bins.missing
  const total = n + missing
  if (total === 0) return false
  const both = (bins.missing + missing) / (known + total)
  const difference = missing / total - bins.missing / known
  const error = Math.sqrt(both * (1 - both) * (1 / known + 1 / total))
  return Math.abs(difference) >= least && Math.abs(difference) >= limit * error
}
