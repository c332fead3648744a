import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Haemodynamics from "../../src/risk/Haemodynamics.ts"
import * as Score from "../../src/risk/Score.ts"
import { casesOf } from "./cases.ts"

const pressures = (systolicPressure: number, diastolicPressure: number): Haemodynamics.Pressures =>
  Result.getOrThrow(Haemodynamics.pressures({ systolicPressure, diastolicPressure }))

const shockIndex = (circulation: Haemodynamics.Circulation): Haemodynamics.ShockIndices =>
  Result.getOrThrow(Haemodynamics.shockIndex(circulation))

const refusals = (given: Haemodynamics.Circulation): ReadonlyArray<unknown> => [
  Result.getOrThrow(Result.flip(Haemodynamics.pressures(given))),
  Result.getOrThrow(Result.flip(Haemodynamics.shockIndex(given)))
]

const impossible = (inputs: Score.ImpossibleInput["inputs"]): ReadonlyArray<unknown> =>
  ["derived-pressures", "shock-index"].map((score) => new Score.ImpossibleInput({ score, inputs }))

const within = (minimum: number, maximum: number) =>
  Schema.Finite.check(Schema.isBetween({ minimum, maximum }))
const systolicRange = "1 to 400 mm[Hg]"
const diastolicRange = "0 to 300 mm[Hg]"

describe("Haemodynamics.pressures", () => {
  it("gives nothing without one of the two, and lists it", () => {
    const unknown = { meanPressure: null, pulsePressure: null, contributions: [] }
    expect(Result.getOrThrow(Haemodynamics.pressures({}))).toMatchObject({
      ...unknown,
      missing: ["systolicPressure", "diastolicPressure"]
    })
    expect(Result.getOrThrow(Haemodynamics.pressures({ systolicPressure: 120 }))).toMatchObject({
      ...unknown,
      missing: ["diastolicPressure"]
    })
  })

  it("adds a third of the pulse pressure to the diastolic", () => {
    expect(pressures(130, 70)).toMatchObject({ meanPressure: 90, pulsePressure: 60 })
    expect(pressures(1, 0)).toMatchObject({ meanPressure: 1 / 3, pulsePressure: 1 })
  })

  it.prop(
    "has its mean between the two, and fits its own schema",
    { systolic: within(1, 400), share: within(0, 0.99) },
    ({ share, systolic }) => {
      const diastolic = Math.min(300, systolic * share)
      const found = pressures(systolic, diastolic)
      const { meanPressure, pulsePressure } = found
      expect(meanPressure).toBeGreaterThan(diastolic)
      expect(meanPressure).toBeLessThan(systolic)
      expect(pulsePressure).toBe(systolic - diastolic)
      return Schema.is(Haemodynamics.Pressures)(found)
    }
  )
})

describe("Haemodynamics.shockIndex", () => {
  it("gives what it can, and lists what is missing for the rest", () => {
    expect(shockIndex({ heartRate: 90, systolicPressure: 120 })).toMatchObject({
      shockIndex: 0.75,
      modifiedShockIndex: null,
      ageShockIndex: null,
      band: "above-normal",
      missing: ["diastolicPressure", "age"]
    })
    expect(shockIndex({ heartRate: 90, age: 40 })).toMatchObject({
      shockIndex: null,
      modifiedShockIndex: null,
      ageShockIndex: null,
      band: null,
      missing: ["systolicPressure", "diastolicPressure"]
    })
    expect(shockIndex({ systolicPressure: 120, diastolicPressure: 80 })).toMatchObject({
      shockIndex: null,
      modifiedShockIndex: null,
      band: null
    })
  })

  it.each([
    [49.9, "below-normal"],
    [50, "normal"],
    [70, "normal"],
    [70.1, "above-normal"]
  ] as const)("calls a pulse of %d at 100 mm[Hg] %s", (heartRate, band) => {
    expect(shockIndex({ heartRate, systolicPressure: 100 }).band).toBe(band)
  })

  it("has no band for children, whose normal is another", () => {
    const circulation = { heartRate: 100, systolicPressure: 100 }
    expect(shockIndex({ ...circulation, age: 17.99 })).toMatchObject({ shockIndex: 1, band: null })
    expect(shockIndex({ ...circulation, age: 18 }).band).toBe("above-normal")
  })

  it("is 0 without a pulse, which is a value and not a missing one", () => {
    expect(shockIndex({ heartRate: 0, systolicPressure: 40 })).toMatchObject({
      shockIndex: 0,
      band: "below-normal"
    })
  })

  it.prop(
    "rises with the pulse, and the modified index is the larger",
    {
      rate: within(1, 350),
      more: within(1, 350),
      systolic: within(40, 300),
      share: within(0, 0.9)
    },
    ({ more, rate, share, systolic }) => {
      const [low, high] = [Math.min(rate, more), Math.max(rate, more)].map((heartRate) =>
        shockIndex({
          heartRate,
          systolicPressure: systolic,
          diastolicPressure: systolic * share,
          age: 40
        })
      )
      expect(Schema.is(Haemodynamics.ShockIndices)(low)).toBe(true)
      return (
        (low?.shockIndex ?? NaN) <= (high?.shockIndex ?? NaN) &&
        (low?.modifiedShockIndex ?? NaN) > (low?.shockIndex ?? NaN)
      )
    }
  )
})

