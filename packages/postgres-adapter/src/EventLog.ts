/**
 * What this database tells other services, as those read it who publish it.
 */
import * as Events from "@bedside/core/Events"
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Telling from "./internal/Telling.ts"
import * as Transaction from "./internal/Transaction.ts"

interface EventRow {
  readonly patientId: Patient.PatientId
  readonly sequence: number
  readonly version: number
  readonly id: string
  readonly at: Date
  readonly type: string
  readonly data: unknown
}

const decode = Schema.decodeUnknownSync(Schema.Array(Events.Event))

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const source = yield* Telling.Tells
  const columns = sql.literal("patient_id, last, published")

  return Ports.EventLog.of({
    streams: ({ behind }, { limit, after }) =>
      sql<Ports.ToldStream>`
        select ${columns} from bedside_streams
        where ${sql.and([
          ...(behind ? [sql.literal("published < last")] : []),
          ...(after === undefined ? [] : [sql`patient_id > ${after}`]),
          sql.literal("true")
        ])}
        order by patient_id limit ${limit}
      `.pipe(Transaction.orDie),
    stream: (patientId) =>
      sql<Ports.ToldStream>`
        select ${columns} from bedside_streams where patient_id = ${patientId}
      `.pipe(
        Effect.map((rows) => rows[0]),
        Transaction.orDie
      ),
    read: (patientId, { limit, after = 0 }) =>
      sql<EventRow>`
        select patient_id, sequence, version, id, at, type, data from bedside_events
        where patient_id = ${patientId} and sequence > ${after}
        order by sequence limit ${limit}
      `.pipe(
        Effect.map((rows) =>
          decode(rows.map((row) => ({ ...row, source, at: row.at.toISOString() })))
        ),
        Transaction.orDie
      ),
    published: (patientId, through) =>
      sql`
        update bedside_streams set published = ${through}
        where patient_id = ${patientId} and published < ${through}
      `.pipe(Effect.asVoid, Transaction.orDie)
  })
})

/**
 * The events of the current database.
 *
 * @since 0.2.0
 */
export const layer: Layer.Layer<Ports.EventLog, never, SqlClient.SqlClient> = Layer.effect(
  Ports.EventLog,
  make
)
