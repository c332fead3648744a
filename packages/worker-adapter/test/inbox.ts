/**
 * A mail server on loopback that keeps what it gets, and refuses what it is told to; and a reader of
 * mails, so that the tests see what a person would.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import { SMTPServer, type SMTPServerOptions } from "smtp-server"

export interface Mail {
  /** By lower-case name, decoded. */
  readonly headers: ReadonlyMap<string, string>
  readonly text: string
  readonly html: string
}

const decodeWords = (value: string): string =>
  value
    .replaceAll(/\?=\s+=\?/g, "?==?")
    .replaceAll(/(?:=\?utf-8\?([QB])\?([^?]*)\?=)+/gi, (run) =>
      Buffer.concat(Array.from(run.matchAll(/\?([QB])\?([^?]*)\?=/gi), wordBytes)).toString()
    )

const wordBytes = ([, encoding, content = ""]: RegExpExecArray): Buffer =>
  encoding?.toUpperCase() === "B"
    ? Buffer.from(content, "base64")
    : quotedBytes(content.replaceAll("_", " "))

const quotedBytes = (content: string): Buffer =>
  Buffer.from(
    content
      .replaceAll(/=\r\n/g, "")
      .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    "latin1"
  )

const split = (raw: string): readonly [ReadonlyMap<string, string>, string] => {
  const end = raw.indexOf("\r\n\r\n")
  const lines = raw
    .slice(0, end)
    .replaceAll(/\r\n[ \t]/g, " ")
    .split("\r\n")
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":")
    return [line.slice(0, colon).toLowerCase(), decodeWords(line.slice(colon + 1).trim())]
  })
  const names = headers.map(([name]) => name)
  if (new Set(names).size < names.length) throw new Error(`a header twice: ${names.join(" ")}`)
  return [new Map(headers), raw.slice(end + 4)]
}

const decodeBody = (headers: ReadonlyMap<string, string>, body: string): string => {
  const encoding = headers.get("content-transfer-encoding") ?? "7bit"
  if (encoding === "base64") return Buffer.from(body, "base64").toString()
  return (
    encoding === "quoted-printable" ? quotedBytes(body) : Buffer.from(body, "latin1")
  ).toString()
}

/** Reads a mail of the two forms, text and HTML. */
export const read = (raw: string): Mail => {
  const [headers, body] = split(raw)
  const boundary = /boundary="([^"]+)"/.exec(headers.get("content-type") ?? "")?.[1]
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => split(part.slice(2)))
  const form = (type: string): string => {
    const part = parts.find(([each]) => each.get("content-type")?.startsWith(type))
    if (part === undefined) throw new Error(`no ${type} in ${raw}`)
    return decodeBody(...part)
  }
  return { headers, text: form("text/plain"), html: form("text/html") }
}

/** The answers of a mail server to its next mails; an empty list accepts. */
export interface Refusal {
  readonly to: "MAIL FROM" | "RCPT TO" | "DATA"
  readonly code: number
}

export interface Delivery extends Mail {
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly encrypted: boolean
}

export interface Inbox {
  readonly port: number
  readonly url: Redacted.Redacted<string>
  readonly mails: ReadonlyArray<Delivery>
}

const refusing = (code: number): Error =>
  Object.assign(new Error("ada@example.org may not be told here"), { responseCode: code })

/** A mail server until the scope ends. It takes one refusal from the list for each mail. */
export const open = (
  refusals: ReadonlyArray<Refusal> = [],
  options: SMTPServerOptions & { readonly port?: number } = {}
) =>
  Effect.gen(function* () {
    const left = [...refusals]
    const mails: Array<Delivery> = []
    const refused = (to: Refusal["to"]): Error | undefined => {
      if (left[0]?.to !== to) return undefined
      const { code } = left[0]
      left.shift()
      return refusing(code)
    }
    const server = new SMTPServer({
      disabledCommands: ["AUTH", "STARTTLS"],
      disableReverseLookup: true,
      logger: false,
      onMailFrom: (_, __, answer) => answer(refused("MAIL FROM")),
      onRcptTo: (_, __, answer) => answer(refused("RCPT TO")),
      onData: async (stream, { envelope, secure }, answer) => {
        const raw = await text(stream.setEncoding("latin1"))
        const error = refused("DATA")
        if (error === undefined) {
          const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address
          const to = envelope.rcptTo.map(({ address }) => address)
          mails.push({ ...read(raw), from, to, encrypted: secure })
        }
        answer(error)
      },
      ...options
    })
    // A client that does not trust the certificate hangs up, which is not the server's failure.
    server.on("error", () => {})
    const listening = yield* Deferred.make<void>()
    yield* Effect.acquireRelease(
      Effect.sync(() =>
        server.listen(options.port ?? 0, "127.0.0.1", () => {
          Deferred.doneUnsafe(listening, Effect.void)
        })
      ),
      () =>
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void))
        })
    )
    yield* Deferred.await(listening)
    // A server that listens on TCP has an address of this form.
    const { port } = server.server.address() as AddressInfo
    const scheme = options.secure === true ? "smtps" : "smtp"
    const url = Redacted.make(`${scheme}://127.0.0.1:${port}`)
    return { port, url, mails } satisfies Inbox
  })
