import * as Ports from "@bedside/core/Ports"
import * as Recording from "@bedside/core/Recording"
import * as Timestamp from "@bedside/core/Timestamp"
import { expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect } from "node:util"
import * as Given from "../../../test/contract/given.ts"
import * as Postgres from "../src/Postgres.ts"
import * as Transaction from "../src/internal/Transaction.ts"
import * as Store from "../src/Store.ts"
import { onEach, postgres, urlOf } from "./backends.ts"

const defectOf = (exit: Exit.Exit<unknown, unknown>): unknown =>
  Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined

onEach("a store", (it) => {
  it.layer(Store.layer())((it) => {
    it.effect("loses the job with the records of a transaction that is rolled back", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const patients = yield* Ports.Patients
        const measurements = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const registration = Given.registration()
        const batch = Given.batch(id, [Given.draft()])
        const both = Effect.andThen(patients.register(...registration), measurements.record(batch))
        yield* Effect.exit(sql.withTransaction(Effect.andThen(both, Effect.fail("no"))))
        const [registered] = registration
        expect(yield* Given.refusal(patients.find(registered.id))).toEqual(
          Given.notFound("patient")
        )
        expect(yield* measurements.latest(id)).toEqual([])
        expect(yield* Given.areOffered(batch.jobs)).toBe(false)
        expect(yield* Given.jobUnder(`send-confirmation:${registered.id}`)).toBeUndefined()

        yield* sql.withTransaction(both)
        expect(yield* Given.areOffered(batch.jobs)).toBe(true)
      })
    )

    it.effect("says nothing of a person when the database refuses a value", () =>
      Effect.gen(function* () {
        const patients = yield* Ports.Patients
        const patient = Given.patient({ familyName: "Lovelace\0", email: "ada@example.org" })
        const accounts = yield* Ports.Accounts
        const account = Given.credentials("Lovelace")
        yield* accounts.insert(account)
        const defects = [
          defectOf(yield* Effect.exit(patients.insert(patient))),
          defectOf(yield* Effect.exit(accounts.insert({ ...account, user: "Ada Lovelace" })))
        ]
        expect(defects.map(String)).toEqual([
          "DatabaseFailure: UnknownError 22021",
          "DatabaseFailure: UniqueViolation 23505 bedside_accounts bedside_accounts_pkey"
        ])
        expect(inspect(defects, { depth: 10, showHidden: true })).not.toMatch(/Lovelace|ada@|José/)
      })
    )

    it.effect("reads the next page after a time that was written with another offset", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const drafts = Given.times(3, (index) =>
          Given.draft({ observedAt: Timestamp.at(Date.parse("2026-03-01") + index, 330) })
        )
        yield* port.record(Given.batch(id, drafts))
        const from = Timestamp.at(Date.parse("2026-03-01"), -300)
        for (const query of [{}, { from }, { vital: "heart-rate" } as const]) {
          const [first] = yield* port.history(id, query, { limit: 1 })
          if (first === undefined) return expect.fail("there are three")
          const rest = yield* port.history(id, query, { limit: 5, after: first })
          expect(Given.ids([first, ...rest])).toEqual(Given.ids(drafts))
        }
      })
    )

    it.effect("reads a time over all vitals page by page, in the order of the whole", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const vitals = ["pain", "heart-rate", "temperature", "glucose"] as const
        const start = Date.parse("2026-03-01")
        const drafts = vitals.flatMap((vital) =>
          Given.times(5, (index) =>
            Given.draft({
              vital,
              value: 3,
              observedAt: Timestamp.at(start + Math.floor(index / 2)),
              source: `${index}`
            })
          )
        )
        yield* port.record(Given.batch(id, drafts))
        const whole = yield* port.history(id, {}, { limit: 100 })
        const wanted = whole.filter((it) => it.observedAt.epochMilliseconds < start + 2)
        const to = Timestamp.at(start + 2)
        for (const limit of [1, 3, 7]) {
          const read = yield* Given.inPages(
            (slice: Parameters<typeof port.history>[2]) => port.history(id, { to }, slice),
            (it) => it,
            limit
          )
          expect(Given.ids(read)).toEqual(Given.ids(wanted))
        }
      })
    )

    it.effect("keeps an ECG in little more than two bytes a sample", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const port = yield* Ports.Ecgs
        const size = Effect.map(
          sql<{ bytes: number }>`
            select pg_total_relation_size('bedside_ecg_leads')::float8 as bytes
          `,
          ([row]) => row?.bytes ?? NaN
        )
        const samples = 1_000_000
        // Compressible on purpose: it must not be worth less than it is.
        const recording = Given.recording({
          leads: ["I", "II"].map((name) => ({
            name,
            samples: Int16Array.from({ length: samples / 2 }, (_, index) => index % 100)
          }))
        })
        const before = yield* size
        const submission = Given.submission(recording)
        yield* port.submit(submission)
        const perSample = ((yield* size) - before) / samples
        expect(perSample).toBeGreaterThanOrEqual(2)
        expect(perSample).toBeLessThan(2.2)
        const loaded = yield* port.load(submission.recordingId)
        expect(Recording.equals(loaded, recording)).toBe(true)
      })
    )

    it.effect("reads back a lead of 20 megabytes", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Ecgs
        const samples = Int32Array.from({ length: 5_000_000 }, (_, index) => index * 7)
        const recording = Given.recording({ leads: [{ name: "I", samples }] })
        const submission = Given.submission(recording)
        yield* port.submit(submission)
        const [lead] = (yield* port.load(submission.recordingId)).leads
        expect(lead?.samples.length).toBe(samples.length)
        expect(lead?.samples.at(-1)).toBe(samples.at(-1))
      })
    )
  })
})

