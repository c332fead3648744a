/**
 * Bedside over HTTP: every route of the contract, over the workflows of core.
 *
 * `layer` serves on a socket; `routes` is the same without one, for a host that brings its own (Express,
 * Hono, a test). Both take the workflows from their surroundings, so the store is the caller's choice.
 */
import type * as Ports from "@bedside/core/Ports"
import type * as Workflows from "@bedside/core/Workflows"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Context from "effect/Context"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import { Api } from "./Api.ts"
import * as BodyLimit from "./BodyLimit.ts"
import type * as Boundary from "./Boundary.ts"
import * as Documentation from "./Documentation.ts"
import { root } from "./internal/api/Endpoints.ts"
import * as Accounts from "./internal/handlers/accounts.ts"
import * as Campaigns from "./internal/handlers/campaigns.ts"
import * as Compat from "./internal/handlers/compat.ts"
import * as CompatWard from "./internal/handlers/compatWard.ts"
import * as Ecgs from "./internal/handlers/ecgs.ts"
import * as Fhir from "./internal/handlers/fhir.ts"
import * as Measurements from "./internal/handlers/measurements.ts"
import * as OperationsHandlers from "./internal/handlers/operations.ts"
import * as Patients from "./internal/handlers/patients.ts"
import * as Risks from "./internal/handlers/risks.ts"
import * as Scores from "./internal/handlers/scores.ts"
import * as Sensors from "./internal/handlers/sensors.ts"
import * as Uploads from "./internal/handlers/uploads.ts"
import * as Mount from "./internal/mount.ts"
import * as Operations from "./Operations.ts"
import * as Problem from "./Problem.ts"
import * as RateLimit from "./RateLimit.ts"
import * as Routes from "./Routes.ts"
import * as Security from "./Security.ts"
import * as Server from "./Server.ts"
import * as Tokens from "./Tokens.ts"
import * as Viewer from "./Viewer.ts"

/**
 * What may be set: the tokens, the bound on registrations, and what the boundary takes.
 *
 * @since 0.1.0
 */
export interface Options {
  readonly tokens: Tokens.Options
  readonly registrations?: RateLimit.Options
  readonly boundary?: Boundary.Options
}

const { groups } = Api

const beside = Layer.mergeAll(
  Viewer.page(),
  Documentation.openApi(Api),
  Documentation.page(Api),
  Documentation.page(
    Documentation.part(Api, "Bedside: patients", groups.compatPatients, groups.patients),
    `${root}/patient/docs`
  ),
  Documentation.page(
    Documentation.part(
      Api,
      "Bedside: measurements",
      groups.compatMeasurements,
      groups.measurements
    ),
    `${root}/measures/docs`
  )
)

const handlers = Layer.mergeAll(
  Accounts.tokens,
  Accounts.users,
  Patients.patients,
  Patients.registrations,
  Patients.assessments,
  Measurements.measurements,
  Ecgs.ecgs,
  Sensors.sensors,
  Risks.risks,
  Scores.scores,
  Fhir.fhir,
  Uploads.uploads,
  Campaigns.campaigns,
  OperationsHandlers.jobs,
  Compat.token,
  Compat.ecg,
  Compat.sensors,
  CompatWard.patients,
  CompatWard.measurements,
  OperationsHandlers.operations
)

/** Ids of callers may have 200 characters, each of which may take nine in a path. */
const routerConfig = { maxParamLength: 1_800 }

/**
 * Every route, for a router of the caller's.
 *
 * Shape: needs the workflows and `Ports.Readiness`.
 *
 * Fails with: `WeakSecret`, when the token secret has fewer than 32 bytes.
 *
 * @example
 * ```ts
 * import * as Http from "@bedside/http-adapter/Http"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const secret = Redacted.make("a secret of at least thirty-two bytes")
 * Layer.isLayer(Http.routes({ tokens: { secret } })) // => true
 * ```
 * @since 0.1.0
 */
