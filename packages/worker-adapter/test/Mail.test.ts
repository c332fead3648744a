import * as Notifying from "@bedside/core/Notifying"
import * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Mail from "../src/Mail.ts"
import * as Worker from "../src/Worker.ts"
import * as Inbox from "./inbox.ts"
import * as Ward from "./ward.ts"

const options: Mail.Options = {
  from: "Bedside <no-reply@bedside.example.org>",
  publicUrl: new URL("https://bedside.example.org/")
}

const id = "01890a5d-ac96-774b-bcce-b302099a8057"
const link = `https://bedside.example.org/api/v1/registrations/${id}/confirm?token=5e5f0a`

const names = [
  { givenName: "Ada", familyName: "Byron" },
  { givenName: "José", familyName: "O'Brien" },
  { givenName: "Zoë", familyName: "Μαρία" },
  { givenName: "美咲", familyName: "Nguyễn-Ågren" },
  { givenName: "D’Arcy J.", familyName: "Wilhelmina".repeat(12) }
]

/** What a name may go on with: scripts, marks, characters beyond 16 bits, punctuation. */
const AnyName = Schema.Array(
  Schema.Literals([..."AeßéñΜاに한ДǅŁ\u{10400}\u{20BB7}\u0301 .'\u2019\u02BC\u2010-"])
).check(Schema.isMaxLength(90))

const isName = Schema.is(Patient.PersonName)

const whitespace = (text: string): string => text.replaceAll(/\s+/g, " ").trim()

/** Sends one notice to a server that answers so; gives what arrived and what was said of it. */
const sendTo = (
  refusals: ReadonlyArray<Inbox.Refusal>,
  details: Parameters<typeof Ward.notice>[0] = {}
) =>
  Effect.gen(function* () {
    const inbox = yield* Inbox.open(refusals)
    const mail = yield* Mail.smtp(inbox.url, options)
    const exit = yield* Effect.exit(mail.send(Ward.notice(details)))
    return { exit, mails: inbox.mails }
  })

/** What a server that is reached by another URL makes of a notice. */
const sendWith = (inbox: Inbox.Inbox, change: (url: string) => string) =>
  Effect.gen(function* () {
    const mail = yield* Mail.smtp(Redacted.make(change(Redacted.value(inbox.url))), options)
    yield* mail.send(Ward.notice())
  })

/** One attempt at the next job, as a slot of the worker makes it. */
const attempt = Ports.JobQueue.use((queue) => Effect.exit(queue.take(Worker.handle)))

const freePort = Effect.map(Effect.scoped(Inbox.open()), ({ port }) => port)

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "bedside-mail-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

