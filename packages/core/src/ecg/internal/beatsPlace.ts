/**
 * Last stage of beat detection: where in the original samples a beat is marked.
 *
 * The mark goes to the dominant deflection of the QRS complex, where annotators put it. Which
 * direction dominates is carried over from beat to beat, so that a complex with an R and an S of one
 * size is always marked on the same of the two.
 */

// A deflection is searched this far around the centre of the complex, and measured against the mean
// this far around it, in seconds.
const search = 0.07
const surroundings = 0.15

// The samples are averaged over this many seconds, so that the spike of a pacemaker, of 2 ms, is no
// deflection.
const smoothing = 0.015

// The other direction must be so many times larger to take the mark.
const reluctance = 1.5

/** `push` takes samples of every lead, `at` gives the sample to mark for a beat around a sample. */
export interface Place {
  readonly push: (leads: ReadonlyArray<Float64Array>, count: number) => void
  readonly at: (centre: number) => number
}

/** `latency` in seconds: how far back a beat can lie. */
export const place = (samplingRate: number, leads: number, latency: number): Place => {
  const size = 2 ** Math.ceil(Math.log2((latency + 1) * samplingRate))
  const mask = size - 1
  const rings = Array.from({ length: leads }, () => new Float64Array(size).fill(NaN))
  const reach = Math.round(search * samplingRate)
  const around = Math.round(surroundings * samplingRate)
  const side = Math.round((smoothing * samplingRate - 1) / 2)
  const directions = new Float64Array(leads)
  let end = 0

  const push: Place["push"] = (samples, count) => {
    const start = end & mask
    const fitting = Math.min(count, size - start)
    for (let lead = 0; lead < leads; lead++) {
      rings[lead]!.set(samples[lead]!.subarray(0, fitting), start)
      if (fitting < count) rings[lead]!.set(samples[lead]!.subarray(fitting, count))
    }
    end += count
  }

  // The mean of what is there between two samples, NaN where nothing is.
  const mean = (ring: Float64Array, from: number, to: number): number => {
    let sum = 0
    let count = 0
    for (let sample = Math.max(0, from); sample <= to && sample < end; sample++) {
      const value = ring[sample & mask]!
      if (!(Math.abs(value) < Infinity)) continue
      sum += value
      count += 1
    }
    return sum / count
  }

  const dominant = (lead: number, centre: number): number => {
    const ring = rings[lead]!
    const baseline = mean(ring, centre - around, centre + around)
    let highest = 0
    let lowest = 0
    let top = -1
    let bottom = -1
    for (
      let sample = Math.max(0, centre - reach);
      sample <= centre + reach && sample < end;
      sample++
    ) {
      const value = mean(ring, sample - side, sample + side) - baseline
      if (value > highest) {
        highest = value
        top = sample
      }
      if (value < lowest) {
        lowest = value
        bottom = sample
      }
    }
    if (top < 0 || bottom < 0) return Math.max(top, bottom)
    const factor = reluctance ** directions[lead]!
    const isUp = highest * factor >= -lowest
    directions[lead] = isUp ? 1 : -1
    return isUp ? top : bottom
  }

  const at: Place["at"] = (centre) => {
    const nearest = Math.round(centre)
    for (let lead = 0; lead < leads; lead++) {
      const sample = dominant(lead, nearest)
      if (sample >= 0) return sample
    }
    return Math.min(Math.max(nearest, 0), end - 1)
  }

  return { push, at }
}
