/**
 * Building a copy anew, from outside: over HTTP, because a database inside a process has no other door.
 */
import type * as Events from "@bedside/core/Events"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"

/** Whose copy is built anew, where it is, and who asks for it. */
export interface Settings {
  readonly url: URL
  readonly signInUrl: URL
  readonly password: Redacted.Redacted<string>
  readonly source: Events.Source
}

/** A service gave another answer than the one that was asked for. */
export class NotRebuilt extends Schema.TaggedError<NotRebuilt>()("NotRebuilt", {
  reason: Schema.String
}) {
  override get message(): string {
    return `The copy was not built anew: ${this.reason}`
  }
}

const Token = Schema.Struct({ accessToken: Schema.RedactedFromValue(Schema.String) })

const Standings = Schema.Array(Schema.Struct({ source: Schema.String, rebuilding: Schema.Boolean }))

const request = <A>(
  answer: Schema.ConstraintCodec<A, unknown>,
  base: URL,
  path: string,
  init: RequestInit
) =>
  Effect.tryPromise({
    try: async () => {
      const response = await fetch(new URL(path, base), init)
      if (!response.ok) throw new Error(`${path} of ${base.host} answers ${response.status}`)
      return await response.json()
    },
    catch: (cause) =>
      new NotRebuilt({ reason: cause instanceof Error ? cause.message : "no answer" })
  }).pipe(
    Effect.flatMap((body) =>
      Effect.mapError(
        Schema.decodeUnknownEffect(answer)(body),
        () => new NotRebuilt({ reason: `${path} of ${base.host} is no service of Bedside` })
      )
    )
  )

/** Signs in, gives the command, and waits for the end. */
export const run = Effect.fn("Rebuilding.run")(function* (settings: Settings) {
  const { url, source } = settings
  const { accessToken } = yield* request(Token, settings.signInUrl, "/api/v1/token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ user: "admin", password: Redacted.value(settings.password) })
  })
  const headers = { authorization: `Bearer ${Redacted.value(accessToken)}` }
  yield* request(Schema.Unknown, url, `/api/v1/copies/${source}/rebuild`, {
    method: "POST",
    headers
  })
  yield* Console.log(`The copy of ${source} is being built anew`)
  yield* request(Standings, url, "/api/v1/copies", { headers }).pipe(
    Effect.repeat({
      until: (all) => all.every((it) => it.source !== source || !it.rebuilding),
      schedule: Schedule.spaced("200 millis")
    })
  )
  yield* Console.log(`The copy of ${source} is whole`)
})
