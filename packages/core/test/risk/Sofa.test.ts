import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import type * as Score from "../../src/risk/Score.ts"
import * as Sofa from "../../src/risk/Sofa.ts"
import { pointsOf } from "./pointScores.ts"

const well: Sofa.Observation = {
  arterialOxygen: 95,
  inspiredOxygen: 21,
  platelets: 250,
  bilirubin: 0.8,
  meanPressure: 85,
  glasgowComaScale: 15,
  creatinine: 0.9
}

const score = (change: Sofa.Observation): Score.Assessment =>
  Result.getOrThrow(Sofa.score({ ...well, ...change }))

const points = pointsOf(Sofa.score, well)

describe("Sofa.score", () => {
  it("gives 16 to the example of a patient with a moderate vasopressor", () => {
    const assessed = score({
      arterialOxygen: 75,
      inspiredOxygen: 50,
      respiratorySupport: true,
      platelets: 80,
      bilirubin: 7,
      meanPressure: 65,
      norepinephrine: 0.1,
      glasgowComaScale: 11,
      creatinine: 4
    })
    expect(assessed).toMatchObject({ total: 16, band: null, response: null })
    expect(assessed.contributions).toEqual([
      { input: "respiration", points: 3 },
      { input: "coagulation", points: 2 },
      { input: "liver", points: 3 },
      { input: "cardiovascular", points: 3 },
      { input: "centralNervousSystem", points: 2 },
      { input: "renal", points: 3 }
    ])
  })

  it("reads the ratio of oxygen on both sides of every edge, with support", () => {
    // With 50 % oxygen the ratio is twice the pressure.
    const supported = { ...well, inspiredOxygen: 50, respiratorySupport: true }
    const ratios = [400, 399.8, 300, 299.8, 200, 199.8, 100, 99.8]
    expect(
      pointsOf(Sofa.score, supported)(
        "arterialOxygen",
        ratios.map((ratio) => ratio / 2),
        "respiration"
      )
    ).toEqual([0, 1, 1, 2, 2, 3, 3, 4])
  })

  it("gives the ratio no more than 2 without support, and asks where support would decide", () => {
    const low = { arterialOxygen: 40, inspiredOxygen: 100 }
    expect(score({ ...low, respiratorySupport: false })).toMatchObject({ total: 2, missing: [] })
    expect(score({ ...low, respiratorySupport: true }).total).toBe(4)
    expect(score(low)).toMatchObject({
      total: null,
      lowerBound: 2,
      missing: ["respiratorySupport"]
    })
    expect(score({ arterialOxygen: 100, inspiredOxygen: 50 })).toMatchObject({
      total: 2,
      missing: []
    })
  })

  it("reads the other organs on both sides of every edge", () => {
    expect(points("platelets", [150, 149.9, 100, 99, 50, 49, 20, 19, 0], "coagulation")).toEqual([
      0, 1, 1, 2, 2, 3, 3, 4, 4
    ])
    expect(points("bilirubin", [1.1, 1.2, 1.9, 2, 5.9, 6, 11.9, 12, 12.1], "liver")).toEqual([
      0, 1, 1, 2, 2, 3, 3, 4, 4
    ])
    expect(points("meanPressure", [70, 69.9, 0], "cardiovascular")).toEqual([0, 1, 1])
    expect(
      points("glasgowComaScale", [15, 14, 13, 12, 10, 9, 6, 5, 3], "centralNervousSystem")
    ).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4])
    expect(points("creatinine", [1.1, 1.2, 1.9, 2, 3.4, 3.5, 4.9, 5, 5.1], "renal")).toEqual([
      0, 1, 1, 2, 2, 3, 3, 4, 4
    ])
    expect(points("urineOutput", [500, 499.9, 200, 199.9, 0], "renal")).toEqual([0, 3, 3, 4, 4])
  })

  it("reads the drugs in ug/kg/min, and the worst of them counts", () => {
    expect(points("dopamine", [0, 0.1, 5, 5.1, 15, 15.1], "cardiovascular")).toEqual([
      0, 2, 2, 3, 3, 4
    ])
    expect(points("dobutamine", [0, 0.5, 40], "cardiovascular")).toEqual([0, 2, 2])
    expect(points("epinephrine", [0, 0.01, 0.1, 0.11], "cardiovascular")).toEqual([0, 3, 3, 4])
    expect(points("norepinephrine", [0, 0.01, 0.1, 0.11], "cardiovascular")).toEqual([0, 3, 3, 4])
    expect(score({ dobutamine: 5, norepinephrine: 0.2 }).total).toBe(4)
  })

  it("rounds what its table leaves open, and nothing else", () => {
    expect(points("bilirubin", [1.14, 1.15, 5.94, 5.95], "liver")).toEqual([0, 1, 2, 3])
    expect(points("creatinine", [1.94, 1.95], "renal")).toEqual([1, 2])
    expect(points("dopamine", [5.04], "cardiovascular")).toEqual([3])
    expect(score({}).rounding).toBe(
      "half up to the resolution of the chart: 0.1 mg/dL; other values are compared as they are " +
        "given; raw values are kept"
    )
  })

  it("misses the pressure only while no drug says more", () => {
    expect(score({ meanPressure: null }).missing).toEqual(["meanPressure"])
    expect(score({ meanPressure: null, norepinephrine: 0.05 })).toMatchObject({
      total: 3,
      missing: []
    })
  })

  it("misses the creatinine unless the urine says the most there is", () => {
    expect(score({ creatinine: null, urineOutput: 300 })).toMatchObject({
      total: null,
      lowerBound: 3,
      missing: ["creatinine"]
    })
    expect(score({ creatinine: null, urineOutput: 100 })).toMatchObject({ total: 4, missing: [] })
  })

  it("refuses oxygen as a fraction where it is asked for in %", () => {
    expect(
      Result.getOrThrow(Result.flip(Sofa.score({ ...well, inspiredOxygen: 0.5 })))
    ).toMatchObject({ inputs: [{ name: "inspiredOxygen", expected: "15 to 100 %" }] })
  })
})

