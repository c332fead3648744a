import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Server from "./server.ts"
import * as Ward from "./ward.ts"

const clinician = Effect.gen(function* () {
  const server = yield* Server.serve()
  return { ...(yield* server.as("clinician")), server }
})

const base64 = (samples: ReadonlyArray<number>) =>
  Buffer.from(Int16Array.from(samples).buffer).toString("base64")

describe("POST /api/v1/ecgs", () => {
  it.live("answers 202 at once with the place to look, and is completed by the worker", () =>
    Effect.gen(function* () {
      const { post, get, server } = yield* clinician
      const sent = yield* post("/api/v1/ecgs", {
        id: "10",
        date: "2026-03-01T10:00:00+01:00",
        samplingRate: 360,
        gain: 200,
        baseline: 1024,
        leads: [
          { name: "I", numberOfSamples: 3, signal: [1, -1, 1] },
          { name: "II", signalBase64: base64([5, 0, 0, -3, 0, 2]) },
          { name: "V1", signal: [-2147483648, 2147483647] }
        ]
      })
      expect([sent.status, sent.body]).toEqual([202, { id: "10", status: "queued" }])
      expect(sent.headers.get("location")).toBe("/api/v1/ecgs/10")
      const header = {
        id: "10",
        date: "2026-03-01T10:00:00+01:00",
        samplingRate: 360,
        gain: 200,
        baseline: 1024,
        leads: [
          { name: "I", numberOfSamples: 3 },
          { name: "II", numberOfSamples: 6 },
          { name: "V1", numberOfSamples: 2 }
        ],
        receivedAt: expect.stringMatching(/Z$/)
      }
      const queued = yield* get("/api/v1/ecgs/10")
      expect([queued.status, queued.headers.get("retry-after")]).toEqual([200, "1"])
      expect(queued.body).toEqual({ ...header, status: "queued", metrics: [] })
      yield* server.work
      const completed = yield* get("/api/v1/ecgs/10")
      expect([completed.status, completed.headers.get("retry-after")]).toEqual([200, null])
      const crossings = (lead: string, value: number) => ({
        name: "zero-crossings",
        version: "1",
        parameters: { definition: "sign-change" },
        lead,
        value
      })
      const { metrics, ...others } = completed.body
      expect(others).toEqual({ ...header, status: "completed" })
      const named = (name: string) =>
        metrics.filter((metric: { readonly name: string }) => metric.name === name)
      expect(named("zero-crossings")).toEqual([
        crossings("I", 2),
        crossings("II", 2),
        crossings("V1", 1)
      ])
      expect(named("heart-rate").at(-1)).toEqual({
        name: "heart-rate",
        version: "1",
        unit: "/min",
        parameters: expect.any(Object),
        error: "no readable lead"
      })
    })
  )

  it.live("answers the same content as the first time, and another with 409", () =>
    Effect.gen(function* () {
      const { post, server } = yield* clinician
      const first = yield* post("/api/v1/ecgs", Ward.ecg())
      yield* server.work
      const again = yield* post("/api/v1/ecgs", Ward.ecg({ id: 10 }))
      expect([again.status, again.body, again.headers.get("location")]).toEqual([
        first.status,
        first.body,
        first.headers.get("location")
      ])
      const packed = [{ name: "I", signalBase64: base64([1, -1, 1]) }]
      expect((yield* post("/api/v1/ecgs", Ward.ecg({ leads: packed }))).status).toBe(202)
      for (const other of [
        { date: "2026-03-02" },
        { gain: 200 },
        { leads: [{ name: "I", signal: [1, -1, 2] }] },
        { leads: [{ name: "II", signal: [1, -1, 1] }] }
      ]) {
        const refused = yield* post("/api/v1/ecgs", Ward.ecg(other))
        expect([refused.status, refused.body.code]).toEqual([409, "ecg-differs"])
      }
      const admin = yield* server.as("admin")
      const { body } = yield* admin.get("/api/v1/jobs")
      expect(body.counts).toEqual([{ kind: "analyse-ecg", state: "completed", count: 1 }])
    })
  )

  it.live("names every fault of the leads at once", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      const refused = (body: unknown) =>
        Effect.map(post("/api/v1/ecgs", body), (answer) => {
          expect(answer.status).toBe(422)
          return Server.problems(answer)
        })
      const signal = [1, -1, 1]
      expect(
        yield* refused(
          Ward.ecg({
            leads: [
              { name: "I", signal },
              { name: "I", signal: [], numberOfSamples: 0 },
              { name: "II", signal, numberOfSamples: 4 }
            ]
          })
        )
      ).toEqual([
        "leads[1].name: unique",
        "leads[1].signal: length",
        "leads[2].numberOfSamples: length"
      ])
      expect(
        yield* refused(
          Ward.ecg({
            id: "",
            date: "2026-02-30",
            samplingRate: 0,
            gain: "x",
            leads: [
              { name: "I", signal: [1, 1.5, 2] },
              { name: "II", signal: [1, "2"] },
              { name: "III", signal: [2_147_483_648] },
              { name: "aVR" },
              { name: "aVL", signal, signalBase64: "AQD//w==" },
              { name: "aVF", signalBase64: "AQD/" },
              { name: "", signal }
            ]
          })
        )
      ).toEqual([
        "id: length",
        "date: format",
        "samplingRate: range",
        "gain: type",
        "leads[0].signal[1]: type",
        "leads[1].signal[1]: type",
        "leads[2].signal[0]: type",
        "leads[3].signal: missing",
        "leads[4].signal: missing",
        "leads[5].signalBase64: format",
        "leads[6].name: length"
      ])
      expect(yield* refused(Ward.ecg({ leads: [] }))).toEqual(["leads: length"])
      expect(yield* refused({})).toEqual(["id: missing", "date: missing", "leads: missing"])
    })
  )

  it.live("gives one sensible problem for an id or a date that is none", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      for (const id of [null, 1.5, true, {}, [], "x".repeat(201)]) {
        const refused = yield* post("/api/v1/ecgs", Ward.ecg({ id }))
        expect([refused.status, refused.body.errors.length]).toEqual([422, 1])
        expect(refused.body.errors[0]).toMatchObject({
          path: "id",
          code: typeof id === "string" ? "length" : "type"
        })
      }
      for (const date of [null, 20260301, "1 March", "2026-03-01T10:00:00"]) {
        const refused = yield* post("/api/v1/ecgs", Ward.ecg({ date }))
        const code = typeof date === "string" ? "format" : "type"
        expect([refused.status, Server.problems(refused)]).toEqual([422, [`date: ${code}`]])
      }
    })
  )

  it.live("knows the patient it is of, or is 404", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const { id: patientId } = yield* Ward.admit(caller)
      expect((yield* caller.post("/api/v1/ecgs", Ward.ecg({ patientId }))).status).toBe(202)
      expect((yield* caller.get("/api/v1/ecgs/10")).body.patientId).toBe(patientId)
      const unknown = Ward.ecg({ id: "11", patientId: Server.absent })
      expect((yield* caller.post("/api/v1/ecgs", unknown)).status).toBe(404)
    })
  )

  it.live("takes half an hour of 360 Hz in one body", () =>
    Effect.gen(function* () {
      const { post, get, server } = yield* clinician
      const signal = Array.from({ length: 650_000 }, (_, i) => (i % 2 === 0 ? 1_000 : -1_000))
      const sent = yield* post("/api/v1/ecgs", Ward.ecg({ leads: [{ name: "I", signal }] }))
      expect(sent.status).toBe(202)
      yield* server.work
      const { body } = yield* get("/api/v1/ecgs/10")
      expect(body.metrics[0].value).toBe(649_999)
    })
  )
})

