/**
 * A consultant that speaks the OpenAI protocol (Responses API, `POST {base}/responses`), to whichever
 * server: OpenAI's own or one in the house.
 *
 * The guarantee that bites: one deadline, ours, covers everything from the first byte sent to the last
 * one read, and nothing is tried twice. What a consultation costs is bounded by a daily budget, a limit
 * of output tokens and a limit of bytes; a server that fails is left alone for a while. Budget and circuit
 * are kept in memory: each process has its own, and a restart forgets them.
 *
 * Nothing is sent but what `Assessor.input` and `Assessor.instructions` say, and the server is asked not
 * to store it. Redirects are not followed. Logs and metrics hold the model, the outcome, times and token
 * counts: no key, no evidence, no answer.
 */
import * as Assessor from "@bedside/core/Assessor"
import * as Consulting from "@bedside/core/Consulting"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Gate from "./internal/gate.ts"
import * as Responses from "./internal/responses.ts"

/**
 * Whom to ask, and how much that may cost.
 *
 * @since 0.2.0
 */
export interface Options {
  readonly apiKey: Redacted.Redacted<string>
  /** The exact name, as of a snapshot: answers go on record under it. */
  readonly model: string
  /** `https://api.openai.com/v1`; a query in it is kept. */
  readonly baseUrl?: URL | undefined
  /** For a whole consultation: 8 seconds. */
  readonly deadline?: Duration.Input | undefined
  /** 600; those that a model spends on reasoning count. */
  readonly maximumOutputTokens?: number | undefined
  /** 0; null leaves it out, for models that take none. */
  readonly temperature?: number | null | undefined
  /** How long an answer may be: 65,536 bytes. */
  readonly maximumBytes?: number | undefined
  /** In a UTC day: 1,000 requests and 200,000 output tokens. */
  readonly requestsPerDay?: number | undefined
  readonly outputTokensPerDay?: number | undefined
  /** Failures in a row that open the circuit, and for how long: 3, and one minute. */
  readonly failures?: number | undefined
  readonly openFor?: Duration.Input | undefined
}

/**
 * How many consultations there were, by outcome: "opinion", or why there is none (see
 * `Assessor.Unused`).
 *
 * @since 0.2.0
 */
export const consultations = Metric.counter("bedside_consultations_total", {
  description: "Consultations of a model, by outcome",
  incremental: true
})

/**
 * Seconds that consultations took in which a server was asked.
 *
 * @since 0.2.0
 */
export const duration = Metric.histogram("bedside_consultation_duration_seconds", {
  description: "Seconds from the question to the answer or the end of waiting",
  boundaries: [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32]
})

/**
 * Tokens that servers counted, by direction: "input" or "output".
 *
 * @since 0.2.0
 */
export const tokens = Metric.counter("bedside_consultation_tokens_total", {
  description: "Tokens of consultations as the server counted them, by direction",
  incremental: true
})

/** What came back: an opinion or why there is none, with what the server said of itself. */
interface Reply {
  readonly opinion: Result.Result<Assessor.Opinion, Consulting.NotConsulted>
  readonly usage: Responses.Usage | null
  readonly answeredBy: string | null
  readonly retryAfter: number | null
}

const without = (reason: Assessor.Unused, more: { readonly status?: number } = {}) =>
  new Consulting.NotConsulted({ reason, ...more })

const silent: Omit<Reply, "opinion"> = { usage: null, answeredBy: null, retryAfter: null }

const noReply = (reason: Assessor.Unused): Reply => ({
  ...silent,
  opinion: Result.fail(without(reason))
})

/** Reads the body as far as the limit; undefined beyond it. */
const readBody = (response: HttpClientResponse.HttpClientResponse, maximumBytes: number) => {
  const decoder = new TextDecoder()
  let bytes = 0
  return response.stream.pipe(
    Stream.takeWhile((chunk) => (bytes += chunk.length) <= maximumBytes),
    Stream.runFold(
      () => "",
      (text, chunk) => text + decoder.decode(chunk, { stream: true })
    ),
    Effect.map((text) => (bytes > maximumBytes ? undefined : text + decoder.decode()))
  )
}

const replyTo = (evidence: Assessor.Evidence, body: string | undefined): Reply => {
  if (body === undefined) return noReply("too-large")
  const answered = Responses.read(body)
  if (answered === undefined) return noReply("malformed")
  const opinion = Result.flatMap(
    Result.mapError(answered.text, (reason) => ({ reason })),
    (text) => Assessor.read(text, evidence)
  )
  return {
    opinion: Result.mapError(opinion, ({ reason }) => without(reason)),
    usage: answered.usage,
    answeredBy: answered.model,
    retryAfter: null
  }
}

