import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Deterioration from "../../src/risk/Deterioration.ts"
import * as Hypotension from "../../src/risk/Hypotension.ts"
import * as ModelMonitor from "../../src/risk/ModelMonitor.ts"
import * as RiskModel from "../../src/risk/RiskModel.ts"
import { uniforms } from "../sensor/draws.ts"
import * as ReferenceDraws from "./referenceDraws.ts"

const hour = 3_600_000

const file = (name: string): string =>
  readFileSync(new URL(`../../models/${name}`, import.meta.url), "utf8")

const hourly = (values: ReadonlyArray<number>) =>
  values.map((value, index) => ({
    id: String(index).padStart(3, "0"),
    observedAt: Timestamp.at((index - values.length + 1) * hour),
    value
  }))

describe.each([
  ["deterioration", Deterioration.model],
  ["hypotension", Hypotension.model]
] as const)("the model %s", (id, model) => {
  it("is what its schema says, and the same as its file", () => {
    expect(Schema.decodeUnknownSync(RiskModel.RiskModel)(model)).toEqual(model)
    expect(JSON.parse(file(`${id}.json`))).toEqual(model)
    expect(model.id).toBe(id)
  })

  it("carries the hash of its features, and those of its data", () => {
    const hash = createHash("sha256").update(JSON.stringify(model.definition)).digest("hex")
    expect(model.definitionSha256).toBe(hash)
    const { train, tune } = model.training
    const files = [...train.files, ...tune.files]
    expect(files.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256))).toBe(true)
    expect(new Set(files.map(({ sha256 }) => sha256)).size).toBe(files.length)
  })

  it("has bands from 0 on that rise, and catch fewer and surer", () => {
    expect(model.bands.map(({ band }) => band)).toEqual(["low", "medium", "high"])
    expect(model.bands[0]!.from).toBe(0)
    for (const [lower, higher] of [model.bands.slice(0, 2), model.bands.slice(1)]) {
      expect(lower!.from).toBeLessThan(higher!.from)
      expect(lower!.sensitivity).toBeGreaterThan(higher!.sensitivity)
      expect(lower!.positivePredictiveValue).toBeLessThan(higher!.positivePredictiveValue ?? NaN)
    }
  })

  it("states figures that are good enough to ship", () => {
    const { auroc, calibrationSlope, expectedCalibrationError } = model.metrics
    expect(auroc!.estimate).toBeGreaterThanOrEqual(id === "deterioration" ? 0.82 : 0.8)
    expect(calibrationSlope!.lower).toBeLessThan(1)
    expect(calibrationSlope!.upper).toBeGreaterThan(1)
    expect(expectedCalibrationError!.estimate).toBeLessThan(0.02)
  })

  describe("its reference", () => {
    const reference = model.reference ?? expect.fail("there is none")
    const { id, version } = model
    const watch = (events: ReadonlyArray<ModelMonitor.Event>) =>
      Result.getOrThrow(
        ModelMonitor.watch({ model: id, version, ...reference }, events, {
          now: Timestamp.at(0),
          horizon: "6 hours"
        })
      )

    it("tells of every feature, in order, and is small", () => {
      const names = (features: ReadonlyArray<{ readonly name: string }>) =>
        features.map(({ name }) => name)
      expect(names(reference.features)).toEqual(names(model.definition.features))
      expect(new TextEncoder().encode(file(`${id}.json`)).length).toBeLessThan(60_000)
    })

    it("alarms in at most 5 % of 1,000 windows that are drawn from it, of 30 to 250 patients", () => {
      const random = uniforms(2012)
      const patient = ReferenceDraws.patients(reference)
      let alarmed = 0
      for (let window = 0; window < 1000; window++) {
        const size = [30, 60, 100, 250][window % 4]
        const events = Array.from({ length: size! }, (_, nth) => ({
          ...patient(random),
          patient: `patient ${nth}`,
          scoredAt: Timestamp.at(nth),
          outcome: null
        }))
        if (watch(events).alarms.length > 0) alarmed += 1
      }
      expect(alarmed).toBeLessThanOrEqual(50)
    })

    it("alarms by name about patients who are twenty years older", () => {
      const random = uniforms(2013)
      const patient = ReferenceDraws.patients(reference)
      const events = Array.from({ length: 60 }, (_, nth) => {
        const { features, probability } = patient(random)
        const older = features.with(0, features[0]! + 20)
        const at = { patient: `patient ${nth}`, scoredAt: Timestamp.at(nth), outcome: null }
        return { ...at, features: older, probability }
      })
      expect(new Set(watch(events).alarms.map(({ of }) => of))).toEqual(new Set(["age"]))
    })
  })

  it("has a card that names its version, its data and its limits", () => {
    const card = file(`${id}.md`)
    const { train, tune } = model.training
    const named = [
      `# ${id} ${model.version}`,
      model.definitionSha256,
      model.citation,
      "Not a medical device",
      "## Limits",
      ...[...train.files, ...tune.files].map(({ sha256 }) => sha256)
    ]
    expect(named.filter((each) => !card.includes(each))).toEqual([])
  })
})

