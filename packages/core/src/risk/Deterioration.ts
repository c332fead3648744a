/**
 * The trained model of death in hospital, from the vitals of 48 hours in intensive care.
 *
 * The guarantee that bites: it was made for adults in intensive care and calibrated on them. On another
 * ward its probabilities are not to be believed before `Calibration` has been fitted there; its model
 * card (`models/deterioration.md`) says how well it did, for whom, and where it fails.
 *
 * Not a medical device: it supports the judgement of a clinician and does not replace it.
 */
import * as Result from "effect/Result"
import type * as Features from "./Features.ts"
import { text } from "./internal/deteriorationModel.ts"
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
 * The risk of death in hospital of one patient.
 *
 * Units and shape: `age` in years, readings in the canonical units of their vitals, in any order; those
 * of the 48 hours up to `at` count. It takes two heart rates, two systolic pressures and an age.
 * Respiratory rate, temperature, the other pressures and the Glasgow coma scale are used where they are
 * there. Bands: "low", "medium", "high", with the thresholds of `model.bands`.
 *
 * Fails with: `Score.OutsidePopulation`, under 16 years; `Score.ImpossibleInput`, for an age that nobody
 * has. With too few readings `risk` is null and `missing` says what it takes; otherwise `missing` lists
 * the features that were filled in.
 *
 * Method: L2-regularised logistic regression with Platt scaling, trained on PhysioNet/CinC 2012
 * (Silva et al. 2012, Comput Cardiol 39:245-248). Oxygen saturation is not part of it: that of the data
 * is from blood gases.
 *
 * @example
 * ```ts
 * import * as Deterioration from "@bedside/core/Deterioration"
 * import * as Timestamp from "@bedside/core/Timestamp"
 * import * as Result from "effect/Result"
 *
 * const every = (values: ReadonlyArray<number>) =>
 *   values.map((value, hour) => ({ id: `${hour}`, observedAt: Timestamp.at(hour * 3_600_000), value }))
 * const of = (age: number, coma: number) =>
 *   Deterioration.risk({
 *     at: Timestamp.at(4 * 3_600_000),
 *     age,
 *     sex: "female",
 *     readings: {
 *       "heart-rate": every([92, 95, 99, 104]),
 *       "systolic-pressure": every([118, 112, 104, 97]),
 *       "diastolic-pressure": every([64, 60, 55, 52]),
 *       "respiratory-rate": every([18, 20, 22, 24]),
 *       "glasgow-coma-scale": every([coma, coma])
 *     }
 *   })
 * const younger = Result.getOrThrow(of(40, 15))
 * const older = Result.getOrThrow(of(85, 6))
 * Number(older.risk) > Number(younger.risk) // => true
 * older.missing.includes("temperature mean 48 h") // => true
 * ```
 * @since 0.2.0
 */
export const risk = (
  history: Features.History
): Result.Result<RiskModel.Estimate, Score.OutsidePopulation | Score.ImpossibleInput> =>
  ready.assess(history)
