import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Invalid from "../../src/input/Invalid.ts"
import * as Patient from "../../src/patient/Patient.ts"
import * as Registration from "../../src/patient/Registration.ts"

const id = Patient.PatientId.make("01890a5d-ac96-774b-bcce-b302099a8057")
const now = DateTime.makeUnsafe("2026-03-01T10:00:00Z")
const later = DateTime.makeUnsafe("2026-03-02T10:00:00Z")

const registration = {
  givenName: "José",
  familyName: "O'Brien",
  email: "jose@example.org",
  phone: "+4915112345678"
}

describe("Registration.Registration", () => {
  it("names every missing field at once", () => {
    const refused = Invalid.decoder(Registration.Registration)({})
    expect(Result.isFailure(refused) ? refused.failure.message : "").toBe(
      "givenName: missing, familyName: missing, email: missing, phone: missing"
    )
  })
})

describe("Registration.toPatient", () => {
  it("makes a patient without age who is pending and has a photo", () => {
    const patient = Registration.toPatient(registration, { id, now })
    expect(patient).toMatchObject({
      ...registration,
      registration: "pending",
      hasPhoto: true,
      version: 1
    })
    expect(Patient.ageOn(patient, "2026-03-01")).toBeUndefined()
    expect(Schema.is(Patient.Patient)(patient)).toBe(true)
  })
})

describe("Registration.confirm", () => {
  const waiting = { patientId: id, token: "right", status: "pending", requestedAt: now } as const

  it("confirms with the token of the mail, and keeps when", () => {
    expect(Registration.confirm(waiting, "right", later)).toEqual(
      Result.succeed({ ...waiting, status: "confirmed", confirmedAt: later })
    )
  })

  it("changes nothing when the link is followed again", () => {
    const confirmed = Result.getOrThrow(Registration.confirm(waiting, "right", now))
    expect(Registration.confirm(confirmed, "right", later)).toEqual(Result.succeed(confirmed))
  })

  it("refuses any other token, before and after", () => {
    const confirmed = Result.getOrThrow(Registration.confirm(waiting, "right", now))
    for (const confirmation of [waiting, confirmed]) {
      for (const token of ["", "wrong", "right ", "RIGHT"]) {
        const refused = Registration.confirm(confirmation, token, later)
        expect(Result.isFailure(refused) && refused.failure._tag).toBe("WrongToken")
      }
    }
  })
})
