/** Handlers of trained risk models: what they foretell, and their versions. */
import * as Campaigning from "@bedside/core/Campaigning"
import * as Foretelling from "@bedside/core/Foretelling"
import * as Recalibrating from "@bedside/core/Recalibrating"
import * as Releasing from "@bedside/core/Releasing"
import * as RiskRun from "@bedside/core/RiskRun"
import * as Watching from "@bedside/core/Watching"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import { Api } from "../../Api.ts"
import { root } from "../api/Endpoints.ts"
import * as Risks from "../api/Risks.ts"
import * as Gate from "../../Gate.ts"
import { answer, rowOutcome } from "../answer.ts"
import { retryAfter } from "./campaigns.ts"

const shown = ({ estimate, bands, ...told }: Foretelling.Told): typeof Risks.Risk.Type => {
  const { task, version, asOf, foretoldAt, refusal } = told
  const band = estimate?.band ?? null
  return {
    task,
    version,
    asOf,
    foretoldAt,
    risk: estimate?.risk ?? null,
    band,
    threshold: bands.find((it) => it.band === band)?.from ?? null,
    bands,
    baseline: estimate?.baseline ?? null,
    contributions: estimate?.contributions ?? [],
    inputs: estimate?.inputs ?? [],
    missing: estimate?.missing ?? [],
    refusal
  }
}

const runs = `${root}/risk-runs`

export const risks = HttpApiBuilder.group(
  Api,
  "risks",
  Effect.fn(function* (handlers) {
    const campaigning = yield* Campaigning.Campaigning
    const foretelling = yield* Foretelling.Foretelling
    const releasing = yield* Releasing.Releasing
    const recalibrating = yield* Recalibrating.Recalibrating
    const watching = yield* Watching.Watching

    const step =
      (move: (typeof releasing)["shadow"]) =>
      ({
        params: { task, version },
        payload: { reason }
      }: {
        readonly params: { readonly task: Parameters<typeof move>[1]; readonly version: string }
        readonly payload: { readonly reason: string }
      }) =>
        Gate.CurrentUser.use((actor) => answer(move(actor, task, version, reason)))

    return handlers.handleAll({
      ofPatient: ({ params }) =>
        Effect.map(answer(foretelling.told(params.id)), (all) => ({ items: all.map(shown) })),
      models: () => Effect.map(releasing.list, (items) => ({ items })),
      active: ({ params, query: { at } }) =>
        answer(releasing.active(params.task, at && DateTime.toUtc(at))),
      propose: ({ params, payload: { model, reason } }) =>
        Gate.CurrentUser.use((actor) =>
          answer(releasing.propose(actor, params.task, model, reason))
        ),
      shadow: step(releasing.shadow),
      activate: step(releasing.activate),
      retire: step(releasing.retire),
      rollback: ({ params, payload: { reason } }) =>
        Gate.CurrentUser.use((actor) => answer(releasing.rollback(actor, params.task, reason))),
      monitoring: ({ params, query: { from, to, against } }) =>
        answer(
          watching.watch(params.task, {
            against,
            from: from && DateTime.toUtc(from),
            to: to && DateTime.toUtc(to)
          })
        ),
      state: Effect.fnUntraced(function* ({ params, payload }) {
        const actor = yield* Gate.CurrentUser
        const { many, rows } = Risks.readStatements(payload)
        const outcomes = yield* recalibrating.state(actor, params.task, rows)
        const [only] = outcomes
        if (!many && only?.status === "refused") return yield* answer(Effect.fail(only.error))
        return outcomes.map(rowOutcome)
      }),
      review: ({ params, query }) => answer(recalibrating.review(params.task, query)),
      recalibrate: ({ params, payload }) =>
        Gate.CurrentUser.use((actor) =>
          answer(recalibrating.recalibrate(actor, params.task, payload))
        ),
      begin: () =>
        Gate.CurrentUser.use((actor) =>
          Effect.map(campaigning.begin(actor, { kind: "foretell-population" }), (campaign) =>
            HttpApiSchema.withHeaders({
              body: RiskRun.of(campaign),
              headers: { location: `${runs}/${campaign.id}` }
            })
          )
        ),
      run: ({ params }) =>
        Effect.map(answer(campaigning.riskRun(params.id)), (campaign) =>
          HttpApiSchema.withHeaders({ body: RiskRun.of(campaign), headers: retryAfter(campaign) })
        )
    })
  })
)
