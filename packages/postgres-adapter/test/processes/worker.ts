/**
 * A worker on the server of its first argument: takes jobs with as many takers as its second
 * argument says, under a lease of two seconds, and writes down each job it has done.
 *
 * A job that says so is held for ever, after printing "holding".
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import { writeSync } from "node:fs"
import * as Postgres from "../../src/Postgres.ts"
import * as Queue from "../../src/Queue.ts"
import { Visit } from "../visit.ts"

const url = Redacted.make(process.argv[2] ?? "")
const takers = Number(process.argv[3])

const work = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const queue = yield* Queue.make({ schema: Visit, refused: () => false })
  const handle = (job: typeof Visit.Type, attempt: Queue.Attempt) =>
    Effect.gen(function* () {
      if (job.hold) {
        writeSync(1, "holding\n")
        return yield* Effect.never
      }
      yield* sql`
        insert into visited (bed, runs) values (${job.bed}, 1)
        on conflict (bed) do update set runs = visited.runs + 1
      `
      writeSync(1, `${job.bed} ${attempt.attempts}\n`)
    })
  yield* Effect.all(
    Array.from({ length: takers }, () => Effect.forever(queue.take(handle))),
    { concurrency: "unbounded" }
  )
})

work.pipe(
  Effect.provide(
    Queue.layer({ lease: "2 seconds", renewal: "500 millis" }).pipe(
      Layer.provideMerge(Postgres.layer({ url }))
    )
  ),
  NodeRuntime.runMain
)
