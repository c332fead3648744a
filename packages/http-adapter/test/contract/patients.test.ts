import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Server from "./server.ts"
import * as Ward from "./ward.ts"

const clinician = Effect.flatMap(Server.serve(), (server) => server.as("clinician"))

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

describe("POST /api/v1/patients", () => {
  it.live("answers 201 with the whole record, its place and its version", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      const created = yield* post("/api/v1/patients", {
        givenName: "Đặng",
        familyName: "'t Hooft-O’Brien",
        birthDate: "1946-07-05",
        sex: "other",
        email: "Dang@example.org",
        phone: "+4915112345678",
        identifiers: [{ system: "urn:hospital", value: "4711" }],
        conditions: ["COPD"],
        oxygenScale: 2
      })
      expect(created.status).toBe(201)
      expect(created.body).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
        givenName: "Đặng",
        familyName: "'t Hooft-O’Brien",
        birthDate: "1946-07-05",
        sex: "other",
        email: "Dang@example.org",
        phone: "+4915112345678",
        identifiers: [{ system: "urn:hospital", value: "4711" }],
        conditions: ["COPD"],
        oxygenScale: 2,
        hasPhoto: false,
        createdAt: instant,
        updatedAt: instant,
        version: 1
      })
      const place = `/api/v1/patients/${created.body.id}`
      expect(created.headers.get("location")).toBe(place)
      expect(created.headers.get("etag")).toBe('"1"')
      const found = yield* get(place)
      expect([found.status, found.body, found.headers.get("etag")]).toEqual([
        200,
        created.body,
        '"1"'
      ])
    })
  )

  it.live("takes an age instead of a birth date, stated today", () =>
    Effect.gen(function* () {
      const { body } = yield* (yield* clinician).post("/api/v1/patients", {
        givenName: "John",
        familyName: "Doe",
        ageYears: 55
      })
      expect(body).toMatchObject({ ageYears: 55, ageStatedOn: body.createdAt.slice(0, 10) })
    })
  )

  it.live("refuses a second patient with an e-mail address or an identifier of the first", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      const taken = { identifiers: [{ system: "urn:hospital", value: "1" }], email: "a@b.example" }
      expect((yield* post("/api/v1/patients", { ...Ward.ada, ...taken })).status).toBe(201)
      const mail = yield* post("/api/v1/patients", { ...Ward.ada, email: "A@B.example" })
      expect([mail.status, mail.body.code]).toEqual([409, "email-taken"])
      const { identifiers } = taken
      const number = yield* post("/api/v1/patients", { ...Ward.ada, identifiers })
      expect([number.status, number.body.code]).toEqual([409, "identifier-taken"])
    })
  )

  it.live("refuses a patient without an age, and one who is born tomorrow", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      const names = { givenName: "Ada", familyName: "Byron" }
      const ageless = yield* post("/api/v1/patients", names)
      expect([ageless.status, Server.problems(ageless)]).toEqual([422, ["birthDate: missing"]])
      const unborn = yield* post("/api/v1/patients", { ...names, birthDate: "2999-01-01" })
      expect([unborn.status, Server.problems(unborn)]).toEqual([422, ["birthDate: range"]])
    })
  )
})

describe("GET /api/v1/patients", () => {
  it.live("is empty at first", () =>
    Effect.gen(function* () {
      const { status, body } = yield* (yield* clinician).get("/api/v1/patients")
      expect([status, body]).toEqual([200, { items: [], next: null }])
    })
  )

  it.live("goes through everyone once, page by page, in the order of admission", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const names = ["Anna", "Bo", "Cem", "Dan", "Eva"]
      for (const givenName of names) yield* Ward.admit(caller, { givenName })
      const seen: Array<string> = []
      let cursor = ""
      let pages = 0
      do {
        const { body } = yield* caller.get(`/api/v1/patients?limit=2${cursor}`)
        seen.push(...body.items.map(({ givenName }: { givenName: string }) => givenName))
        cursor = body.next === null ? "" : `&cursor=${body.next}`
        pages += 1
      } while (cursor !== "")
      expect([seen, pages]).toEqual([names, 3])
    })
  )

  it.live("keeps its place while records come and go", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const first = yield* Ward.admit(caller)
      const second = yield* Ward.admit(caller)
      const { body } = yield* caller.get("/api/v1/patients?limit=1")
      expect((yield* caller.send("DELETE", `/api/v1/patients/${first.id}`)).status).toBe(204)
      const rest = yield* caller.get(`/api/v1/patients?limit=1&cursor=${body.next}`)
      expect(rest.body).toEqual({ items: [second], next: null })
    })
  )

  it.live("refuses a limit or a cursor that is none, each with one problem", () =>
    Effect.gen(function* () {
      const { get } = yield* clinician
      for (const limit of ["0", "1001", "1.5", "-1", "ten", "", "1e2x", "NaN"]) {
        const refused = yield* get(`/api/v1/patients?limit=${limit}`)
        expect([limit, refused.status, refused.body.errors]).toEqual([
          limit,
          422,
          [
            {
              path: "limit",
              code: "range",
              message: "Expected a whole number from 1 to 1000",
              expected: "a whole number from 1 to 1000"
            }
          ]
        ])
      }
      const cursor = yield* get("/api/v1/patients?cursor=nonsense")
      expect([cursor.status, Server.problems(cursor)]).toEqual([422, ["cursor: format"]])
      expect((yield* get("/api/v1/patients?limit=1000")).status).toBe(200)
    })
  )
})

