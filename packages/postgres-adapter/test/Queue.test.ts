import { expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Postgres from "../src/Postgres.ts"
import * as Queue from "../src/Queue.ts"
import { onEach, postgres, urlOf } from "./backends.ts"
import * as Child from "./child.ts"
import { Visit } from "./visit.ts"

class NoSuchBed extends Schema.TaggedError<NoSuchBed>()("NoSuchBed", { reason: Schema.String }) {}

const options = {
  schema: Visit,
  refused: (cause: Cause.Cause<unknown>) => Cause.squash(cause) instanceof NoSuchBed,
  maxAttempts: 3,
  retrySchedule: Schedule.spaced(0)
}

const make = Queue.make(options)

const visit = (bed: string) => ({ bed, hold: false })

/** Where the jobs of one kind stand, oldest first, without their times. */
const standing = (kind: string) =>
  Effect.map(Queue.list({ limit: 1000 }), (jobs) =>
    jobs
      .filter((job) => job.kind === kind)
      .map(({ id, state, attempts, lastFailure }) => ({ id, state, attempts, lastFailure }))
      .toReversed()
  )

it.effect("retries after 1 second, then twice as long each time, up to 5 minutes", () =>
  Effect.gen(function* () {
    const step = yield* Schedule.toStep(Queue.retrySchedule)
    const pauses: Array<number> = []
    for (let attempt = 1, now = 0; attempt <= 11; attempt++) {
      const [, pause] = yield* step(now, attempt)
      now += Duration.toMillis(pause)
      pauses.push(Duration.toSeconds(pause))
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
  })
)

onEach("the queue", (it) => {
  it.layer(Queue.layer({ lease: "2 seconds", renewal: "500 millis" }))((it) => {
    it.effect("keeps an offer that is committed and loses one that is rolled back", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const queue = yield* make
        yield* sql`create table beds (name text)`
        const admit = (name: string) =>
          Effect.andThen(
            sql`insert into beds values (${name})`,
            queue.offer(visit(name), { id: `admit:${name}` })
          )
        yield* Effect.exit(sql.withTransaction(Effect.andThen(admit("lost"), Effect.fail("no"))))
        expect(yield* standing("admit")).toEqual([])
        yield* sql.withTransaction(admit("kept"))
        expect(yield* sql`select name from beds`).toEqual([{ name: "kept" }])
        const taken = yield* Deferred.make<string>()
        yield* queue.take((job) => Deferred.succeed(taken, job.bed))
        expect(yield* Deferred.await(taken)).toBe("kept")
        expect(yield* standing("admit")).toEqual([
          { id: "admit:kept", state: "completed", attempts: 1, lastFailure: null }
        ])
      })
    )

    it.effect("wakes a waiting taker with an offer, and not before its transaction commits", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const queue = yield* make
        let taken = false
        const taker = yield* Effect.forkChild(
          queue.take(() =>
            Effect.sync(() => {
              taken = true
            })
          )
        )
        yield* sql.withTransaction(
          Effect.gen(function* () {
            yield* queue.offer(visit("a"), { id: "wake:a" })
            expect(taken).toBe(false)
          })
        )
        yield* Fiber.join(taker)
        expect(taken).toBe(true)
      })
    )

    it.effect("counts as waiting, by kind, what is due and free, from when it was due", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const queue = yield* make
        for (const id of ["bath:a", "bath:b", "walk:a", "walk:b"]) {
          yield* queue.offer(visit(id), { id })
        }
        yield* sql`update bedside_jobs set visible_at = now() - interval '2 hours' where id = 'bath:b'`
        yield* sql`update bedside_jobs set visible_at = now() + interval '1 hour' where id = 'walk:a'`
        yield* sql`
          update bedside_jobs set acquired_at = now(), acquired_by = gen_random_uuid()
          where id = 'walk:b'
        `
        const hours = Effect.map(Queue.waiting, (kinds) =>
          kinds
            .filter(({ kind }) => ["bath", "walk"].includes(kind))
            .map(({ kind, seconds }) => [kind, Math.floor(seconds / 3_600)])
        )
        expect(yield* hours).toEqual([["bath", 2]])
        yield* sql`delete from bedside_jobs where id like 'bath:%' or id like 'walk:%'`
      })
    )

    it.effect("offers the same id once, completed or not", () =>
      Effect.gen(function* () {
        const queue = yield* make
        yield* queue.offer(visit("a"), { id: "once:a" })
        yield* queue.offer(visit("a"), { id: "once:a" })
        yield* queue.take(() => Effect.void)
        yield* queue.offer(visit("a"), { id: "once:a" })
        expect(yield* standing("once")).toHaveLength(1)
      })
    )

    it.effect("makes a refused job a dead letter at once", () =>
      Effect.gen(function* () {
        const queue = yield* make
        yield* queue.offer(visit("x"), { id: "refused:x" })
        const error = yield* Effect.flip(
          queue.take(() => Effect.fail(new NoSuchBed({ reason: "the bed is gone" })))
        )
        expect(error._tag).toBe("NoSuchBed")
        expect(yield* standing("refused")).toEqual([
          {
            id: "refused:x",
            state: "failed",
            attempts: 1,
            lastFailure: "NoSuchBed"
          }
        ])
      })
    )

    it.effect("tries a failing job again and keeps the error's name but not its message", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const queue = yield* make
        yield* queue.offer(visit("y"), { id: "failing:y" })
        const failures = [
          () => Effect.fail(new Error("Ada Lovelace is not in bed 5")),
          () => Effect.die("Ada Lovelace"),
          () => sql`insert into nowhere values (${"Ada Lovelace"})`.pipe(Effect.asVoid)
        ]
        const seen: Array<unknown> = []
        for (const fail of failures) {
          const exit = yield* Effect.exit(
            queue.take((_, attempt) => {
              seen.push(attempt)
              return fail()
            })
          )
          expect(Exit.isFailure(exit)).toBe(true)
          seen.push(
            (yield* standing("failing")).map(({ state, lastFailure }) => [state, lastFailure])
          )
        }
        expect(seen).toEqual([
          { id: "failing:y", attempts: 1, sequence: expect.any(Number) },
          [["pending", "Error"]],
          { id: "failing:y", attempts: 2, sequence: expect.any(Number) },
          [["pending", "Error"]],
          { id: "failing:y", attempts: 3, sequence: expect.any(Number) },
          [["failed", "SqlError/SqlSyntaxError"]]
        ])
        const stored = yield* sql<{ lastFailure: string }>`
          select last_failure from bedside_jobs where id = 'failing:y'
        `
        expect(stored[0]?.lastFailure).not.toContain("Lovelace")
      })
    )

    it.effect("keeps the first line of what its maker says of a failure", () =>
      Effect.gen(function* () {
        const queue = yield* Queue.make({
          ...options,
          describe: (cause) => `no bed: ${String(Cause.squash(cause)).length} letters\nand more`
        })
        yield* queue.offer(visit("d"), { id: "described:d" })
        const seen: Array<string | null> = []
        for (const failure of ["closed", new NoSuchBed({ reason: "gone" })]) {
          yield* Effect.exit(queue.take(() => Effect.fail(failure)))
          seen.push(...(yield* standing("described")).map(({ lastFailure }) => lastFailure))
        }
        expect(seen).toEqual(["no bed: 6 letters", expect.stringMatching(/^no bed: \d+ letters$/)])
        expect((yield* standing("described"))[0]?.state).toBe("failed")
      })
    )

    it.effect("gives an interrupted job back without counting the attempt", () =>
      Effect.gen(function* () {
        const queue = yield* make
        yield* queue.offer(visit("z"), { id: "interrupted:z" })
        const started = yield* Deferred.make<void>()
        const taker = yield* Effect.forkChild(
          queue.take(() => Effect.andThen(Deferred.succeed(started, undefined), Effect.never))
        )
        yield* Deferred.await(started)
        expect((yield* standing("interrupted"))[0]?.state).toBe("running")
        yield* Fiber.interrupt(taker)
        yield* Effect.exit(queue.take(() => Effect.interrupt))
        expect(yield* standing("interrupted")).toEqual([
          { id: "interrupted:z", state: "pending", attempts: 0, lastFailure: null }
        ])
        yield* queue.take(() => Effect.void)
      })
    )

    it.effect("gives a requeued dead letter all its attempts again, and nothing else", () =>
      Effect.gen(function* () {
        const queue = yield* make
        yield* queue.offer(visit("r"), { id: "requeued:r" })
        expect(yield* Queue.requeue("requeued:r")).toBe(false)
        yield* Effect.exit(queue.take(() => Effect.fail(new NoSuchBed({ reason: "closed" }))))
        expect(yield* Queue.requeue("requeued:r")).toBe(true)
        expect(yield* Queue.requeue("requeued:nobody")).toBe(false)
        const attempts = yield* Deferred.make<number>()
        yield* queue.take((_, attempt) => Deferred.succeed(attempts, attempt.attempts))
        expect(yield* Deferred.await(attempts)).toBe(1)
      })
    )

    it.effect("says where a job stands in the order of offers, each time it is tried", () =>
      Effect.gen(function* () {
        const queue = yield* make
        const beds = ["1", "2", "3"]
        yield* Effect.forEach(beds, (bed) => queue.offer(visit(bed), { id: `placed:${bed}` }))
        const listed = yield* Queue.list({ limit: 3 })
        const sequences: Array<string> = []
        const take = (handled: Effect.Effect<void, string>) =>
          queue.take((_, { sequence }) => {
            sequences.push(String(sequence))
            return handled
          })
        yield* Effect.all([take(Effect.void), take(Effect.void)], { concurrency: "unbounded" })
        yield* Effect.exit(take(Effect.fail("not now")))
        yield* take(Effect.void)
        const offered = listed.map(({ cursor }) => cursor).toReversed()
        expect(sequences).toEqual([...offered, offered.at(-1)])
      })
    )

    it.effect("makes a job that no longer decodes a dead letter, and goes on to the next", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const queue = yield* make
        yield* queue.offer(visit("old"), { id: "undecodable:old" })
        yield* sql`update bedside_jobs set element = '{"ward": "Lovelace"}' where id = 'undecodable:old'`
        yield* queue.offer(visit("new"), { id: "undecodable:new" })
        yield* queue.take(() => Effect.void)
        expect(yield* standing("undecodable")).toEqual([
          { id: "undecodable:old", state: "failed", attempts: 1, lastFailure: "SchemaError" },
          { id: "undecodable:new", state: "completed", attempts: 1, lastFailure: null }
        ])
      })
    )

    it.effect("gives each of many jobs to one of many takers", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const queue = yield* make
        const beds = Array.from({ length: 200 }, (_, index) => `${index}`)
        yield* sql.withTransaction(
          Effect.forEach(beds, (bed) => queue.offer(visit(bed), { id: `many:${bed}` }))
        )
        const taken: Array<string> = []
        yield* Effect.all(
          beds.map(() =>
            queue.take((job) =>
              Effect.andThen(
                sql`select 1`,
                Effect.sync(() => taken.push(job.bed))
              ).pipe(Effect.orDie)
            )
          ),
          { concurrency: 20 }
        )
        expect(taken.sort()).toEqual(beds.toSorted())
        const counts = yield* Queue.counts
        expect(counts.filter(({ kind }) => kind === "many")).toEqual([
          { kind: "many", state: "completed", count: 200 }
        ])
      })
    )

    it.effect("lists page by page, newest first, of one state or all", () =>
      Effect.gen(function* () {
        const queue = yield* make
        for (const bed of ["1", "2", "3"]) {
          yield* queue.offer(visit(bed), { id: `paged:${bed}`, delay: "1 hour" })
        }
        const pages: Array<ReadonlyArray<string>> = []
        let after: string | undefined
        for (let page = 0; page < 2; page++) {
          const jobs = yield* Queue.list({ state: "pending", limit: 2, after })
          pages.push(jobs.map((job) => job.id))
          after = jobs.at(-1)?.cursor
        }
        expect(pages).toEqual([["paged:3", "paged:2"], ["paged:1"]])
        const [newest] = yield* Queue.list({ limit: 1 })
        expect(Object.keys(newest ?? {}).sort()).toEqual([
          "attempts",
          "createdAt",
          "cursor",
          "id",
          "kind",
          "lastFailure",
          "state",
          "updatedAt"
        ])
        expect(newest?.createdAt).toBeInstanceOf(Date)
        expect(yield* Queue.list({ state: "running", limit: 10 })).toEqual([])
      })
    )
  })
})

