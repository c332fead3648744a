import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as Sensing from "../../src/monitoring/Sensing.ts"
import * as Sensor from "../../src/sensor/Sensor.ts"
import * as Ward from "./ward.ts"

const key = { sensorId: "61a9", column: "params.velRMS.x" }

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
          for (const refused of [
            Effect.asVoid(sensing.weights(other)),
            Effect.asVoid(sensing.predict(other, 1)),
            Effect.asVoid(sensing.adjust(ada, other)),
            Effect.asVoid(sensing.versions(other, { limit: 10 }))
          ]) {
            expect(yield* Effect.flip(refused)).toMatchObject({ _tag: "NotFound", what: "sensor" })
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
})
