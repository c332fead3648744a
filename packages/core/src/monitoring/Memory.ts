/**
 * Every port over Maps, in one process.
 *
 * It keeps the same contract as the databases, run by the same suite, so a test that passes here
 * passes there. A method reads and stores in one step of JavaScript, which makes it atomic. Nothing
 * survives the process.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Events from "./Events.ts"
import * as MemoryCampaigns from "./internal/memoryCampaigns.ts"
import * as MemoryCopies from "./internal/memoryCopies.ts"
import * as MemoryEvents from "./internal/memoryEvents.ts"
import * as MemoryMeasurements from "./internal/memoryMeasurements.ts"
import * as MemoryPatients from "./internal/memoryPatients.ts"
import * as MemoryQueue from "./internal/memoryQueue.ts"
import * as MemoryRecords from "./internal/memoryRecords.ts"
import * as MemoryRisk from "./internal/memoryRisk.ts"
import * as MemorySensors from "./internal/memorySensors.ts"
import * as MemoryUploads from "./internal/memoryUploads.ts"
import * as State from "./internal/state.ts"
import * as Ports from "./Ports.ts"

/**
 * What a store may be made to do beside.
 *
 * @since 0.2.0
 */
export interface Options {
  /** What it tells other services of: nothing. */
  readonly events?: Events.Source | undefined
}

/**
 * A fresh, empty store that tells other services what it keeps.
 *
 * Shape: of a source that is named, every change leaves events in the `EventLog`.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Memory from "@bedside/core/Memory"
 * import * as Ports from "@bedside/core/Ports"
 * import * as Effect from "effect/Effect"
 *
 * const told = Ports.EventLog.use((log) => log.streams({ limit: 10 }))
 * Effect.runSync(told.pipe(Effect.provide(Memory.layerOf({ events: "patients" })))) // => []
 * ```
 * @since 0.2.0
 */
export const layerOf = (options: Options): Layer.Layer<Ports.Store> =>
  Layer.effectContext(
    Effect.sync(() => {
      const state = State.make(options.events)
      return Context.make(Ports.Patients, MemoryPatients.make(state)).pipe(
        Context.add(Ports.Measurements, MemoryMeasurements.make(state)),
        Context.add(Ports.Assessments, MemoryRecords.assessments(state)),
        Context.add(Ports.Ecgs, MemoryRecords.ecgs(state)),
        Context.add(Ports.SensorModels, MemorySensors.make(state)),
        Context.add(Ports.Uploads, MemoryUploads.make(state)),
        Context.add(Ports.RiskModels, MemoryRisk.models(state)),
        Context.add(Ports.Predictions, MemoryRisk.predictions(state)),
        Context.add(Ports.Labels, MemoryRisk.labels(state)),
        Context.add(Ports.Campaigns, MemoryCampaigns.make(state)),
        Context.add(Ports.EventLog, MemoryEvents.make(state)),
        Context.add(Ports.Copies, MemoryCopies.make(state)),
        Context.add(Ports.Accounts, MemoryRecords.accounts(state)),
        Context.add(Ports.Deliveries, MemoryRecords.deliveries(state)),
        Context.add(Ports.JobQueue, MemoryQueue.make(state)),
        Context.add(Ports.Readiness, { check: Effect.succeed(true) })
      )
    })
  )

/**
 * A fresh, empty store.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<Ports.Store> = layerOf({})
