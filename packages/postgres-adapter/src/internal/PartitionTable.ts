/**
 * The tables that partitioned measurements consist of: their names, and the statements that make them.
 *
 * There is no default partition: with one, Postgres can no longer read partitions one after the other
 * in the order of time. Two partitions with an open end take what no month does.
 */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import * as Month from "./Month.ts"

export const parent = "bedside_measurements"

/** Everything before the first month. */
export const earlier = `${parent}_earlier`

/** Everything after the last month. */
export const later = `${parent}_later`

export const ofMonth = (month: Month.Month): string => `${parent}_${month.replace("-", "_")}`

/** What was `earlier` up to a month, once it is no longer a partition. */
export const before = (month: Month.Month): string => `${parent}_before_${month.replace("-", "_")}`

/** The replaced values of the measurements before a month, once these are no longer partitions. */
export const replacedBefore = (month: Month.Month): string =>
  `bedside_replaced_values_before_${month.replace("-", "_")}`

export const naturalKeyOf = (table: string): string => `${table}_natural_key`

/** The natural key of the whole table and of each partition: a violation names the partition's. */
export const naturalKeys = new RegExp(`^${parent}_(?:\\w+_)?natural_key$`)

const naturalKey = "unique (patient_id, vital, observed_at, source)"

const indices = [
  ["written_by", "(written_by, id) where written_by is not null"],
  ["panel", "(panel) where panel is not null"]
] as const

/** Where a partition begins and ends; an open end is absent. */
export interface Bounds {
  readonly from?: Month.Month | undefined
  readonly to?: Month.Month | undefined
}

const bound = (month: Month.Month | undefined, open: string): string =>
  month === undefined ? open : `'${Month.start(month)}'`

export const attach = (sql: SqlClient, table: string, { from, to }: Bounds) =>
  sql.unsafe(
    `alter table ${parent} attach partition ${table}
     for values from (${bound(from, "minvalue")}) to (${bound(to, "maxvalue")})`
  )

export const detach = (sql: SqlClient, table: string) =>
  sql.unsafe(`alter table ${parent} detach partition ${table}`)

export const rename = (sql: SqlClient, table: string, to: string) =>
  Effect.andThen(
    sql.unsafe(`alter table ${table} rename to ${to}`),
    sql.unsafe(`alter table ${to} rename constraint ${naturalKeyOf(table)} to ${naturalKeyOf(to)}`)
  )

/** A new, empty partition. */
export const create = Effect.fnUntraced(function* (sql: SqlClient, table: string, bounds: Bounds) {
  yield* sql.unsafe(
    `create table ${table} (like ${parent} including defaults including constraints)`
  )
  // The name that `naturalKeys` knows; Postgres would make one up.
  yield* sql.unsafe(`alter table ${table} add constraint ${naturalKeyOf(table)} ${naturalKey}`)
  yield* attach(sql, table, bounds)
})

/** The partitioned table, without partitions, in the form of the table that becomes one of them. */
export const createParent = Effect.fnUntraced(function* (sql: SqlClient, like: string) {
  yield* sql.unsafe(
    `create table ${parent} (like ${like} including defaults including constraints)
     partition by range (observed_at)`
  )
  yield* sql.unsafe(`alter table ${parent} add primary key (id, observed_at)`)
  yield* sql.unsafe(`alter table ${parent} add constraint ${naturalKeyOf(parent)} ${naturalKey}`)
  yield* sql.unsafe(
    `alter table ${parent} add constraint ${parent}_patient_id_fkey foreign key (patient_id)
     references bedside_patients on delete cascade`
  )
  for (const [name, on] of indices) {
    yield* sql.unsafe(`create index ${parent}_${name} on ${parent} ${on}`)
  }
})

/** Frees the names of a table that was not partitioned: it becomes `earlier`. */
export const becomeEarlier = Effect.fnUntraced(function* (sql: SqlClient) {
  yield* rename(sql, parent, earlier)
  for (const [name] of indices) {
    yield* sql.unsafe(`alter index ${parent}_${name} rename to ${earlier}_${name}`)
  }
})
