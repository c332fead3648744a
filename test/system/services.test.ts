/**
 * Two services apart: what one has the other shows, whoever of them or of what is between them is gone
 * for a while.
 */
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Caller from "./caller.ts"
import * as Postgres from "./postgres.ts"
import * as Processes from "./processes.ts"
import * as Services from "./services.ts"

/** Ten processes start one after the other, each in seconds. */
const patience = 180_000

const range = (count: number) => Array.from({ length: count }, (_, index) => index)

const ageOf = ({ headers }: Caller.Answer) => Number(headers.get("age") ?? NaN)

const page = (id: string) => `/api/v1/patient/${id}`

const measurementsOf = (id: string) => `/api/v1/patients/${id}/measurements`

/** Five values of one reading, of which each corrects the one before, and one reading more. */
const round = (number: number) => {
  const reading = { vital: "heart-rate", unit: "/min", source: "monitor" }
  const minute = String(number % 60).padStart(2, "0")
  return [
    { ...reading, value: 60 + number, observedAt: "2026-03-01T08:00:00+02:00" },
    { ...reading, value: 60 + number, observedAt: `2026-03-01T09:${minute}:00Z` }
  ]
}

/** Records a stream of readings for each patient, one after the other, and counts what was taken. */
const stream = Effect.fnUntraced(function* (
  caller: Caller.Caller,
  ids: ReadonlyArray<string>,
  rounds: number,
  progress: { taken: number }
) {
  for (const number of range(rounds)) {
    for (const id of ids) {
      const { status } = yield* caller.post(measurementsOf(id), round(number))
      expect(status).toBe(200)
      progress.taken++
    }
  }
})

const whole = Effect.fnUntraced(function* (
  databases: { readonly patients: string; readonly measurements: string },
  rows: number
) {
  const original = yield* Services.copied(databases)
  expect(original.split("\n")).toHaveLength(rows)
  const { streams, ...troubles } = yield* Services.standing(databases.patients)
  expect(streams).toEqual(yield* Services.told(databases.measurements))
  expect(troubles).toEqual({ gaps: [], waiting: [], parked: [] })
})

Services.live(
  "each shows what the other has, and a page tells its age while the other is down",
  () =>
    Effect.gen(function* () {
      const ward = yield* Services.ward
      yield* ward.start("patients")
      const measurements = yield* ward.start("measurements")
      const clinician = yield* ward.clinician
      const [id = "none"] = yield* Services.admitted(clinician, 1)

      for (const [caller, path] of [
        [clinician.patients, "/api/v1/patient/docs"],
        [clinician.measurements, "/api/v1/measures/docs"]
      ] as const) {
        expect((yield* caller.get(path)).status).toBe(200)
      }
      expect((yield* clinician.measurements.get("/api/v1/patients")).status).toBe(404)
      expect((yield* clinician.measurements.get("/api/v1/patient/docs")).status).toBe(404)

      const form = { temperature_celsius: 37.5, blood_pressure_sys: 120, blood_pressure_dias: 80 }
      const { body } = yield* clinician.measurements.post(`${page(id)}/measurements`, form)
      const shown = yield* Caller.eventually(
        clinician.patients.get(page(id)),
        (answer) => answer.body.measurements.length === 3 && !Number.isNaN(ageOf(answer))
      )
      expect(shown.body.measurements[0]).toMatchObject({ id: body.id, temperature_celsius: 37.5 })
      expect(ageOf(shown)).toBeLessThan(30)
      const latest = yield* clinician.patients.get(`${measurementsOf(id)}/latest`)
      const original = yield* clinician.measurements.get(`${measurementsOf(id)}/latest`)
      expect(latest.body).toEqual(original.body)
      expect(original.headers.get("age")).toBeNull()

      yield* measurements.stop("SIGKILL")
      const alone = yield* Caller.eventually(
        clinician.patients.get(page(id)),
        (answer) => ageOf(answer) > 3
      )
      expect([alone.status, alone.body]).toEqual([200, shown.body])

      yield* ward.start("measurements")
      yield* Caller.eventually(clinician.patients.get(page(id)), (answer) => ageOf(answer) < 3)

      // Who is erased at the one is gone at the other, with all that was recorded of them.
      yield* clinician.patients.post(`/api/v1/patient/delete/${id}`)
      yield* Caller.eventually(
        clinician.measurements.get(measurementsOf(id)),
        ({ status }) => status === 404
      )
      const left = yield* Postgres.rows<{ type: string }>(
        ward.databases.measurements,
        "select type from bedside_events"
      )
      expect(left.map(({ type }) => type)).toEqual(["patient.erased"])
    }),
  patience
)

