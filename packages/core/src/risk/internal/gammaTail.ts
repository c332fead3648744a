/** What a chi-square variable exceeds by chance, through the incomplete gamma function. */

// Lanczos 1964 (doi:10.1137/0701008), with g = 7 and nine terms.
const terms = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7
]

/** The logarithm of the gamma function at `x` above 0. */
export const logGamma = (x: number): number => {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const shifted = x + 6.5
  const sum = terms.reduce((total, term, index) =>
    index === 0 ? total : total + term / (x - 1 + index)
  )
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(shifted) - shifted + Math.log(sum)
}

// The series of the lower part converges fast up to the mean, the continued fraction beyond it.
const lowerSeries = (a: number, x: number): number => {
  let term = 1 / a
  let sum = term
  for (let step = 1; step < 100_000 && term > sum * 1e-17; step++) {
    term *= x / (a + step)
    sum += term
  }
  return sum
}

// Modified Lentz (Thompson & Barnett 1986, doi:10.1016/0021-9991(86)90046-X).
const upperFraction = (a: number, x: number): number => {
  const tiny = 1e-300
  let b = x + 1 - a
  let c = 1 / tiny
  let d = 1 / b
  let product = d
  for (let step = 1; step < 100_000; step++) {
    const over = -step * (step - a)
    b += 2
    d = 1 / (over * d + b || tiny)
    c = b + over / c || tiny
    product *= c * d
    if (Math.abs(c * d - 1) < 1e-16) break
  }
  return product
}

/** The upper tail of the gamma distribution of shape `a` above 0, from `x` on. */
export const gammaTail = (a: number, x: number): number => {
  if (Number.isNaN(x)) return NaN
  if (x <= 0) return 1
  if (x === Infinity) return 0
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a))
  return x < a + 1 ? Math.max(0, 1 - scale * lowerSeries(a, x)) : scale * upperFraction(a, x)
}

/** The chance that a chi-square variable is `x` or more; of no degree of freedom, 1. */
export const chiSquareTail = (freedom: number, x: number): number =>
  freedom === 0 ? 1 : gammaTail(freedom / 2, x / 2)

/** The chance that a normal variable is as far from 0 as `z` or further, on either side. */
export const normalTails = (z: number): number => gammaTail(0.5, (z * z) / 2)
