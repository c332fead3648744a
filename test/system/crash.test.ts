/**
 * SIGKILL at the worst moments. Whatever a server answered 2xx to is finished afterwards, once in
 * effect, by whoever starts next on the same database; and clients may send again what was not
 * answered.
 */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Brokers from "../brokers.ts"
import * as Caller from "./caller.ts"
import * as Inbox from "./inbox.ts"
import * as Postgres from "./postgres.ts"
import * as Processes from "./processes.ts"

const ecgs = 60
const batches = 40
const registrations = 40

interface Task {
  /** 2xx, or what says that it had been taken the first time. */
  readonly send: () => Promise<Caller.Answer>
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index)

/** A lead with as many crossings as its number, and a tail without any. */
const lead = (crossings: number) => {
  const signal = range(5_000).map((at) => (Math.min(at, crossings) % 2 === 0 ? 3 : -3))
  return { name: "I", signal }
}

const ecg = (caller: Caller.Caller, number: number): Task => {
  const body = { id: `ecg-${number}`, date: "2026-03-01", leads: [lead(number)] }
  return { send: () => caller.send("POST", "/api/v1/ecgs", body) }
}

/** A rate of breath that scores 0 to 3, and everything else as it should be. */
const rates = [16, 10, 22, 26]

const batch = (caller: Caller.Caller, patient: string, number: number): Task => {
  const readings = [
    { vital: "respiratory-rate", value: rates[number % 4], unit: "/min" },
    { vital: "oxygen-saturation", value: 98, unit: "%" },
    { vital: "oxygen-device", value: "air" },
    { vital: "systolic-pressure", value: 120, unit: "mm[Hg]" },
    { vital: "heart-rate", value: 70, unit: "/min" },
    { vital: "consciousness", value: "alert" },
    { vital: "temperature", value: 37, unit: "Cel" }
  ].map((it) => ({ ...it, observedAt: "2026-03-01T08:00:00Z" }))
  return { send: () => caller.send("POST", `/api/v1/patients/${patient}/measurements`, readings) }
}

const photo = readFileSync(new URL("../../examples/data/photo.png", import.meta.url))
const address = (number: number) => `person-${number}@example.org`

const registration = (caller: Caller.Caller, number: number): Task => ({
  send: () => {
    const form = new FormData()
    form.append("givenName", "Ada")
    form.append("familyName", "Byron")
    form.append("email", address(number))
    form.append("phoneCountryCode", "+49")
    form.append("phoneNumber", "15112345678")
    form.append("photo", new File([photo], "photo.png", { type: "image/png" }))
    return caller.send("POST", "/api/v1/registrations", form)
  }
})

/** Sends every task, eight at a time, and gives those that were not answered. */
const sendAll = (tasks: ReadonlyArray<Task>, answered: (answer: Caller.Answer) => void) =>
  Effect.filter(
    tasks,
    ({ send }) =>
      Effect.promise(() =>
        send().then(
          (answer) => {
            answered(answer)
            return false
          },
          () => true
        )
      ),
    { concurrency: 8 }
  )

const handled = ({ lines }: Processes.Process) =>
  lines.filter((line) => line.includes("job completed")).length

