import * as Hypotension from "@bedside/core/Hypotension"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Server from "./server.ts"
import * as Ward from "./ward.ts"

const models = "/api/v1/risk-models"
const instant = expect.stringMatching(/Z$/)

const pressures = [92, 88, 79, 74].map((value, index) => ({
  vital: "mean-pressure",
  value,
  unit: "mm[Hg]",
  observedAt: `2026-03-01T${String(7 + index).padStart(2, "0")}:00:00+02:00`
}))

const served = Effect.gen(function* () {
  const server = yield* Server.serve()
  const admin = yield* server.as("admin")
  const clinician = yield* server.as("clinician")
  return { server, admin, clinician }
})

const candidate = (version: string, details: object = {}) => ({
  model: { ...Hypotension.model, version, ...details },
  reason: "refitted"
})

const reason = { reason: "as agreed" }

describe("/api/v1/patients/{id}/risks", () => {
  it.live("has what the active models foretell, with version, threshold and contributions", () =>
    Effect.gen(function* () {
      const { server, clinician } = yield* served
      const { id } = yield* Ward.admit(clinician, { birthDate: "1950-12-10" })
      const place = `/api/v1/patients/${id}/risks`
      expect((yield* clinician.get(place)).body).toEqual({ items: [] })
      yield* clinician.post(`/api/v1/patients/${id}/measurements`, pressures)
      yield* server.work
      const { status, body } = yield* clinician.get(place)
      expect(status).toBe(200)
      const [deterioration, hypotension] = body.items
      expect(deterioration).toEqual({
        task: "deterioration",
        version: "1.0.0",
        asOf: "2026-03-01T08:00:00.000Z",
        foretoldAt: instant,
        risk: null,
        band: null,
        threshold: null,
        bands: expect.any(Array),
        baseline: null,
        contributions: [],
        inputs: expect.any(Array),
        missing: ["heart-rate: 2 within 48 h", "systolic-pressure: 2 within 48 h"],
        refusal: {
          code: "too-few-readings",
          reasons: ["heart-rate: 2 within 48 h", "systolic-pressure: 2 within 48 h"]
        }
      })
      expect(hypotension).toMatchObject({
        task: "hypotension",
        version: "1.0.0",
        bands: Hypotension.model.bands,
        refusal: null
      })
      const { risk, band, threshold, bands, baseline, contributions } = hypotension
      const reached = bands.findLast(({ from }: { from: number }) => risk >= from)
      expect([band, threshold]).toEqual([reached.band, reached.from])
      const logit = contributions.reduce(
        (sum: number, { points }: { points: number }) => sum + points,
        baseline
      )
      expect(1 / (1 + Math.exp(-logit))).toBeCloseTo(risk, 9)
    })
  )

  it.live("refuses a patient who is not on record", () =>
    Effect.gen(function* () {
      const { clinician } = yield* served
      const { status } = yield* clinician.get(`/api/v1/patients/${Server.absent}/risks`)
      expect(status).toBe(404)
    })
  )
})

