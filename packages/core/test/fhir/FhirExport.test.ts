import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as FhirExport from "../../src/fhir/FhirExport.ts"
import * as FhirResource from "../../src/fhir/FhirResource.ts"
import { snomedCodes } from "../../src/fhir/internal/fhirCodes.ts"
import * as Text from "../../src/input/Text.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Measurement from "../../src/measurement/Measurement.ts"
import * as Vital from "../../src/measurement/Vital.ts"
import type * as Assessed from "../../src/monitoring/Assessed.ts"
import * as Jobs from "../../src/monitoring/Jobs.ts"
import * as Patient from "../../src/patient/Patient.ts"
import * as News2 from "../../src/risk/News2.ts"
import { first, read } from "./bundles.ts"
import { measurementOf, now, patientId, patientOf, uuid } from "./records.ts"

const observedAt = Timestamp.at(Date.parse("2026-03-01T09:00:00Z"), 60)
const patient = patientOf({ givenName: "Ada", familyName: "Byron", birthDate: "1990-12-10" })

const measurements = (
  ...given: ReadonlyArray<readonly [Vital.Code, Measurement.Value, Partial<Measurement.Reading>?]>
): ReadonlyArray<Measurement.Measurement> =>
  given.map(([vital, value, more], index) => {
    const { unit } = Measurement.describe(vital, false)
    const reading = { vital, value, observedAt, source: "ward-3", ...more }
    return measurementOf(unit === undefined ? reading : { ...reading, unit }, index)
  })

const observations = (contents: Omit<FhirExport.Contents, "patient">) =>
  FhirExport.bundle({ patient, ...contents }).entry.flatMap(({ resource }) =>
    resource.resourceType === "Observation" ? resource : []
  )

const score = (observation: News2.Observation, more: Partial<FhirExport.Scored> = {}) => ({
  ...Result.getOrThrow(News2.score(observation)),
  id: uuid(99),
  asOf: now,
  ...more
})

