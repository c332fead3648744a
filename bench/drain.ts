/**
 * How many jobs a second each engine of the queue gets through, when there is nothing to do in them.
 *
 *     node --conditions=@bedside/source bench/drain.ts [postgres://user:password@host:port/database] [slots] [rounds]
 *
 * 20,000 jobs wait before the clock starts; it stops when each was handled and none is left to be
 * acknowledged. In each round every engine has its turn, in a database of its own. The unit is the SQL
 * store of Effect's `PersistedQueue` as it comes. Redis and RabbitMQ are those on this machine, and carry
 * what is in the database: the time is that of the relay and of the workers, who are one process.
 */
import * as Ports from "@bedside/core/Ports"
import * as JobQueue from "@bedside/postgres-adapter/JobQueue"
import * as Postgres from "@bedside/postgres-adapter/Postgres"
import * as Queue from "@bedside/postgres-adapter/Queue"
import * as RabbitMq from "@bedside/worker-adapter/rabbitmq"
import * as Redis from "@bedside/worker-adapter/redis"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PersistedQueue from "effect/persistence/PersistedQueue"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { Logger, makeWorkerUtils, run } from "graphile-worker"
import { Connection } from "rabbitmq-client"
import { createClient } from "redis"

const jobs = 20_000

const url = new URL(process.argv[2] ?? "postgres://postgres@127.0.0.1:5432/postgres")
const slots = Number(process.argv[3] ?? 32)
const rounds = Number(process.argv[4] ?? 3)

/** One kind of queue, with nothing in it yet. */
interface Session {
  /** Offers so many jobs. */
  readonly fill: (count: number) => Effect.Effect<void>
  /** Takes jobs with so many slots for as long as the scope lives, and tells of each. */
  readonly work: (slots: number, handled: () => void) => Effect.Effect<void, never, Scope.Scope>
  /** How many jobs are not acknowledged yet. */
  readonly left: Effect.Effect<number>
}

interface Engine {
  readonly name: string
  readonly open: Effect.Effect<Session, never, Scope.Scope>
}

const layer = (address: URL) => Postgres.layer({ url: Redacted.make(address.href) })

const administer = (address: URL, statement: string) =>
  SqlClient.SqlClient.use((sql) => sql.unsafe(statement)).pipe(
    Effect.provide(Layer.fresh(layer(address)))
  )

let databases = 0

/** A database of its own for one engine in one round. */
const database = Effect.gen(function* () {
  const name = `bedside_bench_${Date.now()}_${databases++}`
  yield* Effect.acquireRelease(administer(url, `create database ${name}`), () =>
    // Some engines let go of their connections a moment after they were stopped.
    administer(url, `drop database ${name}`).pipe(
      Effect.retry({ times: 100, schedule: Schedule.spaced("100 millis") }),
      Effect.orDie
    )
  )
  const address = new URL(url)
  address.pathname = `/${name}`
  return address
}).pipe(Effect.orDie)

const Job = Schema.Struct({ patientId: Schema.String, batch: Schema.String })

/** An engine behind `PersistedQueue` on the table `bedside_jobs`. */
const persisted = (
  name: string,
  queue: Layer.Layer<PersistedQueue.PersistedQueueFactory, unknown, SqlClient.SqlClient>
): Engine => ({
  name,
  open: Effect.gen(function* () {
    const services = yield* Layer.build(Layer.provideMerge(queue, layer(yield* database)))
    const { sql, taken } = yield* Effect.all({
      sql: SqlClient.SqlClient,
      taken: PersistedQueue.make({ name: "bedside", schema: Job })
    }).pipe(Effect.provideContext(services))
    const session: Session = {
      // As many offers leave them, each due from its own moment.
      fill: (count) =>
        Effect.orDie(
          Effect.asVoid(sql`
            insert into bedside_jobs (
              id, queue_name, element, state, attempts, visible_at, created_at, updated_at
            )
            select 'assess-patient:' || n, 'bedside',
              json_build_object('patientId', n::text, 'batch', '1')::text,
              'pending', 0, clock_timestamp(), now(), now()
            from generate_series(1, ${count}::int) as n
          `)
        ),
      work: (slots, handled) =>
        Effect.asVoid(
          Effect.replicateEffect(
            Effect.forkScoped(Effect.forever(taken.take(() => Effect.sync(handled)))),
            slots
          )
        ),
      left: sql<{ n: number }>`
        select count(*)::int as n from bedside_jobs where state <> 'completed'
      `.pipe(
        Effect.map((rows) => rows[0]?.n ?? 0),
        Effect.orDie
      )
    }
    // As autovacuum leaves it a minute later: without figures the stock store sorts all for each claim.
    return {
      ...session,
      fill: (count: number) =>
        Effect.andThen(session.fill(count), Effect.asVoid(Effect.orDie(sql`vacuum analyze`)))
    }
  }).pipe(Effect.orDie)
})

