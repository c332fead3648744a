/**
 * ECG recordings: taken in at once, analysed later, read back by the one who sent them.
 */
import * as Analysis from "@bedside/core/Analysis"
import * as Invalid from "@bedside/core/Invalid"
import * as Page from "@bedside/core/Page"
import * as Recording from "@bedside/core/Recording"
import * as Text from "@bedside/core/Text"
import * as Timestamp from "@bedside/core/Timestamp"
import * as ByteSize from "effect/ByteSize"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as BodyLimit from "../../BodyLimit.ts"
import * as Gate from "../../Gate.ts"
import * as Problem from "../../Problem.ts"
import { page, root } from "./Endpoints.ts"

/** The largest body that an ECG may have. */
export const maximumSize = ByteSize.mebibytes(64)

/** A lead as it is sent: baseline-subtracted integers, or base64 of 16-bit little-endian ones. */
export const Lead = Schema.Struct({
  name: Recording.LeadName,
  numberOfSamples: Schema.optionalKey(Schema.Int),
  signal: Schema.optionalKey(Recording.SamplesFromIntegers),
  signalBase64: Schema.optionalKey(Recording.SamplesFromBase64)
})
  .check(
    Schema.makeFilter(
      (lead: { readonly signal?: unknown; readonly signalBase64?: unknown }) =>
        (lead.signal === undefined) !== (lead.signalBase64 === undefined) ||
        Invalid.filterIssue(["signal"], "missing", "either signal or signalBase64")
    )
  )
  .annotate({ identifier: "Lead" })

/** An ECG as it is sent. `samplingRate` in Hz, `gain` in units per mV. */
export const NewEcg = Schema.Struct({
  ...Recording.Header.fields,
  leads: Schema.Array(Lead)
}).annotate({ identifier: "NewEcg" })

/** An ECG as it is read back: `metrics` once `status` is `completed`. */
export const Ecg = Schema.Struct({
  ...Recording.Header.fields,
  status: Schema.Literals(["queued", "completed", "failed"]),
  leads: Schema.Array(Schema.Struct({ name: Schema.String, numberOfSamples: Schema.Int })),
  metrics: Schema.Array(Analysis.Metric),
  receivedAt: Timestamp.Instant
}).annotate({ identifier: "Ecg" })

/** The answer to an ECG that was taken in. */
export const Accepted = Schema.Struct({
  id: Schema.String,
  status: Schema.Literal("queued")
}).annotate({ identifier: "EcgAccepted" })

/** The ECGs. */
export const ecgs = HttpApiGroup.make("ecgs")
  .add(
    HttpApiEndpoint.post("submit", `${root}/ecgs`, {
      payload: NewEcg,
      success: HttpApiSchema.WithHeaders(Accepted.pipe(HttpApiSchema.status(202)), {
        location: Schema.String
      }),
      error: [Problem.NotFound, Problem.Conflict, Problem.Unprocessable]
    })
      .middleware(BodyLimit.BodyLimit)
      .annotate(BodyLimit.Size, maximumSize)
      .annotate(Gate.Rule, Gate.needs("ecgs:own"))
      .annotate(OpenApi.Summary, "Send an ECG; its metrics are made in the background"),
    HttpApiEndpoint.get("list", `${root}/ecgs`, {
      query: page,
      success: Page.of(Ecg),
      error: [Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("ecgs:own"))
      .annotate(OpenApi.Summary, "One's own ECGs"),
    HttpApiEndpoint.get("find", `${root}/ecgs/:id`, {
      params: { id: Text.upTo(200) },
      success: HttpApiSchema.WithHeaders(Ecg, {
        "retry-after": Schema.optionalKey(Schema.NumberFromString)
      }),
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("ecgs:own"))
      .annotate(OpenApi.Summary, "Read one's own ECG with its metrics")
  )
  .middleware(Gate.Bearer)
  .annotate(OpenApi.Description, "ECG recordings. Everyone sees only what they sent themselves.")
