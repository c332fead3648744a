/**
 * The QT interval corrected for heart rate, from numbers that were measured elsewhere: a printed
 * electrocardiogram, or a device.
 *
 * The guarantee that bites: RR is in seconds here and QT in milliseconds, as the formulas are printed,
 * and what is in the other unit is refused.
 *
 * The formulas are those of `Waves.qtc`. There is no band: the limits depend on sex, age and formula.
 * Not a medical device: it supports the judgement of a clinician and does not replace it.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Waves from "../ecg/Waves.ts"
import * as Equation from "./internal/equation.ts"
import * as Inputs from "./internal/inputs.ts"
import type * as Score from "./Score.ts"

/**
 * What was measured. Units: `qtInterval` in ms, `rrInterval` in s, `heartRate` in /min. One of the last
 * two is needed, and both at once are refused.
 *
 * @since 0.2.0
 */
export interface Intervals extends Equation.Given<{
  readonly qtInterval: number
  readonly rrInterval: number
  readonly heartRate: number
}> {}

/**
 * A corrected interval, in ms, by each of four formulas; all null while an input is missing. Where
 * neither the RR interval nor the heart rate is given, `missing` has `heartRate`.
 *
 * @since 0.2.0
 */
export const Corrected = Schema.Struct({
  ...Equation.commonFields,
  bazett: Schema.NullOr(Schema.Finite),
  fridericia: Schema.NullOr(Schema.Finite),
  framingham: Schema.NullOr(Schema.Finite),
  hodges: Schema.NullOr(Schema.Finite)
}).annotate({ identifier: "CorrectedQt" })

/** @since 0.2.0 */
export interface Corrected extends Schema.Schema.Type<typeof Corrected> {}

/**
 * The id, implementation version and sources that every result carries.
 *
 * @since 0.2.0
 */
export const about = {
  score: "qtc",
  version: "1",
  citation:
    "Bazett HC. Heart 1920;7:353-370. Fridericia LS. Acta Med Scand 1920;53:469-486, " +
    "doi:10.1046/j.1542-474X.2003.08413.x. Sagie A et al. Am J Cardiol 1992;70:797-801, " +
    "doi:10.1016/0002-9149(92)90562-D. Hodges M et al. J Am Coll Cardiol 1983;1:694."
} as const

const qtInterval = Inputs.number("qtInterval", { minimum: 50, maximum: 1500 }, "ms")
const rrInterval = Inputs.number("rrInterval", { minimum: 0.15, maximum: 6 }, "s")
const heartRate = Inputs.number("heartRate", { minimum: 10, maximum: 400 }, "/min")

const of = (needs: ReadonlyArray<Inputs.Field>, optional: Inputs.Field): Equation.Definition => ({
  about,
  needs,
  circumstances: [optional],
  together: ({ heartRate, rrInterval }) =>
    typeof heartRate === "number" && typeof rrInterval === "number"
      ? [{ name: "heartRate", expected: "absent where the RR interval is given" }]
      : [],
  population: "anyone with a measurable QT interval",
  validated: [],
  rounding: "none"
})

const byRate = of([qtInterval, heartRate], rrInterval)
const byInterval = of([qtInterval, rrInterval], heartRate)

/**
 * What the correction asks for, as data: the rate or the interval, and not both.
 *
 * @since 0.2.0
 */
export const form = Equation.form(byInterval)

const unknown = { bazett: null, fridericia: null, framingham: null, hodges: null }

/**
 * Corrects a QT interval for heart rate, by the formulas of Bazett, Fridericia, Framingham and Hodges.
 *
 * Units and shape: those of `Intervals`; corrected intervals in ms, not rounded. No formula is a sum of
 * terms, one for each input, so `contributions` is empty.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind, NaN
 * included, and a heart rate beside an RR interval.
 *
 * Method: `Waves.qtc`, which gives the sources; RR is 60 / heart rate. At 60 /min all four are QT
 * itself. Bazett's corrects too much: a fast heart gets too long a value, a slow one too short.
 *
 * @example
 * ```ts
 * import * as Qtc from "@bedside/core/Qtc"
 * import * as Result from "effect/Result"
 *
 * const { bazett, hodges } = Result.getOrThrow(Qtc.correct({ qtInterval: 440, heartRate: 110 }))
 * Math.round(bazett ?? NaN) // => 596
 * hodges // => 527.5
 * const slow = Result.getOrThrow(Qtc.correct({ qtInterval: 440, rrInterval: 1 }))
 * slow.fridericia // => 440
 * Result.isFailure(Qtc.correct({ qtInterval: 0.44, rrInterval: 1000 })) // => true
 * ```
 * @since 0.2.0
 */
export const correct = (
  intervals: Intervals
): Result.Result<Corrected, Score.ImpossibleInput | Score.OutsidePopulation> => {
  const qt = intervals.qtInterval ?? undefined
  const rr = rrOf(intervals)
  const definition = (intervals.rrInterval ?? undefined) === undefined ? byRate : byInterval
  return Result.map(Equation.begin(definition, intervals), (result) =>
    qt === undefined || rr === undefined
      ? { ...result, ...unknown }
      : { ...result, ...Waves.qtc(qt, rr) }
  )
}

// In ms, as `Waves.qtc` takes it.
const rrOf = ({ heartRate, rrInterval }: Intervals): number | undefined => {
  if (typeof rrInterval === "number") return rrInterval * 1000
  return typeof heartRate === "number" ? 60_000 / heartRate : undefined
}
