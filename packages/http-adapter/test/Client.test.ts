import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as Gate from "../src/Gate.ts"
import * as Problem from "../src/Problem.ts"
import * as Trial from "./trial.ts"

const connect = (root: string, authorization: string) =>
  HttpApiClient.make(Trial.Api, { baseUrl: root }).pipe(
    Effect.provide(
      HttpApiMiddleware.layerClient(Gate.Bearer, ({ next, request }) =>
        next(HttpClientRequest.setHeader(request, "authorization", authorization))
      )
    ),
    Effect.provide(FetchHttpClient.layer)
  )

describe("a typed client of such an API", () => {
  it.live("reads bodies, headers and problems as the classes they are", () =>
    Effect.gen(function* () {
      const { root, token } = yield* Trial.serve()
      const { beds, shapes } = yield* connect(root, yield* token("clinician"))
      const created = yield* beds.create({ payload: { name: "a", floor: 1 } })
      expect([created.body.name, created.headers.etag]).toEqual(["a", '"1"'])
      expect(yield* shapes.rows({ payload: [{ value: 1, at: "x" }], query: {} })).toEqual([
        { index: 0, status: "created" }
      ])
      const conflict = yield* Effect.flip(beds.create({ payload: { name: "taken", floor: 1 } }))
      expect(conflict).toBeInstanceOf(Problem.Conflict)
      const invalid = yield* Effect.flip(
        shapes
          .rows({ payload: [], query: { atomic: "true" } })
          .pipe(
            Effect.andThen(
              shapes.rows({ payload: [{ value: Number.NaN, at: "" }], query: { atomic: "true" } })
            )
          )
      )
      expect(invalid).toBeInstanceOf(Problem.Unprocessable)
    })
  )

  it.live("reads the problems that the boundary makes, and those with headers", () =>
    Effect.gen(function* () {
      const { root, token } = yield* Trial.serve()
      const stranger = yield* connect(root, "Bearer x")
      expect(yield* Effect.flip(stranger.beds.list({ query: {} }))).toBeInstanceOf(
        Problem.Unauthorized
      )
      expect(yield* Effect.flip(stranger.faults.die())).toBeInstanceOf(Problem.Internal)
      const { beds } = yield* connect(root, yield* token("clinician"))
      const text = "x".repeat(10_000)
      expect(yield* Effect.flip(beds.large({ payload: { text } }))).toBeInstanceOf(
        Problem.ContentTooLarge
      )
    })
  )
})
