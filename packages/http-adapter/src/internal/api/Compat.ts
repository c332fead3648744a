/**
 * The routes of the replaced systems, with their exact paths and shapes. New programs use the
 * canonical routes; these stay for those that are there.
 *
 * A sensor named `ecg` or `api` cannot be reached here, because these paths are taken.
 */
import * as Account from "@bedside/core/Account"
import * as Invalid from "@bedside/core/Invalid"
import * as Measurement from "@bedside/core/Measurement"
import * as Patient from "@bedside/core/Patient"
import * as Recording from "@bedside/core/Recording"
import * as SensorModel from "@bedside/core/SensorModel"
import * as Text from "@bedside/core/Text"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as BodyLimit from "../../BodyLimit.ts"
import * as Gate from "../../Gate.ts"
import * as Problem from "../../Problem.ts"
import * as Description from "../description.ts"
import * as Accounts from "./Accounts.ts"
import * as Ecgs from "./Ecgs.ts"
import { page, root } from "./Endpoints.ts"
import * as Sensors from "./Sensors.ts"

const OldRole = Schema.Literals(["user", "admin"])

/** The replaced systems set no bound on a password, so one that was good there is good here. */
const AnyPassword = Schema.RedactedFromValue(Schema.NonEmptyString.check(Schema.isMaxLength(200)))

