// The rule is for test files; here tests are registered on a condition.
/* oxlint-disable vitest/no-disabled-tests */
import * as Jobs from "@bedside/core/Jobs"
import * as Memory from "@bedside/core/Memory"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Brokers from "../../../test/brokers.ts"
import * as Given from "../../../test/contract/given.ts"
import * as Work from "../../../test/contract/work.ts"
import { engines, over, type Engine } from "./engines.ts"

/** The store, and one process after another whose engine carries its jobs. */
const open = Effect.fnUntraced(function* (
  engine: Engine,
  options?: { readonly maximumAttempts?: number }
) {
  const url = yield* engine.fresh
  const store = yield* Layer.build(Memory.layer)
  const process = Effect.gen(function* () {
    const line = yield* Brokers.lineTo(url)
    const scope = yield* Scope.fork(yield* Effect.scope)
    const services = yield* Layer.buildWithScope(
      Layer.fresh(engine.layer(line.url, options)).pipe(Layer.provide(Layer.succeedContext(store))),
      scope
    )
    const on = Effect.provideContext(services)
    return { line, on, stop: Scope.close(scope, Exit.void) }
  })
  return { url, process, offerOne: Effect.provideContext(Work.offerOne, store), store }
})

/** Takes a job and never ends it. */
const hold = Effect.fnUntraced(function* (id: string) {
  const holding = yield* Deferred.make<number>()
  const fiber = yield* Effect.forkChild(
    Work.take(id, (_, { attempts }) =>
      Effect.andThen(Deferred.succeed(holding, attempts), Effect.never)
    )
  )
  return { fiber, attempts: yield* Deferred.await(holding) }
})

const dead = Ports.JobQueue.use((queue) => queue.list({ state: "failed" }, { limit: 10 }))

