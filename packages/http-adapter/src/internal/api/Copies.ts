/**
 * Copies of what other services keep, as operators see them: how old they are, what they went on
 * without, and building them anew. What events tell is never shown.
 */
import * as CopyPosition from "@bedside/core/CopyPosition"
import * as Events from "@bedside/core/Events"
import * as Page from "@bedside/core/Page"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as Gate from "../../Gate.ts"
import * as Problem from "../../Problem.ts"
import { page, root } from "./Endpoints.ts"

/** The copies. */
export const copies = HttpApiGroup.make("copies")
  .add(
    HttpApiEndpoint.get("standing", `${root}/copies`, {
      success: Schema.Array(CopyPosition.Standing)
    })
      .annotate(Gate.Rule, Gate.needs("operations:manage"))
      .annotate(OpenApi.Summary, "How the copy of each source stands"),
    HttpApiEndpoint.get("parked", `${root}/copies/parked`, {
      query: page,
      success: Page.of(CopyPosition.Parked),
      error: [Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("operations:manage"))
      .annotate(OpenApi.Summary, "The events that a copy went on without, newest first"),
    HttpApiEndpoint.post("rebuild", `${root}/copies/:source/rebuild`, {
      params: { source: Events.Source },
      success: Schema.Struct({ source: Events.Source, rebuilding: Schema.Literal(true) })
        .annotate({ identifier: "Rebuilding" })
        .pipe(HttpApiSchema.status(202)),
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("operations:manage"))
      .annotate(OpenApi.Summary, "Have a source tell everything again, and build its copy anew")
  )
  .middleware(Gate.Bearer)
  .annotate(OpenApi.Description, "Copies of what other services keep. For administrators.")
