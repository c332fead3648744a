/** Handlers of FHIR. */
import * as Interchange from "@bedside/core/Interchange"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../../Api.ts"
import * as Gate from "../../Gate.ts"
import { answer } from "../answer.ts"

export const fhir = HttpApiBuilder.group(
  Api,
  "fhir",
  Effect.fn(function* (handlers) {
    const interchange = yield* Interchange.Interchange
    return handlers.handleAll({
      importBundle: ({ payload }) =>
        Gate.CurrentUser.use((actor) => interchange.importBundle(actor, payload)),
      exportPatient: ({ params }) => answer(interchange.exportPatient(params.id))
    })
  })
)
