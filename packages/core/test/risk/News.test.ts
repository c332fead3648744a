import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Chart from "../../src/risk/Chart.ts"
import * as News from "../../src/risk/News.ts"
import { pointsOf } from "./pointScores.ts"

const healthy: News.Observation = {
  respiratoryRate: 16,
  oxygenSaturation: 98,
  supplementalOxygen: false,
  systolicPressure: 120,
  pulse: 70,
  consciousness: "alert",
  temperature: 37
}

const score = (change: News.Observation): Chart.Assessment<News.Band> =>
  Result.getOrThrow(News.score({ ...healthy, ...change }))

const points = pointsOf(News.score, healthy)

describe("News.score", () => {
  it("scores the bands of the chart on both sides of every edge", () => {
    expect(points("respiratoryRate", [0, 8, 9, 11, 12, 20, 21, 24, 25, 150])).toEqual([
      3, 3, 1, 1, 0, 0, 2, 2, 3, 3
    ])
    expect(points("oxygenSaturation", [0, 91, 92, 93, 94, 95, 96, 100])).toEqual([
      3, 3, 2, 2, 1, 1, 0, 0
    ])
    expect(points("systolicPressure", [0, 90, 91, 100, 101, 110, 111, 219, 220, 400])).toEqual([
      3, 3, 2, 2, 1, 1, 0, 0, 3, 3
    ])
    expect(points("pulse", [0, 40, 41, 50, 51, 90, 91, 110, 111, 130, 131, 350])).toEqual([
      3, 3, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3
    ])
    expect(points("temperature", [10, 35, 35.1, 36, 36.1, 38, 38.1, 39, 39.1, 50])).toEqual([
      3, 3, 1, 1, 0, 0, 1, 1, 2, 2
    ])
    expect(points("consciousness", ["alert", "voice", "pain", "unresponsive"])).toEqual([
      0, 3, 3, 3
    ])
    expect(points("supplementalOxygen", [false, true])).toEqual([0, 2])
  })

  it("rounds half up to the chart, as the tie was written", () => {
    expect(points("temperature", [38.04, 38.05, 36.04, 36.05, 35.04, 35.05])).toEqual([
      0, 1, 1, 0, 3, 1
    ])
    expect(points("respiratoryRate", [20.4, 20.5])).toEqual([0, 2])
  })

  it("calls a single 3 medium, unlike NEWS2", () => {
    expect(score({ consciousness: "voice" })).toMatchObject({ total: 3, band: "medium" })
    expect(score({ respiratoryRate: 22, pulse: 115 })).toMatchObject({ total: 4, band: "low" })
  })

  it("is low to 4, medium from 5 and high from 7", () => {
    expect(score({})).toMatchObject({ total: 0, band: "low" })
    const five = { respiratoryRate: 22, pulse: 115, temperature: 38.5 }
    expect(score(five)).toMatchObject({ total: 5, band: "medium" })
    expect(score({ ...five, oxygenSaturation: 95 })).toMatchObject({ total: 6, band: "medium" })
    expect(score({ ...five, oxygenSaturation: 93 })).toMatchObject({ total: 7, band: "high" })
  })

  it("does not know new confusion", () => {
    const untyped: Record<string, unknown> = { consciousness: "confusion" }
    expect(Result.getOrThrow(Result.flip(News.score({ ...healthy, ...untyped })))).toMatchObject({
      inputs: [{ name: "consciousness", expected: "one of alert, voice, pain, unresponsive" }]
    })
  })
})

const Quantity = Schema.Struct({ value: Schema.Finite })
const Choice = Schema.Struct({ ordinal: Schema.Int, label: Schema.String })

const GuidelineCase = Schema.Struct({
  id: Schema.String,
  input: Schema.Struct({
    1: Schema.Struct({
      "AVPU Observation": Schema.Struct({
        label: Schema.Literals(["Alert", "Voice", "Pain", "Unresponsive"])
      }),
      Temperature: Quantity,
      Systolic: Quantity,
      Rate: Quantity,
      SaO2: Quantity,
      "Oxygen therapy": Choice,
      "Respiration rate": Quantity
    })
  }),
  expected: Schema.Struct({
    1: Schema.Struct({
      "Respiration rate": Choice,
      "Oxygen saturation": Choice,
      "Supplemental oxygen": Choice,
      "Systolic blood pressure": Choice,
      "Heart rate": Choice,
      "Level of consciousness": Choice,
      "Body temperature": Choice,
      "Total score": Schema.Int,
      "NEWS Assessment": Choice
    })
  })
})

const levels = {
  Alert: "alert",
  Voice: "voice",
  Pain: "pain",
  Unresponsive: "unresponsive"
} as const

describeWithData("vectors/gdl2_news1.json", "News against the openEHR guideline", (path) => {
  const { cases } = Schema.decodeUnknownSync(Schema.Struct({ cases: Schema.Array(GuidelineCase) }))(
    readJson(path)
  )

  it.each(cases)("$id", ({ input, expected }) => {
    const given = input[1]
    const wanted = expected[1]
    const assessed = score({
      respiratoryRate: given["Respiration rate"].value,
      oxygenSaturation: given.SaO2.value,
      supplementalOxygen: given["Oxygen therapy"].ordinal === 1,
      systolicPressure: given.Systolic.value,
      pulse: given.Rate.value,
      consciousness: levels[given["AVPU Observation"].label],
      temperature: given.Temperature.value
    })
    expect(assessed.total).toBe(wanted["Total score"])
    expect(`${assessed.band}-risk group`).toBe(wanted["NEWS Assessment"].label.toLowerCase())
    expect(assessed.contributions.map(({ points }) => points)).toEqual([
      wanted["Respiration rate"].ordinal,
      wanted["Oxygen saturation"].ordinal,
      wanted["Supplemental oxygen"].ordinal,
      wanted["Systolic blood pressure"].ordinal,
      wanted["Heart rate"].ordinal,
      wanted["Level of consciousness"].ordinal,
      wanted["Body temperature"].ordinal
    ])
  })
})

describeWithData(
  "vectors/traps/nhsr_synthetic_news_1000.json",
  "News against a published set that is often wrong",
  (path) => {
    const Row = Schema.Struct({
      input: Schema.Record(Schema.String, Schema.FiniteFromString),
      expected_news: Schema.Int,
      agrees_with_rcp: Schema.Boolean
    })
    const { cases } = Schema.decodeUnknownSync(Schema.Struct({ cases: Schema.Array(Row) }))(
      readJson(path)
    )

    it("agrees where the set is right, and nowhere else", () => {
      expect(cases).toHaveLength(1000)
      const ours = cases.map(({ input, expected_news }) => {
        const { alert, pulse, resp, sat, sup, syst, temp } = input
        const assessed = score({
          respiratoryRate: resp,
          oxygenSaturation: sat,
          supplementalOxygen: sup === 1,
          systolicPressure: syst,
          pulse,
          consciousness: alert === 0 ? "alert" : "voice",
          temperature: temp
        })
        return assessed.total === expected_news
      })
      expect(ours).toEqual(cases.map((each) => each.agrees_with_rcp))
    })
  }
)
