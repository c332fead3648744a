import * as Memory from "@bedside/core/Memory"
import * as Workflows from "@bedside/core/Workflows"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { describe, expect, it } from "@effect/vitest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import Sharp from "sharp"
import { Api } from "../src/Api.ts"
import * as Http from "../src/Http.ts"
import * as PasswordHash from "../src/PasswordHash.ts"

const secret = Redacted.make("a secret of at least thirty-two bytes")

const workflows = Workflows.layer.pipe(
  Layer.provideMerge(Memory.layer),
  Layer.provide([PasswordHash.layer({ iterations: 1 }), SecureRandom.layerWebCrypto]),
  Layer.provide(NodeCrypto.layer)
)

const mounted = (options: Partial<Http.Options> = {}) =>
  Effect.acquireRelease(
    Effect.sync(() => Http.toWebHandler({ tokens: { secret }, ...options }, workflows)),
    ({ dispose }) => Effect.promise(dispose)
  )

const registration = (body = new FormData(), forwardedFor = "203.0.113.1") =>
  new Request("http://bedside.test/api/v1/registrations", {
    method: "POST",
    body,
    headers: { "x-forwarded-for": forwardedFor }
  })

describe("the web handler", () => {
  it.live("takes a form with a file, which needs a file system", () =>
    Effect.gen(function* () {
      const { handler } = yield* mounted()
      const form = new FormData()
      const fields = {
        givenName: "José",
        familyName: "O'Brien",
        email: "jose@example.org",
        phoneCountryCode: "+49",
        phoneNumber: "0151 1234 5678"
      }
      for (const [name, value] of Object.entries(fields)) form.append(name, value)
      const picture = Sharp({
        create: { width: 30, height: 30, channels: 3, background: "#808080" }
      })
      const bytes = yield* Effect.promise(() => picture.png().toBuffer())
      form.append("photo", new File([new Uint8Array(bytes)], "me.png", { type: "image/png" }))
      const answer = yield* Effect.promise(() => handler(registration(form), "192.0.2.1"))
      expect(answer.status).toBe(201)
    })
  )

  it.live("counts registrations by the peer that the host names", () =>
    Effect.gen(function* () {
      const { handler } = yield* mounted({ registrations: { limit: 2, window: "1 hour" } })
      const post = (peer: string, forwardedFor: string) =>
        Effect.promise(() => handler(registration(new FormData(), forwardedFor), peer)).pipe(
          Effect.map(({ status }) => status)
        )
      expect(yield* post("192.0.2.1", "203.0.113.1")).toBe(422)
      expect(yield* post("192.0.2.1", "203.0.113.2")).toBe(422)
      expect(yield* post("192.0.2.1", "203.0.113.3")).toBe(429)
      expect(yield* post("192.0.2.2", "203.0.113.3")).toBe(422)
    })
  )

  it.live("takes all registrations without a peer for one place", () =>
    Effect.gen(function* () {
      const { handler } = yield* mounted({ registrations: { limit: 1, window: "1 hour" } })
      const post = Effect.promise(() => handler(registration())).pipe(
        Effect.map(({ status }) => status)
      )
      expect(yield* post).toBe(422)
      expect(yield* post).toBe(429)
    })
  )

  it.live("tells an empty body from one whose length it was not told", () =>
    Effect.gen(function* () {
      const { handler } = yield* mounted()
      const signIn = (body: string | null) =>
        Effect.promise(() =>
          handler(
            new Request("http://bedside.test/token", {
              method: "POST",
              body,
              headers: { "content-type": "application/json" }
            })
          )
        ).pipe(Effect.map(({ status }) => status))
      expect(yield* signIn(null)).toBe(400)
      expect(yield* signIn("")).toBe(400)
      expect(yield* signIn("{")).toBe(400)
      expect(yield* signIn("{}")).toBe(422)
    })
  )

  it.live("serves exactly the paths that it has routes for", () =>
    Effect.gen(function* () {
      const { handler, serves } = yield* mounted()
      const paths = ["/openapi.json", "/docs", "/api/v1/patient/docs", "/api/v1/measures/docs"]
      HttpApi.reflect(Api, {
        onGroup: () => {},
        onEndpoint: ({ endpoint }) => paths.push(endpoint.path.replaceAll(/:\w+/g, "x"))
      })
      const variants = ["/LIVEZ", "//livez", "/livez/", "/livez?deep=1", "/%6Civez"]
      const foreign = [
        "/",
        "/greeting",
        "/api/v1",
        "/api/v1/patientss",
        "/a/b/fit",
        "/%",
        "/livez%"
      ]
      expect(paths.length).toBeGreaterThan(40)
      for (const path of [...paths, ...variants, ...foreign]) {
        const url = `http://bedside.test${path}`
        const answer = yield* Effect.promise(() => handler(new Request(url, { method: "OPTIONS" })))
        expect([path, answer.status]).toEqual([path, serves(path) ? 204 : 404])
        expect([url, serves(url)]).toEqual([url, serves(path)])
      }
      expect(paths.filter((path) => !serves(path))).toEqual([])
      expect(foreign.filter((path) => serves(path))).toEqual([])
    })
  )
})
