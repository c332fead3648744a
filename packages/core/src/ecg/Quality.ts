/**
 * How far a lead can be trusted, window by window, with the reasons where it cannot.
 *
 * The guarantee that bites: a stretch of noise, a flat line and a stretch without samples are
 * unusable and never have a heart rate. A quality is a statement about one lead and about reading
 * beats and waves from it; it is not a diagnosis: a flat line may be an electrode that came off or a
 * heart that stopped.
 *
 * Not a medical device.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Beats from "./Beats.ts"
import * as Artefacts from "./internal/qualityArtefacts.ts"
import * as Band from "./internal/qualityBand.ts"
import * as Intervals from "./internal/qualityIntervals.ts"
import * as Noise from "./internal/qualityNoise.ts"
import * as Shapes from "./internal/qualityShapes.ts"
import * as Stretch from "./internal/qualityStretch.ts"
import * as Signal from "./Signal.ts"

/**
 * What is wrong with a window. "Height" is that of the QRS complexes known so far, in the band of
 * about 1 to 15 Hz; where none is known, twice the noise in that band stands for it.
 *
 * - `missing`: no finite sample for 0.1 s or longer, or for 5 % of the window
 * - `flat-line`: one value for 3 s or longer; or no beat, and noise of less than half a quantisation
 *   step, of 3 % of the height, or, without a height, of 0.02 mV where the gain is known
 * - `saturated`: the highest or lowest value of the lead, if it is a quarter of the range of a typical
 *   window from the middle, for 0.1 s or longer, or for 10 ms or longer where the signal meets it as
 *   steeply as only a clipped signal does; in a lead of more than 8 quantisation steps
 * - `spike`: samples further from the middle of the window than 8 times the range of a typical
 *   window, or than 25 mV where the gain is known
 * - `noise`: the beats agree with no shape that the lead has shown, or what lies between them has
 *   more than half their height (root mean square), or, without beats, more than a quarter
 * - `powerline`: what lies above the band has more than 10 % of the height, most of it at 50 or 60 Hz
 * - `muscle-noise`: the same, and most of it elsewhere
 * - `baseline-wander`: the baseline moves by more than 3 times the height within the window
 * - `no-beats`: no beat in the window, and none for 10 s or longer or none known in the lead
 * - `implausible-rate`: the median interval between the beats of the lead is that of a rate below 20
 *   or above 300 per min; the sampling rate is likely to be wrong
 *
 * @since 0.2.0
 */
export const Reason = Schema.Literals([
  "missing",
  "flat-line",
  "saturated",
  "spike",
  "noise",
  "powerline",
  "muscle-noise",
  "baseline-wander",
  "no-beats",
  "implausible-rate"
])
export type Reason = typeof Reason.Type

/**
 * A stretch that must not be read, and why.
 *
 * @since 0.2.0
 */
export interface Unusable extends Signal.Segment {
  readonly reasons: ReadonlyArray<Reason>
}

/**
 * The quality of one window. A window may be usable and still have reasons. `heartRate`, per min, is
 * absent where the window is unusable and where no interval between two beats ends in it.
 *
 * @since 0.2.0
 */
export interface Window extends Unusable {
  readonly index: number
  readonly heartRate?: number
}

/**
 * The quality of a lead: `index` is the mean over its windows, 0 (of no use) to 1, and `reasons` are
 * those of all windows and unusable stretches. `heartRate`, per min, is the median over the windows
 * that have one, and absent where none has.
 *
 * @since 0.2.0
 */
export interface Quality {
  readonly index: number
  readonly reasons: ReadonlyArray<Reason>
  readonly windows: ReadonlyArray<Window>
  readonly unusable: ReadonlyArray<Unusable>
  readonly heartRate?: number
}

/**
 * The index below which a window is unusable.
 *
 * @since 0.2.0
 */
export const lowestUsable = 0.4

/** What a part of the index is at the two ends; it is linear between them. */
interface Part {
  readonly none: number
  readonly full: number
}

const windowLength = 5 // s
const shortestWindow = 1 // s
const shortestUnusable = 0.1 // s
const longestPause = 10 // s
const stillHeight = 0.03
const stillMillivolts = 0.02
const stillSteps = 0.5

// Agreement is 1 for equal shapes, noise and wander are in heights of the QRS complex.
const agreementPart: Part = { none: 0.5, full: 0.95 }
const noisePart: Part = { none: 0.9, full: 0.35 }
const abovePart: Part = { none: 1.5, full: 0.1 }
const wanderPart: Part = { none: 20, full: 3 }
const presentPart: Part = { none: 0.5, full: 1 }
const lowAgreement = 0.5
const muchNoise = 0.5
const quietPause = 0.25
const unknownNoise = 0.5
// What lies between beats of one shape is mostly their own waves: a T wave may be tall.
const ownWaves = { strangeness: 12, least: 0.4 }
const mostlyMains = 0.5

