/**
 * Third stage of beat detection: the envelopes of all leads become one, and the recent past of it
 * and of every lead's response is kept for the stages that look back.
 */
import { rate } from "./beatsResample.ts"
import * as Wavelet from "./beatsWavelet.ts"

/** The past is kept in rings of so many samples, 20 s: longer than any later stage looks back. */
export const size = 2 ** Math.ceil(Math.log2(20 * rate))
const mask = size - 1

// A lead's own level is its mean over about five seconds, known two seconds ahead.
const pace = 1 / (5 * rate)
const ahead = 2 * rate

/**
 * `push` takes samples of every lead at 150 Hz; `flush` brings what is still held back. `end` is the
 * number of samples so far, `joint` the ring of the joint envelope, zero beyond the end, and `shape`
 * reads the responses of all leads around a sample, side by side.
 */
export interface Envelope {
  readonly push: (leads: ReadonlyArray<Float64Array>, count: number) => void
  readonly flush: () => void
  readonly end: () => number
  readonly joint: Float64Array
  readonly shape: (centre: number, half: number, out: Float64Array) => void
}

/** The level of one lead, and how far its peaks stand out of it. */
interface Level {
  mean: number
  power: number
}

// The mean square over the squared mean is 1.3 in noise and more the rarer and sharper the peaks.
const prominence = ({ mean, power }: Level): number =>
  mean > 0 ? Math.max(0, power / (mean * mean) - 1) : 0

/**
 * `most` is the largest number of samples that are pushed at once, and `floor` what an envelope must
 * reach to be heard at all, in the unit of the samples.
 *
 * Several leads are added relative to their own level, whatever their unit, each as far as its peaks
 * stand out; a single one is taken as it is.
 */
export const envelope = (leads: number, most: number, floor: number): Envelope => {
  const rings = (): ReadonlyArray<Float64Array> =>
    Array.from({ length: leads }, () => new Float64Array(size))
  const magnitudes = rings()
  const responses = rings()
  const levels = responses.map((): Level => ({ mean: 0, power: 0 }))
  const wavelets = responses.map(() => Wavelet.wavelet(most))
  const isMixed = leads > 1
  const joint = isMixed ? new Float64Array(size) : magnitudes[0]!
  let taken = 0
  let end = 0

  const hush = (ring: Float64Array, count: number): void => {
    for (let sample = taken; sample < taken + count; sample++) {
      if (ring[sample & mask]! < floor) ring[sample & mask] = 0
    }
  }

  const follow = (level: Level, value: number, share: number): void => {
    level.mean += (value - level.mean) * share
    level.power += (value * value - level.power) * share
  }

  const mix = (place: number): void => {
    let total = 0
    for (const level of levels) total += prominence(level)
    let sum = 0
    for (let lead = 0; lead < leads; lead++) {
      const level = levels[lead]!
      const weight = total > 0 && level.mean > 0 ? prominence(level) / (total * level.mean) : 0
      sum += magnitudes[lead]![place]! * weight
      responses[lead]![place] = responses[lead]![place]! * weight
    }
    joint[place] = sum
  }

  const mixAll = (count: number): void => {
    for (let sample = taken; sample < taken + count; sample++) {
      const share = Math.max(pace, 1 / (sample + 1))
      for (let lead = 0; lead < leads; lead++) {
        follow(levels[lead]!, magnitudes[lead]![sample & mask]!, share)
      }
      if (sample >= ahead) mix((sample - ahead) & mask)
    }
  }

  const push: Envelope["push"] = (samples, count) => {
    for (let lead = 0; lead < leads; lead++) {
      const magnitude = magnitudes[lead]!
      wavelets[lead]!.push(samples[lead]!, count, taken, responses[lead]!, magnitude)
      if (floor > 0) hush(magnitude, count)
    }
    if (isMixed) mixAll(count)
    taken += count
    end = isMixed ? Math.max(0, taken - ahead) : taken
  }

  const flush: Envelope["flush"] = () => {
    for (; end < taken; end++) mix(end & mask)
    for (let sample = end; sample < end + rate; sample++) joint[sample & mask] = 0
  }

  const shape: Envelope["shape"] = (centre, half, out) => {
    let index = 0
    for (const ring of responses) {
      for (let sample = centre - half; sample <= centre + half; sample++) {
        out[index++] = sample < end ? ring[sample & mask]! : 0
      }
    }
  }

  return { push, flush, end: () => end, joint, shape }
}
