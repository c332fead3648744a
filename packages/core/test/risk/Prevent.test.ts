import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Coefficients from "../../src/risk/internal/preventCoefficients.ts"
import * as Prevent from "../../src/risk/Prevent.ts"
import * as Score from "../../src/risk/Score.ts"
import { casesOf } from "./cases.ts"

const patient = {
  age: 50,
  sex: "female",
  totalCholesterol: 200,
  hdlCholesterol: 45,
  systolicPressure: 160,
  treatedHypertension: true,
  diabetes: true,
  smoker: false,
  egfr: 90,
  bmi: 35,
  statin: false
} as const

const risk = (change: Prevent.Patient = {}): Prevent.Risk =>
  Result.getOrThrow(Prevent.risk({ ...patient, ...change }))

const refusal = (change: Prevent.Patient): unknown =>
  Result.getOrThrow(Result.flip(Prevent.risk({ ...patient, ...change })))

const reasons = (change: Prevent.Patient): ReadonlyArray<string> => {
  const found = refusal(change)
  if (!(found instanceof Score.OutsidePopulation)) throw new Error("not outside the population")
  return found.reasons
}

const accepts = (change: Prevent.Patient): boolean => {
  const { tenYear } = risk(change)
  return tenYear !== null && tenYear.total > 0 && tenYear.total < 1
}

const sum = (terms: ReadonlyArray<number>): number => terms.reduce((total, term) => total + term, 0)

