/**
 * Sums of any number of values, block by block, so that each value is read from memory once.
 *
 * A block is summed around the mean of those before it, and once more around its own where that lies
 * far from it; then it is merged. The kernels are small functions called for every block, so that a
 * single cold call over a huge array is compiled long before its end.
 */
import { sumExactly } from "./momentsExact.ts"
import { addPowers, addSquares, type Kernel } from "./momentsKernels.ts"
import { at, merge, noSums, type Sums } from "./momentsSums.ts"
import { errorOfSum } from "./momentsTwofold.ts"

/** A block stays in the nearest cache while it is summed a second time. */
const blockSize = 2048

/** Up to here values are summed exactly, at about 10 ns each. */
const exactUpTo = 8192

/** Adds `values[from, to)` to the row at `row`. */
export type Adder = (
  sums: Sums,
  row: number,
  values: ArrayLike<number>,
  from: number,
  to: number
) => void

const adderBy = (kernel: Kernel): Adder => {
  const block = noSums()
  return (sums, row, values, from, to) => {
    const exactly = to - from <= exactUpTo
    for (let start = from, size = 0; start < to; start += size) {
      size = exactly ? to - start : blockOf(to - start)
      const copies = !(values instanceof Float64Array)
      const floats = copies ? copyOf(values, start, start + size) : values
      const first = copies ? 0 : start
      if (exactly || size < 4 || !sumAround(kernel, floats, first, size, sums, row, block)) {
        sumExactly(floats, first, first + size, block)
      }
      merge(sums, row, block, 0)
    }
  }
}

// The kernels take multiples of four; the last three values are summed exactly.
const blockOf = (left: number): number => (left < 4 ? left : Math.min(left - (left % 4), blockSize))

/** Count, mean and spread; cubes, fourths and extremes are of no use after it. */
export const addSpread: Adder = adderBy(addSquares)

/** All sums. */
export const addAll: Adder = adderBy(addPowers)

const copyOf = (values: ArrayLike<number>, from: number, to: number): Float64Array => {
  const copy = new Float64Array(to - from)
  for (let index = from; index < to; index++) copy[index - from] = values[index]!
  return copy
}

// Squares below this, around a centre below its root, have only values that count in every sense:
// anything missing, infinite or too large to be squared ends up above it, or as NaN.
const ordinary = 1e298
const ordinaryCentre = 1e149

/** Fills `block`, or answers that the values are not all ordinary. */
const sumAround = (
  kernel: Kernel,
  values: Float64Array,
  from: number,
  count: number,
  sums: Sums,
  row: number,
  block: Sums
): boolean => {
  const had = sums[row + at.count]!
  let centre = had === 0 ? values[from]! : sums[row + at.mean]!
  for (let pass = 1; ; pass++) {
    const min = sums[row + at.min]!
    const max = sums[row + at.max]!
    const reach = Math.min(max - centre, centre - min) * (1 - 1e-9)
    // Comparing with `far` pays where few values reach it: the extremes four deviations out, or more.
    const pays = had > 0 && reach > 0 && reach * reach * had > 16 * sums[row + at.squares]!
    block[at.min] = min
    block[at.max] = max
    kernel(values, from, from + count, centre, block, pays ? reach * reach : -1)
    const squares = block[at.squares]!
    if (!(squares < ordinary && Math.abs(centre) < ordinaryCentre)) return false
    const step = block[at.mean]! / count
    // Below a quarter of a standard deviation, the shift costs no digit that counts.
    if (pass === 2 || 16 * step * step * count <= squares) break
    centre += step
  }
  recentre(block, centre, count)
  return true
}

/** Turns sums around a centre near the mean into those around the mean. */
const recentre = (block: Sums, centre: number, count: number): void => {
  const step = block[at.mean]! / count
  const squares = block[at.squares]!
  const cubes = block[at.cubes]!
  const mean = centre + step
  const shifted = count * step * step
  block[at.count] = count
  block[at.skipped] = 0
  block[at.mean] = mean
  block[at.meanError] = errorOfSum(centre, step, mean)
  block[at.squares] = squares - shifted
  block[at.squaresError]! += errorOfSum(squares, -shifted, squares - shifted)
  block[at.cubes] = cubes - 3 * step * squares + 2 * step * shifted
  block[at.fourths]! += 6 * step * step * squares - 4 * step * cubes - 3 * step * step * shifted
}
