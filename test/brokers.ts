/**
 * The brokers that the queue's engines are tested on, Redis and RabbitMQ: those of
 * BEDSIDE_TEST_REDIS_URL and BEDSIDE_TEST_AMQP_URL, or the ones on this machine.
 *
 * Each use has names of its own, which are gone with its scope, so test files run side by side; and a
 * line to a broker that can be cut, because the broker itself belongs to everybody.
 */
import * as RabbitMq from "@bedside/worker-adapter/rabbitmq"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { randomBytes } from "node:crypto"
import { connect, createServer, type AddressInfo, type Socket } from "node:net"
import { Connection } from "rabbitmq-client"
import { createClient } from "redis"

export const redisUrl = process.env["BEDSIDE_TEST_REDIS_URL"] ?? "redis://127.0.0.1:6379"
export const rabbitUrl = process.env["BEDSIDE_TEST_AMQP_URL"] ?? "amqp://guest:guest@127.0.0.1:5672"

/** Whether something listens where a URL points to. */
const answers = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    const end = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.setTimeout(5_000, () => end(false))
    socket.once("connect", () => end(true))
    socket.once("error", () => end(false))
  })

/** Whether the tests on a broker cannot run, which is said aloud; with BEDSIDE_STRICT=1 they fail. */
const absent = async (name: string, url: string, variable: string): Promise<boolean> => {
  if (process.env["BEDSIDE_STRICT"] === "1" || (await answers(url))) return false
  process.stderr.write(
    `\nSKIPPED: every test on ${name}. Nothing answers at ${new URL(url).host}. Start it, or name it in ${variable}.\n\n`
  )
  return true
}

export const redisAbsent = await absent("Redis", redisUrl, "BEDSIDE_TEST_REDIS_URL")
export const rabbitAbsent = await absent("RabbitMQ", rabbitUrl, "BEDSIDE_TEST_AMQP_URL")

const unique = () => `bedside-test-${randomBytes(6).toString("hex")}`

const onRabbit = (change: (connection: Connection) => Promise<unknown>) =>
  Effect.promise(async () => {
    const connection = new Connection(rabbitUrl)
    await change(connection)
    await connection.close()
  })

export const deleteQueue = (queue: string): Effect.Effect<void> =>
  onRabbit((connection) => connection.queueDelete({ queue }))

/** A name for queues of RabbitMQ; those that are named after it go with the scope. */
export const rabbitName = (
  queuesOf: (name: string) => ReadonlyArray<string>
): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(Effect.sync(unique), (name) =>
    onRabbit(async (connection) => {
      for (const queue of queuesOf(name)) {
        await connection.queueDelete({ queue })
        await connection.exchangeDelete({ exchange: queue })
      }
    })
  )

const withQueue = (url: string, queue: string): string => {
  const named = new URL(url)
  named.searchParams.set("queue", queue)
  return named.href
}

/** The URL of RabbitMQ with queues of one's own for jobs. */
export const rabbitUrlOfOwn = Effect.map(rabbitName(RabbitMq.queues), (name) =>
  withQueue(rabbitUrl, name)
)

const clientOf = (url: string) => createClient({ url })

const onRedis = <A>(use: (client: ReturnType<typeof clientOf>) => Promise<A>) =>
  Effect.promise(async () => {
    const client = clientOf(redisUrl)
    await client.connect()
    const result = await use(client)
    await client.close()
    return result
  })

/** The keys of a pattern. */
export const redisKeys = (pattern: string): Effect.Effect<ReadonlyArray<string>> =>
  onRedis(async (client) => {
    const found: Array<string> = []
    const all = client.scanIterator({ MATCH: pattern, COUNT: 1_000 })
    for await (const keys of all) found.push(...keys)
    return found
  })

export const deleteKeys = (pattern: string): Effect.Effect<void> =>
  Effect.flatMap(redisKeys(pattern), (keys) =>
    onRedis(async (client) => {
      if (keys.length > 0) await client.del([...keys])
    })
  )

/** The URL of Redis with keys of one's own for jobs, which go with the scope. */
export const redisUrlOfOwn: Effect.Effect<string, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(Effect.sync(unique), (name) => deleteKeys(`${name}:*`)),
  (name) => withQueue(redisUrl, name)
)

/** Both, each with a URL of one's own. */
export const brokers = [
  { name: "Redis", absent: redisAbsent, url: redisUrl, fresh: redisUrlOfOwn },
  { name: "RabbitMQ", absent: rabbitAbsent, url: rabbitUrl, fresh: rabbitUrlOfOwn }
] as const

/** A way to a broker: the same URL through a port of this process. */
export interface Line {
  readonly url: string
  /** Ends every connection, and refuses new ones. */
  readonly cut: Effect.Effect<void>
  readonly mend: Effect.Effect<void>
}

export const lineTo = (url: string): Effect.Effect<Line, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<Line & { readonly close: () => void }>((resolve) => {
          const { hostname, port } = new URL(url)
          const sockets = new Set<Socket>()
          let open = true
          const hold = (socket: Socket) => {
            sockets.add(socket)
            socket.on("error", () => socket.destroy())
            socket.on("close", () => sockets.delete(socket))
          }
          const cut = () => {
            open = false
            for (const socket of sockets) socket.destroy()
          }
          const server = createServer((near) => {
            if (!open) return void near.destroy()
            const far = connect(Number(port), hostname)
            hold(near)
            hold(far)
            near.pipe(far).pipe(near)
            near.on("close", () => far.destroy())
            far.on("close", () => near.destroy())
          })
          server.listen(0, "127.0.0.1", () => {
            // A server that listens on a port has an address with one.
            const { port: own } = server.address() as AddressInfo
            const through = new URL(url)
            through.host = `127.0.0.1:${own}`
            resolve({
              url: through.href,
              cut: Effect.sync(cut),
              mend: Effect.sync(() => void (open = true)),
              close: () => {
                cut()
                server.close()
              }
            })
          })
        })
    ),
    ({ close }) => Effect.sync(close)
  )
