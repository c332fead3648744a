/**
 * Sums of a few thousand values in twofold doubles, so that the mean and the standard deviation are
 * the doubles nearest to the true ones.
 */
import { at, largest, type Sums } from "./momentsSums.ts"
import { errorOfProduct, errorOfSum } from "./momentsTwofold.ts"

/** Fills the first row of `sums` with those of the usable values among `values[from, to)`. */
export const sumExactly = (values: Float64Array, from: number, to: number, sums: Sums): void => {
  let count = 0
  let sum = 0
  let sumError = 0
  let min = Infinity
  let max = -Infinity
  for (let index = from; index < to; index++) {
    const value = values[index]!
    if (!(Math.abs(value) <= largest)) continue
    count += 1
    const next = sum + value
    sumError += errorOfSum(sum, value, next)
    sum = next
    if (value < min) min = value
    if (value > max) max = value
  }
  const quotient = count === 0 ? 0 : sum / count
  const rest = sum - quotient * count - errorOfProduct(quotient, count) + sumError
  const correction = count === 0 ? 0 : rest / count
  const mean = quotient + correction
  const meanError = errorOfSum(quotient, correction, mean)
  let squares = 0
  let squaresError = 0
  let cubes = 0
  let fourths = 0
  for (let index = from; index < to; index++) {
    const value = values[index]!
    if (!(Math.abs(value) <= largest)) continue
    const deviation = value - mean
    const deviationError = errorOfSum(value, -mean, deviation) - meanError
    const square = deviation * deviation
    const next = squares + square
    squaresError +=
      errorOfSum(squares, square, next) +
      errorOfProduct(deviation, deviation) +
      (2 * deviation + deviationError) * deviationError
    squares = next
    cubes += square * deviation
    fourths += square * square
  }
  sums[at.count] = count
  sums[at.skipped] = to - from - count
  sums[at.mean] = mean
  sums[at.meanError] = meanError
  sums[at.squares] = squares
  sums[at.squaresError] = squaresError
  sums[at.cubes] = cubes
  sums[at.fourths] = fourths
  sums[at.min] = min
  sums[at.max] = max
}
