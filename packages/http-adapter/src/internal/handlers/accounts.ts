/** Handlers of signing in and of the accounts. */
import * as Access from "@bedside/core/Access"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Redacted from "effect/Redacted"
import { Api } from "../../Api.ts"
import { pageOf } from "../api/Endpoints.ts"
import * as Gate from "../../Gate.ts"
import * as Problem from "../../Problem.ts"
import * as Tokens from "../../Tokens.ts"
import * as Invalid from "@bedside/core/Invalid"
import { answer } from "../answer.ts"

export const tokens = HttpApiBuilder.group(
  Api,
  "tokens",
  Effect.fn(function* (handlers) {
    const access = yield* Access.Access
    const issuer = yield* Tokens.Tokens
    return handlers.handleAll({
      signIn: ({ payload }) =>
        answer(access.signIn(payload.user, payload.password)).pipe(
          Effect.flatMap(issuer.issue),
          Effect.map(({ accessToken, expiresIn }) => ({
            accessToken: Redacted.value(accessToken),
            tokenType: "Bearer" as const,
            expiresIn
          }))
        )
    })
  })
)

const wrongPassword = Problem.invalid(
  Invalid.of([Invalid.issue("currentPassword", "value", "the password in force")])
)

export const users = HttpApiBuilder.group(
  Api,
  "users",
  Effect.fn(function* (handlers) {
    const access = yield* Access.Access
    return handlers.handleAll({
      open: ({ payload }) => answer(access.open(payload)),
      list: ({ query }) => answer(access.list(pageOf(query))),
      changePassword: ({ payload: { currentPassword, password } }) =>
        Gate.CurrentUser.use((actor) =>
          access.changePassword(actor, currentPassword, password)
        ).pipe(
          Effect.catchTag("NotFound", () => Effect.fail(wrongPassword)),
          Effect.catchTag("SignInRefused", () => Effect.fail(wrongPassword))
        )
    })
  })
)