describe("a confirmation by SMTP", () => {
  it.effect("arrives once, with the link in text and HTML", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 2, 1, 10))
      const { mails } = yield* sendTo([])
      expect(mails).toHaveLength(1)
      expect(mails[0]).toMatchObject({ from: "no-reply@bedside.example.org", to: [Ward.ada.email] })
      expect(Object.fromEntries(mails[0]?.headers ?? [])).toMatchObject({
        from: "Bedside <no-reply@bedside.example.org>",
        to: "Ada Byron <ada@example.org>",
        subject: "Please confirm your e-mail address",
        "message-id": `<registration.${id}@bedside.example.org>`,
        date: "Sun, 01 Mar 2026 10:00:00 +0000",
        "auto-submitted": "auto-generated"
      })
      expect(mails[0]?.text.split(/\r?\n/)).toContain(link)
      expect(mails[0]?.html).toContain(`<a href="${link}">`)
    })
  )

  it.effect.each(names)("names $givenName as they are written", ({ givenName, familyName }) =>
    Effect.gen(function* () {
      const { mails } = yield* sendTo([], { givenName, familyName })
      const name = `${givenName} ${familyName}`
      const escaped = name.replaceAll("'", "&#39;")
      const to = mails[0]?.headers.get("to")?.replaceAll('"', "")
      expect(to).toBe(`${name} <ada@example.org>`)
      expect(mails[0]?.text).toContain(`Dear ${name},`)
      expect(mails[0]?.html).toContain(`<p>Dear ${escaped},</p>`)
    })
  )

  it.effect("has the same Message-ID when it is sent again", () =>
    Effect.gen(function* () {
      const inbox = yield* Inbox.open()
      const mail = yield* Mail.smtp(inbox.url, options)
      yield* mail.send(Ward.notice())
      yield* TestClock.adjust("1 hour")
      yield* mail.send(Ward.notice())
      const ids = inbox.mails.map(({ headers }) => headers.get("message-id"))
      expect(ids).toEqual(Array(2).fill(`<registration.${id}@bedside.example.org>`))
    })
  )

  it.effect("keeps the path under which the API is reached", () =>
    Effect.gen(function* () {
      const inbox = yield* Inbox.open()
      const publicUrl = new URL("http://localhost:3000/bedside/?a=b#c")
      const mail = yield* Mail.smtp(inbox.url, { ...options, publicUrl })
      yield* mail.send(Ward.notice({}, "a&b=c"))
      expect(inbox.mails[0]?.text.split(/\r?\n/)).toContain(
        `http://localhost:3000/bedside/api/v1/registrations/${id}/confirm?token=a%26b%3Dc`
      )
    })
  )

  it.effect("cannot be given headers, recipients or markup by a name", () =>
    Effect.gen(function* () {
      const { mails } = yield* sendTo([], {
        givenName: "Eve\r\nBcc: victim@example.org\r\nX-Eve: 1",
        familyName: '<img src=x onerror="alert(1)"> <victim@example.org>, mallory@example.org'
      })
      expect(mails.map(({ to }) => to)).toEqual([["ada@example.org"]])
      const headers = mails[0]?.headers ?? new Map<string, string>()
      expect([...headers.keys()].toSorted()).toEqual([
        "auto-submitted",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "subject",
        "to"
      ])
      expect(headers.get("to")).toMatch(/ <ada@example\.org>$/)
      expect(mails[0]?.html).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;")
      expect(mails[0]?.html).not.toContain("<img")
    })
  )

  it.effect("is undeliverable to a patient without an address", () =>
    Effect.gen(function* () {
      const { patient, ...notice } = Ward.notice()
      const { email: _, ...nobody } = patient
      const mail = Mail.directory("/nowhere", options)
      expect(mail.takes({ ...notice, patient: nobody })).toBe(true)
      const failure = yield* Effect.flip(mail.send({ ...notice, patient: nobody }))
      expect(failure).toEqual(
        new Notifying.Undeliverable({ reason: "the patient has no e-mail address" })
      )
    })
  )
})