describe("Prevent.risk", () => {
  it("gives no risk without an input, and lists it; nothing is 0 in silence", () => {
    for (const name of Object.keys(patient)) {
      const partial = risk({ [name]: null })
      expect(partial).toMatchObject({
        tenYear: null,
        thirtyYear: null,
        thirtyYearUnavailable: null,
        contributions: [],
        missing: [name]
      })
    }
    expect(Result.getOrThrow(Prevent.risk({})).missing).toEqual(Object.keys(patient))
  })

  it("is the sum of its terms, written out for one man", () => {
    // Age 65 is 1 decade over 55, 150 is 1 step of 20 over 130, BMI 35 is 1 step of 5 over 30 (and 30
    // one over 25), eGFR 45 is 1 step of 15 below 60 (and 60 two below 90).
    const man = {
      age: 65,
      sex: "male",
      totalCholesterol: 200,
      hdlCholesterol: 50,
      systolicPressure: 150,
      treatedHypertension: true,
      diabetes: true,
      smoker: true,
      egfr: 45,
      bmi: 35,
      statin: false
    } as const
    const heartFailure = sum([
      0.8972642,
      0.3634461,
      0.923776,
      0.5023736,
      -0.0485841,
      0.3726929,
      0.6926917,
      2 * 0.0251827,
      0.2980922,
      -0.0497731,
      -0.1289201,
      -0.3040924,
      -0.1401688,
      0.0068126,
      -0.1797778,
      -3.946391
    ])
    const nonHdl = 150 * 0.02586 - 3.5
    const hdl = (50 * 0.02586 - 1.3) / 0.3
    const stroke = sum([
      0.722513,
      0.0263348 * nonHdl,
      -0.0248959 * hdl,
      0.3474634,
      0.684699,
      0.3874844,
      0.3877827,
      2 * 0.0201965,
      0.232963,
      0.0120926,
      0.0141928 * nonHdl,
      -0.0111745 * hdl,
      -0.1155391,
      -0.2123743,
      -0.0824133,
      -0.180789,
      -4.20881
    ])
    const { tenYear, thirtyYear } = risk(man)
    expect(tenYear?.heartFailure).toBeCloseTo(1 / (1 + Math.exp(-heartFailure)), 12)
    expect(tenYear?.stroke).toBeCloseTo(1 / (1 + Math.exp(-stroke)), 12)
    expect(thirtyYear).toBeNull()
  })

  it("has a term of the square of the age over 30 years, and a slope of its own below a knot", () => {
    // Age 35 is 2 decades under 55; 90 is 1 step of 20 below 110, which counts -1 from 130.
    const woman = {
      age: 35,
      sex: "female",
      totalCholesterol: 200,
      hdlCholesterol: 50,
      systolicPressure: 90,
      treatedHypertension: false,
      diabetes: false,
      smoker: false,
      egfr: 105,
      bmi: 20,
      statin: false
    } as const
    const heartFailure = sum([
      -2 * 0.6254374,
      4 * -0.0983038,
      0.3919241,
      -0.3142295,
      -0.0594874,
      -0.0667159,
      2 * -0.0974299,
      -2.205379
    ])
    expect(risk(woman).thirtyYear?.heartFailure).toBeCloseTo(1 / (1 + Math.exp(-heartFailure)), 12)
  })

  it("explains the 10-year risk of total disease by its terms", () => {
    const { contributions, tenYear } = risk()
    expect(contributions.map(({ input }) => input)).toEqual(
      Coefficients.terms.filter((term) => term !== "age squared")
    )
    const logOdds = sum(contributions.map(({ points }) => points))
    expect(1 / (1 + Math.exp(-logOdds))).toBeCloseTo(tenYear?.total ?? NaN, 12)
    expect(contributions).toContainEqual({ input: "diabetes", points: 0.8667604 })
    expect(contributions).toContainEqual({ input: "constant", points: -3.307728 })
    expect(contributions).toContainEqual({ input: "smoker", points: 0 })
  })

  it("stops the 30-year risk at 59 years, and says why", () => {
    expect(risk({ age: 59.9 })).toMatchObject({ thirtyYearUnavailable: null })
    expect(risk({ age: 59.9 }).thirtyYear).not.toBeNull()
    expect(risk({ age: 60 })).toMatchObject({
      thirtyYear: null,
      thirtyYearUnavailable: "the 30-year equation is for 30 to 59 years"
    })
    expect(risk({ age: 60 }).tenYear).not.toBeNull()
  })

  it("is given on both edges of every range, and refused beyond", () => {
    const edges: ReadonlyArray<[keyof Prevent.Patient, number, number, number, number]> = [
      ["age", 29.99, 30, 79.99, 80],
      ["totalCholesterol", 129.9, 130, 320, 320.1],
      ["hdlCholesterol", 19.9, 20, 100, 100.1],
      ["systolicPressure", 89.9, 90, 200, 200.1],
      ["egfr", 14.9, 15, 150, 150.1],
      ["bmi", 18.49, 18.5, 39.99, 40]
    ]
    for (const [name, below, lowest, highest, above] of edges) {
      expect(accepts({ [name]: lowest })).toBe(true)
      expect(accepts({ [name]: highest })).toBe(true)
      for (const value of [below, above]) {
        expect(reasons({ [name]: value })).toHaveLength(1)
        expect(reasons({ [name]: value })[0]).toContain(`${name} outside`)
      }
    }
  })

  it("names the range, all reasons at once, and never the value", () => {
    expect(refusal({ age: 81, bmi: 41, cardiovascularDisease: true })).toEqual(
      new Score.OutsidePopulation({
        score: "prevent",
        population:
          "30 to 79 years without known cardiovascular disease, total cholesterol 130 to 320 mg/dL, " +
          "HDL cholesterol 20 to 100 mg/dL, systolic pressure 90 to 200 mm[Hg], body mass index 18.5 " +
          "to below 40 kg/m2, eGFR 15 to 150 mL/min/{1.73_m2}",
        reasons: [
          "age outside 30 to 79 years",
          "bmi outside 18.5 to below 40 kg/m2",
          "with known cardiovascular disease"
        ]
      })
    )
    expect(accepts({ cardiovascularDisease: false })).toBe(true)
    expect(accepts({ cardiovascularDisease: null })).toBe(true)
  })

  it("refuses what cannot be true, and cholesterol in mmol/L", () => {
    expect(refusal({ totalCholesterol: 5.2, hdlCholesterol: 1.3, systolicPressure: NaN })).toEqual(
      new Score.ImpossibleInput({
        score: "prevent",
        inputs: [
          { name: "totalCholesterol", expected: "40 to 1500 mg/dL" },
          { name: "hdlCholesterol", expected: "5 to 300 mg/dL" },
          { name: "systolicPressure", expected: "40 to 400 mm[Hg]" }
        ]
      })
    )
    expect(refusal({ totalCholesterol: 100, hdlCholesterol: 100 })).toEqual(
      new Score.ImpossibleInput({
        score: "prevent",
        inputs: [{ name: "hdlCholesterol", expected: "below the total cholesterol" }]
      })
    )
    // oxlint-disable-next-line typescript/no-unsafe-argument -- what an untyped caller may send
    const untyped = JSON.parse(`{ "sex": "other", "smoker": 1, "age": "50" }`)
    expect(Result.getOrThrow(Result.flip(Prevent.risk(untyped)))).toMatchObject({
      inputs: [{ name: "age" }, { name: "sex" }, { name: "smoker" }]
    })
  })

  it("refuses a patient outside the population even while another input is missing", () => {
    expect(reasons({ age: 80, egfr: null })).toEqual(["age outside 30 to 79 years"])
  })

  it("records what was used, with units and times", () => {
    const observedAt = Timestamp.at(0, 60)
    const { inputs, rounding } = risk({ observedAt: { egfr: observedAt } })
    expect(inputs).toHaveLength(11)
    expect(inputs).toContainEqual({ name: "egfr", value: 90, unit: "mL/min/{1.73_m2}", observedAt })
    expect(inputs).toContainEqual({ name: "age", value: 50, unit: "a" })
    expect(inputs).toContainEqual({ name: "diabetes", value: true })
    expect(rounding).toBe("none")
  })

  it("carries its id, version and source", () => {
    expect(risk()).toMatchObject({ ...Prevent.about, band: null, response: null, missing: [] })
    expect(Prevent.about.citation).toContain("10.1161/CIRCULATIONAHA.123.067626")
  })

  const within = (minimum: number, maximum: number) =>
    Schema.Finite.check(Schema.isBetween({ minimum, maximum }))
  const Anyone = Schema.Struct({
    age: within(30, 79),
    sex: Schema.Literals(["female", "male"]),
    totalCholesterol: within(130, 320),
    hdlCholesterol: within(20, 100),
    systolicPressure: within(90, 200),
    treatedHypertension: Schema.Boolean,
    diabetes: Schema.Boolean,
    smoker: Schema.Boolean,
    egfr: within(15, 150),
    bmi: within(18.5, 39.9),
    statin: Schema.Boolean
  })

  it.prop("fits its own schema, every risk a fraction", { anyone: Anyone }, ({ anyone }) =>
    Schema.is(Prevent.Risk)(Result.getOrThrow(Prevent.risk(anyone)))
  )

  it.prop(
    "never falls when the systolic pressure rises from 110 on",
    { anyone: Anyone, a: within(110, 200), b: within(110, 200) },
    ({ a, anyone, b }) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((systolicPressure) =>
        Result.getOrThrow(Prevent.risk({ ...anyone, systolicPressure }))
      )
      return Coefficients.outcomes.every(
        (outcome) => low!.tenYear![outcome] <= high!.tenYear![outcome] + 1e-15
      )
    }
  )

  it.prop(
    "rises with age in a person with none of the risk factors",
    { sex: Schema.Literals(["female", "male"]), a: within(30, 79), b: within(30, 79) },
    ({ a, b, sex }) => {
      const healthy = {
        diabetes: false,
        treatedHypertension: false,
        systolicPressure: 125,
        bmi: 24
      }
      const [young, old] = [Math.min(a, b), Math.max(a, b)].map(
        (age) => risk({ ...healthy, sex, age }).tenYear
      )
      return Coefficients.outcomes.every((outcome) => young![outcome] <= old![outcome] + 1e-15)
    }
  )
})

