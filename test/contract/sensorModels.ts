import * as Ports from "@bedside/core/Ports"
import * as SensorModel from "@bedside/core/SensorModel"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Given from "./given.ts"

const time = (clock: string) => Given.instant(`2026-03-01T${clock}Z`)

const at = (clock: string, reason?: string) => ({ actor: "ada", now: time(clock), reason })

const by = at("10:00:00.123")

const sensor = (): SensorModel.Key => ({ sensorId: `pump ${Given.text()}`, column: "value" })

const written = Schema.encodeSync(SensorModel.SensorModel)

const golden = [10, 5, 6, 9]

const fit = (key: SensorModel.Key, values: ReadonlyArray<number> = golden, made = by) =>
  Ports.SensorModels.use((port) =>
    port.append(key, (lineage) => SensorModel.fit(lineage, key, values, made))
  )

const adjust = (key: SensorModel.Key, made = by) =>
  Ports.SensorModels.use((port) => port.append(key, (lineage) => SensorModel.adjust(lineage, made)))

const propose = (key: SensorModel.Key, values: ReadonlyArray<number> = [1, 3], made = by) =>
  Ports.SensorModels.use((port) =>
    port.append(key, (lineage) => SensorModel.propose(lineage, key, values, made))
  )

const promote = (key: SensorModel.Key, made = by) =>
  Ports.SensorModels.use((port) =>
    port.append(key, (lineage) => SensorModel.promote(lineage, made))
  )

const withdraw = (key: SensorModel.Key, made = by) =>
  Ports.SensorModels.use((port) =>
    port.append(key, (lineage) => SensorModel.withdraw(lineage, made))
  )

const rollback = (key: SensorModel.Key, version: number, made = by) =>
  Ports.SensorModels.use((port) =>
    Effect.flatMap(port.version(key, version), (earlier) =>
      port.append(key, (lineage) => SensorModel.rollback(lineage, earlier, made))
    )
  )

const trial = (details: Partial<SensorModel.Trial> = {}): SensorModel.Trial => ({
  candidate: 2,
  live: 1,
  readings: 10,
  agreements: 7,
  liveAlerts: 4,
  candidateAlerts: 1,
  ...details
})

