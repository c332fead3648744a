import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import type * as Chart from "../../src/risk/Chart.ts"
import * as Curb65 from "../../src/risk/Curb65.ts"
import { pointsOf } from "./pointScores.ts"

const well: Curb65.Observation = {
  newConfusion: false,
  urea: 5,
  respiratoryRate: 18,
  systolicPressure: 120,
  diastolicPressure: 75,
  age: 40
}

const score = (change: Curb65.Observation): Chart.Assessment<Curb65.Band> =>
  Result.getOrThrow(Curb65.score({ ...well, ...change }))

const points = pointsOf(Curb65.score, well)

describe("Curb65.score", () => {
  it("gives a point on the right side of every edge, without rounding", () => {
    expect(points("newConfusion", [false, true])).toEqual([0, 1])
    expect(points("urea", [0, 7, 7.01, 8])).toEqual([0, 0, 1, 1])
    expect(points("respiratoryRate", [29, 29.9, 30])).toEqual([0, 0, 1])
    expect(points("systolicPressure", [89, 89.9, 90], "bloodPressure")).toEqual([1, 1, 0])
    expect(points("diastolicPressure", [60, 60.1, 61], "bloodPressure")).toEqual([1, 0, 0])
    expect(points("age", [64, 64.9, 65])).toEqual([0, 0, 1])
  })

  it("gives one point for both pressures together", () => {
    expect(score({ systolicPressure: 80, diastolicPressure: 40 }).total).toBe(1)
  })

  it("needs both pressures to deny the point, and one to give it", () => {
    expect(score({ systolicPressure: null })).toMatchObject({
      total: null,
      missing: ["systolicPressure"]
    })
    expect(score({ systolicPressure: null, diastolicPressure: 50 })).toMatchObject({
      total: 1,
      missing: []
    })
  })
})

describe("Curb65.score refuses", () => {
  it("pressures that are crossed", () => {
    const crossed = { ...well, systolicPressure: 75, diastolicPressure: 75 }
    expect(Result.getOrThrow(Result.flip(Curb65.score(crossed)))).toMatchObject({
      _tag: "ImpossibleInput",
      inputs: [{ name: "diastolicPressure", expected: "below the systolic pressure" }]
    })
    expect(score({ systolicPressure: 76 }).total).toBe(1)
  })
})

const Choice = Schema.Struct({ ordinal: Schema.Int, label: Schema.String })

describeWithData("vectors/gdl2_curb65.json", "Curb65 against the openEHR guideline", (path) => {
  const { cases } = Schema.decodeUnknownSync(
    Schema.Struct({
      cases: Schema.Array(
        Schema.Struct({
          id: Schema.String,
          input: Schema.Struct({ 1: Schema.Record(Schema.String, Choice) }),
          expected: Schema.Struct({
            1: Schema.Struct({ "Total score": Schema.Int, "Risk assessment": Choice })
          })
        })
      )
    })
  )(readJson(path))
  // They call 4 and 5 points a group of its own within what the source calls severe.
  const bands = ["low", "moderate", "severe", "severe"]

  it.each(cases)("$id", ({ input, expected }) => {
    const isMet = (name: string): boolean => input[1][name]?.ordinal === 1
    const { total, band } = score({
      newConfusion: isMet("Confusion?"),
      urea: isMet("Blood urea nitrogen level >19 mg/dL (>7 mmol/L)?") ? 7.1 : 7,
      respiratoryRate: isMet("Respiratory rate ≥30/min?") ? 30 : 29,
      systolicPressure: isMet("Systolic BP <90mmHg or diastolic BP ≤60mmHg?") ? 89 : 90,
      diastolicPressure: 61,
      age: isMet("Age ≥ 65 years?") ? 65 : 64
    })
    expect(total).toBe(expected[1]["Total score"])
    expect(band).toBe(bands[expected[1]["Risk assessment"].ordinal])
  })
})
