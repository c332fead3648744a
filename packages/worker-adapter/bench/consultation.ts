/**
 * How well the deadline of a consultation is kept, in real time, against a server that hangs, one that
 * sends a byte now and then, and one that never reads (asked: within 10 %).
 *
 *     node --conditions=@bedside/source packages/worker-adapter/bench/consultation.ts
 */
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import * as Consultation from "../test/consultation.ts"
import * as Responder from "../test/responder.ts"

const deadlines = [300, 1000, 3000]
const rounds = 10

const elapsed = (respond: Responder.Respond, deadline: number, baseUrl?: URL) =>
  Effect.scoped(
    Effect.gen(function* () {
      const settings = { deadline, failures: Infinity, ...(baseUrl ? { baseUrl } : {}) }
      const { outcome } = yield* Consultation.consultant([respond], settings)
      // The first request of a process loads code.
      yield* outcome
      const times: Array<number> = []
      for (let round = 0; round < rounds; round++) {
        const start = performance.now()
        const reason = yield* outcome
        times.push(performance.now() - start)
        if (reason !== "deadline") throw new Error(`ended for another reason: ${reason}`)
      }
      return times
    })
  )

// Takes connections and reads nothing, so that not even a head comes back.
const deaf = createServer((socket) => socket.pause())
await new Promise<void>((resume) => deaf.listen(0, "127.0.0.1", resume))
const address = deaf.address() as AddressInfo
const deafUrl = new URL(`http://127.0.0.1:${address.port}/v1`)

const cases = [
  ["hangs after the request", Responder.hangs, undefined],
  ["drips a byte each 20 ms", Responder.drips, undefined],
  ["never reads", Responder.hangs, deafUrl]
] as const

for (const deadline of deadlines) {
  for (const [name, respond, baseUrl] of cases) {
    const times = await Effect.runPromise(
      Effect.provide(elapsed(respond, deadline, baseUrl), Logger.layer([]))
    )
    const worst = Math.max(...times)
    const over = ((worst / deadline - 1) * 100).toFixed(1)
    console.log(
      `deadline ${deadline} ms, ${name}: ${Math.min(...times).toFixed(0)} to ${worst.toFixed(0)} ms, at most ${over} % over`
    )
  }
}
deaf.close()
process.exit(0)
