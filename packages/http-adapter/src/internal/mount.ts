/**
 * What a host has to know of Bedside that it mounts: which paths are taken, and how a request without
 * a socket gets the address of its peer.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FindMyWay from "effect/http/FindMyWay"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as Option from "effect/Option"

/** The address at the other end of the host's connection. */
export const Peer = Context.Reference<string | undefined>("bedside/http/Peer", {
  defaultValue: () => undefined
})

/** Gives the request the address that the host named. */
export const withPeer = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R | HttpServerRequest.HttpServerRequest> =>
  Effect.flatMap(Peer, (peer) =>
    peer === undefined
      ? effect
      : Effect.updateService(effect, HttpServerRequest.HttpServerRequest, (request) =>
          request.modify({ remoteAddress: Option.some(peer) })
        )
  )

/**
 * Whether a URL, or its path, is one of an API's or of those that stand beside it, found as the router
 * finds it: whatever the method, so that a wrong one is Bedside's 405 and not the host's 404.
 */
export const taken = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>,
  beside: ReadonlyArray<`/${string}`>,
  config: Partial<FindMyWay.RouterConfig>
): ((url: string) => boolean) => {
  const paths = new Set<FindMyWay.PathInput>(beside)
  HttpApi.reflect(api, {
    onGroup: () => {},
    // Reflection widens the path, which an endpoint holds as one that the router takes.
    onEndpoint: ({ endpoint }) => paths.add(endpoint.path as FindMyWay.PathInput)
  })
  const router = FindMyWay.make<true>(config)
  for (const path of paths) router.on("GET", path, true)
  return (url) => router.find("GET", url) !== undefined
}
