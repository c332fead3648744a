import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData } from "../../../../test/data.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Egfr from "../../src/risk/Egfr.ts"
import * as Score from "../../src/risk/Score.ts"
import { casesOf } from "./cases.ts"

const patient = { creatinine: 1.4, age: 60, sex: "male" } as const

const estimate = (change: Egfr.Patient = {}): Egfr.Estimate =>
  Result.getOrThrow(Egfr.ckdEpi2021({ ...patient, ...change }))

const refusal = (change: Egfr.Patient): unknown =>
  Result.getOrThrow(Result.flip(Egfr.ckdEpi2021({ ...patient, ...change })))

const outside = (reasons: ReadonlyArray<string>): Score.OutsidePopulation =>
  new Score.OutsidePopulation({
    score: "egfr-ckd-epi-2021",
    population: "18 years and over, not on dialysis, not pregnant",
    reasons
  })

// The creatinine, above the knot, at which a man of 60 has a given rate.
const creatinineFor = (egfr: number): number => 0.9 * (egfr / (142 * 0.9938 ** 60)) ** (-1 / 1.2)

describe("Egfr.ckdEpi2021", () => {
  it("gives no rate without an input, and lists it", () => {
    for (const name of Object.keys(patient)) {
      expect(estimate({ [name]: null })).toMatchObject({
        egfr: null,
        band: null,
        contributions: [],
        missing: [name]
      })
    }
    expect(Result.getOrThrow(Egfr.ckdEpi2021({})).missing).toEqual(["creatinine", "age", "sex"])
  })

  it("is 142 times the yearly decline at the knot, and 1.2 % more in women", () => {
    expect(estimate({ creatinine: 0.9, age: 50 }).egfr).toBeCloseTo(142 * 0.9938 ** 50, 10)
    expect(estimate({ creatinine: 0.7, age: 50, sex: "female" }).egfr).toBeCloseTo(
      142 * 0.9938 ** 50 * 1.012,
      10
    )
  })

  it("is continuous at the knot, and steeper above it", () => {
    const at = (creatinine: number) => estimate({ creatinine }).egfr ?? NaN
    expect(at(0.9 - 1e-9)).toBeCloseTo(at(0.9 + 1e-9), 5)
    expect(at(0.45) / at(0.9)).toBeCloseTo(2 ** 0.302, 10)
    expect(at(0.9) / at(1.8)).toBeCloseTo(2 ** 1.2, 10)
    const woman = (creatinine: number) => estimate({ creatinine, sex: "female" }).egfr ?? NaN
    expect(woman(0.35) / woman(0.7)).toBeCloseTo(2 ** 0.241, 10)
  })

  it("explains its logarithm by its terms", () => {
    for (const change of [{}, { creatinine: 0.5 }, { sex: "female" as const }]) {
      const { contributions, egfr } = estimate(change)
      const logarithm = contributions.reduce((sum, { points }) => sum + points, 0)
      expect(logarithm).toBeCloseTo(Math.log(egfr ?? NaN), 12)
    }
    expect(estimate().contributions).toContainEqual({ input: "sex", points: 0 })
  })

  it.each([
    [90.2, "G1"],
    [89.5, "G1"],
    [89.4, "G2"],
    [59.5, "G2"],
    [59.4, "G3a"],
    [44.5, "G3a"],
    [44.4, "G3b"],
    [29.5, "G3b"],
    [29.4, "G4"],
    [14.5, "G4"],
    [14.4, "G5"]
  ] as const)("puts %d into stage %s, rounded half up to a whole number", (rate, stage) => {
    const found = estimate({ creatinine: creatinineFor(rate + 1e-9) })
    expect(found.egfr).toBeCloseTo(rate, 6)
    expect(found.band).toBe(stage)
  })

  it("is for adults of 18 and over, neither on dialysis nor pregnant", () => {
    expect(estimate({ age: 18 }).egfr).toBeGreaterThan(0)
    expect(refusal({ age: 17.99 })).toEqual(outside(["under 18 years"]))
    expect(refusal({ age: 17, dialysis: true, pregnant: true })).toEqual(
      outside(["under 18 years", "on dialysis", "pregnant"])
    )
    expect(estimate({ dialysis: false, pregnant: null }).egfr).toBe(estimate().egfr)
  })

  it("refuses what cannot be true, and a creatinine in umol/L", () => {
    expect(estimate({ creatinine: 0.1 }).egfr).toBeGreaterThan(0)
    expect(estimate({ creatinine: 40 }).egfr).toBeGreaterThan(0)
    for (const creatinine of [0, 0.09, 40.1, 124, -1, NaN, Infinity]) {
      expect(refusal({ creatinine })).toEqual(
        new Score.ImpossibleInput({
          score: "egfr-ckd-epi-2021",
          inputs: [{ name: "creatinine", expected: "0.1 to 40 mg/dL" }]
        })
      )
    }
  })

  it("agrees with a creatinine in umol/L divided by 88.4", () => {
    expect(estimate({ creatinine: 123.76 / 88.4 }).egfr).toBeCloseTo(estimate().egfr ?? NaN, 9)
  })

  it("records what was used, with units and times, and its source", () => {
    const observedAt = Timestamp.at(0, 60)
    const found = estimate({ observedAt: { creatinine: observedAt }, dialysis: false })
    expect(found.inputs).toEqual([
      { name: "creatinine", value: 1.4, unit: "mg/dL", observedAt },
      { name: "age", value: 60, unit: "a" },
      { name: "sex", value: "male" },
      { name: "dialysis", value: false }
    ])
    expect(found).toMatchObject({ ...Egfr.about, response: null })
  })

  const within = (minimum: number, maximum: number) =>
    Schema.Finite.check(Schema.isBetween({ minimum, maximum }))
  const Anyone = Schema.Struct({
    creatinine: within(0.1, 40),
    age: within(18, 130),
    sex: Schema.Literals(["female", "male"])
  })

  it.prop("fits its own schema", { anyone: Anyone }, ({ anyone }) =>
    Schema.is(Egfr.Estimate)(estimate(anyone))
  )

  it.prop(
    "falls with age and with creatinine",
    { one: Anyone, other: Anyone },
    ({ one, other }) => {
      const worse = {
        sex: one.sex,
        age: Math.max(one.age, other.age),
        creatinine: Math.max(one.creatinine, other.creatinine)
      }
      return (estimate(worse).egfr ?? NaN) <= (estimate(one).egfr ?? NaN) * (1 + 1e-12)
    }
  )
})

