import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Logistic from "../../src/risk/Logistic.ts"

const matrix = (...rows: ReadonlyArray<ReadonlyArray<number>>): Logistic.Matrix => ({
  rows: rows.length,
  columns: rows[0]?.length ?? 0,
  values: Float64Array.from(rows.flat())
})

const reasons = <A>(result: Result.Result<A, Logistic.LogisticError>) =>
  Result.isFailure(result) ? result.failure.reasons : []

/** The slope of the penalised log-loss at a fit, coefficient by coefficient: 0 where it is least. */
const slopes = (
  { rows, columns, values }: Logistic.Matrix,
  labels: ReadonlyArray<number>,
  fit: Logistic.Fit,
  penalty: number
): ReadonlyArray<number> => {
  const residual = Array.from({ length: rows }, (_, row) => {
    const logit = fit.coefficients.reduce(
      (sum, each, at) => sum + each * values[row * columns + at]!,
      fit.intercept
    )
    return 1 / (1 + Math.exp(-logit)) - labels[row]!
  })
  const sum = (of: (row: number) => number) =>
    residual.reduce((total, each, row) => total + each * of(row), 0)
  return [
    sum(() => 1),
    ...Array.from(
      fit.coefficients,
      (each, at) => sum((row) => values[row * columns + at]!) + penalty * each
    )
  ]
}

describe("Logistic.fit", () => {
  it("finds the log-odds where a column says nothing", () => {
    const fit = Result.getOrThrow(Logistic.fit(matrix([-1], [1], [-1], [1]), [1, 1, 0, 0]))
    expect(fit.coefficients[0]).toBeCloseTo(0, 12)
    expect(fit.intercept).toBeCloseTo(0, 12)
    expect(fit.converged).toBe(true)
  })

  it("finds the log-odds of each half, without a penalty", () => {
    // Of four rows at 0 one has the outcome, of four at 1 three.
    const rows = matrix([0], [0], [0], [0], [1], [1], [1], [1])
    const fit = Result.getOrThrow(Logistic.fit(rows, [1, 0, 0, 0, 1, 1, 1, 0], { penalty: 0 }))
    expect(fit.intercept).toBeCloseTo(-Math.log(3), 9)
    expect(fit.coefficients[0]).toBeCloseTo(2 * Math.log(3), 9)
  })

  it("shrinks coefficients and not the intercept", () => {
    const rows = matrix([0], [0], [0], [0], [1], [1], [1], [1])
    const fit = Result.getOrThrow(Logistic.fit(rows, [1, 1, 1, 0, 1, 1, 1, 0], { penalty: 1e9 }))
    expect(fit.coefficients[0]).toBeCloseTo(0, 8)
    expect(fit.intercept).toBeCloseTo(Math.log(3), 8)
  })

  it("takes columns that say the same, as long as there is a penalty", () => {
    const rows = matrix([0, 0], [1, 1], [0, 0], [1, 1])
    const fit = Result.getOrThrow(Logistic.fit(rows, [0, 1, 1, 1]))
    expect(fit.coefficients[0]).toBeCloseTo(fit.coefficients[1]!, 10)
    expect(reasons(Logistic.fit(rows, [0, 1, 1, 1], { penalty: 0 }))).toEqual(["collinear"])
  })

  it("says so where it does not come to rest", () => {
    const separable = matrix([-1], [1])
    const fit = Result.getOrThrow(Logistic.fit(separable, [0, 1], { penalty: 0, maximumSteps: 5 }))
    expect(fit.converged).toBe(false)
    expect(fit.steps).toBe(5)
  })

  it("refuses with every reason at once", () => {
    const { rows, columns } = matrix([0], [1])
    const broken = { rows, columns, values: Float64Array.of(NaN, 1, Infinity) }
    expect(new Set(reasons(Logistic.fit(broken, [0, 2], { penalty: -1 })))).toEqual(
      new Set(["lengths", "label", "not-finite", "penalty"])
    )
    expect(reasons(Logistic.fit(matrix([0], [1]), [1, 1]))).toEqual(["one-class"])
    expect(reasons(Logistic.fit(matrix([0], [1]), [0, 0]))).toEqual(["one-class"])
    expect(reasons(Logistic.fit(matrix([0], [1]), [0, 1, 1]))).toEqual(["lengths"])
    expect(reasons(Logistic.fit(matrix(), []))).toContain("empty")
  })

  const Value = Schema.Finite.check(Schema.isBetween({ minimum: -10, maximum: 10 }))
  const Sample = Schema.Struct({ a: Value, b: Value, c: Value, event: Schema.Boolean })

  it.prop(
    "leaves no slope at the place where it comes to rest",
    { sample: Schema.Array(Sample).check(Schema.isMinLength(2), Schema.isMaxLength(40)) },
    ({ sample }) => {
      const labels = [...sample.map(({ event }) => (event ? 1 : 0)), 0, 1]
      const rows = matrix(...sample.map(({ a, b, c }) => [a, b, c]), [0, 1, 2], [2, 1, 0])
      const fit = Result.getOrThrow(Logistic.fit(rows, labels, { penalty: 0.5 }))
      expect(fit.converged).toBe(true)
      expect(Math.max(...slopes(rows, labels, fit, 0.5).map(Math.abs))).toBeLessThan(1e-7)
    }
  )
})

