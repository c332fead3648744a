/** The tables of the PhysioNet/CinC 2012 challenge: read, hashed, and looked up by column. */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { basename } from "node:path"
import { gunzipSync } from "node:zlib"

/** Columns of numbers, NaN where a cell is empty. */
export interface Table {
  readonly rows: number
  readonly columns: ReadonlyMap<string, Float64Array>
}

export interface File {
  readonly name: string
  readonly sha256: string
}

/** The lines of a file of comma-separated values, each cut at its commas; `.gz` is unpacked. */
export const lines = (path: string): ReadonlyArray<ReadonlyArray<string>> => {
  const bytes = readFileSync(path)
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")
  return text
    .trimEnd()
    .split("\n")
    .map((line) => line.trimEnd().split(","))
}

/** The columns of a file whose first line names them; a column without a name is `RecordID`. */
export const read = (path: string): Table => {
  const [head = [], ...rows] = lines(path)
  const columns = head.map((name, at): readonly [string, Float64Array] => [
    name === "" ? "RecordID" : name,
    Float64Array.from(rows, (row) => (row[at] === "" ? NaN : Number(row[at])))
  ])
  return { rows: rows.length, columns: new Map(columns) }
}

/** The fingerprint of a file as it lies there. */
export const fingerprint = (path: string): File => ({
  name: basename(path),
  sha256: sha256(readFileSync(path))
})

export const sha256 = (content: string | Uint8Array): string =>
  createHash("sha256").update(content).digest("hex")

export const column = ({ columns }: Table, name: string): Float64Array => {
  const found = columns.get(name)
  if (found === undefined) throw new Error(`there is no column ${name}`)
  return found
}

/** Rows of the named columns, one row after another. */
export const matrix = (table: Table, names: ReadonlyArray<string>) => {
  const values = new Float64Array(table.rows * names.length)
  names.forEach((name, at) => {
    column(table, name).forEach((value, row) => {
      values[row * names.length + at] = value
    })
  })
  return { rows: table.rows, columns: names.length, values }
}
