import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as News2 from "../../src/risk/News2.ts"
import * as Score from "../../src/risk/Score.ts"

const healthy: Required<Omit<News2.Observation, "age" | "pregnant" | "observedAt">> = {
  respiratoryRate: 16,
  oxygenSaturation: 98,
  oxygenScale: 1,
  supplementalOxygen: false,
  systolicPressure: 120,
  pulse: 70,
  consciousness: "alert",
  temperature: 37
}

const names: ReadonlyArray<News2.InputName> = [
  "respiratoryRate",
  "oxygenSaturation",
  "supplementalOxygen",
  "systolicPressure",
  "pulse",
  "consciousness",
  "temperature"
]

const score = (observation: News2.Observation): News2.Assessment =>
  Result.getOrThrow(News2.score(observation))

const refusal = (observation: News2.Observation): unknown =>
  Result.getOrThrow(Result.flip(News2.score(observation)))

const outside = (reasons: ReadonlyArray<string>): Score.OutsidePopulation =>
  new Score.OutsidePopulation({
    score: "news2",
    population: "16 years and over, not pregnant",
    reasons
  })

const changed = (change: News2.Observation): News2.Assessment => score({ ...healthy, ...change })

const totals = <Name extends keyof News2.Observation>(
  name: Name,
  values: ReadonlyArray<News2.Observation[Name]>,
  rest: News2.Observation = {}
): ReadonlyArray<number | null> => values.map((value) => changed({ ...rest, [name]: value }).total)

