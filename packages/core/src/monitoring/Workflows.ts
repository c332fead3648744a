/**
 * The workflows together, for those who want all of them: a server provides `layer`, a worker adds
 * `Notifying` with its channels.
 */
import * as Layer from "effect/Layer"
import * as Access from "./Access.ts"
import * as Admission from "./Admission.ts"
import * as Electrocardiography from "./Electrocardiography.ts"
import * as Monitoring from "./Monitoring.ts"
import * as Operating from "./Operating.ts"
import * as Sensing from "./Sensing.ts"
import * as Uploading from "./Uploading.ts"

/**
 * Every workflow that answers a caller.
 *
 * @since 0.1.0
 */
export type Workflows =
  | Access.Access
  | Admission.Admission
  | Electrocardiography.Electrocardiography
  | Monitoring.Monitoring
  | Operating.Operating
  | Sensing.Sensing
  | Uploading.Uploading

/**
 * Every workflow that answers a caller, over the ports of the surroundings.
 *
 * @since 0.1.0
 */
export const layer = Layer.mergeAll(
  Access.Access.layer,
  Admission.Admission.layer,
  Electrocardiography.Electrocardiography.layer,
  Monitoring.Monitoring.layer,
  Operating.Operating.layer,
  Sensing.Sensing.layer,
  Uploading.Uploading.layer
)
