/**
 * Where the demonstration plays: a server, a clinician who is signed in, and the place mails go to.
 */
import type * as Measurement from "@bedside/core/Measurement"
import type * as Patient from "@bedside/core/Patient"
import * as Client from "@bedside/http-adapter/Client"
import * as Console from "effect/Console"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as Option from "effect/Option"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Inbox from "./Inbox.ts"

/** What every scene needs. */
export interface Stage {
  readonly url: string
  readonly clinician: Client.Client
  readonly anyone: Client.Client
  readonly admin: Client.Client
  /** The mail about a registration, once it is there; `undefined` where mails cannot be seen. */
  readonly mailFor: (id: string) => Effect.Effect<string | undefined, NotYet>
}

/** Something that is awaited is not there yet. */
export class NotYet extends Schema.TaggedError<NotYet>()("NotYet", {
  what: Schema.String
}) {
  override get message(): string {
    return `${this.what} did not come within half a minute`
  }
}

/** Prints lines. */
export const say = (...lines: ReadonlyArray<string>) => Console.log(lines.join("\n"))

/** Prints the heading of a scene, with the requests that it makes. */
export const heading = (text: string, requests: string) =>
  say("", text, "-".repeat(text.length), requests, "")

/** Prints a text in lines of 80 characters at most. */
export const paragraph = (text: string) => say(...(text.match(/\S.{0,78}(?=\s|$)/g) ?? []))

/** A number as people read it. */
export const thousands = (count: number) => count.toLocaleString("en")

/** Asks again until an answer is there, for at most half a minute. */
export const eventually = <A, E, R>(ask: Effect.Effect<A, E, R>) =>
  Effect.retry(ask, Schedule.spaced("200 millis").pipe(Schedule.upTo({ duration: "30 seconds" })))

/** Sends readings of a patient and gives the outcome of each row. */
export const record = Effect.fnUntraced(function* (
  { clinician }: Stage,
  id: Patient.PatientId,
  readings: ReadonlyArray<typeof Measurement.Reading.Encoded>
) {
  if (readings.length === 0) return []
  const outcomes = yield* clinician.measurements.record({
    params: { id },
    query: {},
    payload: readings
  })
  // A reading that is sent alone is answered with the measurement; these are sent as an array.
  return "body" in outcomes ? [] : outcomes
})

const random = SecureRandom.SecureRandom.use((it) => it.randomBytes(8)).pipe(Effect.map(Hex.encode))

const signedIn = Effect.fnUntraced(function* (
  url: string,
  user: string,
  password: Redacted.Redacted<string>
) {
  const anyone = yield* Client.make({ url })
  const { accessToken } = yield* anyone.tokens.signIn({ payload: { user, password } })
  return yield* Client.make({ url, token: Redacted.make(accessToken) })
})

const setUp = Effect.fnUntraced(function* (
  url: string,
  adminPassword: Redacted.Redacted<string>,
  mailFor: Stage["mailFor"]
) {
  const admin = yield* signedIn(url, "admin", adminPassword)
  const user = `demo-${yield* random}`
  const password = Redacted.make(yield* random)
  yield* admin.users.open({ payload: { user, password, roles: ["clinician"] } })
  const stage: Stage = {
    url,
    admin,
    anyone: yield* Client.make({ url }),
    clinician: yield* signedIn(url, user, password),
    mailFor
  }
  yield* say(`The server is ${url}. The administrator opened an account for ${user}.`)
  return stage
})

const freePort = Effect.promise(async () => {
  const probe = createServer().listen(0, "127.0.0.1")
  await once(probe, "listening")
  const address = probe.address()
  probe.close()
  await once(probe, "close")
  return typeof address === "object" && address !== null ? address.port : 0
})

const serverMain = fileURLToPath(new URL("../server/main.ts", import.meta.url))

/** The example server as a process of its own, asked to stop when the demonstration ends. */
const server = (env: Record<string, string>) =>
  ChildProcess.make(process.execPath, ["--conditions=@bedside/source", serverMain], {
    env,
    extendEnv: true,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
    killSignal: "SIGTERM",
    forceKillAfter: "15 seconds"
  })

const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "bedside-demo-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

const ready = (url: string) =>
  eventually(
    Effect.tryPromise({
      try: () => fetch(`${url}/readyz`),
      catch: () => new NotYet({ what: "The server" })
    }).pipe(
      Effect.filterOrFail(
        (answer) => answer.ok,
        () => new NotYet({ what: "The server" })
      )
    )
  )

/** A server that is started for the demonstration, and a mail server that it sends to. */
export const own = Effect.gen(function* () {
  yield* say("Starting a server with an empty database, and a mail server beside it ...")
  const inbox = yield* Inbox.open
  const directory = yield* temporaryDirectory
  const password = yield* random
  const port = yield* freePort
  const url = `http://127.0.0.1:${port}`
  yield* server({
    PORT: String(port),
    BEDSIDE_DATA_DIR: directory,
    BEDSIDE_ADMIN_PASSWORD: password,
    BEDSIDE_PUBLIC_URL: url,
    SMTP_URL: inbox.url,
    DATABASE_URL: ""
  })
  yield* ready(url)
  const mailFor = (id: string) =>
    eventually(
      Effect.suspend(() => {
        const mail = inbox.mails.find((text) => text.includes(id))
        return mail === undefined
          ? Effect.fail(new NotYet({ what: "The mail" }))
          : Effect.succeed(mail)
      })
    )
  return yield* setUp(url, Redacted.make(password), mailFor)
})

const Kept = Schema.fromJsonString(
  Schema.Struct({ adminPassword: Schema.RedactedFromValue(Schema.String) })
)

/** What is known of a server that runs already; its secrets are read where no password is given. */
export interface Known {
  readonly url: string
  readonly dataDirectory: string
  readonly adminPassword: Option.Option<Redacted.Redacted<string>>
}

/** Neither a password was given, nor are the server's secrets where it keeps them. */
class NoPassword extends Schema.TaggedError<NoPassword>()("NoPassword", {
  dataDirectory: Schema.String
}) {
  override get message(): string {
    return `BEDSIDE_ADMIN_PASSWORD is not set, and ${this.dataDirectory} has no secrets of a server`
  }
}

const passwordOf = ({ adminPassword, dataDirectory }: Known) =>
  Option.isSome(adminPassword)
    ? Effect.succeed(adminPassword.value)
    : Effect.try({
        try: () => readFileSync(join(dataDirectory, "secrets.json"), "utf8"),
        catch: () => new NoPassword({ dataDirectory })
      }).pipe(
        Effect.flatMap(Schema.decodeUnknownEffect(Kept)),
        Effect.map((kept) => kept.adminPassword)
      )

/** A server that runs already. Its mails can be seen where its data directory can. */
export const running = Effect.fnUntraced(function* (known: Known) {
  const url = known.url.replace(/\/$/, "")
  const password = yield* passwordOf(known)
  yield* ready(url)
  const mails = join(known.dataDirectory, "mail")
  const mailFor = (id: string) =>
    existsSync(known.dataDirectory)
      ? eventually(
          Effect.try({
            try: () => readFileSync(join(mails, `registration.${id}.eml`), "utf8"),
            catch: () => new NotYet({ what: "The mail" })
          })
        ).pipe(Effect.catch(() => Effect.succeed(undefined)))
      : Effect.succeed(undefined)
  return yield* setUp(url, password, mailFor)
})