describe("News2.score", () => {
  it("gives nothing at all no total, no band and a lower bound of 0", () => {
    expect(score({})).toMatchObject({
      total: null,
      lowerBound: 0,
      band: null,
      contributions: [],
      missing: names
    })
  })

  it("gives a healthy person 0, which is low", () => {
    expect(changed({})).toMatchObject({ total: 0, lowerBound: 0, band: "low", missing: [] })
  })

  it("scores the bands of the chart on both sides of every edge", () => {
    expect(totals("respiratoryRate", [0, 8, 9, 11, 12, 20, 21, 24, 25, 150])).toEqual([
      3, 3, 1, 1, 0, 0, 2, 2, 3, 3
    ])
    expect(totals("oxygenSaturation", [0, 91, 92, 93, 94, 95, 96, 100])).toEqual([
      3, 3, 2, 2, 1, 1, 0, 0
    ])
    expect(totals("systolicPressure", [0, 90, 91, 100, 101, 110, 111, 219, 220, 400])).toEqual([
      3, 3, 2, 2, 1, 1, 0, 0, 3, 3
    ])
    expect(totals("pulse", [0, 40, 41, 50, 51, 90, 91, 110, 111, 130, 131, 350])).toEqual([
      3, 3, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3
    ])
    expect(totals("temperature", [10, 35, 35.1, 36, 36.1, 38, 38.1, 39, 39.1, 50])).toEqual([
      3, 3, 1, 1, 0, 0, 1, 1, 2, 2
    ])
    expect(
      totals("consciousness", ["alert", "confusion", "voice", "pain", "unresponsive"])
    ).toEqual([0, 3, 3, 3, 3])
    expect(totals("supplementalOxygen", [false, true])).toEqual([0, 2])
  })

  it("scores scale 2 by the oxygen that is given", () => {
    const saturations = [83, 84, 85, 86, 87, 88, 92, 93, 94, 95, 96, 97, 100]
    expect(totals("oxygenSaturation", saturations, { oxygenScale: 2 })).toEqual([
      3, 2, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0
    ])
    const onOxygen = { oxygenScale: 2, supplementalOxygen: true } as const
    expect(totals("oxygenSaturation", saturations, onOxygen)).toEqual(
      [3, 2, 2, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3].map((points) => points + 2)
    )
  })

  it("uses scale 1 unless told otherwise, and records which", () => {
    expect(changed({ oxygenSaturation: 90, oxygenScale: undefined }).total).toBe(3)
    expect(changed({ oxygenScale: null }).inputs).toContainEqual({ name: "oxygenScale", value: 1 })
    expect(changed({ oxygenScale: 2 }).inputs).toContainEqual({ name: "oxygenScale", value: 2 })
  })

  it("rounds half up to the chart, as the tie was written", () => {
    expect(totals("temperature", [38.04, 38.05, 36.04, 36.05, 35.04, 35.05, 39.05])).toEqual([
      0, 1, 1, 0, 3, 1, 2
    ])
    expect(totals("respiratoryRate", [20.4, 20.5, 8.5])).toEqual([0, 2, 1])
    expect(totals("oxygenSaturation", [95.4, 95.5, 91.5])).toEqual([1, 0, 2])
    expect(totals("pulse", [90.4, 90.5])).toEqual([0, 1])
    expect(totals("systolicPressure", [110.4, 110.5, 219.5])).toEqual([1, 0, 3])
  })

  it("records what was given and what was scored, with units and times", () => {
    const observedAt = Timestamp.at(0, 60)
    const { inputs } = changed({ temperature: 38.05, observedAt: { temperature: observedAt } })
    expect(inputs).toContainEqual({
      name: "temperature",
      value: 38.05,
      unit: "Cel",
      rounded: 38.1,
      observedAt
    })
    expect(inputs).toContainEqual({ name: "pulse", value: 70, unit: "/min", rounded: 70 })
    expect(inputs).toContainEqual({ name: "consciousness", value: "alert" })
  })

  it("calls a single 3 low-medium as long as the total is below 5", () => {
    expect(changed({ consciousness: "voice" })).toMatchObject({ total: 3, band: "low-medium" })
    expect(changed({ consciousness: "voice", pulse: 95 })).toMatchObject({
      total: 4,
      band: "low-medium"
    })
    expect(changed({ respiratoryRate: 22, pulse: 115 })).toMatchObject({ total: 4, band: "low" })
    expect(changed({ consciousness: "voice", pulse: 115 })).toMatchObject({
      total: 5,
      band: "medium"
    })
  })

  it("is medium from 5 and high from 7", () => {
    const total5 = { respiratoryRate: 22, pulse: 115, temperature: 38.5 }
    expect(changed(total5)).toMatchObject({ total: 5, band: "medium" })
    expect(changed({ ...total5, oxygenSaturation: 95 })).toMatchObject({ total: 6, band: "medium" })
    expect(changed({ ...total5, oxygenSaturation: 93 })).toMatchObject({ total: 7, band: "high" })
  })

  it("reaches 20 and no more", () => {
    const worst = changed({
      respiratoryRate: 30,
      oxygenSaturation: 80,
      supplementalOxygen: true,
      systolicPressure: 80,
      pulse: 140,
      consciousness: "unresponsive",
      temperature: 34
    })
    expect(worst).toMatchObject({ total: 20, band: "high" })
  })

  it("has another response for every band, and for 0", () => {
    const responses = [
      changed({}),
      changed({ pulse: 95 }),
      changed({ consciousness: "pain" }),
      changed({ consciousness: "pain", pulse: 115 }),
      changed({ consciousness: "pain", pulse: 140, temperature: 38.5 })
    ].map(({ response }) => response)
    expect(new Set(responses).size).toBe(5)
    expect(responses[0]).toContain("12 hours")
    expect(responses[4]).toContain("emergency")
  })

  it("names itself, its edition and its rounding", () => {
    const { citation, rounding, score: id, version } = changed({})
    expect([id, version]).toEqual(["news2", "1"])
    expect(citation).toContain("2017")
    expect(rounding).toContain("half up")
  })
})