const Row = Schema.Record(Schema.String, Schema.Union([Schema.Finite, Schema.String]))
const Published = Schema.Struct({
  base_10yr: Schema.Array(Row),
  base_30yr: Schema.Array(Row)
})

const published = {
  total: "total_cvd",
  atherosclerotic: "ascvd",
  heartFailure: "heart_failure",
  coronaryHeartDisease: "chd",
  stroke: "stroke"
} as const

describeWithData("vectors/prevent_coefficients.json", "The coefficients of PREVENT", (path) => {
  const { base_10yr, base_30yr } = Schema.decodeUnknownSync(Published)(readJson(path))

  it.each([
    ["10", "female", Coefficients.tenYear.female, base_10yr],
    ["10", "male", Coefficients.tenYear.male, base_10yr],
    ["30", "female", Coefficients.thirtyYear.female, base_30yr],
    ["30", "male", Coefficients.thirtyYear.male, base_30yr]
  ] as const)("are those published over %s years for %s patients", (_years, sex, table, rows) => {
    const ours = Coefficients.terms.flatMap((term) => table[term] ?? [])
    expect(ours).toEqual(
      rows.map((row) =>
        Object.fromEntries(
          Coefficients.outcomes.map((outcome) => [outcome, row[`${sex}_${published[outcome]}`]])
        )
      )
    )
  })

  // The rows of the source have labels: the order above is only right if they mean our terms.
  it("stand in the order of the source's terms", () => {
    const labels = base_30yr.map((row) => String(row["beta_coefficients"]).toLowerCase())
    const marks = [
      "age",
      "squared",
      "non-hdl",
      "hdl",
      "<110",
      "≥110",
      "diabetes",
      "smoking",
      "bmi <30",
      "bmi 30+",
      "egfr <60",
      "egfr 60+",
      "anti-hypertensive",
      "statin",
      "treated sbp",
      "treated non-hdl",
      "* non-hdl",
      "* hdl",
      "* sbp",
      "* diabetes",
      "* current smoking",
      "* bmi 30+",
      "* egfr <60",
      "constant"
    ]
    expect(labels).toHaveLength(marks.length)
    expect(Coefficients.terms).toHaveLength(marks.length)
    marks.forEach((mark, index) => expect(labels[index]).toContain(mark))
  })
})

const Anchor = Schema.Struct({
  expected: Schema.Struct({
    total_cvd: Schema.Finite,
    ascvd: Schema.Finite,
    heart_failure: Schema.Finite,
    chd: Schema.Finite,
    stroke: Schema.Finite
  })
})

describeWithData(
  "vectors/paper_anchor_examples.json",
  "The published example of PREVENT",
  (path) => {
    it.each([
      ["PREVENT base 10y", "tenYear"],
      ["PREVENT base 30y", "thirtyYear"]
    ] as const)("agrees with %s to the printed digits", (name, horizon) => {
      const [anchor] = casesOf(path, "score", name, Anchor)
      const found = risk()[horizon]
      for (const outcome of Coefficients.outcomes) {
        const printed = anchor?.expected[published[outcome]]
        expect(Score.roundHalfUp(found?.[outcome] ?? NaN, 3)).toBe(printed)
      }
    })
  }
)
