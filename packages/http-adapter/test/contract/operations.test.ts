import * as Memory from "@bedside/core/Memory"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Server from "./server.ts"
import * as Ward from "./ward.ts"

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

const bounced = Effect.gen(function* () {
  const server = yield* Server.serve()
  const form = yield* Ward.form({ email: "bounce@example.org", givenName: "Zwentibold" })
  const { body } = yield* server.anonymous.post("/api/v1/registrations", form)
  yield* server.work
  return { server, admin: yield* server.as("admin"), job: `send-confirmation:${body.id}` }
})

describe("jobs", () => {
  it.live("are counted and listed newest first, without what they carry", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const clinician = yield* server.as("clinician")
      const { id } = yield* Ward.admit(clinician)
      yield* clinician.post(`/api/v1/patients/${id}/measurements`, Ward.pulse(80))
      yield* server.work
      yield* clinician.post("/api/v1/ecgs", Ward.ecg())
      const admin = yield* server.as("admin")
      const { status, body } = yield* admin.get("/api/v1/jobs?limit=1")
      expect([status, body]).toEqual([
        200,
        {
          counts: [
            { kind: "assess-patient", state: "completed", count: 1 },
            { kind: "foretell-risk", state: "completed", count: 1 },
            { kind: "analyse-ecg", state: "pending", count: 1 }
          ],
          items: [
            {
              id: expect.stringMatching(/^analyse-ecg:/),
              kind: "analyse-ecg",
              state: "pending",
              attempts: 0,
              lastFailure: null,
              createdAt: instant,
              updatedAt: instant
            }
          ],
          next: expect.any(String)
        }
      ])
      const rest = yield* admin.get(`/api/v1/jobs?cursor=${body.next}`)
      expect(rest.body.items.map(({ kind }: { kind: string }) => kind)).toEqual([
        "foretell-risk",
        "assess-patient"
      ])
      const completed = yield* admin.get("/api/v1/jobs?state=completed")
      expect(completed.body.items).toHaveLength(2)
      const neither = yield* admin.get("/api/v1/jobs?state=lost&limit=0")
      expect([neither.status, Server.problems(neither).toSorted()]).toEqual([
        422,
        ["limit: range", "state: enum"]
      ])
    })
  )

  it.live("that failed for good are dead letters, with a reason and nothing personal", () =>
    Effect.gen(function* () {
      const { admin, job } = yield* bounced
      const dead = yield* admin.get("/api/v1/jobs/dead")
      expect([dead.status, dead.body]).toEqual([
        200,
        {
          items: [
            {
              id: job,
              kind: "send-confirmation",
              state: "failed",
              attempts: 1,
              lastFailure: "JobRefused: no such mailbox",
              createdAt: instant,
              updatedAt: instant
            }
          ],
          next: null
        }
      ])
      expect(dead.text).not.toMatch(/bounce|Zwentibold|token/)
    })
  )

  it.live("are given all their attempts again, once", () =>
    Effect.gen(function* () {
      const { admin, job } = yield* bounced
      const path = `/api/v1/jobs/dead/${encodeURIComponent(job)}/requeue`
      const requeued = yield* admin.post(path)
      expect([requeued.status, requeued.body]).toEqual([200, { id: job, state: "pending" }])
      expect((yield* admin.get("/api/v1/jobs/dead")).body.items).toEqual([])
      expect((yield* admin.post(path)).status).toBe(404)
      expect((yield* admin.post("/api/v1/jobs/dead/none/requeue")).status).toBe(404)
    })
  )
})

describe("/metrics", () => {
  it.live("are in the format of Prometheus, by route and never by path", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const clinician = yield* server.as("clinician")
      const { id } = yield* Ward.admit(clinician)
      yield* clinician.get(`/api/v1/patients/${id}`)
      yield* clinician.get("/nowhere")
      const admin = yield* server.as("admin")
      const { status, headers, text } = yield* admin.get("/metrics")
      expect([status, headers.get("content-type")]).toEqual([
        200,
        "text/plain; version=0.0.4; charset=utf-8"
      ])
      expect(text).toContain("# TYPE http_request_duration_seconds histogram")
      expect(text).toMatch(
        /http_request_duration_seconds_count\{[^}]*route="\/api\/v1\/patients\/:id"[^}]*\} \d+/
      )
      expect(text).toMatch(/route="unmatched"/)
      yield* clinician.post("/api/v1/sensors/pump-1/predict", { value: 1 })
      const sensors = (yield* admin.get("/metrics")).text
      expect(sensors).toMatch(/^bedside_sensor_readings_total\{[^}]*outcome="unknown"[^}]*\} \d+/m)
      expect(sensors).not.toContain("pump-1")
      expect(text).not.toContain(id)
      expect(text).not.toContain("nowhere")
    })
  )
})

describe("/livez and /readyz", () => {
  it.live("say that the process lives and is ready", () =>
    Effect.gen(function* () {
      const { anonymous } = yield* Server.serve()
      expect((yield* anonymous.get("/livez")).body).toEqual({ status: "ok" })
      expect((yield* anonymous.get("/readyz")).body).toEqual({ status: "ready" })
    })
  )

  it.live("tell a store that is down or broken from a process that is dead", () =>
    Effect.gen(function* () {
      for (const check of [Effect.succeed(false), Effect.die(new Error("secret of the store"))]) {
        const down = Layer.succeed(Ports.Readiness, { check })
        const store = Layer.merge(Memory.layer, down)
        const { anonymous } = yield* Server.serve({ store })
        const ready = yield* anonymous.get("/readyz")
        expect([ready.status, ready.headers.get("retry-after")]).toEqual([503, "5"])
        expect(ready.text).not.toContain("secret")
        expect((yield* anonymous.get("/livez")).status).toBe(200)
      }
    })
  )
})
