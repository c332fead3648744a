import * as Patient from "@bedside/core/Patient"
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Client from "../../src/Client.ts"
import * as Problem from "../../src/Problem.ts"
import * as Server from "./server.ts"
import * as Ward from "./ward.ts"

const hospital = Effect.gen(function* () {
  const server = yield* Server.serve()
  const of = Effect.fnUntraced(function* (caller: Server.Caller) {
    const token = Redacted.make(caller.authorization?.replace("Bearer ", "") ?? "")
    return yield* Client.make({ url: server.root, token })
  })
  return {
    server,
    anonymous: yield* Client.make({ url: server.root }),
    clinician: yield* of(yield* server.as("clinician")),
    admin: yield* of(yield* server.as("admin"))
  }
})

const ada = { givenName: "Ada", familyName: "Byron", birthDate: "1990-12-10" }

const absent = Patient.PatientId.make(Server.absent)

describe("the typed client", () => {
  it.live("signs in, and opens and lists accounts", () =>
    Effect.gen(function* () {
      const { anonymous, admin } = yield* hospital
      const password = Redacted.make("long enough")
      const { user, roles } = yield* admin.users.open({
        payload: { user: "monitor.7", password, roles: ["device"] }
      })
      expect([user, roles]).toEqual(["monitor.7", ["device"]])
      const { accessToken, tokenType } = yield* anonymous.tokens.signIn({
        payload: { user, password }
      })
      expect([tokenType, accessToken.split(".").length]).toEqual(["Bearer", 3])
      const { items } = yield* admin.users.list({ query: { limit: 10 } })
      expect(items.length).toBe(3)
      const refused = yield* Effect.flip(
        anonymous.tokens.signIn({ payload: { user, password: Redacted.make("wrong") } })
      )
      expect(refused).toBeInstanceOf(Problem.Unauthorized)
      const taken = yield* Effect.flip(
        admin.users.open({ payload: { user, password, roles: ["device"] } })
      )
      expect(taken).toMatchObject({ _tag: "Conflict", code: "user-taken" })
    })
  )

  it.live("admits, changes, lists, imports and erases patients", () =>
    Effect.gen(function* () {
      const { patients } = (yield* hospital).clinician
      const { body, headers } = yield* patients.admit({ payload: ada })
      expect([headers.etag, DateTime.isDateTime(body.createdAt)]).toEqual(['"1"', true])
      const changed = yield* patients.change({
        params: { id: body.id },
        headers: { "if-match": headers.etag },
        payload: { sex: "female" }
      })
      expect(changed.body).toMatchObject({ sex: "female", version: 2 })
      const stale = yield* Effect.flip(
        patients.change({
          params: { id: body.id },
          headers: { "if-match": headers.etag },
          payload: { sex: null }
        })
      )
      expect(stale).toBeInstanceOf(Problem.PreconditionFailed)
      const outcomes = yield* patients.importRoster({ payload: Ward.roster("1,John,Doe,55,") })
      expect(outcomes.map(({ status }) => status)).toEqual(["created"])
      const page = yield* patients.list({ query: { limit: 1 } })
      expect(page.items.map(({ id }) => id)).toEqual([body.id])
      yield* patients.remove({ params: { id: body.id }, headers: {} })
      const gone = yield* Effect.flip(patients.find({ params: { id: body.id } }))
      expect(gone).toBeInstanceOf(Problem.NotFound)
      const unborn = yield* Effect.flip(
        patients.admit({ payload: { ...ada, birthDate: "2999-01-01" } })
      )
      expect(unborn).toMatchObject({ _tag: "Unprocessable", errors: [{ path: "birthDate" }] })
    })
  )

  it.live("registers with a photo, confirms, and gets the photo back", () =>
    Effect.gen(function* () {
      const { server, anonymous, clinician } = yield* hospital
      const { body, headers } = yield* anonymous.registrations.register({
        payload: yield* Ward.form()
      })
      expect(headers.location).toBe(`/api/v1/registrations/${body.id}`)
      yield* server.work
      const [notice] = server.notices
      const token = notice?._tag === "ConfirmRegistration" ? notice.token : ""
      const confirmed = yield* anonymous.registrations.confirm({
        params: { id: body.id },
        query: { token }
      })
      expect(confirmed.status).toBe("confirmed")
      const photo = yield* clinician.patients.photo({ params: { id: body.id } })
      expect(Array.from(photo.subarray(0, 3))).toEqual([0xff, 0xd8, 0xff])
      const form = yield* Ward.form({ email: "nobody", familyName: undefined })
      const refused = yield* Effect.flip(anonymous.registrations.register({ payload: form }))
      expect(refused).toMatchObject({
        _tag: "Unprocessable",
        errors: [{ path: "familyName" }, { path: "email" }]
      })
    })
  )

  it.live("records one measurement or many, reads them back, and the assessment of them", () =>
    Effect.gen(function* () {
      const { server, clinician } = yield* hospital
      const { patients, measurements, assessments } = clinician
      const { body: patient } = yield* patients.admit({ payload: ada })
      const params = { id: patient.id }
      const one = yield* measurements.record({ params, query: {}, payload: Ward.pulse(80) })
      if (!("headers" in one)) throw new Error("one reading is one record")
      expect([one.body.value, one.headers.etag]).toEqual([80, '"1"'])
      const many = yield* measurements.record({
        params,
        query: { atomic: true },
        payload: Ward.observations
      })
      expect(Array.isArray(many) && many.map(({ status }) => status)).toEqual([
        ...Array.from({ length: 5 }, () => "created"),
        "corrected",
        "created"
      ])
      const { body: corrected } = yield* measurements.correct({
        params: { id: one.body.id },
        headers: { "if-match": '"2"' },
        payload: { value: 90, unit: "/min" }
      })
      const from = DateTime.makeZonedUnsafe("2026-03-01T08:00:00Z", { timeZone: "UTC" })
      const history = yield* measurements.history({ params, query: { vital: "heart-rate", from } })
      expect(history.items).toEqual([corrected])
      const found = yield* measurements.find({ params: { id: one.body.id } })
      expect(found.body.replaced.map(({ value }) => value)).toEqual([80, 112])
      yield* server.work
      const assessed = yield* assessments.latest({ params })
      expect([assessed.score, assessed.total]).toEqual(["news2", 0])
      const nobody = yield* Effect.flip(measurements.latest({ params: { id: absent } }))
      expect(nobody).toBeInstanceOf(Problem.NotFound)
    })
  )

  it.live("sends ECGs as samples, and reads their metrics", () =>
    Effect.gen(function* () {
      const { server, clinician, admin } = yield* hospital
      const { body } = yield* clinician.ecgs.submit({
        payload: {
          id: "10",
          date: "2026-03-01",
          leads: [
            { name: "I", signal: Int16Array.of(1, -1, 1) },
            { name: "II", signalBase64: Int16Array.of(1, 1, 1) }
          ]
        }
      })
      expect(body).toEqual({ id: "10", status: "queued" })
      const queued = yield* clinician.ecgs.find({ params: { id: "10" } })
      expect(queued.headers["retry-after"]).toBe(1)
      yield* server.work
      const { items } = yield* clinician.ecgs.list({ query: {} })
      expect(items[0]?.metrics.map(({ lead, value }) => [lead, value])).toEqual([
        ["I", 2],
        ["II", 0]
      ])
      const refused = yield* Effect.flip(admin.ecgs.find({ params: { id: "10" } }))
      expect(refused).toBeInstanceOf(Problem.Forbidden)
    })
  )

  it.live("fits, asks, adjusts and looks back on sensors", () =>
    Effect.gen(function* () {
      const { sensors } = (yield* hospital).clinician
      const of = { params: { id: "pump-1" }, query: { column: "temp" } }
      const model = yield* sensors.fit({ ...of, payload: { values: [10, 5, null, 6, 9] } })
      expect([model.mean, model.column]).toEqual([7.5, "temp"])
      const { alert } = yield* sensors.predict({ ...of, payload: { value: 10 } })
      expect(alert).toBe(false)
      expect((yield* sensors.adjust(of)).mean).toBe(8.25)
      expect((yield* sensors.versions(of)).items.map(({ version }) => version)).toEqual([2, 1])
      const few = yield* Effect.flip(sensors.fit({ ...of, payload: { values: [1] } }))
      expect(few).toMatchObject({ _tag: "Unprocessable", errors: [{ path: "values" }] })
    })
  )

  it.live("watches the queue and the process", () =>
    Effect.gen(function* () {
      const { clinician, admin, anonymous } = yield* hospital
      yield* clinician.compatEcg.process({
        payload: {
          id: "10",
          date: "2026-03-01",
          leads: [{ name: "I", signal: Int16Array.of(1) }]
        }
      })
      const { counts } = yield* admin.jobs.list({ query: {} })
      expect(counts).toEqual([{ kind: "analyse-ecg", state: "pending", count: 1 }])
      const none = yield* Effect.flip(admin.jobs.requeue({ params: { id: "none" } }))
      expect(none).toBeInstanceOf(Problem.NotFound)
      expect(yield* anonymous.operations.ready()).toEqual({ status: "ready" })
      expect(yield* admin.operations.metrics()).toContain("http_request_duration_seconds")
      const stranger = yield* Effect.flip(anonymous.jobs.list({ query: {} }))
      expect(stranger).toBeInstanceOf(Problem.Unauthorized)
    })
  )

  it.live("speaks the old routes too", () =>
    Effect.gen(function* () {
      const { clinician } = yield* hospital
      const { compatPatients, compatMeasurements, compatSensors } = clinician
      const john = { first_name: "John", last_name: "Doe", age: 55, condition: "Healthy" }
      const { body } = yield* compatPatients.admit({ payload: john })
      const params = { id: body.id }
      const form = yield* compatMeasurements.record({ params, payload: { stroke: true } })
      expect(form).toMatchObject({ patient_id: body.id, stroke: true })
      const list = yield* compatMeasurements.list({ query: {} })
      expect(list.body).toEqual([form])
      expect((yield* compatPatients.find({ params })).measurements).toHaveLength(1)
      const sensor = { params: { sensor_id: "s" } }
      yield* compatSensors.fit({ ...sensor, payload: { values: [1, 2] } })
      expect(yield* compatSensors.predict({ ...sensor, payload: { value: 9 } })).toBe(true)
    })
  )

  it.live("tells a server that is not there from a problem", () =>
    Effect.gen(function* () {
      const { operations } = yield* Client.make({ url: "http://127.0.0.1:1" })
      expect(yield* Effect.flip(operations.live())).toMatchObject({ _tag: "HttpClientError" })
    })
  )
})
