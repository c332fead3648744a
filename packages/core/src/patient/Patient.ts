/**
 * The person being watched: identity, contact, age and the settings a clinician made for them.
 *
 * A patient put on record by a clinician or a roster has a birth date, or an age with the day it was
 * stated on (a roster has only the age), and `change` never takes the last of the two away. Someone
 * who registered themselves has neither until a clinician adds it.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Invalid from "../input/Invalid.ts"
import * as Text from "../input/Text.ts"
import * as Timestamp from "../input/Timestamp.ts"

/**
 * The id of a patient, a UUID of version 7.
 *
 * @since 0.1.0
 */
export const PatientId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("PatientId"))
export type PatientId = typeof PatientId.Type

/**
 * A given or family name: letters of any script with the marks and joiners they need, spaces,
 * apostrophes (at the front too, as in 't Hooft), hyphens and dots.
 *
 * @since 0.1.0
 */
export const PersonName = Schema.String.check(
  Schema.isPattern(
    /^['\u2018\u2019]?\p{L}[\p{L}\p{M}\p{Zs}.\u00B7\u30FB'\u2018-\u2019\u2010-\u2011\u200C-\u200D-]*$/u,
    {
      code: "pattern",
      expected:
        "letters of any script, spaces, apostrophes, hyphens and dots, starting with a letter"
    }
  ),
  Schema.isMaxLength(200)
)

/**
 * An e-mail address by its syntax alone: a registration proves it by a mail to it.
 *
 * @since 0.1.0
 */
export const Email = Schema.String.annotate({ format: "email" }).check(
  Schema.isPattern(
    /^[^\s\p{C}@<>()",;:\\]+@[^\s\p{C}@<>()",;:\\.]+(\.[^\s\p{C}@<>()",;:\\.]+)+$/u,
    {
      code: "format",
      expected: "an e-mail address, name@example.org"
    }
  ),
  Schema.isMaxLength(254)
)

/**
 * A telephone number in E.164: a plus sign, the country code and up to 15 digits in all.
 *
 * @since 0.1.0
 */
export const Phone = Schema.String.check(
  Schema.isPattern(/^\+[1-9]\d{5,14}$/, {
    code: "format",
    expected: "an E.164 number, such as +4915112345678"
  })
)

/**
 * A number that some system gave the patient; the pair of system and value is unique.
 *
 * @since 0.1.0
 */
export const Identifier = Schema.Struct({
  system: Text.upTo(200),
  value: Text.upTo(200)
})
export interface Identifier extends Schema.Schema.Type<typeof Identifier> {}

const Identifiers = Schema.Array(Identifier).check(
  Schema.makeFilter(
    (identifiers: ReadonlyArray<Identifier>) =>
      new Set(identifiers.map(({ system, value }) => JSON.stringify([system, value]))).size ===
      identifiers.length,
    { code: "unique", expected: "each identifier once" }
  )
)

/**
 * Administrative sex, by the codes of FHIR.
 *
 * @since 0.1.0
 */
export const Sex = Schema.Literals(["female", "male", "other", "unknown"])

/**
 * An age in whole years.
 *
 * @since 0.1.0
 */
export const AgeYears = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 130 }))

const Condition = Text.upTo(500)

const optionalDetails = {
  birthDate: Schema.optionalKey(Timestamp.CalendarDate),
  ageYears: Schema.optionalKey(AgeYears),
  ageStatedOn: Schema.optionalKey(Timestamp.CalendarDate),
  sex: Schema.optionalKey(Sex),
  email: Schema.optionalKey(Email),
  phone: Schema.optionalKey(Phone)
}

/**
 * What a caller says of a patient who is not on record yet.
 *
 * @since 0.1.0
 */
export const NewPatient = Schema.Struct({
  identifiers: Schema.optionalKey(Identifiers),
  givenName: PersonName,
  familyName: PersonName,
  ...optionalDetails,
  conditions: Schema.optionalKey(Schema.Array(Condition)),
  oxygenScale: Schema.optionalKey(Schema.Literals([1, 2]))
}).annotate({ identifier: "NewPatient" })
export interface NewPatient extends Schema.Schema.Type<typeof NewPatient> {}

/**
 * Where a registration stands: the person has yet to follow the link in the mail, or has.
 *
 * @since 0.1.0
 */
