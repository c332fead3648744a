/**
 * The lineages of sensor models, read and appended to for many models at once.
 *
 * Versions of one model are appended one after the other, the first one too: the lock is on the name
 * of the model, which is there before any row of it. Whoever appends to many takes their locks in one
 * order.
 */
import * as SensorModel from "@bedside/core/SensorModel"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import * as Column from "./Column.ts"
import { fromRow, type ModelRow, toJson } from "./SensorModelRow.ts"

/** A standing version, and which of the keys it is of; its columns are null where none stands. */
interface LineageRow extends ModelRow {
  readonly nth: number
  readonly latest: number
}

interface Change {
  readonly key: SensorModel.Key
  readonly model: SensorModel.Version
  readonly isNew: boolean
}

/** Any number does that no other lock of two numbers uses. */
const locks = 0x6d6f64

const columns = `
  sensor_id, sensor_column, version, parent, origin, restores, state, actor, reason, count, skipped,
  mean, std, bins, created_at, live_from, live_until, decided_by, decided_because, decided_at
`

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const hold = (keys: ReadonlyArray<SensorModel.Key>) => {
    const names = keys.map(({ sensorId, column }) => JSON.stringify([sensorId, column]))
    return sql`
      select pg_advisory_xact_lock(${locks}, hash)
      from (
        select distinct hashtext(name) as hash from unnest(${Column.text(names)}) as name order by 1
      ) as held
    `
  }

  const read = Effect.fnUntraced(function* (keys: ReadonlyArray<SensorModel.Key>) {
    const rows = yield* sql<LineageRow>`
      select asked.nth::integer, newest.version as latest, model.*
      from unnest(
        ${Column.text(keys.map(({ sensorId }) => sensorId))},
        ${Column.text(keys.map(({ column }) => column))}
      ) with ordinality as asked (sensor_id, sensor_column, nth)
      cross join lateral (
        select version from bedside_sensor_models as model
        where model.sensor_id = asked.sensor_id collate "C"
          and model.sensor_column = asked.sensor_column collate "C"
        order by version desc limit 1
      ) as newest
      left join bedside_sensor_models as model
        on model.sensor_id = asked.sensor_id collate "C"
        and model.sensor_column = asked.sensor_column collate "C"
        and model.state in ('live', 'candidate')
    `
    const lineages = keys.map((): SensorModel.Lineage => SensorModel.empty)
    for (const { nth, latest, ...row } of rows) {
      const standing = row.state === null ? {} : { [row.state]: fromRow(row) }
      lineages[nth - 1] = { ...lineages[nth - 1]!, latest, ...standing }
    }
    return lineages
  })

  const rowsOf = (changes: ReadonlyArray<Change>) => {
    const json = PgTypes.jsonb(changes.map(({ key, model }) => toJson(key, model)))
    return sql`jsonb_populate_recordset(null::bedside_sensor_models, ${json})`
  }

  const insert = (changes: ReadonlyArray<Change>) => sql`
    insert into bedside_sensor_models (${sql.literal(columns)})
    select ${sql.literal(columns)} from ${rowsOf(changes)}
  `

  const update = (changes: ReadonlyArray<Change>) => sql`
    update bedside_sensor_models as model
    set state = changed.state, live_from = changed.live_from, live_until = changed.live_until,
      decided_by = changed.decided_by, decided_because = changed.decided_because,
      decided_at = changed.decided_at
    from ${rowsOf(changes)} as changed
    where (model.sensor_id, model.sensor_column, model.version)
      = (changed.sensor_id, changed.sensor_column, changed.version)
  `

  /**
   * Stores, inside a transaction, what is decided on the lineage of each of the keys, which differ,
   * and gives the first of the changes of each.
   */
  const append = Effect.fnUntraced(function* <E>(
    keys: ReadonlyArray<SensorModel.Key>,
    decide: (lineage: SensorModel.Lineage, nth: number) => Result.Result<SensorModel.Changes, E>
  ) {
    yield* hold(keys)
    const lineages = yield* read(keys)
    const decided = yield* Effect.fromResult(Result.all(lineages.map(decide)))
    const changes = decided.flatMap((models, nth) =>
      models.map((model): Change => {
        const isNew = model.version > (lineages[nth]?.latest ?? 0)
        return { key: keys[nth]!, model, isNew }
      })
    )
    // The live versions step back before others take their place.
    const isLive = ({ model, isNew }: Change) => !isNew && model.state === "live"
    const steppedBack = changes.filter((change) => !change.isNew && !isLive(change))
    if (steppedBack.length > 0) yield* update(steppedBack)
    const promoted = changes.filter(isLive)
    if (promoted.length > 0) yield* update(promoted)
    const made = changes.filter(({ isNew }) => isNew)
    if (made.length > 0) yield* insert(made)
    return decided.map(([first]) => first)
  })

  return { append }
})
