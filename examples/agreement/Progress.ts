/**
 * How far the work is: a bar on a terminal, a line for each record elsewhere. On stderr, so that the
 * tables can be sent to a file.
 */

const width = 32

/** Says that so many of the whole are done, and how the last one went. */
export const show = (done: number, whole: number, line: string): void => {
  if (!process.stderr.isTTY) {
    process.stderr.write(`${done} of ${whole}  ${line}\n`)
    return
  }
  const filled = Math.round((done / whole) * width)
  const bar = "#".repeat(filled).padEnd(width, ".")
  process.stderr.write(
    `\r\u001B[K[${bar}] ${done} of ${whole}  ${line}${done === whole ? "\n" : ""}`
  )
}
