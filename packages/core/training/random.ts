/** Numbers that look random and are the same in every run. */

/** Numbers from 0 to below 1 (Steele & Vigna's mulberry32: 32 bits of state). */
export const generator = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The fold of each row, from 0: all rows of a patient are in the same. */
export const folds = (
  patients: ArrayLike<number>,
  count: number,
  random: () => number
): Int32Array => {
  const foldOf = new Map<number, number>()
  return Int32Array.from(patients, (patient) => {
    const known = foldOf.get(patient)
    if (known !== undefined) return known
    const fold = Math.floor(random() * count)
    foldOf.set(patient, fold)
    return fold
  })
}