describe("News2.score with an input missing", () => {
  it.each(names)("has no total without %s, and says so", (name) => {
    for (const absent of [undefined, null]) {
      expect(changed({ pulse: 115, [name]: absent })).toMatchObject({
        total: null,
        lowerBound: name === "pulse" ? 0 : 2,
        band: null,
        missing: [name]
      })
    }
  })

  it("is high already when what is known makes 7", () => {
    const partial = score({ respiratoryRate: 25, systolicPressure: 90, pulse: 41 })
    expect(partial).toMatchObject({ total: null, lowerBound: 7, band: "high" })
    expect(partial.response).toContain("emergency")
  })

  it("has no band at 6, and advises at least what 6 calls for", () => {
    const partial = score({ respiratoryRate: 25, systolicPressure: 90 })
    expect(partial).toMatchObject({ total: null, lowerBound: 6, band: null })
    expect(partial.response).toContain("oxygen saturation")
    expect(partial.response).toContain("urgently")
  })

  it("counts a scale 2 saturation as on air while the oxygen is missing", () => {
    const partial = changed({ oxygenScale: 2, oxygenSaturation: 97, supplementalOxygen: undefined })
    expect(partial).toMatchObject({ lowerBound: 0, missing: ["supplementalOxygen"] })
  })
})

describe("News2.score refuses", () => {
  it("patients under 16 and in pregnancy, with every reason", () => {
    expect(refusal({ ...healthy, age: 15.9 })).toEqual(outside(["under 16 years"]))
    expect(refusal({ ...healthy, pregnant: true })).toEqual(outside(["pregnant"]))
    expect(refusal({ age: 0, pregnant: true })).toEqual(outside(["under 16 years", "pregnant"]))
    expect(score({ ...healthy, age: 16, pregnant: false }).total).toBe(0)
  })

  it("impossible numbers, all at once, with the allowed range and without the value", () => {
    expect(
      refusal({
        respiratoryRate: -1,
        oxygenSaturation: 100.1,
        systolicPressure: 401,
        pulse: NaN,
        temperature: 98.6,
        age: Infinity
      })
    ).toEqual(
      new Score.ImpossibleInput({
        score: "news2",
        inputs: [
          { name: "respiratoryRate", expected: "0 to 150 /min" },
          { name: "oxygenSaturation", expected: "0 to 100 %" },
          { name: "systolicPressure", expected: "0 to 400 mm[Hg]" },
          { name: "pulse", expected: "0 to 350 /min" },
          { name: "temperature", expected: "10 to 50 Cel" },
          { name: "age", expected: "0 to 130 years" }
        ]
      })
    )
  })

  it("values of another kind, as they may come from outside TypeScript", () => {
    const untyped: Record<string, unknown> = {
      respiratoryRate: "16",
      oxygenScale: 3,
      supplementalOxygen: "no",
      consciousness: "A",
      pregnant: 1
    }
    expect(refusal({ ...healthy, ...untyped })).toMatchObject({
      inputs: [
        { name: "respiratoryRate" },
        { name: "supplementalOxygen", expected: "true or false" },
        { name: "oxygenScale", expected: "1 or 2" },
        { name: "consciousness", expected: "one of alert, confusion, voice, pain, unresponsive" },
        { name: "pregnant" }
      ]
    })
  })
})

const between = (minimum: number, maximum: number) =>
  Schema.Finite.check(Schema.isBetween({ minimum, maximum }))

const Any = Schema.Struct({
  respiratoryRate: Schema.optionalKey(between(0, 150)),
  oxygenSaturation: Schema.optionalKey(between(0, 100)),
  oxygenScale: Schema.optionalKey(Schema.Literals([1, 2])),
  supplementalOxygen: Schema.optionalKey(Schema.Boolean),
  systolicPressure: Schema.optionalKey(between(0, 400)),
  pulse: Schema.optionalKey(between(0, 350)),
  consciousness: Schema.optionalKey(
    Schema.Literals(["alert", "confusion", "voice", "pain", "unresponsive"])
  ),
  temperature: Schema.optionalKey(between(10, 50))
})

