/**
 * Read a bundle of FHIR R4 into a patient and readings, see what was refused and why, and write what
 * was kept as a bundle again, with a score.
 */
import * as FhirExport from "@bedside/core/FhirExport"
import * as FhirImport from "@bedside/core/FhirImport"
import * as Measurement from "@bedside/core/Measurement"
import * as News2 from "@bedside/core/News2"
import * as OperationOutcome from "@bedside/core/OperationOutcome"
import * as Patient from "@bedside/core/Patient"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

const loinc = (code: string) => ({ coding: [{ system: "http://loinc.org", code }] })
const quantity = (value: number, code: string) => ({
  value,
  system: "http://unitsofmeasure.org",
  code
})
const observation = (code: string, more: object) => ({
  resource: {
    resourceType: "Observation",
    status: "final",
    code: loinc(code),
    subject: { reference: "urn:uuid:7d5f1c5e-7d0b-4a53-9f0e-2f4b6a1c9d10" },
    effectiveDateTime: "2026-03-01T08:00:00+01:00",
    device: { display: "monitor 7" },
    ...more
  },
  request: { method: "POST", url: "Observation" }
})

const bundle = {
  resourceType: "Bundle",
  type: "batch",
  entry: [
    {
      fullUrl: "urn:uuid:7d5f1c5e-7d0b-4a53-9f0e-2f4b6a1c9d10",
      resource: {
        resourceType: "Patient",
        identifier: [{ system: "urn:example:ward", value: "17" }],
        name: [{ use: "official", family: "Byron", given: ["Ada"] }],
        birthDate: "1990-12-10"
      },
      request: { method: "POST", url: "Patient", ifNoneExist: "identifier=urn:example:ward|17" }
    },
    observation("8310-5", { valueQuantity: quantity(101.3, "[degF]") }),
    observation("85354-9", {
      component: [
        { code: loinc("8480-6"), valueQuantity: quantity(105, "mm[Hg]") },
        { code: loinc("8462-4"), valueQuantity: quantity(70, "mm[Hg]") }
      ]
    }),
    observation("8867-4", { valueQuantity: quantity(720, "/min") }),
    { resource: { resourceType: "Encounter" }, request: { method: "POST", url: "Encounter" } }
  ]
}

const { entries, subjects } = Result.getOrThrow(FhirImport.read(bundle))
for (const { index, issues, resourceType, status } of entries) {
  console.log(`${index} ${resourceType} ${status}`)
  for (const { diagnostics, expression } of OperationOutcome.make(issues).issue) {
    if (expression.length > 0) console.log(`  ${expression.join()}: ${diagnostics}`)
  }
}

const now = DateTime.makeUnsafe("2026-03-01T08:05:00Z")
const context = { receivedAt: now, source: "gateway" }
for (const { patient: details, readings } of subjects) {
  if (details === undefined) continue
  const id = Patient.PatientId.make(SecureRandom.uuidV7Unsafe())
  const patient = Result.getOrThrow(Patient.make(details, { id, now }))
  const measurements = readings.map(({ reading }) => {
    const { implausible, ...checked } = Result.getOrThrow(Measurement.check(reading, context))
    return {
      ...checked,
      ...Measurement.describe(checked.vital, implausible),
      id: Measurement.MeasurementId.make(SecureRandom.uuidV7Unsafe()),
      patientId: id,
      receivedAt: now,
      recordedAt: now,
      version: 1
    }
  })
  const valueOf = (vital: string) => measurements.find((it) => it.vital === vital)?.value
  const news2 = Result.getOrThrow(
    News2.score({
      temperature: Number(valueOf("temperature")),
      systolicPressure: Number(valueOf("systolic-pressure"))
    })
  )
  const score = {
    ...news2,
    id: SecureRandom.uuidV7Unsafe(),
    asOf: now,
    measurements: measurements.map((it) => it.id)
  }
  for (const { request, resource } of FhirExport.bundle({ patient, measurements, scores: [score] })
    .entry) {
    if (resource.resourceType === "Patient") continue
    const { code, component = [], derivedFrom = [], valueQuantity } = resource
    const value =
      valueQuantity === undefined ? "no value" : `${valueQuantity.value} ${valueQuantity.unit}`
    console.log(
      `${request.method} ${code.text}: ${value}, ${component.length} components, from ${derivedFrom.length}`
    )
  }
}

// Prints:
// 0 Patient imported
// 1 Observation imported
// 2 Observation imported
// 3 Observation refused
//   Bundle.entry[3].resource.valueQuantity.value: Expected 0 to 350 /min
// 4 Encounter passed-over
// PUT Body temperature: 38.5 Cel, 0 components, from 0
// PUT Blood pressure: no value, 2 components, from 0
// PUT news2: no value, 8 components, from 2
