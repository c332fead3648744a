/**
 * What drift is measured by: the bins of the values that each version was fitted to, and tallies of
 * those it was asked about. Of the versions there are, only the weights of their fit are known.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

export const sensorDrift = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`alter table bedside_sensor_models add column bins jsonb`
  // What was adjusted or rolled back to has the numbers of the fit it came from.
  yield* sql`
    with recursive fitted as (
      select sensor_id, sensor_column, version, count, skipped, mean, std
      from bedside_sensor_models
      where origin = 'fit' or coalesce(restores, parent) is null
      union all
      select made.sensor_id, made.sensor_column, made.version,
        fitted.count, fitted.skipped, fitted.mean, fitted.std
      from fitted
      join bedside_sensor_models as made
        on (made.sensor_id, made.sensor_column) = (fitted.sensor_id, fitted.sensor_column)
        and coalesce(made.restores, made.parent) = fitted.version
      where made.origin <> 'fit'
    )
    update bedside_sensor_models as model
    set bins = jsonb_build_object(
      'count', fitted.count,
      'missing', fitted.skipped,
      'mean', fitted.mean,
      'std', fitted.std,
      'edges', '[]'::jsonb,
      'shares', jsonb_build_array(
        fitted.count / (fitted.count + fitted.skipped)::float8,
        fitted.skipped / (fitted.count + fitted.skipped)::float8
      )
    )
    from fitted
    where (model.sensor_id, model.sensor_column, model.version)
      = (fitted.sensor_id, fitted.sensor_column, fitted.version)
  `
  // Every batch of values asks for the edges of its models, which are slow to cut out of `bins`.
  yield* sql`
    alter table bedside_sensor_models
      alter column bins set not null,
      add column edges text generated always as ((bins -> 'edges')::text) stored
  `
  yield* sql`
    create table bedside_sensor_tallies (
      sensor_id text collate "C",
      sensor_column text collate "C",
      version integer,
      day date,
      counts int8[] not null,
      count int8 not null,
      missing int8 not null,
      mean float8 not null,
      variance float8 not null,
      primary key (sensor_id, sensor_column, version, day)
    )
  `
})