describe("Logistic.prepare", () => {
  it("learns medians, indicators and spreads from what is there", () => {
    const learned = Result.getOrThrow(Logistic.prepare(matrix([1, 5], [NaN, 5], [3, 5])))
    expect(learned).toEqual({
      medians: [2, 5],
      bounds: null,
      indicators: [0],
      squares: [],
      // The first feature, filled in: 1, 2, 3; the second never changes; the indicator: 0, 1, 0.
      means: [2, 5, 1 / 3],
      scales: [Math.sqrt(2 / 3), 1, Math.sqrt(2 / 9)].map((each) => expect.closeTo(each, 15))
    })
  })

  it("has indicators for named features only, where they are named", () => {
    const learned = Result.getOrThrow(
      Logistic.prepare(matrix([1, 2], [NaN, NaN]), { indicators: [1] })
    )
    expect(learned.indicators).toEqual([1])
  })

  it("draws in the tails, and squares around the median", () => {
    const rows = matrix([0], [1], [2], [3], [100])
    const options = { tails: 0.25, squares: [0], indicators: false }
    const learned = Result.getOrThrow(Logistic.prepare(rows, options))
    expect(learned.bounds).toEqual({ lower: [1], upper: [3] })
    // 1, 1, 2, 3, 3, and their squared distances from 2: 1, 1, 0, 1, 1.
    expect(learned.means).toEqual([2, 0.8].map((each) => expect.closeTo(each, 15)))
  })

  it("counts a feature that is missing everywhere as 0", () => {
    const learned = Result.getOrThrow(Logistic.prepare(matrix([NaN], [NaN])))
    expect(learned.medians).toEqual([0])
    expect(Array.from(Result.getOrThrow(Logistic.design(learned, matrix([NaN]))).values)).toEqual([
      0, 0
    ])
  })

  it("refuses infinite values and rows that are too short", () => {
    expect(reasons(Logistic.prepare(matrix([Infinity])))).toEqual(["not-finite"])
    expect(reasons(Logistic.prepare({ rows: 2, columns: 1, values: Float64Array.of(1) }))).toEqual([
      "lengths"
    ])
  })
})

