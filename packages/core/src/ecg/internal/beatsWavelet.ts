/**
 * Second stage of beat detection: a quadrature pair of filters tuned to the steep part of a QRS
 * complex. Its envelope peaks once per complex, whatever the polarity and shape.
 *
 * The filters are finite: what a spike or a step does to them is over after 0.12 s.
 */
import { rate } from "./beatsResample.ts"

// Where QRS complexes stand out most from T waves and electrode motion, in Hz and in seconds.
const frequency = 18
const spread = 0.02

/** The filters reach this many samples to either side, and answer so many samples late. */
export const reach = Math.round(3 * spread * rate)

const taps = Array.from({ length: reach + 1 }, (_, tap) => tap)
const window = taps.map((tap) => Math.exp(-0.5 * (tap / (spread * rate)) ** 2))
const cosine = taps.map((tap) => window[tap]! * Math.cos((2 * Math.PI * frequency * tap) / rate))
const sine = taps.map((tap) => window[tap]! * Math.sin((2 * Math.PI * frequency * tap) / rate))

const bothSides = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, value, tap) => sum + (tap === 0 ? value : 2 * value), 0)

// A share of the window is taken off the cosine, so that a constant gives nothing.
const total = bothSides(window)
const leak = bothSides(cosine) / total
const even = Float64Array.from(taps, (tap) => (cosine[tap]! - leak * window[tap]!) / total)
const odd = Float64Array.from(sine, (value) => value / total)

/**
 * `push` takes samples at 150 Hz and writes, for each, the response of the even filter and the
 * envelope of both at the sample `reach` before it, into rings of one size, a power of two, from
 * `start` on.
 */
export interface Wavelet {
  readonly push: (
    samples: Float64Array,
    count: number,
    start: number,
    response: Float64Array,
    envelope: Float64Array
  ) => void
}

/** `most` is the largest number of samples that are pushed at once. */
export const wavelet = (most: number): Wavelet => {
  const past = 2 * reach
  const line = new Float64Array(past + most + 1)

  const push: Wavelet["push"] = (samples, count, start, response, envelope) => {
    const mask = envelope.length - 1
    for (let index = 0; index < count; index++) line[past + index] = samples[index]!
    // Two samples at a time, which keeps the processor busy where one waits for its sums. Taken
    // relative to the centre, the samples of a flat line give exactly zero.
    for (let index = 0; index < count; index += 2) {
      const centre = index + reach
      const twice = 2 * line[centre]!
      const nextTwice = 2 * line[centre + 1]!
      let real = 0
      let imaginary = 0
      let nextReal = 0
      let nextImaginary = 0
      for (let tap = 1; tap <= reach; tap++) {
        const before = line[centre - tap]!
        const after = line[centre + tap]!
        const nextBefore = line[centre + 1 - tap]!
        const nextAfter = line[centre + 1 + tap]!
        real += even[tap]! * (before + after - twice)
        imaginary += odd[tap]! * (after - before)
        nextReal += even[tap]! * (nextBefore + nextAfter - nextTwice)
        nextImaginary += odd[tap]! * (nextAfter - nextBefore)
      }
      const place = (start + index) & mask
      const nextPlace = (start + index + 1) & mask
      response[place] = real
      envelope[place] = Math.sqrt(real * real + imaginary * imaginary)
      // Where the count is odd, the last one is written again by the next push.
      response[nextPlace] = nextReal
      envelope[nextPlace] = Math.sqrt(nextReal * nextReal + nextImaginary * nextImaginary)
    }
    line.copyWithin(0, count, count + past)
  }

  return { push }
}
