/**
 * Where every beat comes from, as far as the signal alone tells: normal, ventricular,
 * supraventricular or paced.
 *
 * The guarantee that bites: shapes are judged against the dominant shape of the same recording, never
 * against an absolute width, so a bundle branch block does not make every beat ventricular; and an
 * early beat of normal shape is not called supraventricular in an irregular rhythm, where being early
 * means nothing.
 *
 * Not a medical device.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Groups from "./internal/classesGroups.ts"
import * as Spikes from "./internal/classesSpikes.ts"
import * as Supraventricular from "./internal/classesSupraventricular.ts"
import * as Timing from "./internal/classesTiming.ts"
import * as Ventricular from "./internal/classesVentricular.ts"
import * as Signal from "./Signal.ts"

/**
 * What a beat is:
 *
 * - `normal`: conducted as most beats of the recording are, bundle branch blocks and bypasses included
 * - `ventricular`: of another shape, and early or much wider
 * - `supraventricular`: early, of normal shape; a run of them begins and ends abruptly
 * - `paced`: after a pacemaker's spike
 * - `unclassified`: too much of the signal is missing, or the shape is like no other
 *
 * @since 0.2.0
 */
export const Class = Schema.Literals([
  "normal",
  "ventricular",
  "supraventricular",
  "paced",
  "unclassified"
])

/** @since 0.2.0 */
export type Class = typeof Class.Type

/**
 * How often ectopic beats of one origin come in patterns. A couplet is exactly two in a row, a run
 * three or more; `bigeminy` and `trigeminy` count stretches of at least three such beats with exactly
 * one, or exactly two, other beats between one and the next.
 *
 * @since 0.2.0
 */
export interface Patterns {
  readonly couplets: number
  readonly runs: number
  readonly longestRun: number
  readonly bigeminy: number
  readonly trigeminy: number
}

/**
 * How many beats of each class there are, and in what patterns the ectopic ones come.
 *
 * @since 0.2.0
 */
export interface Tally {
  readonly counts: { readonly [C in Class]: number }
  readonly ventricular: Patterns
  readonly supraventricular: Patterns
}

/**
 * The class of every beat, in the order of the beats, with their tally.
 *
 * @since 0.2.0
 */
export interface Classified extends Tally {
  readonly classes: ReadonlyArray<Class>
}

const shortestRun = 3
const shortestPattern = 3

const patternsOf = (classes: ReadonlyArray<Class>, origin: Class): Patterns => {
  const runs: Array<number> = []
  const spaced = [0, 0, 0]
  const patterns = [0, 0, 0]
  let previous = -Infinity
  for (const [index, kind] of classes.entries()) {
    if (kind !== origin) continue
    const others = index - previous - 1
    if (others === 0) runs.push((runs.pop() ?? 0) + 1)
    else runs.push(1)
    for (const between of [1, 2]) {
      spaced[between] = others === between ? spaced[between]! + 1 : 1
      if (spaced[between] === shortestPattern) patterns[between]! += 1
    }
    previous = index
  }
  return {
    couplets: runs.filter((length) => length === 2).length,
    runs: runs.filter((length) => length >= shortestRun).length,
    longestRun: runs.reduce((longest, length) => Math.max(longest, length), 0),
    bigeminy: patterns[1]!,
    trigeminy: patterns[2]!
  }
}

/**
 * Counts beats by class, and couplets, runs, bigeminy and trigeminy.
 *
 * Shape: classes in the order of their beats. Neighbours in the list count as neighbours in time:
 * where a recording has gaps, tally each stretch.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Classes from "@bedside/core/Classes"
 *
 * const N = "normal"
 * const V = "ventricular"
 * Classes.tally([N, V, V, N, V, V, V, N]).counts.ventricular // => 5
 * Classes.tally([N, V, V, N, V, V, V, N]).ventricular // => { couplets: 1, runs: 1, longestRun: 3, bigeminy: 0, trigeminy: 0 }
 * Classes.tally([N, V, N, V, N, V, N]).ventricular.bigeminy // => 1
 * ```
 * @since 0.2.0
 */
export const tally = (classes: ReadonlyArray<Class>): Tally => {
  const counts = { normal: 0, ventricular: 0, supraventricular: 0, paced: 0, unclassified: 0 }
  for (const kind of classes) counts[kind] += 1
  return {
    counts,
    ventricular: patternsOf(classes, "ventricular"),
    supraventricular: patternsOf(classes, "supraventricular")
  }
}

const isLead = (signal: Signal.Signal | ReadonlyArray<Signal.Signal>): signal is Signal.Signal =>
  !Array.isArray(signal) || signal.length === 0 || typeof signal[0] === "number"

interface Opinion {
  readonly weight: number
  readonly looks: ReadonlyArray<Ventricular.Look>
}

// Leads vote on every beat that they see, and the first one decides where they are even. The fewer
// shapes a lead has, the clearer it is and the more it weighs.
const vote = (opinions: ReadonlyArray<Opinion>, beat: number): Ventricular.Look => {
  const weightOf = (look: Ventricular.Look) =>
    opinions.reduce((sum, { looks, weight }) => sum + (looks[beat] === look ? weight : 0), 0)
  const [normal, ventricular] = [weightOf("normal"), weightOf("ventricular")]
  if (ventricular === normal) return opinions[0]!.looks[beat]!
  return ventricular > normal ? "ventricular" : "normal"
}