const Vector = Schema.Struct({
  input: Schema.Struct({ scr_mgdl: Schema.Finite, age: Schema.Finite, female: Schema.Boolean }),
  expected: Schema.Struct({ egfr: Schema.Finite })
})

describeWithData("vectors/closed_form_vectors.json", "Egfr on the derived cases", (path) => {
  const vectors = casesOf(path, "fn", "egfr_ckdepi2021", Vector)

  it("are seven", () => expect(vectors).toHaveLength(7))

  it.each(vectors)("agrees with $expected.egfr", ({ expected, input }) => {
    const found = estimate({
      creatinine: input.scr_mgdl,
      age: input.age,
      sex: input.female ? "female" : "male"
    })
    expect(found.egfr).toBeCloseTo(expected.egfr, 9)
  })
})

describeWithData("vectors/paper_anchor_examples.json", "Egfr on the example", (path) => {
  const Anchor = Schema.Struct({
    expected: Schema.Struct({ male: Schema.Finite, female: Schema.Finite })
  })
  const [anchor] = casesOf(path, "score", "eGFR CKD-EPI 2021", Anchor)

  it.each(["male", "female"] as const)("agrees for a %s patient to the printed digits", (sex) => {
    expect(Score.roundHalfUp(estimate({ sex }).egfr ?? NaN, 2)).toBe(anchor?.expected[sex])
  })
})
