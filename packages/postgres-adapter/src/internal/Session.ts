/**
 * What every session of ours has in common, on a real server and embedded: the names and the clock.
 *
 * Results come back in camelCase and identifiers given in camelCase are sent in snake_case; JSON
 * inside a column is never touched. The session's time zone is UTC always: the job queue compares
 * `timestamp` columns with `now()`, which would jump by an hour twice a year in a local zone.
 */
import * as String from "effect/String"

/** Remembers each name, because a result transforms every column name again for every row. */
const remembered = (rename: (name: string) => string) => {
  const known = new Map<string, string>()
  return (name: string): string => {
    const found = known.get(name)
    if (found !== undefined) return found
    const renamed = rename(name)
    known.set(name, renamed)
    return renamed
  }
}

/**
 * The settings both clients start from.
 *
 * @since 0.1.0
 */
export const settings = {
  applicationName: "bedside",
  startupParameters: { TimeZone: "UTC" },
  // The driver's limit would leave a lead of many hours unreadable; this is that of a Postgres value.
  maxMessageSize: 2 ** 30,
  transformResultNames: remembered(String.snakeToCamel),
  transformQueryNames: remembered(String.camelToSnake),
  transformJson: false
}
