/**
 * Whether the cells of a row hold every value of a range, and each value once.
 *
 * The guarantee that bites: it reasons about the ends of the cells and tries no values, so that a
 * row over a range of millions is checked as exactly, and as fast, as one over ten.
 */
import * as Score from "../Score.ts"
import type * as Cells from "./cells.ts"

/** Values, both ends inclusive, that lie in no cell or in two. */
export interface Flaw {
  readonly kind: "gap" | "overlap"
  readonly from: number
  readonly to: number
}

// A cut lies between the values: before one, or after it.
interface Cut {
  readonly value: number
  readonly after: boolean
}

interface Span {
  readonly from: Cut
  readonly to: Cut
}

/**
 * The gaps and overlaps of a row within a range, from the lowest. With `decimals` the values are
 * those of that resolution, so that 20 and 21 are neighbours at 0; without, they are all numbers.
 */
export const flaws = (
  cells: ReadonlyArray<Cells.Cell>,
  range: Cells.Cell,
  decimals: number | undefined
): ReadonlyArray<Flaw> => {
  const span = spanOf(decimals)
  const whole = span(range)
  const found: Array<readonly [Flaw["kind"], Span]> = []
  let covered = whole.from
  for (const [at, { from, to }] of cells.map(span).sort(byStart).entries()) {
    found.push(["gap", { from: covered, to: from }])
    if (at > 0) found.push(["overlap", { from, to: earlier(to, covered) }])
    covered = later(covered, to)
  }
  found.push(["gap", { from: covered, to: whole.to }])
  return found
    .map(([kind, { from, to }]) => ({
      kind,
      from: later(from, whole.from),
      to: earlier(to, whole.to)
    }))
    .filter(({ from, to }) => isBefore(from, to))
    .map(({ kind, from, to }) => ({ kind, from: from.value, to: lastBefore(to, decimals) }))
}

const spanOf =
  (decimals: number | undefined) =>
  (cell: Cells.Cell): Span => {
    const from = { value: cell.minimum, after: cell.exclusiveMinimum === true }
    const to = { value: cell.maximum, after: cell.exclusiveMaximum !== true }
    return decimals === undefined
      ? { from, to }
      : { from: onGrid(from, decimals), to: onGrid(to, decimals) }
  }

// Of values at a resolution, after one is the same as before the next.
const onGrid = ({ value, after }: Cut, decimals: number): Cut =>
  after && Number.isFinite(value)
    ? { value: Score.roundHalfUp(value + 10 ** -decimals, decimals), after: false }
    : { value, after }

const lastBefore = ({ value, after }: Cut, decimals: number | undefined): number =>
  after || decimals === undefined || !Number.isFinite(value)
    ? value
    : Score.roundHalfUp(value - 10 ** -decimals, decimals)

const isBefore = (a: Cut, b: Cut): boolean =>
  a.value === b.value ? !a.after && b.after : a.value < b.value

const byStart = (a: Span, b: Span): number => {
  if (isBefore(a.from, b.from)) return -1
  return isBefore(b.from, a.from) ? 1 : 0
}

const earlier = (a: Cut, b: Cut): Cut => (isBefore(b, a) ? b : a)

const later = (a: Cut, b: Cut): Cut => (isBefore(a, b) ? b : a)
