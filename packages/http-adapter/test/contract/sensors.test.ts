import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Server from "./server.ts"

const clinician = Effect.gen(function* () {
  const server = yield* Server.serve()
  return { ...(yield* server.as("clinician")), server }
})

const golden = [10, 5, 6, 9]
const std = 2.3804761428476167

describe("/api/v1/sensors/{id}", () => {
  it.live("fits, predicts, adjusts and remembers, with the golden values", () =>
    Effect.gen(function* () {
      const { post, get, user } = yield* clinician
      const place = "/api/v1/sensors/pump-1"
      const fitted = yield* post(`${place}/fit`, { values: golden })
      const model = {
        sensorId: "pump-1",
        column: "value",
        version: 1,
        parent: null,
        origin: "fit",
        actor: user,
        count: 4,
        mean: 7.5,
        std,
        createdAt: expect.stringMatching(/Z$/)
      }
      expect([fitted.status, fitted.body]).toEqual([200, model])
      expect((yield* get(`${place}/weights`)).body).toEqual(model)
      expect((yield* post(`${place}/predict`, { value: 10 })).body).toEqual({
        alert: false,
        value: 10,
        threshold: 12.260952285695232,
        version: 1
      })
      const threshold = yield* post(`${place}/predict`, { value: 12.260952285695232 })
      expect(threshold.body.alert).toBe(true)
      const adjusted = yield* post(`${place}/adjust`)
      expect(adjusted.body).toEqual({
        ...model,
        version: 2,
        parent: 1,
        origin: "adjust",
        mean: 8.25
      })
      const twice = yield* post(`${place}/adjust`, {})
      expect([twice.body.mean, twice.body.parent]).toEqual([9.075, 2])
      const refitted = yield* post(`${place}/fit`, { values: [1, null, 3] })
      expect(refitted.body).toMatchObject({ version: 4, parent: null, count: 2, mean: 2 })
      const versions = yield* get(`${place}/versions?limit=3`)
      const rest = yield* get(`${place}/versions?cursor=${versions.body.next}`)
      expect(
        [...versions.body.items, ...rest.body.items].map(({ version, mean }) => [version, mean])
      ).toEqual([
        [4, 2],
        [3, 9.075],
        [2, 8.25],
        [1, 7.5]
      ])
      expect(rest.body.next).toBeNull()
    })
  )

  it.live("keeps one model per column", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      const place = "/api/v1/sensors/pump-1"
      const column = "column=params.velRMS.x"
      yield* post(`${place}/fit?${column}`, { values: [1, 2] })
      expect((yield* get(`${place}/weights?${column}`)).body).toMatchObject({
        column: "params.velRMS.x",
        mean: 1.5
      })
      for (const path of ["weights", "versions"]) {
        expect((yield* get(`${place}/${path}`)).status).toBe(404)
      }
      const alert = yield* post(`${place}/predict?${column}`, { value: 5 })
      expect(alert.body.alert).toBe(true)
      expect((yield* post(`${place}/adjust?${column}`)).body.version).toBe(2)
    })
  )

  it.live("is 404 for a sensor never fitted", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      for (const place of ["/api/v1/sensors/none", "/none"]) {
        expect((yield* get(`${place}/weights`)).status).toBe(404)
        expect((yield* post(`${place}/predict`, { value: 1 })).status).toBe(404)
        expect((yield* post(`${place}/adjust`)).status).toBe(404)
      }
      expect((yield* get("/api/v1/sensors/none/versions")).status).toBe(404)
    })
  )

  it.live("refuses fewer than two values with the number needed and got", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      for (const place of ["/api/v1/sensors/s", "/s"]) {
        for (const [values, got] of [
          [[], 0],
          [[7], 1],
          [[null, null, 7], 1]
        ] as const) {
          const refused = yield* post(`${place}/fit`, { values })
          const expected = `at least 2 finite values, got ${got}`
          expect([refused.status, refused.body.errors]).toEqual([
            422,
            [{ path: "values", code: "length", message: `Expected ${expected}`, expected }]
          ])
        }
      }
    })
  )

  it.live("refuses what is no number", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      yield* post("/s/fit", { values: golden })
      for (const place of ["/api/v1/sensors/s", "/s"]) {
        const refused = yield* post(`${place}/fit`, { values: [1, "2", 3, true] })
        expect([refused.status, Server.problems(refused)]).toEqual([
          422,
          ["values[1]: type", "values[3]: type"]
        ])
        for (const value of [null, "1", [1], undefined]) {
          const problem = value === undefined ? "value: missing" : "value: type"
          const answer = yield* post(`${place}/predict`, { value })
          expect([answer.status, Server.problems(answer)]).toEqual([422, [problem]])
        }
      }
    })
  )

  it.live("takes ids of 200 characters and refuses longer ones", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      for (const id of ["s".repeat(200), "ä".repeat(200), "a/b c"]) {
        const encoded = encodeURIComponent(id)
        const fitted = yield* post(`/api/v1/sensors/${encoded}/fit`, { values: golden })
        expect([fitted.status, fitted.body.sensorId]).toEqual([200, id])
        expect((yield* get(`/${encoded}/weights`)).body).toEqual({ mean: 7.5, std })
      }
      const long = "s".repeat(201)
      expect((yield* post(`/api/v1/sensors/${long}/fit`, { values: golden })).status).toBe(404)
      expect((yield* post(`/${long}/fit`, { values: golden })).status).toBe(404)
    })
  )
})

describe("/{sensor_id}", () => {
  it.live("answers in the shapes of the replaced system, with the golden values", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      const fitted = yield* post("/pump-1/fit", { values: golden })
      expect([fitted.status, fitted.text]).toEqual([200, `{"mean":7.5,"std":${std},"count":4}`])
      expect((yield* get("/pump-1/weights")).text).toBe(`{"mean":7.5,"std":${std}}`)
      const predict = (value: number) =>
        Effect.map(post("/pump-1/predict", { value }), ({ status, text, headers }) => [
          status,
          text,
          headers.get("content-type")
        ])
      expect(yield* predict(10)).toEqual([200, "false", "application/json"])
      expect(yield* predict(12.260952285695232)).toEqual([200, "true", "application/json"])
      expect((yield* post("/pump-1/adjust")).text).toBe(`{"mean":8.25,"std":${std}}`)
      expect(yield* predict(12.5)).toEqual([200, "false", "application/json"])
      expect(yield* predict(13.010952285695232)).toEqual([200, "true", "application/json"])
      expect((yield* post("/pump-1/adjust", "")).body.mean).toBe(9.075)
    })
  )

  it.live("is the same sensor as the canonical one", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      yield* post("/api/v1/sensors/pump-1/fit", { values: golden })
      yield* post("/pump-1/adjust")
      expect((yield* get("/api/v1/sensors/pump-1/weights")).body).toMatchObject({
        version: 2,
        mean: 8.25
      })
    })
  )
})
