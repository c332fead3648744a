import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Measurement from "../../src/measurement/Measurement.ts"
import type * as Vital from "../../src/measurement/Vital.ts"
import * as Foretold from "../../src/monitoring/Foretold.ts"
import * as Patient from "../../src/patient/Patient.ts"
import * as Deterioration from "../../src/risk/Deterioration.ts"
import * as Hypotension from "../../src/risk/Hypotension.ts"
import * as RiskModel from "../../src/risk/RiskModel.ts"
import * as Ward from "./ward.ts"

const patient: Patient.Patient = {
  id: Ward.absent,
  identifiers: [],
  givenName: "Ada",
  familyName: "Byron",
  birthDate: "1950-12-10",
  sex: "female",
  conditions: [],
  oxygenScale: 1,
  hasPhoto: false,
  createdAt: Ward.noon,
  updatedAt: Ward.noon,
  version: 1
}

const measured = (
  vital: Vital.Code,
  value: Measurement.Value,
  clock: string
): Measurement.Measurement => ({
  ...Ward.draft,
  ...Measurement.describe(vital, false),
  vital,
  value,
  observedAt: Ward.time(clock),
  patientId: patient.id,
  receivedAt: Ward.noon,
  recordedAt: Ward.noon,
  version: 1
})

const pressures = [
  measured("mean-pressure", 92, "07:00"),
  measured("mean-pressure", 88, "08:00"),
  measured("mean-pressure", 79, "09:00"),
  measured("mean-pressure", 74, "10:00")
]

const asked = {
  task: "hypotension",
  role: "active",
  ready: Result.getOrThrow(RiskModel.ready(Hypotension.model))
} as const

const window = {
  since: DateTime.toUtc(Ward.time("2026-02-28T22:00:00Z")),
  asOf: DateTime.toUtc(Ward.time("10:00"))
}

const make = (
  measurements: ReadonlyArray<Measurement.Measurement>,
  of: Partial<Patient.Patient> = {}
) =>
  Foretold.make(asked, {
    patient: { ...patient, ...of },
    measurements,
    now: Ward.noon,
    ...window
  })

describe("Foretold.make", () => {
  it("is the estimate of the model, with the features it was made of", () => {
    const foretold = make(pressures)
    const readings = pressures.map(({ id, observedAt, value }) => ({
      id,
      observedAt,
      value: Number(value)
    }))
    const estimate = Result.getOrThrow(
      Hypotension.risk({
        at: window.asOf,
        age: 75,
        sex: "female",
        readings: { "mean-pressure": readings }
      })
    )
    expect(foretold).toMatchObject({
      patientId: patient.id,
      task: "hypotension",
      version: "1.0.0",
      role: "active",
      ...window,
      foretoldAt: Ward.noon,
      refusal: null
    })
    expect(foretold.estimate).toEqual(estimate)
    expect(estimate.risk).toBeGreaterThan(0)
    const names = Hypotension.model.definition.features.map(({ name }) => name)
    expect(foretold.features).toHaveLength(names.length)
    expect(foretold.features[0]).toBe(75)
    const missing = names.filter((_, index) => foretold.features[index] === null)
    expect(missing).toEqual(estimate.missing)
  })

  it("does not look at what came after, nor at what is no number", () => {
    const others = [
      measured("mean-pressure", 40, "10:01"),
      measured("consciousness", "unresponsive", "10:00")
    ]
    expect(make([...pressures, ...others])).toEqual(make(pressures))
  })

  it("is a refusal with its reasons, and no features, outside the population", () => {
    expect(make(pressures, { birthDate: "2015-01-01" })).toMatchObject({
      refusal: { code: "outside-population", reasons: ["under 16 years"] },
      estimate: null,
      features: []
    })
    const low = [...pressures.slice(0, 3), measured("mean-pressure", 64, "10:00")]
    expect(make(low).refusal).toEqual({
      code: "outside-population",
      reasons: ["mean-pressure below 65 within 2 h"]
    })
  })

  it("is a refusal that says what it takes, with too few readings", () => {
    const { refusal, estimate, features } = make(pressures.slice(1))
    expect(refusal).toEqual({ code: "too-few-readings", reasons: ["mean-pressure: 4 within 12 h"] })
    expect(estimate?.risk).toBeNull()
    expect(features).toEqual([])
    const { birthDate: _, ...ageless } = patient
    const unknown = Foretold.make(asked, {
      patient: ageless,
      measurements: pressures,
      now: Ward.noon,
      ...window
    })
    expect(unknown.refusal).toEqual({ code: "too-few-readings", reasons: ["age"] })
  })
})

describe("Foretold.window", () => {
  it("ends with the newest reading that the model looks at, and goes back as far as it does", () => {
    const latest = [...pressures, measured("weight", 70, "11:00")]
    expect(Foretold.window(Foretold.outlook(Hypotension.model), latest)).toEqual(window)
    expect(Foretold.window(Foretold.outlook(Deterioration.model), latest)).toEqual({
      since: DateTime.toUtc(Ward.time("2026-02-27T10:00:00Z")),
      asOf: window.asOf
    })
  })

  it("is none without such a reading", () => {
    const outlook = Foretold.outlook(Hypotension.model)
    expect(Foretold.window(outlook, [])).toBeUndefined()
    expect(Foretold.window(outlook, [measured("weight", 70, "11:00")])).toBeUndefined()
  })
})
