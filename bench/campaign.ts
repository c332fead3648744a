/**
 * What it takes to make the metrics of 10,000 recordings again, by one runner and by two, of which one is
 * killed half-way, beside a loop that does nothing else; and whether each has one new result.
 *
 *     node --conditions=@bedside/source bench/campaign.ts [postgres://user:password@host:port/database]
 *
 * A runner is a process of its own, with the worker that servers have.
 */
import * as Analysis from "@bedside/core/Analysis"
import * as Campaigning from "@bedside/core/Campaigning"
import * as Conducting from "@bedside/core/Conducting"
import * as Electrocardiography from "@bedside/core/Electrocardiography"
import * as Fitting from "@bedside/core/Fitting"
import * as Foretelling from "@bedside/core/Foretelling"
import * as Monitoring from "@bedside/core/Monitoring"
import * as Notifying from "@bedside/core/Notifying"
import * as Ports from "@bedside/core/Ports"
import type * as Account from "@bedside/core/Account"
import type * as Recording from "@bedside/core/Recording"
import * as Postgres from "@bedside/postgres-adapter/Postgres"
import * as Runner from "@bedside/postgres-adapter/Runner"
import * as Store from "@bedside/postgres-adapter/Store"
import * as Worker from "@bedside/worker-adapter/Worker"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const recordings = 10_000
const loop = 1_000
const lease = "10 seconds"

const running = process.argv[3] === "run"
const url = new URL(process.argv[2] ?? "postgres://postgres@127.0.0.1:5432/postgres")

const database = (address: URL) => Postgres.layer({ url: Redacted.make(address.href) })

/** A runner: all that a worker does, on the database of the benchmark. */
const runner = Worker.layer().pipe(
  Layer.provide([
    Campaigning.Campaigning.layer,
    Conducting.Conducting.layer,
    Electrocardiography.Electrocardiography.layer,
    Fitting.Fitting.layer,
    Foretelling.Foretelling.layer,
    Monitoring.Monitoring.layer,
    Notifying.Notifying.layer
  ]),
  Layer.provide([Store.layer(), Runner.layer({ lease })]),
  Layer.provide(database(url)),
  Layer.provide([SecureRandom.layerWebCrypto, Fitting.layerCsv]),
  Layer.provide(Layer.succeed(Notifying.Channels, []))
)

/** Ten seconds at 250 Hz with a beat every 0.8 s, each recording at another phase. */
const signal = (nth: number): Int16Array =>
  Int16Array.from({ length: 2_500 }, (_, at) => {
    const beat = ((at + nth) % 200) / 250
    const wave = (centre: number, width: number, height: number) =>
      height * Math.exp(-(((beat - centre) / width) ** 2))
    return Math.round(wave(0.2, 0.01, 900) + wave(0.08, 0.03, 120) + wave(0.45, 0.05, 250))
  })

const owner = "01890a5d-ac96-774b-bcce-b302099a8058" as Account.AccountId

const fill = Effect.gen(function* () {
  const ecgs = yield* Ports.Ecgs
  const receivedAt = DateTime.makeUnsafe(Date.now())
  yield* Effect.forEach(
    Array.from({ length: recordings }, (_, nth) => nth),
    (nth) => {
      const recordingId = SecureRandom.uuidV7Unsafe() as Recording.RecordingId
      const leads = [{ name: "II", samples: signal(nth) }]
      const recording = { id: `${nth}`, date: "2026-03-01", samplingRate: 250, leads }
      return ecgs.submit({ recordingId, owner, recording, receivedAt })
    },
    { concurrency: 8, discard: true }
  )
})

/** As if another edition of the methods had analysed all of them, and there had been no campaign. */
const age = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`truncate bedside_campaigns, bedside_ecg_metrics cascade`
  yield* sql`delete from bedside_jobs`
  yield* sql`
    do $$ begin
      if to_regclass('bedside_cluster_messages') is not null then
        truncate bedside_cluster_messages, bedside_cluster_replies;
      end if;
    end $$
  `
  yield* sql`update bedside_ecgs set status = 'completed', edition = 'an older one'`
  yield* sql`vacuum analyze`
})