export const RegistrationStatus = Schema.Literals(["pending", "confirmed"])
export type RegistrationStatus = typeof RegistrationStatus.Type

/**
 * The patient record. `version` counts its changes; `oxygenScale` is the SpO2 scale of NEWS2 that a
 * clinician chose (2 for hypercapnic respiratory failure), never inferred.
 *
 * @since 0.1.0
 */
export const Patient = Schema.Struct({
  id: PatientId,
  identifiers: Schema.Array(Identifier),
  givenName: PersonName,
  familyName: PersonName,
  ...optionalDetails,
  conditions: Schema.Array(Condition),
  oxygenScale: Schema.Literals([1, 2]),
  registration: Schema.optionalKey(RegistrationStatus),
  hasPhoto: Schema.Boolean,
  createdAt: Timestamp.Instant,
  updatedAt: Timestamp.Instant,
  version: Schema.Int
}).annotate({ identifier: "Patient" })
export interface Patient extends Schema.Schema.Type<typeof Patient> {}

/**
 * A JSON merge patch (RFC 7396) of a patient: what is absent stays, what is null goes.
 *
 * @since 0.1.0
 */
export const PatientPatch = Schema.Struct({
  identifiers: Schema.optionalKey(Identifiers),
  givenName: Schema.optionalKey(PersonName),
  familyName: Schema.optionalKey(PersonName),
  birthDate: Schema.optionalKey(Schema.NullOr(Timestamp.CalendarDate)),
  ageYears: Schema.optionalKey(Schema.NullOr(AgeYears)),
  ageStatedOn: Schema.optionalKey(Schema.NullOr(Timestamp.CalendarDate)),
  sex: Schema.optionalKey(Schema.NullOr(Sex)),
  email: Schema.optionalKey(Schema.NullOr(Email)),
  phone: Schema.optionalKey(Schema.NullOr(Phone)),
  conditions: Schema.optionalKey(Schema.Array(Condition)),
  oxygenScale: Schema.optionalKey(Schema.Literals([1, 2]))
}).annotate({ identifier: "PatientPatch" })
export interface PatientPatch extends Schema.Schema.Type<typeof PatientPatch> {}

/**
 * A photo as it is kept: re-encoded, without metadata.
 *
 * @since 0.1.0
 */
export interface Photo {
  readonly contentType: string
  readonly bytes: Uint8Array
}

interface Age {
  readonly birthDate?: string | undefined
  readonly ageYears?: number | undefined
  readonly ageStatedOn?: string | undefined
}

const isAgeless = (details: Age): boolean =>
  details.birthDate === undefined && details.ageYears === undefined

/** An age never stands without the day it was stated on, nor that day without an age. */
const statedAge = (age: Age, today: string): Pick<Patient, "ageYears" | "ageStatedOn"> =>
  age.ageYears === undefined
    ? {}
    : { ageYears: age.ageYears, ageStatedOn: age.ageStatedOn ?? today }

const ageMissing = Invalid.issue("birthDate", "missing", "a birthDate, or ageYears")

const futureDates = (details: Age, today: string): ReadonlyArray<Invalid.Issue> => {
  const problems: Array<Invalid.Issue> = []
  if (details.birthDate !== undefined && details.birthDate > today) {
    problems.push(Invalid.issue("birthDate", "range", "a date that is not in the future"))
  }
  if (details.ageStatedOn !== undefined && details.ageStatedOn > today) {
    problems.push(Invalid.issue("ageStatedOn", "range", "a date that is not in the future"))
  }
  return problems
}

/**
 * Makes the first version of a patient record from what a caller said.
 *
 * Shape: `now` in UTC is the record's time of creation, and the day an age was stated on when the
 * caller gave an age without one.
 *
 * Fails with: `Invalid`, for a patient without birth date and age, or with a date in the future.
 *
 * @example
 * ```ts
 * import * as Patient from "@bedside/core/Patient"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const made = Patient.make(
 *   { givenName: "José", familyName: "O'Brien", ageYears: 55 },
 *   { id: Patient.PatientId.make("01890a5d-ac96-774b-bcce-b302099a8057"), now: DateTime.makeUnsafe("2026-03-01T10:00:00Z") }
 * )
 * Result.getOrThrow(made).ageStatedOn // => "2026-03-01"
 * ```
 * @since 0.1.0
 */