describe("a mail server", () => {
  it.effect.each([
    { to: "RCPT TO", code: 550, reason: "RCPT TO 550 EENVELOPE" },
    { to: "RCPT TO", code: 553, reason: "RCPT TO 553 EENVELOPE" },
    { to: "DATA", code: 554, reason: "DATA 554 EMESSAGE" }
  ] as const)("that answers $code to $to refuses for good", ({ reason, ...refusal }) =>
    Effect.gen(function* () {
      const { exit } = yield* sendTo([refusal])
      expect(exit).toEqual(Exit.fail(new Notifying.Undeliverable({ reason })))
    })
  )

  it.effect.each([
    { to: "RCPT TO", code: 450, reason: "RCPT TO 450 EENVELOPE" },
    { to: "RCPT TO", code: 451, reason: "RCPT TO 451 EENVELOPE" },
    { to: "DATA", code: 452, reason: "DATA 452 EMESSAGE" },
    { to: "MAIL FROM", code: 550, reason: "MAIL FROM 550 EENVELOPE" }
  ] as const)("that answers $code to $to may take it later", ({ reason, ...refusal }) =>
    Effect.gen(function* () {
      const { exit } = yield* sendTo([refusal])
      expect(exit).toEqual(Exit.fail(new Notifying.ChannelDown({ reason })))
    })
  )

  it.effect("that refuses the password may take it later, and the password is not told", () =>
    Effect.gen(function* () {
      const inbox = yield* Inbox.open([], {
        disabledCommands: ["STARTTLS"],
        allowInsecureAuth: true,
        onAuth: (_, __, answer) => answer(new Error("never heard of bedside:secret"))
      })
      const failure = yield* Effect.flip(
        sendWith(inbox, (url) => url.replace("//", "//bedside:secret@"))
      )
      expect(failure).toEqual(new Notifying.ChannelDown({ reason: "AUTH PLAIN 535 EAUTH" }))
    })
  )

  it.effect("that is not trusted gets nothing, and one that is gets it encrypted", () =>
    Effect.gen(function* () {
      const inbox = yield* Inbox.open([], { secure: true })
      const untrusted = yield* Effect.flip(sendWith(inbox, (url) => url))
      expect(untrusted._tag).toBe("ChannelDown")
      expect(untrusted.reason).toMatch(/^CONN \w*CERT\w* ESOCKET$/)
      expect(inbox.mails).toEqual([])
      yield* sendWith(inbox, (url) => `${url}?tls.rejectUnauthorized=false`)
      expect(inbox.mails.map(({ encrypted }) => encrypted)).toEqual([true])
    })
  )

  it.effect("that offers STARTTLS is spoken to encrypted", () =>
    Effect.gen(function* () {
      const inbox = yield* Inbox.open([], { disabledCommands: ["AUTH"] })
      yield* sendWith(inbox, (url) => `${url}?tls.rejectUnauthorized=false`)
      expect(inbox.mails.map(({ encrypted }) => encrypted)).toEqual([true])
    })
  )

  it.effect("that offers no TLS gets nothing where the URL requires it", () =>
    Effect.gen(function* () {
      const inbox = yield* Inbox.open()
      const failure = yield* Effect.flip(sendWith(inbox, (url) => `${url}?requireTLS=true`))
      expect(failure._tag).toBe("ChannelDown")
      expect(inbox.mails).toEqual([])
    })
  )

  it.effect("that falls silent is left when the sending is interrupted", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const left = yield* Deferred.make<void>()
      const inbox = yield* Inbox.open([], {
        onRcptTo: () => Deferred.doneUnsafe(asked, Effect.void),
        onClose: () => Deferred.doneUnsafe(left, Effect.void)
      })
      const mail = yield* Mail.smtp(inbox.url, options)
      const sending = yield* Effect.forkChild(mail.send(Ward.notice()))
      yield* Deferred.await(asked)
      yield* Fiber.interrupt(sending)
      yield* Deferred.await(left)
      expect(inbox.mails).toEqual([])
    })
  )

  it.effect.each(["mail.example.org", "https://me:secret@example.org", "smtp://", "smtp://a b"])(
    "cannot be %s, and no password is shown",
    (url) =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit(Mail.smtp(Redacted.make(url), options))
        expect(exit).toEqual(
          Exit.die(new Error("the SMTP URL is not of the form smtp://host or smtps://host"))
        )
      })
  )
})

describe("the job that sends a confirmation", () => {
  it.effect("is a dead letter at once when the address is refused, without the address", () =>
    Effect.gen(function* () {
      const inbox = yield* Inbox.open([{ to: "RCPT TO", code: 550 }])
      const mail = yield* Mail.smtp(inbox.url, options)
      yield* Effect.gen(function* () {
        yield* Ward.register()
        yield* attempt
        expect(yield* Ward.jobs).toEqual([
          {
            kind: "send-confirmation",
            state: "failed",
            attempts: 1,
            lastFailure: "JobRefused: RCPT TO 550 EENVELOPE"
          }
        ])
      }).pipe(Effect.provide(Ward.layer([mail])))
    })
  )

  it.effect("is tried again after a passing refusal, and delivers once", () =>
    Effect.gen(function* () {
      const inbox = yield* Inbox.open([
        { to: "RCPT TO", code: 451 },
        { to: "DATA", code: 451 }
      ])
      const mail = yield* Mail.smtp(inbox.url, options)
      yield* Effect.gen(function* () {
        const patientId = yield* Ward.register()
        yield* attempt
        expect(yield* Ward.jobs).toMatchObject([
          { state: "pending", attempts: 1, lastFailure: "ChannelDown: RCPT TO 451 EENVELOPE" }
        ])
        yield* TestClock.adjust("1 second")
        yield* attempt
        expect(yield* Ward.jobs).toMatchObject([{ state: "pending", attempts: 2 }])
        yield* TestClock.adjust("2 seconds")
        yield* attempt
        expect(yield* Ward.jobs).toMatchObject([{ state: "completed", attempts: 3 }])
        expect(inbox.mails.map(({ headers }) => headers.get("message-id"))).toEqual([
          `<registration.${patientId}@bedside.example.org>`
        ])
      }).pipe(Effect.provide(Ward.layer([mail])))
    })
  )

  it.effect("waits for a server that is down, holds up no other channel and repeats none", () =>
    Effect.gen(function* () {
      const port = yield* freePort
      const outer = yield* Effect.scope
      const sent: Array<string> = []
      const pigeon: Notifying.Channel = {
        name: "pigeon",
        takes: () => true,
        send: ({ key }) => Effect.sync(() => sent.push(key))
      }
      yield* Effect.gen(function* () {
        const patientId = yield* Ward.register()
        yield* attempt
        expect(yield* Ward.jobs).toMatchObject([
          { state: "pending", attempts: 1, lastFailure: "ChannelDown: CONN ECONNREFUSED ESOCKET" }
        ])
        expect(sent).toEqual([`registration:${patientId}`])
        // Closed after the connections to it.
        const inbox = yield* Inbox.open([], { port }).pipe(Scope.provide(outer))
        yield* TestClock.adjust("1 second")
        yield* attempt
        expect(yield* Ward.jobs).toMatchObject([{ state: "completed", attempts: 2 }])
        expect(inbox.mails).toHaveLength(1)
        expect(sent).toEqual([`registration:${patientId}`])
      }).pipe(
        Effect.provide(
          Layer.unwrap(
            Effect.map(Mail.smtp(Redacted.make(`smtp://127.0.0.1:${port}`), options), (mail) =>
              Ward.layer([mail, pigeon])
            )
          )
        )
      )
    })
  )
})

