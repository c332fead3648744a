/**
 * Rows of a CSV, from bytes into a table, without a string for any cell that is read the common way.
 */
import * as Table from "./frameTable.ts"
import { cell, decimal, longest } from "./readingsNumber.ts"
import { textOf } from "./readingsText.ts"
import * as Word from "./readingsWord.ts"

/** What a cell of a row is: one that is passed over, the sensor, or (from 0) the column it fills. */
export const skipped = -1
export const sensor = -2

/** Why a row was left out; `cells` and `sensor` before `number` before nothing. */
export type Flaw = "cells" | "sensor" | "number" | "quotes"

/** Reads rows of one layout into one table. */
export interface Rows {
  readonly table: Table.Table
  readonly layout: Int32Array
  readonly separator: number
  /** The flaw of the row that was read last. */
  flaw: Flaw | undefined
  /** Lines that it took. */
  lines: number
  /** Where its sensor is; the end is not after the start where it has none. */
  sensorFrom: number
  sensorTo: number
  lastCode: number
  lastSensor: Uint8Array
}

export const make = (table: Table.Table, layout: Int32Array, separator: number): Rows => ({
  table,
  layout,
  separator,
  flaw: undefined,
  lines: 0,
  sensorFrom: -1,
  sensorTo: -1,
  lastCode: -1,
  lastSensor: new Uint8Array(0)
})

const newline = 0x0a
const newlines = 0x0a0a0a0a
const carriage = 0x0d
const quote = 0x22

/**
 * Reads the row at `from`, and answers where the next one starts: -1 where the row does not end in these
 * bytes, which `view` shows too. A row without flaw is added to the table; an empty line adds nothing.
 */
export const read = (rows: Rows, bytes: Uint8Array, view: DataView, from: number): number => {
  const { table, layout, separator } = rows
  Table.reserve(table)
  const { cells, rows: row } = table
  const lastNumber = bytes.length - longest
  rows.flaw = undefined
  rows.lines = 1
  rows.sensorFrom = rows.sensorTo = -1
  let at = from | 0
  let place = 0
  for (; ; place = (place + 1) | 0) {
    const role = place < layout.length ? layout[place]! : skipped
    if (role >= 0 && at <= lastNumber) {
      const stop = decimal(bytes, view, at, cells[role]!, row) | 0
      const after = stop < 0 ? -1 : bytes[stop]!
      if (after === separator || after === newline) {
        at = (stop + 1) | 0
        if (after === newline) break
        continue
      }
    }
    at =
      role === skipped && bytes[at] !== quote
        ? (endOf(bytes, view, at, separator) + 1) | 0
        : readOther(rows, bytes, view, at, role) | 0
    if (at < 0 || at > bytes.length) return -1
    if (bytes[at - 1] === newline) break
  }
  const isEmpty = place === 0 && (at - from === 1 || (at - from === 2 && bytes[from] === carriage))
  if (!isEmpty) endRow(rows, bytes, place + 1)
  return at
}

const endRow = (rows: Rows, bytes: Uint8Array, places: number): void => {
  const { table, layout, sensorFrom, sensorTo } = rows
  if (places !== layout.length) rows.flaw = "cells"
  else if (sensorTo <= sensorFrom) rows.flaw ??= "sensor"
  if (rows.flaw !== undefined) return
  table.codes[table.rows] = codeOf(rows, bytes, sensorFrom, sensorTo)
  table.rows += 1
}

// Reads a cell that is no common number, and answers where the next one starts, or -1.
const readOther = (
  rows: Rows,
  bytes: Uint8Array,
  view: DataView,
  from: number,
  role: number
): number => {
  const isQuoted = bytes[from] === quote
  const close = isQuoted ? quotedEnd(rows, bytes, from) : from
  if (close < 0) return -1
  const next = endOf(bytes, view, close, rows.separator)
  if (next === bytes.length) return -1
  if (isQuoted) {
    for (let at = close; at < next; at++) if (bytes[at] !== carriage) rows.flaw ??= "quotes"
    if (role !== skipped) take(rows, bytes, role, from + 1, close - 1)
    return next + 1
  }
  const endsLine = next > from && bytes[next] === newline && bytes[next - 1] === carriage
  if (role !== skipped) take(rows, bytes, role, from, endsLine ? next - 1 : next)
  return next + 1
}

const take = (rows: Rows, bytes: Uint8Array, role: number, from: number, to: number): void => {
  if (role === sensor) {
    rows.sensorFrom = from
    rows.sensorTo = to
    return
  }
  const value = cell(bytes, from, to)
  if (value === undefined) rows.flaw ??= "number"
  else rows.table.cells[role]![rows.table.rows] = value
}

// The next separator or newline, or the end of the bytes. Without `| 0`, engines convert the place at
// every step between an integer and a value of any type.
const endOf = (bytes: Uint8Array, view: DataView, from: number, separator: number): number => {
  const separators = Math.imul(separator, 0x01010101)
  const last = (bytes.length - 4) | 0
  let at = from | 0
  for (; at <= last; at = (at + 4) | 0) {
    const word = view.getInt32(at, true)
    const found = Word.findZero(word ^ separators) | Word.findZero(word ^ newlines)
    if (found !== 0) return (at + Word.placeOf(found)) | 0
  }
  while (at < bytes.length && bytes[at] !== separator && bytes[at] !== newline) at = (at + 1) | 0
  return at
}

// The byte after the closing quote, or -1; counts the lines in between.
const quotedEnd = (rows: Rows, bytes: Uint8Array, from: number): number => {
  for (let at = from + 1; at < bytes.length; at++) {
    if (bytes[at] === newline) rows.lines += 1
    if (bytes[at] !== quote) continue
    if (at + 1 === bytes.length) return -1
    if (bytes[at + 1] !== quote) return at + 1
    at += 1
  }
  return -1
}

// Rows of one sensor mostly follow each other: then its name is compared and not read.
const codeOf = (rows: Rows, bytes: Uint8Array, from: number, to: number): number => {
  if (isSame(rows.lastSensor, bytes, from, to)) return rows.lastCode
  rows.lastSensor = bytes.slice(from, to)
  rows.lastCode = Table.codeOf(rows.table, nameOf(bytes, from, to))
  return rows.lastCode
}

const isSame = (name: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean => {
  if (name.length !== to - from) return false
  for (let at = 0; at < name.length; at++) if (name[at] !== bytes[from + at]) return false
  return true
}

/** The text of a cell, without the quotes that double a quote. */
export const nameOf = (bytes: Uint8Array, from: number, to: number): string => {
  const text = textOf(bytes, from, to)
  return bytes[from - 1] === quote ? text.replaceAll('""', '"') : text
}

/** The names in the line at `from` and where the next one starts, or `undefined` as for `read`. */
export const readNames = (
  bytes: Uint8Array,
  from: number,
  to: number,
  separator: number
): { readonly names: ReadonlyArray<string>; readonly next: number } | undefined => {
  const end = bytes.subarray(0, to).indexOf(newline, from)
  if (end < 0) return undefined
  const last = end > from && bytes[end - 1] === carriage ? end - 1 : end
  const names: Array<string> = []
  for (let at = from; at <= last; at++) {
    const quoted = bytes[at] === quote
    const close = quoted ? bytes.subarray(0, last).indexOf(quote, at + 1) : -1
    const start = close < 0 ? at : at + 1
    at = bytes.subarray(0, last).indexOf(separator, Math.max(close, at))
    if (at < 0) at = last
    names.push(textOf(bytes, start, close < 0 ? at : close).trim())
  }
  return { names, next: end + 1 }
}