export const make = (
  details: NewPatient,
  options: {
    readonly id: PatientId
    readonly now: Patient["createdAt"]
    readonly hasPhoto?: boolean
  }
): Result.Result<Patient, Invalid.Invalid> => {
  const today = dateOf(options.now)
  const problems = [...(isAgeless(details) ? [ageMissing] : []), ...futureDates(details, today)]
  if (problems.length > 0) return Result.fail(Invalid.of(problems))
  const { ageYears: _, ageStatedOn: __, ...others } = details
  return Result.succeed({
    ...others,
    ...statedAge(details, today),
    id: options.id,
    identifiers: details.identifiers ?? [],
    conditions: details.conditions ?? [],
    oxygenScale: details.oxygenScale ?? 1,
    hasPhoto: options.hasPhoto ?? false,
    createdAt: options.now,
    updatedAt: options.now,
    version: 1
  })
}

/**
 * Applies a merge patch to a patient record and gives its next version.
 *
 * Shape: `now` in UTC becomes the time of the change, and the day an age was stated on when the
 * patch sets an age without one, or takes that day away.
 *
 * Fails with: `Invalid`, when the patch takes away both birth date and age, or sets a date in the
 * future.
 *
 * @example
 * ```ts
 * import * as Patient from "@bedside/core/Patient"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const now = DateTime.makeUnsafe("2026-03-01T10:00:00Z")
 * const id = Patient.PatientId.make("01890a5d-ac96-774b-bcce-b302099a8057")
 * const first = Result.getOrThrow(Patient.make({ givenName: "Ada", familyName: "Byron", birthDate: "1990-12-10", sex: "female" }, { id, now }))
 * const next = Result.getOrThrow(Patient.change(first, { familyName: "Lovelace", sex: null }, now))
 * next.familyName // => "Lovelace"
 * next.sex // => undefined
 * next.version // => 2
 * ```
 * @since 0.1.0
 */
export const change = (
  patient: Patient,
  patch: PatientPatch,
  now: Patient["updatedAt"]
): Result.Result<Patient, Invalid.Invalid> => {
  const merged = Object.fromEntries(
    Object.entries({ ...patient, ...patch }).filter(([, value]) => value !== null)
    // The patch has the record's own fields, so the entries left are those of a patient.
  ) as typeof patient
  const today = dateOf(now)
  const { ageYears, ageStatedOn, ...others } = merged
  const restated = typeof patch.ageYears === "number" && patch.ageStatedOn === undefined
  const next: Patient = {
    ...others,
    ...statedAge({ ageYears, ...(restated ? {} : { ageStatedOn }) }, today),
    updatedAt: now,
    version: patient.version + 1
  }
  const lost = isAgeless(next) && !isAgeless(patient)
  const problems = [...(lost ? [ageMissing] : []), ...futureDates(next, today)]
  return problems.length > 0 ? Result.fail(Invalid.of(problems)) : Result.succeed(next)
}

/**
 * The age of a patient on a day, in completed years.
 *
 * Units: `on` is a calendar date, `YYYY-MM-DD`; the age is in years. From a stated age, a year is
 * added on each anniversary of the day it was stated, which is at most one year short of the truth.
 *
 * Fails with: nothing; `undefined` for someone who registered and whose age is not known yet.
 *
 * @example
 * ```ts
 * import * as Patient from "@bedside/core/Patient"
 *
 * Patient.ageOn({ birthDate: "2000-03-02" }, "2026-03-01") // => 25
 * Patient.ageOn({ ageYears: 55, ageStatedOn: "2024-06-01" }, "2026-06-01") // => 57
 * ```
 * @since 0.1.0
 */
export const ageOn = (patient: Age, on: string): number | undefined => {
  if (patient.birthDate !== undefined) return completedYears(patient.birthDate, on)
  if (patient.ageYears === undefined) return undefined
  return patient.ageYears + completedYears(patient.ageStatedOn ?? on, on)
}

const completedYears = (from: string, to: string): number => {
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4))
  return Math.max(0, to.slice(5) < from.slice(5) ? years - 1 : years)
}

const dateOf = (instant: Patient["createdAt"]): string =>
  new Date(instant.epochMilliseconds).toISOString().slice(0, 10)
