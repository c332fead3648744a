/**
 * Everything that can go wrong over HTTP, as RFC 9457 problem details.
 *
 * Each class is one problem: an endpoint lists those it can answer with, a handler fails with a value
 * of one, and the boundary makes the rest, so no answer of 400 or above is without
 * `application/problem+json`. `type` tells two problems of one status apart for a program. No field
 * ever holds a value that was sent.
 *
 * `Unauthorized`, `TooManyRequests` and `Unavailable` carry a header of their own: list them in an
 * endpoint's `error` as `Problem.unauthorized`, `Problem.tooManyRequests` and `Problem.unavailable`.
 */
import * as Invalid from "@bedside/core/Invalid"
import type * as Score from "@bedside/core/Score"
import * as Schema from "effect/Schema"
import * as HttpApiError from "effect/http-api/HttpApiError"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Layer from "effect/Layer"

/**
 * The prefix of every problem type.
 *
 * @since 0.1.0
 */
export const namespace = "urn:bedside:problem:"

/**
 * 400: the body cannot be parsed at all.
 *
 * @since 0.1.0
 */
export class Malformed extends HttpApiError.Problem<Malformed>()("Malformed", {
  type: "urn:bedside:problem:malformed",
  status: 400,
  title: "The request cannot be parsed"
}) {}

/**
 * 401: no token, or one that is not good.
 *
 * @since 0.1.0
 */
export class Unauthorized extends HttpApiError.Problem<Unauthorized>()("Unauthorized", {
  type: "urn:bedside:problem:unauthorized",
  status: 401,
  title: "A valid bearer token is needed"
}) {}

/**
 * 403: the token is good, its roles do not allow this.
 *
 * @since 0.1.0
 */
export class Forbidden extends HttpApiError.Problem<Forbidden>()("Forbidden", {
  type: "urn:bedside:problem:forbidden",
  status: 403,
  title: "The roles of this user do not allow this"
}) {}

/**
 * 404: no such path, no such record, or someone else's record.
 *
 * @since 0.1.0
 */
export class NotFound extends HttpApiError.Problem<NotFound>()("NotFound", {
  type: "urn:bedside:problem:not-found",
  status: 404,
  title: "There is nothing here"
}) {}

/**
 * 405: the path exists, but not with this method; `allow` says with which.
 *
 * @since 0.1.0
 */
export class MethodNotAllowed extends HttpApiError.Problem<MethodNotAllowed>()(
  "MethodNotAllowed",
  {
    type: "urn:bedside:problem:method-not-allowed",
    status: 405,
    title: "The path does not take this method"
  },
  { allow: Schema.Array(Schema.String) }
) {}

/**
 * 409: the record exists already, or is in another state; `code` says which conflict it is.
 *
 * @since 0.1.0
 */
export class Conflict extends HttpApiError.Problem<Conflict>()(
  "Conflict",
  {
    type: "urn:bedside:problem:conflict",
    status: 409,
    title: "This conflicts with what is stored"
  },
  { code: Schema.optionalKey(Schema.String) }
) {}

/**
 * 412: the record has changed since the version in `If-Match`.
 *
 * @since 0.1.0
 */
export class PreconditionFailed extends HttpApiError.Problem<PreconditionFailed>()(
  "PreconditionFailed",
  {
    type: "urn:bedside:problem:precondition-failed",
    status: 412,
    title: "The record has another version by now"
  }
) {}

/**
 * 413: the body is larger than this path takes.
 *
 * @since 0.1.0
 */
export class ContentTooLarge extends HttpApiError.Problem<ContentTooLarge>()("ContentTooLarge", {
  type: "urn:bedside:problem:content-too-large",
  status: 413,
  title: "The body is too large"
}) {}

/**
 * 415: the path takes other content types.
 *
 * @since 0.1.0
 */
export class UnsupportedMediaType extends HttpApiError.Problem<UnsupportedMediaType>()(
  "UnsupportedMediaType",
  {
    type: "urn:bedside:problem:unsupported-media-type",
    status: 415,
    title: "The path does not take this content type"
  }
) {}

/**
 * 422: parsed, but not valid; `errors` has every problem at once, `omitted` counts those left out.
 *
 * @since 0.1.0
 */
export class Unprocessable extends HttpApiError.Problem<Unprocessable>()(
  "Unprocessable",
  {
    type: "urn:bedside:problem:invalid",
    status: 422,
    title: "The input is not valid"
  },
  { errors: Schema.Array(Invalid.Issue), omitted: Schema.optionalKey(Schema.Int) }
) {}

/**
 * 422: a score that was never validated for such a patient; `population` says whom it is for,
 * `reasons` why this patient is outside.
 *
 * @since 0.2.0
 */
export class OutsidePopulation extends HttpApiError.Problem<OutsidePopulation>()(
  "OutsidePopulation",
  {
    type: "urn:bedside:problem:outside-population",
    status: 422,
    title: "The score is not for this patient"
  },
  {
    score: Schema.String,
    population: Schema.String,
    reasons: Schema.Array(Schema.String),
    errors: Schema.Array(Invalid.Issue)
  }
) {}

