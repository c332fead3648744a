/**
 * The job queue as operators see it: counts, states, dead letters. Payloads are never shown.
 */
import * as Core from "@bedside/core/Jobs"
import * as Page from "@bedside/core/Page"
import * as Text from "@bedside/core/Text"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as Gate from "../../Gate.ts"
import * as Problem from "../../Problem.ts"
import { page, root } from "./Endpoints.ts"

const Count = Schema.Struct({
  kind: Schema.String,
  state: Core.JobState,
  count: Schema.Int
}).annotate({ identifier: "JobCount" })

/** The jobs. */
export const jobs = HttpApiGroup.make("jobs")
  .add(
    HttpApiEndpoint.get("list", `${root}/jobs`, {
      query: { ...page, state: Schema.optionalKey(Core.JobState) },
      success: Schema.Struct({
        counts: Schema.Array(Count),
        ...Page.of(Core.JobInfo).fields
      }).annotate({ identifier: "JobPage" }),
      error: [Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("operations:manage"))
      .annotate(OpenApi.Summary, "How many jobs stand where, and the newest of them"),
    HttpApiEndpoint.get("dead", `${root}/jobs/dead`, {
      query: page,
      success: Page.of(Core.JobInfo),
      error: [Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("operations:manage"))
      .annotate(OpenApi.Summary, "The dead letters, newest first"),
    HttpApiEndpoint.post("requeue", `${root}/jobs/dead/:id/requeue`, {
      params: { id: Text.upTo(500) },
      success: Schema.Struct({
        id: Schema.String,
        state: Schema.Literal("pending")
      }).annotate({ identifier: "Requeued" }),
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("operations:manage"))
      .annotate(OpenApi.Summary, "Give a dead letter all its attempts again")
  )
  .middleware(Gate.Bearer)
  .annotate(OpenApi.Description, "The queue. For administrators.")
