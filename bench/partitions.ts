/**
 * Measurements in one table beside measurements in partitions by month, at the same size in the same
 * run: sizes, the rate of intake, queries through the ports, and what it takes to remove a month.
 *
 *     node --conditions=@bedside/source bench/partitions.ts [url] [rows in millions, 50]
 *
 * Two years of 50,000 patients, whose 8 vitals all come at the same times. Both are filled without
 * indices, which are made afterwards; what is measured comes after that, in turns and in alternating
 * order. Both databases are dropped at the end.
 */
import type * as Account from "@bedside/core/Account"
import * as Measurement from "@bedside/core/Measurement"
import * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as Timestamp from "@bedside/core/Timestamp"
import * as Partitions from "@bedside/postgres-adapter/Partitions"
import * as Postgres from "@bedside/postgres-adapter/Postgres"
import * as Store from "@bedside/postgres-adapter/Store"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"

const url = new URL(process.argv[2] ?? "postgres://postgres@127.0.0.1:5432/postgres")
const wanted = Number(process.argv[3] ?? 50) * 1_000_000

const patients = 50_000
const vitals = [
  "heart-rate",
  "respiratory-rate",
  "oxygen-saturation",
  "temperature",
  "systolic-pressure",
  "diastolic-pressure",
  "mean-pressure",
  "inspired-oxygen"
] as const
const perTime = patients * vitals.length
const first = Partitions.Month.make("2024-01")
const begin = Date.parse(`${first}-01T00:00:00Z`)
const end = Date.parse("2026-01-01T00:00:00Z")

/** How often the patients are looked at, and how long it is to the next time, ms. */
const times = Math.ceil(wanted / perTime)
const distance = Math.floor((end - begin) / times)

const layouts = ["one table", "partitions"] as const
type Layout = (typeof layouts)[number]

const stamp = Date.now()
const databaseOf = (layout: Layout) =>
  `bedside_bench_${layout === "partitions" ? "parts" : "one"}_${stamp}`

const server = (database: string) => {
  const address = new URL(url)
  address.pathname = `/${database}`
  return Postgres.layer({ url: Redacted.make(address.href), maxConnections: 4 })
}

const administer = (statement: string) =>
  Effect.runPromise(
    SqlClient.SqlClient.use((sql) => sql.unsafe(statement)).pipe(
      Effect.provide(Layer.fresh(Postgres.layer({ url: Redacted.make(url.href) })))
    )
  )

const run = (statement: string) =>
  SqlClient.SqlClient.use((sql) => sql.unsafe<Readonly<Record<string, unknown>>>(statement))

/** A UUID of version 7 in SQL: of an instant, and chance. */
const uuid = (instant: string, chance: string) =>
  `(lpad(to_hex((extract(epoch from ${instant}) * 1000)::bigint), 12, '0') || '7' ||
    substr(${chance}, 1, 3) || '8' || substr(${chance}, 4, 15))::uuid`

// The same patients in both databases.
const admit = run(`
  insert into bedside_patients (
    id, given_name, family_name, conditions, oxygen_scale, has_photo, created_at, updated_at, version
  )
  select ${uuid("timestamptz '2023-12-01' + nth * interval '50 seconds'", "md5(nth::text)")},
    'Ada', 'Byron', '{}', 1, false, now(), now(), 1
  from generate_series(1, ${patients}) as nth
`)

/** What the patients send at some times, the first at the first; `of` picks patients by number. */
const send = (table: string, start: number, count: number, of = "true") =>
  run(`
    insert into ${table} (
      observed_at, received_at, recorded_at, number, version, offset_minutes, implausible, id,
      patient_id, written_by, vital, source
    )
    select at, at + interval '2 seconds', at + interval '2 seconds', 60 + nth % 40, 1, 60, false,
      ${uuid("at + interval '2 seconds'", "md5(random()::text || nth)")}, patient_id,
      case when nth % 2 = 0 then md5((nth % 1000)::text)::uuid end, vital, 'monitor-' || nth % 1000
    from (
      select id as patient_id, nth, timestamptz '${new Date(start).toISOString()}'
        + time * interval '${distance} milliseconds' + nth * interval '2 milliseconds' as at
      from generate_series(0, ${count - 1}) as time
      cross join (select id, row_number() over (order by id) as nth from bedside_patients) as patient
      where ${of}
    ) as reading
    cross join unnest(array['${vitals.join("','")}']) as vital
  `)

