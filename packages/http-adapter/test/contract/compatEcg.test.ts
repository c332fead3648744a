import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Server from "./server.ts"
import * as Ward from "./ward.ts"

const clinician = Effect.gen(function* () {
  const server = yield* Server.serve()
  return { ...(yield* server.as("clinician")), server }
})

describe("POST /ecg/process", () => {
  it.live("queues, and GET /ecg/{id} has the zero crossings of each lead once it is done", () =>
    Effect.gen(function* () {
      const { post, get, server } = yield* clinician
      const sent = yield* post("/ecg/process", {
        id: "10",
        date: "2026-03-01T10:00:00",
        leads: [{ name: "I", number_of_samples: 3, signal: [1, -1, 1] }]
      })
      expect([sent.status, sent.text]).toEqual([202, '{"id":"10","status":"queued"}'])
      expect(sent.headers.get("location")).toBe("/ecg/10")
      const queued = yield* get("/ecg/10")
      expect([queued.status, queued.text, queued.headers.get("retry-after")]).toEqual([
        200,
        '{"id":"10","status":"queued"}',
        "1"
      ])
      yield* server.work
      const done = yield* get("/ecg/10")
      expect([done.status, done.headers.get("retry-after")]).toEqual([200, null])
      expect(done.body).toEqual({
        id: "10",
        leads: [{ I: { zero_crossings: 2 } }],
        status: "completed"
      })
    })
  )

  it.live("takes a number as the id, and finds it by its decimal text", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      const sent = yield* post("/ecg/process", Ward.ecg({ id: 10 }))
      expect([sent.status, sent.body]).toEqual([202, { id: "10", status: "queued" }])
      expect((yield* get("/ecg/10")).body.id).toBe("10")
    })
  )

  it.live("counts per lead, with zeros skipped", () =>
    Effect.gen(function* () {
      const { post, get, server } = yield* clinician
      const leads = [
        { name: "I", signal: [-1, 0, 1] },
        { name: "II", signal: [-1, 0, -1] },
        { name: "III", signal: [0, 0, 0] },
        { name: "V6", signal: [5, 0, 0, -3, 0, 2] }
      ]
      yield* post("/ecg/process", Ward.ecg({ leads }))
      yield* server.work
      expect((yield* get("/ecg/10")).body.leads).toEqual([
        { I: { zero_crossings: 1 } },
        { II: { zero_crossings: 0 } },
        { III: { zero_crossings: 0 } },
        { V6: { zero_crossings: 2 } }
      ])
    })
  )

  it.live("answers the same content as the first time, and another with 409", () =>
    Effect.gen(function* () {
      const { post, server } = yield* clinician
      for (const _ of [1, 2]) {
        const sent = yield* post("/ecg/process", Ward.ecg())
        expect([sent.status, sent.body]).toEqual([202, { id: "10", status: "queued" }])
        yield* server.work
      }
      const other = Ward.ecg({ leads: [{ name: "I", signal: [1, 1, 1] }] })
      expect((yield* post("/ecg/process", other)).status).toBe(409)
    })
  )

  it.live("takes the dates people wrote, and a time without an offset as UTC", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      for (const [index, [date, stored]] of [
        ["2026-03-01", "2026-03-01"],
        ["2026-03-01T10:00", "2026-03-01T10:00:00Z"],
        ["2026-03-01 10:00:30", "2026-03-01T10:00:30Z"],
        ["2026-03-01T10:00:30.123456", "2026-03-01T10:00:30.123456Z"],
        ["2026-03-01T10:00:00+02:00", "2026-03-01T10:00:00+02:00"]
      ].entries()) {
        expect((yield* post("/ecg/process", Ward.ecg({ id: index, date }))).status).toBe(202)
        expect((yield* get(`/api/v1/ecgs/${index}`)).body.date).toBe(stored)
      }
      for (const date of ["2026-02-30T10:00", "2026-03-01T25:00", "2026-03-01 10:61:00", "later"]) {
        const refused = yield* post("/ecg/process", Ward.ecg({ date }))
        expect([date, refused.status, refused.body.errors?.length]).toEqual([date, 422, 1])
        expect(refused.body.errors[0]).toMatchObject({ path: "date", code: "format" })
      }
    })
  )

  it.live("names every fault under the names of the old form", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      const signal = [1, -1, 1]
      const twice = yield* post(
        "/ecg/process",
        Ward.ecg({
          leads: [
            { name: "I", number_of_samples: 2, signal },
            { name: "I", signal: [] }
          ]
        })
      )
      expect([twice.status, Server.problems(twice)]).toEqual([
        422,
        ["leads[0].number_of_samples: length", "leads[1].name: unique", "leads[1].signal: length"]
      ])
      const wrong = yield* post("/ecg/process", {
        id: null,
        leads: [{ name: 1, number_of_samples: "3", signal: [0.5] }, { signal: "1,2" }]
      })
      expect([wrong.status, Server.problems(wrong)]).toEqual([
        422,
        [
          "id: type",
          "date: missing",
          "leads[0].name: type",
          "leads[0].number_of_samples: type",
          "leads[0].signal[0]: type",
          "leads[1].name: missing",
          "leads[1].signal: type"
        ]
      ])
    })
  )

  it.live("is closed to administrators, and someone else's ECG is 404", () =>
    Effect.gen(function* () {
      const { post, server } = yield* clinician
      yield* post("/ecg/process", Ward.ecg())
      const admin = yield* server.as("admin")
      expect((yield* admin.post("/ecg/process", Ward.ecg())).status).toBe(403)
      expect((yield* admin.get("/ecg/10")).status).toBe(403)
      const other = yield* server.as("clinician")
      expect((yield* other.get("/ecg/10")).status).toBe(404)
    })
  )
})
