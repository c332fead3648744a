/**
 * A connection to RabbitMQ: proven when it is made, opened again by itself for as long as it is
 * needed, with publishing that waits for the broker's confirmation and consuming that waits for ours.
 *
 * A message is published when the broker has stored it and not before; one that it cannot route is a
 * failure and not a silence. A message is delivered again until it is acknowledged, and a delivery of
 * a connection that is gone can no longer be. Neither the password nor what a message says is in any
 * failure or log.
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { setImmediate, setTimeout } from "node:timers/promises"
import { Connection, type AsyncMessage, type Channel, type PublisherProps } from "rabbitmq-client"
import { BrokerUnusable } from "../Relay.ts"
import * as Broker from "./broker.ts"

/** The broker did not confirm a message; it may have it all the same. */
export class Unconfirmed extends Schema.TaggedError<Unconfirmed>()("Unconfirmed", {
  reason: Schema.String
}) {}

/** What has to be there before a message is published or consumed; declared with each connection. */
export type Topology = Pick<PublisherProps, "queues" | "exchanges" | "queueBindings">

/** What is published: JSON, kept on disk, to an exchange or, without one, to the queue of that name. */
export interface Message {
  readonly exchange?: string | undefined
  readonly routingKey: string
  readonly headers?: Readonly<Record<string, string | number>> | undefined
  readonly body: unknown
}

/** Ends when the broker has stored the message, and fails when it did not say so in time. */
export type Publish = (message: Message) => Effect.Effect<void, Unconfirmed>

/** A message that was delivered, and is until it is acknowledged or given up. */
export interface Delivery {
  /** The JSON it carries; a `Buffer` when it is none. */
  readonly body: unknown
  readonly headers: Readonly<Record<string, unknown>>
  /** How often a quorum queue had it delivered before without an end: consumers that died. */
  readonly redelivered: number
  /** Whether the connection that it came by still stands; otherwise it comes again by another. */
  readonly isLive: () => boolean
  /** Has the broker forget it. */
  readonly acknowledge: Effect.Effect<void>
  /** Has the broker deliver it again, to whoever comes next, and count that. */
  readonly release: Effect.Effect<void>
  /** Has the broker hand it to the dead-letter exchange of its queue. */
  readonly reject: Effect.Effect<void>
}

export interface Connected {
  /** A channel in confirm mode. Give it a connection of its own: a broker that is short of memory stops
   * whole connections that publish, and with them the acknowledgements on them. */
  readonly publisher: (topology: Topology) => Effect.Effect<Publish, BrokerUnusable, Scope.Scope>
  /**
   * What is delivered, at most `prefetch` messages that have not come to an end. It goes on after an
   * outage, and what was delivered and not taken before is forgotten, since it comes again.
   */
  readonly consumer: (options: {
    readonly queue: string
    readonly topology: Topology
    readonly prefetch: number
    /**
     * What is done at the end with a delivery that nobody has taken; otherwise the broker has it back
     * and counts that.
     */
    readonly leave?: ((delivery: Delivery) => Effect.Effect<void>) | undefined
  }) => Effect.Effect<Queue.Dequeue<Delivery>, BrokerUnusable, Scope.Scope>
}

export const broker = {
  name: "RabbitMQ",
  schemes: /^amqps?:$/,
  form: "amqp://user:password@host:port/vhost"
}

/** How long the broker may take to confirm. */
const patience = "20 seconds"

const declare = async (channel: Channel, topology: Topology): Promise<void> => {
  for (const queue of topology.queues ?? []) await channel.queueDeclare(queue)
  for (const exchange of topology.exchanges ?? []) await channel.exchangeDeclare(exchange)
  for (const binding of topology.queueBindings ?? []) await channel.queueBind(binding)
}

const headersOf = ({ headers }: AsyncMessage): Readonly<Record<string, unknown>> => headers ?? {}

const countOf = (value: unknown): number => (typeof value === "number" ? value : 0)