export const routes = (options: Options) =>
  Routes.layer(Api, beside, options.boundary).pipe(
    Layer.provide(handlers),
    Layer.provide([
      Security.layer,
      Problem.Common.layer,
      RateLimit.layerMemory(options.registrations),
      BodyLimit.BodyLimit.layer,
      Operations.Readiness.layer
    ]),
    Layer.provide(Tokens.Tokens.layer(options.tokens))
  )

/**
 * Every route on a socket of its own.
 *
 * Shape: listens when the layer is built; stops gracefully when its scope closes.
 *
 * Fails with: `WeakSecret`, as `routes`, and `ServeError` when the port cannot be had.
 *
 * @example
 * ```ts
 * import * as Http from "@bedside/http-adapter/Http"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const secret = Redacted.make("a secret of at least thirty-two bytes")
 * Layer.isLayer(Http.layer({ tokens: { secret }, server: { port: 3000 } })) // => true
 * ```
 * @since 0.1.0
 */
export const layer = (options: Options & { readonly server: Server.Options }) =>
  HttpRouter.serve(routes(options), {
    disableLogger: true,
    disableListenLog: true,
    routerConfig
  }).pipe(Layer.provideMerge(Server.layer(options.server)))

/**
 * Bedside for a host that has a socket of its own.
 *
 * `handler` answers a request. `peer` is the address at the other end of the connection, which a web
 * `Request` does not tell: registrations are counted by it, and all that come without one count as
 * one place. `serves` says whether a URL (or its path) is Bedside's, whatever the method; a host keeps
 * every other for itself. `dispose` stops what was started.
 *
 * @since 0.1.0
 */
export interface WebHandler {
  readonly handler: (request: Request, peer?: string) => Promise<Response>
  readonly serves: (url: string) => boolean
  readonly dispose: () => Promise<void>
}

const pages = [
  "/openapi.json",
  "/docs",
  `${root}/patient/docs`,
  `${root}/measures/docs`,
  "/strips"
] as const

/**
 * Every route as one function from a web `Request` to a `Response`, for a host on Node that has a
 * socket: mount it before anything that reads bodies, and without a prefix, since answers name paths.
 *
 * Shape: the layer with what `routes` needs; building it begins at once.
 *
 * Fails with: nothing; what the layer fails with rejects every request.
 *
 * @example
 * ```ts
 * import * as Http from "@bedside/http-adapter/Http"
 * import * as PasswordHash from "@bedside/http-adapter/PasswordHash"
 * import * as Memory from "@bedside/core/Memory"
 * import * as Workflows from "@bedside/core/Workflows"
 * import * as SecureRandom from "effect/crypto/SecureRandom"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const secret = Redacted.make("a secret of at least thirty-two bytes")
 * const workflows = Workflows.layer.pipe(
 *   Layer.provideMerge(Memory.layer),
 *   Layer.provide([PasswordHash.layerNode, SecureRandom.layerWebCrypto])
 * )
 * const bedside = Http.toWebHandler({ tokens: { secret } }, workflows)
 * const answer = await bedside.handler(new Request("http://localhost/readyz"), "192.0.2.7")
 * answer.status // => 200
 * bedside.serves("/api/v1/patients?limit=1") // => true
 * bedside.serves("/greeting") // => false
 * await bedside.dispose()
 * ```
 * @since 0.1.0
 */
export const toWebHandler = <E>(
  options: Options,
  workflows: Layer.Layer<Workflows.Workflows | Ports.Readiness, E>
): WebHandler => {
  const { handler, dispose } = HttpRouter.toWebHandler(
    routes(options).pipe(
      Layer.provide(workflows),
      Layer.provideMerge(NodeHttpServer.layerHttpServices)
    ),
    { disableLogger: true, routerConfig, middleware: Mount.withPeer }
  )
  return {
    handler: (request, peer) => handler(request, Context.make(Mount.Peer, peer)),
    serves: Mount.taken(Api, pages, routerConfig),
    dispose
  }
}
