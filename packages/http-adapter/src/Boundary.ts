/**
 * The border between Bedside and HTTP: whatever happens inside, what leaves is an answer of the
 * contract.
 *
 * Routes are put inside with `Boundary.layer(routes)`. The guarantees that bite:
 *
 * - Every answer of 400 or above is `application/problem+json`: unknown paths (404), wrong methods
 *   (405 with `Allow`, taken from the routes themselves), bodies that are too large (413), of another
 *   content type (415), unparsable or empty where JSON is needed (400), parsed but invalid (422, all
 *   problems of the body at once), and defects (500).
 * - A path parameter that no record could have is a 404, as a record that is not there.
 * - A defect tells the caller a reference and nothing else. The log has that reference once, with the
 *   kind of the error and its stack, but no message and no value, since those may hold personal data
 *   (`defectMessages` adds the messages).
 * - `OPTIONS` answers 204 with `Allow`; `HEAD` answers as `GET` without a body.
 * - Nothing is cached unless a route says so.
 *
 * One slot of a request is decoded at a time (path, headers, query, body), so the problems of the
 * query and of the body are not in one answer.
 */
import * as Invalid from "@bedside/core/Invalid"
import * as ByteSize from "effect/ByteSize"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as FindMyWay from "effect/http/FindMyWay"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerRespondable from "effect/http/HttpServerRespondable"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Multipart from "effect/http/Multipart"
import * as HttpApiError from "effect/http-api/HttpApiError"
import * as Layer from "effect/Layer"
import type * as Types from "effect/Types"
import * as Defect from "./Defect.ts"
import * as Problem from "./Problem.ts"
import * as Traffic from "./Traffic.ts"

/**
 * What may be set. `maxBodySize` bounds every body whose endpoint does not say otherwise, 16 MiB.
 *
 * @since 0.1.0
 */
export interface Options {
  readonly maxBodySize?: ByteSize.Input
  readonly defectMessages?: boolean
}

interface Table {
  readonly record: (method: string, path: HttpRouter.PathInput) => void
  readonly pattern: (method: string, url: string) => string
  readonly allow: (url: string) => ReadonlyArray<string>
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "QUERY"]

const makeTable = (config: Partial<FindMyWay.RouterConfig>): Table => {
  const router = FindMyWay.make<string>(config)
  const put = (method: string, path: HttpRouter.PathInput) =>
    method === "*" ? router.all(path, path) : router.on(method, path, path)
  return {
    record(method, path) {
      put(method, path)
      if (path.endsWith("/*")) put(method, `/${path.slice(1, -2)}`)
    },
    pattern: (method, url) =>
      router.find(method === "HEAD" ? "GET" : method, url)?.handler ?? "unmatched",
    allow(url) {
      const found = methods.filter((method) => router.find(method, url) !== undefined)
      if (found.length === 0) return []
      return [...found, ...(found.includes("GET") ? ["HEAD"] : []), "OPTIONS"]
    }
  }
}

const recording = (
  router: HttpRouter.HttpRouter,
  table: Table,
  prefix = ""
): HttpRouter.HttpRouter => {
  const record = (method: string, path: HttpRouter.PathInput) =>
    table.record(
      method,
      prefix === "" ? path : `/${HttpRouter.prefixPath(path, prefix).replace(/^\//, "")}`
    )
  return HttpRouter.HttpRouter.of({
    ...router,
    prefixed: (inner) =>
      recording(router.prefixed(inner), table, HttpRouter.prefixPath(inner, prefix)),
    add: (method, path, handler, options) =>
      Effect.suspend(() => {
        record(method, path)
        return router.add(method, path, handler, options)
      }),
    addAll: (routes) =>
      Effect.suspend(() => {
        for (const route of routes) record(route.method, route.path)
        return router.addAll(routes)
      })
  })
}

const json = /^application\/(?:[\w.-]+\+)?json\b/i

type Answer = Effect.Effect<HttpServerResponse.HttpServerResponse>

const problems: Record<number, () => HttpServerRespondable.Respondable> = {
  400: () => new Problem.Malformed(),
  401: () => new Problem.Unauthorized(),
  403: () => new Problem.Forbidden(),
  404: () => new Problem.NotFound(),
  413: () => new Problem.ContentTooLarge(),
  415: () => new Problem.UnsupportedMediaType()
}

