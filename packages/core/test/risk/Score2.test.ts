import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData } from "../../../../test/data.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Score from "../../src/risk/Score.ts"
import * as Score2 from "../../src/risk/Score2.ts"
import { casesOf } from "./cases.ts"

const patient = {
  age: 50,
  sex: "male",
  smoker: true,
  systolicPressure: 140,
  totalCholesterol: 5.5,
  hdlCholesterol: 1.3,
  region: "low"
} as const

const regions = ["low", "moderate", "high", "very-high"] as const

const risk = (change: Score2.Patient = {}): Score.Risk =>
  Result.getOrThrow(Score2.risk({ ...patient, ...change }))

const refusal = (change: Score2.Patient): unknown =>
  Result.getOrThrow(Result.flip(Score2.risk({ ...patient, ...change })))

const outside = (reasons: ReadonlyArray<string>): Score.OutsidePopulation =>
  new Score.OutsidePopulation({
    score: "score2",
    population:
      "40 to 69 years, without diabetes, known cardiovascular disease or chronic kidney disease",
    reasons
  })

describe("Score2.risk", () => {
  it("gives no risk without an input, and lists it", () => {
    for (const name of Object.keys(patient)) {
      expect(risk({ [name]: undefined })).toMatchObject({
        risk: null,
        contributions: [],
        missing: [name]
      })
    }
    expect(Result.getOrThrow(Score2.risk({})).missing).toEqual(Object.keys(patient))
  })

  it("follows the steps of the source, written out for one woman", () => {
    // Age 65 is 1 step of 5 over 60, 160 is 2 steps of 20 over 120, 7 is 1 over 6, 0.8 is 1 step of 0.5
    // under 1.3.
    const predictor =
      0.4648 + 0.7744 + 2 * 0.3131 + 0.1002 + 0.2606 - 0.1088 - 2 * 0.0277 - 0.0226 - 0.0613
    const uncalibrated = 1 - 0.9776 ** Math.exp(predictor)
    const expected = 1 - Math.exp(-Math.exp(0.571 + 0.9369 * Math.log(-Math.log(1 - uncalibrated))))
    const woman = {
      age: 65,
      sex: "female",
      smoker: true,
      systolicPressure: 160,
      totalCholesterol: 7,
      hdlCholesterol: 0.8,
      region: "high"
    } as const
    const found = risk(woman)
    expect(found.risk).toBeCloseTo(expected, 12)
    expect(found.contributions.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(
      predictor,
      12
    )
  })

  it("has no terms at the centre of the source: a non-smoker of 60, 120, 6 and 1.3", () => {
    const centre = {
      age: 60,
      smoker: false,
      systolicPressure: 120,
      totalCholesterol: 6,
      hdlCholesterol: 1.3
    }
    expect(risk(centre).contributions.map(({ points }) => points)).toEqual(Array(9).fill(0))
    const expected = 1 - Math.exp(-Math.exp(-0.5699 + 0.7476 * Math.log(-Math.log(0.9605))))
    expect(risk(centre).risk).toBeCloseTo(expected, 12)
  })

  it("is for 40 to 69 completed years; older patients are refused and not computed", () => {
    expect(risk({ age: 40 }).risk).toBeGreaterThan(0)
    expect(risk({ age: 69.99 }).risk).toBeGreaterThan(0)
    expect(refusal({ age: 39.99 })).toEqual(outside(["age outside 40 to 69 years"]))
    expect(refusal({ age: 70 })).toEqual(outside(["age outside 40 to 69 years"]))
  })

  it("refuses diabetes, cardiovascular and kidney disease, all reasons at once", () => {
    expect(
      refusal({ age: 75, diabetes: true, cardiovascularDisease: true, chronicKidneyDisease: true })
    ).toEqual(
      outside([
        "age outside 40 to 69 years",
        "with diabetes",
        "with known cardiovascular disease",
        "with chronic kidney disease"
      ])
    )
    expect(risk({ diabetes: false, cardiovascularDisease: null }).risk).toBe(risk().risk)
  })

  it("refuses what cannot be true, and cholesterol in mg/dL", () => {
    expect(refusal({ totalCholesterol: 213, hdlCholesterol: 50, systolicPressure: 18 })).toEqual(
      new Score.ImpossibleInput({
        score: "score2",
        inputs: [
          { name: "systolicPressure", expected: "40 to 400 mm[Hg]" },
          { name: "totalCholesterol", expected: "0.5 to 39 mmol/L" },
          { name: "hdlCholesterol", expected: "0.1 to 8 mmol/L" }
        ]
      })
    )
    expect(refusal({ totalCholesterol: 1, hdlCholesterol: 1 })).toMatchObject({
      inputs: [{ name: "hdlCholesterol", expected: "below the total cholesterol" }]
    })
    // oxlint-disable-next-line typescript/no-unsafe-argument -- what an untyped caller may send
    const untyped = JSON.parse(`{ "region": "Finland" }`)
    expect(Result.getOrThrow(Result.flip(Score2.risk(untyped)))).toMatchObject({
      inputs: [{ name: "region", expected: "one of low, moderate, high, very-high" }]
    })
  })

  it("records what was used, with units and times, and its source", () => {
    const observedAt = Timestamp.at(0, 60)
    const found = risk({ observedAt: { totalCholesterol: observedAt } })
    expect(found.inputs).toContainEqual({
      name: "totalCholesterol",
      value: 5.5,
      unit: "mmol/L",
      observedAt
    })
    expect(found.inputs).toContainEqual({ name: "region", value: "low" })
    expect(found).toMatchObject({ ...Score2.about, band: null, response: null, rounding: "none" })
  })

  const within = (minimum: number, maximum: number) =>
    Schema.Finite.check(Schema.isBetween({ minimum, maximum }))
  const Anyone = Schema.Struct({
    age: within(40, 69),
    sex: Schema.Literals(["female", "male"]),
    smoker: Schema.Boolean,
    systolicPressure: within(90, 200),
    totalCholesterol: within(3, 9),
    hdlCholesterol: within(0.6, 2.5),
    region: Schema.Literals(regions)
  })

  it.prop("is a fraction, and fits the shape of every risk", { anyone: Anyone }, ({ anyone }) =>
    Schema.is(Score.Risk)(risk(anyone))
  )

  it.prop(
    "rises with age, with pressure and with smoking",
    { anyone: Anyone, age: within(40, 69), systolicPressure: within(90, 200) },
    ({ age, anyone, systolicPressure }) => {
      const older = { ...anyone, age: Math.max(age, anyone.age) }
      const higher = {
        ...older,
        systolicPressure: Math.max(systolicPressure, anyone.systolicPressure)
      }
      const rising = [
        { ...anyone, smoker: false },
        { ...older, smoker: false },
        { ...higher, smoker: false },
        { ...higher, smoker: true }
      ].map((one) => risk(one).risk ?? NaN)
      return rising.every((value, index) => index === 0 || value >= rising[index - 1]! - 1e-15)
    }
  )
})

const Anchor = Schema.Struct({
  input: Schema.Struct({
    age: Schema.Finite,
    smoker: Schema.Boolean,
    sbp: Schema.Finite,
    tc_mmol: Schema.Finite,
    hdl_mmol: Schema.Finite
  }),
  expected_pct: Schema.Record(
    Schema.Literals(["male", "female"]),
    Schema.Record(Schema.String, Schema.Finite)
  )
})

describeWithData(
  "vectors/paper_anchor_examples.json",
  "The published example of SCORE2",
  (path) => {
    const [anchor] = casesOf(path, "score", "SCORE2", Anchor)
    if (anchor === undefined) throw new Error("the example is not in the file")
    const { expected_pct, input } = anchor

    const each = (["male", "female"] as const).flatMap((sex) =>
      regions.map((region) => [sex, region] as const)
    )

    it.each(each)("agrees for a %s patient in a region of %s risk", (sex, region) => {
      const found = risk({
        age: input.age,
        sex,
        smoker: input.smoker,
        systolicPressure: input.sbp,
        totalCholesterol: input.tc_mmol,
        hdlCholesterol: input.hdl_mmol,
        region
      })
      expect(Score.roundHalfUp(100 * (found.risk ?? NaN), 1)).toBe(
        expected_pct[sex][region.replace("-", "_")]
      )
    })
  }
)
