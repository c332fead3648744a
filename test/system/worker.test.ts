/**
 * A worker as whoever operates it meets it: what it says of itself on its own port, while the server
 * beside it is asked nothing.
 */
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import * as Caller from "./caller.ts"
import * as Inbox from "./inbox.ts"
import * as Postgres from "./postgres.ts"
import * as Processes from "./processes.ts"

/** The value of a series, 0 where there is none. */
const valueOf = ({ text }: Caller.Answer, name: string, labels: Record<string, string>): number => {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  const line = text
    .split("\n")
    .find((each) => each.startsWith(`${name}{`) && wanted.every((it) => each.includes(it)))
  return Number(line?.split(" ").at(-1) ?? 0)
}

const variables = Effect.gen(function* () {
  return {
    DATABASE_URL: yield* Postgres.database,
    BEDSIDE_DATA_DIR: yield* Processes.directory,
    BEDSIDE_WORKER: "false"
  }
})

Postgres.live("a worker shows what it has done, that it lives and that it is ready", () =>
  Effect.gen(function* () {
    const settings = yield* variables
    // The ward leaves a job for an ECG and two for each of six patients.
    const server = yield* Processes.server(settings)
    const worker = yield* Processes.worker(settings)
    const done = (answer: Caller.Answer, kind: string) =>
      valueOf(answer, "bedside_jobs_handled_total", { kind, outcome: "completed" })
    const metrics = yield* Caller.eventually(
      worker.anyone.get("/metrics"),
      (answer) => done(answer, "analyse-ecg") === 1 && done(answer, "foretell-risk") === 6
    )
    expect(metrics.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8")
    expect(done(metrics, "assess-patient")).toBe(6)
    for (const look of ["deterioration", "hypotension", "queue"]) {
      const seconds = valueOf(metrics, "bedside_look_succeeded_timestamp_seconds", { look })
      expect(seconds).toBeGreaterThan(1_700_000_000)
    }
    expect((yield* worker.anyone.get("/livez")).text).toBe('{"status":"ok"}')
    expect((yield* worker.anyone.get("/readyz")).text).toBe('{"status":"ready"}')
    expect((yield* worker.anyone.get("/api/v1/patients")).status).toBe(404)

    // What the worker did is in no metric of the server, where a token is still needed.
    expect((yield* server.anyone.get("/metrics")).status).toBe(401)
    const own = yield* (yield* server.as("admin")).get("/metrics")
    expect(own.text).not.toContain("bedside_jobs_handled_total")
    expect(own.text).toMatch(/^bedside_look_succeeded_timestamp_seconds\{look="queue"\} \d/m)
  })
)

Postgres.live("a worker is not ready while its database is gone, and lives", () =>
  Effect.gen(function* () {
    const settings = yield* variables
    const worker = yield* Processes.worker(settings)
    yield* Postgres.cutOff(settings.DATABASE_URL)
    const refused = yield* Caller.eventually(
      worker.anyone.get("/readyz"),
      ({ status }) => status === 503
    )
    expect(refused.text).not.toContain("bedside_test")
    expect((yield* worker.anyone.get("/livez")).status).toBe(200)
  })
)

Postgres.live("a port that is taken is one line, and no job is", () =>
  Effect.gen(function* () {
    const settings = yield* variables
    const first = yield* Processes.worker(settings)
    const { port } = new URL(first.url)
    const second = yield* Processes.start("worker/main.ts", {
      ...settings,
      BEDSIDE_METRICS_PORT: port
    })
    expect((yield* second.ended).code).toBe(1)
    expect(second.lines).toEqual([])
    expect(second.errors).toEqual([
      `Bedside stops: The port for the metrics cannot be had (BEDSIDE_METRICS_PORT, 0 for any): listen EADDRINUSE: address already in use 127.0.0.1:${port}`
    ])
    const none = yield* Processes.start("worker/main.ts", {
      ...settings,
      BEDSIDE_METRICS_PORT: "70000"
    })
    expect((yield* none.ended).code).toBe(1)
    expect(none.errors).toEqual([
      'Bedside stops: Expected a port number at ["BEDSIDE_METRICS_PORT"]'
    ])
  })
)

const registration = () => {
  const form = new FormData()
  form.append("givenName", "Ada")
  form.append("familyName", "Byron")
  form.append("email", "ada@example.org")
  form.append("phoneCountryCode", "+44")
  form.append("phoneNumber", "2079460018")
  const photo = readFileSync(new URL("../../examples/data/photo.png", import.meta.url))
  form.append("photo", new File([photo], "photo.png"))
  return form
}

Postgres.live("a worker that stops is there to be asked until its last job has ended", () =>
  Effect.gen(function* () {
    const held = Promise.withResolvers<void>()
    const inbox = yield* Inbox.open(held.promise)
    const settings = {
      ...(yield* variables),
      BEDSIDE_DEMONSTRATION: "false",
      BEDSIDE_WORKER_CONCURRENCY: "2",
      SMTP_URL: inbox.url
    }
    const server = yield* Processes.server(settings)
    const worker = yield* Processes.worker(settings)
    const { body } = yield* server.anyone.post("/api/v1/registrations", registration())
    yield* inbox.mailWith(body.id)
    const metrics = worker.anyone.get("/metrics")
    const inFlight = ({ text }: Caller.Answer) => /^bedside_jobs_in_flight (\d+)$/m.exec(text)?.[1]
    expect(inFlight(yield* metrics)).toBe("1")
    worker.signal("SIGTERM")
    // Another slot would have taken this one.
    const late = { id: "late", date: "2026-03-01", leads: [{ name: "I", signal: [1, -1] }] }
    const admin = yield* server.as("admin")
    const nurse = { user: "nurse", password: "a long night", roles: ["user"] }
    yield* admin.post("/user", nurse)
    const clinician = yield* server.as(nurse.user, nurse.password)
    expect((yield* clinician.post("/api/v1/ecgs", late)).status).toBe(202)
    expect(inFlight(yield* metrics)).toBe("1")
    expect((yield* worker.anyone.get("/livez")).status).toBe(200)
    held.resolve()
    expect(yield* worker.ended).toEqual({ code: 0, signal: null })
    expect(worker.errors).toEqual([])

    // Nobody works any more: the server tells that a job waits.
    const waits = (answer: Caller.Answer) =>
      valueOf(answer, "bedside_jobs_oldest_pending_seconds", { kind: "analyse-ecg" }) > 0
    yield* Caller.eventually(admin.get("/metrics"), waits)
  })
)
