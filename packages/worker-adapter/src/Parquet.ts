/**
 * Readings of sensors as Parquet, through hyparquet: of all columns of a file only the mapped ones, one
 * group of rows after the other.
 *
 * The guarantee that bites: whatever a file holds, it holds up nobody. It is read in a thread of its
 * own, which is ended when it has told nothing for a minute; a group of rows is held at a time, and
 * one whose mapped columns say that they take more than 256 MiB unpacked is refused.
 */
import type * as Fitting from "@bedside/core/Fitting"
import * as InThread from "./internal/inThread.ts"

const script = new URL("./internal/parquetThread.ts", import.meta.url)

const expected = {
  format: "a Parquet file",
  parts: "a Parquet file with smaller groups of rows"
}

/**
 * How long the thread of a file may be silent, in which it reads a part or asks for one: a minute,
 * where nothing else is said.
 *
 * @since 0.2.0
 */
export interface Options extends InThread.Options {}

/**
 * Makes a reader of Parquet files.
 *
 * Shape: mapped columns hold numbers of any kind, which become the nearest doubles; null is missing.
 * The sensor's holds texts or whole numbers, which become their decimal text. A row with anything else
 * is left out, with its number (from 1 on) for a line. A name with dots is that of a column, or the way
 * to one through groups.
 *
 * Fails with: `MissingColumns`; `Unreadable`, for a file that is none, is damaged or encrypted, is
 * packed by LZO or LZ4, or has groups of rows whose mapped columns take more than 256 MiB.
 *
 * Method: hyparquet; GZIP, Brotli and Zstandard by Node's zlib.
 *
 * @example
 * ```ts
 * import * as Parquet from "@bedside/worker-adapter/Parquet"
 * import * as Effect from "effect/Effect"
 *
 * const bytes = new TextEncoder().encode("id,temp\npump-1,20\n")
 * const content = { size: bytes.length, read: (from: number, to: number) => Effect.succeed(bytes.slice(from, to)) }
 * const mapping = { sensor: "id", columns: { temp: "temp" } }
 * const read = Parquet.make()(content, mapping, () => Effect.void)
 * const refused = await Effect.runPromise(Effect.flip(read))
 * refused._tag // => "Unreadable"
 * ```
 * @since 0.2.0
 */
export const make = (options: Options = {}): Fitting.Reader =>
  InThread.reader(script, expected, options)