describe("GET /api/v1/ecgs", () => {
  it.live("shows everyone their own only: the same id is another ECG for another user", () =>
    Effect.gen(function* () {
      const { post, get, server } = yield* clinician
      const device = yield* server.as("device")
      yield* post("/api/v1/ecgs", Ward.ecg())
      expect((yield* device.get("/api/v1/ecgs/10")).status).toBe(404)
      expect((yield* device.get("/ecg/10")).status).toBe(404)
      expect((yield* device.get("/api/v1/ecgs")).body.items).toEqual([])
      const other = Ward.ecg({ leads: [{ name: "V1", signal: [0] }] })
      expect((yield* device.post("/api/v1/ecgs", other)).status).toBe(202)
      expect((yield* get("/api/v1/ecgs/10")).body.leads[0].name).toBe("I")
      expect((yield* device.get("/api/v1/ecgs/10")).body.leads[0].name).toBe("V1")
    })
  )

  it.live("lists them in the order of receipt, page by page, without samples", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      for (const id of ["c", "a", "b"]) yield* post("/api/v1/ecgs", Ward.ecg({ id }))
      const first = yield* get("/api/v1/ecgs?limit=2")
      const rest = yield* get(`/api/v1/ecgs?cursor=${first.body.next}`)
      const ids = ({ body }: Server.Answer) => body.items.map(({ id }: { id: string }) => id)
      expect([ids(first), ids(rest), rest.body.next]).toEqual([["c", "a"], ["b"], null])
      expect(Object.keys(first.body.items[0]).toSorted()).toEqual([
        "date",
        "id",
        "leads",
        "metrics",
        "receivedAt",
        "status"
      ])
    })
  )

  it.live("finds ids of any 200 characters by their path", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      for (const id of ["x".repeat(200), "€".repeat(200), "a/b?c#d%20 e", "心電図", "process"]) {
        const sent = yield* post("/api/v1/ecgs", Ward.ecg({ id }))
        expect([id, sent.status]).toEqual([id, 202])
        const found = yield* get(sent.headers.get("location") ?? "")
        expect([found.status, found.body.id]).toEqual([200, id])
        expect((yield* get(`/ecg/${encodeURIComponent(id)}`)).body.id).toBe(id)
      }
      expect((yield* get(`/api/v1/ecgs/${"x".repeat(5_000)}`)).status).toBe(404)
    })
  )
})