for (const engine of engines) {
  const live = engine.absent ? it.live.skip : it.live

  describe(`jobs carried by ${engine.name}`, () => {
    live("say in one line, without the password, why they cannot be", () =>
      Effect.gen(function* () {
        const refusal = (url: string) =>
          Effect.scoped(Layer.build(over(engine, url))).pipe(
            Effect.flip,
            Effect.map(({ message }) => message)
          )
        const { protocol } = new URL(engine.url)
        expect(yield* refusal(`${protocol}//guest:hunter2@127.0.0.1:1`)).toMatch(
          new RegExp(`^${engine.name} at 127.0.0.1:1 cannot be used: connect ECONNREFUSED [^\n]+$`)
        )
        for (const url of ["hunter2", "http://guest:hunter2@127.0.0.1"]) {
          expect(yield* refusal(url)).toMatch(
            new RegExp(
              `^${engine.name} at the given URL cannot be used: it is not of the form \\S+$`
            )
          )
        }
        const wrong = new URL(engine.url)
        wrong.username = "nobody"
        wrong.password = "hunter2"
        const said = yield* refusal(wrong.href)
        expect(said).toMatch(/ cannot be used: (WRONGPASS|ACCESS_REFUSED) [^\n]+$/)
        expect(said).not.toContain("hunter2")
      })
    )

    live("wait in the database while the broker is away, uncounted, and none is lost", () =>
      Effect.gen(function* () {
        const { process, store } = yield* open(engine)
        const { line, on } = yield* process
        const count = 100
        const { id: patientId } = yield* Effect.provideContext(Given.patientOnRecord(), store)
        const jobs = Given.times(count, () => Given.assessPatient(patientId))
        const offer = (some: ReadonlyArray<Jobs.Job>) =>
          Effect.provideContext(Work.offer(patientId, some), store)
        const tried = new Map<string, number>()
        const take = Ports.JobQueue.use((queue) =>
          queue.take((_, { id, attempts }) => Effect.sync(() => void tried.set(id, attempts)))
        )
        const takers = yield* Effect.all(
          Given.times(4, () => Effect.forever(take)),
          { concurrency: "unbounded" }
        ).pipe(on, Effect.forkChild)
        yield* offer(jobs.slice(0, 20))
        yield* line.cut
        yield* offer(jobs.slice(20, 80))
        yield* line.mend
        yield* offer(jobs.slice(80))
        yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => tried.size === count })
        // One that was under way may come again; one that was waiting comes as if nothing had been.
        for (const job of jobs.slice(20)) expect(tried.get(Jobs.idOf(job))).toBe(1)
        yield* Fiber.interrupt(takers)
      })
    )

    live("are dead letters of the database after their last attempt, and nowhere else", () =>
      Effect.gen(function* () {
        const { process, offerOne } = yield* open(engine, { maximumAttempts: 2 })
        const { on } = yield* process
        const { id } = yield* offerOne
        const secret = Effect.fail({ _tag: "MailRefused", message: "Ada Lovelace" })
        for (const attempts of [1, 2]) {
          const exit = yield* Effect.exit(on(Work.take(id, () => secret)))
          expect(Exit.isFailure(exit)).toBe(true)
          const letters = (yield* on(dead)).map((it) => [it.id, it.attempts, it.lastFailure])
          expect(letters).toEqual(attempts === 1 ? [] : [[id, 2, "MailRefused"]])
        }
        yield* on(Ports.JobQueue.use((queue) => queue.requeue(id)))
        expect(yield* on(Work.nextAttempt(id))).toBe(1)
      })
    )

    live("are taken over from a worker that is gone, even by one that was cut off before", () =>
      Effect.gen(function* () {
        const { process, offerOne, url } = yield* open(engine)
        const successor = yield* process
        const { id: first } = yield* offerOne
        yield* successor.on(Work.finish(first))
        yield* successor.line.cut

        const dying = yield* process
        const { id } = yield* offerOne
        const held = yield* dying.on(hold(id))
        expect(held.attempts).toBe(1)
        yield* dying.on(Work.until(id, "completed"))
        yield* dying.line.cut
        yield* engine.isRid(url)
        yield* successor.line.mend
        expect(yield* successor.on(Work.nextAttempt(id))).toBe(2)
        yield* Fiber.interrupt(held.fiber)
      })
    )

    live("are given up without another try when the worker died in the last one", () =>
      Effect.gen(function* () {
        const { process, offerOne } = yield* open(engine, { maximumAttempts: 1 })
        const dying = yield* process
        const { id } = yield* offerOne
        const held = yield* dying.on(hold(id))
        yield* dying.on(Work.until(id, "completed"))
        yield* dying.line.cut
        const successor = yield* process
        const { id: next } = yield* offerOne
        const taken: Array<string> = []
        const take = Ports.JobQueue.use((queue) =>
          queue.take((_, attempt) => Effect.sync(() => taken.push(attempt.id)))
        )
        const taker = yield* Effect.forkChild(successor.on(Effect.forever(take)))
        yield* successor.on(Work.until(id, "failed"))
        yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => taken.length > 0 })
        expect(taken).toEqual([next])
        expect(yield* successor.on(dead)).toMatchObject([
          { id, attempts: 1, lastFailure: "the worker died in the last attempt" }
        ])
        yield* Fiber.interruptAll([held.fiber, taker])
      })
    )

    live("are left to others by a process that stops, and none of them is tried in vain", () =>
      Effect.gen(function* () {
        const { process, store } = yield* open(engine)
        const stopping = yield* process
        const { id: patientId } = yield* Effect.provideContext(Given.patientOnRecord(), store)
        const jobs = Given.times(20, () => Given.assessPatient(patientId))
        const [first] = jobs.map(Jobs.idOf)
        yield* Effect.provideContext(Work.offer(patientId, jobs), store)
        const held = yield* stopping.on(hold(first ?? ""))
        yield* Fiber.interrupt(held.fiber)
        yield* stopping.stop

        const successor = yield* process
        const tried = new Map<string, number>()
        const take = Ports.JobQueue.use((queue) =>
          queue.take((_, { id, attempts }) => Effect.sync(() => void tried.set(id, attempts)))
        )
        yield* successor.on(Effect.repeat(take, { until: () => tried.size === jobs.length }))
        expect(new Set(tried.values())).toEqual(new Set([1]))
        yield* successor.stop
      })
    )
  })
}
