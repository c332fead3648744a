import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import type * as Chart from "../../src/risk/Chart.ts"
import * as GlasgowComaScale from "../../src/risk/GlasgowComaScale.ts"

const score = (
  eyes: number | null,
  verbal: number | null,
  motor: number | null
): Chart.Assessment<GlasgowComaScale.Band> =>
  Result.getOrThrow(GlasgowComaScale.score({ eyes, verbal, motor }))

describe("GlasgowComaScale.score", () => {
  it("runs from 3 to 15", () => {
    expect(score(1, 1, 1)).toMatchObject({ total: 3, band: "severe" })
    expect(score(4, 5, 6)).toMatchObject({ total: 15, band: "mild" })
  })

  it("is severe to 8, moderate from 9 and mild from 13", () => {
    const bands = [score(2, 2, 4), score(2, 2, 5), score(3, 4, 5), score(3, 4, 6)]
    expect(bands.map(({ band, total }) => [total, band])).toEqual([
      [8, "severe"],
      [9, "moderate"],
      [12, "moderate"],
      [13, "mild"]
    ])
  })

  it("takes a part that cannot be tested as missing, and never as 1", () => {
    expect(score(4, null, 6)).toMatchObject({
      total: null,
      lowerBound: 10,
      band: null,
      missing: ["verbal"]
    })
  })

  it("refuses parts outside their range and halves of points, all at once", () => {
    const refused = Result.flip(GlasgowComaScale.score({ eyes: 5, verbal: 0, motor: 3.5 }))
    expect(Result.getOrThrow(refused)).toMatchObject({
      inputs: [
        { name: "eyes", expected: "1 to 4 {score}, a whole number" },
        { name: "verbal", expected: "1 to 5 {score}, a whole number" },
        { name: "motor", expected: "1 to 6 {score}, a whole number" }
      ]
    })
  })
})

const Choice = Schema.Struct({ ordinal: Schema.Int })

describeWithData("vectors/gdl2_gcs.json", "GlasgowComaScale against the guideline", (path) => {
  const Case = Schema.Struct({
    id: Schema.String,
    input: Schema.Struct({
      1: Schema.Struct({
        "Best eye response (E)": Choice,
        "Best verbal response (V)": Choice,
        "Best motor response (M)": Choice
      })
    }),
    expected: Schema.Struct({ 1: Schema.Struct({ "Glasgow Coma Scale Score": Schema.Int }) })
  })
  const { cases } = Schema.decodeUnknownSync(Schema.Struct({ cases: Schema.Array(Case) }))(
    readJson(path)
  )

  it.each(cases)("$id", ({ input, expected }) => {
    const { total } = score(
      input[1]["Best eye response (E)"].ordinal,
      input[1]["Best verbal response (V)"].ordinal,
      input[1]["Best motor response (M)"].ordinal
    )
    expect(total).toBe(expected[1]["Glasgow Coma Scale Score"])
  })
})
