import { describe, expect, it } from "@effect/vitest"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as GoodnessOfFit from "../../src/risk/GoodnessOfFit.ts"
import { chiSquareTail, logGamma, normalTails } from "../../src/risk/internal/gammaTail.ts"
import type * as Outcomes from "../../src/risk/Outcomes.ts"
import * as Performance from "../../src/risk/Performance.ts"
import { calibrated, figure, reasons } from "./performanceRows.ts"

type Measure = (
  labels: Outcomes.Labels,
  probabilities: ArrayLike<number>
) => Outcomes.Measured<unknown>

describe.each<[string, Measure]>(Object.entries({ ...GoodnessOfFit }))(
  "GoodnessOfFit.%s",
  (_, measure) => {
    it("refuses what is absent, not paired, no number, no probability or no label", () => {
      expect(reasons(measure([], []))).toEqual(["empty"])
      expect(reasons(measure([0, 1], [0.5]))).toEqual(["lengths"])
      expect(reasons(measure([0, 1, 3], [NaN, 1.5, 0]))).toEqual([
        "label",
        "not-a-number",
        "outside-0-to-1"
      ])
    })
  }
)

describe("GoodnessOfFit.brierParts", () => {
  it.each([1, 2, 10, 37])("add up to the Brier score, with %d bins", (bins) => {
    const { labels, probabilities } = calibrated(8, 700)
    const parts = figure(GoodnessOfFit.brierParts(labels, probabilities, { bins }))
    const sum =
      parts.reliability -
      parts.resolution +
      parts.uncertainty +
      parts.withinBinVariance -
      parts.withinBinCovariance
    expect(sum).toBeCloseTo(figure(Performance.brier(labels, probabilities)), 12)
  })

  it("are all 0 for one certain row", () => {
    expect(figure(GoodnessOfFit.brierParts([1], [1]))).toEqual({
      reliability: 0,
      resolution: 0,
      uncertainty: 0,
      withinBinVariance: 0,
      withinBinCovariance: 0
    })
  })
})

describe("GoodnessOfFit.hosmerLemeshow", () => {
  it("refuses fewer rows than groups", () => {
    expect(reasons(GoodnessOfFit.hosmerLemeshow([0, 1], [0.2, 0.4]))).toEqual(["empty"])
  })

  it("has no doubt about a group that was certain and wrong, and none about one that was right", () => {
    const groups = { groups: 2 }
    const wrong = figure(GoodnessOfFit.hosmerLemeshow([1, 0], [0, 0.5], groups))
    const right = figure(GoodnessOfFit.hosmerLemeshow([0, 1], [0, 1], groups))
    expect(wrong).toEqual({ statistic: Infinity, freedom: 1, p: 0 })
    expect(right).toEqual({ statistic: 0, freedom: 1, p: 1 })
  })

  it("finds probabilities that are a third too high in 1,000 rows", () => {
    const { labels, probabilities } = calibrated(9, 1000)
    const high = probabilities.map((it) => Math.min(1, it * 1.33))
    expect(figure(GoodnessOfFit.hosmerLemeshow(labels, probabilities)).p).toBeGreaterThan(0.05)
    expect(figure(GoodnessOfFit.hosmerLemeshow(labels, high)).p).toBeLessThan(1e-6)
  })
})

describe("GoodnessOfFit.spiegelhalter", () => {
  it("is beyond 1.96 in about 5 of 100 samples of a model that is right", () => {
    let beyond = 0
    for (let seed = 0; seed < 600; seed++) {
      const { labels, probabilities } = calibrated(seed, 200)
      if (figure(GoodnessOfFit.spiegelhalter(labels, probabilities)).p < 0.05) beyond += 1
    }
    expect(beyond / 600).toBeGreaterThan(0.03)
    expect(beyond / 600).toBeLessThan(0.07)
  })

  it("cannot tell where every probability is one half", () => {
    expect(figure(GoodnessOfFit.spiegelhalter([0, 1], [0.5, 0.5]))).toEqual({ z: NaN, p: NaN })
  })
})

describe("the tails", () => {
  it("are those of printed tables", () => {
    expect(chiSquareTail(1, 3.841458820694124)).toBeCloseTo(0.05, 12)
    expect(chiSquareTail(10, 18.307038053275146)).toBeCloseTo(0.05, 12)
    expect(chiSquareTail(100, 124.34211340400407)).toBeCloseTo(0.05, 11)
    expect(chiSquareTail(2, 9)).toBeCloseTo(Math.exp(-4.5), 14)
    expect(normalTails(1.959963984540054)).toBeCloseTo(0.05, 12)
  })

  it("are 1 from nothing on, and 0 beyond everything", () => {
    expect([chiSquareTail(4, 0), chiSquareTail(0, 7), chiSquareTail(4, Infinity)]).toEqual([
      1, 1, 0
    ])
    expect(chiSquareTail(4, NaN)).toBeNaN()
  })

  it("keep their digits far out", () => {
    expect(chiSquareTail(2, 600) / Math.exp(-300)).toBeCloseTo(1, 10)
  })

  it("come of a gamma function that is the factorial", () => {
    expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 12)
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 12)
    expect(logGamma(0.25)).toBeCloseTo(Math.log(3.625609908221908), 12)
  })
})

interface Vectors {
  readonly classification: {
    readonly y: ReadonlyArray<number>
    readonly p: ReadonlyArray<number>
    readonly murphy10: Readonly<Record<string, number>>
    readonly hosmer_lemeshow: Readonly<Record<"chi2" | "dof" | "p", number>>
    readonly spiegelhalter_z: number
  }
}

describeWithData("vectors/ml-metrics.json", "GoodnessOfFit beside numpy and scipy", (path) => {
  // The shape is that of the file.
  const { classification } = readJson(path) as Vectors
  const { y, p, murphy10, hosmer_lemeshow: hosmerLemeshow, spiegelhalter_z: z } = classification

  it("agrees on the parts of the Brier score", () => {
    const parts = figure(GoodnessOfFit.brierParts(y, p))
    expect(parts.reliability).toBeCloseTo(murphy10["reliability"] ?? NaN, 9)
    expect(parts.resolution).toBeCloseTo(murphy10["resolution"] ?? NaN, 9)
    expect(parts.uncertainty).toBeCloseTo(murphy10["uncertainty"] ?? NaN, 9)
    expect(parts.withinBinVariance).toBeCloseTo(murphy10["within_bin_variance"] ?? NaN, 9)
    expect(parts.withinBinCovariance).toBeCloseTo(murphy10["within_bin_covariance"] ?? NaN, 9)
  })

  it("agrees on the test of Hosmer and Lemeshow", () => {
    const { statistic, freedom, p: chance } = figure(GoodnessOfFit.hosmerLemeshow(y, p))
    expect(statistic).toBeCloseTo(hosmerLemeshow.chi2, 9)
    expect(freedom).toBe(hosmerLemeshow.dof)
    expect(chance / hosmerLemeshow.p).toBeCloseTo(1, 9)
  })

  it("agrees on the test of Spiegelhalter", () => {
    expect(figure(GoodnessOfFit.spiegelhalter(y, p)).z).toBeCloseTo(z, 9)
  })
})