describe("FhirExport.bundle", () => {
  it("puts a patient under the id of the record, with what the record has", () => {
    const known = patientOf({
      identifiers: [{ system: "urn:ward", value: "17" }],
      givenName: "Ada",
      familyName: "Byron",
      ageYears: 35,
      ageStatedOn: "2026-01-01",
      sex: "female",
      email: "ada@example.org",
      phone: "+4915112345678",
      conditions: ["asthma"],
      oxygenScale: 2
    })
    expect(FhirExport.bundle({ patient: known })).toEqual({
      resourceType: "Bundle",
      type: "transaction",
      entry: [
        {
          fullUrl: `urn:uuid:${patientId}`,
          resource: {
            resourceType: "Patient",
            id: patientId,
            extension: [
              { url: "urn:bedside:age", valueInteger: 35 },
              { url: "urn:bedside:age-stated-on", valueDate: "2026-01-01" },
              { url: "urn:bedside:condition", valueString: "asthma" },
              { url: "urn:bedside:oxygen-scale", valueInteger: 2 }
            ],
            identifier: [{ system: "urn:ward", value: "17" }],
            name: [{ use: "official", family: "Byron", given: ["Ada"] }],
            telecom: [
              { system: "email", value: "ada@example.org" },
              { system: "phone", value: "+4915112345678" }
            ],
            gender: "female"
          },
          request: { method: "PUT", url: `Patient/${patientId}` }
        }
      ]
    })
  })

  it("writes a vital sign in the shape of its profile", () => {
    expect(observations({ measurements: measurements(["oxygen-saturation", 97]) })).toEqual([
      {
        resourceType: "Observation",
        id: uuid(1),
        meta: { profile: ["http://hl7.org/fhir/StructureDefinition/vitalsigns"] },
        extension: [{ url: "urn:bedside:source", valueString: "ward-3" }],
        status: "final",
        category: [
          {
            coding: [
              {
                system: "http://terminology.hl7.org/CodeSystem/observation-category",
                code: "vital-signs"
              }
            ]
          }
        ],
        code: {
          coding: [
            { system: "http://loinc.org", code: "2708-6" },
            { system: "http://loinc.org", code: "59408-5" }
          ],
          text: "Oxygen saturation"
        },
        valueQuantity: { value: 97, unit: "%", system: "http://unitsofmeasure.org", code: "%" },
        subject: { reference: `urn:uuid:${patientId}` },
        effectiveDateTime: "2026-03-01T10:00:00.000+01:00",
        issued: "2026-03-01T12:00:00.000Z"
      }
    ])
  })

  it("writes two pressures of one time and source as one panel, and others alone", () => {
    const written = observations({
      measurements: measurements(
        ["diastolic-pressure", 80],
        ["systolic-pressure", 120],
        ["mean-pressure", 93],
        ["systolic-pressure", 130, { source: "cuff" }],
        ["diastolic-pressure", 70, { observedAt: Timestamp.at(observedAt.epochMilliseconds, 0) }]
      )
    })
    expect(
      written.map((it) => [
        it.id,
        it.code.coding?.map(({ code }) => code).join(),
        it.valueQuantity?.value,
        it.component?.map((part) => part.valueQuantity?.value)
      ])
    ).toEqual([
      [uuid(2), "85354-9", undefined, [120, 80]],
      [uuid(3), "8478-0", 93, undefined],
      [uuid(4), "8480-6", 130, undefined],
      [uuid(5), "8462-4", 70, undefined]
    ])
  })

  it("writes flags as interpretations, and corrected values as corrected", () => {
    const flagged = first(measurements(["heart-rate", 300]))
    const [written] = observations({ measurements: [{ ...flagged, version: 2 }] })
    expect(written).toMatchObject({
      status: "corrected",
      interpretation: [
        {
          coding: [{ system: "urn:bedside:flag", code: "implausible" }],
          text: "not 20 to 250 /min"
        }
      ]
    })
  })

  it("writes codes in SNOMED CT where it has them, and in ours", () => {
    const [level, device, stroke] = observations({
      measurements: measurements(
        ["consciousness", "voice"],
        ["oxygen-device", "venturi-mask"],
        ["stroke", "no"]
      )
    })
    const codings = (concept: FhirResource.CodeableConcept | undefined) =>
      concept?.coding?.map(({ code, system }) => `${system}|${code}`)
    expect(codings(level?.code)).toEqual([
      "http://loinc.org|67775-7",
      "http://snomed.info/sct|1104441000000107"
    ])
    expect(codings(level?.valueCodeableConcept)).toEqual([
      "http://snomed.info/sct|300202002",
      "urn:bedside:consciousness|voice"
    ])
    expect(codings(device?.code)).toEqual(["urn:bedside:vital|oxygen-device"])
    expect(codings(device?.valueCodeableConcept)).toEqual([
      "urn:bedside:oxygen-device|venturi-mask"
    ])
    expect(stroke?.category?.[0]?.coding?.[0]?.code).toBe("survey")
  })

  it("writes the code of glucose that its unit belongs to", () => {
    const [glucose] = observations({ measurements: measurements(["glucose", 100]) })
    expect(glucose?.code.coding?.map(({ code }) => code)).toEqual(["2339-0"])
    expect(glucose?.category?.[0]?.coding?.[0]?.code).toBe("laboratory")
  })

  it("holds every resource to the schemas it is read by", () => {
    const bundle = FhirExport.bundle({
      patient,
      measurements: measurements(["heart-rate", 72], ["consciousness", "alert"]),
      scores: [score({ pulse: 72 })]
    })
    expect(Schema.is(FhirResource.Bundle)(JSON.parse(JSON.stringify(bundle)))).toBe(true)
  })
})