onEach(
  "two processes on one server",
  (it) => {
    it.effect("register a thousand times the same address once", () =>
      Effect.gen(function* () {
        const url = yield* urlOf
        const process = Layer.build(Layer.fresh(Store.layerPostgres({ url })))
        const stores = [yield* process, yield* process]
        const email = `${Given.text()}@example.org`
        const results = yield* Effect.all(
          Given.times(1_000, (index) => {
            const port = Ports.Patients.use((patients) =>
              patients.register(...Given.registration(email))
            )
            return Effect.result(Effect.provide(port, stores[index % 2]!))
          }),
          { concurrency: "unbounded" }
        )
        expect(Given.successes(results)).toHaveLength(1)
        expect(new Set(Given.failures(results).map(({ code }) => code))).toEqual(
          new Set(["email-taken"])
        )
        const sql = yield* SqlClient.SqlClient
        expect(
          yield* sql`
            select (select count(*)::int from bedside_patients) as patients,
              (select count(*)::int from bedside_photos) as photos,
              (select count(*)::int from bedside_confirmations) as confirmations,
              (select count(*)::int from bedside_jobs) as jobs
          `
        ).toEqual([{ patients: 1, photos: 1, confirmations: 1, jobs: 1 }])
      }).pipe(Effect.scoped)
    )

    it.effect("that wait for each other in a circle both get through", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`create table visits (bed int primary key, visited int)`
        yield* sql`insert into visits values (0, 0), (1, 0)`
        const visit = (bed: number) =>
          sql`update visits set visited = visited + 1 where bed = ${bed}`
        const met = yield* Effect.all([Latch.make(), Latch.make()])
        let attempts = 0
        const round = (first: 0 | 1) =>
          Transaction.run(
            sql,
            Effect.gen(function* () {
              attempts += 1
              yield* sql`set local deadlock_timeout = '10ms'`
              yield* visit(first)
              yield* met[first].open
              yield* met[first === 0 ? 1 : 0].await
              yield* visit(1 - first)
            })
          )
        yield* Effect.all([round(0), round(1)], { concurrency: "unbounded" })
        expect(attempts).toBe(3)
        expect(yield* sql`select bed, visited from visits order by bed`).toEqual([
          { bed: 0, visited: 2 },
          { bed: 1, visited: 2 }
        ])
      })
    )
  },
  [postgres]
)

onEach(
  "a store whose server is gone",
  (it) => {
    it.effect("is not ready", () =>
      Effect.gen(function* () {
        const url = yield* urlOf
        const { check } = yield* Ports.Readiness.pipe(
          Effect.provide(yield* Layer.build(Layer.fresh(Store.layerPostgres({ url }))))
        )
        expect(yield* check).toBe(true)
        const address = new URL(Redacted.value(url))
        const database = address.pathname.slice(1)
        address.pathname = "/postgres"
        yield* SqlClient.SqlClient.use((sql) =>
          sql.unsafe(`drop database ${database} with (force)`)
        ).pipe(Effect.provide(Layer.fresh(Postgres.layer({ url: Redacted.make(address.href) }))))
        expect(yield* check).toBe(false)
      }).pipe(Effect.scoped)
    )
  },
  [postgres]
)

it.live("an embedded store has what was put into it when it is opened again", () =>
  Effect.gen(function* () {
    const directory = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "bedside-store-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    const open = <A, E>(effect: Effect.Effect<A, E, Ports.Store>) =>
      Effect.provide(effect, Layer.fresh(Store.layerEmbedded({ directory })))
    const given = Given.registration()
    const [{ id }] = given
    yield* open(Ports.Patients.use((patients) => patients.register(...given)))
    const found = Ports.Patients.use((patients) => patients.find(id))
    expect(Given.written.patient(yield* open(found))).toEqual(Given.written.patient(given[0]))
    const job = yield* open(Given.jobUnder(`send-confirmation:${id}`))
    expect(job?.state).toBe("pending")
  })
)
