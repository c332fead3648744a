import * as Account from "@bedside/core/Account"
import * as Memory from "@bedside/core/Memory"
import * as Workflows from "@bedside/core/Workflows"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { describe, expect, it } from "@effect/vitest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Client from "../../src/Client.ts"
import * as Http from "../../src/Http.ts"
import * as Alerts from "../../src/internal/handlers/alerts.ts"
import * as PasswordHash from "../../src/PasswordHash.ts"
import * as Tokens from "../../src/Tokens.ts"
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
        restores: null,
        state: "live",
        actor: user,
        reason: null,
        count: 4,
        skipped: 0,
        mean: 7.5,
        std,
        createdAt: expect.stringMatching(/Z$/),
        liveFrom: expect.stringMatching(/Z$/),
        liveUntil: null,
        decision: null
      }
      expect([fitted.status, fitted.body]).toEqual([200, model])
      expect((yield* get(`${place}/weights`)).body).toEqual(model)
      expect((yield* post(`${place}/predict`, { value: 10 })).body).toEqual({
        alert: false,
        value: 10,
        threshold: 12.260952285695232,
        z: 1.0502100630210074,
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
      expect(refitted.body).toMatchObject({
        version: 4,
        parent: null,
        count: 2,
        skipped: 1,
        mean: 2
      })
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
      const place = "/api/v1/sensors/none"
      expect((yield* get(`${place}/versions`)).status).toBe(404)
      expect((yield* get(`${place}/candidate`)).status).toBe(404)
      expect((yield* post(`${place}/candidate`, { values: golden })).status).toBe(404)
      expect((yield* post(`${place}/candidate/promote`)).status).toBe(404)
      expect((yield* post(`${place}/candidate/withdraw`)).status).toBe(404)
      expect((yield* post(`${place}/rollback`, { version: 1 })).status).toBe(404)
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

describe("the lineage of a sensor", () => {
  const place = "/api/v1/sensors/pump-1"

  it.live("says who made each version and why", () =>
    Effect.gen(function* () {
      const { post, get, user } = yield* clinician
      yield* post(`${place}/fit`, { values: golden, reason: "first run" })
      yield* post(`${place}/adjust?reason=false+alarms`)
      yield* post(`${place}/rollback`, { version: 1, reason: "missed one" })
      const versions = yield* get(`${place}/versions`)
      expect(
        versions.body.items.map((it: Record<string, unknown>) => [
          it["version"],
          it["origin"],
          it["parent"],
          it["restores"],
          it["mean"],
          it["actor"],
          it["reason"],
          it["state"]
        ])
      ).toEqual([
        [3, "rollback", 2, 1, 7.5, user, "missed one", "live"],
        [2, "adjust", 1, null, 8.25, user, "false alarms", "retired"],
        [1, "fit", null, null, 7.5, user, "first run", "retired"]
      ])
    })
  )

  it.live("refuses to roll back to what is live, never was, or is not there", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      yield* post(`${place}/fit`, { values: golden })
      yield* post(`${place}/candidate`, { values: golden })
      const to = (version: unknown) =>
        Effect.map(post(`${place}/rollback`, { version }), ({ status, body }) => [
          status,
          body.code
        ])
      expect(yield* to(1)).toEqual([409, "already-live"])
      expect(yield* to(2)).toEqual([409, "never-live"])
      expect(yield* to(3)).toEqual([404, undefined])
      for (const none of [0, -1, 1.5, 1e12, "1", null]) {
        expect(yield* to(none)).toEqual([422, undefined])
      }
    })
  )

  it.live("tells which version was live at a time", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      const fitted = yield* post(`${place}/fit`, { values: golden })
      const liveFrom = Date.parse(fitted.body.liveFrom)
      yield* Effect.repeat(DateTime.now, { until: (now) => now.epochMilliseconds > liveFrom })
      yield* post(`${place}/adjust`)
      const at = (time: string) =>
        Effect.map(get(`${place}/weights?at=${encodeURIComponent(time)}`), (answer) => [
          answer.status,
          answer.body.version
        ])
      expect(yield* at(fitted.body.liveFrom)).toEqual([200, 1])
      expect(yield* at("2999-01-01T00:00:00+02:00")).toEqual([200, 2])
      expect(yield* at("2020-01-01T00:00:00Z")).toEqual([404, undefined])
      const refused = yield* get(`${place}/weights?at=yesterday`)
      expect([refused.status, Server.problems(refused)]).toEqual([422, ["at: format"]])
    })
  )

  it.live("tries a candidate beside the live version and promotes it", () =>
    Effect.gen(function* () {
      const { post, get, user } = yield* clinician
      yield* post(`${place}/fit`, { values: golden })
      const proposed = yield* post(`${place}/candidate`, { values: [100, 102], reason: "new pump" })
      expect([proposed.status, proposed.body.state, proposed.body.version]).toEqual([
        201,
        "candidate",
        2
      ])
      const second = yield* post(`${place}/candidate`, { values: golden })
      expect([second.status, second.body.code]).toEqual([409, "candidate-waits"])
      for (const value of [1, 50]) yield* post(`${place}/predict`, { value })
      yield* post("/pump-1/predict", { value: 200 })
      yield* post("/api/v1/sensors/predict", { sensorId: "pump-1", value: [1, 50, null] })
      const candidate = yield* get(`${place}/candidate`)
      expect(candidate.body).toEqual({
        model: proposed.body,
        trials: [
          {
            candidate: 2,
            live: 1,
            readings: 5,
            agreements: 3,
            liveAlerts: 3,
            candidateAlerts: 1,
            since: expect.stringMatching(/Z$/),
            until: expect.stringMatching(/Z$/)
          }
        ]
      })
      const promoted = yield* post(`${place}/candidate/promote?reason=fewer+alarms`)
      expect(promoted.body).toMatchObject({
        version: 2,
        state: "live",
        reason: "new pump",
        decision: { actor: user, reason: "fewer alarms" }
      })
      expect((yield* get(`${place}/weights`)).body).toEqual(promoted.body)
      expect((yield* get(`${place}/candidate`)).status).toBe(404)
      const former = yield* get(`${place}/candidate?version=2`)
      expect(former.body.trials).toEqual(candidate.body.trials)
      expect((yield* get(`${place}/candidate?version=x`)).status).toBe(422)
    })
  )

  it.live("withdraws a candidate, and then takes another", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      yield* post(`${place}/fit`, { values: golden })
      yield* post(`${place}/candidate`, { values: golden })
      const withdrawn = yield* post(`${place}/candidate/withdraw`, {})
      expect([withdrawn.status, withdrawn.body.state]).toEqual([200, "withdrawn"])
      const again = yield* post(`${place}/candidate`, { values: golden })
      expect([again.status, again.body.version]).toEqual([201, 3])
    })
  )

  it.live("refuses a reason that is none", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      for (const reason of ["", "x".repeat(501), 1]) {
        const refused = yield* post(`${place}/fit`, { values: golden, reason })
        expect(refused.status).toBe(422)
      }
      expect((yield* post(`${place}/adjust?reason=`)).status).toBe(422)
    })
  )
})