describe("FhirExport.bundle of scores", () => {
  const complete: News2.Observation = {
    respiratoryRate: 22,
    oxygenSaturation: 95,
    supplementalOxygen: false,
    systolicPressure: 105,
    pulse: 95,
    consciousness: "alert",
    temperature: 38.4
  }

  const parts = (scored: FhirExport.Scored) =>
    observations({ scores: [scored] })[0]?.component?.map(
      ({ code, valueQuantity, dataAbsentReason }) =>
        [
          code.text,
          code.coding?.find(({ system }) => system === "http://snomed.info/sct")?.code,
          valueQuantity?.value ?? dataAbsentReason?.coding?.[0]?.code
        ].join(" ")
    )

  it("writes NEWS2 with its total, its band, and a component for each input", () => {
    expect(observations({ scores: [score(complete)] })[0]).toMatchObject({
      category: [{ coding: [{ code: "survey" }] }],
      code: {
        coding: [
          { system: "http://snomed.info/sct", code: "1104051000000101" },
          { system: "urn:bedside:score", code: "news2", version: "1" }
        ]
      },
      effectiveDateTime: "2026-03-01T12:00:00.000Z",
      valueQuantity: { value: 6, code: "{score}" },
      interpretation: [{ text: "medium" }],
      method: { text: News2.about.citation }
    })
    expect(parts(score(complete))).toEqual([
      "news2.respiratoryRate 1104301000000104 2",
      "news2.oxygenSaturation 1104311000000102 1",
      "news2.supplementalOxygen 1104331000000105 0",
      "news2.systolicPressure 1104341000000101 1",
      "news2.pulse 1104351000000103 1",
      "news2.consciousness 1104361000000100 0",
      "news2.temperature 1104371000000107 1"
    ])
  })

  it("writes the points of a saturation under the code of its scale", () => {
    const scale2 = score({ ...complete, oxygenScale: 2 })
    expect(parts(scale2)).toContain("news2.oxygenSaturation 1104321000000108 0")
  })

  it("writes no total where one is missing, but the lower bound and why", () => {
    const partial = score({ respiratoryRate: 25, pulse: 95 })
    const [written] = observations({ scores: [partial] })
    expect(written?.valueQuantity).toBeUndefined()
    expect(written?.dataAbsentReason?.coding?.[0]?.code).toBe("unknown")
    expect(parts(partial)).toEqual([
      "news2.respiratoryRate 1104301000000104 3",
      "news2.pulse 1104351000000103 1",
      "news2.oxygenSaturation 1104311000000102 unknown",
      "news2.supplementalOxygen 1104331000000105 unknown",
      "news2.systolicPressure 1104341000000101 unknown",
      "news2.consciousness 1104361000000100 unknown",
      "news2.temperature 1104371000000107 unknown",
      "news2.lowerBound  4"
    ])
    const [refused] = observations({ scores: [{ ...partial, refusal: "under 16 years" }] })
    expect(refused?.dataAbsentReason?.coding?.[0]?.code).toBe("not-applicable")
    expect(refused?.note?.[0]?.text).toBe("under 16 years")
  })

  it("names the Observations it is derived from, a pressure by its panel", () => {
    const known = measurements(
      ["systolic-pressure", 105],
      ["diastolic-pressure", 70],
      ["heart-rate", 95]
    )
    const elsewhere = Measurement.MeasurementId.make(uuid(50))
    const ids = [...known.map(({ id }) => id), elsewhere]
    const written = observations({
      measurements: known,
      scores: [score(complete, { measurements: ids })]
    })
    expect(written.at(-1)?.derivedFrom).toEqual([
      { reference: `urn:uuid:${uuid(1)}` },
      { reference: `urn:uuid:${uuid(3)}` }
    ])
  })

  it("writes risks as fractions, and takes an assessment on record as it is", () => {
    const { total: _, lowerBound: __, ...common } = score(complete)
    const [written] = observations({ scores: [{ ...common, score: "model", risk: 0.125 }] })
    expect(written).toMatchObject({
      code: { coding: [{ system: "urn:bedside:score", code: "model" }] },
      valueQuantity: { value: 0.125, code: "1" }
    })
    const assessed: Assessed.Assessed = {
      ...Result.getOrThrow(News2.score(complete)),
      id: Jobs.AssessmentId.make(uuid(99)),
      patientId,
      asOf: now,
      assessedAt: now,
      measurements: [],
      refusal: null
    }
    expect(observations({ scores: [assessed] })).toHaveLength(1)
  })

  it("is passed over by an import, which keeps what was measured", () => {
    const bundle = FhirExport.bundle({ patient, scores: [score(complete)] })
    expect(read(bundle).entries.map(({ status }) => status)).toEqual(["imported", "passed-over"])
  })
})

