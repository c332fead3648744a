/**
 * ECG recordings: taken in at once, analysed later, read back by the one who sent them.
 */
import * as Metric from "@bedside/core/Metric"
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
import * as SchemaTransformation from "effect/SchemaTransformation"
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
  metrics: Schema.Array(Metric.Metric),
  receivedAt: Timestamp.Instant
}).annotate({ identifier: "Ecg" })

/** The answer to an ECG that was taken in. */
export const Accepted = Schema.Struct({
  id: Schema.String,
  status: Schema.Literal("queued")
}).annotate({ identifier: "EcgAccepted" })

/** A time in a query, in seconds. */
const seconds = (minimum: number, maximum: number) => {
  const range = { code: "range", expected: `a number of seconds from ${minimum} to ${maximum}` }
  return Schema.String.check(Schema.isPattern(/^\d{1,8}(\.\d{1,9})?$/u, range)).pipe(
    Schema.decodeTo(
      Schema.Number.check(Schema.isBetween({ minimum, maximum }, range)),
      SchemaTransformation.numberFromString
    )
  )
}

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
      .annotate(OpenApi.Summary, "Read one's own ECG with its metrics"),
    HttpApiEndpoint.get("strip", `${root}/ecgs/:id/strip`, {
      params: { id: Text.upTo(200) },
      query: {
        from: Schema.optionalKey(seconds(0, 10_000_000)),
        seconds: Schema.optionalKey(seconds(1, 60)),
        leads: Schema.optionalKey(Schema.String)
      },
      success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "image/svg+xml" })),
      error: [Problem.NotFound, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("ecgs:own"))
      .annotate(OpenApi.Summary, "Look at a stretch of one's own ECG, with what was found in it")
      .annotate(
        OpenApi.Description,
        "An SVG to scale, 25 mm/s and 10 mm/mV. `from` is in seconds (0), `seconds` its length (10), `leads` their names with commas between them (all)."
      )
  )
  .middleware(Gate.Bearer)
  .annotate(OpenApi.Description, "ECG recordings. Everyone sees only what they sent themselves.")
