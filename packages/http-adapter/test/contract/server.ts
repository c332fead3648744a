/**
 * The whole server on a real socket, over the memory store, with callers of every role and a way to
 * run the jobs that wait.
 *
 * Every answer is held to what is true of all: 400 and above is problem+json, and nothing is cached
 * or sniffed by accident.
 */
import * as Access from "@bedside/core/Access"
import * as Campaigning from "@bedside/core/Campaigning"
import * as Conducting from "@bedside/core/Conducting"
import * as Copying from "@bedside/core/Copying"
import * as Electrocardiography from "@bedside/core/Electrocardiography"
import * as Fitting from "@bedside/core/Fitting"
import * as Foretelling from "@bedside/core/Foretelling"
import type * as Jobs from "@bedside/core/Jobs"
import * as Memory from "@bedside/core/Memory"
import * as Monitoring from "@bedside/core/Monitoring"
import * as Notifying from "@bedside/core/Notifying"
import type * as Policy from "@bedside/core/Policy"
import * as Ports from "@bedside/core/Ports"
import * as Workflows from "@bedside/core/Workflows"
import { expect } from "@effect/vitest"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as CopyAge from "../../src/CopyAge.ts"
import * as WorkflowEngine from "effect/workflow/WorkflowEngine"
import * as Http from "../../src/Http.ts"
import * as PasswordHash from "../../src/PasswordHash.ts"
import * as Tokens from "../../src/Tokens.ts"

/** What a request was answered with; `body` is parsed where it is JSON, and the text elsewhere. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly bytes: Uint8Array
  readonly body: ReturnType<typeof JSON.parse>
}

/** Someone with a token, or without. */
export interface Caller {
  readonly authorization: string | undefined
  readonly send: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>
  ) => Effect.Effect<Answer>
  readonly get: (path: string) => Effect.Effect<Answer>
  readonly post: (path: string, body?: unknown) => Effect.Effect<Answer>
}

/** What the tests may set. */
export interface Options {
  readonly registrations?: Http.Options["registrations"]
  readonly boundary?: Http.Options["boundary"]
  readonly store?: Layer.Layer<Ports.Store>
  readonly drain?: Duration.Input
  readonly groups?: readonly [Http.Group, ...ReadonlyArray<Http.Group>]
  readonly copyAge?: (typeof CopyAge.CopyAge)["Service"]
}

const isJson = (headers: Headers): boolean =>
  /^application\/(?:(?:problem|fhir)\+)?json\b/.test(headers.get("content-type") ?? "")

/** All there is to read, or of an answer that goes on, what it begins with. */
const bytesOf = async (response: Response): Promise<Uint8Array> => {
  if (response.headers.get("content-type") !== "text/event-stream" || response.body === null) {
    return new Uint8Array(await response.arrayBuffer())
  }
  const reader = response.body.getReader()
  const { value = new Uint8Array() } = await reader.read()
  await reader.cancel()
  return value
}

const holds = (answer: Answer): void => {
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff")
  expect(answer.headers.get("cache-control")).toMatch(/^(no-store|private, max-age=300)$/)
  if (answer.status < 400) return
  if (answer.headers.get("content-type") === "application/fhir+json") {
    expect(answer.body).toMatchObject({ resourceType: "OperationOutcome" })
    return
  }
  expect(answer.headers.get("content-type")).toBe("application/problem+json")
  if (answer.text === "") return
  expect(answer.body).toMatchObject({
    type: expect.stringMatching(/^urn:bedside:problem:/),
    title: expect.any(String),
    status: answer.status
  })
}

const encode = (body: unknown): { readonly body?: string | FormData; readonly type?: string } => {
  if (body === undefined) return {}
  if (body instanceof FormData) return { body }
  return typeof body === "string"
    ? { body, type: "application/json" }
    : { body: JSON.stringify(body), type: "application/json" }
}

const caller = (root: string, authorization?: string): Caller => {
  const send: Caller["send"] = (method, path, sent, headers = {}) =>
    Effect.promise(async () => {
      const { body = null, type } = encode(sent)
      const response = await fetch(`${root}${path}`, {
        method,
        body,
        headers: {
          ...(authorization === undefined ? {} : { authorization }),
          ...(type === undefined ? {} : { "content-type": type }),
          ...headers
        }
      })
      const bytes = await bytesOf(response)
      const text = new TextDecoder().decode(bytes)
      const { status } = response
      const parsed = isJson(response.headers) && text !== "" ? JSON.parse(text) : text
      const answer = { status, headers: response.headers, text, bytes, body: parsed }
      holds(answer)
      return answer
    })
  return {
    authorization,
    send,
    get: (path) => send("GET", path),
    post: (path, body) => send("POST", path, body)
  }
}

/** The problems of an answer, each as `path: code`. */
export const problems = ({ body }: Answer): ReadonlyArray<string> =>
  body.errors.map(({ path, code }: Record<string, string>) => `${path}: ${code}`)

/** A UUID of version 7 that no record has. */
export const absent = "01890a5d-ac96-774b-bcce-b302099a8057"

const secret = Redacted.make("a secret of at least thirty-two bytes")

const port = ({ address }: HttpServer.HttpServer["Service"]): number => {
  if (!("port" in address)) throw new Error("The server listens on no port")
  return address.port
}

