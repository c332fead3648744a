/**
 * Telephone numbers as people write them: a country code and a national number, to E.164.
 *
 * A number is judged by its length for the country, not by whether it is assigned: ranges change, and
 * a person with a new number must not be turned away.
 */
import * as Invalid from "@bedside/core/Invalid"
import { parsePhoneNumberFromString } from "libphonenumber-js/min"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/**
 * A country calling code, with a plus sign or two zeros or without.
 *
 * @since 0.1.0
 */
export const CountryCode = Schema.String.check(
  Schema.isPattern(/^(\+|00)?[1-9]\d{0,2}$/u, {
    code: "format",
    expected: "a country calling code, such as +49"
  })
)

/**
 * A national number with the spaces and signs that people put into one.
 *
 * @since 0.1.0
 */
export const NationalNumber = Schema.String.check(
  Schema.isPattern(/^[\d\s()./-]{4,25}$/u, {
    code: "format",
    expected: "a telephone number: digits, with spaces, dots, hyphens, slashes and brackets"
  })
)

/**
 * Joins a country code and a national number to E.164.
 *
 * Shape: texts as `CountryCode` and `NationalNumber` let through; a national prefix (the 0 of
 * 0151 …) is dropped where the country has one.
 *
 * Fails with: `Invalid` at `phoneNumber`, when the country has no numbers of such a length.
 *
 * @example
 * ```ts
 * import * as Phone from "@bedside/http-adapter/Phone"
 * import * as Result from "effect/Result"
 *
 * Result.getOrThrow(Phone.toE164("+49", "0151 1234 5678")) // => "+4915112345678"
 * Result.isFailure(Phone.toE164("49", "12")) // => true
 * ```
 * @since 0.1.0
 */
export const toE164 = (
  countryCode: string,
  nationalNumber: string
): Result.Result<string, Invalid.Invalid> => {
  const code = countryCode.replace(/^(\+|00)/, "")
  const parsed = parsePhoneNumberFromString(`+${code} ${nationalNumber}`)
  return parsed?.isPossible() === true
    ? Result.succeed(parsed.number)
    : Invalid.fail(["phoneNumber"], "format", "a number that is possible in that country")
}
