/**
 * A person registering themselves, and the confirmation that the e-mail address is theirs.
 *
 * A registration makes a patient record at once, with status `pending`; following the link in the
 * mail makes it `confirmed`. The link can be followed any number of times with the same answer.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Timestamp from "../input/Timestamp.ts"
import * as Patient from "./Patient.ts"

/**
 * What a person says of themselves; the photo travels beside it.
 *
 * @since 0.1.0
 */
export const Registration = Schema.Struct({
  givenName: Patient.PersonName,
  familyName: Patient.PersonName,
  email: Patient.Email,
  phone: Patient.Phone
}).annotate({ identifier: "Registration" })
export interface Registration extends Schema.Schema.Type<typeof Registration> {}

/**
 * A confirmation link was followed whose token is not the registration's.
 *
 * @since 0.1.0
 */
export class WrongToken extends Schema.TaggedError<WrongToken>()("WrongToken", {}) {}

/**
 * Makes the patient record of a registration.
 *
 * Shape: a registration has no age, so the record has none either until a clinician adds it.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Patient from "@bedside/core/Patient"
 * import * as Registration from "@bedside/core/Registration"
 * import * as DateTime from "effect/DateTime"
 *
 * const patient = Registration.toPatient(
 *   { givenName: "José", familyName: "O'Brien", email: "jose@example.org", phone: "+4915112345678" },
 *   { id: Patient.PatientId.make("01890a5d-ac96-774b-bcce-b302099a8057"), now: DateTime.makeUnsafe("2026-03-01T10:00:00Z") }
 * )
 * patient.registration // => "pending"
 * ```
 * @since 0.1.0
 */
export const toPatient = (
  registration: Registration,
  options: { readonly id: Patient.PatientId; readonly now: Patient.Patient["createdAt"] }
): Patient.Patient => ({
  ...registration,
  id: options.id,
  identifiers: [],
  conditions: [],
  oxygenScale: 1,
  registration: "pending",
  hasPhoto: true,
  createdAt: options.now,
  updatedAt: options.now,
  version: 1
})

/**
 * A registration that waits for its confirmation, or has it: `token` is the secret of the link.
 *
 * @since 0.1.0
 */
export interface Confirmation {
  readonly patientId: Patient.PatientId
  readonly token: string
  readonly status: Patient.RegistrationStatus
  readonly requestedAt: typeof Timestamp.Instant.Type
  readonly confirmedAt?: typeof Timestamp.Instant.Type
}

/**
 * Follows the confirmation link.
 *
 * Shape: `now` in UTC is kept as the time of the first confirmation; later ones change nothing.
 *
 * Fails with: `WrongToken`.
 *
 * @example
 * ```ts
 * import * as Patient from "@bedside/core/Patient"
 * import * as Registration from "@bedside/core/Registration"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const now = DateTime.makeUnsafe("2026-03-01T10:00:00Z")
 * const patientId = Patient.PatientId.make("01890a5d-ac96-774b-bcce-b302099a8057")
 * const waiting = { patientId, token: "right", status: "pending", requestedAt: now } as const
 * Result.getOrThrow(Registration.confirm(waiting, "right", now)).status // => "confirmed"
 * Result.isFailure(Registration.confirm(waiting, "wrong", now)) // => true
 * ```
 * @since 0.1.0
 */
export const confirm = (
  confirmation: Confirmation,
  token: string,
  now: Confirmation["requestedAt"]
): Result.Result<Confirmation, WrongToken> => {
  if (token !== confirmation.token) return Result.fail(new WrongToken())
  return Result.succeed(
    confirmation.status === "confirmed"
      ? confirmation
      : { ...confirmation, status: "confirmed", confirmedAt: now }
  )
}