export const sensorModels = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("Sensor models", () => {
    it.effect("come back exactly as they were made", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = { sensorId: `Pumpe/3 „x“ ${Given.text()}`, column: "params.velRMS.x" }
        const fitted = yield* fit(key, [0.1, 0.2, 1e-9, 123_456.789])
        expect(written(yield* port.live(key))).toEqual(written(fitted))
        const huge = yield* port.append(key, () =>
          Result.succeed([
            {
              ...fitted,
              version: 2,
              mean: -1.7976931348623157e308,
              std: 5e-324,
              skipped: 3,
              reason: "\u00BB'; drop\n\u{1F489}",
              parent: 1,
              restores: 1,
              origin: "rollback",
              state: "withdrawn",
              decision: { actor: "eve", reason: null, at: time("11:00:00.001") }
            }
          ])
        )
        const [kept] = yield* port.versions(key, { limit: 1 })
        expect(kept === undefined ? undefined : written(kept)).toEqual(written(huge))
        expect(written(yield* port.version(key, 2))).toEqual(written(huge))
      })
    )

    it.effect("have no version before the first", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        const seen: Array<unknown> = []
        const refused = port.append(key, (lineage) => {
          seen.push(lineage)
          return Result.fail("not today")
        })
        expect(yield* Effect.flip(refused)).toBe("not today")
        expect(seen.at(-1)).toEqual(SensorModel.empty)
        for (const absent of [
          port.live(key),
          port.candidate(key),
          port.version(key, 1),
          port.liveAt(key, time("12:00:00"))
        ]) {
          expect(yield* Given.refusal(absent)).toEqual(Given.notFound("sensor"))
        }
        expect(yield* Effect.flip(adjust(key))).toEqual(new SensorModel.Missing({ what: "live" }))
        expect(yield* port.versions(key, { limit: 10 })).toEqual([])
        expect(yield* port.standing([key])).toEqual([undefined])
        expect(yield* port.trials(key, 1)).toEqual([])
      })
    )

    it.effect("are decided on with the live version, and stay when the decision fails", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        const first = yield* fit(key)
        const second = yield* adjust(key)
        expect([second.mean, second.parent, second.origin]).toEqual([8.25, 1, "adjust"])
        const refused = port.append(key, ({ live }) => Result.fail(live?.version))
        expect(yield* Effect.flip(refused)).toBe(2)
        expect(written(yield* port.live(key))).toEqual(written(second))
        const versions = yield* port.versions(key, { limit: 10 })
        const retired = { ...first, state: "retired", liveUntil: second.liveFrom } as const
        expect(versions.map((it) => written(it))).toEqual([written(second), written(retired)])
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

    it.effect("go back to an earlier one by a new one, and erase nothing", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        yield* fit(key, [...golden, NaN])
        yield* adjust(key)
        const back = yield* rollback(key, 1, at("11:00:00", "false alarms"))
        expect(back).toMatchObject({
          version: 3,
          parent: 2,
          origin: "rollback",
          restores: 1,
          reason: "false alarms",
          count: 4,
          skipped: 1,
          mean: 7.5
        })
        expect((yield* rollback(key, 2)).mean).toBe(8.25)
        expect(yield* Effect.flip(rollback(key, 4))).toEqual(
          new SensorModel.Refused({ code: "already-live" })
        )
        expect(yield* Given.refusal(rollback(key, 9))).toEqual(Given.notFound("sensor"))
        const versions = yield* port.versions(key, { limit: 10 })
        expect(versions.map(({ version, mean, state }) => [version, mean, state])).toEqual([
          [4, 8.25, "live"],
          [3, 7.5, "retired"],
          [2, 8.25, "retired"],
          [1, 7.5, "retired"]
        ])
      })
    )

    it.effect("tell which one was live at a time, to the millisecond", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        yield* fit(key, golden, at("10:00:00.000"))
        yield* propose(key, [1, 3], at("10:30:00.000"))
        yield* adjust(key, at("11:00:00.500"))
        yield* promote(key, at("12:00:00.000"))
        yield* rollback(key, 1, at("13:00:00.000"))
        for (const [clock, version] of [
          ["10:00:00.000", 1],
          ["11:00:00.499", 1],
          ["11:00:00.500", 3],
          ["11:59:59.999", 3],
          ["12:00:00.000", 2],
          ["13:00:00.000", 4],
          ["23:00:00.000", 4]
        ] as const) {
          const live = yield* port.liveAt(key, time(clock))
          expect([clock, live.version]).toEqual([clock, version])
        }
        const before = port.liveAt(key, time("09:59:59.999"))
        expect(yield* Given.refusal(before)).toEqual(Given.notFound("sensor"))
      })
    )

    it.effect("follow one another even where the clock goes back", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        yield* fit(key, golden, at("12:00:00"))
        yield* adjust(key, at("11:00:00"))
        yield* adjust(key, at("13:00:00"))
        expect(yield* Given.refusal(port.liveAt(key, time("11:30:00")))).toEqual(
          Given.notFound("sensor")
        )
        expect((yield* port.liveAt(key, time("12:00:00"))).version).toBe(2)
        expect((yield* port.liveAt(key, time("13:00:00"))).version).toBe(3)
      })
    )

    it.effect("wait as a candidate beside the live one until promoted or withdrawn", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        expect(yield* Effect.flip(propose(key))).toEqual(new SensorModel.Missing({ what: "live" }))
        yield* fit(key)
        const first = yield* propose(key, [1, 3], at("10:30:00", "after the repair"))
        expect(first).toMatchObject({ version: 2, state: "candidate", liveFrom: null })
        expect(written(yield* port.candidate(key))).toEqual(written(first))
        expect((yield* port.live(key)).version).toBe(1)
        expect(yield* Effect.flip(propose(key))).toEqual(
          new SensorModel.Refused({ code: "candidate-waits" })
        )
        expect(yield* Effect.flip(rollback(key, 2))).toEqual(
          new SensorModel.Refused({ code: "never-live" })
        )
        yield* adjust(key)
        const withdrawn = yield* withdraw(key, at("11:00:00", "too eager"))
        expect(withdrawn).toMatchObject({ version: 2, state: "withdrawn", mean: 2 })
        expect(withdrawn.decision).toMatchObject({ actor: "ada", reason: "too eager" })
        expect(yield* Effect.flip(promote(key))).toEqual(
          new SensorModel.Missing({ what: "candidate" })
        )
        yield* propose(key, [2, 4])
        const promoted = yield* promote(key, { ...at("12:00:00"), actor: "eve" })
        expect(promoted).toMatchObject({ version: 4, state: "live", actor: "ada", mean: 3 })
        expect(promoted.decision).toMatchObject({ actor: "eve", reason: null })
        expect(written(yield* port.live(key))).toEqual(written(promoted))
        expect(yield* Given.refusal(port.candidate(key))).toEqual(Given.notFound("sensor"))
        expect((yield* port.version(key, 3)).state).toBe("retired")
      })
    )

    it.effect("have one candidate of many proposed at once, and one promotion", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        yield* fit(key)
        const proposed = yield* Given.atOnce(Given.times(20, () => propose(key)))
        expect(Given.failures(proposed)).toHaveLength(19)
        const promoted = yield* Given.atOnce(Given.times(20, () => promote(key)))
        expect(Given.failures(promoted)).toHaveLength(19)
        const versions = yield* port.versions(key, { limit: 10 })
        expect(versions.map(({ version, state }) => [version, state])).toEqual([
          [2, "live"],
          [1, "retired"]
        ])
      })
    )

    it.effect("stand for many keys in one look, in the order of the keys", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const [fitted, proposed, unknown] = [sensor(), sensor(), sensor()]
        yield* fit(fitted)
        yield* fit(proposed)
        yield* propose(proposed)
        const standings = yield* port.standing([unknown, proposed, fitted, proposed])
        expect(standings.map((it) => it && [it.live.version, it.candidate?.version])).toEqual([
          undefined,
          [1, 2],
          [1, undefined],
          [1, 2]
        ])
        const { version, mean, std } = yield* port.live(fitted)
        expect(standings[2]?.live).toMatchObject({ version, mean, std })
        expect(yield* port.standing([])).toEqual([])
      })
    )

    it.effect("count what a candidate was tried on, for each live version", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const [key, other] = [sensor(), sensor()]
        const [noon, later] = [time("12:00:00.000"), time("13:00:00.000")]
        yield* port.addTrials([{ key, trial: trial() }], later)
        yield* port.addTrials(
          [
            { key: other, trial: trial() },
            {
              key,
              trial: trial({ readings: 1, agreements: 1, liveAlerts: 0, candidateAlerts: 0 })
            },
            { key, trial: trial({ live: 3, readings: 2_000_000_000 }) }
          ],
          noon
        )
        yield* port.addTrials([{ key, trial: trial({ live: 3, readings: 2_000_000_000 }) }], noon)
        const summed = trial({ readings: 11, agreements: 8 })
        expect(yield* port.trials(key, 2)).toEqual([
          { ...summed, since: noon, until: later },
          {
            ...trial({ live: 3, readings: 4_000_000_000, agreements: 14, liveAlerts: 8 }),
            candidateAlerts: 2,
            since: noon,
            until: noon
          }
        ])
        expect(yield* port.trials(key, 3)).toEqual([])
        expect(yield* port.trials(other, 2)).toHaveLength(1)
      })
    )

    it.effect("lose no trial of many counted at once", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const keys = Given.times(5, sensor)
        const all = keys.map((key) => ({ key, trial: trial() }))
        const noon = time("12:00:00.000")
        yield* Given.atOnce(
          Given.times(20, (index) => port.addTrials(index % 2 === 0 ? all : all.toReversed(), noon))
        )
        for (const key of keys) {
          const [tried] = yield* port.trials(key, 2)
          expect(tried?.readings).toBe(200)
        }
      })
    )
  })
}
