import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Phone from "../src/Phone.ts"

const joined = (country: string, national: string) =>
  Result.getOrUndefined(Phone.toE164(country, national))

describe("Phone", () => {
  it("reads a number however its country code and its digits are written", () => {
    for (const country of ["49", "+49", "0049"]) {
      for (const national of [
        "015112345678",
        "0151 1234-5678",
        "(0151) 1234/5678",
        "151.12345678"
      ]) {
        expect([country, national, joined(country, national)]).toEqual([
          country,
          national,
          "+4915112345678"
        ])
      }
    }
  })

  it("keeps a leading zero where the country has no national prefix", () => {
    expect(joined("+39", "06 1234 5678")).toBe("+390612345678")
  })

  it("refuses a length that the country has not, and a country there is none of", () => {
    for (const [country, national] of [
      ["+1", "12345"],
      ["+49", "12"],
      ["+49", "1".repeat(20)],
      ["+999", "123456789"]
    ] as const) {
      const refused = Phone.toE164(country, national)
      expect(Result.isFailure(refused) && refused.failure.message).toBe("phoneNumber: format")
    }
  })

  it("takes for a code and a number only what could be one", () => {
    const isCode = Schema.is(Phone.CountryCode)
    expect(["1", "+49", "0049", "+998"].filter((it) => !isCode(it))).toEqual([])
    expect(["", "+", "0", "+0", "+1234", "four", "+49 "].filter((it) => isCode(it))).toEqual([])
    const isNumber = Schema.is(Phone.NationalNumber)
    expect(["0151 1234", "(030) 12-34", "1234"].filter((it) => !isNumber(it))).toEqual([])
    expect(["", "123", "call me", "1".repeat(26)].filter((it) => isNumber(it))).toEqual([])
  })
})
