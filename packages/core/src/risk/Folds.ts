/**
 * Folds by patient, for fitting to some and judging by the others.
 *
 * The guarantee that bites: all rows of a patient are in one fold, so no patient is judged by a model
 * that has seen them. Chance comes from a seed.
 */

/**
 * Numbers from 0 to below 1 that look random and are the same for the same seed.
 *
 * Shape: a whole number in, a function out.
 *
 * Fails with: nothing.
 *
 * Method: mulberry32, 32 bits of state.
 *
 * @example
 * ```ts
 * import * as Folds from "@bedside/core/Folds"
 *
 * const [one, other] = [Folds.generator(1), Folds.generator(1)]
 * one() === other() // => true
 * ```
 * @since 0.2.0
 */
export const generator = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * The fold of each row, from 0: all rows of a patient are in the same.
 *
 * Shape: the patient of each row, by a number.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Folds from "@bedside/core/Folds"
 *
 * const fold = Folds.of([7, 8, 7], 5, Folds.generator(1))
 * fold[0] === fold[2] // => true
 * ```
 * @since 0.2.0
 */
export const of = (
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
