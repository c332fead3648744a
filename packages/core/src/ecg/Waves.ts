/**
 * The waves of every beat of a lead, P, QRS and T with onset, peak and offset, and what is measured
 * between them: PR, QRS and QT, the corrected QT, and the level of the ST segment.
 *
 * The guarantee that bites: a wave that cannot be trusted is absent, never guessed. A P wave needs
 * evidence from beats that agree; what touches a missing sample or the end of the recording is left
 * out; within a beat and from beat to beat the waves are in order and never overlap.
 *
 * Not a medical device.
 */
import * as Result from "effect/Result"
import { delineateBlock, type Found } from "./internal/wavesBlock.ts"
import type { Wave as Moved } from "./internal/wavesRecovery.ts"
import { longestSide, reader } from "./internal/wavesWindow.ts"
import * as Signal from "./Signal.ts"

/**
 * Where a wave begins, where it is furthest from the baseline, and where it ends, in samples.
 *
 * @since 0.2.0
 */
export interface Wave {
  readonly onset: number
  readonly peak: number
  readonly offset: number
}

/**
 * The waves of the beat whose R peak is sample `beat`. What was not found is absent.
 *
 * @since 0.2.0
 */
export interface Beat {
  readonly beat: number
  readonly p?: Wave
  readonly qrs?: Wave
  readonly t?: Wave
}

// Beats are laid over each other in blocks of about this many.
const blockSize = 16

/**
 * Finds the waves of every beat of one lead.
 *
 * Units: `samplingRate` in Hz, `beats` and every wave in samples, the signal in any unit. Shape: one
 * entry per beat given, in the order given. Beats are in order of time; one that is not a sample of
 * the signal, or not after the one before it, has no waves and counts for no other.
 *
 * Fails with: `SignalError`, as `Signal.check` has it. A flat stretch, a beat without a window of
 * 120 ms on either side, and no beats at all are no failure: there are no waves then.
 *
 * Method: our own, of known parts. Beats are taken in blocks of about 16 and laid over each other
 * where their QRS slopes correlate by 0.8 or more; each group is delineated on the mean of the middle
 * half of its members, at 500 Hz. P and T are the best pair of opposite steep slopes, as in wavelet
 * delineators (Martinez et al. 2004, doi:10.1109/TBME.2003.821031), but chosen by strength, place
 * and length at once. A boundary is not where a slope falls below a threshold: every place it could
 * be at is scored by the slopes on either side, the height, what is still to come outside and the
 * distance from the steepest slopes, and the boundary is the mean of the places weighted by the
 * exponentials of their scores (a conditional logit). A P wave must be supported by its steepness,
 * its likeness from beat to beat, the regularity of the rhythm and the rest before it, in its group
 * and in its block. In each beat P and T are then moved to where they correlate best with the group,
 * P by at most 40 ms and T by at most 64 ms. The method is blind to polarity and to the unit.
 *
 * Deviations from what a reader may expect: one lead at a time, so that leads do not help each
 * other; one P wave per beat, so that blocked P waves are not found, nor what lies more than 500 ms
 * before the beat or 800 ms after it; a wave less than 0.0005 times as steep as its QRS complex, a T
 * wave in which the beats of a group correlate by less than 0.4, and a wave in which a beat correlates
 * with its group by less than 0.3 are absent; the peak of P and T is where the group turns, that of QRS
 * where the beat itself is furthest from the line between its ends. Where two waves would overlap,
 * the first ends where the second begins.
 *
 * The weights were fitted on the odd-numbered records of LUDB (Kalyakulina et al. 2020,
 * doi:10.1109/ACCESS.2020.3029211), with the marked beats and with those of `Beats.detect`, for the
 * presence of P also with 15 microvolts of white noise added, and on nothing else; the even-numbered
 * records were left for scoring.
 *
 * @example
 * ```ts
 * import * as Waves from "@bedside/core/Waves"
 * import * as Result from "effect/Result"
 *
 * const bump = (at: number, height: number, width: number) => height * Math.exp(-0.5 * (at / width) ** 2)
 * const beat = (at: number) => bump(at + 40, 0.15, 6) + bump(at, 1, 3) + bump(at - 70, 0.3, 12)
 * const signal = Float64Array.from({ length: 2500 }, (_, at) => beat((at % 200) - 100))
 * const beats = Array.from({ length: 12 }, (_, index) => 100 + 200 * index)
 *
 * const waves = Result.getOrThrow(Waves.delineate(signal, { samplingRate: 250, beats }))
 * waves[5]?.qrs?.peak // => 1100
 * waves[5]?.p?.peak // => 1060
 * waves[5]?.t?.peak // => 1170
 * ```
 * @since 0.2.0
 */
