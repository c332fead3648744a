/**
 * The API described for people (a Swagger UI page) and for programs (`/openapi.json`, OpenAPI 3.1).
 *
 * The guarantee that bites: a page loads nothing from anywhere else. Script, style and description
 * are inside it, and its Content-Security-Policy forbids the browser every other origin, so it works
 * on a ward without internet and tells nobody that it was opened.
 */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSwagger from "effect/http-api/HttpApiSwagger"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Layer from "effect/Layer"

/**
 * What a documentation page may do in a browser.
 *
 * @since 0.1.0
 */
export const policy = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'"
].join("; ")

/**
 * Holds a page to the policy: what it needs is inside it, and it talks to its own origin only.
 *
 * @since 0.2.0
 */
export const contained = HttpRouter.middleware((effect) =>
  Effect.map(
    effect,
    HttpServerResponse.setHeaders({
      "content-security-policy": policy,
      "referrer-policy": "no-referrer",
      "cache-control": "private, max-age=300"
    })
  )
).layer

/**
 * A documentation page of an API.
 *
 * Shape: GET `path`, by default `/docs`, without a token.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Documentation from "@bedside/http-adapter/Documentation"
 * import * as HttpApi from "effect/http-api/HttpApi"
 * import * as HttpRouter from "effect/http/HttpRouter"
 *
 * const routes = Documentation.page(HttpApi.make("api"), "/docs")
 * const { handler } = HttpRouter.toWebHandler(routes, { disableLogger: true })
 * const answer = await handler(new Request("http://localhost/docs"))
 * answer.headers.get("content-type") // => "text/html"
 * ```
 * @since 0.1.0
 */
export const page = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>,
  path: `/${string}` = "/docs"
): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  Layer.provide(HttpApiSwagger.layer(api, { path }), contained)

/**
 * The description of an API for programs.
 *
 * Shape: GET `path`, by default `/openapi.json`, without a token; OpenAPI 3.1 as JSON.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Documentation from "@bedside/http-adapter/Documentation"
 * import * as HttpApi from "effect/http-api/HttpApi"
 * import * as HttpRouter from "effect/http/HttpRouter"
 *
 * const routes = Documentation.openApi(HttpApi.make("api"))
 * const { handler } = HttpRouter.toWebHandler(routes, { disableLogger: true })
 * const answer = await handler(new Request("http://localhost/openapi.json"))
 * const { openapi } = await answer.json()
 * openapi // => "3.1.0"
 * ```
 * @since 0.1.0
 */
export const openApi = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>,
  path: `/${string}` = "/openapi.json"
): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  HttpRouter.use((router) => {
    const answer = HttpServerResponse.setHeader(
      HttpServerResponse.jsonUnsafe(OpenApi.fromApi(api)),
      "cache-control",
      "private, max-age=300"
    )
    return router.add("GET", path, answer)
  })

/**
 * The part of an API that some of its groups make, for a page of its own.
 *
 * Shape: the groups as they are in the API (`api.groups.patients`), under another title.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Documentation from "@bedside/http-adapter/Documentation"
 * import * as HttpApi from "effect/http-api/HttpApi"
 * import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
 *
 * const api = HttpApi.make("api").add(HttpApiGroup.make("patients"), HttpApiGroup.make("ecgs"))
 * const part = Documentation.part(api, "Patients", api.groups.patients)
 * Object.keys(part.groups) // => ["patients"]
 * ```
 * @since 0.1.0
 */
export const part = <
  Id extends string,
  Groups extends HttpApiGroup.Constraint,
  const Chosen extends readonly [Groups, ...ReadonlyArray<Groups>]
>(
  api: HttpApi.HttpApi<Id, Groups>,
  title: string,
  ...groups: Chosen
): HttpApi.HttpApi<Id, Chosen[number]> =>
  HttpApi.make(api.identifier)
    .annotateMerge(api.annotations)
    .annotate(OpenApi.Title, title)
    .add(...groups)
