/**
 * What the statistics of 24 hours of intervals cost, against the time domain, and what counting
 * templates by ranks saves against comparing all pairs.
 *
 *     node --conditions=@bedside/source packages/core/bench/variability.ts
 */
import * as Variability from "@bedside/core/Variability"
import * as Rounds from "./rounds.ts"

const noise = (): (() => number) => {
  let state = 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647 - 0.5
  }
}

/** A day and a night, slow wandering, breathing, and what is left. */
const rhythm = (length: number): Float64Array => {
  const random = noise()
  let wander = 0
  return Float64Array.from({ length }, (_, beat) => {
    wander = 0.995 * wander + 20 * random()
    const day = 120 * Math.sin((2 * Math.PI * beat) / length)
    return 850 + day + wander + 25 * Math.sin(1.4 * beat) + 30 * random()
  })
}

const pairwise = (rr: Float64Array, tolerance: number): number => {
  let two = 0
  let three = 0
  const isNear = (i: number, j: number) => Math.abs(rr[i]! - rr[j]!) <= tolerance
  for (let i = 0; i + 2 < rr.length; i++) {
    for (let j = i + 1; j + 2 < rr.length; j++) {
      if (!isNear(i, j) || !isNear(i + 1, j + 1)) continue
      two += 1
      if (isNear(i + 2, j + 2)) three += 1
    }
  }
  return Math.log(two / three)
}

const day = rhythm(100_000)
const medians = Rounds.medians({
  "time domain": () => Variability.timeDomain(day),
  Welch: () => Variability.frequencyDomain(day),
  "Lomb-Scargle": () => Variability.frequencyDomain(day, { method: "lomb-scargle" }),
  nonlinear: () => Variability.nonlinear(day),
  correction: () => Variability.correct(day)
})
console.log(`${day.length} intervals`)
Rounds.print(medians)
for (const way of ["Welch", "Lomb-Scargle", "nonlinear", "correction"]) {
  console.log(`${way}: ${Rounds.ratio(medians, way, "time domain")} of the time domain`)
}

for (const length of [2_000, 20_000, 100_000]) {
  const rr = rhythm(length)
  const tolerance = 0.2 * Variability.timeDomain(rr).sdnn
  const ways = {
    "nonlinear, entropy by ranks": () => Variability.nonlinear(rr).sampleEntropy,
    "entropy by all pairs": () => pairwise(rr, tolerance)
  }
  const rounds = length > 20_000 ? { rounds: 1, warmUp: 0 } : {}
  console.log(
    `\n${length} intervals, of one value: ${new Set(Object.values(ways).map((way) => way())).size === 1}`
  )
  Rounds.print(Rounds.medians(ways, rounds))
}
