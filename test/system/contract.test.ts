/**
 * Every request of the replaced systems' documents, sent to the example server as a process of its
 * own, on the embedded database and with its own worker; and the traps their solutions fell into.
 */
import { expect, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readFileSync } from "node:fs"
import * as Caller from "./caller.ts"
import * as Inbox from "./inbox.ts"
import * as Processes from "./processes.ts"

class Ward extends Context.Service<
  Ward,
  {
    readonly server: Processes.Server
    readonly inbox: Inbox.Inbox
    readonly admin: Caller.Caller
    readonly clinician: Caller.Caller
    readonly device: Caller.Caller
  }
>()("test/Ward") {
  static readonly layer = Layer.effect(
    this,
    Effect.gen(function* () {
      const inbox = yield* Inbox.open()
      const server = yield* Processes.server({
        BEDSIDE_DATA_DIR: yield* Processes.directory,
        SMTP_URL: inbox.url
      })
      const admin = yield* server.as("admin")
      const clinician = yield* server.as("clinician")
      const device = yield* server.as("monitor-1")
      return { server, inbox, admin, clinician, device }
    })
  )
}

/** The problems of an answer, each as `path: code`. */
const problems = ({ body }: Caller.Answer): ReadonlyArray<string> =>
  body.errors.map(({ path, code }: Record<string, string>) => `${path}: ${code}`)

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const photo = readFileSync(new URL("../../examples/data/photo.png", import.meta.url))

const registration = (fields: Record<string, string>, picture: Uint8Array<ArrayBuffer> = photo) => {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  data.append("photo", new File([picture], "photo.jpg", { type: "image/jpeg" }))
  return data
}

