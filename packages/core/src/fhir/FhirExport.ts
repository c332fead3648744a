/**
 * A patient, what was measured of them and how they were scored, as a Bundle of FHIR R4.
 *
 * The guarantee that bites: what `FhirImport` reads of it is what was given, to the last digit. Every
 * resource is put under the id its record has, so the same export again changes nothing.
 *
 * Not a medical device. Observations have the shape of the vital-signs profile; what FHIR has no
 * element for is in extensions of ours, `urn:bedside:…`, which others may pass over.
 */
import type * as Measurement from "../measurement/Measurement.ts"
import type * as Patient from "../patient/Patient.ts"
import type * as FhirResource from "./FhirResource.ts"
import * as ExportObservation from "./internal/exportObservation.ts"
import * as ExportPatient from "./internal/exportPatient.ts"
import * as ExportScore from "./internal/exportScore.ts"

/**
 * A score on record, as `Assessed` is: of points (`total`, with `lowerBound` while there is none), or
 * of a risk as a fraction (`risk`). `measurements` are the records it was made of; `refusal` is there
 * when the score is not valid for the patient.
 *
 * @since 0.2.0
 */
export type Scored = ExportScore.Scored

/**
 * What is known of one patient.
 *
 * @since 0.2.0
 */
export interface Contents {
  readonly patient: Patient.Patient
  readonly measurements?: ReadonlyArray<Measurement.Measurement>
  readonly scores?: ReadonlyArray<Scored>
}

/**
 * Writes a transaction Bundle: the patient, then the measurements and the scores in the order given.
 *
 * Units: quantities in the canonical UCUM unit of their vital, scores in `{score}`, risks as fractions
 * in `1`. Shape: JSON. A systolic and a diastolic pressure of one time and source are one Observation
 * (85354-9) under the id of the systolic one. A flag is an interpretation. A score has a component for
 * the points of each input, a missing input and a missing total a `dataAbsentReason`, and
 * `derivedFrom` names those of its measurements that are in the bundle. Measurements and scores of
 * other patients must not be among those given.
 *
 * Fails with: nothing.
 *
 * Method: FHIR R4 (4.0.1), profile http://hl7.org/fhir/R4/observation-vitalsigns.html. NEWS2 and its
 * parts carry their SNOMED CT codes; other scores have codes of ours alone.
 *
 * @example
 * ```ts
 * import * as FhirExport from "@bedside/core/FhirExport"
 * import * as Patient from "@bedside/core/Patient"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const id = Patient.PatientId.make("01890a5d-ac96-774b-bcce-b302099a8057")
 * const now = DateTime.makeUnsafe("2026-03-01T10:00:00Z")
 * const patient = Result.getOrThrow(Patient.make({ givenName: "Ada", familyName: "Byron", birthDate: "1990-12-10" }, { id, now }))
 * const { entry } = FhirExport.bundle({ patient })
 * entry[0]?.request.url // => "Patient/01890a5d-ac96-774b-bcce-b302099a8057"
 * ```
 * @since 0.2.0
 */
export const bundle = ({
  measurements = [],
  patient,
  scores = []
}: Contents): FhirResource.Bundle => {
  const subject = { reference: urlOf(patient.id) }
  const panels = ExportObservation.pair(measurements)
  const places = new Map(
    panels.flatMap((panel) => panel.map((it) => [it.id, urlOf(panel[0].id)] as const))
  )
  return {
    resourceType: "Bundle",
    type: "transaction",
    entry: [
      entryOf(patient.id, ExportPatient.write(patient)),
      ...panels.map((panel) => entryOf(panel[0].id, ExportObservation.write(panel, subject))),
      ...scores.map((it) => entryOf(it.id, ExportScore.write(it, subject, places)))
    ]
  }
}

const urlOf = (id: string): string => `urn:uuid:${id}`

const entryOf = (
  id: string,
  resource: FhirResource.Patient | FhirResource.Observation
): FhirResource.Bundle["entry"][number] => ({
  fullUrl: urlOf(id),
  resource: { ...resource, id },
  request: { method: "PUT", url: `${resource.resourceType}/${id}` }
})