const silent = new Logger(() => () => undefined)

/** graphile-worker, which deletes a job that is done. */
const graphile = (
  name: string,
  worker: {
    readonly localQueue?: { readonly size: number }
    readonly completeJobBatchDelay?: number
  }
): Engine => ({
  name,
  open: Effect.gen(function* () {
    const address = yield* database
    const options = { connectionString: address.href, logger: silent }
    const utils = yield* Effect.acquireRelease(
      Effect.promise(() => makeWorkerUtils(options)),
      (it) => Effect.promise(async () => it.release())
    )
    yield* Effect.promise(() => utils.migrate())
    const count = (statement: string) =>
      Effect.promise(() =>
        utils.withPgClient(async (client) => (await client.query<{ n: number }>(statement)).rows)
      )
    return {
      fill: (count) =>
        Effect.promise(async () => {
          const identifiers = Array.from({ length: count }, (_, n) => String(n))
          await utils.addJobs(
            identifiers.map((patientId) => ({
              identifier: "assess-patient",
              payload: { patientId, batch: "1" }
            }))
          )
          await utils.withPgClient((client) => client.query("vacuum analyze"))
        }),
      work: (slots, handled) =>
        Effect.acquireRelease(
          Effect.promise(() =>
            run({
              ...options,
              concurrency: slots,
              noHandleSignals: true,
              taskList: { "assess-patient": handled },
              preset: { worker }
            })
          ),
          (runner) => Effect.promise(() => runner.stop())
        ).pipe(Effect.asVoid),
      left: Effect.map(
        count("select count(*)::int as n from graphile_worker._private_jobs"),
        (rows) => rows[0]?.n ?? 0
      )
    }
  })
})

type Carried = Layer.Layer<Ports.JobQueue, unknown, Ports.JobQueue>

/** Removes what the broker has of a queue by this name. */
interface Broker {
  readonly carried: (queue: string) => Carried
  readonly forget: (queue: string) => Promise<unknown>
}

/** The port that workers take from: the whole way from the table to a handler. */
const port = (name: string, { carried, forget }: Broker): Engine => ({
  name,
  open: Effect.gen(function* () {
    const name = `bedside-bench-${Date.now()}`
    yield* Effect.acquireRelease(Effect.void, () => Effect.promise(() => forget(name)))
    const store = JobQueue.layer.pipe(
      Layer.provide(Queue.layer()),
      Layer.provideMerge(layer(yield* database))
    )
    const services = yield* Layer.build(store)
    const { sql, source } = yield* Effect.all({
      sql: SqlClient.SqlClient,
      source: Ports.JobQueue
    }).pipe(Effect.provideContext(services))
    const session: Session = {
      fill: (count) =>
        sql`
          insert into bedside_jobs (
            id, queue_name, element, state, attempts, visible_at, created_at, updated_at
          )
          select 'assess-patient:' || n, 'bedside', json_build_object(
              '_tag', 'assess-patient', 'patientId', '01890a5d-ac96-774b-bcce-b302099a8057', 'batch', n::text
            )::text, 'pending', 0, clock_timestamp(), now(), now()
          from generate_series(1, ${count}::int) as n
        `.pipe(Effect.andThen(sql`vacuum analyze`), Effect.asVoid, Effect.orDie),
      work: (slots, handled) =>
        Effect.gen(function* () {
          const engine = yield* Layer.build(
            carried(name).pipe(Layer.provide(Layer.succeed(Ports.JobQueue, source)))
          )
          const { take } = Context.get(engine, Ports.JobQueue)
          yield* Effect.replicateEffect(
            Effect.forkScoped(Effect.forever(take(() => Effect.sync(handled)))),
            slots
          )
        }).pipe(Effect.orDie),
      left: Effect.map(source.counts, (counts) =>
        counts.reduce((sum, { state, count }) => sum + (state === "completed" ? 0 : count), 0)
      )
    }
    return session
  }).pipe(Effect.orDie)
})