describe("/api/v1/sensors/{id}/drift", () => {
  const place = "/api/v1/sensors/pump-1"
  const hundred = Array.from({ length: 100 }, (_, index) => index)

  it.live("judges what came in to predict against what was fitted", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      const fitted = yield* post(`${place}/fit`, { values: [...hundred, null] })
      yield* post(`${place}/predict`, { value: 20 })
      yield* post("/pump-1/predict", { value: 30 })
      const value = [...hundred.slice(0, 47).map((it) => it + 80), null]
      yield* post("/api/v1/sensors/predict", { sensorId: "pump-1", value })
      const drift = yield* get(`${place}/drift`)
      expect([drift.status, drift.body]).toEqual([
        200,
        {
          version: 1,
          from: fitted.body.liveFrom,
          to: expect.stringMatching(/Z$/),
          n: 49,
          missing: 1,
          psi: expect.any(Number),
          ks: expect.closeTo(0.8 - 2 / 49, 12),
          p: expect.any(Number),
          shift: expect.any(Number),
          z: expect.any(Number),
          limits: { psi: null, ks: expect.any(Number), z: expect.closeTo(2.5758, 4) },
          alarm: true,
          reasons: ["ks", "mean"],
          bins: Array.from({ length: 10 }, (_, bin) => ({
            from: bin === 0 ? null : expect.closeTo(9.9 * bin, 9),
            to: bin === 9 ? null : expect.closeTo(9.9 * (bin + 1), 9),
            expected: 10 / 101,
            observed: ([0, 0, 1, 1, 0, 0, 0, 0, 10, 37][bin] ?? NaN) / 50
          }))
        }
      ])
      expect(drift.body.p).toBeLessThan(1e-9)
    })
  )

  it.live("is null where nothing can be computed, and of a model without bins", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      yield* post(`${place}/fit`, { values: [7, 7] })
      const none = yield* get(`${place}/drift`)
      expect(none.body).toMatchObject({
        n: 0,
        missing: 0,
        psi: null,
        ks: null,
        p: null,
        shift: null,
        z: null,
        limits: { psi: null, ks: null },
        alarm: false,
        reasons: [],
        bins: [
          { from: null, to: 7, expected: 0, observed: null },
          { from: 7, to: null, expected: 1, observed: null }
        ]
      })
      yield* post("/api/v1/sensors/predict", { sensorId: "pump-1", value: [8, 8] })
      const moved = yield* get(`${place}/drift`)
      expect(moved.body).toMatchObject({ n: 2, shift: null, z: null, reasons: ["mean"] })
    })
  )

  it.live("takes a column and UTC days", () =>
    Effect.gen(function* () {
      const { post, get } = yield* clinician
      yield* post(`${place}/fit?column=x`, { values: golden })
      yield* post(`${place}/predict?column=x`, { value: 7 })
      const n = (query: string) =>
        Effect.map(get(`${place}/drift?${query}`), ({ status, body }) => [status, body.n])
      expect(yield* n("column=x")).toEqual([200, 1])
      expect(yield* n("column=x&from=2020-01-01T00:00:00Z")).toEqual([200, 1])
      expect(yield* n("column=x&from=2999-01-01T00:00:00%2B02:00")).toEqual([200, 0])
      expect(yield* n("column=x&to=2020-01-01T00:00:00Z")).toEqual([200, 0])
      expect(yield* n("")).toEqual([404, undefined])
      const refused = yield* get(`${place}/drift?from=yesterday&to=1`)
      expect([refused.status, Server.problems(refused)]).toEqual([
        422,
        ["from: format", "to: format"]
      ])
    })
  )

  it.live("is asked through the typed client, and by a device", () =>
    Effect.gen(function* () {
      const { server, post } = yield* clinician
      yield* post(`${place}/fit`, { values: golden })
      yield* post(`${place}/predict`, { value: 7 })
      const { authorization = "" } = yield* server.as("device")
      const token = Redacted.make(authorization.replace("Bearer ", ""))
      const client = yield* Client.make({ url: server.root, token })
      const drift = yield* client.sensors.drift({ params: { id: "pump-1" }, query: {} })
      expect(drift).toMatchObject({ version: 1, n: 1, alarm: false })
    })
  )
})

