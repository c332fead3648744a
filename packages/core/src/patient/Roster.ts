/**
 * The roster: a CSV of patients with the columns `patient_id,first_name,last_name,age,condition`.
 *
 * Every line gets an outcome of its own: a bad line never stops the rest, not even one that is no CSV
 * (a stray or an unclosed quote), after which reading goes on at the next line.
 */
import * as Effect from "effect/Effect"
import * as Csv from "effect/encoding/Csv"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as Stream from "effect/Stream"
import * as Invalid from "../input/Invalid.ts"
import * as Text from "../input/Text.ts"
import * as Patient from "./Patient.ts"

/**
 * The system of the identifiers that a roster's `patient_id` becomes.
 *
 * @since 0.1.0
 */
export const identifierSystem = "urn:bedside:roster"

// Digits alone: as a number, an empty cell would be a newborn.
const Age = Schema.String.check(
  Schema.isPattern(/^\d{1,3}(\.0*)?$/, { code: "type", expected: "an age in whole years" })
).pipe(
  Schema.decodeTo(Patient.AgeYears, {
    decode: SchemaGetter.transform(Number),
    encode: SchemaGetter.transform(String)
  })
)

/**
 * One line of a roster, under the roster's own column names.
 *
 * @since 0.1.0
 */
export const Row = Schema.Struct({
  patient_id: Text.upTo(200),
  first_name: Patient.PersonName,
  last_name: Patient.PersonName,
  age: Age,
  condition: Schema.Union([Schema.Literal(""), Text.upTo(500)])
}).annotate({ identifier: "RosterRow" })
export interface Row extends Schema.Schema.Type<typeof Row> {}

const columns = ["patient_id", "first_name", "last_name", "age", "condition"] as const

/**
 * The file as a whole is not a roster: its header lacks columns.
 *
 * @since 0.1.0
 */
export class NotARoster extends Schema.TaggedError<NotARoster>()("NotARoster", {
  missing: Schema.Array(Schema.String)
}) {}

const decodeRow = Invalid.decoder(Row)

const toNewPatient = (row: Row): Patient.NewPatient => ({
  identifiers: [{ system: identifierSystem, value: row.patient_id }],
  givenName: row.first_name,
  familyName: row.last_name,
  ageYears: row.age,
  conditions: row.condition === "" ? [] : [row.condition]
})

type Line = Result.Result<Csv.Row, Invalid.Invalid>

const linesOf = (text: string): ReadonlyArray<string> => text.split(/(?<=\n|\r(?!\n))/)

// Line by line, so that what was read before a broken record is not lost with it.
const readLines = Effect.fnUntraced(function* (text: string) {
  const lines = linesOf(text)
  const read: Array<Line> = []
  let start = 0
  while (start < lines.length) {
    const broken: Csv.CsvError | undefined = yield* Stream.fromIterable(from(lines, start), {
      chunkSize: 1
    }).pipe(
      Stream.pipeThroughChannel(Csv.decodeString({ ignoreEmptyLines: true })),
      Stream.runForEach((row) => Effect.sync(() => read.push(Result.succeed(row)))),
      Effect.as(undefined),
      Effect.catchTag("CsvError", Effect.succeed)
    )
    if (broken === undefined) break
    start += broken.line
    read.push(Invalid.fail("", "csv", `a CSV record (line ${start} has a quote out of place)`))
  }
  return read
})

const from = function* (lines: ReadonlyArray<string>, start: number) {
  for (let index = start; index < lines.length; index++) yield lines[index]!
}

/**
 * Reads a roster, one result per line below the header.
 *
 * Shape: CSV by RFC 4180 (quotes, any line end, an optional byte order mark); columns in any order,
 * others ignored, blank lines skipped. The results are in the order of the lines. A line with more
 * cells than the header is refused, as a comma without quotes would otherwise cut a text short.
 *
 * Fails with: `NotARoster`, when the header lacks a column; within the results, `Invalid` with every
 * problem of that line.
 *
 * @example
 * ```ts
 * import * as Roster from "@bedside/core/Roster"
 * import * as Effect from "effect/Effect"
 * import * as Result from "effect/Result"
 *
 * const rows = Effect.runSync(Roster.read("patient_id,first_name,last_name,age,condition\n1,John,Doe,55,Healthy\n2,Jane,Doe,old,Healthy\n"))
 * rows.map(Result.isSuccess) // => [true, false]
 * ```
 * @since 0.1.0
 */
export const read = Effect.fn("Roster.read")(function* (text: string) {
  const [first, ...lines] = yield* readLines(text)
  const header =
    first !== undefined && Result.isSuccess(first) ? first.success.map((name) => name.trim()) : []
  const missing = columns.filter((column) => !header.includes(column))
  if (missing.length > 0) return yield* new NotARoster({ missing })
  return lines.map(Result.flatMap((cells) => readRow(header, cells)))
})

const readRow = (
  header: ReadonlyArray<string>,
  cells: Csv.Row
): Result.Result<Patient.NewPatient, Invalid.Invalid> => {
  if (cells.slice(header.length).some((cell) => cell.trim() !== "")) {
    return Invalid.fail("", "csv", "as many cells as the header has")
  }
  const named = cells.slice(0, header.length).map((cell, index) => [header[index], cell.trim()])
  return Result.map(decodeRow(Object.fromEntries(named)), toNewPatient)
}
