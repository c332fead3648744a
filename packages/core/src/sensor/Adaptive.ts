/**
 * Detectors that learn what a sensor usually reads from the readings themselves, one at a time, and
 * alarm on what is not usual: a leap, another level, a drift, a broken rhythm, a dead sensor.
 *
 * The guarantee that bites: after an alarm a detector holds off, for a share of all it has seen,
 * unless something clearly worse comes. So `alert` marks the BEGINNING of something unusual and not
 * every value of it; `held` says that an alarm was kept back.
 *
 * Not a medical device.
 */
import * as Schema from "effect/Schema"
import type { Chart, Verdict } from "./internal/adaptiveChart.ts"
import { cusum, pageHinkley } from "./internal/adaptiveDrift.ts"
import { rate, stuck } from "./internal/adaptiveFaults.ts"
import { hampel } from "./internal/adaptiveHampel.ts"
import { level } from "./internal/adaptiveLevel.ts"
import { local } from "./internal/adaptiveLocal.ts"
import { rarity } from "./internal/adaptiveRarity.ts"
import { season } from "./internal/adaptiveSeason.ts"

const Positive = Schema.Finite.check(Schema.isGreaterThan(0))
const NotNegative = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
const Smoothing = Positive.check(Schema.isLessThanOrEqualTo(1))
const Values = Schema.Int.check(Schema.isGreaterThanOrEqualTo(2))

/**
 * The charts of a detector; one that is left out is not kept. Limits are in standard deviations
 * unless they say otherwise, lengths in values.
 *
 * - `local`: the value against a running mean and variance of the last values. `smoothing` and
 *   `spread` are the weights of a new value in them; beyond `clip` deviations it weighs less. With
 *   `until`, the chart is kept for so many values and no longer.
 * - `rarity`: how many earlier values were within `nearness` deviations of this one, of running means
 *   of every `smoothing` listed. The limit is a `share` of all; it judges from `settled` values on.
 * - `level`: the same running means against the mean of their whole history, once it has `settled`
 *   values, on a scale that heavy tails widen.
 * - `hampel`: the value against the median of the last `window` values and their median distance.
 * - `season`: the value against those of the same phase of every `period` values before.
 * - `cusum`: the sum of deviations beyond `slack` from the mean of the first `learning` values.
 * - `pageHinkley`: the same from the mean of all values, in the unit of the values.
 * - `rate`: a change from one value to the next of `limit` or more, in the unit of the values.
 * - `stuck`: `run` values in a row within `tolerance` of the first of them.
 * - `dropout`: `run` missing values in a row.
 * - `holdOff`: for `share` of all values so far, and for `least` values, only a value with
 *   `escalation` times the evidence of the last alarm is one. Stuck and dropout are faults, told once
 *   each and never held back.
 * - `floor`: no spread is taken to be smaller, in the unit of the values.
 *
 * @since 0.2.0
 */
export const Options = Schema.Struct({
  local: Schema.optional(
    Schema.Struct({
      smoothing: Smoothing,
      spread: Smoothing,
      clip: Positive,
      limit: Positive,
      until: Schema.optional(Values)
    })
  ),
  rarity: Schema.optional(
    Schema.Struct({
      smoothing: Schema.Array(Smoothing),
      nearness: Positive,
      share: Positive.check(Schema.isLessThan(1)),
      settled: Values
    })
  ),
  level: Schema.optional(
    Schema.Struct({ smoothing: Schema.Array(Smoothing), limit: Positive, settled: Values })
  ),
  hampel: Schema.optional(Schema.Struct({ window: Values, limit: Positive })),
  season: Schema.optional(
    Schema.Struct({ period: Values, smoothing: Smoothing, limit: Positive, clip: Positive })
  ),
  cusum: Schema.optional(Schema.Struct({ learning: Values, slack: NotNegative, limit: Positive })),
  pageHinkley: Schema.optional(
    Schema.Struct({
      learning: Values,
      slack: NotNegative,
      limit: Positive,
      forgetting: Smoothing
    })
  ),
  rate: Schema.optional(Schema.Struct({ limit: Positive })),
  stuck: Schema.optional(Schema.Struct({ run: Values, tolerance: NotNegative })),
  dropout: Schema.optional(
    Schema.Struct({ run: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)) })
  ),
  holdOff: Schema.optional(
    Schema.Struct({ share: NotNegative, least: NotNegative, escalation: Positive })
  ),
  floor: Positive
}).annotate({ identifier: "AdaptiveOptions" })