export const delineate = (
  signal: Signal.Signal,
  options: { readonly samplingRate: number; readonly beats: ArrayLike<number> }
): Result.Result<ReadonlyArray<Beat>, Signal.SignalError> => {
  const { samplingRate, beats } = options
  return Result.map(Signal.check([signal], samplingRate), ([lead = signal]) => {
    const places = inOrder(beats, lead.length)
    const positions = Float64Array.from(places, (place) => beats[place]!)
    const waves = Array.from(beats, (beat): Beat => ({ beat }))
    for (const found of delineateAll(lead, samplingRate, positions)) {
      const place = places[found.index]!
      waves[place] = rounded(found, beats[place]!, lead.length)
    }
    return untangled(waves)
  })
}

/** The places of the beats that are samples of the signal and in order of time. */
const inOrder = (beats: ArrayLike<number>, length: number): ReadonlyArray<number> => {
  const places: Array<number> = []
  let last = -1
  for (let place = 0; place < beats.length; place++) {
    const beat = beats[place]!
    if (!(beat > last && beat < length && Number.isInteger(beat))) continue
    places.push(place)
    last = beat
  }
  return places
}

const delineateAll = (
  signal: Signal.Signal,
  samplingRate: number,
  beats: Float64Array
): ReadonlyArray<Found> => {
  const blocks = Math.max(1, Math.round(beats.length / blockSize))
  const side = Math.ceil(longestSide * samplingRate)
  return Array.from({ length: blocks }, (_, block) => {
    const from = Math.floor((block * beats.length) / blocks)
    const to = Math.floor(((block + 1) * beats.length) / blocks)
    if (from === to) return []
    const start = Math.max(0, beats[from]! - side)
    const part = Float64Array.from(signal.slice(start, beats[to - 1]! + side))
    return delineateBlock(reader(part, start, samplingRate), beats, from, to)
  }).flat()
}

const rounded = ({ qrs, p, t }: Found, beat: number, length: number): Beat => {
  const place = (wave: Moved | undefined): Wave | undefined => {
    if (wave === undefined) return undefined
    const onset = beat + Math.round(wave.onset)
    const peak = beat + Math.round(wave.peak)
    const offset = beat + Math.round(wave.offset)
    const isThere = onset >= 0 && onset < peak && peak < offset && offset < length
    return isThere ? { onset, peak, offset } : undefined
  }
  return beatOf(beat, place(p), place(qrs), place(t))
}

const beatOf = (
  beat: number,
  p: Wave | undefined,
  qrs: Wave | undefined,
  t: Wave | undefined
): Beat => ({ beat, ...(p && { p }), ...(qrs && { qrs }), ...(t && { t }) })

/** Ends a wave where the next begins; one whose peak is beyond that is not one. */
const untangled = (waves: ReadonlyArray<Beat>): ReadonlyArray<Beat> => {
  const result: Array<Beat> = []
  const starts = startsOfNext(waves)
  let end = -1
  for (const [index, { beat, p, qrs, t }] of waves.entries()) {
    const freeP = p && trimmed(p, end, qrs?.onset ?? Infinity)
    const freeQrs = qrs && trimmed(qrs, freeP?.offset ?? end, Infinity)
    const freeT = t && trimmed(t, freeQrs?.offset ?? end, starts[index]!)
    result.push(beatOf(beat, freeP, freeQrs, freeT))
    end = freeT?.offset ?? freeQrs?.offset ?? end
  }
  return result
}

/** Where the first wave after each beat begins. */
const startsOfNext = (waves: ReadonlyArray<Beat>): Float64Array => {
  const starts = new Float64Array(waves.length)
  let start = Infinity
  for (let index = waves.length - 1; index >= 0; index--) {
    starts[index] = start
    const { p, qrs } = waves[index]!
    start = p?.onset ?? qrs?.onset ?? start
  }
  return starts
}

const trimmed = ({ onset, peak, offset }: Wave, from: number, to: number): Wave | undefined =>
  peak > from && peak < to
    ? { onset: Math.max(onset, from), peak, offset: Math.min(offset, to) }
    : undefined

