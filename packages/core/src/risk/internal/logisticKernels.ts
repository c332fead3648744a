/**
 * The sweeps over rows that a logistic fit is made of, and the linear algebra of its steps.
 *
 * Rows lie one after another in one array. The intercept is the LAST coefficient, so that a row and
 * the coefficients of its columns start at the same place.
 */

/** Rows of equal length, one after another. */
export interface Rows {
  readonly rows: number
  readonly columns: number
  readonly values: Float64Array
}

/** What a row adds up to with these coefficients: the logit of its probability. */
export const logits = (
  { rows, columns, values }: Rows,
  coefficients: Float64Array,
  into: Float64Array
): void => {
  const even = columns - (columns & 3)
  const intercept = coefficients[columns]!
  for (let row = 0; row < rows; row++) {
    const start = row * columns
    let [a, b, c, d] = [0, 0, 0, 0]
    for (let at = 0; at < even; at += 4) {
      a += values[start + at]! * coefficients[at]!
      b += values[start + at + 1]! * coefficients[at + 1]!
      c += values[start + at + 2]! * coefficients[at + 2]!
      d += values[start + at + 3]! * coefficients[at + 3]!
    }
    for (let at = even; at < columns; at++) a += values[start + at]! * coefficients[at]!
    into[row] = intercept + (a + b + (c + d))
  }
}

/** The probability of a logit. */
export const probability = (logit: number): number => 1 / (1 + Math.exp(-logit))

/** The negative log-likelihood of a target (0 to 1) at a logit, without overflow. */
const loss = (target: number, logit: number): number =>
  Math.max(logit, 0) - target * logit + Math.log1p(Math.exp(-Math.abs(logit)))

/** The loss of all rows, and half the penalty on all coefficients but the intercept. */
export const objective = (
  targets: ArrayLike<number>,
  logits: Float64Array,
  coefficients: Float64Array,
  penalty: number
): number => {
  let sum = 0
  for (let row = 0; row < logits.length; row++) sum += loss(Number(targets[row]), logits[row]!)
  let squares = 0
  for (let at = 0; at < coefficients.length - 1; at++) squares += coefficients[at]! ** 2
  return sum + (penalty / 2) * squares
}

/** The slope of the objective in each coefficient; the curvature of each row goes into `weights`. */
export const gradient = (
  { rows, columns, values }: Rows,
  targets: ArrayLike<number>,
  logits: Float64Array,
  coefficients: Float64Array,
  penalty: number,
  weights: Float64Array
): Float64Array => {
  const slope = new Float64Array(columns + 1)
  for (let at = 0; at < columns; at++) slope[at] = penalty * coefficients[at]!
  for (let row = 0; row < rows; row++) {
    const expected = probability(logits[row]!)
    const residual = expected - Number(targets[row])
    weights[row] = expected * (1 - expected)
    const start = row * columns
    for (let at = 0; at < columns; at++) slope[at]! += residual * values[start + at]!
    slope[columns]! += residual
  }
  return slope
}

// Rows that are turned into columns at a time: so many of 160 columns stay in the nearest cache.
const block = 32

/** Copies a block of rows as columns of `block` values, each weighted, with the column of ones last. */
const transpose = (
  { rows, columns, values }: Rows,
  first: number,
  weights: Float64Array,
  into: Float64Array
): void => {
  for (let place = 0; place < block; place++) {
    const row = first + place
    const weight = row < rows ? Math.sqrt(weights[row]!) : 0
    const start = weight === 0 ? 0 : row * columns
    for (let at = 0; at < columns; at++) into[at * block + place] = weight * values[start + at]!
    into[columns * block + place] = weight
  }
}

/** Adds the products of three columns with three others to the matrix: nine sums at once. */
const addTile = (
  block_: Float64Array,
  left: number,
  right: number,
  into: Float64Array,
  size: number
): void => {
  const [l, r] = [left * block, right * block]
  let [a, b, c, d, e, f, g, h, i] = [0, 0, 0, 0, 0, 0, 0, 0, 0]
  for (let at = 0; at < block; at++) {
    const x = block_[l + at]!
    const y = block_[l + block + at]!
    const z = block_[l + 2 * block + at]!
    const u = block_[r + at]!
    const v = block_[r + block + at]!
    const w = block_[r + 2 * block + at]!
    a += x * u
    b += x * v
    c += x * w
    d += y * u
    e += y * v
    f += y * w
    g += z * u
    h += z * v
    i += z * w
  }
  const at = left * size + right
  into[at]! += a
  into[at + 1]! += b
  into[at + 2]! += c
  into[at + size]! += d
  into[at + size + 1]! += e
  into[at + size + 2]! += f
  into[at + 2 * size]! += g
  into[at + 2 * size + 1]! += h
  into[at + 2 * size + 2]! += i
}

/** A symmetric matrix in rows of `size`, of which the lower half up to `used` counts. */
export interface Square {
  readonly used: number
  readonly size: number
  readonly values: Float64Array
}

/** The curvature of the objective: the columns' weighted products with one another, and the penalty. */
export const curvature = (rows: Rows, weights: Float64Array, penalty: number): Square => {
  const used = rows.columns + 1
  const size = 3 * Math.ceil(used / 3)
  const values = new Float64Array(size * size)
  const columns = new Float64Array(size * block)
  for (let first = 0; first < rows.rows; first += block) {
    transpose(rows, first, weights, columns)
    for (let left = 0; left < used; left += 3) {
      for (let right = 0; right <= left; right += 3) addTile(columns, left, right, values, size)
    }
  }
  for (let at = 0; at < used - 1; at++) values[at * size + at]! += penalty
  return { used, size, values }
}

/**
 * Replaces the lower half by its Cholesky factor; false where the matrix is not positive definite:
 * a pivot that lost all of its digits is none.
 */
export const factor = ({ used, size, values }: Square): boolean => {
  for (let row = 0; row < used; row++) {
    for (let column = 0; column <= row; column++) {
      const whole = values[row * size + column]!
      let sum = whole
      for (let at = 0; at < column; at++) {
        sum -= values[row * size + at]! * values[column * size + at]!
      }
      if (column < row) values[row * size + column] = sum / values[column * size + column]!
      else if (sum > 1e-13 * whole) values[row * size + row] = Math.sqrt(sum)
      else return false
    }
  }
  return true
}

/** Solves a system by its factor. */
export const solve = ({ used, size, values }: Square, right: Float64Array): Float64Array => {
  const solution = right.slice()
  for (let row = 0; row < used; row++) {
    for (let at = 0; at < row; at++) solution[row]! -= values[row * size + at]! * solution[at]!
    solution[row]! /= values[row * size + row]!
  }
  for (let row = used - 1; row >= 0; row--) {
    for (let at = row + 1; at < used; at++)
      solution[row]! -= values[at * size + row]! * solution[at]!
    solution[row]! /= values[row * size + row]!
  }
  return solution
}
