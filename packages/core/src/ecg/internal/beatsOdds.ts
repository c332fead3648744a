/**
 * Fifth stage of beat detection: how likely a candidate is a beat, by itself.
 *
 * A logistic regression, fitted on the development records named in Beats; only the two weights of
 * near neighbours were set by hand, because of two peaks a PR interval apart the later is the QRS
 * complex. Everything it looks at is a ratio, so neither the unit nor the gain of a lead matters.
 */
import type * as Candidates from "./beatsCandidates.ts"

const clamp = (value: number, lowest: number, highest: number): number =>
  value < lowest ? lowest : value > highest ? highest : value

// Below this contrast, a natural logarithm, a stretch is noisy, and shape says more than height.
const clear = 3

// Below this contrast there is nothing but noise or hum.
const hopeless = 1.6

// What stands for the similarity to known beats while none is known.
const unknown = 0.75

/**
 * How noisy the surroundings of a candidate are, from 0 on a clean lead to 1: how far the decision
 * leans on the rhythm.
 */
export const doubt = ({ contrast }: Readonly<Candidates.Candidate>): number =>
  clamp((4 - Math.log(contrast)) / 1.5, 0, 1)

/** Whether a candidate is strong enough to show what beats look like while none is known. */
export const isStrong = ({ strength, level }: Readonly<Candidates.Candidate>): boolean =>
  strength > 0.5 * level

/**
 * The log odds that a candidate is a beat. `similarity` is that to the shapes known so far, and
 * `usual` the strength of recent beats; both are NaN where there are none.
 */
export const odds = (
  candidate: Readonly<Candidates.Candidate>,
  similarity: number,
  usual: number
): number => {
  const { strength, level, contrast } = candidate
  const over = (neighbour: number): number => clamp(Math.log(strength / neighbour), -2, 2)
  const height = clamp(Math.log(strength / level), -2.2, 0.2)
  const growth = usual > 0 ? clamp(Math.log(strength / usual), -2.2, 0.5) : height
  const clarity = clamp(Math.log(contrast), 1, 4)
  const noise = Math.max(0, clear - clarity)
  const likeness = Number.isNaN(similarity) ? unknown : similarity
  return (
    -8 +
    1.06 * height +
    0.31 * Math.max(0, height + 0.8) +
    2.43 * clarity -
    8 * Math.max(0, hopeless - Math.log(contrast)) +
    0.84 * noise +
    (1.26 + 2.1 * noise) * (likeness - unknown) -
    (0.31 + 2.1 * noise) * Math.min(0, likeness - 0.5) +
    (33.7 + 10.9 * noise) * Math.max(0, likeness - 0.9) +
    0.3 * over(candidate.nearBefore) +
    0.9 * over(candidate.farBefore) +
    1 * over(candidate.nearAfter) +
    0.82 * over(candidate.farAfter) -
    6.39 * Math.max(0, growth - 0.3) +
    1.83 * Math.min(0, growth + 0.3)
  )
}
