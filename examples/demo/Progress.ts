/**
 * A progress bar on a terminal; nothing where the output is not one.
 */
import * as Effect from "effect/Effect"

const width = 32

/** Shows how much of the whole is done. */
export const show = (done: number, whole: number) =>
  Effect.sync(() => {
    if (!process.stdout.isTTY) return
    const filled = whole === 0 ? width : Math.round((done / whole) * width)
    const bar = "#".repeat(filled).padEnd(width, ".")
    process.stdout.write(`\r[${bar}] ${done} of ${whole}${done === whole ? "\n" : ""}`)
  })
