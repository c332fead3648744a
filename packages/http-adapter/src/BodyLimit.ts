/**
 * Another bound for the bodies of one endpoint than the boundary's.
 *
 *     HttpApiEndpoint.post("record", "/api/v1/ecgs", { … })
 *       .middleware(BodyLimit.BodyLimit)
 *       .annotate(BodyLimit.Size, ByteSize.mebibytes(32))
 *
 * A body beyond it is a 413; it is read no further than that. Forms have bounds of their own
 * (`HttpApiSchema.asMultipart`).
 */
import type * as ByteSize from "effect/ByteSize"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as Layer from "effect/Layer"

/**
 * The annotation that carries an endpoint's bound.
 *
 * @since 0.1.0
 */
export class Size extends Context.Service<Size, ByteSize.ByteSize>()(
  "bedside/http/BodyLimit/Size"
) {}

/**
 * Puts the endpoint's bound in force.
 *
 * @since 0.1.0
 */
export class BodyLimit extends HttpApiMiddleware.Service<BodyLimit>()("bedside/http/BodyLimit") {
  static readonly layer = Layer.succeed(BodyLimit, (effect, { endpoint }) => {
    const size = Context.getOrUndefined(endpoint.annotations, Size)
    return size === undefined
      ? effect
      : Effect.provideService(effect, HttpIncomingMessage.MaxBodySize, size)
  })
}
