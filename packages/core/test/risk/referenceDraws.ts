/** Patients of whom nothing is other than a reference has it, but by chance. */
import type * as RiskModel from "../../src/risk/RiskModel.ts"
import type * as Drift from "../../src/sensor/Drift.ts"

/** Draws a bin as often as its share is, and one of the values in it; NaN where it is missing. */
const values = ({ edges, shares, values }: Drift.Reference) => {
  const bins = Array.from({ length: edges.length + 1 }, (_, bin) => {
    const [low, high] = [edges[bin - 1] ?? -Infinity, edges[bin] ?? Infinity]
    const inside = values.filter((value) => value >= low && value < high)
    // Too few are kept for each bin to have one: then any value will do that belongs there.
    return inside.length > 0 ? inside : [Number.isFinite(low) ? low : high - 1]
  })
  return (random: () => number): number => {
    let left = random()
    const bin = shares.findIndex((share) => (left -= share) < 0)
    const inside = bins[bin] ?? [NaN]
    return inside[Math.floor(random() * inside.length)]!
  }
}

export const patients = ({ features, score }: RiskModel.Reference) => {
  const columns = features.map(({ reference }) => values(reference))
  const probability = values(score)
  return (random: () => number) => ({
    features: columns.map((column) => column(random)),
    probability: probability(random)
  })
}