/**
 * 428: a change of this record needs `If-Match`.
 *
 * @since 0.1.0
 */
export class PreconditionRequired extends HttpApiError.Problem<PreconditionRequired>()(
  "PreconditionRequired",
  {
    type: "urn:bedside:problem:precondition-required",
    status: 428,
    title: "The header If-Match with the record's ETag is needed"
  }
) {}

/**
 * 429: too many requests from one place; `retryAfter` in seconds.
 *
 * @since 0.1.0
 */
export class TooManyRequests extends HttpApiError.Problem<TooManyRequests>()(
  "TooManyRequests",
  {
    type: "urn:bedside:problem:too-many-requests",
    status: 429,
    title: "Too many requests"
  },
  { retryAfter: Schema.Int }
) {}

/**
 * 500: a fault of ours; `reference` is the only thing told, and is in the log beside the cause.
 *
 * @since 0.1.0
 */
export class Internal extends HttpApiError.Problem<Internal>()(
  "Internal",
  {
    type: "urn:bedside:problem:internal",
    status: 500,
    title: "Something failed on our side"
  },
  { reference: Schema.String }
) {}

/**
 * 503: not ready, or stopping; `retryAfter` in seconds.
 *
 * @since 0.1.0
 */
export class Unavailable extends HttpApiError.Problem<Unavailable>()(
  "Unavailable",
  {
    type: "urn:bedside:problem:unavailable",
    status: 503,
    title: "The service is not ready"
  },
  { retryAfter: Schema.Int }
) {}

/**
 * What an answer of 401 says in `WWW-Authenticate`.
 *
 * @since 0.1.0
 */
export const challenge = 'Bearer realm="bedside"'

/**
 * `Unauthorized` with its `WWW-Authenticate` header.
 *
 * @since 0.1.0
 */
export const unauthorized = Unauthorized.pipe(
  HttpApiSchema.encodeToWithHeaders(
    { body: Unauthorized, headers: { "www-authenticate": Schema.String } },
    {
      decode: ({ body }) => body,
      encode: (body) => ({ body, headers: { "www-authenticate": challenge } })
    }
  )
)

/**
 * `TooManyRequests` with its `Retry-After` header.
 *
 * @since 0.1.0
 */
export const tooManyRequests = TooManyRequests.pipe(
  HttpApiSchema.encodeToWithHeaders(
    { body: TooManyRequests, headers: { "retry-after": Schema.NumberFromString } },
    {
      decode: ({ body }) => body,
      encode: (body) => ({ body, headers: { "retry-after": body.retryAfter } })
    }
  )
)

/**
 * `Unavailable` with its `Retry-After` header.
 *
 * @since 0.1.0
 */
export const unavailable = Unavailable.pipe(
  HttpApiSchema.encodeToWithHeaders(
    { body: Unavailable, headers: { "retry-after": Schema.NumberFromString } },
    {
      decode: ({ body }) => body,
      encode: (body) => ({ body, headers: { "retry-after": body.retryAfter } })
    }
  )
)

/**
 * The problems that the boundary itself makes of a request, for the OpenAPI and the typed client: an
 * API carries it with `.middleware(Problem.Common)`, once all groups are added. It does nothing else.
 *
 * @since 0.1.0
 */
export class Common extends HttpApiMiddleware.Service<Common>()("bedside/http/Common", {
  error: [Malformed, ContentTooLarge, UnsupportedMediaType, Unprocessable, Internal]
}) {
  static readonly layer = Layer.succeed(Common, (effect) => effect)
}

/**
 * The problem of an invalid input.
 *
 * Shape: the problems of core in, in their order.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Invalid from "@bedside/core/Invalid"
 * import * as Problem from "@bedside/http-adapter/Problem"
 *
 * const problem = Problem.invalid(Invalid.of([Invalid.issue("age", "range", "0 to 150")]))
 * problem.status // => 422
 * problem.errors[0]?.path // => "age"
 * ```
 * @since 0.1.0
 */
export const invalid = (error: Invalid.Invalid): Unprocessable =>
  new Unprocessable({
    errors: error.issues,
    ...(error.omitted === undefined ? {} : { omitted: error.omitted })
  })

/**
 * The problem of a patient whom a score is not for.
 *
 * Shape: the refusal of core in; each of its reasons is an error with the code `population` too.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Problem from "@bedside/http-adapter/Problem"
 * import * as Score from "@bedside/core/Score"
 *
 * const population = "16 years and over"
 * const problem = Problem.outsidePopulation(
 *   new Score.OutsidePopulation({ score: "news2", population, reasons: ["under 16 years"] })
 * )
 * problem.status // => 422
 * problem.errors[0]?.code // => "population"
 * ```
 * @since 0.2.0
 */
export const outsidePopulation = ({
  population,
  reasons,
  score
}: Score.OutsidePopulation): OutsidePopulation =>
  new OutsidePopulation({
    score,
    population,
    reasons,
    errors: reasons.map((reason) =>
      Invalid.issue("", "population", population, `The patient is outside: ${reason}`)
    )
  })