/**
 * Rates a lead and its windows of 5 s.
 *
 * Units: `samplingRate` in Hz; `gain`, where it is known, in units of the signal per mV; heart rates
 * per min. Shape: one lead; `beats` are the samples of its R peaks in order, as `Beats.detect` gives
 * them, which is asked where they are absent. The windows follow each other without a gap; the last
 * one is up to half as long again, and a lead of less than 7.5 s has one window. NaN, the
 * infinities and whatever lies beyond 1e100 are missing samples; fewer than 0.1 s of them are bridged.
 *
 * Fails with: `SignalError`, as `Signal.check`.
 *
 * Method: the index of a window is the product of five parts, which fall linearly: the share of
 * samples that can be read (from 1 to 0.5), the agreement of each beat with the shapes of the lead
 * (from 0.95 to 0.5, then the mean over the beats), the noise between the beats in the band of the
 * QRS complex (from 0.35 to 0.9 of its height), the noise above that band (from 0.1 to 1.5), and the
 * wander of the baseline (from 3 to 20 heights, down to a half, because beats are still found). Below
 * 0.4 the window is unusable, as is one without beats, unless it is a pause of less than 10 s in a
 * quiet signal. Two beats a and b agree by 2 a·b / (a·a + b·b), from 0.15 s before the peak to 0.35 s
 * after it; a shape counts that 5 % of the last 512 beats had, or one of the last two. Where the
 * beats agree by more than 0.92, what lies between them is taken for their own waves in part, and
 * counts less as noise, down to 0.4 of itself.
 *
 * Agreement with templates is from Orphanidou et al. 2015
 * (doi:10.1109/JBHI.2014.2338351); noise in, above and below the band of the QRS complex, and flat
 * lines, from Li, Mark & Clifford 2008 (doi:10.1088/0967-3334/29/1/002) and Clifford et al. 2012
 * (doi:10.1088/0967-3334/33/9/1419); parts with linear ends from Zhao & Zhang 2018
 * (doi:10.3389/fphys.2018.00727). Deviations: up to eight running templates instead of one, so that
 * ectopic beats are no noise, each beat against its best one; an agreement that counts the height as
 * a correlation does not; windows of 5 s instead of 10 s; no rule on the regularity of the rhythm, so
 * that atrial fibrillation is no noise; noise is measured between the beats and in heights of the QRS
 * complex instead of as a ratio of spectral powers; no kurtosis; no agreement of two detectors; a
 * product instead of a trained or fuzzy classifier. Limits were chosen on the records 101, 106, 109,
 * 114, 116, 119, 201, 205, 208, 215 and 223 of the MIT-BIH Arrhythmia Database and 118e06 and 118e18
 * of its noise stress test, of which the other records were looked at for the index to fall with the
 * noise; the rule for tall T waves on leads of the Lobachevsky University Database. Ventricular
 * flutter has no shape that comes back, and is mostly called noise; a slow regular swing of one shape,
 * such as a sine of 1 Hz, may pass for beats.
 *
 * A declared sampling rate that is wrong is seen only where the heart rate leaves 20 to 300 per min:
 * half or twice a resting rate is a rate that hearts have.
 *
 * @example
 * ```ts
 * import * as Quality from "@bedside/core/Quality"
 * import * as Result from "effect/Result"
 *
 * const flat = Result.getOrThrow(Quality.index(new Int16Array(2500), { samplingRate: 250 }))
 * flat.index // => 0
 * flat.unusable // => [{ start: 0, end: 2500, reasons: ["flat-line"] }]
 * "heartRate" in flat // => false
 * Result.isFailure(Quality.index([], { samplingRate: 250 })) // => true
 * ```
 * @since 0.2.0
 */
export const index = (
  signal: Signal.Signal,
  options: {
    readonly samplingRate: number
    readonly gain?: number | undefined
    readonly beats?: Int32Array | undefined
  }
): Result.Result<Quality, Signal.SignalError> =>
  Result.flatMap(Signal.check([signal], options.samplingRate), ([lead = signal]) => {
    const beats =
      options.beats === undefined
        ? Beats.detect(lead, { samplingRate: options.samplingRate, gain: options.gain })
        : Result.succeed(options.beats)
    return Result.map(beats, (found) => rate(lead, found, options.samplingRate, options.gain))
  })

