import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Measurement from "../../src/measurement/Measurement.ts"
import type * as Vital from "../../src/measurement/Vital.ts"
import * as Assessed from "../../src/monitoring/Assessed.ts"
import * as Jobs from "../../src/monitoring/Jobs.ts"
import * as Patient from "../../src/patient/Patient.ts"
import * as Ward from "./ward.ts"

const patient: Patient.Patient = {
  id: Patient.PatientId.make("01890a5d-ac96-774b-bcce-b302099a8057"),
  identifiers: [],
  givenName: "Ada",
  familyName: "Byron",
  birthDate: "1970-05-05",
  conditions: [],
  oxygenScale: 1,
  hasPhoto: false,
  createdAt: Ward.noon,
  updatedAt: Ward.noon,
  version: 1
}

const identity = {
  id: Jobs.AssessmentId.make("01890a5d-ac96-774b-bcce-b302099a8058"),
  now: Ward.noon
}

let made = 0

const measured = (
  vital: Vital.Code,
  value: Measurement.Value,
  at = "10:00",
  implausible = false
): Measurement.Measurement => {
  made += 1
  const id = `01890a5d-ac96-774b-bcce-${String(made).padStart(12, "0")}`
  return {
    id: Measurement.MeasurementId.make(id),
    patientId: patient.id,
    vital,
    value,
    observedAt: Ward.time(at),
    receivedAt: Ward.noon,
    recordedAt: Ward.noon,
    source: "monitor",
    version: 1,
    ...Measurement.describe(vital, implausible)
  }
}

const six = (at = "10:00") =>
  [
    measured("respiratory-rate", 16, at),
    measured("oxygen-saturation", 97, at),
    measured("systolic-pressure", 120, at),
    measured("heart-rate", 70, at),
    measured("consciousness", "alert", at),
    measured("temperature", 37, at)
  ] as const

const onAir = (at = "10:00") => measured("oxygen-device", "air", at)

const assess = (
  latest: ReadonlyArray<Measurement.Measurement>,
  details: Partial<Patient.Patient> = {},
  window?: number
) => Assessed.news2({ ...patient, ...details }, latest, identity, window)