/** A broker that does not answer any more keeps nobody from leaving. */
const closing = (close: () => Promise<void>): Effect.Effect<void> =>
  Effect.promise(() =>
    Promise.race([close().catch(() => undefined), setTimeout(2_000, undefined, { ref: false })])
  )

const deliveryOf = (channel: Channel, message: AsyncMessage, settled: () => void): Delivery => {
  const { deliveryTag } = message
  const headers = headersOf(message)
  /** On a channel that is closed there is nothing to settle any more. */
  const settling = (settle: () => void): Effect.Effect<void> =>
    Effect.sync(() => {
      if (!channel.active) return
      settle()
      settled()
    })
  return {
    body: message.body,
    headers,
    redelivered: countOf(headers["x-delivery-count"]),
    isLive: () => channel.active,
    acknowledge: settling(() => channel.basicAck({ deliveryTag })),
    release: settling(() => channel.basicNack({ deliveryTag, requeue: true })),
    reject: settling(() => channel.basicNack({ deliveryTag, requeue: false }))
  }
}

/** How to reach the broker. */
export interface Options {
  /** `amqp://user:password@host:port/vhost`, or `amqps:`. */
  readonly url: Redacted.Redacted
  /** What the broker's own tools show for this connection. */
  readonly name?: string | undefined
}

