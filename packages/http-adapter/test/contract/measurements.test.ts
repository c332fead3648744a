import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Server from "./server.ts"
import * as Ward from "./ward.ts"

const ward = Effect.gen(function* () {
  const server = yield* Server.serve()
  const clinician = yield* server.as("clinician")
  const patient = yield* Ward.admit(clinician)
  const place = `/api/v1/patients/${patient.id}/measurements`
  return { ...clinician, server, patient, place }
})

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

const values = ({ body }: Server.Answer): ReadonlyArray<unknown> =>
  body.items.map(({ value }: { value: unknown }) => value)

describe("POST /api/v1/patients/{id}/measurements", () => {
  it.live("answers 201 with the record: three times, canonical unit, source, version", () =>
    Effect.gen(function* () {
      const { post, get, user, patient, place } = yield* ward
      const created = yield* post(place, {
        vital: "8310-5",
        value: 98.6,
        unit: "[degF]",
        observedAt: "2026-03-01T23:30:00+02:00"
      })
      expect([created.status, created.body]).toEqual([
        201,
        {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          patientId: patient.id,
          vital: "temperature",
          value: 37,
          unit: "Cel",
          observedAt: "2026-03-01T23:30:00.000+02:00",
          receivedAt: instant,
          recordedAt: instant,
          source: user,
          flag: null,
          version: 1
        }
      ])
      const path = `/api/v1/measurements/${created.body.id}`
      expect([created.headers.get("location"), created.headers.get("etag")]).toEqual([path, '"1"'])
      const found = yield* get(path)
      expect([found.status, found.headers.get("etag"), found.body]).toEqual([
        200,
        '"1"',
        { ...created.body, replaced: [] }
      ])
    })
  )

  it.live("keeps what is implausible with a flag, and refuses what is impossible", () =>
    Effect.gen(function* () {
      const { post, place } = yield* ward
      const kept = yield* post(place, Ward.pulse(300))
      expect([kept.status, kept.body.flag]).toEqual([
        201,
        { code: "implausible", expected: "20 to 250 /min" }
      ])
      const refused = yield* post(place, Ward.pulse(351))
      expect([refused.status, refused.body.errors]).toEqual([
        422,
        [
          {
            path: "value",
            code: "range",
            message: "Expected 0 to 350 /min",
            expected: "0 to 350 /min"
          }
        ]
      ])
    })
  )

  it.live("names every wrong field of a reading", () =>
    Effect.gen(function* () {
      const { post, place } = yield* ward
      const refused = yield* post(place, {
        vital: "",
        value: null,
        unit: 7,
        observedAt: "yesterday",
        source: ""
      })
      expect([refused.status, Server.problems(refused)]).toEqual([
        422,
        ["vital: length", "value: type", "unit: type", "observedAt: format", "source: length"]
      ])
      const local = yield* post(place, Ward.pulse(80, "2026-03-01T10:00:00"))
      expect([local.status, Server.problems(local)]).toEqual([422, ["observedAt: format"]])
      const unit = yield* post(place, { ...Ward.pulse(80), unit: "mm[Hg]" })
      expect([unit.status, Server.problems(unit)]).toEqual([422, ["unit: unit"]])
    })
  )

  it.live("is 404 for a patient who is not there", () =>
    Effect.gen(function* () {
      const { post } = yield* ward
      const path = `/api/v1/patients/${Server.absent}/measurements`
      expect((yield* post(path, Ward.pulse(80))).status).toBe(404)
      expect((yield* post(path, [Ward.pulse(80)])).status).toBe(404)
    })
  )

  it.live("takes the same again as the same, and another value as a correction", () =>
    Effect.gen(function* () {
      const { post, get, place } = yield* ward
      const first = yield* post(place, Ward.pulse(80))
      const again = yield* post(place, Ward.pulse(80, "2026-03-01T08:00:00Z"))
      expect([again.status, again.body.id, again.body.version]).toEqual([201, first.body.id, 1])
      const other = yield* post(place, Ward.pulse(90))
      expect([other.status, other.body.id, other.body.value]).toEqual([201, first.body.id, 90])
      const { body } = yield* get(`/api/v1/measurements/${first.body.id}`)
      expect(body.replaced.map(({ value }: { value: unknown }) => value)).toEqual([80])
    })
  )
})

describe("GET /api/v1/patients/{id}/measurements", () => {
  const history = Effect.gen(function* () {
    const it = yield* ward
    const hours = [8, 9, 10, 11, 12]
    const rows = hours.map((hour) =>
      Ward.pulse(hour * 10, `2026-03-01T${String(hour).padStart(2, "0")}:00:00Z`)
    )
    const temperature = { ...Ward.pulse(37), vital: "temperature", unit: "Cel" }
    yield* it.post(it.place, [...rows, temperature])
    return it
  })

  it.live("is bounded by vital, from (inclusive) and to (exclusive), at any offset", () =>
    Effect.gen(function* () {
      const { get, place } = yield* history
      const of = (query: string) => Effect.map(get(`${place}?${query}`), values)
      expect(yield* of("vital=heart-rate")).toEqual([80, 90, 100, 110, 120])
      expect(yield* of("vital=temperature")).toEqual([37])
      expect(yield* of("vital=glucose")).toEqual([])
      expect(
        yield* of("vital=heart-rate&from=2026-03-01T09:00:00Z&to=2026-03-01T11:00:00Z")
      ).toEqual([90, 100])
      const from = encodeURIComponent("2026-03-01T12:00:00+01:00")
      expect(yield* of(`vital=heart-rate&from=${from}`)).toEqual([110, 120])
      expect(yield* of("vital=heart-rate&from=2026-03-01T12:00:00+01:00")).toEqual([110, 120])
    })
  )

  it.live("goes page by page through the whole", () =>
    Effect.gen(function* () {
      const { get, place } = yield* history
      const first = yield* get(`${place}?limit=4`)
      expect(values(first)).toHaveLength(4)
      const rest = yield* get(`${place}?limit=4&cursor=${first.body.next}`)
      expect([...values(first), ...values(rest)]).toEqual([80, 90, 100, 110, 120, 37])
      expect(rest.body.next).toBeNull()
    })
  )

  it.live("names every parameter that is wrong", () =>
    Effect.gen(function* () {
      const { get, place } = yield* ward
      const refused = yield* get(`${place}?vital=mood&from=monday&to=2026-02-30T00:00:00Z&limit=0`)
      expect([refused.status, Server.problems(refused).toSorted()]).toEqual([
        422,
        ["from: format", "limit: range", "to: format", "vital: enum"]
      ])
    })
  )

  it.live("/latest has the newest of each vital", () =>
    Effect.gen(function* () {
      const { get, place } = yield* history
      const { status, body } = yield* get(`${place}/latest`)
      expect([
        status,
        body.map(({ vital, value }: Record<string, unknown>) => [vital, value])
      ]).toEqual([
        200,
        [
          ["heart-rate", 120],
          ["temperature", 37]
        ]
      ])
    })
  )
})

