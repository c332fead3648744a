/** Fits, scores and calibrators beside those of scikit-learn, numpy and scipy. */
import { expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Calibration from "../../src/risk/Calibration.ts"
import * as Logistic from "../../src/risk/Logistic.ts"
import * as Trees from "../../src/risk/Trees.ts"
import * as Exported from "../../bench/exportedModels.ts"

const get = Result.getOrThrow

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((largest, value, at) => Math.max(largest, Math.abs(value - b[at]!)), 0)

interface Metrics {
  readonly logistic_regression_l2: {
    readonly X: ReadonlyArray<ReadonlyArray<number>>
    readonly y: ReadonlyArray<number>
    readonly C: number
    readonly coef: ReadonlyArray<number>
    readonly intercept: number
  }
  readonly classification: {
    readonly y: ReadonlyArray<number>
    readonly p: ReadonlyArray<number>
    readonly calibration_in_the_large_offset_intercept: number
    readonly platt_1999_targets: { readonly a_intercept: number; readonly b_slope_on_logit: number }
    readonly isotonic: {
      readonly query: ReadonlyArray<number>
      readonly value: ReadonlyArray<number>
      readonly thresholds_x: ReadonlyArray<number>
      readonly thresholds_y: ReadonlyArray<number>
    }
  }
}

describeWithData("vectors/ml-metrics.json", "fits beside scikit-learn", (path) => {
  const metrics = readJson(path) as Metrics

  it("finds the coefficients of its logistic regression within 1e-9", () => {
    const { X, y, C, coef, intercept } = metrics.logistic_regression_l2
    const matrix = { rows: X.length, columns: coef.length, values: Float64Array.from(X.flat()) }
    const fit = get(Logistic.fit(matrix, y, { penalty: 1 / C }))
    expect(fit.converged).toBe(true)
    expect(largestDifference(fit.coefficients, coef)).toBeLessThan(1e-9)
    expect(Math.abs(fit.intercept - intercept)).toBeLessThan(1e-9)
  })

  const { y, p, platt_1999_targets: platt, isotonic, ...rest } = metrics.classification

  it("finds the line of Platt, and the intercept beside an offset, within 1e-9", () => {
    const line = get(Calibration.platt(y, p))
    expect(Math.abs(line.intercept - platt.a_intercept)).toBeLessThan(1e-9)
    expect(Math.abs(line.slope - platt.b_slope_on_logit)).toBeLessThan(1e-9)
    const moved = get(Calibration.intercept(y, p)).intercept
    expect(Math.abs(moved - rest.calibration_in_the_large_offset_intercept)).toBeLessThan(1e-9)
  })

  it("finds the corners of its isotonic regression, and what lies between", () => {
    const steps = get(Calibration.isotonic(y, p))
    expect(steps.from).toEqual(isotonic.thresholds_x)
    expect(largestDifference(steps.to, isotonic.thresholds_y)).toBeLessThan(1e-12)
    const values = isotonic.query.map((query) => Calibration.apply(steps, query))
    expect(largestDifference(values, isotonic.value)).toBeLessThan(1e-12)
  })
})

describeWithData(
  "ml/cinc2012/hypotension6h-sklearn-models.json",
  "scores beside scikit-learn",
  (path) => {
    const { logistic, trees, rows, expected } = Exported.read(path)

    it("reproduces its logistic regression to 1e-12", () => {
      const probabilities = get(Logistic.scorer(logistic).probabilities(rows))
      expect(probabilities).toHaveLength(200)
      expect(largestDifference(probabilities, expected.logistic)).toBeLessThan(1e-12)
    })

    it("reproduces its 200 trees to 1e-12", () => {
      expect(trees.trees).toHaveLength(200)
      const probabilities = get(get(Trees.scorer(trees)).probabilities(rows))
      expect(largestDifference(probabilities, expected.trees)).toBeLessThan(1e-12)
    })

    it("has rows with missing features, or this would say little", () => {
      expect(rows.values.filter(Number.isNaN).length).toBeGreaterThan(1000)
    })
  }
)
