import { expect } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as PersistedQueue from "effect/persistence/PersistedQueue"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as SqlClient from "effect/sql/SqlClient"
import * as Postgres from "../src/Postgres.ts"
import * as Queue from "../src/Queue.ts"
import { onEach, postgres, urlOf } from "./backends.ts"
import * as Child from "./child.ts"
import { Visit } from "./visit.ts"

const make = Queue.make({
  schema: Visit,
  refused: () => false,
  maxAttempts: 3,
  retrySchedule: Schedule.spaced(0)
})

const visit = (bed: string) => ({ bed, hold: false })

const beds = (count: number) => Array.from({ length: count }, (_, index) => String(index))

const offerAll = Effect.fnUntraced(function* (kind: string, count: number) {
  const queue = yield* make
  yield* Effect.forEach(beds(count), (bed) => queue.offer(visit(bed), { id: `${kind}:${bed}` }))
  return queue
})

/** How many jobs of one kind are in which state, after which attempt. */
const standing = (kind: string) =>
  Effect.map(Queue.list({ limit: 1_000 }), (jobs) => {
    const tally: Record<string, number> = {}
    for (const job of jobs.filter((it) => it.kind === kind)) {
      const key = `${job.state} ${job.attempts}`
      tally[key] = (tally[key] ?? 0) + 1
    }
    return tally
  })

const until = <A, E, R>(effect: Effect.Effect<A, E, R>, holds: (value: A) => boolean) =>
  Effect.repeat(effect, { until: holds, schedule: Schedule.spaced("1 millis") })

