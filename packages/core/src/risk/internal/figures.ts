/**
 * The figures of a model on rows that gave neither its coefficients nor its calibrator, with intervals
 * from formulas.
 */
import * as Result from "effect/Result"
import type * as Outcomes from "../Outcomes.ts"
import * as Performance from "../Performance.ts"
import type * as RiskModel from "../RiskModel.ts"

const normal95 = 1.959963984540054

/**
 * As the card of a model has them. DeLong's interval of the AUROC, Wald's of the calibration line, the
 * normal one of the mean squared error.
 */
export const of = (
  labels: Outcomes.Labels,
  probabilities: Float64Array
): Outcomes.Measured<RiskModel.RiskModel["metrics"]> =>
  Result.map(
    Performance.summary(labels, probabilities),
    ({ auroc, aurocInterval, brier, calibration }) => {
      const squares = probabilities.map((each, row) => (each - Number(labels[row])) ** 2)
      const variance =
        squares.reduce((sum, square) => sum + (square - brier) ** 2, 0) / (squares.length - 1)
      const margin = normal95 * Math.sqrt(variance / squares.length)
      return {
        ...(aurocInterval === null ? {} : { auroc: { estimate: auroc, ...aurocInterval } }),
        brier: { estimate: brier, lower: brier - margin, upper: brier + margin },
        ...(calibration === null
          ? {}
          : {
              calibrationSlope: { estimate: calibration.slope, ...calibration.slopeInterval },
              calibrationIntercept: {
                estimate: calibration.intercept,
                ...calibration.interceptInterval
              }
            })
      }
    }
  )
