/**
 * The URL of a broker, and what is said of a broker that cannot be used: neither its password nor any
 * other secret, in one line.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { BrokerUnusable } from "../Relay.ts"

/** Where a broker is, and what its queue is called there. */
export interface Place {
  /** As its client takes it. */
  readonly url: URL
  /** For messages. */
  readonly address: string
  /** What `?queue=` of the URL says. */
  readonly queue: string
}

/** The first line of the broker's own words, which name a user or a queue and no password. */
export const reasonOf = (error: unknown): string => {
  if (Predicate.hasProperty(error, "cause") && error.cause !== undefined)
    return reasonOf(error.cause)
  const said = Predicate.hasProperty(error, "message") ? String(error.message) : ""
  const code = Predicate.hasProperty(error, "code") ? String(error.code) : "no answer"
  return said === ""
    ? code
    : said
        .replace(/^undefined: /, "")
        .split("\n", 1)
        .join("")
}

/** Reads the URL of a broker: its schemes, how it is called, and the form to be told. */
export const place = (
  url: Redacted.Redacted,
  broker: { readonly name: string; readonly schemes: RegExp; readonly form: string }
): Effect.Effect<Place, BrokerUnusable> =>
  Effect.suspend(() => {
    const parsed = URL.parse(Redacted.value(url))
    if (parsed === null || !broker.schemes.test(parsed.protocol)) {
      return new BrokerUnusable({
        address: `${broker.name} at the given URL`,
        reason: `it is not of the form ${broker.form}`
      })
    }
    const queue = parsed.searchParams.get("queue") ?? "bedside"
    parsed.searchParams.delete("queue")
    const address = `${broker.name} at ${parsed.host}${parsed.pathname}`
    return Effect.succeed({ url: parsed, address, queue })
  })
