import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Server from "./server.ts"
import * as Ward from "./ward.ts"

const ward = Effect.gen(function* () {
  const server = yield* Server.serve()
  const clinician = yield* server.as("clinician")
  const patient = yield* Ward.admit(clinician)
  return { ...clinician, server, patient, place: `/api/v1/patients/${patient.id}` }
})

describe("assessments", () => {
  it.live("are not there before the worker was, and complete afterwards", () =>
    Effect.gen(function* () {
      const { post, get, server, patient, place } = yield* ward
      expect((yield* get(`${place}/assessments`)).body).toEqual({ items: [], next: null })
      expect((yield* get(`${place}/assessments/latest`)).status).toBe(404)
      const { body: outcomes } = yield* post(`${place}/measurements`, Ward.observations)
      yield* server.work
      const { status, body } = yield* get(`${place}/assessments/latest`)
      expect(status).toBe(200)
      expect(body).toMatchObject({
        patientId: patient.id,
        asOf: "2026-03-01T08:00:00.000Z",
        score: "news2",
        total: 2,
        lowerBound: 2,
        band: "low",
        missing: [],
        refusal: null
      })
      expect(body.measurements.toSorted()).toEqual(
        outcomes.map(({ id }: { id: string }) => id).toSorted()
      )
      const points = body.contributions.flatMap(
        ({ input, points }: { input: string; points: number }) =>
          points > 0 ? [[input, points]] : []
      )
      expect(points).toEqual([["pulse", 2]])
      expect(body.inputs).toContainEqual(
        expect.objectContaining({ value: 112, observedAt: "2026-03-01T10:00:00.000+02:00" })
      )
    })
  )

  it.live("say what is missing, and give no total then", () =>
    Effect.gen(function* () {
      const { post, get, server, place } = yield* ward
      yield* post(`${place}/measurements`, Ward.pulse(135))
      yield* server.work
      const { body } = yield* get(`${place}/assessments/latest`)
      expect(body).toMatchObject({ total: null, lowerBound: 3 })
      expect(body.missing).toHaveLength(6)
    })
  )

  it.live("have a second opinion, which is the rule's where no model is set up", () =>
    Effect.gen(function* () {
      const { post, get, server, place } = yield* ward
      expect((yield* post(`${place}/second-opinion`, {})).status).toBe(404)
      yield* post(`${place}/measurements`, Ward.observations)
      yield* server.work
      const { body: assessed } = yield* get(`${place}/assessments/latest`)
      const { status, body } = yield* post(`${place}/second-opinion`, {})
      expect([status, body]).toEqual([
        200,
        {
          level: "low",
          from: ["rule"],
          rule: "low",
          model: null,
          opinion: null,
          unused: "off",
          consultant: null,
          instructions: expect.any(String),
          assessment: assessed.id,
          asOf: assessed.asOf,
          cited: []
        }
      ])
    })
  )

  it.live("are listed newest first, page by page", () =>
    Effect.gen(function* () {
      const { post, get, server, place } = yield* ward
      for (const hour of ["08", "10", "09"]) {
        yield* post(`${place}/measurements`, Ward.pulse(80, `2026-03-01T${hour}:00:00Z`))
        yield* server.work
      }
      const asOf = ({ body }: Server.Answer) =>
        body.items.map((it: { asOf: string }) => it.asOf.slice(11, 13))
      const first = yield* get(`${place}/assessments?limit=1`)
      const rest = yield* get(`${place}/assessments?cursor=${first.body.next}`)
      expect([asOf(first), asOf(rest), rest.body.next]).toEqual([["10"], ["08"], null])
    })
  )

  it.live("call for the ward when the band rises to high", () =>
    Effect.gen(function* () {
      const { post, server, place } = yield* ward
      const worse = Ward.observations.map((it) =>
        it.vital === "consciousness"
          ? { ...it, value: "unresponsive" }
          : it.vital === "respiratory-rate"
            ? { ...it, value: 30 }
            : it
      )
      yield* post(`${place}/measurements`, worse)
      yield* server.work
      expect(server.notices.map(({ _tag }) => _tag)).toEqual(["Deterioration"])
    })
  )
})
