import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Chart from "../../src/risk/Chart.ts"
import * as News2 from "../../src/risk/News2.ts"
import * as Score from "../../src/risk/Score.ts"

const pulse = {
  kind: "number",
  name: "pulse",
  unit: "/min",
  minimum: 0,
  maximum: 300,
  decimals: 0,
  row: "<=40 | 41-90 | 91-110 | >=111"
} as const

const chart: Chart.Definition = {
  id: "ward",
  version: "3",
  citation: "A ward chart",
  population: {
    description: "16 to 89 years, not pregnant",
    ageFrom: 16,
    ageBelow: 90,
    pregnancy: "excluded"
  },
  points: [3, 0, 1, 2],
  inputs: [
    pulse,
    { kind: "code", name: "skin", points: { warm: 0, cool: 1, mottled: 3 } },
    { kind: "flag", name: "pain", points: 1 }
  ],
  bands: [
    { from: 0, band: "green", response: "Wait." },
    { from: 3, band: "amber", response: "Look." },
    { from: 6, band: "red", response: "Run." }
  ],
  single: { points: 3, below: 6, band: "amber", response: "Look at once." }
}

const { single: _single, ...withoutSingle } = chart

const score = (given: Record<string, unknown>, definition = chart): Chart.Assessment =>
  Result.getOrThrow(Result.getOrThrow(Chart.make(definition)).score(given))

const problems = (definition: Chart.Definition): ReadonlyArray<Chart.Problem> => {
  const made = Chart.make(definition)
  return Result.isFailure(made) ? made.failure.problems : []
}

const withRow = (row: string, decimals?: number): ReadonlyArray<string> => {
  const { decimals: _, ...line } = pulse
  const input = { ...line, ...(decimals === undefined ? {} : { decimals }), row }
  const points = row.split("|").map(() => 1)
  return problems({ ...withoutSingle, points, inputs: [input] }).map(({ problem }) => problem)
}