describe("/api/v1/risk-models", () => {
  it.live("leads a model from candidate to active and back, with who approved which step", () =>
    Effect.gen(function* () {
      const { admin, clinician } = yield* served
      const place = `${models}/hypotension`
      const first = yield* clinician.get(place)
      expect([first.status, first.body.version, first.body.state]).toEqual([200, "1.0.0", "active"])
      const before = first.body.steps[1].at
      const made = yield* admin.post(`${place}/candidates`, candidate("1.1.0"))
      expect([made.status, made.body.state]).toEqual([201, "candidate"])
      expect(made.body.hashes.features).toBe(Hypotension.model.definitionSha256)
      expect(made.body.card).not.toHaveProperty("predictor")
      expect(made.body.card).not.toHaveProperty("reference")
      for (const [step, state] of [
        ["shadow", "shadow"],
        ["activate", "active"]
      ]) {
        const taken = yield* admin.post(`${place}/1.1.0/${step}`, reason)
        expect([step, taken.status, taken.body.state]).toEqual([step, 200, state])
      }
      expect((yield* admin.get(place)).body.version).toBe("1.1.0")
      expect((yield* admin.get(`${place}?at=${before}`)).body.version).toBe("1.0.0")
      expect((yield* admin.get(`${place}?at=2020-01-01T00:00:00Z`)).status).toBe(404)
      const back = yield* admin.post(`${place}/rollback`, { reason: "too many alarms" })
      expect(back.body.steps.at(-1)).toEqual({
        nth: 8,
        state: "active",
        approver: admin.user,
        reason: "too many alarms",
        at: instant
      })
      const { body } = yield* clinician.get(models)
      expect(
        body.items.map(
          ({ task, version, state }: Record<string, string>) => `${task} ${version} ${state}`
        )
      ).toEqual([
        "deterioration 1.0.0 active",
        "hypotension 1.1.0 retired",
        "hypotension 1.0.0 active"
      ])
    })
  )

  it.live("refuses steps that the lineage does not allow, and versions that are not there", () =>
    Effect.gen(function* () {
      const { admin } = yield* served
      const place = `${models}/hypotension`
      const answers = yield* Effect.forEach(
        [
          [`${place}/candidates`, candidate("1.0.0")],
          [`${place}/1.0.0/activate`, reason],
          [`${place}/1.0.0/shadow`, reason],
          [`${place}/rollback`, reason],
          [`${place}/7.0.0/retire`, reason]
        ] as const,
        ([path, payload]) => admin.post(path, payload)
      )
      expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
        [409, "version-not-above"],
        [409, "not-the-shadow"],
        [409, "not-a-candidate"],
        [409, "none-before"],
        [404, undefined]
      ])
    })
  )

  it.live("refuses what is no model, and a model that cannot be asked, with every problem", () =>
    Effect.gen(function* () {
      const { admin } = yield* served
      const place = `${models}/deterioration/candidates`
      const { outcome: _, ...nameless } = Hypotension.model
      const none = yield* admin.post(place, {
        model: { ...nameless, version: "next", bands: [{ band: "high", from: 1.5 }] },
        reason: ""
      })
      expect([
        none.status,
        Server.problems(none)
          .map((it) => String(it.split(":")[0]))
          .toSorted()
      ]).toEqual([
        422,
        [
          "model.bands[0].from",
          "model.bands[0].positivePredictiveValue",
          "model.bands[0].sensitivity",
          "model.bands[0].share",
          "model.outcome",
          "model.version",
          "reason"
        ]
      ])
      const features = Hypotension.model.definition.features.slice(1)
      const definition = { ...Hypotension.model.definition, features }
      const broken = yield* admin.post(place, candidate("2.0.0", { definition }))
      expect([broken.status, Server.problems(broken)]).toEqual([
        422,
        [
          "id: task",
          "definitionSha256: hash",
          "predictor.model: features",
          "reference.features[0].name: feature"
        ]
      ])
    })
  )

  it.live("asks for a task that there is, and for a reason", () =>
    Effect.gen(function* () {
      const { admin } = yield* served
      expect((yield* admin.get(`${models}/sepsis`)).status).toBe(404)
      const silent = yield* admin.post(`${models}/hypotension/1.0.0/retire`, {})
      expect([silent.status, Server.problems(silent)]).toEqual([422, ["reason: missing"]])
    })
  )
})

describe("/api/v1/risk-runs", () => {
  it.live("goes through everybody in the background, and tells how far it is", () =>
    Effect.gen(function* () {
      const { server, admin, clinician } = yield* served
      const { id } = yield* Ward.admit(clinician, { birthDate: "1950-12-10" })
      yield* Ward.admit(clinician)
      yield* clinician.post(`/api/v1/patients/${id}/measurements`, pressures)
      yield* server.work
      const begun = yield* admin.post("/api/v1/risk-runs")
      const run = {
        id: expect.any(String),
        actor: admin.user,
        status: "running",
        patients: 2,
        done: 0,
        risks: 0,
        refusals: 0,
        startedAt: instant,
        updatedAt: instant
      }
      expect([begun.status, begun.body]).toEqual([202, run])
      const place = begun.headers.get("location") ?? ""
      expect(place).toBe(`/api/v1/risk-runs/${begun.body.id}`)
      const again = yield* admin.post("/api/v1/risk-runs")
      expect([again.status, again.headers.get("location")]).toEqual([202, place])
      const waiting = yield* admin.get(place)
      expect([waiting.status, waiting.headers.get("retry-after")]).toEqual([200, "1"])
      yield* server.work
      const ended = yield* admin.get(place)
      expect([ended.status, ended.headers.get("retry-after"), ended.body]).toEqual([
        200,
        null,
        { ...run, status: "completed", done: 2, risks: 1, refusals: 1 }
      ])
      expect((yield* admin.get(`/api/v1/risk-runs/${Server.absent}`)).status).toBe(404)
    })
  )
})

