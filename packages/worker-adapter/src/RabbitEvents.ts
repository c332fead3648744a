/**
 * Events between services by RabbitMQ: a topic exchange, and for each source one queue for its copy and
 * one for what the copy asks.
 *
 * Queues are quorum queues. A message is published when the broker has confirmed it, and acknowledged
 * when its effect is stored; one consumer at a time is given the messages of a copy, and another that
 * waits takes over from it. What cannot be read, and what could not be applied after its attempts, goes
 * to the dead letters.
 *
 * The guarantee that bites: a message that cannot be applied is tried again beside the others, which go
 * on, for `poisonAttempts` attempts in 3 seconds; then the stream of its patient goes on without it.
 */
import * as Copying from "@bedside/core/Copying"
import * as Events from "@bedside/core/Events"
import * as Jobs from "@bedside/core/Jobs"
import * as Ports from "@bedside/core/Ports"
import * as Publishing from "@bedside/core/Publishing"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Amqp from "./internal/amqp.ts"
import type { BrokerUnusable } from "./Relay.ts"

/**
 * How to reach the broker, and the name that exchanges and queues begin with.
 *
 * @since 0.2.0
 */
export interface Options {
  /** `amqp://user:password@host:port/vhost`, or `amqps:`. */
  readonly url: Redacted.Redacted
  /** `bedside`. */
  readonly name?: string | undefined
}

/**
 * The source that a layer is about.
 *
 * @since 0.2.0
 */
export interface Of {
  readonly source: Events.Source
}

/**
 * How often a message is tried that cannot be applied.
 *
 * @since 0.2.0
 */
export const poisonAttempts = 5

/** The pauses between the attempts: 0.2 s, doubled each time. */
const firstPause = 200

/** How long the broker may take for a stretch of a stream. */
const patience = "5 seconds"

/** How many messages are applied at a time, and how many more are on their way. */
const batch = 100
const prefetch = 300

/**
 * The names of what is declared, all of it by everybody who takes part, so that nothing is published to
 * nowhere whoever comes first.
 *
 * Shape: the exchange of the events; the queue of the copy of a source, and of what is asked of it; the
 * queue of the dead letters.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as RabbitEvents from "@bedside/worker-adapter/rabbitevents"
 *
 * const names = RabbitEvents.names("bedside")
 * names.copy("measurements") // => "bedside.copy.measurements"
 * names.dead // => "bedside.copy.dead"
 * ```
 * @since 0.2.0
 */
export const names = (name = "bedside") => ({
  events: `${name}.events`,
  copy: (source: Events.Source) => `${name}.copy.${source}`,
  requests: (source: Events.Source) => `${name}.requests.${source}`,
  dead: `${name}.copy.dead`
})

const topology = (name: string | undefined): Amqp.Topology => {
  const { events, copy, requests, dead } = names(name)
  const quorum = { "x-queue-type": "quorum" } as const
  const withDead = {
    ...quorum,
    "x-dead-letter-exchange": "",
    "x-dead-letter-routing-key": dead,
    // A dead letter leaves its queue when it is in the other, and not before.
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
    // Order within a stream is kept where one at a time takes its messages.
    "x-single-active-consumer": true
  } as const
  const sources = Events.Source.literals
  return {
    exchanges: [{ exchange: events, type: "topic", durable: true }],
    queues: [
      { queue: dead, durable: true, arguments: quorum },
      ...sources.flatMap((source) =>
        [copy(source), requests(source)].map((queue) => ({
          queue,
          durable: true,
          arguments: withDead
        }))
      )
    ],
    queueBindings: sources.map((source) => ({
      exchange: events,
      queue: copy(source),
      routingKey: `${source}.#`
    }))
  }
}

const connect = (options: Options, what: string) =>
  Amqp.connect({ url: options.url, name: `bedside ${what}` })

/**
 * What carries messages to other services, by RabbitMQ.
 *
 * Shape: messages go out in the order in which they are told; done when each is confirmed.
 *
 * Fails with: `BrokerUnusable`, whose message is one line for the operator; afterwards a broker that is
 * away is `Unreachable`.
 *
 * @example
 * ```ts
 * import * as RabbitEvents from "@bedside/worker-adapter/rabbitevents"
 * import * as Redacted from "effect/Redacted"
 *
 * const url = Redacted.make("amqp://guest:guest@localhost:5672")
 * const Outlet = RabbitEvents.layerOutlet({ url })
 * ```
 * @since 0.2.0
 */
