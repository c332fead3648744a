/**
 * The worker as one layer: store, the workflows that jobs call, the loop that takes them, the looks
 * whose figures are in the metrics, and the port where these are read.
 *
 * The port is had before the first job is taken and kept until the last has ended.
 */
import * as Campaigning from "@bedside/core/Campaigning"
import * as Conducting from "@bedside/core/Conducting"
import * as Electrocardiography from "@bedside/core/Electrocardiography"
import * as Fitting from "@bedside/core/Fitting"
import * as Foretelling from "@bedside/core/Foretelling"
import * as Monitoring from "@bedside/core/Monitoring"
import * as Notifying from "@bedside/core/Notifying"
import * as Operating from "@bedside/core/Operating"
import * as Watching from "@bedside/core/Watching"
import * as Telemetry from "@bedside/http-adapter/Telemetry"
import * as ReadingsFiles from "@bedside/worker-adapter/ReadingsFiles"
import * as Watch from "@bedside/worker-adapter/Watch"
import * as Worker from "@bedside/worker-adapter/Worker"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Composition from "../server/Composition.ts"

/** What the environment says; `main.ts` names the variables. */
export interface Settings
  extends Composition.Outlets, Composition.Carrier, Composition.Watchfulness {
  readonly concurrency: number
  readonly metricsPort: number
  readonly host: string
}

/** The port for the metrics cannot be had. */
class MetricsPortUnusable extends Schema.TaggedError<MetricsPortUnusable>()("MetricsPortUnusable", {
  reason: Schema.String
}) {
  override get message(): string {
    return `The port for the metrics cannot be had (BEDSIDE_METRICS_PORT, 0 for any): ${this.reason}`
  }
}

const telemetry = ({ metricsPort, host }: Settings) =>
  Telemetry.layer({ port: metricsPort, host }).pipe(
    Layer.catchTag("ServeError", ({ cause }) => {
      const reason = cause instanceof Error ? cause.message : String(cause)
      return Layer.effect(HttpServer.HttpServer, new MetricsPortUnusable({ reason }))
    })
  )

const ready = Layer.effectDiscard(
  HttpServer.addressFormattedWith((address) =>
    Effect.logInfo("The worker takes jobs").pipe(
      Effect.annotateLogs({ metrics: `${address}/metrics` })
    )
  )
)

/** Everything, ready to launch. */
export const layer = (settings: Settings) =>
  ready.pipe(
    Layer.provideMerge(Worker.layer({ concurrency: settings.concurrency })),
    Layer.provideMerge(Watch.layer({ models: settings.betweenLooks })),
    Layer.provideMerge(telemetry(settings)),
    Layer.provide([
      Campaigning.Campaigning.layer,
      Conducting.Conducting.layer,
      Electrocardiography.Electrocardiography.layer,
      Fitting.Fitting.layer,
      Foretelling.Foretelling.layer,
      Monitoring.Monitoring.layer,
      Notifying.Notifying.layer,
      Operating.Operating.layer,
      Watching.Watching.layer
    ]),
    Layer.provide([ReadingsFiles.layer, Composition.channels(settings)]),
    Layer.provide(Composition.queue(settings, settings.concurrency)),
    Layer.provide([Composition.store(settings), Composition.runner(settings)]),
    Layer.provide(Composition.database(settings)),
    Layer.provide(SecureRandom.layerWebCrypto)
  )
