/**
 * A Patient of FHIR as a new patient of ours.
 *
 * What a record must have (a name, a birth date) refuses the patient when it does not fit; what it may
 * have (a telephone number, an identifier) is left out with a warning.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Invalid from "../../input/Invalid.ts"
import * as Timestamp from "../../input/Timestamp.ts"
import * as Text from "../../input/Text.ts"
import * as Patient from "../../patient/Patient.ts"
import * as FhirResource from "../FhirResource.ts"
import * as Codes from "./fhirCodes.ts"
import type { Notes } from "./fhirNotes.ts"

const decode = Invalid.decoder(FhirResource.Patient)
const decodeName = Invalid.decoder(Patient.PersonName)
const isDate = Schema.is(Timestamp.CalendarDate)
const isAge = Schema.is(Patient.AgeYears)
const isEmail = Schema.is(Patient.Email)
const isPhone = Schema.is(Patient.Phone)
const isIdentifier = Schema.is(Patient.Identifier)
const isCondition = Schema.is(Text.upTo(500))

/** Reads one; `at` is its place. Gives nothing when an error was noted. */
export const read = (
  resource: unknown,
  at: string,
  notes: Notes
): Patient.NewPatient | undefined => {
  const decoded = decode(resource)
  if (Result.isFailure(decoded)) return notes.invalid(decoded.failure, at)
  const patient = decoded.success
  checkMeaning(patient, at, notes)
  const name = nameOf(patient, at, notes)
  const age = ageOf(patient, at, notes)
  if (name === undefined || age === undefined || notes.refused()) return undefined
  return {
    identifiers: identifiersOf(patient, at, notes),
    ...name,
    ...age,
    ...(patient.gender === undefined ? {} : { sex: patient.gender }),
    ...contactOf(patient, at, notes, "email"),
    ...contactOf(patient, at, notes, "phone"),
    conditions: Codes.extended(patient.extension, Codes.own.condition, "valueString").filter(
      isCondition
    ),
    ...oxygenScaleOf(patient)
  }
}

/** What changes the meaning of the whole record may not be passed over. */
const checkMeaning = (patient: FhirResource.Patient, at: string, notes: Notes): void => {
  if ((patient.modifierExtension ?? []).length > 0) {
    notes.error("extension", `${at}.modifierExtension`, "no extension that modifies the meaning")
  }
  if (patient.active === false) {
    notes.error("not-supported", `${at}.active`, "a record in active use")
  }
  const replaced = (patient.link ?? []).findIndex(({ type }) => type === "replaced-by")
  if (replaced >= 0) {
    notes.error("not-supported", `${at}.link[${replaced}]`, "a record that no other replaces")
  }
}

// Names that are not those of a person today are never taken.
const ranks: ReadonlyMap<string | undefined, number> = new Map([
  ["official", 0],
  ["usual", 1],
  [undefined, 2],
  ["temp", 3]
])

const nameOf = (
  patient: FhirResource.Patient,
  at: string,
  notes: Notes
): Pick<Patient.NewPatient, "givenName" | "familyName"> | undefined => {
  const [best] = (patient.name ?? [])
    .map((name, index) => ({ name, index, rank: ranks.get(name.use) }))
    .filter(({ rank }) => rank !== undefined)
    .toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
  if (best === undefined) return notes.error("required", `${at}.name`, "an official or usual name")
  const place = `${at}.name[${best.index}]`
  const given = (best.name.given ?? []).filter((it) => it !== null).join(" ")
  const givenName = partOf(given, `${place}.given`, notes)
  const familyName = partOf(best.name.family ?? "", `${place}.family`, notes)
  return givenName === undefined || familyName === undefined ? undefined : { givenName, familyName }
}

// Synthetic records number their names; a digit in one is never part of how a person is called.
const partOf = (text: string, at: string, notes: Notes): string | undefined => {
  if (text === "") return notes.error("required", at, "a name")
  const asIs = decodeName(text)
  if (Result.isSuccess(asIs)) return asIs.success
  const without = text
    .replaceAll(/\p{Nd}+/gu, "")
    .replaceAll(/\s+/g, " ")
    .trim()
  const bare = decodeName(without)
  if (Result.isFailure(bare)) return notes.invalid(asIs.failure, at)
  notes.warning("value", at, "a name without digits or outer spaces, which were left out")
  return bare.success
}

const ageOf = (
  patient: FhirResource.Patient,
  at: string,
  notes: Notes
): Pick<Patient.NewPatient, "birthDate" | "ageYears" | "ageStatedOn"> | undefined => {
  const { birthDate, extension } = patient
  if (birthDate !== undefined && !isDate(birthDate)) {
    return notes.error("value", `${at}.birthDate`, "a full calendar date, YYYY-MM-DD")
  }
  const ageYears = Codes.extended(extension, Codes.own.age, "valueInteger").find(isAge)
  const statedOn = Codes.extended(extension, Codes.own.ageStatedOn, "valueDate").find(isDate)
  if (birthDate === undefined && ageYears === undefined) {
    return notes.error("required", `${at}.birthDate`, "a birthDate")
  }
  return {
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(ageYears === undefined ? {} : { ageYears }),
    ...(statedOn === undefined ? {} : { ageStatedOn: statedOn })
  }
}

const identifiersOf = (
  patient: FhirResource.Patient,
  at: string,
  notes: Notes
): ReadonlyArray<Patient.Identifier> => {
  const found = new Map<string, Patient.Identifier>()
  for (const [index, { system, value }] of (patient.identifier ?? []).entries()) {
    const identifier = { system, value }
    if (isIdentifier(identifier)) found.set(keyOf(identifier), identifier)
    else {
      notes.warning(
        "value",
        `${at}.identifier[${index}]`,
        "a system and a value of up to 200 characters; this identifier was left out"
      )
    }
  }
  return [...found.values()]
}

/** One text for one identifier. */
export const keyOf = ({ system, value }: Patient.Identifier): string =>
  JSON.stringify([system, value])

const contacts = {
  email: { accepts: isEmail, expected: "an e-mail address" },
  phone: { accepts: isPhone, expected: "a telephone number with its country code, E.164" }
}

/** The first that is one of ours; each that is not is named when there is none. */
const contactOf = (
  patient: FhirResource.Patient,
  at: string,
  notes: Notes,
  kind: "email" | "phone"
): Pick<Patient.NewPatient, "email" | "phone"> => {
  const { accepts, expected } = contacts[kind]
  const given = (patient.telecom ?? [])
    .map(({ system, use, value }, index) => ({ system, use, value: spelled(kind, value), index }))
    .filter(({ system, use }) => system === kind && use !== "old")
  const fits = given.find(({ value }) => accepts(value))
  if (fits !== undefined) return { [kind]: fits.value }
  for (const { index } of given) {
    notes.warning("value", `${at}.telecom[${index}].value`, `${expected}; it was left out`)
  }
  return {}
}

const spelled = (kind: "email" | "phone", value = ""): string =>
  kind === "phone" ? value.replace(/^tel:/, "").replaceAll(/[\s()./-]/g, "") : value

const oxygenScaleOf = ({
  extension
}: FhirResource.Patient): Pick<Patient.NewPatient, "oxygenScale"> => {
  const [scale] = Codes.extended(extension, Codes.own.oxygenScale, "valueInteger")
  return scale === 1 || scale === 2 ? { oxygenScale: scale } : {}
}