type Workers =
  | Campaigning.Campaigning
  | Conducting.Conducting
  | Monitoring.Monitoring
  | Electrocardiography.Electrocardiography
  | Fitting.Fitting
  | Foretelling.Foretelling
  | Notifying.Notifying

const run = (
  job: Jobs.Job
): Effect.Effect<void, Jobs.JobRefused | Notifying.ChannelDown, Workers> => {
  switch (job._tag) {
    case "analyse-ecg":
      return Electrocardiography.Electrocardiography.use((it) => it.analyse(job.recordingId))
    case "run-campaign":
      return Conducting.Conducting.use((it) => it.start(job.campaignId))
    case "backfill-ecgs":
      return Campaigning.Campaigning.use((it) => it.backfill)
    case "fit-upload":
      return Fitting.Fitting.use((it) => it.fit(job.uploadId))
    case "assess-patient":
      return Monitoring.Monitoring.use((it) => it.assess(job.patientId))
    case "foretell-risk":
      return Foretelling.Foretelling.use((it) => it.foretell(job.patientId))
    case "foretell-population":
      return Conducting.Conducting.use((it) => it.start(job.runId))
    case "send-confirmation":
      return Notifying.Notifying.use((it) => it.sendConfirmation(job.patientId))
    case "notify":
      return Notifying.Notifying.use((it) => it.notify(job.assessmentId))
    case "publish-events":
    case "request-events":
      return Effect.die(new Error("nobody is told"))
  }
}

const pending = Effect.map(
  Ports.JobQueue.use((queue) => queue.counts),
  (counts) => counts.some(({ state, count }) => state === "pending" && count > 0)
)

const going = Effect.map(
  Ports.Campaigns.use((campaigns) => campaigns.list({ limit: 100 })),
  (all) => all.some(({ status }) => status === "running")
)

/** Handles what waits, and what that leaves behind, until nothing waits and no campaign goes on. */
const runJobs = Effect.gen(function* () {
  while (yield* pending) {
    yield* Effect.exit(Ports.JobQueue.use((queue) => queue.take(run)))
  }
  yield* Effect.andThen(Effect.yieldNow, going).pipe(Effect.repeat({ while: (on) => on }))
})

/** A running server. */
export const serve = Effect.fnUntraced(function* (options: Options = {}) {
  const notices: Array<Notifying.Notice> = []
  const logs: Array<string> = []
  const channel: Notifying.Channel = {
    name: "mail",
    takes: () => true,
    send: (notice) =>
      notice._tag === "ConfirmRegistration" && notice.patient.email?.startsWith("bounce@") === true
        ? Effect.fail(new Notifying.Undeliverable({ reason: "no such mailbox" }))
        : Effect.sync(() => void notices.push(notice))
  }
  const logger = Logger.make(({ logLevel, message, fiber, cause }) => {
    logs.push(Logger.formatLogFmt.log({ logLevel, message, fiber, cause, date: new Date(0) }))
  })
  const inside = Layer.mergeAll(
    Workflows.layer,
    Conducting.Conducting.layer,
    Copying.Copying.layer,
    Fitting.Fitting.layer,
    Notifying.Notifying.layer
  ).pipe(
    Layer.provide(WorkflowEngine.layerMemory),
    Layer.provide([Fitting.layerCsv, Layer.succeed(Notifying.Channels, [channel])]),
    Layer.provideMerge(options.store ?? Memory.layer),
    Layer.provide(PasswordHash.layer({ iterations: 1 })),
    Layer.provide([NodeCrypto.layer, SecureRandom.layerWebCrypto])
  )
  const http = Http.layer({
    tokens: { secret },
    registrations: options.registrations ?? { limit: 10_000 },
    ...(options.boundary === undefined ? {} : { boundary: options.boundary }),
    ...(options.groups === undefined ? {} : { groups: options.groups }),
    server: { port: 0, host: "127.0.0.1", drain: options.drain ?? "1 second" }
  })
  const context = yield* Layer.build(
    http.pipe(
      Layer.provideMerge(inside),
      Layer.provideMerge(Tokens.Tokens.layer({ secret })),
      Layer.provide([Logger.layer([logger]), Layer.succeed(CopyAge.CopyAge, options.copyAge)]),
      Layer.orDie
    )
  )
  const root = `http://127.0.0.1:${port(Context.get(context, HttpServer.HttpServer))}`
  const access = Context.get(context, Access.Access)
  const tokens = Context.get(context, Tokens.Tokens)
  let accounts = 0
  return {
    root,
    notices,
    logs,
    /** Runs every job that waits. */
    work: Effect.provideContext(runJobs, context),
    anonymous: caller(root),
    /** A caller with this header, whatever it says. */
    claiming: (authorization: string) => caller(root, authorization),
    /** Someone new with these roles; their password is `password`. */
    as: Effect.fnUntraced(function* (
      ...roles: readonly [Policy.Role, ...ReadonlyArray<Policy.Role>]
    ) {
      const user = `${roles.join("-")}-${++accounts}`
      const password = Redacted.make("password")
      const account = yield* Effect.orDie(access.open({ user, password, roles }))
      const { accessToken } = yield* tokens.issue(account)
      return { ...caller(root, `Bearer ${Redacted.value(accessToken)}`), user, account }
    })
  }
})

export type Running = Effect.Success<ReturnType<typeof serve>>
