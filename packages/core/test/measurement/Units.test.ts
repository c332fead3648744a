import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Units from "../../src/measurement/Units.ts"
import * as Vital from "../../src/measurement/Vital.ts"

const convert = (value: number, from: string, to: string): number =>
  Result.getOrThrow(Units.convert(value, from, to))

const canonical = (code: Vital.NumericCode, value: number, unit: string): number =>
  Result.getOrThrow(Units.toCanonical(Vital.get(code), value, unit))

const read = (text: string): string => Result.getOrThrow(Units.parse(text))

const isKnown = (unit: string): boolean => Result.isSuccess(Units.convert(1, unit, unit))

describe("Units.convert", () => {
  it("gives the value back untouched for the same unit", () => {
    expect(convert(36.6, "Cel", "Cel")).toBe(36.6)
    expect(convert(-0, "kg", "kg")).toBe(-0)
  })

  it("keeps NaN and the infinities what they are", () => {
    expect(convert(NaN, "[degF]", "Cel")).toBeNaN()
    expect(convert(Infinity, "g", "kg")).toBe(Infinity)
    expect(convert(-Infinity, "g", "kg")).toBe(-Infinity)
  })

  it("is exact in decimals, where binary factors leave noise", () => {
    expect(convert(98.6, "[degF]", "Cel")).toBe(37)
    expect(convert(100.4, "[degF]", "Cel")).toBe(38)
    expect(convert(100.49, "[degF]", "Cel")).toBe(38.05)
    expect(convert(-40, "[degF]", "Cel")).toBe(-40)
    expect(convert(310.15, "K", "Cel")).toBe(37)
    expect(convert(150, "[lb_av]", "kg")).toBe(68.0388555)
    expect(convert(16, "[oz_av]", "[lb_av]")).toBe(1)
    expect(convert(70, "[in_i]", "cm")).toBe(177.8)
    expect(convert(6, "[ft_i]", "cm")).toBe(182.88)
    expect(convert(1.1, "m", "cm")).toBe(110)
    expect(convert(3405, "g", "kg")).toBe(3.405)
    expect(convert(0.29, "1", "%")).toBe(29)
    expect(convert(1.5, "/s", "/min")).toBe(90)
    expect(convert(5.5, "mmol/L", "mg/dL")).toBe(99.0858)
    expect(convert(0, "kg", "g")).toBe(0)
  })

  it("holds UCUM's millimetre of mercury, 133.322 Pa", () => {
    expect(convert(1000, "mm[Hg]", "kPa")).toBe(133.322)
    expect(convert(16, "kPa", "mm[Hg]")).toBeCloseTo(120.01, 3)
  })

  it("reads annotations as no part of the unit, where UCUM allows them", () => {
    expect(convert(72, "{beats}/min", "/min")).toBe(72)
    expect(convert(72, "/min{beats}", "/s")).toBe(1.2)
    expect(convert(120, "mm[Hg]{sitting}", "mm[Hg]")).toBe(120)
    expect(Result.isFailure(Units.convert(1, "{beats}min", "/min"))).toBe(true)
    expect(Result.isFailure(Units.convert(1, "{body}kg", "kg"))).toBe(true)
  })

  it("refuses units of different quantities", () => {
    expect(Units.convert(1, "kg", "cm")).toEqual(
      Result.fail(new Units.IncompatibleUnits({ from: "kg", to: "cm" }))
    )
  })

  it("refuses an unknown unit on either side, the same on both sides included", () => {
    for (const [from, to] of [
      ["stone", "kg"],
      ["kg", "stone"],
      ["stone", "stone"],
      ["", "kg"]
    ] as const) {
      const result = Units.convert(1, from, to)
      expect(Result.isFailure(result) && result.failure).toBeInstanceOf(Units.UnknownUnit)
    }
  })

  it("takes no human alias", () => {
    expect(["mmHg", "bpm", "°C", "C", "F", "lb", "in"].filter(isKnown)).toEqual([])
  })

  it.prop(
    "comes back within 5 parts in 10^16 for every unit of every vital",
    { share: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })) },
    ({ share }) =>
      Vital.numerics.every(({ possible, unit, units }) => {
        const value = possible.minimum + share * (possible.maximum - possible.minimum)
        // The zero of one scale may lie far from the zero of another, and below 1e-300 doubles
        // have lost digits: there the error is absolute.
        const size = (unit === "Cel" ? value + 459.67 : value) + 1e-300
        return units.every((other) => {
          const back = convert(convert(value, unit, other), other, unit)
          return Math.abs(back - value) <= 5e-16 * size
        })
      })
  )

  it.prop(
    "keeps the order of values",
    { a: Schema.Finite, b: Schema.Finite },
    ({ a, b }) =>
      a <= b === convert(a, "[degF]", "Cel") <= convert(b, "[degF]", "Cel") ||
      convert(a, "[degF]", "Cel") === convert(b, "[degF]", "Cel")
  )
})

