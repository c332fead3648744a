import * as Admission from "@bedside/core/Admission"
import * as Hypotension from "@bedside/core/Hypotension"
import * as Jobs from "@bedside/core/Jobs"
import * as Memory from "@bedside/core/Memory"
import * as Operating from "@bedside/core/Operating"
import * as Ports from "@bedside/core/Ports"
import type * as Registry from "@bedside/core/Registry"
import * as Timestamp from "@bedside/core/Timestamp"
import * as Watching from "@bedside/core/Watching"
import { describe, expect, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Watch from "../src/Watch.ts"
import * as Ward from "./ward.ts"

/** Looks that can be stopped before the test ends; the first of each has been taken. */
const start = Effect.fnUntraced(function* (options?: Watch.Options) {
  const scope = yield* Scope.fork(yield* Effect.scope)
  yield* Layer.buildWithScope(Watch.layer(options), scope)
  yield* TestClock.adjust(0)
  return { stop: Scope.close(scope, Exit.void) }
})

const looking = Layer.mergeAll(Operating.Operating.layer, Watching.Watching.layer)

/** The looks over a ward, with metrics of their own. */
const on =
  (store?: Layer.Layer<Ports.Store>, lines: Array<string> = []) =>
  <A, E, R>(test: Effect.Effect<A, E, R>) =>
    test.pipe(
      Effect.provide([looking.pipe(Layer.provideMerge(Ward.layer([], store))), Ward.logged(lines)]),
      Effect.provideService(Metric.MetricRegistry, new Map())
    )

/** A store that does something whenever an active model is asked for. */
const asked = (act: (task: Registry.Task, now: number) => Effect.Effect<void>) =>
  Layer.effect(
    Ports.RiskModels,
    Ports.RiskModels.useSync((models) =>
      Ports.RiskModels.of({
        ...models,
        activeAt: (task, at) =>
          Effect.andThen(
            Effect.flatMap(Clock.currentTimeMillis, (now) => act(task, now)),
            models.activeAt(task, at)
          )
      })
    )
  ).pipe(Layer.provideMerge(Memory.layer))

const valueOf = (
  metric: Metric.Gauge<number>,
  labels: Record<string, string>
): Effect.Effect<number> =>
  Effect.map(Metric.value(Metric.withAttributes(metric, labels)), ({ value }) => value)

const succeeded = (look: string) => valueOf(Watch.succeeded, { look })

const minute = 60_000

describe("looks at the models", () => {
  it.effect(
    "are taken of every task at once, and every ten minutes, until they are stopped",
    () => {
      // Against either reference the model is asked for; a look is told by its task and its minute.
      const looks = new Set<string>()
      const store = asked((task, now) =>
        Effect.sync(() => void looks.add(`${task} ${now / minute}`))
      )
      return Effect.gen(function* () {
        const watch = yield* start()
        const both = (at: number) => [`deterioration ${at}`, `hypotension ${at}`]
        expect([...looks]).toEqual(both(0))
        yield* TestClock.adjust("9 minutes")
        expect([...looks]).toEqual(both(0))
        yield* TestClock.adjust("11 minutes")
        expect([...looks]).toEqual([0, 10, 20].flatMap(both))
        expect(yield* succeeded("hypotension")).toBe(1_200)
        yield* watch.stop
        yield* TestClock.adjust("1 hour")
        expect(looks.size).toBe(6)
      }).pipe(on(store))
    }
  )

  it.effect("are as often as they are asked to be", () => {
    const looks = new Set<number>()
    const store = asked((_, now) => Effect.sync(() => void looks.add(now / minute)))
    return Effect.gen(function* () {
      yield* start({ models: "1 hour" })
      yield* TestClock.adjust("2 hours")
      expect([...looks]).toEqual([0, 60, 120])
    }).pipe(on(store))
  })

  it.effect("bring what is found into the metrics, and nobody has asked", () =>
    Effect.gen(function* () {
      const model = { task: "hypotension", version: "1.0.0", against: "first-patients" }
      const compared = valueOf(Watching.gauges.patients, model)
      yield* met(Watching.needed + 30)
      yield* start()
      expect(yield* compared).toBe(30)
      yield* met(20)
      yield* TestClock.adjust("10 minutes")
      expect(yield* compared).toBe(50)
    }).pipe(on())
  )

  it.effect("find nothing where no version is active, which is no failure", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      yield* TestClock.setTime(5 * minute)
      yield* start()
      expect(yield* succeeded("deterioration")).toBe(300)
      expect(lines).toEqual([])
    }).pipe(
      Effect.provide([looking.pipe(Layer.provide(Memory.layer)), Ward.logged(lines)]),
      Effect.provideService(Metric.MetricRegistry, new Map())
    )
  })

  it.effect("that fail are told once, tried again after a minute, and hold up no other", () => {
    const lines: Array<string> = []
    let isDown = true
    const store = asked((task) =>
      isDown && task === "hypotension" ? Effect.die(new Error("Ada")) : Effect.void
    )
    return Effect.gen(function* () {
      yield* start()
      yield* TestClock.adjust("10 minutes")
      expect(yield* succeeded("deterioration")).toBe(600)
      expect(yield* succeeded("hypotension")).toBe(0)
      expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
        { logLevel: "Error", look: "hypotension", failure: "defect" }
      ])
      expect(lines.join()).not.toContain("Ada")

      isDown = false
      yield* TestClock.adjust("1 minute")
      expect(yield* succeeded("hypotension")).toBe(660)
      isDown = true
      yield* TestClock.adjust("12 minutes")
      expect(lines).toHaveLength(2)
      expect(yield* succeeded("hypotension")).toBe(660)
    }).pipe(on(store, lines))
  })
})

