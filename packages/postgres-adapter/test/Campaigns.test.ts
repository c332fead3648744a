import type * as Jobs from "@bedside/core/Jobs"
import * as Ports from "@bedside/core/Ports"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Migrations from "../src/Migrations.ts"
import * as Queue from "../src/Queue.ts"
import * as Store from "../src/Store.ts"
import { onEach } from "./backends.ts"

const ended = "01890a5d-ac96-774b-bcce-b302099a8057"
const going = "01890a5d-ac97-774b-bcce-b302099a8057"
const recording = "01890a5d-ac98-774b-bcce-b302099a8057"

const before = Object.fromEntries(
  Object.entries(Migrations.steps).filter(([name]) => Number.parseInt(name, 10) < 13)
)

/** What a version without campaigns left: a run that ended, one that goes on, and jobs of both kinds. */
const left = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* Migrations.run(before)
  for (const [id, status] of [
    [ended, "completed"],
    [going, "running"]
  ]) {
    yield* sql`
      insert into bedside_risk_runs (
        id, actor, status, patients, done, risks, refusals, started_at, updated_at, after, through
      )
      values (${id}, 'ada', ${status}, 250, 100, 90, 20, now(), now(), ${id}, ${recording})
    `
  }
  const queue = yield* Queue.make({ schema: Schema.Unknown, refused: () => false })
  const jobs = {
    [`analyse-ecg:${recording}:1`]: { _tag: "analyse-ecg", recordingId: recording, edition: "1" },
    [`backfill-ecgs:1:${recording}`]: { _tag: "backfill-ecgs", edition: "1", from: recording },
    [`foretell-population:${going}:${ended}`]: {
      _tag: "foretell-population",
      runId: going,
      after: ended
    }
  }
  for (const [id, job] of Object.entries(jobs)) yield* queue.offer(job, { id })
}).pipe(Effect.provide(Queue.layer()))

onEach("what was left before there were campaigns", (it) => {
  it.effect("is campaigns of the same ids, and jobs that can be done", () =>
    Effect.gen(function* () {
      yield* left
      const store = Store.layer().pipe(Layer.provide(yield* sqlNow))
      yield* Effect.gen(function* () {
        const campaigns = yield* Ports.Campaigns
        expect(yield* campaigns.list({ limit: 10 })).toMatchObject([
          {
            id: going,
            kind: "foretell-population",
            subject: null,
            actor: "ada",
            status: "running",
            total: 250,
            done: 0,
            failed: 0,
            tally: {}
          },
          {
            id: ended,
            status: "completed",
            done: 100,
            tally: { risks: 90, refusals: 20 },
            outcome: null
          }
        ])
        const queue = yield* Ports.JobQueue
        const taken: Array<Jobs.Job> = []
        for (let nth = 0; nth < 3; nth++) {
          yield* queue.take((job) => Effect.sync(() => taken.push(job)))
        }
        expect(taken).toEqual([
          { _tag: "analyse-ecg", recordingId: recording },
          { _tag: "backfill-ecgs", edition: "1" },
          { _tag: "foretell-population", runId: going }
        ])
        expect(yield* queue.list({ state: "failed" }, { limit: 1 })).toEqual([])
      }).pipe(Effect.provide(store))
    })
  )
})

/** The database of the test, for layers that are built in it. */
const sqlNow = Effect.map(SqlClient.SqlClient, (sql) => Layer.succeed(SqlClient.SqlClient, sql))
