import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Timestamp from "../../src/input/Timestamp.ts"
import type * as Features from "../../src/risk/Features.ts"
import * as RiskModel from "../../src/risk/RiskModel.ts"

const hour = 3_600_000
const now = 100 * hour

const readings = (...pairs: ReadonlyArray<readonly [hoursBefore: number, value: number]>) =>
  pairs.map(([before, value], index) => ({
    id: String(index).padStart(3, "0"),
    observedAt: Timestamp.at(now - before * hour, 60),
    value
  }))

const of = { vital: "mean-pressure", statistic: "mean", hours: 12, startIncluded: false } as const
const set = { name: "example", rows: 0, patients: 0, events: 0, files: [] }

// The logit is -1 at 40 years and a mean pressure of 80, +1 for 20 years more, +1 for 10 mm[Hg] less,
// +0.5 where the pressure is missing; the calibrator doubles it and takes 1 away.
const model: RiskModel.RiskModel = {
  id: "example",
  version: "1.2.3",
  outcome: "an example",
  citation: "Example 2020",
  licence: "MIT",
  population: {
    description: "adults whose pressure is not low",
    minimumAge: 18,
    requirements: [{ vital: "heart-rate", hours: 6, readings: 2, noneBelow: 30 }]
  },
  definition: {
    features: [
      { name: "age", unit: "a", kind: "age" },
      { name: "pressure", unit: "mm[Hg]", kind: "summary", of }
    ],
    ranges: [{ vital: "heart-rate", minimum: 10, maximum: 300 }]
  },
  definitionSha256: "",
  predictor: {
    kind: "logistic",
    model: {
      preprocessing: {
        medians: [40, 80],
        bounds: null,
        indicators: [1],
        squares: [],
        means: [40, 80, 0],
        scales: [20, 10, 1]
      },
      intercept: -1,
      coefficients: [1, -1, 0.5]
    }
  },
  calibrator: { method: "platt", intercept: -1, slope: 2 },
  bands: [
    { band: "low", from: 0, sensitivity: 1, positivePredictiveValue: 0.1, share: 1 },
    { band: "high", from: 0.5, sensitivity: 0.5, positivePredictiveValue: 0.6, share: 0.1 }
  ],
  training: { method: "", split: "", seed: 1, penalty: 1, train: set, tune: set },
  metrics: {}
}

const ready = Result.getOrThrow(RiskModel.ready(model))
const probability = (logit: number) => 1 / (1 + Math.exp(-logit))

const history = (
  given: Features.History["readings"],
  rest: Partial<Features.History> = { age: 60 }
): Features.History => ({ at: Timestamp.at(now), readings: given, ...rest })

const heartRates = readings([5, 80], [1, 90])

