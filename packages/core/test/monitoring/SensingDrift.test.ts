import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Tallying from "../../src/monitoring/internal/tallying.ts"
import * as Memory from "../../src/monitoring/Memory.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import * as Sensing from "../../src/monitoring/Sensing.ts"
import * as Drift from "../../src/sensor/Drift.ts"
import { normals } from "../sensor/draws.ts"
import * as Ward from "./ward.ts"

const key = { sensorId: "61a9", column: "params.velRMS.x" }
const other = { ...key, column: "value" }
const unknown = { ...key, sensorId: "none" }
const ada = Ward.actor("clinician")
const midnight = DateTime.removeTime(Ward.noon)
const later = (days: number, from = midnight) => DateTime.add(from, { days })

const batch = (values: ArrayLike<number>, of = key): Sensing.Batch => ({
  keys: [of],
  of: new Int32Array(values.length),
  values: Float64Array.from(values)
})

const predictAll = (values: ArrayLike<number>, of = key) =>
  Sensing.Sensing.use((sensing) => sensing.predictAll(batch(values, of)))

/** What the store has of the first version. */
const stored = (of = key) => Ports.SensorModels.use((port) => port.tallies(of, 1, {}))

const fitted = Effect.gen(function* () {
  const sensing = yield* Sensing.Sensing
  yield* sensing.fit(ada, key, normals(1, 500))
  return sensing
})

describe("Sensing.drift", () => {
  it.effect("is none of values like those that were fitted, and some of others", () =>
    Ward.on(
      Effect.gen(function* () {
        const sensing = yield* fitted
        yield* predictAll(normals(2, 300))
        const same = yield* sensing.drift(key)
        expect(same).toMatchObject({ version: 1, comparison: { n: 300, alarm: false } })
        yield* predictAll(normals(3, 300).map((value) => value + 2))
        const moved = yield* sensing.drift(key)
        expect(moved.comparison).toMatchObject({ n: 600, reasons: ["psi", "ks", "mean"] })
      })
    )
  )

  it.effect("is that of the values tallied together, one by one and in batches", () =>
    Ward.on(
      Effect.gen(function* () {
        const sensing = yield* fitted
        const values = Array.from(normals(4, 90))
        for (const value of values.slice(0, 30)) yield* sensing.predict(key, value)
        yield* predictAll([...values.slice(30, 60), NaN])
        yield* sensing.drift(key)
        yield* predictAll(values.slice(60))
        const { bins, tally } = yield* sensing.drift(key)
        const together = Drift.tally(bins, [...values, NaN])
        expect(tally).toEqual({
          ...together,
          mean: expect.closeTo(together.mean, 12),
          variance: expect.closeTo(together.variance, 12)
        })
      })
    )
  )

  it.effect(
    "begins anew with each live version, and keeps the bins where only a threshold moves",
    () =>
      Ward.on(
        Effect.gen(function* () {
          const sensing = yield* fitted
          yield* predictAll(normals(5, 100))
          const first = yield* sensing.drift(key)
          yield* TestClock.adjust("1 hour")
          yield* sensing.adjust(ada, key)
          expect(yield* sensing.drift(key)).toMatchObject({
            version: 2,
            from: DateTime.add(Ward.noon, { hours: 1 }),
            bins: first.bins,
            comparison: { n: 0, missing: 0, alarm: false }
          })
          yield* predictAll(normals(6, 200))
          expect((yield* sensing.drift(key)).comparison).toMatchObject({ n: 200, alarm: false })
          yield* sensing.fit(ada, key, normals(7, 100))
          yield* sensing.rollback(ada, key, 1)
          expect(yield* sensing.drift(key)).toMatchObject({
            version: 4,
            bins: first.bins,
            comparison: { n: 0 }
          })
        })
      )
  )

  it.effect("covers whole UTC days, as far as the version was live in them", () =>
    Ward.on(
      Effect.gen(function* () {
        const sensing = yield* fitted
        for (const count of [1, 10, 100]) {
          yield* predictAll(normals(8, count))
          yield* TestClock.adjust("1 day")
        }
        const now = later(3, Ward.noon)
        const { add } = DateTime
        for (const [from, to, n, covers] of [
          [undefined, undefined, 111, [Ward.noon, now]],
          [later(1), undefined, 110, [later(1), now]],
          [add(later(1), { hours: 23 }), undefined, 110, [later(1), now]],
          [undefined, later(1), 1, [Ward.noon, later(1)]],
          [undefined, add(later(1), { milliseconds: 1 }), 11, [Ward.noon, later(2)]],
          [later(1), later(2), 10, [later(1), later(2)]],
          [later(2), later(9), 100, [later(2), now]],
          [later(-5), later(-4), 0, [Ward.noon, Ward.noon]],
          [later(9), undefined, 0, [later(9), later(9)]]
        ] as const) {
          const drifted = yield* sensing.drift(key, { from, to })
          expect([drifted.comparison.n, [drifted.from, drifted.to]]).toEqual([n, covers])
        }
      })
    )
  )

  it.effect(
    "tallies values of the live version alone, missing ones too, and of no unknown sensor",
    () =>
      Ward.on(
        Effect.gen(function* () {
          const sensing = yield* fitted
          yield* sensing.fit(ada, other, [1, 3])
          yield* sensing.propose(ada, other, [100, 102])
          yield* sensing.predictAll({
            keys: [unknown, key, other],
            of: Int32Array.of(1, 2, 0, 1, 2, 2, 1),
            values: Float64Array.of(0.5, 2, 1e9, NaN, 3, NaN, 1e200)
          })
          expect((yield* sensing.drift(key)).tally).toMatchObject({
            count: 1,
            missing: 2,
            mean: 0.5
          })
          expect((yield* sensing.drift(other)).tally).toMatchObject({ count: 2, missing: 1 })
          expect(yield* stored(unknown)).toEqual([])
          expect(yield* Ports.SensorModels.use((port) => port.tallies(other, 2, {}))).toEqual([])
        })
      )
  )
})

