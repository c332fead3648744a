/**
 * Measurements in partitions by month, for installations of many millions a month; a small one stays
 * one table.
 *
 * Statements are the same for both. Every reading has a place at any time: what no month covers lies in
 * one of two partitions with an open end, `earlier` and `later`. What changes the partitions holds the
 * whole table for the moment that it takes, waits for it one second at a time, and lets the others pass
 * in between; nothing is ever half done. Only on a server: the embedded database stays one table.
 */
import * as Jobs from "@bedside/core/Jobs"
import * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import { SqlError } from "effect/sql/SqlError"
import * as Calendar from "./internal/Month.ts"
import * as PartitionTable from "./internal/PartitionTable.ts"
import * as Migrations from "./Migrations.ts"

/**
 * A month of the calendar in UTC, as `2026-01`.
 *
 * @since 0.1.0
 */
export const Month = Calendar.Month

/**
 * The type of `Month`.
 *
 * @since 0.1.0
 */
export type Month = Calendar.Month

/**
 * The measurements are one table, which has no months.
 *
 * @since 0.1.0
 */
export class NotPartitioned extends Schema.TaggedError<NotPartitioned>()("NotPartitioned", {}) {
  override get message(): string {
    return "The measurements are one table: convert it first"
  }
}

/**
 * The measurements are in partitions already.
 *
 * @since 0.1.0
 */
export class AlreadyPartitioned extends Schema.TaggedError<AlreadyPartitioned>()(
  "AlreadyPartitioned",
  {}
) {
  override get message(): string {
    return "The measurements are partitioned already"
  }
}

/**
 * The table to be converted holds measurements of the first month or of a later one.
 *
 * @since 0.1.0
 */
export class MonthTaken extends Schema.TaggedError<MonthTaken>()("MonthTaken", { from: Month }) {
  override get message(): string {
    return `There are measurements of ${this.from} or later: let the months begin after them`
  }
}

/**
 * A partition: from the first of a month until before that of another, an open end being absent. Rows
 * are Postgres's estimate, absent before it has one.
 *
 * @since 0.1.0
 */
export interface Partition extends PartitionTable.Bounds {
  readonly table: string
  readonly rows?: number | undefined
  readonly tableBytes: number
  readonly indexBytes: number
}

const isPartitioned = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql`
    select from pg_partitioned_table where partrelid = to_regclass(${PartitionTable.parent})
  `
  return rows.length > 0
})

const beginning = /\('(\d{4}-\d\d)-01 00:00:00\+00'\)/

/** Both ends as `pg_get_expr` writes them, in a session whose time zone is UTC. */
const boundsOf = (written: string): PartitionTable.Bounds => {
  const [from, to] = written
    .split(" TO ")
    .map((end) => beginning.exec(end)?.[1])
    .map((month) => (month === undefined ? undefined : Month.make(month)))
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
}

/**
 * The partitions in the order of time; none while the measurements are one table.
 *
 * @since 0.1.0
 */
export const list: Effect.Effect<
  ReadonlyArray<Partition>,
  SqlError,
  SqlClient.SqlClient
> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{
    name: string
    bounds: string
    rows: number
    tableBytes: number
    indexBytes: number
  }>`
      select part.relname as name, pg_get_expr(part.relpartbound, part.oid) as bounds,
        part.reltuples::float8 as rows, pg_table_size(part.oid)::float8 as table_bytes,
        pg_indexes_size(part.oid)::float8 as index_bytes
      from pg_inherits as inherits join pg_class as part on part.oid = inherits.inhrelid
      where inherits.inhparent = to_regclass(${PartitionTable.parent})
    `
  return rows
    .map(({ name, bounds, rows: estimate, tableBytes, indexBytes }): Partition => ({
      table: name,
      ...boundsOf(bounds),
      ...(estimate < 0 ? {} : { rows: estimate }),
      tableBytes,
      indexBytes
    }))
    .toSorted((left, right) => ((left.from ?? "") < (right.from ?? "") ? -1 : 1))
})

/** The months that have a partition: from the first until before the second. */
const covered = Effect.gen(function* () {
  if (!(yield* isPartitioned)) return yield* new NotPartitioned()
  const partitions = yield* list
  const first = partitions.find(({ from }) => from === undefined)?.to
  const end = partitions.find(({ to }) => to === undefined)?.from
  if (first === undefined || end === undefined) {
    return yield* Effect.die(new Error("a partition with an open end is missing"))
  }
  return { partitions, first, end }
})

