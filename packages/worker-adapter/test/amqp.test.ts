// The rule is for test files; here tests are registered on a condition.
/* oxlint-disable vitest/no-disabled-tests */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Brokers from "../../../test/brokers.ts"
import * as Amqp from "../src/internal/amqp.ts"

const live = Brokers.rabbitAbsent ? it.live.skip : it.live

const topologyOf = (queue: string): Amqp.Topology => ({
  queues: [
    {
      queue,
      durable: true,
      arguments: {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": `${queue}.dead`
      }
    },
    { queue: `${queue}.dead`, durable: true, arguments: { "x-queue-type": "quorum" } }
  ]
})

/** A queue of this test's own, and its publisher and consumer on a line that can be cut. */
const open = Effect.fnUntraced(function* (prefetch = 10) {
  const queue = yield* Brokers.rabbitName((name) => [name, `${name}.dead`])
  const line = yield* Brokers.lineTo(Brokers.rabbitUrl)
  const topology = topologyOf(queue)
  const connect = Amqp.connect({ url: Redacted.make(line.url) })
  const publish = yield* (yield* connect).publisher(topology)
  const consume = (from = queue) =>
    Effect.flatMap(connect, (broker) => broker.consumer({ queue: from, topology, prefetch }))
  return { queue, line, publish: (body: unknown) => publish({ routingKey: queue, body }), consume }
})

const refusal = (url: string) =>
  Effect.map(
    Effect.flip(Effect.scoped(Amqp.connect({ url: Redacted.make(url) }))),
    ({ message }) => message
  )

describe("a connection to RabbitMQ", () => {
  live("says in one line, without the password, why it cannot be", () =>
    Effect.gen(function* () {
      const { host, username, password } = new URL(Brokers.rabbitUrl)
      const as = (secret: string, path = "") =>
        refusal(`amqp://${username}:${secret}@${host}${path}`)
      expect(yield* as("hunter2")).toMatch(
        /^RabbitMQ at \S+ cannot be used: ACCESS_REFUSED [^\n]+$/
      )
      expect(yield* as("hunter2")).not.toContain("hunter2")
      expect(yield* as(password, "/nowhere")).toMatch(/NOT_ALLOWED - vhost nowhere not found$/)
      expect(yield* refusal("amqp://guest:hunter2@127.0.0.1:1")).toBe(
        "RabbitMQ at 127.0.0.1:1 cannot be used: connect ECONNREFUSED 127.0.0.1:1"
      )
      for (const url of ["hunter2", "redis://guest:hunter2@127.0.0.1"]) {
        expect(yield* refusal(url)).toBe(
          "RabbitMQ at the given URL cannot be used: it is not of the form amqp://user:password@host:port/vhost"
        )
      }
    })
  )

  live("delivers what was published in order, and again until it is acknowledged", () =>
    Effect.gen(function* () {
      const { publish, consume } = yield* open()
      yield* Effect.forEach([0, 1, 2], publish)
      yield* Effect.scoped(
        Effect.gen(function* () {
          const [first] = yield* Queue.takeN(yield* consume(), 3)
          if (first !== undefined) yield* first.acknowledge
        })
      )
      const again = yield* Queue.takeN(yield* consume(), 2)
      expect(again.map(({ body, redelivered }) => [body, redelivered])).toEqual([
        [1, 1],
        [2, 1]
      ])
    })
  )

  live("hands over no more than it may before something is acknowledged", () =>
    Effect.gen(function* () {
      const { publish, consume } = yield* open(2)
      yield* Effect.forEach([0, 1, 2, 3], publish)
      const deliveries = yield* consume()
      const [first] = yield* Queue.takeN(deliveries, 2)
      const third = yield* Effect.forkChild(Queue.take(deliveries))
      yield* Effect.yieldNow
      expect(third.pollUnsafe()).toBe(undefined)
      if (first !== undefined) yield* first.acknowledge
      expect((yield* Fiber.join(third)).body).toBe(2)
    })
  )

  live("gives what is rejected to the dead-letter exchange", () =>
    Effect.gen(function* () {
      const { queue, publish, consume } = yield* open()
      yield* publish("no")
      yield* (yield* Queue.take(yield* consume())).reject
      expect((yield* Queue.take(yield* consume(`${queue}.dead`))).body).toBe("no")
    })
  )

  live("fails to publish what no queue takes, and makes the queue again that was deleted", () =>
    Effect.gen(function* () {
      const { queue, publish } = yield* open()
      yield* publish(0)
      yield* Brokers.deleteQueue(queue)
      expect(yield* Effect.flip(publish(1))).toMatchObject({ reason: "there was no queue for it" })
      yield* publish(2)
    })
  )

  live("comes back by itself, publishes and consumes as before, and loses nothing", () =>
    Effect.gen(function* () {
      const { line, publish, consume } = yield* open()
      const deliveries = yield* consume()
      yield* publish("before")
      const stale = yield* Queue.take(deliveries)
      yield* line.cut
      const during = yield* Effect.forkChild(
        Effect.retry(publish("during"), Schedule.spaced("20 millis"))
      )
      yield* line.mend
      const [again] = yield* Queue.takeN(deliveries, 1)
      expect([again?.body, again?.redelivered]).toEqual(["before", 1])
      expect([stale.isLive(), again?.isLive()]).toEqual([false, true])
      yield* stale.acknowledge
      if (again !== undefined) yield* again.acknowledge
      yield* Fiber.join(during)
      const next = yield* Queue.take(deliveries)
      expect(next.body).toBe("during")
    })
  )
})
