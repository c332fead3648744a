/**
 * Readings of sensors as Arrow, a file or a stream, through apache-arrow: one batch of records after the
 * other.
 *
 * The guarantee that bites: whatever a file holds, it holds up nobody. It is read in a thread of its
 * own, which is ended when it has told nothing for a minute; a batch is held at a time, and one of more
 * than 256 MiB is refused.
 */
import type * as Fitting from "@bedside/core/Fitting"
import * as InThread from "./internal/inThread.ts"

const script = new URL("./internal/arrowThread.ts", import.meta.url)

const expected = {
  format: "an Arrow file or stream",
  parts: "an Arrow file or stream with smaller batches"
}

/**
 * How long the thread of a file may be silent, in which it reads a part or asks for one: a minute,
 * where nothing else is said.
 *
 * @since 0.2.0
 */
export interface Options extends InThread.Options {}

/**
 * Makes a reader of Arrow files and streams.
 *
 * Shape: mapped columns hold integers or floating-point numbers, which become the nearest doubles; null
 * is missing. The sensor's holds texts, as they are or by a dictionary, or whole numbers, which become
 * their decimal text. A row with anything else is left out, with its number (from 1 on) for a line. A
 * name with dots is that of a column, or the way to one through structs.
 *
 * Fails with: `MissingColumns`; `Unreadable`, for a file that is none, is damaged, is packed by LZ4, or
 * has batches of more than 256 MiB.
 *
 * Method: apache-arrow; Zstandard by Node's zlib.
 *
 * @example
 * ```ts
 * import * as Arrow from "@bedside/worker-adapter/Arrow"
 * import * as Effect from "effect/Effect"
 *
 * const bytes = new TextEncoder().encode("id,temp\npump-1,20\n")
 * const content = { size: bytes.length, read: (from: number, to: number) => Effect.succeed(bytes.slice(from, to)) }
 * const mapping = { sensor: "id", columns: { temp: "temp" } }
 * const read = Arrow.make()(content, mapping, () => Effect.void)
 * const refused = await Effect.runPromise(Effect.flip(read))
 * refused._tag // => "Unreadable"
 * ```
 * @since 0.2.0
 */
export const make = (options: Options = {}): Fitting.Reader =>
  InThread.reader(script, expected, options)