describe("/api/v1/risk-models/{task}/monitoring", () => {
  it.live("has no report before there is somebody to compare with the reference", () =>
    Effect.gen(function* () {
      const { admin } = yield* served
      const place = `${models}/hypotension/monitoring`
      const watched = yield* admin.get(`${place}?from=2026-01-01T00:00:00Z`)
      const none = {
        task: "hypotension",
        version: "1.0.0",
        against: "training",
        followed: 12,
        patients: 0,
        needed: 0,
        unwatched: [],
        report: null
      }
      expect([watched.status, watched.body]).toEqual([200, none])
      expect((yield* admin.get(`${place}?against=training`)).body).toEqual(none)
      const own = yield* admin.get(`${place}?against=first-patients`)
      expect([own.status, own.body]).toEqual([
        200,
        { ...none, against: "first-patients", followed: 0, needed: 200 }
      ])
      const other = yield* admin.get(`${place}?against=yesterday`)
      expect([other.status, Server.problems(other)]).toEqual([422, ["against: enum"]])
      yield* admin.post(`${models}/hypotension/1.0.0/retire`, reason)
      expect((yield* admin.get(`${models}/hypotension/monitoring`)).status).toBe(404)
    })
  )

  it.live(
    "refuses the training data where the model came with none, and looks at its patients",
    () =>
      Effect.gen(function* () {
        const { admin } = yield* served
        const place = `${models}/hypotension`
        const { model, reason: why } = candidate("1.1.0")
        const { reference: _, ...bare } = model
        expect(
          (yield* admin.post(`${place}/candidates`, { model: bare, reason: why })).status
        ).toBe(201)
        yield* admin.post(`${place}/1.1.0/shadow`, reason)
        yield* admin.post(`${place}/1.1.0/activate`, reason)
        const refused = yield* admin.get(`${place}/monitoring?against=training`)
        expect([refused.status, refused.body.code]).toEqual([409, "no-training-reference"])
        const { status, body } = yield* admin.get(`${place}/monitoring`)
        expect([status, body.against, body.needed]).toEqual([200, "first-patients", 200])
      })
  )

  it.live("refuses a reference that is not whole", () =>
    Effect.gen(function* () {
      const { admin } = yield* served
      const { reference } = Hypotension.model
      const score = { ...reference?.score, shares: [1] }
      const refused = yield* admin.post(
        `${models}/hypotension/candidates`,
        candidate("1.1.0", { reference: { ...reference, score } })
      )
      expect([refused.status, Server.problems(refused)]).toEqual([
        422,
        ["model.reference.score: value"]
      ])
    })
  )

  it.live("compares those who came with the reference, and knows what came true", () =>
    Effect.gen(function* () {
      const { server, admin, clinician } = yield* served
      for (let nth = 0; nth < 205; nth++) {
        const { id } = yield* Ward.admit(clinician, { birthDate: `${1930 + (nth % 60)}-12-10` })
        const shifted = pressures.map((it, at) => ({
          ...it,
          value: it.value + (((nth + 1) * (at + 3)) % 11),
          observedAt: it.observedAt.replace("2026-03-01", nth < 200 ? "2026-02-28" : "2026-03-01")
        }))
        const later = [60, 61].map((value, at) => ({
          ...shifted[0],
          value,
          observedAt: `2026-03-01T1${1 + at}:00:00+02:00`
        }))
        yield* clinician.post(`/api/v1/patients/${id}/measurements`, shifted)
        yield* server.work
        if (nth < 200) continue
        yield* clinician.post(`/api/v1/patients/${id}/measurements`, later)
        yield* server.work
        const recovered = shifted.map((it, at) => ({
          ...it,
          observedAt: `2026-03-01T2${at}:00:00+02:00`
        }))
        yield* clinician.post(`/api/v1/patients/${id}/measurements`, recovered)
        yield* server.work
      }
      const training = yield* admin.get(`${models}/hypotension/monitoring`)
      expect([training.status, training.body]).toMatchObject([
        200,
        { against: "training", followed: 12, patients: 5, needed: 0, unwatched: [] }
      ])
      expect(training.body.report).toMatchObject({ events: 5, matured: 0, unknown: 5 })
      const own = `${models}/hypotension/monitoring?against=first-patients`
      const { status, body } = yield* admin.get(own)
      expect([status, body.patients]).toEqual([200, 205])
      expect(body.report).toMatchObject({
        model: "hypotension",
        version: "1.0.0",
        events: 5,
        pending: 0,
        matured: 5,
        unknown: 0,
        calibration: { n: 5, observed: 5 }
      })
      const metrics = (yield* admin.get("/metrics")).body
      expect(String(metrics)).toMatch(
        /bedside_risk_monitored_patients\{[^}]*against="first-patients"[^}]*\} 5/
      )
      expect(String(metrics)).toMatch(
        /bedside_risk_monitored_patients\{[^}]*against="training"[^}]*\} 5/
      )
      expect(String(metrics)).toMatch(/bedside_risk_predictions_total\{[^}]*role="active"/)
      expect(String(metrics)).toMatch(/bedside_risk_refusals_total\{[^}]*too-few-readings/)
    })
  )
})

