/**
 * The one way to serve an `HttpApi`: verified, inside the boundary, with the routes that stand beside
 * it (documentation pages, say).
 *
 * The start stops with a defect when an endpoint does not say who may use it (`Gate`), or when the API
 * would report only the first problem of an input.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Etag from "effect/http/Etag"
import type * as HttpPlatform from "effect/http/HttpPlatform"
import type * as HttpRouter from "effect/http/HttpRouter"
import type * as FileSystem from "effect/FileSystem"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as Layer from "effect/Layer"
import type * as Path from "effect/Path"
import * as Boundary from "./Boundary.ts"
import * as Gate from "./Gate.ts"

/**
 * Begins an API whose answers name all problems of an input at once.
 *
 * Shape: add groups to it.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Routes from "@bedside/http-adapter/Routes"
 *
 * Routes.api("bedside").identifier // => "bedside"
 * ```
 * @since 0.1.0
 */
export const api = <const Id extends string>(identifier: Id): HttpApi.HttpApi<Id> =>
  HttpApi.make(identifier).annotate(HttpApi.ParseOptions, { errors: "all" })

const reportsAll = (annotations: Context.Context<never>): boolean =>
  Context.getOrUndefined(annotations, HttpApi.ParseOptions)?.errors === "all"

/**
 * The routes of an API inside the boundary, and others beside them.
 *
 * Shape: an API made with `Routes.api`; the handlers of its groups are provided to the result.
 *
 * Fails with: what the routes beside fail with; a defect when the API is not safe to serve.
 *
 * @example
 * ```ts
 * import * as Documentation from "@bedside/http-adapter/Documentation"
 * import * as Routes from "@bedside/http-adapter/Routes"
 * import * as Layer from "effect/Layer"
 *
 * const api = Routes.api("bedside")
 * Layer.isLayer(Routes.layer(api, Documentation.openApi(api))) // => true
 * ```
 * @since 0.1.0
 */
export const layer = <
  Id extends string,
  Groups extends HttpApiGroup.Constraint,
  E = never,
  R = never
>(
  served: HttpApi.HttpApi<Id, Groups>,
  beside: Layer.Layer<never, E, R>,
  options: Boundary.Options = {}
): Layer.Layer<
  never,
  E,
  | HttpRouter.HttpRouter
  | Etag.Generator
  | FileSystem.FileSystem
  | HttpPlatform.HttpPlatform
  | Path.Path
  | Exclude<R | HttpApiGroup.ToService<Id, Groups>, HttpRouter.HttpRouter>
> => {
  const complete = Layer.effectDiscard(
    Effect.suspend(() =>
      reportsAll(served.annotations)
        ? Effect.void
        : Effect.die(new Error("The API would report one problem at a time: use Routes.api"))
    )
  )
  const routes = Layer.mergeAll(HttpApiBuilder.layer(served), beside)
  return Boundary.layer(routes, options).pipe(
    Layer.provide(Layer.mergeAll(complete, Gate.verified(served)))
  )
}
