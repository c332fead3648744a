import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import type * as Chart from "../../src/risk/Chart.ts"
import * as HeartScore from "../../src/risk/HeartScore.ts"
import { pointsOf } from "./pointScores.ts"

const well: HeartScore.Observation = {
  history: "slightly-suspicious",
  electrocardiogram: "normal",
  age: 40,
  riskFactors: 0,
  troponin: 0.5
}

const score = (change: HeartScore.Observation): Chart.Assessment<HeartScore.Band> =>
  Result.getOrThrow(HeartScore.score({ ...well, ...change }))

const points = pointsOf(HeartScore.score, well)

const histories = ["slightly-suspicious", "moderately-suspicious", "highly-suspicious"] as const
const electrocardiograms = [
  "normal",
  "nonspecific-repolarisation",
  "significant-st-depression"
] as const

describe("HeartScore.score", () => {
  it("gives 0, 1 or 2 on both sides of every edge", () => {
    expect(points("history", histories)).toEqual([0, 1, 2])
    expect(points("electrocardiogram", electrocardiograms)).toEqual([0, 1, 2])
    expect(points("age", [18, 44.9, 45, 64.9, 65, 100])).toEqual([0, 0, 1, 1, 2, 2])
    expect(points("riskFactors", [0, 1, 2, 3, 6])).toEqual([0, 1, 1, 2, 2])
    expect(points("atherosclerosis", [false, true], "riskFactors")).toEqual([0, 2])
    expect(points("troponin", [0, 1, 1.01, 3, 3.01])).toEqual([0, 0, 1, 1, 2])
  })

  it("is low to 3, moderate from 4 and high from 7", () => {
    const three = { electrocardiogram: "normal", age: 70, riskFactors: 1 } as const
    const six = { ...three, history: "highly-suspicious", troponin: 2 } as const
    const [, one] = electrocardiograms
    expect(score(three)).toMatchObject({ total: 3, band: "low" })
    expect(score({ ...three, electrocardiogram: one })).toMatchObject({
      total: 4,
      band: "moderate"
    })
    expect(score(six)).toMatchObject({ total: 6, band: "moderate" })
    expect(score({ ...six, troponin: 4 })).toMatchObject({ total: 7, band: "high" })
  })

  it("does not ask for atherosclerosis, but for the risk factors unless it is there", () => {
    expect(score({}).missing).toEqual([])
    expect(score({ riskFactors: null, atherosclerosis: false }).missing).toEqual(["riskFactors"])
    expect(score({ riskFactors: null, atherosclerosis: true })).toMatchObject({
      total: 2,
      missing: []
    })
  })
})

const Choice = Schema.Struct({ ordinal: Schema.Int, label: Schema.String })
const Case = Schema.Struct({
  id: Schema.String,
  input: Schema.Struct({
    1: Schema.Struct({
      History: Choice,
      EKG: Choice,
      "Risk Factors": Choice,
      "Initial Troponin": Choice
    })
  }),
  expected: Schema.Struct({
    1: Schema.Struct({
      "Total score": Schema.Int,
      Age: Choice,
      "gt0018|Age": Schema.Struct({ value: Schema.Finite })
    })
  })
})

describeWithData("vectors/gdl2_heart.json", "HeartScore against the guideline", (path) => {
  const { cases } = Schema.decodeUnknownSync(Schema.Struct({ cases: Schema.Array(Case) }))(
    readJson(path)
  )

  it.each(cases)("$id", ({ input, expected }) => {
    const given = input[1]
    const assessed = score({
      history: histories[given.History.ordinal],
      electrocardiogram: electrocardiograms[given.EKG.ordinal],
      age: expected[1]["gt0018|Age"].value,
      riskFactors: [0, 1, 3][given["Risk Factors"].ordinal],
      // Multiples that are in the same column of both tables.
      troponin: [1, 1.5, 3.5][given["Initial Troponin"].ordinal]
    })
    expect(assessed.total).toBe(expected[1]["Total score"])
    expect(assessed.contributions).toContainEqual({ input: "age", points: expected[1].Age.ordinal })
  })

  it("differs in troponin between 2 and 3 times the limit, 2 points there and 1 here", () => {
    const labels = cases.map(({ input }) => input[1]["Initial Troponin"].label)
    expect(labels).toContain(">2× normal limit")
    expect(points("troponin", [2, 2.5, 3])).toEqual([1, 1, 1])
  })

  it("differs at an age of exactly 65, 1 point there and 2 here", () => {
    expect(cases.map(({ expected }) => expected[1].Age.label)).toContain("45-65 yrs")
    expect(points("age", [65])).toEqual([2])
  })
})
