/**
 * First stage of delineation: a window around a beat, read at 500 Hz whatever the sampling rate, so
 * that every later stage is tuned once.
 *
 * Between samples the signal is a straight line; above 500 Hz it is averaged over 2 ms first. What
 * lies beyond the ends of the signal is missing, like a NaN, and so is what rests on one.
 */

/** The rate of a window, in Hz. */
export const rate = 500

/** The samples of a window before the beat and after it. */
export const before = 250
export const after = 400
export const size = before + 1 + after

/** The seconds of a signal that a window may touch on either side of its beat. */
export const longestSide = (after + 2) / rate

/** So many samples of a window are this many milliseconds. */
export const samples = (ms: number): number => Math.round((ms * rate) / 1000)

// What is larger has no square in a double, and no amplifier gives it.
const largest = 1e100

/** `read` fills `window` from around sample `beat`, with NaN where a sample is missing. */
export interface Reader {
  readonly step: number
  readonly read: (beat: number, window: Float64Array) => void
}

/** Reads from `part`, the stretch of the signal that begins at sample `start`. */
export const reader = (part: Float64Array, start: number, samplingRate: number): Reader => {
  const step = samplingRate / rate
  const span = Math.max(1, Math.round(step))

  const average = (at: number): number => {
    const from = at - ((span - 1) >> 1)
    let sum = 0
    for (let index = from; index < from + span; index++) {
      const sample = index >= 0 && index < part.length ? part[index]! : NaN
      sum += Math.abs(sample) <= largest ? sample : NaN
    }
    return sum / span
  }

  const read: Reader["read"] = (beat, window) => {
    for (let index = 0; index < size; index++) {
      const at = beat - start + (index - before) * step
      const left = Math.floor(at)
      const share = at - left
      const value = average(left)
      window[index] = share === 0 ? value : value + share * (average(left + 1) - value)
    }
  }

  return { step, read }
}

/** Whether a window has every sample from `from` to before `to`. */
export const hasAll = (window: Float64Array, from: number, to: number): boolean => {
  if (from < 0 || to > window.length) return false
  for (let at = from; at < to; at++) if (Number.isNaN(window[at])) return false
  return true
}
