import * as Jobs from "@bedside/core/Jobs"
import * as Memory from "@bedside/core/Memory"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Work from "../../../test/contract/work.ts"
import * as Relay from "../src/Relay.ts"

const on = Effect.provide(Memory.layer)

/** A relay that can be stopped before the test ends. */
const start = Effect.fnUntraced(function* <E>(
  publish: (carried: Relay.Carried) => Effect.Effect<void, E>
) {
  const scope = yield* Scope.fork(yield* Effect.scope)
  const source = yield* Ports.JobQueue
  yield* Scope.provide(Relay.run({ source, publish }), scope)
  return { stop: Scope.close(scope, Exit.void) }
})

const settled = TestClock.adjust(0)

describe("a relay", () => {
  it.effect("hands each job on once, with its place and in order, and is done with it then", () =>
    on(
      Effect.gen(function* () {
        const published: Array<Relay.Carried> = []
        yield* start((carried) => Effect.sync(() => void published.push(carried)))
        const first = yield* Work.offerOne
        const second = yield* Work.offerOne
        yield* settled
        expect(published).toEqual([
          { id: first.id, sequence: 1, job: first.job },
          { id: second.id, sequence: 2, job: second.job }
        ])
        expect(yield* Work.standing(second.id)).toEqual(["completed", 1])
      })
    )
  )

  it.effect("counts nothing against a job while the broker is down, however long that is", () =>
    on(
      Effect.gen(function* () {
        let down = true
        let asked = 0
        yield* start(() =>
          Effect.suspend(() => {
            asked += 1
            return down ? Effect.fail("down") : Effect.void
          })
        )
        const { id } = yield* Work.offerOne
        yield* TestClock.adjust("20 seconds")
        expect(asked).toBeGreaterThan(Jobs.maximumAttempts)
        expect(yield* Work.standing(id)).toEqual(["pending", 0])
        down = false
        yield* TestClock.adjust("1 second")
        expect(yield* Work.standing(id)).toEqual(["completed", 1])
      })
    )
  )

  it.effect("waits at its stop for what it has begun, and begins nothing more", () =>
    on(
      Effect.gen(function* () {
        const begun = yield* Deferred.make<void>()
        const confirmed = yield* Deferred.make<void>()
        const relay = yield* start(() =>
          Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(confirmed))
        )
        const { id } = yield* Work.offerOne
        yield* Deferred.await(begun)
        const stopping = yield* Effect.forkChild(relay.stop)
        yield* settled
        const { id: later } = yield* Work.offerOne
        yield* settled
        yield* Deferred.succeed(confirmed, undefined)
        yield* Fiber.join(stopping)
        expect(yield* Work.standing(id)).toEqual(["completed", 1])
        expect(yield* Work.standing(later)).toEqual(["pending", 0])
      })
    )
  )
})

describe("a message that a broker delivered", () => {
  const attend = (body: unknown, attempts: number) =>
    Effect.flatMap(Ports.JobQueue, (source) =>
      Relay.attend({ source, body, attempts, handle: () => Effect.die("it is not to be handled") })
    )

  const dead = Ports.JobQueue.use((queue) => queue.list({ state: "failed" }, { limit: 10 }))

  it.effect("is put aside when it is no job", () =>
    on(
      Effect.gen(function* () {
        for (const body of [undefined, "job", { id: "x" }, { id: 1, sequence: 1, job: {} }]) {
          expect(yield* attend(body, 1)).toEqual({ verdict: "foreign" })
        }
        expect(yield* dead).toEqual([])
      })
    )
  )

  it.effect("waits for another version when this one does not know its kind, and is not lost", () =>
    on(
      Effect.gen(function* () {
        const { id } = yield* Work.offerOne
        yield* Work.finish(id)
        const body = { id, sequence: 1, job: { _tag: "of-tomorrow" } }
        expect(yield* attend(body, 1)).toEqual({ verdict: { againIn: 1_000 } })
        expect(yield* attend(body, 9)).toEqual({ verdict: { againIn: 256_000 } })
        expect(yield* attend(body, 10)).toEqual({ verdict: "done" })
        expect(yield* dead).toMatchObject([{ id, attempts: 10, lastFailure: "SchemaError" }])
      })
    )
  )

  it.effect("is kept until its dead letter is", () =>
    on(
      Effect.gen(function* () {
        const source = yield* Ports.JobQueue
        const { id, job } = yield* Work.offerOne
        yield* Work.finish(id)
        let down = true
        const failing = Ports.JobQueue.of({
          ...source,
          bury: (letter) =>
            Effect.suspend(() => (down ? Effect.die("no database") : source.bury(letter)))
        })
        const attended = yield* Effect.forkChild(
          Relay.attend({
            source: failing,
            body: { id, sequence: 1, job },
            attempts: 1,
            handle: () => Effect.fail(new Jobs.JobRefused({ reason: "no such patient" }))
          })
        )
        yield* TestClock.adjust("20 seconds")
        expect(attended.pollUnsafe()).toBe(undefined)
        down = false
        yield* TestClock.adjust("1 second")
        expect((yield* Fiber.join(attended)).verdict).toBe("done")
        expect(yield* dead).toMatchObject([{ id, lastFailure: "JobRefused: no such patient" }])
      })
    )
  )
})
