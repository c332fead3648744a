import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Server from "./server.ts"
import * as Ward from "./ward.ts"

const clinician = Effect.gen(function* () {
  const server = yield* Server.serve()
  return { ...(yield* server.as("clinician")), server }
})

const john = { first_name: "John", last_name: "Doe", age: 55, condition: "Healthy" }

const id = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)

const admitted = Effect.gen(function* () {
  const caller = yield* clinician
  const { body } = yield* caller.post("/api/v1/patient", john)
  return { ...caller, patient: body, place: `/api/v1/patient/${body.id}` }
})

const form = {
  temperature_celsius: 36.6,
  blood_pressure_sys: 120,
  blood_pressure_dias: 80,
  body_weight: 80.5,
  height_cm: 180,
  stroke: false,
  diabetes: true
}

describe("POST /api/v1/patient", () => {
  it.live("answers 201 with the same and an id, and is the canonical patient", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      const created = yield* post("/api/v1/patient", john)
      expect([created.status, created.body]).toEqual([201, { id, ...john }])
      expect(created.headers.get("location")).toBe(`/api/v1/patient/${created.body.id}`)
      const found = yield* get(created.headers.get("location") ?? "")
      expect([found.status, found.body]).toEqual([200, { ...created.body, measurements: [] }])
      const { body } = yield* get(`/api/v1/patients/${created.body.id}`)
      expect(body).toMatchObject({
        givenName: "John",
        familyName: "Doe",
        ageYears: 55,
        conditions: ["Healthy"]
      })
    })
  )

  it.live("joins the conditions of a canonical patient, however long they are", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const conditions = ["asthma".repeat(80), "COPD".repeat(100)]
      const { id } = yield* Ward.admit(caller, { conditions })
      const found = yield* caller.get(`/api/v1/patient/${id}`)
      expect([found.status, found.body.condition]).toEqual([200, conditions.join("; ")])
    })
  )

  it.live("takes no condition as none, and names every wrong field", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      const healthy = yield* post("/api/v1/patient", { ...john, condition: "" })
      expect([healthy.status, healthy.body.condition]).toEqual([201, ""])
      const nul = yield* post("/api/v1/patient", { ...john, condition: "a\u0000" })
      expect([nul.status, Server.problems(nul)]).toEqual([422, ["condition: pattern"]])
      const refused = yield* post("/api/v1/patient", {
        first_name: "J0hn",
        age: "55",
        condition: 7
      })
      expect([refused.status, Server.problems(refused)]).toEqual([
        422,
        ["first_name: pattern", "last_name: missing", "age: type", "condition: type"]
      ])
    })
  )
})

describe("GET /api/v1/patient/{id}", () => {
  it.live("has the latest of each vital, and no age where none is known", () =>
    Effect.gen(function* () {
      const { get, post, patient, place, server } = yield* admitted
      yield* post(`${place}/measurements`, { temperature_celsius: 39, stroke: true })
      yield* post(`${place}/measurements`, { temperature_celsius: 37.5 })
      const { body } = yield* get(place)
      expect(body.measurements).toEqual([
        {
          id,
          patient_id: patient.id,
          created_at: expect.stringMatching(/Z$/),
          temperature_celsius: 37.5,
          vital: "temperature",
          value: 37.5,
          unit: "Cel"
        },
        {
          id,
          patient_id: patient.id,
          created_at: expect.stringMatching(/Z$/),
          stroke: true,
          vital: "stroke",
          value: "yes"
        }
      ])
      const registered = yield* server.anonymous.post("/api/v1/registrations", yield* Ward.form())
      const ageless = yield* get(`/api/v1/patient/${registered.body.id}`)
      expect([ageless.status, ageless.body.age]).toEqual([200, null])
      expect((yield* get(`/api/v1/patient/${Server.absent}`)).status).toBe(404)
      expect((yield* get("/api/v1/patient/1")).status).toBe(404)
    })
  )
})

describe("POST /api/v1/patient/{id}/measurements", () => {
  it.live("answers 201 with the same, an id, the patient and the time", () =>
    Effect.gen(function* () {
      const { get, post, patient, place } = yield* admitted
      const stored = yield* post(`${place}/measurements`, form)
      expect([stored.status, stored.body]).toEqual([
        201,
        { id, patient_id: patient.id, created_at: expect.stringMatching(/Z$/), ...form }
      ])
      expect((yield* get("/api/v1/measurements/list")).body).toEqual([stored.body])
      const { body } = yield* get(`/api/v1/patients/${patient.id}/measurements`)
      expect(new Set(body.items.map(({ panel }: { panel: string }) => panel))).toEqual(
        new Set([stored.body.id])
      )
    })
  )

  it.live("stores nothing of a form with a fault, and names its fields", () =>
    Effect.gen(function* () {
      const { get, post, place } = yield* admitted
      const impossible = yield* post(`${place}/measurements`, {
        ...form,
        temperature_celsius: 99,
        height_cm: 3
      })
      expect([impossible.status, Server.problems(impossible)]).toEqual([
        422,
        ["temperature_celsius: range", "height_cm: range"]
      ])
      const pressure = yield* post(`${place}/measurements`, {
        blood_pressure_sys: 80,
        blood_pressure_dias: 120
      })
      expect([pressure.status, Server.problems(pressure)]).toEqual([
        422,
        ["blood_pressure_sys: range", "blood_pressure_dias: range"]
      ])
      const wrong = yield* post(`${place}/measurements`, {
        body_weight: "80 kg",
        height_cm: null,
        stroke: "no",
        diabetes: 2
      })
      expect([wrong.status, Server.problems(wrong)]).toEqual([
        422,
        ["body_weight: type", "height_cm: type", "stroke: enum", "diabetes: enum"]
      ])
      const empty = yield* post(`${place}/measurements`, {})
      expect([empty.status, Server.problems(empty)]).toEqual([422, [": missing"]])
      expect((yield* get("/api/v1/measurements/list")).body).toEqual([])
    })
  )

  it.live("reads 0 and 1 as the flags they were, and is 404 without the patient", () =>
    Effect.gen(function* () {
      const { post, place } = yield* admitted
      const stored = yield* post(`${place}/measurements`, { stroke: 1, diabetes: 0 })
      expect(stored.body).toMatchObject({ stroke: true, diabetes: false })
      const path = `/api/v1/patient/${Server.absent}/measurements`
      expect((yield* post(path, form)).status).toBe(404)
    })
  )
})

