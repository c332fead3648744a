import * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Given from "./given.ts"

const nextVersion = (patient: Patient.Patient) =>
  Result.succeed({ ...patient, version: patient.version + 1 })

export const patients = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("Patients", () => {
    it.effect("gives a patient back as it was put in", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const sparse = Given.patient()
        const full = Given.patient({
          identifiers: [
            { system: "urn:hospital", value: Given.text() },
            { system: "urn:bedside:roster", value: Given.text() }
          ],
          givenName: "Μαρία",
          familyName: "李 Jean d'Arc",
          ageYears: 55,
          ageStatedOn: "2024-02-29",
          sex: "female",
          email: `María.${Given.text()}@Example.org`,
          phone: "+4915112345678",
          conditions: ['Diabetes, type 2; "brittle"', "Hypertension = 160/95", "\t\n"],
          oxygenScale: 2,
          createdAt: Given.instant("2026-03-01T10:00:00.001Z"),
          updatedAt: Given.instant("2026-03-01T10:00:00.999Z"),
          version: 7
        })
        for (const patient of [sparse, full]) {
          yield* port.insert(patient)
          expect(Given.written.patient(yield* port.find(patient.id))).toEqual(
            Given.written.patient(patient)
          )
        }
      })
    )

    it.effect("finds no patient, photo or registration that is not there", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const id = Given.patientId()
        expect(yield* Given.refusal(port.find(id))).toEqual(Given.notFound("patient"))
        expect(yield* Given.refusal(port.photo(id))).toEqual(Given.notFound("photo"))
        expect(yield* Given.refusal(port.confirmation(id))).toEqual(Given.notFound("registration"))
        const confirmed = port.confirm(id, Result.succeed)
        expect(yield* Given.refusal(confirmed)).toEqual(Given.notFound("registration"))
        expect(yield* Given.refusal(port.change(id, nextVersion))).toEqual(
          Given.notFound("patient")
        )
        const removed = port.remove(id, () => Result.succeed(undefined))
        expect(yield* Given.refusal(removed)).toEqual(Given.notFound("patient"))
      })
    )

    it.effect("refuses the e-mail of another patient, in upper or lower case", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const name = Given.text()
        yield* Given.patientOnRecord({ email: `Élodie.${name}@Example.org` })
        const second = Given.patient({ email: `éLODIE.${name.toUpperCase()}@example.ORG` })
        expect(yield* Given.refusal(port.insert(second))).toEqual(
          Given.conflict("email-taken", "email")
        )
        expect(yield* Given.refusal(port.find(second.id))).toEqual(Given.notFound("patient"))
      })
    )

    it.effect("takes any number of patients without e-mail and identifiers", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const patient = yield* Given.patientOnRecord()
        const other = yield* Given.patientOnRecord()
        expect((yield* port.find(patient.id)).email).toBeUndefined()
        expect((yield* port.find(other.id)).identifiers).toEqual([])
      })
    )

    it.effect("refuses an identifier of another patient, and says which of them it is", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const value = Given.text()
        const fresh = Given.text()
        yield* Given.patientOnRecord({ identifiers: [{ system: "urn:hospital", value }] })
        const second = Given.patient({
          identifiers: [
            { system: "urn:hospital", value: fresh },
            { system: "urn:hospital", value }
          ]
        })
        expect(yield* Given.refusal(port.insert(second))).toEqual(
          Given.conflict("identifier-taken", "identifiers[1]")
        )
        const [free] = second.identifiers
        yield* Given.patientOnRecord({ identifiers: free === undefined ? [] : [free] })
      })
    )

    it.effect("takes an identifier that differs in system, value or case", () =>
      Effect.gen(function* () {
        const value = Given.text()
        for (const identifier of [
          { system: "urn:a", value },
          { system: "urn:b", value },
          { system: "urn:a", value: value.toUpperCase() },
          { system: "urn:a", value: `${value} ` }
        ]) {
          const port = yield* Ports.Patients
          const { id } = yield* Given.patientOnRecord({ identifiers: [identifier] })
          expect((yield* port.find(id)).identifiers).toEqual([identifier])
        }
      })
    )

    it.effect("finds those who have any of some identifiers, each once", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const [a, b, c] = Given.times(3, () => ({ system: "urn:hospital", value: Given.text() }))
        if (a === undefined || b === undefined || c === undefined) throw new Error("three")
        const first = yield* Given.patientOnRecord({ identifiers: [b, a] })
        const second = yield* Given.patientOnRecord({ identifiers: [c] })
        const found = (...identifiers: ReadonlyArray<Patient.Identifier>) =>
          Effect.map(port.identified(identifiers), (them) =>
            them.map((it) => Given.written.patient(it))
          )
        const [one, two] = [first, second].map((it) => Given.written.patient(it))
        expect(yield* found(a, b)).toEqual([one])
        expect(yield* found(c, a)).toEqual([one, two])
        expect(yield* found()).toEqual([])
        expect(yield* found({ system: "urn:else", value: a.value })).toEqual([])
        expect(yield* found({ system: a.system, value: `${a.value} ` })).toEqual([])
      })
    )

    it.effect("refuses an id that is on record, and leaves that record as it was", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const patient = yield* Given.patientOnRecord()
        const again = Given.patient({ id: patient.id, givenName: "Somebody" })
        expect(yield* Given.refusal(port.insert(again))).toEqual(
          Given.conflict("identifier-taken", "id")
        )
        expect((yield* port.find(patient.id)).givenName).toBe(patient.givenName)
      })
    )

    it.effect("lets one of many patients at once have an e-mail or an identifier", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const email = `${Given.text()}@example.org`
        const identifiers = [{ system: "urn:hospital", value: Given.text() }]
        for (const [details, refused] of [
          [{ email }, Given.conflict("email-taken", "email")],
          [{ identifiers }, Given.conflict("identifier-taken", "identifiers[0]")]
        ] as const) {
          const results = yield* Given.atOnce(
            Given.times(20, () => port.insert(Given.patient(details)))
          )
          expect(Given.successes(results)).toHaveLength(1)
          expect(Given.failures(results).map((error) => ({ ...error }))).toEqual(
            Given.times(19, () => expect.objectContaining(refused))
          )
        }
      })
    )

    it.effect("stores what was decided on the patient as it is", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const patient = yield* Given.patientOnRecord({
          email: `${Given.text()}@example.org`,
          identifiers: [{ system: "urn:a", value: Given.text() }],
          sex: "female"
        })
        const seen: Array<unknown> = []
        const changed = yield* port.change(patient.id, (current) => {
          seen.push(Given.written.patient(current))
          const { sex: _, ...others } = current
          return Result.succeed({
            ...others,
            familyName: "Lovelace",
            identifiers: [{ system: "urn:b", value: patient.id }],
            conditions: ["Measles"],
            version: 2
          })
        })
        expect(seen.at(-1)).toEqual(Given.written.patient(patient))
        expect(changed).toMatchObject({ familyName: "Lovelace", version: 2 })
        const found = Given.written.patient(yield* port.find(patient.id))
        expect(found).toEqual(Given.written.patient(changed))
        expect(found).not.toHaveProperty("sex")
        yield* Given.patientOnRecord({ identifiers: patient.identifiers })
      })
    )

    it.effect("changes nothing when the decision fails or another patient is in the way", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const email = `${Given.text()}@example.org`
        const identifiers = [{ system: "urn:a", value: Given.text() }]
        yield* Given.patientOnRecord({ email, identifiers })
        const patient = yield* Given.patientOnRecord({ email: `${Given.text()}@example.org` })
        const to = (details: Partial<Patient.Patient>) =>
          port.change(patient.id, (current) => Result.succeed({ ...current, ...details }))
        expect(
          yield* Effect.flip(port.change(patient.id, () => Result.fail("not today" as const)))
        ).toBe("not today")
        expect(
          yield* Given.refusal(to({ familyName: "Other", email: email.toUpperCase() }))
        ).toEqual(Given.conflict("email-taken", "email"))
        expect(yield* Given.refusal(to({ familyName: "Other", identifiers }))).toEqual(
          Given.conflict("identifier-taken", "identifiers[0]")
        )
        expect(Given.written.patient(yield* port.find(patient.id))).toEqual(
          Given.written.patient(patient)
        )
      })
    )

    it.effect("is no conflict with itself", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const patient = yield* Given.patientOnRecord({
          email: `ada.${Given.text()}@example.org`,
          identifiers: [{ system: "urn:a", value: Given.text() }]
        })
        const email = patient.email?.toUpperCase() ?? ""
        const changed = yield* port.change(patient.id, (current) =>
          Result.succeed({ ...current, email })
        )
        expect(changed.email).toBe(email)
        expect((yield* port.find(patient.id)).email).toBe(email)
      })
    )

    it.effect("counts every one of 50 changes at once", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const { id } = yield* Given.patientOnRecord()
        const changes = Given.times(50, (index) =>
          port.change(id, (current) =>
            Result.succeed({
              ...current,
              conditions: [...current.conditions, `change ${index}`],
              version: current.version + 1
            })
          )
        )
        const versions = Given.successes(yield* Given.atOnce(changes)).map((it) => it.version)
        expect(versions.toSorted((a, b) => a - b)).toEqual(Given.times(50, (index) => index + 2))
        const { conditions, version } = yield* port.find(id)
        expect(version).toBe(51)
        expect(conditions.toSorted()).toEqual(
          Given.times(50, (index) => `change ${index}`).toSorted()
        )
      })
    )

    it.effect("lists patients in order of creation, in pages of any size", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const start = Given.patientId()
        const made = [Given.patient(), Given.patient(), Given.patient(), Given.patient()]
        yield* Effect.forEach(made.toReversed(), port.insert)
        for (const limit of [1, 3, 4, 100]) {
          const listed = yield* Given.inPages(port.list, (it) => it.id, limit, start)
          const own = listed.filter(({ id }) => Given.ids(made).includes(id))
          expect(Given.written.patients(own)).toEqual(Given.written.patients(made))
        }
      })
    )

    it.effect("goes on after a patient who is gone", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const gone = yield* Given.patientOnRecord()
        const next = yield* Given.patientOnRecord()
        yield* port.remove(gone.id, () => Result.succeed(undefined))
        const [first] = yield* port.list({ limit: 1, after: gone.id })
        expect(first?.id).toBe(next.id)
      })
    )
  })
}
