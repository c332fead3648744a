import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { createServer, type Socket } from "node:net"
import * as Postgres from "../src/Postgres.ts"

/** A server on a free port that does with each connection what it is told. */
const listening = (serve: (socket: Socket) => void): Effect.Effect<number, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer(serve)
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close())
  ).pipe(
    Effect.map((server) => {
      const address = server.address()
      return address === null || typeof address === "string" ? 0 : address.port
    })
  )

const failure = (port: number) =>
  Effect.scoped(
    Layer.build(
      Postgres.layer({
        url: Redacted.make(`postgres://nurse:s3cret@127.0.0.1:${port}/ward`),
        connectTimeout: Duration.millis(200)
      })
    )
  ).pipe(Effect.flip)

/** An answer as Postgres words it: severity, code and message. */
const refusal = (code: string, message: string): Buffer => {
  const fields = Buffer.from(`SFATAL\0C${code}\0M${message}\0\0`)
  const head = Buffer.alloc(5, "E")
  head.writeInt32BE(4 + fields.length, 1)
  return Buffer.concat([head, fields])
}

describe("a server that cannot be used is one line without the password", () => {
  const message = (port: number) =>
    Effect.map(failure(port), (error) => {
      expect(error._tag).toBe("ServerUnusable")
      expect(error.message).not.toContain("s3cret")
      expect(error.message.split("\n")).toHaveLength(1)
      return error.message.replaceAll(`:${port}`, "")
    })

  it.live("when nothing listens there", () =>
    Effect.gen(function* () {
      const port = yield* Effect.scoped(listening(() => {}))
      expect(yield* message(port)).toBe(
        "Postgres at 127.0.0.1/ward cannot be used: connect ECONNREFUSED 127.0.0.1"
      )
    })
  )

  it.live("when it never answers", () =>
    Effect.gen(function* () {
      const port = yield* listening(() => {})
      expect(yield* message(port)).toBe(
        "Postgres at 127.0.0.1/ward cannot be used: Connection timed out"
      )
    })
  )

  it.live("when the password is wrong", () =>
    Effect.gen(function* () {
      const text = 'password authentication failed for user "nurse"'
      const port = yield* listening((socket) =>
        socket.once("data", () => socket.end(refusal("28P01", text)))
      )
      expect(yield* message(port)).toBe(`Postgres at 127.0.0.1/ward cannot be used: ${text}`)
    })
  )

  it.live("when the database does not exist", () =>
    Effect.gen(function* () {
      const text = 'database "ward" does not exist'
      const port = yield* listening((socket) =>
        socket.once("data", () => socket.end(refusal("3D000", text)))
      )
      expect(yield* message(port)).toBe(`Postgres at 127.0.0.1/ward cannot be used: ${text}`)
    })
  )

  it.live("when it hangs up", () =>
    Effect.gen(function* () {
      const port = yield* listening((socket) => socket.destroy())
      expect(yield* message(port)).toMatch(/^Postgres at 127.0.0.1\/ward cannot be used: ./)
    })
  )
})