describe("a chart that is made", () => {
  it("adds up the points of its table and reads the band and its response", () => {
    expect(score({ pulse: 115, skin: "cool", pain: true })).toEqual({
      score: "ward",
      version: "3",
      citation: "A ward chart",
      total: 4,
      lowerBound: 4,
      band: "amber",
      response: "Look.",
      contributions: [
        { input: "pulse", points: 2 },
        { input: "skin", points: 1 },
        { input: "pain", points: 1 }
      ],
      inputs: [
        { name: "pulse", value: 115, unit: "/min", rounded: 115 },
        { name: "skin", value: "cool" },
        { name: "pain", value: true }
      ],
      rounding: "half up to the resolution of the chart: 1 /min; raw values are kept",
      missing: []
    })
  })

  it("lets one input of enough points raise the band, up to the total where bands decide", () => {
    expect(score({ pulse: 40, skin: "warm", pain: false })).toMatchObject({
      total: 3,
      band: "amber",
      response: "Look at once."
    })
    expect(score({ pulse: 40, skin: "mottled", pain: false })).toMatchObject({
      total: 6,
      band: "red"
    })
  })

  it("lists what is missing, and has a band only where the last one is reached", () => {
    expect(score({ pulse: 40 })).toMatchObject({
      total: null,
      lowerBound: 3,
      band: null,
      missing: ["skin", "pain"],
      response: "Incomplete: observe skin, pain now. Until then, at least: Look at once."
    })
    expect(score({ pulse: 40, skin: "mottled", pain: null })).toMatchObject({
      total: null,
      band: "red",
      missing: ["pain"]
    })
  })

  it("has no bands and no response where the source has none", () => {
    const bare = { ...withoutSingle, bands: [] }
    expect(score({ pulse: 60, skin: "warm", pain: false }, bare)).toMatchObject({
      total: 0,
      band: null,
      response: null
    })
    expect(score({ pulse: 60 }, bare)).toMatchObject({
      band: null,
      response: "Incomplete: observe skin, pain now."
    })
  })

  it("keeps the time of each input", () => {
    const observedAt = { pulse: Timestamp.at(0, 60) }
    const made = Result.getOrThrow(Chart.make(chart))
    const { inputs } = Result.getOrThrow(made.score({ pulse: 60, skin: "warm" }, { observedAt }))
    expect(inputs).toEqual([
      { name: "pulse", value: 60, unit: "/min", rounded: 60, observedAt: observedAt.pulse },
      { name: "skin", value: "warm" }
    ])
  })

  it("refuses whoever is outside the population, with every reason", () => {
    const made = Result.getOrThrow(Chart.make(chart))
    const refusal = (given: Record<string, unknown>): unknown =>
      Result.getOrThrow(Result.flip(made.score(given)))
    const outside = (reasons: ReadonlyArray<string>): Score.OutsidePopulation =>
      new Score.OutsidePopulation({
        score: "ward",
        population: "16 to 89 years, not pregnant",
        reasons
      })
    expect(refusal({ age: 15.9, pregnant: true })).toEqual(outside(["under 16 years", "pregnant"]))
    expect(refusal({ age: 90 })).toEqual(outside(["90 years or over"]))
    expect(score({ pulse: 60, skin: "warm", pain: false, age: 89.9 }).inputs).toContainEqual({
      name: "age",
      value: 89.9,
      unit: "a"
    })
  })

  it("refuses what cannot be true, all at once, before it asks who the patient is", () => {
    const made = Result.getOrThrow(Chart.make(chart))
    const given = { pulse: 301, skin: "toString", pain: "yes", age: NaN, pregnant: true }
    expect(Result.getOrThrow(Result.flip(made.score(given)))).toEqual(
      new Score.ImpossibleInput({
        score: "ward",
        inputs: [
          { name: "pulse", expected: "0 to 300 /min" },
          { name: "skin", expected: "one of warm, cool, mottled" },
          { name: "pain", expected: "true or false" },
          { name: "age", expected: "0 to 130 years" }
        ]
      })
    )
  })

  it("survives a journey through JSON", () => {
    const codec = Schema.fromJsonString(Chart.Definition)
    const text = Schema.encodeSync(codec)(chart)
    const back = Schema.decodeSync(codec)(text)
    expect(back).toEqual(chart)
    const given = { pulse: 95.5, skin: "cool", pain: true }
    expect(score(given, back)).toEqual(score(given))
  })
})

describe("inputs of one item", () => {
  const pressures: Chart.Definition = {
    ...chart,
    points: [0, 1],
    inputs: [
      { ...pulse, name: "systolic", item: "pressure", row: ">=90 | <90" },
      { ...pulse, name: "diastolic", item: "pressure", row: ">60 | <=60" }
    ],
    single: { points: 1, below: 6, band: "amber" }
  }

  it("count once, by the higher of their points", () => {
    const both = score({ systolic: 80, diastolic: 40 }, pressures)
    expect(both).toMatchObject({ total: 1, contributions: [{ input: "pressure", points: 1 }] })
    expect(score({ systolic: 120, diastolic: 40 }, pressures).total).toBe(1)
  })

  it("are missing only while they could add something", () => {
    expect(score({ systolic: 80 }, pressures)).toMatchObject({ total: 1, missing: [] })
    expect(score({ systolic: 120 }, pressures)).toMatchObject({
      total: null,
      lowerBound: 0,
      missing: ["diastolic"]
    })
    expect(score({}, pressures).missing).toEqual(["systolic", "diastolic"])
  })

  it("need not be known when optional, as long as another one is", () => {
    const optional = {
      ...pressures,
      inputs: pressures.inputs.map((one) =>
        one.name === "diastolic" ? { ...one, optional: true } : one
      )
    }
    expect(score({ systolic: 120 }, optional)).toMatchObject({ total: 0, missing: [] })
    expect(score({ diastolic: 70 }, optional)).toMatchObject({ total: null, missing: ["systolic"] })
    expect(score({}, optional).missing).toEqual(["systolic"])
    const either = {
      ...optional,
      inputs: optional.inputs.map((one) => ({ ...one, optional: true }))
    }
    expect(score({ diastolic: 70 }, either)).toMatchObject({ total: 0, missing: [] })
    expect(score({}, either).missing).toEqual(["systolic"])
  })
})

