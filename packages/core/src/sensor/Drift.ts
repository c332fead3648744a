/**
 * Whether the values that come in now are still distributed as those that a model was fitted to.
 *
 * The guarantee that bites: the bins of the reference are FROZEN with it. Values that moved away from
 * it all land in its outermost bins, and the index says so; bins made anew from the current values
 * would read 0.
 *
 * Not a medical device.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { normalOfStudent } from "./internal/student.ts"
import * as Statistics from "./internal/driftStatistics.ts"
import * as Sensor from "./Sensor.ts"

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/**
 * What is kept of the values of a fit: `count` and `missing` of them, `mean` and sample `std`, the
 * inner `edges` of the bins and the `shares` of all values in each (the last one: missing), and the
 * ascending `values`, of more than 2,048 only as many quantiles.
 *
 * @since 0.2.0
 */
export const Reference = Schema.Struct({
  count: Count,
  missing: Count,
  mean: Schema.Finite,
  std: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
  edges: Schema.Array(Schema.Finite),
  shares: Schema.Array(Share),
  values: Schema.Array(Schema.Finite)
}).annotate({ identifier: "DriftReference" })

/** @since 0.2.0 */
export interface Reference extends Schema.Schema.Type<typeof Reference> {}

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
    if (Math.abs(value) <= 1e150) kept[count++] = value
  }
  return kept.subarray(0, count)
}

const sharesOf = (
  values: Float64Array,
  total: number,
  edges: ReadonlyArray<number>
): ReadonlyArray<number> => {
  const counts = Array<number>(edges.length + 2).fill(0)
  for (const value of values) counts[Statistics.binOf(edges, value)]! += 1
  counts[edges.length + 1] = total - values.length
  return counts.map((count) => count / total)
}

/**
 * Freezes what drift is measured against.
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
 * const reference = Result.getOrThrow(Drift.reference([1, 2, 3, 4, 5, NaN], { bins: 4 }))
 * reference.edges // => [2, 3, 4]
 * reference.missing // => 1
 * Result.isFailure(Drift.reference([1])) // => true
 * ```
 * @since 0.2.0
 */
export const reference = (
  values: ArrayLike<number>,
  { bins = 10 }: { readonly bins?: number | undefined } = {}
): Result.Result<Reference, Sensor.TooFewValues> => {
  const sorted = finite(values).sort()
  return Result.map(Sensor.fit(sorted), ({ count, mean, std }) => {
    const inner = Array.from({ length: Math.max(0, bins - 1) }, (_, index) =>
      Statistics.quantile(sorted, (index + 1) / bins)
    )
    const edges = inner.filter((edge, index) => index === 0 || edge > inner[index - 1]!)
    const kept = Math.min(count, mostValues)
    return {
      count,
      missing: values.length - count,
      mean,
      std,
      edges,
      shares: sharesOf(sorted, values.length, edges),
      values: Array.from({ length: kept }, (_, index) =>
        kept === count ? sorted[index]! : Statistics.quantile(sorted, (index + 0.5) / kept)
      )
    }
  })
}

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
  const n = sorted.length
  const missing = values.length - n
  const psi =
    values.length === 0
      ? NaN
      : Statistics.stability(
          reference.shares,
          sharesOf(sorted, values.length, reference.edges),
          leastShare
        )
  const ks = n === 0 ? NaN : Statistics.largestDistance(reference.values, sorted)
  const effective = (n * reference.count) / (n + reference.count)
  const { shift, z } = meanShift(reference, sorted)
  const limits = {
    psi: Math.max(rule.psi, stabilityByChance(reference, values.length, missing, rule.alpha)),
    ks:
      n === 0 ? Infinity : Math.max(rule.ks, Math.sqrt(-Math.log(rule.alpha / 2) / 2 / effective)),
    z: Statistics.normalLimit(rule.alpha)
  }
  const drifted: { readonly [R in Reason]: boolean } = {
    psi: psi >= limits.psi,
    ks: ks >= limits.ks,
    mean: Math.abs(z) >= limits.z && Math.abs(shift) >= rule.shift,
    missing: isMoreMissing(reference, n, missing, limits.z, rule.missing)
  }
  const reasons = Reason.literals.filter((reason) => drifted[reason])
  return {
    n,
    missing,
    psi,
    ks,
    p: n === 0 ? NaN : Statistics.kolmogorov(Math.sqrt(effective) * ks),
    shift,
    z,
    limits,
    alarm: reasons.length > 0,
    reasons
  }
}

const stabilityByChance = (
  reference: Reference,
  total: number,
  missing: number,
  alpha: number
): number => {
  const known = reference.count + reference.missing
  const bins = reference.edges.length + 1
  if (Math.min(known, total) < valuesPerBin * bins) return Infinity
  const freedom = bins - 1 + (reference.missing + missing > 0 ? 1 : 0)
  return freedom === 0 ? 0 : (1 / known + 1 / total) * Statistics.chiSquareLimit(freedom, alpha)
}

const meanShift = (
  { count, mean, std }: Reference,
  values: Float64Array
): { readonly shift: number; readonly z: number } => {
  const fitted = Sensor.fit(values)
  if (Result.isFailure(fitted)) return { shift: NaN, z: NaN }
  const now = fitted.success
  const difference = now.mean - mean
  if (difference === 0) return { shift: 0, z: 0 }
  const error = Math.sqrt((std * std) / count + (now.std * now.std) / now.count)
  const rare = normalOfStudent(Math.abs(difference) / error, Math.min(count, now.count) - 1)
  return { shift: difference / std, z: Math.sign(difference) * rare }
}

const isMoreMissing = (
  reference: Reference,
  n: number,
  missing: number,
  limit: number,
  least: number
): boolean => {
  const known = reference.count + reference.missing
  const total = n + missing
  if (total === 0) return false
  const both = (reference.missing + missing) / (known + total)
  const difference = missing / total - reference.missing / known
  const error = Math.sqrt(both * (1 - both) * (1 / known + 1 / total))
  return Math.abs(difference) >= least && Math.abs(difference) >= limit * error
}