onEach("the queue's store", (it) => {
  it.layer(Queue.layer({ lease: "1 second", renewal: "100 millis" }))((it) => {
    it.effect("claims no more jobs than slots wait", () =>
      Effect.gen(function* () {
        const queue = yield* offerAll("bounded", 5)
        const release = yield* Deferred.make<void>()
        let begun = 0
        const slot = queue.take(() => {
          begun += 1
          return Deferred.await(release)
        })
        const slots = yield* Effect.forkChild(Effect.all([slot, slot], { concurrency: 2 }))
        yield* until(
          Effect.sync(() => begun),
          (count) => count === 2
        )
        expect(yield* standing("bounded")).toEqual({ "running 1": 2, "pending 0": 3 })
        yield* Deferred.succeed(release, undefined)
        yield* Fiber.join(slots)
        expect(yield* standing("bounded")).toEqual({ "completed 1": 2, "pending 0": 3 })
        yield* Effect.replicateEffect(
          queue.take(() => Effect.void),
          3
        )
      })
    )

    it.effect("ends jobs that end together with one update, and hands them out in order", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const queue = yield* offerAll("together", 20)
        const all = yield* Deferred.make<void>()
        const order: Array<string> = []
        const slot = queue.take((job) => {
          order.push(job.bed)
          return order.length === 20 ? Deferred.succeed(all, undefined) : Deferred.await(all)
        })
        yield* Effect.replicateEffect(slot, 20, { concurrency: "unbounded" })
        expect(order).toEqual(beds(20))
        const updates = yield* sql`
          select distinct xmin::text from bedside_jobs where id like 'together:%'
        `
        expect(updates).toHaveLength(1)
        expect(yield* standing("together")).toEqual({ "completed 1": 20 })
      })
    )

    it.effect("ends one job as it ended, whatever others end with at the same time", () =>
      Effect.gen(function* () {
        const queue = yield* offerAll("mixed", 4)
        const all = yield* Deferred.make<void>()
        const begun: Array<string> = []
        const endings: Record<string, Effect.Effect<void, Error>> = {
          "0": Effect.void,
          "1": Effect.fail(new Error("no")),
          "2": Effect.interrupt,
          "3": Effect.die("never")
        }
        const slot = Effect.exit(
          queue.take((job) => {
            begun.push(job.bed)
            return Effect.andThen(
              begun.length === 4 ? Deferred.succeed(all, undefined) : Deferred.await(all),
              endings[job.bed] ?? Effect.void
            )
          })
        )
        yield* Effect.replicateEffect(slot, 4, { concurrency: "unbounded" })
        const jobs = yield* Queue.list({ limit: 4 })
        expect(
          jobs.map(({ id, state, attempts, lastFailure }) => [id, state, attempts, lastFailure])
        ).toEqual([
          ["mixed:3", "pending", 1, "Error"],
          ["mixed:2", "pending", 0, null],
          ["mixed:1", "pending", 1, "Error"],
          ["mixed:0", "completed", 1, null]
        ])
        yield* Effect.replicateEffect(
          queue.take(() => Effect.void),
          3
        )
      })
    )

    it.effect("ends a job whose failure no text of Postgres can hold", () =>
      Effect.gen(function* () {
        const queue = yield* Queue.make({
          schema: Visit,
          refused: () => false,
          describe: () => "bad\0bed",
          maxAttempts: 1
        })
        yield* queue.offer(visit("nul"), { id: "nul:0" })
        yield* Effect.exit(queue.take(() => Effect.fail("no")))
        const [job] = yield* Queue.list({ limit: 1 })
        expect([job?.state, job?.lastFailure]).toEqual(["failed", "badbed"])
      })
    )

    it.effect("puts offers of one moment in a transaction into one insert, in their order", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const queue = yield* make
        yield* sql.withTransaction(
          Effect.forEach(
            [...beds(30), "7"],
            (bed) => queue.offer(visit(bed), { id: `inserted:${bed}` }),
            { concurrency: "unbounded" }
          )
        )
        const rows = yield* sql<{ id: string; command: string }>`
          select id, cmin::text as command from bedside_jobs where id like 'inserted:%' order by sequence
        `
        expect(rows.map(({ id }) => id)).toEqual(beds(30).map((bed) => `inserted:${bed}`))
        expect(new Set(rows.map(({ command }) => command)).size).toBe(1)
        yield* Effect.replicateEffect(
          queue.take(() => Effect.void),
          30
        )
      })
    )

    it.effect("keeps an offer apart from one beside it that fails, outside of a transaction", () =>
      Effect.gen(function* () {
        const queue = yield* make
        const exits = yield* Effect.forEach(
          ["apart:0", `apart:${"x".repeat(300)}`, "apart:1"],
          (id) => Effect.exit(queue.offer(visit("a"), { id })),
          { concurrency: "unbounded" }
        )
        expect(exits.map(Exit.isSuccess)).toEqual([true, false, true])
        expect(yield* standing("apart")).toEqual({ "pending 0": 2 })
        yield* Effect.replicateEffect(
          queue.take(() => Effect.void),
          2
        )
      })
    )

    it.effect("finds a job that is due for longer than the last one it took", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const queue = yield* offerAll("late", 4)
        yield* queue.take(() => Effect.void)
        yield* sql`
          update bedside_jobs set visible_at = visible_at - interval '1 hour' where id = 'late:3'
        `
        yield* Effect.replicateEffect(
          queue.take(() => Effect.void),
          3
        )
        expect(yield* standing("late")).toEqual({ "completed 1": 4 })
      })
    )

    it.effect("gives a job back uncounted whose slot went away in the middle of the claim", () =>
      Effect.gen(function* () {
        const queue = yield* offerAll("left", 1)
        const never = queue.take(() => Effect.never)
        for (let yields = 0; yields < 60; yields++) {
          const taker = yield* Effect.forkChild(never)
          yield* Effect.replicateEffect(Effect.yieldNow, yields)
          yield* Fiber.interrupt(taker)
        }
        const attempts = yield* Deferred.make<number>()
        yield* queue.take((_, attempt) => Deferred.succeed(attempts, attempt.attempts))
        expect(yield* Deferred.await(attempts)).toBe(1)
        expect(yield* standing("left")).toEqual({ "completed 1": 1 })
      })
    )

    it.effect("renews the leases of all jobs it holds, for longer than a lease lasts", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const queue = yield* offerAll("renewed", 3)
        const release = yield* Deferred.make<void>()
        const slot = queue.take(() => Deferred.await(release))
        const slots = yield* Effect.forkChild(Effect.replicateEffect(slot, 4, { concurrency: 4 }))
        yield* until(
          sql`
            select from bedside_jobs where id like 'renewed:%'
              and acquired_at > created_at + interval '2 seconds'
          `,
          (rows) => rows.length === 3
        )
        expect(yield* standing("renewed")).toEqual({ "running 1": 3 })
        yield* queue.offer(visit("last"), { id: "renewed:last" })
        yield* Deferred.succeed(release, undefined)
        yield* Fiber.join(slots)
        expect(yield* standing("renewed")).toEqual({ "completed 1": 4 })
      })
    )

    it.effect("leaves a job alone that another has taken over meanwhile", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const queue = yield* offerAll("over", 1)
        yield* queue.take(() =>
          Effect.orDie(sql`
            update bedside_jobs set attempts = 2, acquired_at = now(),
              acquired_by = '6f1c1a5e-7d5e-4b57-9c55-0a6a1c1c9a10'
            where id = 'over:0'
          `)
        )
        expect(yield* standing("over")).toEqual({ "running 2": 1 })
        // Its lease runs out, since nobody renews it.
        yield* queue.take(() => Effect.void)
        expect(yield* standing("over")).toEqual({ "completed 3": 1 })
      })
    )

    it.effect("makes a job a dead letter whose worker died in the last attempt", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const queue = yield* make
        yield* queue.offer(visit("dead"), { id: "buried:0" })
        yield* sql`
          update bedside_jobs set attempts = 3, acquired_at = now() - interval '1 hour',
            acquired_by = '6f1c1a5e-7d5e-4b57-9c55-0a6a1c1c9a10'
          where id = 'buried:0'
        `
        yield* until(Queue.list({ state: "failed", limit: 10 }), (jobs) =>
          jobs.some(
            ({ id, lastFailure }) =>
              id === "buried:0" && lastFailure === "the worker died in the last attempt"
          )
        )
        expect(yield* standing("buried")).toEqual({ "failed 3": 1 })
      })
    )

    it.effect("keeps nothing of a job that is no JSON, nor of one that does not decode", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const queue = yield* offerAll("unreadable", 3)
        yield* sql`update bedside_jobs set element = 'Ada Lovelace' where id = 'unreadable:0'`
        yield* sql`update bedside_jobs set element = '"Ada Lovelace"' where id = 'unreadable:1'`
        yield* queue.take(() => Effect.void)
        const kept = yield* sql<{ lastFailure: string }>`
          select last_failure from bedside_jobs where id like 'unreadable:%' order by sequence
        `
        expect(kept.map(({ lastFailure }) => lastFailure)).toEqual([
          "SyntaxError",
          "SchemaError",
          null
        ])
      })
    )
  })
})

