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
import type { SqlError } from "effect/sql/SqlError"
import * as Column from "./internal/Column.ts"
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
  const ofEvent = sql.literal(
    "event.patient_id, event.sequence, event.version, event.id, event.at, event.type, event.data"
  )

  const events = (rows: Effect.Effect<ReadonlyArray<EventRow>, SqlError>) =>
    rows.pipe(
      Effect.map((all) => decode(all.map((row) => ({ ...row, source, at: row.at.toISOString() })))),
      Transaction.orDie
    )

  return Ports.EventLog.of({
    streams: ({ limit, after }) =>
      sql<Ports.ToldStream>`
        select ${columns} from bedside_streams
        where ${after === undefined ? sql.literal("true") : sql`patient_id > ${after}`}
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
      events(sql<EventRow>`
        select ${ofEvent} from bedside_events as event
        where patient_id = ${patientId} and sequence > ${after}
        order by sequence limit ${limit}
      `),
    unpublished: (limit) =>
      events(sql<EventRow>`
        select ${ofEvent} from bedside_streams as stream
        cross join lateral (
          select * from bedside_events
          where patient_id = stream.patient_id and sequence > stream.published
          order by sequence limit ${limit}
        ) as event
        where stream.published < stream.last
        order by stream.patient_id, event.sequence limit ${limit}
      `),
    published: (marks) =>
      sql`
        update bedside_streams as stream set published = mark.through
        from unnest(
          ${Column.uuid(marks.map(({ patientId }) => patientId))},
          ${Column.integer(marks.map(({ through }) => through))}
        ) as mark (patient_id, through)
        where stream.patient_id = mark.patient_id and stream.published < mark.through
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
