/** The cells of a CSV text: a line of names, and lines of numbers that are read in one pass. */
import * as Decimal from "./bytesDecimal.ts"

/** Where the text cannot be read: a line, and a column where it is one cell, counted from 1. */
export interface Fault {
  readonly line: number
  readonly column?: number
  readonly expected: string
}

export interface Header {
  readonly separator: string
  readonly names: ReadonlyArray<string>
  /** Of the first line behind it. */
  readonly end: number
}

export interface Rows {
  readonly count: number
  /** One array a column, longer than `count` where there were blank lines. */
  readonly columns: ReadonlyArray<Float64Array>
  /** The most decimal places of a number in the first column. */
  readonly decimals: number
}

const newline = 10
const carriageReturn = 13
const quote = 34

/** Reads the first line, which also says what stands between cells: a tab, a semicolon or a comma. */
export const readHeader = (text: string): Header => {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0
  const found = text.indexOf("\n", start)
  const end = found === -1 ? text.length : found
  const line = text.slice(start, end)
  const separator = ["\t", ";"].find((each) => cells(line, each).length > 1) ?? ","
  return { separator, names: cells(line, separator).map(unquoted), end: end + 1 }
}

const cells = (line: string, separator: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  let from = 0
  let isQuoted = false
  for (let at = 0; at < line.length; at++) {
    if (line.charCodeAt(at) === quote) isQuoted = !isQuoted
    else if (!isQuoted && line[at] === separator) {
      found.push(line.slice(from, at))
      from = at + 1
    }
  }
  return [...found, line.slice(from)]
}

const unquoted = (cell: string): string => {
  const name = cell.trim()
  const isQuoted = name.length > 1 && name.startsWith('"') && name.endsWith('"')
  return isQuoted ? name.slice(1, -1).replaceAll('""', '"') : name
}

/** Reads the lines of numbers. Each has a cell for each name; blank lines may only end the text. */
export const readRows = (text: string, { separator, names, end }: Header): Rows | Fault => {
  const width = names.length
  // A line has a separator for each cell but the last, so this is never more than the text itself.
  const capacity = Math.min(lineCount(text, end), Math.floor((text.length - end) / width) + 1)
  const columns = Array.from({ length: width }, () => new Float64Array(Math.max(0, capacity)))
  const between = separator.charCodeAt(0)
  let count = 0
  let decimals = 0
  let line = 1
  let blankLines = 0
  for (let at = end; at < text.length;) {
    line += 1
    if (isLineEnd(text, at)) {
      blankLines += 1
      at = text.indexOf("\n", at) + 1
      continue
    }
    // In a single column, a blank line among others is a missing sample.
    if (blankLines > 0 && width > 1) {
      return { line: line - 1, expected: `${width} cells` }
    }
    while (blankLines > 0) {
      columns[0]![count++] = NaN
      blankLines -= 1
    }
    for (let column = 0; column < width; column++) {
      let to = at
      let code = text.charCodeAt(to)
      while (to < text.length && code !== between && code !== newline) code = text.charCodeAt(++to)
      const value = cellAt(text, at, to)
      if (value === undefined) {
        return { line, column: column + 1, expected: "a decimal number, NaN, or nothing" }
      }
      const isLast = column === width - 1
      if (isLast === (to < text.length && code === between)) {
        return { line, expected: `${width} cells` }
      }
      if (column === 0) decimals = Math.max(decimals, decimalsAt(text, at, to))
      columns[column]![count] = value
      at = to + 1
    }
    count += 1
  }
  return { count, columns, decimals }
}

const lineCount = (text: string, from: number): number => {
  let count = 1
  for (let at = text.indexOf("\n", from); at !== -1; at = text.indexOf("\n", at + 1)) count += 1
  return count
}

const isLineEnd = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code === newline || (code === carriageReturn && text.charCodeAt(at + 1) === newline)
}

const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

const cellAt = (text: string, at: number, end: number): number | undefined => {
  let from = at
  let to = end
  while (from < to && isBlank(text.charCodeAt(from))) from += 1
  while (from < to && isBlank(text.charCodeAt(to - 1))) to -= 1
  if (from === to) return NaN
  const value = Decimal.parse(text, from, to)
  if (!Number.isNaN(value)) return value
  const isQuoted = to - from > 1 && text[from] === '"' && text[to - 1] === '"'
  if (isQuoted) return cellAt(text, from + 1, to - 1)
  return to - from === 3 && text.slice(from, to).toLowerCase() === "nan" ? NaN : undefined
}

const decimalsAt = (text: string, from: number, to: number): number => {
  let places = -1
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit === -2) places = 0
    else if (digit >= 0 && digit <= 9) places += places < 0 ? 0 : 1
    else if (digit === 53 || digit === 21) {
      return Math.max(0, places) - Number(text.slice(at + 1, to))
    }
  }
  return Math.max(0, places)
}
