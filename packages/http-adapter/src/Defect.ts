/**
 * Reports a defect to the log without the data that led to it.
 *
 * The guarantee that bites: what is logged of an error is its kind (`_tag` or class, with the kinds of
 * its reason and causes) and the frames of its stack. Its message is left out unless it is asked for:
 * a database quotes the row it refused, a parser the text it could not read.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"

const kindOf = (error: unknown): string => {
  const own = Predicate.hasProperty(error, "_tag")
    ? String(error._tag)
    : error instanceof Error
      ? error.name
      : String(error === null ? error : typeof error)
  const reason = Predicate.hasProperty(error, "reason") ? error.reason : undefined
  return Predicate.hasProperty(reason, "_tag") ? `${own}/${String(reason._tag)}` : own
}

const framesOf = (error: unknown): ReadonlyArray<string> => {
  if (!(error instanceof Error) || error.stack === undefined) return []
  const start = error.message === "" ? 0 : error.stack.indexOf(error.message)
  return error.stack
    .slice(start < 0 ? 0 : start + error.message.length)
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
}

const chain = (error: unknown): ReadonlyArray<unknown> => {
  const out = [error]
  let current = error
  while (Predicate.hasProperty(current, "cause") && out.length < 5) {
    current = current.cause
    if (current === undefined || out.includes(current)) break
    out.push(current)
  }
  return out
}

/**
 * Writes the kinds and frames of everything in a cause.
 *
 * Shape: one line per error, each followed by its frames; `messages` adds the messages.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Defect from "@bedside/http-adapter/Defect"
 * import * as Cause from "effect/Cause"
 *
 * const text = Defect.describe(Cause.die(new RangeError("no bed for Ada Lovelace")))
 * text.split("\n")[0] // => "RangeError"
 * text.includes("Ada") // => false
 * ```
 * @since 0.1.0
 */
export const describe = (cause: Cause.Cause<unknown>, messages = false): string =>
  cause.reasons
    .filter((reason) => reason._tag !== "Interrupt")
    .flatMap((reason) => chain(reason._tag === "Fail" ? reason.error : reason.defect))
    .flatMap((error, index) => {
      const message = messages && error instanceof Error ? `: ${error.message}` : ""
      return [`${index === 0 ? "" : "caused by "}${kindOf(error)}${message}`, ...framesOf(error)]
    })
    .join("\n")

/**
 * Logs a defect once and gives the reference that the caller is told.
 *
 * Shape: `route` is the pattern of the path, never the path; the reference is a random UUID.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Defect from "@bedside/http-adapter/Defect"
 * import * as Cause from "effect/Cause"
 * import * as Effect from "effect/Effect"
 * import * as References from "effect/References"
 *
 * const reported = Defect.report(Cause.die("?"), { method: "GET", route: "/patients/:id" })
 * const quiet = Effect.provideService(reported, References.MinimumLogLevel, "None")
 * Effect.runSync(quiet).length // => 36
 * ```
 * @since 0.1.0
 */
export const report = (
  cause: Cause.Cause<unknown>,
  request: { readonly method: string; readonly route: string; readonly messages?: boolean }
): Effect.Effect<string> =>
  Effect.suspend(() => {
    const reference = crypto.randomUUID()
    return Effect.logError(`A request failed\n${describe(cause, request.messages)}`).pipe(
      Effect.annotateLogs({ reference, method: request.method, route: request.route }),
      Effect.as(reference)
    )
  })
