import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import { Api } from "../../src/Api.ts"
import * as Server from "./server.ts"
import * as Ward from "./ward.ts"

const clinician = Effect.gen(function* () {
  const server = yield* Server.serve()
  return { ...(yield* server.as("clinician", "admin")), server }
})

describe("a path or a method that is not there", () => {
  it.live("is 404, or 405 with the methods there are", () =>
    Effect.gen(function* () {
      const { send } = yield* clinician
      const of = (method: string, path: string) =>
        Effect.map(send(method, path), ({ status, headers }) => [status, headers.get("allow")])
      expect(yield* of("GET", "/nowhere")).toEqual([404, null])
      expect(yield* of("GET", "/api/v1/patients/x/y")).toEqual([404, null])
      expect(yield* of("GET", "/api/v1/patients/")).toEqual([200, null])
      expect(yield* of("GET", "/api/v1/token")).toEqual([405, "POST, OPTIONS"])
      expect(yield* of("PUT", "/api/v1/patients")).toEqual([405, "GET, POST, HEAD, OPTIONS"])
      expect(yield* of("POST", `/api/v1/patients/${Server.absent}`)).toEqual([
        405,
        "GET, PATCH, DELETE, HEAD, OPTIONS"
      ])
      expect(yield* of("DELETE", "/ecg/process")).toEqual([405, "GET, POST, HEAD, OPTIONS"])
      expect(yield* of("GET", "/pump-1/adjust")).toEqual([405, "POST, OPTIONS"])
      expect(yield* of("POST", "/docs")).toEqual([405, "GET, HEAD, OPTIONS"])
      expect(yield* of("OPTIONS", "/api/v1/patients")).toEqual([204, "GET, POST, HEAD, OPTIONS"])
    })
  )

  it.live("is answered to HEAD as to GET, without a body", () =>
    Effect.gen(function* () {
      const { send, get } = yield* clinician
      for (const path of ["/api/v1/patients", "/livez", "/ecg/none", "/none/weights", "/nowhere"]) {
        const head = yield* send("HEAD", path)
        expect([path, head.status, head.text]).toEqual([path, (yield* get(path)).status, ""])
      }
    })
  )

  it.live("is never a fault of ours, however broken the path is", () =>
    Effect.gen(function* () {
      const { get } = yield* clinician
      for (const path of ["/%ZZ/weights", "/ecg/%E0%A4%A", "/ecg/%00", "/api/v1/ecgs/%0A%00"]) {
        expect([path, (yield* get(path)).status]).toEqual([path, 404])
      }
    })
  )
})

describe("a body", () => {
  const withJson: ReadonlyArray<readonly [string, string, string]> = (() => {
    const found: Array<readonly [string, string, string]> = []
    HttpApi.reflect(Api, {
      onGroup: () => {},
      onEndpoint: ({ group, endpoint }) => {
        if (!endpoint.payload.has("application/json")) return
        // A task is one of a few names; of any other there is nothing, whatever the body says.
        const named = endpoint.path.replace(":task", "deterioration")
        const path = named.replaceAll(/:\w+/g, Server.absent)
        found.push([`${group.identifier}.${endpoint.identifier}`, endpoint.method, path])
      }
    })
    return found
  })()

  it.live("of JSON that cannot be parsed, or none at all, is 400 wherever one is needed", () =>
    Effect.gen(function* () {
      const { send } = yield* clinician
      expect(withJson.length).toBeGreaterThan(15)
      for (const [name, method, path] of withJson) {
        for (const body of ["{", '{"a":}', "", "NaN", "\u0000"]) {
          const { status } = yield* send(method, path, body, { "if-match": '"1"' })
          expect([name, body, status]).toEqual([name, body, 400])
        }
        expect([name, (yield* send(method, path)).status]).toEqual([name, 400])
      }
    })
  )

  const batches = ["measurements.record", "risks.state"]

  it.live("of JSON that is no object is 422 with one problem, wherever one is needed", () =>
    Effect.gen(function* () {
      const { send } = yield* clinician
      for (const [name, method, path] of withJson) {
        for (const body of ["1", '"text"', "null", "true", "[1]"]) {
          if (batches.includes(name) && body === "[1]") continue
          const refused = yield* send(method, path, body, { "if-match": '"1"' })
          expect([name, body, refused.status]).toEqual([name, body, 422])
          expect(refused.body.errors).toMatchObject([{ path: "" }])
        }
      }
    })
  )

  it.live("of another content type is 415", () =>
    Effect.gen(function* () {
      const { send } = yield* clinician
      for (const [name, method, path] of withJson) {
        for (const type of ["text/plain", "application/xml", "multipart/form-data; boundary=x"]) {
          const { status } = yield* send(method, path, "{}", { "content-type": type })
          expect([name, type, status]).toEqual([name, type, 415])
        }
      }
      expect((yield* send("POST", "/api/v1/registrations", "{}")).status).toBe(415)
    })
  )

  it.live("of a form that cannot be parsed is 400", () =>
    Effect.gen(function* () {
      const { send } = yield* clinician
      const type = { "content-type": "multipart/form-data; boundary=x" }
      expect((yield* send("POST", "/api/v1/registrations", "no form", type)).status).toBe(400)
    })
  )

  it.live("that is too large is 413, and an ECG may be larger than the rest", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve({ boundary: { maxBodySize: "100 kB" } })
      const { post, send } = yield* server.as("clinician")
      const padding = "x".repeat(200_000)
      expect((yield* post("/api/v1/patients", { ...Ward.ada, padding })).status).toBe(413)
      const csv = { "content-type": "text/csv" }
      expect((yield* send("POST", "/api/v1/patients/import", padding, csv)).status).toBe(413)
      for (const path of ["/api/v1/ecgs", "/ecg/process"]) {
        expect((yield* post(path, { ...Ward.ecg(), padding })).status).toBe(202)
      }
      const form = yield* Ward.form({ photo: new File([new Uint8Array(11_000_000)], "a.png") })
      expect((yield* post("/api/v1/registrations", form)).status).toBe(413)
    })
  )

  it.live("may have fields that are not known", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      const { status, body } = yield* post("/api/v1/patients", { ...Ward.ada, shoeSize: 38 })
      expect([status, "shoeSize" in body]).toEqual([201, false])
    })
  )
})

