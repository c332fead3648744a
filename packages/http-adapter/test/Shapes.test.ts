import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Trial from "./trial.ts"

const json = { "content-type": "application/json" }

const sending = Effect.map(Trial.serve(), ({ fetch }) => ({
  get: (path: string) => fetch(path),
  post: (path: string, body?: unknown) =>
    fetch(path, { method: "POST", headers: json, body: JSON.stringify(body) ?? null })
}))

describe("Batch", () => {
  it.live("takes one row as one record, and refuses it with its problems", () =>
    Effect.gen(function* () {
      const { post } = yield* sending
      const created = yield* post("/shapes/rows", { value: 1, at: "now" })
      expect([created.status, created.headers.get("location")]).toEqual([201, "/rows/1"])
      const refused = yield* post("/shapes/rows", { value: "?" })
      expect(refused.status).toBe(422)
      expect(
        JSON.parse(refused.text).errors.map(({ path, code }: Record<string, string>) => [
          path,
          code
        ])
      ).toEqual([
        ["value", "type"],
        ["at", "missing"]
      ])
    })
  )

  it.live("takes many rows with one outcome for each, in their order", () =>
    Effect.gen(function* () {
      const { post } = yield* sending
      const rows = [{ value: 1, at: "a" }, 7, { value: 2 }, { value: 3, at: "b" }]
      const answer = yield* post("/shapes/rows", rows)
      expect(answer.status).toBe(200)
      expect(
        JSON.parse(answer.text).map(
          ({ status, errors = [] }: { status: string; errors?: Array<{ path: string }> }) => [
            status,
            ...errors.map(({ path }) => path)
          ]
        )
      ).toEqual([["created"], ["invalid", ""], ["invalid", "at"], ["created"]])
      expect((yield* post("/shapes/rows", [])).text).toBe("[]")
      expect((yield* post("/shapes/rows?atomic=true", rows)).status).toBe(422)
    })
  )

  it.live("refuses a body that is no row at all, or has too many", () =>
    Effect.gen(function* () {
      const { post } = yield* sending
      for (const body of [1, "x", null, true, Array.from({ length: 20_001 }, () => 0)]) {
        const refused = yield* post("/shapes/rows", body)
        expect([refused.status, JSON.parse(refused.text).errors]).toEqual([
          422,
          [
            {
              path: "",
              code: "length",
              message: "Expected an object, or an array of at most 20000 of them",
              expected: "an object, or an array of at most 20000 of them"
            }
          ]
        ])
      }
    })
  )

  it.live("is described as one row or an array of them", () =>
    Effect.gen(function* () {
      const { get } = yield* sending
      const document = JSON.parse((yield* get("/openapi.json")).text)
      const { schema } = document.paths["/shapes/rows"].post.requestBody.content["application/json"]
      const row = { $ref: "#/components/schemas/Reading" }
      expect(schema.anyOf ?? schema.allOf?.[0]?.anyOf).toEqual([
        row,
        { type: "array", items: row, maxItems: 20_000 }
      ])
      expect(document.components.schemas.Reading.required).toEqual(["value", "at"])
    })
  )
})

describe("an endpoint", () => {
  it.live("answers with a bare boolean", () =>
    Effect.gen(function* () {
      const { post } = yield* sending
      const answer = yield* post("/s-1/predict", { value: 10 })
      expect([answer.status, answer.text]).toEqual([200, "false"])
      expect(answer.headers.get("content-type")).toBe("application/json")
    })
  )

  it.live("takes no body where none is asked for, whatever is sent", () =>
    Effect.gen(function* () {
      const { post } = yield* sending
      expect((yield* post("/s-1/adjust")).text).toBe('{"mean":8.25,"std":2}')
      expect((yield* post("/s-1/adjust", { any: "thing" })).status).toBe(200)
    })
  )

  it.live("takes CSV, and no other type", () =>
    Effect.gen(function* () {
      const { fetch } = yield* Trial.serve()
      const post = (type: string) =>
        fetch("/shapes/csv", {
          method: "POST",
          headers: { "content-type": type },
          body: "a,b\n1,2"
        })
      expect((yield* post("text/csv; charset=utf-8")).text).toBe("2")
      expect((yield* post("application/json")).status).toBe(415)
    })
  )

  it.live("sets headers only where it has something to say", () =>
    Effect.gen(function* () {
      const { get, post } = yield* sending
      const queued = yield* get("/shapes/jobs/queued")
      expect([queued.headers.get("retry-after"), queued.headers.get("link")]).toEqual(["1", null])
      const done = yield* get("/shapes/jobs/done")
      expect([done.headers.get("retry-after"), done.headers.get("link")]).toEqual([
        null,
        '</jobs?cursor=2>; rel="next"'
      ])
      const submitted = yield* post("/shapes/jobs")
      expect([submitted.status, submitted.headers.get("location")]).toEqual([202, "/shapes/jobs/1"])
      const image = yield* get("/shapes/image")
      expect([image.headers.get("content-type"), image.headers.get("etag")]).toEqual([
        "image/jpeg",
        '"1"'
      ])
      expect((yield* get("/shapes/jobs/other")).status).toBe(404)
    })
  )
})
