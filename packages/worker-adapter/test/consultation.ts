/** One patient to be asked about, a consultant on a server of the test, and what it made of them. */
import * as Assessor from "@bedside/core/Assessor"
import * as Consulting from "@bedside/core/Consulting"
import * as Timestamp from "@bedside/core/Timestamp"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as OpenAi from "../src/OpenAi.ts"
import * as Responder from "./responder.ts"

export const apiKey = "sk-4e5f0a"

export const evidence: Assessor.Evidence = {
  observations: [
    { id: "o1", vital: "heart-rate", value: 124, minutesBefore: 5, implausible: false },
    { id: "o2", vital: "consciousness", value: "voice", minutesBefore: 5 }
  ],
  scores: [{ id: "s1", score: "news2", total: 8, lowerBound: 8, band: "high" }],
  risks: [{ id: "r1", model: "deterioration", risk: 0.31, band: "medium" }]
}

export const opinion: Assessor.Opinion = {
  abstain: false,
  level: "low",
  probability: 0.02,
  evidence: ["o1", "s1"],
  reasons: ["improving"],
  remark: ""
}

export const text = (change: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ ...opinion, ...change })

type Settings = Partial<OpenAi.Options>

/** A consultant on a server that answers so, and the server. */
export const consultant = Effect.fnUntraced(function* (
  answers: ReadonlyArray<Responder.Respond>,
  settings: Settings = {}
) {
  const server = yield* Responder.open(answers)
  const options = {
    apiKey: Redacted.make(apiKey),
    model: "careful-1",
    baseUrl: server.baseUrl,
    ...settings
  }
  const context = yield* Layer.build(
    OpenAi.layer(options).pipe(Layer.provide(FetchHttpClient.layer))
  )
  const consult = Consulting.Consultant.use((it) => it.consult(evidence)).pipe(
    Effect.provideContext(context)
  )
  const conclude = Consulting.conclude({ rule: "high", model: "medium", evidence }).pipe(
    Effect.provideContext(context)
  )
  /** Why there is no opinion, "opinion" where there is one. */
  const outcome = Effect.match(consult, {
    onFailure: ({ reason }) => reason,
    onSuccess: () => "opinion" as const
  })
  return { server, context, consult, conclude, outcome }
})

export const at = Timestamp.at(0)
