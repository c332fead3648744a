/**
 * How far two distributions lie apart, and whether that may be chance.
 *
 * The guarantee that bites: a fixed limit on a distance alarms on small windows by chance alone. So
 * `compare` gives distances AND chances, and `Alarms.judge` needs both, of all features together.
 *
 * Not a medical device.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Drift from "../sensor/Drift.ts"
import * as Statistics from "../sensor/internal/driftStatistics.ts"
import type * as Sensor from "../sensor/Sensor.ts"
import type * as Alarms from "./Alarms.ts"
import * as Kolmogorov from "./internal/divergenceKolmogorov.ts"
import * as Shares from "./internal/divergenceShares.ts"
import * as Tests from "./internal/divergenceTests.ts"

const leastShare = 1e-4

const paired = (
  expected: ArrayLike<number>,
  actual: ArrayLike<number>,
  measure: (p: Float64Array, q: Float64Array) => number
): number => {
  const p = Shares.normalised(expected)
  const q = Shares.normalised(actual)
  return p === undefined || q === undefined || p.length !== q.length ? NaN : measure(p, q)
}

/**
 * The population stability index of two rows of bins.
 *
 * Shape: counts or shares of the same bins, those of the reference first. No share is taken below
 * 0.0001, so that an empty bin does not make it infinite. NaN where the rows differ in length, hold a
 * negative number, or add up to nothing.
 *
 * Fails with: nothing.
 *
 * Method: the sum of `(actual - expected) ln(actual / expected)` (Siddiqi 2006,
 * doi:10.1002/9781119201731), which is Jeffreys' divergence, in nats.
 *
 * @example
 * ```ts
 * import * as Divergence from "@bedside/core/Divergence"
 *
 * Divergence.populationStability([50, 50], [25, 75]) // => ≈ 0.27465
 * Divergence.populationStability([50, 50], [1, 1]) // => 0
 * Divergence.populationStability([1, 2], [1, 2, 3]) // => NaN
 * ```
 * @since 0.2.0
 */
export const populationStability = (
  expected: ArrayLike<number>,
  actual: ArrayLike<number>
): number =>
  paired(expected, actual, (p, q) => Statistics.stability(Array.from(p), Array.from(q), leastShare))

/**
 * The divergence of Kullback and Leibler of `expected` from `actual`.
 *
 * Units: nats, or those of the logarithm to `base`. Shape: counts or shares, NaN as for
 * `populationStability`; Infinity where something is expected that never is.
 *
 * Fails with: nothing.
 *
 * Method: Kullback & Leibler 1951 (doi:10.1214/aoms/1177729694).
 *
 * @example
 * ```ts
 * import * as Divergence from "@bedside/core/Divergence"
 *
 * Divergence.kullbackLeibler([1, 0], [1, 1], { base: 2 }) // => 1
 * Divergence.kullbackLeibler([1, 1], [1, 0]) // => Infinity
 * ```
 * @since 0.2.0
 */
export const kullbackLeibler = (
  expected: ArrayLike<number>,
  actual: ArrayLike<number>,
  { base = Math.E }: { readonly base?: number | undefined } = {}
): number => paired(expected, actual, Shares.divergence) / Math.log(base)

/**
 * The divergence of Jensen and Shannon, and its root, which is a distance.
 *
 * Units: nats, or those of the logarithm to `base`: at most 1 with a base of 2. Shape: counts or
 * shares, NaN as for `populationStability`; empty bins are none the worse.
 *
 * Fails with: nothing.
 *
 * Method: Lin 1991 (doi:10.1109/18.61115); the root is a metric (Endres & Schindelin 2003,
 * doi:10.1109/TIT.2003.813506).
 *
 * @example
 * ```ts
 * import * as Divergence from "@bedside/core/Divergence"
 *
 * Divergence.jensenShannon([1, 0], [0, 1], { base: 2 }) // => { divergence: 1, distance: 1 }
 * Divergence.jensenShannon([1, 2], [2, 4]).distance // => 0
 * ```
 * @since 0.2.0
 */
export const jensenShannon = (
  expected: ArrayLike<number>,
  actual: ArrayLike<number>,
  { base = Math.E }: { readonly base?: number | undefined } = {}
): { readonly divergence: number; readonly distance: number } => {
  const divergence = paired(expected, actual, Shares.betweenDivergence) / Math.log(base)
  return { divergence, distance: Math.sqrt(divergence) }
}

