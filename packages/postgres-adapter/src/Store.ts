/**
 * Every port of the core on the current database, migrations applied.
 *
 * A method is one transaction, with the job it leaves behind. A database that is down is a defect;
 * only while the layer is built, it is an error.
 */
import type * as Events from "@bedside/core/Events"
import * as Ports from "@bedside/core/Ports"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { MigrationError } from "effect/sql/Migrator"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Accounts from "./Accounts.ts"
import * as Assessments from "./Assessments.ts"
import * as Campaigns from "./Campaigns.ts"
import * as Copies from "./Copies.ts"
import * as Deliveries from "./Deliveries.ts"
import * as Ecgs from "./Ecgs.ts"
import * as Embedded from "./Embedded.ts"
import * as EventLog from "./EventLog.ts"
import * as Telling from "./internal/Telling.ts"
import * as JobQueue from "./JobQueue.ts"
import * as Labels from "./Labels.ts"
import * as Measurements from "./Measurements.ts"
import * as Migrations from "./Migrations.ts"
import * as Partitions from "./Partitions.ts"
import * as Patients from "./Patients.ts"
import * as Postgres from "./Postgres.ts"
import * as Predictions from "./Predictions.ts"
import * as Queue from "./Queue.ts"
import * as RiskModels from "./RiskModels.ts"
import * as SensorModels from "./SensorModels.ts"
import * as Uploads from "./Uploads.ts"

const readiness = Layer.effect(
  Ports.Readiness,
  Effect.map(SqlClient.SqlClient, (sql) => ({
    check: sql`select 1`.pipe(
      Effect.as(true),
      Effect.timeout("2 seconds"),
      Effect.catchCause(() => Effect.succeed(false))
    )
  }))
)

/**
 * What a store may be made to do beside.
 *
 * @since 0.2.0
 */
export interface Options {
  /** What it tells other services of, in the transaction of each change: nothing. */
  readonly events?: Events.Source | undefined
}

const over = (
  queue: typeof Queue.layerEmbedded,
  { events }: Options
): Layer.Layer<Ports.Store, MigrationError | SqlError, SqlClient.SqlClient> =>
  Layer.mergeAll(
    Patients.layer,
    Measurements.layer,
    Assessments.layer,
    Ecgs.layer,
    SensorModels.layer,
    Uploads.layer,
    RiskModels.layer,
    Predictions.layer,
    Labels.layer,
    Campaigns.layer,
    EventLog.layer,
    Copies.layer,
    Accounts.layer,
    Deliveries.layer,
    JobQueue.layer,
    readiness,
    Queue.layerCleanup
  ).pipe(
    Layer.provide(Layer.succeed(Telling.Tells, events)),
    Layer.provide(queue),
    Layer.provide(Migrations.layer)
  )

/**
 * Every port on the current database, which other processes may use at the same time.
 *
 * Shape: leases are held and jobs looked for as the options say; partitioned measurements get their
 * partitions ahead of time.
 *
 * Fails with: `MigrationError`, which names the step that failed, and `SqlError`.
 *
 * @example
 * ```ts
 * import * as Ports from "@bedside/core/Ports"
 * import * as Embedded from "@bedside/postgres-adapter/Embedded"
 * import * as Store from "@bedside/postgres-adapter/Store"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const ready = Ports.Readiness.use((readiness) => readiness.check)
 * const InMemory = Store.layer().pipe(Layer.provide(Embedded.layerMemory()))
 * await Effect.runPromise(ready.pipe(Effect.provide(InMemory))) // => true
 * ```
 * @since 0.1.0
 */
export const layer = (
  options: Options & Queue.Options = {}
): Layer.Layer<Ports.Store, MigrationError | SqlError, SqlClient.SqlClient> =>
  Layer.merge(over(Queue.layer(options), options), Partitions.layer())

/**
 * Every port on the current database, which only this process has open: an embedded one.
 *
 * Shape: jobs that a dead process left are free at once.
 *
 * Fails with: `MigrationError`, which names the step that failed, and `SqlError`.
 *
 * @example
 * ```ts
 * import * as Embedded from "@bedside/postgres-adapter/Embedded"
 * import * as Store from "@bedside/postgres-adapter/Store"
 * import * as Layer from "effect/Layer"
 *
 * const Ports = Store.layerAlone().pipe(Layer.provideMerge(Embedded.layerMemory()))
 * ```
 * @since 0.2.0
 */
export const layerAlone = (
  options: Options = {}
): Layer.Layer<Ports.Store, MigrationError | SqlError, SqlClient.SqlClient> =>
  over(Queue.layerEmbedded, options)

/**
 * Every port on a Postgres server.
 *
 * Shape: how to reach the server, and how leases are held and jobs looked for.
 *
 * Fails with: `ServerUnusable`, `MigrationError`, `SqlError`.
 *
 * @example
 * ```ts
 * import * as Store from "@bedside/postgres-adapter/Store"
 * import * as Redacted from "effect/Redacted"
 *
 * const Ports = Store.layerPostgres({ url: Redacted.make("postgres://localhost/bedside") })
 * ```
 * @since 0.1.0
 */
export const layerPostgres = (
  options: Options & Postgres.Options & Queue.Options
): Layer.Layer<Ports.Store, Postgres.ServerUnusable | MigrationError | SqlError> =>
  layer(options).pipe(Layer.provide(Postgres.layer(options)))

/**
 * Every port on an embedded database, which only this process has open.
 *
 * Shape: its directory, created with its parents when absent.
 *
 * Fails with: `DirectoryInUse`, `DirectoryUnusable`, `MigrationError`, `SqlError`.
 *
 * @example
 * ```ts
 * import * as Store from "@bedside/postgres-adapter/Store"
 *
 * const Ports = Store.layerEmbedded({ directory: ".bedside" })
 * ```
 * @since 0.1.0
 */
export const layerEmbedded = (
  options: Options & { readonly directory: string }
): Layer.Layer<
  Ports.Store,
  Embedded.DirectoryInUse | Embedded.DirectoryUnusable | MigrationError | SqlError
> => layerAlone(options).pipe(Layer.provide(Embedded.layer(options)))