describe("Deterioration.risk", () => {
  const well = {
    "heart-rate": hourly([78, 80, 76, 79, 77, 80]),
    "systolic-pressure": hourly([124, 126, 122, 125, 123, 124]),
    "diastolic-pressure": hourly([70, 72, 71, 70, 69, 71]),
    "respiratory-rate": hourly([16, 15, 16, 17, 16, 16]),
    temperature: hourly([36.9, 37, 36.8]),
    "glasgow-coma-scale": hourly([15, 15, 15])
  }
  const at = Timestamp.at(0)
  const riskOf = (history: Parameters<typeof Deterioration.risk>[0]) =>
    Result.getOrThrow(Deterioration.risk(history))

  it("is low for a patient who is well and high for one who is not", () => {
    const ill = {
      ...well,
      "heart-rate": hourly([110, 115, 118, 122, 125, 130]),
      "systolic-pressure": hourly([100, 96, 92, 88, 85, 82]),
      "diastolic-pressure": hourly([60, 56, 52, 48, 46, 44]),
      temperature: hourly([36, 35.6, 35.2]),
      "glasgow-coma-scale": hourly([9, 7, 4])
    }
    expect(riskOf({ at, age: 50, sex: "male", readings: well }).band).toBe("low")
    expect(riskOf({ at, age: 80, sex: "male", readings: ill }).band).toBe("high")
  })

  it("is explained by its baseline and contributions, to the last digit", () => {
    const { risk, baseline, contributions } = riskOf({ at, age: 50, sex: "male", readings: well })
    const logit = contributions.reduce((sum, { points }) => sum + points, baseline!)
    expect(1 / (1 + Math.exp(-logit))).toBeCloseTo(risk!, 12)
    expect(contributions).toHaveLength(Deterioration.model.definition.features.length)
  })

  it("lists the features it filled in, and says what it cannot do without", () => {
    const { temperature: _, ...cool } = well
    const { missing } = riskOf({ at, age: 50, sex: "male", readings: cool })
    expect(missing).toContain("temperature last 48 h")
    expect(missing.every((name) => name.startsWith("temperature"))).toBe(true)
    expect(riskOf({ at, readings: {} })).toMatchObject({
      risk: null,
      missing: ["age", "heart-rate: 2 within 48 h", "systolic-pressure: 2 within 48 h"]
    })
  })

  it("refuses a child", () => {
    expect(Result.isFailure(Deterioration.risk({ at, age: 15, readings: well }))).toBe(true)
    expect(Result.isSuccess(Deterioration.risk({ at, age: 16, readings: well }))).toBe(true)
  })
})

describe("Hypotension.risk", () => {
  const at = Timestamp.at(0)
  const of = (means: ReadonlyArray<number>) =>
    Hypotension.risk({ at, age: 65, sex: "male", readings: { "mean-pressure": hourly(means) } })

  it("rises as the pressure falls", () => {
    const risks = [90, 85, 80, 75, 70, 66].map(
      (level) => Result.getOrThrow(of([level + 2, level, level + 1, level])).risk!
    )
    expect(risks.toSorted((a, b) => a - b)).toEqual(risks)
  })

  it("takes four mean pressures, and one in the last two hours", () => {
    expect(Result.getOrThrow(of([80, 80, 80]))).toMatchObject({
      risk: null,
      missing: ["mean-pressure: 4 within 12 h"]
    })
    const old = hourly([80, 80, 80, 80, 80, 80, 80]).slice(0, 5)
    const estimate = Hypotension.risk({ at, age: 65, readings: { "mean-pressure": old } })
    expect(Result.getOrThrow(estimate).missing).toEqual(["mean-pressure: 1 within 2 h"])
  })

  it("takes pairs of pressures where no mean is sent", () => {
    const readings = {
      "systolic-pressure": hourly([120, 118, 116, 114]),
      "diastolic-pressure": hourly([60, 58, 56, 54])
    }
    const means = { ...readings, "mean-pressure": hourly([80, 78, 76, 74]) }
    const of = (given: typeof readings) =>
      Result.getOrThrow(Hypotension.risk({ at, age: 65, readings: given })).risk
    expect(of(readings)).toBeCloseTo(of(means)!, 12)
  })

  it("refuses where pressure is low already, at 65 not yet", () => {
    expect(Result.isFailure(of([80, 75, 70, 64.9]))).toBe(true)
    expect(Result.isSuccess(of([80, 75, 70, 65]))).toBe(true)
    // Low two hours ago, and not since.
    expect(Result.isSuccess(of([80, 60, 70, 75]))).toBe(true)
  })
})
