import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { once } from "node:events"
import { connect } from "node:net"
import * as Trial from "./trial.ts"

const json = { "content-type": "application/json" }

const problem = (answer: { readonly headers: Headers; readonly text: string }) => {
  expect(answer.headers.get("content-type")).toBe("application/problem+json")
  return JSON.parse(answer.text)
}

describe("Boundary", () => {
  it.live("answers an unknown path with a 404 problem", () =>
    Effect.gen(function* () {
      const { fetch } = yield* Trial.serve()
      const answer = yield* fetch("/nowhere/at/all?name=Ada")
      expect(answer.status).toBe(404)
      expect(problem(answer)).toEqual({
        type: "urn:bedside:problem:not-found",
        status: 404,
        title: "There is nothing here"
      })
    })
  )

  it.live("answers a wrong method with 405 and the methods of the routes themselves", () =>
    Effect.gen(function* () {
      const { fetch } = yield* Trial.serve()
      const allowed = Effect.fnUntraced(function* (path: string, method: string) {
        const answer = yield* fetch(path, { method })
        expect([answer.status, problem(answer).status]).toEqual([405, 405])
        return answer.headers.get("allow")
      })
      expect(yield* allowed("/api/v1/beds", "DELETE")).toBe("GET, POST, HEAD, OPTIONS")
      expect(yield* allowed("/api/v1/beds/whatever?x=1", "PUT")).toBe("GET, PATCH, HEAD, OPTIONS")
      expect(yield* allowed("/plain", "GET")).toBe("POST, OPTIONS")
      expect(yield* allowed("/openapi.json", "POST")).toBe("GET, HEAD, OPTIONS")
      expect(yield* allowed("/files/a/b", "POST")).toBe("GET, HEAD, OPTIONS")
      expect(yield* allowed("/files", "POST")).toBe("GET, HEAD, OPTIONS")
    })
  )

  it.live("answers OPTIONS with Allow, and HEAD as GET without a body", () =>
    Effect.gen(function* () {
      const { fetch, token } = yield* Trial.serve()
      const options = yield* fetch("/api/v1/beds", { method: "OPTIONS" })
      expect([options.status, options.text]).toEqual([204, ""])
      expect(options.headers.get("allow")).toBe("GET, POST, HEAD, OPTIONS")
      expect((yield* fetch("/nowhere", { method: "OPTIONS" })).status).toBe(404)
      const authorization = yield* token("clinician")
      const head = yield* fetch("/api/v1/beds", { method: "HEAD", headers: { authorization } })
      expect([head.status, head.text]).toEqual([200, ""])
      expect((yield* fetch("/api/v1/beds", { method: "HEAD" })).status).toBe(401)
      expect((yield* fetch("/plain", { method: "HEAD" })).status).toBe(405)
    })
  )

  it.live("answers unparsable and empty bodies with 400", () =>
    Effect.gen(function* () {
      const { fetch, token } = yield* Trial.serve()
      const authorization = yield* token("clinician")
      const post = (body: string | undefined, headers: Record<string, string> = json) =>
        fetch("/api/v1/beds", {
          method: "POST",
          headers: { ...headers, authorization },
          ...(body === undefined ? {} : { body })
        })
      for (const body of ['{"name": "Ada', "", undefined]) {
        const answer = yield* post(body)
        expect(answer.status).toBe(400)
        expect(problem(answer).type).toBe("urn:bedside:problem:malformed")
        expect(answer.text).not.toContain("Ada")
      }
    })
  )

  it.live("answers a parsed but invalid body with 422 and every problem at once", () =>
    Effect.gen(function* () {
      const { fetch, token } = yield* Trial.serve()
      const authorization = yield* token("clinician")
      const post = (body: string) =>
        fetch("/api/v1/beds", { method: "POST", headers: { ...json, authorization }, body })
      const answer = yield* post('{"name":"Lovelace, Ada Augusta","floor":41.5,"tags":["a",7]}')
      expect(answer.status).toBe(422)
      expect(problem(answer)).toEqual({
        type: "urn:bedside:problem:invalid",
        status: 422,
        title: "The input is not valid",
        errors: [
          {
            path: "name",
            code: "length",
            message: "Expected a value with a length of at most 10",
            expected: "a value with a length of at most 10"
          },
          {
            path: "floor",
            code: "type",
            message: "Expected an integer",
            expected: "an integer"
          },
          {
            path: "floor",
            code: "range",
            message: "Expected a value between 0 and 40",
            expected: "a value between 0 and 40"
          },
          {
            path: "tags[1]",
            code: "type",
            message: "Expected a string",
            expected: "a string"
          }
        ]
      })
      const paths = (text: string) =>
        JSON.parse(text).errors.map((error: { readonly path: string }) => error.path)
      expect(paths((yield* post("null")).text)).toEqual([""])
      expect(paths((yield* post("[]")).text)).toEqual([""])
      expect(paths((yield* post("{}")).text)).toEqual(["name", "floor"])
    })
  )

  it.live("names a query parameter that is not valid, and takes an impossible id as absent", () =>
    Effect.gen(function* () {
      const { fetch, token } = yield* Trial.serve()
      const headers = { authorization: yield* token("clinician") }
      const answer = yield* fetch("/api/v1/beds?limit=many", { headers })
      expect(answer.status).toBe(422)
      expect(
        problem(answer).errors.map(({ path, code }: Record<string, string>) => [path, code])
      ).toEqual([
        ["limit", "type"],
        ["limit", "range"]
      ])
      const absent = yield* fetch("/api/v1/beds/17", { headers })
      expect([absent.status, problem(absent).type]).toEqual([404, "urn:bedside:problem:not-found"])
    })
  )

  it.live("reads a content type with parameters, and refuses another with 415", () =>
    Effect.gen(function* () {
      const { fetch, token } = yield* Trial.serve()
      const authorization = yield* token("clinician")
      const post = (type: string) =>
        fetch("/api/v1/beds", {
          method: "POST",
          headers: { "content-type": type, authorization },
          body: '{"name":"a","floor":1}'
        })
      expect((yield* post("application/json; charset=utf-8")).status).toBe(201)
      expect((yield* post("Application/JSON;charset=UTF-8")).status).toBe(201)
      const refused = yield* post("text/xml")
      expect([refused.status, problem(refused).type]).toEqual([
        415,
        "urn:bedside:problem:unsupported-media-type"
      ])
    })
  )

  it.live("refuses a body beyond the bound with 413, whoever's bound it is", () =>
    Effect.gen(function* () {
      const { fetch, token } = yield* Trial.serve({ maxBodySize: 1024 })
      const authorization = yield* token("clinician")
      const post = (path: string, length: number) =>
        fetch(path, {
          method: "POST",
          headers: { ...json, authorization },
          body: JSON.stringify({ name: "a", floor: 1, text: "x".repeat(length) })
        })
      expect((yield* post("/api/v1/beds", 900)).status).toBe(201)
      const refused = yield* post("/api/v1/beds", 5_000)
      expect([refused.status, problem(refused).type]).toEqual([
        413,
        "urn:bedside:problem:content-too-large"
      ])
      expect((yield* post("/api/v1/large", 3_000)).text).toBe("3000")
      expect((yield* post("/api/v1/large", 5_000)).status).toBe(413)
      expect((yield* post("/api/v1/large", 5_000_000)).status).toBe(413)
    })
  )

  it.live("tells nothing of a defect but a reference, which is in the log once", () =>
    Effect.gen(function* () {
      const { fetch, logs } = yield* Trial.serve()
      const answer = yield* fetch("/faults/die?name=Ada")
      expect(answer.status).toBe(500)
      const { reference, ...rest } = problem(answer)
      expect(rest).toEqual({
        type: "urn:bedside:problem:internal",
        status: 500,
        title: "Something failed on our side"
      })
      expect(logs.length).toBe(1)
      expect(logs[0]?.level).toBe("Error")
      expect(logs[0]?.text).toContain(reference)
      expect(logs[0]?.text).toContain("Explosion")
      expect(logs[0]?.text).toContain("caused by Error")
      expect(logs[0]?.text).toContain("trial.ts")
      expect(logs[0]?.text).toContain("route=/faults/die")
      expect(logs[0]?.text).not.toContain("Ada")
    })
  )

  it.live("logs the messages of defects only when asked to", () =>
    Effect.gen(function* () {
      const { fetch, logs } = yield* Trial.serve({ defectMessages: true })
      expect((yield* fetch("/faults/die")).text).not.toContain("Ada")
      expect(logs[0]?.text).toContain("row of Ada Lovelace is broken")
    })
  )

  it.live("takes an answer of ours that does not encode for a defect", () =>
    Effect.gen(function* () {
      const { fetch, logs } = yield* Trial.serve()
      const answer = yield* fetch("/faults/encode")
      expect([answer.status, problem(answer).type]).toEqual([500, "urn:bedside:problem:internal"])
      expect(logs.length).toBe(1)
    })
  )

  it.live("turns any other answer of 400 or above into a problem", () =>
    Effect.gen(function* () {
      const { fetch, logs } = yield* Trial.serve()
      const teapot = yield* fetch("/faults/teapot")
      expect([teapot.status, problem(teapot)]).toEqual([
        418,
        { type: "about:blank", status: 418, title: "HTTP 418" }
      ])
      const plain = yield* fetch("/plain", { method: "POST" })
      expect([plain.status, problem(plain).type]).toEqual([403, "urn:bedside:problem:forbidden"])
      expect(logs).toEqual([])
    })
  )

  it.live("lets nothing be cached or sniffed unless a route says so", () =>
    Effect.gen(function* () {
      const { fetch } = yield* Trial.serve()
      const live = yield* fetch("/livez")
      expect(live.headers.get("cache-control")).toBe("no-store")
      expect(live.headers.get("x-content-type-options")).toBe("nosniff")
      expect((yield* fetch("/docs")).headers.get("cache-control")).toBe("private, max-age=300")
    })
  )

  it.live("carries the headers and problems of the endpoints themselves", () =>
    Effect.gen(function* () {
      const { fetch, token } = yield* Trial.serve()
      const authorization = yield* token("clinician")
      const bed = (name: string) =>
        fetch("/api/v1/beds", {
          method: "POST",
          headers: { ...json, authorization },
          body: JSON.stringify({ name, floor: 1 })
        })
      const created = yield* bed("a")
      expect(created.status).toBe(201)
      expect(created.headers.get("location")).toBe(`/api/v1/beds/${JSON.parse(created.text).id}`)
      expect(created.headers.get("etag")).toBe('"1"')
      const conflict = yield* bed("taken")
      expect([conflict.status, problem(conflict).code]).toEqual([409, "name-taken"])
      const change = (headers: Record<string, string>) =>
        fetch(created.headers.get("location") ?? "", {
          method: "PATCH",
          headers: { "content-type": "application/merge-patch+json", authorization, ...headers },
          body: '{"name":"b"}'
        })
      const missing = yield* change({})
      expect([missing.status, problem(missing).status]).toEqual([428, 428])
      expect((yield* change({ "if-match": '"7"' })).status).toBe(412)
      expect((yield* change({ "if-match": 'W/"1"' })).status).toBe(412)
      expect((yield* change({ "if-match": '"1"' })).text).toBe('{"version":2}')
      expect((yield* change({ "if-match": '"1"', ...json })).status).toBe(415)
    })
  )

  it.live("lets a request that is under way finish when the server stops, and then stops", () =>
    Effect.gen(function* () {
      const answering = yield* Effect.gen(function* () {
        const { fetch, reached, release } = yield* Trial.serve()
        const answering = yield* Effect.forkDetach(fetch("/faults/slow"))
        yield* reached
        yield* Effect.forkDetach(Effect.andThen(Effect.yieldNow, release))
        return answering
      }).pipe(Effect.scoped)
      expect((yield* Fiber.join(answering)).status).toBe(204)
    })
  )

  it.live("does not wait for a connection that never sent a byte when it stops", () =>
    Effect.gen(function* () {
      const closed = yield* Effect.gen(function* () {
        const { fetch, root } = yield* Trial.serve()
        const socket = connect(Number(new URL(root).port), "127.0.0.1")
        const ended = once(socket, "close")
        yield* Effect.promise(() => once(socket, "connect"))
        // Answered after the server has accepted the connection before it.
        expect((yield* fetch("/livez")).status).toBe(200)
        return Effect.promise(() => ended)
      }).pipe(Effect.scoped)
      yield* closed
    })
  )

  it.live("logs nothing when a caller gives up", () =>
    Effect.gen(function* () {
      const { fetch, root, reached, logs } = yield* Trial.serve()
      const caller = new AbortController()
      const given = globalThis.fetch(`${root}/faults/slow`, { signal: caller.signal })
      yield* reached
      caller.abort()
      expect(yield* Effect.promise(() => given.then(String, String))).toContain("AbortError")
      expect((yield* fetch("/livez")).status).toBe(200)
      expect(logs).toEqual([])
    })
  )
})