describe("/api/v1/sensors/predict", () => {
  const path = "/api/v1/sensors/predict"

  it.live("judges values of many sensors and columns, and names what it cannot judge", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      yield* post("/api/v1/sensors/pump-1/fit", { values: golden })
      yield* post("/api/v1/sensors/pump-2/fit?column=velRMS.x", { values: [1, 3] })
      const answer = yield* post(path, {
        sensorId: ["pump-1", "pump-2", "none", "pump-1", "pump-2", "none"],
        column: ["value", "velRMS.x", "value", "value", "velRMS.x", "value"],
        value: [13, 4, 1e9, 12, 5, null]
      })
      expect([answer.status, answer.body]).toEqual([
        200,
        {
          count: 6,
          missing: 1,
          alerts: [0, 4],
          models: [
            {
              sensorId: "pump-1",
              column: "value",
              version: 1,
              mean: 7.5,
              std,
              threshold: 12.260952285695232,
              readings: 2,
              missing: 0,
              alerts: 1
            },
            {
              sensorId: "pump-2",
              column: "velRMS.x",
              version: 1,
              mean: 2,
              std: Math.SQRT2,
              threshold: 2 + 2 * Math.SQRT2,
              readings: 2,
              missing: 0,
              alerts: 1
            }
          ],
          unknown: [{ sensorId: "none", column: "value", indices: [2, 5] }]
        }
      ])
    })
  )

  it.live("takes one sensor and one column for all values", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      yield* post("/api/v1/sensors/pump-1/fit?column=x", { values: golden })
      const one = yield* post(path, { sensorId: "pump-1", column: "x", value: [1, 20] })
      expect([one.body.alerts, one.body.unknown]).toEqual([[1], []])
      const other = yield* post(path, { sensorId: "pump-1", value: [1, 20] })
      expect(other.body).toMatchObject({
        alerts: [],
        models: [],
        unknown: [{ sensorId: "pump-1", column: "value", indices: [0, 1] }]
      })
      const none = yield* post(path, { sensorId: [], value: [] })
      expect([none.status, none.body.count]).toEqual([200, 0])
    })
  )

  it.live("takes and gives typed arrays through the typed client", () =>
    Effect.gen(function* () {
      const { server, post, authorization = "" } = yield* clinician
      yield* post("/api/v1/sensors/pump-1/fit", { values: golden })
      const token = Redacted.make(authorization.replace("Bearer ", ""))
      const client = yield* Client.make({ url: server.root, token })
      const answer = yield* client.sensors.predictAll({
        payload: {
          sensorId: { names: ["pump-1", "none"], of: Int32Array.of(0, 1, 0) },
          column: { names: ["value"], of: undefined },
          value: Float64Array.of(13, 13, NaN)
        }
      })
      expect(answer).toMatchObject({ count: 3, missing: 1, alerts: Int32Array.of(0) })
      expect(answer.unknown[0]?.indices).toEqual(Int32Array.of(1))
    })
  )

  it.live("refuses what is no column, each named with its place", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      const refused = (body: unknown) =>
        Effect.map(post(path, body), (answer) => [answer.status, ...Server.problems(answer)])
      expect(yield* refused({ sensorId: ["a", 1], column: "", value: [1, "2"] })).toEqual([
        422,
        "sensorId[1]: type",
        "column: type",
        "value[1]: type"
      ])
      expect(yield* refused({ sensorId: ["a", "b"], column: ["x"], value: [1, 2, 3] })).toEqual([
        422,
        "sensorId: length",
        "column: length"
      ])
      expect(yield* refused({ sensorId: ["a", "x".repeat(201)], value: [1, 2] })).toEqual([
        422,
        "sensorId[1]: type"
      ])
      expect(yield* refused({})).toEqual([422, "sensorId: missing", "value: missing"])
      expect((yield* post(path, `{"sensorId":"a","value":[1e999]}`)).status).toBe(422)
      const zeros = (length: number) => ({ sensorId: "a", value: Array.from({ length }, () => 0) })
      expect(yield* refused(zeros(100_001))).toEqual([422, "value: length"])
      expect((yield* post(path, zeros(100_000))).status).toBe(200)
      const large = " ".repeat(33 * 2 ** 20)
      expect((yield* post(path, large)).status).toBe(413)
    })
  )
})

