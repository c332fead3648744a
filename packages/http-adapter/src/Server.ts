/**
 * The HTTP server on Node, with a graceful stop.
 *
 * When its scope closes the server takes no more connections, lets requests that are under way finish
 * for as long as `drain` says, and then interrupts what is left. A connection whose last request has
 * been answered meanwhile is closed at once, and so is one that never sent a byte (browsers open such
 * ones ahead): Node alone would wait for the client to hang up.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createServer, type Server } from "node:http"
import type { Socket } from "node:net"

/**
 * What may be set: the port, the address to listen on (all), and how long requests under way may take
 * once the server stops (10 seconds).
 *
 * @since 0.1.0
 */
export interface Options {
  readonly port: number
  readonly host?: string
  readonly drain?: Duration.Input
}

/**
 * Waits until the server begins to stop: an answer that goes on for as long as the caller listens
 * ends then, or it would hold up the stop for all of `drain`. Without a server of ours it never does.
 *
 * @since 0.2.0
 */
export const Stopping = Context.Reference<Effect.Effect<void>>("bedside/http/Stopping", {
  defaultValue: () => Effect.never
})

/** The largest upload may come over a slow line; what a request begins with may not. */
const patience = { requestTimeout: 3_600_000, headersTimeout: 60_000 }

const draining = (stopping: Deferred.Deferred<void>) => (): Server => {
  const server = createServer(patience)
  const sockets = new Set<Socket>()
  server.on("connection", (socket: Socket) => {
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
  })
  const close = server.close.bind(server)
  server.close = (closed) => {
    Deferred.doneUnsafe(stopping, Effect.void)
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
    return close(closed)
  }
  server.on("request", (_, response) => {
    response.once("finish", () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections())
    })
  })
  return server
}

/**
 * The server with what handlers need of the platform (files, paths, entity tags).
 *
 * Shape: provide it to `HttpRouter.serve(…)`; port 0 takes a free one.
 *
 * Fails with: `ServeError` when the port cannot be had.
 *
 * @example
 * ```ts
 * import * as Server from "@bedside/http-adapter/Server"
 * import * as Layer from "effect/Layer"
 *
 * Layer.isLayer(Server.layer({ port: 0 })) // => true
 * ```
 * @since 0.1.0
 */
export const layer = (options: Options) =>
  Layer.unwrap(
    Effect.map(Deferred.make<void>(), (stopping) =>
      Layer.merge(
        NodeHttpServer.layer(draining(stopping), {
          port: options.port,
          ...(options.host === undefined ? {} : { host: options.host }),
          gracefulShutdownTimeout: options.drain ?? "10 seconds"
        }),
        Layer.succeed(Stopping, Deferred.await(stopping))
      )
    )
  )