describe("a confirmation as a file", () => {
  it.effect("is a mail that only its owner may read", () =>
    Effect.gen(function* () {
      const path = join(yield* directory, "data", "mail")
      yield* Mail.directory(path, options).send(Ward.notice({ givenName: "Zoë" }))
      expect(readdirSync(path)).toEqual([`registration.${id}.eml`])
      const file = join(path, `registration.${id}.eml`)
      const { headers, text } = Inbox.read(readFileSync(file, "latin1"))
      expect(headers.get("to")).toBe("Zoë Byron <ada@example.org>")
      expect(headers.get("message-id")).toBe(`<registration.${id}@bedside.example.org>`)
      expect(text.split(/\r?\n/)).toContain(link)
      expect(statSync(file).mode & 0o777).toBe(0o600)
    })
  )

  it.effect("replaces itself when it is sent again, also by several at once", () =>
    Effect.gen(function* () {
      const path = yield* directory
      const mail = Mail.directory(path, options)
      const again = ["first", "second", "third"].map((token) => mail.send(Ward.notice({}, token)))
      yield* Effect.all(again, { concurrency: 3 })
      yield* mail.send(Ward.notice())
      expect(readdirSync(path)).toEqual([`registration.${id}.eml`])
      const raw = readFileSync(join(path, `registration.${id}.eml`), "latin1")
      expect(Inbox.read(raw).text).toContain(link)
    })
  )

  it.effect("is tried again where it cannot be written, and leaves nothing behind", () =>
    Effect.gen(function* () {
      const path = yield* directory
      const occupied = join(path, "mail")
      writeFileSync(occupied, "")
      const failure = yield* Effect.flip(Mail.directory(occupied, options).send(Ward.notice()))
      expect(failure).toEqual(new Notifying.ChannelDown({ reason: "EEXIST" }))
      expect(readdirSync(path)).toEqual(["mail"])
    })
  )

  it.effect.prop(
    "names every person the schema admits",
    { givenName: AnyName, familyName: AnyName },
    ({ givenName, familyName }) =>
      Effect.gen(function* () {
        const details = {
          givenName: `A${givenName.join("")}`,
          familyName: `Ö${familyName.join("")}`
        }
        expect(isName(details.givenName) && isName(details.familyName)).toBe(true)
        const path = yield* directory
        yield* Mail.directory(path, options).send(Ward.notice(details))
        const raw = readFileSync(join(path, `registration.${id}.eml`), "latin1")
        const { headers, text } = Inbox.read(raw)
        const name = whitespace(`${details.givenName} ${details.familyName}`)
        const to = /^"?(.*?)"? <ada@example\.org>$/su.exec(headers.get("to") ?? "")?.[1] ?? ""
        expect(whitespace(to)).toBe(name)
        expect(text).toContain(`Dear ${details.givenName} ${details.familyName},`)
      }).pipe(Effect.scoped)
  )
})