/** How many of a number are done in a second of an effect. */
const rateOf = <E, R>(count: number, effect: Effect.Effect<unknown, E, R>) =>
  Effect.map(Effect.timed(effect), ([duration]) => count / Duration.toSeconds(duration))

/** One recording after another, in this process, without an engine. */
const bare = Effect.gen(function* () {
  const ecgs = yield* Ports.Ecgs
  const electrocardiography = yield* Electrocardiography.Electrocardiography
  const ids = yield* ecgs.outdated(Analysis.edition, { limit: loop })
  const each = Effect.forEach(ids, electrocardiography.analyse, { discard: true })
  return yield* rateOf(ids.length, each)
})

const start = (address: URL): Effect.Effect<ChildProcess, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const file = fileURLToPath(import.meta.url)
      const options = ["--conditions=@bedside/source", file, address.href, "run"]
      return spawn(process.execPath, options, { stdio: ["ignore", "ignore", "inherit"] })
    }),
    (it) => Effect.sync(() => it.kill("SIGKILL"))
  )

const campaign = Effect.map(
  Ports.Campaigns.use((campaigns) => campaigns.list({ limit: 1 })),
  ([newest]) => newest
)

const until = (done: number) =>
  Effect.repeat(campaign, {
    until: (it) => it !== undefined && it.done >= done,
    schedule: Schedule.spaced("200 millis")
  })

/** How many recordings have how many results of the new edition. */
const results = SqlClient.SqlClient.use(
  (sql) => sql<{ readonly results: number; readonly recordings: number }>`
    select results, count(*)::int as recordings
    from (
      select (
        select count(*)::int from bedside_ecg_metrics metric
        where metric.recording_id = ecg.recording_id and name = 'zero-crossings'
      ) as results
      from bedside_ecgs ecg where edition = ${Analysis.edition}
    ) as each group by results
  `
)

/** From the first stretch that is counted on, so that no start of a process is in it. */
const carriedOut = Effect.fnUntraced(function* (
  address: URL,
  { runners, upTo, kills }: { runners: number; upTo: number; kills: boolean }
) {
  yield* age
  const processes = yield* Effect.replicateEffect(start(address), runners)
  const begun = (yield* until(1))?.done ?? 0
  const rest = Effect.gen(function* () {
    if (kills) {
      yield* until(upTo / 2)
      processes[0]?.kill("SIGKILL")
    }
    yield* until(upTo)
  })
  const rate = yield* rateOf(upTo - begun, rest)
  return { rate, found: yield* results }
}, Effect.scoped)

const measure = Effect.fnUntraced(function* (address: URL) {
  yield* fill
  yield* age
  // Once to warm up.
  yield* bare
  yield* age
  const unit = yield* bare
  console.log(`a loop        ${unit.toFixed(0)} recordings a second`)
  for (const [name, how] of [
    ["one runner", { runners: 1, upTo: recordings / 4, kills: false }],
    ["two runners", { runners: 2, upTo: recordings / 4, kills: false }],
    ["one killed", { runners: 2, upTo: recordings, kills: true }]
  ] as const) {
    const { rate, found } = yield* carriedOut(address, how)
    const each = found.map((it) => `${it.recordings} with ${it.results}`).join(", ")
    console.log(
      `${name.padEnd(13)} ${rate.toFixed(0)} a second, ${(rate / unit).toFixed(2)} of the loop; new results: ${each}`
    )
  }
})

const administer = (statement: string) =>
  SqlClient.SqlClient.use((sql) => sql.unsafe(statement)).pipe(Effect.provide(database(url)))

const benchmark = Effect.suspend(() => {
  const name = `bedside_bench_${Date.now()}`
  const address = new URL(url)
  address.pathname = `/${name}`
  const ports = Electrocardiography.Electrocardiography.layer.pipe(
    Layer.provideMerge(Store.layer()),
    Layer.provideMerge(database(address)),
    Layer.provide(SecureRandom.layerWebCrypto)
  )
  return Effect.acquireUseRelease(
    administer(`create database ${name}`),
    () => Effect.provide(measure(address), ports),
    () => administer(`drop database ${name} with (force)`)
  )
})

await Effect.runPromise(running ? Layer.launch(runner) : benchmark)
