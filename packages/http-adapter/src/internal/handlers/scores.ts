/** Handlers of scores. */
import type * as Score from "@bedside/core/Score"
import * as Scores from "@bedside/core/Scores"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type * as Result from "effect/Result"
import { Api } from "../../Api.ts"
import * as Problem from "../../Problem.ts"
import { answer } from "../answer.ts"

const notice =
  "Not a medical device. A score supports the judgement of a clinician and does not replace it."

const catalogue = { notice, items: Scores.all.map(({ form }) => form) }

const computed = <A extends Score.Common>(outcome: Result.Result<A, Scores.Refusal>) =>
  answer(Effect.fromResult(outcome))

export const scores = HttpApiBuilder.group(Api, "scores", (handlers) =>
  handlers.handleAll({
    catalogue: () => Effect.succeed(catalogue),
    compute: ({ params, payload }) => {
      const outcome = Scores.compute(params.score, payload)
      return outcome === undefined ? Effect.fail(new Problem.NotFound()) : computed(outcome)
    },
    chart: ({ payload: { definition, inputs } }) => computed(Scores.chart(definition, inputs))
  })
)
