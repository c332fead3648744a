/** A patient record as a Patient of FHIR. */
import type * as Patient from "../../patient/Patient.ts"
import type * as FhirResource from "../FhirResource.ts"
import * as Codes from "./fhirCodes.ts"

export const write = (patient: Patient.Patient): FhirResource.Patient => {
  const extension = extensionsOf(patient)
  const telecom = telecomOf(patient)
  return {
    resourceType: "Patient",
    ...(extension.length === 0 ? {} : { extension }),
    ...(patient.identifiers.length === 0 ? {} : { identifier: patient.identifiers }),
    name: [{ use: "official", family: patient.familyName, given: [patient.givenName] }],
    ...(telecom.length === 0 ? {} : { telecom }),
    ...(patient.sex === undefined ? {} : { gender: patient.sex }),
    ...(patient.birthDate === undefined ? {} : { birthDate: patient.birthDate })
  }
}

const telecomOf = ({ email, phone }: Patient.Patient) => [
  ...(email === undefined ? [] : [{ system: "email", value: email }]),
  ...(phone === undefined ? [] : [{ system: "phone", value: phone }])
]

// A stated age, conditions as text and the oxygen scale have no element of their own.
const extensionsOf = ({ ageStatedOn, ageYears, conditions, oxygenScale }: Patient.Patient) => [
  ...(ageYears === undefined ? [] : [{ url: Codes.own.age, valueInteger: ageYears }]),
  ...(ageStatedOn === undefined ? [] : [{ url: Codes.own.ageStatedOn, valueDate: ageStatedOn }]),
  ...conditions.map((valueString) => ({ url: Codes.own.condition, valueString })),
  ...(oxygenScale === 1 ? [] : [{ url: Codes.own.oxygenScale, valueInteger: oxygenScale }])
]
