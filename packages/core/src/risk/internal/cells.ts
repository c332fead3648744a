/**
 * The cells of a printed chart: how one is written, and which values it holds.
 */

/** The values of a cell. Both ends belong to it unless they are excluded. */
export interface Cell {
  readonly minimum: number
  readonly maximum: number
  readonly exclusiveMinimum?: true
  readonly exclusiveMaximum?: true
}

const oneSided = /^([<>]=?)?(-?\d+(?:\.\d+)?)$/
const twoSided = /^(>)?(-?\d+(?:\.\d+)?)-(<)?(-?\d+(?:\.\d+)?)$/

/** The texts of the cells between the bars. */
export const texts = (row: string): ReadonlyArray<string> =>
  row.split("|").map((cell) => cell.trim())

/** Reads a cell that is not blank; `undefined` for a text that is none. */
export const parse = (text: string): Cell | undefined => {
  const [, above, first, below, last] = twoSided.exec(text) ?? []
  if (first !== undefined && last !== undefined) {
    return between(Number(first), Number(last), above !== undefined, below !== undefined)
  }
  const [, sign, bound] = oneSided.exec(text) ?? []
  return bound === undefined ? undefined : bounded(sign, Number(bound))
}

const bounded = (sign: string | undefined, bound: number): Cell =>
  between(
    sign?.startsWith("<") === true ? -Infinity : bound,
    sign?.startsWith(">") === true ? Infinity : bound,
    sign === ">",
    sign === "<"
  )

const between = (minimum: number, maximum: number, above: boolean, below: boolean): Cell => ({
  minimum,
  maximum,
  ...(above ? { exclusiveMinimum: true } : {}),
  ...(below ? { exclusiveMaximum: true } : {})
})

/** Whether a value lies in a cell. */
export const holds = (cell: Cell, value: number): boolean =>
  (cell.exclusiveMinimum === true ? value > cell.minimum : value >= cell.minimum) &&
  (cell.exclusiveMaximum === true ? value < cell.maximum : value <= cell.maximum)
