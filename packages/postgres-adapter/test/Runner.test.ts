import * as Account from "@bedside/core/Account"
import * as Analysis from "@bedside/core/Analysis"
import * as Campaigning from "@bedside/core/Campaigning"
import * as Conducting from "@bedside/core/Conducting"
import * as Ports from "@bedside/core/Ports"
import * as Recording from "@bedside/core/Recording"
import { expect } from "@effect/vitest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as SqlClient from "effect/sql/SqlClient"
import * as Runner from "../src/Runner.ts"
import * as Store from "../src/Store.ts"
import { type Backend, onEach, postgres } from "./backends.ts"

const ada: Account.Actor = {
  id: Account.AccountId.make("01890a5d-ac96-774b-bcce-b302099a8058"),
  user: "ada",
  roles: ["admin"]
}

const many = 250

const runnerOf = ({ name }: Backend) =>
  name === "PGlite" ? Runner.layerEmbedded : Runner.layer({ lease: "4 seconds", poll: "50 millis" })

/** A process with a runner, on the database of the test. */
const processOf = Effect.fnUntraced(function* (backend: Backend) {
  const sql = yield* SqlClient.SqlClient
  const workflows = Layer.mergeAll(Campaigning.Campaigning.layer, Conducting.Conducting.layer)
  return Layer.fresh(
    workflows.pipe(
      Layer.provide([Layer.fresh(runnerOf(backend)), SecureRandom.layerWebCrypto]),
      Layer.provideMerge(Layer.fresh(Store.layer())),
      Layer.provide(Layer.succeed(SqlClient.SqlClient, sql))
    )
  )
})

/** Recordings that another edition of the methods analysed. */
const outdated = Effect.gen(function* () {
  const ecgs = yield* Ports.Ecgs
  const receivedAt = yield* DateTime.now
  for (let nth = 0; nth < many; nth++) {
    const recordingId = Recording.RecordingId.make(
      `01890a5d-ac96-774b-bcce-${String(nth).padStart(12, "0")}`
    )
    const samples = Int16Array.from({ length: 200 }, (_, at) => (at % 2) * 2 - 1)
    const recording = { id: `${nth}`, date: "2026-03-01", leads: [{ name: "I", samples }] }
    yield* ecgs.submit({ recordingId, owner: ada.id, recording, receivedAt })
    yield* ecgs.finish(recordingId, { edition: "another", status: "completed", metrics: [] })
  }
})

const begun = Effect.gen(function* () {
  const { id } = yield* Campaigning.Campaigning.use((it) =>
    it.begin(ada, { kind: "backfill-ecgs" })
  )
  yield* Conducting.Conducting.use((it) => it.start(id))
  return id
})

const until = (holds: (campaign: { readonly done: number; readonly status: string }) => boolean) =>
  Ports.Campaigns.use((campaigns) => campaigns.list({ limit: 1 })).pipe(
    Effect.repeat({
      until: ([campaign]) => campaign !== undefined && holds(campaign),
      schedule: Schedule.spaced("10 millis")
    }),
    Effect.map(([campaign]) => campaign)
  )

const stretches = Effect.map(
  SqlClient.SqlClient.use(
    (sql) => sql<{ count: number }>`select count(*)::int as count from bedside_campaign_stretches`
  ),
  ([row]) => row?.count
)

onEach("a runner", (it, backend) => {
  it.effect("that stops half-way leaves the rest to the next, and nothing is counted twice", () =>
    Effect.gen(function* () {
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* outdated
          yield* begun
          yield* until(({ done }) => done >= 100)
        }).pipe(Effect.provide(yield* processOf(backend)))
      )
      const next = Effect.gen(function* () {
        expect(yield* until(({ status }) => status !== "running")).toMatchObject({
          status: "completed",
          total: many,
          done: many,
          failed: 0
        })
        const ecgs = yield* Ports.Ecgs
        expect(yield* ecgs.outdated(Analysis.edition, { limit: 1 })).toEqual([])
      })
      yield* Effect.scoped(Effect.provide(next, yield* processOf(backend)))
      expect(yield* stretches).toBe(3)
    })
  )
})

onEach(
  "runners",
  (it, backend) => {
    it.effect("that start together bring the tables forward once, and share the work", () =>
      Effect.gen(function* () {
        const processes = yield* Effect.replicateEffect(processOf(backend), 4)
        const work = Effect.gen(function* () {
          yield* outdated
          yield* begun
          return yield* until(({ status }) => status !== "running")
        })
        const others = processes.slice(1).map((process) => Effect.provide(Effect.never, process))
        const ended = yield* Effect.raceFirst(
          Effect.provide(work, processes[0] ?? (yield* processOf(backend))),
          Effect.all(others, { concurrency: "unbounded" })
        )
        expect(ended).toMatchObject({ status: "completed", done: many, failed: 0 })
        expect(yield* stretches).toBe(3)
        const sql = yield* SqlClient.SqlClient
        const runners = yield* sql`select machine_id from bedside_cluster_runners`
        expect(runners).toEqual([])
      })
    )
  },
  [postgres]
)
