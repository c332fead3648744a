/**
 * Versions of records as entity tags: `"3"` in `ETag`, and the same in `If-Match` to change only that
 * version (RFC 9110, 13.1.1, with strong comparison).
 */
import * as Effect from "effect/Effect"
import * as Problem from "./Problem.ts"

/**
 * Writes the entity tag of a version.
 *
 * Shape: the version number in quotes.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Version from "@bedside/http-adapter/Version"
 *
 * Version.tag(3) // => "\"3\""
 * ```
 * @since 0.1.0
 */
export const tag = (version: number): string => `"${version}"`

/**
 * Reads which version of a record may be changed, where one must be named.
 *
 * Shape: the `If-Match` header in; the version out. Of several tags the first that is a version
 * counts.
 *
 * Fails with: `PreconditionRequired` without the header, or with `*`, which names no version;
 * `PreconditionFailed` when no tag in it can be a version of ours (a weak one cannot).
 *
 * @example
 * ```ts
 * import * as Version from "@bedside/http-adapter/Version"
 * import * as Effect from "effect/Effect"
 *
 * Effect.runSync(Version.required("\"3\"")) // => 3
 * Effect.runSync(Effect.flip(Version.required(undefined))).status // => 428
 * Effect.runSync(Effect.flip(Version.required("W/\"3\""))).status // => 412
 * ```
 * @since 0.1.0
 */
export const required = (
  ifMatch: string | undefined
): Effect.Effect<number, Problem.PreconditionRequired | Problem.PreconditionFailed> =>
  ifMatch === undefined || ifMatch.trim() === "*"
    ? Effect.fail(new Problem.PreconditionRequired())
    : named(ifMatch)

/**
 * Reads which version of a record may be changed, where none need be named.
 *
 * Shape: the `If-Match` header in; `undefined` without it or with `*`.
 *
 * Fails with: `PreconditionFailed`, as `required`.
 *
 * @example
 * ```ts
 * import * as Version from "@bedside/http-adapter/Version"
 * import * as Effect from "effect/Effect"
 *
 * Effect.runSync(Version.optional("\"3\"")) // => 3
 * Effect.runSync(Version.optional(undefined)) // => undefined
 * ```
 * @since 0.1.0
 */
export const optional = (
  ifMatch: string | undefined
): Effect.Effect<number | undefined, Problem.PreconditionFailed> =>
  ifMatch === undefined || ifMatch.trim() === "*" ? Effect.succeed(undefined) : named(ifMatch)

const named = (ifMatch: string): Effect.Effect<number, Problem.PreconditionFailed> => {
  for (const one of ifMatch.split(",")) {
    const version = /^"([1-9]\d{0,9})"$/.exec(one.trim())?.[1]
    if (version !== undefined) return Effect.succeed(Number(version))
  }
  return Effect.fail(new Problem.PreconditionFailed())
}
