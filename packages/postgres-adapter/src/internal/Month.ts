/**
 * Months of the calendar in UTC, written as `2026-01`: in that form they sort by time as text, and are
 * part of the names of tables.
 */
import * as Schema from "effect/Schema"

export const Month = Schema.String.check(Schema.isPattern(/^\d{4}-(?:0[1-9]|1[0-2])$/)).pipe(
  Schema.brand("Month")
)
export type Month = typeof Month.Type

/** The month of an instant, ms since 1970. */
export const of = (instant: number): Month =>
  Month.make(new Date(instant).toISOString().slice(0, 7))

export const plus = (month: Month, count: number): Month => {
  const [year = 0, nth = 0] = month.split("-").map(Number)
  return of(Date.UTC(year, nth - 1 + count))
}

/** From the first to the last, both included; none when the first is the later one. */
export const range = (first: Month, last: Month): ReadonlyArray<Month> => {
  const months: Array<Month> = []
  for (let month = first; month <= last; month = plus(month, 1)) months.push(month)
  return months
}

/** The instant at which a month begins, as Postgres reads it. */
export const start = (month: Month): string => `${month}-01 00:00:00+00`
