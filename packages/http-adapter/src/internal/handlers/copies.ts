/** Handlers of copies. */
import * as Copying from "@bedside/core/Copying"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Apart } from "../../Api.ts"
import { pageOf } from "../api/Endpoints.ts"
import { answer } from "../answer.ts"

export const copies = HttpApiBuilder.group(
  Apart,
  "copies",
  Effect.fn(function* (handlers) {
    const copying = yield* Copying.Copying
    return handlers.handleAll({
      standing: () => copying.standing,
      parked: ({ query }) => answer(copying.parked(pageOf(query))),
      rebuild: ({ params: { source } }) =>
        Effect.as(copying.rebuild(source), { source, rebuilding: true as const })
    })
  })
)