/** Connects, and stays connected until the scope ends. */
export const connect = Effect.fnUntraced(function* (
  options: Options
): Effect.fn.Return<Connected, BrokerUnusable, Scope.Scope> {
  const { url, address } = yield* Broker.place(options.url, broker)
  // What a client sends that is told no user.
  if (url.username === "" && url.password === "") url.username = url.password = "guest"
  const unusable = (error: unknown) =>
    new BrokerUnusable({ address, reason: Broker.reasonOf(error) })
  const log = Effect.runForkWith(yield* Effect.context<never>())

  const connection = yield* Effect.acquireRelease(
    Effect.callback<Connection, BrokerUnusable>((resume) => {
      const it = new Connection({
        url: url.href,
        ...(options.name === undefined ? {} : { connectionName: options.name }),
        connectionTimeout: 5_000,
        acquireTimeout: 5_000,
        heartbeat: 10,
        retryLow: 200,
        retryHigh: 5_000
      })
      it.once("connection", () => resume(Effect.succeed(it)))
      it.on("error", (error: unknown) => {
        // Only the first attempt is waited for; the resumption of a callback counts once.
        resume(
          Effect.andThen(
            Effect.sync(() => it.unsafeDestroy()),
            unusable(error)
          )
        )
      })
      return Effect.sync(() => it.unsafeDestroy())
    }),
    (it) =>
      Effect.andThen(
        closing(() => it.close()),
        Effect.sync(() => it.unsafeDestroy())
      )
  )

  let lost = false
  connection.on("error", (error: unknown) => {
    lost = true
    log(Effect.logWarning(`${address} is gone and is tried again: ${Broker.reasonOf(error)}`))
  })
  connection.on("connection", () => {
    if (lost) log(Effect.logInfo(`${address} is back`))
    lost = false
  })
  connection.on("connection.blocked", (reason) => {
    log(Effect.logWarning(`${address} takes no messages just now: ${reason}`))
  })

  const openChannel = Effect.acquireRelease(
    Effect.tryPromise({
      try: () => connection.acquire({ emitErrorsFromChannel: true }),
      catch: unusable
    }),
    (channel) => closing(() => channel.close())
  ).pipe(
    Effect.tap((channel) =>
      Effect.sync(() => {
        channel.on("error", (error: unknown) => {
          log(Effect.logWarning(`${address} closed a channel: ${Broker.reasonOf(error)}`))
        })
      })
    )
  )

  const declareOnce = (topology: Topology) =>
    Effect.scoped(
      Effect.flatMap(openChannel, (channel) =>
        Effect.tryPromise({ try: () => declare(channel, topology), catch: unusable })
      )
    )

  const publisher = Effect.fnUntraced(function* (topology: Topology) {
    yield* declareOnce(topology)
    const channel = yield* Effect.acquireRelease(
      Effect.sync(() => connection.createPublisher({ ...topology, confirm: true })),
      (it) => closing(() => it.close())
    )
    const returned = new Set<string>()
    channel.on("basic.return", ({ messageId }) => void returned.add(messageId ?? ""))

    const send = async ({ exchange = "", routingKey, headers = {}, body }: Message) => {
      // Whoever wants to wait does so, and may find another way meanwhile.
      if (!connection.ready) throw new Error("there is no connection just now")
      const messageId = randomUUID()
      await channel.send(
        { exchange, routingKey, headers, messageId, durable: true, mandatory: true },
        body
      )
      // A message that came back was announced before it was confirmed, but is told a turn later.
      await setImmediate()
      return !returned.delete(messageId)
    }

    const publish: Publish = (message) =>
      Effect.tryPromise({
        try: () => send(message),
        catch: (error) => new Unconfirmed({ reason: Broker.reasonOf(error) })
      }).pipe(
        Effect.timeoutOrElse({
          duration: patience,
          orElse: () => Effect.fail(new Unconfirmed({ reason: "no confirmation in time" }))
        }),
        Effect.filterOrElse(
          (routed) => routed,
          () =>
            // Somebody deleted the queue: it is there again for the next attempt.
            Effect.andThen(
              Effect.ignore(declareOnce(topology)),
              new Unconfirmed({ reason: "there was no queue for it" })
            )
        ),
        Effect.asVoid
      )
    return publish
  })

  const consumer = Effect.fnUntraced(function* ({
    queue,
    topology,
    prefetch,
    leave
  }: Parameters<Connected["consumer"]>[0]) {
    yield* declareOnce(topology)
    const deliveries = yield* Queue.unbounded<Delivery>()
    let cancel: (() => Promise<unknown>) | undefined

    const session = Effect.gen(function* () {
      const channel = yield* openChannel
      yield* Effect.tryPromise({ try: () => declare(channel, topology), catch: unusable })
      let held = 0
      // What is on its way when the consumer is cancelled would come to nobody, and be counted as a try.
      const nothingComes = async () => {
        for (let look = 0; look < 50 && held < prefetch; look++) {
          const { messageCount } = await channel.queueDeclare({ queue, passive: true })
          if (messageCount === 0) return
          await setTimeout(10)
        }
      }
      yield* Effect.callback<void, BrokerUnusable>((resume) => {
        const over = () => resume(Effect.void)
        channel.once("close", over)
        channel.once("basic.cancel", over)
        const consume = async () => {
          await channel.basicQos({ prefetchCount: prefetch })
          const { consumerTag } = await channel.basicConsume({ queue }, (message) => {
            held += 1
            const delivery = deliveryOf(channel, message, () => void (held -= 1))
            Queue.offerUnsafe(deliveries, delivery)
          })
          // What the broker sent before it knew is handed over a turn later.
          cancel = async () => {
            await nothingComes()
            await channel.basicCancel({ consumerTag })
            await setImmediate()
          }
        }
        consume().catch((error: unknown) => resume(unusable(error)))
      })
    }).pipe(Effect.scoped, Effect.ensuring(Queue.clear(deliveries)))

    yield* session.pipe(
      Effect.catch(({ message }) => (lost ? Effect.void : Effect.logWarning(message))),
      Effect.repeat(Schedule.spaced("200 millis")),
      Effect.forkScoped
    )
    if (leave !== undefined) {
      // Registered after the session, so its channel is still open.
      yield* Effect.addFinalizer(() =>
        closing(async () => void (await cancel?.())).pipe(
          Effect.andThen(Queue.clear(deliveries)),
          Effect.flatMap((left) =>
            Effect.forEach(
              left.filter((delivery) => delivery.isLive()),
              leave,
              { discard: true }
            )
          )
        )
      )
    }
    return deliveries
  })

  return { publisher, consumer }
})
