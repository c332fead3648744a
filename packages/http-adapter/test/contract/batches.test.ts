import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Server from "./server.ts"
import * as Ward from "./ward.ts"

const ward = Effect.gen(function* () {
  const server = yield* Server.serve()
  const clinician = yield* server.as("clinician")
  const patient = yield* Ward.admit(clinician)
  const place = `/api/v1/patients/${patient.id}/measurements`
  return { ...clinician, server, place }
})

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1) + minute * 60_000).toISOString()

const id = expect.stringMatching(/^[0-9a-f-]{36}$/)

const mixed = [
  Ward.pulse(80, at(0)),
  Ward.pulse(999, at(1)),
  "no row",
  { vital: "mood", value: 3, unit: "1", observedAt: at(2) },
  { value: "?", observedAt: "noon" },
  Ward.pulse(82, at(3)),
  Ward.pulse(80, at(0)),
  Ward.pulse(81, at(0))
]

describe("a batch", () => {
  it.live("has one outcome per row: good rows are stored, bad rows say what is wrong", () =>
    Effect.gen(function* () {
      const { post, get, place } = yield* ward
      const { status, body } = yield* post(place, mixed)
      const refused = (index: number, ...problems: ReadonlyArray<readonly [string, string]>) => ({
        index,
        status: "refused",
        error: {
          title: "The row is not valid",
          errors: problems.map(([path, code]) => ({
            path,
            code,
            message: expect.stringMatching(/^Expected |^This field is required$/),
            expected: expect.any(String)
          }))
        }
      })
      expect(status).toBe(200)
      expect(body).toEqual([
        { index: 0, status: "created", id },
        refused(1, ["value", "range"]),
        refused(2, ["", "type"]),
        refused(3, ["vital", "enum"]),
        refused(4, ["vital", "missing"], ["observedAt", "format"]),
        { index: 5, status: "created", id },
        { index: 6, status: "unchanged", id },
        { index: 7, status: "corrected", id }
      ])
      expect([body[6].id, body[7].id]).toEqual([body[0].id, body[0].id])
      const stored = yield* get(`${place}?vital=heart-rate`)
      expect(stored.body.items.map(({ value }: { value: number }) => value)).toEqual([81, 82])
    })
  )

  it.live("is all or nothing with atomic=true, and names the rows in the paths", () =>
    Effect.gen(function* () {
      const { post, get, place } = yield* ward
      const refused = yield* post(`${place}?atomic=true`, mixed)
      expect([refused.status, Server.problems(refused)]).toEqual([
        422,
        [
          "[1].value: range",
          "[2]: type",
          "[3].vital: enum",
          "[4].vital: missing",
          "[4].observedAt: format"
        ]
      ])
      expect((yield* get(place)).body.items).toEqual([])
      const rows = [Ward.pulse(80, at(0)), Ward.pulse(82, at(1))]
      const { status, body } = yield* post(`${place}?atomic=true`, rows)
      expect([status, body]).toEqual([
        200,
        [
          { index: 0, status: "created", id },
          { index: 1, status: "created", id }
        ]
      ])
      const neither = yield* post(`${place}?atomic=perhaps`, rows)
      expect([neither.status, Server.problems(neither)]).toEqual([422, ["atomic: enum"]])
    })
  )

  it.live("refuses both halves of a pressure that contradicts itself", () =>
    Effect.gen(function* () {
      const { post, place } = yield* ward
      const pressure = (vital: string, value: number) => ({
        vital,
        value,
        unit: "mm[Hg]",
        observedAt: at(0)
      })
      const { body } = yield* post(place, [
        pressure("systolic-pressure", 80),
        pressure("diastolic-pressure", 120)
      ])
      expect(body.map(({ status }: { status: string }) => status)).toEqual(["refused", "refused"])
    })
  )

  it.live("may be empty, and may have 10,000 rows and no more", () =>
    Effect.gen(function* () {
      const { post, get, server, place } = yield* ward
      expect((yield* post(place, [])).body).toEqual([])
      const rows = Array.from({ length: 10_001 }, (_, minute) => Ward.pulse(80, at(minute)))
      const tooMany = yield* post(place, rows)
      expect([tooMany.status, tooMany.body.errors]).toEqual([
        422,
        [
          {
            path: "",
            code: "length",
            message: "Expected an object, or an array of at most 10000 of them",
            expected: "an object, or an array of at most 10000 of them"
          }
        ]
      ])
      expect((yield* get(place)).body.items).toEqual([])
      const { status, body } = yield* post(place, rows.slice(1))
      expect([status, body.length]).toEqual([200, 10_000])
      expect(new Set(body.map(({ status }: { status: string }) => status))).toEqual(
        new Set(["created"])
      )
      const admin = yield* server.as("admin")
      const jobs = yield* admin.get("/api/v1/jobs")
      expect(jobs.body.counts).toEqual([
        { kind: "assess-patient", state: "pending", count: 1 },
        { kind: "foretell-risk", state: "pending", count: 1 }
      ])
    })
  )

  it.live("is refused when it is neither a row nor an array of rows", () =>
    Effect.gen(function* () {
      const { post, place } = yield* ward
      for (const body of ["1", '"x"', "null", "true"]) {
        const refused = yield* post(place, body)
        expect([refused.status, Server.problems(refused)]).toEqual([422, [": length"]])
      }
    })
  )
})
