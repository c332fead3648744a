/** How early a beat comes, and where the rhythm is too irregular for that to mean anything. */
import * as Irregularity from "./rhythmIrregularity.ts"

const neighbours = 8

/**
 * Every RR interval over the local cycle: 1 in a steady rhythm, less where a beat is early. The
 * first beat has 1.
 *
 * The local cycle is the median, over the beats around, of half the way from the beat before to the
 * beat after: an early beat and the pause after it together last two cycles, so that it holds in
 * bigeminy, where no single interval is a cycle.
 */
export const earliness = (beats: ArrayLike<number>): Float64Array => {
  const result = new Float64Array(beats.length).fill(1)
  const cycles: Array<number> = []
  for (let beat = 1; beat < beats.length; beat++) {
    cycles.length = 0
    const first = Math.max(1, beat - neighbours)
    const last = Math.min(beats.length - 2, beat + neighbours)
    for (let other = first; other <= last; other++) {
      cycles.push((beats[other + 1]! - beats[other - 1]!) / 2)
    }
    if (cycles.length === 0) continue
    cycles.sort((a, b) => a - b)
    result[beat] = (beats[beat]! - beats[beat - 1]!) / cycles[cycles.length >> 1]!
  }
  return result
}

/**
 * Marks the beats in an irregular rhythm. Intervals next to a beat that is `left out` are not heard;
 * such beats are marked like the one before.
 */
export const irregular = (
  beats: ArrayLike<number>,
  samplingRate: number,
  leftOut: (beat: number) => boolean
): Uint8Array => {
  const heard: Array<number> = []
  for (let beat = 1; beat < beats.length; beat++) {
    if (!leftOut(beat) && !leftOut(beat - 1)) heard.push(beat)
  }
  const intervals = Float64Array.from(
    heard,
    (beat) => (beats[beat]! - beats[beat - 1]!) / samplingRate
  )
  const irregularity = Irregularity.irregularity(intervals)
  const result = new Uint8Array(beats.length)
  let next = 0
  for (let beat = 0; beat < beats.length; beat++) {
    if (heard[next] === beat) {
      result[beat] = irregularity[next]! > Irregularity.parameters.irregular ? 1 : 0
      next += 1
    } else if (beat > 0) {
      result[beat] = result[beat - 1]!
    }
  }
  return result
}
