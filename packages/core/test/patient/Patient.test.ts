import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Invalid from "../../src/input/Invalid.ts"
import * as Patient from "../../src/patient/Patient.ts"

const id = Patient.PatientId.make("01890a5d-ac96-774b-bcce-b302099a8057")
const now = DateTime.makeUnsafe("2026-03-01T10:00:00Z")
const later = DateTime.makeUnsafe("2026-04-02T10:00:00Z")
const name = { givenName: "Ada", familyName: "Byron" }

const made = (details: Partial<Patient.NewPatient> = {}): Patient.Patient =>
  Result.getOrThrow(Patient.make({ ...name, ageYears: 55, ...details }, { id, now }))

const changed = (patient: Patient.Patient, patch: Patient.PatientPatch): Patient.Patient =>
  Result.getOrThrow(Patient.change(patient, patch, later))

const problems = <A>(result: Result.Result<A, Invalid.Invalid>): ReadonlyArray<string> =>
  Result.isFailure(result) ? result.failure.issues.map((it) => `${it.path} ${it.code}`) : []

describe("Patient.PersonName", () => {
  const isName = Schema.is(Patient.PersonName)

  it("is what people are called, in any script", () => {
    const names = [
      "José",
      "Jose\u0301",
      "O'Brien",
      "O’Brien",
      "Anne-Marie",
      "Jean d'Arc",
      "'t Hooft",
      "van der Berg",
      "J. R. R.",
      "李",
      "山田　太郎",
      "Μαρία",
      "Владимир",
      "علی\u200Cرضا",
      "अनिता",
      "Gal·la",
      "マイケル・ジョン",
      "ʻAukai",
      "X"
    ]
    expect(names.filter((text) => !isName(text))).toEqual([])
  })

  it("is no number, mark-up, empty text or text without a letter", () => {
    const texts = ["", " ", "1abc", "<b>", "<script>alert(1)</script>", "Ada1", "-Ada", ".", "'"]
    expect(texts.filter(isName)).toEqual([])
    const more = ["Ada\n", "Ada\u0000", "Ada; DROP TABLE", "Ada=Byron", "Ada@home", "👩"]
    expect(more.filter(isName)).toEqual([])
  })

  it("has at most 200 characters", () => {
    expect(isName("a".repeat(200))).toBe(true)
    expect(isName("a".repeat(201))).toBe(false)
  })
})

describe("Patient.Email", () => {
  const isEmail = Schema.is(Patient.Email)

  it("is an address with a domain of at least two labels", () => {
    const addresses = ["a@b.co", "Ada.Byron+ward3@mail.example.org", "élodie@exämple.org"]
    expect(addresses.filter((text) => !isEmail(text))).toEqual([])
  })

  it("is nothing that could be more than one address, or a header of a mail", () => {
    const texts = [
      "",
      "ada",
      "ada@",
      "@example.org",
      "ada@example",
      "ada@example..org",
      "ada@.org",
      "ada@b.org.",
      "ada@b@c.org",
      "a da@b.org",
      "ada@b.org\nBcc: x@y.org",
      "ada@b.org\u0000",
      "ada,eve@b.org",
      "Ada <ada@b.org>",
      "ada@b.<b>",
      `${"a".repeat(250)}@b.co`
    ]
    expect(texts.filter(isEmail)).toEqual([])
  })
})

describe("Patient.Phone", () => {
  it("is an E.164 number: a plus sign and 6 to 15 digits", () => {
    const isPhone = Schema.is(Patient.Phone)
    expect(["+491511234567", "+123456", "+123456789012345"].every(isPhone)).toBe(true)
    expect(
      [
        "",
        "491511234567",
        "+0491511",
        "+12345",
        "+1234567890123456",
        "+49 151 123",
        "+49a511234"
      ].some(isPhone)
    ).toBe(false)
  })
})

describe("Patient.NewPatient", () => {
  const decode = Invalid.decoder(Patient.NewPatient)

  it("names every wrong field at once, and no value of any", () => {
    const refused = decode({
      identifiers: [{ system: "urn:a", value: "" }],
      givenName: "<b>",
      birthDate: "1990-02-30",
      ageYears: 131,
      sex: "F",
      email: "ada",
      phone: "0151",
      conditions: [""],
      oxygenScale: 3
    })
    expect(problems(refused)).toEqual([
      "identifiers[0].value length",
      "givenName pattern",
      "familyName missing",
      "birthDate format",
      "ageYears range",
      "sex enum",
      "email format",
      "phone format",
      "conditions[0] length",
      "oxygenScale enum"
    ])
    const text = Result.isFailure(refused) ? JSON.stringify(refused.failure) : ""
    for (const value of ["<b>", "1990-02-30", '"ada"', "0151"]) expect(text).not.toContain(value)
  })

  it("refuses the same identifier twice, which no store could keep unique", () => {
    const identifier = { system: "urn:a", value: "7" }
    const others = [identifier, { system: "urn:b", value: "7" }]
    expect(problems(decode({ ...name, identifiers: others }))).toEqual([])
    expect(problems(decode({ ...name, identifiers: [...others, identifier] }))).toEqual([
      "identifiers unique"
    ])
  })
})

