import * as Memory from "@bedside/core/Memory"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Telemetry from "../src/Telemetry.ts"

/** The address of a process that shows how it is, and `get` from its root. */
const serve = Effect.fnUntraced(function* (
  store: Layer.Layer<Ports.Readiness> = Memory.layer,
  port = 0
) {
  const built = yield* Layer.build(Telemetry.layer({ port }).pipe(Layer.provide(store)))
  const url = HttpServer.formatAddress(Context.get(built, HttpServer.HttpServer).address)
  const ask = (path: string, method = "GET") =>
    Effect.promise(async () => {
      const response = await fetch(`${url}${path}`, { method })
      return { status: response.status, headers: response.headers, text: await response.text() }
    })
  return { url, ask }
})

describe("Telemetry", () => {
  it.live("listens on loopback and says that the process lives and is ready", () =>
    Effect.gen(function* () {
      const { url, ask } = yield* serve()
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
      expect((yield* ask("/livez")).text).toBe('{"status":"ok"}')
      expect((yield* ask("/readyz")).text).toBe('{"status":"ready"}')
    })
  )

  it.live("tells a store that is down or broken from a process that is dead", () =>
    Effect.gen(function* () {
      for (const check of [Effect.succeed(false), Effect.die(new Error("secret of the store"))]) {
        const { ask } = yield* serve(Layer.succeed(Ports.Readiness, { check }))
        const ready = yield* ask("/readyz")
        expect([ready.status, ready.headers.get("retry-after")]).toEqual([503, "5"])
        expect(ready.text).not.toContain("secret")
        expect((yield* ask("/livez")).status).toBe(200)
      }
    })
  )

  it.live(
    "shows the metrics of the process to whoever reaches the port, in Prometheus' format",
    () =>
      Effect.gen(function* () {
        const { ask } = yield* serve()
        yield* Metric.update(Metric.gauge("bedside_telemetry_tried"), 7)
        const { status, headers, text } = yield* ask("/metrics")
        expect([status, headers.get("content-type")]).toEqual([
          200,
          "text/plain; version=0.0.4; charset=utf-8"
        ])
        expect(text.split("\n")).toContain("bedside_telemetry_tried 7")
      })
  )

  it.live("serves nothing else, and answers with problems as a server does", () =>
    Effect.gen(function* () {
      const { ask } = yield* serve()
      const paths = ["/", "/docs", "/openapi.json", "/api/v1/token", "/api/v1/patients"]
      for (const path of paths) {
        const { status, headers } = yield* ask(path)
        expect([path, status, headers.get("content-type")]).toEqual([
          path,
          404,
          "application/problem+json"
        ])
      }
      const refused = yield* ask("/metrics", "POST")
      expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"])
    })
  )

  it.live("fails where the port is taken", () =>
    Effect.gen(function* () {
      const { url } = yield* serve()
      const { _tag: tag } = yield* Effect.flip(serve(Memory.layer, Number(new URL(url).port)))
      expect(tag).toBe("ServeError")
    })
  )
})
