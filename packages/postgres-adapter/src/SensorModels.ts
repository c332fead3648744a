/**
 * Sensor models on Postgres.
 *
 * An index sees to it that no model ever has two live versions, or two candidates.
 */
import * as Ports from "@bedside/core/Ports"
import type * as SensorModel from "@bedside/core/SensorModel"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Column from "./internal/Column.ts"
import * as Lineages from "./internal/Lineages.ts"
import * as Row from "./internal/Row.ts"
import { fromRow, type ModelRow } from "./internal/SensorModelRow.ts"
import * as Transaction from "./internal/Transaction.ts"

const dayOf = (at: DateTime.Utc): string => DateTime.formatIsoDateUtc(at)

interface StandingRow extends SensorModel.Judge {
  readonly nth: number
  readonly state: "live" | "candidate"
  readonly edges: string
}

interface TallyRow extends Omit<Ports.Tallied, "day"> {
  readonly day: Date
}

interface TrialRow extends Omit<Ports.Tried, "since" | "until"> {
  readonly since: Date
  readonly until: Date
}

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const lineages = yield* Lineages.make

  const of = ({ sensorId, column }: SensorModel.Key) =>
    sql`sensor_id = ${sensorId} and sensor_column = ${column}`

  const models = (statement: Effect.Effect<ReadonlyArray<ModelRow>, SqlError>) =>
    Effect.map(statement, (rows) => rows.map(fromRow))

  const one = (statement: Effect.Effect<ReadonlyArray<ModelRow>, SqlError>) =>
    Transaction.orDie(Effect.flatMap(models(statement), Row.first("sensor")))

  const standing = (keys: ReadonlyArray<SensorModel.Key>) =>
    sql<StandingRow>`
      select asked.nth::integer, model.state, model.version, model.mean, model.std,
        model.edges
      from unnest(
        ${Column.text(keys.map(({ sensorId }) => sensorId))},
        ${Column.text(keys.map(({ column }) => column))}
      ) with ordinality as asked (sensor_id, sensor_column, nth)
      join bedside_sensor_models as model
        on model.sensor_id = asked.sensor_id collate "C"
        and model.sensor_column = asked.sensor_column collate "C"
      where model.state in ('live', 'candidate')
    `

  // Means and variances merge as by `Drift.merge`. Postgres calls a product that is too small for a
  // double an error, so what no sensor could tell from 0 is 0.
  const addTallies = (tallies: Parameters<Ports.SensorModels["Service"]["addTallies"]>[0]) => sql`
    insert into bedside_sensor_tallies as tallied (
      sensor_id, sensor_column, version, day, counts, count, missing, mean, variance
    )
    select sensor_id, sensor_column, version, day::date, counts::int8[], count::int8,
      missing::int8, mean, variance
    from unnest(
      ${Column.text(tallies.map(({ key }) => key.sensorId))},
      ${Column.text(tallies.map(({ key }) => key.column))},
      ${Column.integer(tallies.map(({ version }) => version))},
      ${Column.text(tallies.map(({ tallied }) => dayOf(tallied.day)))},
      ${Column.text(tallies.map(({ tallied }) => `{${tallied.counts.join()}}`))},
      ${Column.double(tallies.map(({ tallied }) => tallied.count))},
      ${Column.double(tallies.map(({ tallied }) => tallied.missing))},
      ${Column.double(tallies.map(({ tallied }) => tallied.mean))},
      ${Column.double(tallies.map(({ tallied }) => tallied.variance))}
    ) as added (
      sensor_id, sensor_column, version, day, counts, count, missing, mean, variance
    )
    order by sensor_id collate "C", sensor_column collate "C", version, day
    on conflict (sensor_id, sensor_column, version, day) do update set
      counts = (
        select array_agg(before + more order by bin)
        from unnest(tallied.counts, excluded.counts) with ordinality as bins (before, more, bin)
      ),
      count = tallied.count + excluded.count,
      missing = tallied.missing + excluded.missing,
      (mean, variance) = (
        select tallied.mean + share * step,
          (1 - share) * before + share * more + share * (1 - share) * step * step
        from (
          select excluded.count / greatest(1, tallied.count + excluded.count)::float8 as share,
            case when abs(excluded.mean - tallied.mean) < 1e-130 then 0
              else excluded.mean - tallied.mean end as step,
            case when tallied.variance < 1e-260 then 0 else tallied.variance end as before,
            case when excluded.variance < 1e-260 then 0 else excluded.variance end as more
        ) as merged
      )
  `

  return Ports.SensorModels.of({
    append: (key, decide) =>
      Transaction.run(
        sql,
        Effect.map(lineages.append([key], decide), ([first]) => first!)
      ),
    live: (key) =>
      one(sql`select * from bedside_sensor_models where ${of(key)} and state = 'live'`),
    standing: (keys) =>
      Transaction.orDie(
        Effect.map(standing(keys), (rows) => {
          const found = keys.map((): Partial<SensorModel.Standing> => ({}))
          for (const { nth, state, version, mean, std, edges } of rows) {
            const judge = { version, mean, std }
            const others = found[nth - 1]
            found[nth - 1] =
              state === "live"
                ? { ...others, live: judge, edges: JSON.parse(edges) }
                : { ...others, candidate: judge }
          }
          return found.map(({ live, candidate, edges = [] }) => live && { live, candidate, edges })
        })
      ),
    candidate: (key) =>
      one(sql`select * from bedside_sensor_models where ${of(key)} and state = 'candidate'`),
    version: (key, version) =>
      one(sql`select * from bedside_sensor_models where ${of(key)} and version = ${version}`),
    liveAt: (key, at) =>
      one(sql`
        select * from bedside_sensor_models
        where ${of(key)} and live_from <= ${DateTime.toDateUtc(at)}
          and (live_until is null or ${DateTime.toDateUtc(at)} < live_until)
      `),
    versions: (key, { limit, after }) =>
      Transaction.orDie(
        models(sql`
          select * from bedside_sensor_models
          where ${of(key)} and ${after === undefined ? sql.literal("true") : sql`version < ${after}`}
          order by version desc limit ${limit}
        `)
      ),
    addTrials: (trials, at) =>
      Transaction.run(
        sql,
        sql`
          insert into bedside_sensor_trials as tried (
            sensor_id, sensor_column, candidate, live,
            readings, agreements, live_alerts, candidate_alerts, since, until
          )
          select sensor_id, sensor_column, candidate, live, sum(readings), sum(agreements),
            sum(live_alerts), sum(candidate_alerts), ${DateTime.toDateUtc(at)},
            ${DateTime.toDateUtc(at)}
          from unnest(
            ${Column.text(trials.map(({ key }) => key.sensorId))},
            ${Column.text(trials.map(({ key }) => key.column))},
            ${Column.integer(trials.map(({ trial }) => trial.candidate))},
            ${Column.integer(trials.map(({ trial }) => trial.live))},
            ${Column.integer(trials.map(({ trial }) => trial.readings))},
            ${Column.integer(trials.map(({ trial }) => trial.agreements))},
            ${Column.integer(trials.map(({ trial }) => trial.liveAlerts))},
            ${Column.integer(trials.map(({ trial }) => trial.candidateAlerts))}
          ) as added (
            sensor_id, sensor_column, candidate, live,
            readings, agreements, live_alerts, candidate_alerts
          )
          group by sensor_id, sensor_column, candidate, live
          order by sensor_id, sensor_column, candidate, live
          on conflict (sensor_id, sensor_column, candidate, live) do update set
            readings = tried.readings + excluded.readings,
            agreements = tried.agreements + excluded.agreements,
            live_alerts = tried.live_alerts + excluded.live_alerts,
            candidate_alerts = tried.candidate_alerts + excluded.candidate_alerts,
            since = least(tried.since, excluded.since),
            until = greatest(tried.until, excluded.until)
        `
      ).pipe(Effect.asVoid),
    trials: (key, candidate) =>
      Transaction.orDie(
        Effect.map(
          sql<TrialRow>`
            select candidate, live, readings::float8, agreements::float8, live_alerts::float8,
              candidate_alerts::float8, since, until
            from bedside_sensor_trials
            where ${of(key)} and candidate = ${candidate}
            order by live
          `,
          (rows) =>
            rows.map(({ since, until, ...row }) => ({
              ...row,
              since: DateTime.fromDateUnsafe(since),
              until: DateTime.fromDateUnsafe(until)
            }))
        )
      ),
    addTallies: (tallies) => Transaction.run(sql, addTallies(tallies)).pipe(Effect.asVoid),
    tallies: (key, version, { from, to }) =>
      Transaction.orDie(
        Effect.map(
          sql<TallyRow>`
            select day::timestamptz as day, counts::float8[], count::float8, missing::float8,
              mean, variance
            from bedside_sensor_tallies
            where ${of(key)} and version = ${version}
              and ${from === undefined ? sql.literal("true") : sql`day >= ${dayOf(from)}::date`}
              and ${to === undefined ? sql.literal("true") : sql`day < ${dayOf(to)}::date`}
            order by bedside_sensor_tallies.day
          `,
          (rows) => rows.map(({ day, ...row }) => ({ ...row, day: DateTime.fromDateUnsafe(day) }))
        )
      )
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