describe("the tallies", () => {
  it.effect("are written once a second, and not before", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* fitted
        yield* predictAll([1, 2])
        yield* predictAll([3])
        yield* TestClock.adjust("999 millis")
        expect(yield* stored()).toEqual([])
        yield* TestClock.adjust("1 milli")
        expect(yield* stored()).toMatchObject([{ day: midnight, count: 3, mean: 2 }])
        yield* predictAll([6])
        yield* TestClock.adjust("1 second")
        expect(yield* stored()).toMatchObject([{ count: 4, mean: 3 }])
      })
    )
  )

  it.effect("are written when the layer closes, and those of several processes add up", () =>
    Effect.gen(function* () {
      const process = <A, E>(use: Effect.Effect<A, E, Sensing.Sensing | Ports.Store>) =>
        use.pipe(Effect.provide(Layer.fresh(Sensing.Sensing.layer)))
      yield* process(Effect.andThen(fitted, predictAll([1, 2])))
      expect(yield* stored()).toMatchObject([{ count: 2 }])
      yield* Effect.all([process(predictAll([3])), process(predictAll([4, NaN]))], {
        concurrency: 2
      })
      expect(yield* stored()).toMatchObject([{ count: 4, missing: 1, mean: 2.5 }])
    }).pipe(Effect.provide(Memory.layer))
  )

  const Small = Schema.Int.check(Schema.isBetween({ minimum: -20, maximum: 20 }))

  it.prop(
    "of a batch are those of the values of each key",
    [Schema.Array(Schema.NullOr(Small))],
    ([readings]) => {
      const values = Float64Array.from(readings, (value) => value ?? NaN)
      const of = Int32Array.from(values, (_, index) => index % 3)
      const live = { version: 7, mean: 0, std: 1 }
      const standings = [
        { live, candidate: undefined, edges: [-5, 0, 5] },
        undefined,
        { live, candidate: live, edges: [] }
      ]
      const entries = Tallying.entriesOf(
        standings,
        { keys: [key, unknown, other], of, values },
        midnight
      )
      const expected = [0, 2].flatMap((at) => {
        const own = values.filter((_, index) => of[index] === at)
        const tallied = { ...Drift.tally(standings[at] ?? { edges: [] }, own), day: midnight }
        return own.length === 0 ? [] : [{ key: at === 0 ? key : other, version: 7, tallied }]
      })
      expect(entries).toEqual(expected)
    }
  )
})

