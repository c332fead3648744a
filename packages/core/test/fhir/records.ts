/** What Bedside keeps of an import, as its store would. */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import type * as FhirExport from "../../src/fhir/FhirExport.ts"
import type * as FhirImport from "../../src/fhir/FhirImport.ts"
import * as Measurement from "../../src/measurement/Measurement.ts"
import * as Patient from "../../src/patient/Patient.ts"

export const now = DateTime.makeUnsafe("2026-03-01T12:00:00Z")

export const uuid = (index: number): string =>
  `01890a5d-ac96-774b-bcce-${index.toString(16).padStart(12, "0")}`

export const patientId = Patient.PatientId.make(uuid(0))

export const patientOf = (details: Patient.NewPatient): Patient.Patient =>
  Result.getOrThrow(Patient.make(details, { id: patientId, now }))

export const measurementOf = (
  reading: Measurement.Reading,
  index: number
): Measurement.Measurement => {
  const context = { receivedAt: now, source: "nobody" }
  const { implausible, ...checked } = Result.getOrThrow(Measurement.check(reading, context))
  return {
    ...checked,
    ...Measurement.describe(checked.vital, implausible),
    id: Measurement.MeasurementId.make(uuid(index + 1)),
    patientId,
    receivedAt: now,
    recordedAt: now,
    version: 1
  }
}

/** The records of one subject of an import. */
export const recordsOf = ({
  patient,
  readings
}: FhirImport.Subject): Required<Pick<FhirExport.Contents, "measurements" | "patient">> => ({
  patient: patientOf(patient ?? { givenName: "Amy", familyName: "Shaw", ageYears: 40 }),
  measurements: readings.map(({ reading }, index) => measurementOf(reading, index))
})