const naturalKey = "unique (patient_id, vital, observed_at, source)"

const all = (statements: ReadonlyArray<string>) => Effect.forEach(statements, run)

/** Fills the one table, without its indices and foreign keys, and makes these. */
const fillOne = Effect.gen(function* () {
  const name = "bedside_measurements"
  const reference = "bedside_replaced_values_measurement_id_fkey"
  yield* all([
    `alter table bedside_replaced_values drop constraint ${reference}`,
    `alter table ${name} drop constraint ${name}_pkey, drop constraint ${name}_natural_key,
     drop constraint ${name}_patient_id_fkey`,
    `drop index ${name}_written_by`
  ])
  yield* send(name, begin, times)
  yield* all([
    `alter table ${name} add primary key (id)`,
    `alter table ${name} add constraint ${name}_natural_key ${naturalKey}`,
    `create index ${name}_written_by on ${name} (written_by, id) where written_by is not null`,
    `alter table ${name} add constraint ${name}_patient_id_fkey foreign key (patient_id)
     references bedside_patients on delete cascade`,
    `alter table bedside_replaced_values add constraint ${reference} foreign key (measurement_id)
     references ${name} on delete cascade`
  ])
})

/** The same, month by month: detached, filled, and attached again, which makes indices and keys. */
const fillMonths = Effect.gen(function* () {
  yield* Partitions.convert({ from: first })
  let done = 0
  for (const { table: name, from, to } of yield* Partitions.list) {
    if (from === undefined || to === undefined || Date.parse(from) >= end) continue
    yield* all([
      `alter table bedside_measurements detach partition ${name}`,
      `alter table ${name} drop constraint ${name}_pkey, drop constraint ${name}_natural_key,
       drop constraint bedside_measurements_patient_id_fkey`,
      `drop index ${name}_written_by_id_idx`
    ])
    const until = Math.ceil((Date.parse(to) - begin - patients * 2) / distance)
    yield* send(name, begin + done * distance, Math.min(until, times) - done)
    done = Math.min(until, times)
    yield* all([
      `alter table ${name} add constraint ${name}_natural_key ${naturalKey}`,
      `alter table bedside_measurements attach partition ${name}
       for values from ('${from}-01Z') to ('${to}-01Z')`
    ])
  }
})

const milliseconds = async (work: () => Promise<unknown>) => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const runtimeOf = (layout: Layout) =>
  ManagedRuntime.make(
    Store.layer({ poll: "1 minute" }).pipe(Layer.provideMerge(server(databaseOf(layout))))
  )
type Runtime = ReturnType<typeof runtimeOf>

