/**
 * Free text as it crosses the border: what every store keeps exactly as it was written.
 *
 * Control characters other than tabs and line ends are refused, NUL above all, which no text in
 * Postgres may hold; so is half of a surrogate pair, which is no character and would come back as
 * another one.
 */
import * as Schema from "effect/Schema"

/**
 * A text that is not empty.
 *
 * Units: `maximum` in UTF-16 code units, as `length` counts them.
 *
 * Fails with: nothing; the schema refuses with `length` and `pattern`.
 *
 * @example
 * ```ts
 * import * as Text from "@bedside/core/Text"
 * import * as Schema from "effect/Schema"
 *
 * const isNote = Schema.is(Text.upTo(20))
 * isNote("seen at 5'10\"") // => true
 * isNote("") // => false
 * isNote("seen\u0000") // => false
 * ```
 * @since 0.1.0
 */
export const upTo = (maximum: number) =>
  Schema.NonEmptyString.check(
    Schema.isMaxLength(maximum),
    Schema.makeFilter((text: string) => !unkept.test(text), {
      code: "pattern",
      expected: "a text without control characters"
    })
  )

const unkept = /(?![\t\n\r])\p{Cc}|\p{Cs}/u
