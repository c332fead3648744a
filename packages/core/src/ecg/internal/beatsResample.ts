/**
 * First stage of beat detection: any sampling rate becomes 150 Hz, so that every later stage is
 * tuned once.
 *
 * Each output is the average of the input over its 6.7 ms. Missing samples repeat the last one that is
 * there; after a long gap the signal is shifted to go on where it stopped, so that a gap makes no
 * step that could pass for a beat.
 */

/** The rate of the later stages, in Hz. */
export const rate = 150

// What is larger has no square in a double, and no amplifier gives it.
const largest = 1e100

// A gap longer than this, in seconds, hides how the baseline moved.
const longGap = 0.1

/**
 * `push` takes samples in order of time, writes the outputs that became complete and returns how
 * many. Output `m` stands for the input around sample `(m + 0.5) * samplingRate / rate - 0.5`.
 */
export interface Resampler {
  readonly push: (samples: Float64Array, count: number, out: Float64Array) => number
  /** The last sample that was there. */
  readonly held: () => number
}

export const resampler = (samplingRate: number): Resampler => {
  const ratio = samplingRate / rate
  const share = 1 / ratio
  const longRun = longGap * samplingRate
  // An average is kept as a base and what deviates from it, so that a constant stays exactly that.
  // The inner loop works on locals: numbers that closures share are slow to write.
  const state = { held: 0, offset: 0, missing: Infinity, base: 0, sum: 0, room: ratio }

  const push: Resampler["push"] = (samples, count, out) => {
    let { held, offset, missing, base, sum, room } = state
    let written = 0
    for (let index = 0; index < count; index++) {
      const sample = samples[index]!
      if (Math.abs(sample) <= largest) {
        if (missing > longRun) offset = sample - held
        missing = 0
        held = sample - offset
      } else missing += 1
      const deviation = held - base
      if (room > 1) {
        sum += deviation
        room -= 1
        continue
      }
      out[written++] = base + (sum + deviation * room) * share
      let left = 1 - room
      for (; left >= ratio; left -= ratio) out[written++] = held
      base = held
      sum = 0
      room = ratio - left
    }
    Object.assign(state, { held, offset, missing, base, sum, room })
    return written
  }

  return { push, held: () => state.held }
}
