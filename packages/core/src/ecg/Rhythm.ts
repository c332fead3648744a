/**
 * Episodes of the rhythm, each with its start, its end and the evidence for it: atrial fibrillation,
 * bradycardia, tachycardia, ventricular tachycardia and pauses.
 *
 * The guarantee that bites: no episode reaches across a segment that is unusable, however the rhythm
 * looks on both sides of it. Episodes of different kinds may overlap.
 *
 * Not a medical device.
 */
import * as Schema from "effect/Schema"
import type * as Classes from "./Classes.ts"
import * as Intervals from "./internal/rhythmIntervals.ts"
import * as Irregularity from "./internal/rhythmIrregularity.ts"
import type * as Signal from "./Signal.ts"

/**
 * What an episode is. A `ventricular-tachycardia` is three or more ventricular beats in a row, and a
 * `tachycardia` says nothing of its origin.
 *
 * @since 0.2.0
 */
export const Kind = Schema.Literals([
  "atrial-fibrillation",
  "bradycardia",
  "tachycardia",
  "ventricular-tachycardia",
  "pause"
])

/** @since 0.2.0 */
export type Kind = typeof Kind.Type

/**
 * An episode from the sample of its first beat, `start`, to that of its last, `end`. Its evidence is
 * plain numbers, by kind:
 *
 * - `atrial-fibrillation`: `irregularity` (mean, in 1/s), `rate` (per min), `beats` and, where waves
 *   were given, `pWaves` (the share of beats that have one)
 * - `bradycardia`, `tachycardia`, `ventricular-tachycardia`: `rate` (per min) and `beats`
 * - `pause`: `interval` and the `threshold` it reaches, in ms
 *
 * @since 0.2.0
 */
export const Episode = Schema.Struct({
  kind: Kind,
  start: Schema.Finite,
  end: Schema.Finite,
  evidence: Schema.Record(Schema.String, Schema.Finite)
}).annotate({ identifier: "RhythmEpisode" })
export interface Episode extends Schema.Schema.Type<typeof Episode> {}

/**
 * When something is an episode:
 *
 * - `bradycardia`, `tachycardia`: the mean rate of `rateIntervals` RR intervals in a row is below or
 *   above, per min
 * - `ventricularTachycardia`: the rate of at least `ventricularBeats` ventricular beats is above, per min
 * - `pause`, `longPause`: an RR interval is at least as long, in ms
 * - `irregularity`: what is irregular enough for atrial fibrillation, in 1/s
 * - `fibrillation`: the shortest episode of it, in s
 * - `pWaves`: the largest share of beats with a P wave in it
 *
 * @since 0.2.0
 */
export interface Thresholds {
  readonly bradycardia: number
  readonly tachycardia: number
  readonly rateIntervals: number
  readonly ventricularTachycardia: number
  readonly ventricularBeats: number
  readonly pause: number
  readonly longPause: number
  readonly irregularity: number
  readonly fibrillation: number
  readonly pWaves: number
}

/**
 * The thresholds used where none are given: bradycardia below 50 per min and a long pause from 3 s
 * (Kusumoto et al. 2018, doi:10.1161/CIR.0000000000000628), tachycardia above 100 per min (Page et
 * al. 2015, doi:10.1161/CIR.0000000000000311), ventricular tachycardia from three beats above 100
 * per min (Al-Khatib et al. 2017, doi:10.1161/CIR.0000000000000549), atrial fibrillation from 30 s
 * (Hindricks et al. 2020, doi:10.1093/eurheartj/ehaa612). A pause from 2 s, eight intervals for a
 * rate and the share of P waves are ours.
 *
 * @since 0.2.0
 */
export const defaultThresholds: Thresholds = {
  bradycardia: 50,
  tachycardia: 100,
  rateIntervals: 8,
  ventricularTachycardia: 100,
  ventricularBeats: 3,
  pause: 2000,
  longPause: 3000,
  irregularity: Irregularity.parameters.irregular,
  fibrillation: 30,
  pWaves: 0.25
}

/**
 * What is known of a rhythm beside its beats. `classes` is one class per beat. `waves` tells which
 * beats have a P wave, by the sample of the beat; beats that are not in it are not counted.
 *
 * @since 0.2.0
 */
export interface Options {
  readonly samplingRate: number
  readonly classes?: ReadonlyArray<Classes.Class> | undefined
  readonly waves?: ReadonlyArray<{ readonly beat: number; readonly p?: unknown }> | undefined
  readonly unusable?: ReadonlyArray<Signal.Segment> | undefined
  readonly thresholds?: Partial<Thresholds> | undefined
}

interface Reading {
  readonly beats: ArrayLike<number>
  readonly samplingRate: number
  readonly isVentricular: (beat: number) => boolean
  readonly hasPWave: ((beat: number) => boolean | undefined) | undefined
  readonly thresholds: Thresholds
}