const isBusy = (error: unknown): boolean =>
  error instanceof SqlError &&
  (error.reason._tag === "LockTimeoutError" || error.reason._tag === "DeadlockError")

/** Runs statements that need the whole table, in one transaction, once nobody else uses it. */
const alter = Effect.fnUntraced(function* <A, E, R>(statements: Effect.Effect<A, E, R>) {
  const sql = yield* SqlClient.SqlClient
  // Patients first, as a writer does: their foreign key is part of every partition.
  return yield* Migrations.exclusively(
    sql`set local lock_timeout = '1s'`.pipe(
      Effect.andThen(sql`lock table bedside_patients in share row exclusive mode`),
      Effect.andThen(sql`lock table bedside_measurements in access exclusive mode`),
      Effect.andThen(sql`lock table bedside_replaced_values in access exclusive mode`),
      Effect.andThen(statements)
    )
  ).pipe(Effect.retry({ while: isBusy, schedule: Schedule.spaced("2 seconds"), times: 30 }))
})

const range = `${PartitionTable.earlier}_range`

const dropRange = SqlClient.SqlClient.use((sql) =>
  sql.unsafe(`alter table ${PartitionTable.parent} drop constraint if exists ${range}`)
)

/** An index that is made while others write; what is left of an attempt that failed is made anew. */
const index = Effect.fnUntraced(function* (name: string, kind: string, on: string) {
  const sql = yield* SqlClient.SqlClient
  const [found] = yield* sql<{ valid: boolean }>`
    select indisvalid as valid from pg_index where indexrelid = to_regclass(${name})
  `
  if (found?.valid === true) return
  if (found !== undefined) yield* sql.unsafe(`drop index concurrently ${name}`)
  yield* sql.unsafe(`create ${kind} concurrently ${name} on ${on}`)
})

/** Proves, while others write, that a table has nothing of a month or later, and keeps it so. */
const keepBefore = Effect.fnUntraced(function* (month: Month) {
  const sql = yield* SqlClient.SqlClient
  yield* alter(
    Effect.andThen(
      dropRange,
      sql.unsafe(
        `alter table ${PartitionTable.parent} add constraint ${range}
         check (observed_at < '${Calendar.start(month)}') not valid`
      )
    )
  )
  yield* sql.unsafe(`alter table ${PartitionTable.parent} validate constraint ${range}`).pipe(
    Effect.catchIf(
      ({ reason }) => reason._tag === "ConstraintError",
      () => new MonthTaken({ from: month })
    )
  )
})

const createMonth = (sql: SqlClient.SqlClient, month: Month) =>
  PartitionTable.create(sql, PartitionTable.ofMonth(month), {
    from: month,
    to: Calendar.plus(month, 1)
  })

const swap = Effect.fnUntraced(function* (first: Month, end: Month) {
  const sql = yield* SqlClient.SqlClient
  if (yield* isPartitioned) return yield* new AlreadyPartitioned()
  const { parent, earlier, later } = PartitionTable
  yield* sql`
    alter table bedside_replaced_values drop constraint bedside_replaced_values_measurement_id_fkey
  `
  yield* sql.unsafe(`alter table ${parent} drop constraint ${parent}_pkey`)
  yield* sql.unsafe(`
    alter table ${parent} add constraint ${earlier}_pkey primary key using index ${earlier}_pkey
  `)
  yield* PartitionTable.becomeEarlier(sql)
  yield* PartitionTable.createParent(sql, earlier)
  yield* dropRange
  yield* PartitionTable.attach(sql, earlier, { to: first })
  yield* Effect.forEach(Calendar.range(first, Calendar.plus(end, -1)), (month) =>
    createMonth(sql, month)
  )
  yield* PartitionTable.create(sql, later, { from: end })
  yield* sql`
    alter table bedside_replaced_values
    add constraint bedside_replaced_values_measurement_id_fkey
    foreign key (measurement_id, observed_at)
    references bedside_measurements (id, observed_at) on delete cascade
  `
})

/** Longer than a reading may be ahead of its time. */
const lead = 2 * 86_400_000

/** How many months are kept ahead of now. */
const monthsAhead = 3

/**
 * Turns the one table into partitions.
 *
 * Shape: months from `from` on, by default the next one, until `months` after now, by default 3; what
 * the table holds becomes the partition before them, where it is, with its indices. Others go on
 * reading and writing: two indices are built beside them and the table is read once, both of which take
 * their time with its size; then the whole table is held for a moment, in which nothing is copied.
 *
 * Fails with: `AlreadyPartitioned`; `MonthTaken` when the table holds anything of `from` or later;
 * `SqlError`, with lock timeouts after a minute of trying. Killed in the middle, it is run again.
 *
 * @example
 * ```ts
 * import * as Partitions from "@bedside/postgres-adapter/Partitions"
 *
 * const ofThisYear = Partitions.convert({ from: Partitions.Month.make("2026-01") })
 * ```
 * @since 0.1.0
 */
