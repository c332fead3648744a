/**
 * Work on everybody on record, or on all of what is: begun by order, and how far it is.
 */
import * as Campaign from "@bedside/core/Campaign"
import * as Page from "@bedside/core/Page"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as Gate from "../../Gate.ts"
import * as Problem from "../../Problem.ts"
import { page, root } from "./Endpoints.ts"

const all = `${root}/campaigns` as const
const id = { id: Campaign.CampaignId }

/** The campaigns. */
export const campaigns = HttpApiGroup.make("campaigns")
  .add(
    HttpApiEndpoint.post("begin", all, {
      payload: Campaign.Order,
      success: HttpApiSchema.WithHeaders(Campaign.Campaign.pipe(HttpApiSchema.status(202)), {
        location: Schema.String
      }),
      error: [Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("models:manage"))
      .annotate(
        OpenApi.Summary,
        "Analyse stored ECGs again, ask the models about everybody, or train a model anew"
      )
      .annotate(
        OpenApi.Description,
        "In the background, by whatever workers there are. `backfill-ecgs` goes through the recordings that another edition of the methods analysed; `foretell-population` through everybody on record; `train-model` fits the active version of a `task` to the patients whose outcome is known, and registers what comes of it as a candidate. While one of the kind (and task) goes on, it is the one that is answered."
      ),
    HttpApiEndpoint.get("list", all, {
      query: page,
      success: Page.of(Campaign.Campaign),
      error: [Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("models:manage"))
      .annotate(OpenApi.Summary, "The campaigns, newest first"),
    HttpApiEndpoint.get("find", `${all}/:id`, {
      params: id,
      success: HttpApiSchema.WithHeaders(Campaign.Campaign, {
        "retry-after": Schema.optionalKey(Schema.NumberFromString)
      }),
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("models:manage"))
      .annotate(OpenApi.Summary, "How far a campaign is, and what came of it")
      .annotate(
        OpenApi.Description,
        "`done` and `failed` of `total`; whoever is gone since it began is neither. `tally` counts risks and refusals. `outcome` is that of a training: the version, or why there is none."
      ),
    HttpApiEndpoint.post("stop", `${all}/:id/stop`, {
      params: id,
      success: Campaign.Campaign,
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("models:manage"))
      .annotate(OpenApi.Summary, "Begin no further stretch of a campaign")
      .annotate(
        OpenApi.Description,
        "The stretches that workers are at are gone through to their end and counted. A campaign that has ended stays as it is."
      )
  )
  .middleware(Gate.Bearer)
  .annotate(
    OpenApi.Description,
    "Work on everybody on record, or on all of what is. For administrators."
  )
