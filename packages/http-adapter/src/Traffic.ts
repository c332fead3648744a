/**
 * How many requests there were, how they ended and how long they took, for Prometheus.
 *
 * The label `route` is the pattern of a route (`/api/v1/patients/:id`), or `unmatched`: never a path,
 * so no id leaves through the metrics and the number of series is bounded by the API.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Metric from "effect/Metric"

/**
 * Seconds from the arrival of a request to its answer, by method, route and status.
 *
 * @since 0.1.0
 */
export const duration = Metric.histogram("http_request_duration_seconds", {
  description: "Seconds from the arrival of a request to its answer",
  boundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
})

const series = new Map<string, Metric.Metric<number, Metric.HistogramState>>()

const seriesOf = (method: string, route: string, status: number) => {
  const key = `${method} ${route} ${status}`
  let found = series.get(key)
  if (found === undefined) {
    found = Metric.withAttributes(duration, { method, route, status: String(status) })
    series.set(key, found)
  }
  return found
}

/**
 * Measures the answering of one request.
 *
 * Shape: `route` is asked for once the answer is there.
 *
 * Fails with: what the effect fails with; a request that was given up is not counted.
 *
 * @example
 * ```ts
 * import * as Traffic from "@bedside/http-adapter/Traffic"
 * import * as Effect from "effect/Effect"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 *
 * const answer = Effect.succeed(HttpServerResponse.empty({ status: 204 }))
 * Effect.runSync(answer.pipe(Traffic.measure("GET", () => "/livez"))).status // => 204
 * ```
 * @since 0.1.0
 */
export const measure =
  (method: string, route: () => string) =>
  <E, R>(
    effect: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
  ): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R> =>
    Effect.flatMap(Clock.currentTimeNanos, (start) =>
      Effect.tap(effect, (response) =>
        Effect.flatMap(Clock.currentTimeNanos, (end) =>
          Metric.update(
            seriesOf(method, route(), response.status),
            Number(end - start) / 1_000_000_000
          )
        )
      )
    )