describe("Both", () => {
  it("refuse a diastolic pressure that is not below the systolic one", () => {
    const expected = impossible([
      { name: "diastolicPressure", expected: "below the systolic pressure" }
    ])
    expect(refusals({ systolicPressure: 80, diastolicPressure: 80 })).toEqual(expected)
    expect(refusals({ systolicPressure: 80, diastolicPressure: 281 })).toEqual(expected)
  })

  it("refuse a systolic pressure of 0, and what is out of range or not a number", () => {
    expect(refusals({ systolicPressure: 0 })).toEqual(
      impossible([{ name: "systolicPressure", expected: systolicRange }])
    )
    expect(refusals({ systolicPressure: 401, diastolicPressure: NaN })).toEqual(
      impossible([
        { name: "systolicPressure", expected: systolicRange },
        { name: "diastolicPressure", expected: diastolicRange }
      ])
    )
  })

  it("record what was used, with units and times, and their sources", () => {
    const observedAt = Timestamp.at(0, 60)
    const given = {
      heartRate: 80,
      systolicPressure: 120,
      diastolicPressure: 80,
      observedAt: { systolicPressure: observedAt }
    }
    const systolic = { name: "systolicPressure", value: 120, unit: "mm[Hg]", observedAt }
    expect(Result.getOrThrow(Haemodynamics.pressures(given))).toMatchObject({
      ...Haemodynamics.aboutPressures,
      inputs: [systolic, { name: "diastolicPressure", value: 80, unit: "mm[Hg]" }],
      response: null,
      rounding: "none"
    })
    expect(shockIndex(given)).toMatchObject(Haemodynamics.aboutShockIndex)
    expect(shockIndex(given).inputs).toContainEqual(systolic)
  })
})

const Derived = Schema.Struct({
  input: Schema.Struct({ sbp: Schema.Finite, dbp: Schema.Finite }),
  expected: Schema.Struct({ map: Schema.Finite, pp: Schema.Finite })
})
const Shock = Schema.Struct({
  input: Schema.Struct({
    hr: Schema.Finite,
    sbp: Schema.Finite,
    dbp: Schema.Finite,
    age: Schema.Finite
  }),
  expected: Schema.Struct({ si: Schema.Finite, msi: Schema.Finite, age_si: Schema.Finite })
})

describeWithData(
  "vectors/closed_form_vectors.json",
  "Haemodynamics on the derived cases",
  (path) => {
    const derived = casesOf(path, "fn", "map_pp", Derived)
    const shocks = casesOf(path, "fn", "shock_index", Shock)

    it("are six and four", () => expect([derived.length, shocks.length]).toEqual([6, 4]))

    it.each(derived)("agrees for $input.sbp/$input.dbp", ({ expected, input }) => {
      const found = pressures(input.sbp, input.dbp)
      expect(found.meanPressure).toBeCloseTo(expected.map, 9)
      expect(found.pulsePressure).toBe(expected.pp)
    })

    it.each(shocks)("agrees for $input.hr /min at $input.sbp/$input.dbp", ({ expected, input }) => {
      const found = shockIndex({
        heartRate: input.hr,
        systolicPressure: input.sbp,
        diastolicPressure: input.dbp,
        age: input.age
      })
      expect(found.shockIndex).toBeCloseTo(expected.si, 9)
      expect(found.modifiedShockIndex).toBeCloseTo(expected.msi, 9)
      expect(found.ageShockIndex).toBeCloseTo(expected.age_si, 9)
    })
  }
)

const Quantity = Schema.Struct({ value: Schema.Finite })
const one = <Input extends Schema.Top, Expected extends Schema.Top>(
  input: Input,
  expected: Expected
) =>
  Schema.Struct({
    cases: Schema.Array(
      Schema.Struct({
        id: Schema.String,
        input: Schema.Struct({ 1: input }),
        expected: Schema.Struct({ 1: expected })
      })
    )
  })

const GdlMean = one(
  Schema.Struct({ Systolic: Quantity, Diastolic: Quantity }),
  Schema.Struct({ "Mean Arterial Pressure": Quantity })
)

describeWithData("vectors/gdl2_map.json", "Mean pressure on the openEHR cases", (path) => {
  const { cases } = Schema.decodeUnknownSync(GdlMean)(readJson(path))

  it.each(cases)("agrees with $id", ({ expected, input }) => {
    const { meanPressure } = pressures(input[1].Systolic.value, input[1].Diastolic.value)
    expect(Score.roundHalfUp(meanPressure ?? NaN, 1)).toBe(
      expected[1]["Mean Arterial Pressure"].value
    )
  })
})

const GdlShock = one(
  Schema.Struct({ "Heart rate": Quantity, "Systolic BP": Quantity }),
  Schema.Struct({ "Shock Index": Quantity })
)

describeWithData("vectors/gdl2_shock_index.json", "Shock index on the openEHR cases", (path) => {
  const { cases } = Schema.decodeUnknownSync(GdlShock)(readJson(path))

  it.each(cases)("agrees with $id", ({ expected, input }) => {
    const found = shockIndex({
      heartRate: input[1]["Heart rate"].value,
      systolicPressure: input[1]["Systolic BP"].value
    })
    expect(Score.roundHalfUp(found.shockIndex ?? NaN, 2)).toBe(expected[1]["Shock Index"].value)
  })
})