onEach("the queue of a process that was killed", (it) => {
  it.effect("is free at once where no other process can be at work", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* Effect.gen(function* () {
        const queue = yield* make
        yield* queue.offer(visit("a"), { id: "left:a" })
        yield* sql`
          update bedside_jobs set acquired_at = now(), attempts = 1,
            acquired_by = '6f1c1a5e-7d5e-4b57-9c55-0a6a1c1c9a10'
        `
      }).pipe(Effect.provide(Queue.layer()))
      const attempts = yield* Deferred.make<number>()
      yield* Effect.gen(function* () {
        const queue = yield* make
        yield* queue.take((_, attempt) => Deferred.succeed(attempts, attempt.attempts))
      }).pipe(Effect.provide(Queue.layerEmbedded))
      expect(yield* Deferred.await(attempts)).toBe(2)
    })
  )
})

onEach(
  "the queue's table",
  (it) => {
    it.effect("is made once when many processes start at once", () =>
      Effect.gen(function* () {
        const url = yield* urlOf
        const process = Effect.scoped(
          Layer.build(
            Layer.fresh(Queue.layer().pipe(Layer.provide(Layer.fresh(Postgres.layer({ url })))))
          )
        )
        yield* Effect.all(
          Array.from({ length: 8 }, () => process),
          { concurrency: "unbounded" }
        )
        expect(yield* Queue.counts).toEqual([])
      })
    )
  },
  [postgres]
)

