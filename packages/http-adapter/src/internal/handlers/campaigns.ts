/** Handlers of campaigns: begun, looked at, stopped. */
import type * as Campaign from "@bedside/core/Campaign"
import * as Campaigning from "@bedside/core/Campaigning"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import { Api } from "../../Api.ts"
import * as Gate from "../../Gate.ts"
import { pageOf, root } from "../api/Endpoints.ts"
import { answer } from "../answer.ts"

/** When to ask again: in a second, while the campaign goes on. */
export const retryAfter = ({ status }: Campaign.Campaign) =>
  status === "running" ? { "retry-after": 1 } : {}

export const campaigns = HttpApiBuilder.group(
  Api,
  "campaigns",
  Effect.fn(function* (handlers) {
    const campaigning = yield* Campaigning.Campaigning
    return handlers.handleAll({
      begin: ({ payload }) =>
        Gate.CurrentUser.use((actor) =>
          Effect.map(campaigning.begin(actor, payload), (body) =>
            HttpApiSchema.withHeaders({
              body,
              headers: { location: `${root}/campaigns/${body.id}` }
            })
          )
        ),
      list: ({ query }) => answer(campaigning.list(pageOf(query))),
      find: ({ params }) =>
        Effect.map(answer(campaigning.find(params.id)), (body) =>
          HttpApiSchema.withHeaders({ body, headers: retryAfter(body) })
        ),
      stop: ({ params }) => answer(campaigning.stop(params.id))
    })
  })
)
