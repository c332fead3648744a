import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Server from "./server.ts"

const clinician = Effect.gen(function* () {
  const server = yield* Server.serve()
  return { ...(yield* server.as("clinician")), server }
})

const uploads = "/api/v1/sensors/uploads"

const file = "id,t\npump/1,10\npump/1,5\npump/1,oops\npump/1,6\npump/1,9\npump/1,NaN\n"

const query = (mapping: unknown = { sensor: "id", columns: { temp: "t" } }) =>
  `?mapping=${encodeURIComponent(JSON.stringify(mapping))}`

const csv = { "content-type": "text/csv" }

describe("POST /api/v1/sensors/uploads", () => {
  it.live("takes a CSV, fits it in the background, and tells all along how it is doing", () =>
    Effect.gen(function* () {
      const { send, get, server } = yield* clinician
      const sent = yield* send("POST", `${uploads}${query()}&reason=a%20new%20pump`, file, csv)
      expect([sent.status, sent.body.status, sent.body.size]).toEqual([202, "queued", file.length])
      const place = sent.headers.get("location") ?? ""
      expect(place).toBe(`${uploads}/${sent.body.id}`)
      const queued = yield* get(place)
      expect([queued.body, queued.headers.get("retry-after")]).toEqual([sent.body, "1"])
      yield* server.work
      const done = yield* get(place)
      expect([done.status, done.headers.get("retry-after")]).toEqual([200, null])
      expect(done.body).toMatchObject({
        format: "csv",
        mapping: { sensor: "id", columns: { temp: "t" } },
        reason: "a new pump",
        status: "completed",
        progress: { bytes: file.length, rows: 5, malformed: 1 },
        models: 1,
        skipped: 1,
        problems: [{ line: 4, reason: "number" }],
        errors: []
      })
      const weights = yield* get("/api/v1/sensors/pump%2F1/weights?column=temp")
      expect(weights.body).toMatchObject({
        mean: 7.5,
        std: 2.3804761428476167,
        count: 4,
        skipped: 1,
        reason: "a new pump"
      })
      const listed = yield* get(uploads)
      expect(listed.body).toEqual({ items: [done.body], next: null })
    })
  )

  it.live("means the documented columns where no mapping is given", () =>
    Effect.gen(function* () {
      const { send, get, server } = yield* clinician
      const sent = yield* send("POST", uploads, "sensorId,temp\na,1\n", csv)
      expect(sent.body.mapping.columns).toHaveProperty(["params.velRMS.x"], "params.velRMS.x")
      yield* server.work
      const failed = yield* get(`${uploads}/${sent.body.id}`)
      expect(failed.body.status).toBe("failed")
      expect(failed.body.errors).toEqual([
        expect.objectContaining({
          path: "mapping",
          code: "missing",
          expected: expect.stringContaining("params.accelRMS.z")
        })
      ])
    })
  )

  it.live("refuses what is no mapping, with every problem, and other content types", () =>
    Effect.gen(function* () {
      const { send } = yield* clinician
      const bad = query({ sensor: "", columns: {}, separator: "|" })
      const refused = yield* send("POST", `${uploads}${bad}`, file, csv)
      expect([refused.status, Server.problems(refused).toSorted()]).toEqual([
        422,
        ["mapping.columns: length", "mapping.sensor: length", "mapping.separator: enum"]
      ])
      const broken = yield* send("POST", `${uploads}?mapping=%7B`, file, csv)
      expect([broken.status, Server.problems(broken)]).toEqual([422, ["mapping: format"]])
      const json = yield* send("POST", uploads, "{}", { "content-type": "application/json" })
      expect(json.status).toBe(415)
    })
  )

  it.live("is for those who manage sensors, and knows no upload of another id", () =>
    Effect.gen(function* () {
      const { get, server } = yield* clinician
      expect((yield* get(`${uploads}/${Server.absent}`)).status).toBe(404)
      expect((yield* get(`${uploads}/10`)).status).toBe(404)
      for (const role of ["admin", "device"] as const) {
        const other = yield* server.as(role)
        expect((yield* other.send("POST", uploads, file, csv)).status).toBe(403)
        expect((yield* other.get(uploads)).status).toBe(403)
      }
    })
  )
})
