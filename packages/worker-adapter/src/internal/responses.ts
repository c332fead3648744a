/**
 * The protocol of `POST /responses`: what is sent, and what an answer says. Pure.
 *
 * A refusal arrives with the status `completed` and a content part of its own kind; an answer that was
 * cut off as `incomplete`. Properties that are not used here may be anything.
 */
import * as Assessor from "@bedside/core/Assessor"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

export interface Question {
  readonly model: string
  readonly input: string
  readonly maximumOutputTokens: number
  /** Null leaves it out, for models that take none. */
  readonly temperature: number | null
}

export const requestOf = ({ model, input, maximumOutputTokens, temperature }: Question) => ({
  model,
  store: false,
  instructions: Assessor.instructions.text,
  input,
  max_output_tokens: maximumOutputTokens,
  ...(temperature === null ? {} : { temperature }),
  text: {
    format: {
      type: "json_schema",
      name: "opinion",
      strict: true,
      schema: Assessor.opinionSchema
    }
  }
})

const Tokens = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const Answer = Schema.Struct({
  status: Schema.String,
  model: Schema.optionalKey(Schema.NullOr(Schema.String)),
  incomplete_details: Schema.optionalKey(
    Schema.NullOr(Schema.Struct({ reason: Schema.optionalKey(Schema.NullOr(Schema.String)) }))
  ),
  output: Schema.Array(
    Schema.Struct({
      type: Schema.String,
      content: Schema.optionalKey(
        Schema.NullOr(
          Schema.Array(
            Schema.Struct({
              type: Schema.String,
              text: Schema.optionalKey(Schema.NullOr(Schema.String))
            })
          )
        )
      )
    })
  ),
  usage: Schema.optionalKey(
    Schema.NullOr(Schema.Struct({ input_tokens: Tokens, output_tokens: Tokens }))
  )
})

type Answer = typeof Answer.Type

export interface Usage {
  readonly input: number
  readonly output: number
}

export interface Answered {
  /** The name under which the server answered, where it looks like one. */
  readonly model: string | null
  readonly usage: Usage | null
  readonly text: Result.Result<string, "refusal" | "truncated" | "malformed">
}

const parse = Schema.decodeUnknownOption(Schema.fromJsonString(Answer))

/** Undefined for a body that is no answer of this protocol at all. */
export const read = (body: string): Answered | undefined => {
  const answer = Option.getOrUndefined(parse(body))
  if (answer === undefined) return undefined
  const { model, usage } = answer
  return {
    // It goes into the log, where a text of the other side has no place.
    model: model && /^[\w.:/-]{1,100}$/.test(model) ? model : null,
    usage: usage ? { input: usage.input_tokens, output: usage.output_tokens } : null,
    text: textOf(answer)
  }
}

const textOf = ({ status, incomplete_details, output }: Answer): Answered["text"] => {
  if (status === "incomplete") {
    const isFiltered = incomplete_details?.reason === "content_filter"
    return Result.fail(isFiltered ? "refusal" : "truncated")
  }
  if (status !== "completed") return Result.fail("malformed")
  const parts = output.flatMap(({ type, content }) => (type === "message" ? (content ?? []) : []))
  if (parts.some(({ type }) => type === "refusal")) return Result.fail("refusal")
  const [only, ...more] = parts.filter(({ type }) => type === "output_text")
  return typeof only?.text === "string" && more.length === 0
    ? Result.succeed(only.text)
    : Result.fail("malformed")
}

/**
 * How long a server asks to be left alone, in ms: seconds or an HTTP date. Null for what is neither.
 */
export const retryAfter = (header: string | undefined, now: number): number | null => {
  if (header === undefined) return null
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000
  // Of other texts `Date.parse` makes some year or other.
  const until = header.endsWith(" GMT") ? Date.parse(header) : NaN
  return Number.isNaN(until) ? null : Math.max(0, until - now)
}
