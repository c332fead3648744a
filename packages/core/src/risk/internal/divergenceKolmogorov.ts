/** The chance of a largest distance between distribution functions, where nothing differs. */
import { kolmogorov } from "../../sensor/internal/driftStatistics.ts"

/**
 * Of two samples, exactly: the share of the paths through a grid of `n` by `m` that come as far from
 * its diagonal as `distance`. Ties make the true chance smaller.
 */
export const exact = (n: number, m: number, distance: number): number => {
  // A distance is a whole number of parts of n times m.
  const limit = Math.round(distance * n * m)
  const touched = new Float64Array(m + 1)
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      if (Math.abs(i * m - j * n) >= limit) touched[j] = 1
      else if (i > 0 || j > 0) {
        const left = j > 0 ? touched[j - 1]! : 0
        touched[j] = (i * touched[j]! + j * left) / (i + j)
      }
    }
  }
  return touched[m]!
}

// Above this n d², both sides are never that far off together.
const rare = 2.2
// Above this n, the powers of the matrix take longer than the expansion is wrong.
const largestMatrix = 2000

/** Of one sample of `n` beside a continuous distribution. */
export const ofOneSample = (n: number, distance: number): number => {
  if (distance >= 1) return 0
  if (n * distance * distance >= rare) return Math.min(1, 2 * oneSided(n, distance))
  const below = n <= largestMatrix ? byMatrix(n, distance) : byExpansion(n, distance)
  return Math.min(1, Math.max(0, 1 - below))
}

// Birnbaum & Tingey 1951 (doi:10.1214/aoms/1177729550), in logarithms.
const oneSided = (n: number, distance: number): number => {
  let sum = 0
  let logChoose = 0
  for (let j = 0; j <= n * (1 - distance); j++) {
    if (j > 0) logChoose += Math.log((n - j + 1) / j)
    const rest = 1 - distance - j / n
    if (rest <= 0) break
    const logs = (j - 1) * Math.log(distance + j / n) + (n - j) * Math.log(rest)
    sum += Math.exp(logChoose + logs)
  }
  return distance * sum
}

// Marsaglia, Tsang & Wang 2003 (doi:10.18637/jss.v008.i18): an element of the n-th power of a matrix.
const byMatrix = (n: number, distance: number): number => {
  const k = Math.floor(n * distance) + 1
  const size = 2 * k - 1
  const { values, exponent } = power(stepMatrix(size, k - n * distance), size, n)
  let chance = values[(k - 1) * size + k - 1]!
  let scale = exponent
  for (let i = 1; i <= n; i++) {
    chance *= i / n
    if (chance < 1e-140) {
      chance *= 1e140
      scale -= 140
    }
  }
  return chance * 10 ** scale
}

const stepMatrix = (size: number, h: number): Float64Array => {
  const values = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= Math.min(size - 1, row + 1); column++) {
      values[row * size + column] = 1
    }
  }
  for (let index = 0; index < size; index++) {
    values[index * size]! -= h ** (index + 1)
    values[(size - 1) * size + index]! -= h ** (size - index)
  }
  values[(size - 1) * size]! += Math.max(0, 2 * h - 1) ** size
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      for (let factor = row - column + 1; factor > 1; factor--)
        values[row * size + column]! /= factor
    }
  }
  return values
}

interface Scaled {
  readonly values: Float64Array
  /** Of ten. */
  readonly exponent: number
}

const power = (base: Float64Array, size: number, n: number): Scaled => {
  if (n === 1) return { values: base, exponent: 0 }
  const half = power(base, size, n >> 1)
  const squared = scaled(product(half.values, half.values, size), 2 * half.exponent, size)
  return n % 2 === 0 ? squared : scaled(product(base, squared.values, size), squared.exponent, size)
}

const scaled = (values: Float64Array, exponent: number, size: number): Scaled => {
  const middle = values[(size * size) >> 1]!
  return middle > 1e140
    ? { values: values.map((value) => value * 1e-140), exponent: exponent + 140 }
    : { values, exponent }
}

const product = (left: Float64Array, right: Float64Array, size: number): Float64Array => {
  const values = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let inner = 0; inner < size; inner++) {
      const factor = left[row * size + inner]!
      for (let column = 0; column < size; column++) {
        values[row * size + column]! += factor * right[inner * size + column]!
      }
    }
  }
  return values
}

// Pelz & Good 1976 (doi:10.1111/j.2517-6161.1976.tb01579.x), up to 1/n; the first term is Kolmogorov's.
const byExpansion = (n: number, distance: number): number => {
  const z = Math.sqrt(n) * distance
  if (z < 0.2) return 0
  let first = 0
  let second = 0
  for (let k = 0; k <= 20; k++) {
    const odd = (Math.PI * (k + 0.5)) ** 2
    const whole = (Math.PI * k) ** 2
    const weight = 2 * Math.exp(-odd / (2 * z * z))
    first += weight * (odd - z * z)
    second +=
      weight *
      (6 * z ** 6 + 2 * z ** 4 + (2 * z ** 4 - 5 * z * z) * odd + (1 - 2 * z * z) * odd * odd)
    second -= 2 * z ** 4 * 2 * whole * Math.exp(-whole / (2 * z * z))
  }
  const root = Math.sqrt(Math.PI / 2)
  return (
    1 -
    kolmogorov(z) +
    (root * first) / (6 * z ** 4) / Math.sqrt(n) +
    (root * second) / (72 * z ** 7) / n
  )
}
