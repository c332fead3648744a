import { describe, expect, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Invalid from "../../src/input/Invalid.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"

const read = (text: string): string | undefined =>
  Option.getOrUndefined(Option.map(Timestamp.parse(text), Timestamp.format))

describe("Timestamp.parse", () => {
  it("refuses an empty text, a date, a time, and a date-time without an offset", () => {
    for (const text of ["", "2026-03-01", "10:00:00Z", "2026-03-01T10:00:00", "now", " "]) {
      expect(read(text)).toBeUndefined()
    }
  })

  it("keeps the offset that was written", () => {
    expect(read("2026-03-01T23:30:00+02:00")).toBe("2026-03-01T23:30:00.000+02:00")
    expect(read("2026-03-01T23:30:00-05:30")).toBe("2026-03-01T23:30:00.000-05:30")
    expect(read("2026-03-01T23:30:00Z")).toBe("2026-03-01T23:30:00.000+00:00")
    expect(read("2026-03-01T23:30:00-00:00")).toBe("2026-03-01T23:30:00.000+00:00")
  })

  it("reads the other spellings of RFC 3339: small letters, a space, any fraction", () => {
    expect(read("2026-03-01t10:00:00z")).toBe("2026-03-01T10:00:00.000+00:00")
    expect(read("2026-03-01 10:00:00.5+01:00")).toBe("2026-03-01T10:00:00.500+01:00")
    expect(read("2026-03-01T10:00:00.123999999Z")).toBe("2026-03-01T10:00:00.123+00:00")
  })

  it("refuses a day that does not exist, which Date would move to another one", () => {
    for (const day of ["2026-02-29", "2026-02-30", "2026-04-31", "2026-00-10", "2026-13-01"]) {
      expect(read(`${day}T10:00:00Z`)).toBeUndefined()
    }
    expect(read("2024-02-29T10:00:00Z")).toBe("2024-02-29T10:00:00.000+00:00")
    expect(read("1900-02-29T10:00:00Z")).toBeUndefined()
    expect(read("2000-02-29T10:00:00Z")).toBe("2000-02-29T10:00:00.000+00:00")
  })

  it("refuses a time that does not exist", () => {
    for (const time of [
      "24:00:00Z",
      "10:60:00Z",
      "10:00:60Z",
      "10:00:00+24:00",
      "10:00:00+02:60"
    ]) {
      expect(read(`2026-03-01T${time}`)).toBeUndefined()
    }
  })

  it("refuses what is outside the years 1 to 9999, in UTC too", () => {
    expect(read("0000-12-31T23:59:59Z")).toBeUndefined()
    expect(read("0001-01-01T00:00:00Z")).toBe("0001-01-01T00:00:00.000+00:00")
    expect(read("0001-01-01T00:00:00+00:01")).toBeUndefined()
    expect(read("9999-12-31T23:59:59.999Z")).toBe("9999-12-31T23:59:59.999+00:00")
    expect(read("9999-12-31T23:59:59.999-00:01")).toBeUndefined()
    expect(read("10000-01-01T00:00:00Z")).toBeUndefined()
  })

  it("takes nothing before or behind it, and no other signs", () => {
    for (const text of [
      " 2026-03-01T10:00:00Z",
      "2026-03-01T10:00:00Z ",
      "2026-03-01T10:00:00Z\n",
      "+2026-03-01T10:00:00Z",
      "2026-03-01T10:00:00.Z",
      "2026-03-01T10:00:00.1234567890Z",
      "2026-03-01T10:00:00+0200",
      "2026-03-01T10:00:00[Europe/Berlin]",
      "٢٠٢٦-٠٣-٠١T10:00:00Z"
    ]) {
      expect(read(text)).toBeUndefined()
    }
  })
})

describe("Timestamp.format", () => {
  const Millis = Schema.Int.check(
    Schema.isBetween({
      minimum: Date.parse("0002-01-01T00:00:00Z"),
      maximum: Date.parse("9998-12-31T00:00:00Z")
    })
  )
  const Offset = Schema.Int.check(Schema.isBetween({ minimum: -1_439, maximum: 1_439 }))

  it.prop(
    "is read back as the same instant with the same offset",
    { millis: Millis, offset: Offset },
    ({ millis, offset }) => {
      const back = Option.getOrThrow(
        Timestamp.parse(Timestamp.format(Timestamp.at(millis, offset)))
      )
      expect(back.epochMilliseconds).toBe(millis)
      expect(Timestamp.offsetMinutes(back)).toBe(offset)
    }
  )
})

describe("Timestamp.Timestamp", () => {
  it("decodes and encodes a text without changing it", () => {
    const text = "2026-03-01T23:30:00.250+02:00"
    const decoded = Schema.decodeSync(Timestamp.Timestamp)(text)
    expect(decoded.epochMilliseconds).toBe(Date.parse(text))
    expect(Schema.encodeSync(Timestamp.Timestamp)(decoded)).toBe(text)
  })

  it("says what it expects, and never what it got", () => {
    const decode = Invalid.decoder(Schema.Struct({ observedAt: Timestamp.Timestamp }))
    for (const observedAt of ["1 March", 12, null]) {
      const refused = decode({ observedAt })
      expect(Result.isFailure(refused) ? refused.failure.issues : []).toEqual([
        {
          path: "observedAt",
          code: "format",
          message:
            "Expected an RFC 3339 date-time with an offset, such as 2026-03-01T23:30:00+02:00",
          expected: "an RFC 3339 date-time with an offset, such as 2026-03-01T23:30:00+02:00"
        }
      ])
    }
  })
})

describe("Timestamp.CalendarDate", () => {
  const isDate = Schema.is(Timestamp.CalendarDate)

  it("is a day that exists, of the years 1 to 9999", () => {
    for (const text of ["2026-03-01", "2024-02-29", "0001-01-01", "9999-12-31"]) {
      expect(isDate(text)).toBe(true)
    }
    for (const text of ["", "2026-02-29", "0000-01-01", "2026-3-1", "2026-03-01Z", "01.03.2026"]) {
      expect(isDate(text)).toBe(false)
    }
  })
})
