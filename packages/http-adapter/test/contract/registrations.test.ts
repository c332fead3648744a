import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import Sharp from "sharp"
import * as Server from "./server.ts"
import * as Ward from "./ward.ts"

const place = "/api/v1/registrations"

const register = (caller: Server.Caller, fields?: Parameters<typeof Ward.form>[0]) =>
  Effect.flatMap(Ward.form(fields), (form) => caller.post(place, form))

const refusedFields = (fields: Parameters<typeof Ward.form>[0]) =>
  Effect.gen(function* () {
    const { anonymous } = yield* Server.serve()
    const refused = yield* register(anonymous, fields)
    expect(refused.status).toBe(422)
    return Server.problems(refused)
  })

describe("POST /api/v1/registrations", () => {
  it.live("answers 201 before any mail went out, with the place of the registration", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const created = yield* register(server.anonymous)
      expect([created.status, created.body]).toEqual([
        201,
        { id: expect.stringMatching(/^[0-9a-f-]{36}$/), status: "pending" }
      ])
      expect(created.headers.get("location")).toBe(`${place}/${created.body.id}`)
      expect(server.notices).toEqual([])
      yield* server.work
      expect(server.notices.map(({ key }) => key)).toEqual([`registration:${created.body.id}`])
    })
  )

  it.live("makes a patient with the number in E.164 and with a photo", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const { body } = yield* register(server.anonymous)
      const clinician = yield* server.as("clinician")
      const patient = yield* clinician.get(`/api/v1/patients/${body.id}`)
      expect(patient.body).toMatchObject({
        givenName: "José",
        familyName: "O'Brien",
        email: "jose@example.org",
        phone: "+4915112345678",
        registration: "pending",
        hasPhoto: true
      })
    })
  )

  it.live("lets in callers without a token, clinicians and administrators, and no device", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const statuses: Array<number> = []
      const callers = [
        server.anonymous,
        yield* server.as("clinician"),
        yield* server.as("admin"),
        yield* server.as("device"),
        yield* server.as("device", "clinician"),
        server.claiming("Bearer nonsense"),
        server.claiming("Basic YWRhOnBhc3N3b3Jk")
      ]
      for (const [index, caller] of callers.entries()) {
        const answer = yield* register(caller, { email: `person-${index}@example.org` })
        statuses.push(answer.status)
      }
      expect(statuses).toEqual([201, 201, 201, 403, 201, 401, 401])
    })
  )

  it.live("takes an address once, in whatever case its letters are", () =>
    Effect.gen(function* () {
      const { anonymous } = yield* Server.serve()
      expect((yield* register(anonymous)).status).toBe(201)
      const again = yield* register(anonymous, { email: "JOSE@Example.ORG" })
      expect([again.status, again.body.code]).toEqual([409, "email-taken"])
      expect(again.text).not.toMatch(/jose/i)
    })
  )

  it.live("leaves one patient when fifty arrive at once with one address", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const all = yield* Effect.all(
        Array.from({ length: 50 }, () => register(server.anonymous)),
        { concurrency: "unbounded" }
      )
      const of = (status: number) => all.filter((answer) => answer.status === status)
      expect([of(201).length, of(409).length]).toEqual([1, 49])
      const clinician = yield* server.as("clinician")
      expect((yield* clinician.get("/api/v1/patients")).body.items).toHaveLength(1)
    })
  )

  it.live("names every wrong field in one answer, the photo and the number among them", () =>
    Effect.gen(function* () {
      const text = new File(["no picture"], "portrait.png", { type: "image/png" })
      expect(
        yield* refusedFields({
          givenName: "J4ne",
          familyName: undefined,
          email: "nobody",
          phoneCountryCode: "+1",
          phoneNumber: "12345",
          photo: text
        })
      ).toEqual([
        "givenName: pattern",
        "familyName: missing",
        "email: format",
        "phoneNumber: format",
        "photo: image-undecodable"
      ])
    })
  )

  it.live("finds nothing in an empty form, and says so of every field", () =>
    Effect.gen(function* () {
      const { anonymous } = yield* Server.serve()
      const form = new FormData()
      form.append("other", "thing")
      const refused = yield* anonymous.post(place, form)
      expect([refused.status, Server.problems(refused)]).toEqual([
        422,
        [
          "givenName: missing",
          "familyName: missing",
          "email: missing",
          "phoneCountryCode: missing",
          "phoneNumber: missing",
          "photo: missing"
        ]
      ])
    })
  )

  it.live("judges a photo by what it is, not by what it is called", () =>
    Effect.gen(function* () {
      const picture = yield* Ward.picture
      const whole = new Uint8Array(yield* Effect.promise(() => picture.arrayBuffer()))
      const cut = new File([whole.slice(0, whole.length / 2)], "cut.png", { type: "image/png" })
      expect(yield* refusedFields({ photo: cut })).toEqual(["photo: image-undecodable"])
      expect(yield* refusedFields({ photo: "portrait.png" })).toEqual(["photo: type"])
      const { anonymous } = yield* Server.serve()
      const misnamed = new File([whole], "notes.txt", { type: "text/plain" })
      expect((yield* register(anonymous, { photo: misnamed })).status).toBe(201)
    })
  )

  it.live("is bounded for one place: 429 and when to come back", () =>
    Effect.gen(function* () {
      const { anonymous } = yield* Server.serve({ registrations: { limit: 2 } })
      expect((yield* register(anonymous)).status).toBe(201)
      expect((yield* register(anonymous)).status).toBe(409)
      const refused = yield* register(anonymous)
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([
        429,
        String(refused.body.retryAfter)
      ])
      expect(refused.body.retryAfter).toBeGreaterThan(0)
    })
  )
})

