/**
 * The whole API as one value: the server serves it, the client is derived from it, the documentation
 * describes it. It holds schemas only, so it can be bundled into a browser.
 */
import * as OpenApi from "effect/http-api/OpenApi"
import * as Accounts from "./internal/api/Accounts.ts"
import * as Campaigns from "./internal/api/Campaigns.ts"
import * as Compat from "./internal/api/Compat.ts"
import * as Copies from "./internal/api/Copies.ts"
import * as Ecgs from "./internal/api/Ecgs.ts"
import * as Fhir from "./internal/api/Fhir.ts"
import * as Jobs from "./internal/api/Jobs.ts"
import * as Measurements from "./internal/api/Measurements.ts"
import * as Patients from "./internal/api/Patients.ts"
import * as Risks from "./internal/api/Risks.ts"
import * as Scores from "./internal/api/Scores.ts"
import * as Sensors from "./internal/api/Sensors.ts"
import * as Uploads from "./internal/api/Uploads.ts"
import * as Description from "./internal/description.ts"
import * as Operations from "./Operations.ts"
import * as Problem from "./Problem.ts"
import * as Routes from "./Routes.ts"

/**
 * Every group: the canonical routes under `/api/v1`, the routes of the replaced systems, and those
 * for operations.
 *
 * @since 0.1.0
 */
export const Api = Routes.api("bedside")
  .add(
    Accounts.tokens,
    Accounts.users,
    Patients.patients,
    Patients.registrations,
    Patients.assessments,
    Measurements.measurements,
    Ecgs.ecgs,
    Sensors.sensors,
    Scores.scores,
    Risks.risks,
    Fhir.fhir,
    Uploads.uploads,
    Campaigns.campaigns,
    Jobs.jobs,
    Compat.compatToken,
    Compat.compatEcg,
    Compat.compatSensors,
    Compat.compatPatients,
    Compat.compatMeasurements,
    Operations.group
  )
  .middleware(Problem.Common)
  .annotate(OpenApi.Title, "Bedside")
  .annotate(OpenApi.Version, "0.1.0")
  .annotate(
    OpenApi.Description,
    "Patient monitoring: patients, measurements, ECGs, sensor models and risk scores. " +
      "Not a medical device."
  )
  .annotate(OpenApi.Transform, Description.exact)

/**
 * Groups for a service that has a copy of what another service keeps. The full server, which has
 * everything itself, leaves them out.
 *
 * @since 0.2.0
 */
export const Apart = Routes.api("bedside")
  .add(Measurements.latestMeasurements, Copies.copies)
  .middleware(Problem.Common)