const refusedBy = Effect.fnUntraced(function* ({
  status,
  headers
}: HttpClientResponse.HttpClientResponse) {
  const retryAfter = Responses.retryAfter(headers["retry-after"], yield* Clock.currentTimeMillis)
  const reply: Reply = {
    ...silent,
    opinion: Result.fail(without("http-status", { status })),
    retryAfter
  }
  return reply
})

/** What tells of the model and not of the server: the circuit stays closed. */
const isAnswered = ({ opinion }: Reply): boolean =>
  Result.isSuccess(opinion) ||
  ["refusal", "truncated", "unknown-evidence", "inconsistent"].includes(opinion.failure.reason)

const endOf = (exit: Exit.Exit<Reply>): Gate.End => {
  if (Exit.isFailure(exit)) {
    const kind = Exit.hasInterrupts(exit) ? "interrupted" : "failed"
    return { kind, outputTokens: null, retryAfter: null }
  }
  const { opinion, usage, retryAfter } = exit.value
  const kind = isAnswered(exit.value) ? "answered" : "failed"
  // Without success nothing was made, so nothing is charged.
  const isFree = Result.isFailure(opinion) && opinion.failure.status !== undefined
  return { kind, outputTokens: isFree ? 0 : (usage?.output ?? null), retryAfter }
}

const count = (outcome: string) =>
  Metric.update(Metric.withAttributes(consultations, { outcome }), 1)

const report = Effect.fnUntraced(function* (model: string, reply: Reply, nanoseconds: bigint) {
  const { opinion, usage, answeredBy } = reply
  const seconds = Number(nanoseconds) / 1e9
  const outcome = outcomeOf(opinion)
  yield* count(outcome)
  yield* Metric.update(duration, seconds)
  if (usage !== null) {
    yield* Metric.update(Metric.withAttributes(tokens, { direction: "input" }), usage.input)
    yield* Metric.update(Metric.withAttributes(tokens, { direction: "output" }), usage.output)
  }
  const status = Result.isFailure(opinion) ? opinion.failure.status : undefined
  const log = Result.isSuccess(opinion) ? Effect.logInfo : Effect.logWarning
  yield* log(`consultation: ${outcome}`).pipe(
    Effect.annotateLogs({
      outcome,
      model,
      instructions: Assessor.instructions.version,
      seconds,
      ...(answeredBy === null ? {} : { answeredBy }),
      ...(usage === null ? {} : { inputTokens: usage.input, outputTokens: usage.output }),
      ...(status === undefined ? {} : { status })
    })
  )
})

const outcomeOf = (opinion: Reply["opinion"]): string => {
  if (Result.isFailure(opinion)) return opinion.failure.reason
  return opinion.success.abstain ? "abstained" : "opinion"
}

