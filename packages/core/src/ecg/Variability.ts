/**
 * Heart rate variability: statistics of the intervals between beats, over time, over frequency and
 * beyond, and the mending of artefacts.
 *
 * The guarantee that bites: NaN in a series of intervals marks a gap, and the intervals on its sides
 * are no neighbours: no difference, box or segment reaches across it (`sampleEntropy` alone joins the
 * stretches, and has a gap-aware twin beside it). Whatever is not above 0 and at most 60,000 ms is a
 * gap too. A statistic that so few intervals do not allow is NaN, and never an exception. All-beat and
 * NN-only figures are the same functions of what `intervals` makes.
 */
import type * as Signal from "./Signal.ts"
import * as Correction from "./internal/variabilityCorrection.ts"
import * as Entropy from "./internal/variabilityEntropy.ts"
import * as Fluctuation from "./internal/variabilityFluctuation.ts"
import * as Histogram from "./internal/variabilityHistogram.ts"
import * as Intervals from "./internal/variabilitySeries.ts"
import * as Spectra from "./internal/variabilitySpectrum.ts"
import * as Tachogram from "./internal/variabilityTachogram.ts"

/**
 * The methods by the name that their results carry, each with the version of its definition.
 *
 * @since 0.2.0
 */
export const methods = {
  "time-domain": "1",
  welch: "1",
  "lomb-scargle": "1",
  nonlinear: "1",
  "lipponen-tarvainen": "1"
} as const

/**
 * How beats become intervals.
 *
 * Units: `samplingRate` in Hz, `gaps` in samples, from `start` up to but not including `end`.
 * `isNormal` says of each beat, by its position, whether it is normal; without it, all are.
 *
 * @since 0.2.0
 */
export type BeatOptions = Tachogram.Options

/**
 * The intervals between consecutive beats, with NaN where some were left out.
 *
 * Units: beats in samples, intervals in ms. Shape: beats in order of time. An interval is kept if both
 * of its beats are normal, it is above 0 and at most 60,000 ms, and no gap overlaps it. However many
 * are left out between two that are kept, one NaN stands for them; none stands at the ends.
 *
 * Fails with: nothing. Fewer than two beats, and a sampling rate that is not positive and finite, give
 * no interval.
 *
 * Method: NN intervals as in Task Force 1996 (doi:10.1161/01.CIR.93.5.1043): both bounding beats are
 * normal. An interval is the difference of its beats divided by the sampling rate, times 1000, in this
 * order: a difference of exactly 50 ms may be rounded to either side of it.
 *
 * @example
 * ```ts
 * import * as Variability from "@bedside/core/Variability"
 *
 * const beats = [0, 100, 200, 250, 400, 500]
 * Array.from(Variability.intervals(beats, { samplingRate: 100 })) // => [1000, 1000, 500, 1500, 1000]
 * const isNormal = [true, true, true, false, true, true]
 * Array.from(Variability.intervals(beats, { samplingRate: 100, isNormal })) // => [1000, 1000, NaN, 1000]
 * ```
 * @since 0.2.0
 */
export const intervals = (beats: Signal.Signal, options: BeatOptions): Float64Array =>
  Tachogram.make(beats, options).rr

/**
 * When each of the `intervals` ends, for the statistics that need to know how long a gap lasted.
 *
 * Units: ms since the sample 0. Shape: as long as the intervals of the same beats and options, with
 * NaN where they have it.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Variability from "@bedside/core/Variability"
 *
 * const options = { samplingRate: 100, gaps: [{ start: 210, end: 230 }] }
 * Array.from(Variability.times([0, 100, 200, 300, 400], options)) // => [1000, 2000, NaN, 4000]
 * ```
 * @since 0.2.0
 */
export const times = (beats: Signal.Signal, options: BeatOptions): Float64Array =>
  Tachogram.make(beats, options).times

/**
 * When the intervals end, in ms, gap marks included (`times` makes it); an interval without a later time
 * than the one before is a gap. Without it they follow one another, and a gap has no length.
 *
 * @since 0.2.0
 */
export interface TimeOptions {
  readonly times?: Signal.Signal | undefined
}

const minute = 60_000

