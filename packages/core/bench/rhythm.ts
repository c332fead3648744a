/**
 * What classes and episodes of 24 hours cost, against detecting the beats of the same lead.
 *
 *     node --conditions=@bedside/source packages/core/bench/rhythm.ts
 */
import * as Beats from "@bedside/core/Beats"
import * as Classes from "@bedside/core/Classes"
import * as Rhythm from "@bedside/core/Rhythm"
import * as Result from "effect/Result"
import * as Rounds from "./rounds.ts"

const samplingRate = 250
const hours = 24

const noise = (): (() => number) => {
  let state = 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

const add = (signal: Float32Array, at: number, height: number, width: number): void => {
  const reach = Math.ceil(4 * width)
  for (let offset = -reach; offset <= reach; offset++) {
    const place = at + offset
    if (place >= 0 && place < signal.length) {
      signal[place]! += height * Math.exp(-((offset / width) ** 2))
    }
  }
}

/** A day with an early wide beat in every twenty, and noise. */
const day = (): Float32Array => {
  const random = noise()
  const signal = Float32Array.from(
    { length: hours * 3600 * samplingRate },
    () => 0.05 * (random() - 0.5)
  )
  let early = false
  let time = 0.5
  while (time * samplingRate < signal.length) {
    const at = Math.round(time * samplingRate)
    add(signal, at, early ? -1.5 : 1, early ? 12 : 4)
    add(signal, at + 70, early ? 0.5 : 0.25, 15)
    const cycle = 0.8 + 0.05 * random()
    const wasEarly: boolean = early
    early = !wasEarly && random() < 0.05
    time += cycle * (early ? 0.6 : wasEarly ? 1.4 : 1)
  }
  return signal
}

const signal = day()
const beats = Result.getOrThrow(Beats.detect(signal, { samplingRate }))
const { classes, counts } = Result.getOrThrow(Classes.classify(signal, { samplingRate, beats }))
const episodes = Rhythm.episodes(beats, { samplingRate, classes })
console.log(`${hours} h at ${samplingRate} Hz: ${beats.length} beats, ${episodes.length} episodes`)
console.log(counts)

const ways = {
  beats: () => Beats.detect(signal, { samplingRate }),
  classes: () => Classes.classify(signal, { samplingRate, beats }),
  episodes: () => Rhythm.episodes(beats, { samplingRate, classes })
}
const medians = Rounds.medians(ways, { rounds: 15, warmUp: 1 })
Rounds.print(medians)
console.log(`classes: ${Rounds.ratio(medians, "classes", "beats")} of the beats`)
console.log(`episodes: ${Rounds.ratio(medians, "episodes", "beats")} of the beats`)
