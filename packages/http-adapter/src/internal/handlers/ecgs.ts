/** Handlers of ECGs. */
import * as Electrocardiography from "@bedside/core/Electrocardiography"
import type * as Ports from "@bedside/core/Ports"
import * as Recording from "@bedside/core/Recording"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import { Api } from "../../Api.ts"
import type * as Ecgs from "../api/Ecgs.ts"
import { pageOf, root } from "../api/Endpoints.ts"
import * as Gate from "../../Gate.ts"
import { answer } from "../answer.ts"

const declared = ({ signal, signalBase64, ...lead }: typeof Ecgs.Lead.Type) => ({
  ...lead,
  // The schema lets through exactly one of the two.
  samples: signal ?? signalBase64 ?? new Int16Array()
})

const shown = ({ recordingId: _, ...ecg }: Ports.EcgRecord) => ecg

/** When to ask again: in a second, while the work is under way. */
export const retryAfter = (ecg: Pick<Ports.EcgRecord, "status">) =>
  ecg.status === "queued" ? { "retry-after": 1 } : {}

export const ecgs = HttpApiBuilder.group(
  Api,
  "ecgs",
  Effect.fn(function* (handlers) {
    const electrocardiography = yield* Electrocardiography.Electrocardiography
    return handlers.handleAll({
      submit: Effect.fnUntraced(function* ({ payload: { leads, ...header } }) {
        const actor = yield* Gate.CurrentUser
        const recording = Effect.fromResult(Recording.make(header, leads.map(declared)))
        const body = yield* answer(
          Effect.flatMap(recording, (it) => electrocardiography.submit(actor, it))
        )
        const location = `${root}/ecgs/${encodeURIComponent(body.id)}`
        return HttpApiSchema.withHeaders({ body, headers: { location } })
      }),
      strip: ({ params, query: { leads, ...query } }) =>
        Gate.CurrentUser.use((actor) =>
          answer(
            electrocardiography.strip(actor, params.id, { ...query, leads: leads?.split(",") })
          )
        ),
      list: ({ query }) =>
        Gate.CurrentUser.use((actor) =>
          answer(electrocardiography.list(actor, pageOf(query)))
        ).pipe(Effect.map(({ items, next }) => ({ items: items.map(shown), next }))),
      find: ({ params }) =>
        Gate.CurrentUser.use((actor) => answer(electrocardiography.find(actor, params.id))).pipe(
          Effect.map((ecg) =>
            HttpApiSchema.withHeaders({ body: shown(ecg), headers: retryAfter(ecg) })
          )
        )
    })
  })
)
