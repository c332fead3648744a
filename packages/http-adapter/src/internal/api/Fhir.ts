/**
 * Patients and readings to and from other systems, as bundles of FHIR R4.
 */
import * as FhirResource from "@bedside/core/FhirResource"
import * as OperationOutcome from "@bedside/core/OperationOutcome"
import * as ByteSize from "effect/ByteSize"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as BodyLimit from "../../BodyLimit.ts"
import * as Gate from "../../Gate.ts"
import * as Problem from "../../Problem.ts"
import { root } from "./Endpoints.ts"
import { params } from "./Patients.ts"

/** The largest bundle that is taken. */
export const maximumSize = ByteSize.mebibytes(64)

const contentType = "application/fhir+json"

/** A bundle as it is sent: core reads it, and says of each entry what is wrong with it. */
export const Sent = Schema.Record(Schema.String, Schema.Unknown).annotate({
  identifier: "FhirSent",
  description: "A Bundle of FHIR R4, of type transaction, batch or collection."
})

/** An error of core with its issues, told as FHIR tells them. */
const asOutcome = <const Tag extends string>(tag: Tag, status: number) =>
  OperationOutcome.OperationOutcome.pipe(
    Schema.decodeTo(
      Schema.TaggedStruct(tag, { issues: Schema.Array(Schema.toType(OperationOutcome.Issue)) }),
      SchemaTransformation.transform({
        decode: ({ issue }) => ({ _tag: tag, issues: issue }),
        encode: ({ issues }) => OperationOutcome.make(issues)
      })
    ),
    HttpApiSchema.asJson({ contentType }),
    HttpApiSchema.status(status)
  )

/** FHIR. */
export const fhir = HttpApiGroup.make("fhir")
  .add(
    HttpApiEndpoint.post("importBundle", `${root}/fhir`, {
      payload: [Sent, Sent.pipe(HttpApiSchema.asJson({ contentType }))],
      success: FhirResource.Answer.pipe(HttpApiSchema.asJson({ contentType })),
      error: [asOutcome("NotABundle", 400), asOutcome("NotAcceptable", 422), Problem.Unprocessable]
    })
      .middleware(BodyLimit.BodyLimit)
      .annotate(BodyLimit.Size, maximumSize)
      .annotate(Gate.Rule, Gate.needs("patients:write"))
      .annotate(OpenApi.Summary, "Import patients and vital signs from a bundle of FHIR R4")
      .annotate(
        OpenApi.Description,
        "The answer has one entry for each that was sent, with a status and what is to be said of it; resources other than Patient and Observation are passed over. A patient is found by id or by any identifier. With POST a record that is there stays as it is, with PUT it follows what the resource says. A transaction with a refused entry is a 422 and stores nothing. A large one is stored patient by patient, not in one step across all of them; whatever stopped it half way, sending it again completes it, since the same again stores nothing twice."
      ),
    HttpApiEndpoint.get("exportPatient", `${root}/patients/:id/fhir`, {
      params,
      success: FhirResource.Bundle.pipe(HttpApiSchema.asJson({ contentType })),
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("patients:read"))
      .annotate(
        OpenApi.Summary,
        "A patient with all measurements and scores, as a bundle of FHIR R4"
      )
  )
  .middleware(Gate.Bearer)
  .annotate(
    OpenApi.Description,
    "Patients and vital signs to and from other systems, in FHIR R4. Not a medical device."
  )
