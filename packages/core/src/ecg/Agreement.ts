/**
 * How well a set of beats agrees with a reference, beat by beat, as ANSI/AAMI EC57 has it.
 *
 * The guarantee that bites: a beat is paired at most once, and no other pairing within the window has
 * more pairs, or as many that are nearer in time. What is left out of a comparison is counted apart
 * and never dropped in silence. Ratios are fractions from 0 to 1, and 0 of 0 is NaN.
 */
import * as Match from "./internal/agreementMatch.ts"
import type * as Signal from "./Signal.ts"

/**
 * How far a beat may be from its reference: 150 ms, in seconds.
 *
 * @since 0.2.0
 */
export const window = 0.15

/**
 * The learning period that EC57 leaves out at the start of a record: 5 minutes, in seconds. Pass it
 * as `from`; without it nothing is left out.
 *
 * @since 0.2.0
 */
export const learningPeriod = 300

/**
 * What is compared: `samplingRate` in Hz; `window` in seconds, inclusive; `excluded` segments are left
 * out, and so is whatever is before `from`, in seconds.
 *
 * @since 0.2.0
 */
export interface Options {
  readonly samplingRate: number
  readonly window?: number | undefined
  readonly excluded?: ReadonlyArray<Signal.Segment> | undefined
  readonly from?: number | undefined
}

/**
 * Counts, and the ratios they give: sensitivity TP / (TP + FN), positive predictivity TP / (TP + FP),
 * F1 2 TP / (2 TP + FP + FN). Fractions from 0 to 1; NaN for 0 of 0.
 *
 * @since 0.2.0
 */
export interface Statistics {
  readonly truePositives: number
  readonly falsePositives: number
  readonly falseNegatives: number
  readonly sensitivity: number
  readonly positivePredictivity: number
  readonly f1: number
}

/**
 * The agreement of one record. `errors` are those of the pairs in order of time, test minus reference,
 * in ms, and `medianError` is NaN without a pair. `missed` and `extra` are the samples of the reference
 * beats and of the test beats that have no partner. `leftOut` counts what was not compared.
 *
 * @since 0.2.0
 */
export interface Agreement extends Statistics {
  readonly errors: Float64Array
  readonly medianError: number
  readonly missed: Int32Array
  readonly extra: Int32Array
  readonly leftOut: { readonly reference: number; readonly test: number }
}

/**
 * Compares beats with those of a reference.
 *
 * Units: beats in samples, in any order; NaN is no beat. `errors` in ms.
 *
 * Fails with: nothing. Without a beat on one side the ratios over that side are NaN. A window or a
 * sampling rate that is no positive number lets only beats at the same sample pair.
 *
 * Method: ANSI/AAMI EC57:2012, beat-by-beat comparison, with these deviations. (1) Beats are paired
 * one to one so that the pairs are as many as possible and then as near as possible (dynamic
 * programming); `bxb`, the reference implementation, decides beat after beat and may leave a pair
 * unmade. (2) Nothing is left out unless `from` and `excluded` say so, where EC57 begins after 5
 * minutes. Beats are paired before anything is left out: a pair belongs where its reference beat is,
 * so no beat at the edge of a segment is an error of either side. A test beat without a partner inside
 * an excluded segment is left out, as `bxb` does in ventricular flutter.
 *
 * @example
 * ```ts
 * import * as Agreement from "@bedside/core/Agreement"
 *
 * const result = Agreement.compare([100, 460, 820], [104, 300, 822], { samplingRate: 360 })
 * result.sensitivity // => ≈ 0.667
 * Array.from(result.missed) // => [460]
 * Array.from(result.extra) // => [300]
 * result.medianError // => ≈ 8.333
 * ```
 * @since 0.2.0
 */