onEach("Effect's own store", (it) => {
  it.effect("takes what ours offered and gives back what it interrupted to ours", () =>
    Effect.gen(function* () {
      yield* Effect.provide(offerAll("both", 2), Queue.layer())
      const stock = PersistedQueue.layer.pipe(
        Layer.provide(PersistedQueue.layerStoreSql({ tableName: "bedside_jobs" }))
      )
      yield* Effect.gen(function* () {
        const queue = yield* PersistedQueue.make({ name: "bedside", schema: Visit })
        yield* queue.take(() => Effect.void)
        yield* Effect.exit(queue.take(() => Effect.interrupt))
      }).pipe(Effect.provide(stock))
      yield* Effect.gen(function* () {
        const queue = yield* make
        yield* queue.take(() => Effect.void)
      }).pipe(Effect.provide(Queue.layer()))
      expect(yield* standing("both")).toEqual({ "completed 1": 2 })
    })
  )
})

/** The processes that listen on the current database. */
const listeners = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return yield* sql<{ pid: number }>`
    select pid from pg_stat_activity
    where datname = current_database() and query ilike 'listen %'
  `
})

/** The queue as another process would have it, which polls once an hour. */
const elsewhere = Layer.unwrap(
  Effect.map(urlOf, (url) =>
    Layer.fresh(
      Queue.layer({ poll: "1 hour" }).pipe(
        Layer.provideMerge(Layer.fresh(Postgres.layer({ url, maxConnections: 2 })))
      )
    )
  )
)

