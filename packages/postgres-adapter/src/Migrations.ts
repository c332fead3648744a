/**
 * The schema, brought forward one numbered step at a time.
 *
 * A step that was applied is never applied again and never undone. All pending steps run in one
 * transaction, so a failed one leaves the schema as it was; processes that start together wait for
 * one another, so each step runs once.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Migrator from "effect/sql/Migrator"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { patients } from "./internal/migrations/0001_patients.ts"
import { measurements } from "./internal/migrations/0002_measurements.ts"
import { assessments } from "./internal/migrations/0003_assessments.ts"
import { ecgs } from "./internal/migrations/0004_ecgs.ts"
import { sensorModels } from "./internal/migrations/0005_sensor_models.ts"
import { accounts } from "./internal/migrations/0006_accounts.ts"
import { ecgAnalysis } from "./internal/migrations/0007_ecg_analysis.ts"
import { sensorLineage } from "./internal/migrations/0008_sensor_lineage.ts"
import { sensorDrift } from "./internal/migrations/0009_sensor_drift.ts"
import { uploads } from "./internal/migrations/0010_uploads.ts"
import { risk } from "./internal/migrations/0011_risk.ts"
import { labels } from "./internal/migrations/0012_labels.ts"
import { copies } from "./internal/migrations/0013_copies.ts"
import { campaigns } from "./internal/migrations/0014_campaigns.ts"
import { replacedValues } from "./internal/migrations/0015_replaced_values.ts"

/**
 * Steps by `<number>_<name>`; a new one takes the next number and an old one is never edited.
 *
 * @since 0.1.0
 */
export type Steps = Readonly<
  Record<`${number}_${string}`, Effect.Effect<void, unknown, SqlClient.SqlClient>>
>

/**
 * The steps of this version.
 *
 * @since 0.1.0
 */
export const steps: Steps = {
  "0001_patients": patients,
  "0002_measurements": measurements,
  "0003_assessments": assessments,
  "0004_ecgs": ecgs,
  "0005_sensor_models": sensorModels,
  "0006_accounts": accounts,
  "0007_ecg_analysis": ecgAnalysis,
  "0008_sensor_lineage": sensorLineage,
  "0009_sensor_drift": sensorDrift,
  "0010_uploads": uploads,
  "0011_risk": risk,
  "0012_labels": labels,
  "0013_copies": copies,
  "0014_campaigns": campaigns,
  "0015_replaced_values": replacedValues
}

/** Any constant does, as long as every process of ours uses the same one. */
const lock = 0x62656473

/**
 * Runs an effect in one transaction while no other process is inside one of these.
 *
 * Shape: waits its turn, for as long as it takes; what the effect changed is undone if it fails.
 *
 * Fails with: what the effect fails with.
 *
 * @example
 * ```ts
 * import * as Migrations from "@bedside/postgres-adapter/Migrations"
 * import * as SqlClient from "effect/sql/SqlClient"
 *
 * const loadDemonstration = Migrations.exclusively(
 *   SqlClient.SqlClient.use((sql) => sql`insert into wards values ('North') on conflict do nothing`)
 * )
 * ```
 * @since 0.1.0
 */
export const exclusively = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E | SqlError, R | SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    return yield* sql.withTransaction(
      Effect.andThen(sql`select pg_advisory_xact_lock(${lock})`, effect)
    )
  })

/**
 * Applies the pending steps.
 *
 * Shape: the names of the steps applied, in order; none when there was nothing to do.
 *
 * Fails with: `MigrationError`, naming the step that failed.
 *
 * @example
 * ```ts
 * import * as Embedded from "@bedside/postgres-adapter/Embedded"
 * import * as Migrations from "@bedside/postgres-adapter/Migrations"
 * import * as Effect from "effect/Effect"
 * import * as SqlClient from "effect/sql/SqlClient"
 *
 * const steps = {
 *   "1_wards": SqlClient.SqlClient.use((sql) => Effect.asVoid(sql`create table wards (name text)`))
 * } as const
 * const twice = Effect.all([Migrations.run(steps), Migrations.run(steps)])
 * await Effect.runPromise(twice.pipe(Effect.provide(Embedded.layerMemory()))) // => [["wards"], []]
 * ```
 * @since 0.1.0
 */
export const run = (
  pending: Steps = steps
): Effect.Effect<ReadonlyArray<string>, Migrator.MigrationError | SqlError, SqlClient.SqlClient> =>
  exclusively(
    Migrator.make({})({ loader: Migrator.fromRecord(pending), table: "bedside_migrations" })
  ).pipe(Effect.map((applied) => applied.map(([, name]) => name)))

/**
 * Applies the pending steps while the layer is built.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<never, Migrator.MigrationError | SqlError, SqlClient.SqlClient> =
  Layer.effectDiscard(run())
