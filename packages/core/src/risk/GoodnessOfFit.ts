/**
 * Whether the probabilities of a model fit the outcomes, and of what its error is made.
 *
 * The guarantee that bites: a test of fit says how surprising the outcomes are, not how wrong the
 * probabilities are: with many rows it refuses good models, with few it lets bad ones pass. Judge by
 * `Performance.calibrationLine`, and take these beside it.
 *
 * Not a medical device.
 */
import * as Result from "effect/Result"
import { chiSquareTail, normalTails } from "./internal/gammaTail.ts"
import * as Bins from "./internal/performanceBins.ts"
import * as Outcomes from "./Outcomes.ts"

const probable = { probabilities: true }

/**
 * The parts that add up to a Brier score.
 *
 * @since 0.2.0
 */
export interface BrierParts {
  readonly reliability: number
  readonly resolution: number
  readonly uncertainty: number
  readonly withinBinVariance: number
  readonly withinBinCovariance: number
}

/**
 * The parts of the Brier score: `brier = reliability - resolution + uncertainty + withinBinVariance -
 * withinBinCovariance`. Reliability is 0 for a calibrated model, resolution is high for one that tells
 * rows apart, uncertainty is that of the outcome alone.
 *
 * Shape: a label and a probability for each row; `bins` (10) of equal width, each with its lower edge, the last one with 1.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * Method: Murphy 1973 (doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2), with the two parts for
 * what varies within a bin by Stephenson, Coelho & Jolliffe 2008 (doi:10.1175/2007WAF2006116.1).
 *
 * @example
 * ```ts
 * import * as GoodnessOfFit from "@bedside/core/GoodnessOfFit"
 * import * as Result from "effect/Result"
 *
 * const parts = Result.getOrThrow(GoodnessOfFit.brierParts([0, 0, 0, 1], [0.25, 0.25, 0.25, 0.75]))
 * parts // => { reliability: 0.0625, resolution: 0.1875, uncertainty: 0.1875, withinBinVariance: 0, withinBinCovariance: 0 }
 * ```
 * @since 0.2.0
 */
export const brierParts = (
  labels: Outcomes.Labels,
  probabilities: ArrayLike<number>,
  { bins = 10 }: { readonly bins?: number | undefined } = {}
): Outcomes.Measured<BrierParts> =>
  Result.map(Outcomes.check(labels, probabilities, probable), () => {
    const rows = labels.length
    const groups = Bins.equalWidth(labels, probabilities, bins)
    const within = Bins.spreadWithin(labels, probabilities, groups)
    return {
      ...Bins.parts(groups, rows),
      withinBinVariance: within.variance / rows,
      withinBinCovariance: (2 * within.covariance) / rows
    }
  })

/**
 * A test of fit: its `statistic`, and the chance `p` of one as large of a model that is right.
 *
 * @since 0.2.0
 */
export interface Test {
  readonly statistic: number
  readonly freedom: number
  readonly p: number
}

const squaredDistance = ({ rows, expected, observed }: Bins.Group): number => {
  const distance = observed - expected
  return distance === 0 ? 0 : (distance * distance) / (expected * (1 - expected / rows))
}

/**
 * The test of Hosmer and Lemeshow, over groups of as many rows each.
 *
 * Shape: a label and a probability for each row; `groups` (10, the deciles of risk) of at least one
 * row each, of which the first ones hold one more where rows are left over. Equal probabilities stay
 * in the order of their rows.
 *
 * Fails with: `Outcomes.Unmeasurable`; `empty` too where there are fewer rows than groups.
 *
 * Method: Hosmer & Lemeshow 1980 (doi:10.1080/03610928008827941), with as many degrees of freedom as
 * there are groups less 2, which is right for the rows that a model was fitted to; of other rows none
 * is lost, and `p` is smaller than it should be. A group that was certain and wrong has an infinite
 * statistic and a `p` of 0.
 *
 * @example
 * ```ts
 * import * as GoodnessOfFit from "@bedside/core/GoodnessOfFit"
 * import * as Result from "effect/Result"
 *
 * const labels = [0, 1, 0, 0, 1, 1]
 * const test = Result.getOrThrow(
 *   GoodnessOfFit.hosmerLemeshow(labels, [0.25, 0.25, 0.5, 0.5, 0.75, 0.75], { groups: 3 })
 * )
 * test.freedom // => 1
 * test.statistic // => ≈ 3.3333
 * ```
 * @since 0.2.0
 */
export const hosmerLemeshow = (
  labels: Outcomes.Labels,
  probabilities: ArrayLike<number>,
  { groups = 10 }: { readonly groups?: number | undefined } = {}
): Outcomes.Measured<Test> =>
  Result.flatMap(Outcomes.check(labels, probabilities, probable), () => {
    if (labels.length < groups) return tooFew(labels.length)
    const statistic = Bins.equalMass(labels, probabilities, groups)
      .map(squaredDistance)
      .reduce((sum, each) => sum + each, 0)
    const freedom = Math.max(1, groups - 2)
    return Result.succeed({ statistic, freedom, p: chiSquareTail(freedom, statistic) })
  })

const tooFew = (rows: number): Outcomes.Measured<never> =>
  Result.fail(new Outcomes.Unmeasurable({ problems: [{ reason: "empty", rows }] }))

/**
 * The test of Spiegelhalter, which needs no groups: `z` of the Brier score beside what it would be if
 * every probability were right, and the chance `p` of one as far from 0.
 *
 * Shape: a label and a probability for each row. `z` is positive where probabilities are too extreme,
 * and NaN where each is 0, 1/2 or 1, which leaves nothing to test.
 *
 * Fails with: `Outcomes.Unmeasurable`.
 *
 * Method: Spiegelhalter 1986 (doi:10.1002/sim.4780050506).
 *
 * @example
 * ```ts
 * import * as GoodnessOfFit from "@bedside/core/GoodnessOfFit"
 * import * as Result from "effect/Result"
 *
 * const { z, p } = Result.getOrThrow(GoodnessOfFit.spiegelhalter([1, 1, 0], [0.1, 0.2, 0.9]))
 * z // => ≈ 4.6188
 * p < 0.001 // => true
 * ```
 * @since 0.2.0
 */
export const spiegelhalter = (
  labels: Outcomes.Labels,
  probabilities: ArrayLike<number>
): Outcomes.Measured<{ readonly z: number; readonly p: number }> =>
  Result.map(Outcomes.check(labels, probabilities, probable), () => {
    let distance = 0
    let variance = 0
    for (let row = 0; row < labels.length; row++) {
      const probability = probabilities[row]!
      const weight = 1 - 2 * probability
      distance += (Number(labels[row]) - probability) * weight
      variance += weight * weight * probability * (1 - probability)
    }
    const z = distance / Math.sqrt(variance)
    return { z, p: normalTails(z) }
  })