export const layerOutlet = (options: Options): Layer.Layer<Publishing.Outlet, BrokerUnusable> =>
  Layer.effect(
    Publishing.Outlet,
    Effect.gen(function* () {
      const { events, requests } = names(options.name)
      const broker = yield* connect(options, "events")
      const publish = yield* broker.publisher(topology(options.name))
      const unreachable = ({ reason }: Amqp.Unconfirmed) => new Publishing.Unreachable({ reason })
      const inTime = Effect.timeoutOrElse({
        duration: patience,
        orElse: () => new Publishing.Unreachable({ reason: "no confirmation in time" })
      })
      return Publishing.Outlet.of({
        tell: (messages, { again }) =>
          Effect.forEach(
            messages,
            (message) =>
              publish({
                exchange: events,
                routingKey: `${message.source}.${message.type}`,
                ...(again ? { headers: { again: 1 } } : {}),
                body: Events.write(message)
              }),
            // Written to the channel in order; what is waited for together is the confirmation.
            { concurrency: "unbounded", discard: true }
          ).pipe(Effect.mapError(unreachable), inTime),
        ask: (request) =>
          publish({
            routingKey: requests(request.source),
            body: Events.writeRequest(request)
          }).pipe(Effect.mapError(unreachable), inTime)
      })
    })
  )

/** Repeats something for as long as the scope lives; what it fails with is told once until it works. */
const forever = Effect.fnUntraced(function* <E, R>(
  what: string,
  every: Schedule.Schedule<unknown>,
  act: Effect.Effect<unknown, E, R>
) {
  let failing = false
  const once = Effect.exit(act).pipe(
    Effect.tap((exit) => {
      const before = failing
      failing = Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)
      if (failing === before) return Effect.void
      return Exit.isFailure(exit)
        ? Effect.logWarning(`${what} failed and is tried again`).pipe(
            Effect.annotateLogs({ failure: Jobs.describeFailure(exit.cause) })
          )
        : Effect.logInfo(`${what} works again`)
    })
  )
  yield* Effect.forkScoped(Effect.repeat(once, every))
})

/**
 * The side of a source: looks every 50 ms for what is behind, however many jobs wait before those that
 * publish it; says once a second that everything was told; and answers what copies ask.
 *
 * Shape: beside a worker that publishes at once what changes.
 *
 * Fails with: `BrokerUnusable`.
 *
 * @example
 * ```ts
 * import * as Memory from "@bedside/core/Memory"
 * import * as Publishing from "@bedside/core/Publishing"
 * import * as RabbitEvents from "@bedside/worker-adapter/rabbitevents"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const options = { url: Redacted.make("amqp://guest:guest@localhost:5672") }
 * const Source = RabbitEvents.layerSource({ ...options, source: "patients" }).pipe(
 *   Layer.provide(Publishing.Publishing.layer),
 *   Layer.provide([Memory.layerOf({ events: "patients" }), RabbitEvents.layerOutlet(options)])
 * )
 * ```
 * @since 0.2.0
 */
export const layerSource = (
  options: Options & Of
): Layer.Layer<never, BrokerUnusable, Publishing.Publishing> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const { source } = options
      const publishing = yield* Publishing.Publishing
      const broker = yield* connect(options, `source of ${source}`)
      const requests = yield* broker.consumer({
        queue: names(options.name).requests(source),
        topology: topology(options.name),
        prefetch: 10
      })

      const answer = Effect.fnUntraced(function* (delivery: Amqp.Delivery) {
        if (!delivery.isLive()) return
        const request = Events.readRequest(delivery.body)
        if (Result.isFailure(request) || request.success.source !== source) {
          yield* Effect.logWarning("a request that cannot be read goes to the dead letters")
          return yield* delivery.reject
        }
        // A request is answered in the end, or comes again when this process is gone.
        yield* publishing
          .answer(request.success)
          .pipe(Effect.retry({ schedule: Schedule.spaced("1 second"), while: delivery.isLive }))
        yield* delivery.acknowledge
      })

      yield* forever(`telling of ${source}`, Schedule.spaced("1 second"), publishing.round(source))
      yield* forever(`catching up on ${source}`, Schedule.spaced("50 millis"), publishing.catchUp)
      yield* forever(
        `answering for ${source}`,
        Schedule.forever,
        Effect.flatMap(Queue.take(requests), answer)
      )
    })
  )

interface Taken {
  readonly delivery: Amqp.Delivery
  readonly received: Copying.Received
}

/** What is read of a delivery, or why it is none that could be applied. */
const receive = (delivery: Amqp.Delivery): Taken | Events.Envelope | undefined => {
  const read = Events.read(delivery.body)
  if (read._tag === "malformed") return read.envelope
  const again = delivery.headers["again"] !== undefined
  return { delivery, received: { read, content: delivery.body, again } }
}

const isHeartbeat = ({ received: { read } }: Taken): boolean =>
  read._tag === "message" && read.message.type === "heartbeat"

const envelopeOf = ({ received: { read } }: Taken): Events.Envelope | undefined => {
  if (read._tag === "unknown") return read.envelope
  return "sequence" in read.message ? read.message : undefined
}

