import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Waves from "../../src/ecg/Waves.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Qtc from "../../src/risk/Qtc.ts"
import * as Score from "../../src/risk/Score.ts"
import { casesOf } from "./cases.ts"

const correct = (intervals: Qtc.Intervals): Qtc.Corrected =>
  Result.getOrThrow(Qtc.correct(intervals))

const refusal = (intervals: Qtc.Intervals): unknown =>
  Result.getOrThrow(Result.flip(Qtc.correct(intervals)))

const impossible = (inputs: Score.ImpossibleInput["inputs"]): Score.ImpossibleInput =>
  new Score.ImpossibleInput({ score: "qtc", inputs })

const unknown = { bazett: null, fridericia: null, framingham: null, hodges: null }

describe("Qtc.correct", () => {
  it("gives nothing without QT, or without RR or heart rate, and lists what is missing", () => {
    expect(correct({})).toMatchObject({ ...unknown, missing: ["qtInterval", "heartRate"] })
    expect(correct({ qtInterval: 400 })).toMatchObject({ ...unknown, missing: ["heartRate"] })
    expect(correct({ heartRate: 60 })).toMatchObject({ ...unknown, missing: ["qtInterval"] })
    expect(correct({ rrInterval: 1, qtInterval: null })).toMatchObject({
      ...unknown,
      missing: ["qtInterval"]
    })
  })

  it("is QT itself at 60 /min, by every formula", () => {
    const same = { bazett: 412, fridericia: 412, framingham: 412, hodges: 412, missing: [] }
    expect(correct({ qtInterval: 412, heartRate: 60 })).toMatchObject(same)
    expect(correct({ qtInterval: 412, rrInterval: 1 })).toMatchObject(same)
  })

  it("takes RR in s, where roots can be checked by eye", () => {
    // The root of 0.64 is 0.8, the cube root of 0.512 is 0.8; 0.5 s is 120 /min.
    expect(correct({ qtInterval: 360, rrInterval: 0.64 }).bazett).toBeCloseTo(450, 10)
    expect(correct({ qtInterval: 360, rrInterval: 0.512 }).fridericia).toBeCloseTo(450, 10)
    expect(correct({ qtInterval: 360, rrInterval: 0.5 }).framingham).toBe(360 + 77)
    expect(correct({ qtInterval: 360, rrInterval: 0.5 }).hodges).toBe(360 + 105)
  })

  it("refuses an RR interval in ms, a QT interval in s, and what is not a number", () => {
    expect(refusal({ qtInterval: 0.4, rrInterval: 800 })).toEqual(
      impossible([
        { name: "qtInterval", expected: "50 to 1500 ms" },
        { name: "rrInterval", expected: "0.15 to 6 s" }
      ])
    )
    expect(refusal({ qtInterval: NaN, heartRate: 0 })).toEqual(
      impossible([
        { name: "qtInterval", expected: "50 to 1500 ms" },
        { name: "heartRate", expected: "10 to 400 /min" }
      ])
    )
  })

  it("accepts both edges of every range", () => {
    for (const heartRate of [10, 400]) {
      expect(correct({ qtInterval: 400, heartRate }).bazett).toBeGreaterThan(0)
    }
    for (const rrInterval of [0.15, 6]) {
      expect(correct({ qtInterval: 400, rrInterval }).bazett).toBeGreaterThan(0)
    }
    for (const heartRate of [9.99, 400.01]) {
      expect(refusal({ qtInterval: 400, heartRate })).toMatchObject({
        inputs: [{ name: "heartRate" }]
      })
    }
    expect(refusal({ qtInterval: 49.9, heartRate: 60 })).toMatchObject({
      inputs: [{ name: "qtInterval" }]
    })
    expect(refusal({ qtInterval: 1500.1, heartRate: 60 })).toMatchObject({
      inputs: [{ name: "qtInterval" }]
    })
  })

  it("refuses a heart rate beside an RR interval: which of the two would count?", () => {
    expect(refusal({ qtInterval: 400, rrInterval: 1, heartRate: 60 })).toEqual(
      impossible([{ name: "heartRate", expected: "absent where the RR interval is given" }])
    )
  })

  it("records what was used, with units and times, and its sources", () => {
    const observedAt = Timestamp.at(0, 60)
    const found = correct({
      qtInterval: 400,
      heartRate: 75,
      observedAt: { qtInterval: observedAt }
    })
    expect(found.inputs).toEqual([
      { name: "qtInterval", value: 400, unit: "ms", observedAt },
      { name: "heartRate", value: 75, unit: "/min" }
    ])
    expect(correct({ qtInterval: 400, rrInterval: 0.8 }).inputs).toContainEqual({
      name: "rrInterval",
      value: 0.8,
      unit: "s"
    })
    expect(found).toMatchObject({ ...Qtc.about, band: null, response: null, contributions: [] })
  })

  const within = (minimum: number, maximum: number) =>
    Schema.Finite.check(Schema.isBetween({ minimum, maximum }))

  it.prop(
    "agrees with the formulas of Waves, and fits its own schema",
    { qtInterval: within(50, 1500), rrInterval: within(0.15, 6) },
    ({ qtInterval, rrInterval }) => {
      const found = correct({ qtInterval, rrInterval })
      const { bazett, fridericia, framingham, hodges } = found
      expect({ bazett, fridericia, framingham, hodges }).toEqual(
        Waves.qtc(qtInterval, rrInterval * 1000)
      )
      return Schema.is(Qtc.Corrected)(found)
    }
  )

  it.prop(
    "corrects a fast heart down to less, and a slow one up to more, than QT alone would say",
    { qtInterval: within(200, 600), heartRate: within(30, 180) },
    ({ heartRate, qtInterval }) => {
      const { bazett, fridericia, framingham, hodges } = correct({ qtInterval, heartRate })
      const direction = Math.sign(heartRate - 60)
      return [bazett, fridericia, framingham, hodges].every(
        (corrected) => direction * ((corrected ?? NaN) - qtInterval) >= -1e-9
      )
    }
  )
})

