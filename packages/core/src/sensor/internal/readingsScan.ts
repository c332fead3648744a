/**
 * A CSV in blocks of bytes that are cut anywhere: the header, then rows into a table, with the line of
 * each row that is left out.
 */
import * as Table from "./frameTable.ts"
import * as Rows from "./readingsRows.ts"

/** Where the sensor and each column stand: the names in the first line. */
export interface Source {
  readonly sensor: string
  readonly columns: ReadonlyArray<string>
  readonly separator: string
}

export interface Problem {
  readonly line: number
  readonly reason: Rows.Flaw | "length"
}

export interface Scan {
  readonly table: Table.Table
  readonly problems: Array<Problem>
  rows: number
  malformed: number
  /** Names that the first line does not have; `undefined` before it is read. */
  missing: ReadonlyArray<string> | undefined
  readonly push: (bytes: Uint8Array) => void
  readonly flush: () => void
}

/** More is not kept; the others are counted. */
const mostProblems = 1000

/** A row that takes more bytes is left out: a quote that never closes does not swallow the file. */
const longestRow = 1_048_576

/** Of a larger block, this much is taken at a time. */
const mostAtOnce = 262_144

const newline = 0x0a

/** `onRows` is called with the table when it has `rowsAtOnce` rows, and may empty it. */
export const make = (source: Source, rowsAtOnce: number, onRows: () => void): Scan => {
  const separator = source.separator.charCodeAt(0)
  const table = Table.empty(source.columns.length, 1024)
  let rows: Rows.Rows | undefined
  let buffer = new Uint8Array(65_536)
  let kept = 0
  let line = 1
  let isInsideLongLine = false

  const report = (reason: Problem["reason"]) => {
    scan.malformed += 1
    if (scan.problems.length < mostProblems) scan.problems.push({ line, reason })
  }

  const readHeader = (bytes: Uint8Array): number => {
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    const header = Rows.readNames(bytes, hasMark ? 3 : 0, bytes.length, separator)
    if (header === undefined) return bytes.length > longestRow ? bytes.length : 0
    const { layout, missing } = layoutOf(source, header.names)
    scan.missing = missing
    rows = Rows.make(table, layout, separator)
    line += 1
    return header.next
  }

  const readRows = (into: Rows.Rows, bytes: Uint8Array, from: number): number => {
    let at = from
    while (at < bytes.length) {
      const had = table.rows
      const next = Rows.read(into, bytes, at, bytes.length)
      if (next < 0) return at
      if (into.flaw !== undefined) report(into.flaw)
      scan.rows += table.rows - had
      line += into.lines
      at = next
      if (table.rows >= rowsAtOnce) onRows()
    }
    return at
  }

  // Gives up the line at `from`, and answers where the next one starts.
  const abandon = (bytes: Uint8Array, from: number): number => {
    const end = bytes.indexOf(newline, from)
    report(end < 0 ? "length" : "quotes")
    isInsideLongLine = end < 0
    if (end >= 0) line += 1
    return end < 0 ? bytes.length : end + 1
  }

  const skipLongLine = (bytes: Uint8Array): number => {
    const end = bytes.indexOf(newline)
    if (end < 0) return bytes.length
    isInsideLongLine = false
    line += 1
    return end + 1
  }

  const consume = (bytes: Uint8Array, most: number): number => {
    let at = isInsideLongLine ? skipLongLine(bytes) : 0
    if (rows === undefined) at = readHeader(bytes)
    if (rows === undefined || scan.missing?.length !== 0)
      return rows === undefined ? at : bytes.length
    at = readRows(rows, bytes, at)
    while (bytes.length - at > most) at = readRows(rows, bytes, abandon(bytes, at))
    return at
  }

  // One buffer for all blocks, the rest of the last one at its front: nothing is left to be collected.
  const take = (bytes: Uint8Array, most: number) => {
    const length = kept + bytes.length
    if (length > buffer.length) {
      const longer = new Uint8Array(2 * length)
      longer.set(buffer.subarray(0, kept))
      buffer = longer
    }
    buffer.set(bytes, kept)
    const at = consume(buffer.subarray(0, length), most)
    buffer.copyWithin(0, at, length)
    kept = length - at
  }

  const scan: Scan = {
    table,
    problems: [],
    rows: 0,
    malformed: 0,
    missing: undefined,
    push: (bytes) => {
      for (let at = 0; at < bytes.length; at += mostAtOnce) {
        take(bytes.subarray(at, at + mostAtOnce), longestRow)
      }
    },
    flush: () => {
      if (kept > 0) take(Uint8Array.of(newline), 0)
      scan.missing ??= [source.sensor, ...source.columns]
      onRows()
    }
  }
  return scan
}

const layoutOf = (
  { sensor, columns }: Source,
  names: ReadonlyArray<string>
): { readonly layout: Int32Array; readonly missing: ReadonlyArray<string> } => {
  const layout = new Int32Array(names.length).fill(Rows.skipped)
  const missing: Array<string> = []
  const place = (name: string, role: number) => {
    const at = names.indexOf(name)
    if (at < 0 || layout[at] !== Rows.skipped) missing.push(name)
    else layout[at] = role
  }
  place(sensor, Rows.sensor)
  columns.forEach(place)
  return { layout, missing }
}
