/**
 * Assessments on Postgres.
 *
 * A save holds the patient's row, so two of the same time cannot both be the first, and the one before
 * is the one that the decision was made on.
 */
import * as Assessed from "@bedside/core/Assessed"
import type * as Jobs from "@bedside/core/Jobs"
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PersistedQueueFactory } from "effect/persistence/PersistedQueue"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Struct from "effect/Struct"
import * as Offer from "./internal/Offer.ts"
import * as Row from "./internal/Row.ts"
import * as Transaction from "./internal/Transaction.ts"

/** What is not a column. */
const Content = Schema.toCodecJson(
  Assessed.Assessed.mapFields(Struct.omit(["id", "patientId", "asOf", "score"]))
)

const encode = Schema.encodeSync(Content)
const decode = Schema.decodeSync(Content)

interface AssessmentRow {
  readonly id: Jobs.AssessmentId
  readonly patientId: Patient.PatientId
  readonly asOf: Date
  readonly score: string
  readonly content: typeof Content.Encoded
}

const fromRow = (row: AssessmentRow): Assessed.Assessed => ({
  ...decode(row.content),
  id: row.id,
  patientId: row.patientId,
  asOf: DateTime.fromDateUnsafe(row.asOf),
  score: row.score
})

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const offer = yield* Offer.make

  const assessments = sql`select id, patient_id, as_of, score, content from bedside_assessments`

  const previous = ({ patientId, score, asOf }: Assessed.Assessed) =>
    Effect.map(
      sql<AssessmentRow>`
        ${assessments}
        where patient_id = ${patientId} and score = ${score} and as_of < ${DateTime.toDateUtc(asOf)}
        order by as_of desc limit 1
      `,
      ([row]) => (row === undefined ? undefined : fromRow(row))
    )

  const upsert = (assessed: Assessed.Assessed) =>
    sql<{ id: Jobs.AssessmentId }>`
      insert into bedside_assessments (id, patient_id, as_of, score, content)
      values (
        ${assessed.id}, ${assessed.patientId}, ${DateTime.toDateUtc(assessed.asOf)},
        ${assessed.score}, ${PgTypes.jsonb(encode(assessed))}
      )
      on conflict on constraint bedside_assessments_natural_key
      do update set content = excluded.content
      returning id
    `.pipe(
      Effect.flatMap(Row.first("assessment")),
      Effect.map(({ id }) => ({ ...assessed, id }))
    )

  return Ports.Assessments.of({
    save: (assessed, decide) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          yield* Transaction.holdPatient(sql, assessed.patientId)
          const before = yield* previous(assessed)
          const saved = yield* upsert(assessed)
          yield* Effect.forEach(decide(before, saved), offer, { concurrency: "unbounded" })
          return saved
        })
      ),
    find: (id) =>
      sql<AssessmentRow>`${assessments} where id = ${id}`.pipe(
        Effect.flatMap(Row.first("assessment")),
        Effect.map(fromRow),
        Transaction.orDie
      ),
    list: (patientId, { limit, after }) =>
      sql<AssessmentRow>`
        ${assessments}
        where patient_id = ${patientId} and ${
          after === undefined
            ? sql.literal("true")
            : sql`(as_of, id) < (${DateTime.toDateUtc(after.asOf)}, ${after.id})`
        }
        order by as_of desc, id desc limit ${limit}
      `.pipe(
        Effect.map((rows) => rows.map(fromRow)),
        Transaction.orDie
      )
  })
})

/**
 * Assessments on the current database.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<
  Ports.Assessments,
  never,
  SqlClient.SqlClient | PersistedQueueFactory
> = Layer.effect(Ports.Assessments, make)
