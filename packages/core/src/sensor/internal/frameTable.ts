/**
 * Rows of readings as they come in: columns that grow, and sensors that get the next code when they
 * are first seen.
 */
import { runsOf } from "./frameRuns.ts"

export interface Table {
  readonly sensors: Array<string>
  readonly index: Map<string, number>
  rows: number
  codes: Int32Array
  cells: Array<Float64Array>
}

export const empty = (columns: number, room = 64): Table => ({
  sensors: [],
  index: new Map(),
  rows: 0,
  codes: new Int32Array(room),
  cells: Array.from({ length: columns }, () => new Float64Array(room))
})

export const codeOf = ({ sensors, index }: Table, sensor: string): number => {
  const known = index.get(sensor)
  if (known !== undefined) return known
  const code = sensors.push(sensor) - 1
  index.set(sensor, code)
  return code
}

/** Makes room for one more row. */
export const reserve = (table: Table): void => {
  if (table.rows < table.codes.length) return
  const room = 2 * table.rows
  const codes = new Int32Array(room)
  codes.set(table.codes)
  table.codes = codes
  table.cells = table.cells.map((cell) => {
    const longer = new Float64Array(room)
    longer.set(cell)
    return longer
  })
}

export const namesOf = (
  list: ReadonlyArray<string>
): { readonly list: ReadonlyArray<string>; readonly index: ReadonlyMap<string, number> } => ({
  list,
  index: new Map(list.map((name, place) => [name, place]))
})

/** The rows as a frame that shares the arrays of the table, good until the next row. */
export const viewOf = (table: Table, columns: ReadonlyArray<string>) => ({
  sensors: { list: table.sensors, index: table.index },
  columns: namesOf(columns),
  ...runsOf(table.codes, table.rows),
  values: table.cells.map((cell) => cell.subarray(0, table.rows))
})

/** The rows as a frame of its own. */
export const frameOf = (table: Table, columns: ReadonlyArray<string>) => ({
  ...viewOf(table, columns),
  sensors: { list: [...table.sensors], index: new Map(table.index) },
  values: table.cells.map((cell) => cell.slice(0, table.rows))
})