describe("Patient.make", () => {
  it("makes the first version, with the defaults of what was not said", () => {
    expect(Patient.make({ ...name, birthDate: "1990-12-10" }, { id, now })).toEqual(
      Result.succeed({
        ...name,
        birthDate: "1990-12-10",
        id,
        identifiers: [],
        conditions: [],
        oxygenScale: 1,
        hasPhoto: false,
        createdAt: now,
        updatedAt: now,
        version: 1
      })
    )
  })

  it("keeps what was said", () => {
    const details = {
      identifiers: [{ system: "urn:a", value: "7" }],
      sex: "female",
      email: "ada@example.org",
      phone: "+491511234567",
      conditions: ["Asthma"],
      oxygenScale: 2
    } as const
    expect(made(details)).toMatchObject(details)
  })

  it("takes today for the day an age was stated on, unless it is said", () => {
    expect(made().ageStatedOn).toBe("2026-03-01")
    expect(made({ ageStatedOn: "2024-06-01" }).ageStatedOn).toBe("2024-06-01")
    expect(made({ ageYears: 0 }).ageStatedOn).toBe("2026-03-01")
  })

  it("keeps no day of stating without an age", () => {
    const patient = Patient.make(
      { ...name, birthDate: "1990-12-10", ageStatedOn: "2024-06-01" },
      { id, now }
    )
    expect(Result.getOrThrow(patient)).not.toHaveProperty("ageStatedOn")
  })

  it("refuses a patient without birth date and age, and days in the future, all at once", () => {
    expect(problems(Patient.make(name, { id, now }))).toEqual(["birthDate missing"])
    expect(
      problems(
        Patient.make(
          { ...name, birthDate: "2026-03-02", ageYears: 1, ageStatedOn: "2026-03-02" },
          { id, now }
        )
      )
    ).toEqual(["birthDate range", "ageStatedOn range"])
    expect(problems(Patient.make({ ...name, birthDate: "2026-03-01" }, { id, now }))).toEqual([])
  })
})

describe("Patient.change", () => {
  const patient = made({ sex: "female", email: "ada@example.org", conditions: ["Asthma"] })

  it("changes nothing but version and time when the patch is empty", () => {
    expect(changed(patient, {})).toEqual({ ...patient, updatedAt: later, version: 2 })
  })

  it("replaces what is there, removes what is null, keeps what is absent", () => {
    const next = changed(patient, { familyName: "Lovelace", sex: null, conditions: [] })
    expect(next).toMatchObject({ familyName: "Lovelace", conditions: [], email: "ada@example.org" })
    expect(next).not.toHaveProperty("sex")
    expect(patient.sex).toBe("female")
  })

  it("keeps id, time of creation, photo and registration, whatever the patch says", () => {
    const patch = { familyName: "Lovelace", id: "another", version: 99, hasPhoto: true }
    const decoded = Result.getOrThrow(Invalid.decoder(Patient.PatientPatch)(patch))
    expect(changed(patient, decoded)).toMatchObject({ id, version: 2, hasPhoto: false })
  })

  it("never takes away both birth date and age", () => {
    expect(problems(Patient.change(patient, { ageYears: null }, later))).toEqual([
      "birthDate missing"
    ])
    const born = changed(patient, { ageYears: null, birthDate: "1970-05-05" })
    expect(born.birthDate).toBe("1970-05-05")
    expect(problems(Patient.change(born, { birthDate: null }, later))).toEqual([
      "birthDate missing"
    ])
  })

  it("may leave without an age who registered without one", () => {
    const { ageYears: _, ageStatedOn: __, ...registered } = patient
    expect(changed(registered, { phone: "+491511234567" })).not.toHaveProperty("ageYears")
  })

  it("keeps an age and the day it was stated on together", () => {
    expect(changed(patient, { ageYears: 56 }).ageStatedOn).toBe("2026-04-02")
    expect(changed(patient, { ageYears: 56, ageStatedOn: "2026-01-01" }).ageStatedOn).toBe(
      "2026-01-01"
    )
    expect(changed(patient, { familyName: "Lovelace" }).ageStatedOn).toBe("2026-03-01")
    expect(changed(patient, { ageStatedOn: null }).ageStatedOn).toBe("2026-04-02")
    const born = changed(patient, { ageYears: null, birthDate: "1970-05-05" })
    expect(born).not.toHaveProperty("ageStatedOn")
  })

  it("refuses a day in the future", () => {
    expect(problems(Patient.change(patient, { birthDate: "2026-04-03" }, later))).toEqual([
      "birthDate range"
    ])
  })

  it("makes a record that its own schema takes", () => {
    const next = changed(patient, { oxygenScale: 2, phone: "+491511234567", email: null })
    expect(Schema.is(Patient.Patient)(next)).toBe(true)
  })
})

describe("Patient.ageOn", () => {
  it("counts completed years from the birth date", () => {
    const born = { birthDate: "2000-03-02" }
    expect(Patient.ageOn(born, "2026-03-01")).toBe(25)
    expect(Patient.ageOn(born, "2026-03-02")).toBe(26)
    expect(Patient.ageOn(born, "2000-03-02")).toBe(0)
    expect(Patient.ageOn(born, "1999-03-02")).toBe(0)
  })

  it("completes a year of someone born on 29 February on 1 March of a common year", () => {
    const born = { birthDate: "2000-02-29" }
    expect(Patient.ageOn(born, "2026-02-28")).toBe(25)
    expect(Patient.ageOn(born, "2026-03-01")).toBe(26)
    expect(Patient.ageOn(born, "2028-02-29")).toBe(28)
  })

  it("adds a year to a stated age on each anniversary of the day it was stated on", () => {
    const stated = { ageYears: 15, ageStatedOn: "2025-06-01" }
    expect(Patient.ageOn(stated, "2026-05-31")).toBe(15)
    expect(Patient.ageOn(stated, "2026-06-01")).toBe(16)
    expect(Patient.ageOn(stated, "2024-01-01")).toBe(15)
  })

  it("goes by the birth date when both are there, and knows none when neither is", () => {
    const both = { birthDate: "2000-01-01", ageYears: 55, ageStatedOn: "2026-01-01" }
    expect(Patient.ageOn(both, "2026-03-01")).toBe(26)
    expect(Patient.ageOn({}, "2026-03-01")).toBeUndefined()
  })
})