describe("News2.score, always", () => {
  it.prop(
    "the contributions add up to the lower bound, within 0 and 20",
    { any: Any },
    ({ any }) => {
      const { contributions, lowerBound } = score(any)
      const sum = contributions.reduce((total, { points }) => total + points, 0)
      return sum === lowerBound && lowerBound >= 0 && lowerBound <= 20
    }
  )

  it.prop("there is a total exactly when nothing is missing", { any: Any }, ({ any }) => {
    const { contributions, lowerBound, missing, total } = score(any)
    return (
      total === (missing.length === 0 ? lowerBound : null) &&
      contributions.length + missing.length === 7
    )
  })

  it.prop("an input that becomes known never lowers the bound", { any: Any }, ({ any }) => {
    const { lowerBound } = score(any)
    return names.every((name) => score({ ...any, [name]: undefined }).lowerBound <= lowerBound)
  })

  it.prop("the result is one that its schema accepts", { any: Any }, ({ any }) =>
    Schema.is(Score.Assessment)(score(any))
  )
})

const acvpu = {
  A: "alert",
  C: "confusion",
  V: "voice",
  P: "pain",
  U: "unresponsive"
} as const

const Chart = Schema.Struct({
  rr: Schema.Finite,
  spo2: Schema.Finite,
  scale: Schema.Literals([1, 2]),
  o2: Schema.Boolean,
  sbp: Schema.Finite,
  hr: Schema.Finite,
  acvpu: Schema.Literals(["A", "C", "V", "P", "U"]),
  temp: Schema.Finite
})

const fromChart = (input: typeof Chart.Type): News2.Observation => ({
  respiratoryRate: input.rr,
  oxygenSaturation: input.spo2,
  oxygenScale: input.scale,
  supplementalOxygen: input.o2,
  systolicPressure: input.sbp,
  pulse: input.hr,
  consciousness: acvpu[input.acvpu],
  temperature: input.temp
})

describeWithData("vectors/kscarlett_news2.json", "News2 against kscarlett/news2", (path) => {
  const { cases } = Schema.decodeUnknownSync(
    Schema.Struct({
      cases: Schema.Array(
        Schema.Struct({ name: Schema.String, input: Chart, expected_total: Schema.Int })
      )
    })
  )(readJson(path))

  it.each(cases)("$name", ({ input, expected_total }) => {
    expect(score(fromChart(input)).total).toBe(expected_total)
  })
})

describeWithData(
  "vectors/news2_boundaries_definition_derived.json",
  "News2 against the boundary table",
  (path) => {
    const { cases } = Schema.decodeUnknownSync(
      Schema.Struct({
        cases: Schema.Array(
          Schema.Struct({
            input: Chart,
            sub: Schema.Struct({
              rr: Schema.Int,
              spo2: Schema.Int,
              o2: Schema.Int,
              sbp: Schema.Int,
              hr: Schema.Int,
              acvpu: Schema.Int,
              temp: Schema.Int
            }),
            total: Schema.Int,
            risk: Schema.String
          })
        )
      })
    )(readJson(path))

    it("agrees in every contribution, total and band", () => {
      expect(cases).toHaveLength(87)
      for (const { input, sub, total, risk } of cases) {
        const assessed = score(fromChart(input))
        expect(assessed).toMatchObject({ total, band: risk })
        expect(assessed.contributions.map(({ points }) => points)).toEqual([
          sub.rr,
          sub.spo2,
          sub.o2,
          sub.sbp,
          sub.hr,
          sub.acvpu,
          sub.temp
        ])
      }
    })
  }
)

const Quantity = Schema.Struct({ value: Schema.Finite, unit: Schema.String })
const Choice = Schema.Struct({ ordinal: Schema.Int, label: Schema.String })

const GuidelineCase = Schema.Struct({
  id: Schema.String,
  input: Schema.Struct({
    1: Schema.Struct({
      "Respiration rate": Quantity,
      spO2: Quantity,
      "Hypercapnic respiratory failure": Choice,
      "Supplemental oxygen": Choice,
      "Systolic BP": Quantity,
      "Heart rate": Quantity,
      Consciousness: Choice,
      Temperature: Quantity
    })
  }),
  expected: Schema.Struct({
    1: Schema.Struct({
      "Total score": Schema.Int,
      "Clinical risk": Choice,
      "Respiratory rate": Choice,
      SpO2: Choice,
      "Systolic blood pressure": Choice,
      Pulse: Choice,
      Temperature: Choice
    })
  })
})