layer(Ward.layer, { excludeTestServices: true, timeout: "60 seconds" })("as a process", (it) => {
  it.effect("the server answers for itself", () =>
    Effect.gen(function* () {
      const { server, admin, clinician } = yield* Ward
      expect((yield* server.anyone.get("/livez")).body).toEqual({ status: "ok" })
      expect((yield* server.anyone.get("/readyz")).body).toEqual({ status: "ready" })
      expect((yield* server.anyone.get("/openapi.json")).body.openapi).toBe("3.1.0")
      for (const path of ["/docs", "/api/v1/patient/docs", "/api/v1/measures/docs"]) {
        const { status, headers, text } = yield* server.anyone.get(path)
        expect([path, status]).toEqual([path, 200])
        expect(headers.get("content-type")).toContain("text/html")
        // A page that loads anything from elsewhere is blank in a network without a way out.
        expect(text).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)="https?:/)
      }
      const metrics = yield* admin.get("/metrics")
      expect(metrics.text).toMatch(/^# TYPE bedside_jobs_handled_total counter$/m)
      expect((yield* clinician.get("/metrics")).status).toBe(403)
      expect((yield* server.anyone.get("/metrics")).status).toBe(401)
    })
  )

  it.effect("POST /token and POST /user: roles, and who may give them", () =>
    Effect.gen(function* () {
      const { server, admin, clinician } = yield* Ward
      const ada = { user: "ada", password: "analytical engine" }
      const opened = yield* admin.post("/user", ada)
      expect([opened.status, opened.body]).toEqual([
        201,
        { id: expect.stringMatching(uuid), user: "ada", roles: ["user"] }
      ])
      expect((yield* admin.post("/user", ada)).status).toBe(409)
      const both = { user: "grace", password: "nanoseconds", roles: ["user", "admin"] }
      expect((yield* admin.post("/user", both)).body.roles).toEqual(["user", "admin"])
      expect((yield* clinician.post("/user", { ...ada, user: "eve" })).status).toBe(403)
      expect((yield* server.anyone.post("/user", { ...ada, user: "eve" })).status).toBe(401)

      const token = yield* server.anyone.post("/token", ada)
      expect([token.status, token.body]).toEqual([
        200,
        { access_token: expect.any(String), token_type: "bearer", expires_in: expect.any(Number) }
      ])
      const wrong = yield* server.anyone.post("/token", { ...ada, password: "difference engine" })
      expect([wrong.status, wrong.body.status]).toEqual([401, 401])
    })
  )

  it.effect("POST /ecg/process and GET /ecg/{id}: queued, then the crossings of each lead", () =>
    Effect.gen(function* () {
      const { clinician } = yield* Ward
      const lead = (name: string, signal: ReadonlyArray<number>, number_of_samples?: number) => ({
        name,
        signal,
        ...(number_of_samples === undefined ? {} : { number_of_samples })
      })
      const sent = { id: 10, date: "2026-03-01T08:30:00", leads: [lead("I", [1, -1, 1], 3)] }
      const queued = yield* clinician.post("/ecg/process", sent)
      expect([queued.status, queued.body]).toEqual([202, { id: "10", status: "queued" }])
      const completed = ({ body }: Caller.Answer) => body.status !== "queued"
      const read = yield* Caller.eventually(clinician.get("/ecg/10"), completed)
      expect([read.status, read.body]).toEqual([
        200,
        { id: "10", status: "completed", leads: [{ I: { zero_crossings: 2 } }] }
      ])

      // The signals on which the public solutions disagree, and all names that leads have.
      const leads = [
        lead("I", [-1, 0, 1]),
        lead("II", [-1, 0, -1]),
        lead("III", [0, 0, 0]),
        lead("aVR", [5, 0, 0, -3, 0, 2]),
        lead("aVL", [7]),
        lead("aVF", [1, 1, 1]),
        ...["V1", "V2", "V3", "V4", "V5", "V6"].map((name) => lead(name, [1, -1]))
      ]
      const twelve = { id: "twelve", date: "2026-03-01", leads }
      expect((yield* clinician.post("/ecg/process", twelve)).status).toBe(202)
      const counted = yield* Caller.eventually(clinician.get("/ecg/twelve"), completed)
      const counts = counted.body.leads.map((it: Record<string, { zero_crossings: number }>) =>
        Object.entries(it).map(([name, { zero_crossings }]) => `${name} ${zero_crossings}`)
      )
      expect(counts.flat().join(", ")).toBe(
        "I 1, II 0, III 0, aVR 2, aVL 0, aVF 0, V1 1, V2 1, V3 1, V4 1, V5 1, V6 1"
      )

      expect((yield* clinician.post("/ecg/process", twelve)).status).toBe(202)
      const other = { ...twelve, leads: [lead("I", [1])] }
      expect((yield* clinician.post("/ecg/process", other)).status).toBe(409)
      const bad = {
        id: "bad",
        date: "2026-03-01",
        leads: [lead("I", [1, -1], 3), lead("I", [1]), lead("II", [])]
      }
      const refused = yield* clinician.post("/ecg/process", bad)
      expect([refused.status, problems(refused)]).toEqual([
        422,
        ["leads[0].number_of_samples: length", "leads[1].name: unique", "leads[2].signal: length"]
      ])
      const fraction = { ...bad, leads: [lead("I", [0.5])] }
      expect((yield* clinician.post("/ecg/process", fraction)).status).toBe(422)
      expect((yield* clinician.get("/ecg/bad")).status).toBe(404)
    })
  )

  it.effect("an ECG is its sender's alone, and no administrator's", () =>
    Effect.gen(function* () {
      const { server, admin, clinician, device } = yield* Ward
      const own = { id: "own", date: "2026-03-01", leads: [{ name: "I", signal: [1, -1] }] }
      expect((yield* clinician.post("/ecg/process", own)).status).toBe(202)
      expect((yield* device.get("/ecg/own")).status).toBe(404)
      expect((yield* device.post("/ecg/process", own)).status).toBe(202)
      expect((yield* admin.get("/ecg/own")).status).toBe(403)
      expect((yield* admin.post("/ecg/process", own)).status).toBe(403)
      expect((yield* server.anyone.get("/ecg/own")).status).toBe(401)
      expect((yield* server.anyone.post("/ecg/process", own)).status).toBe(401)
    })
  )

  it.effect("POST /{sensor_id}/fit, predict, adjust and GET weights: the golden values", () =>
    Effect.gen(function* () {
      const { clinician, device } = yield* Ward
      const fit = (values: ReadonlyArray<number | null>) =>
        clinician.post("/pump-7/fit", { values })
      const predict = (value: number) =>
        Effect.map(clinician.post("/pump-7/predict", { value }), ({ text }) => text)
      const adjust = Effect.map(clinician.post("/pump-7/adjust"), ({ body }) => body)
      expect((yield* clinician.get("/pump-7/weights")).status).toBe(404)
      expect((yield* clinician.post("/pump-7/predict", { value: 1 })).status).toBe(404)
      expect((yield* clinician.post("/pump-7/adjust")).status).toBe(404)

      const std = 2.3804761428476167
      const golden = yield* fit([10, 5, 6, 9])
      expect([golden.status, golden.body]).toEqual([200, { mean: 7.5, std, count: 4 }])
      expect((yield* device.get("/pump-7/weights")).body).toEqual({ mean: 7.5, std })
      expect(yield* predict(10)).toBe("false")
      expect(yield* predict(12.260952285695232)).toBe("true")
      expect(yield* predict(12.26095228569523)).toBe("false")
      expect(yield* adjust).toEqual({ mean: 8.25, std })
      expect(yield* predict(13)).toBe("false")
      expect(yield* predict(13.010952285695232)).toBe("true")
      expect(yield* adjust).toEqual({ mean: 9.075, std })

      // Fitting again replaces what was there, and a missing reading is no reading.
      expect((yield* fit([1, null, 3])).body).toEqual({ mean: 2, std: Math.SQRT2, count: 2 })
      for (const values of [[], [4], [null, 4]]) {
        const refused = yield* fit(values)
        expect([refused.status, problems(refused)]).toEqual([422, ["values: length"]])
        const got = values.filter((it) => it !== null).length
        expect(refused.body.errors[0].expected).toBe(`at least 2 finite values, got ${got}`)
      }
      expect((yield* device.get("/pump-7/weights")).body.mean).toBe(2)
    })
  )

  it.effect("/api/v1/patient: a patient with id, list, latest measurements and removal", () =>
    Effect.gen(function* () {
      const { clinician } = yield* Ward
      // A space and an equals sign broke the messages between the replaced services.
      const john = { first_name: "John", last_name: "O'Doe", age: 55, condition: "pH = 7 = fine" }
      const admitted = yield* clinician.post("/api/v1/patient", john)
      const { id } = admitted.body
      expect([admitted.status, admitted.body]).toEqual([
        201,
        { id: expect.stringMatching(uuid), ...john }
      ])
      const path = `/api/v1/patient/${id}`
      expect(admitted.headers.get("location")).toBe(path)

      const form = {
        temperature_celsius: 38.5,
        blood_pressure_sys: 150,
        blood_pressure_dias: 95,
        body_weight: 82.5,
        height_cm: 181,
        stroke: false,
        diabetes: true
      }
      const recorded = yield* clinician.post(`${path}/measurements`, form)
      expect([recorded.status, recorded.body]).toEqual([
        201,
        { id: expect.any(String), patient_id: id, created_at: expect.any(String), ...form }
      ])
      const later = yield* clinician.post(`${path}/measurements`, { temperature_celsius: 37 })
      expect(later.status).toBe(201)

      const found = yield* clinician.get(path)
      expect(found.body).toMatchObject({ id, ...john })
      const latest = new Map(
        found.body.measurements.map((it: { vital: string; value: unknown }) => [it.vital, it.value])
      )
      expect(Object.fromEntries(latest)).toEqual({
        temperature: 37,
        "systolic-pressure": 150,
        "diastolic-pressure": 95,
        weight: 82.5,
        height: 181,
        stroke: "no",
        diabetes: "yes"
      })

      for (const list of [clinician.get, (at: string) => clinician.post(at)]) {
        const patients = yield* list("/api/v1/patient/list?limit=1000")
        expect(patients.body).toContainEqual({ id, ...john })
        const forms = yield* list("/api/v1/measurements/list?limit=1000")
        expect(forms.body).toContainEqual(recorded.body)
        const short = yield* list("/api/v1/patient/list?limit=1")
        expect(short.body).toHaveLength(1)
        const next = /^<([^>]+)>; rel="next"$/.exec(short.headers.get("link") ?? "")?.[1] ?? ""
        expect((yield* list(next)).body[0].id).not.toBe(short.body[0].id)
      }

      const gone = yield* clinician.post(`/api/v1/measurements/delete/${recorded.body.id}`)
      expect([gone.status, gone.body]).toEqual([200, { id: recorded.body.id, deleted: true }])
      expect((yield* clinician.get(path)).body.measurements).toHaveLength(1)
      const deleted = yield* clinician.post(`/api/v1/patient/delete/${id}`)
      expect([deleted.status, deleted.body]).toEqual([200, { id, deleted: true }])
      for (const [method, at] of [
        ["GET", path],
        ["POST", `/api/v1/patient/delete/${id}`],
        ["POST", `/api/v1/measurements/delete/${later.body.id}`]
      ] as const) {
        const absent = yield* Effect.promise(() => clinician.send(method, at))
        expect([at, absent.status]).toEqual([at, 404])
      }
      expect((yield* clinician.post(`${path}/measurements`, form)).status).toBe(404)
    })
  )

  it.effect("every wrong field is in one answer, and no value of a person", () =>
    Effect.gen(function* () {
      const { server, clinician, device, admin } = yield* Ward
      const wrong = { first_name: "R2D2", last_name: "", age: -1, condition: "Healthy" }
      const patient = yield* clinician.post("/api/v1/patient", wrong)
      expect([patient.status, problems(patient).map((it) => it.split(":")[0])]).toEqual([
        422,
        ["first_name", "last_name", "age"]
      ])
      expect(patient.text).not.toContain("R2D2")

      const { body } = yield* clinician.get("/api/v1/patient/list?limit=1")
      const path = `/api/v1/patient/${body[0].id}/measurements`
      const pressures = { blood_pressure_sys: 80, blood_pressure_dias: 120, body_weight: 8_000 }
      const values = yield* clinician.post(path, pressures)
      expect([values.status, problems(values).map((it) => it.split(":")[0])]).toEqual([
        422,
        expect.arrayContaining(["body_weight"])
      ])
      expect((yield* clinician.post(path, {})).status).toBe(422)
      expect((yield* clinician.post(path, '{"height_cm": ')).status).toBe(400)
      const text = { "content-type": "text/plain" }
      expect((yield* clinician.post(path, "height", text)).status).toBe(415)
      expect((yield* clinician.get("/nowhere")).status).toBe(404)
      const removal = yield* Effect.promise(() => clinician.send("DELETE", "/token"))
      expect([removal.status, removal.headers.get("allow")]).toEqual([405, "POST, OPTIONS"])
      for (const [caller, status] of [
        [server.anyone, 401],
        [admin, 403],
        [device, 403]
      ] as const) {
        expect((yield* caller.get("/api/v1/patient/list")).status).toBe(status)
      }
    })
  )

  it.effect("the documented patients.csv is imported row by row", () =>
    Effect.gen(function* () {
      const { clinician } = yield* Ward
      const csv =
        "patient_id,first_name,last_name,age,condition\n1,John,Doe,55,Healthy\n2,,Doe,x,\n"
      const type = { "content-type": "text/csv" }
      const first = yield* clinician.post("/api/v1/patients/import", csv, type)
      expect(first.body.map((it: { status: string }) => it.status)).toEqual(["created", "refused"])
      const { id } = first.body[0]
      const again = yield* clinician.post("/api/v1/patients/import", csv, type)
      expect(again.body.map((it: { status: string }) => it.status)).toEqual(["refused", "refused"])

      const found = yield* clinician.get(`/api/v1/patients/${id}`)
      const change = (version: string) =>
        Effect.promise(() =>
          clinician.send(
            "PATCH",
            `/api/v1/patients/${id}`,
            { conditions: ["Flu"] },
            {
              "if-match": version
            }
          )
        )
      const etag = found.headers.get("etag") ?? ""
      expect((yield* change(etag)).body).toMatchObject({ id, conditions: ["Flu"] })
      expect((yield* change(etag)).status).toBe(412)
    })
  )

  it.effect("a registration is answered at once and confirmed by the link in its mail", () =>
    Effect.gen(function* () {
      const { server, inbox, clinician, device, admin } = yield* Ward
      const jose = {
        givenName: "José",
        familyName: "O'Brien-Müller",
        email: "Jose@Example.org",
        phoneCountryCode: "+49",
        phoneNumber: "0151 1234 5678"
      }
      const post = (data: FormData) => server.anyone.post("/api/v1/registrations", data)
      const created = yield* post(registration(jose))
      const { id } = created.body
      expect([created.status, created.body]).toEqual([
        201,
        { id: expect.stringMatching(uuid), status: "pending" }
      ])
      const twice = yield* post(registration({ ...jose, email: "jose@example.ORG" }))
      expect(twice.status).toBe(409)

      const wrong = { ...jose, givenName: "R2D2", email: "jose", phoneNumber: "12" }
      const refused = yield* post(registration(wrong))
      const at = problems(refused).map((it) => it.split(":")[0])
      expect(refused.status).toBe(422)
      expect(new Set(at)).toEqual(new Set(["email", "givenName", "phoneNumber"]))
      const fake = { ...jose, email: "other@example.org" }
      const text = yield* post(registration(fake, new TextEncoder().encode("not a photo")))
      expect([text.status, problems(text)]).toEqual([422, ["photo: image-undecodable"]])

      const mail = yield* inbox.mailWith(id)
      const link = /https?:\S+?confirm\?token=[0-9a-f]+/.exec(
        mail.replaceAll(/=\r?\n/g, "").replaceAll("=3D", "=")
      )
      const { pathname: path, search } = new URL(link?.[0] ?? "")
      expect((yield* server.anyone.get(`${path}?token=00`)).status).toBe(404)
      for (let time = 0; time < 2; time++) {
        const confirmed = yield* server.anyone.get(path + search)
        expect([confirmed.status, confirmed.body]).toEqual([200, { id, status: "confirmed" }])
      }

      const private_ = `/api/v1/patients/${id}/photo`
      expect((yield* clinician.get(private_)).headers.get("content-type")).toBe("image/jpeg")
      expect((yield* server.anyone.get(private_)).status).toBe(401)
      expect((yield* admin.get(private_)).status).toBe(403)
      expect((yield* device.get(private_)).status).toBe(403)

      // What was said to the server is not in its log, and that a message went out is.
      const log = [...server.lines, ...server.errors].join("\n")
      expect(log).toContain("a text message would be sent")
      expect(log).not.toMatch(/José|Brien|example\.org|15112345678|analytical engine/i)
    })
  )

  it.effect("the worker scores what a monitor records, and nothing is left over", () =>
    Effect.gen(function* () {
      const { admin, clinician, device } = yield* Ward
      const details = { givenName: "Ada", familyName: "Byron", birthDate: "1950-12-10" }
      const { body: patient } = yield* clinician.post("/api/v1/patients", details)
      const path = `/api/v1/patients/${patient.id}`
      const observedAt = new Date().toISOString()
      const readings = [
        { vital: "respiratory-rate", value: 26, unit: "/min" },
        { vital: "oxygen-saturation", value: 91, unit: "%" },
        { vital: "oxygen-device", value: "nasal-cannula" },
        { vital: "systolic-pressure", value: 98, unit: "mm[Hg]" },
        { vital: "heart-rate", value: 118, unit: "/min" },
        { vital: "consciousness", value: "alert" },
        { vital: "temperature", value: 102.7, unit: "[degF]" }
      ].map((it) => ({ ...it, observedAt }))
      const recorded = yield* device.post(`${path}/measurements`, readings)
      expect(recorded.body.map((it: { status: string }) => it.status)).toEqual(
        readings.map(() => "created")
      )
      const assessed = yield* Caller.eventually(
        clinician.get(`${path}/assessments/latest`),
        ({ status }) => status === 200
      )
      expect(assessed.body).toMatchObject({ score: "news2", total: 14, band: "high", missing: [] })

      const idle = ({ body }: Caller.Answer) =>
        body.counts.every(({ state }: { state: string }) => state === "completed")
      yield* Caller.eventually(admin.get("/api/v1/jobs?limit=1"), idle)
      expect((yield* admin.get("/api/v1/jobs/dead")).body).toEqual({ items: [], next: null })
      expect((yield* clinician.get("/api/v1/jobs")).status).toBe(403)
    })
  )
})