/**
 * The distance of Wasserstein (of the first order, or earth mover's): how far values would have to be
 * moved on average to make one sample of the other.
 *
 * Units: those of the values. Shape: any number of values each, in any order; what is not finite is
 * left out. NaN where nothing remains.
 *
 * Fails with: nothing.
 *
 * Method: the area between the distribution functions (Vallender 1974, doi:10.1137/1118101).
 *
 * @example
 * ```ts
 * import * as Divergence from "@bedside/core/Divergence"
 *
 * Divergence.wasserstein([1, 2, 3], [13, 11, 12]) // => 10
 * ```
 * @since 0.2.0
 */
export const wasserstein = (left: ArrayLike<number>, right: ArrayLike<number>): number => {
  const a = Shares.present(left)
  const b = Shares.present(right)
  return a.length === 0 || b.length === 0 ? NaN : Shares.area(a, b)
}

// Above this many pairs, the exact chance takes longer than the difference is worth.
const mostPairs = 1e6

/**
 * The test of Kolmogorov and Smirnov on two samples: the largest `distance` of their distribution
 * functions, and the chance `p` of one as large where both are of one distribution.
 *
 * Shape: as for `wasserstein`. `chance` is "exact" up to a million pairs of values and "asymptotic"
 * beyond, where none is named. Ties make the true chance smaller.
 *
 * Fails with: nothing.
 *
 * Method: exact by counting paths (Hodges 1958, doi:10.1007/BF02589501); asymptotic as that of one
 * sample of `nm / (n + m)` values, rounded (Marsaglia, Tsang & Wang 2003, doi:10.18637/jss.v008.i18;
 * above 2,000 by Pelz & Good 1976, doi:10.1111/j.2517-6161.1976.tb01579.x, within 2e-6).
 *
 * @example
 * ```ts
 * import * as Divergence from "@bedside/core/Divergence"
 *
 * const { distance, p } = Divergence.kolmogorovSmirnov([1, 2, 3, 4], [5, 6, 7, 8])
 * distance // => 1
 * p // => ≈ 0.02857
 * ```
 * @since 0.2.0
 */
export const kolmogorovSmirnov = (
  left: ArrayLike<number>,
  right: ArrayLike<number>,
  options: { readonly chance?: "exact" | "asymptotic" | undefined } = {}
): { readonly distance: number; readonly p: number } => {
  const a = Shares.present(left)
  const b = Shares.present(right)
  const pairs = a.length * b.length
  if (pairs === 0) return { distance: NaN, p: NaN }
  const distance = Statistics.largestDistance(a, b)
  const { chance = pairs <= mostPairs ? "exact" : "asymptotic" } = options
  const p =
    chance === "exact"
      ? Kolmogorov.exact(a.length, b.length, distance)
      : Kolmogorov.ofOneSample(Math.max(1, Math.round(pairs / (a.length + b.length))), distance)
  return { distance, p }
}

/**
 * Pearson's test that two rows of counts are of one distribution.
 *
 * Shape: counts of the same categories; a category that neither has is left out. `p` is 1 of fewer
 * than two categories or an empty row, and trustworthy where each count is expected to be 5 or more.
 * NaN where the rows differ in length.
 *
 * Fails with: nothing.
 *
 * Method: Pearson 1900 (doi:10.1080/14786440009463897), without a correction.
 *
 * @example
 * ```ts
 * import * as Divergence from "@bedside/core/Divergence"
 *
 * const { statistic, freedom, p } = Divergence.chiSquare([90, 60, 50], [30, 30, 40])
 * statistic // => 8.75
 * freedom // => 2
 * p // => ≈ 0.012588
 * ```
 * @since 0.2.0
 */
export const chiSquare = (
  expected: ArrayLike<number>,
  actual: ArrayLike<number>
): { readonly statistic: number; readonly freedom: number; readonly p: number } =>
  expected.length === actual.length
    ? Tests.pearson(expected, actual)
    : { statistic: NaN, freedom: 0, p: NaN }

const mostValues = 256

const above = (value: number): number =>
  value + Math.max(Number.MIN_VALUE, Math.abs(value) * Number.EPSILON)

// An edge at the smallest value has nothing below it: what lies on it and above it would be one bin.
const partingEdges = (
  edges: ReadonlyArray<number>,
  sorted: ArrayLike<number>
): ReadonlyArray<number> => {
  const smallest = sorted[0] ?? NaN
  const parting = edges.filter((edge) => edge > smallest)
  if (parting.length > 0 || edges.length === 0) return parting
  const next = Array.from(sorted).find((value) => value > smallest)
  return next === undefined ? [smallest, above(smallest)] : [next]
}