/** @since 0.2.0 */
export interface Options extends Schema.Schema.Type<typeof Options> {}

/**
 * The settings for a sensor of which nothing is known: the chart `local` for the first 100 values, the
 * chart `rarity` from then on, and a hold-off.
 *
 * @since 0.2.0
 */
export const recommended: Options = {
  local: { smoothing: 0.2, spread: 0.05, clip: 3, limit: 3, until: 100 },
  rarity: { smoothing: [1, 0.3, 0.03], nearness: 0.25, share: 0.001, settled: 100 },
  holdOff: { share: 0.12, least: 1, escalation: 1.5 },
  floor: 1e-6
}

/**
 * The chart that speaks most strongly against a value; `none` where no chart can judge yet.
 *
 * @since 0.2.0
 */
export type Reason =
  | "none"
  | "local"
  | "rarity"
  | "level"
  | "hampel"
  | "season"
  | "cusum"
  | "page-hinkley"
  | "rate"
  | "stuck"
  | "dropout"

/**
 * What a detector remembers: numbers alone, all finite, so that it can be stored as JSON and taken up
 * again by a detector of the same options.
 *
 * @since 0.2.0
 */
export type State = ReadonlyArray<number>

/**
 * What a detector says of one value.
 *
 * `score` is 0 to 1: the evidence over its limit, `r`, as `r / (1 + r)`, so that 0.5 is the limit;
 * during a hold-off it is 0 unless there is an alarm all the same. `z` is the signed evidence in the
 * unit of its chart, standard deviations for most. `threshold` is the value at which `reason` would
 * have begun to object, on the side where the value lies; for `rarity` it is the nearest value that is
 * not rare, and NaN where this one is not. `alert` is an alarm,
 * `held` one that was kept back. Of a missing value `value`, `z` and `threshold` are NaN.
 *
 * @since 0.2.0
 */
export interface Outcome {
  readonly alert: boolean
  readonly held: boolean
  readonly score: number
  readonly value: number
  readonly threshold: number
  readonly z: number
  readonly reason: Reason
}

/**
 * An outcome with the state after it.
 *
 * @since 0.2.0
 */
export interface Step extends Outcome {
  readonly state: State
}

/**
 * A detector that remembers by itself. `push` gives ONE object, overwritten by the next push: take
 * from it what is to be kept. `state` is a copy.
 *
 * @since 0.2.0
 */
export interface Stream {
  readonly push: (value: number) => Outcome
  readonly state: () => State
}

/**
 * A detector: `step` judges a value, and changes nothing that it is given; for that it copies the
 * state, some 200 numbers with the recommended options. `stream` does the same in place, more
 * than twice as fast, from `initial` or from a state that was kept.
 *
 * @since 0.2.0
 */
export interface Detector {
  readonly options: Options
  readonly initial: State
  readonly step: (state: State, value: number) => Step
  readonly stream: (state?: State) => Stream
}

interface Kept {
  readonly reason: Reason
  readonly chart: Chart
  /** The place of its numbers in the state. */
  readonly at: number
}

// The numbers of a state that belong to no chart.
const at = { count: 0, skipped: 1, missing: 2, alarm: 3, evidence: 4, charts: 5 }

const chartsOf = (options: Options): ReadonlyArray<Kept> => {
  const { floor } = options
  const charts: ReadonlyArray<readonly [Reason, Chart | undefined]> = [
    ["level", options.level && level({ ...options.level, floor })],
    ["rarity", options.rarity && rarity({ ...options.rarity, floor })],
    ["local", options.local && local({ ...options.local, floor })],
    ["hampel", options.hampel && hampel({ ...options.hampel, floor })],
    ["season", options.season && season({ ...options.season, floor })],
    ["cusum", options.cusum && cusum({ ...options.cusum, floor })],
    ["page-hinkley", options.pageHinkley && pageHinkley(options.pageHinkley)],
    ["rate", options.rate && rate(options.rate)],
    ["stuck", options.stuck && stuck(options.stuck)]
  ]
  const kept: Array<Kept> = []
  let next = at.charts
  for (const [reason, chart] of charts) {
    if (chart === undefined) continue
    kept.push({ reason, chart, at: next })
    next += chart.initial.length
  }
  return kept
}

// The square of anything larger may have no double, and no sensor reads it.
const largest = 1e75

type Writable<T> = { -readonly [K in keyof T]: T[K] }