describe("GET /api/v1/registrations/{id}/confirm", () => {
  it.live("confirms by the link in the mail, as often as it is followed", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const { body } = yield* register(server.anonymous)
      yield* server.work
      const [notice] = server.notices
      const token = notice?._tag === "ConfirmRegistration" ? notice.token : ""
      for (const _ of [1, 2, 3]) {
        const confirmed = yield* server.anonymous.get(`${place}/${body.id}/confirm?token=${token}`)
        expect([confirmed.status, confirmed.body]).toEqual([
          200,
          { id: body.id, status: "confirmed" }
        ])
      }
      const clinician = yield* server.as("clinician")
      const { body: patient } = yield* clinician.get(`/api/v1/patients/${body.id}`)
      expect([patient.registration, patient.version]).toEqual(["confirmed", 2])
    })
  )

  it.live("is 404 with another token, an unknown id, or none, and 422 without a token", () =>
    Effect.gen(function* () {
      const { anonymous } = yield* Server.serve()
      const { body } = yield* register(anonymous)
      const status = (path: string) =>
        Effect.map(anonymous.get(`${place}/${path}`), ({ status }) => status)
      expect(yield* status(`${body.id}/confirm?token=wrong`)).toBe(404)
      expect(yield* status(`${Server.absent}/confirm?token=wrong`)).toBe(404)
      expect(yield* status("nonsense/confirm?token=wrong")).toBe(404)
      const missing = yield* anonymous.get(`${place}/${body.id}/confirm`)
      expect([missing.status, Server.problems(missing)]).toEqual([422, ["token: missing"]])
    })
  )
})

describe("GET /api/v1/patients/{id}/photo", () => {
  it.live("gives the picture encoded anew, to clinicians only, and to no cache", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const { body } = yield* register(server.anonymous)
      const path = `/api/v1/patients/${body.id}/photo`
      const clinician = yield* server.as("clinician")
      const photo = yield* clinician.get(path)
      expect([
        photo.status,
        photo.headers.get("content-type"),
        photo.headers.get("cache-control")
      ]).toEqual([200, "image/jpeg", "no-store"])
      const { format, width, height, exif } = yield* Effect.promise(() =>
        Sharp(photo.bytes).metadata()
      )
      expect([format, width, height, exif]).toEqual(["jpeg", 40, 30, undefined])
      expect((yield* server.anonymous.get(path)).status).toBe(401)
      for (const role of ["admin", "device"] as const) {
        expect((yield* (yield* server.as(role)).get(path)).status).toBe(403)
      }
    })
  )

  it.live("is 404 for a patient without one", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const clinician = yield* server.as("clinician")
      const { id } = yield* Ward.admit(clinician)
      expect((yield* clinician.get(`/api/v1/patients/${id}/photo`)).status).toBe(404)
    })
  )
})
