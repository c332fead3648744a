/**
 * A mail server on loopback that keeps what it is sent.
 */
import * as Effect from "effect/Effect"
import { once } from "node:events"
import { SMTPServer } from "smtp-server"

/** Opens the inbox: `url` for `SMTP_URL`, and the mails as they come, as raw text. */
export const open = Effect.acquireRelease(
  Effect.promise(async () => {
    const mails: Array<string> = []
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["AUTH", "STARTTLS"],
      onData(stream, _, done) {
        const chunks: Array<Buffer> = []
        stream.on("data", (chunk: Buffer) => chunks.push(chunk))
        stream.on("end", () => {
          mails.push(Buffer.concat(chunks).toString("utf8"))
          done()
        })
      }
    })
    const listener = server.listen(0, "127.0.0.1")
    await once(listener, "listening")
    const address = listener.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { mails, url: `smtp://127.0.0.1:${port}`, server }
  }),
  ({ server }) =>
    Effect.promise(() => new Promise<void>((resolve) => server.close(() => resolve())))
)
