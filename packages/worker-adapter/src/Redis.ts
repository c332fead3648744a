/**
 * Jobs carried by Redis: lists and hashes that Effect's own store keeps, under leases as in the
 * database.
 *
 * What Redis has confirmed it has in memory. Unless it is told to write every command to its disk
 * before it answers (`appendonly yes`, `appendfsync always`), jobs that were handed on in its last
 * moments are lost when it dies, and all of them without `appendonly`; that is said when this starts.
 * The database remembers a job for a week after it was handed on, so what was lost can be handed on
 * again by hand; see `docs/deployment.md`.
 */
import * as Jobs from "@bedside/core/Jobs"
import * as Ports from "@bedside/core/Ports"
import * as NodeRedis from "@effect/platform-node/NodeRedis"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as PersistedQueue from "effect/persistence/PersistedQueue"
import * as RedisClient from "effect/persistence/Redis"
import type * as Redacted from "effect/Redacted"
import * as Predicate from "effect/Predicate"
import * as Schedule from "effect/Schedule"
import * as Broker from "./internal/broker.ts"
import * as Relay from "./Relay.ts"

/**
 * Which broker, and how jobs are held.
 *
 * @since 0.2.0
 */
export interface Options {
  /**
   * `redis://user:password@host:port/database`, or `rediss:`; the keys begin with what `?queue=` says,
   * `bedside` otherwise.
   */
  readonly url: Redacted.Redacted
  /** How long a job stays with a worker that no longer renews: 30 seconds. */
  readonly lease?: Duration.Input | undefined
  /** How often to look for jobs that other processes handed on or that are due again: 50 milliseconds. */
  readonly poll?: Duration.Input | undefined
  /** How often a job is tried: 10. */
  readonly maximumAttempts?: number | undefined
}

const broker = {
  name: "Redis",
  schemes: /^rediss?:$/,
  form: "redis://user:password@host:port/database"
}

/** What has to be known of a broker that may forget. */
const warnings = (info: string, address: string): ReadonlyArray<string> => [
  ...(/^aof_enabled:0/m.test(info)
    ? [`${address} has jobs in memory only (appendonly is off) and loses them when it dies`]
    : []),
  ...(/^maxmemory:[1-9]/m.test(info) && !/^maxmemory_policy:noeviction/m.test(info)
    ? [
        `${address} may throw jobs away when its memory is full (maxmemory-policy is not noeviction)`
      ]
    : [])
]

/**
 * Has the commands of the store wait for a broker that is down, because the store looks for the jobs
 * of dead workers only for as long as no command of its own has failed. An acknowledgement cannot be
 * interrupted, and is tried again by the store itself until its lease has run out.
 */
const patient = Layer.effect(
  RedisClient.Redis,
  RedisClient.Redis.useSync((redis) => {
    const evaluate: typeof redis.eval = (script) => {
      const command = redis.eval(script)
      return (...parameters) =>
        Effect.withFiber((fiber) =>
          Predicate.hasProperty(fiber, "interruptible") && fiber.interruptible === true
            ? Effect.retry(command(...parameters), Schedule.spaced("500 millis"))
            : command(...parameters)
        )
    }
    return RedisClient.Redis.of({ ...redis, eval: evaluate })
  })
)

/** What the store is told of a job to be tried again; why, it need not know. */
class Again extends Error {
  override readonly name = "Again"
}

const retrySchedule = Schedule.forever.pipe(
  Schedule.modifyDelay(({ attempt }) => Effect.succeed(Jobs.pauseAfter(attempt)))
)

const make = Effect.fnUntraced(function* (options: Options) {
  const source = yield* Ports.JobQueue
  const queue = yield* PersistedQueue.make({
    name: "jobs",
    schema: Relay.Carried,
    // Whoever is given a job once too often makes it a dead letter, which Redis is not to keep.
    maxAttempts: Number.MAX_SAFE_INTEGER,
    retrySchedule
  })

  yield* Relay.run({ source, publish: (carried) => queue.offer(carried) })

  const take: typeof source.take = <E, R>(
    handle: (job: Jobs.Job, attempt: Jobs.Attempt) => Effect.Effect<void, E, R>
  ) =>
    Effect.gen(function* () {
      while (true) {
        let attended: Relay.Attended<E> | undefined
        yield* queue
          .take((body, { attempts }) =>
            Relay.attend({
              source,
              body,
              attempts,
              maximum: options.maximumAttempts,
              handle
            }).pipe(
              Effect.flatMap((it) => {
                attended = it
                if (it.verdict === "given-back") return Effect.interrupt
                return it.verdict === "done" ? Effect.void : Effect.fail(new Again())
              }),
              Effect.uninterruptible
            )
          )
          .pipe(
            Effect.catchIf(
              (error) => error instanceof Again,
              () => Effect.void
            ),
            Effect.orDie
          )
        if (attended?.exit !== undefined) return yield* attended.exit
      }
    })

  return Ports.JobQueue.of({ ...source, take })
})

/**
 * The queue of the store with its jobs carried by Redis: what is offered is handed on by this process
 * as by every other one, and taken from there.
 *
 * Shape: over the store's own queue, which keeps answering what stands where and has the dead letters.
 * It needs `redis` and `@effect/platform-node`.
 *
 * Fails with: `BrokerUnusable`, whose message is one line for the operator, only while it is built.
 *
 * @example
 * ```ts
 * import * as Memory from "@bedside/core/Memory"
 * import * as Redis from "@bedside/worker-adapter/redis"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const url = Redacted.make("redis://localhost:6379")
 * const Jobs = Redis.layer({ url }).pipe(Layer.provide(Memory.layer))
 * ```
 * @since 0.2.0
 */
export const layer = (
  options: Options
): Layer.Layer<Ports.JobQueue, Relay.BrokerUnusable, Ports.JobQueue> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { url, address, queue } = yield* Broker.place(options.url, broker)
      const unusable = (error: unknown) =>
        new Relay.BrokerUnusable({ address, reason: Broker.reasonOf(error) })
      const client = NodeRedis.layer({ url: url.href, disableOfflineQueue: true })
      // Once in silence, since the client would say in a line of its own that the URL is wrong.
      const info = yield* RedisClient.Redis.use((redis) => redis.send<string>("INFO")).pipe(
        Effect.provide(Layer.fresh(client).pipe(Layer.provide(Logger.layer([])))),
        Effect.mapError(unusable)
      )
      const services = yield* Effect.mapError(Layer.build(client), unusable)
      yield* Effect.forEach(warnings(info, address), (warning) => Effect.logWarning(warning))
      const lease = Duration.fromInputUnsafe(options.lease ?? "30 seconds")
      const store = PersistedQueue.layerStoreRedis({
        prefix: `${queue}:`,
        pollInterval: options.poll ?? "50 millis",
        lockExpiration: lease,
        lockRefreshInterval: Duration.times(lease, 1 / 3)
      })
      return Layer.effect(Ports.JobQueue, make(options)).pipe(
        Layer.provide(PersistedQueue.layer),
        Layer.provide(store),
        Layer.provide(patient),
        Layer.provide(Layer.succeedContext(services))
      )
    })
  )
