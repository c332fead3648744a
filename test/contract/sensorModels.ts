import * as Ports from "@bedside/core/Ports"
import * as SensorModel from "@bedside/core/SensorModel"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Given from "./given.ts"

const by = { actor: "ada", now: Given.instant("2026-03-01T10:00:00.123Z") }

const sensor = (): SensorModel.Key => ({ sensorId: `pump ${Given.text()}`, column: "value" })

const written = Schema.encodeSync(SensorModel.SensorModel)

const fit = (key: SensorModel.Key, values: ReadonlyArray<number> = [10, 5, 6, 9]) =>
  Ports.SensorModels.use((port) =>
    port.append(key, (live) => SensorModel.fit(live, key, values, by))
  )

const adjust = (key: SensorModel.Key) =>
  Ports.SensorModels.use((port) =>
    port.append(key, (live) =>
      live === undefined
        ? Result.fail(new Ports.NotFound({ what: "sensor" }))
        : Result.succeed(SensorModel.adjust(live, by))
    )
  )

export const sensorModels = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("Sensor models", () => {
    it.effect("come back exactly as they were made", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = { sensorId: `Pumpe/3 „x“ ${Given.text()}`, column: "params.velRMS.x" }
        const fitted = yield* fit(key, [0.1, 0.2, 1e-9, 123_456.789])
        expect(written(yield* port.live(key))).toEqual(written(fitted))
        const huge = yield* port.append(key, () =>
          Result.succeed({ ...fitted, version: 2, mean: -1.7976931348623157e308, std: 5e-324 })
        )
        const [kept] = yield* port.versions(key, { limit: 1 })
        expect(kept === undefined ? undefined : written(kept)).toEqual(written(huge))
      })
    )

    it.effect("have no version before the first", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        const seen: Array<unknown> = []
        const refused = port.append(key, (live) => {
          seen.push(live)
          return Result.fail("not today")
        })
        expect(yield* Effect.flip(refused)).toBe("not today")
        expect(seen.at(-1)).toBeUndefined()
        expect(yield* Given.refusal(port.live(key))).toEqual(Given.notFound("sensor"))
        expect(yield* Given.refusal(adjust(key))).toEqual(Given.notFound("sensor"))
        expect(yield* port.versions(key, { limit: 10 })).toEqual([])
      })
    )

    it.effect("are decided on with the live version, and stay when the decision fails", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        const first = yield* fit(key)
        const second = yield* adjust(key)
        expect([second.mean, second.parent, second.origin]).toEqual([8.25, 1, "adjust"])
        expect(yield* Effect.flip(port.append(key, (live) => Result.fail(live?.version)))).toBe(2)
        expect(written(yield* port.live(key))).toEqual(written(second))
        const versions = yield* port.versions(key, { limit: 10 })
        expect(versions.map((it) => written(it))).toEqual([written(second), written(first)])
      })
    )

    it.effect("live for themselves, one for each sensor and column", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        const others = [
          { ...key, column: "Value" },
          { ...key, sensorId: `${key.sensorId} ` }
        ]
        yield* fit(key)
        for (const other of others) {
          expect(yield* Given.refusal(port.live(other))).toEqual(Given.notFound("sensor"))
          yield* fit(other, [1, 3])
        }
        expect((yield* port.live(key)).mean).toBe(7.5)
        expect((yield* port.live(others[0] ?? key)).mean).toBe(2)
      })
    )

    it.effect("lose none of 50 adjustments at once", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        yield* fit(key)
        const results = yield* Given.atOnce(Given.times(50, () => adjust(key)))
        expect(Given.failures(results)).toEqual([])
        const versions = yield* port.versions(key, { limit: 100 })
        expect(versions.map((it) => [it.version, it.parent])).toEqual(
          Given.times(51, (index) => [51 - index, index === 50 ? null : 50 - index])
        )
      })
    )

    it.effect("lose none of many first fits at once", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        const results = yield* Given.atOnce(Given.times(20, () => fit(key)))
        expect(Given.failures(results)).toEqual([])
        const versions = yield* port.versions(key, { limit: 100 })
        expect(versions.map(({ version }) => version)).toEqual(
          Given.times(20, (index) => 20 - index)
        )
      })
    )

    it.effect("are listed newest first, in pages of any size", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        yield* fit(key)
        for (let version = 2; version <= 11; version++) yield* adjust(key)
        for (const limit of [1, 3, 11, 100]) {
          const versions = yield* Given.inPages(
            (slice: Ports.Slice<number>) => port.versions(key, slice),
            (it) => it.version,
            limit
          )
          expect(versions.map(({ version }) => version)).toEqual([
            11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1
          ])
        }
      })
    )
  })
}
