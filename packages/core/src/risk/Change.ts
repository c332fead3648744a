/**
 * Detectors of change in a stream, one value at a time: ADWIN, DDM, Page-Hinkley and CUSUM.
 *
 * The guarantee that bites: each is the method AS PUBLISHED in river, to the index, with its defaults.
 * `Adaptive` has charts of the same names for sensors, which are other methods: there the sums of both
 * sides stop at 0, CUSUM judges one value later and both alarm AT the limit, a spread has a floor, and
 * an alarm is held off. Every detector knows false alarms; none says why a stream changed.
 *
 * Not a medical device.
 */
import * as Schema from "effect/Schema"
import * as Charts from "./internal/changeCharts.ts"
import * as Window from "./internal/changeWindow.ts"

const Positive = Schema.Finite.check(Schema.isGreaterThan(0))
const NotNegative = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
const Share = Positive.check(Schema.isLessThanOrEqualTo(1))
const atLeast = (minimum: number) => Schema.Int.check(Schema.isGreaterThanOrEqualTo(minimum))

/**
 * The settings of a detector, as data.
 *
 * - `adwin`: a window that drops its oldest values while two parts of it differ in their means with a
 *   confidence of `delta`; of at least `leastPart` values each, looked at with every `clock`-th value
 *   and from more than `grace` values on. `buckets` is how many sums of each size are kept. `restart`
 *   forgets the window after a change, `shrink` goes on with what is left of it.
 * - `ddm`: errors (1) among right answers (0). It warns and alarms when the share of errors rises by
 *   `warning` and `change` standard errors above its least, after more than `least` values.
 * - `page-hinkley`: the sum of deviations beyond `slack` from the mean of all values, in their unit,
 *   that `forgetting` multiplies with every value; judged from `least` values on, to one side
 *   (`above`) or to `both`.
 * - `cusum`: the sum of deviations beyond `slack` from the mean of the first `learning` values, in
 *   their standard deviations, to both sides.
 *
 * @since 0.2.0
 */
export const Options = Schema.Union([
  Schema.Struct({
    method: Schema.Literal("adwin"),
    delta: Share,
    clock: atLeast(1),
    buckets: atLeast(2),
    leastPart: atLeast(1),
    grace: atLeast(0),
    afterChange: Schema.Literals(["restart", "shrink"])
  }),
  Schema.Struct({
    method: Schema.Literal("ddm"),
    least: atLeast(0),
    warning: NotNegative,
    change: NotNegative
  }),
  Schema.Struct({
    method: Schema.Literal("page-hinkley"),
    least: atLeast(1),
    slack: NotNegative,
    limit: Positive,
    forgetting: Share,
    sides: Schema.Literals(["above", "both"])
  }),
  Schema.Struct({
    method: Schema.Literal("cusum"),
    learning: atLeast(1),
    slack: NotNegative,
    limit: Positive
  })
]).annotate({ identifier: "ChangeOptions" })

/** @since 0.2.0 */
export type Options = typeof Options.Type

/**
 * Bifet & Gavaldà, Learning from time-changing data with adaptive windowing 2007
 * (doi:10.1137/1.9781611972771.42), as river has it.
 *
 * @since 0.2.0
 */
export const adwin: Extract<Options, { readonly method: "adwin" }> = {
  method: "adwin",
  delta: 0.002,
  clock: 32,
  buckets: 5,
  leastPart: 5,
  grace: 10,
  afterChange: "restart"
}

/**
 * Gama, Medas, Castillo & Rodrigues, Learning with drift detection 2004
 * (doi:10.1007/978-3-540-28645-5_29), as river has it.
 *
 * @since 0.2.0
 */
export const ddm: Extract<Options, { readonly method: "ddm" }> = {
  method: "ddm",
  least: 30,
  warning: 2,
  change: 3
}

/**
 * Page, Continuous inspection schemes 1954 (doi:10.1093/biomet/41.1-2.100), with the running mean of
 * Hinkley 1971 (doi:10.1093/biomet/58.3.509), as river has it.
 *
 * @since 0.2.0
 */
export const pageHinkley: Extract<Options, { readonly method: "page-hinkley" }> = {
  method: "page-hinkley",
  least: 30,
  slack: 0.005,
  limit: 50,
  forgetting: 0.9999,
  sides: "both"
}

/**
 * Page 1954 (doi:10.1093/biomet/41.1-2.100) with mean and sample standard deviation learned and then
 * kept, as river has it.
 *
 * @since 0.2.0
 */
