/**
 * The server as whoever operates it meets it: what it prints, what it refuses to start with, and how
 * it stops.
 */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { execFileSync, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { connect, createServer, type AddressInfo } from "node:net"
import * as Caller from "./caller.ts"
import * as Inbox from "./inbox.ts"
import * as Processes from "./processes.ts"

/** What the welcome prints between two lines, the second left out. */
const section = ({ lines }: Processes.Process, from: string, to: string): string =>
  lines
    .slice(
      lines.indexOf(from) + 1,
      lines.findIndex((line) => line.startsWith(to))
    )
    .join("\n")

const credentials = (server: Processes.Process) =>
  section(server, "Sign in as", "Three requests to paste")

/** The end of a process that did not start. */
const refusal = (variables: Record<string, string>) =>
  Effect.gen(function* () {
    const it = yield* Processes.starting(variables)
    const { code } = yield* it.ended
    expect({ code, lines: it.lines }).toEqual({ code: 1, lines: [] })
    expect(it.errors).toHaveLength(1)
    return it.errors[0]
  })

const hasCurl = spawnSync("curl", ["--version"]).status === 0
if (!hasCurl && process.env["BEDSIDE_STRICT"] !== "1") {
  process.stderr.write(
    "\nSKIPPED: the requests of the welcome, pasted. They need curl: install it.\n"
  )
}

it.live.skipIf(!hasCurl && process.env["BEDSIDE_STRICT"] !== "1")(
  "the three requests of the welcome work when pasted",
  () =>
    Effect.gen(function* () {
      const server = yield* Processes.server({ BEDSIDE_DATA_DIR: yield* Processes.directory })
      const script = section(server, "Three requests to paste:", "Not a medical device")
      const requests = script.trim().split(/\n\n/)
      expect(requests).toHaveLength(3)
      const printed = execFileSync("bash", ["-euc", requests.join("\necho\n")], {
        encoding: "utf8"
      })
      const [, patients = "", ecg = ""] = printed.split("\n")
      expect(JSON.parse(patients).items).toHaveLength(6)
      expect(JSON.parse(ecg)).toEqual({ id: "10", status: "queued" })
      const clinician = yield* server.as("clinician")
      const read = yield* Caller.eventually(
        clinician.get("/ecg/10"),
        ({ body }) => body.status !== "queued"
      )
      expect(read.body.leads).toEqual([{ I: { zero_crossings: 2 } }])
    })
)

it.live("a restart prints the same credentials and brings back nothing that was deleted", () =>
  Effect.gen(function* () {
    const variables = { BEDSIDE_DATA_DIR: yield* Processes.directory }
    const first = yield* Processes.server(variables)
    const clinician = yield* first.as("clinician")
    const { body } = yield* clinician.get("/api/v1/patient/list")
    yield* clinician.post(`/api/v1/patient/delete/${body[0].id}`)
    const admin = yield* first.as("admin")
    const own = { user: "monitor-1", password: "known to one" }
    expect((yield* admin.post("/user", own)).status).toBe(409)
    expect(yield* first.stop("SIGTERM")).toEqual({ code: 0, signal: null })

    const second = yield* Processes.server(variables)
    expect(credentials(second)).toBe(credentials(first))
    expect(
      credentials(second).match(/^ {2}(admin|clinician|monitor-1) +\S{12}( |$)/gm)
    ).toHaveLength(3)
    const left = yield* (yield* second.as("clinician")).get("/api/v1/patient/list")
    expect(left.body).toEqual(body.slice(1))
  })
)

it.live("a password that was given is not printed, nor one that does not hold any more", () =>
  Effect.gen(function* () {
    const password = "told by the operator"
    const variables = {
      BEDSIDE_DATA_DIR: yield* Processes.directory,
      BEDSIDE_DEMONSTRATION: "false"
    }
    const first = yield* Processes.server({ ...variables, BEDSIDE_ADMIN_PASSWORD: password })
    yield* first.as("admin", password)
    expect(first.lines.join("\n")).not.toContain(password)
    expect(first.lines).toContain("  admin           the one in BEDSIDE_ADMIN_PASSWORD")
    expect(first.lines.join("\n")).not.toContain("clinician")
    yield* first.stop("SIGTERM")

    const second = yield* Processes.server(variables)
    expect(second.lines).toContain("  admin           (changed since the first start)")
    yield* second.as("admin", password)
  })
)

it.live("a second server on the directory or the port of another is refused in one line", () =>
  Effect.gen(function* () {
    const directory = yield* Processes.directory
    const port = String(yield* Processes.freePort)
    const first = yield* Processes.server({ BEDSIDE_DATA_DIR: directory, PORT: port })
    expect(yield* refusal({ BEDSIDE_DATA_DIR: directory })).toMatch(
      new RegExp(`^Bedside stops: The database in ${directory} is in use by process \\d+ on .+`)
    )
    const other = { BEDSIDE_DATA_DIR: yield* Processes.directory, PORT: port }
    expect(yield* refusal(other)).toMatch(new RegExp(`^Bedside stops: .*in use.*:${port}$`))

    const clinician = yield* first.as("clinician")
    expect((yield* clinician.get("/api/v1/patients")).body.items).toHaveLength(6)
    expect((yield* first.anyone.get("/readyz")).status).toBe(200)
    expect(first.errors).toEqual([])
  })
)

/** A Postgres that knows one sentence: the password is wrong. */
const strict = Effect.acquireRelease(
  Effect.callback<ReturnType<typeof createServer>>((resume) => {
    const fields = Buffer.from("SFATAL\0C28P01\0Mpassword authentication failed\0\0")
    const head = Buffer.alloc(5, "E")
    head.writeInt32BE(4 + fields.length, 1)
    const server = createServer((socket) =>
      socket.once("data", () => socket.end(Buffer.concat([head, fields])))
    )
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  (server) => Effect.sync(() => server.close())
)

it.live("what cannot be started with is one line that names it and shows no secret", () =>
  Effect.gen(function* () {
    // A server that listens on TCP has an address of this form.
    const { port } = (yield* strict).address() as AddressInfo
    const closed = yield* Processes.freePort
    const directory = yield* Processes.directory
    const file = `${directory}/file`
    execFileSync("touch", [file])
    const cases: ReadonlyArray<readonly [Record<string, string>, string]> = [
      [
        { DATABASE_URL: `postgres://nurse:s3cret@127.0.0.1:${port}/ward` },
        `Postgres at 127.0.0.1:${port}/ward cannot be used: password authentication failed`
      ],
      [
        { DATABASE_URL: `postgres://nurse:s3cret@127.0.0.1:${closed}/ward` },
        `Postgres at 127.0.0.1:${closed}/ward cannot be used: connect ECONNREFUSED 127.0.0.1:${closed}`
      ],
      [{ PORT: "70000" }, 'Expected a value between 1 and 65535 at ["PORT"]'],
      [{ BEDSIDE_TOKEN_SECRET: "s3cret" }, "The token secret has 6 bytes; at least 32 are needed"],
      [
        { BEDSIDE_DATA_DIR: file },
        `The secrets in ${file}/secrets.json cannot be used: Error: EEXIST: file already exists, mkdir '${file}'`
      ]
    ]
    const said = yield* Effect.forEach(
      cases,
      ([variables]) => refusal({ BEDSIDE_DATA_DIR: directory, ...variables }),
      { concurrency: 2 }
    )
    expect(said).toEqual(cases.map(([, line]) => `Bedside stops: ${line}`))
    expect(said.join("\n")).not.toContain("s3cret")
  })
)

const listens = (url: string) =>
  Effect.callback<boolean>((resume) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.once("connect", () => {
      socket.destroy()
      resume(Effect.succeed(true))
    })
    socket.once("error", () => resume(Effect.succeed(false)))
  })

it.live("SIGTERM lets the request and the job end that are under way, and leaves with 0", () =>
  Effect.gen(function* () {
    const held = Promise.withResolvers<void>()
    const inbox = yield* Inbox.open(held.promise)
    const variables = { BEDSIDE_DATA_DIR: yield* Processes.directory, SMTP_URL: inbox.url }
    const server = yield* Processes.server(variables)
    const clinician = yield* server.as("clinician")

    const form = new FormData()
    form.append("givenName", "Ada")
    form.append("familyName", "Byron")
    form.append("email", "ada@example.org")
    form.append("phoneCountryCode", "+44")
    form.append("phoneNumber", "2079460018")
    const photo = readFileSync(new URL("../../examples/data/photo.png", import.meta.url))
    form.append("photo", new File([photo], "photo.png"))
    const registered = yield* server.anyone.post("/api/v1/registrations", form)
    expect(registered.status).toBe(201)
    // The mail server has the mail and says nothing yet: the job is under way.
    yield* inbox.mailWith(registered.body.id)

    // "Continue" is what a server says when it has begun with a request.
    const ecg = JSON.stringify({
      id: "late",
      date: "2026-03-01",
      leads: [{ name: "I", signal: [1, -1] }]
    })
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname).setEncoding("utf8")
    let said = ""
    socket.on("data", (chunk: string) => {
      said += chunk
    })
    const hears = (part: string) =>
      Effect.repeat(
        Effect.sync(() => said.includes(part)),
        { until: (heard) => heard, schedule: Schedule.spaced("5 millis") }
      )
    socket.write(
      [
        "POST /ecg/process HTTP/1.1",
        `host: ${hostname}`,
        `authorization: ${clinician.authorization}`,
        "content-type: application/json",
        `content-length: ${ecg.length}`,
        "expect: 100-continue",
        "connection: close",
        "",
        ecg.slice(0, 10)
      ].join("\r\n")
    )
    yield* hears("100 Continue")

    server.signal("SIGTERM")
    yield* Effect.repeat(listens(server.url), {
      until: (open) => !open,
      schedule: Schedule.spaced("5 millis")
    })
    socket.write(ecg.slice(10))
    yield* hears('{"id":"late","status":"queued"}')
    held.resolve()
    expect(yield* server.ended).toEqual({ code: 0, signal: null })
    expect(server.errors).toEqual([])

    const next = yield* Processes.server(variables)
    const again = yield* next.as("clinician")
    const read = yield* Caller.eventually(
      again.get("/ecg/late"),
      ({ body }) => body.status !== "queued"
    )
    expect(read.body.leads).toEqual([{ I: { zero_crossings: 1 } }])
    // The mail's job was acknowledged, so nobody sends it again.
    const { body } = yield* (yield* next.as("admin")).get("/api/v1/jobs?limit=1000")
    const sent = body.items.filter(({ kind }: { kind: string }) => kind === "send-confirmation")
    expect(sent).toMatchObject([{ state: "completed", attempts: 1 }])
    expect(inbox.mails).toHaveLength(1)
  })
)