describe("Assessed.news2", () => {
  it("is nothing without any input, oxygen and other vitals alone included", () => {
    expect(assess([])).toBeUndefined()
    expect(assess([onAir()])).toBeUndefined()
    expect(assess([measured("weight", 70), measured("diastolic-pressure", 80)])).toBeUndefined()
  })

  it("is whole when all seven inputs are there, as of the newest of the six measured", () => {
    const latest = [...six("09:00"), onAir("11:30")].with(3, measured("heart-rate", 95, "10:30"))
    const assessed = assess(latest)
    expect(assessed).toMatchObject({
      id: identity.id,
      patientId: patient.id,
      score: "news2",
      total: 1,
      band: "low",
      missing: [],
      refusal: null
    })
    expect(assessed?.asOf.epochMilliseconds).toBe(Ward.time("10:30").epochMilliseconds)
    expect(assessed?.assessedAt).toBe(Ward.noon)
    expect(assessed?.measurements.toSorted()).toEqual(latest.map(({ id }) => id).toSorted())
  })

  it("keeps with each input when it was observed, and fits its own schema", () => {
    const assessed = assess([...six("09:00"), onAir("08:00")])
    const pulse = assessed?.inputs.find((it) => it.name === "pulse")
    const oxygen = assessed?.inputs.find((it) => it.name === "supplementalOxygen")
    expect(pulse?.observedAt && Timestamp.format(pulse.observedAt)).toContain("T09:00")
    expect(oxygen?.observedAt && Timestamp.format(oxygen.observedAt)).toContain("T08:00")
    expect(Schema.is(Assessed.Assessed)(assessed)).toBe(true)
  })

  it("has no total, and says what is missing, when an input is absent", () => {
    const [, ...rest] = six()
    expect(assess([...rest, onAir()])).toMatchObject({
      total: null,
      band: null,
      lowerBound: 0,
      missing: ["respiratoryRate"]
    })
    expect(assess([measured("heart-rate", 135)])).toMatchObject({
      total: null,
      lowerBound: 3,
      missing: [
        "respiratoryRate",
        "oxygenSaturation",
        "supplementalOxygen",
        "systolicPressure",
        "consciousness",
        "temperature"
      ]
    })
  })

  it("takes an input of exactly 4 hours before the newest, and not an older one", () => {
    const [respiration, ...rest] = six("10:00")
    const at = (text: string) => ({ ...respiration, observedAt: Ward.time(text) })
    const exactly = [at("06:00"), ...rest, onAir()]
    const older = [at("2026-03-01T05:59:59.999Z"), ...rest, onAir()]
    expect(assess(exactly)?.total).toBe(0)
    expect(assess(older)).toMatchObject({ total: null, missing: ["respiratoryRate"] })
    expect(assess(older)?.measurements).not.toContain(respiration.id)
    expect(assess(older, {}, 5 * 3_600_000)?.total).toBe(0)
  })

  it("compares instants, not clocks", () => {
    const [respiration, ...rest] = six("10:00")
    const east = { ...respiration, observedAt: Ward.time("2026-03-01T19:00:00+12:00") }
    expect(assess([east, ...rest, onAir()])?.total).toBe(0)
  })

  it("takes supplemental oxygen as the latest known, whatever its age", () => {
    const old = measured("oxygen-device", "nasal-cannula", "2026-01-01T10:00:00Z")
    const assessed = assess([...six(), old])
    expect(assessed).toMatchObject({ total: 2, missing: [] })
    expect(assessed?.measurements).toContain(old.id)
    expect(assess(six())).toMatchObject({ missing: ["supplementalOxygen"] })
  })

  it("reads oxygen from device, flow or concentration, the newest of them", () => {
    for (const [vital, value, points] of [
      ["oxygen-device", "air", 0],
      ["oxygen-device", "venturi-mask", 2],
      ["oxygen-flow", 0, 0],
      ["oxygen-flow", 0.5, 2],
      ["inspired-oxygen", 21, 0],
      ["inspired-oxygen", 24, 2]
    ] as const) {
      expect(assess([...six(), measured(vital, value)])?.total, `${vital} ${value}`).toBe(points)
    }
    const newer = [measured("oxygen-flow", 2, "09:00"), onAir("09:01")]
    expect(assess([...six(), ...newer])?.total).toBe(0)
  })

  it("believes the reading that gives oxygen when several of one time disagree", () => {
    const flow = measured("oxygen-flow", 2)
    const room = measured("inspired-oxygen", 21)
    for (const latest of [
      [flow, room, onAir()],
      [onAir(), room, flow]
    ]) {
      const assessed = assess([...six(), ...latest])
      expect(assessed?.total).toBe(2)
      expect(assessed?.measurements).toContain(flow.id)
    }
  })

  it("counts a flagged value: strange is not absent", () => {
    const latest = [...six(), onAir()].with(5, measured("temperature", 24, "10:00", true))
    expect(assess(latest)).toMatchObject({ total: 3, band: "low-medium" })
  })

  it("refuses a patient under 16 on the day of the newest input, and no longer on the birthday", () => {
    const born = { birthDate: "2010-03-02" }
    expect(assess([...six(), onAir()], born)).toMatchObject({
      total: null,
      band: null,
      contributions: [],
      missing: [],
      refusal: expect.stringContaining("under 16 years")
    })
    const onBirthday = six("2026-03-02T00:30:00+01:00")
    expect(assess([...onBirthday, onAir()], born)).toMatchObject({ total: 0, refusal: null })
  })

  it("goes by a stated age when there is no birth date, and by none when there is neither", () => {
    const { birthDate: _, ...ageless } = patient
    const latest = [...six(), onAir()]
    const stated = { ...ageless, ageYears: 15, ageStatedOn: "2025-06-01" }
    expect(Assessed.news2(stated, latest, identity)?.refusal).toContain("under 16")
    expect(
      Assessed.news2({ ...stated, ageStatedOn: "2025-03-01" }, latest, identity)
    ).toMatchObject({ refusal: null, total: 0 })
    expect(Assessed.news2(ageless, latest, identity)).toMatchObject({ refusal: null, total: 0 })
  })

  it("reads the saturation on the scale of the patient record", () => {
    const low = measured("oxygen-saturation", 88)
    const latest = [...six(), onAir()].with(1, low)
    expect(assess(latest)?.total).toBe(3)
    expect(assess(latest, { oxygenScale: 2 })?.total).toBe(0)
  })

  it("fits its own schema when it is refused", () => {
    const refused = assess(six(), { birthDate: "2020-01-01" })
    expect(Schema.is(Assessed.Assessed)(refused)).toBe(true)
  })
})

describe("Assessed.callsForHelp", () => {
  const bands = [null, "low", "low-medium", "medium", "high"] as const

  it("is when the band is medium or high, and higher than the one before", () => {
    const calls = bands.flatMap((before) =>
      bands
        .filter((now) => Assessed.callsForHelp({ band: before }, { band: now }))
        .map((now) => `${before} to ${now}`)
    )
    expect(calls).toEqual([
      "null to medium",
      "null to high",
      "low to medium",
      "low to high",
      "low-medium to medium",
      "low-medium to high",
      "medium to high"
    ])
  })

  it("takes the first assessment like one after no band", () => {
    for (const band of bands) {
      expect(Assessed.callsForHelp(undefined, { band })).toBe(
        Assessed.callsForHelp({ band: null }, { band })
      )
    }
  })
})
