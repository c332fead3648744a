/**
 * The engines that carry jobs, over a store in memory, each with names of its own on its broker.
 */
import * as Memory from "@bedside/core/Memory"
import type * as Ports from "@bedside/core/Ports"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Brokers from "../../../test/brokers.ts"
import * as RabbitMq from "../src/RabbitMq.ts"
import * as Redis from "../src/Redis.ts"
import type * as Relay from "../src/Relay.ts"

export interface Engine {
  readonly name: "Redis" | "RabbitMQ"
  readonly absent: boolean
  /** Where its broker is. */
  readonly url: string
  /** The same with a queue of its own, which is gone with the scope. */
  readonly fresh: typeof Brokers.redisUrlOfOwn
  /** Ends when the broker holds nothing for workers any more: leases of those it lost are over. */
  readonly isRid: (url: string) => Effect.Effect<void>
  readonly layer: (
    url: string,
    options?: { readonly maximumAttempts?: number }
  ) => Layer.Layer<Ports.JobQueue, Relay.BrokerUnusable, Ports.JobQueue>
}

const queueOf = (url: string): string => new URL(url).searchParams.get("queue") ?? ""

export const engines: ReadonlyArray<Engine> = [
  {
    name: "Redis",
    absent: Brokers.redisAbsent,
    url: Brokers.redisUrl,
    fresh: Brokers.redisUrlOfOwn,
    isRid: (url) =>
      Effect.asVoid(
        Effect.repeat(Brokers.redisKeys(`${queueOf(url)}:lock:*`), {
          until: (keys) => keys.length === 0,
          schedule: Schedule.spaced("20 millis")
        })
      ),
    layer: (url, options) =>
      Redis.layer({ url: Redacted.make(url), lease: "2 seconds", ...options })
  },
  {
    name: "RabbitMQ",
    absent: Brokers.rabbitAbsent,
    url: Brokers.rabbitUrl,
    fresh: Brokers.rabbitUrlOfOwn,
    isRid: () => Effect.void,
    layer: (url, options) => RabbitMq.layer({ url: Redacted.make(url), ...options })
  }
]

/** A store in memory whose jobs an engine carries. */
export const over = (
  engine: Engine,
  url: string,
  options?: { readonly maximumAttempts?: number }
): Layer.Layer<Ports.Store, Relay.BrokerUnusable> =>
  engine.layer(url, options).pipe(Layer.provideMerge(Memory.layer))

export const carried = (engine: Engine): Layer.Layer<Ports.Store, Relay.BrokerUnusable> =>
  Layer.unwrap(Effect.map(engine.fresh, (url) => over(engine, url)))
