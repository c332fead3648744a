import { describe, expect, it } from "@effect/vitest"
import * as FileSystem from "node:fs"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Form from "../../src/risk/Form.ts"
import * as Scores from "../../src/risk/Scores.ts"

const folder = new URL("../../src/risk/", import.meta.url)

const files = FileSystem.readdirSync(folder).filter((name) => name.endsWith(".ts"))

/** The forms and the descriptions of scores that a module exports. */
const exportsOf = async (file: string) => {
  const module: Record<string, unknown> = await import(new URL(file, folder).href)
  const named = (prefix: string) =>
    Object.entries(module).flatMap(([name, value]) =>
      name.startsWith(prefix) && typeof value === "object" && value !== null && "score" in value
        ? [String(value.score)]
        : []
    )
  return { about: named("about"), form: named("form") }
}

const outcome = (score: string, input: unknown) => {
  const computed = Scores.compute(score, input)
  if (computed === undefined) throw new Error(`no score ${score}`)
  return computed
}

const answered = (score: string, input: unknown) => Result.getOrThrow(outcome(score, input))

const refused = (score: string, input: unknown) =>
  Result.getOrThrow(Result.flip(outcome(score, input)))

const at = "2026-03-01T08:00:00+01:00"

/** A possible value of a field, as JSON has it. */
const possible = (field: Form.Field): unknown => {
  switch (field.kind) {
    case "flag":
      return true
    case "code":
      return field.codes[0]
    case "number":
      return field.maximum
    case "readings":
      return [120, 140].map((value, day) => ({
        observedAt: `2026-03-0${day + 1}T08:00:00Z`,
        value
      }))
    case "parameters":
      return Object.fromEntries(field.parameters.map(({ maximum, name }) => [name, maximum]))
  }
}

const required = ({ inputs }: Form.Form) =>
  Object.fromEntries(
    inputs.filter((field) => field.required).map((field) => [field.name, possible(field)])
  )

/** What two inputs that are possible by themselves may not be together, and too few readings. */
const contradictory = /^(diastolicPressure|hdlCholesterol|heartRate|readings(\[\d+\]\.value)?)$/

describe("the table of scores", () => {
  it("has every score of the folder, once, and no other", async () => {
    const found = await Promise.all(files.map(exportsOf))
    const scores = new Set(found.flatMap(({ about, form }) => [...about, ...form]))
    expect(scores.size).toBeGreaterThan(20)
    expect(Scores.all.map(({ form }) => form.score).toSorted()).toEqual([...scores].toSorted())
  })

  it("has every module that is built on a chart, on points or on an equation", async () => {
    const built = files.filter((file) =>
      /from "\.\/(Chart|internal\/points|internal\/equation)\.ts"/.test(
        FileSystem.readFileSync(new URL(file, folder), "utf8")
      )
    )
    const without = []
    for (const file of built) {
      if ((await exportsOf(file)).form.length === 0) without.push(file)
    }
    // Two that are no scores: the engine of charts, and the table itself.
    expect(without).toEqual(["Chart.ts", "Scores.ts"])
  })

  describe.each(Scores.all)("$form.score", ({ form, Observation, Outcome, compute }) => {
    it("says what it is, whose, and for whom, and names no input twice", () => {
      const { citation, inputs, population, version } = form
      expect([version, citation === "", population === ""]).toEqual(["1", false, false])
      const names = inputs.map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
      expect(names.length).toBeGreaterThan(0)
      expect(inputs.filter((field) => "unit" in field && field.unit === "")).toEqual([])
    })

    it("answers what is required alone with what is missing, in the shape that it says", () => {
      const result = Result.getOrThrow(compute(required(form)))
      const { score, version, citation } = result
      expect({ score, version }).toEqual({ score: form.score, version: form.version })
      expect(form.citation).toContain(citation)
      const json = Schema.encodeUnknownSync(Schema.toCodecJson(Outcome))(result)
      const union = Schema.encodeUnknownSync(Schema.toCodecJson(Scores.Outcome))(result)
      expect(union).toEqual(json)
      expect(Object.keys(Object(json)).toSorted()).toEqual(Object.keys(result).toSorted())
    })

    it("refuses a field that it does not have, by its name", () => {
      const refusal = Result.getOrThrow(Result.flip(compute({ ...required(form), colour: "red" })))
      expect(refusal).toMatchObject({ issues: [{ path: "colour", code: "unexpected" }] })
    })

    it("takes both ends of every range and refuses what lies outside, telling the range", () => {
      for (const field of form.inputs) {
        if (field.kind !== "number") continue
        const { expected, maximum, minimum, name } = field
        for (const value of [minimum, maximum]) {
          expect([
            name,
            Schema.is(Schema.toType(Observation))({ ...encoded(form), [name]: value })
          ]).toEqual([name, true])
        }
        for (const value of [minimum - 0.01, maximum + 0.01]) {
          const refusal = Result.getOrThrow(
            Result.flip(compute({ ...required(form), [name]: value }))
          )
          expect(refusal).toMatchObject({ issues: [{ path: name, code: "range", expected }] })
        }
      }
    })

    it.prop(
      "takes whatever its form lets through, but for a contradiction or a patient it is not for",
      { given: Observation },
      ({ given }) => {
        // Times reach farther than they can be written.
        const { observedAt: _, ...values } = given
        const outcome = compute("readings" in given ? { ...values, ...required(form) } : values)
        if (Result.isSuccess(outcome)) return Schema.is(Schema.toType(Outcome))(outcome.success)
        const { failure } = outcome
        if (failure._tag === "OutsidePopulation") return failure.reasons.length > 0
        return failure.issues.every(({ path }) => contradictory.test(path))
      }
    )

    it("refuses a value of another kind in any field, all of them at once", () => {
      const wrong = Object.fromEntries(form.inputs.map(({ name }) => [name, "neither"]))
      const refusal = Result.getOrThrow(Result.flip(compute(wrong)))
      expect(refusal).toMatchObject({ _tag: "Invalid" })
      const paths = refusal._tag === "Invalid" ? refusal.issues.map(({ path }) => path) : []
      expect(paths).toEqual(form.inputs.map(({ name }) => name))
    })
  })

  it("knows no other score", () => {
    expect(Scores.compute("mews", {})).toBeUndefined()
    expect(Scores.compute("__proto__", {})).toBeUndefined()
  })
})

