/** Handlers of those who run the system: the job queue, health and metrics. */
import * as Operating from "@bedside/core/Operating"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../../Api.ts"
import * as Operations from "../../Operations.ts"
import { pageOf } from "../api/Endpoints.ts"
import { answer } from "../answer.ts"

export const jobs = HttpApiBuilder.group(
  Api,
  "jobs",
  Effect.fn(function* (handlers) {
    const operating = yield* Operating.Operating
    return handlers.handleAll({
      list: ({ query }) =>
        answer(
          Effect.all({ page: operating.jobs(query, pageOf(query)), counts: operating.counts })
        ).pipe(Effect.map(({ page, counts }) => ({ counts, ...page }))),
      dead: ({ query }) => answer(operating.jobs({ state: "failed" }, pageOf(query))),
      requeue: ({ params }) =>
        Effect.as(answer(operating.requeue(params.id)), {
          id: params.id,
          state: "pending" as const
        })
    })
  })
)

export const operations = HttpApiBuilder.group(Api, "operations", (handlers) =>
  Effect.map(Operations.handlers, (all) => handlers.handleAll(all))
)
