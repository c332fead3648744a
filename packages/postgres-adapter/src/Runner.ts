/**
 * A runner of durable workflows on the current database: what was begun goes on in whichever process
 * is there, from the step that was stored last.
 *
 * Runners know each other by rows and by nothing else: no process listens, and none has to be reached.
 * A runner that dies is missed once its lease has run out; what it was at is then begun again by
 * another, so a step may run twice and has to be idempotent. One that was frozen for longer than its
 * lease may still be at such a step when it wakes.
 *
 * The tables `bedside_cluster_*` are those of Effect's cluster and are brought forward by it.
 */
import * as ClusterWorkflowEngine from "effect/cluster/ClusterWorkflowEngine"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as RunnerHealth from "effect/cluster/RunnerHealth"
import * as Runners from "effect/cluster/Runners"
import * as RunnerStorage from "effect/cluster/RunnerStorage"
import * as Sharding from "effect/cluster/Sharding"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as SqlMessageStorage from "effect/cluster/SqlMessageStorage"
import * as SqlRunnerStorage from "effect/cluster/SqlRunnerStorage"
import * as Digest from "effect/crypto/Digest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Migrator from "effect/sql/Migrator"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { WorkflowEngine } from "effect/workflow/WorkflowEngine"
import * as Migrations from "./Migrations.ts"

const prefix = "bedside_cluster"
const tables = { prefix }

/**
 * What is shared out among runners, the same for all of them: enough for two dozen. Each is a row to
 * lock and, at the end, to release.
 */
const shards = { shardsPerGroup: 48 }

/** How long a stop waits for the steps under way, beside what a worker waits for its jobs. */
const goodbye = Duration.seconds(2)

/**
 * How leases are held and work looked for.
 *
 * @since 0.2.0
 */
export interface Options {
  /** After how long a runner that no longer shows itself is taken to be dead: 30 seconds. */
  readonly lease?: Duration.Input | undefined
  /** How often to look for what other processes left for this one: 200 milliseconds. */
  readonly poll?: Duration.Input | undefined
}

/** Processes that start together wait for one another. */
const migrated = Layer.effectDiscard(
  Migrations.exclusively(
    Effect.andThen(
      Migrator.make({})({
        loader: SqlMessageStorage.migrations(tables),
        table: `${prefix}_migrations`
      }),
      Migrator.make({})({
        loader: SqlRunnerStorage.migrations(tables),
        table: `${prefix}_runner_migrations`
      })
    )
  )
)

const messages = SqlMessageStorage.layerStorage(tables).pipe(Layer.provide(Digest.layerWebCrypto))

const engine = (
  runners: Layer.Layer<
    RunnerStorage.RunnerStorage,
    never,
    SqlClient | ShardingConfig.ShardingConfig
  >,
  config: Layer.Layer<ShardingConfig.ShardingConfig>
): Layer.Layer<WorkflowEngine, Migrator.MigrationError | SqlError, SqlClient> =>
  ClusterWorkflowEngine.layer.pipe(
    Layer.provide(Sharding.layer),
    Layer.provide(Runners.layerNoop),
    Layer.provide([messages, runners, RunnerHealth.layerNoop]),
    Layer.provide(config),
    Layer.provide(migrated)
  )

/** A name like that of no other process; nobody connects to it. */
const address = SecureRandom.SecureRandom.use((random) => random.uuidV7()).pipe(
  Effect.map((name) => RunnerAddress.make(name, 0)),
  Effect.provide(SecureRandom.layerWebCrypto)
)

/**
 * A runner beside others, each a process of its own on the same database.
 *
 * Shape: `lease` is the same for all of them. It takes one connection for itself.
 *
 * Fails with: `MigrationError`, `SqlError`.
 *
 * @example
 * ```ts
 * import * as Postgres from "@bedside/postgres-adapter/Postgres"
 * import * as Runner from "@bedside/postgres-adapter/Runner"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const Engine = Runner.layer({ lease: "30 seconds" }).pipe(
 *   Layer.provide(Postgres.layer({ url: Redacted.make("postgres://localhost/bedside") }))
 * )
 * ```
 * @since 0.2.0
 */
export const layer = ({ lease = "30 seconds", poll = "200 millis" }: Options = {}): Layer.Layer<
  WorkflowEngine,
  Migrator.MigrationError | SqlError,
  SqlClient
> => {
  const third = Duration.times(Duration.fromInputUnsafe(lease), 1 / 3)
  const config = {
    ...shards,
    shardLockExpiration: lease,
    shardLockRefreshInterval: third,
    // Rows serve behind a pooler too, which gives each statement another session.
    shardLockDisableAdvisory: true,
    refreshAssignmentsInterval: Duration.min(Duration.seconds(1), third),
    entityMessagePollInterval: poll,
    entityReplyPollInterval: poll,
    entityTerminationTimeout: goodbye,
    simulateRemoteSerialization: false
  }
  return Layer.unwrap(
    Effect.map(address, (name) =>
      engine(
        SqlRunnerStorage.layerStorage(tables),
        ShardingConfig.layer({ ...config, runnerAddress: Option.some(name) })
      )
    )
  )
}

/**
 * The runner of an embedded database, which only this process has open.
 *
 * @since 0.2.0
 */
export const layerEmbedded: Layer.Layer<
  WorkflowEngine,
  Migrator.MigrationError | SqlError,
  SqlClient
> = engine(
  RunnerStorage.layerMemory,
  ShardingConfig.layer({
    ...shards,
    entityTerminationTimeout: goodbye,
    simulateRemoteSerialization: false
  })
)