/**
 * Freezes what later values are compared with.
 *
 * Units: any one unit. Shape: the values that a model was fitted to, in any order; NaN, the infinities
 * and whatever lies beyond 1e150 are missing and counted. `bins` (10) hold equal shares of them where
 * ties allow it. What is not the value that nearly all have is parted from it, and of a constant
 * whatever is below or above it. Numbers alone, so that it can be stored as JSON: 256 quantiles stand
 * for more values.
 *
 * Fails with: `Sensor.TooFewValues`, below two values that count.
 *
 * @example
 * ```ts
 * import * as Divergence from "@bedside/core/Divergence"
 * import * as Result from "effect/Result"
 *
 * Result.getOrThrow(Divergence.freeze([1, 2, 3, 4, 5, NaN], { bins: 4 })).edges // => [2, 3, 4]
 * Result.getOrThrow(Divergence.freeze([0, 0, 0, 0, 0, 1])).edges // => [0.5]
 * Result.isFailure(Divergence.freeze([1])) // => true
 * ```
 * @since 0.2.0
 */
export const freeze = (
  values: ArrayLike<number>,
  { bins = 10 }: { readonly bins?: number | undefined } = {}
): Result.Result<Drift.Reference, Sensor.TooFewValues> =>
  Result.map(Drift.reference(values, { bins }), (reference) => {
    const edges = partingEdges(reference.edges, Shares.present(values))
    const { counts, count, missing } = Drift.tally({ edges }, values)
    const kept = Math.min(reference.values.length, mostValues)
    return {
      ...reference,
      edges,
      shares: [...counts, missing].map((it) => it / (count + missing)),
      values: Array.from({ length: kept }, (_, index) =>
        kept === reference.count
          ? reference.values[index]!
          : Statistics.quantile(reference.values, (index + 0.5) / kept)
      )
    }
  })

/**
 * How a window of values differs from a reference. `n` values were there and `missing` were not.
 * `psi` and `jensenShannon` (the distance, in nats) are those of the bins with one for missing values,
 * `kolmogorovSmirnov` is the largest distance of the distribution functions AT THE EDGES of the bins,
 * `wasserstein` is in the unit of the values, `shift` is the difference of the means in standard
 * deviations of the reference, `moreMissing` that of the shares of missing values. `chances` are those
 * of differences as large where nothing differs. What cannot be told is null.
 *
 * @since 0.2.0
 */
export const Comparison = Schema.Struct({
  n: Schema.Int,
  missing: Schema.Int,
  psi: Schema.NullOr(Schema.Finite),
  jensenShannon: Schema.NullOr(Schema.Finite),
  kolmogorovSmirnov: Schema.NullOr(Schema.Finite),
  wasserstein: Schema.NullOr(Schema.Finite),
  shift: Schema.NullOr(Schema.Finite),
  moreMissing: Schema.NullOr(Schema.Finite),
  chances: Schema.Struct({
    bins: Schema.Finite,
    kolmogorovSmirnov: Schema.Finite,
    missing: Schema.Finite
  })
}).annotate({ identifier: "DivergenceComparison" })

/** @since 0.2.0 */
export interface Comparison extends Schema.Schema.Type<typeof Comparison> {}

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null)

// Fewer are expected in a bin by chance too often for the distribution to be that of chi-square.
const leastExpected = 5

const chancesOf = (reference: Drift.Bins, now: Drift.Tally): Comparison["chances"] => {
  const known = reference.count + reference.missing
  const before = reference.shares.slice(0, -1).map((share) => Math.round(share * known))
  const { left, right } = Tests.pooled(before, now.counts, leastExpected)
  const effective = (now.count * reference.count) / (now.count + reference.count)
  return {
    bins: Tests.pearson(left, right).p,
    kolmogorovSmirnov:
      now.count === 0
        ? 1
        : Statistics.kolmogorov(
            Math.sqrt(effective) * Statistics.distanceAtEdges(reference.shares, now.counts)
          ),
    missing: Tests.fisher(reference.missing, known, now.missing, now.count + now.missing)
  }
}

