/**
 * Enforces what `Gate` says, with the tokens of `Tokens`.
 *
 * A token is checked before the body of a request is read. Without a good one the answer is 401; with
 * one whose roles do not permit the endpoint it is 403.
 */
import * as Policy from "@bedside/core/Policy"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Gate from "./Gate.ts"
import * as Problem from "./Problem.ts"
import * as Tokens from "./Tokens.ts"

const admit = Effect.fnUntraced(function* (
  tokens: Tokens.Tokens["Service"],
  token: Redacted.Redacted<string>,
  endpoint: HttpApiEndpoint.Top
) {
  const actor = yield* Effect.mapError(tokens.verify(token), () => new Problem.Unauthorized())
  const rule = Context.getOrUndefined(endpoint.annotations, Gate.Rule)
  if (rule === undefined || !rule.anyOf.some((it) => Policy.permits(actor.roles, it))) {
    return yield* new Problem.Forbidden()
  }
  return actor
})

/**
 * The two middlewares over the tokens.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<Gate.Bearer | Gate.OptionalBearer, never, Tokens.Tokens> =
  Layer.mergeAll(
    Layer.effect(
      Gate.Bearer,
      Effect.map(Tokens.Tokens, (tokens) =>
        Gate.Bearer.of({
          bearer: (effect, { credential, endpoint }) =>
            Effect.flatMap(admit(tokens, credential, endpoint), (actor) =>
              Effect.provideService(effect, Gate.CurrentUser, actor)
            )
        })
      )
    ),
    Layer.effect(
      Gate.OptionalBearer,
      Effect.map(Tokens.Tokens, (tokens) =>
        Gate.OptionalBearer.of((effect, { endpoint }) =>
          Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers }) => {
            if (headers.authorization === undefined) return effect
            const token = Redacted.make(/^bearer +(.*)$/i.exec(headers.authorization)?.[1] ?? "")
            return Effect.andThen(admit(tokens, token, endpoint), effect)
          })
        )
      )
    )
  )
