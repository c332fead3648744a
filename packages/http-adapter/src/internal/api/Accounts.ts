/**
 * Signing in, and the accounts that may.
 */
import * as Account from "@bedside/core/Account"
import * as Page from "@bedside/core/Page"
import * as Text from "@bedside/core/Text"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as Gate from "../../Gate.ts"
import * as Problem from "../../Problem.ts"
import { page, root } from "./Endpoints.ts"

const Password = Schema.RedactedFromValue(Schema.NonEmptyString.check(Schema.isMaxLength(200)))

/** User name and password. */
export const SignIn = Schema.Struct({
  user: Text.upTo(200),
  password: Password
}).annotate({ identifier: "SignIn" })

/** A bearer token; `expiresIn` in seconds. */
export const Token = Schema.Struct({
  accessToken: Schema.String,
  tokenType: Schema.Literal("Bearer"),
  expiresIn: Schema.Int
}).annotate({ identifier: "Token" })

const NewOwnPassword = Schema.Struct({
  currentPassword: Password,
  password: Account.NewPassword
}).annotate({ identifier: "NewOwnPassword" })

/** The token, for anyone who has a password. */
export const tokens = HttpApiGroup.make("tokens")
  .add(
    HttpApiEndpoint.post("signIn", `${root}/token`, {
      payload: SignIn,
      success: Token,
      error: [Problem.unauthorized]
    })
      .annotate(Gate.Rule, Gate.open)
      .annotate(OpenApi.Summary, "Sign in")
  )
  .annotate(OpenApi.Description, "A bearer token for a user name and a password.")

/** The accounts. */
export const users = HttpApiGroup.make("users")
  .add(
    HttpApiEndpoint.post("open", `${root}/users`, {
      payload: Account.NewAccount,
      success: Account.Account.pipe(HttpApiSchema.status(201)),
      error: [Problem.Conflict]
    })
      .annotate(Gate.Rule, Gate.needs("users:manage"))
      .annotate(OpenApi.Summary, "Open an account"),
    HttpApiEndpoint.get("list", `${root}/users`, {
      query: page,
      success: Page.of(Account.Account),
      error: [Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("users:manage"))
      .annotate(OpenApi.Summary, "List the accounts"),
    HttpApiEndpoint.post("changePassword", `${root}/users/me/password`, {
      payload: NewOwnPassword,
      success: HttpApiSchema.NoContent,
      error: [Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("password:own"))
      .annotate(OpenApi.Summary, "Change one's own password")
  )
  .middleware(Gate.Bearer)
  .annotate(OpenApi.Description, "People and devices that may sign in. For administrators.")
