/**
 * What risk models foretold, on Postgres.
 *
 * A save holds the patient's row, so the patient cannot go while what was foretold of them comes.
 */
import * as Foretold from "@bedside/core/Foretold"
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as Registry from "@bedside/core/Registry"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import * as Struct from "effect/Struct"
import * as Column from "./internal/Column.ts"
import * as Transaction from "./internal/Transaction.ts"

/** What is not a column. */
const Content = Schema.toCodecJson(
  Foretold.Foretold.mapFields(Struct.pick(["refusal", "estimate", "features"]))
)

const encode = Schema.encodeSync(Content)
const decode = Schema.decodeSync(Content)

interface PredictionRow {
  readonly patientId: Patient.PatientId
  readonly task: Registry.Task
  readonly version: string
  readonly asOf: Date
  readonly role: Foretold.Role
  readonly since: Date
  readonly foretoldAt: Date
  readonly content: typeof Content.Encoded
}

const fromRow = ({
  content,
  asOf,
  since,
  foretoldAt,
  ...row
}: PredictionRow): Foretold.Foretold => ({
  ...row,
  asOf: DateTime.fromDateUnsafe(asOf),
  since: DateTime.fromDateUnsafe(since),
  foretoldAt: DateTime.fromDateUnsafe(foretoldAt),
  ...decode(content)
})

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const columns = sql.literal("patient_id, task, version, as_of, role, since, foretold_at, content")

  const read = (rest: Fragment) =>
    Transaction.orDie(
      Effect.map(sql<PredictionRow>`select ${columns} from ${rest}`, (rows) => rows.map(fromRow))
    )

  const upsert = (it: Foretold.Foretold) => sql`
    insert into bedside_predictions as standing (${columns})
    values (
      ${it.patientId}, ${it.task}, ${it.version}, ${DateTime.toDateUtc(it.asOf)}, ${it.role},
      ${DateTime.toDateUtc(it.since)}, ${DateTime.toDateUtc(it.foretoldAt)},
      ${PgTypes.jsonb(encode(it))}
    )
    on conflict (patient_id, task, version, as_of) do update set
      role = excluded.role, since = excluded.since, foretold_at = excluded.foretold_at,
      content = excluded.content
    where standing.foretold_at <= excluded.foretold_at
  `

  return Ports.Predictions.of({
    save: (patientId, foretold) =>
      Transaction.run(
        sql,
        Effect.andThen(
          Transaction.holdPatient(sql, patientId),
          Effect.forEach(foretold, upsert, { discard: true })
        )
      ),
    latest: (patientId) =>
      read(sql`
        unnest(${Column.text(Registry.Task.literals)}) as known (of_task)
        cross join lateral (
          select * from bedside_predictions
          where patient_id = ${patientId} and task = known.of_task and role = 'active'
          order by as_of desc, foretold_at desc, version desc limit 1
        ) as newest
        order by task
      `),
    list: (patientId, { limit, after }) =>
      read(sql`
        bedside_predictions
        where patient_id = ${patientId} and ${
          after === undefined
            ? sql.literal("true")
            : sql`as_of <= ${DateTime.toDateUtc(after.asOf)} and (
                as_of < ${DateTime.toDateUtc(after.asOf)}
                or (task, version) > (${after.task}, ${after.version})
              )`
        }
        order by as_of desc, task, version limit ${limit}
      `),
    firsts: ({ task, version, from, to, followed = 0 }, { limit, after }) =>
      read(sql`
        bedside_predictions as first
        cross join lateral (
          select min(met.as_of) + make_interval(secs => ${followed * 3_600}) as beginning
          from bedside_predictions as met
          where met.patient_id = first.patient_id and met.task = first.task
            and met.version = first.version
        ) as followed
        where ${sql.and([
          sql`task = ${task} and version = ${version} and not refused`,
          sql`as_of >= beginning`,
          sql`not exists (
            select from bedside_predictions as earlier
            where earlier.patient_id = first.patient_id and earlier.task = first.task
              and earlier.version = first.version and earlier.as_of < first.as_of
              and earlier.as_of >= beginning and not earlier.refused
          )`,
          ...(from === undefined ? [] : [sql`as_of >= ${DateTime.toDateUtc(from)}`]),
          ...(to === undefined ? [] : [sql`as_of < ${DateTime.toDateUtc(to)}`]),
          ...(after === undefined
            ? []
            : [sql`(as_of, patient_id) > (${DateTime.toDateUtc(after.asOf)}, ${after.patientId})`])
        ])}
        order by as_of, patient_id limit ${limit}
      `)
  })
})

/**
 * What risk models foretold, on the current database.
 *
 * @since 0.2.0
 */
export const layer: Layer.Layer<Ports.Predictions, never, SqlClient.SqlClient> = Layer.effect(
  Ports.Predictions,
  make
)
