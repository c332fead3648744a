/**
 * A Postgres server, named by its URL.
 *
 * The layer proves the connection before it is built: a server that does not answer, a wrong
 * password or a missing database is one line at the start, not an error in the first request.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Session from "./internal/Session.ts"

/**
 * The server cannot be used as configured; `reason` never holds the password.
 *
 * @since 0.1.0
 */
export class ServerUnusable extends Schema.TaggedError<ServerUnusable>()("ServerUnusable", {
  address: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `Postgres at ${this.address} cannot be used: ${this.reason}`
  }
}

/** The address without user and password, for messages. */
const address = (url: string): string => {
  try {
    const { host, pathname } = new URL(url)
    return `${host}${pathname}`
  } catch {
    return "the given URL"
  }
}

const message = (cause: unknown): string | undefined => {
  if (cause instanceof AggregateError && cause.errors.length > 0) return message(cause.errors[0])
  return Predicate.hasProperty(cause, "message") && Predicate.isString(cause.message)
    ? cause.message.split("\n", 1)[0]
    : undefined
}

const unusable = (url: string) => (error: SqlError) =>
  new ServerUnusable({
    address: address(url),
    reason: message(error.reason.cause) ?? error.message
  })

const connect = Effect.fnUntraced(function* (options: Options) {
  const url = Redacted.value(options.url)
  const client = yield* PgClient.make({
    ...Session.settings,
    url: options.url,
    maxConnections: options.maxConnections ?? 10,
    connectTimeout: options.connectTimeout ?? Duration.seconds(5),
    prepare: options.prepare ?? true,
    keepAlive: Duration.seconds(30)
  }).pipe(Effect.mapError(unusable(url)))
  yield* client`select 1`.pipe(Effect.mapError(unusable(url)))
  return client
})

/**
 * How to reach the server.
 *
 * @since 0.1.0
 */
export interface Options {
  /** `postgres://user:password@host:port/database`. */
  readonly url: Redacted.Redacted
  /** Connections at most, opened as they are needed and closed after a minute unused: 10. */
  readonly maxConnections?: number | undefined
  /** How long one attempt to connect may take: 5 seconds. */
  readonly connectTimeout?: Duration.Input | undefined
  /** Keeps statements prepared by name: true. A pooler that gives each transaction another session needs false. */
  readonly prepare?: boolean | undefined
}

/**
 * A pool of connections to a server.
 *
 * Shape: opened as they are needed; the first one proves the address, user and password.
 *
 * Fails with: `ServerUnusable`, whose message is one line for the operator.
 *
 * @example
 * ```ts
 * import * as Postgres from "@bedside/postgres-adapter/Postgres"
 * import * as Redacted from "effect/Redacted"
 *
 * const Database = Postgres.layer({ url: Redacted.make("postgres://localhost/bedside") })
 * ```
 * @since 0.1.0
 */
export const layer = (
  options: Options
): Layer.Layer<PgClient.PgClient | SqlClient, ServerUnusable> =>
  PgClient.layerFrom(connect(options))
