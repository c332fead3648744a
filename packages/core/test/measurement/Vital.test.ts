import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Vital from "../../src/measurement/Vital.ts"

// The check digit of a LOINC code, as printed after its hyphen (Luhn's, over the number before it).
const checkDigit = (number: string): number => {
  const sum = Array.from(number)
    .toReversed()
    .reduce((total, digit, index) => {
      const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1)
      return total + (doubled > 9 ? doubled - 9 : doubled)
    }, 0)
  return (10 - (sum % 10)) % 10
}

describe("Vital", () => {
  it("lists every code once, in the order of the codes", () => {
    expect(Vital.catalogue.map((vital) => vital.code)).toEqual([...Vital.Code.literals])
    expect(Vital.catalogue).toHaveLength(18)
  })

  it("spells every code in kebab case", () => {
    for (const code of Vital.Code.literals) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/)
  })

  it("finds a vital by its code and by each of its LOINC codes", () => {
    for (const vital of Vital.catalogue) {
      for (const name of [vital.code, ...vital.loinc]) expect(Vital.find(name)).toBe(vital)
      for (const loinc of vital.loinc) expect(Vital.fromLoinc(loinc)).toBe(vital)
    }
  })

  it("gives one vital for the two codes of oxygen saturation, and for the two of glucose", () => {
    expect(Vital.find("2708-6")).toBe(Vital.find("59408-5"))
    expect(Vital.find("2339-0")).toBe(Vital.find("15074-8"))
  })

  it("finds nothing for an unknown, an empty or a nearly right name", () => {
    for (const name of ["", "pulse", "Heart-Rate", " heart-rate", "8867-5", "toString"]) {
      expect(Vital.find(name)).toBeUndefined()
    }
    expect(Vital.fromLoinc("heart-rate")).toBeUndefined()
  })

  it("carries no LOINC code twice, and only codes whose check digit is right", () => {
    const codes = Vital.catalogue.flatMap((vital) => vital.loinc)
    expect(new Set(codes).size).toBe(codes.length)
    const printed = codes.map((code) => code.split("-")[0] ?? "")
    expect(printed.map((number) => `${number}-${checkDigit(number)}`)).toEqual(codes)
  })

  it("measures every numeric vital in a canonical unit that is the first accepted", () => {
    for (const vital of Vital.numerics) expect(vital.unit).toBe(vital.units[0])
  })

  it("keeps what is plausible within what is possible", () => {
    for (const { possible, plausible } of Vital.numerics) {
      expect(possible.minimum).toBeLessThanOrEqual(plausible.minimum)
      expect(plausible.minimum).toBeLessThan(plausible.maximum)
      expect(plausible.maximum).toBeLessThanOrEqual(possible.maximum)
    }
  })

  it("counts both ends of a range in, and NaN and the infinities out", () => {
    const { possible, plausible } = Vital.get("heart-rate")
    expect([0, 350].map((value) => Vital.within(possible, value))).toEqual([true, true])
    expect([20, 250].map((value) => Vital.within(plausible, value))).toEqual([true, true])
    expect([-0.1, 350.1, NaN, Infinity, -Infinity].some((v) => Vital.within(possible, v))).toBe(
      false
    )
  })

  it("has the ranges of its table", () => {
    const { possible, plausible } = Vital.get("weight")
    expect([possible, plausible]).toEqual([
      { minimum: 0.2, maximum: 700 },
      { minimum: 0.5, maximum: 350 }
    ])
  })

  it("takes only codes where the value of a vital is a code", () => {
    const isConsciousness = Schema.is(Vital.Consciousness)
    expect(Vital.get("consciousness").codes.every(isConsciousness)).toBe(true)
    expect(["A", "drowsy", "", 0].some(isConsciousness)).toBe(false)
    expect(Vital.get("oxygen-device").codes[0]).toBe("air")
    expect(Vital.get("diabetes").codes).toEqual(["yes", "no"])
  })

  it("tells numeric vitals from coded ones by their kind", () => {
    expect(Vital.numerics.every((vital) => vital.kind === "numeric")).toBe(true)
    expect(Vital.CodedCode.literals.every((code) => Vital.get(code).kind === "coded")).toBe(true)
  })
})
