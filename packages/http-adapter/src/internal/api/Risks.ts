/**
 * Trained risk models: what they foretell of a patient, and their versions from candidate to retired.
 */
import * as Campaign from "@bedside/core/Campaign"
import * as Foretold from "@bedside/core/Foretold"
import * as Label from "@bedside/core/Label"
import * as Patient from "@bedside/core/Patient"
import * as Recalibrating from "@bedside/core/Recalibrating"
import * as Recalibration from "@bedside/core/Recalibration"
import * as Registry from "@bedside/core/Registry"
import * as RiskModel from "@bedside/core/RiskModel"
import * as RiskRun from "@bedside/core/RiskRun"
import * as Timestamp from "@bedside/core/Timestamp"
import * as Watching from "@bedside/core/Watching"
import * as ByteSize from "effect/ByteSize"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as Batch from "../../Batch.ts"
import * as BodyLimit from "../../BodyLimit.ts"
import * as Gate from "../../Gate.ts"
import * as Problem from "../../Problem.ts"
import { root, When } from "./Endpoints.ts"
import { RowOutcome } from "./Patients.ts"

const { inputs, contributions, missing, risk, band } = RiskModel.Estimate.fields

/**
 * The newest that the active version of a task foretold. With a refusal `risk` and `band` are null;
 * `threshold` is the probability from which on the band is reached, and `bands` are all of them.
 */
export const Risk = Schema.Struct({
  task: Registry.Task,
  version: Schema.String,
  asOf: Timestamp.Instant,
  foretoldAt: Timestamp.Instant,
  risk,
  band,
  threshold: Schema.NullOr(Schema.Finite),
  bands: Schema.Array(RiskModel.Band),
  baseline: RiskModel.Estimate.fields.baseline,
  contributions,
  inputs,
  missing,
  refusal: Schema.NullOr(Foretold.Refusal)
}).annotate({ identifier: "PatientRisk" })

/** The risks of a patient, in order of task. */
export const Risks = Schema.Struct({ items: Schema.Array(Risk) }).annotate({
  identifier: "PatientRisks"
})

/** Every version of every task, newest first. */
export const Entries = Schema.Struct({ items: Schema.Array(Registry.Entry) }).annotate({
  identifier: "RiskModelEntries"
})

/** Why a step is approved. */
export const Approval = Schema.Struct({ reason: Registry.Reason }).annotate({
  identifier: "RiskModelApproval"
})

/** A model to register, and why. */
export const Candidate = Schema.Struct({
  model: RiskModel.RiskModel,
  reason: Registry.Reason
}).annotate({ identifier: "RiskModelCandidate" })

/** Reads the body of `state`: each row by itself, so that a bad one refuses no other. */
export const readStatements = Batch.reader(Label.Statement)

/** The largest body of a candidate: some hundreds of trees. */
const maximumSize = ByteSize.mebibytes(32)

const models = `${root}/risk-models` as const
const task = { task: Registry.Task }
const version = { ...task, version: Schema.String }

const step = <const Name extends string, const Path extends string>(name: Name, path: Path) =>
  HttpApiEndpoint.post(name, `${models}/:task/:version/${path}`, {
    params: version,
    payload: Approval,
    success: Registry.Entry,
    error: [Problem.NotFound, Problem.Conflict, Problem.Unprocessable]
  }).annotate(Gate.Rule, Gate.needs("models:manage"))