/**
 * Statistics over time, in ms where nothing else is said.
 *
 * - `count`, `differences`: intervals, and differences between neighbouring ones
 * - `mean`, `median`, `min`, `max`: of the intervals
 * - `heartRate`: 60000 / `mean`, and `meanHeartRate`: the mean of 60000 / interval, both per minute
 * - `sdnn`: standard deviation of the intervals (n - 1)
 * - `rmssd`: root mean square of the differences, and `sdsd`: their standard deviation (n - 1)
 * - `nn50`, `nn20`: differences of more than 50 and 20 ms either way; `pnn50`, `pnn20`: these in per
 *   cent of `differences`
 * - `cvnn`: `sdnn` / `mean`, and `cvsd`: `rmssd` / `mean`, without a unit
 * - `sdann`: standard deviation (n - 1) of the means of 5-minute segments, and `sdnnIndex`: the mean of
 *   their standard deviations (n - 1)
 *
 * @since 0.2.0
 */
export interface TimeDomain {
  readonly method: "time-domain"
  readonly count: number
  readonly differences: number
  readonly mean: number
  readonly median: number
  readonly min: number
  readonly max: number
  readonly heartRate: number
  readonly meanHeartRate: number
  readonly sdnn: number
  readonly rmssd: number
  readonly sdsd: number
  readonly nn50: number
  readonly pnn50: number
  readonly nn20: number
  readonly pnn20: number
  readonly cvnn: number
  readonly cvsd: number
  readonly sdann: number
  readonly sdnnIndex: number
}

/**
 * The statistics of intervals over time.
 *
 * Units: `rr` in ms, NaN for a gap; the results as in `TimeDomain`. Shape: any number of intervals.
 * Without any, all but the counts are NaN; with one, all that need two intervals or a difference are.
 * `sdann` needs two 5-minute segments and `sdnnIndex` one.
 *
 * Fails with: nothing.
 *
 * Method: Task Force 1996 (doi:10.1161/01.CIR.93.5.1043). Deviations: `pnn50` and `pnn20` are over the
 * number of differences, where the Task Force divides by that of the intervals. 5-minute segments
 * follow one another from the start of the first interval, and an interval belongs to the one it ends
 * in; a last one that is not complete, and one of which intervals cover less than half, is left out.
 *
 * @example
 * ```ts
 * import * as Variability from "@bedside/core/Variability"
 *
 * const { sdnn, rmssd, pnn50 } = Variability.timeDomain([800, 860, 840, 900])
 * Math.round(sdnn * 1000) / 1000 // => 41.633
 * Math.round(rmssd * 1000) / 1000 // => 50.332
 * Math.round(pnn50 * 1000) / 1000 // => 66.667
 * Variability.timeDomain([800, NaN, 900]).rmssd // => NaN
 * ```
 * @since 0.2.0
 */
export const timeDomain = (rr: Signal.Signal, options: TimeOptions = {}): TimeDomain => {
  const series = Intervals.read(rr, options.times)
  const { values } = series
  const differences = Intervals.differences(series)
  const sorted = values.toSorted()
  const mean = Intervals.mean(values)
  const sdnn = Intervals.deviation(values)
  const rmssd = Math.sqrt(Intervals.mean(differences.map((difference) => difference ** 2)))
  const nn50 = Intervals.countBeyond(differences, 50)
  const nn20 = Intervals.countBeyond(differences, 20)
  return {
    method: "time-domain",
    count: values.length,
    differences: differences.length,
    mean,
    median: Intervals.median(values),
    min: sorted[0] ?? NaN,
    max: sorted.at(-1) ?? NaN,
    heartRate: minute / mean,
    meanHeartRate: Intervals.mean(values.map((interval) => minute / interval)),
    sdnn,
    rmssd,
    sdsd: Intervals.deviation(differences),
    nn50,
    pnn50: (100 * nn50) / differences.length,
    nn20,
    pnn20: (100 * nn20) / differences.length,
    cvnn: sdnn / mean,
    cvsd: rmssd / mean,
    ...Tachogram.overSegments(series, 5 * minute)
  }
}

/**
 * The frequency bands, in Hz: each from its first number up to but not including its second.
 *
 * @since 0.2.0
 */
export const bands = {
  vlf: [0.0033, 0.04],
  lf: [0.04, 0.15],
  hf: [0.15, 0.4]
} as const

/**
 * How a spectrum is made.
 *
 * @since 0.2.0
 */
export interface SpectrumOptions extends TimeOptions {
  readonly method?: FrequencyDomain["method"] | undefined
}

