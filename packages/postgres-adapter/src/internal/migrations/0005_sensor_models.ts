/** Sensor models: every version of every sensor and column stays. */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

export const sensorModels = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    create table bedside_sensor_models (
      sensor_id text collate "C",
      sensor_column text collate "C",
      version integer,
      parent integer,
      origin text not null,
      actor text not null,
      count integer not null,
      mean float8 not null,
      std float8 not null,
      created_at timestamptz not null,
      primary key (sensor_id, sensor_column, version)
    )
  `
})