describe("the lists", () => {
  for (const method of ["GET", "POST"]) {
    it.live(`of patients are a bare array by ${method}, with a link to the next`, () =>
      Effect.gen(function* () {
        const { send, post } = yield* clinician
        for (const age of [1, 2, 3]) yield* post("/api/v1/patient", { ...john, age })
        const ages = ({ body }: Server.Answer) => body.map(({ age }: { age: number }) => age)
        const all = yield* send(method, "/api/v1/patient/list")
        expect([all.status, ages(all), all.headers.get("link")]).toEqual([200, [1, 2, 3], null])
        const first = yield* send(method, "/api/v1/patient/list?limit=2")
        const next = /^<(\/api\/v1\/patient\/list\?limit=2&cursor=[^>]+)>; rel="next"$/.exec(
          first.headers.get("link") ?? ""
        )
        const rest = yield* send(method, next?.[1] ?? "")
        expect([ages(first), ages(rest), rest.headers.get("link")]).toEqual([[1, 2], [3], null])
        const refused = yield* send(method, "/api/v1/patient/list?limit=1001")
        expect([refused.status, Server.problems(refused)]).toEqual([422, ["limit: range"]])
      })
    )

    it.live(`of measurements are whole forms by ${method}, with a link to the next`, () =>
      Effect.gen(function* () {
        const { send, post, patient, place } = yield* admitted
        const sent: Array<unknown> = []
        for (const body_weight of [70, 71]) {
          const { body } = yield* post(`${place}/measurements`, { body_weight, height_cm: 180 })
          sent.push(body)
        }
        const alone = yield* post(`/api/v1/patients/${patient.id}/measurements`, Ward.pulse(80))
        sent.push({
          id: alone.body.id,
          patient_id: patient.id,
          created_at: alone.body.receivedAt
        })
        expect((yield* send(method, "/api/v1/measurements/list")).body).toEqual(sent)
        const seen: Array<unknown> = []
        let path = "/api/v1/measurements/list?limit=1"
        while (path !== "") {
          const { body, headers } = yield* send(method, path)
          seen.push(...body)
          path = /^<([^>]+)>; rel="next"$/.exec(headers.get("link") ?? "")?.[1] ?? ""
        }
        expect(seen).toEqual(sent)
      })
    )
  }

  it.live("have at most 1,000 where no limit is named", () =>
    Effect.gen(function* () {
      const { get, post, patient, send } = yield* admitted
      const rows = Array.from({ length: 1_001 }, (_, day) =>
        Ward.pulse(80, new Date(Date.UTC(2000, 0, day + 1)).toISOString())
      )
      yield* post(`/api/v1/patients/${patient.id}/measurements`, rows)
      const { body, headers } = yield* get("/api/v1/measurements/list")
      expect([body.length, headers.get("link")]).toEqual([
        1_000,
        expect.stringMatching(/^<\/api\/v1\/measurements\/list\?limit=1000&cursor=/)
      ])
      const lines = rows.map((_, index) => `${index},John,Doe,55,Healthy`)
      const csv = { "content-type": "text/csv" }
      yield* send("POST", "/api/v1/patients/import", Ward.roster(...lines), csv)
      const patients = yield* get("/api/v1/patient/list")
      expect([patients.body.length, patients.headers.has("link")]).toEqual([1_000, true])
    })
  )
})

describe("POST …/delete/{id}", () => {
  it.live("removes a patient, and is 404 then", () =>
    Effect.gen(function* () {
      const { get, post, patient, place } = yield* admitted
      const path = `/api/v1/patient/delete/${patient.id}`
      const gone = yield* post(path)
      expect([gone.status, gone.body]).toEqual([200, { id: patient.id, deleted: true }])
      expect((yield* get(place)).status).toBe(404)
      expect((yield* post(path)).status).toBe(404)
    })
  )

  it.live("removes a form with all that came in it, or a measurement that came alone", () =>
    Effect.gen(function* () {
      const { get, post, patient, place } = yield* admitted
      const canonical = `/api/v1/patients/${patient.id}/measurements`
      const { body: stored } = yield* post(`${place}/measurements`, form)
      const { body: alone } = yield* post(canonical, Ward.pulse(80))
      for (const { id } of [stored, alone]) {
        const gone = yield* post(`/api/v1/measurements/delete/${id}`, "")
        expect([gone.status, gone.body]).toEqual([200, { id, deleted: true }])
        expect((yield* post(`/api/v1/measurements/delete/${id}`)).status).toBe(404)
      }
      expect((yield* get(canonical)).body.items).toEqual([])
    })
  )
})
