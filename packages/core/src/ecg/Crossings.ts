/**
 * Zero crossings of a signal, under five named definitions that agree only where no sample is zero.
 *
 * The guarantee that bites: the default, `sign-change`, skips zeros, so a flat stretch on the
 * baseline is neither a crossing nor the end of one: `[-1, 0, 1]` has 1 and `[0, 0, 0]` has none.
 * Whoever stores a count stores the name of the definition with it.
 */
import * as Schema from "effect/Schema"
import type * as Signal from "./Signal.ts"

/**
 * What counts as a crossing:
 *
 * - `sign-change`: zeros are dropped, then every change of sign counts
 * - `touch`: a step between neighbours whose product is zero or negative
 * - `reach`: a step from a sample that is not zero to zero, or to the other sign
 * - `sign-bit`: a change of sign where zero counts as positive
 * - `adjacent`: a step between neighbours of strictly opposite signs
 *
 * @since 0.1.0
 */
export const Definition = Schema.Literals(["sign-change", "touch", "reach", "sign-bit", "adjacent"])

/** @since 0.1.0 */
export type Definition = typeof Definition.Type

/**
 * The definition used where none is named.
 *
 * @since 0.1.0
 */
export const defaultDefinition: Definition = "sign-change"

const signs = ["-", "0", "+"]

// The steps from one sign to the next that count. Dropping zeros first leaves `sign-change` with
// the steps of `adjacent`.
const steps: { readonly [D in Definition]: ReadonlyArray<string> } = {
  "sign-change": ["-+", "+-"],
  touch: ["-+", "+-", "-0", "+0", "0-", "0+", "00"],
  reach: ["-+", "+-", "-0", "+0"],
  "sign-bit": ["-+", "+-", "-0", "0-"],
  adjacent: ["-+", "+-"]
}

const row = (from: string, counted: ReadonlyArray<string>): ReadonlyArray<number> =>
  signs.map((to) => (counted.includes(from + to) ? 1 : 0))

const table = (definition: Definition): Uint8Array =>
  Uint8Array.from(signs.flatMap((from) => row(from, steps[definition])))

const tables: { readonly [D in Definition]: Uint8Array } = {
  "sign-change": table("sign-change"),
  touch: table("touch"),
  reach: table("reach"),
  "sign-bit": table("sign-bit"),
  adjacent: table("adjacent")
}

/**
 * Counts the zero crossings of a signal, in one pass.
 *
 * Shape: samples in order of time, baseline-subtracted, in any unit; a whole number of crossings.
 * An empty signal, a single sample and one that is zero throughout have none, except that every step
 * along zero is a `touch`.
 *
 * Fails with: nothing. NaN is a missing sample: under every definition the samples around it count as
 * neighbours. The infinities have a sign like any number, and -0 is zero.
 *
 * Method: as named in `Definition`; signs are compared and never multiplied, so that
 * tiny samples do not underflow to a product of zero.
 *
 * @example
 * ```ts
 * import * as Crossings from "@bedside/core/Crossings"
 *
 * Crossings.count([1, -1, 1]) // => 2
 * Crossings.count([5, 0, 0, -3, 0, 2]) // => 2
 * Crossings.count([5, 0, 0, -3, 0, 2], { definition: "touch" }) // => 5
 * ```
 * @since 0.1.0
 */
export const count = (
  signal: Signal.Signal,
  options: { readonly definition?: Definition | undefined } = {}
): number => {
  const definition = options.definition ?? defaultDefinition
  const dropsZeros = definition === "sign-change"
  const counted = tables[definition]
  let crossings = 0
  let from = -1
  for (let index = 0; index < signal.length; index++) {
    const sample = signal[index]!
    const to = sample > 0 ? 2 : sample < 0 ? 0 : sample === 0 && !dropsZeros ? 1 : -1
    if (to < 0) continue
    if (from >= 0) crossings += counted[from * 3 + to]!
    from = to
  }
  return crossings
}