describe("PATCH /api/v1/patients/{id}", () => {
  it.live("changes what it names, takes away what is null, and leaves the rest", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const details = { sex: "female", email: "ada@example.org", conditions: ["asthma"] }
      const patient = yield* Ward.admit(caller, details)
      const place = `/api/v1/patients/${patient.id}`
      for (const [version, type] of [
        [1, "application/merge-patch+json"],
        [2, "application/json"]
      ] as const) {
        const familyName = `Lovelace-${"I".repeat(version)}`
        const changed = yield* caller.send(
          "PATCH",
          place,
          { familyName, sex: null, phone: null },
          { "if-match": `"${version}"`, "content-type": type }
        )
        const { sex: _, ...rest } = patient
        expect([changed.status, changed.headers.get("etag")]).toEqual([200, `"${version + 1}"`])
        expect(changed.body).toEqual({
          ...rest,
          familyName,
          updatedAt: instant,
          version: version + 1
        })
      }
    })
  )

  it.live("needs the version in force: 428 without, 412 with another", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const { id } = yield* Ward.admit(caller)
      const change = (ifMatch: Record<string, string>) =>
        Effect.map(
          caller.send("PATCH", `/api/v1/patients/${id}`, { sex: "female" }, ifMatch),
          ({ status }) => status
        )
      expect(yield* change({})).toBe(428)
      expect(yield* change({ "if-match": "*" })).toBe(428)
      expect(yield* change({ "if-match": '"2"' })).toBe(412)
      expect(yield* change({ "if-match": 'W/"1"' })).toBe(412)
      expect(yield* change({ "if-match": "1" })).toBe(412)
      expect(yield* change({ "if-match": '"1"' })).toBe(200)
      expect(yield* change({ "if-match": '"1"' })).toBe(412)
    })
  )

  it.live("never takes the last of birth date and age away", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const { id } = yield* Ward.admit(caller)
      const place = `/api/v1/patients/${id}`
      const refused = yield* caller.send("PATCH", place, { birthDate: null }, { "if-match": '"1"' })
      expect([refused.status, Server.problems(refused)]).toEqual([422, ["birthDate: missing"]])
      expect((yield* caller.get(place)).body.version).toBe(1)
    })
  )

  it.live("refuses the e-mail address of someone else", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      yield* Ward.admit(caller, { email: "first@example.org" })
      const { id } = yield* Ward.admit(caller)
      const patch = { email: "FIRST@example.org" }
      const refused = yield* caller.send("PATCH", `/api/v1/patients/${id}`, patch, {
        "if-match": '"1"'
      })
      expect([refused.status, refused.body.code]).toEqual([409, "email-taken"])
    })
  )
})

describe("DELETE /api/v1/patients/{id}", () => {
  it.live("erases the patient with what was recorded, and then there is nothing", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const { id } = yield* Ward.admit(caller)
      const place = `/api/v1/patients/${id}`
      const recorded = yield* caller.post(`${place}/measurements`, Ward.pulse(80))
      const stale = yield* caller.send("DELETE", place, undefined, { "if-match": '"7"' })
      expect(stale.status).toBe(412)
      const gone = yield* caller.send("DELETE", place, undefined, { "if-match": '"1"' })
      expect([gone.status, gone.text]).toEqual([204, ""])
      for (const path of [
        place,
        `${place}/photo`,
        `${place}/measurements`,
        `${place}/measurements/latest`,
        `${place}/assessments`,
        `${place}/assessments/latest`,
        `/api/v1/measurements/${recorded.body.id}`
      ]) {
        expect([path, (yield* caller.get(path)).status]).toEqual([path, 404])
      }
      expect((yield* caller.send("DELETE", place)).status).toBe(404)
    })
  )
})
