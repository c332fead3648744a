import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData } from "../../../../test/data.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Framingham2008 from "../../src/risk/Framingham2008.ts"
import * as Score from "../../src/risk/Score.ts"
import { casesOf } from "./cases.ts"

const patient = {
  age: 61,
  sex: "female",
  totalCholesterol: 180,
  hdlCholesterol: 47,
  systolicPressure: 124,
  treatedHypertension: false,
  smoker: true,
  diabetes: false
} as const

const risk = (change: Framingham2008.Patient = {}): Score.Risk =>
  Result.getOrThrow(Framingham2008.risk({ ...patient, ...change }))

const refusal = (change: Framingham2008.Patient): unknown =>
  Result.getOrThrow(Result.flip(Framingham2008.risk({ ...patient, ...change })))

describe("Framingham2008.risk", () => {
  it("gives no risk without an input, and lists it", () => {
    for (const name of Object.keys(patient)) {
      expect(risk({ [name]: null })).toMatchObject({
        risk: null,
        contributions: [],
        missing: [name]
      })
    }
    expect(Result.getOrThrow(Framingham2008.risk({})).missing).toEqual(Object.keys(patient))
  })

  it("follows the steps of the source, written out for one man under treatment", () => {
    const man = {
      age: 53,
      sex: "male",
      totalCholesterol: 161,
      hdlCholesterol: 55,
      systolicPressure: 125,
      treatedHypertension: true,
      smoker: false,
      diabetes: true
    } as const
    const predictor =
      3.06117 * Math.log(53) +
      1.1237 * Math.log(161) -
      0.93263 * Math.log(55) +
      1.99881 * Math.log(125) +
      0.57367 -
      23.9802
    const found = risk(man)
    expect(found.risk).toBeCloseTo(1 - 0.88936 ** Math.exp(predictor), 12)
    expect(found.contributions.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(
      predictor,
      10
    )
  })

  it("has one term of the pressure, that of its treatment", () => {
    const names = (treatedHypertension: boolean) =>
      risk({ treatedHypertension }).contributions.map(({ input }) => input)
    expect(names(true)).toContain("ln treated SBP")
    expect(names(true)).not.toContain("ln untreated SBP")
    expect(names(false)).toContain("ln untreated SBP")
  })

  it("is for 30 to 74 completed years without known disease", () => {
    expect(risk({ age: 30 }).risk).toBeGreaterThan(0)
    expect(risk({ age: 74.99 }).risk).toBeGreaterThan(0)
    const outside = (reasons: ReadonlyArray<string>) =>
      new Score.OutsidePopulation({
        score: "framingham-2008",
        population: "30 to 74 years without known cardiovascular disease",
        reasons
      })
    expect(refusal({ age: 29.99 })).toEqual(outside(["age outside 30 to 74 years"]))
    expect(refusal({ age: 75, cardiovascularDisease: true })).toEqual(
      outside(["age outside 30 to 74 years", "with known cardiovascular disease"])
    )
  })

  it("refuses what cannot be true, and cholesterol in mmol/L", () => {
    expect(
      refusal({ totalCholesterol: 5.5, hdlCholesterol: 1.2, systolicPressure: 0, age: NaN })
    ).toEqual(
      new Score.ImpossibleInput({
        score: "framingham-2008",
        inputs: [
          { name: "age", expected: "0 to 130 years" },
          { name: "totalCholesterol", expected: "40 to 1500 mg/dL" },
          { name: "hdlCholesterol", expected: "5 to 300 mg/dL" },
          { name: "systolicPressure", expected: "40 to 400 mm[Hg]" }
        ]
      })
    )
    expect(refusal({ totalCholesterol: 100, hdlCholesterol: 101 })).toMatchObject({
      inputs: [{ name: "hdlCholesterol", expected: "below the total cholesterol" }]
    })
  })

  it("records what was used, with units and times, and its source", () => {
    const observedAt = Timestamp.at(0, 60)
    const found = risk({ observedAt: { systolicPressure: observedAt } })
    expect(found.inputs).toContainEqual({
      name: "systolicPressure",
      value: 124,
      unit: "mm[Hg]",
      observedAt
    })
    expect(found).toMatchObject({
      ...Framingham2008.about,
      band: null,
      response: null,
      rounding: "none"
    })
  })

  const within = (minimum: number, maximum: number) =>
    Schema.Finite.check(Schema.isBetween({ minimum, maximum }))
  const Anyone = Schema.Struct({
    age: within(30, 74),
    sex: Schema.Literals(["female", "male"]),
    totalCholesterol: within(301, 1500),
    hdlCholesterol: within(5, 300),
    systolicPressure: within(40, 400),
    treatedHypertension: Schema.Boolean,
    smoker: Schema.Boolean,
    diabetes: Schema.Boolean
  })

  it.prop("is a fraction, and fits the shape of every risk", { anyone: Anyone }, ({ anyone }) =>
    Schema.is(Score.Risk)(risk(anyone))
  )

  it.prop(
    "rises with every risk factor, and falls with HDL",
    { one: Anyone, other: Anyone },
    ({ one, other }) => {
      const worse = {
        sex: one.sex,
        age: Math.max(one.age, other.age),
        totalCholesterol: Math.max(one.totalCholesterol, other.totalCholesterol),
        hdlCholesterol: Math.min(one.hdlCholesterol, other.hdlCholesterol),
        systolicPressure: Math.max(one.systolicPressure, other.systolicPressure),
        treatedHypertension: one.treatedHypertension || other.treatedHypertension,
        smoker: one.smoker || other.smoker,
        diabetes: one.diabetes || other.diabetes
      }
      return (risk(worse).risk ?? NaN) >= (risk(one).risk ?? NaN) - 1e-12
    }
  )
})

const Example = Schema.Struct({
  input: Schema.Struct({
    sex: Schema.Literals(["female", "male"]),
    age: Schema.Finite,
    tc_mgdl: Schema.Finite,
    hdl_mgdl: Schema.Finite,
    sbp: Schema.Finite,
    bp_tx: Schema.Boolean,
    smoker: Schema.Boolean,
    diabetes: Schema.Boolean
  }),
  expected_pct: Schema.Finite
})

describeWithData(
  "vectors/paper_anchor_examples.json",
  "The examples of Framingham 2008",
  (path) => {
    const examples = casesOf(path, "score", "Framingham 2008 general CVD", Example)

    it("are two", () => expect(examples).toHaveLength(2))

    it.each(examples)("agree to the printed digits: $expected_pct %", ({ expected_pct, input }) => {
      const found = risk({
        age: input.age,
        sex: input.sex,
        totalCholesterol: input.tc_mgdl,
        hdlCholesterol: input.hdl_mgdl,
        systolicPressure: input.sbp,
        treatedHypertension: input.bp_tx,
        smoker: input.smoker,
        diabetes: input.diabetes
      })
      expect(Score.roundHalfUp(100 * (found.risk ?? NaN), 2)).toBe(expected_pct)
    })
  }
)