const meanInterval = ({ beats, samplingRate }: Reading, first: number, last: number): number =>
  (1000 * (beats[last]! - beats[first]!)) / samplingRate / (last - first)

const rate = (reading: Reading, first: number, last: number): number =>
  60_000 / meanInterval(reading, first, last)

const episode = (
  { beats }: Reading,
  kind: Kind,
  { first, last }: Intervals.Stretch,
  evidence: Episode["evidence"]
): Episode => ({ kind, start: beats[first]!, end: beats[last]!, evidence })

const ratedEpisode = (reading: Reading, kind: Kind, stretch: Intervals.Stretch): Episode =>
  episode(reading, kind, stretch, {
    rate: rate(reading, stretch.first, stretch.last),
    beats: stretch.last - stretch.first + 1
  })

const pauses = (reading: Reading, { first, last }: Intervals.Stretch): ReadonlyArray<Episode> => {
  const { pause, longPause } = reading.thresholds
  const found: Array<Episode> = []
  for (let beat = first + 1; beat <= last; beat++) {
    const interval = meanInterval(reading, beat - 1, beat)
    if (!(interval >= pause)) continue
    const threshold = interval >= longPause ? Math.max(pause, longPause) : pause
    found.push(episode(reading, "pause", { first: beat - 1, last: beat }, { interval, threshold }))
  }
  return found
}

// Windows of intervals that qualify and share a beat are one episode.
const rated = (
  reading: Reading,
  stretch: Intervals.Stretch,
  kind: Kind,
  qualifies: (rate: number) => boolean
): ReadonlyArray<Episode> => {
  const { rateIntervals } = reading.thresholds
  const found: Array<{ first: number; last: number }> = []
  for (let last = stretch.first + rateIntervals; last <= stretch.last; last++) {
    const first = last - rateIntervals
    if (!qualifies(rate(reading, first, last))) continue
    const open = found.at(-1)
    if (open !== undefined && first <= open.last) open.last = last
    else found.push({ first, last })
  }
  return found.map((it) => ratedEpisode(reading, kind, it))
}

const bradycardias = (reading: Reading, stretch: Intervals.Stretch) =>
  rated(reading, stretch, "bradycardia", (it) => it < reading.thresholds.bradycardia)

const tachycardias = (reading: Reading, stretch: Intervals.Stretch) =>
  rated(reading, stretch, "tachycardia", (it) => it > reading.thresholds.tachycardia)

const ventricularTachycardias = (
  reading: Reading,
  stretch: Intervals.Stretch
): ReadonlyArray<Episode> => {
  const { ventricularBeats, ventricularTachycardia } = reading.thresholds
  const found: Array<Episode> = []
  let first = stretch.first
  for (let beat = stretch.first; beat <= stretch.last + 1; beat++) {
    if (beat <= stretch.last && reading.isVentricular(beat)) continue
    const last = beat - 1
    const isRun = last - first + 1 >= Math.max(2, ventricularBeats)
    if (isRun && rate(reading, first, last) > ventricularTachycardia) {
      found.push(ratedEpisode(reading, "ventricular-tachycardia", { first, last }))
    }
    first = beat + 1
  }
  return found
}

// The intervals on both sides of a ventricular beat say nothing of the atria.
const conductedBeats = (
  { isVentricular }: Reading,
  { first, last }: Intervals.Stretch
): ReadonlyArray<number> => {
  const beats: Array<number> = []
  for (let beat = first + 1; beat <= last; beat++) {
    if (!isVentricular(beat) && !isVentricular(beat - 1)) beats.push(beat)
  }
  return beats
}

const pWaveShare = (
  { hasPWave, isVentricular }: Reading,
  { first, last }: Intervals.Stretch
): number | undefined => {
  let known = 0
  let present = 0
  for (let beat = first; beat <= last; beat++) {
    const has = isVentricular(beat) ? undefined : hasPWave?.(beat)
    if (has === undefined) continue
    known += 1
    if (has) present += 1
  }
  return known === 0 ? undefined : present / known
}

const fibrillationOf = (
  reading: Reading,
  stretch: Intervals.Stretch,
  irregularity: number
): ReadonlyArray<Episode> => {
  const { beats, samplingRate, thresholds } = reading
  const duration = (beats[stretch.last]! - beats[stretch.first]!) / samplingRate
  const pWaves = pWaveShare(reading, stretch)
  if (duration < thresholds.fibrillation) return []
  if (pWaves !== undefined && pWaves > thresholds.pWaves) return []
  const rated = ratedEpisode(reading, "atrial-fibrillation", stretch)
  const evidence = { irregularity, ...rated.evidence, ...(pWaves === undefined ? {} : { pWaves }) }
  return [{ ...rated, evidence }]
}

// Smoothing spreads an episode over its ends, where it is at half of its height.
const heightAtEnds = 0.5