onEach(
  "workers in processes of their own",
  (it) => {
    it.layer(Queue.layer())((it) => {
      it.effect("take over the job of one that was killed, once its lease has run out", () =>
        Effect.gen(function* () {
          const url = Redacted.value(yield* urlOf)
          const queue = yield* make
          yield* queue.offer({ bed: "a", hold: true }, { id: "held:a" })
          const dying = Child.start("worker.ts", url, "1")
          yield* Effect.promise(() => Child.until(dying, () => dying.lines.includes("holding")))
          const successor = Child.start("worker.ts", url, "1")
          dying.kill()
          yield* Effect.promise(() => dying.ended)
          yield* Effect.promise(() =>
            Child.until(successor, () => successor.lines.includes("holding"))
          )
          successor.kill()
          yield* Effect.promise(() => successor.ended)
          expect((yield* standing("held"))[0]?.attempts).toBe(2)
        })
      )

      it.effect("leave 200 results of 200 jobs when one of two is killed", () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const url = Redacted.value(yield* urlOf)
          const queue = yield* make
          yield* sql`create table visited (bed text primary key, runs int)`
          const workers = [Child.start("worker.ts", url, "8"), Child.start("worker.ts", url, "8")]
          const beds = Array.from({ length: 200 }, (_, index) => `${index}`)
          const offer = (bed: string) => queue.offer(visit(bed), { id: `visit:${bed}` })
          yield* Effect.forEach(beds.slice(0, 100), offer)
          // Whoever takes it, and dies of it, is in the middle of the work.
          yield* queue.offer({ bed: "held", hold: true }, { id: "held" })
          yield* Effect.forEach(beds.slice(100), offer)
          const [first, second] = workers
          if (first === undefined || second === undefined) return expect.fail("there are two")
          const isHolding = ({ lines }: Child.Child) => lines.includes("holding")
          yield* Effect.promise(() => Child.until(first, () => workers.some(isHolding)))
          const [dying, other] = isHolding(first) ? [first, second] : [second, first]
          dying.kill()
          yield* Effect.promise(() => dying.ended)
          const done = Effect.map(
            sql<{ n: number }>`select count(*)::int as n from visited`,
            (rows) => rows[0]?.n
          )
          yield* done.pipe(Effect.repeat({ until: (n) => n === 200 }))
          other.kill()
          yield* Effect.promise(() => other.ended)
          const failed = yield* Queue.list({ state: "failed", limit: 10 })
          expect(failed).toEqual([])
        })
      )
    })
  },
  [postgres]
)
