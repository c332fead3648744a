/**
 * A server on loopback that speaks the Responses API as far as a test wants it to: each request is kept
 * and answered by the next of a list of answers, the last one for good.
 */
import * as Effect from "effect/Effect"
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"

export type Respond = (response: ServerResponse) => void

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface Responder {
  readonly baseUrl: URL
  readonly asked: ReadonlyArray<Asked>
  /** Ends, without a clock, when so many requests have come. */
  readonly until: (requests: number) => Effect.Effect<void>
}

const json =
  (status: number, headers: Readonly<Record<string, string>>, body: string): Respond =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body)
  }

/** An answer with this content, as the protocol wraps it. */
export const answer = (
  content: ReadonlyArray<unknown>,
  more: Readonly<Record<string, unknown>> = {}
): Respond =>
  json(
    200,
    {},
    JSON.stringify({
      id: "resp_1",
      object: "response",
      status: "completed",
      error: null,
      incomplete_details: null,
      model: "careful-1-2026-01-01",
      output: [
        { type: "reasoning", id: "rs_1", summary: [] },
        { type: "message", id: "msg_1", role: "assistant", status: "completed", content }
      ],
      usage: { input_tokens: 700, output_tokens: 80, total_tokens: 780 },
      ...more
    })
  )

/** An answer whose text is this. */
export const says = (text: string, more: Readonly<Record<string, unknown>> = {}): Respond =>
  answer([{ type: "output_text", text, annotations: [] }], more)

export const refuses: Respond = answer([{ type: "refusal", refusal: "I cannot help with that." }])

export const truncates: Respond = answer(
  [{ type: "output_text", text: '{"abstain":fal', annotations: [] }],
  { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }
)

export const fails = (status: number, headers: Readonly<Record<string, string>> = {}): Respond =>
  json(status, headers, '{"error":{"message":"no","type":"server_error","code":null}}')

export const sends = (body: string): Respond => json(200, {}, body)

export const hangs: Respond = () => undefined

/** Sends its head and a byte of white space, and goes on so forever. */
export const drips: Respond = (response) => {
  response.writeHead(200, { "content-type": "application/json" })
  response.write(" ")
  const timer = setInterval(() => response.write(" "), 20)
  response.on("close", () => clearInterval(timer))
}

/** Sends the beginning of an answer and breaks the connection. */
export const resets: Respond = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" })
  response.write('{"status":"comp', () => response.destroy())
}

export const floods: Respond = (response) => {
  response.writeHead(200, { "content-type": "application/json" })
  const more = () => {
    while (response.write(" ".repeat(16_384)));
    response.once("drain", more)
  }
  more()
}

export const open = (answers: ReadonlyArray<Respond>) =>
  Effect.map(
    Effect.acquireRelease(listen(answers), ({ close }) => close),
    ({ it }) => it
  )

const listen = (answers: ReadonlyArray<Respond>) =>
  Effect.callback<{ readonly it: Responder; readonly close: Effect.Effect<void> }>((resume) => {
    const asked: Array<Asked> = []
    const server = createServer(async (request, response) => {
      const { method = "", url = "", headers } = request
      asked.push({ method, path: url, headers, text: await text(request) })
      const respond = answers[Math.min(asked.length, answers.length) - 1] ?? hangs
      respond(response)
    })
    const until = (requests: number) =>
      Effect.callback<void>((resume) => {
        const look = () => {
          if (asked.length >= requests) resume(Effect.void)
          else setImmediate(look)
        }
        look()
      })
    const close = Effect.callback<void>((resume) => {
      server.close(() => resume(Effect.void))
      server.closeAllConnections()
    })
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      const it = { baseUrl: new URL(`http://127.0.0.1:${port}/v1`), asked, until }
      resume(Effect.succeed({ it, close }))
    })
  })