const endpoint = (base: URL): URL => {
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/responses`
  return url
}

const withDefaults = (options: Options) => ({
  ...options,
  // A key that was read from a file ends with a line.
  apiKey: Redacted.make(Redacted.value(options.apiKey).trim()),
  url: endpoint(options.baseUrl ?? new URL("https://api.openai.com/v1")),
  deadline: options.deadline ?? "8 seconds",
  maximumOutputTokens: options.maximumOutputTokens ?? 600,
  temperature: options.temperature === undefined ? 0 : options.temperature,
  maximumBytes: options.maximumBytes ?? 65_536
})

const limitsOf = (options: Options): Gate.Limits => ({
  requestsPerDay: options.requestsPerDay ?? 1000,
  outputTokensPerDay: options.outputTokensPerDay ?? 200_000,
  outputTokensPerRequest: options.maximumOutputTokens ?? 600,
  failures: options.failures ?? 3,
  openFor: Duration.toMillis(options.openFor ?? "1 minute")
})

const make = Effect.fnUntraced(function* (options: Options) {
  const client = HttpClient.withScope(yield* HttpClient.HttpClient)
  const given = yield* Effect.serviceOption(FetchHttpClient.RequestInit)
  const requestInit = { ...Option.getOrUndefined(given), redirect: "manual" } as const
  const gate = yield* Ref.make(Gate.initial)
  const limits = limitsOf(options)
  const settings = withDefaults(options)
  const { model, deadline, maximumBytes } = settings

  const ask = (evidence: Assessor.Evidence, input: string): Effect.Effect<Reply> =>
    Effect.gen(function* () {
      const response = yield* client.execute(
        HttpClientRequest.post(settings.url).pipe(
          HttpClientRequest.acceptJson,
          HttpClientRequest.bearerToken(settings.apiKey),
          HttpClientRequest.bodyJsonUnsafe(Responses.requestOf({ ...settings, input }))
        )
      )
      if (response.status !== 200) return yield* refusedBy(response)
      return replyTo(evidence, yield* readBody(response, maximumBytes))
    }).pipe(
      Effect.scoped,
      Effect.catchTag("HttpClientError", () => Effect.succeed(noReply("unreachable"))),
      Effect.timeoutOrElse({
        duration: deadline,
        orElse: () => Effect.succeed(noReply("deadline"))
      }),
      // The evidence goes to one place and takes no ids of ours along.
      Effect.provideService(FetchHttpClient.RequestInit, requestInit),
      Effect.provideService(HttpClient.TracerPropagationEnabled, false)
    )

  const enter = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const entered = yield* Ref.modify(gate, (state) => Gate.enter(limits, state, now))
    return yield* Effect.mapError(Effect.fromResult(entered), (reason) => without(reason))
  })

  const leave = Effect.fnUntraced(function* (pass: Gate.Pass, exit: Exit.Exit<Reply>) {
    const now = yield* Clock.currentTimeMillis
    yield* Ref.update(gate, (state) => Gate.leave(limits, state, now, pass, endOf(exit)))
  })

  const askTimed = Effect.fnUntraced(function* (evidence: Assessor.Evidence, input: string) {
    const start = yield* Clock.monotonicTimeNanos
    const reply = yield* ask(evidence, input)
    yield* report(model, reply, (yield* Clock.monotonicTimeNanos) - start)
    return reply
  })

  const consult = Effect.fn("OpenAi.consult")(function* (evidence: Assessor.Evidence) {
    const input = Assessor.input(evidence)
    if (Result.isFailure(input)) return yield* without("invalid-evidence")
    const { opinion } = yield* Effect.acquireUseRelease(
      enter,
      () => askTimed(evidence, input.success),
      leave
    )
    return yield* Effect.fromResult(opinion)
  })

  const refused = Effect.fnUntraced(function* ({ reason }: Consulting.NotConsulted) {
    if (isUnasked(reason)) yield* count(reason)
  })

  return Consulting.Consultant.of({
    model,
    consult: (evidence) => Effect.tapError(consult(evidence), refused)
  })
})

const isUnasked = (reason: Assessor.Unused): boolean =>
  reason === "budget" || reason === "circuit-open" || reason === "invalid-evidence"

/**
 * A consultant behind the OpenAI protocol.
 *
 * Shape: an API key and the name of a model; `FetchHttpClient.layer` or `NodeHttpClient` of
 * `@effect/platform-node` below it. Without a key (an empty one is none) nobody is asked: the layer is
 * then `Consulting.off`.
 *
 * Fails with: nothing. A consultation fails with `NotConsulted` and why; nothing is tried again.
 *
 * Method: three failures in a row (no answer, no success, an answer too large or malformed) open the
 * circuit for a minute, a `Retry-After` for as long as it says and a day at most; then one request tries.
 * A refusal or a truncated answer is no failure of the server. Each request reserves its
 * `maximumOutputTokens` of the budget and is charged what the server counted, all of them where it said
 * nothing, and none where it answered without success.
 *
 * @example
 * ```ts
 * import * as Consulting from "@bedside/core/Consulting"
 * import * as OpenAi from "@bedside/worker-adapter/OpenAi"
 * import * as Effect from "effect/Effect"
 * import * as FetchHttpClient from "effect/http/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const consultant = OpenAi.layer({
 *   apiKey: Redacted.make(""),
 *   model: "a-model-2026-01-01",
 *   deadline: "5 seconds"
 * }).pipe(Layer.provide(FetchHttpClient.layer))
 *
 * const score = { id: "s1", score: "news2", total: 7, lowerBound: 7, band: "high" } as const
 * const evidence = { observations: [], scores: [score], risks: [] }
 * const concluded = await Effect.runPromise(
 *   Effect.provide(Consulting.conclude({ rule: "high", model: "medium", evidence }), consultant)
 * )
 * concluded.level // => "high"
 * concluded.unused // => "off"
 * ```
 * @since 0.2.0
 */
export const layer = (
  options: Options
): Layer.Layer<Consulting.Consultant, never, HttpClient.HttpClient> =>
  Redacted.value(options.apiKey).trim() === ""
    ? Consulting.off
    : Layer.effect(Consulting.Consultant, make(options))