describe("import of an export", () => {
  const Point = Schema.Struct({
    vital: Vital.Code,
    at: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
    observedAt: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1e12 })),
    offset: Schema.Int.check(Schema.isBetween({ minimum: -840, maximum: 840 })),
    source: Text.upTo(200)
  })

  /** Somewhere in the possible range; a diastolic pressure always below any systolic one. */
  const valueAt = (code: Vital.Code, at: number): Measurement.Value => {
    const vital = Vital.get(code)
    if (vital.kind === "coded") return vital.codes[Math.floor(at * (vital.codes.length - 1))] ?? ""
    const { maximum, minimum } = vital.possible
    if (code === "systolic-pressure") return 200 + at * 200
    return code === "diastolic-pressure" ? at * 199 : minimum + at * (maximum - minimum)
  }

  const keyOf = ({ observedAt: time, source, vital }: Measurement.Reading) =>
    `${vital} ${time.epochMilliseconds} ${source}`

  const textOf = ({ observedAt: time, ...reading }: Measurement.Reading) =>
    JSON.stringify({ ...reading, observedAt: Timestamp.format(time) }, [
      "vital",
      "value",
      "unit",
      "observedAt",
      "source"
    ])

  it.prop(
    "is every reading that was exported, with its value, time, offset and source",
    { points: Schema.Array(Point) },
    ({ points }) => {
      const given = points.map(({ at, observedAt: time, offset, source, vital }) => {
        const { unit } = Measurement.describe(vital, false)
        const reading = {
          vital,
          value: valueAt(vital, at),
          observedAt: Timestamp.at(time, offset),
          source
        }
        return unit === undefined ? reading : { ...reading, unit }
      })
      const unique = [...new Map(given.map((it) => [keyOf(it), it])).values()]
      const bundle = FhirExport.bundle({ patient, measurements: unique.map(measurementOf) })
      const { acceptable, subjects } = read(JSON.parse(JSON.stringify(bundle)))
      expect(acceptable).toBe(true)
      expect(
        (subjects[0]?.readings ?? []).map(({ reading }) => textOf(reading)).toSorted()
      ).toEqual(unique.map(textOf).toSorted())
    }
  )

  const Name = Schema.Literals([
    "Ada",
    "O'Brien",
    "'t Hooft",
    "María José",
    "Nguyễn ",
    "李",
    "J.-P."
  ])

  // The patterns of names and contacts cannot be drawn from, so these are chosen.
  const Details = Schema.Struct({
    identifiers: Schema.Array(Patient.Identifier),
    givenName: Name,
    familyName: Name,
    bornOn: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40_000 })),
    ageYears: Patient.AgeYears,
    known: Schema.Literals(["birth date", "age", "both"]),
    sex: Schema.optionalKey(Patient.Sex),
    email: Schema.optionalKey(Schema.Literals(["ada@example.org", "ä.b+c@xn--d.example"])),
    phone: Schema.optionalKey(Schema.Literals(["+4915112345678", "+17346777777"])),
    conditions: Schema.Array(Text.upTo(500)),
    oxygenScale: Schema.Literals([1, 2])
  })

  it.prop(
    "is the patient that was exported",
    { details: Details },
    ({ details: { ageYears, bornOn, identifiers, known, ...rest } }) => {
      const birthDate = new Date(Date.UTC(1900, 0, 1 + bornOn)).toISOString().slice(0, 10)
      const exported = patientOf({
        ...rest,
        identifiers: [...new Map(identifiers.map((it) => [JSON.stringify(it), it])).values()],
        ...(known === "age" ? {} : { birthDate }),
        ...(known === "birth date" ? {} : { ageYears })
      })
      const bundle = FhirExport.bundle({ patient: exported })
      const [subject] = read(JSON.parse(JSON.stringify(bundle))).subjects
      expect(subject?.id).toBe(patientId)
      expect(subject?.patient && patientOf(subject.patient)).toEqual(exported)
    }
  )

  it("keeps a birth date, and sends no record a second time under another key", () => {
    const bundle = FhirExport.bundle({ patient, measurements: measurements(["heart-rate", 72]) })
    const [first] = read(bundle).subjects
    expect(first?.patient?.birthDate).toBe("1990-12-10")
    expect(first).toEqual(read(bundle).subjects[0])
    expect(DateTime.toEpochMillis(first?.readings[0]?.reading.observedAt ?? now)).toBe(
      observedAt.epochMilliseconds
    )
  })
})

describe("the codes of SNOMED CT", () => {
  // The tables of Verhoeff's scheme (1969), by which the last digit checks the others.
  const products = Array.from({ length: 10 }, (_, a) =>
    Array.from({ length: 10 }, (_, b) => {
      const turn = a < 5 ? a + b : a - b
      const mod = ((turn % 5) + 5) % 5
      return a < 5 === b < 5 ? mod : mod + 5
    })
  )
  const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]

  const check = (code: string): number =>
    [...code].toReversed().reduce((sum, digit, index) => {
      let moved = Number(digit)
      for (let time = 0; time < index % 8; time++) moved = permutation[moved] ?? 0
      return products[sum]?.[moved] ?? -1
    }, 0)

  it("have the check digits of the scheme, which one digit changed would break", () => {
    expect(snomedCodes.filter((code) => check(code) !== 0)).toEqual([])
    expect(snomedCodes.length).toBeGreaterThan(15)
    expect(check("248234009")).not.toBe(0)
  })
})
