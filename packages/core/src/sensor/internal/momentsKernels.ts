/**
 * The inner loops of moments: sums of powers of deviations from a centre, over one block.
 *
 * Four values are added up before they meet the running sums, which keeps the processor busy and
 * rounds a quarter as often; what the sum of squares loses is kept beside it. A block is a multiple
 * of four: a second loop for what is left over would cost the first one a third of its speed.
 */
import { at, type Sums } from "./momentsSums.ts"

/**
 * Fills the first row of `sums` with those around `centre`. Their own sum goes to `mean`, and `min`
 * and `max` go on from what they are.
 */
export type Kernel = (
  values: Float64Array,
  from: number,
  to: number,
  centre: number,
  sums: Sums,
  far: number
) => void

/** Deviations and their squares. */
export const addSquares: Kernel = (values, from, to, centre, sums) => {
  let deviations = 0
  let squares = 0
  let squaresError = 0
  for (let index = from | 0; index < to; index = (index + 4) | 0) {
    const a = values[index]! - centre
    const b = values[(index + 1) | 0]! - centre
    const c = values[(index + 2) | 0]! - centre
    const d = values[(index + 3) | 0]! - centre
    const four = a * a + b * b + (c * c + d * d)
    const next = squares + four
    deviations += a + b + (c + d)
    squaresError += four - (next - squares)
    squares = next
  }
  sums[at.mean] = deviations
  sums[at.squares] = squares
  sums[at.squaresError] = squaresError
}

/**
 * Deviations and their powers up to the fourth, and the extremes. Where the squares of four values
 * add up to no more than `far`, none of them can be an extreme and they are not compared.
 */
export const addPowers: Kernel = (values, from, to, centre, sums, far) => {
  let deviations = 0
  let squares = 0
  let squaresError = 0
  let cubes = 0
  let fourths = 0
  let min = sums[at.min]!
  let max = sums[at.max]!
  for (let index = from | 0; index < to; index = (index + 4) | 0) {
    const p = values[index]!
    const q = values[(index + 1) | 0]!
    const r = values[(index + 2) | 0]!
    const s = values[(index + 3) | 0]!
    const a = p - centre
    const b = q - centre
    const c = r - centre
    const d = s - centre
    const aa = a * a
    const bb = b * b
    const cc = c * c
    const dd = d * d
    const four = aa + bb + (cc + dd)
    const next = squares + four
    deviations += a + b + (c + d)
    squaresError += four - (next - squares)
    squares = next
    cubes += aa * a + bb * b + (cc * c + dd * d)
    fourths += aa * aa + bb * bb + (cc * cc + dd * dd)
    if (!(four <= far)) {
      if (p < min) min = p
      if (p > max) max = p
      if (q < min) min = q
      if (q > max) max = q
      if (r < min) min = r
      if (r > max) max = r
      if (s < min) min = s
      if (s > max) max = s
    }
  }
  sums[at.mean] = deviations
  sums[at.squares] = squares
  sums[at.squaresError] = squaresError
  sums[at.cubes] = cubes
  sums[at.fourths] = fourths
  sums[at.min] = min
  sums[at.max] = max
}
