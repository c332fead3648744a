/**
 * The lineage of sensor models: the state of each version, when it was live, why it was made, and
 * what candidates were tried on. Of the versions there are, the newest of each model is live.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

export const sensorLineage = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    alter table bedside_sensor_models
      add column restores integer,
      add column state text,
      add column reason text,
      add column skipped integer not null default 0,
      add column live_from timestamptz,
      add column live_until timestamptz,
      add column decided_by text,
      add column decided_because text,
      add column decided_at timestamptz
  `
  // The clocks of two servers may have disagreed, so a version begins no earlier than the one before.
  yield* sql`
    with begun as (
      select sensor_id, sensor_column, version, max(created_at) over lineage as live_from
      from bedside_sensor_models
      window lineage as (partition by sensor_id, sensor_column order by version)
    ), stretches as (
      select *, lead(live_from) over (
        partition by sensor_id, sensor_column order by version
      ) as live_until
      from begun
    )
    update bedside_sensor_models as model
    set live_from = stretches.live_from,
      live_until = stretches.live_until,
      state = case when stretches.live_until is null then 'live' else 'retired' end
    from stretches
    where (model.sensor_id, model.sensor_column, model.version)
      = (stretches.sensor_id, stretches.sensor_column, stretches.version)
  `
  yield* sql`alter table bedside_sensor_models alter column state set not null`
  yield* sql`
    create unique index bedside_sensor_models_standing
    on bedside_sensor_models (sensor_id, sensor_column, state)
    where state in ('live', 'candidate')
  `
  yield* sql`
    create index bedside_sensor_models_live_from
    on bedside_sensor_models (sensor_id, sensor_column, live_from)
  `
  yield* sql`
    create table bedside_sensor_trials (
      sensor_id text collate "C",
      sensor_column text collate "C",
      candidate integer,
      live integer,
      readings int8 not null,
      agreements int8 not null,
      live_alerts int8 not null,
      candidate_alerts int8 not null,
      since timestamptz not null,
      until timestamptz not null,
      primary key (sensor_id, sensor_column, candidate, live)
    )
  `
})
