/**
 * The trained model of low blood pressure within the next 6 hours, from the history of pressures.
 *
 * The guarantee that bites: it foretells, and does not detect. With a mean pressure below 65 mm[Hg] in
 * the last 2 hours it refuses, because what it would foretell is there already.
 *
 * It was made for adults in intensive care; its model card (`models/hypotension.md`) says how well it
 * did, for whom, and where it fails. Not a medical device: it supports the judgement of a clinician and
 * does not replace it.
 */
import * as Result from "effect/Result"
import type * as Features from "./Features.ts"
import { text } from "./internal/hypotensionModel.ts"
import * as RiskModel from "./RiskModel.ts"
import type * as Score from "./Score.ts"

/**
 * The model as data.
 *
 * @since 0.2.0
 */
export const model: RiskModel.RiskModel = JSON.parse(text)

const ready = Result.getOrThrow(RiskModel.ready(model))

/**
 * The risk of two mean pressures below 65 mm[Hg], or more, within 6 hours.
 *
 * Units and shape: `age` in years, pressures in mm[Hg], heart rates in /min, in any order; those of the
 * 12 hours up to `at` count. It takes four mean pressures, the last of them not older than 2 hours, and
 * an age; where devices send no mean, pairs of systolic and diastolic pressure do (`Features.usable`).
 * Bands: "low", "medium", "high", with the thresholds of `model.bands`.
 *
 * Fails with: `Score.OutsidePopulation`, under 16 years, and with a mean pressure below 65 mm[Hg] in the
 * last 2 hours; `Score.ImpossibleInput`, for an age that nobody has. With too few readings `risk` is null
 * and `missing` says what it takes; otherwise `missing` lists the features that were filled in.
 *
 * Method: L2-regularised logistic regression with Platt scaling, trained on PhysioNet/CinC 2012
 * (Silva et al. 2012, Comput Cardiol 39:245-248).
 *
 * @example
 * ```ts
 * import * as Hypotension from "@bedside/core/Hypotension"
 * import * as Timestamp from "@bedside/core/Timestamp"
 * import * as Result from "effect/Result"
 *
 * const of = (pressures: ReadonlyArray<number>) =>
 *   Hypotension.risk({
 *     at: Timestamp.at(pressures.length * 3_600_000),
 *     age: 70,
 *     sex: "male",
 *     readings: {
 *       "mean-pressure": pressures.map((value, hour) => ({
 *         id: `${hour}`,
 *         observedAt: Timestamp.at(hour * 3_600_000),
 *         value
 *       }))
 *     }
 *   })
 * const steady = Result.getOrThrow(of([90, 91, 90, 92, 91, 90]))
 * const falling = Result.getOrThrow(of([82, 79, 76, 72, 69, 67]))
 * Number(falling.risk) > 2 * Number(steady.risk) // => true
 * Result.isFailure(of([82, 79, 76, 72, 69, 62])) // => true
 * ```
 * @since 0.2.0
 */
export const risk = (
  history: Features.History
): Result.Result<RiskModel.Estimate, Score.OutsidePopulation | Score.ImpossibleInput> =>
  ready.assess(history)