const quantile = (values: ReadonlyArray<number>, q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ??
  NaN

const table = (title: string, rows: ReadonlyArray<readonly [string, ReadonlyArray<string>]>) => {
  console.log(`\n${title}`)
  for (const [name, cells] of rows) {
    console.log(name.padEnd(44) + cells.map((cell) => cell.padStart(22)).join(""))
  }
}

/** Times one piece of work on both, in turns and in alternating order. */
const inTurns = async (
  rounds: number,
  runtimes: Readonly<Record<Layout, Runtime>>,
  work: (
    layout: Layout,
    round: number
  ) => Effect.Effect<unknown, unknown, Ports.Measurements | SqlClient.SqlClient>
) => {
  const taken: Record<Layout, Array<number>> = { "one table": [], partitions: [] }
  for (let round = 0; round < rounds; round++) {
    for (const layout of round % 2 === 0 ? layouts : layouts.toReversed()) {
      taken[layout].push(await milliseconds(() => runtimes[layout].runPromise(work(layout, round))))
    }
  }
  return taken
}

interface Sample {
  readonly patientId: Patient.PatientId
  readonly ids: Readonly<Record<Layout, Measurement.MeasurementId>>
}

const main = async (runtimes: Readonly<Record<Layout, Runtime>>) => {
  const on = <A, E>(layout: Layout, effect: Effect.Effect<A, E, SqlClient.SqlClient>) =>
    runtimes[layout].runPromise(effect)
  for (const layout of layouts) await on(layout, admit)
  const filled = {
    "one table": await milliseconds(() => on("one table", fillOne)),
    partitions: await milliseconds(() => on("partitions", fillMonths))
  }
  const rows = times * perTime
  await on("one table", run("vacuum analyze bedside_measurements"))
  for (const { table: name, tableBytes } of await on("partitions", Partitions.list)) {
    // Of a table it has found empty Postgres remembers just that, and reads all of it once it is not.
    if (tableBytes > 1e6) await on("partitions", run(`vacuum analyze ${name}`))
  }

  const size = (layout: Layout, what: string) =>
    on(
      layout,
      Effect.map(
        run(
          `select sum(${what})::float8 as bytes from pg_class
           where relkind = 'r' and relname ~ '^bedside_measurements'`
        ),
        ([row]) => Number(row?.["bytes"])
      )
    )
  const sizes = async (what: string, name: string) => {
    const bytes = await Promise.all(layouts.map((layout) => size(layout, what)))
    const cells = bytes.map((it) => `${(it / 1e9).toFixed(2)} GB ${(it / rows).toFixed(0)} B/row`)
    return [name, cells] as const
  }
  const partitions = await on("partitions", Partitions.list)
  const full = partitions.filter(({ rows: estimate = 0 }) => estimate > 0)
  const mean = (pick: (partition: Partitions.Partition) => number) =>
    full.reduce((sum, it) => sum + pick(it), 0) / full.length / 1e6

  table(`${rows / 1e6} million rows of ${patients} patients`, [
    ["", layouts],
    ["filled and indexed, s", layouts.map((it) => (filled[it] / 1_000).toFixed(0))],
    await sizes("pg_table_size(oid)", "table"),
    await sizes("pg_indexes_size(oid)", "indices"),
    ["partitions, filled", ["", `${partitions.length}, ${full.length}`]],
    [
      "a filled one: table, indices",
      [
        "",
        `${mean((it) => it.tableBytes).toFixed(0)} MB, ${mean((it) => it.indexBytes).toFixed(0)} MB`
      ]
    ]
  ])

  // A quarter of the patients at a time that is new.
  const quarter = patients / 4
  const sent = await inTurns(4, runtimes, (_, round) =>
    send("bedside_measurements", end + round * 86_400_000, 1, `nth % 4 = ${round % 4}`)
  )
  table(
    `intake of ${(quarter * vitals.length) / 1_000},000 rows of as many patients as there are`,
    [
      ["", [...layouts, "ratio"]],
      [
        "rows/s, median of 4",
        [
          ...layouts.map((it) =>
            ((quarter * vitals.length * 1_000) / quantile(sent[it], 0.5)).toFixed(0)
          ),
          (quantile(sent["one table"], 0.5) / quantile(sent.partitions, 0.5)).toFixed(2)
        ]
      ]
    ]
  )

  const rounds = 400
  const known = await on(
    "one table",
    run(`select id, (random() * 1e6)::int as nth from bedside_patients order by 2 limit ${rounds}`)
  )
  const middle = begin + Math.floor(times / 2) * distance
  const from = Timestamp.at(middle)
  const to = Timestamp.at(middle + 30 * 86_400_000)
  const samples: Array<Sample> = []
  for (const row of known) {
    // Of a patient that is there.
    const patientId = Patient.PatientId.make(String(row["id"]))
    const ids = {
      "one table": Measurement.MeasurementId.make(patientId),
      partitions: Measurement.MeasurementId.make(patientId)
    }
    for (const layout of layouts) {
      const [found] = await on(
        layout,
        run(`select id from bedside_measurements where patient_id = '${patientId}'
          and vital = 'temperature' order by observed_at offset ${samples.length % times} limit 1`)
      )
      ids[layout] = Measurement.MeasurementId.make(String(found?.["id"]))
    }
    samples.push({ patientId, ids })
  }
  const sample = (round: number) => samples[round % samples.length]!
  const draft = (index: number, at: number): Ports.Draft => ({
    id: Measurement.MeasurementId.make(SecureRandom.uuidV7Unsafe()),
    vital: vitals[index % vitals.length]!,
    value: 70,
    observedAt: Timestamp.at(at + Math.floor(index / vitals.length) * 1_000),
    source: "monitor",
    implausible: false
  })
  const recorded = (count: number, at: number) => (_: Layout, round: number) =>
    Ports.Measurements.use((port) =>
      port.record({
        patientId: sample(round).patientId,
        drafts: Array.from({ length: count }, (_, index) => draft(index, at + round * 60_000)),
        receivedAt: DateTime.makeUnsafe(at),
        writtenBy: SecureRandom.uuidV7Unsafe() as Account.AccountId,
        jobs: []
      })
    )
  const now = end + 10 * 86_400_000
  const queries: ReadonlyArray<
    readonly [
      string,
      number,
      (layout: Layout, round: number) => Effect.Effect<unknown, unknown, Ports.Measurements>
    ]
  > = [
    [
      "latest",
      rounds,
      (_, round) => Ports.Measurements.use((port) => port.latest(sample(round).patientId))
    ],
    [
      "history of a vital, first page of 100",
      rounds,
      (_, round) =>
        Ports.Measurements.use((port) =>
          port.history(sample(round).patientId, { vital: "heart-rate" }, { limit: 100 })
        )
    ],
    [
      "history of a vital, 30 days",
      rounds,
      (_, round) =>
        Ports.Measurements.use((port) =>
          port.history(sample(round).patientId, { vital: "heart-rate", from, to }, { limit: 100 })
        )
    ],
    [
      "history of all vitals, first page of 100",
      rounds,
      (_, round) =>
        Ports.Measurements.use((port) => port.history(sample(round).patientId, {}, { limit: 100 }))
    ],
    [
      "history of all vitals, 30 days",
      rounds,
      (_, round) =>
        Ports.Measurements.use((port) =>
          port.history(sample(round).patientId, { from, to }, { limit: 100 })
        )
    ],
    [
      "find by id",
      rounds,
      (layout, round) => Ports.Measurements.use((port) => port.find(sample(round).ids[layout]))
    ],
    [
      "list, page of 100",
      rounds,
      (layout, round) =>
        Ports.Measurements.use((port) =>
          port.list({}, { limit: 100, after: sample(round).ids[layout] })
        )
    ],
    ["record 8 readings", rounds, recorded(8, now)],
    ["record 1,000 readings", 100, recorded(1_000, now + 86_400_000)]
  ]
  const lines: Array<readonly [string, ReadonlyArray<string>]> = [["", [...layouts, "p50, ratio"]]]
  for (const [name, count, work] of queries) {
    await inTurns(10, runtimes, (layout, round) => work(layout, rounds * 10 + round))
    const taken = await inTurns(count, runtimes, work)
    const cells = layouts.map(
      (it) => `${quantile(taken[it], 0.5).toFixed(2)} p99 ${quantile(taken[it], 0.99).toFixed(2)}`
    )
    const ratio = quantile(taken.partitions, 0.5) / quantile(taken["one table"], 0.5)
    lines.push([name, [...cells, ratio.toFixed(2)]])
  }
  table("milliseconds, p50 and p99", lines)

  const second = Partitions.Month.make("2024-02")
  const removed = await milliseconds(() =>
    on("partitions", Partitions.retire({ before: second, keep: false }))
  )
  const deleted = await milliseconds(() =>
    on("one table", run(`delete from bedside_measurements where observed_at < '2024-02-01Z'`))
  )
  const converted = await milliseconds(() =>
    on("one table", Partitions.convert({ from: Partitions.Month.make("2026-03") }))
  )
  table("milliseconds, once", [
    ["", layouts],
    ["remove the first month", [deleted.toFixed(0), removed.toFixed(0)]],
    ["convert", [converted.toFixed(0), ""]]
  ])
}

for (const layout of layouts) {
  await administer(`create database ${databaseOf(layout)}`)
  await administer(`alter database ${databaseOf(layout)} set maintenance_work_mem = '512MB'`)
}
const runtimes = { "one table": runtimeOf("one table"), partitions: runtimeOf("partitions") }
try {
  await main(runtimes)
} finally {
  for (const layout of layouts) {
    await runtimes[layout].dispose()
    await administer(`drop database ${databaseOf(layout)} with (force)`)
  }
}