export const compare = (
  reference: ArrayLike<number>,
  test: ArrayLike<number>,
  options: Options
): Agreement => {
  const references = inOrder(reference)
  const tests = inOrder(test)
  const isLeftOut = leavesOut(options)
  const partner = Match.partners(references, tests, windowInSamples(options))
  const isPaired = new Uint8Array(tests.length)
  const errors: Array<number> = []
  const missed: Array<number> = []
  const leftOut = { reference: 0, test: 0 }
  for (let i = 0; i < references.length; i++) {
    const at = references[i]!
    const j = partner[i]!
    const counts = !isLeftOut(at)
    if (j >= 0) isPaired[j] = 1
    if (!counts) {
      leftOut.reference += 1
      if (j >= 0) leftOut.test += 1
    } else if (j >= 0) errors.push(((tests[j]! - at) / options.samplingRate) * 1000)
    else missed.push(at)
  }
  const alone = tests.filter((_, j) => isPaired[j] === 0)
  const extra = alone.filter((at) => !isLeftOut(at))
  leftOut.test += alone.length - extra.length
  return {
    ...statistics(errors.length, extra.length, missed.length),
    errors: Float64Array.from(errors),
    medianError: median(errors),
    missed: Int32Array.from(missed),
    extra: Int32Array.from(extra),
    leftOut
  }
}

const inOrder = (beats: ArrayLike<number>): Float64Array =>
  Float64Array.from(beats)
    .filter((at) => !Number.isNaN(at))
    .sort()

// A hair wider, so that 0.15 s are 54 samples at 360 Hz whatever the rounding of their product.
const windowInSamples = (options: Options): number => {
  const samples = (options.window ?? window) * options.samplingRate
  return samples > 0 ? samples * (1 + 1e-12) : 0
}

const leavesOut = ({ samplingRate, excluded = [], from = 0 }: Options) => {
  const start = from * samplingRate
  return (at: number): boolean =>
    at < start || excluded.some((segment) => segment.start <= at && at < segment.end)
}

const statistics = (
  truePositives: number,
  falsePositives: number,
  falseNegatives: number
): Statistics => ({
  truePositives,
  falsePositives,
  falseNegatives,
  sensitivity: truePositives / (truePositives + falseNegatives),
  positivePredictivity: truePositives / (truePositives + falsePositives),
  f1: (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives)
})

