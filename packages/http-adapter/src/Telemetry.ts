/**
 * `/livez`, `/readyz` and `/metrics` of a process that has no API, a worker say, on a port of its own.
 *
 * The answers are those of a server, from the same handlers and inside the same boundary. The guarantee
 * that bites: nothing else is served, and nothing is asked of who reads. There are no accounts here
 * that a token could come from, so who reaches the port may read the metrics, which hold kinds, numbers
 * and times, and nothing of a patient. Listen on loopback, or on an address that only those who run
 * the process can reach.
 */
import type * as Ports from "@bedside/core/Ports"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServer from "effect/http/HttpServer"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Layer from "effect/Layer"
import * as Operations from "./Operations.ts"
import * as Problem from "./Problem.ts"
import * as Routes from "./Routes.ts"
import * as Server from "./Server.ts"

const api = Routes.api("telemetry").add(Operations.openGroup).middleware(Problem.Common)

const operations = HttpApiBuilder.group(api, "operations", (handlers) =>
  Effect.map(Operations.handlers, (all) => handlers.handleAll(all))
)

const routes = Routes.layer(api, Layer.empty).pipe(
  Layer.provide(operations),
  Layer.provide([Problem.Common.layer, Operations.Readiness.layer])
)

/**
 * The three routes on a socket of their own.
 *
 * Shape: needs `Ports.Readiness`; listens when the layer is built, on loopback unless `host` names
 * another address, and gives the server, whose address tells the port that was taken for 0.
 *
 * Fails with: `ServeError` when the port cannot be had.
 *
 * @example
 * ```ts
 * import * as Memory from "@bedside/core/Memory"
 * import * as Telemetry from "@bedside/http-adapter/Telemetry"
 * import * as Effect from "effect/Effect"
 * import * as HttpServer from "effect/http/HttpServer"
 * import * as Layer from "effect/Layer"
 *
 * const telemetry = Telemetry.layer({ port: 0 }).pipe(Layer.provide(Memory.layer))
 * const status = HttpServer.addressFormattedWith((url) =>
 *   Effect.promise(() => fetch(`${url}/readyz`).then(({ status }) => status))
 * )
 * await Effect.runPromise(status.pipe(Effect.provide(telemetry))) // => 200
 * ```
 * @since 0.2.0
 */
export const layer = ({
  host = "127.0.0.1",
  ...options
}: Server.Options): Layer.Layer<
  HttpServer.HttpServer,
  HttpServerError.ServeError,
  Ports.Readiness
> =>
  HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provideMerge(Server.layer({ ...options, host }))
  )