describe("Units.parse", () => {
  it("reads human aliases in any case", () => {
    expect(["mmHg", "MMHG", "mm Hg", "mm[Hg]"].map(read)).toEqual(Array(4).fill("mm[Hg]"))
    expect(["bpm", "BPM", "beats/min", "breaths/min", "{beats}/min", "1/min"].map(read)).toEqual(
      Array(6).fill("/min")
    )
    expect(["°C", "C", "c", "Celsius", "Cel"].map(read)).toEqual(Array(5).fill("Cel"))
    expect(["°F", "F", "degF", "[degF]"].map(read)).toEqual(Array(4).fill("[degF]"))
    expect(["lb", "lbs", "in", "inches", "kg", "KG"].map(read)).toEqual([
      "[lb_av]",
      "[lb_av]",
      "[in_i]",
      "[in_i]",
      "kg",
      "kg"
    ])
  })

  it("names the units it knows when it refuses one", () => {
    const result = Units.parse("furlong")
    expect(Result.isFailure(result) && result.failure).toMatchObject({ unit: "furlong" })
    expect(Result.isFailure(result) && result.failure.known).toContain("[in_i]")
  })
})

describe("Units.toCanonical", () => {
  it("brings a reading into the canonical unit", () => {
    expect(canonical("temperature", 98.6, "°F")).toBe(37)
    expect(canonical("weight", 150, "lb")).toBe(68.0388555)
    expect(canonical("pain", 7, "{score}")).toBe(7)
    expect(canonical("pain", 7, "{points}")).toBe(7)
    expect(canonical("oxygen-saturation", 0.97, "1")).toBe(97)
  })

  it("refuses a known unit in which the vital is not measured, and says which are accepted", () => {
    expect(Units.toCanonical(Vital.get("glucose"), 1, "kg")).toEqual(
      Result.fail(
        new Units.UnitNotAccepted({ vital: "glucose", unit: "kg", accepted: ["mg/dL", "mmol/L"] })
      )
    )
    expect(Result.isFailure(Units.toCanonical(Vital.get("pain"), 1, "%"))).toBe(true)
  })

  it("accepts every unit of the catalogue for its vital", () => {
    const refused = Vital.numerics.flatMap((vital) =>
      vital.units.filter((unit) => Result.isFailure(Units.toCanonical(vital, 1, unit)))
    )
    expect(refused).toEqual([])
  })
})

const Cases = Schema.Struct({
  conversion: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      value: Schema.String,
      srcUnit: Schema.String,
      dstUnit: Schema.String,
      outcome: Schema.String
    })
  ),
  validation: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      unit: Schema.String,
      valid: Schema.Literals(["true", "false"])
    })
  )
})

describeWithData("vectors/ucum_functional_tests.json", "Units and the UCUM cases", (path) => {
  const { conversion, validation } = Schema.decodeUnknownSync(Cases)(readJson(path))
  const ours = conversion.filter((c) => isKnown(c.srcUnit) && isKnown(c.dstUnit))

  it("holds for the conversions between units of the catalogue, to the digits printed", () => {
    expect(ours.map((c) => c.id)).toEqual(expect.arrayContaining(["3-102", "3-118", "3-119"]))
    const wrong = ours.filter(({ value, srcUnit, dstUnit, outcome }) => {
      const digits = outcome.replace(/^[0.]+/, "").replace(".", "").length
      const converted = convert(Number(value), srcUnit, dstUnit)
      return Number(converted.toPrecision(digits)) !== Number(outcome)
    })
    expect(wrong).toEqual([])
  })

  it("holds for the pascals of a metre of mercury", () => {
    const metre = conversion.find((c) => c.srcUnit === "m[Hg]" && c.dstUnit === "g.s-2.m-1")
    expect(convert(1000, "mm[Hg]", "kPa") * 1e6).toBeCloseTo(Number(metre?.outcome), 6)
  })

  it("accepts no unit that UCUM refuses", () => {
    const refused = validation.filter((c) => c.valid === "false")
    expect(refused.length).toBeGreaterThan(20)
    expect(refused.filter((c) => isKnown(c.unit))).toEqual([])
  })

  it("knows the catalogue's units under the spellings UCUM allows", () => {
    const allowed = validation.filter((c) => c.valid === "true").map((c) => c.unit)
    expect(allowed.filter(isKnown)).toEqual(
      expect.arrayContaining([
        "%",
        "mm[Hg]",
        "Cel",
        "/min",
        "1/min",
        "mg/dL",
        "mmol/L",
        "mmol/l",
        "L/min",
        "[lb_av]",
        "[in_i]"
      ])
    )
  })
})
