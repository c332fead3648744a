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

/** Of a larger block, this much is read at a time. */
const mostAtOnce = longestRow + 262_144

/** A row that was cut is ended with as many bytes of the next block, and more where it is long. */
const leastPiece = 4096

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
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let at = from
    while (at < bytes.length) {
      const had = table.rows
      const next = Rows.read(into, bytes, view, at)
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

  const keep = (bytes: Uint8Array) => {
    const length = kept + bytes.length
    if (length > buffer.length) {
      const longer = new Uint8Array(2 * length)
      longer.set(buffer.subarray(0, kept))
      buffer = longer
    }
    buffer.set(bytes, kept)
    kept = length
  }

  const consumeKept = (most: number) => {
    const at = consume(buffer.subarray(0, kept), most)
    buffer.copyWithin(0, at, kept)
    kept -= at
  }

  // Ends the row that the last block has cut, and answers how many of these bytes have been read.
  const endKept = (bytes: Uint8Array): number => {
    let at = 0
    while (kept > 0 && at < bytes.length) {
      const piece = bytes.subarray(at, at + Math.max(leastPiece, kept))
      keep(piece)
      consumeKept(longestRow)
      at += piece.length
      // What is left is all of this block, where it can be read without a copy.
      if (kept <= piece.length) {
        at -= kept
        kept = 0
      }
    }
    return at
  }

  // Makes room at once for as many rows more as are likely to come, though not for a wild guess.
  const expect = (more: number) => {
    const room = Math.ceil(Math.min(rowsAtOnce, table.rows + 1.02 * more, 16 * table.rows))
    if (room <= table.codes.length) return
    const { codes, cells } = Table.empty(table.cells.length, room)
    codes.set(table.codes)
    cells.forEach((cell, place) => cell.set(table.cells[place]!))
    table.codes = codes
    table.cells = cells
  }

  const scan: Scan = {
    table,
    problems: [],
    rows: 0,
    malformed: 0,
    missing: undefined,
    push: (bytes) => {
      const had = scan.rows
      let at = endKept(bytes)
      while (bytes.length - at > longestRow) {
        at += consume(bytes.subarray(at, at + mostAtOnce), longestRow)
        expect(((scan.rows - had) / at) * (bytes.length - at))
      }
      at += consume(bytes.subarray(at), longestRow)
      keep(bytes.subarray(at))
    },
    flush: () => {
      if (kept > 0) {
        keep(Uint8Array.of(newline))
        consumeKept(0)
      }
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