/**
 * What is measured on one beat, in ms: the RR interval from the beat before, the duration of the P
 * wave, PR from the onset of P to that of QRS, the duration of QRS, and QT from the onset of QRS to
 * the end of T. NaN where a wave it needs is absent.
 *
 * @since 0.2.0
 */
export interface Intervals {
  readonly rr: number
  readonly p: number
  readonly pr: number
  readonly qrs: number
  readonly qt: number
}

/**
 * Measures the intervals of every beat.
 *
 * Units: `samplingRate` in Hz; intervals in ms. Shape: one entry per beat, in order; NaN where a wave
 * that an interval needs is absent, and for the RR interval of the first beat.
 *
 * Fails with: nothing.
 *
 * Method: onset to onset, or onset to offset, on the one lead that was delineated. A lead shows less
 * than the whole heart does: global intervals of twelve leads are longer (Kligfield et al. 2007,
 * doi:10.1161/CIRCULATIONAHA.106.180200).
 *
 * @example
 * ```ts
 * import * as Waves from "@bedside/core/Waves"
 *
 * const beats = [
 *   { beat: 500 },
 *   {
 *     beat: 900,
 *     p: { onset: 800, peak: 820, offset: 850 },
 *     qrs: { onset: 880, peak: 900, offset: 925 },
 *     t: { onset: 990, peak: 1040, offset: 1080 }
 *   }
 * ]
 * Waves.intervals(beats, { samplingRate: 500 })[1] // => { rr: 800, p: 100, pr: 160, qrs: 90, qt: 400 }
 * ```
 * @since 0.2.0
 */
export const intervals = (
  waves: ReadonlyArray<Beat>,
  { samplingRate }: { readonly samplingRate: number }
): ReadonlyArray<Intervals> => {
  const ms = (from: number | undefined, to: number | undefined): number =>
    from === undefined || to === undefined ? NaN : ((to - from) * 1000) / samplingRate
  return waves.map(({ beat, p, qrs, t }, index) => ({
    rr: ms(waves[index - 1]?.beat, beat),
    p: ms(p?.onset, p?.offset),
    pr: ms(p?.onset, qrs?.onset),
    qrs: ms(qrs?.onset, qrs?.offset),
    qt: ms(qrs?.onset, t?.offset)
  }))
}

/**
 * The median of each interval over a recording.
 *
 * Units: ms. Shape: NaN where no beat has the interval.
 *
 * Fails with: nothing.
 *
 * Method: the median of the beats that have it, the mean of the middle two where their number is
 * even, so that a few beats that were misread do not count.
 *
 * @example
 * ```ts
 * import * as Waves from "@bedside/core/Waves"
 *
 * const of = (qt: number) => ({ rr: 800, p: NaN, pr: NaN, qrs: 90, qt })
 * Waves.median([of(380), of(NaN), of(400), of(900)]) // => { rr: 800, p: NaN, pr: NaN, qrs: 90, qt: 400 }
 * ```
 * @since 0.2.0
 */
export const median = (beats: ReadonlyArray<Intervals>): Intervals => ({
  rr: medianOf(beats.map(({ rr }) => rr)),
  p: medianOf(beats.map(({ p }) => p)),
  pr: medianOf(beats.map(({ pr }) => pr)),
  qrs: medianOf(beats.map(({ qrs }) => qrs)),
  qt: medianOf(beats.map(({ qt }) => qt))
})

