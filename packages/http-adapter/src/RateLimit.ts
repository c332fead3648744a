/**
 * A bound on how often one place may use an endpoint: 429 with `Retry-After` beyond it.
 *
 * A place is the address of the peer (an IPv6 network of 64 bits counts as one). `X-Forwarded-For` is
 * believed only for as many hops as `proxies` says stand in front of the server, counted from the
 * right, where a client cannot write. Counts are in the memory of the process unless another
 * `RateLimiterStore` is provided; an endpoint asks for it with `.middleware(RateLimit.RateLimit)`.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as Layer from "effect/Layer"
import * as IpNetwork from "effect/net/IpNetwork"
import * as NetAddress from "effect/net/NetAddress"
import * as Option from "effect/Option"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Result from "effect/Result"
import * as Problem from "./Problem.ts"

/**
 * Bounds how often one place may use an endpoint.
 *
 * @since 0.1.0
 */
export class RateLimit extends HttpApiMiddleware.Service<RateLimit>()("bedside/http/RateLimit", {
  error: Problem.tooManyRequests
}) {}

/**
 * What may be set: `limit` requests (100) in a `window` (one minute) from one place, and how many
 * trusted proxies stand in front of the server (none).
 *
 * @since 0.1.0
 */
export interface Options {
  readonly limit?: number
  readonly window?: Duration.Input
  readonly proxies?: number
}

/**
 * Names the place a request comes from.
 *
 * Shape: the address of the peer, the `X-Forwarded-For` header, the number of trusted proxies.
 *
 * Fails with: nothing; what is not an address is one place called `unknown`.
 *
 * @example
 * ```ts
 * import * as RateLimit from "@bedside/http-adapter/RateLimit"
 *
 * RateLimit.place("10.0.0.1", "1.2.3.4", 0) // => "10.0.0.1/32"
 * RateLimit.place("10.0.0.1", "6.6.6.6, 1.2.3.4", 1) // => "1.2.3.4/32"
 * RateLimit.place("2001:db8::1:2:3:4", undefined, 0) // => "2001:db8::/64"
 * ```
 * @since 0.1.0
 */
export const place = (
  peer: string | undefined,
  forwardedFor: string | undefined,
  proxies: number
): string => {
  const hops = forwardedFor?.split(",").map((hop) => hop.trim()) ?? []
  const text = (proxies > 0 ? hops.at(-Math.min(proxies, hops.length)) : undefined) ?? peer
  const parsed = Result.map(NetAddress.ipFromString(text ?? ""), (ip) => NetAddress.toCanonical(ip))
  if (Result.isFailure(parsed)) return "unknown"
  const bits = NetAddress.isIpv6Address(parsed.success) ? 64 : 32
  return IpNetwork.format(IpNetwork.fromAddressUnsafe(parsed.success, bits))
}

/**
 * The middleware over any store of counts.
 *
 * @since 0.1.0
 */
export const layer = (
  options: Options = {}
): Layer.Layer<RateLimit, never, RateLimiter.RateLimiterStore> =>
  Layer.effect(
    RateLimit,
    Effect.gen(function* () {
      const limiter = yield* RateLimiter.RateLimiter
      return RateLimit.of((effect, { endpoint, group }) =>
        Effect.gen(function* () {
          const request = yield* HttpServerRequest.HttpServerRequest
          const from = place(
            Option.getOrUndefined(request.remoteAddress),
            request.headers["x-forwarded-for"],
            options.proxies ?? 0
          )
          yield* limiter
            .consume({
              key: `${group.identifier}.${endpoint.identifier} ${from}`,
              limit: options.limit ?? 100,
              window: options.window ?? Duration.minutes(1)
            })
            .pipe(
              Effect.catch(({ reason }) => {
                if (reason._tag !== "RateLimitExceeded") return Effect.die(reason)
                const retryAfter = Math.max(1, Math.ceil(Duration.toSeconds(reason.retryAfter)))
                return Effect.fail(new Problem.TooManyRequests({ retryAfter }))
              })
            )
          return yield* effect
        })
      )
    })
  ).pipe(Layer.provide(RateLimiter.layer))

/**
 * The middleware with counts in the memory of this process.
 *
 * @since 0.1.0
 */
export const layerMemory = (options: Options = {}): Layer.Layer<RateLimit> =>
  Layer.provide(layer(options), RateLimiter.layerStoreMemory)
