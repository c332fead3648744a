/**
 * Readings of sensors as CSV, read into a frame or fitted on the way without keeping a row.
 *
 * A file may come in blocks of bytes that are cut anywhere. The guarantee that bites: a row that cannot
 * be read is left out whole and reported by its line, never by its content, and all others are read;
 * numbers are the very doubles that `Number` gives.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Frame from "./Frame.ts"
import * as Table from "./internal/frameTable.ts"
import * as Scan from "./internal/readingsScan.ts"
import { bytesOf } from "./internal/readingsText.ts"

/**
 * Where a file has the sensor and the columns: `columns` gives, for the name of each column in the
 * frame, the name in the first line of the file. Other columns of the file are passed over.
 *
 * @since 0.2.0
 */
export interface Mapping {
  readonly sensor: string
  readonly columns: Readonly<Record<string, string>>
  readonly separator?: "," | ";" | "\t" | undefined
}

/**
 * The documented file: `sensorId`, and velocity and acceleration (RMS) on three axes. Such files also
 * have `_id`, `createdAt`, `params.duration`, `params.sampRate`, `params.timeStart` and `temp`, which
 * are passed over unless mapped.
 *
 * @since 0.2.0
 */
export const documented: Mapping = {
  sensor: "sensorId",
  columns: {
    "params.velRMS.x": "params.velRMS.x",
    "params.velRMS.y": "params.velRMS.y",
    "params.velRMS.z": "params.velRMS.z",
    "params.accelRMS.x": "params.accelRMS.x",
    "params.accelRMS.y": "params.accelRMS.y",
    "params.accelRMS.z": "params.accelRMS.z"
  }
}

/**
 * A file whose first line lacks names that the mapping needs, or has one of them for two columns.
 *
 * @since 0.2.0
 */
export class MissingColumns extends Schema.TaggedError<MissingColumns>()("MissingColumns", {
  missing: Schema.Array(Schema.String)
}) {}

/**
 * A row that was left out: `line` is where it starts, the first of the file being 1.
 *
 * - `cells`: not as many cells as the first line has
 * - `sensor`: no sensor
 * - `number`: a cell of a mapped column is neither a number nor missing
 * - `quotes`: text after a closing quote, or a quote that does not close within 1 MiB
 * - `length`: a line of more than 1 MiB
 *
 * @since 0.2.0
 */
export interface Problem {
  readonly line: number
  readonly reason: "cells" | "sensor" | "number" | "quotes" | "length"
}

/**
 * What was read: `rows` rows, `malformed` others left out, with the `problems` of the first 1,000.
 *
 * @since 0.2.0
 */
export interface Report {
  readonly rows: number
  readonly malformed: number
  readonly problems: ReadonlyArray<Problem>
}

/**
 * Takes a file block by block. `report` tells how far it is; `flush` ends the file.
 *
 * @since 0.2.0
 */
export interface Reader<Content> {
  readonly push: (bytes: Uint8Array) => void
  readonly report: () => Report
  readonly flush: () => Result.Result<Report & Content, MissingColumns>
}

const readerOf = <Content>(
  { sensor, columns, separator = "," }: Mapping,
  rowsAtOnce: number,
  onRows: (table: Table.Table) => void,
  content: (table: Table.Table) => Content
): Reader<Content> => {
  const source = { sensor, columns: Object.values(columns), separator }
  const scan = Scan.make(source, rowsAtOnce, () => onRows(scan.table))
  const report = (): Report => ({
    rows: scan.rows,
    malformed: scan.malformed,
    problems: [...scan.problems]
  })
  return {
    push: scan.push,
    report,
    flush: () => {
      scan.flush()
      const missing = scan.missing ?? []
      return missing.length > 0
        ? Result.fail(new MissingColumns({ missing }))
        : Result.succeed({ ...report(), ...content(scan.table) })
    }
  }
}

/**
 * A reader that keeps all rows in a frame.
 *
 * Shape: UTF-8 with or without byte order mark, a first line of names, LF or CRLF, cells quoted or not.
 * A cell of a mapped column that is empty, NaN, NA, N/A or null is missing, and NaN in the frame.
 *
 * Fails with: `MissingColumns`, when flushed.
 *
 * Method: most numbers of up to 19 digits are read from the bytes, exactly; any other is left to
 * `Number`.
 *
 * @example
 * ```ts
 * import * as Readings from "@bedside/core/Readings"
 * import * as Result from "effect/Result"
 *
 * const reader = Readings.reader({ sensor: "id", columns: { temp: "t" } })
 * for (const block of ["id,t\npump-1,2", "0.5\npump-1,\n"]) reader.push(new TextEncoder().encode(block))
 * const { frame, rows } = Result.getOrThrow(reader.flush())
 * rows // => 2
 * Array.from(frame.values[0] ?? []) // => [20.5, NaN]
 * ```
 * @since 0.2.0
 */
export const reader = (mapping: Mapping = documented): Reader<{ readonly frame: Frame.Frame }> =>
  readerOf(
    mapping,
    Infinity,
    () => {},
    (table) => ({ frame: Table.viewOf(table, Object.keys(mapping.columns)) })
  )

/**
 * A reader that fits every sensor and column on the way and keeps no row: memory is bounded by the
 * number of sensors, whatever the size of the file.
 *
 * Shape: as for `reader`.
 *
 * Fails with: `MissingColumns`, when flushed. Sensors with too few values are told by `Frame.weights`.
 *
 * Method: `Frame.fitter`, 8,192 rows at a time.
 *
 * @example
 * ```ts
 * import * as Frame from "@bedside/core/Frame"
 * import * as Readings from "@bedside/core/Readings"
 * import * as Result from "effect/Result"
 *
 * const fitter = Readings.fitter({ sensor: "id", columns: { temp: "t" } })
 * fitter.push(new TextEncoder().encode("id,t\na,10\na,5\na,oops\na,6\na,9\n"))
 * const { fit, problems } = Result.getOrThrow(fitter.flush())
 * problems // => [{ line: 4, reason: "number" }]
 * Result.getOrThrow(Frame.weights(fit, "a", "temp")).std // => 2.3804761428476167
 * ```
 * @since 0.2.0
 */
export const fitter = (mapping: Mapping = documented): Reader<{ readonly fit: Frame.Fit }> => {
  const columns = Object.keys(mapping.columns)
  const fitted = Frame.fitter(columns)
  return readerOf(
    mapping,
    8192,
    (table) => {
      fitted.add(Table.viewOf(table, columns))
      table.rows = 0
    },
    () => ({ fit: fitted.result() })
  )
}

/**
 * Reads a whole file into a frame.
 *
 * Shape: as for `reader`; bytes, or the text itself.
 *
 * Fails with: `MissingColumns`.
 *
 * @example
 * ```ts
 * import * as Readings from "@bedside/core/Readings"
 * import * as Result from "effect/Result"
 *
 * const mapping = { sensor: "id", columns: { temp: "t" } }
 * const { frame } = Result.getOrThrow(Readings.parse('id,t\n"pump, big",20.5\n', mapping))
 * frame.sensors.list // => ["pump, big"]
 * Result.isFailure(Readings.parse("id\n", mapping)) // => true
 * ```
 * @since 0.2.0
 */
export const parse = (
  content: Uint8Array | string,
  mapping: Mapping = documented
): Result.Result<Report & { readonly frame: Frame.Frame }, MissingColumns> => {
  const whole = reader(mapping)
  whole.push(typeof content === "string" ? bytesOf(content) : content)
  return whole.flush()
}