onEach(
  "the wake-up of another process",
  (it) => {
    it.layer(Queue.layer({ poll: "1 hour" }))((it) => {
      it.effect("begins a job there that is offered here", () =>
        Effect.gen(function* () {
          const queue = yield* make
          const taken = yield* Deferred.make<string>()
          const taker = yield* Effect.gen(function* () {
            const there = yield* make
            yield* there.take((job) => Deferred.succeed(taken, job.bed))
          }).pipe(Effect.provide(elsewhere), Effect.forkChild)
          yield* until(listeners, (rows) => rows.length === 1)
          yield* queue.offer(visit("woken"), { id: "woken:0" })
          expect(yield* Deferred.await(taken)).toBe("woken")
          yield* Fiber.join(taker)
        })
      )

      it.effect("goes on when its connection was cut, and finds what was offered meanwhile", () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const queue = yield* make
          const taken: Array<string> = []
          const taker = yield* Effect.gen(function* () {
            const there = yield* make
            return yield* Effect.forever(
              there.take((job) => Effect.sync(() => taken.push(job.bed)))
            )
          }).pipe(Effect.provide(elsewhere), Effect.forkChild)
          for (const bed of ["1", "2", "3"]) {
            const [listener] = yield* until(listeners, (rows) => rows.length === 1)
            yield* sql`select pg_terminate_backend(${listener?.pid})`
            yield* queue.offer(visit(bed), { id: `cut:${bed}` })
            yield* until(
              Effect.sync(() => taken.at(-1)),
              (last) => last === bed
            )
          }
          yield* Fiber.interrupt(taker)
        })
      )

      it.effect("takes no connection of a process that only offers, nor of one told not to", () =>
        Effect.gen(function* () {
          const queue = yield* make
          yield* queue.offer(visit("deaf"), { id: "deaf:0" })
          expect(yield* listeners).toEqual([])
          yield* Effect.gen(function* () {
            const there = yield* make
            yield* there.take(() => Effect.void)
            expect(yield* listeners).toEqual([])
          }).pipe(Effect.provide(Layer.fresh(Queue.layer({ wakeUp: false }))))
        })
      )
    })
  },
  [postgres]
)

onEach(
  "a worker that was killed",
  (it) => {
    it.layer(Queue.layer())((it) => {
      it.effect("leaves every job of its claim to another, once their lease has run out", () =>
        Effect.gen(function* () {
          const url = Redacted.value(yield* urlOf)
          const queue = yield* make
          yield* Effect.forEach(beds(8), (bed) =>
            queue.offer({ bed, hold: true }, { id: `killed:${bed}` })
          )
          const holding = (worker: Child.Child) =>
            Effect.promise(() => Child.until(worker, () => worker.lines.length === 8))
          const dying = Child.start("worker.ts", url, "8")
          yield* holding(dying)
          dying.kill()
          yield* Effect.promise(() => dying.ended)
          expect(yield* standing("killed")).toEqual({ "running 1": 8 })
          const successor = Child.start("worker.ts", url, "8")
          yield* holding(successor)
          successor.kill()
          yield* Effect.promise(() => successor.ended)
          expect(yield* standing("killed")).toEqual({ "running 2": 8 })
        })
      )
    })
  },
  [postgres]
)
