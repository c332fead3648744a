/**
 * Bedside behind nginx, configured by the project's own `deploy/nginx.conf`: the same file, with the
 * addresses of the test in place of the container's.
 *
 * Needs nginx on Linux. Where it is absent the tests are skipped with one line that says so; with
 * `BEDSIDE_STRICT=1` its absence is a failure.
 */
// This rule is for test files; here a test is registered where nginx is absent.
/* oxlint-disable vitest/no-conditional-tests, vitest/no-disabled-tests */
import * as Access from "@bedside/core/Access"
import * as Memory from "@bedside/core/Memory"
import * as Workflows from "@bedside/core/Workflows"
import * as Http from "@bedside/http-adapter/Http"
import * as PasswordHash from "@bedside/http-adapter/PasswordHash"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { describe, expect, it } from "@effect/vitest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { once } from "node:events"
import * as http from "node:http"
import * as Nginx from "./nginx.ts"

const password = Redacted.make("a password of the trial")

const bedside = (options: { readonly limit: number }) => {
  const account = Layer.effectDiscard(
    Access.Access.use((access) => access.openFirst({ user: "ada", password, roles: ["clinician"] }))
  )
  return Http.layer({
    tokens: { secret: Redacted.make("a secret of at least thirty-two bytes") },
    registrations: { limit: options.limit, window: "1 hour", proxies: 1 },
    server: { port: 0, host: "127.0.0.1", drain: "1 second" }
  }).pipe(
    Layer.provideMerge(account),
    Layer.provide(Workflows.layer),
    Layer.provide(Memory.layer),
    Layer.provide([PasswordHash.layer({ iterations: 1 }), SecureRandom.layerWebCrypto]),
    Layer.provide(NodeCrypto.layer)
  )
}

const portOf = (address: HttpServer.HttpServer["Service"]["address"]): number =>
  "port" in address ? address.port : 0

