/**
 * Sensor models on Postgres.
 *
 * Versions of one model are appended one after the other, the first one too: the lock is on the name
 * of the model, which is there before any row of it.
 */
import * as Ports from "@bedside/core/Ports"
import type * as SensorModel from "@bedside/core/SensorModel"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as Row from "./internal/Row.ts"
import * as Transaction from "./internal/Transaction.ts"

interface ModelRow extends Omit<SensorModel.SensorModel, "column" | "createdAt"> {
  readonly sensorColumn: string
  readonly createdAt: Date
}

const fromRow = ({ sensorColumn, createdAt, ...row }: ModelRow): SensorModel.SensorModel => ({
  ...row,
  column: sensorColumn,
  createdAt: DateTime.fromDateUnsafe(createdAt)
})

const toRow = (
  { sensorId, column }: SensorModel.Key,
  model: SensorModel.SensorModel
): ModelRow => ({
  sensorId,
  sensorColumn: column,
  version: model.version,
  parent: model.parent,
  origin: model.origin,
  actor: model.actor,
  count: model.count,
  mean: model.mean,
  std: model.std,
  createdAt: DateTime.toDateUtc(model.createdAt)
})

/** Any number does that no other lock of two numbers uses. */
const locks = 0x6d6f64

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const versions = ({ sensorId, column }: SensorModel.Key, { limit, after }: Ports.Slice<number>) =>
    Effect.map(
      sql<ModelRow>`
        select * from bedside_sensor_models
        where sensor_id = ${sensorId} and sensor_column = ${column}
          and ${after === undefined ? sql.literal("true") : sql`version < ${after}`}
        order by version desc limit ${limit}
      `,
      (rows) => rows.map(fromRow)
    )

  const live = (key: SensorModel.Key) => versions(key, { limit: 1 })

  return Ports.SensorModels.of({
    append: (key, decide) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          const name = JSON.stringify([key.sensorId, key.column])
          yield* sql`select pg_advisory_xact_lock(${locks}, hashtext(${name}))`
          const [current] = yield* live(key)
          const next = yield* Effect.fromResult(decide(current))
          yield* sql`insert into bedside_sensor_models ${sql.insert({ ...toRow(key, next) })}`
          return next
        })
      ),
    live: (key) => Transaction.orDie(Effect.flatMap(live(key), Row.first("sensor"))),
    versions: (key, slice) => Transaction.orDie(versions(key, slice))
  })
})

/**
 * Sensor models on the current database.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<Ports.SensorModels, never, SqlClient.SqlClient> = Layer.effect(
  Ports.SensorModels,
  make
)
