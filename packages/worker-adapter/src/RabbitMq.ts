/**
 * Jobs carried by RabbitMQ: quorum queues, confirmed when published and acknowledged when done.
 *
 * A message is acknowledged when the effect of its job is stored, or when the copy of it that is to be
 * tried later is confirmed, or when its dead letter is kept, so a job may run twice and is never lost.
 * A pause between attempts is spent in a queue whose messages expire back into the first one, one queue
 * for each length of pause, so a job that waits long stands in the way of none. The attempts in which
 * a worker died are counted by the broker, the others in a header.
 */
import * as Jobs from "@bedside/core/Jobs"
import * as Ports from "@bedside/core/Ports"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Redacted from "effect/Redacted"
import * as Amqp from "./internal/amqp.ts"
import * as Broker from "./internal/broker.ts"
import * as Relay from "./Relay.ts"

/**
 * Which broker, and how much is taken from it.
 *
 * @since 0.2.0
 */
export interface Options {
  /**
   * `amqp://user:password@host:port/vhost`, or `amqps:`; the queues are named after what `?queue=`
   * says, `bedside` otherwise.
   */
  readonly url: Redacted.Redacted
  /** Jobs that this process holds at once, as many as take from it: 4. */
  readonly prefetch?: number | undefined
  /** How often a job is tried: 10. */
  readonly maximumAttempts?: number | undefined
}

const nameOf = (queue: string): string => `${queue}.jobs`
const deadOf = (queue: string): string => `${nameOf(queue)}.dead`
const retryOf = (queue: string, ms: number): string => `${nameOf(queue)}.retry.${ms / 1_000}s`

/** Every length of pause that there is between two attempts. */
const pauses: ReadonlyArray<number> = [
  ...new Set(Array.from({ length: Jobs.maximumAttempts }, (_, at) => Jobs.pauseAfter(at + 1)))
]

/**
 * The queues that jobs are in, for those who look at the broker or clean up after themselves.
 *
 * Shape: the one that jobs are taken from, that of messages which were no jobs, those of the pauses;
 * the second one is also an exchange.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as RabbitMq from "@bedside/worker-adapter/rabbitmq"
 *
 * RabbitMq.queues("bedside").slice(0, 3) // => ["bedside.jobs", "bedside.jobs.dead", "bedside.jobs.retry.1s"]
 * ```
 * @since 0.2.0
 */
export const queues = (queue: string): ReadonlyArray<string> => [
  nameOf(queue),
  deadOf(queue),
  ...pauses.map((pause) => retryOf(queue, pause))
]

const quorum = (queue: string, options: object) => ({
  queue,
  durable: true,
  arguments: { "x-queue-type": "quorum" as const, ...options }
})

/** What leaves a queue for another one is kept in the first until the second has it. */
const onwards = { "x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish" }

const topologyOf = (queue: string): Amqp.Topology => ({
  exchanges: [{ exchange: deadOf(queue), type: "fanout", durable: true }],
  queues: [
    quorum(nameOf(queue), { ...onwards, "x-dead-letter-exchange": deadOf(queue) }),
    quorum(deadOf(queue), {}),
    ...pauses.map((pause) =>
      quorum(retryOf(queue, pause), {
        ...onwards,
        "x-message-ttl": pause,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": nameOf(queue)
      })
    )
  ],
  queueBindings: [{ exchange: deadOf(queue), queue: deadOf(queue) }]
})

/** The tries that ended, which the header says, and those in which a worker died. */
const triesOf = ({ headers: { attempts }, redelivered }: Amqp.Delivery): number =>
  (typeof attempts === "number" ? attempts : 0) + redelivered

const make = Effect.fnUntraced(function* (options: Options) {
  const source = yield* Ports.JobQueue
  const { queue } = yield* Broker.place(options.url, Amqp.broker)
  const topology = topologyOf(queue)
  const connect = (name: string) => Amqp.connect({ url: options.url, name })
  const publish = yield* (yield* connect("bedside relay")).publisher(topology)

  /** Puts a copy of the message into a queue, which is then the only one. */
  const move = (delivery: Amqp.Delivery, routingKey: string, attempts: number) =>
    publish({ routingKey, headers: { attempts }, body: delivery.body }).pipe(
      Effect.andThen(delivery.acknowledge),
      Effect.catch(() => delivery.release)
    )

  const deliveries = yield* (yield* connect("bedside worker")).consumer({
    queue: nameOf(queue),
    topology,
    prefetch: options.prefetch ?? 4,
    leave: (delivery) => move(delivery, nameOf(queue), triesOf(delivery))
  })
  yield* Relay.run({ source, publish: (body) => publish({ routingKey: nameOf(queue), body }) })

  const settle = (delivery: Amqp.Delivery, attempts: number, verdict: Relay.Verdict) => {
    if (verdict === "done") return delivery.acknowledge
    if (verdict === "given-back") return move(delivery, nameOf(queue), attempts - 1)
    if (verdict === "foreign") {
      return Effect.andThen(
        Effect.logError(
          `a message in ${nameOf(queue)} is no job and was put into ${deadOf(queue)}`
        ),
        delivery.reject
      )
    }
    return move(delivery, retryOf(queue, verdict.againIn), attempts)
  }

  const take: typeof source.take = (handle) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        while (true) {
          const delivery = yield* restore(Queue.take(deliveries))
          if (!delivery.isLive()) continue
          const { body } = delivery
          const attempts = triesOf(delivery) + 1
          const { verdict, exit } = yield* Relay.attend({
            source,
            body,
            attempts,
            maximum: options.maximumAttempts,
            handle
          })
          yield* settle(delivery, attempts, verdict)
          if (exit !== undefined) return yield* exit
        }
      })
    )

  return Ports.JobQueue.of({ ...source, take })
})

/**
 * The queue of the store with its jobs carried by RabbitMQ: what is offered is handed on by this
 * process as by every other one, and taken from there.
 *
 * Shape: over the store's own queue, which keeps answering what stands where and has the dead letters.
 * It needs `rabbitmq-client`.
 *
 * Fails with: `BrokerUnusable`, whose message is one line for the operator, only while it is built.
 *
 * @example
 * ```ts
 * import * as Memory from "@bedside/core/Memory"
 * import * as RabbitMq from "@bedside/worker-adapter/rabbitmq"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const url = Redacted.make("amqp://guest:guest@localhost:5672")
 * const Jobs = RabbitMq.layer({ url }).pipe(Layer.provide(Memory.layer))
 * ```
 * @since 0.2.0
 */
export const layer = (
  options: Options
): Layer.Layer<Ports.JobQueue, Relay.BrokerUnusable, Ports.JobQueue> =>
  Layer.effect(Ports.JobQueue, make(options))
