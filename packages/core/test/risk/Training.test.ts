import { assert, describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Hypotension from "../../src/risk/Hypotension.ts"
import * as Logistic from "../../src/risk/Logistic.ts"
import * as Performance from "../../src/risk/Performance.ts"
import * as RiskModel from "../../src/risk/RiskModel.ts"
import * as Training from "../../src/risk/Training.ts"

const get = Result.getOrThrow

/** Two features, of which the second says nothing. */
const model: RiskModel.RiskModel = {
  ...Hypotension.model,
  id: "example",
  version: "1.2.3",
  definition: {
    features: [
      { name: "age", unit: "a", kind: "age" },
      { name: "sex", unit: "1", kind: "sex" }
    ],
    ranges: []
  },
  predictor: {
    kind: "logistic",
    model: {
      preprocessing: {
        medians: [0, 0],
        bounds: null,
        indicators: [],
        squares: [],
        means: [0, 0],
        scales: [1, 1]
      },
      intercept: 0,
      coefficients: [0, 0]
    }
  },
  metrics: {}
}

/** Numbers that look drawn, and are the same each time (Park & Miller 1988). */
const draws = (seed: number) => {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

const probability = (logit: number) => 1 / (1 + Math.exp(-logit))

/** Rows whose outcomes follow the first feature, as strongly as `slope` says; a patient in each. */
const rows = (count: number, slope: number, intercept = -1): Training.Rows => {
  const random = draws(7)
  for (let each = 0; each < 100; each++) random()
  const values = Float64Array.from({ length: 2 * count }, () => 4 * (random() + random() - 1))
  const labels = Float64Array.from({ length: count }, (_, row) =>
    random() < probability(intercept + slope * (values[2 * row] ?? NaN)) ? 1 : 0
  )
  return {
    labels,
    patients: Array.from(labels, (_, row) => row),
    features: { rows: count, columns: 2, values }
  }
}

const about = { version: "1.3.0", name: "ward 5" }

describe("Training.train", () => {
  it("finds what the outcome follows, and tells risks that come true", () => {
    const trained = get(Training.train(model, rows(4_000, 1), about))
    expect(trained).toMatchObject({ id: "example", version: "1.3.0", definition: model.definition })
    expect(trained.training.train).toEqual(trained.training.tune)
    expect(trained.training.train).toMatchObject({ name: "ward 5", rows: 4_000, patients: 4_000 })
    const { calibrationSlope, auroc } = trained.metrics
    expect(calibrationSlope?.lower).toBeLessThan(1)
    expect(calibrationSlope?.upper).toBeGreaterThan(1)
    expect(auroc?.estimate).toBeGreaterThan(0.75)
    const ready = get(RiskModel.ready(trained))
    for (const age of [-2, 0, 2]) {
      expect(get(ready.score([age, 0])).risk).toBeCloseTo(probability(-1 + age), 1)
    }
  })

  it("is as good on patients that it has not seen as its card says", () => {
    const all = rows(8_000, 1)
    const part = (from: number, to: number): Training.Rows => ({
      labels: all.labels.slice(from, to),
      patients: Array.from(all.patients).slice(from, to),
      features: {
        rows: to - from,
        columns: 2,
        values: all.features.values.slice(2 * from, 2 * to)
      }
    })
    const trained = get(Training.train(model, part(0, 4_000), about))
    const other = part(4_000, 8_000)
    const told = get(get(RiskModel.ready(trained)).probabilities(other.features))
    const { lower = 1, upper = 0 } = trained.metrics["auroc"] ?? {}
    const auroc = get(Performance.auroc(other.labels, told))
    expect(auroc).toBeGreaterThan(lower)
    expect(auroc).toBeLessThan(upper)
  })

  it("gives the same model for the same rows", () => {
    const once = get(Training.train(model, rows(1_000, 1), about))
    expect(get(Training.train(model, rows(1_000, 1), about))).toEqual(once)
  })

  it("has three bands, of which the upper ones hold about a tenth and three tenths", () => {
    const { bands } = get(Training.train(model, rows(4_000, 1), about))
    expect(bands.map(({ band }) => band)).toEqual(["low", "medium", "high"])
    expect(bands[0]?.share).toBe(1)
    expect(bands[1]?.share).toBeCloseTo(0.3, 2)
    expect(bands[2]?.share).toBeCloseTo(0.1, 2)
    expect(Number(bands[2]?.positivePredictiveValue)).toBeGreaterThan(0.7)
  })

  it("refuses too few patients with the outcome or without, and says how many it takes", () => {
    const few = rows(300, 0, -3)
    const withOutcome = few.labels.reduce((sum, label) => sum + label, 0)
    const refused = Training.train(model, few, about)
    expect(get(Result.flip(refused))).toMatchObject({
      _tag: "TooFewOutcomes",
      needed: 100,
      withOutcome,
      without: 300 - withOutcome
    })
    const most = { ...few, labels: few.labels.map((label) => 1 - label) }
    expect(get(Result.flip(Training.train(model, most, about)))).toMatchObject({
      _tag: "TooFewOutcomes",
      withOutcome: 300 - withOutcome,
      without: withOutcome
    })
  })

  it("refuses a model that foretells no better than chance", () => {
    const refused = get(Result.flip(Training.train(model, rows(1_000, 0, 0), about)))
    expect(refused._tag).toBe("NotBetterThanChance")
  })

  it("gives way after each fit: five folds for each penalty, and one more", () => {
    const steps = Training.steps(model, rows(1_000, 1), about)
    let turns = 0
    while (steps.next().done !== true) turns++
    expect(turns).toBe(5 * Training.settings.penalties.length + 1)
  })
})

describe("Training.needed", () => {
  it("is five for each coefficient, squares and indicators among them, and a hundred at least", () => {
    expect(Training.needed(model)).toBe(100)
    const { definition, predictor } = Hypotension.model
    assert(predictor.kind === "logistic")
    expect(Training.needed(Hypotension.model)).toBe(5 * predictor.model.coefficients.length)
    expect(Training.recipeOf(Hypotension.model).squares).toHaveLength(6)
    const trees = { ...Hypotension.model, predictor: { kind: "trees", model: [] } }
    expect(Training.needed(trees as never)).toBe(5 * definition.features.length)
  })
})

describe("Training.acrossFolds", () => {
  it("tells each row by a model that has not seen it", () => {
    const all = rows(200, 1)
    const fold = Int32Array.from(all.labels, (_, row) => row % 4)
    const recipe = { squares: [], indicators: [], tails: 0.01 }
    const told = get(Training.acrossFolds(all, fold, recipe, 10))
    const turned = {
      ...all,
      labels: all.labels.map((label, row) => (row === 0 ? 1 - label : label))
    }
    const again = get(Training.acrossFolds(turned, fold, recipe, 10))
    expect(again[0]).toBe(told[0])
    expect(again[1]).not.toBe(told[1])
  })

  it("fails where a fold cannot be fitted", () => {
    const all = rows(10, 1)
    const same = { ...all, labels: all.labels.fill(1) }
    const recipe = { squares: [], indicators: [], tails: 0.01 }
    const fold = Int32Array.from(all.labels, (_, row) => row % 2)
    expect(get(Result.flip(Training.acrossFolds(same, fold, recipe, 1)))).toBeInstanceOf(
      Logistic.LogisticError
    )
  })
})