const answered = (response: HttpServerResponse.HttpServerResponse): Answer => {
  const { status } = response
  if (status < 400 || json.test(response.headers["content-type"] ?? "")) {
    return Effect.succeed(response)
  }
  const { "content-type": _type, "content-length": _length, ...headers } = response.headers
  const made = problems[status]
  const answer: Answer =
    made === undefined
      ? Effect.succeed(
          HttpServerResponse.jsonUnsafe(
            { type: "about:blank", status, title: `HTTP ${status}` },
            { status, contentType: "application/problem+json" }
          )
        )
      : HttpServerRespondable.toResponse(made())
  return Effect.map(answer, HttpServerResponse.setHeaders(headers))
}

const isEmpty = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<boolean> => {
  const length = request.headers["content-length"]
  if (length !== undefined) return Effect.succeed(length === "0")
  if ("transfer-encoding" in request.headers) return Effect.succeed(false)
  if (!(request.source instanceof Request)) return Effect.succeed(true)
  // A web Request need not say how long it is. JSON that was read is kept; a form has parts.
  return Effect.match(request.arrayBuffer, {
    onSuccess: ({ byteLength }) => byteLength === 0,
    onFailure: () => false
  })
}

// The only way to tell unparsable JSON from JSON that does not decode; the tests hold it.
const isUnparsed = (error: HttpApiError.HttpApiSchemaError): boolean => {
  const { issue } = error.cause
  return (
    issue._tag === "InvalidValue" && issue.annotations?.message === "Expected a valid JSON body"
  )
}

const problemOfSchema = (
  error: HttpApiError.HttpApiSchemaError,
  request: HttpServerRequest.HttpServerRequest
): Effect.Effect<HttpServerRespondable.Respondable> | undefined => {
  switch (error.kind) {
    case "Params":
      return Effect.succeed(new Problem.NotFound())
    case "Headers":
    case "Query":
      return Effect.succeed(Problem.invalid(Invalid.fromSchemaError(error.cause)))
    case "Payload":
      if (isUnparsed(error)) {
        return Effect.succeed(new Problem.Malformed({ detail: "The body is not valid JSON" }))
      }
      return Effect.map(isEmpty(request), (empty) =>
        empty
          ? new Problem.Malformed({ detail: "The body is empty" })
          : Problem.invalid(Invalid.fromSchemaError(error.cause))
      )
    case "Body":
    case "ResponseHeaders":
      return undefined
  }
}

const problemOfError = (error: unknown): HttpServerRespondable.Respondable | undefined => {
  if (HttpApiError.HttpApiPayloadTooLarge.is(error)) return new Problem.ContentTooLarge()
  if (Multipart.isMultipartError(error)) {
    const reason = error.reason._tag
    if (reason === "InternalError") return undefined
    if (reason === "Parse") return new Problem.Malformed({ detail: "The form cannot be parsed" })
    return new Problem.ContentTooLarge()
  }
  if (HttpServerError.isHttpServerError(error)) {
    const { reason } = error
    if (reason._tag !== "RequestParseError") return undefined
    return reason.reason === "BodyTooLarge"
      ? new Problem.ContentTooLarge()
      : new Problem.Malformed()
  }
  return HttpServerRespondable.isRespondable(error) ? error : undefined
}

const problemOf = (
  error: unknown,
  request: HttpServerRequest.HttpServerRequest
): Effect.Effect<HttpServerRespondable.Respondable> | undefined => {
  if (HttpApiError.HttpApiSchemaError.is(error)) return problemOfSchema(error, request)
  const problem = problemOfError(error)
  return problem && Effect.succeed(problem)
}

const isRouteNotFound = (error: unknown): boolean =>
  HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound"

const withoutRoute = (allow: ReadonlyArray<string>, method: string): Answer => {
  if (allow.length === 0) return HttpServerRespondable.toResponse(new Problem.NotFound())
  const header = HttpServerResponse.setHeader("allow", allow.join(", "))
  if (method === "OPTIONS") return Effect.succeed(header(HttpServerResponse.empty({ status: 204 })))
  return Effect.map(
    HttpServerRespondable.toResponse(new Problem.MethodNotAllowed({ allow })),
    header
  )
}

