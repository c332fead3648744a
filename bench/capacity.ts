/**
 * What one process takes in and works off, as it is composed in the examples: batches of 8 readings
 * recorded through `Monitoring.record`, then their jobs (an assessment and a risk for each) by a worker.
 *
 *     node --conditions=@bedside/source bench/capacity.ts [postgres://user:password@host:port/database]
 *
 * 2,000 patients, one batch each, 8 at a time; the worker has its 4 slots.
 */
import type * as Account from "@bedside/core/Account"
import * as Campaigning from "@bedside/core/Campaigning"
import * as Conducting from "@bedside/core/Conducting"
import * as Electrocardiography from "@bedside/core/Electrocardiography"
import * as Fitting from "@bedside/core/Fitting"
import * as Foretelling from "@bedside/core/Foretelling"
import type * as Measurement from "@bedside/core/Measurement"
import * as Monitoring from "@bedside/core/Monitoring"
import * as Notifying from "@bedside/core/Notifying"
import * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as Timestamp from "@bedside/core/Timestamp"
import * as Postgres from "@bedside/postgres-adapter/Postgres"
import * as Queue from "@bedside/postgres-adapter/Queue"
import * as Runner from "@bedside/postgres-adapter/Runner"
import * as Store from "@bedside/postgres-adapter/Store"
import * as Worker from "@bedside/worker-adapter/Worker"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"

const patients = 2_000
const url = new URL(process.argv[2] ?? "postgres://postgres@127.0.0.1:5432/postgres")

const vitals = [
  ["heart-rate", "/min", 72],
  ["respiratory-rate", "/min", 16],
  ["oxygen-saturation", "%", 97],
  ["temperature", "Cel", 37],
  ["systolic-pressure", "mm[Hg]", 120],
  ["diastolic-pressure", "mm[Hg]", 70],
  ["mean-pressure", "mm[Hg]", 87],
  ["inspired-oxygen", "%", 21]
] as const

const device: Account.Actor = {
  // Any id does: the store keeps it beside what the device has sent.
  id: SecureRandom.uuidV7Unsafe() as Account.AccountId,
  user: "monitor-7",
  roles: ["device"]
}

const readings = (at: number): ReadonlyArray<Measurement.Reading> =>
  vitals.map(([vital, unit, value]) => ({
    vital,
    unit,
    value,
    observedAt: Timestamp.at(at),
    source: "monitor-7"
  }))

const admitted = Effect.gen(function* () {
  const id = Patient.PatientId.make(SecureRandom.uuidV7Unsafe())
  const details = { givenName: "Ada", familyName: "Byron", birthDate: "1960-12-10" }
  const now = DateTime.makeUnsafe(Date.now())
  const port = yield* Ports.Patients
  yield* port.insert(Result.getOrThrow(Patient.make(details, { id, now })))
  return id
})

/** How many a second, and the processor time of this process for each, ms. */
const rate = <E, R>(work: Effect.Effect<number, E, R>) =>
  Effect.gen(function* () {
    const start = performance.now()
    const before = process.cpuUsage()
    const count = yield* work
    const { user, system } = process.cpuUsage(before)
    const perSecond = (count * 1_000) / (performance.now() - start)
    return `${perSecond.toFixed(0)} a second, ${((user + system) / 1_000 / count).toFixed(2)} ms of its processor each`
  })

const workflows = Layer.mergeAll(
  Campaigning.Campaigning.layer,
  Conducting.Conducting.layer,
  Electrocardiography.Electrocardiography.layer,
  Fitting.Fitting.layer,
  Foretelling.Foretelling.layer,
  Monitoring.Monitoring.layer,
  Notifying.Notifying.layer
).pipe(Layer.provide([Fitting.layerCsv, Layer.succeed(Notifying.Channels, [])]))

/** The jobs that have ended, and whether there are more. */
const standing = Effect.map(Queue.counts, (counts) => ({
  done: counts.reduce((sum, it) => sum + (it.state === "completed" ? it.count : 0), 0),
  open: counts.some(({ state }) => state === "pending" || state === "running")
}))

const measure = Effect.gen(function* () {
  const monitoring = yield* Monitoring.Monitoring
  const sql = yield* SqlClient.SqlClient
  const ids = yield* Effect.replicateEffect(admitted, patients)
  const now = Date.now() - 60_000
  const recorded = yield* rate(
    Effect.forEach(ids, (id) => monitoring.record(device, id, readings(now).map(Result.succeed)), {
      concurrency: 8
    }).pipe(Effect.as(patients))
  )
  const ended = yield* rate(
    Effect.gen(function* () {
      yield* Layer.build(Worker.layer())
      while ((yield* standing).open) yield* Effect.sleep("100 millis")
      return (yield* standing).done
    }).pipe(Effect.scoped)
  )
  const [size] = yield* sql<{ assessments: number; jobs: number; predictions: number }>`
    select pg_total_relation_size('bedside_assessments')::float8 as assessments,
      pg_total_relation_size('bedside_predictions')::float8 as predictions,
      pg_total_relation_size('bedside_jobs')::float8 as jobs
  `
  console.log(`batches of 8 readings recorded: ${recorded}`)
  console.log(`jobs ended: ${ended}`)
  console.log(
    `bytes for each batch: assessments ${((size?.assessments ?? NaN) / patients).toFixed(0)}, ` +
      `predictions ${((size?.predictions ?? NaN) / patients).toFixed(0)}, ` +
      `jobs ${((size?.jobs ?? NaN) / patients).toFixed(0)}`
  )
})

const server = (database: string) => {
  const address = new URL(url)
  address.pathname = `/${database}`
  return Postgres.layer({ url: Redacted.make(address.href) })
}

const administer = (statement: string) =>
  SqlClient.SqlClient.use((sql) => sql.unsafe(statement)).pipe(
    Effect.provide(Layer.fresh(Postgres.layer({ url: Redacted.make(url.href) })))
  )

const database = `bedside_bench_${Date.now()}`

await Effect.runPromise(
  Effect.acquireUseRelease(
    administer(`create database ${database}`),
    () =>
      measure.pipe(
        Effect.provide(
          workflows.pipe(
            Layer.provide(Runner.layer()),
            Layer.provideMerge(Store.layer()),
            Layer.provideMerge(server(database)),
            Layer.provideMerge(SecureRandom.layerWebCrypto),
            Layer.provideMerge(Logger.layer([]))
          )
        )
      ),
    () => administer(`drop database ${database} with (force)`)
  )
)
