/**
 * Measurements: one or many of a patient, their history, and their corrections.
 */
import * as Measurement from "@bedside/core/Measurement"
import * as Page from "@bedside/core/Page"
import * as Vital from "@bedside/core/Vital"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as Batch from "../../Batch.ts"
import * as Gate from "../../Gate.ts"
import * as Problem from "../../Problem.ts"
import * as Description from "../description.ts"
import { created, ifMatch, mergePatch, page, root, Switch, versioned, When } from "./Endpoints.ts"
import { params as patient, RowOutcome } from "./Patients.ts"

const ofPatient = `${root}/patients/:id/measurements` as const
const one = `${root}/measurements/:id` as const

/** The path of one measurement. */
export const params = { id: Measurement.MeasurementId }

/** A measurement with the values it had before, oldest first. */
export const WithHistory = Schema.Struct({
  ...Measurement.Measurement.fields,
  replaced: Schema.Array(Measurement.Replaced)
}).annotate({ identifier: "MeasurementWithHistory" })

/** Reads the body of `record`: each row by itself, so that a bad one refuses no other. */
export const readBatch = Batch.reader(Measurement.Reading)

const reads = Gate.needs("measurements:read", "measurements:read:own")

const newest = HttpApiEndpoint.get("latest", `${ofPatient}/latest`, {
  params: patient,
  success: Schema.Array(Measurement.Measurement),
  error: [Problem.NotFound]
})
  .annotate(Gate.Rule, Gate.needs("measurements:read"))
  .annotate(OpenApi.Summary, "The newest measurement of each vital")
  .annotate(OpenApi.Transform, Description.aged)

/** The measurements. */
export const measurements = HttpApiGroup.make("measurements")
  .add(
    HttpApiEndpoint.post("record", ofPatient, {
      params: patient,
      query: { atomic: Schema.optionalKey(Switch) },
      payload: Batch.of(Measurement.Reading),
      success: [created(Measurement.Measurement), Schema.Array(RowOutcome)],
      error: [Problem.NotFound, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("measurements:record"))
      .annotate(OpenApi.Summary, "Record a measurement (201), or up to 10,000: one outcome per row")
      .annotate(
        OpenApi.Description,
        "Good rows are stored and bad rows reported; with `atomic=true` a bad row refuses all (422)."
      ),
    HttpApiEndpoint.get("history", ofPatient, {
      params: patient,
      query: {
        ...page,
        vital: Schema.optionalKey(Vital.Code),
        from: Schema.optionalKey(When),
        to: Schema.optionalKey(When)
      },
      success: Page.of(Measurement.Measurement),
      error: [Problem.NotFound, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, reads)
      .annotate(OpenApi.Summary, "The history of a patient, by vital and time"),
    newest,
    HttpApiEndpoint.get("list", `${root}/measurements`, {
      query: page,
      success: Page.of(Measurement.Measurement),
      error: [Problem.Unprocessable]
    })
      .annotate(Gate.Rule, reads)
      .annotate(OpenApi.Summary, "All measurements, in the order they came"),
    HttpApiEndpoint.get("find", one, {
      params,
      success: versioned(WithHistory),
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, reads)
      .annotate(OpenApi.Summary, "Read a measurement with the values it had before"),
    HttpApiEndpoint.patch("correct", one, {
      params,
      headers: ifMatch,
      payload: mergePatch(Measurement.Correction),
      success: versioned(Measurement.Measurement),
      error: [
        Problem.NotFound,
        Problem.Unprocessable,
        Problem.PreconditionFailed,
        Problem.PreconditionRequired
      ]
    })
      .annotate(Gate.Rule, Gate.needs("measurements:change"))
      .annotate(OpenApi.Summary, "Correct a measurement; the old value is kept"),
    HttpApiEndpoint.delete("remove", one, {
      params,
      headers: ifMatch,
      success: HttpApiSchema.NoContent,
      error: [Problem.NotFound, Problem.PreconditionFailed]
    })
      .annotate(Gate.Rule, Gate.needs("measurements:change"))
      .annotate(OpenApi.Summary, "Remove a measurement")
  )
  .middleware(Gate.Bearer)
  .annotate(
    OpenApi.Description,
    "Measurements in UCUM units. Clinicians see all, devices what they wrote."
  )

/** The newest measurements alone, for a service that shows them and does not take them in. */
export const latestMeasurements = HttpApiGroup.make("latestMeasurements")
  .add(newest)
  .middleware(Gate.Bearer)
  .annotate(
    OpenApi.Description,
    "The newest measurements, from a copy of those of another service."
  )
