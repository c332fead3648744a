/**
 * Sensor models on Postgres.
 *
 * Versions of one model are appended one after the other, the first one too: the lock is on the name
 * of the model, which is there before any row of it. An index sees to it that no model ever has two
 * live versions, or two candidates.
 */
import * as Ports from "@bedside/core/Ports"
import type * as SensorModel from "@bedside/core/SensorModel"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Column from "./internal/Column.ts"
import * as Row from "./internal/Row.ts"
import * as Transaction from "./internal/Transaction.ts"

interface StateColumns {
  readonly state: SensorModel.SensorModel["state"]
  readonly liveFrom: Date | null
  readonly liveUntil: Date | null
  readonly decidedBy: string | null
  readonly decidedBecause: string | null
  readonly decidedAt: Date | null
}

interface ModelRow
  extends
    Omit<SensorModel.SensorModel, "column" | "createdAt" | "liveFrom" | "liveUntil" | "decision">,
    StateColumns {
  readonly sensorColumn: string
  readonly createdAt: Date
}

const instant = (date: Date | null) => (date === null ? null : DateTime.fromDateUnsafe(date))
const date = (at: DateTime.Utc | null) => (at === null ? null : DateTime.toDateUtc(at))

const fromRow = ({
  sensorColumn,
  createdAt,
  liveFrom,
  liveUntil,
  decidedBy,
  decidedBecause,
  decidedAt,
  ...row
}: ModelRow): SensorModel.SensorModel => ({
  ...row,
  column: sensorColumn,
  createdAt: DateTime.fromDateUnsafe(createdAt),
  liveFrom: instant(liveFrom),
  liveUntil: instant(liveUntil),
  decision:
    decidedBy === null || decidedAt === null
      ? null
      : { actor: decidedBy, reason: decidedBecause, at: DateTime.fromDateUnsafe(decidedAt) }
})

const stateOf = (model: SensorModel.SensorModel): StateColumns => ({
  state: model.state,
  liveFrom: date(model.liveFrom),
  liveUntil: date(model.liveUntil),
  decidedBy: model.decision?.actor ?? null,
  decidedBecause: model.decision?.reason ?? null,
  decidedAt: date(model.decision?.at ?? null)
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
  restores: model.restores,
  actor: model.actor,
  reason: model.reason,
  count: model.count,
  skipped: model.skipped,
  mean: model.mean,
  std: model.std,
  createdAt: DateTime.toDateUtc(model.createdAt),
  ...stateOf(model)
})

interface StandingRow extends SensorModel.Judge {
  readonly nth: number
  readonly state: keyof SensorModel.Standing
}

interface TrialRow extends Omit<Ports.Tried, "since" | "until"> {
  readonly since: Date
  readonly until: Date
}

/** Any number does that no other lock of two numbers uses. */
const locks = 0x6d6f64

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const of = ({ sensorId, column }: SensorModel.Key) =>
    sql`sensor_id = ${sensorId} and sensor_column = ${column}`

  const models = (statement: Effect.Effect<ReadonlyArray<ModelRow>, SqlError>) =>
    Effect.map(statement, (rows) => rows.map(fromRow))

  const one = (statement: Effect.Effect<ReadonlyArray<ModelRow>, SqlError>) =>
    Transaction.orDie(Effect.flatMap(models(statement), Row.first("sensor")))

  const standing = (keys: ReadonlyArray<SensorModel.Key>) =>
    sql<StandingRow>`
      select asked.nth::integer, model.state, model.version, model.mean, model.std
      from unnest(
        ${Column.text(keys.map(({ sensorId }) => sensorId))},
        ${Column.text(keys.map(({ column }) => column))}
      ) with ordinality as asked (sensor_id, sensor_column, nth)
      join bedside_sensor_models as model
        on model.sensor_id = asked.sensor_id collate "C"
        and model.sensor_column = asked.sensor_column collate "C"
      where model.state in ('live', 'candidate')
    `

  const lineage = Effect.fnUntraced(function* (key: SensorModel.Key) {
    const found = yield* models(sql<ModelRow>`
      select * from bedside_sensor_models
      where ${of(key)} and state in ('live', 'candidate')
    `)
    const [newest] = yield* sql<{ readonly version: number }>`
      select version from bedside_sensor_models where ${of(key)} order by version desc limit 1
    `
    return {
      latest: newest?.version ?? 0,
      live: found.find((it) => it.state === "live"),
      candidate: found.find((it) => it.state === "candidate")
    }
  })

  const write = (key: SensorModel.Key, latest: number) => (model: SensorModel.SensorModel) =>
    model.version > latest
      ? sql`insert into bedside_sensor_models ${sql.insert({ ...toRow(key, model) })}`
      : sql`
          update bedside_sensor_models set ${sql.update({ ...stateOf(model) })}
          where ${of(key)} and version = ${model.version}
        `

  return Ports.SensorModels.of({
    append: (key, decide) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          const name = JSON.stringify([key.sensorId, key.column])
          yield* sql`select pg_advisory_xact_lock(${locks}, hashtext(${name}))`
          const current = yield* lineage(key)
          const changes = yield* Effect.fromResult(decide(current))
          // The live version steps back before another takes its place.
          yield* Effect.forEach(changes.toReversed(), write(key, current.latest))
          return changes[0]
        })
      ),
    live: (key) =>
      one(sql`select * from bedside_sensor_models where ${of(key)} and state = 'live'`),
    standing: (keys) =>
      Transaction.orDie(
        Effect.map(standing(keys), (rows) => {
          const found = keys.map((): Partial<SensorModel.Standing> => ({}))
          for (const { nth, state, version, mean, std } of rows) {
            found[nth - 1] = { ...found[nth - 1], [state]: { version, mean, std } }
          }
          return found.map(({ live, candidate }) => live && { live, candidate })
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
