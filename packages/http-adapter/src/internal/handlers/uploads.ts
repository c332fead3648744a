/** Handlers of uploads. */
import type * as Upload from "@bedside/core/Upload"
import * as Uploading from "@bedside/core/Uploading"
import * as Effect from "effect/Effect"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import { Api } from "../../Api.ts"
import { pageOf } from "../api/Endpoints.ts"
import { formats, place } from "../api/Uploads.ts"
import * as Gate from "../../Gate.ts"
import { answer } from "../answer.ts"

const formatOf = ({ headers }: HttpServerRequest): Upload.Format => {
  const [type = ""] = (headers["content-type"] ?? "").toLowerCase().split(";")
  const known = Object.entries(formats).find(([name]) => name === type.trim())
  // Requests of other content types have been refused.
  return known?.[1] ?? "csv"
}

/** When to ask again: in a second, while the work is under way. */
const retryAfter = ({ status }: Upload.Upload) =>
  status === "completed" || status === "failed" ? {} : { "retry-after": 1 }

export const uploads = HttpApiBuilder.group(
  Api,
  "uploads",
  Effect.fn(function* (handlers) {
    const uploading = yield* Uploading.Uploading
    return handlers.handleAll({
      receive: Effect.fnUntraced(function* ({ payload, query, request }) {
        const actor = yield* Gate.CurrentUser
        const body = yield* answer(
          uploading.receive(actor, { ...query, format: formatOf(request) }, payload)
        )
        return HttpApiSchema.withHeaders({ body, headers: { location: `${place}/${body.id}` } })
      }),
      list: ({ query }) => answer(uploading.list(pageOf(query))),
      find: ({ params }) =>
        Effect.map(answer(uploading.find(params.id)), (body) =>
          HttpApiSchema.withHeaders({ body, headers: retryAfter(body) })
        )
    })
  })
)