const encoded = (form: Form.Form) => {
  const { readings: _, ...rest } = required(form)
  return rest
}

describe("a score computed from JSON", () => {
  const observed = {
    respiratoryRate: 22,
    oxygenSaturation: 95,
    supplementalOxygen: false,
    systolicPressure: 105,
    pulse: 95,
    consciousness: "alert",
    temperature: 38.4
  }

  it("is what the score itself says, the times kept with the inputs", () => {
    const result = answered("news2", { ...observed, observedAt: { pulse: at } })
    expect(result).toMatchObject({ total: 6, band: "medium", missing: [] })
    const json = Schema.encodeUnknownSync(Schema.toCodecJson(Scores.Outcome))(result)
    expect(json).toMatchObject({
      inputs: expect.arrayContaining<unknown>([
        {
          name: "pulse",
          value: 95,
          unit: "/min",
          rounded: 95,
          observedAt: "2026-03-01T08:00:00.000+01:00"
        }
      ])
    })
  })

  it("lists null as missing, without a total", () => {
    expect(answered("news2", { ...observed, pulse: null })).toMatchObject({
      total: null,
      lowerBound: 5,
      missing: ["pulse"]
    })
    expect(answered("prevent", { age: 50 })).toMatchObject({ tenYear: null, thirtyYear: null })
  })

  it("refuses a patient whom it is not for, with the reasons", () => {
    expect(refused("news2", { ...observed, age: 12, pregnant: true })).toMatchObject({
      _tag: "OutsidePopulation",
      score: "news2",
      population: "16 years and over, not pregnant",
      reasons: ["under 16 years", "pregnant"]
    })
  })

  it("refuses what two inputs cannot be together", () => {
    expect(refused("shock-index", { systolicPressure: 80, diastolicPressure: 90 }).message).toBe(
      "diastolicPressure: range"
    )
  })

  it("needs the guideline of a category", () => {
    expect(refused("blood-pressure", { systolicPressure: 120 }).message).toBe("guideline: missing")
  })

  it("names the reading that cannot be, and asks for two", () => {
    const readings = [80, 310].map((value) => ({ observedAt: at, value }))
    const impossible = { pressure: "diastolic", readings }
    expect(refused("pressure-variability", impossible).message).toBe("readings[1].value: range")
    const one = { pressure: "systolic", readings: readings.slice(0, 1) }
    expect(refused("home-day-to-day-variability", one).message).toBe("readings: length")
    const half = { ...one, population: { mean: 120 } }
    expect(refused("pressure-variability", half).message).toBe("population.exponent: missing")
  })

  it("takes what was found before the Glasgow coma scale", () => {
    const both = { respondsToVoice: true, glasgowComaScale: 15 }
    expect(answered("acvpu", both)).toMatchObject({ consciousness: "voice", missing: [] })
    expect(answered("acvpu", { glasgowComaScale: 3 })).toMatchObject({
      consciousness: "unresponsive"
    })
    expect(answered("acvpu", { fullyConscious: false })).toMatchObject({
      consciousness: null,
      missing: [
        "newConfusion",
        "respondsToVoice",
        "respondsToPain",
        "unresponsive",
        "glasgowComaScale"
      ]
    })
  })
})

describe("a chart of a hospital's own", () => {
  const definition = {
    id: "st-elsewhere-fever",
    version: "1",
    citation: "St Elsewhere Hospital, fever chart, 2026",
    population: { description: "16 years and over", ageFrom: 16 },
    points: [0, 1],
    inputs: [
      {
        kind: "number",
        name: "temperature",
        unit: "Cel",
        minimum: 10,
        maximum: 50,
        row: "<38 | >=38"
      },
      { kind: "flag", name: "rigors", points: 1 }
    ],
    bands: []
  } as const

  const refusalOf = (input: unknown, changed: object = {}) =>
    Result.getOrThrow(Result.flip(Scores.chart({ ...definition, ...changed }, input)))

  it("scores by its definition", () => {
    const given = { temperature: 38, rigors: true, observedAt: { rigors: at } }
    expect(Result.getOrThrow(Scores.chart(definition, given))).toMatchObject({ total: 2 })
    expect(Result.getOrThrow(Scores.chart(definition, {}))).toMatchObject({
      total: null,
      missing: ["temperature", "rigors"]
    })
  })

  it("refuses inputs under their place, and a patient whom it is not for", () => {
    expect(refusalOf({ temperature: 51, rigours: true }).message).toBe(
      "inputs.rigours: unexpected, inputs.temperature: range"
    )
    expect(refusalOf({ age: 3 })).toMatchObject({ reasons: ["under 16 years"] })
  })

  it("reports every problem of the definition", () => {
    const changed = { citation: "", points: [0, -1] }
    expect(refusalOf({}, changed).message).toBe(
      "definition.citation: chart, definition.points: chart"
    )
  })

  it("has no input under the name of the times", () => {
    const inputs = [{ kind: "flag", name: "observedAt", points: 1 }]
    expect(refusalOf({}, { inputs })).toMatchObject({
      issues: [{ path: "definition.inputs.observedAt", message: "It is not a usable name" }]
    })
  })
})
