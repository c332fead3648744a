/** A mail server on loopback that lives through the restarts of those who send to it. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import { SMTPServer } from "smtp-server"

/** `accepted` is awaited before a mail is answered: a job that sends one runs for as long. */
export const open = (accepted: Promise<void> = Promise.resolve()) =>
  Effect.gen(function* () {
    const mails: Array<string> = []
    const server = new SMTPServer({
      disabledCommands: ["AUTH", "STARTTLS"],
      disableReverseLookup: true,
      onData: async (stream, _, answer) => {
        mails.push(await text(stream))
        await accepted
        answer()
      }
    })
    // Who is killed hangs up in the middle of a sentence.
    server.on("error", () => {})
    const listener = server.listen(0, "127.0.0.1")
    yield* Effect.acquireRelease(
      Effect.promise(() => once(listener, "listening")),
      () => Effect.callback<void>((resume) => server.close(() => resume(Effect.void)))
    )
    // A server that listens on TCP has an address of this form.
    const { port } = listener.address() as AddressInfo
    return {
      /** For `SMTP_URL`. */
      url: `smtp://127.0.0.1:${port}`,
      mails,
      /** The mail in which something occurs, once it has come. */
      mailWith: (part: string) =>
        Effect.sync(() => mails.find((mail) => mail.includes(part))).pipe(
          Effect.repeat({
            until: (mail) => mail !== undefined,
            schedule: Schedule.spaced("10 millis")
          }),
          Effect.map((mail = "") => mail)
        )
    }
  })

export type Inbox = Effect.Success<ReturnType<typeof open>>

/** What a header of a mail says, which may be folded over several lines. */
export const header = (mail: string, name: string): string => {
  const found = new RegExp(`^${name}:((?:.*\\r\\n[ \\t])*.*)`, "im").exec(mail)?.[1]
  if (found === undefined) throw new Error(`no ${name} in ${mail}`)
  return found.replaceAll(/\s+/g, " ").trim()
}