const rate = (
  signal: Signal.Signal,
  beats: Int32Array,
  samplingRate: number,
  gain: number | undefined
): Quality => {
  const cut = Stretch.cut(signal.length, Math.round(windowLength * samplingRate))
  const survey = Artefacts.survey(signal, samplingRate, gain, cut)
  const band = Band.make(signal, samplingRate, cut, survey)
  const shapes = Shapes.read(band, beats)
  const noise = Noise.measure(signal, samplingRate, cut, band, beats, survey)
  const evidence = gather(cut, beats, survey, shapes, noise, samplingRate, gain)
  const isImplausible = Intervals.areImplausible(beats, survey.stretches, samplingRate)
  const judged = evidence.map((it) => judge(it, longestPause * samplingRate, isImplausible))
  const unusable = merge(judged, survey.stretches, shortestUnusable * samplingRate)
  const windows = withHeartRates(judged, beats, unusable, samplingRate)
  const heartRate = Intervals.median(windows.flatMap((window) => window.heartRate ?? []))
  return {
    index: windows.reduce((sum, it) => sum + it.index * (it.end - it.start), 0) / signal.length,
    reasons: union([...windows, ...unusable]),
    windows,
    unusable,
    ...(heartRate === undefined ? {} : { heartRate })
  }
}

/** What is known of a window; noise and wander in heights of the QRS complex. */
interface Evidence extends Signal.Segment {
  readonly beats: number
  /** From the last beat before the window to the first one after it, in samples. */
  readonly around: number
  readonly present: number
  readonly artefacts: ReadonlyArray<Reason>
  readonly agreement: number
  /** Whether the height of the complexes is known; where it is not, noise in the band is 0.5. */
  readonly isKnown: boolean
  readonly inBand: number
  readonly above: number
  readonly mains: number
  readonly wander: number
  readonly isStill: boolean
}

const gather = (
  cut: Stretch.Windows,
  beats: Int32Array,
  survey: Artefacts.Survey,
  shapes: Shapes.Shapes,
  noise: Noise.Noise,
  samplingRate: number,
  gain: number | undefined
): ReadonlyArray<Evidence> => {
  const leastLength = shortestWindow * samplingRate
  const evidence: Array<Evidence> = []
  let beat = 0
  let stretch = 0
  let height = shapes.height[0] ?? 0
  for (let window = 0; window < cut.count; window++) {
    const start = window * cut.length
    const end = Stretch.endOf(cut, window)
    const first = beat
    let agreement = 0
    let alike = 0
    let heights = 0
    for (; beat < beats.length && beats[beat]! < end; beat++) {
      alike += shapes.agreement[beat]!
      agreement += part(shapes.agreement[beat]!, agreementPart)
      heights += shapes.height[beat]!
    }
    if (beat > first) height = heights / (beat - first)
    const artefacts: Array<Reason> = []
    while ((survey.stretches[stretch]?.end ?? Infinity) <= start) stretch += 1
    for (let at = stretch; (survey.stretches[at]?.start ?? Infinity) < end; at++) {
      artefacts.push(survey.stretches[at]!.kind)
    }
    const present = (end - start - survey.lost[window]!) / Math.max(end - start, leastLength)
    if (present < 0.95 && artefacts.length === 0) artefacts.push("missing")
    const inBand = noise.inBand[window]!
    const level = Math.hypot(inBand, noise.above[window]!)
    const unit = height > 0 ? height : inBand / unknownNoise
    const strange = beat > first ? 1 - alike / (beat - first) : 1
    evidence.push({
      start,
      end,
      beats: beat - first,
      around: (beats[beat] ?? cut.samples) - (beats[first - 1] ?? 0),
      present,
      artefacts,
      agreement: beat > first ? agreement / (beat - first) : 0,
      isKnown: height > 0,
      inBand: over(inBand, unit) * shareOfNoise(strange),
      above: over(noise.above[window]!, unit),
      mains: noise.mains[window]!,
      wander: over(noise.wander[window]!, unit),
      isStill:
        level <= stillSteps * survey.step ||
        level <= (height > 0 ? stillHeight * height : stillMillivolts * (gain ?? 0))
    })
  }
  return evidence
}

const shareOfNoise = (strange: number): number =>
  Math.max(ownWaves.least, Math.min(1, ownWaves.strangeness * strange))

const over = (value: number, unit: number): number =>
  unit > 0 ? value / unit : value > 0 ? Infinity : 0