export const cusum: Extract<Options, { readonly method: "cusum" }> = {
  method: "cusum",
  learning: 30,
  slack: 0.5,
  limit: 5
}

/**
 * What a detector remembers: finite numbers, and nothing that JSON would lose. Only a detector of the
 * same method and settings can go on from it.
 *
 * @since 0.2.0
 */
export const State = Schema.Array(Schema.Finite).annotate({ identifier: "ChangeState" })

/** @since 0.2.0 */
export type State = typeof State.Type

/**
 * What a value did.
 *
 * @since 0.2.0
 */
export type Verdict = "none" | "warning" | "change"

/**
 * What many values did: the indices of changes and of warnings, from 0, and the state after them.
 *
 * @since 0.2.0
 */
export interface Scan {
  readonly changes: ReadonlyArray<number>
  readonly warnings: ReadonlyArray<number>
  readonly state: State
}

/**
 * A detector. `step` judges a value and changes nothing that it is given; `scan` judges many, faster.
 * `estimate` is the number of values since the last change, and their mean; of `cusum`, the mean that
 * it learned.
 *
 * A value that is not finite is missing: it changes nothing.
 *
 * @since 0.2.0
 */
export interface Detector {
  readonly options: Options
  readonly initial: State
  readonly step: (
    state: State,
    value: number
  ) => { readonly state: State; readonly verdict: Verdict }
  readonly scan: (values: ArrayLike<number>, state?: State) => Scan
  readonly estimate: (state: State) => { readonly n: number; readonly mean: number }
}

interface Method {
  readonly initial: State
  readonly push: (state: Array<number>, value: number) => Charts.Verdict
  readonly restarts: boolean
  readonly mean: (state: State) => number
}

const second = (state: State): number => state[1] ?? NaN

const methodOf = (options: Options): Method => {
  switch (options.method) {
    case "adwin":
      return {
        initial: Window.emptyWindow(options),
        push: (state, value) => (Window.pushWindow(state, value, options) ? 2 : 0),
        restarts: options.afterChange === "restart",
        mean: (state) => second(state) / (state[0] ?? NaN)
      }
    case "ddm":
      return {
        initial: Charts.emptyErrors,
        push: (state, value) => Charts.pushErrors(state, value, options),
        restarts: true,
        mean: second
      }
    case "page-hinkley":
      return {
        initial: Charts.emptyPageHinkley,
        push: (state, value) => Charts.pushPageHinkley(state, value, options),
        restarts: true,
        mean: second
      }
    case "cusum":
      return {
        initial: Charts.emptyCusum,
        push: (state, value) => Charts.pushCusum(state, value, options),
        restarts: true,
        mean: second
      }
  }
}

const verdicts: readonly [Verdict, Verdict, Verdict] = ["none", "warning", "change"]

/**
 * A detector with the settings given.
 *
 * Shape: values in any one unit, in the order they came; of `ddm`, 1 for an error and 0 for none.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Change from "@bedside/core/Change"
 *
 * const detector = Change.make(Change.cusum)
 * const values = Array.from({ length: 60 }, (_, index) => (index % 3) + (index < 40 ? 0 : 4))
 * const { changes, state } = detector.scan(values)
 * changes // => [41]
 * detector.estimate(state).n // => 18
 * detector.step(state, 5).verdict // => "none"
 * ```
 * @since 0.2.0
 */
export const make = (options: Options): Detector => {
  const { initial, push, restarts, mean } = methodOf(options)
  const scan: Detector["scan"] = (values, from = initial) => {
    let state = from.slice()
    const changes: Array<number> = []
    const warnings: Array<number> = []
    for (let index = 0; index < values.length; index++) {
      const value = values[index]!
      if (!Number.isFinite(value)) continue
      const verdict = push(state, value)
      if (verdict === 0) continue
      const list = verdict === 2 ? changes : warnings
      list.push(index)
      if (verdict === 2 && restarts) state = initial.slice()
    }
    return { changes, warnings, state }
  }
  const step: Detector["step"] = (state, value) => {
    if (!Number.isFinite(value)) return { state, verdict: "none" }
    const next = state.slice()
    const verdict = push(next, value)
    return { state: verdict === 2 && restarts ? initial : next, verdict: verdicts[verdict] }
  }
  const estimate: Detector["estimate"] = (state) => {
    const n = state[0] ?? 0
    return { n, mean: n === 0 ? NaN : mean(state) }
  }
  return { options, initial, step, scan, estimate }
}
