/**
 * The worker as one layer: store, the workflows that jobs call, and the loop that takes them.
 */
import * as Electrocardiography from "@bedside/core/Electrocardiography"
import * as Fitting from "@bedside/core/Fitting"
import * as Foretelling from "@bedside/core/Foretelling"
import * as Monitoring from "@bedside/core/Monitoring"
import * as Notifying from "@bedside/core/Notifying"
import * as ReadingsFiles from "@bedside/worker-adapter/ReadingsFiles"
import * as Worker from "@bedside/worker-adapter/Worker"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Composition from "../server/Composition.ts"

/** What the environment says; `main.ts` names the variables. */
export interface Settings extends Composition.Outlets, Composition.Carrier {
  readonly concurrency: number
}

const ready = Layer.effectDiscard(Effect.logInfo("The worker takes jobs"))

/** Everything, ready to launch. */
export const layer = (settings: Settings) =>
  ready.pipe(
    Layer.provideMerge(Worker.layer({ concurrency: settings.concurrency })),
    Layer.provide([
      Electrocardiography.Electrocardiography.layer,
      Fitting.Fitting.layer,
      Foretelling.Foretelling.layer,
      Monitoring.Monitoring.layer,
      Notifying.Notifying.layer
    ]),
    Layer.provide([ReadingsFiles.layer, Composition.channels(settings)]),
    Layer.provide(Composition.queue(settings, settings.concurrency)),
    Layer.provide(Composition.store(settings)),
    Layer.provide(SecureRandom.layerWebCrypto)
  )
