/**
 * What those who run the server ask it: does it live, is it ready, what does it measure.
 *
 * `/livez` is 200 as long as the process answers, whatever the state of the database; restart on it.
 * `/readyz` is 503 while a check fails; send no traffic then. `/metrics` is the Prometheus text format
 * and needs a token of an administrator, which a scraper sends as its bearer credentials. In a process
 * that has no API and knows no accounts it is open (`Telemetry`).
 */
import * as Ports from "@bedside/core/Ports"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Layer from "effect/Layer"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import * as Schema from "effect/Schema"
import * as Gate from "./Gate.ts"
import * as Problem from "./Problem.ts"

/**
 * Tells whether what the server needs is there. `check` may fail or die: both are "not ready", and
 * neither is told to the caller.
 *
 * @since 0.1.0
 */
export class Readiness extends Context.Service<
  Readiness,
  { readonly check: Effect.Effect<void, unknown> }
>()("bedside/http/Readiness") {
  /** Ready while the store answers. */
  static readonly layer = Layer.effect(
    Readiness,
    Effect.map(Ports.Readiness, ({ check }) => ({
      check: Effect.flatMap(check, (ready) => (ready ? Effect.void : Effect.fail("not ready")))
    }))
  )
}

const Health = Schema.Struct({ status: Schema.Literals(["ok", "ready"]) }).annotate({
  identifier: "Health"
})

const live = HttpApiEndpoint.get("live", "/livez", { success: Health })
  .annotate(Gate.Rule, Gate.open)
  .annotate(OpenApi.Summary, "Does the process live?")

const ready = HttpApiEndpoint.get("ready", "/readyz", {
  success: Health,
  error: Problem.unavailable
})
  .annotate(Gate.Rule, Gate.open)
  .annotate(OpenApi.Summary, "Is everything there that requests need?")

const metrics = HttpApiEndpoint.get("metrics", "/metrics", {
  success: Schema.String.pipe(
    HttpApiSchema.asText({ contentType: "text/plain; version=0.0.4; charset=utf-8" })
  )
}).annotate(OpenApi.Summary, "Measurements for Prometheus")

/**
 * GET `/livez`, `/readyz` and `/metrics`.
 *
 * @since 0.1.0
 */
export const group = HttpApiGroup.make("operations")
  .add(
    live,
    ready,
    metrics.middleware(Gate.Bearer).annotate(Gate.Rule, Gate.needs("operations:manage"))
  )
  .annotate(OpenApi.Description, "For those who run the server.")

/**
 * The same, `/metrics` for everybody who reaches the port: for a process without accounts, on an
 * address that only those who run it reach.
 *
 * @since 0.2.0
 */
export const openGroup = HttpApiGroup.make("operations")
  .add(live, ready, metrics.annotate(Gate.Rule, Gate.open))
  .annotate(OpenApi.Description, "For those who run the process.")

/**
 * The handlers of the group, for `HttpApiBuilder.group(api, "operations", …)`.
 *
 * Shape: `(handlers) => Effect.map(Operations.handlers, (all) => handlers.handleAll(all))`.
 *
 * @since 0.1.0
 */
export const handlers = Effect.map(Readiness, ({ check }) => ({
  live: () => Effect.succeed({ status: "ok" as const }),
  ready: () =>
    check.pipe(
      Effect.timeout("5 seconds"),
      Effect.as({ status: "ready" as const }),
      Effect.catchCause((cause) =>
        Cause.hasInterruptsOnly(cause)
          ? Effect.interrupt
          : Effect.fail(new Problem.Unavailable({ retryAfter: 5 }))
      )
    ),
  metrics: () => PrometheusMetrics.format()
}))
