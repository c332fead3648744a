/**
 * Postgres inside this process: nothing to install, one directory, one connection.
 *
 * The directory survives the death of the process at any moment, its first initialisation included:
 * a new database is built beside its place and renamed into it when it is complete, and every
 * statement that was answered is in the directory. A second process on the same directory fails at
 * once with `DirectoryInUse` and cannot touch it. A power cut is another matter: PGlite does not
 * flush the disk, so keep what must survive one on a real server.
 *
 * There is exactly one connection. A transaction holds up every other statement, so never wait for
 * anything outside the database in one, and never start a statement in it that does not belong to it.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { Reactivity } from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import type { SqlClient } from "effect/sql/SqlClient"
import { PGlite, type PGliteOptions } from "@electric-sql/pglite"
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs"
import { join, resolve } from "node:path"
import * as DirectoryLock from "./internal/DirectoryLock.ts"
import * as Session from "./internal/Session.ts"
import * as Wire from "./internal/Wire.ts"

export { DirectoryInUse, DirectoryUnusable } from "./internal/DirectoryLock.ts"

const attempt = <A>(act: () => A): Effect.Effect<A, unknown> =>
  Effect.try({ try: act, catch: (cause) => cause })

/** Why Postgres would not start, in its own words, which PGlite's error leaves out. */
const lastWords = (lines: ReadonlyArray<string>): string | undefined => {
  const fatal = lines.flatMap((line) => /(?:FATAL|PANIC|DETAIL): +(.*)/.exec(line)?.[1] ?? [])
  return fatal.length > 0 ? fatal.join(": ") : lines.at(-1)
}

const start = async (options: PGliteOptions): Promise<PGlite> => {
  const lines: Array<string> = []
  const database = new PGlite({
    ...options,
    onStderr: (line) => {
      if (!database.ready) lines.push(line)
      return false
    }
  })
  try {
    await database.waitReady
    return database
  } catch (cause) {
    throw new Error(lastWords(lines) ?? DirectoryLock.reason(cause), { cause })
  }
}

const acquire = (options: PGliteOptions): Effect.Effect<PGlite, unknown, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({ try: () => start(options), catch: (cause) => cause }),
    (database) => Effect.promise(() => database.close())
  )

const client = (
  database: PGlite
): Effect.Effect<PgClient.PgClient, never, Scope.Scope | Reactivity> =>
  PgClient.make({
    ...Session.settings,
    stream: Wire.sessions(database),
    username: "postgres",
    database: "postgres",
    // More than one would share a single transaction state and commit each other's rows.
    minConnections: 1,
    maxConnections: 1
  }).pipe(Effect.orDie)

/** Builds a new database beside its place, so that a half-built one is never found in it. */
const initialise = Effect.fnUntraced(function* (place: string) {
  const unfinished = `${place}.new`
  yield* attempt(() => rmSync(unfinished, { recursive: true, force: true }))
  if (existsSync(join(place, "PG_VERSION"))) return
  // Closing it writes the last page and the mark of an orderly shutdown; only then is it renamed.
  yield* Effect.scoped(acquire({ dataDir: unfinished }))
  yield* attempt(() => renameSync(unfinished, place))
})

const open = Effect.fnUntraced(function* (path: string) {
  const directory = resolve(path)
  const unusable = (cause: unknown) =>
    new DirectoryLock.DirectoryUnusable({ directory, reason: DirectoryLock.reason(cause) })
  yield* attempt(() => mkdirSync(directory, { recursive: true, mode: 0o700 })).pipe(
    Effect.mapError(unusable)
  )
  yield* DirectoryLock.acquire(directory)
  const place = join(directory, "database")
  const database = yield* initialise(place).pipe(
    Effect.andThen(acquire({ dataDir: place })),
    Effect.mapError(unusable)
  )
  return yield* client(database)
})

/**
 * A database in a directory of the caller's, created with its parents when absent.
 *
 * Shape: the directory holds `database` and two small files beside it, and may hold what else the
 * caller keeps there. The first start on a new one takes some seconds, a later one less than one.
 *
 * Fails with: `DirectoryInUse` when another process has it open, `DirectoryUnusable` when it cannot
 * be created, locked or opened; either message is one line for the operator.
 *
 * @example
 * ```ts
 * import * as Embedded from "@bedside/postgres-adapter/Embedded"
 *
 * const Database = Embedded.layer({ directory: ".bedside" })
 * ```
 * @since 0.1.0
 */
export const layer = (options: {
  readonly directory: string
}): Layer.Layer<
  PgClient.PgClient | SqlClient,
  DirectoryLock.DirectoryInUse | DirectoryLock.DirectoryUnusable
> => PgClient.layerFrom(open(options.directory))

/**
 * A new, empty database in memory, gone with its scope: for tests.
 *
 * Shape: given a copy made by `snapshot`, it starts in a fifth of the time.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Embedded from "@bedside/postgres-adapter/Embedded"
 * import * as Effect from "effect/Effect"
 * import * as SqlClient from "effect/sql/SqlClient"
 *
 * const rows = SqlClient.SqlClient.use((sql) => sql`select 1 + 1 as two`)
 * await Effect.runPromise(rows.pipe(Effect.provide(Embedded.layerMemory()))) // => [{ two: 2 }]
 * ```
 * @since 0.1.0
 */
export const layerMemory = (options?: {
  readonly snapshot?: Blob | undefined
}): Layer.Layer<PgClient.PgClient | SqlClient> =>
  PgClient.layerFrom(
    acquire(options?.snapshot === undefined ? {} : { loadDataDir: options.snapshot }).pipe(
      Effect.orDie,
      Effect.flatMap(client)
    )
  )

/**
 * A copy of a new, empty database, to start many of `layerMemory` from.
 *
 * @since 0.1.0
 */
export const snapshot: Effect.Effect<Blob> = Effect.scoped(
  Effect.flatMap(acquire({}), (database) => Effect.promise(() => database.dumpDataDir("none")))
).pipe(Effect.orDie)