describe("/api/v1/risk-models/{task}/outcomes and recalibrations", () => {
  const place = `${models}/deterioration`

  /** A patient in January 2025, of whom the model tells much or little. */
  const stay = Effect.fnUntraced(function* (caller: Server.Caller, nth: number, isIll: boolean) {
    const { id } = yield* Ward.admit(caller, {
      birthDate: `${(isIll ? 1935 : 1985) + (nth % 10)}-12-10`
    })
    const readings = ["08", "09"].flatMap((hour) => {
      const at = { observedAt: `2025-01-01T${hour}:00:00Z` }
      return [
        { vital: "heart-rate", value: (isIll ? 120 : 70) + (nth % 17), unit: "/min", ...at },
        {
          vital: "systolic-pressure",
          value: (isIll ? 80 : 115) + (nth % 13),
          unit: "mm[Hg]",
          ...at
        }
      ]
    })
    yield* caller.post(`/api/v1/patients/${id}/measurements`, readings)
    return id
  })

  it.live("judges the active version by what became of its patients, and calibrates it again", () =>
    Effect.gen(function* () {
      const { server, admin, clinician } = yield* served
      const few = yield* admin.get(`${place}/recalibration`)
      expect([few.status, Server.problems(few)]).toEqual([422, [": outcomes"]])
      const statements: Array<object> = []
      for (let nth = 0; nth < 220; nth++) {
        const isIll = nth % 2 === 0
        const patientId = yield* stay(clinician, nth, isIll)
        yield* server.work
        statements.push({
          patientId,
          outcome: nth % 20 < 2 ? !isIll : isIll,
          at: "2025-01-05T12:00:00+01:00"
        })
      }
      const stated = yield* clinician.post(`${place}/outcomes`, statements)
      expect(stated.status).toBe(200)
      expect(stated.body[0]).toMatchObject({ index: 0, status: "created", id: expect.any(String) })
      const review = yield* clinician.get(`${place}/recalibration?from=2025-01-01T00:00:00Z`)
      expect([review.status, review.body]).toEqual([
        200,
        expect.objectContaining({
          version: "1.0.0",
          method: expect.stringMatching(/intercept|platt/)
        })
      ])
      expect(review.body.before).toMatchObject({ rows: 220, events: 110 })
      expect(review.body.after.logLoss).toBeLessThan(review.body.before.logLoss)
      const order = { reason: "half of them die here" }
      const made = yield* admin.post(`${place}/recalibrations`, order)
      expect([made.status, made.body.version, made.body.state]).toEqual([201, "1.0.1", "candidate"])
      expect(made.body.card.training.tune).toMatchObject({ rows: 220, events: 110 })
      const again = yield* admin.post(`${place}/recalibrations`, { ...order, method: "platt" })
      expect([again.status, again.body.code]).toEqual([409, "version-not-above"])
      const watched = yield* admin.get(`${place}/monitoring?against=first-patients`)
      expect(watched.body.patients).toBe(220)
    })
  )

  it.live("takes good statements and reports bad ones, and none of low pressure", () =>
    Effect.gen(function* () {
      const { clinician } = yield* served
      const { id } = yield* Ward.admit(clinician)
      const at = "2025-01-05T12:00:00Z"
      const { status, body } = yield* clinician.post(`${place}/outcomes`, [
        { patientId: id, outcome: "dead", at: "yesterday" },
        { patientId: Server.absent, outcome: true, at },
        { patientId: id, outcome: true, at }
      ])
      expect(status).toBe(200)
      expect(body.map((row: { status: string }) => row.status)).toEqual([
        "refused",
        "refused",
        "created"
      ])
      expect(body[0].error.errors.map(({ path }: { path: string }) => path)).toEqual([
        "outcome",
        "at"
      ])
      expect(body[1].error.errors).toEqual([
        expect.objectContaining({ path: "patientId", code: "unknown" })
      ])
      const alone = yield* clinician.post(`${place}/outcomes`, { patientId: id, outcome: true })
      expect([alone.status, Server.problems(alone)]).toEqual([422, ["at: missing"]])
      expect((yield* clinician.post(`${models}/hypotension/outcomes`, [])).status).toBe(404)
    })
  )

  it.live("asks for a method that there is", () =>
    Effect.gen(function* () {
      const { admin } = yield* served
      const asked = yield* admin.post(`${place}/recalibrations`, { method: "magic", version: "2" })
      expect([asked.status, Server.problems(asked).map((it) => it.split(":")[0])]).toEqual([
        422,
        ["method", "version", "reason"]
      ])
    })
  )
})