/**
 * Power in the frequency bands, in ms².
 *
 * - `vlf`, `lf`, `hf`: of the `bands`, and `total`: from the lowest to the highest of them
 * - `lfHf`: `lf` / `hf`
 * - `lfNu`, `hfNu`: `lf` and `hf` in per cent of their sum
 * - `resolution`: the distance of neighbouring frequencies, in Hz
 * - `segments`: how many segments were averaged (Welch; 1 for Lomb-Scargle)
 * - `coverage`: the part of the intervals, 0 to 1, that the spectrum was made of
 *
 * @since 0.2.0
 */
export interface FrequencyDomain {
  readonly method: "welch" | "lomb-scargle"
  readonly vlf: number
  readonly lf: number
  readonly hf: number
  readonly total: number
  readonly lfHf: number
  readonly lfNu: number
  readonly hfNu: number
  readonly resolution: number
  readonly segments: number
  readonly coverage: number
}

/**
 * The power of the intervals over frequency. Powers of the two methods are not comparable: keep
 * `method` with them.
 *
 * Units: `rr` in ms, NaN for a gap; `times` in ms; the results as in `FrequencyDomain`. Shape: each
 * interval stands at the time it ends. Fewer than four intervals (for Welch, without a gap between
 * them) give NaN, and so does a band that holds no frequency because the stretches are too short.
 *
 * Fails with: nothing.
 *
 * Method: `welch` (the default): a cubic spline (not-a-knot) through the intervals, read at 4 Hz from
 * the first to before the last, in segments of 1,024 values (256 s) that overlap by half, each less
 * its mean, under a periodic Hann window, as one-sided density; the mean of the segments (Welch 1967,
 * doi:10.1109/TAU.1967.1161901). If the longest stretch without a gap is shorter, its length is that
 * of a segment. With gaps: every stretch has its own spline, all segments count the same, and a
 * stretch shorter than a segment is left out, which `coverage` tells.
 *
 * `lomb-scargle`: the periodogram of the intervals at their times, less their mean, at 0.0033 Hz and
 * every 0.001 Hz from there to below 0.4 Hz (Lomb 1976, doi:10.1007/BF00648343; Scargle 1982,
 * doi:10.1086/160554), scaled so that all of it is the variance (n) of the intervals: `total` is that
 * variance. Gaps need no filling, but their length must be known: give `times`. Over many hours the
 * frequencies lie further apart than the lines of the spectrum, and the bands are a sample of it.
 *
 * Both: bands as in Task Force 1996 (doi:10.1161/01.CIR.93.5.1043); the power of a band is the sum of
 * the densities in it times `resolution`. Deviations: `vlf` begins at 0.0033 Hz (1 / 300 s), where the
 * Task Force has 0.003 Hz, and `total` leaves out what is below; `lfNu` and `hfNu` are over `lf` + `hf`,
 * where the Task Force takes the total less `vlf`.
 *
 * @example
 * ```ts
 * import * as Variability from "@bedside/core/Variability"
 *
 * // Ten minutes at about 60 beats a minute, swinging by 40 ms at 0.1 Hz: 800 ms² of variance.
 * const rr = Array.from({ length: 600 }, (_, beat) => 1000 + 40 * Math.sin((Math.PI * beat) / 5))
 * const { method, lf, lfNu } = Variability.frequencyDomain(rr)
 * method // => "welch"
 * Math.abs(lf - 800) < 10 // => true
 * lfNu > 98 // => true
 * ```
 * @since 0.2.0
 */
export const frequencyDomain = (
  rr: Signal.Signal,
  options: SpectrumOptions = {}
): FrequencyDomain => {
  const series = Intervals.read(rr, options.times)
  const method = options.method ?? "welch"
  const found =
    method === "welch" ? Spectra.welch(series) : Spectra.lombScargle(series, bands, 0.001)
  return { method, ...Spectra.powers(found, bands) }
}