export const convert = Effect.fnUntraced(function* (
  options: { readonly from?: Month | undefined; readonly months?: number | undefined } = {}
) {
  if (yield* isPartitioned) return yield* new AlreadyPartitioned()
  const now = (yield* DateTime.now).epochMilliseconds
  const first = options.from ?? Calendar.plus(Calendar.of(now + lead), 1)
  const reach = Calendar.plus(Calendar.of(now), (options.months ?? monthsAhead) + 1)
  const { parent, earlier } = PartitionTable
  yield* index(`${earlier}_pkey`, "unique index", `${parent} (id, observed_at)`)
  yield* index(
    "bedside_replaced_values_observed_at",
    "index",
    "bedside_replaced_values (observed_at)"
  )
  yield* keepBefore(first).pipe(
    Effect.andThen(alter(swap(first, reach < first ? first : reach))),
    Effect.onError(() => Effect.ignore(dropRange))
  )
})

/** Makes months out of a partition with an open end, and moves what it holds of them. */
const carve = Effect.fnUntraced(function* (
  table: string,
  months: ReadonlyArray<Month>,
  rest: PartitionTable.Bounds
) {
  const [first] = months
  const last = months.at(-1)
  if (first === undefined || last === undefined) return
  const sql = yield* SqlClient.SqlClient
  yield* PartitionTable.detach(sql, table)
  yield* Effect.forEach(months, (month) => createMonth(sql, month))
  yield* sql.unsafe(`
    with moved as (
      delete from ${table} where observed_at >= '${Calendar.start(first)}'
        and observed_at < '${Calendar.start(Calendar.plus(last, 1))}'
      returning *
    )
    insert into ${PartitionTable.parent} select * from moved
  `)
  yield* PartitionTable.attach(sql, table, rest)
})

/** Gives months a partition each, from the first to the last and whatever lies between. */
const cover = Effect.fnUntraced(function* (options: {
  readonly from?: Month | undefined
  readonly to?: Month | undefined
}) {
  const sql = yield* SqlClient.SqlClient
  const { first, end } = yield* covered
  const before = Calendar.range(options.from ?? first, Calendar.plus(first, -1))
  const after = Calendar.range(end, options.to ?? Calendar.plus(end, -1))
  // A partition that something refers to cannot be detached.
  const carved = [
    ...(before.length === 0 ? [] : [`observed_at < '${Calendar.start(first)}'`]),
    ...(after.length === 0 ? [] : [`observed_at >= '${Calendar.start(end)}'`])
  ].join(" or ")
  if (carved === "") return []
  yield* sql.unsafe(`
    create temporary table bedside_kept on commit drop
    as select * from bedside_replaced_values where ${carved}
  `)
  yield* sql.unsafe(`delete from bedside_replaced_values where ${carved}`)
  yield* carve(PartitionTable.earlier, before, { to: before[0] })
  yield* carve(PartitionTable.later, after, { from: Calendar.plus(after.at(-1) ?? end, 1) })
  yield* sql`insert into bedside_replaced_values select * from bedside_kept`
  return [...before, ...after]
})

/**
 * Gives more months a partition of their own: all from `from`, and all until `to`, beside those that
 * have one.
 *
 * Shape: the months that are new. What the open partitions hold of them is moved, and the whole table
 * is held for as long as that takes: nothing for months that nobody has reached yet, and with
 * `earlier` its time grows with everything that `earlier` holds.
 *
 * Fails with: `NotPartitioned`; `SqlError`, with lock timeouts after a minute of trying.
 *
 * @example
 * ```ts
 * import * as Partitions from "@bedside/postgres-adapter/Partitions"
 *
 * const lastYearToo = Partitions.extend({ from: Partitions.Month.make("2025-01") })
 * ```
 * @since 0.1.0
 */
export const extend = Effect.fnUntraced(function* (options: {
  readonly from?: Month | undefined
  readonly to?: Month | undefined
}) {
  const { first, end } = yield* covered
  const isCovered = (month: Month | undefined) =>
    month === undefined || (month >= first && month < end)
  if (isCovered(options.from) && isCovered(options.to)) return []
  return yield* alter(cover(options))
})