const withoutSpread = (
  values: Float64Array,
  { first, last }: Intervals.Stretch
): Intervals.Stretch => {
  const height = values.subarray(first, last + 1).reduce((a, b) => Math.max(a, b))
  let start = first
  let end = last
  while (values[start]! < heightAtEnds * height) start += 1
  while (values[end]! < heightAtEnds * height) end -= 1
  return { first: start, last: end }
}

const irregularRuns = (
  values: Float64Array,
  threshold: number
): ReadonlyArray<Intervals.Stretch> => {
  const runs: Array<Intervals.Stretch> = []
  let first = 0
  for (let index = 0; index <= values.length; index++) {
    if (values[index]! > threshold) continue
    if (index > first) runs.push(withoutSpread(values, { first, last: index - 1 }))
    first = index + 1
  }
  return runs
}

const fibrillations = (reading: Reading, stretch: Intervals.Stretch): ReadonlyArray<Episode> => {
  const { beats, samplingRate, thresholds } = reading
  const heard = conductedBeats(reading, stretch)
  const irregularity = Irregularity.irregularity(
    Float64Array.from(heard, (beat) => (beats[beat]! - beats[beat - 1]!) / samplingRate)
  )
  return irregularRuns(irregularity, thresholds.irregularity).flatMap(({ first, last }) => {
    const values = irregularity.subarray(first, last + 1)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return fibrillationOf(reading, { first: heard[first]! - 1, last: heard[last]! }, mean)
  })
}

const pWaveReader = (beats: ArrayLike<number>, { waves }: Options): Reading["hasPWave"] => {
  if (waves === undefined) return undefined
  const byBeat = new Map(waves.map(({ beat, p }) => [beat, p !== undefined]))
  return (beat) => byBeat.get(beats[beat]!)
}

/**
 * Finds the episodes of a rhythm.
 *
 * Units: `beats` and `unusable` in samples, in order of time; `samplingRate` in Hz. Shape: episodes
 * in order of their start; each lies within one stretch that is free of `unusable` segments.
 *
 * Fails with: nothing. Fewer than two beats, and a sampling rate that is none, have no rhythm. Beats that are given without classes count
 * as not ventricular, so that bigeminy and frequent ectopic beats may pass for atrial fibrillation.
 *
 * Method: atrial fibrillation as Petrėnas, Marozas & Sörnmo 2015
 * (doi:10.1016/j.compbiomed.2015.01.019), with their parameters: over 8 intervals, after a median
 * filter of 3, the share of pairs that differ by more than 30 ms, and the suppression of bigeminy, both
 * smoothed forwards and backwards, over the smoothed interval. Deviations: intervals beside a
 * ventricular beat are left out where classes are given; the first seven intervals share the window
 * of the eighth; an episode is cut back to half of its greatest irregularity, lasts at least 30 s, and
 * is dropped where more than a quarter of its beats have a P wave. Its ends are known to about 50 beats,
 * the memory of the smoothing. Rates are means over 8 intervals; windows that share a beat are one
 * episode. Atrial flutter with irregular conduction is not told from fibrillation, and regular flutter
 * is not found. The share of P waves was
 * chosen on the records 101, 106, 109, 114, 116, 119, 201, 205, 208, 215 and 223 of the MIT-BIH
 * Arrhythmia Database, and nothing else was tuned.
 *
 * @example
 * ```ts
 * import * as Rhythm from "@bedside/core/Rhythm"
 *
 * const samplingRate = 250
 * Rhythm.episodes([0, 250, 500, 750], { samplingRate }) // => []
 * Rhythm.episodes([0, 250, 875, 1125], { samplingRate }) // => [{ kind: "pause", start: 250, end: 875, evidence: { interval: 2500, threshold: 2000 } }]
 * Rhythm.episodes([0, 250, 875, 1125], { samplingRate, unusable: [{ start: 400, end: 600 }] }) // => []
 * const fast = Array.from({ length: 10 }, (_, beat) => beat * 125)
 * Rhythm.episodes(fast, { samplingRate }) // => [{ kind: "tachycardia", start: 0, end: 1125, evidence: { rate: 120, beats: 10 } }]
 * ```
 * @since 0.2.0
 */
export const episodes = (beats: ArrayLike<number>, options: Options): ReadonlyArray<Episode> => {
  if (!(options.samplingRate > 0 && options.samplingRate < Infinity)) return []
  const reading: Reading = {
    beats,
    samplingRate: options.samplingRate,
    isVentricular: (beat) => options.classes?.[beat] === "ventricular",
    hasPWave: pWaveReader(beats, options),
    thresholds: { ...defaultThresholds, ...options.thresholds }
  }
  const kinds = [fibrillations, bradycardias, tachycardias, ventricularTachycardias, pauses]
  return Intervals.split(beats, options.unusable ?? [])
    .flatMap((stretch) => kinds.flatMap((find) => find(reading, stretch)))
    .sort((a, b) => a.start - b.start)
}
