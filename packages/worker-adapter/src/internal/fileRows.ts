/**
 * Rows of a file as a library decodes them, in columns of anything, made into columns of numbers. It
 * runs in threads of its own too, so it needs nothing but the language.
 */

/** Where a column stands: its own or its outermost name, and the names inside a group. */
export type Place = readonly [column: string, ...inside: ReadonlyArray<string>]

/** A name with dots in it is that of a column, or else the way to one through groups. */
const placeOf = <Node>(
  root: Node,
  name: string,
  childOf: (parent: Node, name: string) => Node | undefined
): Place | undefined => {
  if (childOf(root, name) !== undefined) return [name]
  const [column = name, ...inside] = name.split(".")
  const found = [column, ...inside].reduce<Node | undefined>(
    (parent, child) => parent && childOf(parent, child),
    root
  )
  return found && [column, ...inside]
}

/** The places of columns in a schema, in their order, and the names that are not there. */
export const placesOf = <Node>(
  root: Node,
  names: ReadonlyArray<string>,
  childOf: (parent: Node, name: string) => Node | undefined
): { readonly places: ReadonlyArray<Place>; readonly missing: ReadonlyArray<string> } => {
  const found = names.map((name) => ({ name, place: placeOf(root, name, childOf) }))
  return {
    places: found.flatMap(({ place }) => (place === undefined ? [] : [place])),
    missing: found.flatMap(({ name, place }) => (place === undefined ? [name] : []))
  }
}

/** A row that is left out: its index in the batch, and why. */
export interface LeftOut {
  readonly row: number
  readonly reason: "sensor" | "number"
}

/**
 * The rows of a batch of `length`: the sensors in it, which of them each row has, and its values, NaN
 * where one is missing. `malformed` others were left out, of which the first thousand are told.
 */
export interface Rows {
  readonly length: number
  readonly sensors: ReadonlyArray<string>
  readonly codes: Int32Array
  readonly columns: ReadonlyArray<Float64Array>
  readonly malformed: number
  readonly leftOut: ReadonlyArray<LeftOut>
}

const mostTold = 1_000

/** A sensor's name is a text, or a whole number in its decimal form. */
const nameOf = (value: unknown): string | undefined => {
  if (typeof value === "string") return value === "" ? undefined : value
  return typeof value === "bigint" || Number.isInteger(value) ? String(value) : undefined
}

/** NaN where there is no value, `undefined` where there is one that is no number. */
const numberOf = (value: unknown): number | undefined => {
  if (typeof value === "number") return value
  if (typeof value === "bigint") return Number(value)
  return value === null || value === undefined ? NaN : undefined
}

/** The numbers of a column; `isRead` becomes 0 in the rows where there is something else. */
const numbersOf = (column: ArrayLike<unknown>, isRead: Uint8Array): Float64Array => {
  if (column instanceof Float64Array) return column
  const numbers = new Float64Array(isRead.length)
  for (let row = 0; row < numbers.length; row++) {
    const number = numberOf(column[row])
    if (number === undefined) isRead[row] = 0
    else numbers[row] = number
  }
  return numbers
}

/** Reads a batch: the column of the sensors first. Throws where its columns differ in length. */
export const read = ([sensor = [], ...columns]: ReadonlyArray<ArrayLike<unknown>>): Rows => {
  const { length } = sensor
  if (columns.some((column) => column.length !== length)) throw new Error("ragged columns")
  const isRead = new Uint8Array(length).fill(1)
  const values = columns.map((column) => numbersOf(column, isRead))
  const known = new Map<string, number>()
  const codes = new Int32Array(length)
  const leftOut: Array<LeftOut> = []
  let count = 0
  for (let row = 0; row < length; row++) {
    const name = nameOf(sensor[row])
    if (name === undefined) isRead[row] = 0
    if (name === undefined || isRead[row] === 0) {
      const reason = name === undefined ? "sensor" : "number"
      if (leftOut.length < mostTold) leftOut.push({ row, reason })
      continue
    }
    const code = known.get(name) ?? known.size
    if (code === known.size) known.set(name, code)
    codes[count++] = code
  }
  const kept = (of: Float64Array) =>
    count === length ? of : of.filter((_, row) => isRead[row] === 1)
  return {
    length,
    sensors: [...known.keys()],
    codes: codes.subarray(0, count),
    columns: values.map(kept),
    malformed: length - count,
    leftOut
  }
}
