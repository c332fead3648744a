import * as Drift from "@bedside/core/Drift"
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

/** A tally of its own arithmetic: three bins, values around `mean`. */
const tally = (mean: number, counts: ReadonlyArray<number> = [1, 2, 3]): Drift.Tally => ({
  counts,
  count: counts.reduce((sum, it) => sum + it, 0),
  missing: 1,
  mean,
  variance: 4
})

const march = (day: number) => Given.instant(`2026-03-0${day}T00:00:00Z`)

const on = (day: number, it: Drift.Tally = tally(10)): Ports.Tallied => ({ ...it, day: march(day) })

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
              decision: { actor: "eve", reason: null, at: time("11:00:00.001") },
              bins: {
                count: 2,
                missing: 3,
                mean: -1e150,
                std: 5e-324,
                edges: [-1e150, 0.1, 1 / 3],
                shares: [0.1, 0.2, 0, 1e-9, 2 / 3]
              }
            }
          ])
        )
        const [kept] = yield* port.versions(key, { limit: 1 })
        expect(kept === undefined ? undefined : written(kept)).toEqual(written(huge))
        expect(written(yield* port.version(key, 2))).toEqual(written(huge))
        expect((yield* port.version(key, 2)).bins).toEqual(huge.bins)
        expect((yield* port.live(key)).bins).toEqual(fitted.bins)
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
        expect(yield* port.tallies(key, 1, {})).toEqual([])
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
        const { edges } = Result.getOrThrow(Drift.freeze(golden))
        expect(standings.map((it) => it?.edges)).toEqual([undefined, edges, edges, edges])
        expect(yield* port.standing([])).toEqual([])
      })
    )

    it.effect("keep the bins of what was fitted, whatever becomes of the threshold", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        const { bins } = yield* fit(key, [...golden, NaN])
        expect(bins).toEqual(Result.getOrThrow(Drift.freeze([...golden, NaN])))
        yield* adjust(key)
        yield* fit(key, [1, 2, 3])
        yield* rollback(key, 2)
        const versions = yield* port.versions(key, { limit: 10 })
        const others = Result.getOrThrow(Drift.freeze([1, 2, 3]))
        expect(versions.map((it) => it.bins)).toEqual([bins, others, bins, bins])
        const weights = { count: 90, skipped: 10, mean: 7.5, std: 2 }
        const adopted = yield* port.append(key, (lineage) =>
          Result.succeed(SensorModel.adopt(lineage, key, weights, by))
        )
        expect((yield* port.live(key)).bins).toEqual(Drift.ofWeights(weights))
        expect(adopted.bins.edges).toEqual([])
        expect((yield* port.standing([key]))[0]?.edges).toEqual([])
      })
    )

    it.effect("keep tallies of each version by the day, merged with those there were", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const [key, other] = [sensor(), sensor()]
        yield* port.addTallies([])
        yield* port.addTallies([
          { key, version: 1, tallied: on(2) },
          { key: other, version: 1, tallied: on(1) },
          { key, version: 2, tallied: on(1, tally(7)) },
          { key, version: 1, tallied: on(1, tally(10)) }
        ])
        yield* port.addTallies([{ key, version: 1, tallied: on(1, tally(20, [0, 0, 2])) }])
        expect(yield* port.tallies(key, 1, {})).toEqual([
          on(1, {
            counts: [1, 2, 5],
            count: 8,
            missing: 2,
            mean: 12.5,
            variance: expect.closeTo(22.75, 12)
          }),
          on(2)
        ])
        expect(yield* port.tallies(key, 2, {})).toEqual([on(1, tally(7))])
        expect(yield* port.tallies(other, 1, {})).toEqual([on(1)])
        expect(yield* port.tallies({ ...key, column: "x" }, 1, {})).toEqual([])
      })
    )

    it.effect("give the tallies of the days from one on, and before another", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        yield* port.addTallies([3, 1, 4, 2].map((day) => ({ key, version: 1, tallied: on(day) })))
        for (const [from, to, days] of [
          [undefined, undefined, [1, 2, 3, 4]],
          [2, undefined, [2, 3, 4]],
          [undefined, 3, [1, 2]],
          [2, 4, [2, 3]],
          [3, 3, []],
          [4, 1, []]
        ] as const) {
          const found = yield* port.tallies(key, 1, {
            from: from && march(from),
            to: to && march(to)
          })
          expect(found.map(({ day }) => day)).toEqual(days.map(march))
        }
      })
    )

    it.effect("have the tally of all values, in however many parts they came", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const keys = Given.times(3, sensor)
        const values = Given.times(600, (index) => 70 + 10 * Math.sin(index * index))
        const bins = Result.getOrThrow(Drift.freeze(values.slice(0, 100)))
        for (let from = 0; from < values.length; from += 50) {
          const tallied = on(1, Drift.tally(bins, [...values.slice(from, from + 50), NaN]))
          yield* port.addTallies(keys.map((key) => ({ key, version: 1, tallied })))
        }
        for (const key of keys) {
          const [merged] = yield* port.tallies(key, 1, {})
          const together = Drift.tally(bins, values)
          expect(merged).toEqual({
            ...together,
            missing: 12,
            mean: expect.closeTo(together.mean, 10),
            variance: expect.closeTo(together.variance, 9),
            day: march(1)
          })
        }
      })
    )

    it.effect("merge tallies of any values, the smallest, the largest and none", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        const bins = { edges: [0] }
        for (const values of [[], [NaN], [5e-324], [-1e-200, 1e-200], [], [NaN], [1e-170]]) {
          yield* port.addTallies([{ key, version: 1, tallied: on(1, Drift.tally(bins, values)) }])
        }
        const [small] = yield* port.tallies(key, 1, {})
        expect(small).toMatchObject({ counts: [1, 3], count: 4, missing: 2 })
        expect(Math.abs(small?.mean ?? NaN)).toBeLessThan(1e-160)
        const huge = on(2, Drift.tally(bins, [-1e150, 1e150, 1e150]))
        for (let time = 0; time < 5; time++) {
          yield* port.addTallies([{ key, version: 1, tallied: huge }])
        }
        const [, large] = yield* port.tallies(key, 1, {})
        expect(large).toMatchObject({ counts: [5, 10], count: 15 })
        expect((large?.mean ?? NaN) / 1e150).toBeCloseTo(1 / 3, 12)
        expect((large?.variance ?? NaN) / 1e300).toBeCloseTo(8 / 9, 12)
      })
    )

    it.effect("keep the mean of equal values, in however many parts they came", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const key = sensor()
        for (const length of [1, 7, 2, 40]) {
          const tallied = on(
            1,
            Drift.tally(
              { edges: [] },
              Given.times(length, () => 0.1)
            )
          )
          yield* port.addTallies([{ key, version: 1, tallied }])
        }
        expect(yield* port.tallies(key, 1, {})).toEqual([
          on(1, { counts: [50], count: 50, missing: 0, mean: 0.1, variance: 0 })
        ])
      })
    )

    it.effect("lose no tally of many added at once", () =>
      Effect.gen(function* () {
        const port = yield* Ports.SensorModels
        const all = Given.times(5, sensor).map((key) => ({ key, version: 1, tallied: on(1) }))
        const results = yield* Given.atOnce(
          Given.times(20, (index) => port.addTallies(index % 2 === 0 ? all : all.toReversed()))
        )
        expect(Given.failures(results)).toEqual([])
        for (const { key } of all) {
          expect(yield* port.tallies(key, 1, {})).toEqual([
            on(1, { counts: [20, 40, 60], count: 120, missing: 20, mean: 10, variance: 4 })
          ])
        }
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