Services.live(
  "a copy whose consumer is killed again and again has all of it, once and in order",
  () =>
    Effect.gen(function* () {
      const ward = yield* Services.ward
      let patients = yield* ward.start("patients")
      yield* ward.start("measurements")
      const clinician = yield* ward.clinician
      const ids = yield* Services.admitted(clinician, 4)
      const progress = { taken: 0 }
      const rounds = 40
      const recording = yield* Effect.forkChild(
        stream(clinician.measurements, ids, rounds, progress)
      )
      let kills = 0
      while (kills++ < 5) {
        const applied = Services.standing(ward.databases.patients).pipe(
          Effect.map(({ streams }) => streams.reduce((sum, { sequence }) => sum + sequence, 0))
        )
        const before = yield* applied
        yield* Effect.repeat(applied, {
          until: (now) => now > before || progress.taken === rounds * ids.length,
          schedule: Schedule.spaced("10 millis")
        })
        yield* patients.stop("SIGKILL")
        patients = yield* ward.start("patients")
      }
      yield* Fiber.join(recording)
      // Of each patient a reading with every value it had before, and the others.
      yield* whole(ward.databases, ids.length * (rounds - 1 + rounds))
    }),
  patience
)

Services.live(
  "what is recorded while the broker is away is told when it is back",
  () =>
    Effect.gen(function* () {
      const ward = yield* Services.ward
      yield* ward.start("patients")
      const measurements = yield* ward.start("measurements")
      const clinician = yield* ward.clinician
      const ids = yield* Services.admitted(clinician, 3)
      const progress = { taken: 0 }
      yield* stream(clinician.measurements, ids, 5, progress)
      yield* Services.copied(ward.databases)

      yield* ward.line.cut
      yield* stream(clinician.measurements, ids, 10, progress)
      const { body } = yield* clinician.patients.post("/api/v1/patient", {
        first_name: "Grace",
        last_name: "Hopper",
        age: 44,
        condition: "Healthy"
      })
      const [id = "none"] = ids
      const old = yield* Caller.eventually(
        clinician.patients.get(page(id)),
        (answer) => ageOf(answer) > 2
      )
      expect(old.status).toBe(200)
      expect(yield* Services.recordOf(ward.databases.patients)).not.toBe(
        yield* Services.recordOf(ward.databases.measurements)
      )

      yield* ward.line.mend
      yield* Services.copied(ward.databases)
      yield* Caller.eventually(
        clinician.measurements.get(measurementsOf(body.id)),
        ({ status }) => status === 200
      )
      yield* stream(clinician.measurements, ids, 2, progress)
      yield* Services.copied(ward.databases)
      const dead = yield* (yield* ward.admin).measurements.get("/api/v1/jobs/dead")
      expect(dead.body.items).toEqual([])
      expect(measurements.errors).toEqual([])
    }),
  patience
)

Services.live(
  "a copy that is damaged is built anew on command",
  () =>
    Effect.gen(function* () {
      const ward = yield* Services.ward
      yield* ward.start("patients")
      yield* ward.start("measurements")
      const clinician = yield* ward.clinician
      const ids = yield* Services.admitted(clinician, 3)
      yield* stream(clinician.measurements, ids, 5, { taken: 0 })
      const original = yield* Services.copied(ward.databases)
      yield* Postgres.rows(
        ward.databases.patients,
        `with gone as (delete from bedside_measurements where patient_id = '${ids[0]}')
       update bedside_measurements set number = 1 where patient_id = '${ids[1]}'`
      )
      const rebuild = yield* Processes.start("microservices/rebuild/main.ts", {
        BEDSIDE_URL: ward.urlOf("patients"),
        BEDSIDE_SIGN_IN_URL: ward.urlOf("patients"),
        BEDSIDE_ADMIN_PASSWORD: ward.password
      })
      expect(yield* rebuild.ended).toEqual({ code: 0, signal: null })
      expect(rebuild.lines).toEqual([
        "The copy of measurements is being built anew",
        "The copy of measurements is whole"
      ])
      expect(yield* Services.recordOf(ward.databases.patients)).toBe(original)
    }),
  patience
)

Services.live(
  "a broker that refuses is one line at the start",
  () =>
    Effect.gen(function* () {
      const ward = yield* Services.ward
      const { host } = new URL(ward.line.url)
      for (const [url, said] of [
        [`amqp://guest:hunter2@${host}`, /RabbitMQ at \S+ cannot be used: ACCESS_REFUSED/],
        [
          "amqp://guest:hunter2@127.0.0.1:1",
          /RabbitMQ at \S+ cannot be used: connect ECONNREFUSED/
        ],
        [
          "http://guest:hunter2@127.0.0.1",
          /RabbitMQ at \S+.* cannot be used: it is not of the form/
        ]
      ] as const) {
        const refused = yield* Processes.start("microservices/patients/main.ts", {
          ...ward.variables("patients"),
          BEDSIDE_EVENTS_URL: url
        })
        expect((yield* refused.ended).code).toBe(1)
        const errors = refused.errors.filter((text) => text.startsWith("Bedside stops: "))
        expect(errors).toHaveLength(1)
        expect(errors[0]).toMatch(said)
        expect([...refused.errors, ...refused.lines].join("\n")).not.toContain("hunter2")
      }
    }),
  patience
)
