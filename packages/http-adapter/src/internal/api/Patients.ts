/**
 * Patients, their photos, their registrations, and what was assessed of them.
 */
import * as Assessed from "@bedside/core/Assessed"
import * as Assessor from "@bedside/core/Assessor"
import * as Invalid from "@bedside/core/Invalid"
import * as Jobs from "@bedside/core/Jobs"
import * as Measurement from "@bedside/core/Measurement"
import * as Page from "@bedside/core/Page"
import * as Patient from "@bedside/core/Patient"
import * as Timestamp from "@bedside/core/Timestamp"
import * as ByteSize from "effect/ByteSize"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as Gate from "../../Gate.ts"
import * as Problem from "../../Problem.ts"
import * as RateLimit from "../../RateLimit.ts"
import * as RegistrationForm from "../registrationForm.ts"
import { created, ifMatch, mergePatch, page, root, versioned } from "./Endpoints.ts"

/** The path of one patient. */
export const params = { id: Patient.PatientId }

const one = `${root}/patients/:id` as const

/** What became of one row of a batch: `id` when it stands on record, `error` when it was refused. */
export const RowOutcome = Schema.Struct({
  index: Schema.Int,
  status: Schema.Literals(["created", "unchanged", "corrected", "refused"]),
  id: Schema.optionalKey(Schema.String),
  error: Schema.optionalKey(
    Schema.Struct({ title: Schema.String, errors: Schema.Array(Invalid.Issue) })
  )
}).annotate({ identifier: "RowOutcome" })

/** The patient record. */
export const patients = HttpApiGroup.make("patients")
  .add(
    HttpApiEndpoint.post("admit", `${root}/patients`, {
      payload: Patient.NewPatient,
      success: created(Patient.Patient),
      error: [Problem.Conflict, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("patients:write"))
      .annotate(OpenApi.Summary, "Put a patient on record"),
    HttpApiEndpoint.get("list", `${root}/patients`, {
      query: page,
      success: Page.of(Patient.Patient),
      error: [Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("patients:read"))
      .annotate(OpenApi.Summary, "List the patients"),
    HttpApiEndpoint.post("importRoster", `${root}/patients/import`, {
      payload: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/csv" })),
      success: Schema.Array(RowOutcome),
      error: [Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("patients:write"))
      .annotate(OpenApi.Summary, "Import a roster (CSV): one outcome per row"),
    HttpApiEndpoint.get("find", one, {
      params,
      success: versioned(Patient.Patient),
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("patients:read"))
      .annotate(OpenApi.Summary, "Read a patient"),
    HttpApiEndpoint.patch("change", one, {
      params,
      headers: ifMatch,
      payload: mergePatch(Patient.PatientPatch),
      success: versioned(Patient.Patient),
      error: [
        Problem.NotFound,
        Problem.Conflict,
        Problem.Unprocessable,
        Problem.PreconditionFailed,
        Problem.PreconditionRequired
      ]
    })
      .annotate(Gate.Rule, Gate.needs("patients:write"))
      .annotate(OpenApi.Summary, "Change a patient"),
    HttpApiEndpoint.delete("remove", one, {
      params,
      headers: ifMatch,
      success: HttpApiSchema.NoContent,
      error: [Problem.NotFound, Problem.PreconditionFailed]
    })
      .annotate(Gate.Rule, Gate.needs("patients:write"))
      .annotate(OpenApi.Summary, "Erase a patient with everything recorded of them"),
    HttpApiEndpoint.get("photo", `${one}/photo`, {
      params,
      success: Schema.Uint8Array.pipe(HttpApiSchema.asUint8Array({ contentType: "image/jpeg" })),
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("patients:read"))
      .annotate(OpenApi.Summary, "The photo, re-encoded and without metadata")
  )
  .middleware(Gate.Bearer)
  .annotate(OpenApi.Description, "Patients on record. For clinicians.")

/** A conclusion of rule, trained model and opinion, and the measurements that the opinion names. */
export const SecondOpinion = Schema.Struct({
  ...Assessor.Conclusion.fields,
  consultant: Schema.NullOr(Schema.String),
  instructions: Schema.String,
  assessment: Jobs.AssessmentId,
  asOf: Timestamp.Instant,
  cited: Schema.Array(
    Schema.Struct({ id: Schema.String, measurementId: Measurement.MeasurementId })
  )
}).annotate({ identifier: "SecondOpinion" })

/** Scores of a patient. */
export const assessments = HttpApiGroup.make("assessments")
  .add(
    HttpApiEndpoint.get("list", `${one}/assessments`, {
      params,
      query: page,
      success: Page.of(Assessed.Assessed),
      error: [Problem.NotFound, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("assessments:read"))
      .annotate(OpenApi.Summary, "The assessments of a patient, newest first"),
    HttpApiEndpoint.get("latest", `${one}/assessments/latest`, {
      params,
      success: Assessed.Assessed,
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("assessments:read"))
      .annotate(OpenApi.Summary, "The newest assessment of a patient"),
    HttpApiEndpoint.post("secondOpinion", `${one}/second-opinion`, {
      params,
      success: SecondOpinion,
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("assessments:read"))
      .annotate(OpenApi.Summary, "Ask a language model about a patient, if one is set up")
      .annotate(
        OpenApi.Description,
        "Of the newest assessment, what the models foretell, and the measurements of the 48 hours before; the model sees numbers and codes, no text. `level` is never below the rule's, and `unused` says why there is no opinion: `off` where no model is set up. Nothing is stored."
      )
  )
  .middleware(Gate.Bearer)
  .annotate(
    OpenApi.Description,
    "Scores with their contributions, the inputs used and the ones missing. Not a medical device."
  )

/** Registrations: open to the public, and rate-limited. */
export const registrations = HttpApiGroup.make("registrations")
  .add(
    HttpApiEndpoint.post("register", `${root}/registrations`, {
      payload: RegistrationForm.Unread.pipe(
        HttpApiSchema.asMultipart({
          maxParts: 12,
          maxFieldSize: ByteSize.kibibytes(8),
          maxFileSize: ByteSize.mebibytes(10),
          maxTotalSize: ByteSize.mebibytes(11)
        })
      ),
      success: HttpApiSchema.WithHeaders(
        Schema.Struct({ id: Patient.PatientId, status: Patient.RegistrationStatus })
          .annotate({ identifier: "Registered" })
          .pipe(HttpApiSchema.status(201)),
        { location: Schema.String }
      ),
      error: [Problem.Conflict, Problem.Unprocessable]
    })
      .middleware(Gate.OptionalBearer)
      .middleware(RateLimit.RateLimit)
      .annotate(Gate.Rule, Gate.orAnonymous(Gate.needs("registrations:create")))
      .annotate(OpenApi.Override, { security: [{}, { bearer: [] }] })
      .annotate(OpenApi.Summary, "Register oneself; the confirmation comes by mail"),
    HttpApiEndpoint.get("confirm", `${root}/registrations/:id/confirm`, {
      params,
      query: { token: Schema.NonEmptyString },
      success: Schema.Struct({
        id: Patient.PatientId,
        status: Patient.RegistrationStatus
      }).annotate({ identifier: "Confirmed" }),
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.open)
      .annotate(OpenApi.Summary, "Follow the link in the mail; as often as one likes")
  )
  .annotate(OpenApi.Description, "People registering themselves.")
