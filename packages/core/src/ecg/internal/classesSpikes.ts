/** Which beats follow a pacemaker's spike: a pulse of a few milliseconds, sharper than any wave. */
import type * as Signal from "../Signal.ts"

/** Below this rate, in Hz, a spike cannot be told from the slope of a narrow QRS complex. */
const lowestRate = 500

// Times in seconds around the beat; a spike rises and falls within two half widths.
const earliest = -0.15
const latest = 0.06
const halfWidth = 0.004

// How much sharper than all else around the beat a spike is: clear of the QRS complex, and within
// reach of its own sharpest wave.
const clear = -0.03
const sharper = { clear: 3, within: 8 }
const largestStep = 0.5
const fewestPaced = 3

const hasSpike = (signal: Signal.Signal, beat: number, samplingRate: number): boolean => {
  const reach = Math.round(halfWidth * samplingRate)
  const start = Math.max(reach, beat + Math.round(earliest * samplingRate))
  const end = Math.min(signal.length - reach, beat + Math.round(latest * samplingRate))
  const pulse = (at: number) => signal[at]! - (signal[at - reach]! + signal[at + reach]!) / 2
  let sharpest = 0
  let place = -1
  for (let at = start; at < end; at++) {
    const height = Math.abs(pulse(at))
    if (height <= sharpest) continue
    sharpest = height
    place = at
  }
  if (place < 0) return false
  const step = Math.abs(signal[place + reach]! - signal[place - reach]!)
  if (step > largestStep * sharpest) return false
  const ratio = place - beat < clear * samplingRate ? sharper.clear : sharper.within
  for (let at = start; at < end; at++) {
    const isElsewhere = Math.abs(at - place) > 2 * reach
    if (isElsewhere && Math.abs(pulse(at)) * ratio > sharpest) return false
  }
  return true
}

/** Marks the beats with a spike in any lead; fewer than a few in a recording are artefacts. */
export const paced = (
  leads: ReadonlyArray<Signal.Signal>,
  samplingRate: number,
  beats: ArrayLike<number>
): Uint8Array => {
  const marks = new Uint8Array(beats.length)
  if (samplingRate < lowestRate) return marks
  let count = 0
  for (let beat = 0; beat < beats.length; beat++) {
    if (!leads.some((lead) => hasSpike(lead, beats[beat]!, samplingRate))) continue
    marks[beat] = 1
    count += 1
  }
  return count >= fewestPaced ? marks : marks.fill(0)
}
