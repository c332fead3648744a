/**
 * From rows to records: what is null in a row is absent from its record.
 */
import * as Ports from "@bedside/core/Ports"
import * as Effect from "effect/Effect"

type Nullable<Row> = { [Key in keyof Row]: null extends Row[Key] ? Key : never }[keyof Row]

type Present<Row> = Omit<Row, Nullable<Row>> & {
  [Key in Nullable<Row>]?: Exclude<Row[Key], null>
}

/** Leaves out the columns that are null. */
export const present = <Row extends object>(row: Row): Present<Row> =>
  Object.fromEntries(
    Object.entries(row).filter(([, value]) => value !== null)
    // What is left of the row is what the type says: every column that is not null.
  ) as Present<Row>

/** The first row, or `NotFound`. */
export const first =
  (what: Ports.NotFound["what"]) =>
  <Row>([row]: ReadonlyArray<Row>): Effect.Effect<Row, Ports.NotFound> =>
    row === undefined ? Effect.fail(new Ports.NotFound({ what })) : Effect.succeed(row)
