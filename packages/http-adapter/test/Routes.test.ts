import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Layer from "effect/Layer"
import * as Defect from "../src/Defect.ts"
import * as Gate from "../src/Gate.ts"
import * as Routes from "../src/Routes.ts"
import * as Version from "../src/Version.ts"

const startOf = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>
) => {
  const routes = Layer.provide(Routes.layer(api, Layer.empty), HttpServer.layerServices)
  return Effect.map(
    Effect.exit(Effect.scoped(Layer.build(Layer.provide(routes, HttpRouter.layer)))),
    (exit) => (Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "started")
  )
}

describe("Routes", () => {
  it.effect("starts an API without endpoints", () =>
    Effect.gen(function* () {
      expect(yield* startOf(Routes.api("empty"))).toBe("started")
    })
  )

  it.effect("does not start an API that reports one problem at a time", () =>
    Effect.gen(function* () {
      expect(yield* startOf(HttpApi.make("empty"))).toContain("one problem at a time")
    })
  )

  it.effect("does not start an API with an endpoint that does not say who may use it", () =>
    Effect.gen(function* () {
      const group = HttpApiGroup.make("secrets").add(HttpApiEndpoint.get("read", "/secrets"))
      const api = Routes.api("faulty").add(group)
      const handlers = HttpApiBuilder.group(api, "secrets", (secrets) =>
        secrets.handle("read", () => Effect.void)
      )
      const routes = Routes.layer(api, Layer.empty).pipe(
        Layer.provide(handlers),
        Layer.provide(HttpServer.layerServices),
        Layer.provide(HttpRouter.layer)
      )
      const exit = yield* Effect.exit(Effect.scoped(Layer.build(routes)))
      expect(Exit.isFailure(exit) && Cause.pretty(exit.cause)).toContain("secrets.read")
      expect(Gate.faults(api)).toEqual(["secrets.read does not say who may use it"])
    })
  )
})

describe("Defect", () => {
  class StoreError extends Error {
    readonly _tag = "StoreError"
    readonly reason = { _tag: "UniqueViolation", detail: "Key (email)=(lovelace@example.org)" }
  }

  it("tells the kinds of errors, of their reasons and causes, and nothing they say", () => {
    const inner = new TypeError("Lovelace\n    at home (lovelace@example.org)")
    const text = Defect.describe(Cause.die(new StoreError("Lovelace", { cause: inner })))
    const kinds = text.split("\n").filter((line) => !/^\s+at /.test(line))
    expect(kinds).toEqual(["StoreError/UniqueViolation", "caused by TypeError"])
    expect(text).toContain("Routes.test.ts")
    expect(text.toLowerCase()).not.toContain("lovelace")
  })

  it("tells the type of what is no error", () => {
    expect(Defect.describe(Cause.die("Ada"))).toBe("string")
    expect(Defect.describe(Cause.die(null))).toBe("null")
    expect(Defect.describe(Cause.fail({ _tag: "Refused", name: "Ada" }))).toBe("Refused")
    expect(Defect.describe(Cause.empty)).toBe("")
  })

  it("ends with causes that turn in a circle", () => {
    const round = new Error("a")
    round.cause = round
    expect(Defect.describe(Cause.die(round)).startsWith("Error")).toBe(true)
  })
})

describe("Version", () => {
  const status = (header: string | undefined) =>
    Effect.runSync(
      Effect.match(Version.required(header), {
        onSuccess: (version) => version,
        onFailure: (problem) => problem.status
      })
    )

  it("reads back what it wrote", () => {
    for (const version of [1, 2, 4_294_967_295]) {
      expect(status(Version.tag(version))).toBe(version)
    }
  })

  it("asks for a version where none is named, and refuses what is none of ours", () => {
    expect([undefined, "*", " * "].map(status)).toEqual([428, 428, 428])
    expect(["", "3", 'W/"3"', '"0"', '"x"', '"1.5"', '"-1"'].map(status)).toEqual(
      Array.from({ length: 7 }, () => 412)
    )
    expect(status('"x", "3"')).toBe(3)
  })
})