describe("GET /api/v1/measurements", () => {
  it.live("lists all for a clinician, and for a device only what it wrote", () =>
    Effect.gen(function* () {
      const { server, place, post, get } = yield* ward
      const device = yield* server.as("device")
      const own = yield* device.post(place, Ward.pulse(70))
      const other = yield* post(place, Ward.pulse(80, "2026-03-01T11:00:00Z"))
      expect([own.status, own.body.source]).toEqual([201, device.user])
      expect(values(yield* get("/api/v1/measurements"))).toEqual([70, 80])
      expect(values(yield* get(`${place}?vital=heart-rate`))).toEqual([70, 80])
      expect(values(yield* device.get("/api/v1/measurements"))).toEqual([70])
      expect(values(yield* device.get(place))).toEqual([70])
      const statuses = yield* Effect.forEach([own, other], ({ body }) =>
        Effect.map(device.get(`/api/v1/measurements/${body.id}`), ({ status }) => status)
      )
      expect(statuses).toEqual([200, 404])
    })
  )

  it.live("goes page by page in the order in which they came", () =>
    Effect.gen(function* () {
      const { place, post, get } = yield* ward
      for (const value of [3, 1, 2]) {
        yield* post(place, Ward.pulse(value, `2026-03-0${value}T10:00:00Z`))
      }
      const first = yield* get("/api/v1/measurements?limit=2")
      const rest = yield* get(`/api/v1/measurements?limit=2&cursor=${first.body.next}`)
      expect([values(first), values(rest), rest.body.next]).toEqual([[3, 1], [2], null])
    })
  )
})

describe("PATCH /api/v1/measurements/{id}", () => {
  it.live("corrects the value in any unit and keeps the old one", () =>
    Effect.gen(function* () {
      const { post, get, send, place } = yield* ward
      const { body } = yield* post(place, {
        ...Ward.pulse(38.5),
        vital: "temperature",
        unit: "Cel"
      })
      const path = `/api/v1/measurements/${body.id}`
      const correct = (version: number, type: string) =>
        send(
          "PATCH",
          path,
          { value: 97.7, unit: "[degF]" },
          { "if-match": `"${version}"`, "content-type": type }
        )
      const corrected = yield* correct(1, "application/merge-patch+json")
      expect([corrected.status, corrected.headers.get("etag")]).toEqual([200, '"2"'])
      expect(corrected.body).toEqual({
        ...body,
        value: 36.5,
        recordedAt: instant,
        version: 2
      })
      expect((yield* get(path)).body.replaced).toEqual([
        { value: 38.5, recordedAt: instant, replacedAt: instant }
      ])
      expect((yield* correct(2, "application/json")).status).toBe(200)
    })
  )

  it.live("needs the version in force, and a value that is possible", () =>
    Effect.gen(function* () {
      const { post, send, place } = yield* ward
      const { body } = yield* post(place, Ward.pulse(80))
      const correct = (patch: unknown, headers: Record<string, string>) =>
        send("PATCH", `/api/v1/measurements/${body.id}`, patch, headers)
      const good = { value: 81, unit: "/min" }
      expect((yield* correct(good, {})).status).toBe(428)
      expect((yield* correct(good, { "if-match": '"9"' })).status).toBe(412)
      const current = { "if-match": '"1"' }
      for (const [patch, problem] of [
        [{ value: 999, unit: "/min" }, "value: range"],
        [{ value: 81 }, "unit: missing"],
        [{ unit: "/min" }, "value: missing"],
        [{ value: null, unit: "/min" }, "value: type"],
        [[], ": type"]
      ] as const) {
        const refused = yield* correct(patch, current)
        expect([refused.status, Server.problems(refused)]).toEqual([422, [problem]])
      }
    })
  )
})

describe("DELETE /api/v1/measurements/{id}", () => {
  it.live("removes the measurement, with or without If-Match, and is 404 then", () =>
    Effect.gen(function* () {
      const { post, send, place } = yield* ward
      for (const headers of [{}, { "if-match": '"1"' }]) {
        const { body } = yield* post(place, Ward.pulse(80))
        const path = `/api/v1/measurements/${body.id}`
        expect((yield* send("DELETE", path, undefined, { "if-match": '"2"' })).status).toBe(412)
        const gone = yield* send("DELETE", path, undefined, headers)
        expect([gone.status, gone.text]).toEqual([204, ""])
        expect((yield* send("DELETE", path, undefined, headers)).status).toBe(404)
      }
    })
  )
})
