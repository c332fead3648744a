/**
 * Uploads of readings on Postgres.
 *
 * The bytes of an upload are rows of about a megabyte under the place where each begins, so any range
 * of a file is read without the rest of it, and they go when its fit has ended.
 */
import * as Jobs from "@bedside/core/Jobs"
import * as Ports from "@bedside/core/Ports"
import type * as Upload from "@bedside/core/Upload"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PersistedQueueFactory } from "effect/persistence/PersistedQueue"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Lineages from "./internal/Lineages.ts"
import * as Offer from "./internal/Offer.ts"
import * as Row from "./internal/Row.ts"
import * as Transaction from "./internal/Transaction.ts"

interface UploadRow
  extends Omit<Upload.Upload, "progress" | "createdAt" | "updatedAt">, Upload.Progress {
  readonly createdAt: Date
  readonly updatedAt: Date
}

const fromRow = ({
  bytes,
  rows,
  malformed,
  createdAt,
  updatedAt,
  ...row
}: UploadRow): Upload.Upload => ({
  ...row,
  progress: { bytes, rows, malformed },
  createdAt: DateTime.fromDateUnsafe(createdAt),
  updatedAt: DateTime.fromDateUnsafe(updatedAt)
})

const columns = `
  id, format, mapping, reason, actor, status, size::float8, bytes::float8, rows::float8,
  malformed::float8, models, skipped::float8, unfitted, misnamed, problems, shortages, errors,
  created_at, updated_at
`

const ended = (end: Ports.UploadEnd) => {
  if (end.status === "failed") return { status: end.status, errors: PgTypes.jsonb(end.errors) }
  const { progress, problems, shortages, ...rest } = end
  return {
    ...rest,
    ...progress,
    problems: PgTypes.jsonb(problems),
    shortages: PgTypes.jsonb(shortages)
  }
}

const joined = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const [only, ...others] = parts
  return others.length === 0 ? (only ?? new Uint8Array()) : Buffer.concat(parts)
}

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const offer = yield* Offer.make
  const lineages = yield* Lineages.make
  const all = sql.literal(columns)

  const one = (statement: Effect.Effect<ReadonlyArray<UploadRow>, SqlError>) =>
    Effect.map(Effect.flatMap(statement, Row.first("upload")), fromRow)

  const change = (statement: Effect.Effect<ReadonlyArray<object>, SqlError>) =>
    Transaction.orDie(Effect.flatMap(statement, Row.first("upload"))).pipe(Effect.asVoid)

  const read = Effect.fnUntraced(function* (id: Upload.UploadId, from: number, to: number) {
    yield* sql`select id from bedside_uploads where id = ${id}`.pipe(
      Effect.flatMap(Row.first("upload"))
    )
    const parts = yield* sql<{ readonly bytes: Uint8Array }>`
      select substring(
        bytes from greatest(${from} - start, 0)::integer + 1
        for (least(${to} - start, octet_length(bytes)) - greatest(${from} - start, 0))::integer
      ) as bytes
      from bedside_upload_pieces
      where upload_id = ${id} and start < ${to} and start >= coalesce((
        select max(start) from bedside_upload_pieces where upload_id = ${id} and start <= ${from}
      ), 0)
      order by start
    `
    return joined(parts.map(({ bytes }) => bytes))
  })

  return Ports.Uploads.of({
    begin: (upload) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          yield* sql`
            delete from bedside_uploads
            where status = 'receiving' and updated_at < now() - interval '1 day'
          `
          yield* sql`
            insert into bedside_uploads
            values (
              ${upload.id}, ${upload.format}, ${PgTypes.jsonb(upload.mapping)}, ${upload.reason}, ${upload.actor},
              ${upload.status}, 0, 0, 0, 0, 0, 0, 0, 0, '[]', '[]', '[]',
              ${DateTime.toDateUtc(upload.createdAt)}, ${DateTime.toDateUtc(upload.updatedAt)}
            )
          `
        })
      ),
    append: (id, bytes) =>
      change(sql`
        with grown as (
          update bedside_uploads
          set size = size + ${bytes.length}, updated_at = now()
          where id = ${id}
          returning size - ${bytes.length} as start
        )
        insert into bedside_upload_pieces (upload_id, start, bytes)
        select ${id}, start, ${bytes} from grown
        returning start
      `),
    complete: (id) =>
      Transaction.run(
        sql,
        Effect.tap(
          one(sql`
            update bedside_uploads set status = 'queued', updated_at = now()
            where id = ${id} returning ${all}
          `),
          () => offer(Jobs.FitUpload.make({ uploadId: id }))
        )
      ),
    discard: (id) =>
      Transaction.orDie(sql`delete from bedside_uploads where id = ${id}`).pipe(Effect.asVoid),
    find: (id) => Transaction.orDie(one(sql`select ${all} from bedside_uploads where id = ${id}`)),
    list: ({ limit, after }) =>
      Transaction.orDie(
        Effect.map(
          sql<UploadRow>`
            select ${all} from bedside_uploads
            where ${after === undefined ? sql.literal("true") : sql`id < ${after}`}
            order by id desc limit ${limit}
          `,
          (rows) => rows.map(fromRow)
        )
      ),
    read: (id, from, to) => Transaction.orDie(read(id, from, to)),
    advance: (id, { bytes, rows, malformed }) =>
      change(sql`
        update bedside_uploads
        set status = 'running', bytes = ${bytes}, rows = ${rows}, malformed = ${malformed},
          updated_at = now()
        where id = ${id} returning id
      `),
    adopt: (id, { from, fitted }, decide) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          const { models } = yield* sql<{ readonly models: number }>`
            select models from bedside_uploads where id = ${id} for no key update
          `.pipe(Effect.flatMap(Row.first("upload")))
          if (models !== from) return
          const keys = fitted.map(({ key }) => key)
          yield* lineages.append(keys, (lineage, nth) =>
            Result.succeed(decide(lineage, fitted[nth]!))
          )
          yield* sql`
            update bedside_uploads
            set models = ${from + fitted.length}, updated_at = now() where id = ${id}
          `
        })
      ),
    end: (id, end) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          yield* sql`
            update bedside_uploads set ${sql.update(ended(end))}, updated_at = now()
            where id = ${id} returning id
          `.pipe(Effect.flatMap(Row.first("upload")))
          yield* sql`delete from bedside_upload_pieces where upload_id = ${id}`
        })
      )
  })
})

/**
 * Uploads on the current database.
 *
 * @since 0.2.0
 */
export const layer: Layer.Layer<Ports.Uploads, never, SqlClient.SqlClient | PersistedQueueFactory> =
  Layer.effect(Ports.Uploads, make)