interface Answer {
  readonly status: number | undefined
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

const answerTo = async (request: http.ClientRequest): Promise<Answer> => {
  const [response]: Array<http.IncomingMessage> = await once(request, "response")
  if (response === undefined) throw new Error("no response")
  let body = ""
  for await (const chunk of response.setEncoding("utf8")) body += chunk
  return { status: response.statusCode, headers: response.headers, body }
}

interface Sent {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  /** The address of the client. */
  readonly from?: string
}

const json = { "content-type": "application/json" }

const proxyTo = (binary: string, upstream: number) =>
  Nginx.proxy(binary, "deploy/nginx.conf", { "server:3000": upstream })

/** A server behind a proxy, and what a client sends to the proxy. */
const behind = Effect.fnUntraced(function* (binary: string, limit = 100) {
  const context = yield* Layer.build(Layer.orDie(bedside({ limit })))
  const { address } = yield* Effect.provideContext(HttpServer.HttpServer, context)
  const proxy = yield* proxyTo(binary, portOf(address))
  const begin = (path: string, { method = "GET", headers = {}, from = "127.0.0.1" }: Sent = {}) => {
    const to = { host: "127.0.0.1", port: proxy.port, path, method, headers, agent: false }
    const request = http.request({ ...to, localAddress: from })
    // A connection may break once the answer is there; before, `answerTo` says so.
    request.on("error", () => {})
    return request
  }
  const send = (path: string, sent: Sent = {}) =>
    Effect.promise(() => {
      const request = begin(path, sent)
      const answer = answerTo(request)
      request.end(sent.body)
      return answer
    })
  const signIn = send("/api/v1/token", {
    method: "POST",
    headers: json,
    body: JSON.stringify({ user: "ada", password: Redacted.value(password) })
  }).pipe(
    Effect.map(({ body }) => ({ ...json, authorization: `Bearer ${JSON.parse(body).accessToken}` }))
  )
  return { proxy, begin, send, signIn }
})

const ada = JSON.stringify({ givenName: "Ada", familyName: "Byron", birthDate: "1990-12-10" })

const describeProxy = (binary: string) =>
  describe("Bedside behind nginx", () => {
    it.live("is reached, and its answers arrive as they are", () =>
      Effect.gen(function* () {
        const { send, signIn, proxy } = yield* behind(binary)
        const headers = yield* signIn
        const admitted = yield* send("/api/v1/patients", { method: "POST", headers, body: ada })
        expect([admitted.status, admitted.headers.etag]).toEqual([201, '"1"'])
        const { location = "" } = admitted.headers
        expect((yield* send(location, { headers })).body).toBe(admitted.body)
        const unknown = yield* send("/nowhere")
        expect(unknown.headers["content-type"]).toBe("application/problem+json")
        expect(JSON.parse(unknown.body)).toMatchObject({
          type: "urn:bedside:problem:not-found",
          status: 404
        })
        yield* send("/livez?token=secret")
        yield* proxy.quit
        expect(proxy.accessLog()).toContain('"GET /livez" 200')
        expect(proxy.accessLog()).not.toContain("secret")
      })
    )

    it.live("takes an ECG of twenty megabytes", () =>
      Effect.gen(function* () {
        const { send, signIn } = yield* behind(binary)
        const signalBase64 = Buffer.alloc(15_000_000, 1).toString("base64")
        const ecg = { id: "10", date: "2026-03-01", leads: [{ name: "I", signalBase64 }] }
        const headers = yield* signIn
        const taken = yield* send("/api/v1/ecgs", {
          method: "POST",
          headers,
          body: JSON.stringify(ecg)
        })
        expect(taken.status).toBe(202)
      })
    )

    it.live("says 413 in one form, whoever says it", () =>
      Effect.gen(function* () {
        const { begin, send, signIn } = yield* behind(binary)
        const headers = yield* signIn
        const byBedside = yield* send("/api/v1/patients", {
          method: "POST",
          headers,
          body: JSON.stringify({ givenName: "x".repeat(17 * 1024 * 1024) })
        })
        const byNginx = yield* Effect.promise(() => {
          const request = begin("/api/v1/ecgs", {
            method: "POST",
            headers: { ...headers, "content-length": String(64 * 1024 * 1024 + 1) }
          })
          // The body is refused by its length; it never comes.
          request.flushHeaders()
          return answerTo(request).finally(() => request.destroy())
        })
        for (const { status, headers, body } of [byBedside, byNginx]) {
          expect([status, headers["content-type"]]).toEqual([413, "application/problem+json"])
          expect(JSON.parse(body)).toEqual({
            type: "urn:bedside:problem:content-too-large",
            status: 413,
            title: "The body is too large"
          })
        }
      })
    )

    it.live("refuses a caller without a token before the body has come", () =>
      Effect.gen(function* () {
        const { begin } = yield* behind(binary)
        const refused = yield* Effect.promise(() => {
          const headers = { ...json, "content-length": "1000000" }
          const request = begin("/api/v1/ecgs", { method: "POST", headers })
          request.write('{"id":')
          return answerTo(request).finally(() => request.destroy())
        })
        expect(refused.status).toBe(401)
        expect(refused.headers["www-authenticate"]).toBe('Bearer realm="bedside"')
      })
    )

    it.live("counts registrations by client, and believes no client's X-Forwarded-For", () =>
      Effect.gen(function* () {
        const { send } = yield* behind(binary, 2)
        const register = (from: string, forwardedFor: string) =>
          send("/api/v1/registrations", {
            method: "POST",
            headers: {
              "content-type": "multipart/form-data; boundary=x",
              "x-forwarded-for": forwardedFor
            },
            body: "--x--\r\n",
            from
          }).pipe(Effect.map(({ status }) => status))
        const statuses = yield* Effect.forEach(["192.0.2.1", "192.0.2.2", "192.0.2.3"], (spoofed) =>
          register("127.0.0.1", spoofed)
        )
        expect(statuses).toEqual([422, 422, 429])
        expect(yield* register("127.0.0.1", "127.0.0.2, 127.0.0.2")).toBe(429)
        expect(yield* register("127.0.0.2", "127.0.0.1")).toBe(422)
      })
    )

    it.live("finishes what is under way when nginx reloads", () =>
      Effect.gen(function* () {
        const { begin, send, signIn, proxy } = yield* behind(binary)
        const headers = {
          ...(yield* signIn),
          "content-length": String(ada.length),
          expect: "100-continue"
        }
        const request = begin("/api/v1/patients", { method: "POST", headers })
        const answer = answerTo(request)
        request.flushHeaders()
        yield* Effect.promise(() => once(request, "continue"))
        request.write(ada.slice(0, 10))
        proxy.process.kill("SIGHUP")
        yield* proxy.logged(/gracefully shutting down\n/)
        expect((yield* send("/livez")).status).toBe(200)
        request.end(ada.slice(10))
        expect((yield* Effect.promise(() => answer)).status).toBe(201)
        expect(yield* proxy.quit).toEqual([0, null])
      })
    )

    it.live("is said to be away when it does not answer", () =>
      Effect.gen(function* () {
        const proxy = yield* proxyTo(binary, yield* Nginx.freePort)
        const request = http.get({ host: "127.0.0.1", port: proxy.port, path: "/", agent: false })
        const { status, headers, body } = yield* Effect.promise(() => answerTo(request))
        expect([status, headers["content-type"], headers["retry-after"]]).toEqual([
          503,
          "application/problem+json",
          "5"
        ])
        expect(JSON.parse(body)).toEqual({
          type: "urn:bedside:problem:unavailable",
          status: 503,
          title: "The service is not ready",
          retryAfter: 5
        })
      })
    )
  })

if (Nginx.binary !== undefined) {
  describeProxy(Nginx.binary)
} else if (process.env["BEDSIDE_STRICT"] === "1") {
  it("Bedside behind nginx", () => expect.fail(Nginx.advice))
} else {
  process.stderr.write(`SKIPPED Bedside behind nginx: ${Nginx.advice}\n`)
  it.skip(`Bedside behind nginx (${Nginx.advice})`, () => {})
}
