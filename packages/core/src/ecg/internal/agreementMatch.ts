/**
 * One-to-one matching of two sets of instants: as many pairs within the window as there can be, and
 * of those choices the one whose distances add up to the least.
 *
 * The guarantee that bites: the optimum is found and not approached, in a time and a memory that grow
 * with the number of possible pairs within the window, which for beats is that of the beats.
 */

/**
 * The index in `test` of the partner of each instant of `reference`, or -1. Both in ascending order;
 * the window, in their unit, is inclusive.
 *
 * An alignment of two sequences: pairs that cross can be uncrossed without a loss, so an optimum is
 * found among matchings in order of time. `pairs[j]` and `distance[j]` are the best that the
 * references so far reach with the first `j` tests; only the tests within the window of a reference
 * can change them.
 */
export const partners = (
  reference: Float64Array,
  test: Float64Array,
  window: number
): Int32Array => {
  const { from, to, offsets } = reaches(reference, test, window)
  const choices = new Uint8Array(offsets[reference.length]!)
  const pairs = new Int32Array(test.length + 1)
  const distance = new Float64Array(test.length + 1)
  let known = 0
  for (let i = 0; i < reference.length; i++) {
    const first = from[i]!
    const last = to[i]!
    for (; known < last; known++) {
      pairs[known + 1] = pairs[known]!
      distance[known + 1] = distance[known]!
    }
    let pairsBefore = pairs[first]!
    let distanceBefore = distance[first]!
    for (let j = first; j < last; j++) {
      const matchedPairs = pairsBefore + 1
      const matchedDistance = distanceBefore + Math.abs(test[j]! - reference[i]!)
      pairsBefore = pairs[j + 1]!
      distanceBefore = distance[j + 1]!
      let choice = skipReference
      if (isBetter(pairs[j]!, distance[j]!, pairsBefore, distanceBefore)) {
        choice = skipTest
        pairs[j + 1] = pairs[j]!
        distance[j + 1] = distance[j]!
      }
      if (isBetter(matchedPairs, matchedDistance, pairs[j + 1]!, distance[j + 1]!)) {
        choice = match
        pairs[j + 1] = matchedPairs
        distance[j + 1] = matchedDistance
      }
      choices[offsets[i]! + j - first] = choice
    }
  }
  const partner = new Int32Array(reference.length).fill(-1)
  let j = known
  for (let i = reference.length - 1; i >= 0; i--) {
    j = Math.min(j, to[i]!)
    while (j > from[i]! && choices[offsets[i]! + j - 1 - from[i]!] === skipTest) j--
    if (j > from[i]! && choices[offsets[i]! + j - 1 - from[i]!] === match) {
      j--
      partner[i] = j
    }
  }
  return partner
}

const skipReference = 0
const skipTest = 1
const match = 2

const isBetter = (
  pairs: number,
  distance: number,
  thanPairs: number,
  thanDistance: number
): boolean => pairs > thanPairs || (pairs === thanPairs && distance < thanDistance)

/** The tests within the window of each reference, `to` not included, and where their choices are kept. */
const reaches = (reference: Float64Array, test: Float64Array, window: number) => {
  const from = new Int32Array(reference.length)
  const to = new Int32Array(reference.length)
  const offsets = new Float64Array(reference.length + 1)
  let low = 0
  let high = 0
  for (let i = 0; i < reference.length; i++) {
    while (low < test.length && reference[i]! - test[low]! > window) low++
    high = Math.max(high, low)
    while (high < test.length && test[high]! - reference[i]! <= window) high++
    from[i] = low
    to[i] = high
    offsets[i + 1] = offsets[i]! + high - low
  }
  return { from, to, offsets }
}
