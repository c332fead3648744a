import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Bmi from "../../src/risk/Bmi.ts"
import * as Score from "../../src/risk/Score.ts"

const index = (body: Bmi.Body): Bmi.Index => Result.getOrThrow(Bmi.index(body))

const refusal = (body: Bmi.Body): unknown => Result.getOrThrow(Result.flip(Bmi.index(body)))

// At a height of 200 cm the index is a quarter of the weight.
const ofWeight = (weight: number): string => {
  const { band, thinness } = index({ weight, height: 200 })
  return [band, thinness].filter((part) => part !== null).join(" ")
}

describe("Bmi.index", () => {
  it("gives no index without weight or height, and lists them", () => {
    const unknown = { bmi: null, band: null, thinness: null, contributions: [] }
    expect(index({})).toMatchObject({ ...unknown, missing: ["weight", "height"] })
    expect(index({ weight: 70, height: null })).toMatchObject({ ...unknown, missing: ["height"] })
    expect(index({ height: 170, age: 40 })).toMatchObject({ ...unknown, missing: ["weight"] })
  })

  it.each([
    [63.99, "underweight severe"],
    [64, "underweight moderate"],
    [67.99, "underweight moderate"],
    [68, "underweight mild"],
    [73.99, "underweight mild"],
    [74, "normal"],
    [99.99, "normal"],
    [100, "pre-obese"],
    [119.99, "pre-obese"],
    [120, "obese-1"],
    [139.99, "obese-1"],
    [140, "obese-2"],
    [159.99, "obese-2"],
    [160, "obese-3"]
  ] as const)("puts %d kg at 2 m into %s", (weight, expected) => {
    expect(ofWeight(weight)).toBe(expected)
  })

  it("leaves no gap between 24.9 and 25", () => {
    expect(ofWeight(99.8)).toBe("normal")
    expect(index({ weight: 99.8, height: 200 }).bmi).toBe(24.95)
  })

  it("is exact where the height is in whole cm: 1.7 m would give 25.000000000000004", () => {
    expect(index({ weight: 72.25, height: 170 }).bmi).toBe(25)
    expect(index({ weight: 72.25, height: 170 }).band).toBe("pre-obese")
  })

  it("refuses under 18 years, and does not ask for the age", () => {
    expect(index({ weight: 60, height: 170, age: 18 }).band).toBe("normal")
    expect(index({ weight: 60, height: 170 }).band).toBe("normal")
    expect(refusal({ weight: 60, height: 170, age: 17.99 })).toEqual(
      new Score.OutsidePopulation({
        score: "bmi",
        population: "18 years and over",
        reasons: ["under 18 years"]
      })
    )
  })

  it("refuses what cannot be true, and a height in m", () => {
    expect(refusal({ weight: 0, height: 1.7 })).toEqual(
      new Score.ImpossibleInput({
        score: "bmi",
        inputs: [
          { name: "weight", expected: "0.2 to 700 kg" },
          { name: "height", expected: "20 to 280 cm" }
        ]
      })
    )
    expect(refusal({ weight: NaN, height: 170 })).toMatchObject({ inputs: [{ name: "weight" }] })
  })

  it("records what was used, with units and times, and its source", () => {
    const observedAt = Timestamp.at(0, 60)
    const found = index({ weight: 60, height: 170, age: 40, observedAt: { weight: observedAt } })
    expect(found.inputs).toEqual([
      { name: "weight", value: 60, unit: "kg", observedAt },
      { name: "height", value: 170, unit: "cm" },
      { name: "age", value: 40, unit: "a" }
    ])
    expect(found).toMatchObject({ ...Bmi.about, response: null, missing: [] })
  })

  const within = (minimum: number, maximum: number) =>
    Schema.Finite.check(Schema.isBetween({ minimum, maximum }))
  const Anyone = Schema.Struct({ weight: within(0.2, 700), height: within(20, 280) })

  it.prop("fits its own schema", { anyone: Anyone }, ({ anyone }) =>
    Schema.is(Bmi.Index)(index(anyone))
  )

  it.prop("never falls a class when the weight rises", { one: Anyone, other: Anyone }, (bodies) => {
    const rank = (weight: number): number => {
      const { band } = index({ weight, height: bodies.one.height })
      return band === null ? NaN : Bmi.Band.literals.indexOf(band)
    }
    const weights = [bodies.one.weight, bodies.other.weight]
    return rank(Math.min(...weights)) <= rank(Math.max(...weights))
  })
})

const Quantity = Schema.Struct({ value: Schema.Finite })
const Vectors = Schema.Struct({
  cases: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      input: Schema.Struct({
        1: Schema.Struct({ Weight: Quantity, "Height/Length": Quantity })
      }),
      expected: Schema.Struct({
        1: Schema.Struct({
          "Body Mass Index": Quantity,
          "BMI classification": Schema.Struct({ ordinal: Schema.Finite })
        })
      })
    })
  )
})

// The ordinals of the vectors count the three grades of thinness as classes of their own.
const ordinals = [
  "underweight severe",
  "underweight moderate",
  "underweight mild",
  "normal",
  "pre-obese",
  "obese-1",
  "obese-2",
  "obese-3"
]

describeWithData("vectors/gdl2_bmi.json", "Bmi on the openEHR cases", (path) => {
  const { cases } = Schema.decodeUnknownSync(Vectors)(readJson(path))

  it.each(cases)("agrees with $id", ({ expected, input }) => {
    const found = index({
      weight: input[1].Weight.value,
      height: input[1]["Height/Length"].value
    })
    expect(Score.roundHalfUp(found.bmi ?? NaN, 2)).toBe(expected[1]["Body Mass Index"].value)
    const band = [found.band, found.thinness].filter((part) => part !== null).join(" ")
    expect(ordinals.indexOf(band)).toBe(expected[1]["BMI classification"].ordinal)
  })
})
