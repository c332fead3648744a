/**
 * A bundle of FHIR, read and written: 1,000 entries, and 10,000, beside `JSON.parse` of the same text.
 *
 *     node --conditions=@bedside/source packages/core/bench/fhir.ts
 *
 * One Patient, then Observations as a monitor sends them: pulse, saturation, and a pressure with two
 * components in turns, each as a transaction writes it.
 */
import * as FhirExport from "@bedside/core/FhirExport"
import * as FhirImport from "@bedside/core/FhirImport"
import * as Measurement from "@bedside/core/Measurement"
import * as Patient from "@bedside/core/Patient"
import * as Timestamp from "@bedside/core/Timestamp"
import type * as Vital from "@bedside/core/Vital"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Rounds from "./rounds.ts"

const now = DateTime.makeUnsafe("2026-03-01T10:00:00Z")
const uuid = (index: number) => `01890a5d-ac96-774b-bcce-${index.toString(16).padStart(12, "0")}`

const patient = Result.getOrThrow(
  Patient.make(
    { givenName: "Ada", familyName: "Byron", birthDate: "1960-12-10" },
    { id: Patient.PatientId.make(uuid(0)), now }
  )
)

const measured: ReadonlyArray<readonly [Vital.NumericCode, number]> = [
  ["heart-rate", 72],
  ["oxygen-saturation", 97],
  ["systolic-pressure", 120],
  ["diastolic-pressure", 80]
]

/** Three entries for every four measurements, and one for the patient. */
const chart = (entries: number): FhirExport.Contents => ({
  patient,
  measurements: Array.from({ length: ((entries - 1) * 4) / 3 }, (_, index) => {
    const [vital, value] = measured[index % measured.length]!
    return {
      id: Measurement.MeasurementId.make(uuid(index + 1)),
      patientId: patient.id,
      vital,
      value,
      ...Measurement.describe(vital, false),
      observedAt: Timestamp.at(now.epochMilliseconds + Math.floor(index / 4) * 5_000, 60),
      receivedAt: now,
      recordedAt: now,
      source: "monitor-7",
      version: 1
    }
  })
})

for (const entries of [1_000, 10_000]) {
  const known = chart(entries)
  const text = JSON.stringify(FhirExport.bundle(known))
  const bundle: unknown = JSON.parse(text)
  const { subjects } = Result.getOrThrow(FhirImport.read(bundle))
  console.log(
    `\n${entries} entries, ${(text.length / 1e6).toFixed(1)} MB, ${subjects[0]?.readings.length} readings`
  )
  const times = Rounds.medians({
    "JSON.parse": () => JSON.parse(text),
    "FhirImport.read": () => FhirImport.read(bundle),
    "FhirExport.bundle": () => FhirExport.bundle(known)
  })
  Rounds.print(times)
  console.log(
    `reading takes ${Rounds.ratio(times, "FhirImport.read", "JSON.parse")} times JSON.parse`
  )
}
