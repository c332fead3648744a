import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import type * as Chart from "../../src/risk/Chart.ts"
import * as Sirs from "../../src/risk/Sirs.ts"
import { pointsOf } from "./pointScores.ts"

const well: Sirs.Observation = {
  temperature: 37,
  heartRate: 70,
  respiratoryRate: 16,
  whiteBloodCells: 7
}

const score = (change: Sirs.Observation): Chart.Assessment<Sirs.Band> =>
  Result.getOrThrow(Sirs.score({ ...well, ...change }))

const points = pointsOf(Sirs.score, well)

describe("Sirs.score", () => {
  it("takes every threshold as a strict inequality, without rounding", () => {
    expect(points("temperature", [35.9, 35.99, 36, 38, 38.04, 38.1])).toEqual([1, 1, 0, 0, 1, 1])
    expect(points("heartRate", [0, 90, 90.4, 91])).toEqual([0, 0, 1, 1])
    expect(points("respiratoryRate", [20, 20.5, 21], "respiration")).toEqual([0, 1, 1])
    expect(points("arterialCarbonDioxide", [31.9, 32, 40], "respiration")).toEqual([1, 0, 0])
    expect(points("whiteBloodCells", [3.99, 4, 12, 12.01])).toEqual([1, 0, 0, 1])
    expect(points("bandNeutrophils", [10, 10.1], "whiteBloodCells")).toEqual([0, 1])
  })

  it("is met from 2 on", () => {
    expect(score({})).toMatchObject({ total: 0, band: "not-met" })
    expect(score({ heartRate: 91 })).toMatchObject({ total: 1, band: "not-met" })
    expect(score({ heartRate: 91, temperature: 39 })).toMatchObject({ total: 2, band: "met" })
  })

  it("counts respiration once, and the white cells once", () => {
    expect(score({ respiratoryRate: 30, arterialCarbonDioxide: 20 }).total).toBe(1)
    expect(score({ whiteBloodCells: 20, bandNeutrophils: 30 }).total).toBe(1)
  })

  it("needs no blood gas and no bands, but cannot do with them alone", () => {
    expect(score({}).missing).toEqual([])
    expect(score({ respiratoryRate: null, arterialCarbonDioxide: 40 })).toMatchObject({
      total: null,
      missing: ["respiratoryRate"]
    })
    expect(score({ respiratoryRate: null, arterialCarbonDioxide: 30 })).toMatchObject({
      total: 1,
      missing: []
    })
    expect(score({ whiteBloodCells: null, bandNeutrophils: 5 }).missing).toEqual([
      "whiteBloodCells"
    ])
  })
})

const Choice = Schema.Struct({ ordinal: Schema.Int })

describeWithData("vectors/gdl2_sirs.json", "Sirs against the openEHR guideline", (path) => {
  const { cases } = Schema.decodeUnknownSync(
    Schema.Struct({
      cases: Schema.Array(
        Schema.Struct({
          id: Schema.String,
          input: Schema.Struct({ 1: Schema.Record(Schema.String, Choice) }),
          expected: Schema.Struct({ 1: Schema.Struct({ "Total score": Schema.Int }) })
        })
      )
    })
  )(readJson(path))

  // The other questions of the guideline tell sepsis and shock apart and add nothing to its total.
  it.each(cases)("$id", ({ input, expected }) => {
    const isMet = (name: string): boolean => input[1][name]?.ordinal === 1
    const assessed = score({
      temperature: isMet("Temp >38°C (100.4°F) or < 36°C (96.8°F)") ? 38.1 : 38,
      heartRate: isMet("Heart rate > 90") ? 91 : 90,
      respiratoryRate: isMet("Respiratory rate > 20 or PaCO₂ < 32 mm Hg") ? 21 : 20,
      whiteBloodCells: isMet("WBC > 12,000/mm³, < 4,000/mm³, or > 10% bands") ? 12.1 : 12
    })
    const total = expected[1]["Total score"]
    expect(assessed).toMatchObject({ total, band: total >= 2 ? "met" : "not-met" })
  })
})