/** The rules of `Reason` and the parts of the index. */
const judge = (it: Evidence, longest: number, isImplausible: boolean): Window => {
  const isPause = it.beats === 0 && it.isKnown && it.around < longest && it.inBand < quietPause
  // What is claimed to be a beat of a still line is like no beat of the lead.
  const isEmpty = it.beats === 0 || (it.isStill && it.agreement === 0)
  const isSilent = isEmpty && !isPause
  const isStill = isSilent && it.isStill
  const reasons = new Set<Reason>(it.artefacts)
  if (it.present <= presentPart.none) return window(it, 0, reasons)
  if (isStill) reasons.add("flat-line")
  if (isSilent && (it.around >= longest || !it.isKnown)) reasons.add("no-beats")
  if (isSilent && !isStill && !(it.inBand < quietPause)) reasons.add("noise")
  if (!isEmpty && (it.agreement < lowAgreement || it.inBand > muchNoise)) reasons.add("noise")
  if (it.above > abovePart.full && !isStill) {
    reasons.add(it.mains >= mostlyMains ? "powerline" : "muscle-noise")
  }
  if (it.wander > wanderPart.full) reasons.add("baseline-wander")
  if (isImplausible) reasons.add("implausible-rate")
  const parts =
    part(it.present, presentPart) *
    (isPause ? 1 : it.agreement) *
    part(it.inBand, noisePart) *
    part(it.above, abovePart) *
    (0.5 + 0.5 * part(it.wander, wanderPart))
  const index = isSilent || isImplausible ? 0 : parts
  // Several parts may each be a little low where no single rule is broken.
  if (index < lowestUsable && reasons.size === 0) reasons.add("noise")
  return window(it, index, reasons)
}

const window = (
  { start, end }: Signal.Segment,
  index: number,
  reasons: ReadonlySet<Reason>
): Window => ({
  start,
  end,
  index,
  reasons: inOrder(reasons)
})

const part = (value: number, { none, full }: Part): number =>
  Math.max(0, Math.min(1, (value - none) / (full - none)))

const inOrder = (reasons: ReadonlySet<Reason>): ReadonlyArray<Reason> =>
  Reason.literals.filter((reason) => reasons.has(reason))

const union = (of: ReadonlyArray<{ readonly reasons: ReadonlyArray<Reason> }>) =>
  inOrder(new Set(of.flatMap((it) => it.reasons)))

/** The unusable windows and the longer stretches, in order; those that meet are one. */
const merge = (
  windows: ReadonlyArray<Window>,
  stretches: ReadonlyArray<Stretch.Stretch<Reason>>,
  shortest: number
): ReadonlyArray<Unusable> => {
  const all: Array<Unusable> = [
    ...windows.filter((it) => it.index < lowestUsable),
    ...stretches
      .filter((it) => it.end - it.start >= shortest)
      .map(({ start, end, kind }) => ({ start, end, reasons: [kind] }))
  ]
  all.sort((left, right) => left.start - right.start)
  const merged: Array<Unusable> = []
  for (const { start, end, reasons } of all) {
    const last = merged.at(-1)
    if (last === undefined || start > last.end) merged.push({ start, end, reasons })
    else {
      merged[merged.length - 1] = {
        start: last.start,
        end: Math.max(last.end, end),
        reasons: union([last, { reasons }])
      }
    }
  }
  return merged
}

/** Gives each usable window the rate of the intervals that end in it and cross nothing unusable. */
const withHeartRates = (
  windows: ReadonlyArray<Window>,
  beats: Int32Array,
  gaps: ReadonlyArray<Signal.Segment>,
  samplingRate: number
): ReadonlyArray<Window> => {
  const counts = new Int32Array(windows.length)
  const sums = new Float64Array(windows.length)
  let window = 0
  Intervals.each(beats, gaps, (interval, beat) => {
    while (window < windows.length - 1 && beat >= windows[window]!.end) window += 1
    counts[window]! += 1
    sums[window]! += interval
  })
  return windows.map((it, at) =>
    counts[at]! > 0 && it.index >= lowestUsable
      ? { ...it, heartRate: (60 * samplingRate * counts[at]!) / sums[at]! }
      : it
  )
}

/**
 * The stretches that must not be read, in the form that the modules after this one take gaps in.
 *
 * Units: samples; `start` is the first one, `end` the first one after. Shape: in order, none touches
 * another.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Quality from "@bedside/core/Quality"
 *
 * Quality.gaps({ index: 0.5, reasons: [], windows: [], unusable: [{ start: 0, end: 9, reasons: ["noise"] }] }) // => [{ start: 0, end: 9 }]
 * ```
 * @since 0.2.0
 */
export const gaps = (quality: Quality): ReadonlyArray<Signal.Segment> =>
  quality.unusable.map(({ start, end }) => ({ start, end }))

/**
 * The stretches that can be read: what lies between those that must not be.
 *
 * Units: samples; `start` is the first one, `end` the first one after. Shape: in order, none empty.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Quality from "@bedside/core/Quality"
 * import * as Result from "effect/Result"
 *
 * const flat = Result.getOrThrow(Quality.index(new Int16Array(2500), { samplingRate: 250 }))
 * Quality.usable(flat) // => []
 * ```
 * @since 0.2.0
 */
export const usable = (quality: Quality): ReadonlyArray<Signal.Segment> => {
  const segments: Array<Signal.Segment> = []
  let from = 0
  for (const { start, end } of quality.unusable) {
    if (start > from) segments.push({ start: from, end: start })
    from = end
  }
  const length = quality.windows.at(-1)?.end ?? 0
  if (from < length) segments.push({ start: from, end: length })
  return segments
}
