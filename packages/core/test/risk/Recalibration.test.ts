import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Calibration from "../../src/risk/Calibration.ts"
import * as Hypotension from "../../src/risk/Hypotension.ts"
import * as Recalibration from "../../src/risk/Recalibration.ts"
import * as RiskModel from "../../src/risk/RiskModel.ts"

/** One feature, which is the logit of what the predictor tells. */
const model: RiskModel.RiskModel = {
  ...Hypotension.model,
  id: "example",
  version: "1.2.3",
  definition: { features: [{ name: "age", unit: "a", kind: "age" }], ranges: [] },
  predictor: {
    kind: "logistic",
    model: {
      preprocessing: {
        medians: [0],
        bounds: null,
        indicators: [],
        squares: [],
        means: [0],
        scales: [1]
      },
      intercept: 0,
      coefficients: [1]
    }
  },
  calibrator: { method: "platt", intercept: 0, slope: 1 },
  bands: [
    { band: "low", from: 0, sensitivity: 1, positivePredictiveValue: 0.1, share: 1 },
    { band: "high", from: 0.5, sensitivity: 0.5, positivePredictiveValue: 0.6, share: 0.1 },
    { band: "never", from: 1, sensitivity: 0, positivePredictiveValue: 1, share: 0 }
  ],
  metrics: {}
}

