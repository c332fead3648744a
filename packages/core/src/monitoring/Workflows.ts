/**
 * The workflows together, for those who want all of them: a server provides `layer`, a worker adds
 * `Notifying` with its channels.
 */
import * as Layer from "effect/Layer"
import * as Access from "./Access.ts"
import * as Admission from "./Admission.ts"
import * as Campaigning from "./Campaigning.ts"
import * as Electrocardiography from "./Electrocardiography.ts"
import * as Foretelling from "./Foretelling.ts"
import * as Interchange from "./Interchange.ts"
import * as Monitoring from "./Monitoring.ts"
import * as Operating from "./Operating.ts"
import * as Recalibrating from "./Recalibrating.ts"
import * as Releasing from "./Releasing.ts"
import * as SecondOpinion from "./SecondOpinion.ts"
import * as Sensing from "./Sensing.ts"
import * as Uploading from "./Uploading.ts"
import * as Watching from "./Watching.ts"

/**
 * Every workflow that answers a caller.
 *
 * @since 0.1.0
 */
export type Workflows =
  | Access.Access
  | Admission.Admission
  | Campaigning.Campaigning
  | Electrocardiography.Electrocardiography
  | Foretelling.Foretelling
  | Interchange.Interchange
  | Monitoring.Monitoring
  | Operating.Operating
  | Recalibrating.Recalibrating
  | Releasing.Releasing
  | SecondOpinion.SecondOpinion
  | Sensing.Sensing
  | Uploading.Uploading
  | Watching.Watching

/**
 * Every workflow that answers a caller, over the ports of the surroundings.
 *
 * @since 0.1.0
 */
export const layer = Layer.mergeAll(
  Access.Access.layer,
  Admission.Admission.layer,
  Campaigning.Campaigning.layer,
  Electrocardiography.Electrocardiography.layer,
  Foretelling.Foretelling.layer,
  Interchange.Interchange.layer,
  Monitoring.Monitoring.layer,
  Operating.Operating.layer,
  Recalibrating.Recalibrating.layer,
  Releasing.Releasing.layer,
  SecondOpinion.SecondOpinion.layer,
  Sensing.Sensing.layer,
  Uploading.Uploading.layer,
  Watching.Watching.layer
)