const finishedOnce = Effect.fnUntraced(function* (database: Record<string, string>) {
  const mayPass = Promise.withResolvers<void>()
  const inbox = yield* Inbox.open(mayPass.promise)
  const variables = {
    BEDSIDE_DATA_DIR: yield* Processes.directory,
    BEDSIDE_DEMONSTRATION: "false",
    BEDSIDE_REGISTRATIONS_PER_MINUTE: "10000",
    BEDSIDE_LEASE_SECONDS: "2",
    SMTP_URL: inbox.url,
    PORT: String(yield* Processes.freePort),
    ...database
  }

  // Takes in, and is killed with requests under way.
  const first = yield* Processes.server({ ...variables, BEDSIDE_WORKER: "false" })
  const admin = yield* first.as("admin")
  const nurse = { user: "nurse", password: "a long night", roles: ["user"] }
  expect((yield* admin.post("/user", nurse)).status).toBe(201)
  const clinician = yield* first.as(nurse.user, nurse.password)
  const header = "patient_id,first_name,last_name,age,condition"
  const rows = range(batches).map((number) => `${number},Grace,Hopper,${number + 20},Healthy`)
  const roster = yield* clinician.post("/api/v1/patients/import", [header, ...rows].join("\n"), {
    "content-type": "text/csv"
  })
  const patients: ReadonlyArray<string> = roster.body.map(({ id }: { id: string }) => id)
  const tasks = range(ecgs).flatMap((number) => [
    ecg(clinician, number),
    ...patients.slice(number, number + 1).map((id) => batch(clinician, id, number)),
    ...range(registrations)
      .slice(number, number + 1)
      .map(() => registration(first.anyone, number))
  ])
  let accepted = 0
  const unanswered = yield* sendAll(tasks, ({ status, text }) => {
    if (status >= 300) throw new Error(`${status} ${text}`)
    accepted++
    if (accepted === 100) first.signal("SIGKILL")
  })
  expect((yield* first.ended).signal).toBe("SIGKILL")
  expect(unanswered).toHaveLength(tasks.length - accepted)
  expect(unanswered.length).toBeGreaterThan(0)

  // Works, and is killed when some jobs are done, most are not, and each of its four slots is at a
  // mail that the mail server has and has not answered for.
  const second = yield* Processes.starting(variables)
  yield* Effect.repeat(
    Effect.sync(() => inbox.mails.length),
    { until: (mails) => mails === 4, schedule: Schedule.spaced("5 millis") }
  )
  yield* second.stop("SIGKILL")
  expect(handled(second)).toBeGreaterThan(0)
  expect(handled(second)).toBeLessThan(accepted - 4)
  mayPass.resolve()

  // Finishes; the clients send again what was not answered, and their tokens are still good.
  yield* Processes.server(variables)
  const sentAgain: Array<number> = []
  expect(yield* sendAll(unanswered, ({ status }) => sentAgain.push(status))).toEqual([])
  // A registration that was stored and not answered is known by its address.
  expect(sentAgain.filter((status) => status >= 300 && status !== 409)).toEqual([])
  const idle = ({ body }: Caller.Answer) =>
    body.counts.every(({ state }: { state: string }) => state === "completed")
  yield* Caller.eventually(admin.get("/api/v1/jobs?limit=1"), idle)

  // What a broker carries is completed here when the broker has it.
  const stored = yield* Caller.eventually(clinician.get("/api/v1/ecgs?limit=1000"), ({ body }) =>
    body.items.every(({ status }: { status: string }) => status === "completed")
  )
  const results = stored.body.items.map(
    ({ id, status, metrics }: { id: string; status: string; metrics: Array<{ value: number }> }) =>
      [id, status, ...metrics.map(({ value }) => value)].join(" ")
  )
  expect(results.sort()).toEqual(
    range(ecgs)
      .map((number) => `ecg-${number} completed ${number}`)
      .sort()
  )

  const totals = yield* Effect.forEach(patients, (id) =>
    Effect.map(
      Caller.eventually(
        clinician.get(`/api/v1/patients/${id}/assessments`),
        ({ body }) => body.items.length > 0
      ),
      ({ body }) => body.items.map(({ total }: { total: number }) => total)
    )
  )
  expect(totals).toEqual(patients.map((_, number) => [number % 4]))

  const known = yield* clinician.get("/api/v1/patients?limit=1000")
  const addresses = known.body.items.flatMap(({ email }: { email?: string }) => email ?? [])
  expect(addresses.sort()).toEqual(range(registrations).map(address).sort())
  yield* Effect.repeat(
    Effect.sync(() => inbox.mails.length),
    { until: (mails) => mails >= registrations + 4, schedule: Schedule.spaced("20 millis") }
  )
  // Four came twice, and are the same mails.
  const mails = range(registrations).map((number) => {
    const own = inbox.mails.filter((mail) => Inbox.header(mail, "To").includes(address(number)))
    return new Set(own.map((mail) => Inbox.header(mail, "Message-ID"))).size
  })
  expect(mails).toEqual(range(registrations).map(() => 1))
  expect(inbox.mails.length).toBe(registrations + 4)
  expect((yield* admin.get("/api/v1/jobs/dead")).body.items).toEqual([])
})

it.live("what was accepted is finished once after SIGKILL, on the embedded database", () =>
  finishedOnce({})
)

Postgres.live("what was accepted is finished once after SIGKILL, on Postgres", () =>
  Effect.flatMap(Postgres.database, (url) => finishedOnce({ DATABASE_URL: url }))
)

for (const { name, absent, fresh } of Brokers.brokers) {
  // The rule is for test files; here tests are registered on a condition.
  // oxlint-disable-next-line vitest/no-disabled-tests
  const live = absent ? it.live.skip : Postgres.live
  live(`what was accepted is finished once after SIGKILL, with jobs carried by ${name}`, () =>
    Effect.gen(function* () {
      const database = yield* Postgres.database
      yield* finishedOnce({ DATABASE_URL: database, BEDSIDE_QUEUE_URL: yield* fresh })
    })
  )
}

it.live("a first start that SIGKILL cut off, twice, is followed by a good one", () =>
  Effect.gen(function* () {
    const directory = yield* Processes.directory
    const variables = { BEDSIDE_DATA_DIR: directory }
    for (const stage of ["database.new/base/1", "database"]) {
      const cut = yield* Processes.starting(variables)
      yield* Processes.exists(join(directory, stage))
      yield* cut.stop("SIGKILL")
      expect(cut.lines).toEqual([])
      expect(existsSync(join(directory, "database"))).toBe(stage === "database")
    }
    const server = yield* Processes.server(variables)
    const clinician = yield* server.as("clinician")
    const { body } = yield* clinician.get("/api/v1/patients")
    expect(body.items).toHaveLength(6)
    for (const { id } of body.items) {
      const assessed = ({ status }: Caller.Answer) => status === 200
      const path = `/api/v1/patients/${id}/assessments/latest`
      yield* Caller.eventually(clinician.get(path), assessed)
    }
    yield* server.as("admin")
    yield* server.as("monitor-1")
  })
)
