/**
 * Many at once: the same registration a thousand times, and jobs over several workers of which one
 * dies.
 */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import * as Caller from "./caller.ts"
import * as Inbox from "./inbox.ts"
import * as Postgres from "./postgres.ts"
import * as Processes from "./processes.ts"

const photo = readFileSync(new URL("../../examples/data/photo.png", import.meta.url))

const registration = () => {
  const form = new FormData()
  form.append("givenName", "José")
  form.append("familyName", "O'Brien")
  form.append("email", "jose@example.org")
  form.append("phoneCountryCode", "+49")
  form.append("phoneNumber", "15112345678")
  form.append("photo", new File([photo], "photo.png", { type: "image/png" }))
  return form
}

const onePatient = Effect.fnUntraced(function* (times: number, database: Record<string, string>) {
  const server = yield* Processes.server({
    BEDSIDE_DATA_DIR: yield* Processes.directory,
    BEDSIDE_REGISTRATIONS_PER_MINUTE: "10000",
    ...database
  })
  const answers = yield* Effect.forEach(
    Array.from({ length: times }, registration),
    (form) => server.anyone.post("/api/v1/registrations", form),
    { concurrency: "unbounded" }
  )
  const statuses = Map.groupBy(answers, ({ status }) => status)
  expect(new Map([...statuses].map(([status, { length }]) => [status, length]))).toEqual(
    new Map([
      [201, 1],
      [409, times - 1]
    ])
  )
  const clinician = yield* server.as("clinician")
  const { body } = yield* clinician.get("/api/v1/patients?limit=1000")
  const ids = body.items.flatMap(({ id, email }: { id: string; email?: string }) =>
    email === undefined ? [] : id
  )
  expect(ids).toEqual([statuses.get(201)?.[0]?.body.id])
})

it.live("1,000 registrations at once leave one patient on the embedded database", () =>
  onePatient(1_000, {})
)

Postgres.live("1,000 registrations at once leave one patient on Postgres", () =>
  Effect.flatMap(Postgres.database, (url) => onePatient(1_000, { DATABASE_URL: url }))
)

const handled = ({ lines }: Processes.Process) =>
  lines.filter((line) => line.includes("job completed")).length

Postgres.live("200 jobs over two workers, one killed, leave 200 results", () =>
  Effect.gen(function* () {
    const url = yield* Postgres.database
    const variables = {
      DATABASE_URL: url,
      BEDSIDE_DATA_DIR: yield* Processes.directory,
      BEDSIDE_LEASE_SECONDS: "3"
    }
    // Each worker has a mail server of its own, which lets no mail pass until it may: whoever takes
    // the one mail is known, and is at work on it for as long.
    const mayPass = Promise.withResolvers<void>()
    const prepare = Effect.gen(function* () {
      const inbox = yield* Inbox.open(mayPass.promise)
      return { inbox, worker: yield* Processes.worker({ ...variables, SMTP_URL: inbox.url }) }
    })
    // All three find an empty database and prepare it at once.
    const [server, one, other] = yield* Effect.all(
      [
        Processes.server({ ...variables, BEDSIDE_WORKER: "false", BEDSIDE_DEMONSTRATION: "false" }),
        prepare,
        prepare
      ],
      { concurrency: 3 }
    )
    const admin = yield* server.as("admin")
    const nurse = { user: "nurse", password: "a long night", roles: ["user"] }
    yield* admin.post("/user", nurse)
    const clinician = yield* server.as(nurse.user, nurse.password)

    const registered = yield* server.anyone.post("/api/v1/registrations", registration())
    expect(registered.status).toBe(201)
    const [victim, survivor] = yield* Effect.race(
      Effect.as(one.inbox.mailWith(registered.body.id), [one, other] as const),
      Effect.as(other.inbox.mailWith(registered.body.id), [other, one] as const)
    )
    const numbers = Array.from({ length: 199 }, (_, number) => number)
    const send = (number: number) => {
      const signal = Array.from({ length: number + 1 }, (_, at) => (at % 2 === 0 ? 1 : -1))
      const leads = [{ name: "I", signal }]
      return clinician.post("/api/v1/ecgs", { id: `ecg-${number}`, date: "2026-03-01", leads })
    }
    const kill = Effect.andThen(
      victim.worker.until(() => handled(victim.worker) >= 10),
      victim.worker.stop("SIGKILL")
    )
    const [answers] = yield* Effect.all([Effect.forEach(numbers, send, { concurrency: 8 }), kill], {
      concurrency: 2
    })
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    mayPass.resolve()

    const done = ({ body }: Caller.Answer) =>
      body.counts.every(({ state }: { state: string }) => state === "completed")
    const jobs = yield* Caller.eventually(admin.get("/api/v1/jobs?limit=1000"), done)
    expect(jobs.body.items).toHaveLength(200)
    const { body } = yield* clinician.get("/api/v1/ecgs?limit=1000")
    const results = body.items.map(
      ({ id, metrics }: { id: string; metrics: ReadonlyArray<{ value: number }> }) =>
        [id, ...metrics.map(({ value }) => value)].join(" ")
    )
    expect(results.sort()).toEqual(numbers.map((number) => `ecg-${number} ${number}`).sort())
    // A mail that was repeated is the same mail.
    expect([victim.inbox.mails.length, survivor.inbox.mails.length]).toEqual([1, 1])
    const ids = [victim, survivor].map(({ inbox }) =>
      Inbox.header(inbox.mails[0] ?? "", "Message-ID")
    )
    expect(ids[0]).toBe(ids[1])

    // Only what the dead worker was at was begun a second time.
    const twice = jobs.body.items.filter(({ attempts }: { attempts: number }) => attempts > 1)
    const kinds = twice.map(({ kind }: { kind: string }) => kind)
    expect(kinds).toContain("send-confirmation")
    expect(kinds.length).toBeLessThanOrEqual(4)
    expect(handled(survivor.worker)).toBeGreaterThan(0)
    expect(yield* survivor.worker.stop("SIGTERM")).toEqual({ code: 0, signal: null })
  })
)