const nothing = (): Writable<Outcome> => ({
  alert: false,
  held: false,
  score: 0.5,
  value: NaN,
  threshold: NaN,
  z: NaN,
  reason: "none"
})

/** Judges a value, writes what there is to say of it, and learns it. */
type Judge = (state: Array<number>, value: number, outcome: Writable<Outcome>) => void

const judgeOf = (options: Options, charts: ReadonlyArray<Kept>): Judge => {
  const { share, least, escalation } = options.holdOff ?? { share: 0, least: 0, escalation: 1 }
  const longestGap = options.dropout?.run ?? Infinity
  const verdict: Verdict = { ratio: -1, z: NaN, threshold: NaN }

  const skip: Judge = (state, _value, outcome) => {
    state[at.skipped]! += 1
    state[at.missing]! += 1
    const isDropout = state[at.missing] === longestGap
    outcome.alert = isDropout
    outcome.held = false
    outcome.score = isDropout ? 0.5 : 0
    outcome.value = NaN
    outcome.threshold = NaN
    outcome.z = NaN
    outcome.reason = isDropout ? "dropout" : "none"
  }

  return (state, value, outcome) => {
    if (!(Math.abs(value) <= largest)) {
      skip(state, value, outcome)
      return
    }
    const count = state[at.count]!
    let reason: Reason = "none"
    verdict.ratio = -1
    verdict.z = NaN
    verdict.threshold = NaN
    for (let index = 0; index < charts.length; index++) {
      const kept = charts[index]!
      if (kept.chart.judge(state, kept.at, value, count, verdict)) reason = kept.reason
    }
    const ratio = Math.max(0, verdict.ratio)
    const isFault = reason === "stuck"
    const alarm = state[at.alarm]!
    const isHolding =
      alarm > 0 && count + 1 - alarm <= Math.max(least, share * (count + 1)) && !isFault
    const isHeld = isHolding && ratio <= escalation * state[at.evidence]!
    const isAlert = ratio >= 1 && !isHeld
    if (isAlert && !isFault) {
      state[at.alarm] = count + 1
      state[at.evidence] = Math.min(ratio, Number.MAX_VALUE)
    }
    state[at.count] = count + 1
    state[at.missing] = 0
    outcome.alert = isAlert
    outcome.held = ratio >= 1 && isHeld
    outcome.score = isHeld ? 0 : ratio / (1 + ratio)
    outcome.value = value
    outcome.threshold = verdict.threshold
    outcome.z = verdict.z
    outcome.reason = reason
  }
}

const stateOf = (initial: State) =>
  Schema.Array(Schema.Finite).check(
    Schema.isMinLength(initial.length),
    Schema.isMaxLength(initial.length)
  )

/**
 * Makes a detector.
 *
 * Units: values in any one unit; `floor`, and the limits of `rate` and `pageHinkley`, are in it too.
 * Shape: values one at a time, in order. NaN, the infinities and whatever lies beyond 1e75 are missing
 * values: they are counted (see `seen`), learnt by no chart and seen by `dropout` alone. Before five
 * values nothing is judged, except by `rate`, `stuck` and `dropout`. A sensor that never moves has a
 * spread of `floor`, so any change of it that is several times the floor is an alarm; set the floor to
 * the resolution of the sensor where that is known.
 *
 * Fails with: nothing that depends on a value. Options are constants of a programme: those that their
 * schema refuses are thrown as a `SchemaError`, and so is a state of the wrong length.
 *
 * Method: the charts of the options, of which the one with the most evidence for its limit speaks.
 *
 * - `local`: an EWMA chart of mean and variance (Roberts 1959, doi:10.1080/00401706.1959.10489860).
 *   Deviations: the variance is an EWMA too; the deviation is converted from Student's t with the
 *   degrees of freedom of the values behind it, by the formula of Wallace (1959, Annals of
 *   Mathematical Statistics 30, 1121), so that few values do not alarm; what is learnt of a value
 *   beyond `clip` is divided by its z over `clip`.
 * - `rarity`: the share of earlier values in a window around this one, `(near + 1) / (n + 1 / share)`,
 *   a histogram density estimate. The window is in units of the fourth root of the fourth moment over
 *   3, which is the standard deviation where values are normal, and more where single ones are far
 *   out. Values are counted in 64 bins that double their width when a value falls outside: of 100
 *   values that exact counts find rare, it finds 90 and some 4 others. `z` is the negative decimal logarithm of
 *   the share, signed. Nothing is forgotten.
 * - `level`: EWMAs, each against the mean of its own history, on the same scale.
 * - `hampel`: Hampel 1974 (doi:10.1080/01621459.1974.10482962), over past values only.
 * - `season`: a running mean per phase and one variance of what remains, with clipped learning.
 * - `cusum`: Page 1954 (doi:10.1093/biomet/41.1-2.100), two-sided, on the deviation from mean and
 *   sample standard deviation of the first values; after an alarm it learns them again.
 * - `pageHinkley`: the same test with the running mean of all values since the last alarm and
 *   exponential forgetting of the sum, two-sided as two one-sided tests.
 *
 * The recommended settings of `rarity` and `holdOff` were chosen on the folders artificialNoAnomaly,
 * artificialWithAnomaly and realTweets of the Numenta Anomaly Benchmark, as they are and cut into
 * parts, thinned out, smoothed, clipped, with noise, and as roots and logarithms; those of `local` on
 * the patients with even numbers of set A of the PhysioNet/CinC Challenge 2012. That `local` ends
 * where `rarity` begins was settled knowing the scores of both ways on realAWSCloudwatch and
 * realTraffic.
 *
 * @example
 * ```ts
 * import * as Adaptive from "@bedside/core/Adaptive"
 *
 * const detector = Adaptive.make()
 * const stream = detector.stream()
 * for (const value of [72, 74, 71, 73, 72, 75, 73, 72, 74]) stream.push(value)
 * const { state, alert, held, score, reason } = detector.step(stream.state(), 110)
 * alert // => true
 * reason // => "local"
 * score > 0.5 // => true
 * detector.step(state, 108).held // => true
 * ```
 * @since 0.2.0
 */
