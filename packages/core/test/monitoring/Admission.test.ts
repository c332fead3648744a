import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Admission from "../../src/monitoring/Admission.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import type * as Patient from "../../src/patient/Patient.ts"
import * as Ward from "./ward.ts"

const registration = {
  givenName: "José",
  familyName: "O'Brien",
  email: "jose@example.org",
  phone: "+4915112345678"
}
const photo = { contentType: "image/webp", bytes: Uint8Array.of(1, 2, 3) }

const tokenOf = (id: Patient.PatientId) =>
  Effect.map(
    Ports.Patients.use((patients) => patients.confirmation(id)),
    ({ token }) => token
  )

describe("Admission.admit", () => {
  it.effect("puts a patient on record under a new id, at version 1", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        const first = yield* Ward.admit()
        const second = yield* Ward.admit({ conditions: ["Asthma"] })
        expect(first).toMatchObject({ givenName: "Ada", version: 1, hasPhoto: false })
        expect(first.createdAt.epochMilliseconds).toBe(Ward.noon.epochMilliseconds)
        expect(second.id > first.id).toBe(true)
        expect(yield* admission.find(second.id)).toEqual(second)
        expect(yield* Ward.jobs).toEqual([])
      })
    )
  )

  it.effect("refuses a patient without an age, and one whose e-mail is taken", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        const ageless = admission.admit({ givenName: "Ada", familyName: "Byron" })
        expect(yield* Effect.flip(ageless)).toMatchObject({
          _tag: "Invalid",
          issues: [{ path: "birthDate", code: "missing" }]
        })
        yield* Ward.admit({ email: "ada@example.org" })
        expect(yield* Effect.flip(Ward.admit({ email: "ADA@example.org" }))).toMatchObject({
          _tag: "Conflict",
          code: "email-taken",
          path: "email"
        })
        expect((yield* admission.list({ limit: 10 })).items).toHaveLength(1)
      })
    )
  )
})

describe("Admission.register", () => {
  it.effect("answers before any mail is sent, which a job does", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        const { id, status } = yield* admission.register(registration, photo)
        expect(status).toBe("pending")
        expect(yield* admission.find(id)).toMatchObject({ ...registration, hasPhoto: true })
        expect(yield* admission.photo(id)).toEqual(photo)
        expect(yield* Ward.jobs).toEqual([`send-confirmation:${id}`])
      })
    )
  )

  it.effect("gives everyone a secret of their own, too long to guess", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        const first = yield* admission.register(registration, photo)
        const other = { ...registration, email: "other@example.org" }
        const second = yield* admission.register(other, photo)
        const tokens = [yield* tokenOf(first.id), yield* tokenOf(second.id)]
        expect(new Set(tokens).size).toBe(2)
        for (const token of tokens) expect(token).toMatch(/^[0-9a-f]{32}$/)
      })
    )
  )

  it.effect("leaves one patient and one mail of 1,000 identical registrations at once", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        const results = yield* Effect.all(
          Array.from({ length: 1_000 }, () =>
            Effect.result(admission.register(registration, photo))
          ),
          { concurrency: "unbounded" }
        )
        expect(results.filter((it) => it._tag === "Success")).toHaveLength(1)
        expect((yield* admission.list({ limit: 10 })).items).toHaveLength(1)
        expect(yield* Ward.jobs).toHaveLength(1)
      })
    )
  )

  it.effect("makes someone whom a clinician can complete, and who then has an age", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        const { id } = yield* admission.register(registration, photo)
        expect(yield* admission.change(id, 1, { conditions: ["Asthma"] })).toMatchObject({
          version: 2
        })
        const changed = yield* admission.change(id, 2, { birthDate: "1990-01-01" })
        expect(changed).toMatchObject({ birthDate: "1990-01-01", registration: "pending" })
      })
    )
  )
})

describe("Admission.confirm", () => {
  it.effect("confirms with the secret, and answers the same ever after", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        const { id } = yield* admission.register(registration, photo)
        const token = yield* tokenOf(id)
        const first = yield* admission.confirm(id, token)
        yield* TestClock.adjust("1 day")
        expect(yield* admission.confirm(id, token)).toEqual(first)
        expect(first.confirmedAt?.epochMilliseconds).toBe(Ward.noon.epochMilliseconds)
        expect(yield* admission.find(id)).toMatchObject({ registration: "confirmed", version: 2 })
      })
    )
  )

  it.effect("refuses another secret, and knows nobody who did not register", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        const { id } = yield* admission.register(registration, photo)
        const admitted = yield* Ward.admit()
        expect((yield* Effect.flip(admission.confirm(id, "guess")))._tag).toBe("WrongToken")
        expect((yield* admission.find(id)).registration).toBe("pending")
        for (const other of [admitted.id, Ward.absent]) {
          expect(yield* Effect.flip(admission.confirm(other, "guess"))).toMatchObject({
            _tag: "NotFound",
            what: "registration"
          })
        }
      })
    )
  )
})