describe("Logistic.scorer", () => {
  const model: Logistic.Model = {
    preprocessing: {
      medians: [70, 120],
      bounds: { lower: [40, 80], upper: [150, 200] },
      indicators: [1],
      squares: [0],
      means: [75, 125, 0.1, 400],
      scales: [10, 20, 0.3, 600]
    },
    intercept: -2,
    coefficients: [0.5, -0.4, 0.3, 0.2]
  }
  const scorer = Logistic.scorer(model)
  const byHand = (columns: ReadonlyArray<number>) =>
    columns.reduce((sum, column, at) => {
      const { means, scales } = model.preprocessing
      return sum + (model.coefficients[at]! * (column - means[at]!)) / scales[at]!
    }, model.intercept)

  it.each([
    { of: "what is there", row: [90, 100], columns: [90, 100, 0, 400] },
    { of: "what is missing", row: [90, NaN], columns: [90, 120, 1, 400] },
    { of: "what is beyond the bounds", row: [300, 20], columns: [150, 80, 0, 6400] },
    { of: "what is infinite", row: [-Infinity, Infinity], columns: [40, 200, 0, 900] }
  ])("scores $of as the columns would", ({ row, columns }) => {
    const logits = Result.getOrThrow(scorer.logits(matrix(row)))
    expect(logits[0]).toBeCloseTo(byHand(columns), 12)
  })

  it("explains a logit by its baseline and terms", () => {
    const row = [95, NaN]
    const [logit] = Result.getOrThrow(scorer.logits(matrix(row)))
    const sum = scorer.terms(row).reduce((total, term) => total + term, scorer.baseline)
    expect(sum).toBeCloseTo(logit!, 12)
    expect(scorer.terms([70, 120]).every((term) => term === 0)).toBe(true)
  })

  it("scores a row alike, alone and among any number of others", () => {
    const rows = [
      [90, 100],
      [NaN, 130],
      [60, 190],
      [72, 118],
      [110, NaN]
    ]
    const alone = rows.map((row) => Result.getOrThrow(scorer.logits(matrix(row)))[0])
    for (let count = 1; count <= rows.length; count++) {
      const among = Result.getOrThrow(scorer.logits(matrix(...rows.slice(0, count))))
      expect(Array.from(among)).toEqual(alone.slice(0, count))
    }
    const none = { rows: 0, columns: 2, values: new Float64Array(0) }
    expect(Result.getOrThrow(scorer.logits(none))).toHaveLength(0)
  })

  it("refuses another number of features", () => {
    expect(reasons(scorer.probabilities(matrix([1, 2, 3])))).toEqual(["lengths"])
  })

  it("is what train gives, column by column", () => {
    const rows = matrix([1, 9], [2, NaN], [3, 7], [4, 8], [9, 1], [7, 2])
    const labels = [0, 0, 1, 0, 1, 1]
    const { model, fit } = Result.getOrThrow(
      Logistic.train(rows, labels, { squares: [1], tails: 0.1 })
    )
    const design = Result.getOrThrow(Logistic.design(model.preprocessing, rows))
    const logits = Result.getOrThrow(Logistic.scorer(model).logits(rows))
    for (let row = 0; row < 6; row++) {
      const columns = design.values.subarray(row * design.columns, (row + 1) * design.columns)
      const sum = columns.reduce(
        (all, each, at) => all + each * fit.coefficients[at]!,
        fit.intercept
      )
      expect(logits[row]).toBeCloseTo(sum, 12)
    }
  })
})

describe("Logistic.Model", () => {
  const decode = Schema.decodeUnknownResult(Logistic.Model)
  const model = {
    preprocessing: {
      medians: [1],
      bounds: null,
      indicators: [0],
      squares: [],
      means: [0, 0],
      scales: [1, 1]
    },
    intercept: 0,
    coefficients: [1, 2]
  }

  it("is refused where its parts do not fit together", () => {
    expect(Result.isSuccess(decode(model))).toBe(true)
    expect(Result.isFailure(decode({ ...model, coefficients: [1] }))).toBe(true)
    const elsewhere = { ...model.preprocessing, indicators: [1] }
    expect(Result.isFailure(decode({ ...model, preprocessing: elsewhere }))).toBe(true)
    const flat = { ...model.preprocessing, scales: [1, 0] }
    expect(Result.isFailure(decode({ ...model, preprocessing: flat }))).toBe(true)
  })
})