describe("/api/v1/sensors/alerts", () => {
  const path = "/api/v1/sensors/alerts"

  const clientOf = (server: Server.Running, caller: Server.Caller) =>
    Client.make({
      url: server.root,
      token: Redacted.make(caller.authorization?.replace("Bearer ", "") ?? "")
    })

  /** What the stream tells, from now on. */
  const listen = Effect.fnUntraced(function* (
    server: Server.Running,
    caller: Server.Caller,
    after?: string
  ) {
    const client = yield* clientOf(server, caller)
    const headers = after === undefined ? {} : { "last-event-id": after }
    const events = yield* Stream.toQueue(yield* client.sensors.alerts({ headers }), {
      capacity: "unbounded"
    })
    const start = yield* Queue.take(events)
    return { events, start }
  })

  it.live("streams every alert that predict finds, to all who listen", () =>
    Effect.gen(function* () {
      const { server, ...caller } = yield* clinician
      yield* caller.post("/api/v1/sensors/pump-1/fit", { values: golden })
      const readers = [
        yield* listen(server, caller),
        yield* listen(server, yield* server.as("device"))
      ]
      yield* caller.post("/api/v1/sensors/pump-1/predict", { value: 1 })
      yield* caller.post("/api/v1/sensors/pump-1/predict", { value: 20 })
      yield* caller.post("/pump-1/predict", { value: 30 })
      yield* caller.post("/api/v1/sensors/predict", { sensorId: "pump-1", value: [40, 1, 50] })
      for (const { events, start } of readers) {
        expect(start).toMatchObject({ event: "listening", data: {} })
        const alerts = [yield* Queue.take(events)]
        while (alerts.length < 4) alerts.push(yield* Queue.take(events))
        expect(alerts.map(({ data }) => "value" in data && data.value)).toEqual([20, 30, 40, 50])
        expect(alerts[0]).toMatchObject({
          id: expect.stringMatching(/^\w+-1$/),
          event: "alert",
          data: {
            sensorId: "pump-1",
            column: "value",
            value: 20,
            threshold: 12.260952285695232,
            z: 5.2510503151050365,
            version: 1
          }
        })
      }
    }).pipe(Effect.scoped)
  )

  it.live("is text that any reader of server-sent events understands", () =>
    Effect.gen(function* () {
      const { get } = yield* clinician
      const answer = yield* get(path)
      expect([answer.status, answer.headers.get("content-type")]).toEqual([
        200,
        "text/event-stream"
      ])
      expect(answer.headers.get("x-accel-buffering")).toBe("no")
      expect(answer.text).toMatch(/^id: \w+-0\nevent: listening\ndata: \{\}\n\n$/)
    })
  )

  it.live("lets a user listen to 20 at once, and to another when one has ended", () =>
    Effect.gen(function* () {
      const { server, ...caller } = yield* clinician
      const open = Effect.promise(async () => {
        const headers = { authorization: caller.authorization ?? "" }
        const { body } = await fetch(`${server.root}${path}`, { headers })
        const reader = body?.getReader()
        await reader?.read()
        return reader
      })
      const readers = yield* Effect.replicateEffect(open, 20)
      const refused = yield* caller.get(path)
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"])
      expect((yield* (yield* server.as("device")).get(path)).status).toBe(200)
      yield* Effect.promise(async () => readers[0]?.cancel())
      yield* Effect.repeat(caller.get(path), { until: ({ status }) => status === 200 })
      yield* Effect.promise(() => Promise.all(readers.map(async (reader) => reader?.cancel())))
    })
  )

  it.live("tells whoever comes back how many alerts they missed", () =>
    Effect.gen(function* () {
      const { server, ...caller } = yield* clinician
      yield* caller.post("/api/v1/sensors/pump-1/fit", { values: golden })
      const { start } = yield* listen(server, caller)
      yield* caller.post("/api/v1/sensors/predict", { sensorId: "pump-1", value: [40, 1, 50] })
      const again = yield* listen(server, caller, start.id)
      expect(yield* Queue.take(again.events)).toMatchObject({
        event: "dropped",
        data: { count: 2 }
      })
    }).pipe(Effect.scoped)
  )

  it.effect("says every 15 seconds that it is still there, and ends after an hour", () =>
    Effect.gen(function* () {
      const { body } = Alerts.answer(Stream.never, Effect.never)
      if (body._tag !== "Stream") return expect.fail("The answer is no stream")
      const heard = yield* body.stream.pipe(
        Stream.decodeText(),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      yield* TestClock.adjust("1 hour")
      const comments = yield* Fiber.join(heard)
      expect(comments.length).toBeGreaterThanOrEqual(239)
      expect(new Set(comments)).toEqual(new Set([": still here\n\n"]))
    })
  )

  it.live("ends when a host that mounts it disposes of it", () =>
    Effect.gen(function* () {
      const secret = Redacted.make("a secret of at least thirty-two bytes")
      const bedside = Http.toWebHandler(
        { tokens: { secret } },
        Workflows.layer.pipe(
          Layer.provideMerge(Memory.layer),
          Layer.provide([PasswordHash.layer({ iterations: 1 }), SecureRandom.layerWebCrypto]),
          Layer.provide(NodeCrypto.layer)
        )
      )
      const token = yield* Tokens.Tokens.use((tokens) =>
        tokens.issue({
          id: Account.AccountId.make(Server.absent),
          user: "ada",
          roles: ["clinician"]
        })
      ).pipe(Effect.provide(Tokens.Tokens.layer({ secret })))
      const headers = { authorization: `Bearer ${Redacted.value(token.accessToken)}` }
      const answer = yield* Effect.promise(() =>
        bedside.handler(new Request(`http://localhost${path}`, { headers }))
      )
      const text = Effect.promise(() => answer.text())
      const [heard] = yield* Effect.all(
        [text, Effect.delay(Effect.promise(bedside.dispose), "50 millis")],
        { concurrency: 2 }
      )
      expect(heard).toContain("event: listening")
    }).pipe(Effect.timeout("10 seconds"))
  )

  it.live("ends when the server stops, and does not hold it up", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const server = yield* Scope.provide(Server.serve({ drain: "30 seconds" }), scope)
      const { events } = yield* listen(server, yield* server.as("clinician"))
      yield* Scope.close(scope, Exit.void)
      expect(Exit.isFailure(yield* Effect.exit(Queue.take(events)))).toBe(true)
    }).pipe(Effect.scoped, Effect.timeout("10 seconds"))
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