const looksOf = (
  leads: ReadonlyArray<Signal.Signal>,
  samplingRate: number,
  beats: ArrayLike<number>,
  earliness: Float64Array
): ReadonlyArray<Ventricular.Look> => {
  const opinions = leads.map((lead): Opinion => {
    const grouped = Groups.group(lead, samplingRate, beats)
    return {
      weight: 1 / Groups.shapeCount(grouped),
      looks: Ventricular.looks(grouped, beats, samplingRate, earliness)
    }
  })
  return Array.from({ length: beats.length }, (_, beat) => vote(opinions, beat))
}

const classesOf = (
  leads: ReadonlyArray<Signal.Signal>,
  samplingRate: number,
  beats: ArrayLike<number>
): ReadonlyArray<Class> => {
  const earliness = Timing.earliness(beats)
  const looks = looksOf(leads, samplingRate, beats, earliness)
  const isVentricular = (beat: number) => looks[beat] === "ventricular"
  const irregular = Timing.irregular(beats, samplingRate, isVentricular)
  const isNormal = (beat: number) => looks[beat] === "normal"
  const early = Supraventricular.early(beats, earliness, isNormal, irregular)
  const paced = Spikes.paced(leads, samplingRate, beats)
  return looks.map((look, beat) => {
    if (paced[beat] === 1) return "paced"
    if (look === "ventricular") return "ventricular"
    if (look !== "normal") return "unclassified"
    return early[beat] === 1 ? "supraventricular" : "normal"
  })
}

/**
 * Classifies every beat of a recording by its shape and its time.
 *
 * Units: `samplingRate` in Hz; `beats` are sample indices in order of time, as `Beats.detect` gives
 * them. Shape: one lead, or leads of one length; one class per beat.
 *
 * Fails with: `SignalError`, as `Signal.check` does. Without beats there are no classes. A beat with
 * more than a quarter of its QRS window missing is `unclassified`.
 *
 * Method: shape and RR interval of every beat against those of the recording it is in, the features of
 * de Chazal, O'Dwyer & Reilly 2004 (doi:10.1109/TBME.2004.827359) and Llamedo & Martínez 2011
 * (doi:10.1109/TBME.2010.2068048). Deviations: no trained classifier; the beats of a lead are grouped
 * by shape and a group is judged as a whole. A group of another shape than the dominant one is
 * ventricular where most of its beats are early, or where it is a third as wide again and does not
 * keep the beat; one that comes in runs of 15 beats or more, and is less than twice as wide, is
 * another way of conduction and normal. In an irregular rhythm (Petrėnas, Marozas & Sörnmo 2015,
 * doi:10.1016/j.compbiomed.2015.01.019) only a quarter of the local cycle counts as early, and only
 * for clearly other shapes. Beats of normal shape that are early by 10 to 15 %, the more the less
 * steady the rhythm, are supraventricular, alone or in runs of up to 200 beats that begin and end
 * abruptly. Several leads vote, those with few shapes more than those with many.
 *
 * The P wave is not looked at: an aberrant supraventricular beat counts as ventricular, a nodal escape
 * as normal, a fusion beat as what it looks like more. A pacemaker's spike is looked for from 500 Hz
 * on only: a recording filtered below that, as those of the MIT-BIH databases, no longer shows it, and
 * its paced beats are normal.
 *
 * Thresholds were chosen on the records 101, 106, 109, 114, 116, 119, 201, 205, 208, 215 and 223 of
 * the MIT-BIH Arrhythmia Database and 118e06 of its noise stress test. Two rules came from looking at
 * others: clearly other shapes in irregular rhythms from 203, and twice as wide from 207. How sharp a
 * spike is was chosen on the odd-numbered records of the Lobachevsky University Database and on all of
 * its paced ones.
 *
 * @example
 * ```ts
 * import * as Classes from "@bedside/core/Classes"
 * import * as Result from "effect/Result"
 *
 * const wave = (height: number, width: number, at: number) => (sample: number) =>
 *   height * Math.exp(-(((sample - at) / width) ** 2))
 * const waves = [wave(1, 4, 250), wave(1, 4, 500), wave(-2, 15, 650), wave(1, 4, 1000), wave(1, 4, 1250)]
 * const signal = Array.from({ length: 1500 }, (_, sample) => waves.reduce((sum, at) => sum + at(sample), 0))
 * const beats = [250, 500, 650, 1000, 1250]
 * const { classes, counts } = Result.getOrThrow(Classes.classify(signal, { samplingRate: 250, beats }))
 * classes // => ["normal", "normal", "ventricular", "normal", "normal"]
 * counts.ventricular // => 1
 * Result.isFailure(Classes.classify([], { samplingRate: 250, beats: [] })) // => true
 * ```
 * @since 0.2.0
 */
export const classify = (
  signal: Signal.Signal | ReadonlyArray<Signal.Signal>,
  { samplingRate, beats }: { readonly samplingRate: number; readonly beats: ArrayLike<number> }
): Result.Result<Classified, Signal.SignalError> =>
  Result.map(Signal.check(isLead(signal) ? [signal] : signal, samplingRate), (leads) => {
    const classes = classesOf(leads, samplingRate, beats)
    return { classes, ...tally(classes) }
  })