const medianOf = (values: ArrayLike<number>): number => {
  const sorted = Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort()
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

/**
 * The QT interval corrected for heart rate, by four formulas, in ms.
 *
 * @since 0.2.0
 */
export interface CorrectedQt {
  readonly bazett: number
  readonly fridericia: number
  readonly framingham: number
  readonly hodges: number
}

/**
 * Corrects a QT interval for heart rate.
 *
 * Units: `qt` and `rr` in ms; RR below is in seconds and HR = 60 / RR in beats a minute.
 *
 * Fails with: nothing. All four are NaN where `qt` or `rr` is not a positive finite number.
 *
 * Method: as published, without rounding.
 *
 * - `bazett`: QT / sqrt(RR) (Bazett, Heart 1920;7:353-370)
 * - `fridericia`: QT / cbrt(RR) (Fridericia, Acta Med Scand 1920;53:469-486, in English 2003,
 *   doi:10.1046/j.1542-474X.2003.08413.x)
 * - `framingham`: QT + 154 (1 - RR) (Sagie et al. 1992, doi:10.1016/0002-9149(92)90562-D)
 * - `hodges`: QT + 1.75 (HR - 60) (Hodges, Salerno & Erlien, J Am Coll Cardiol 1983;1:694)
 *
 * At 60 beats a minute all four are QT itself. Away from it Bazett's corrects too much: a fast heart
 * gets too long a value, a slow one too short.
 *
 * @example
 * ```ts
 * import * as Waves from "@bedside/core/Waves"
 *
 * Waves.qtc(400, 1000) // => { bazett: 400, fridericia: 400, framingham: 400, hodges: 400 }
 * Waves.qtc(360, 640).bazett // => 450
 * Waves.qtc(360, 512).fridericia // => 450
 * Waves.qtc(360, 500).framingham // => 437
 * Waves.qtc(360, 500).hodges // => 465
 * ```
 * @since 0.2.0
 */
export const qtc = (qt: number, rr: number): CorrectedQt => {
  const isKnown = qt > 0 && rr > 0 && qt < Infinity && rr < Infinity
  const interval = isKnown ? qt : NaN
  const seconds = rr / 1000
  return {
    bazett: interval / Math.sqrt(seconds),
    fridericia: interval / Math.cbrt(seconds),
    framingham: interval + 154 * (1 - seconds),
    hodges: interval + 1.75 * (60 / seconds - 60)
  }
}

/**
 * The level of the ST segment of every beat, and the median of those that are known.
 *
 * @since 0.2.0
 */
export interface StLevel {
  readonly levels: Float64Array
  readonly median: number
}

// The mean of so many ms stands for the level at a point.
const levelWidth = 20
const usualDelay = 80
const fastDelay = 60
const fastHeart = 120

/**
 * Measures the level of the ST segment against that of the PR segment.
 *
 * Units: `samplingRate` in Hz; `gain` in units of the signal per mV, and levels in mV; without it
 * levels are in the unit of the signal. `delay` is the time after the J point, the end of QRS, in ms.
 * Shape: one level per beat, in order; NaN where the beat has no QRS complex or a sample is missing.
 *
 * Fails with: nothing.
 *
 * Method: the mean of the 20 ms around J + 80 ms, or around J + 60 ms where the RR interval before
 * the beat is shorter than 500 ms (over 120 beats a minute), the two points of the European ST-T
 * Database (Taddei et al., Eur Heart J 1992;13:1164-1172). That database tells the deviation from a
 * reference beat; here it is the level above the mean of the 20 ms before the onset of QRS, which
 * stands for the isoelectric line. The ECG is not filtered first: a wandering baseline widens the
 * spread of the levels more than it moves their median.
 *
 * @example
 * ```ts
 * import * as Waves from "@bedside/core/Waves"
 *
 * const signal = [...Array(100).fill(0), ...Array(20).fill(400), ...Array(80).fill(-30)]
 * const beats = [{ beat: 110, qrs: { onset: 99, peak: 110, offset: 120 } }]
 * Waves.stLevel(signal, beats, { samplingRate: 500, gain: 200 }).median // => -0.15
 * ```
 * @since 0.2.0
 */
export const stLevel = (
  signal: Signal.Signal,
  waves: ReadonlyArray<Beat>,
  options: {
    readonly samplingRate: number
    readonly gain?: number | undefined
    readonly delay?: number | undefined
  }
): StLevel => {
  const { samplingRate, gain = 1 } = options
  const lead = Signal.readable(signal)
  const inSamples = (ms: number): number => Math.round((ms * samplingRate) / 1000)
  const width = Math.max(1, inSamples(levelWidth))
  const fastest = (60 / fastHeart) * samplingRate
  const levels = Float64Array.from(waves, ({ beat, qrs }, index) => {
    if (qrs === undefined) return NaN
    const isFast = beat - (waves[index - 1]?.beat ?? -Infinity) < fastest
    const delay = options.delay ?? (isFast ? fastDelay : usualDelay)
    const point = qrs.offset + inSamples(delay)
    const isoelectric = meanOf(lead, qrs.onset - width, width)
    return (meanOf(lead, point - (width >> 1), width) - isoelectric) / gain
  })
  return { levels, median: medianOf(levels) }
}

const meanOf = (signal: Signal.Signal, from: number, count: number): number => {
  let sum = 0
  for (let index = from; index < from + count; index++) sum += signal[index] ?? NaN
  const mean = sum / count
  return Number.isFinite(mean) ? mean : NaN
}