/**
 * Compares a window of values with what was frozen.
 *
 * Units: those of the reference. Shape: any number of values, in any order; missing ones as in
 * `freeze`. A value on an edge belongs to the bin above; the outer bins are open.
 *
 * Fails with: nothing.
 *
 * Method: distances as in this module. The chance of the bins is Pearson's, of the values that are
 * there, with neighbouring bins put together until each is expected to hold 5; that of the largest
 * distance Kolmogorov's, an upper bound, because more can only lie between the edges; that of missing
 * values Fisher's exact one. All are those of INDEPENDENT values: rows of one patient are alike, so
 * compare one row per patient, and freeze the reference from rows that were chosen likewise.
 *
 * @example
 * ```ts
 * import * as Divergence from "@bedside/core/Divergence"
 * import * as Result from "effect/Result"
 *
 * const values = Array.from({ length: 200 }, (_, index) => 70 + 5 * Math.sin(index))
 * const reference = Result.getOrThrow(Divergence.freeze(values))
 * const { psi, chances } = Divergence.compare(reference, values)
 * psi // => 0
 * chances // => { bins: 1, kolmogorovSmirnov: 1, missing: 1 }
 * Divergence.compare(reference, values.map((value) => value + 20)).shift // => ≈ 5.6
 * ```
 * @since 0.2.0
 */
export const compare = (reference: Drift.Reference, values: ArrayLike<number>): Comparison => {
  const now = Drift.tally(reference, values)
  const total = now.count + now.missing
  const shares = [...now.counts, now.missing].map((it) => it / total)
  const known = reference.count + reference.missing
  const distance = now.count === 0 ? NaN : Statistics.distanceAtEdges(reference.shares, now.counts)
  return {
    n: now.count,
    missing: now.missing,
    psi: orNull(populationStability(reference.shares, shares)),
    jensenShannon: orNull(jensenShannon(reference.shares, shares).distance),
    kolmogorovSmirnov: orNull(distance),
    wasserstein: orNull(wasserstein(reference.values, values)),
    shift: now.count === 0 ? null : orNull((now.mean - reference.mean) / reference.std),
    moreMissing: orNull(now.missing / total - reference.missing / known),
    chances: chancesOf(reference, now)
  }
}

/**
 * How large a distance has to be to matter: the index, the distance between distribution functions,
 * and the difference of the shares of missing values.
 *
 * @since 0.2.0
 */
export const Limits = Schema.Struct({
  psi: Schema.Finite,
  kolmogorovSmirnov: Schema.Finite,
  moreMissing: Schema.Finite
}).annotate({ identifier: "DivergenceLimits" })

/** @since 0.2.0 */
export interface Limits extends Schema.Schema.Type<typeof Limits> {}

/**
 * An index of 0.1, a distance of 0.1, and 5 % more or fewer missing values.
 *
 * @since 0.2.0
 */
export const defaultLimits: Limits = { psi: 0.1, kolmogorovSmirnov: 0.1, moreMissing: 0.05 }

/**
 * What a comparison may alarm about, to be judged together with all others of the same window.
 *
 * Shape: `of` names what was compared.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Alarms from "@bedside/core/Alarms"
 * import * as Divergence from "@bedside/core/Divergence"
 * import * as Result from "effect/Result"
 *
 * const values = Array.from({ length: 200 }, (_, index) => 70 + 5 * Math.sin(index))
 * const reference = Result.getOrThrow(Divergence.freeze(values))
 * const higher = Divergence.compare(reference, values.map((value) => value + 20))
 * const alarms = Alarms.judge(Divergence.tests("pulse", higher))
 * alarms.map(({ reason }) => reason) // => ["bins", "kolmogorov-smirnov"]
 * ```
 * @since 0.2.0
 */
export const tests = (
  of: string,
  { n, missing, psi, kolmogorovSmirnov, moreMissing, chances }: Comparison,
  limits: Limits = defaultLimits
): ReadonlyArray<Alarms.Test> => [
  { of, reason: "bins", n, distance: psi ?? 0, limit: limits.psi, chance: chances.bins },
  {
    of,
    reason: "kolmogorov-smirnov",
    n,
    distance: kolmogorovSmirnov ?? 0,
    limit: limits.kolmogorovSmirnov,
    chance: chances.kolmogorovSmirnov
  },
  {
    of,
    reason: "missing",
    n: n + missing,
    distance: Math.abs(moreMissing ?? 0),
    limit: limits.moreMissing,
    chance: chances.missing
  }
]