const median = (values: ReadonlyArray<number>): number => {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  if (sorted.length === 0) return NaN
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * The classes of beats of EC57: N normal (and every beat that is none of the others), S
 * supraventricular ectopic, V ventricular ectopic, F fusion of a ventricular and a normal beat, Q
 * paced or not classifiable.
 *
 * @since 0.2.0
 */
export type BeatClass = "N" | "S" | "V" | "F" | "Q"

const mnemonics: { readonly [C in BeatClass]: string } = {
  N: "NLRB",
  S: "aAJSjen",
  V: "VrE",
  F: "F",
  Q: "Q/f?"
}

const classes: ReadonlyArray<BeatClass> = ["N", "S", "V", "F", "Q"]

/**
 * The class of a beat annotation.
 *
 * Shape: the mnemonic of a WFDB annotation; `undefined` where it is not of a beat, as the `!` of a
 * flutter wave.
 *
 * Fails with: nothing.
 *
 * Method: as `bxb` maps them, by which atrial and junctional escape beats (`e`, `j`, `n`) are S;
 * several papers count them as N.
 *
 * @example
 * ```ts
 * import * as Agreement from "@bedside/core/Agreement"
 *
 * Agreement.classOf("L") // => "N"
 * Agreement.classOf("/") // => "Q"
 * Agreement.classOf("!") // => undefined
 * ```
 * @since 0.2.0
 */
export const classOf = (symbol: string): BeatClass | undefined =>
  symbol.length === 1 ? classes.find((each) => mnemonics[each].includes(symbol)) : undefined

/**
 * An annotation, as far as a comparison reads it.
 *
 * @since 0.2.0
 */
export interface Annotation {
  readonly sample: number
  readonly symbol: string
  readonly subtype?: number
}

/**
 * The segments of ventricular flutter or fibrillation, in which EC57 compares no beats.
 *
 * Units: samples. Shape: from each `[` to the next `]`, both included, or to the end of time
 * without one.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Agreement from "@bedside/core/Agreement"
 *
 * Agreement.flutter([{ sample: 10, symbol: "[" }, { sample: 20, symbol: "!" }, { sample: 90, symbol: "]" }]) // => [{ start: 10, end: 91 }]
 * ```
 * @since 0.2.0
 */
export const flutter = (annotations: ReadonlyArray<Annotation>): ReadonlyArray<Signal.Segment> =>
  segments(
    annotations,
    ({ symbol }) => symbol === "[",
    ({ symbol }) => symbol === "]"
  ).map(({ start, end }) => ({ start, end: end + 1 }))

/**
 * The segments in which no signal of the record could be read.
 *
 * Units: samples. Shape: from each `~` whose subtype has the bits 4 and 5 set to the next `~`, or to
 * the end of time without one. EC57 compares beats there like elsewhere; whoever leaves them out says
 * so.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Agreement from "@bedside/core/Agreement"
 *
 * Agreement.unreadable([{ sample: 10, symbol: "~", subtype: -1 }, { sample: 90, symbol: "~", subtype: 0 }]) // => [{ start: 10, end: 90 }]
 * ```
 * @since 0.2.0
 */
export const unreadable = (
  annotations: ReadonlyArray<Annotation>
): ReadonlyArray<Signal.Segment> => {
  const bothSignals = 0x30
  const isUnreadable = ({ symbol, subtype = 0 }: Annotation) =>
    symbol === "~" && (subtype & bothSignals) === bothSignals
  return segments(annotations, isUnreadable, (it) => it.symbol === "~" && !isUnreadable(it))
}

const segments = (
  annotations: ReadonlyArray<Annotation>,
  begins: (annotation: Annotation) => boolean,
  ends: (annotation: Annotation) => boolean
): ReadonlyArray<Signal.Segment> => {
  const found: Array<Signal.Segment> = []
  let start: number | undefined
  for (const annotation of annotations) {
    if (start === undefined && begins(annotation)) start = annotation.sample
    else if (start !== undefined && ends(annotation)) {
      found.push({ start, end: annotation.sample })
      start = undefined
    }
  }
  return start === undefined ? found : [...found, { start, end: Infinity }]
}

/**
 * A beat with its class.
 *
 * @since 0.2.0
 */
export interface ClassifiedBeat {
  readonly sample: number
  readonly class: BeatClass
}

/**
 * How the classes of two sets of beats agree. `counts[r][t]` is the number of beats of class `r` in
 * the reference that the test has as `t`; the row `O` holds extra beats and the column `O` missed ones.
 *
 * @since 0.2.0
 */
export interface Confusion {
  readonly counts: { readonly [R in Row]: { readonly [T in Row]: number } }
  readonly beats: Statistics
  readonly ventricular: Statistics
  readonly supraventricular: Statistics
}

type Row = BeatClass | "O"

/**
 * Compares beats and their classes with those of a reference.
 *
 * Units: beats in samples, in any order.
 *
 * Fails with: nothing; 0 of 0 is NaN.
 *
 * Method: ANSI/AAMI EC57:2012 with the pairs of `compare`. As there, a beat that is no ventricular
 * ectopic but called one is a false positive only where the reference has N, S or no beat: fusion and
 * unclassifiable beats count for neither side. For supraventricular ectopics it is N, V, F or no beat.
 *
 * @example
 * ```ts
 * import * as Agreement from "@bedside/core/Agreement"
 *
 * const reference = [{ sample: 100, class: "N" }, { sample: 400, class: "V" }, { sample: 900, class: "V" }] as const
 * const test = [{ sample: 102, class: "N" }, { sample: 401, class: "V" }, { sample: 899, class: "N" }] as const
 * const confusion = Agreement.confusion(reference, test, { samplingRate: 360 })
 * confusion.counts.V.N // => 1
 * confusion.ventricular.sensitivity // => 0.5
 * ```
 * @since 0.2.0
 */
export const confusion = (
  reference: ReadonlyArray<ClassifiedBeat>,
  test: ReadonlyArray<ClassifiedBeat>,
  options: Options
): Confusion => {
  const references = byTime(reference)
  const tests = byTime(test)
  const isLeftOut = leavesOut(options)
  const partner = Match.partners(samplesOf(references), samplesOf(tests), windowInSamples(options))
  const counts = { N: row(), S: row(), V: row(), F: row(), Q: row(), O: row() }
  const paired = new Set(partner)
  for (const [i, beat] of references.entries()) {
    const found = tests[partner[i]!]
    if (!isLeftOut(beat.sample)) counts[beat.class][found?.class ?? "O"] += 1
  }
  for (const [j, beat] of tests.entries()) {
    if (!paired.has(j) && !isLeftOut(beat.sample)) counts.O[beat.class] += 1
  }
  const sum = (rows: ReadonlyArray<Row>, columns: ReadonlyArray<Row>) =>
    rows.reduce((total, r) => columns.reduce((all, t) => all + counts[r][t], total), 0)
  return {
    counts,
    beats: statistics(sum(classes, classes), sum(["O"], classes), sum(classes, ["O"])),
    ventricular: statistics(
      counts.V.V,
      sum(["N", "S", "O"], ["V"]),
      sum(["V"], ["N", "S", "F", "Q", "O"])
    ),
    supraventricular: statistics(
      counts.S.S,
      sum(["N", "V", "F", "O"], ["S"]),
      sum(["S"], ["N", "V", "F", "Q", "O"])
    )
  }
}

const row = (): Record<Row, number> => ({ N: 0, S: 0, V: 0, F: 0, Q: 0, O: 0 })

const byTime = (beats: ReadonlyArray<ClassifiedBeat>): ReadonlyArray<ClassifiedBeat> =>
  beats
    .filter(({ sample }) => !Number.isNaN(sample))
    .sort((left, right) => left.sample - right.sample)

const samplesOf = (beats: ReadonlyArray<ClassifiedBeat>): Float64Array =>
  Float64Array.from(beats, ({ sample }) => sample)

/**
 * The agreement over several records: `gross` over all beats, where long records weigh more, and
 * `average` over the records. `medianError` in ms, over all pairs.
 *
 * @since 0.2.0
 */
export interface Summary {
  readonly records: number
  readonly gross: Statistics
  readonly average: Pick<Statistics, "sensitivity" | "positivePredictivity" | "f1">
  readonly medianError: number
}

/**
 * Summarises the agreement of several records, or of one class of beats over them.
 *
 * Shape: results of `compare`, or for example the `ventricular` of every `confusion`. A ratio that is
 * NaN in a record (there was nothing to find) is left out of the average of that ratio.
 *
 * Fails with: nothing; of no records everything is NaN.
 *
 * Method: gross and average statistics of ANSI/AAMI EC57:2012.
 *
 * @example
 * ```ts
 * import * as Agreement from "@bedside/core/Agreement"
 *
 * const all = Agreement.compare([100, 500, 900], [100, 500, 900], { samplingRate: 360 })
 * const none = Agreement.compare([100], [900], { samplingRate: 360 })
 * const summary = Agreement.summary([all, none])
 * summary.gross.sensitivity // => 0.75
 * summary.average.sensitivity // => 0.5
 * ```
 * @since 0.2.0
 */
export const summary = (
  results: ReadonlyArray<Statistics & { readonly errors?: Float64Array }>
): Summary => {
  const sum = (of: (result: Statistics) => number) =>
    results.reduce((total, result) => total + of(result), 0)
  return {
    records: results.length,
    gross: statistics(
      sum((it) => it.truePositives),
      sum((it) => it.falsePositives),
      sum((it) => it.falseNegatives)
    ),
    average: {
      sensitivity: meanOfDefined(results.map((it) => it.sensitivity)),
      positivePredictivity: meanOfDefined(results.map((it) => it.positivePredictivity)),
      f1: meanOfDefined(results.map((it) => it.f1))
    },
    medianError: median(results.flatMap(({ errors = new Float64Array() }) => Array.from(errors)))
  }
}

const meanOfDefined = (values: ReadonlyArray<number>): number => {
  const defined = values.filter((value) => !Number.isNaN(value))
  return defined.reduce((total, value) => total + value, 0) / defined.length
}
