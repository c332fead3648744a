/**
 * How much of the rate of a bare `insert … select from unnest` remains when readings go through
 * `Monitoring.record`: units, ranges and pressures checked, ids made, one outcome for each reading,
 * and the job offered in the same transaction.
 *
 *     node --conditions=@bedside/source bench/ingest.ts [postgres://user:password@host:port/database]
 *
 * Both write into the same table with the same indexes, 10,000 rows a call, in turns. The bare insert
 * finds its columns ready in memory. Afterwards, what it costs calls of one reading, of which each
 * commits a job, that other processes are told of it.
 */
import type * as Account from "@bedside/core/Account"
import * as Measurement from "@bedside/core/Measurement"
import * as Monitoring from "@bedside/core/Monitoring"
import * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as Timestamp from "@bedside/core/Timestamp"
import * as Postgres from "@bedside/postgres-adapter/Postgres"
import * as Store from "@bedside/postgres-adapter/Store"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"

const rows = 10_000
const rounds = 60
const warmUp = 5

const callers = 16
const calls = 50
const turns = 14

const url = new URL(process.argv[2] ?? "postgres://postgres@127.0.0.1:5432/postgres")

// What a bedside monitor sends every few seconds, and how far each value wanders.
const monitored = [
  ["heart-rate", "/min", 60, 40],
  ["respiratory-rate", "/min", 12, 8],
  ["oxygen-saturation", "%", 92, 8],
  ["temperature", "Cel", 36, 3],
  ["systolic-pressure", "mm[Hg]", 110, 40],
  ["diastolic-pressure", "mm[Hg]", 60, 30],
  ["mean-pressure", "mm[Hg]", 80, 30],
  ["inspired-oxygen", "%", 21, 40]
] as const

const readings = (start: number): ReadonlyArray<Measurement.Reading> =>
  Array.from({ length: rows }, (_, index) => {
    const [vital, unit, lowest, width] = monitored[index % monitored.length]!
    return {
      vital,
      unit,
      value: lowest + ((index * 7) % width),
      observedAt: Timestamp.at(start + Math.floor(index / monitored.length) * 5_000, 120),
      source: "monitor-7"
    }
  })

const column = (values: ReadonlyArray<unknown>, element: number) =>
  Result.getOrThrow(PgTypes.array(values, element))

/** The columns of a batch, as the fastest statement takes them. */
const columns = (batch: ReadonlyArray<Measurement.Reading>) =>
  [
    column(
      batch.map(() => SecureRandom.uuidV7Unsafe()),
      PgTypes.OID.uuid
    ),
    column(
      batch.map((it) => it.vital),
      PgTypes.OID.text
    ),
    column(
      batch.map((it) => it.value),
      PgTypes.OID.float8
    ),
    column(
      batch.map((it) => it.observedAt.epochMilliseconds),
      PgTypes.OID.timestamptz
    ),
    column(
      batch.map((it) => Timestamp.offsetMinutes(it.observedAt)),
      PgTypes.OID.int2
    ),
    column(
      batch.map((it) => it.source),
      PgTypes.OID.text
    ),
    column(
      batch.map(() => false),
      PgTypes.OID.bool
    )
  ] as const

const bare = Effect.fnUntraced(function* (
  patientId: string,
  [ids, vitals, numbers, times, offsets, sources, flags]: ReturnType<typeof columns>
) {
  const sql = yield* SqlClient.SqlClient
  const now = new Date()
  yield* sql`
    insert into bedside_measurements (
      id, patient_id, vital, number, observed_at, offset_minutes, received_at, recorded_at, source,
      implausible, version
    )
    select id, ${patientId}, vital, number, observed_at, offset_minutes, ${now}, ${now}, source,
      implausible, 1
    from unnest(${ids}, ${vitals}, ${numbers}, ${times}, ${offsets}, ${sources}, ${flags})
      as row (id, vital, number, observed_at, offset_minutes, source, implausible)
  `
})

const admitted = Effect.gen(function* () {
  const patients = yield* Ports.Patients
  const id = Patient.PatientId.make(SecureRandom.uuidV7Unsafe())
  const details = { givenName: "Ada", familyName: "Byron", birthDate: "1960-12-10" }
  yield* patients.insert(
    Result.getOrThrow(Patient.make(details, { id, now: DateTime.makeUnsafe(Date.now()) }))
  )
  return id
})

const milliseconds = <E, R>(effect: Effect.Effect<unknown, E, R>) =>
  Effect.gen(function* () {
    const start = performance.now()
    yield* effect
    return performance.now() - start
  })

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

const nurse: Account.Actor = {
  // Any id does: the store keeps it beside the readings of devices only.
  id: SecureRandom.uuidV7Unsafe() as Account.AccountId,
  user: "ada",
  roles: ["clinician"]
}

interface Round {
  readonly bare: number
  readonly port: number
  readonly again: number
}