/**
 * Statistics of the geometry, the regularity and the scaling of intervals.
 *
 * - `sd1`, `sd2`: the spread of the Poincaré plot across and along its diagonal, from the variances of
 *   the differences and of the intervals, in ms; `sd1Sd2`: their ratio
 * - `sd1Rotated`, `sd2Rotated`: the same, as standard deviations (n - 1) of the points turned by 45°
 * - `sampleEntropy`: over all intervals one after the other, as if there were no gaps
 * - `sampleEntropyWithinStretches`: over templates that lie between gaps; without a gap, the same
 * - `dfaAlpha1`, `dfaAlpha2`: scaling exponents over boxes of 4 to 16 and of 16 to 64 beats
 * - `triangularIndex`: intervals over those in the fullest bin of their histogram
 * - `tinn`: the base of the triangle that fits the histogram, in ms
 *
 * @since 0.2.0
 */
export interface Nonlinear {
  readonly method: "nonlinear"
  readonly sd1: number
  readonly sd2: number
  readonly sd1Sd2: number
  readonly sd1Rotated: number
  readonly sd2Rotated: number
  readonly sampleEntropy: number
  readonly sampleEntropyWithinStretches: number
  readonly dfaAlpha1: number
  readonly dfaAlpha2: number
  readonly triangularIndex: number
  readonly tinn: number
}

const binWidth = 7.8125

/**
 * The nonlinear statistics of intervals.
 *
 * Units: `rr` in ms, NaN for a gap; the results as in `Nonlinear`. Shape: any number of intervals.
 * Spreads need two differences, sample entropy two templates that match, and the exponents four boxes
 * of the largest size (64 and 256 intervals) that fluctuate. Equal intervals have an entropy of 0.
 *
 * Fails with: nothing.
 *
 * Method: `sd1` = sqrt(var(differences) / 2) and `sd2` = sqrt(2 var(intervals) - var(differences) / 2),
 * variances by n - 1 (Brennan et al. 2001, doi:10.1109/10.959330); where intervals alternate so
 * strictly that the root has no value, `sd2` is NaN and `sd2Rotated` still stands.
 *
 * Sample entropy (Richman & Moorman 2000, doi:10.1152/ajpheart.2000.278.6.H2039): -ln(A / B), where B
 * and A count the pairs of templates that differ nowhere by more than 0.2 times `sdnn`, over two
 * intervals and over three; the same N - 2 templates for both. Counted by ranks in O(N^1.5), exactly as
 * the comparison of every pair would.
 *
 * Detrended fluctuation analysis (Peng et al. 1995, doi:10.1063/1.166141): the intervals less their
 * mean are added up, cut into boxes of n beats that do not overlap, from the first beat on, and a
 * straight line is taken from each; F(n) is the root mean square of what is left, and the exponent the
 * slope of ln F over ln n for every whole n of the range. Deviations: the rest after the last whole box
 * is left out; with gaps, every stretch is added up and cut by itself, about the mean of all.
 *
 * Histogram (Task Force 1996, doi:10.1161/01.CIR.93.5.1043): bins of 7.8125 ms (1/128 s) from 0; the
 * triangle stands on the fullest bin (the lowest of several), its feet on bins, least squares on each
 * side; of equal fits the narrowest. A histogram of more than 2,048 bins has no `tinn`.
 *
 * @example
 * ```ts
 * import * as Variability from "@bedside/core/Variability"
 *
 * const { sd1, sd2, triangularIndex } = Variability.nonlinear([800, 820, 810, 830, 800, 805])
 * Math.round(sd1 * 1000) / 1000 // => 15.083
 * Math.round(sd2 * 1000) / 1000 // => 7.8
 * triangularIndex // => 3
 * ```
 * @since 0.2.0
 */
export const nonlinear = (rr: Signal.Signal): Nonlinear => {
  const series = Intervals.read(rr)
  const { values } = series
  const variance = Intervals.variance(values)
  const varianceOfDifferences = Intervals.variance(Intervals.differences(series))
  const sd1 = Math.sqrt(varianceOfDifferences / 2)
  const sd2 = Math.sqrt(2 * variance - varianceOfDifferences / 2)
  const tolerance = 0.2 * Math.sqrt(variance)
  const joined = { ...series, bounds: Int32Array.of(0, values.length) }
  const withinStretches = Entropy.sampleEntropy(series, tolerance)
  const hasGaps = series.bounds.length > 2
  const [dfaAlpha1 = NaN, dfaAlpha2 = NaN] = Fluctuation.exponents(series, [
    [4, 16],
    [16, 64]
  ])
  const bins = Histogram.histogram(values, binWidth)
  return {
    method: "nonlinear",
    sd1,
    sd2,
    sd1Sd2: sd1 / sd2,
    sd1Rotated: Intervals.deviation(Intervals.turned(series, -1)),
    sd2Rotated: Intervals.deviation(Intervals.turned(series, 1)),
    sampleEntropy: hasGaps ? Entropy.sampleEntropy(joined, tolerance) : withinStretches,
    sampleEntropyWithinStretches: withinStretches,
    dfaAlpha1,
    dfaAlpha2,
    triangularIndex: values.length / (Histogram.mode(bins)?.count ?? NaN),
    tinn: binWidth * Histogram.triangleBase(bins)
  }
}