/** What the trained models foretell, and their versions. */
export const risks = HttpApiGroup.make("risks")
  .add(
    HttpApiEndpoint.get("ofPatient", `${root}/patients/:id/risks`, {
      params: { id: Patient.PatientId },
      success: Risks,
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("assessments:read"))
      .annotate(OpenApi.Summary, "What the active models foretell of a patient")
      .annotate(
        OpenApi.Description,
        "The newest of each task, as of the newest reading that the model looks at, with what each feature adds to the logit. A patient for whom a model was not made, or who has too few readings for it, has a `refusal` and no risk. Empty before the first reading was gone through."
      ),
    HttpApiEndpoint.get("models", models, { success: Entries })
      .annotate(Gate.Rule, Gate.needs("models:manage", "assessments:read"))
      .annotate(OpenApi.Summary, "Every version of every model, with who approved which step"),
    HttpApiEndpoint.get("active", `${models}/:task`, {
      params: task,
      query: { at: Schema.optionalKey(When) },
      success: Registry.Entry,
      error: [Problem.NotFound, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("models:manage", "assessments:read"))
      .annotate(OpenApi.Summary, "The active version of a task, or the one that was at a time"),
    HttpApiEndpoint.post("propose", `${models}/:task/candidates`, {
      params: task,
      payload: Candidate,
      success: Registry.Entry.pipe(HttpApiSchema.status(201)),
      error: [Problem.NotFound, Problem.Conflict, Problem.Unprocessable]
    })
      .middleware(BodyLimit.BodyLimit)
      .annotate(BodyLimit.Size, maximumSize)
      .annotate(Gate.Rule, Gate.needs("models:manage"))
      .annotate(OpenApi.Summary, "Register a model, which foretells nothing yet")
      .annotate(
        OpenApi.Description,
        "`id` is the task, `definitionSha256` the hash of the definition as this schema writes it, and `version` is above every other: 409 `version-not-above`. With a `reference`, which is part of the hash of the model, its patients can be compared with those it was made for; it tells of features of the definition only."
      ),
    step("shadow", "shadow").annotate(
      OpenApi.Summary,
      "Let a candidate foretell beside the active version, unseen"
    ),
    step("activate", "activate").annotate(OpenApi.Summary, "Make the shadow the active version"),
    step("retire", "retire").annotate(
      OpenApi.Summary,
      "End a version; without an active one nothing is foretold"
    ),
    HttpApiEndpoint.post("rollback", `${models}/:task/rollback`, {
      params: task,
      payload: Approval,
      success: Registry.Entry,
      error: [Problem.NotFound, Problem.Conflict, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("models:manage"))
      .annotate(OpenApi.Summary, "Make the version active again that was so before")
  )
  .add(
    HttpApiEndpoint.get("monitoring", `${models}/:task/monitoring`, {
      params: task,
      query: {
        from: Schema.optionalKey(When),
        to: Schema.optionalKey(When),
        against: Schema.optionalKey(Watching.Against)
      },
      success: Watching.Watched,
      error: [Problem.NotFound, Problem.Conflict, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("models:manage", "assessments:read"))
      .annotate(
        OpenApi.Summary,
        "Does the active version meet the patients it was made for, still those it met at first, and is it right?"
      )
      .annotate(
        OpenApi.Description,
        "`against=training` compares with the data that came with the model, and is what is done where it came with any: each patient counts by the first risk after the version had `followed` them for the hours that it looks back. 409 `no-training-reference` where it came with none. `against=first-patients` compares with the first `needed` patients of the version, each by their first risk. Of those after the reference, `from` and `to` leave the ones whose risk is as of `from` or later and before `to`. `report` is null until there is somebody to compare. Low pressure labels itself from later measurements; of death in hospital nothing is known, and all of it is pending."
      ),
    HttpApiEndpoint.post("state", `${models}/:task/outcomes`, {
      params: { task: Label.Task },
      payload: Batch.of(Label.Statement),
      success: Schema.Array(RowOutcome),
      error: [Problem.NotFound, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("outcomes:state"))
      .annotate(OpenApi.Summary, "State what became of up to 10,000 patients: one outcome per row")
      .annotate(
        OpenApi.Description,
        "`outcome` is whether the patient died in hospital, known since `at`: the death, or the discharge alive. One of a patient; another corrects it. It counts for a risk that was told before `at`, 30 days after that."
      ),
    HttpApiEndpoint.get("review", `${models}/:task/recalibration`, {
      params: task,
      query: { from: Schema.optionalKey(When), to: Schema.optionalKey(When) },
      success: Recalibration.Review,
      error: [Problem.NotFound, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("models:manage", "assessments:read"))
      .annotate(
        OpenApi.Summary,
        "Would the active version have to be calibrated again, or trained anew?"
      )
      .annotate(
        OpenApi.Description,
        "By the patients whose outcome is known and due, each by their first risk. Below 100 with the outcome and 100 without: 422 `outcomes`."
      ),
    HttpApiEndpoint.post("recalibrate", `${models}/:task/recalibrations`, {
      params: task,
      payload: Recalibrating.Order,
      success: Registry.Entry.pipe(HttpApiSchema.status(201)),
      error: [Problem.NotFound, Problem.Conflict, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("models:manage"))
      .annotate(OpenApi.Summary, "Register the active version, calibrated again, as a candidate")
      .annotate(
        OpenApi.Description,
        "Only the calibrator is another, and the card says of whom. Without `method`, the one that the review names: 409 `calibrated-already` where it names none. Without `version`, the next patch of the active one."
      ),
    HttpApiEndpoint.post("begin", `${root}/risk-runs`, {
      success: HttpApiSchema.WithHeaders(RiskRun.RiskRun.pipe(HttpApiSchema.status(202)), {
        location: Schema.String
      })
    })
      .annotate(Gate.Rule, Gate.needs("models:manage"))
      .annotate(OpenApi.Summary, "Ask the models about everybody on record, in the background")
      .annotate(OpenApi.Description, "While a run goes on, it is the one that is answered."),
    HttpApiEndpoint.get("run", `${root}/risk-runs/:id`, {
      params: { id: Campaign.CampaignId },
      success: HttpApiSchema.WithHeaders(RiskRun.RiskRun, {
        "retry-after": Schema.optionalKey(Schema.NumberFromString)
      }),
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("models:manage"))
      .annotate(OpenApi.Summary, "How far a run is: patients, risks and refusals")
  )
  .middleware(Gate.Bearer)
  .annotate(
    OpenApi.Description,
    "Risks that trained models foretell, and the versions of these models. Not a medical device."
  )