const unusual = {
  givenName: "Zwentibold7",
  familyName: "Oda#Quartus",
  birthDate: "1871-13-77",
  sex: "Zwitterion",
  email: "quartus.at.nowhere",
  phone: "0049-quartus",
  conditions: ["", "Qu\u0000artana"],
  oxygenScale: 4711,
  identifiers: [{ system: "", value: "Q\u0007-4711" }, "Q-4712"]
}

const secrets = /zwentibold|quart|zwitter|1871|4711|4712/i

describe("an answer to input that is not valid", () => {
  it.live("has every problem at once, and no value that was sent", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const refused = yield* caller.post("/api/v1/patients", unusual)
      expect([refused.status, Server.problems(refused).toSorted()]).toEqual([
        422,
        [
          "birthDate: format",
          "conditions[0]: length",
          "conditions[1]: pattern",
          "email: format",
          "familyName: pattern",
          "givenName: pattern",
          "identifiers[0].system: length",
          "identifiers[0].value: pattern",
          "identifiers[1]: type",
          "oxygenScale: enum",
          "phone: format",
          "sex: enum"
        ]
      ])
      expect(refused.text).not.toMatch(secrets)
      const { id } = yield* Ward.admit(caller)
      const patched = yield* caller.send("PATCH", `/api/v1/patients/${id}`, unusual, {
        "if-match": '"1"'
      })
      expect([patched.status, patched.body.errors.length]).toEqual([422, 12])
      expect(patched.text).not.toMatch(secrets)
    })
  )

  it.live("repeats nothing of a form, a roster, an old patient or a user either", () =>
    Effect.gen(function* () {
      const { post, send } = yield* clinician
      const form = yield* Ward.form({
        givenName: "Zwentibold7",
        familyName: "Oda#Quartus",
        email: "quartus.at.nowhere",
        phoneCountryCode: "+4711",
        phoneNumber: "quartus",
        photo: new File(["quartus"], "zwentibold.png", { type: "image/png" })
      })
      const csv = { "content-type": "text/csv" }
      const line = Ward.roster("Q\u0007-4711,Zwentibold7,Oda#Quartus,4711,Qu\u0000artana")
      const taken = { user: "quartus", password: "quartana-4711", roles: ["clinician"] }
      yield* post("/api/v1/users", taken)
      const answers = [
        yield* post("/api/v1/registrations", form),
        yield* send("POST", "/api/v1/patients/import", line, csv),
        yield* post("/api/v1/patient", {
          first_name: "Zwentibold7",
          last_name: "Oda#Quartus",
          age: 4711,
          condition: "Qu\u0000artana"
        }),
        yield* post("/api/v1/users", { ...taken, roles: ["zwitterion"] }),
        yield* post("/api/v1/users", taken),
        yield* post("/api/v1/token", { user: "quartus", password: "zwentibold" }),
        yield* post("/ecg/process", Ward.ecg({ id: ["4711"], date: "quartus" }))
      ]
      expect(answers.map(({ status }) => status)).toEqual([422, 200, 422, 422, 409, 401, 422])
      for (const { text } of answers) expect(text).not.toMatch(secrets)
      const [refused] = answers
      expect(refused?.body.errors).toHaveLength(6)
    })
  )

  it.live("takes null for a wrong value, and says what was expected", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      const nothing = {
        identifiers: null,
        sex: null,
        email: null,
        ageYears: null,
        conditions: null
      }
      const refused = yield* post("/api/v1/patients", { ...Ward.ada, ...nothing })
      expect([refused.status, Server.problems(refused).toSorted()]).toEqual([
        422,
        ["ageYears: type", "conditions: type", "email: type", "identifiers: type", "sex: enum"]
      ])
      expect(refused.body.errors).toContainEqual(
        expect.objectContaining({ path: "identifiers", expected: "an array" })
      )
    })
  )

  it.live("has 100 problems and counts the rest", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      const values = Array.from({ length: 150 }, () => "?")
      const { status, body } = yield* post("/s/fit", { values })
      expect([status, body.errors.length, body.omitted]).toEqual([422, 100, 50])
    })
  )

  it.live("names a parameter of the query that is given twice", () =>
    Effect.gen(function* () {
      const refused = yield* (yield* clinician).get("/api/v1/patients?limit=1&limit=2")
      expect([refused.status, Server.problems(refused)]).toEqual([422, ["limit: type"]])
    })
  )
})
