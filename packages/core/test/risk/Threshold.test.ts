import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Threshold from "../../src/risk/Threshold.ts"
import { calibrated, figure, reasons } from "./performanceRows.ts"

describe("Threshold.alerts", () => {
  it("counts each row once, a score at the threshold as an alert", () => {
    expect(figure(Threshold.alerts([1, 1, 0, 0, 0], [9, 4, 5, 4, 1], 5))).toEqual({
      threshold: 5,
      alerts: 2,
      truePositives: 1,
      falsePositives: 1,
      trueNegatives: 2,
      falseNegatives: 1,
      sensitivity: 1 / 2,
      specificity: 2 / 3,
      positivePredictiveValue: 1 / 2,
      negativePredictiveValue: 2 / 3
    })
  })

  it("has no share of no row", () => {
    const { sensitivity, specificity, positivePredictiveValue, negativePredictiveValue } = figure(
      Threshold.alerts([0, 0], [1, 2], 3)
    )
    expect([sensitivity, positivePredictiveValue]).toEqual([null, null])
    expect([specificity, negativePredictiveValue]).toEqual([1, 1])
  })

  it("survives JSON", () => {
    const alerts = figure(Threshold.alerts([0, 0], [1, 2], 3))
    const stored: unknown = JSON.parse(JSON.stringify(alerts))
    expect(Schema.decodeUnknownSync(Threshold.Alerts)(stored)).toEqual(alerts)
  })

  it("refuses rows that cannot be judged", () => {
    expect(reasons(Threshold.alerts([], [], 1))).toEqual(["empty"])
    expect(reasons(Threshold.alerts([0, 3], [NaN, 1], 1))).toEqual(["label", "not-a-number"])
  })
})

describe("Threshold.forSensitivity", () => {
  it.each([0.1, 0.5, 0.8, 0.95, 1])(
    "finds a share of %d, and the next higher score less",
    (share) => {
      const { labels, probabilities } = calibrated(4, 500)
      const threshold = figure(Threshold.forSensitivity(labels, probabilities, share))
      const at = figure(Threshold.alerts(labels, probabilities, threshold))
      const above = figure(Threshold.alerts(labels, probabilities, threshold + 1e-12))
      expect(at.sensitivity).toBeGreaterThanOrEqual(share)
      expect(above.sensitivity).toBeLessThan(share)
    }
  )

  it("takes the highest score of a row with the outcome for a share of 0", () => {
    expect(figure(Threshold.forSensitivity([0, 1, 1], [9, 7, 5], 0))).toBe(7)
  })

  it("needs both outcomes", () => {
    expect(reasons(Threshold.forSensitivity([0, 0], [9, 7], 0.5))).toEqual(["one-class"])
  })
})
