/**
 * How long a job waits from the commit that offered it until a handler in another process begins it.
 *
 *     node --conditions=@bedside/source bench/job-start.ts [postgres://user:password@host:port/database]
 *
 * One process records measurements, each of which offers a job; the other takes the jobs, first with
 * the poll alone that servers have and then woken as well. The two clocks are that of one machine.
 */
import * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as Timestamp from "@bedside/core/Timestamp"
import * as Postgres from "@bedside/postgres-adapter/Postgres"
import * as Store from "@bedside/postgres-adapter/Store"
import type * as Measurement from "@bedside/core/Measurement"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const rounds = 300
const warmUp = 20
const poll = 50

const [, , , taking, woken] = process.argv
const url = new URL(process.argv[2] ?? "postgres://postgres@127.0.0.1:5432/postgres")

const layer = (address: URL) => Postgres.layer({ url: Redacted.make(address.href) })

const store = (address: URL, wakeUp: boolean) =>
  Store.layerPostgres({ url: Redacted.make(address.href), wakeUp })

/** The time in ms, finer than a clock of whole ones. */
const now = () => performance.timeOrigin + performance.now()

/** The other process: says when it began which job. */
const take = Effect.gen(function* () {
  const queue = yield* Ports.JobQueue
  console.log("ready")
  return yield* Effect.forever(
    queue.take((_, { id }) => Effect.sync(() => console.log(`${id} ${now()}`)))
  )
})

const reading = (round: number): Ports.Draft => ({
  // A generated UUID needs no check against the pattern of its brand.
  id: SecureRandom.uuidV7Unsafe() as Measurement.MeasurementId,
  vital: "heart-rate",
  value: 60,
  observedAt: Timestamp.at(Date.UTC(2026, 0, 1) + round * 1_000),
  source: "monitor-7",
  implausible: false
})

const admitted = Effect.gen(function* () {
  const patients = yield* Ports.Patients
  const measurements = yield* Ports.Measurements
  const id = Patient.PatientId.make(SecureRandom.uuidV7Unsafe())
  const at = DateTime.makeUnsafe(Date.now())
  const details = { givenName: "Ada", familyName: "Byron", birthDate: "1960-12-10" }
  yield* patients.insert(Result.getOrThrow(Patient.make(details, { id, now: at })))
  return Effect.fnUntraced(function* (round: number) {
    const batch = String(round)
    yield* measurements.record({
      patientId: id,
      drafts: [reading(round)],
      receivedAt: at,
      jobs: [{ _tag: "assess-patient", patientId: id, batch }]
    })
    return { id: `assess-patient:${id}:${batch}`, committed: now() }
  })
})

const quantile = (values: ReadonlyArray<number>, share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? NaN

const measure = (address: URL, wakeUp: boolean) =>
  Effect.gen(function* () {
    const file = fileURLToPath(import.meta.url)
    const options = ["--conditions=@bedside/source", file, address.href, "take", String(wakeUp)]
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => spawn(process.execPath, options, { stdio: ["ignore", "pipe", "inherit"] })),
      (it) => Effect.sync(() => it.kill("SIGKILL"))
    )
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const line = Effect.promise(async () => String((await lines.next()).value))
    const next = yield* admitted
    yield* line
    const waits: Array<number> = []
    for (let round = 0; round < warmUp + rounds; round++) {
      // The pause falls anywhere between two polls.
      yield* Effect.sleep(poll + Math.random() * poll)
      const { id, committed } = yield* next(round)
      const [begun, time] = (yield* line).split(" ")
      if (begun !== id) throw new Error(`${begun} began in place of ${id}`)
      // A handler may begin before the commit has been answered.
      if (round >= warmUp) waits.push(Math.max(0, Number(time) - committed))
    }
    const columns = ([0.5, 0.95, 0.99] as const).map(
      (share) => `p${share * 100} ${quantile(waits, share).toFixed(1)} ms`
    )
    console.log([wakeUp ? "woken  " : "polling", ...columns].join("   "))
  }).pipe(Effect.scoped, Effect.provide(store(address, wakeUp)))

const administer = (statement: string) =>
  SqlClient.SqlClient.use((sql) => sql.unsafe(statement)).pipe(Effect.provide(layer(url)))

const benchmark = (wakeUp: boolean) => {
  const database = `bedside_bench_${Date.now()}`
  const address = new URL(url)
  address.pathname = `/${database}`
  return Effect.acquireUseRelease(
    administer(`create database ${database}`),
    () => measure(address, wakeUp),
    () => administer(`drop database ${database} with (force)`)
  )
}

await Effect.runPromise(
  taking === "take"
    ? take.pipe(Effect.provide(store(url, woken === "true")))
    : Effect.andThen(benchmark(false), benchmark(true))
)