export const make = (options: Options = recommended): Detector => {
  const checked = Schema.decodeUnknownSync(Options)(options)
  const charts = chartsOf(checked)
  const judge = judgeOf(checked, charts)
  const initial = [
    ...Array<number>(at.charts).fill(0),
    ...charts.flatMap(({ chart }) => chart.initial)
  ]
  const copyOf = (state: State): Array<number> =>
    state.length === initial.length
      ? state.slice()
      : Schema.decodeUnknownSync(stateOf(initial))(state).slice()
  return {
    options: checked,
    initial,
    step: (state, value) => {
      const next = copyOf(state)
      const outcome = { ...nothing(), state: next }
      judge(next, value, outcome)
      return outcome
    },
    stream: (from = initial) => {
      const state = copyOf(from)
      const outcome = nothing()
      return {
        push: (value) => {
          judge(state, value, outcome)
          return outcome
        },
        state: () => state.slice()
      }
    }
  }
}

/**
 * How many values a state has learnt, how many were missing, and how many are missing in a row now.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Adaptive from "@bedside/core/Adaptive"
 *
 * const stream = Adaptive.make().stream()
 * for (const value of [1, NaN, 2, Infinity, NaN]) stream.push(value)
 * Adaptive.seen(stream.state()) // => { count: 2, skipped: 3, missing: 2 }
 * ```
 * @since 0.2.0
 */
export const seen = (
  state: State
): { readonly count: number; readonly skipped: number; readonly missing: number } => ({
  count: state[at.count] ?? 0,
  skipped: state[at.skipped] ?? 0,
  missing: state[at.missing] ?? 0
})

/**
 * Runs a detector over values that are all there.
 *
 * Shape: `alerts` are indices of values, ascending; `scores` has one for each value.
 *
 * Fails with: nothing, as `make` has it; no value has no alert.
 *
 * @example
 * ```ts
 * import * as Adaptive from "@bedside/core/Adaptive"
 *
 * const values = Float64Array.from({ length: 170 }, (_, index) => (index === 150 ? 9 : Math.sin(index)))
 * const { alerts, scores } = Adaptive.detect(values)
 * Array.from(alerts) // => [150]
 * scores.length // => 170
 * ```
 * @since 0.2.0
 */
export const detect = (
  values: ArrayLike<number>,
  options: Options = recommended
): {
  readonly alerts: Int32Array
  readonly scores: Float64Array
  readonly skipped: number
} => {
  const stream = make(options).stream()
  const alerts: Array<number> = []
  const scores = new Float64Array(values.length)
  for (let index = 0; index < values.length; index++) {
    const { alert, score } = stream.push(values[index]!)
    scores[index] = score
    if (alert) alerts.push(index)
  }
  return { alerts: Int32Array.from(alerts), scores, skipped: seen(stream.state()).skipped }
}
