/** Distances between two rows of shares, and between two ascending samples. */

/** Values that are there, ascending; what is not finite is missing. */
export const present = (values: ArrayLike<number>): Float64Array => {
  const kept = new Float64Array(values.length)
  let count = 0
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!
    if (Number.isFinite(value)) kept[count++] = value
  }
  return kept.subarray(0, count).sort()
}

/** Weights that add up to 1; `undefined` where they cannot. */
export const normalised = (weights: ArrayLike<number>): Float64Array | undefined => {
  const shares = Float64Array.from(weights)
  const sum = shares.reduce((total, weight) => total + weight, 0)
  const isFit = Number.isFinite(sum) && sum > 0 && shares.every((weight) => weight >= 0)
  return isFit ? shares.map((weight) => weight / sum) : undefined
}

/** The sum of `p ln(p / q)`, in nats: Infinity where `p` is somewhere that `q` never is. */
export const divergence = (p: Float64Array, q: Float64Array): number => {
  let sum = 0
  for (let index = 0; index < p.length; index++) {
    const share = p[index]!
    if (share > 0) sum += share * Math.log(share / q[index]!)
  }
  return Math.max(0, sum)
}

/** The mean divergence of both from what lies between them. */
export const betweenDivergence = (p: Float64Array, q: Float64Array): number => {
  const middle = p.map((share, index) => (share + q[index]!) / 2)
  return (divergence(p, middle) + divergence(q, middle)) / 2
}

/** The area between the distribution functions of two ascending samples that are not empty. */
export const area = (left: ArrayLike<number>, right: ArrayLike<number>): number => {
  let atLeft = 0
  let atRight = 0
  let sum = 0
  let before = Math.min(left[0]!, right[0]!)
  while (atLeft < left.length || atRight < right.length) {
    const nextLeft = atLeft < left.length ? left[atLeft]! : Infinity
    const nextRight = atRight < right.length ? right[atRight]! : Infinity
    const value = Math.min(nextLeft, nextRight)
    sum += Math.abs(atLeft / left.length - atRight / right.length) * (value - before)
    before = value
    if (nextLeft === value) atLeft += 1
    if (nextRight === value) atRight += 1
  }
  return sum
}
