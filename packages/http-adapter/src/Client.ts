/**
 * The typed client, derived from the same schemas as the server: a call that type-checks is one the
 * server understands, and what comes back is decoded.
 *
 * It runs wherever `fetch` does. Problems of the server are typed errors of the call; a server that
 * cannot be reached is an `HttpClientError`.
 */
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Api } from "./Api.ts"
import * as Gate from "./Gate.ts"

/**
 * Where the server is, and the token to send.
 *
 * @since 0.1.0
 */
export interface Options {
  readonly url: string
  readonly token?: Redacted.Redacted<string>
}

/**
 * A client of one server, with one token or none.
 *
 * @since 0.1.0
 */
export type Client = HttpApiClient.ForApi<typeof Api>

/**
 * Makes a client.
 *
 * Shape: the groups of the API as properties, their endpoints as functions: `client.patients.list(…)`.
 *
 * Fails with: nothing; no request is made.
 *
 * @example
 * ```ts
 * import * as Client from "@bedside/http-adapter/Client"
 * import * as Effect from "effect/Effect"
 *
 * const client = Effect.runSync(Client.make({ url: "http://localhost:3000" }))
 * typeof client.patients.list // => "function"
 * ```
 * @since 0.1.0
 */
export const make = (options: Options) =>
  HttpApiClient.make(Api, {
    transformClient: HttpClient.mapRequest(HttpClientRequest.prependUrl(options.url))
  }).pipe(
    Effect.provide(
      Layer.mergeAll(
        FetchHttpClient.layer,
        HttpApiMiddleware.layerClient(Gate.Bearer, ({ next, request }) =>
          next(
            options.token === undefined
              ? request
              : HttpClientRequest.bearerToken(request, options.token)
          )
        )
      )
    )
  )
