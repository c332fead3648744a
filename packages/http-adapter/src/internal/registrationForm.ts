/**
 * The form of a registration, read by its parts: names and address, telephone number, photo. A fault
 * in one part hides none in another, so every wrong field is in one answer, the photo included.
 */
import * as Invalid from "@bedside/core/Invalid"
import * as Patient from "@bedside/core/Patient"
import * as Effect from "effect/Effect"
import * as Multipart from "effect/http/Multipart"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Phone from "../Phone.ts"
import * as Photo from "../Photo.ts"

const person = {
  givenName: Patient.PersonName,
  familyName: Patient.PersonName,
  email: Patient.Email
}

const phone = { phoneCountryCode: Phone.CountryCode, phoneNumber: Phone.NationalNumber }

const photo = { photo: Multipart.SingleFileSchema }

const file = Schema.Any.check(
  Schema.makeFilter(() => true, { toJsonSchema: () => ({ type: "string", format: "binary" }) })
)

const Described = Schema.Struct({ ...person, ...phone, photo: file }).annotate({
  identifier: "RegistrationForm"
})

/** A form that is described as what `read` takes, and not looked at before. */
export const Unread = Schema.Any.check(
  Schema.makeFilter(() => true, {
    representation: {
      id: "bedside/RegistrationForm",
      payload: {},
      schemas: [Described.ast]
    },
    toJsonSchema: ({ schemas: [form = {}] }) => form
  })
)

const decodePerson = Invalid.decoder(Schema.Struct(person))
const decodePhone = Invalid.decoder(Schema.Struct(phone))
const decodePhoto = Invalid.decoder(Schema.Struct(photo))

/** Reads the form, or fails with the problems of all its fields. */
export const read = Effect.fnUntraced(function* (form: unknown) {
  const named = decodePerson(form)
  const reachable = Result.flatMap(decodePhone(form), ({ phoneCountryCode, phoneNumber }) =>
    Phone.toE164(phoneCountryCode, phoneNumber)
  )
  const pictured = yield* Effect.fromResult(decodePhoto(form)).pipe(
    Effect.flatMap(({ photo }) => Photo.fromFile(photo)),
    Effect.result
  )
  if (Result.isSuccess(named) && Result.isSuccess(reachable) && Result.isSuccess(pictured)) {
    return { person: { ...named.success, phone: reachable.success }, photo: pictured.success }
  }
  const issues = (part: Result.Result<unknown, Invalid.Invalid>) =>
    Result.isFailure(part) ? part.failure.issues : []
  return yield* Invalid.of([...issues(named), ...issues(reachable), ...issues(pictured)])
})
