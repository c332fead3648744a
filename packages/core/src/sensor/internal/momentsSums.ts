/**
 * Sums of powers of deviations from the mean: what moments are made of, and how two of them add up.
 *
 * They lie in rows of `width` doubles, so that a thousand sensors are one array and no number is ever
 * put into a box of its own.
 */
import { errorOfSum, rootOfQuotient } from "./momentsTwofold.ts"

/** The square of anything larger may have no double, and no sensor reads it. */
export const largest = 1e150

/** Rows of sums; `at` says what stands where in a row. */
export type Sums = Float64Array

export const width = 10

/**
 * `squares`, `cubes` and `fourths` are sums of powers of deviations from `mean`; `meanError` and
 * `squaresError` are what rounding has cut off. `skipped` values were not usable.
 */
export const at = {
  count: 0,
  skipped: 1,
  mean: 2,
  meanError: 3,
  squares: 4,
  squaresError: 5,
  cubes: 6,
  fourths: 7,
  min: 8,
  max: 9
}

/** Rows that have seen no value. */
export const noSums = (rows = 1): Sums => {
  const sums = new Float64Array(rows * width)
  for (let row = 0; row < sums.length; row += width) {
    sums[row + at.min] = Infinity
    sums[row + at.max] = -Infinity
  }
  return sums
}

/**
 * Adds the row at `more` to the row at `row`.
 *
 * Pébay 2008, doi:10.2172/1028931, equations 2.1 and 3.1; the errors are carried along.
 */
export const merge = (sums: Sums, row: number, others: Sums, more: number): void => {
  sums[row + at.skipped]! += others[more + at.skipped]!
  const added = others[more + at.count]!
  if (added === 0) return
  const had = sums[row + at.count]!
  if (had === 0) {
    const skipped = sums[row + at.skipped]!
    for (let place = 0; place < width; place++) sums[row + place] = others[more + place]!
    sums[row + at.skipped] = skipped
    return
  }
  const count = had + added
  const mean = sums[row + at.mean]!
  const meanError = sums[row + at.meanError]!
  const squares = sums[row + at.squares]!
  const cubes = sums[row + at.cubes]!
  const squaresAdded = others[more + at.squares]!
  const cubesAdded = others[more + at.cubes]!
  const step = (others[more + at.mean]! - mean + (others[more + at.meanError]! - meanError)) / count
  const stepSquare = step * step
  const weight = had * added

  const moved = mean + step * added
  const movedError = errorOfSum(mean, step * added, moved) + meanError
  const within = squares + squaresAdded
  const between = stepSquare * weight * count
  const all = within + between
  sums[row + at.count] = count
  sums[row + at.mean] = moved + movedError
  sums[row + at.meanError] = errorOfSum(moved, movedError, moved + movedError)
  sums[row + at.squares] = all
  sums[row + at.squaresError]! +=
    others[more + at.squaresError]! +
    errorOfSum(squares, squaresAdded, within) +
    errorOfSum(within, between, all)
  sums[row + at.cubes] =
    cubes +
    cubesAdded +
    step * between * (had - added) +
    3 * step * (had * squaresAdded - added * squares)
  sums[row + at.fourths]! +=
    others[more + at.fourths]! +
    stepSquare * between * (had * had - weight + added * added) +
    6 * stepSquare * (had * had * squaresAdded + added * added * squares) +
    4 * step * (had * cubesAdded - added * cubes)
  sums[row + at.min] = Math.min(sums[row + at.min]!, others[more + at.min]!)
  sums[row + at.max] = Math.max(sums[row + at.max]!, others[more + at.max]!)
}

/**
 * Adds one value to count, mean and squares of the row at `row`, and to nothing else.
 *
 * Welford 1962, doi:10.1080/00401706.1962.10490022; the errors are carried along.
 */
export const push = (sums: Sums, row: number, value: number): void => {
  if (!(Math.abs(value) <= largest)) {
    sums[row + at.skipped]! += 1
    return
  }
  const count = sums[row + at.count]! + 1
  const mean = sums[row + at.mean]!
  const squares = sums[row + at.squares]!
  const deviation = value - mean - sums[row + at.meanError]!
  const step = deviation / count
  const moved = mean + step
  const square = deviation * (deviation - step)
  sums[row + at.count] = count
  sums[row + at.mean] = moved
  sums[row + at.meanError]! += errorOfSum(mean, step, moved)
  sums[row + at.squares] = squares + square
  sums[row + at.squaresError]! += errorOfSum(squares, square, squares + square)
}

/** The rows, with room for as many as are asked for. */
export const withRoom = (sums: Sums, rows: number): Sums => {
  if (rows * width <= sums.length) return sums
  const larger = noSums(Math.max(rows, (2 * sums.length) / width))
  larger.set(sums)
  return larger
}

/** The sample standard deviation, NaN below two values. */
export const std = (sums: Sums, row: number): number => {
  const count = sums[row + at.count]!
  return count < 2
    ? NaN
    : rootOfQuotient(sums[row + at.squares]!, sums[row + at.squaresError]!, count - 1)
}

/** The mean, NaN without values. */
export const mean = (sums: Sums, row: number): number =>
  sums[row + at.count]! < 1 ? NaN : sums[row + at.mean]! + sums[row + at.meanError]!
