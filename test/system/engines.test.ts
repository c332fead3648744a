/**
 * Workers as processes of their own, on each engine that can carry their jobs.
 */
// The rule is for test files; here tests are registered on a condition.
/* oxlint-disable vitest/no-disabled-tests */
import * as Store from "@bedside/postgres-adapter/Store"
import * as Redis from "@bedside/worker-adapter/redis"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { readFileSync } from "node:fs"
import * as Brokers from "../brokers.ts"
import * as Work from "../contract/work.ts"
import type * as Caller from "./caller.ts"
import * as Inbox from "./inbox.ts"
import * as Postgres from "./postgres.ts"
import * as Processes from "./processes.ts"

const photo = readFileSync(new URL("../../examples/data/photo.png", import.meta.url))

const register = Effect.fnUntraced(function* (caller: Caller.Caller, number: number) {
  const form = new FormData()
  form.append("givenName", "Ada")
  form.append("familyName", "Byron")
  form.append("email", `person-${number}@example.org`)
  form.append("phoneCountryCode", "+49")
  form.append("phoneNumber", "15112345678")
  form.append("photo", new File([photo], "photo.png", { type: "image/png" }))
  expect((yield* caller.post("/api/v1/registrations", form)).status).toBe(201)
})

const engines = [
  { name: "Postgres", absent: false, variables: Effect.succeed({}) },
  ...Brokers.brokers.map(({ name, absent, fresh }) => ({
    name,
    absent,
    variables: Effect.map(fresh, (url) => ({ BEDSIDE_QUEUE_URL: url }))
  }))
]

const people = 7
const slots = 3

for (const { name, absent, variables } of engines) {
  const live = absent ? it.live.skip : Postgres.live

  live(`SIGTERM lets a worker end its jobs and leaves the others to the next, on ${name}`, () =>
    Effect.gen(function* () {
      const held = Promise.withResolvers<void>()
      const inbox = yield* Inbox.open(held.promise)
      const shared = {
        BEDSIDE_DATA_DIR: yield* Processes.directory,
        BEDSIDE_DEMONSTRATION: "false",
        BEDSIDE_WORKER_CONCURRENCY: String(slots),
        SMTP_URL: inbox.url,
        DATABASE_URL: yield* Postgres.database,
        ...(yield* variables)
      }
      const server = yield* Processes.server({ ...shared, BEDSIDE_WORKER: "false" })
      const first = yield* Processes.worker(shared)
      yield* Effect.forEach(
        Array.from({ length: people }, (_, number) => number),
        (number) => register(server.anyone, number)
      )
      yield* Effect.repeat(
        Effect.sync(() => inbox.mails.length),
        { until: (mails) => mails === slots, schedule: Schedule.spaced("5 millis") }
      )
      first.signal("SIGTERM")
      const second = yield* Processes.worker(shared)
      held.resolve()
      expect(yield* first.ended).toEqual({ code: 0, signal: null })

      const ended = ({ lines }: Processes.Process) =>
        lines.filter((line) => /job completed.*kind=send-confirmation/.test(line))
      yield* second.until(() => ended(first).length + ended(second).length === people)
      expect(ended(first)).toHaveLength(slots)
      for (const line of [...ended(first), ...ended(second)]) expect(line).toContain("attempts=1")
      const told = new Set(inbox.mails.map((mail) => Inbox.header(mail, "To")))
      expect([told.size, inbox.mails.length]).toEqual([people, people])
    })
  )
}

const redisLive = Brokers.redisAbsent ? it.live.skip : Postgres.live

redisLive("what Redis lost is handed on again by the statement in the documentation", () =>
  Effect.gen(function* () {
    const guide = readFileSync(new URL("../../docs/deployment.md", import.meta.url), "utf8")
    const statement = /```sql\n([^`]+)```/.exec(guide)?.[1] ?? ""
    const database = yield* Postgres.database
    const url = yield* Brokers.redisUrlOfOwn
    const carried = Redis.layer({ url: Redacted.make(url) }).pipe(
      Layer.provideMerge(Store.layerPostgres({ url: Redacted.make(database) }))
    )
    yield* Effect.gen(function* () {
      const { id } = yield* Work.offerOne
      yield* Work.until(id, "completed")
      yield* Brokers.deleteKeys(`${new URL(url).searchParams.get("queue")}:*`)
      yield* Postgres.rows(database, statement)
      expect(yield* Work.nextAttempt(id)).toBe(1)
    }).pipe(Effect.provide(carried))
  })
)

const refusals = [
  ["https://guest:hunter2@127.0.0.1", "The queue of BEDSIDE_QUEUE_URL"],
  ["redis://guest:hunter2@127.0.0.1:1/3", "Redis at 127.0.0.1:1/3"],
  ["amqp://guest:hunter2@127.0.0.1:1/ward", "RabbitMQ at 127.0.0.1:1/ward"]
] as const

Postgres.live("a broker that cannot be used is one line at the start, without the password", () =>
  Effect.gen(function* () {
    const database = yield* Postgres.database
    for (const [url, subject] of refusals) {
      const worker = yield* Processes.start("worker/main.ts", {
        DATABASE_URL: database,
        BEDSIDE_QUEUE_URL: url
      })
      expect(yield* worker.ended).toEqual({ code: 1, signal: null })
      expect([worker.lines, worker.errors.length]).toEqual([[], 1])
      expect(worker.errors[0]).toContain(`Bedside stops: ${subject} cannot be used: `)
      expect(worker.errors[0]).not.toContain("hunter2")
    }
  })
)