/**
 * What an artefact is:
 *
 * - `ectopic`: a beat out of rhythm: the intervals before and after it
 * - `missed`: a beat that was not detected: one interval where two belong
 * - `extra`: a detection that is no beat: two intervals where one belongs
 * - `long`, `short`: an interval out of line that is none of these
 *
 * @since 0.2.0
 */
export type Artefact = Correction.Kind

/**
 * One artefact that was mended: the intervals `before`, from `index` on in what was given, became those
 * of `after`, from `at` on in what came out. All in ms.
 *
 * @since 0.2.0
 */
export type Change = Correction.Change

/**
 * Mended intervals, when each of them ends (in ms, NaN at a gap), and what was changed to make them, in
 * order of time. `share` is the part of the intervals, 0 to 1, that was changed.
 *
 * @since 0.2.0
 */
export interface Corrected {
  readonly method: "lipponen-tarvainen"
  readonly rr: Float64Array
  readonly times: Float64Array
  readonly changes: ReadonlyArray<Change>
  readonly share: number
}

/**
 * Finds artefacts among intervals and mends them, with a report that leads back to what was given.
 *
 * Units: `rr` and `times` in ms, NaN for a gap. Shape: whatever is no artefact is passed on unchanged,
 * gap marks and times included; new intervals share the time of those they replace. A missed beat makes the result longer by one interval, and an extra one shorter. Putting
 * the intervals `before` in place of those `after` gives the input again. Intervals of which no two
 * neighbours differ by more than 50 ms are never changed; in a stretch of fewer than nine, two large
 * differences pass for its habit, as bigeminy does anywhere.
 *
 * Fails with: nothing.
 *
 * Method: Lipponen & Tarvainen 2019 (doi:10.1080/03091902.2019.1640306): the differences of
 * neighbouring intervals, and the deviations from the median of 11 intervals (doubled below it), each
 * over 5.2 times the quartile deviation of their sizes among 91 beats; decision lines with slope 0.13
 * and offset 0.17. A missed beat is put in the middle of its interval, the intervals around an extra
 * one are added, and the others are interpolated.
 *
 * Deviations: (1) the thresholds are at least 50 ms, as in a regular rhythm they would vanish; (2) all
 * windows are cut off at the ends of a stretch, beyond which the median of its five outermost
 * intervals is taken to follow, give or take 50 ms; (3) ectopic patterns come first, and the
 * early beat's short interval belongs to them; (4) a short interval of an extra beat is added to that
 * neighbour which brings the sum nearest to the median; (5) a far deviation alone, without the step
 * back, can also make a missed or an extra beat; (6) the interpolation is linear over the beats,
 * between the nearest intervals left alone; (7) one pass, and every stretch between gaps by itself. The
 * order of decisions is the paper's first figure as NeuroKit2 reads it. Nothing was tuned.
 *
 * @example
 * ```ts
 * import * as Variability from "@bedside/core/Variability"
 *
 * const corrected = Variability.correct([800, 810, 800, 1610, 800, 810, 800, 810, 800])
 * Array.from(corrected.rr) // => [800, 810, 800, 805, 805, 800, 810, 800, 810, 800]
 * corrected.changes // => [{ kind: "missed", index: 3, before: [1610], after: [805, 805], at: 3 }]
 * ```
 * @since 0.2.0
 */
export const correct = (rr: Signal.Signal, options: TimeOptions = {}): Corrected => {
  const found = Tachogram.runs(rr).flatMap(({ from, values }) => Correction.find(values, from))
  const changed = found.reduce((total, { before }) => total + before.length, 0)
  return {
    method: "lipponen-tarvainen",
    ...Correction.mend(rr, options.times ?? Tachogram.following(rr), found),
    share: changed / Intervals.read(rr).values.length
  }
}
