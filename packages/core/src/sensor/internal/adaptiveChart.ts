/**
 * What every chart of a detector is: a few numbers of state, and a judgement of the next value that
 * learns it afterwards.
 */

/** What speaks most strongly against a value; `ratio` is its evidence over its limit, or -1. */
export interface Verdict {
  ratio: number
  z: number
  threshold: number
}

export interface Chart {
  /** The numbers the chart starts with. */
  readonly initial: ReadonlyArray<number>
  /**
   * Judges `value` against the state at `at`, puts the judgement in `verdict` where it is stronger
   * than what is there, and learns the value. `count` values came before.
   */
  readonly judge: (
    state: Array<number>,
    at: number,
    value: number,
    count: number,
    verdict: Verdict
  ) => boolean
}

/** Puts a judgement in the verdict if it is stronger than what is there. */
export const raise = (verdict: Verdict, ratio: number, z: number, threshold: number): boolean => {
  if (!(ratio > verdict.ratio)) return false
  verdict.ratio = ratio
  verdict.z = z
  verdict.threshold = threshold
  return true
}

/** The value `limit` scales away from `centre`, on the side of `value`. */
export const boundary = (centre: number, reach: number, value: number): number =>
  value >= centre ? centre + reach : centre - reach