const listen = Effect.fnUntraced(function* (options: Options & Of) {
  const { source } = options
  const copying = yield* Copying.Copying
  const readiness = yield* Ports.Readiness
  const scope = yield* Effect.scope

  /** Messages that are tried again; until none is, the copy is not whole and no heartbeat counts. */
  let troubled = 0

  const storeIsThere = readiness.check.pipe(
    Effect.repeat({ until: (there) => there, schedule: Schedule.spaced("1 second") })
  )

  const giveUp = Effect.fnUntraced(function* (
    delivery: Amqp.Delivery,
    envelope: Events.Envelope | undefined
  ) {
    yield* Effect.logError("a message that cannot be applied goes to the dead letters").pipe(
      Effect.annotateLogs({ source, id: envelope?.id, sequence: envelope?.sequence })
    )
    if (envelope?.source === source) {
      yield* storeIsThere
      yield* Effect.catchCause(copying.refuse(envelope, delivery.body), (cause) =>
        Cause.hasInterruptsOnly(cause)
          ? Effect.interrupt
          : Effect.logError("and its stream cannot go on without it").pipe(
              Effect.annotateLogs({ failure: Jobs.describeFailure(cause) })
            )
      )
    }
    yield* delivery.reject
  })

  /** Tries one message again, beside the others. */
  const tryAgain = Effect.fnUntraced(
    function* (taken: Taken) {
      troubled++
      let pause = firstPause
      let attempts = 1
      while (attempts < poisonAttempts) {
        yield* Effect.sleep(pause)
        if (!taken.delivery.isLive()) return
        yield* storeIsThere
        const exit = yield* Effect.exit(copying.hear([taken.received]))
        if (Exit.isSuccess(exit)) return yield* taken.delivery.acknowledge
        // A store that was away in between is no fault of the message.
        if (!(yield* readiness.check)) continue
        pause *= 2
        attempts++
      }
      yield* giveUp(taken.delivery, envelopeOf(taken))
    },
    Effect.ensuring(Effect.sync(() => troubled--))
  )

  const acknowledgeAll = (all: ReadonlyArray<Taken>) =>
    Effect.forEach(all, ({ delivery }) => delivery.acknowledge, { discard: true })

  const apply: (all: ReadonlyArray<Taken>) => Effect.Effect<void> = Effect.fnUntraced(
    function* (all) {
      const taken = all.filter((it) => it.delivery.isLive())
      if (taken.length === 0) return
      const counting = troubled > 0 ? taken.filter((it) => !isHeartbeat(it)) : taken
      const exit = yield* Effect.exit(copying.hear(counting.map(({ received }) => received)))
      if (Exit.isSuccess(exit)) return yield* acknowledgeAll(taken)
      if (Cause.hasInterruptsOnly(exit.cause)) return yield* Effect.interrupt
      const [first] = taken
      if (taken.length > 1) {
        for (const one of taken) yield* apply([one])
      } else if (!(yield* readiness.check)) {
        yield* Effect.logWarning("the store is away, and the copy waits for it")
        yield* storeIsThere
        yield* apply(taken)
      } else if (first !== undefined) {
        troubled++
        yield* Effect.forkIn(tryAgain(first), scope)
      }
    }
  )

  yield* copying.begin(source)
  const broker = yield* connect(options, `copy of ${source}`)
  const deliveries = yield* broker.consumer({
    queue: names(options.name).copy(source),
    topology: topology(options.name),
    prefetch
  })

  const turn = Effect.gen(function* () {
    const came = yield* Queue.takeBetween(deliveries, 1, batch)
    const taken: Array<Taken> = []
    for (const delivery of came) {
      const received = receive(delivery)
      if (received !== undefined && "delivery" in received) taken.push(received)
      else if (delivery.isLive()) yield* giveUp(delivery, received)
    }
    yield* apply(taken)
  })
  yield* forever(`copying ${source}`, Schedule.forever, turn)
  yield* forever(
    `looking after the copy of ${source}`,
    Schedule.spaced("1 second"),
    copying.look(source)
  )
})

/**
 * The side of a copy: applies what its source tells, and asks for what is missing.
 *
 * Shape: the first start asks for everything; one consumer at a time is active, in whatever process.
 *
 * Fails with: `BrokerUnusable`.
 *
 * @example
 * ```ts
 * import * as Copying from "@bedside/core/Copying"
 * import * as Memory from "@bedside/core/Memory"
 * import * as RabbitEvents from "@bedside/worker-adapter/rabbitevents"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const url = Redacted.make("amqp://guest:guest@localhost:5672")
 * const Copy = RabbitEvents.layerCopy({ url, source: "measurements" }).pipe(
 *   Layer.provide(Copying.Copying.layer),
 *   Layer.provide(Memory.layer)
 * )
 * ```
 * @since 0.2.0
 */
export const layerCopy = (
  options: Options & Of
): Layer.Layer<never, BrokerUnusable, Copying.Copying | Ports.Readiness> =>
  Layer.effectDiscard(listen(options))
