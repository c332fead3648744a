/**
 * Who may use an endpoint: the bearer token says who is asking, the endpoint's own annotation says
 * which permission is needed, and one middleware joins the two before the handler and before the body
 * is read.
 *
 * The guarantee that bites: an endpoint that does not say who may use it stops the server at the
 * start (`Gate.verified`), so none is open by being forgotten, and no handler checks a role.
 *
 *     HttpApiEndpoint.get("patient", "/api/v1/patients/:id", { … })
 *       .annotate(Gate.Rule, Gate.needs("patients:read"))
 *
 * - `needs(a, b)` asks for one of the permissions; the group carries `.middleware(Gate.Bearer)`,
 *   and its handlers may use `Gate.CurrentUser`.
 * - `needs(…)` inside `orAnonymous(…)` also lets in a caller without a token, but not one whose token
 *   does not permit it; that endpoint carries `.middleware(Gate.OptionalBearer)`.
 * - `open` is for everyone and carries neither.
 */
import type * as Account from "@bedside/core/Account"
import type * as Policy from "@bedside/core/Policy"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import * as Layer from "effect/Layer"
import * as Problem from "./Problem.ts"

/**
 * The user whose token came with the request.
 *
 * @since 0.1.0
 */
export class CurrentUser extends Context.Service<CurrentUser, Account.Actor>()(
  "bedside/http/CurrentUser"
) {}

/**
 * Who may use an endpoint: holders of one of the permissions, and callers without a token or not.
 *
 * @since 0.1.0
 */
export interface Terms {
  readonly anyOf: ReadonlyArray<Policy.Permission>
  readonly anonymous: boolean
}

/**
 * The annotation that carries an endpoint's rule.
 *
 * @since 0.1.0
 */
export class Rule extends Context.Service<Rule, Terms>()("bedside/http/Rule") {}

/**
 * Anyone, with or without a token.
 *
 * @since 0.1.0
 */
export const open: Terms = { anyOf: [], anonymous: true }

/**
 * Holders of at least one of the permissions.
 *
 * Shape: one permission or more, as in core's `Policy`.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Gate from "@bedside/http-adapter/Gate"
 *
 * Gate.needs("patients:read") // => { anyOf: ["patients:read"], anonymous: false }
 * ```
 * @since 0.1.0
 */
export const needs = (
  ...anyOf: readonly [Policy.Permission, ...ReadonlyArray<Policy.Permission>]
): Terms => ({ anyOf, anonymous: false })

/**
 * The same, and callers without a token.
 *
 * Shape: a rule in, a rule out.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Gate from "@bedside/http-adapter/Gate"
 *
 * Gate.orAnonymous(Gate.needs("registrations:create")).anonymous // => true
 * ```
 * @since 0.1.0
 */
export const orAnonymous = (terms: Terms): Terms => ({ ...terms, anonymous: true })

/**
 * Asks for a good bearer token with a permission that the endpoint needs; gives `CurrentUser`.
 *
 * @since 0.1.0
 */
export class Bearer extends HttpApiMiddleware.Service<Bearer, { provides: CurrentUser }>()(
  "bedside/http/Bearer",
  {
    requiredForClient: true,
    security: { bearer: HttpApiSecurity.bearer },
    error: [Problem.unauthorized, Problem.Forbidden]
  }
) {}

/**
 * Lets callers without a token in; a token that came along must be good and permit the endpoint.
 *
 * @since 0.1.0
 */
export class OptionalBearer extends HttpApiMiddleware.Service<OptionalBearer>()(
  "bedside/http/OptionalBearer",
  { error: [Problem.unauthorized, Problem.Forbidden] }
) {}

/**
 * Finds the endpoints whose access is not said, or not enforced as said.
 *
 * Shape: one sentence per fault; none for a good API.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Gate from "@bedside/http-adapter/Gate"
 * import * as HttpApi from "effect/http-api/HttpApi"
 * import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
 * import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
 *
 * const secrets = HttpApiGroup.make("secrets").add(HttpApiEndpoint.get("read", "/secrets"))
 * Gate.faults(HttpApi.make("api").add(secrets)) // => ["secrets.read does not say who may use it"]
 * ```
 * @since 0.1.0
 */
export const faults = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>
): ReadonlyArray<string> => {
  const found: Array<string> = []
  HttpApi.reflect(api, {
    onGroup: () => {},
    onEndpoint: ({ group, endpoint }) => {
      const fault = faultOf(endpoint)
      if (fault !== undefined) found.push(`${group.identifier}.${endpoint.identifier} ${fault}`)
    }
  })
  return found
}

const faultOf = (endpoint: HttpApiEndpoint.Top): string | undefined => {
  const rule = Context.getOrUndefined(endpoint.annotations, Rule)
  if (rule === undefined) return "does not say who may use it"
  const carried = [...endpoint.middlewares].map((middleware) => middleware.key)
  const wanted =
    rule.anyOf.length === 0 ? undefined : rule.anonymous ? OptionalBearer.key : Bearer.key
  for (const key of [Bearer.key, OptionalBearer.key]) {
    if (key === wanted && !carried.includes(key)) return `needs the middleware ${key}`
    if (key !== wanted && carried.includes(key)) return `must not carry the middleware ${key}`
  }
  return undefined
}

/**
 * Stops the start when an endpoint has a fault: provide it beside the routes of the API.
 *
 * Shape: a layer of nothing.
 *
 * Fails with: a defect that names every faulty endpoint.
 *
 * @example
 * ```ts
 * import * as Gate from "@bedside/http-adapter/Gate"
 * import * as Effect from "effect/Effect"
 * import * as HttpApi from "effect/http-api/HttpApi"
 * import * as Layer from "effect/Layer"
 *
 * const started = Layer.build(Gate.verified(HttpApi.make("empty"))).pipe(Effect.scoped)
 * Effect.runSync(Effect.as(started, "good")) // => "good"
 * ```
 * @since 0.1.0
 */
export const verified = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>
): Layer.Layer<never> =>
  Layer.effectDiscard(
    Effect.suspend(() => {
      const found = faults(api)
      return found.length === 0
        ? Effect.void
        : Effect.die(new Error(`The API is not safe to serve:\n${found.join("\n")}`))
    })
  )