const Quantity = Schema.optionalKey(Schema.Struct({ value: Schema.Finite }))
const Choice = Schema.Struct({ ordinal: Schema.Int, label: Schema.String })

const Case = Schema.Struct({
  id: Schema.String,
  input: Schema.Struct({
    1: Schema.Struct({
      "PaO2 (mmHg)": Quantity,
      FiO2: Quantity,
      "Platelet count (10*9/L)": Quantity,
      "Total Bilirubin (mg/dL)": Quantity,
      "Mean arterial pressure": Quantity,
      "MAP or admin of vasopressors required": Schema.optionalKey(Choice),
      "GCS Total score": Schema.optionalKey(Schema.Int),
      "Creatinine Result": Quantity,
      "Total urine output/24 hr": Quantity
    })
  }),
  expected: Schema.Struct({
    1: Schema.Struct({ "PF ratio/carrico index score": Choice, "Total score": Schema.Int })
  })
})

const given = ({ input, expected }: typeof Case.Type): Sofa.Observation => {
  const theirs = input[1]
  return {
    arterialOxygen: theirs["PaO2 (mmHg)"]?.value,
    inspiredOxygen: theirs.FiO2?.value,
    respiratorySupport: expected[1]["PF ratio/carrico index score"].label.includes("ventilated"),
    platelets: theirs["Platelet count (10*9/L)"]?.value,
    bilirubin: theirs["Total Bilirubin (mg/dL)"]?.value,
    meanPressure: theirs["Mean arterial pressure"]?.value,
    // Their one choice of a drug is "dopamine of 5 or less, or dobutamine".
    dobutamine: theirs["MAP or admin of vasopressors required"] && 5,
    glasgowComaScale: theirs["GCS Total score"],
    // Theirs is in umol/L.
    creatinine: theirs["Creatinine Result"] && theirs["Creatinine Result"].value / 88.4,
    urineOutput: theirs["Total urine output/24 hr"]?.value
  }
}

const bound = (observation: Sofa.Observation): number =>
  Result.getOrThrow(Sofa.score(observation)).lowerBound

describeWithData("vectors/gdl2_sofa.json", "Sofa against the openEHR guideline", (path) => {
  const { cases } = Schema.decodeUnknownSync(Schema.Struct({ cases: Schema.Array(Case) }))(
    readJson(path)
  )
  const isSixteen = (one: typeof Case.Type): boolean => one.input[1]["GCS Total score"] === 16
  const exactly100 = "pf<=100"
  const alike = cases.filter((one) => !isSixteen(one) && one.id !== exactly100)

  // None of their cases gives every organ: theirs counts what is missing 0, ours gives a lower
  // bound.
  it.each(alike)("$id", (one) => {
    const assessed = Result.getOrThrow(Sofa.score(given(one)))
    expect(assessed.lowerBound).toBe(one.expected[1]["Total score"])
    expect(assessed.total).toBeNull()
  })

  it.each(cases.filter(isSixteen))(
    "$id: refuses their coma scale of 16, and agrees at 15",
    (one) => {
      const refused = Result.getOrThrow(Result.flip(Sofa.score(given(one))))
      expect(refused).toMatchObject({ inputs: [{ name: "glasgowComaScale" }] })
      const fifteen = { ...given(one), glasgowComaScale: 15 }
      expect(bound(fifteen)).toBe(one.expected[1]["Total score"])
    }
  )

  it("reads a ratio of exactly 100 as 3, as the table and their own label do, not as 4", () => {
    const one = cases.find(({ id }) => id === exactly100)
    expect(one?.expected[1]["PF ratio/carrico index score"]).toEqual({
      ordinal: 4,
      label: "<100 and mechanically ventilated"
    })
    const supported = { inspiredOxygen: 50, respiratorySupport: true }
    expect(bound({ ...supported, arterialOxygen: 50 })).toBe(3)
    expect(bound({ ...supported, arterialOxygen: 49.9 })).toBe(4)
  })

  it("has nothing but these", () => {
    expect([cases.length, alike.length, cases.filter(isSixteen).length]).toEqual([15, 10, 4])
  })
})