describe("Chart.make refuses", () => {
  it("nothing in a chart that is whole", () => {
    expect(problems(chart)).toEqual([])
  })

  it("a definition by every problem at once, each with its place", () => {
    const torn: Chart.Definition = {
      id: " ",
      version: "",
      citation: "",
      population: { description: "", ageFrom: 20, ageBelow: 20 },
      points: [3, -1],
      inputs: [
        { ...pulse, unit: "", minimum: 5, maximum: 5, decimals: 0.5, row: "<=40" },
        { kind: "code", name: "pulse", points: {} },
        { kind: "code", name: "skin", points: { warm: NaN } },
        { kind: "flag", name: "toString", points: -1 },
        { kind: "flag", name: "pregnant", points: 1 }
      ],
      bands: [
        { from: 1, band: "" },
        { from: 1, band: "b" }
      ],
      single: { points: 9, below: 4, band: "b" }
    }
    const made = Chart.make(torn)
    expect(Result.isFailure(made) && made.failure).toEqual(
      new Chart.InvalidChart({
        chart: " ",
        problems: [
          { at: "id", problem: "is empty" },
          { at: "version", problem: "is empty" },
          { at: "citation", problem: "is empty" },
          { at: "population.description", problem: "is empty" },
          { at: "population", problem: "has no age in it" },
          { at: "points", problem: "is not all numbers of 0 or more" },
          { at: "inputs.pulse", problem: "is the name of an earlier input" },
          { at: "inputs.toString", problem: "is not a usable name" },
          { at: "inputs.pregnant", problem: "is reserved for the population" },
          { at: "inputs.pulse", problem: "has no unit" },
          { at: "inputs.pulse", problem: "has no possible value" },
          { at: "inputs.pulse", problem: "has decimals that are not 0 to 6" },
          { at: "inputs.pulse", problem: "has 1 cells under 2 columns of points" },
          { at: "inputs.pulse", problem: "has no codes" },
          { at: "inputs.skin.warm", problem: "has points that are not 0 or more" },
          { at: "inputs.toString", problem: "has points that are not 0 or more" },
          { at: "bands.0", problem: "has no name" },
          { at: "bands.0", problem: "does not begin at 0" },
          { at: "bands.1", problem: "is not above the last" },
          { at: "single.points", problem: "is reached by no input" },
          { at: "single.below", problem: "is not where a band begins" }
        ]
      })
    )
  })

  it("a chart without inputs", () => {
    expect(problems({ ...chart, inputs: [] })[0]).toEqual({ at: "inputs", problem: "is empty" })
  })

  it("a single input that would let the band fall as the total rises", () => {
    expect(problems({ ...chart, single: { points: 3, below: 3, band: "red" } })).toEqual([
      { at: "single.band", problem: "would fall as the total rises" }
    ])
    expect(problems({ ...chart, single: { points: 3, below: 6, band: "violet" } })).toEqual([])
  })

  it("cells that cannot be read, and ends that are the wrong way round", () => {
    expect(withRow("<=40 | 41 to 90 | 91-110 | 120-111", 0)).toEqual([
      "has a cell that cannot be read: 41 to 90",
      "has a cell that cannot be read: 120-111"
    ])
  })

  it("values that no cell holds or two do, at the resolution of the chart", () => {
    expect(withRow("<=40 | 41-90 | 91-110 | >=112", 0)).toEqual(["has no cell for 111"])
    expect(withRow("<=40 | 41-90 | 90-110 | >=100", 0)).toEqual([
      "has two cells for 90",
      "has two cells for 100 to 110"
    ])
    expect(withRow(" | 41-90 | 91-110 | ", 0)).toEqual([
      "has no cell for 0 to 40",
      "has no cell for 111 to 300"
    ])
    expect(withRow("<=40 | 41-90 | 91-110 | >=111", 1)).toEqual([
      "has no cell for 40.1 to 40.9",
      "has no cell for 90.1 to 90.9",
      "has no cell for 110.1 to 110.9"
    ])
    expect(withRow("| | | ", 0)).toEqual(["has no cell for 0 to 300"])
  })

  it("the same of all numbers, where there is no resolution", () => {
    expect(withRow("<40 | 40-90 | >90-<110 | >=110")).toEqual([])
    expect(withRow("<40 | >40-90 | >90-110 | >=110")).toEqual([
      "has no cell for 40",
      "has two cells for 110"
    ])
    expect(withRow("<40 | 41-90 | >90 | ")).toEqual(["has no cell for 40 to 41"])
  })
})