const finish = (
  response: HttpServerResponse.HttpServerResponse
): HttpServerResponse.HttpServerResponse => {
  const headers: Record<string, string> = { "x-content-type-options": "nosniff" }
  if (!("cache-control" in response.headers)) headers["cache-control"] = "no-store"
  if (response.status === 401 && !("www-authenticate" in response.headers)) {
    headers["www-authenticate"] = Problem.challenge
  }
  return HttpServerResponse.setHeaders(response, headers)
}

/**
 * Puts routes inside the boundary.
 *
 * Shape: a layer of routes in, the same layer out; every route of it, from an `HttpApi` or added by
 * hand, is known to the 405 answers.
 *
 * Fails with: what the routes fail with.
 *
 * @example
 * ```ts
 * import * as Boundary from "@bedside/http-adapter/Boundary"
 * import * as HttpRouter from "effect/http/HttpRouter"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 *
 * const routes = HttpRouter.add("GET", "/hello", HttpServerResponse.text("hello"))
 * const { handler } = HttpRouter.toWebHandler(Boundary.layer(routes), { disableLogger: true })
 * const refused = await handler(new Request("http://localhost/hello", { method: "POST" }))
 * refused.status // => 405
 * refused.headers.get("allow") // => "GET, HEAD, OPTIONS"
 * ```
 * @since 0.1.0
 */
export const layer = <A, E, R>(
  routes: Layer.Layer<A, E, R>,
  options: Options = {}
): Layer.Layer<A, E, HttpRouter.HttpRouter | Exclude<R, HttpRouter.HttpRouter>> =>
  Layer.provide(routes, border(options))

interface Inside {
  readonly table: Table
  readonly request: HttpServerRequest.HttpServerRequest
  readonly messages: boolean
}

const failed = (cause: Cause.Cause<unknown>, { table, request, messages }: Inside): Answer => {
  for (const reason of cause.reasons) {
    if (reason._tag === "Interrupt") continue
    const error = reason._tag === "Fail" ? reason.error : reason.defect
    if (HttpServerResponse.isHttpServerResponse(error)) return answered(error)
    if (isRouteNotFound(error)) return withoutRoute(table.allow(request.url), request.method)
    const problem = problemOf(error, request)
    if (problem !== undefined) {
      return problem.pipe(
        Effect.flatMap(HttpServerRespondable.toResponse),
        Effect.flatMap(answered)
      )
    }
  }
  const route = table.pattern(request.method, request.url)
  return Effect.flatMap(
    Defect.report(cause, { method: request.method, route, messages }),
    (reference) => HttpServerRespondable.toResponse(new Problem.Internal({ reference }))
  )
}

type Guarded = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  Types.unhandled,
  HttpServerRequest.HttpServerRequest
>

const border = (
  options: Options
): Layer.Layer<HttpRouter.HttpRouter, never, HttpRouter.HttpRouter> =>
  Layer.effect(
    HttpRouter.HttpRouter,
    Effect.gen(function* () {
      const router = yield* HttpRouter.HttpRouter
      const table = makeTable(yield* HttpRouter.RouterConfig)
      const limit =
        options.maxBodySize === undefined
          ? ByteSize.mebibytes(16)
          : ByteSize.fromInputUnsafe(options.maxBodySize)
      const messages = options.defectMessages === true
      const guard = (effect: Guarded): Guarded =>
        Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
          effect.pipe(
            Effect.provideService(HttpIncomingMessage.MaxBodySize, limit),
            Effect.matchCauseEffect({
              onSuccess: answered,
              onFailure: (cause) =>
                Cause.hasInterruptsOnly(cause)
                  ? Effect.failCause(cause)
                  : failed(cause, { table, request, messages })
            }),
            Effect.map(finish),
            Traffic.measure(request.method, () => table.pattern(request.method, request.url))
          )
        )
      yield* router.addGlobalMiddleware<Types.unhandled, HttpServerRequest.HttpServerRequest>(guard)
      return recording(router, table)
    })
  )
