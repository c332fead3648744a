/**
 * Seventh stage of beat detection: whether there is a heart behind the beats at all.
 *
 * The best path through pure noise has a beat now and then, each hardly more likely than not. Beats
 * are held back until enough evidence comes together within a few seconds, and dropped where it does
 * not.
 */
import { rate } from "./beatsResample.ts"

// Evidence fades to a third in five seconds.
const memory = 5 * rate

// So much evidence, in log odds, releases the beats that were held back.
const enough = 5.5

// One beat gives and takes no more than this.
const most = 6
const least = -2

// Beats wait this long for evidence.
const patience = 4 * rate

const size = 64
const mask = size - 1

/** `add` takes beats in order of time; those that are trusted go on to `accept`, in that order. */
export interface Trust {
  readonly add: (time: number, odds: number) => void
}

export const trust = (accept: (time: number) => void): Trust => {
  const times = new Float64Array(size)
  let first = 0
  let last = 0
  let evidence = 0
  let latest = 0

  const add: Trust["add"] = (time, odds) => {
    const kept = evidence * Math.exp((latest - time) / memory)
    evidence = Math.max(0, kept + Math.min(most, Math.max(least, odds)))
    latest = time
    times[last & mask] = time
    last += 1
    while (times[first & mask]! < time - patience) first += 1
    if (evidence < enough) return
    for (; first < last; first++) accept(times[first & mask]!)
  }

  return { add }
}
