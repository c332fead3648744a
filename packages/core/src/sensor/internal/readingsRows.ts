/**
 * Rows of a CSV, from bytes into a table, without a string for any cell that is read the common way.
 */
import * as Table from "./frameTable.ts"
import { cell, decimal, type End } from "./readingsNumber.ts"
import { textOf } from "./readingsText.ts"

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
  readonly end: End
  /** The flaw of the row that was read last. */
  flaw: Flaw | undefined
  /** Lines that it took. */
  lines: number
  lastCode: number
  lastSensor: Uint8Array
}

export const make = (table: Table.Table, layout: Int32Array, separator: number): Rows => ({
  table,
  layout,
  separator,
  end: { at: 0 },
  flaw: undefined,
  lines: 0,
  lastCode: -1,
  lastSensor: new Uint8Array(0)
})

const newline = 0x0a
const carriage = 0x0d
const quote = 0x22

/**
 * Reads the row at `from`, and answers where the next one starts: -1 where the row does not end before
 * `to`. A row without flaw is added to the table; an empty line adds nothing.
 */
export const read = (rows: Rows, bytes: Uint8Array, from: number, to: number): number => {
  const { table, layout, separator, end } = rows
  Table.reserve(table)
  const { cells, rows: row } = table
  rows.flaw = undefined
  rows.lines = 1
  let sensorFrom = -1
  let sensorTo = -1
  let place = 0
  let at = from
  for (; ; place++) {
    const role = place < layout.length ? layout[place]! : skipped
    let start = at
    let stop = -1
    if (role >= 0) {
      const value = decimal(bytes, at, to, end)
      const after = end.at < to ? bytes[end.at]! : -1
      if (value === value && (after === separator || after === newline)) {
        cells[role]![row] = value
        at = stop = end.at
      }
    }
    if (stop < 0) {
      if (bytes[at] === quote && at < to) {
        at = stop = quotedEnd(rows, bytes, at, to)
        if (at < 0) return -1
        start += 1
        while (at < to && bytes[at] !== separator && bytes[at] !== newline) {
          if (bytes[at++] !== carriage) rows.flaw ??= "quotes"
        }
        stop -= 1
      } else {
        while (at < to && bytes[at] !== separator && bytes[at] !== newline) at += 1
        stop = at
        if (stop > start && at < to && bytes[at] === newline && bytes[stop - 1] === carriage)
          stop -= 1
      }
      if (at >= to) return -1
      if (role >= 0) {
        const value = cell(bytes, start, stop)
        if (value === undefined) rows.flaw ??= "number"
        else cells[role]![row] = value
      }
    }
    if (role === sensor) {
      sensorFrom = start
      sensorTo = stop
    }
    if (bytes[at++] === newline) break
  }
  const isEmpty = place === 0 && (at - from === 1 || (at - from === 2 && bytes[from] === carriage))
  if (isEmpty) return at
  if (place + 1 !== layout.length) rows.flaw = "cells"
  else if (sensorTo <= sensorFrom) rows.flaw ??= "sensor"
  if (rows.flaw === undefined) {
    table.codes[row] = codeOf(rows, bytes, sensorFrom, sensorTo)
    table.rows += 1
  }
  return at
}

// The byte after the closing quote, or -1; counts the lines in between.
const quotedEnd = (rows: Rows, bytes: Uint8Array, from: number, to: number): number => {
  for (let at = from + 1; at < to; at++) {
    if (bytes[at] === newline) rows.lines += 1
    if (bytes[at] !== quote) continue
    if (at + 1 === to) return -1
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
