import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Cha2ds2Va from "../../src/risk/Cha2ds2Va.ts"
import * as Cha2ds2Vasc from "../../src/risk/Cha2ds2Vasc.ts"
import type * as Chart from "../../src/risk/Chart.ts"
import { pointsOf } from "./pointScores.ts"

const man: Cha2ds2Vasc.Observation = {
  heartFailure: false,
  hypertension: false,
  age: 60,
  diabetes: false,
  stroke: false,
  vascularDisease: false,
  sex: "male"
}
const { sex: _, ...person } = man

const score = (change: Cha2ds2Vasc.Observation): Chart.Assessment<Cha2ds2Vasc.Band> =>
  Result.getOrThrow(Cha2ds2Vasc.score({ ...man, ...change }))

const scoreVa = (change: Cha2ds2Va.Observation): Chart.Assessment<Cha2ds2Va.Band> =>
  Result.getOrThrow(Cha2ds2Va.score({ ...person, ...change }))

describe.each([
  ["Cha2ds2Va", pointsOf(Cha2ds2Va.score, person)],
  ["Cha2ds2Vasc", pointsOf<Cha2ds2Va.Observation>(Cha2ds2Vasc.score, man)]
] as const)("%s.score", (_name, points) => {
  it("gives each factor its points, and age on both sides of every edge", () => {
    expect(points("heartFailure", [false, true])).toEqual([0, 1])
    expect(points("hypertension", [false, true])).toEqual([0, 1])
    expect(points("age", [64.9, 65, 74, 74.9, 75])).toEqual([0, 1, 1, 1, 2])
    expect(points("diabetes", [false, true])).toEqual([0, 1])
    expect(points("stroke", [false, true])).toEqual([0, 2])
    expect(points("vascularDisease", [false, true])).toEqual([0, 1])
  })
})

describe("the sex of a patient", () => {
  it("is worth a point to CHA2DS2-VASc", () => {
    expect(pointsOf(Cha2ds2Vasc.score, man)("sex", ["male", "female"])).toEqual([0, 1])
  })

  it("is no part of CHA2DS2-VA, which gives a woman and a man the same", () => {
    const woman: Record<string, unknown> = { sex: "female", hypertension: true }
    expect(scoreVa(woman)).toEqual(scoreVa({ hypertension: true }))
    expect(scoreVa(woman)).toMatchObject({ total: 1, band: "intermediate" })
  })

  it("is missing when it is not given", () => {
    expect(score({ sex: null })).toMatchObject({ total: null, missing: ["sex"] })
  })
})

describe("both scores", () => {
  it("are low at 0, intermediate at 1 and high from 2", () => {
    const changes = [
      {},
      { diabetes: true },
      { diabetes: true, hypertension: true },
      { stroke: true }
    ]
    const bands = ["low", "intermediate", "high", "high"]
    expect(changes.map((change) => score(change).band)).toEqual(bands)
    expect(changes.map((change) => scoreVa(change).band)).toEqual(bands)
  })
})

const Choice = Schema.Struct({ ordinal: Schema.Int, label: Schema.String })
const Case = Schema.Struct({
  id: Schema.String,
  input: Schema.Struct({
    1: Schema.Struct({
      "Congestive Heart Failure": Choice,
      Hypertension: Choice,
      "Stroke/TIA/Thromboembolism": Choice,
      "Vascular disease": Choice,
      Diabetes: Choice,
      Gender: Schema.Struct({ label: Schema.Literals(["Male", "Female"]) }),
      Birthdate: Schema.String
    })
  }),
  expected: Schema.Struct({
    1: Schema.Struct({ "Total score": Schema.Int, Age: Choice, "Risk assessment": Choice })
  })
})

const completedYears = (birth: string, today: string): number => {
  const [birthYear, birthDay] = [Number(birth.slice(0, 4)), birth.slice(5, 10)]
  return Number(today.slice(0, 4)) - birthYear - (today.slice(5, 10) < birthDay ? 1 : 0)
}

describeWithData("vectors/gdl2_cha2ds2vasc.json", "Cha2ds2Vasc against the guideline", (path) => {
  const { cases, current_datetime: today } = Schema.decodeUnknownSync(
    Schema.Struct({ cases: Schema.Array(Case), current_datetime: Schema.String })
  )(readJson(path))

  it.each(cases)("$id", ({ input, expected }) => {
    const given = input[1]
    const factors = {
      heartFailure: given["Congestive Heart Failure"].ordinal > 0,
      hypertension: given.Hypertension.ordinal > 0,
      age: completedYears(given.Birthdate, today),
      diabetes: given.Diabetes.ordinal > 0,
      stroke: given["Stroke/TIA/Thromboembolism"].ordinal > 0,
      vascularDisease: given["Vascular disease"].ordinal > 0
    }
    const sex = given.Gender.label === "Female" ? "female" : "male"
    const assessed = score({ ...factors, sex })
    const wanted = expected[1]
    expect(assessed.total).toBe(wanted["Total score"])
    expect(`${assessed.band} risk`).toBe(wanted["Risk assessment"].label.toLowerCase())
    expect(assessed.contributions).toContainEqual({ input: "age", points: wanted.Age.ordinal })
    expect(scoreVa(factors).total).toBe(wanted["Total score"] - (sex === "female" ? 1 : 0))
  })
})