describe("RiskModel.ready", () => {
  it("assesses a patient: the calibrated probability, its band, and why", () => {
    const given = { "heart-rate": heartRates, "mean-pressure": readings([11, 80], [1, 60]) }
    const estimate = Result.getOrThrow(ready.assess(history(given, { age: 60, sex: "female" })))
    expect(estimate).toMatchObject({
      score: "example",
      version: "1.2.3",
      citation: "Example 2020",
      band: "high",
      missing: []
    })
    // -1 + 1 (age) + 1 (pressure of 70) = 1; twice that less 1 is 1.
    expect(estimate.risk).toBeCloseTo(probability(1), 12)
    expect(estimate.baseline).toBeCloseTo(-3, 12)
    expect(estimate.contributions).toEqual([
      { input: "age", points: expect.closeTo(2, 12) },
      { input: "pressure", points: expect.closeTo(2, 12) }
    ])
  })

  it("names the inputs that were used, with units, and times as they were written", () => {
    const given = { "heart-rate": heartRates, "mean-pressure": readings([11, 80], [1, 60]) }
    const { inputs } = Result.getOrThrow(ready.assess(history(given, { age: 60, sex: "female" })))
    const last = inputs.at(-1)
    expect(inputs.slice(0, 2)).toEqual([
      { name: "age", value: 60, unit: "a" },
      { name: "sex", value: "female" }
    ])
    expect(last).toMatchObject({ name: "mean-pressure", value: 60, unit: "mm[Hg]" })
    expect(Timestamp.offsetMinutes(last!.observedAt!)).toBe(60)
    expect(DateTime.toEpochMillis(last!.observedAt!)).toBe(now - hour)
  })

  it("fills in a feature that is missing as in training, and lists it", () => {
    const estimate = Result.getOrThrow(ready.assess(history({ "heart-rate": heartRates })))
    expect(estimate.missing).toEqual(["pressure"])
    // -1 + 1 (age) + 0.5 (missing) = 0.5; twice that less 1 is 0.
    expect(estimate.risk).toBeCloseTo(0.5, 12)
    expect(estimate.contributions[1]).toEqual({ input: "pressure", points: expect.closeTo(1, 12) })
  })

  it("gives no risk without the readings it takes, or without an age", () => {
    const one = { "heart-rate": readings([7, 80], [1, 90]) }
    expect(Result.getOrThrow(ready.assess(history(one, {})))).toMatchObject({
      risk: null,
      band: null,
      baseline: null,
      contributions: [],
      missing: ["age", "heart-rate: 2 within 6 h"]
    })
  })

  it("refuses a patient it was not made for, and an age that nobody has", () => {
    const low = { "heart-rate": readings([3, 29], [1, 90]) }
    expect(
      Result.flip(ready.assess(history(low, { age: 17 }))).pipe(Result.getOrThrow)
    ).toMatchObject({
      _tag: "OutsidePopulation",
      score: "example",
      population: "adults whose pressure is not low",
      reasons: ["under 18 years", "heart-rate below 30 within 6 h"]
    })
    expect(
      Result.flip(ready.assess(history({}, { age: 131 }))).pipe(Result.getOrThrow)
    ).toMatchObject({
      _tag: "ImpossibleInput",
      inputs: [{ name: "age", expected: "0 to 130 a" }]
    })
  })

  it("does not refuse for a low reading that is an artefact or too old", () => {
    const given = { "heart-rate": readings([6, 25], [5, 9], [2, 80], [1, 90]) }
    expect(Result.isSuccess(ready.assess(history(given)))).toBe(true)
  })

  it("scores features alike, one row or many", () => {
    const rows = { rows: 2, columns: 2, values: Float64Array.of(60, 70, 40, NaN) }
    const all = Result.getOrThrow(ready.probabilities(rows))
    const each = [
      [60, 70],
      [40, NaN]
    ].map((row) => Result.getOrThrow(ready.score(row)))
    expect(each.map(({ risk }) => risk)).toEqual([...all])
    expect(each[1]!.missing).toEqual(["pressure"])
    expect(each[1]!.inputs).toEqual([{ name: "age", value: 40, unit: "a" }])
  })

  it("refuses other features than its own", () => {
    expect(Result.isFailure(ready.score([60]))).toBe(true)
    expect(
      Result.isFailure(ready.probabilities({ rows: 1, columns: 3, values: new Float64Array(3) }))
    ).toBe(true)
    const definition = { ...model.definition, features: model.definition.features.slice(0, 1) }
    expect(Result.isFailure(RiskModel.ready({ ...model, definition }))).toBe(true)
  })

  const leaf = { feature: 0, threshold: 0, missingLeft: false, left: 0, right: 0 }
  const nodes = [
    { feature: 1, threshold: 65, missingLeft: true, left: 1, right: 2 },
    { ...leaf, value: 1 },
    { ...leaf, value: -1 }
  ]
  const tree = {
    leaf: [false, true, true],
    feature: nodes.map((node) => node.feature),
    threshold: nodes.map((node) => node.threshold),
    missingLeft: nodes.map((node) => node.missingLeft),
    left: nodes.map((node) => node.left),
    right: nodes.map((node) => node.right),
    value: [0, 1, -1]
  }
  const trees: RiskModel.RiskModel = {
    ...model,
    predictor: { kind: "trees", model: { features: 2, baseline: 0.5, trees: [tree] } }
  }

  it("scores with trees, which have no sum to explain", () => {
    const estimate = Result.getOrThrow(
      Result.flatMap(RiskModel.ready(trees), ({ score }) => score([60, 60]))
    )
    // 0.5 + 1; twice that less 1 is 2.
    expect(estimate.risk).toBeCloseTo(probability(2), 12)
    expect(estimate.baseline).toBeNull()
    expect(estimate.contributions).toEqual([])
  })

  it("has no sum to explain after an isotonic calibrator either", () => {
    const calibrator = { method: "isotonic", from: [0.1, 0.9], to: [0, 1] } as const
    const estimate = Result.getOrThrow(
      Result.flatMap(RiskModel.ready({ ...model, calibrator }), ({ score }) => score([60, 80]))
    )
    expect(estimate.risk).toBeCloseTo(0.5, 12)
    expect(estimate.contributions).toEqual([])
  })

  it("takes a reference that is whole, and no other", () => {
    const score = {
      count: 3,
      missing: 1,
      mean: 2,
      std: 1,
      edges: [1.5, 2.5],
      shares: [0.25, 0.25, 0.25, 0.25],
      values: [1, 2, 3]
    }
    const isTaken = (details: object) =>
      Result.isSuccess(
        Schema.decodeUnknownResult(RiskModel.Reference)({
          features: [{ name: "age", reference: { ...score, ...details } }],
          score
        })
      )
    expect(isTaken({})).toBe(true)
    expect(isTaken({ edges: [], shares: [0.75, 0.25] })).toBe(true)
    expect(isTaken({ shares: [0.333333, 0.333333, 0.333333, 0] })).toBe(true)
    expect(isTaken({ edges: [2.5, 1.5] })).toBe(false)
    expect(isTaken({ edges: [1.5, 1.5] })).toBe(false)
    expect(isTaken({ shares: [0.5, 0.25, 0.25] })).toBe(false)
    expect(isTaken({ shares: [0.25, 0.25, 0.25, 0.2] })).toBe(false)
    expect(isTaken({ count: 1 })).toBe(false)
    expect(isTaken({ values: [NaN] })).toBe(false)
  })

  it("survives a journey through JSON, whatever it predicts with", () => {
    const codec = Schema.fromJsonString(RiskModel.RiskModel)
    for (const each of [model, trees]) {
      expect(Schema.decodeSync(codec)(Schema.encodeSync(codec)(each))).toEqual(each)
    }
  })
})
