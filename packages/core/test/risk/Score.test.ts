import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Score from "../../src/risk/Score.ts"

describe("Score.roundHalfUp", () => {
  it("rounds ties of the decimal that was written upwards", () => {
    expect([38.05, 36.05, 35.05, 39.05].map((value) => Score.roundHalfUp(value, 1))).toEqual([
      38.1, 36.1, 35.1, 39.1
    ])
    expect([20.5, 95.5, 90.5].map((value) => Score.roundHalfUp(value, 0))).toEqual([21, 96, 91])
  })

  it("leaves what is below a tie below", () => {
    expect([38.04, 36.04, 35.04].map((value) => Score.roundHalfUp(value, 1))).toEqual([38, 36, 35])
    expect([20.4, 95.4999].map((value) => Score.roundHalfUp(value, 0))).toEqual([20, 95])
  })

  it("takes values in powers of ten, negative ones and those that are not finite", () => {
    expect(Score.roundHalfUp(1e-7, 0)).toBe(0)
    expect(Score.roundHalfUp(5e-7, 6)).toBe(0.000001)
    expect(Score.roundHalfUp(1e21, 2)).toBe(1e21)
    expect(Score.roundHalfUp(-2.5, 0)).toBe(-2)
    expect(Score.roundHalfUp(NaN, 1)).toBeNaN()
    expect(Score.roundHalfUp(Infinity, 1)).toBe(Infinity)
  })

  const Reading = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 400 }))

  it.prop(
    "moves a value by half a unit at most, and once only",
    { value: Reading },
    ({ value }) => {
      const rounded = Score.roundHalfUp(value, 1)
      return Math.abs(rounded - value) <= 0.05 + 1e-12 && Score.roundHalfUp(rounded, 1) === rounded
    }
  )

  it.prop("keeps the order of values", { a: Reading, b: Reading }, ({ a, b }) => {
    const [low, high] = [Math.min(a, b), Math.max(a, b)]
    return Score.roundHalfUp(low, 0) <= Score.roundHalfUp(high, 0)
  })
})

describe("Score.row", () => {
  it("reads the cells of a printed chart", () => {
    expect(Score.row("<=8 | | 9-11 | 35.1-36.0 | >=25 | 4")).toEqual([
      { minimum: -Infinity, maximum: 8 },
      undefined,
      { minimum: 9, maximum: 11 },
      { minimum: 35.1, maximum: 36 },
      { minimum: 25, maximum: Infinity },
      { minimum: 4, maximum: 4 }
    ])
  })

  it("reads ends that are left out", () => {
    expect(Score.row("<36 | 36-38 | >38 | 300-<400 | >5-15 | >1-<2 | -5--2")).toEqual([
      { minimum: -Infinity, maximum: 36, exclusiveMaximum: true },
      { minimum: 36, maximum: 38 },
      { minimum: 38, maximum: Infinity, exclusiveMinimum: true },
      { minimum: 300, maximum: 400, exclusiveMaximum: true },
      { minimum: 5, maximum: 15, exclusiveMinimum: true },
      { minimum: 1, maximum: 2, exclusiveMinimum: true, exclusiveMaximum: true },
      { minimum: -5, maximum: -2 }
    ])
  })

  it("throws on a cell that is none", () => {
    for (const cell of ["=8", "8-", "a", ">=8-9", "<= 8", "<8-9", "8->9", "1.2.3", "8.", "<", "-"])
      expect(() => Score.row(cell)).toThrow(cell)
  })
})

describe("Score.column", () => {
  const row = Score.row("<=8 | | 9-11 | >=25")

  it("finds the cell that holds a value, ends included", () => {
    expect([8, 9, 11, 25].map((value) => Score.column(row, value))).toEqual([0, 2, 2, 3])
  })

  it("leaves out the ends that are excluded", () => {
    const strict = Score.row("<36 | 36-<38 | >38")
    expect([35.99, 36, 37.99, 38, 38.01].map((value) => Score.column(strict, value))).toEqual([
      0, 1, 1, -1, 2
    ])
  })

  it("finds none in a gap, for NaN and in an empty row", () => {
    expect([8.5, 12, NaN].map((value) => Score.column(row, value))).toEqual([-1, -1, -1])
    expect(Score.column([], 8)).toBe(-1)
  })
})

describe("Score.Assessment", () => {
  const assessment: Score.Assessment = {
    score: "example",
    version: "1",
    citation: "Example 2020",
    total: null,
    lowerBound: 3,
    band: null,
    contributions: [{ input: "pulse", points: 3 }],
    inputs: [
      {
        name: "pulse",
        value: 130.6,
        unit: "/min",
        rounded: 131,
        observedAt: Timestamp.at(0, 120)
      }
    ],
    rounding: "half up",
    missing: ["temperature"],
    response: null
  }

  it("survives a journey through JSON, times and offsets included", () => {
    const codec = Schema.fromJsonString(Score.Assessment)
    const text = Schema.encodeSync(codec)(assessment)
    expect(JSON.parse(text)).toMatchObject({
      total: null,
      inputs: [{ value: 130.6, observedAt: "1970-01-01T02:00:00.000+02:00" }]
    })
    expect(Schema.encodeSync(codec)(Schema.decodeSync(codec)(text))).toBe(text)
  })
})
