import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import type * as Chart from "../../src/risk/Chart.ts"
import * as Qsofa from "../../src/risk/Qsofa.ts"
import { pointsOf } from "./pointScores.ts"

const well: Qsofa.Observation = {
  respiratoryRate: 16,
  systolicPressure: 120,
  alteredMentation: false
}

const score = (given: Qsofa.Observation): Chart.Assessment<Qsofa.Band> =>
  Result.getOrThrow(Qsofa.score(given))

const points = pointsOf(Qsofa.score, well)

describe("Qsofa.score", () => {
  it("gives a point on the right side of every edge", () => {
    expect(points("respiratoryRate", [0, 21, 21.9, 22, 150])).toEqual([0, 0, 0, 1, 1])
    expect(points("systolicPressure", [0, 100, 100.1, 101, 400])).toEqual([1, 1, 0, 0, 0])
    expect(points("alteredMentation", [false, true], "mentation")).toEqual([0, 1])
    expect(points("glasgowComaScale", [3, 13, 14, 15], "mentation")).toEqual([1, 1, 1, 0])
  })

  it("knows the mentation from either input, and the worse of both", () => {
    const { alteredMentation: _, ...rest } = well
    expect(score({ ...rest, glasgowComaScale: 15 })).toMatchObject({ total: 0, missing: [] })
    expect(score({ ...rest, glasgowComaScale: 14 }).total).toBe(1)
    expect(score({ ...well, glasgowComaScale: 14 }).total).toBe(1)
    expect(score(rest)).toMatchObject({ total: null, missing: ["alteredMentation"] })
  })

  it("is positive from 2 on, and may be so with an input missing", () => {
    expect(score({ ...well, respiratoryRate: 22 })).toMatchObject({ total: 1, band: "negative" })
    expect(score({ ...well, respiratoryRate: 22, systolicPressure: 90 })).toMatchObject({
      total: 2,
      band: "positive"
    })
    expect(score({ respiratoryRate: 22, systolicPressure: 90 })).toMatchObject({
      total: null,
      band: "positive"
    })
    expect(score({ respiratoryRate: 16, systolicPressure: 120 }).band).toBeNull()
  })

  it("refuses half a point of the coma scale", () => {
    const refused = Result.getOrThrow(Result.flip(Qsofa.score({ ...well, glasgowComaScale: 14.5 })))
    expect(refused).toMatchObject({
      inputs: [{ name: "glasgowComaScale", expected: "3 to 15 {score}, a whole number" }]
    })
  })
})

const Choice = Schema.Struct({ ordinal: Schema.Int })

const cases = <In extends string>(
  path: string,
  input: Readonly<Record<"mentation" | "rate" | "pressure", In>>,
  total: string
): ReadonlyArray<{
  readonly id: string
  readonly given: Qsofa.Observation
  readonly total: number
}> =>
  Schema.decodeUnknownSync(
    Schema.Struct({
      cases: Schema.Array(
        Schema.Struct({
          id: Schema.String,
          input: Schema.Struct({ 1: Schema.Record(Schema.String, Choice) }),
          expected: Schema.Struct({ 1: Schema.Record(Schema.String, Schema.Unknown) })
        })
      )
    })
  )(readJson(path)).cases.map((each) => {
    const isMet = (name: In): boolean => each.input[1][name]?.ordinal === 1
    return {
      id: each.id,
      given: {
        alteredMentation: isMet(input.mentation),
        respiratoryRate: isMet(input.rate) ? 22 : 21,
        systolicPressure: isMet(input.pressure) ? 100 : 101
      },
      total: Number(each.expected[1][total])
    }
  })

describeWithData("vectors/gdl2_qsofa.json", "Qsofa against the openEHR guideline", (path) => {
  const names = {
    mentation: "Altered Mentation",
    rate: "Respiration Rate ≥ 22 /min",
    pressure: "Systolic Blood Pressure ≤100 mm Hg"
  }

  it.each(cases(path, names, "Total Score"))("$id", ({ given, total }) => {
    expect(score(given)).toMatchObject({ total, band: total >= 2 ? "positive" : "negative" })
  })
})

describeWithData("vectors/gdl2_qsofa_b.json", "Qsofa against another guideline", (path) => {
  const names = {
    mentation: "Altered mental status GCS <15",
    rate: "Respiratory rate ≥22",
    pressure: "Systolic blood pressure ≤100"
  }

  it.each(cases(path, names, "qSOFA Score"))("$id", ({ given, total }) => {
    expect(score(given)).toMatchObject({ total, band: total >= 2 ? "positive" : "negative" })
  })
})