describe("looks at the queue", () => {
  const waited = (kind: Jobs.Kind) => valueOf(Operating.oldestPending, { kind })

  it.effect("tell for how long the first job of each kind has waited, until it is taken", () =>
    Effect.gen(function* () {
      const queue = yield* Ports.JobQueue
      yield* Ward.register()
      yield* start()
      yield* TestClock.adjust("20 seconds")
      yield* Ward.register({ email: "bob@example.org" })
      yield* TestClock.adjust("10 seconds")
      expect(yield* waited("send-confirmation")).toBe(30)
      // A kind that does not wait is a series too, or an alert could not tell it from no look.
      const lines = (yield* PrometheusMetrics.format()).split("\n")
      expect(lines).toContain('bedside_jobs_oldest_pending_seconds{kind="assess-patient"} 0')
      yield* queue.take(() => TestClock.adjust("15 seconds"))
      expect(yield* waited("send-confirmation")).toBe(25)
      yield* queue.take(() => Effect.void)
      yield* TestClock.adjust("15 seconds")
      expect(yield* waited("send-confirmation")).toBe(0)
    }).pipe(on())
  )

  it.effect("do not count the pause after a failed attempt as waiting, but what comes after", () =>
    Effect.gen(function* () {
      const queue = yield* Ports.JobQueue
      yield* Ward.register()
      yield* TestClock.adjust("1 hour")
      for (const failure of ["first", "second"]) {
        expect(yield* Effect.flip(queue.take(() => Effect.fail(failure)))).toBe(failure)
        yield* TestClock.adjust(failure === "first" ? "1 second" : 0)
      }
      yield* start()
      expect(yield* waited("send-confirmation")).toBe(0)
      yield* TestClock.adjust("15 seconds")
      expect(yield* waited("send-confirmation")).toBe(13)
    }).pipe(on())
  )
})

const measured = (observedAt: string, value: number) => ({
  id: observedAt,
  observedAt: Timestamp.at(Date.parse(observedAt)),
  value
})

const estimate = Result.getOrThrow(
  Hypotension.risk({
    at: Timestamp.at(Date.parse("1970-01-01T04:00:00Z")),
    age: 70,
    readings: {
      "mean-pressure": [1, 2, 3, 4].map((hour) => measured(`1970-01-01T0${hour}:00:00Z`, 80 - hour))
    }
  })
)

/** Patients for each of whom a risk was foretold, none like another. */
const met = (count: number) =>
  Effect.forEach(
    Array.from({ length: count }, (_, nth) => nth),
    Effect.fnUntraced(function* (nth) {
      const { id } = yield* Admission.Admission.use((it) =>
        it.admit({ givenName: "Ada", familyName: "Byron", birthDate: "1900-12-10" })
      )
      const asOf = yield* DateTime.now
      const { features } = Hypotension.model.definition
      yield* Ports.Predictions.use((predictions) =>
        predictions.save(id, [
          {
            patientId: id,
            task: "hypotension",
            version: "1.0.0",
            role: "active",
            asOf,
            since: asOf,
            foretoldAt: asOf,
            refusal: null,
            estimate: { ...estimate, risk: (nth + 1) / (count + 1) },
            features: features.map((_, column) => (nth * (column + 7)) % 101)
          }
        ])
      )
    }),
    { discard: true }
  )