describeWithData("vectors/gdl2_news2.json", "News2 against the openEHR guideline", (path) => {
  const { cases } = Schema.decodeUnknownSync(Schema.Struct({ cases: Schema.Array(GuidelineCase) }))(
    readJson(path)
  )

  it.each(cases)("$id", ({ input, expected }) => {
    const given = input[1]
    const wanted = expected[1]
    const assessed = score({
      respiratoryRate: given["Respiration rate"].value,
      oxygenSaturation: given.spO2.value,
      oxygenScale: given["Hypercapnic respiratory failure"].ordinal === 1 ? 2 : 1,
      supplementalOxygen: given["Supplemental oxygen"].ordinal !== 0,
      systolicPressure: given["Systolic BP"].value,
      pulse: given["Heart rate"].value,
      consciousness: given.Consciousness.ordinal === 0 ? "alert" : "confusion",
      temperature: given.Temperature.value
    })
    expect(assessed.total).toBe(wanted["Total score"])
    expect(assessed.band).toBe(wanted["Clinical risk"].label.toLowerCase())
    expect(assessed.contributions).toEqual(
      expect.arrayContaining([
        { input: "respiratoryRate", points: wanted["Respiratory rate"].ordinal },
        { input: "oxygenSaturation", points: wanted.SpO2.ordinal },
        { input: "systolicPressure", points: wanted["Systolic blood pressure"].ordinal },
        { input: "pulse", points: wanted.Pulse.ordinal },
        { input: "temperature", points: wanted.Temperature.ordinal }
      ])
    )
  })
})

describeWithData(
  "vectors/traps/nhsr_synthetic_news_1000.json",
  "News2 against a published set that is often wrong",
  (path) => {
    const { cases } = Schema.decodeUnknownSync(
      Schema.Struct({
        cases: Schema.Array(
          Schema.Struct({
            input: Schema.Struct({
              resp: Schema.FiniteFromString,
              sat: Schema.FiniteFromString,
              sup: Schema.Literals(["0", "1"]),
              syst: Schema.FiniteFromString,
              pulse: Schema.FiniteFromString,
              alert: Schema.FiniteFromString,
              temp: Schema.FiniteFromString
            }),
            expected_news: Schema.Int,
            agrees_with_rcp: Schema.Boolean
          })
        )
      })
    )(readJson(path))

    it("agrees where the set is right, and nowhere else", () => {
      expect(cases).toHaveLength(1000)
      const ours = cases.map(({ input, expected_news }) => {
        const assessed = score({
          respiratoryRate: input.resp,
          oxygenSaturation: input.sat,
          supplementalOxygen: input.sup === "1",
          systolicPressure: input.syst,
          pulse: input.pulse,
          consciousness: input.alert === 0 ? "alert" : "voice",
          temperature: input.temp
        })
        return assessed.total === expected_news
      })
      expect(ours).toEqual(cases.map((each) => each.agrees_with_rcp))
    })
  }
)

describeWithData(
  "vectors/traps/synanetics_news2_fhir_examples.json",
  "News2 against published examples with a wrong total",
  (path) => {
    const { cases } = Schema.decodeUnknownSync(
      Schema.Struct({ cases: Schema.Array(Schema.Struct({ expected_total: Schema.Int })) })
    )(readJson(path))

    it("scores their one case 5, because 37.5 Cel is worth 0", () => {
      const total = score({
        respiratoryRate: 21,
        oxygenSaturation: 93,
        supplementalOxygen: false,
        systolicPressure: 120,
        pulse: 95,
        consciousness: "alert",
        temperature: 37.5
      }).total
      expect(total).toBe(5)
      expect(cases.map((each) => each.expected_total)).toEqual(Array(6).fill(6))
    })
  }
)