describe("GET /api/v1/ecgs/{id}/strip", () => {
  /** Twenty seconds of a beat a second, as sharp as a QRS complex, in units of 1/200 mV. */
  const signal = Array.from({ length: 5_000 }, (_, at) => {
    const fromPeak = (at % 250) - 125
    return Math.round(200 * Math.exp(-(fromPeak ** 2) / 20))
  })
  const leads = ["I", "II"].map((name) => ({ name, signal }))
  const ecg = Ward.ecg({ id: "a strip", samplingRate: 250, gain: 200, leads })
  const strip = "/api/v1/ecgs/a%20strip/strip"

  it.live("draws a stretch to scale, with what was found in it, before any worker came", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      yield* post("/api/v1/ecgs", ecg)
      const { status, headers, text } = yield* get(`${strip}?from=10&seconds=5&leads=II`)
      expect(status).toBe(200)
      expect(headers.get("content-type")).toBe("image/svg+xml")
      expect(text).toMatch(/^<svg [^]*<\/svg>$/)
      expect(text).toContain("25 mm/s, 10 mm/mV")
      expect(text.match(/data-lead="[^"]*"/g)).toEqual(['data-lead="II"'])
      expect(text.match(/class="beat"/g)?.length).toBe(5)
      expect((yield* get(strip)).text).toContain('data-lead="I"')
    })
  )

  it.live("draws what has no sampling rate, and what is shorter than asked for", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      yield* post("/api/v1/ecgs", Ward.ecg())
      const { status, text } = yield* get("/api/v1/ecgs/10/strip?from=100")
      expect(status).toBe(200)
      expect(text).toContain("<svg ")
    })
  )

  it.live("is shown to the one who sent the ECG only", () =>
    Effect.gen(function* () {
      const { post, get, server } = yield* clinician
      yield* post("/api/v1/ecgs", ecg)
      const device = yield* server.as("device")
      expect((yield* device.get(strip)).status).toBe(404)
      expect((yield* get("/api/v1/ecgs/none/strip")).status).toBe(404)
    })
  )

  it.live("refuses times that are none, all at once", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      yield* post("/api/v1/ecgs", ecg)
      const refused = yield* get(`${strip}?from=-1&seconds=61`)
      expect(refused.status).toBe(422)
      expect(Server.problems(refused)).toEqual(["from: range", "seconds: range"])
      for (const from of ["", "x", "NaN", "Infinity"]) {
        expect((yield* get(`${strip}?from=${from}`)).status).toBe(422)
      }
    })
  )
})

describe("GET /strips", () => {
  it.live("is a page that loads nothing from elsewhere", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const { status, headers, text } = yield* server.anonymous.get("/strips")
      expect(status).toBe(200)
      expect(headers.get("content-security-policy")).toContain("default-src 'none'")
      expect(text).not.toMatch(/https?:|\bsrc="|url\(/)
    })
  )
})