/** Numbers that look drawn, and are the same each time (Park & Miller 1988). */
const draws = (seed: number) => {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

const probability = (logit: number) => 1 / (1 + Math.exp(-logit))

/** Rows whose outcomes follow a line of the logits that the predictor tells. */
const rows = (
  count: number,
  { intercept = 0, slope = 1, seed = 1 }: { intercept?: number; slope?: number; seed?: number } = {}
): Recalibration.Rows => {
  const random = draws(seed)
  for (let each = 0; each < 100; each++) random()
  const values = Float64Array.from({ length: count }, () => -1 + 4 * (random() + random() - 1))
  const labels = Array.from(values, (logit) => random() < probability(intercept + slope * logit))
  return { labels, features: { rows: count, columns: 1, values } }
}

const get = Result.getOrThrow
const about = { version: "1.2.4", name: "ward 5" }

const reviewed = (given: Recalibration.Rows, of = model) => get(Recalibration.review(of, given))

describe("Recalibration.review", () => {
  it("leaves a model alone whose probabilities come true", () => {
    const { version, advice, method, tests, before, after } = reviewed(rows(4_000))
    expect([version, advice, method, after]).toEqual(["1.2.3", "keep", null, null])
    expect(tests.map(({ against }) => against)).toEqual(["none"])
    expect(before.calibration?.slope).toBeCloseTo(1, 1)
  })

  it("calls at most one calibrated model in twenty amiss, but for chance", () => {
    const called = Array.from({ length: 200 }, (_, seed) =>
      reviewed(rows(1_000, { seed: seed + 1 }))
    )
    const amiss = called.filter(({ method }) => method !== null)
    expect(amiss.length).toBeGreaterThan(2)
    expect(amiss.length).toBeLessThanOrEqual(18)
  })

  it("moves the probabilities of an outcome that has become more common", () => {
    const { advice, method, tests, before, after } = reviewed(rows(4_000, { intercept: 1 }))
    expect([advice, method]).toEqual(["recalibrate", "intercept"])
    expect(tests.map(({ against, freedom }) => [against, freedom])).toEqual([
      ["none", 2],
      ["intercept", 1]
    ])
    expect(before.calibrationInTheLarge).toBeGreaterThan(0.8)
    expect(Math.abs(after?.calibrationInTheLarge ?? NaN)).toBeLessThan(0.05)
  })

  it("scales the probabilities of a model that is too sure of itself", () => {
    const { advice, method, before, after } = reviewed(rows(4_000, { slope: 0.6 }))
    expect([advice, method]).toEqual(["recalibrate", "platt"])
    expect(before.calibration?.slopeInterval.upper).toBeLessThan(0.8)
    const { lower = NaN, upper = NaN } = after?.calibration?.slopeInterval ?? {}
    expect(lower).toBeLessThan(1)
    expect(upper).toBeGreaterThan(1)
  })

  it("asks for another training where less than half of what it tells holds", () => {
    expect(reviewed(rows(4_000, { slope: 0.2 }))).toMatchObject({
      advice: "retrain",
      method: "platt"
    })
    expect(reviewed(rows(4_000, { slope: 0.5 })).advice).toBe("recalibrate")
  })

  it("asks for another training where the likelier have the outcome less often", () => {
    const { advice, method, after } = reviewed(rows(4_000, { slope: -1 }))
    expect([advice, method, after]).toEqual(["retrain", null, null])
  })

  it("tells nothing of fewer than a hundred on either side", () => {
    for (const label of [true, false]) {
      const labels = Array.from({ length: 199 }, (_, row) => (row < 99 ? label : !label))
      const features = { rows: 199, columns: 1, values: new Float64Array(199) }
      const refused = Result.flip(Recalibration.review(model, { labels, features }))
      expect(get(refused)).toMatchObject({
        _tag: "TooFewOutcomes",
        needed: 100,
        withOutcome: label ? 99 : 100,
        without: label ? 100 : 99
      })
    }
  })

  it("refuses rows that have not the features of the model", () => {
    const { labels } = rows(1_000)
    const features = { rows: 1_000, columns: 2, values: new Float64Array(2_000) }
    const refused = Result.flip(Recalibration.review(model, { labels, features }))
    expect(get(refused)).toMatchObject({ _tag: "FeaturesMismatch", needed: 1, got: 2 })
  })
})

describe("Recalibration.recalibrate", () => {
  it("changes the calibrator, and on the card what follows from it", () => {
    const given = rows(4_000, { intercept: 0.5, slope: 0.6 })
    const made = get(Recalibration.recalibrate(model, given, { ...about, method: "platt" }))
    const { version, calibrator, bands, training, metrics, ...same } = made
    const { version: _v, calibrator: _c, bands: _b, training: _t, metrics: _m, ...before } = model
    expect(same).toEqual(before)
    expect(version).toBe("1.2.4")
    expect(calibrator).toMatchObject({
      method: "platt",
      intercept: expect.closeTo(0.5, 0),
      slope: expect.closeTo(0.6, 1)
    })
    const events = Array.from(given.labels, Number).reduce((sum, label) => sum + label, 0)
    const tune = { name: "ward 5", rows: 4_000, patients: 4_000, events, files: [] }
    expect(training).toEqual({
      ...model.training,
      method: `${model.training.method}; version 1.2.3 calibrated again by platt`,
      tune
    })
    expect(bands.map(({ band, from }) => [band, from])).toEqual([
      ["low", 0],
      ["high", 0.5],
      ["never", 1]
    ])
    expect(bands[0]).toMatchObject({
      sensitivity: 1,
      share: 1,
      positivePredictiveValue: events / 4_000
    })
    expect(bands[2]).toMatchObject({ sensitivity: 0, share: 0, positivePredictiveValue: null })
    for (const [name, true_] of [
      ["calibrationSlope", 1],
      ["calibrationIntercept", 0]
    ] as const) {
      expect(metrics[name]?.lower).toBeLessThan(true_)
      expect(metrics[name]?.upper).toBeGreaterThan(true_)
    }
    expect(metrics["brier"]!.upper - metrics["brier"]!.lower).toBeLessThan(0.02)
  })

  it("foretells what comes true, by any method and after any calibrator", () => {
    const given = rows(12_000, { intercept: 0.5, slope: 0.7 })
    const others = rows(12_000, { intercept: 0.5, slope: 0.7, seed: 7 })
    const corners = Array.from({ length: 21 }, (_, nth) => nth / 20)
    const staircase = { method: "isotonic", from: corners, to: corners.map((each) => each ** 1.5) }
    const line = { method: "platt", intercept: 0.3, slope: 1.4 }
    for (const calibrator of [line, staircase] as ReadonlyArray<Calibration.Calibrator>) {
      for (const method of ["platt", "isotonic"] as const) {
        const options = { ...about, method }
        const made = get(Recalibration.recalibrate({ ...model, calibrator }, given, options))
        const told = get(get(RiskModel.ready(made)).probabilities(others.features))
        const error = Array.from(others.features.values, (logit, row) =>
          Math.abs(told[row]! - probability(0.5 + 0.7 * logit))
        )
        const mean = error.reduce((sum, each) => sum + each, 0) / error.length
        expect([calibrator.method, method, mean < 0.03]).toEqual([calibrator.method, method, true])
      }
    }
  })

  it("needs a thousand on either side for a staircase", () => {
    const refused = Recalibration.recalibrate(model, rows(2_000), { ...about, method: "isotonic" })
    expect(get(Result.flip(refused))).toMatchObject({ _tag: "TooFewOutcomes", needed: 1_000 })
  })

  it("mends no model that is upside down", () => {
    const given = rows(4_000, { slope: -1 })
    for (const method of ["temperature", "platt"] as const) {
      const refused = get(
        Result.flip(Recalibration.recalibrate(model, given, { ...about, method }))
      )
      expect(refused).toMatchObject({ problems: [{ reason: "upside-down" }] })
    }
  })
})

describe("Calibration.compose after a staircase", () => {
  it("moves the corners, and so tells there what the line makes of them", () => {
    const stairs = { method: "isotonic", from: [0.2, 0.6], to: [0.1, 0.5] } as const
    const line = { method: "platt", intercept: 1, slope: 1 } as const
    const both = Calibration.compose(stairs, line)
    for (const at of [0.2, 0.6]) {
      const inTurn = Calibration.apply(line, Calibration.apply(stairs, at))
      expect(Calibration.apply(both, at)).toBeCloseTo(inTurn, 12)
    }
  })
})
