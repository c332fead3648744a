import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Server from "./server.ts"
import * as Ward from "./ward.ts"

const campaigns = "/api/v1/campaigns"
const instant = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/)

const served = Effect.gen(function* () {
  const server = yield* Server.serve()
  return { server, admin: yield* server.as("admin"), clinician: yield* server.as("clinician") }
})

const ecg = (id: string) => ({
  id,
  date: "2026-03-01",
  samplingRate: 250,
  leads: [{ name: "I", signal: [1, -1, 1] }]
})

describe(campaigns, () => {
  it.live("begins a campaign of each kind, and gives the one that goes on", () =>
    Effect.gen(function* () {
      const { server, admin, clinician } = yield* served
      yield* Ward.admit(clinician)
      yield* clinician.post("/api/v1/ecgs", ecg("a"))
      yield* server.work
      const orders = [
        [{ kind: "foretell-population" }, null, 1],
        [{ kind: "backfill-ecgs" }, expect.any(String), 0],
        [{ kind: "train-model", task: "deterioration" }, "deterioration", 1],
        [{ kind: "train-model", task: "hypotension" }, "hypotension", 1]
      ] as const
      for (const [order, subject, total] of orders) {
        const begun = yield* admin.post(campaigns, order)
        expect([begun.status, begun.body]).toEqual([
          202,
          {
            id: expect.any(String),
            kind: order.kind,
            subject,
            actor: admin.user,
            status: "running",
            total,
            done: 0,
            failed: 0,
            tally: {},
            outcome: null,
            startedAt: instant,
            updatedAt: instant
          }
        ])
        const place = begun.headers.get("location") ?? ""
        expect(place).toBe(`${campaigns}/${begun.body.id}`)
        const again = yield* admin.post(campaigns, order)
        expect([again.status, again.headers.get("location")]).toEqual([202, place])
        const waiting = yield* admin.get(place)
        expect([waiting.status, waiting.headers.get("retry-after")]).toEqual([200, "1"])
        expect(waiting.body).toEqual(begun.body)
      }
      yield* server.work
      const { body } = yield* admin.get(campaigns)
      const shown = body.items.map((it: Record<string, unknown>) => [
        it["kind"],
        it["subject"],
        it["status"],
        it["done"],
        it["failed"]
      ])
      expect(shown).toEqual([
        ["train-model", "hypotension", "completed", 0, 1],
        ["train-model", "deterioration", "completed", 0, 1],
        ["backfill-ecgs", expect.any(String), "completed", 0, 0],
        ["foretell-population", null, "completed", 1, 0]
      ])
      const ended = yield* admin.get(`${campaigns}/${body.items[0].id}`)
      expect([ended.headers.get("retry-after"), ended.body.outcome]).toEqual([
        null,
        { refusal: "too-few-outcomes", needed: 250, withOutcome: 0, without: 0 }
      ])
    })
  )

  it.live("is the same as a run of the risk models, and no other campaign is one", () =>
    Effect.gen(function* () {
      const { admin } = yield* served
      const run = yield* admin.post("/api/v1/risk-runs")
      const campaign = yield* admin.post(campaigns, { kind: "foretell-population" })
      expect(campaign.body.id).toBe(run.body.id)
      const other = yield* admin.post(campaigns, { kind: "backfill-ecgs" })
      expect((yield* admin.get(`/api/v1/risk-runs/${other.body.id}`)).status).toBe(404)
    })
  )

  it.live("stops a campaign, once, and makes room for another", () =>
    Effect.gen(function* () {
      const { server, admin, clinician } = yield* served
      yield* Ward.admit(clinician)
      yield* server.work
      const { body } = yield* admin.post(campaigns, { kind: "foretell-population" })
      const stopped = yield* admin.post(`${campaigns}/${body.id}/stop`)
      expect([stopped.status, stopped.body.status]).toEqual([200, "stopped"])
      yield* server.work
      const still = yield* admin.get(`${campaigns}/${body.id}`)
      expect(still.body).toMatchObject({ status: "stopped", done: 0 })
      expect(still.headers.get("retry-after")).toBe(null)
      expect((yield* admin.post(`${campaigns}/${body.id}/stop`)).body).toEqual(still.body)
      const other = yield* admin.post(campaigns, { kind: "foretell-population" })
      expect(other.body.id).not.toBe(body.id)
      yield* server.work
      const ended = yield* admin.post(`${campaigns}/${other.body.id}/stop`)
      expect(ended.body).toMatchObject({ status: "completed", done: 1 })
    })
  )

  it.live("is listed newest first, in pages", () =>
    Effect.gen(function* () {
      const { admin } = yield* served
      const begun: Array<string> = []
      for (const task of ["deterioration", "hypotension"]) {
        begun.push((yield* admin.post(campaigns, { kind: "train-model", task })).body.id)
      }
      const first = yield* admin.get(`${campaigns}?limit=1`)
      expect(first.body.items.map(({ id }: { id: string }) => id)).toEqual([begun[1]])
      const rest = yield* admin.get(`${campaigns}?limit=1&cursor=${first.body.next}`)
      expect(rest.body.items.map(({ id }: { id: string }) => id)).toEqual([begun[0]])
      expect(rest.body.next).toBe(null)
    })
  )

  it.live("refuses what is no kind or task, and what is not there", () =>
    Effect.gen(function* () {
      const { admin } = yield* served
      for (const order of [{}, { kind: "reboot" }, { kind: "train-model" }]) {
        expect((yield* admin.post(campaigns, order)).status).toBe(422)
      }
      const other = yield* admin.post(campaigns, { kind: "train-model", task: "sepsis" })
      expect([other.status, Server.problems(other)]).toEqual([422, ["task: enum"]])
      expect((yield* admin.get(`${campaigns}/${Server.absent}`)).status).toBe(404)
      expect((yield* admin.post(`${campaigns}/${Server.absent}/stop`)).status).toBe(404)
      expect((yield* admin.get(`${campaigns}?cursor=x`)).status).toBe(422)
    })
  )
})