/**
 * Gives the months to come a partition each.
 *
 * Shape: `months` after the present one, by default 3; the months that are new, none when all are
 * there or the measurements are one table.
 *
 * Fails with: `SqlError`, with lock timeouts after a minute of trying.
 *
 * @example
 * ```ts
 * import * as Partitions from "@bedside/postgres-adapter/Partitions"
 *
 * const halfAYear = Partitions.ahead(6)
 * ```
 * @since 0.1.0
 */
export const ahead = Effect.fnUntraced(function* (months: number = monthsAhead) {
  const now = (yield* DateTime.now).epochMilliseconds
  return yield* extend({ to: Calendar.plus(Calendar.of(now), months) }).pipe(
    Effect.catchTag("NotPartitioned", () => Effect.succeed([]))
  )
})

const detachBefore = Effect.fnUntraced(function* (month: Month, keep: boolean) {
  const sql = yield* SqlClient.SqlClient
  const { partitions, first, end } = yield* covered
  const cut = month < end ? month : end
  if (cut <= first) return []
  const replaced = `from bedside_replaced_values where observed_at < '${Calendar.start(cut)}'`
  if (keep) {
    yield* sql.unsafe(`create table ${PartitionTable.replacedBefore(cut)} as select * ${replaced}`)
  }
  yield* sql.unsafe(`delete ${replaced}`)
  const old = partitions.flatMap(({ table, to }) => (to !== undefined && to <= cut ? [table] : []))
  yield* Effect.forEach(old, (table) => PartitionTable.detach(sql, table), { discard: true })
  const kept = PartitionTable.before(first)
  yield* PartitionTable.rename(sql, PartitionTable.earlier, kept)
  yield* PartitionTable.create(sql, PartitionTable.earlier, { to: cut })
  const tables = old.map((table) => (table === PartitionTable.earlier ? kept : table))
  if (!keep) yield* Effect.forEach(tables, (table) => sql.unsafe(`drop table ${table}`))
  return tables
})

/**
 * Takes out what was measured before a month: every partition that ends by then, and what corrections
 * replaced in it. Assessments and predictions stay.
 *
 * Shape: the tables taken out, none when `before` is not after the first month; with `keep` they stay
 * as tables of their own, which an erased patient's rows still leave, beside one of replaced values.
 * The whole table is held for a moment, in which no row is copied; a reading of that time that arrives
 * afterwards finds an empty partition.
 *
 * Fails with: `NotPartitioned`; `SqlError`, with lock timeouts after a minute of trying.
 *
 * @example
 * ```ts
 * import * as Partitions from "@bedside/postgres-adapter/Partitions"
 *
 * const before = Partitions.Month.make("2024-01")
 * const archived = Partitions.retire({ before, keep: true })
 * ```
 * @since 0.1.0
 */
export const retire = Effect.fnUntraced(function* (options: {
  readonly before: Month
  readonly keep: boolean
}) {
  const { first } = yield* covered
  if (options.before <= first) return []
  return yield* alter(detachBefore(options.before, options.keep))
})

const look = (months: number) =>
  ahead(months).pipe(
    Effect.tap((made) =>
      made.length === 0
        ? Effect.void
        : Effect.logInfo("months were given partitions").pipe(
            Effect.annotateLogs({ months: made.join(" ") })
          )
    ),
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.interrupt
        : Effect.logWarning("months could not be given partitions; the next look tries again").pipe(
            Effect.annotateLogs({ failure: Jobs.describeFailure(cause) })
          )
    )
  )

/**
 * Keeps partitions ahead of time for as long as the layer lives, looking at once and every day; any
 * number of processes may, and it does nothing for one table.
 *
 * Shape: `months` after the present one, by default 3.
 *
 * Fails with: nothing; a failure is logged, and readings find their place meanwhile.
 *
 * @example
 * ```ts
 * import * as Partitions from "@bedside/postgres-adapter/Partitions"
 * import * as Postgres from "@bedside/postgres-adapter/Postgres"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const HalfAYearAhead = Partitions.layer({ months: 6 }).pipe(
 *   Layer.provide(Postgres.layer({ url: Redacted.make("postgres://localhost/bedside") }))
 * )
 * ```
 * @since 0.1.0
 */
export const layer = (
  options: {
    readonly months?: number | undefined
    readonly every?: Duration.Input | undefined
  } = {}
): Layer.Layer<never, never, SqlClient.SqlClient> =>
  Layer.effectDiscard(
    look(options.months ?? monthsAhead).pipe(
      Effect.repeat(Schedule.spaced(options.every ?? "1 day")),
      Effect.forkScoped
    )
  )