const Vector = Schema.Struct({
  input: Schema.Struct({ qt_ms: Schema.Finite, hr: Schema.Finite }),
  expected: Schema.Struct({
    bazett: Schema.Finite,
    fridericia: Schema.Finite,
    framingham: Schema.Finite,
    hodges: Schema.Finite
  })
})

describeWithData("vectors/closed_form_vectors.json", "Qtc on the derived cases", (path) => {
  const vectors = casesOf(path, "fn", "qtc", Vector)

  it("are six", () => expect(vectors).toHaveLength(6))

  it.each(vectors)("agrees for $input.qt_ms ms at $input.hr /min", ({ expected, input }) => {
    const found = correct({ qtInterval: input.qt_ms, heartRate: input.hr })
    expect(found.bazett).toBeCloseTo(expected.bazett, 9)
    expect(found.fridericia).toBeCloseTo(expected.fridericia, 9)
    expect(found.framingham).toBeCloseTo(expected.framingham, 9)
    expect(found.hodges).toBeCloseTo(expected.hodges, 9)
  })
})

const Quantity = Schema.Struct({ value: Schema.Finite })
const Gdl = Schema.Struct({
  cases: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      input: Schema.Struct({
        1: Schema.Struct({
          "QT interval": Quantity,
          "QTc calculation method": Schema.Struct({ label: Schema.String }),
          "Heart Rate": Quantity
        })
      }),
      expected: Schema.Struct({ 1: Schema.Struct({ "QTc interval": Quantity }) })
    })
  )
})

const formulas: { readonly [label: string]: keyof typeof unknown } = {
  "Fredericia’s formula": "fridericia",
  "Bazett’s formula": "bazett",
  "Hodges formula": "hodges",
  "Framingham formula": "framingham"
}

describeWithData("vectors/gdl2_qtc.json", "Qtc on the openEHR cases", (path) => {
  const { cases } = Schema.decodeUnknownSync(Gdl)(readJson(path))

  it.each(cases)("agrees with $id", ({ expected, input }) => {
    const found = correct({
      qtInterval: input[1]["QT interval"].value,
      heartRate: input[1]["Heart Rate"].value
    })
    const formula = formulas[input[1]["QTc calculation method"].label]
    expect(formula).toBeDefined()
    expect(Math.round(found[formula ?? "hodges"] ?? NaN)).toBe(expected[1]["QTc interval"].value)
  })
})
