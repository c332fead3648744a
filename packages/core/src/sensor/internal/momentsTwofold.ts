/**
 * Doubles with their rounding error beside them: sums, products and a root without loss.
 *
 * Dekker 1971, doi:10.1007/BF01397083; Knuth, The Art of Computer Programming, volume 2, 4.2.2.
 */

/** What `sum`, the rounded sum of `a` and `b`, has lost. */
export const errorOfSum = (a: number, b: number, sum: number): number => {
  const ofB = sum - a
  return a - (sum - ofB) + (b - ofB)
}

// Splits a double in halves of 26 bits, whose products are exact.
const splitter = 134_217_729

/** What `a * b` has lost to rounding. */
export const errorOfProduct = (a: number, b: number): number => {
  const aSplit = splitter * a
  const aHigh = aSplit - (aSplit - a)
  const aLow = a - aHigh
  const bSplit = splitter * b
  const bHigh = bSplit - (bSplit - b)
  const bLow = b - bHigh
  return aLow * bLow - (a * b - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

/** The root of `(value + error) / by`, rounded once. */
export const rootOfQuotient = (value: number, error: number, by: number): number => {
  const quotient = value / by
  const root = Math.sqrt(quotient)
  if (!(root > 0)) return root
  const rest = value - quotient * by - errorOfProduct(quotient, by) + error
  const missing = quotient - root * root - errorOfProduct(root, root) + rest / by
  return root + missing / (2 * root)
}