const inUtc = (date: string): string =>
  date.replace(
    /^(\S{10})[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?$/,
    (_, day, time, seconds = ":00") => `${day}T${time}${seconds}Z`
  )

/** A time without an offset was common there; it is taken as UTC. */
const OldDate = Schema.String.annotate({ examples: ["2026-03-01T10:00:00"] }).pipe(
  Schema.decodeTo(
    Recording.EcgDate,
    SchemaTransformation.transform({ decode: inUtc, encode: (date) => date })
  )
)

/** Signing in and opening accounts, the old way. */
export const compatToken = HttpApiGroup.make("compatToken")
  .add(
    HttpApiEndpoint.post("token", "/token", {
      payload: Accounts.SignIn,
      success: Schema.Struct({
        access_token: Schema.String,
        token_type: Schema.Literal("bearer"),
        expires_in: Schema.Int
      }).annotate({ identifier: "CompatToken" }),
      error: [Problem.unauthorized]
    })
      .annotate(Gate.Rule, Gate.open)
      .annotate(OpenApi.Summary, "Sign in")
  )
  .annotateEndpoints(OpenApi.Deprecated, true)
  .annotate(OpenApi.Description, "Signing in of the replaced systems. Deprecated.")

/** The ECG service, the old way. */
export const compatEcg = HttpApiGroup.make("compatEcg")
  .add(
    HttpApiEndpoint.post("user", "/user", {
      payload: Schema.Struct({
        user: Account.UserName,
        password: AnyPassword,
        roles: Schema.optionalKey(Schema.NonEmptyArray(OldRole))
      }).annotate({ identifier: "CompatNewUser" }),
      success: Schema.Struct({
        id: Account.AccountId,
        user: Schema.String,
        roles: Schema.Array(OldRole)
      })
        .annotate({ identifier: "CompatUser" })
        .pipe(HttpApiSchema.status(201)),
      error: [Problem.Conflict]
    })
      .annotate(Gate.Rule, Gate.needs("users:manage"))
      .annotate(OpenApi.Summary, "Open an account; the role user is a clinician's"),
    HttpApiEndpoint.post("process", "/ecg/process", {
      payload: Schema.Struct({
        id: Recording.EcgId,
        date: OldDate,
        leads: Schema.Array(
          Schema.Struct({
            name: Recording.LeadName,
            number_of_samples: Schema.optionalKey(Schema.Int),
            signal: Recording.SamplesFromIntegers
          })
        )
      }).annotate({ identifier: "CompatEcg" }),
      success: HttpApiSchema.WithHeaders(Ecgs.Accepted.pipe(HttpApiSchema.status(202)), {
        location: Schema.String
      }),
      error: [Problem.NotFound, Problem.Conflict, Problem.Unprocessable]
    })
      .middleware(BodyLimit.BodyLimit)
      .annotate(BodyLimit.Size, Ecgs.maximumSize)
      .annotate(Gate.Rule, Gate.needs("ecgs:own"))
      .annotate(OpenApi.Summary, "Send an ECG"),
    HttpApiEndpoint.get("read", "/ecg/:id", {
      params: { id: Text.upTo(200) },
      success: HttpApiSchema.WithHeaders(
        Schema.Struct({
          id: Schema.String,
          status: Schema.Literals(["queued", "completed", "failed"]),
          leads: Schema.optionalKey(
            Schema.Array(
              Schema.Record(Schema.String, Schema.Struct({ zero_crossings: Schema.Finite }))
            )
          )
        }).annotate({ identifier: "CompatEcgResult" }),
        { "retry-after": Schema.optionalKey(Schema.NumberFromString) }
      ),
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("ecgs:own"))
      .annotate(OpenApi.Summary, "Read one's own ECG: zero crossings per lead")
  )
  .middleware(Gate.Bearer)
  .annotateEndpoints(OpenApi.Deprecated, true)
  .annotate(OpenApi.Description, "The ECG service of the replaced systems. Deprecated.")

const MeanAndStd = Schema.Struct({ mean: Schema.Finite, std: Schema.Finite }).annotate({
  identifier: "CompatWeights"
})

const sensor = { sensor_id: SensorModel.SensorId }

/** The sensor service, the old way. */
export const compatSensors = HttpApiGroup.make("compatSensors")
  .add(
    HttpApiEndpoint.post("fit", "/:sensor_id/fit", {
      params: sensor,
      payload: Sensors.Values,
      success: Schema.Struct({ ...MeanAndStd.fields, count: Schema.Int }).annotate({
        identifier: "CompatFit"
      }),
      error: [Problem.NotFound, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:manage"))
      .annotate(OpenApi.Summary, "Fit a sensor"),
    HttpApiEndpoint.get("weights", "/:sensor_id/weights", {
      params: sensor,
      success: MeanAndStd,
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:use"))
      .annotate(OpenApi.Summary, "The weights of a sensor"),
    HttpApiEndpoint.post("predict", "/:sensor_id/predict", {
      params: sensor,
      payload: Sensors.Value,
      success: Schema.Boolean,
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:use"))
      .annotate(OpenApi.Summary, "Is a value an alert?"),
    HttpApiEndpoint.post("adjust", "/:sensor_id/adjust", {
      params: sensor,
      success: MeanAndStd,
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:manage"))
      .annotate(OpenApi.Summary, "Multiply the mean by 1.1")
  )
  .middleware(Gate.Bearer)
  .annotateEndpoints(OpenApi.Deprecated, true)
  .annotate(OpenApi.Description, "The sensor service of the replaced systems. Deprecated.")

const names = { first_name: Patient.PersonName, last_name: Patient.PersonName }

/** A patient as the replaced system showed one. */
export const OldPatient = Schema.Struct({
  id: Patient.PatientId,
  ...names,
  age: Schema.NullOr(Schema.Int),
  condition: Schema.String
}).annotate({ identifier: "CompatPatient" })
export interface OldPatient extends Schema.Schema.Type<typeof OldPatient> {}

const oldFlag = Schema.Literals([true, false, 0, 1]).pipe(
  Schema.decodeTo(
    Schema.Boolean,
    SchemaTransformation.transform({
      decode: (flag): boolean => flag === true || flag === 1,
      encode: (flag): boolean | 0 | 1 => flag
    })
  )
)

const values = {
  temperature_celsius: Schema.optionalKey(Schema.Finite),
  blood_pressure_sys: Schema.optionalKey(Schema.Finite),
  blood_pressure_dias: Schema.optionalKey(Schema.Finite),
  body_weight: Schema.optionalKey(Schema.Finite),
  height_cm: Schema.optionalKey(Schema.Finite),
  stroke: Schema.optionalKey(oldFlag),
  diabetes: Schema.optionalKey(oldFlag)
}

/** The measurements of one form, at least one of them. */
export const Form = Schema.Struct(values)
  .check(
    Schema.makeFilter(
      (form: object) =>
        Object.keys(form).length > 0 ||
        Invalid.filterIssue([], "missing", `at least one of ${Object.keys(values).join(", ")}`)
    )
  )
  .annotate({ identifier: "CompatForm" })
export interface Form extends Schema.Schema.Type<typeof Form> {}

/** A form on record. */
export const StoredForm = Schema.Struct({
  id: Schema.String,
  patient_id: Patient.PatientId,
  created_at: Schema.String,
  ...values
}).annotate({ identifier: "CompatStoredForm" })
export interface StoredForm extends Schema.Schema.Type<typeof StoredForm> {}

const LatestVital = Schema.Struct({
  ...StoredForm.fields,
  vital: Schema.String,
  value: Measurement.Value,
  unit: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "CompatLatest" })

const linked = <S extends Schema.Top>(items: S) =>
  HttpApiSchema.WithHeaders(Schema.Array(items), { link: Schema.optionalKey(Schema.String) })

const Deleted = <Id extends Schema.Top>(id: Id) =>
  Schema.Struct({ id, deleted: Schema.Literal(true) })

const patientId = { id: Patient.PatientId }
const patientRoot = `${root}/patient` as const

const listPatients = {
  query: page,
  success: linked(OldPatient),
  error: [Problem.Unprocessable]
} as const

/** The patient service, the old way. */
export const compatPatients = HttpApiGroup.make("compatPatients")
  .add(
    HttpApiEndpoint.post("admit", patientRoot, {
      payload: Schema.Struct({
        ...names,
        age: Patient.AgeYears,
        condition: Schema.Union([Schema.Literal(""), Text.upTo(500)])
      }).annotate({ identifier: "CompatNewPatient" }),
      success: HttpApiSchema.WithHeaders(OldPatient.pipe(HttpApiSchema.status(201)), {
        location: Schema.String
      }),
      error: [Problem.Conflict, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("patients:write"))
      .annotate(OpenApi.Summary, "Put a patient on record"),
    HttpApiEndpoint.get("list", `${patientRoot}/list`, listPatients)
      .annotate(Gate.Rule, Gate.needs("patients:read"))
      .annotate(OpenApi.Summary, "List the patients"),
    HttpApiEndpoint.post("listByPost", `${patientRoot}/list`, listPatients)
      .annotate(Gate.Rule, Gate.needs("patients:read"))
      .annotate(OpenApi.Summary, "List the patients"),
    HttpApiEndpoint.get("find", `${patientRoot}/:id`, {
      params: patientId,
      success: Schema.Struct({
        ...OldPatient.fields,
        measurements: Schema.Array(LatestVital)
      }).annotate({ identifier: "CompatPatientWithMeasurements" }),
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("patients:read"))
      .annotate(OpenApi.Summary, "Read a patient with the latest of each vital")
      .annotate(OpenApi.Transform, Description.aged),
    HttpApiEndpoint.post("remove", `${patientRoot}/delete/:id`, {
      params: patientId,
      success: Deleted(Patient.PatientId).annotate({ identifier: "CompatDeletedPatient" }),
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("patients:write"))
      .annotate(OpenApi.Summary, "Erase a patient")
  )
  .middleware(Gate.Bearer)
  .annotateEndpoints(OpenApi.Deprecated, true)
  .annotate(OpenApi.Description, "The patient service of the replaced systems. Deprecated.")

const listForms = {
  query: page,
  success: linked(StoredForm),
  error: [Problem.Unprocessable]
} as const

const reads = Gate.needs("measurements:read", "measurements:read:own")

/** The measurement service, the old way. */
export const compatMeasurements = HttpApiGroup.make("compatMeasurements")
  .add(
    HttpApiEndpoint.post("record", `${patientRoot}/:id/measurements`, {
      params: patientId,
      payload: Form,
      success: StoredForm.pipe(HttpApiSchema.status(201)),
      error: [Problem.NotFound, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("measurements:record"))
      .annotate(OpenApi.Summary, "Record a form of measurements"),
    HttpApiEndpoint.get("list", `${root}/measurements/list`, listForms)
      .annotate(Gate.Rule, reads)
      .annotate(OpenApi.Summary, "List the forms"),
    HttpApiEndpoint.post("listByPost", `${root}/measurements/list`, listForms)
      .annotate(Gate.Rule, reads)
      .annotate(OpenApi.Summary, "List the forms"),
    HttpApiEndpoint.post("remove", `${root}/measurements/delete/:id`, {
      params: { id: Measurement.PanelId },
      success: Deleted(Measurement.PanelId).annotate({ identifier: "CompatDeletedForm" }),
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("measurements:change"))
      .annotate(OpenApi.Summary, "Remove a form")
  )
  .middleware(Gate.Bearer)
  .annotateEndpoints(OpenApi.Deprecated, true)
  .annotate(OpenApi.Description, "The measurement service of the replaced systems. Deprecated.")
