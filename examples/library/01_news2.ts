/**
 * Score one set of observations by NEWS2, with one input missing and then with all of them.
 *
 * Run it with `node --conditions=@bedside/source examples/library/01_news2.ts` from the root.
 */
import * as News2 from "@bedside/core/News2"
import * as Result from "effect/Result"

const observation = {
  respiratoryRate: 22,
  oxygenSaturation: 93,
  supplementalOxygen: true,
  systolicPressure: 105,
  pulse: 112,
  consciousness: "alert"
} as const

const partial = Result.getOrThrow(News2.score(observation))
console.log(`total ${partial.total}, at least ${partial.lowerBound}, missing ${partial.missing}`)

const complete = Result.getOrThrow(News2.score({ ...observation, temperature: 38.04 }))
console.log(`total ${complete.total}, band ${complete.band}`)
for (const { input, points } of complete.contributions) console.log(`${points}  ${input}`)

const child = News2.score({ ...observation, age: 9 })
if (Result.isFailure(child)) console.log(`refused: ${child.failure._tag}`)

// Prints:
// total null, at least 9, missing temperature
// total 9, band high
// 2  respiratoryRate
// 2  oxygenSaturation
// 2  supplementalOxygen
// 1  systolicPressure
// 2  pulse
// 0  consciousness
// 0  temperature
// refused: OutsidePopulation