describe("the coverage of a row", () => {
  const Cell = Schema.Struct({
    first: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 })),
    length: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 })),
    above: Schema.Boolean,
    below: Schema.Boolean
  })

  it.prop(
    "is found whole exactly when every value lies in one cell",
    { cells: Schema.Array(Cell).check(Schema.isBetweenLength(1, 4)) },
    ({ cells }) => {
      const texts = cells.map(({ first, length, above, below }) => {
        const last = first + length + (above || below ? 1 : 0)
        return `${above ? ">" : ""}${first}-${below ? "<" : ""}${last}`
      })
      const row = Score.row(texts.join("|"))
      const wrong = Array.from({ length: 9 }, (_, value) => value + 1).filter(
        (value) =>
          row.filter((_, at) => Score.column(row.slice(at, at + 1), value) === 0).length !== 1
      )
      const inputs = [{ ...pulse, minimum: 1, maximum: 9, row: texts.join("|") }]
      const found = problems({ ...withoutSingle, points: texts.map(() => 3), inputs })
      return (wrong.length === 0) === (found.length === 0)
    }
  )
})

describe("a chart that is written down as data", () => {
  const news2: Chart.Definition = {
    id: "news2",
    version: "1",
    citation: "the table of NEWS2, scale 1",
    points: [3, 2, 1, 0, 1, 2, 3],
    inputs: [
      { ...pulse, name: "respiratoryRate", row: "<=8 | | 9-11 | 12-20 | | 21-24 | >=25" },
      { ...pulse, name: "oxygenSaturation", row: "<=91 | 92-93 | 94-95 | >=96 | | |" },
      { kind: "flag", name: "supplementalOxygen", points: 2 },
      { ...pulse, name: "systolicPressure", row: "<=90 | 91-100 | 101-110 | 111-219 | | | >=220" },
      { ...pulse, row: "<=40 | | 41-50 | 51-90 | 91-110 | 111-130 | >=131" },
      {
        kind: "code",
        name: "consciousness",
        points: { alert: 0, confusion: 3, voice: 3, pain: 3, unresponsive: 3 }
      },
      {
        ...pulse,
        name: "temperature",
        decimals: 1,
        row: "<=35.0 | | 35.1-36.0 | 36.1-38.0 | 38.1-39.0 | >=39.1 |"
      }
    ],
    bands: [
      { from: 0, band: "low" },
      { from: 5, band: "medium" },
      { from: 7, band: "high" }
    ],
    single: { points: 3, below: 5, band: "low-medium" }
  }
  const made = Result.getOrThrow(Chart.make(news2))

  const between = (minimum: number, maximum: number) =>
    Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum, maximum })))

  const Any = Schema.Struct({
    respiratoryRate: between(0, 40),
    oxygenSaturation: between(80, 100),
    supplementalOxygen: Schema.optionalKey(Schema.Boolean),
    systolicPressure: between(80, 230),
    pulse: between(30, 140),
    consciousness: Schema.optionalKey(
      Schema.Literals(["alert", "confusion", "voice", "pain", "unresponsive"])
    ),
    temperature: between(34, 40)
  })

  it.prop("gives what the written-out score gives", { any: Any }, ({ any }) => {
    const { total, lowerBound, band, contributions, missing } = Result.getOrThrow(made.score(any))
    expect(Result.getOrThrow(News2.score(any))).toMatchObject({
      total,
      lowerBound,
      band,
      contributions,
      missing
    })
  })
})
