/**
 * How many values a second the detectors judge (asked: 5 million or more, pushed).
 *
 *     node --conditions=@bedside/source packages/core/bench/adaptive.ts
 */
import * as Adaptive from "@bedside/core/Adaptive"
import * as Draws from "../test/sensor/draws.ts"
import * as Rounds from "./rounds.ts"

const count = 1_000_000
const values = Draws.normals(1, count)
const detector = Adaptive.make()

const pushed = (options: Adaptive.Options) => (): number => {
  const stream = Adaptive.make(options).stream()
  let alerts = 0
  for (let index = 0; index < count; index++) if (stream.push(values[index]!).alert) alerts += 1
  return alerts
}

const stepped = (): number => {
  let state = detector.initial
  let alerts = 0
  for (let index = 0; index < count; index++) {
    const step = detector.step(state, values[index]!)
    state = step.state
    if (step.alert) alerts += 1
  }
  return alerts
}

const { floor, local } = Adaptive.recommended

// The recommended detector by itself first: a process seldom runs detectors of several kinds, and the
// calls of charts are slower where it does.
const alone = Rounds.medians({ "recommended, push": pushed(Adaptive.recommended) })

const others = Rounds.medians({
  "recommended, step": stepped,
  "local alone, push": pushed({ floor, local }),
  "hampel of 25, push": pushed({ floor, hampel: { window: 25, limit: 3 } })
})

const medians = { ...alone, ...others }
Rounds.print(medians)
console.log()
for (const [name, time] of Object.entries(medians)) {
  console.log(`${name.padEnd(30)} ${(count / time / 1000).toFixed(1).padStart(6)} million values/s`)
}
