/**
 * Sample entropy without comparing every pair of templates.
 *
 * Within a tolerance of a value lies one range of the sorted values, so a template of two or three
 * intervals matches those inside a box of ranks. The templates enter and leave in the order of their
 * first interval; those present are counted by the rank of the second (for pairs) and in a grid over
 * the ranks of the second and third (for triples), with the two outermost rows and columns of cells
 * read value by value. That is O(N^1.5) whatever the values are, and exactly the count of the pairwise
 * definition, rounding included.
 */
import * as Intervals from "./variabilitySeries.ts"

/** The ranks of the values, and the ranks within the tolerance of each: from `low` to before `high`. */
interface Ranks {
  readonly order: Int32Array
  readonly rank: Int32Array
  readonly low: Int32Array
  readonly high: Int32Array
}

const rankOf = (values: Float64Array, tolerance: number): Ranks => {
  const count = values.length
  const order = Int32Array.from({ length: count }, (_, index) => index).sort(
    (left, right) => values[left]! - values[right]! || left - right
  )
  const rank = new Int32Array(count)
  const low = new Int32Array(count)
  const high = new Int32Array(count)
  let bottom = 0
  let top = 0
  for (let position = 0; position < count; position++) {
    const index = order[position]!
    const value = values[index]!
    while (value - values[order[bottom]!]! > tolerance) bottom += 1
    while (top < count && values[order[top]!]! - value <= tolerance) top += 1
    rank[index] = position
    low[index] = bottom
    high[index] = top
  }
  return { order, rank, low, high }
}

/** A count of points by rank, with sums over ranges of ranks (Fenwick 1994, doi:10.1002/spe.4380240306). */
const line = (length: number) => {
  const tree = new Int32Array(length + 1)
  const below = (rank: number): number => {
    let total = 0
    for (let node = rank; node > 0; node &= node - 1) total += tree[node]!
    return total
  }
  return {
    add: (rank: number, by: 1 | -1): void => {
      for (let node = rank + 1; node <= length; node += node & -node) tree[node]! += by
    },
    between: (low: number, high: number): number => below(high) - below(low)
  }
}

/** The same in two dimensions, where no two points share a rank. */
const plane = (length: number) => {
  // Reading an edge costs a cell's width, and a sum over whole cells the square of a logarithm.
  const shift = Math.max(0, Math.round(Math.log2(Math.sqrt(length) / 4)))
  const width = 2 ** shift
  const cells = (length >> shift) + 1
  const tree = new Int32Array((cells + 1) * (cells + 1))
  const columnAt = new Int32Array(length).fill(-1)
  const rowAt = new Int32Array(length).fill(-1)

  const below = (row: number, column: number): number => {
    let total = 0
    for (let r = row; r > 0; r &= r - 1) {
      for (let c = column; c > 0; c &= c - 1) total += tree[r * (cells + 1) + c]!
    }
    return total
  }
  const count = (at: Int32Array, from: number, to: number, low: number, high: number): number => {
    let total = 0
    for (let rank = from; rank < to; rank++) {
      const other = at[rank]!
      if (other >= low && other < high) total += 1
    }
    return total
  }
  return {
    add: (row: number, column: number, by: 1 | -1): void => {
      columnAt[row] = by === 1 ? column : -1
      rowAt[column] = by === 1 ? row : -1
      for (let r = (row >> shift) + 1; r <= cells; r += r & -r) {
        for (let c = (column >> shift) + 1; c <= cells; c += c & -c) {
          tree[r * (cells + 1) + c]! += by
        }
      }
    },
    between: (top: number, bottom: number, left: number, right: number): number => {
      const firstRow = (top + width - 1) >> shift
      const lastRow = bottom >> shift
      const firstColumn = (left + width - 1) >> shift
      const lastColumn = right >> shift
      if (firstRow >= lastRow || firstColumn >= lastColumn) {
        return count(columnAt, top, bottom, left, right)
      }
      const innerTop = firstRow << shift
      const innerBottom = lastRow << shift
      return (
        below(lastRow, lastColumn) -
        below(firstRow, lastColumn) -
        below(lastRow, firstColumn) +
        below(firstRow, firstColumn) +
        count(columnAt, top, innerTop, left, right) +
        count(columnAt, innerBottom, bottom, left, right) +
        count(rowAt, left, firstColumn << shift, innerTop, innerBottom) +
        count(rowAt, lastColumn << shift, right, innerTop, innerBottom)
      )
    }
  }
}

/** The pairs of templates that match over two intervals, and over three. */
export interface Matches {
  readonly two: number
  readonly three: number
}

/** A template is three neighbouring intervals in one stretch; the same ones are compared over two. */
export const matches = (series: Intervals.Series, tolerance: number): Matches => {
  const { values } = series
  const { order, rank, low, high } = rankOf(values, tolerance)
  const isTemplate = new Uint8Array(values.length)
  for (const { from, to } of Intervals.stretches(series)) {
    for (let index = from; index + 2 < to; index++) isTemplate[index] = 1
  }
  const pairs = line(values.length)
  const triples = plane(values.length)
  const put = (template: number, by: 1 | -1): void => {
    if (isTemplate[template] === 0) return
    pairs.add(rank[template + 1]!, by)
    triples.add(rank[template + 1]!, rank[template + 2]!, by)
  }

  let entered = 0
  let left = 0
  let templates = 0
  let two = 0
  let three = 0
  for (let position = 0; position < order.length; position++) {
    const template = order[position]!
    while (entered < high[template]!) put(order[entered++]!, 1)
    while (left < low[template]!) put(order[left++]!, -1)
    if (isTemplate[template] === 0) continue
    const second = template + 1
    const third = template + 2
    templates += 1
    two += pairs.between(low[second]!, high[second]!)
    three += triples.between(low[second]!, high[second]!, low[third]!, high[third]!)
  }
  // Every template matched itself, and every pair was seen from both sides.
  return { two: (two - templates) / 2, three: (three - templates) / 2 }
}

/** -ln(A / B): NaN where no templates match over three intervals. */
export const sampleEntropy = (series: Intervals.Series, tolerance: number): number => {
  const { two, three } = matches(series, tolerance)
  return three === 0 ? NaN : Math.log(two / three)
}
