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
import * as MemoryCampaigns from "./internal/memoryCampaigns.ts"
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
 * A fresh, empty store.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<Ports.Store> = Layer.effectContext(
  Effect.sync(() => {
    const state = State.make()
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
      Context.add(Ports.Accounts, MemoryRecords.accounts(state)),
      Context.add(Ports.Deliveries, MemoryRecords.deliveries(state)),
      Context.add(Ports.JobQueue, MemoryQueue.make(state)),
      Context.add(Ports.Readiness, { check: Effect.succeed(true) })
    )
  })
)
