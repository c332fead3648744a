/**
 * Points in time as they cross the border: RFC 3339 date-times with an offset, and calendar dates.
 *
 * The offset that a sender wrote is kept beside the instant, so a reading taken at 23:30 on the ward
 * stays on that day however it is stored. A date-time without an offset is refused, and so is a day
 * that does not exist (30 February), which `Date` would silently move to March. The years are 1 to
 * 9999, in UTC too: what lies outside has no text that every store reads.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"

const dateTimePattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:([Zz])|([+-])(\d{2}):(\d{2}))$/

const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/

const earliest = Date.parse("0001-01-01T00:00:00.000Z")
const latest = Date.parse("9999-12-31T23:59:59.999Z")

// `Date.UTC` takes the years 1 to 99 for those of the last century, which have the same leap years.
const dayExists = (year: number, month: number, day: number): boolean =>
  year >= 1 &&
  month >= 1 &&
  month <= 12 &&
  day >= 1 &&
  day <= new Date(Date.UTC(year, month, 0)).getUTCDate()

/**
 * Parses an RFC 3339 date-time.
 *
 * Shape: the text in; an instant with a fixed offset out, to the millisecond.
 *
 * Fails with: nothing; what is not such a date-time is `None`.
 *
 * @example
 * ```ts
 * import * as Timestamp from "@bedside/core/Timestamp"
 * import * as Option from "effect/Option"
 *
 * const taken = Option.getOrThrow(Timestamp.parse("2026-03-01T23:30:00+02:00"))
 * Timestamp.format(taken) // => "2026-03-01T23:30:00.000+02:00"
 * Option.isNone(Timestamp.parse("2026-02-30T10:00:00Z")) // => true
 * ```
 * @since 0.1.0
 */
export const parse = (text: string): Option.Option<DateTime.Zoned> => {
  const match = dateTimePattern.exec(text)
  if (match === null) return Option.none()
  const [, year, month, day, hour, minute, second, utc, sign, offsetHour, offsetMinute] = match
  const inRange =
    dayExists(Number(year), Number(month), Number(day)) &&
    Number(hour) <= 23 &&
    Number(minute) <= 59 &&
    Number(second) <= 59 &&
    Number(offsetHour ?? 0) <= 23 &&
    Number(offsetMinute ?? 0) <= 59
  if (!inRange) return Option.none()
  const minutes = utc === undefined ? Number(offsetHour) * 60 + Number(offsetMinute) : 0
  const millis = Date.parse(text.replace(" ", "T"))
  return millis >= earliest && millis <= latest
    ? Option.some(at(millis, sign === "-" ? -minutes : minutes))
    : Option.none()
}

/**
 * Makes a timestamp from an instant and an offset.
 *
 * Units: `epochMillis` in ms since 1970-01-01T00:00Z, `offsetMinutes` in minutes east of UTC.
 *
 * Fails with: nothing, for finite arguments.
 *
 * @example
 * ```ts
 * import * as Timestamp from "@bedside/core/Timestamp"
 *
 * Timestamp.format(Timestamp.at(0, 90)) // => "1970-01-01T01:30:00.000+01:30"
 * ```
 * @since 0.1.0
 */
export const at = (epochMillis: number, offsetMinutes = 0): DateTime.Zoned =>
  DateTime.makeZonedUnsafe(epochMillis, {
    timeZone: DateTime.zoneMakeOffset(offsetMinutes * 60_000)
  })

/**
 * Writes a timestamp as RFC 3339, with milliseconds and its own offset.
 *
 * Shape: an instant with an offset in, text out; `parse` reads it back unchanged.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Timestamp from "@bedside/core/Timestamp"
 *
 * Timestamp.format(Timestamp.at(1_000)) // => "1970-01-01T00:00:01.000+00:00"
 * ```
 * @since 0.1.0
 */
export const format = (timestamp: DateTime.Zoned): string => DateTime.formatIsoOffset(timestamp)

/**
 * The offset of a timestamp, in minutes east of UTC.
 *
 * @example
 * ```ts
 * import * as Timestamp from "@bedside/core/Timestamp"
 *
 * Timestamp.offsetMinutes(Timestamp.at(0, -300)) // => -300
 * ```
 * @since 0.1.0
 */
export const offsetMinutes = (timestamp: DateTime.Zoned): number =>
  DateTime.zonedOffset(timestamp) / 60_000

/**
 * An RFC 3339 date-time with an offset, decoded to an instant that keeps the offset.
 *
 * @since 0.1.0
 */
export const Timestamp = Schema.String.annotate({
  format: "date-time",
  examples: ["2026-03-01T23:30:00+02:00"]
})
  .pipe(
    Schema.decodeTo(Schema.DateTimeZoned, {
      decode: SchemaGetter.transformEffect((text: string) =>
        Effect.fromOption(parse(text), () => new SchemaIssue.InvalidValue())
      ),
      encode: SchemaGetter.transform(format)
    })
  )
  .annotate({
    code: "format",
    expected: "an RFC 3339 date-time with an offset, such as 2026-03-01T23:30:00+02:00"
  })

/**
 * A point in time with the offset its sender wrote.
 *
 * @since 0.1.0
 */
export type Timestamp = DateTime.Zoned

/**
 * An instant in UTC, as RFC 3339 text on the outside.
 *
 * @since 0.1.0
 */
export const Instant = Schema.DateTimeUtcFromString

/**
 * A calendar date that exists, `YYYY-MM-DD`.
 *
 * @since 0.1.0
 */
export const CalendarDate = Schema.String.annotate({ format: "date" }).check(
  Schema.makeFilter(
    (text: string) => {
      const match = datePattern.exec(text)
      return match !== null && dayExists(Number(match[1]), Number(match[2]), Number(match[3]))
    },
    { code: "format", expected: "a calendar date, YYYY-MM-DD" }
  )
)
