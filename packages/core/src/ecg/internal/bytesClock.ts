/** The local date and time at which a file says it begins. */
import * as Schema from "effect/Schema"
import * as Timestamp from "../../input/Timestamp.ts"

const isDay = Schema.is(Timestamp.CalendarDate)

const digits = (value: number, width: number): string => String(value).padStart(width, "0")

/** A clock with whole hours and minutes, and seconds that may have a fraction. */
export interface Clock {
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/**
 * RFC 3339 without an offset, to the microsecond, or `undefined` for a day or a time that does not
 * exist, which is how many files write that they do not know.
 */
export const local = (
  year: number,
  month: number,
  day: number,
  { hour, minute, second }: Clock
): string | undefined => {
  const date = `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`
  const whole = Math.floor(second)
  if (!isDay(date) || hour > 23 || minute > 59 || whole > 59) return undefined
  const microseconds = Math.min(999_999, Math.round((second - whole) * 1e6))
  const fraction = microseconds === 0 ? "" : `.${digits(microseconds, 6).replace(/0+$/, "")}`
  return `${date}T${digits(hour, 2)}:${digits(minute, 2)}:${digits(whole, 2)}${fraction}`
}
