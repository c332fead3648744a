import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Verdicts from "../../src/monitoring/internal/verdict.ts"
import * as Sensing from "../../src/monitoring/Sensing.ts"
import * as Sensor from "../../src/sensor/Sensor.ts"
import * as Ward from "./ward.ts"

const key = { sensorId: "61a9", column: "params.velRMS.x" }
const golden = [10, 5, 6, 9]

describe("Sensing", () => {
  it.effect("follows the golden values: fit, predict, adjust, adjust again", () =>
    Ward.on(
      Effect.gen(function* () {
        const sensing = yield* Sensing.Sensing
        const ada = Ward.actor("clinician")
        expect(yield* sensing.fit(ada, key, [10, 5, 6, 9])).toMatchObject({
          mean: 7.5,
          std: 2.3804761428476167,
          count: 4
        })
        expect(yield* sensing.predict(key, 10)).toEqual({
          alert: false,
          value: 10,
          threshold: 12.260952285695232,
          z: 1.0502100630210074,
          version: 1
        })
        expect((yield* sensing.predict(key, 12.260952285695232)).alert).toBe(true)
        expect((yield* sensing.predict(key, -1_000)).alert).toBe(false)
        expect((yield* sensing.adjust(ada, key)).mean).toBe(8.25)
        expect(yield* sensing.predict(key, 13)).toMatchObject({
          alert: false,
          threshold: 13.010952285695232,
          version: 2
        })
        expect((yield* sensing.adjust(ada, key)).mean).toBe(9.075)
        expect(yield* sensing.weights(key)).toMatchObject({ version: 3, parent: 2 })
      })
    )
  )

  it.effect("knows no sensor that was never fitted, and no other column of one that was", () =>
    Ward.on(
      Effect.gen(function* () {
        const sensing = yield* Sensing.Sensing
        const ada = Ward.actor("clinician")
        yield* sensing.fit(ada, key, [1, 2])
        for (const other of [
          { ...key, sensorId: "none" },
          { ...key, column: "value" }
        ]) {
          const refusals = yield* Effect.all([
            Effect.flip(sensing.weights(other)),
            Effect.flip(sensing.weights(other, Ward.noon)),
            Effect.flip(sensing.predict(other, 1)),
            Effect.flip(sensing.adjust(ada, other)),
            Effect.flip(sensing.rollback(ada, other, 1)),
            Effect.flip(sensing.propose(ada, other, [1, 2])),
            Effect.flip(sensing.promote(ada, other)),
            Effect.flip(sensing.withdraw(ada, other)),
            Effect.flip(sensing.candidate(other)),
            Effect.flip(sensing.candidate(other, 1)),
            Effect.flip(sensing.drift(other)),
            Effect.flip(sensing.versions(other, { limit: 10 }))
          ])
          for (const refusal of refusals) {
            expect(refusal).toMatchObject({ _tag: "NotFound", what: "sensor" })
          }
        }
      })
    )
  )

  it.effect("refuses fewer than two values, and keeps the model it has", () =>
    Ward.on(
      Effect.gen(function* () {
        const sensing = yield* Sensing.Sensing
        const ada = Ward.actor("clinician")
        yield* sensing.fit(ada, key, [1, 3])
        for (const values of [[], [7], [NaN, 7]]) {
          const got = values.includes(7) ? 1 : 0
          expect(yield* Effect.flip(sensing.fit(ada, key, values))).toEqual(
            new Sensor.TooFewValues({ needed: 2, got })
          )
        }
        expect(yield* sensing.weights(key)).toMatchObject({ mean: 2, version: 1 })
      })
    )
  )

  it.effect("starts anew with another fit, and explains every threshold there was", () =>
    Ward.on(
      Effect.gen(function* () {
        const sensing = yield* Sensing.Sensing
        const ada = Ward.actor("clinician")
        const eve = Ward.actor("clinician")
        yield* sensing.fit(ada, key, [10, 5, 6, 9])
        yield* TestClock.adjust("1 hour")
        yield* sensing.adjust(eve, key)
        yield* sensing.fit(eve, key, [1, 3])
        const first = yield* sensing.versions(key, { limit: 2 })
        const second = yield* sensing.versions(key, { limit: 2, cursor: first.next ?? "" })
        expect(
          [...first.items, ...second.items].map((it) => [it.version, it.parent, it.actor, it.mean])
        ).toEqual([
          [3, null, eve.user, 2],
          [2, 1, eve.user, 8.25],
          [1, null, ada.user, 7.5]
        ])
        expect(second.items[0]?.createdAt.epochMilliseconds).toBe(Ward.noon.epochMilliseconds)
        expect(second.next).toBe(null)
      })
    )
  )

  it.effect("loses none of many adjustments at once", () =>
    Ward.on(
      Effect.gen(function* () {
        const sensing = yield* Sensing.Sensing
        const ada = Ward.actor("clinician")
        yield* sensing.fit(ada, key, [10, 5, 6, 9])
        yield* Effect.all(
          Array.from({ length: 50 }, () => sensing.adjust(ada, key)),
          { concurrency: "unbounded" }
        )
        expect((yield* sensing.weights(key)).version).toBe(51)
      })
    )
  )

  it.effect("rolls back to any version that was live, with the reason", () =>
    Ward.on(
      Effect.gen(function* () {
        const sensing = yield* Sensing.Sensing
        const ada = Ward.actor("clinician")
        yield* sensing.fit(ada, key, golden, "first run")
        yield* sensing.adjust(ada, key)
        const back = yield* sensing.rollback(ada, key, 1, "false alarms")
        expect(back).toMatchObject({ version: 3, restores: 1, mean: 7.5, reason: "false alarms" })
        expect(yield* Effect.flip(sensing.rollback(ada, key, 3))).toMatchObject({
          _tag: "Conflict",
          code: "already-live"
        })
        expect(yield* Effect.flip(sensing.rollback(ada, key, 9))).toMatchObject({
          _tag: "NotFound"
        })
      })
    )
  )

  it.effect("tells which version was live at a time", () =>
    Ward.on(
      Effect.gen(function* () {
        const sensing = yield* Sensing.Sensing
        const ada = Ward.actor("clinician")
        yield* sensing.fit(ada, key, golden)
        yield* TestClock.adjust("1 hour")
        yield* sensing.adjust(ada, key)
        const { addDuration } = DateTime
        expect((yield* sensing.weights(key, addDuration(Ward.noon, "59 minutes"))).version).toBe(1)
        expect((yield* sensing.weights(key, addDuration(Ward.noon, "1 hour"))).version).toBe(2)
        const before = sensing.weights(key, addDuration(Ward.noon, "-1 milli"))
        expect(yield* Effect.flip(before)).toMatchObject({ _tag: "NotFound" })
      })
    )
  )

  it.effect("tries a candidate on what the live version is asked, until it is decided on", () =>
    Ward.on(
      Effect.gen(function* () {
        const sensing = yield* Sensing.Sensing
        const ada = Ward.actor("clinician")
        yield* sensing.fit(ada, key, golden)
        yield* sensing.predict(key, 100)
        yield* sensing.propose(ada, key, [100, 102], "another pump")
        expect(yield* Effect.flip(sensing.propose(ada, key, [1, 2]))).toMatchObject({
          code: "candidate-waits"
        })
        expect((yield* sensing.candidate(key)).trials).toEqual([])
        for (const value of [0, 50, 200]) yield* sensing.predict(key, value)
        yield* TestClock.adjust("1 hour")
        expect((yield* sensing.predict(key, 60)).version).toBe(1)
        yield* sensing.adjust(ada, key)
        yield* sensing.predict(key, 200)
        const counted = [
          {
            candidate: 2,
            live: 1,
            readings: 4,
            agreements: 2,
            liveAlerts: 3,
            candidateAlerts: 1,
            since: Ward.noon,
            until: DateTime.addDuration(Ward.noon, "1 hour")
          },
          {
            candidate: 2,
            live: 3,
            readings: 1,
            agreements: 1,
            liveAlerts: 1,
            candidateAlerts: 1,
            since: DateTime.addDuration(Ward.noon, "1 hour"),
            until: DateTime.addDuration(Ward.noon, "1 hour")
          }
        ]
        expect((yield* sensing.candidate(key)).trials).toEqual(counted)
        yield* sensing.promote(ada, key, "it agrees")
        expect(yield* sensing.predict(key, 60)).toMatchObject({ alert: false, version: 2 })
        expect(yield* Effect.flip(sensing.candidate(key))).toMatchObject({ _tag: "NotFound" })
        expect((yield* sensing.candidate(key, 2)).trials).toEqual(counted)
        for (const version of [1, 9]) {
          const never = sensing.candidate(key, version)
          expect(yield* Effect.flip(never)).toMatchObject({ _tag: "NotFound" })
        }
        expect(yield* Effect.flip(sensing.withdraw(ada, key))).toMatchObject({ _tag: "NotFound" })
      })
    )
  )

  it.effect("predicts a batch as it predicts each value, and knows what it cannot judge", () =>
    Ward.on(
      Effect.gen(function* () {
        const sensing = yield* Sensing.Sensing
        const ada = Ward.actor("clinician")
        const [other, unknown] = [
          { ...key, column: "value" },
          { ...key, sensorId: "none" }
        ]
        yield* sensing.fit(ada, key, golden)
        yield* sensing.fit(ada, other, [1, 3])
        yield* sensing.propose(ada, other, [5, 5])
        const { judged, alerts } = yield* sensing.predictAll({
          keys: [unknown, key, other],
          of: Int32Array.of(1, 2, 0, 1, 2, 2, 1),
          values: Float64Array.of(13, 4, 1e9, 12, 5, NaN, NaN)
        })
        expect(Array.from(alerts)).toEqual([0, 4])
        expect(judged.map((it) => [it.live?.version, it.readings, it.missing, it.alerts])).toEqual([
          [undefined, 1, 0, 0],
          [1, 2, 1, 1],
          [1, 2, 1, 1]
        ])
        expect((yield* sensing.candidate(other)).trials).toMatchObject([
          { readings: 2, agreements: 2, liveAlerts: 1, candidateAlerts: 1 }
        ])
        const nothing = { keys: [], of: new Int32Array(), values: new Float64Array() }
        expect(yield* sensing.predictAll(nothing)).toEqual({
          judged: [],
          alerts: new Int32Array()
        })
      })
    )
  )

  const Small = Schema.Int.check(Schema.isBetween({ minimum: -20, maximum: 20 }))
  const Judge = Schema.Struct({
    version: Small,
    mean: Small,
    std: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))
  })

  it.prop(
    "judges each value of a batch as it would be judged alone, by the live version and the candidate",
    [Schema.Array(Schema.NullOr(Small)), Judge, Judge],
    ([readings, live, candidate]) => {
      const values = Float64Array.from(readings, (value) => value ?? NaN)
      const of = Int32Array.from(values, (_, index) => index % 2)
      const keys = [key, { ...key, column: "value" }]
      const standings = [{ live, candidate, edges: [] }, undefined]
      const { judged, alerts } = Verdicts.judge(standings, { keys, of, values })
      const indices = [...values.keys()].filter((index) => of[index] === 0)
      const known = indices.map((index) => values[index] ?? NaN).filter((it) => !Number.isNaN(it))
      const count = (test: (value: number) => boolean) => known.filter(test).length
      const byLive = (value: number) => Sensor.predict(live, value)
      const byCandidate = (value: number) => Sensor.predict(candidate, value)
      expect(Array.from(alerts)).toEqual(indices.filter((index) => byLive(values[index] ?? NaN)))
      expect(judged[0]).toMatchObject({
        readings: known.length,
        missing: indices.length - known.length,
        alerts: count(byLive)
      })
      expect(judged[0]?.trial).toEqual(
        known.length === 0
          ? undefined
          : {
              candidate: candidate.version,
              live: live.version,
              readings: known.length,
              agreements: count((value) => byLive(value) === byCandidate(value)),
              liveAlerts: count(byLive),
              candidateAlerts: count(byCandidate)
            }
      )
      expect(judged[1]).toMatchObject({ live: undefined, alerts: 0, trial: undefined })
    }
  )

  describe("alerts", () => {
    const onScopedWard = <A, E>(test: Effect.Effect<A, E, Sensing.Sensing | Scope.Scope>) =>
      Ward.on(Effect.scoped(test))

    const listening = Effect.fnUntraced(function* (after?: string) {
      const sensing = yield* Sensing.Sensing
      return yield* Stream.toPull(sensing.alerts(after))
    })

    /** The next notices, as many as there are. */
    const heard = (pull: Effect.Success<ReturnType<typeof listening>>, count: number) =>
      Effect.gen(function* () {
        const all: Array<Sensing.Notice> = []
        while (all.length < count) all.push(...(yield* pull))
        return all
      })

    const fitted = Effect.gen(function* () {
      const sensing = yield* Sensing.Sensing
      yield* sensing.fit(Ward.actor("clinician"), key, [1, 3])
      return sensing
    })

    it.effect("reach everyone who listens, from then on, with what they were judged by", () =>
      onScopedWard(
        Effect.gen(function* () {
          const sensing = yield* fitted
          yield* sensing.predict(key, 1_000)
          const [one, two] = [yield* listening(), yield* listening()]
          const [start] = yield* heard(one, 1)
          yield* heard(two, 1)
          yield* sensing.predict(key, 0)
          yield* sensing.predict(key, 10)
          yield* sensing.predictAll({
            keys: [key],
            of: Int32Array.of(0, 0, 0),
            values: Float64Array.of(20, 1, 30)
          })
          for (const pull of [one, two]) {
            const notices = yield* heard(pull, 3)
            expect(notices.map((it) => (it._tag === "Alert" ? it.alert.value : it._tag))).toEqual([
              10, 20, 30
            ])
            expect(notices[0]).toEqual({
              _tag: "Alert",
              id: expect.stringMatching(/^\w+-2$/),
              alert: {
                ...key,
                value: 10,
                threshold: 2 + 2 * Math.SQRT2,
                z: 8 / Math.SQRT2,
                version: 1,
                at: Ward.noon
              }
            })
          }
          expect(start).toEqual({ _tag: "Listening", id: expect.stringMatching(/^\w+-1$/) })
        })
      )
    )

    it.effect("are dropped for those too slow for them, the oldest first, and counted", () =>
      onScopedWard(
        Effect.gen(function* () {
          const sensing = yield* fitted
          const pull = yield* listening()
          yield* heard(pull, 1)
          const batch = {
            keys: [key],
            of: new Int32Array(100_000),
            values: new Float64Array(100_000).fill(10)
          }
          yield* sensing.predictAll(batch)
          yield* sensing.predictAll(batch)
          const [dropped, next] = yield* heard(pull, 2)
          const lost = 200_000 - 2 ** 17
          expect(dropped).toMatchObject({ _tag: "Dropped", count: lost })
          expect(next?.id.endsWith(`-${lost + 1}`)).toBe(true)
        })
      )
    )

    it.effect("that came while someone was away are counted when they come back", () =>
      onScopedWard(
        Effect.gen(function* () {
          const sensing = yield* fitted
          yield* sensing.predict(key, 10)
          const [last] = yield* heard(yield* listening(), 1)
          yield* sensing.predict(key, 10)
          yield* sensing.predict(key, 10)
          const notices = yield* heard(yield* listening(last?.id), 2)
          expect(notices[1]).toMatchObject({ _tag: "Dropped", count: 2 })
          for (const foreign of ["another-1", "1", "", `${last?.id}x`]) {
            const again = yield* listening(foreign)
            expect(yield* heard(again, 1)).toHaveLength(1)
            yield* sensing.predict(key, 10)
            expect(yield* heard(again, 1)).toMatchObject([{ _tag: "Alert" }])
          }
        })
      )
    )
  })
})
