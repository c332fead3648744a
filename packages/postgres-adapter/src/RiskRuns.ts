/**
 * Runs of the risk models over everybody on record, on Postgres.
 *
 * A run and each of its stretches is written with the job that goes on from there, so a run stops at
 * no crash; a stretch that is gone through twice finds the run to be elsewhere and is not counted.
 */
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import type * as RiskRun from "@bedside/core/RiskRun"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PersistedQueueFactory } from "effect/persistence/PersistedQueue"
import * as SqlClient from "effect/sql/SqlClient"
import * as Offer from "./internal/Offer.ts"
import * as Row from "./internal/Row.ts"
import * as Transaction from "./internal/Transaction.ts"

interface RunRow extends Omit<RiskRun.RiskRun, "startedAt" | "updatedAt"> {
  readonly startedAt: Date
  readonly updatedAt: Date
  readonly after: Patient.PatientId | null
  readonly through: Patient.PatientId | null
}

const fromRow = ({ after, through, startedAt, updatedAt, ...row }: RunRow): RiskRun.Position => ({
  run: {
    ...row,
    startedAt: DateTime.fromDateUnsafe(startedAt),
    updatedAt: DateTime.fromDateUnsafe(updatedAt)
  },
  after,
  through
})

/** Any number does that no other lock of one number uses. */
const lock = 0x72756e73

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const offer = yield* Offer.make

  const columns = sql.literal(`
    id, actor, status, patients::float8, done::float8, risks::float8, refusals::float8,
    started_at, updated_at, after, through
  `)

  const insert = (id: RiskRun.RiskRunId, actor: string, at: Date) => sql<RunRow>`
    insert into bedside_risk_runs (
      id, actor, status, patients, done, risks, refusals, started_at, updated_at, through
    )
    select ${id}, ${actor}, 'running', count(*), 0, 0, 0, ${at}, ${at},
      (select id from bedside_patients order by id desc limit 1)
    from bedside_patients
    returning ${columns}
  `

  return Ports.RiskRuns.of({
    begin: ({ id, actor, at }) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          yield* sql`select pg_advisory_xact_lock(${lock})`
          const [going] = yield* sql<RunRow>`
            select ${columns} from bedside_risk_runs where status = 'running'
          `
          if (going !== undefined) return fromRow(going).run
          const begun = yield* insert(id, actor, DateTime.toDateUtc(at))
          yield* offer({ _tag: "foretell-population", runId: id, after: null })
          return fromRow(yield* Row.first("risk-run")(begun)).run
        })
      ).pipe(Effect.catchTag("NotFound", Effect.die)),
    find: (id) =>
      sql<RunRow>`select ${columns} from bedside_risk_runs where id = ${id}`.pipe(
        Effect.flatMap(Row.first("risk-run")),
        Effect.map(fromRow),
        Transaction.orDie
      ),
    advance: (id, after, { progress, last, at }) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          const held = yield* sql<RunRow>`
            select ${columns} from bedside_risk_runs where id = ${id} for update
          `
          const position = fromRow(yield* Row.first("risk-run")(held))
          if (position.run.status === "completed" || position.after !== after) return
          yield* sql`
            update bedside_risk_runs
            set done = done + ${progress.done}, risks = risks + ${progress.risks},
              refusals = refusals + ${progress.refusals}, updated_at = ${DateTime.toDateUtc(at)},
              status = ${last === undefined ? "completed" : "running"}, after = ${last ?? after}
            where id = ${id}
          `
          if (last === undefined) return
          yield* offer({ _tag: "foretell-population", runId: id, after: last })
        })
      )
  })
})

/**
 * Runs of the risk models on the current database.
 *
 * @since 0.2.0
 */
export const layer: Layer.Layer<
  Ports.RiskRuns,
  never,
  SqlClient.SqlClient | PersistedQueueFactory
> = Layer.effect(Ports.RiskRuns, make)