describe("Admission.importRoster", () => {
  const header = "patient_id,first_name,last_name,age,condition"

  it.effect("has an outcome for every line, and a bad one never stops the rest", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        const outcomes = yield* admission.importRoster(
          `${header}\n1,John,Doe,55,Healthy\n2,1abc,Doe,,Cold\n1,Jane,Doe,54,Cold\n4,李,Doe,0,\n`
        )
        expect(outcomes).toMatchObject([
          { index: 0, status: "created" },
          { index: 1, status: "refused", error: { _tag: "Invalid" } },
          { index: 2, status: "refused", error: { _tag: "Conflict", code: "identifier-taken" } },
          { index: 3, status: "created" }
        ])
        const { items } = yield* admission.list({ limit: 10 })
        expect(
          items.map(({ givenName, ageYears, ageStatedOn }) => [givenName, ageYears, ageStatedOn])
        ).toEqual([
          ["John", 55, "2026-03-01"],
          ["李", 0, "2026-03-01"]
        ])
      })
    )
  )

  it.effect("imports the same file again as refused lines, not as second patients", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        const text = `${header}\n1,John,Doe,55,Healthy\n2,Jane,Doe,54,Cold\n`
        yield* admission.importRoster(text)
        const again = yield* admission.importRoster(text)
        expect(again.map(({ status }) => status)).toEqual(["refused", "refused"])
        expect((yield* admission.list({ limit: 10 })).items).toHaveLength(2)
      })
    )
  )

  it.effect("refuses a file that is no roster, and takes an empty one", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        expect((yield* Effect.flip(admission.importRoster("a,b\n1,2")))._tag).toBe("NotARoster")
        expect(yield* admission.importRoster(header)).toEqual([])
      })
    )
  )
})

describe("Admission.list", () => {
  it.effect("gives every patient once, page by page", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        const made = yield* Effect.replicateEffect(Ward.admit(), 5)
        const first = yield* admission.list({ limit: 2 })
        const second = yield* admission.list({ limit: 2, cursor: first.next ?? "" })
        const third = yield* admission.list({ limit: 2, cursor: second.next ?? "" })
        expect([first, second, third].flatMap(({ items }) => items)).toEqual(made)
        expect(third.next).toBe(null)
      })
    )
  )

  it.effect("refuses a cursor it never gave", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        const refused = yield* Effect.flip(admission.list({ limit: 2, cursor: "ImJlZCI" }))
        expect(refused.issues[0]?.path).toBe("cursor")
      })
    )
  )
})

describe("Admission.change", () => {
  it.effect("changes the version the caller knows, and refuses any other", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        const { id } = yield* Ward.admit()
        yield* TestClock.adjust("1 hour")
        const changed = yield* admission.change(id, 1, { oxygenScale: 2 })
        expect(changed).toMatchObject({ oxygenScale: 2, version: 2 })
        expect(changed.updatedAt.epochMilliseconds).toBe(Ward.noon.epochMilliseconds + 3_600_000)
        for (const version of [1, 3]) {
          expect(yield* Effect.flip(admission.change(id, version, {}))).toMatchObject({
            _tag: "Stale",
            current: 2
          })
        }
      })
    )
  )

  it.effect("lets one of two win who know the same version", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        const { id } = yield* Ward.admit()
        const change = (familyName: string) =>
          Effect.forkChild(Effect.result(admission.change(id, 1, { familyName })))
        const results = yield* Effect.forEach(
          [yield* change("One"), yield* change("Two")],
          Fiber.join
        )
        expect(results.map((it) => it._tag).toSorted()).toEqual(["Failure", "Success"])
        expect((yield* admission.find(id)).version).toBe(2)
      })
    )
  )

  it.effect("tells an unknown patient from an impossible patch", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        const { id } = yield* Ward.admit()
        expect((yield* Effect.flip(admission.change(Ward.absent, 1, {})))._tag).toBe("NotFound")
        const born = admission.change(id, 1, { birthDate: "2026-03-02" })
        expect((yield* Effect.flip(born))._tag).toBe("Invalid")
      })
    )
  )
})

describe("Admission.erase", () => {
  it.effect("erases a patient, at any version or at the one the caller knows", () =>
    Ward.on(
      Effect.gen(function* () {
        const admission = yield* Admission.Admission
        const first = yield* Ward.admit()
        const second = yield* Ward.admit()
        yield* admission.erase(first.id)
        expect((yield* Effect.flip(admission.eraseAt(second.id, 2)))._tag).toBe("Stale")
        yield* admission.eraseAt(second.id, 1)
        for (const { id } of [first, second]) {
          expect((yield* Effect.flip(admission.find(id)))._tag).toBe("NotFound")
          expect((yield* Effect.flip(admission.erase(id)))._tag).toBe("NotFound")
        }
      })
    )
  )
})