const measure = Effect.gen(function* () {
  const monitoring = yield* Monitoring.Monitoring
  const byHand = yield* admitted
  const byPort = yield* admitted

  const recorded = (
    batch: ReadonlyArray<Monitoring.Received>,
    wanted: Monitoring.Outcome["status"]
  ) =>
    milliseconds(
      Effect.map(monitoring.record(nurse, byPort, batch), (outcomes) => {
        const others = outcomes.filter(({ status }) => status !== wanted)
        if (others.length > 0) throw new Error(`${others.length} readings are not ${wanted}`)
      })
    )

  const round = Effect.fnUntraced(function* (index: number) {
    const batch = readings(Date.parse("2026-01-01T00:00:00Z") + index * rows * 1_000)
    const received = batch.map(Result.succeed)
    const withoutPort = milliseconds(bare(byHand, columns(batch)))
    const withPort = recorded(received, "created")
    // In turns, so that neither always goes first.
    const first = yield* index % 2 === 0 ? withoutPort : withPort
    const second = yield* index % 2 === 0 ? withPort : withoutPort
    const again = yield* recorded(received, "unchanged")
    const result: Round =
      index % 2 === 0 ? { bare: first, port: second, again } : { bare: second, port: first, again }
    return result
  })

  const indices = Array.from({ length: warmUp + rounds }, (_, index) => index)
  const measured = (yield* Effect.forEach(indices, round)).slice(warmUp)
  report(measured)
})

/** The medians, and the fastest of all rounds, which what else the machine does has least part in. */
const report = (measured: ReadonlyArray<Round>): void => {
  const line = (name: string, pick: (round: Round) => number) => {
    const columns = [median, (times: ReadonlyArray<number>) => Math.min(...times)].map((of) => {
      const time = of(measured.map(pick))
      const ratio = of(measured.map(({ bare }) => bare)) / time
      return `${time.toFixed(1).padStart(7)} ms ${ratio.toFixed(2)}`
    })
    console.log(name.padEnd(26) + columns.join("   "))
  }
  console.log("10,000 rows a call".padEnd(26) + "median       ".padStart(12) + "   fastest")
  line("bare unnest", (round) => round.bare)
  line("Monitoring.record", (round) => round.port)
  line("the same readings again", (round) => round.again)
}

/** Calls of one reading a second, from as many patients at once as there are callers. */
const single = Effect.gen(function* () {
  const monitoring = yield* Monitoring.Monitoring
  const patients = yield* Effect.replicateEffect(admitted, callers)
  return Effect.fnUntraced(function* (turn: number) {
    const call = (patient: Patient.PatientId) => (index: number) => {
      const observedAt = Timestamp.at(Date.UTC(2026, 0, 1) + (turn * calls + index) * 1_000)
      const reading = {
        vital: "heart-rate",
        unit: "/min",
        value: 60,
        source: "monitor-7",
        observedAt
      }
      return monitoring.record(nurse, patient, [Result.succeed(reading)])
    }
    const each = Effect.forEach(
      patients,
      (patient) => Effect.forEach(Array(calls).keys(), call(patient), { discard: true }),
      { concurrency: "unbounded", discard: true }
    )
    return ((callers * calls) / (yield* milliseconds(each))) * 1_000
  })
})

/** A worker that listens, and has its hands full. */
const listener = Effect.gen(function* () {
  const queue = yield* Ports.JobQueue
  yield* Effect.forkScoped(queue.take(() => Effect.never))
})

const telling = Effect.gen(function* () {
  yield* Effect.provideContext(listener, yield* Layer.build(application(true)))
  const silent = yield* Effect.provideContext(single, yield* Layer.build(application(false)))
  const told = yield* Effect.provideContext(single, yield* Layer.build(application(true)))
  const rates: { readonly [key in "silent" | "told"]: Array<number> } = { silent: [], told: [] }
  for (let turn = 0; turn < turns; turn++) {
    const both = [
      ["silent", silent],
      ["told", told]
    ] as const
    for (const [key, rate] of turn % 2 === 0 ? both : both.toReversed()) {
      rates[key].push(yield* rate(turn))
    }
  }
  const columns = [median, (them: ReadonlyArray<number>) => Math.max(...them)].map((of) => {
    const [without, withIt] = [of(rates.silent.slice(2)), of(rates.told.slice(2))]
    return `${without.toFixed(0).padStart(6)} ${withIt.toFixed(0).padStart(6)} ${(withIt / without).toFixed(2)}`
  })
  console.log("commits/s, others untold, told, ratio".padEnd(38) + columns.join("   "))
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

const application = (wakeUp: boolean) =>
  Layer.fresh(
    Monitoring.Monitoring.layer.pipe(
      Layer.provideMerge(Store.layer({ wakeUp })),
      Layer.provideMerge(server(database)),
      Layer.provideMerge(SecureRandom.layerWebCrypto)
    )
  )

const run = Effect.andThen(measure.pipe(Effect.provide(application(true))), Effect.scoped(telling))

await Effect.runPromise(
  Effect.acquireUseRelease(
    administer(`create database ${database}`),
    () => run,
    () => administer(`drop database ${database} with (force)`)
  )
)
