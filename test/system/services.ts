/**
 * The two services of `examples/microservices` as processes: each on a database of its own, joined by
 * queues of their own on a broker that they reach by a line of the test.
 */
// The rule is for test files; here tests are registered on a condition.
/* oxlint-disable vitest/no-disabled-tests */
import { it } from "@effect/vitest"
import * as RabbitEvents from "@bedside/worker-adapter/rabbitevents"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Brokers from "../brokers.ts"
import * as Caller from "./caller.ts"
import * as Postgres from "./postgres.ts"
import * as Processes from "./processes.ts"

const password = "a password of the trial"

/** A test that needs a Postgres and a RabbitMQ: skipped without, and failing with BEDSIDE_STRICT=1. */
export const live = Brokers.rabbitAbsent ? it.live.skip : Postgres.live

/** Names of exchanges and queues that are gone with the scope. */
const eventsName = Brokers.rabbitName((name) => {
  const { events, copy, requests, dead } = RabbitEvents.names(name)
  const both = ["patients", "measurements"] as const
  return [dead, events, ...both.map(copy), ...both.map(requests)]
})

type Part = "patients" | "measurements"

/** Where the two run, before they do. */
export const ward = Effect.gen(function* () {
  const name = yield* eventsName
  const line = yield* Brokers.lineTo(Brokers.rabbitUrl)
  const databases = {
    patients: yield* Postgres.database,
    measurements: yield* Postgres.database
  }
  const ports = {
    patients: yield* Processes.freePort,
    measurements: yield* Processes.freePort
  }
  const directory = yield* Processes.directory
  const variables = (part: Part) => ({
    PORT: String(ports[part]),
    DATABASE_URL: databases[part],
    BEDSIDE_DATA_DIR: `${directory}/${part}`,
    BEDSIDE_TOKEN_SECRET: "a secret of at least thirty-two bytes",
    BEDSIDE_ADMIN_PASSWORD: password,
    BEDSIDE_EVENTS_URL: line.url,
    BEDSIDE_EVENTS_NAME: name,
    BEDSIDE_LEASE_SECONDS: "2"
  })
  const urlOf = (part: Part) => `http://127.0.0.1:${ports[part]}`
  /** Starts a service, and waits until it listens. */
  const start = Effect.fnUntraced(function* (part: Part) {
    const service = yield* Processes.start(`microservices/${part}/main.ts`, variables(part))
    yield* service.until(() => service.lines.some((text) => text.includes("listens")))
    return service
  })
  const at = (caller: Caller.Caller, part: Part): Caller.Caller =>
    Caller.make(urlOf(part), caller.authorization?.replace("Bearer ", ""))
  /** Someone who signed in at the patient service, at either. */
  const signedIn = Effect.fnUntraced(function* (user: string, secret: string) {
    const here = yield* Caller.signIn(urlOf("patients"), user, secret)
    return { patients: here, measurements: at(here, "measurements") }
  })
  const admin = Effect.suspend(() => signedIn("admin", password))
  const clinician = Effect.gen(function* () {
    const user = { user: "nurse", password: "a long night", roles: ["clinician"] }
    yield* (yield* admin).patients.post("/api/v1/users", user)
    return yield* signedIn(user.user, user.password)
  })
  return { line, name, databases, start, admin, clinician, variables, urlOf, password }
})

/** Puts patients on record at the one service, and waits until the other knows them. */
export const admitted = Effect.fnUntraced(function* (
  clinician: { readonly patients: Caller.Caller; readonly measurements: Caller.Caller },
  count: number
) {
  const ids: Array<string> = []
  for (let number = 0; number < count; number++) {
    const patient = { first_name: "Ada", last_name: "Byron", age: 36, condition: "Healthy" }
    const { body } = yield* clinician.patients.post("/api/v1/patient", patient)
    ids.push(body.id)
  }
  for (const id of ids) {
    yield* Caller.eventually(
      clinician.measurements.get(`/api/v1/patients/${id}/measurements`),
      ({ status }) => status === 200
    )
  }
  return ids
})

/** What a database has of measurements, the values they had before included, in one text. */
export const recordOf = (url: string) =>
  Postgres.rows<{ record: string }>(
    url,
    `select coalesce(string_agg(row::text, e'\\n' order by row.id, row.position), '') as record from (
       select m.id, m.patient_id, m.vital, m.number, m.code, m.observed_at, m.offset_minutes,
         m.received_at, m.recorded_at, m.source, m.panel, m.implausible, m.version,
         old.version as position, old.number as was, old.recorded_at as was_recorded_at, old.replaced_at
       from bedside_measurements as m
       left join bedside_replaced_values as old on old.measurement_id = m.id
     ) as row`
  ).pipe(Effect.map((rows) => rows[0]?.record ?? ""))

/** Waits until the copy of the measurements is what the measurement service has. */
export const copied = (databases: { readonly patients: string; readonly measurements: string }) =>
  Effect.all([recordOf(databases.measurements), recordOf(databases.patients)]).pipe(
    Effect.repeat({
      until: ([original, copy]) => original === copy,
      schedule: Schedule.spaced("100 millis")
    }),
    Effect.map(([original]) => original)
  )

/** Where the copy of the measurements stands: places, gaps and what was parked. */
export const standing = (url: string) =>
  Effect.all({
    streams: Postgres.rows<{ patient_id: string; sequence: number }>(
      url,
      "select patient_id, sequence from bedside_copies where source = 'measurements' order by patient_id"
    ),
    gaps: Postgres.rows(url, "select patient_id from bedside_copies where gap_since is not null"),
    waiting: Postgres.rows(url, "select sequence from bedside_waiting_events"),
    parked: Postgres.rows(url, "select sequence from bedside_parked_events")
  })

/** The last place of each stream that the measurement service told of. */
export const told = (url: string) =>
  Postgres.rows<{ patient_id: string; sequence: number }>(
    url,
    "select patient_id, last as sequence from bedside_streams order by patient_id"
  )