const postgres: Broker = {
  carried: () => Layer.effect(Ports.JobQueue, Ports.JobQueue),
  forget: () => Promise.resolve()
}

const redis: Broker = {
  carried: (queue) => Redis.layer({ url: Redacted.make(`redis://127.0.0.1:6379?queue=${queue}`) }),
  forget: async (queue) => {
    const client = await createClient().connect()
    for await (const keys of client.scanIterator({ MATCH: `${queue}:*`, COUNT: 1_000 })) {
      if (keys.length > 0) await client.del(keys)
    }
    await client.close()
  }
}

const rabbitMq: Broker = {
  carried: (queue) =>
    RabbitMq.layer({
      url: Redacted.make(`amqp://127.0.0.1:5672?queue=${queue}`),
      prefetch: 2 * slots
    }),
  forget: async (name) => {
    const connection = new Connection("amqp://guest:guest@127.0.0.1:5672")
    for (const queue of RabbitMq.queues(name)) {
      await connection.queueDelete({ queue })
      await connection.exchangeDelete({ exchange: queue })
    }
    await connection.close()
  }
}

const engines: ReadonlyArray<Engine> = [
  persisted(
    "PersistedQueue, stock",
    PersistedQueue.layer.pipe(
      Layer.provide(
        PersistedQueue.layerStoreSql({
          tableName: "bedside_jobs",
          pollInterval: "50 millis",
          lockRefreshInterval: "10 seconds",
          lockExpiration: "30 seconds"
        })
      )
    )
  ),
  persisted("Queue.layer", Queue.layer()),
  port("the port, Postgres", postgres),
  port("the port, Redis", redis),
  port("the port, RabbitMQ", rabbitMq),
  graphile("graphile-worker", {}),
  graphile("graphile-worker, batches", { localQueue: { size: 500 }, completeJobBatchDelay: 0 })
]

/** Jobs a second. */
const drain = ({ open }: Engine) =>
  Effect.gen(function* () {
    const session = yield* open
    yield* session.fill(jobs)
    const all = yield* Deferred.make<void>()
    let handled = 0
    const start = performance.now()
    const end = yield* Effect.scoped(
      Effect.gen(function* () {
        yield* session.work(slots, () => {
          if (++handled === jobs) Deferred.doneUnsafe(all, Effect.void)
        })
        yield* Deferred.await(all)
        yield* Effect.repeat(session.left, {
          until: (left) => left === 0,
          schedule: Schedule.spaced("1 millis")
        })
        return performance.now()
      })
    )
    if (handled !== jobs) throw new Error(`${handled} runs of ${jobs} jobs`)
    return (jobs / (end - start)) * 1_000
  }).pipe(Effect.scoped)

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

const rates = new Map<string, Array<number>>(engines.map(({ name }) => [name, []]))
for (let round = 0; round < rounds; round++) {
  // In turns, so that none always follows the same other.
  for (let turn = 0; turn < engines.length; turn++) {
    const engine = engines[(round + turn) % engines.length]!
    rates.get(engine.name)!.push(await Effect.runPromise(drain(engine)))
  }
}

console.log(`${slots} slots, ${rounds} rounds`.padEnd(28) + "median, jobs/s     best")
const [unit = []] = rates.values()
for (const [name, measured] of rates) {
  const columns = [median, (them: ReadonlyArray<number>) => Math.max(...them)].map(
    (of) => `${of(measured).toFixed(0).padStart(8)} ${(of(measured) / of(unit)).toFixed(1)}`
  )
  console.log(name.padEnd(28) + columns.join("      "))
}
