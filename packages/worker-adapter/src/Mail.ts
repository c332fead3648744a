/**
 * Mail: the confirmation of a registration, sent over SMTP or written as `.eml` files.
 *
 * The Message-ID comes from the notice, so a mail that a crash repeats is recognised as the same one,
 * and in a directory it replaces its file. A refusal for good is told from a passing failure by what
 * the server answered; neither carries the address or the name, which the server's own text does.
 */
import * as Notifying from "@bedside/core/Notifying"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { mkdir, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { createTransport, type SendMailOptions } from "nodemailer"

/**
 * What every mail needs to know.
 *
 * @since 0.1.0
 */
export interface Options {
  /** The sender as in a mail, `Bedside <no-reply@example.org>`. */
  readonly from: string
  /** Where people reach the HTTP API; the link in the mail begins with it. */
  readonly publicUrl: URL
}

type Confirmation = Extract<Notifying.Notice, { readonly _tag: "ConfirmRegistration" }>

/** A key as a part of a Message-ID and of a file name; keys are a kind and a UUID. */
const idOf = (key: string): string => key.replaceAll(/[^\w-]+/g, ".")

const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" } as const

const escapeHtml = (text: string): string =>
  // The pattern finds the keys of `entities` and nothing else.
  text.replaceAll(/[&<>"']/g, (found) => entities[found as keyof typeof entities])

const linkOf = ({ patient, token }: Confirmation, { publicUrl }: Options): string => {
  const { origin, pathname } = publicUrl
  const base = `${origin}${pathname.replace(/\/+$/, "")}`
  return `${base}/api/v1/registrations/${patient.id}/confirm?token=${encodeURIComponent(token)}`
}

const compose = (
  notice: Confirmation,
  address: string,
  options: Options,
  now: number
): SendMailOptions => {
  const name = `${notice.patient.givenName} ${notice.patient.familyName}`
  const link = linkOf(notice, options)
  const html = { name: escapeHtml(name), link: escapeHtml(link) }
  return {
    from: options.from,
    to: { name, address },
    subject: "Please confirm your e-mail address",
    messageId: `<${idOf(notice.key)}@${options.publicUrl.hostname}>`,
    date: new Date(now),
    // Keeps absence notices from answering (RFC 3834).
    headers: { "Auto-Submitted": "auto-generated" },
    text: `Dear ${name},

you registered with this e-mail address. Please confirm that it is yours by opening this link:

${link}

If you did not register, ignore this message.
`,
    html: `<!doctype html>
<html lang="en">
<body>
<p>Dear ${html.name},</p>
<p>you registered with this e-mail address. Please confirm that it is yours:</p>
<p><a href="${html.link}">Confirm my e-mail address</a></p>
<p>If the link does not open, copy this address into your browser:<br>${html.link}</p>
<p>If you did not register, ignore this message.</p>
</body>
</html>
`
  }
}

const field = (error: unknown, name: string): unknown =>
  Predicate.hasProperty(error, name) ? error[name] : undefined

/** Codes only, since the text of an error quotes the address. */
const reasonOf = (error: unknown): string =>
  ["command", "responseCode", "originalCode", "code"]
    .map((name) => field(error, name))
    .filter((it) => typeof it === "string" || typeof it === "number")
    .join(" ") || "unknown"

const failureOf = (error: unknown): Notifying.Undeliverable | Notifying.ChannelDown => {
  const command = field(error, "command")
  const ofThisMail = command === "RCPT TO" || command === "DATA"
  const reason = reasonOf(error)
  return ofThisMail && field(error, "permanent") === true
    ? new Notifying.Undeliverable({ reason })
    : new Notifying.ChannelDown({ reason })
}

const make = (
  options: Options,
  post: (mail: SendMailOptions, key: string) => Promise<unknown>
): Notifying.Channel => ({
  name: "mail",
  takes: (notice) => notice._tag === "ConfirmRegistration",
  send: Effect.fnUntraced(function* (notice) {
    if (notice._tag !== "ConfirmRegistration") return
    const { email } = notice.patient
    if (email === undefined) {
      return yield* new Notifying.Undeliverable({ reason: "the patient has no e-mail address" })
    }
    const mail = compose(notice, email, options, yield* Clock.currentTimeMillis)
    yield* Effect.tryPromise({
      try: (signal) => post({ ...mail, signal }, notice.key),
      catch: failureOf
    })
  })
})

/** No part of a mail is ever read from a file or an address. */
const closed = { disableFileAccess: true, disableUrlAccess: true }

/**
 * Sends mail over SMTP, on connections that are kept.
 *
 * Shape: `smtps://user:password@host:465` is TLS from the start; `smtp://host:587` changes to TLS
 * when the server offers it, and `smtp://host:587?requireTLS=true` insists on it. Connecting may take
 * 10 seconds, an answer 20. Use this or `directory` in a process, not both: they are the same channel.
 *
 * Fails with: nothing; a URL of another kind is a defect, whose text leaves out the password. Sending
 * fails with `Undeliverable` when the server refuses the recipient or the message for good (5xx), and
 * with `ChannelDown` for everything else.
 *
 * @example
 * ```ts
 * import * as Mail from "@bedside/worker-adapter/Mail"
 * import * as Effect from "effect/Effect"
 * import * as Redacted from "effect/Redacted"
 *
 * const mail = Mail.smtp(Redacted.make("smtps://user:secret@mail.example.org"), {
 *   from: "Bedside <no-reply@example.org>",
 *   publicUrl: new URL("https://bedside.example.org")
 * })
 * const channel = await Effect.runPromise(Effect.scoped(mail))
 * channel.name // => "mail"
 * ```
 * @since 0.1.0
 */
export const smtp = (
  url: Redacted.Redacted<string>,
  options: Options
): Effect.Effect<Notifying.Channel, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.suspend(() =>
      /^smtps?:\/\/[^/]/.test(Redacted.value(url)) && URL.canParse(Redacted.value(url))
        ? Effect.succeed(
            createTransport({
              ...closed,
              url: Redacted.value(url),
              pool: true,
              dnsTimeout: 10_000,
              connectionTimeout: 10_000,
              greetingTimeout: 10_000,
              socketTimeout: 20_000
            })
          )
        : Effect.die(new Error("the SMTP URL is not of the form smtp://host or smtps://host"))
    ),
    (transport) => Effect.sync(() => transport.close())
  ).pipe(Effect.map((transport) => make(options, (mail) => transport.sendMail(mail))))

/**
 * Writes mail as `.eml` files, which mail programs open.
 *
 * Shape: the directory is created when the first mail is written. A file is there whole or not at
 * all, named after its notice, and only its owner may read it, since the link in it is a secret.
 *
 * Fails with: nothing. Sending fails with `ChannelDown` when the file cannot be written.
 *
 * @example
 * ```ts
 * import * as Mail from "@bedside/worker-adapter/Mail"
 *
 * const channel = Mail.directory(".bedside/mail", {
 *   from: "Bedside <no-reply@example.org>",
 *   publicUrl: new URL("http://localhost:3000")
 * })
 * channel.name // => "mail"
 * ```
 * @since 0.1.0
 */
export const directory = (path: string, options: Options): Notifying.Channel => {
  const transport = createTransport({
    ...closed,
    streamTransport: true,
    buffer: true,
    newline: "windows"
  })
  return make(options, async (mail, key) => {
    const { message } = await transport.sendMail(mail)
    const file = join(path, `${idOf(key)}.eml`)
    const unfinished = `${file}.${randomUUID()}.new`
    await mkdir(path, { recursive: true, mode: 0o700 })
    try {
      await writeFile(unfinished, message, { mode: 0o600, flush: true })
      await rename(unfinished, file)
    } finally {
      await rm(unfinished, { force: true })
    }
  })
}
