/**
 * Files of readings: sent in whole, fitted in the background, watched while that goes on.
 */
import * as Page from "@bedside/core/Page"
import * as SensorModel from "@bedside/core/SensorModel"
import * as Upload from "@bedside/core/Upload"
import * as ByteSize from "effect/ByteSize"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as Gate from "../../Gate.ts"
import * as Problem from "../../Problem.ts"
import { page, root } from "./Endpoints.ts"

/** The largest file that is taken; a larger one is fitted where it lies. */
export const maximumSize = ByteSize.gibibytes(4)

/** The content types that are taken, and the format that each stands for. */
export const formats = {
  "text/csv": "csv",
  "application/vnd.apache.parquet": "parquet",
  "application/vnd.apache.arrow.file": "arrow",
  "application/vnd.apache.arrow.stream": "arrow"
} as const satisfies Readonly<Record<string, Upload.Format>>

/** Where uploads are. */
export const place = `${root}/sensors/uploads` as const

/** The uploads. */
export const uploads = HttpApiGroup.make("uploads")
  .add(
    HttpApiEndpoint.post("receive", place, {
      query: {
        mapping: Schema.optionalKey(Schema.fromJsonString(Upload.Mapping)),
        reason: Schema.optionalKey(SensorModel.Reason)
      },
      payload: HttpApiSchema.StreamUint8Array({
        contentType: Object.keys(formats),
        maxBytes: maximumSize
      }),
      success: HttpApiSchema.WithHeaders(Upload.Upload.pipe(HttpApiSchema.status(202)), {
        location: Schema.String
      }),
      error: [Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:manage"))
      .annotate(
        OpenApi.Summary,
        "Send a file of readings; its sensors are fitted in the background"
      )
      .annotate(
        OpenApi.Description,
        'A CSV, a Parquet file, or Arrow (file or stream), up to 4 GiB. `mapping` says in JSON which column has the sensor and which are to be fitted, under which names: `{"sensor":"id","columns":{"temp":"t"}}`; without it the documented columns are meant. Every sensor and column becomes a new live version of its model.'
      ),
    HttpApiEndpoint.get("list", place, {
      query: page,
      success: Page.of(Upload.Upload),
      error: [Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:manage"))
      .annotate(OpenApi.Summary, "The uploads, newest first"),
    HttpApiEndpoint.get("find", `${place}/:id`, {
      params: { id: Upload.UploadId },
      success: HttpApiSchema.WithHeaders(Upload.Upload, {
        "retry-after": Schema.optionalKey(Schema.NumberFromString)
      }),
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:manage"))
      .annotate(OpenApi.Summary, "How far the fit of an upload is, or how it ended")
      .annotate(
        OpenApi.Description,
        "`progress` while it is `running`; once it is `completed`, how many `models` were made, the rows that were left out by line, the values that were skipped, and the sensors with too few of them. `errors` say why one has `failed`."
      )
  )
  .middleware(Gate.Bearer)
  .annotate(OpenApi.Description, "Files of readings, fitted in the background.")