describe("a store that does not take tallies", () => {
  const entry = (version: number, values: ReadonlyArray<number>): Tallying.Entry => ({
    key,
    version,
    tallied: { ...Drift.tally({ edges: [] }, values), day: midnight }
  })

  /** Takes nothing while it is down. */
  const fragile = () => {
    const store = { down: true, taken: Array<ReadonlyArray<readonly [number, number]>>() }
    const addTallies: Ports.SensorModels["Service"]["addTallies"] = (tallies) =>
      Effect.suspend(() => {
        if (store.down) return Effect.die(new Error("secret of the store"))
        store.taken.push(tallies.map(({ version, tallied }) => [version, tallied.count]))
        return Effect.void
      })
    return { store, addTallies }
  }

  it.effect("gets them all once it is back, merged, and each once", () =>
    Effect.gen(function* () {
      const { store, addTallies } = fragile()
      const tallies = yield* Tallying.make({ addTallies })
      yield* tallies.add([entry(1, [1, 2])])
      yield* TestClock.adjust("2 seconds")
      yield* tallies.add([entry(1, [3]), entry(2, [1])])
      const failure = yield* Effect.exit(tallies.flush)
      expect(Exit.isFailure(failure) && Cause.hasDies(failure.cause)).toBe(true)
      store.down = false
      yield* TestClock.adjust("1 second")
      expect(store.taken).toEqual([
        [
          [1, 3],
          [2, 1]
        ]
      ])
      yield* TestClock.adjust("5 seconds")
      expect(store.taken).toHaveLength(1)
    }).pipe(Effect.scoped)
  )

  it.effect("keeps no more waiting than there is room for", () =>
    Effect.gen(function* () {
      const { store, addTallies } = fragile()
      const tallies = yield* Tallying.make({ addTallies }, 3)
      for (const version of [1, 2, 3, 4, 5, 1]) yield* tallies.add([entry(version, [1])])
      store.down = false
      yield* tallies.flush
      expect(store.taken).toEqual([
        [
          [1, 2],
          [2, 1],
          [3, 1]
        ]
      ])
    }).pipe(Effect.scoped)
  )

  it.effect("is written to at once where there is no room left, so nothing is lost", () =>
    Effect.gen(function* () {
      const { store, addTallies } = fragile()
      store.down = false
      const tallies = yield* Tallying.make({ addTallies }, 3)
      yield* tallies.add([entry(1, [1]), entry(2, [1])])
      yield* tallies.add([entry(3, [1]), entry(4, [1])])
      expect(store.taken).toHaveLength(1)
      yield* tallies.flush
      expect(store.taken.flat().map(([version]) => version)).toEqual([1, 2, 3, 4])
    }).pipe(Effect.scoped)
  )

  it.effect("holds up neither a prediction nor the end of the process", () =>
    Effect.gen(function* () {
      const { addTallies } = fragile()
      const models = yield* Ports.SensorModels
      const broken = Layer.succeed(Ports.SensorModels, { ...models, addTallies })
      const predicted = Effect.gen(function* () {
        const sensing = yield* fitted
        return yield* sensing.predict(key, 1_000)
      }).pipe(Effect.provide(Layer.provide(Sensing.Sensing.layer, broken)))
      expect((yield* predicted).alert).toBe(true)
    }).pipe(Effect.provide(Memory.layer))
  )
})

describe("the readings that models were asked about", () => {
  const counts = Effect.gen(function* () {
    const outcomes = ["judged", "alert", "missing", "unknown"]
    const states = yield* Effect.forEach(outcomes, (outcome) =>
      Metric.value(Metric.withAttributes(Sensing.readings, { outcome }))
    )
    return states.map(({ count }) => count)
  })

  it.effect("are counted by outcome, each once", () =>
    Ward.on(
      Effect.gen(function* () {
        const sensing = yield* fitted
        const before = yield* counts
        yield* sensing.predictAll({
          keys: [key, unknown],
          of: Int32Array.of(0, 0, 0, 0, 0, 0, 1, 1),
          values: Float64Array.of(0, 0.5, -9, 50, 60, NaN, NaN, 7)
        })
        yield* sensing.predict(key, 70)
        yield* Effect.flip(sensing.predict(unknown, 1))
        const after = yield* counts
        expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([3, 3, 1, 3])
      })
    )
  )
})
