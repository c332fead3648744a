/**
 * Power over frequency: by averaged periodograms of evenly spaced samples, and by least squares for
 * values at any times.
 */
import * as Fft from "./fft.ts"
import * as Intervals from "./variabilitySeries.ts"

/** Power density at `first + k * step` Hz, in the squared unit of the values per Hz. */
export interface Spectrum {
  readonly first: number
  readonly step: number
  readonly density: Float64Array
}

/** The power at frequencies from `low` up to but not including `high`: NaN where there is none. */
export const band = (
  { first, step, density }: Spectrum,
  [low, high]: readonly [number, number]
): number => {
  let power = 0
  let count = 0
  for (let k = 0; k < density.length; k++) {
    const frequency = first + k * step
    if (frequency < low || frequency >= high) continue
    power += density[k]!
    count += 1
  }
  return count === 0 ? NaN : power * step
}

const hann = (length: number): Float64Array =>
  Float64Array.from({ length }, (_, k) => 0.5 - 0.5 * Math.cos((2 * Math.PI * k) / length))

/**
 * The mean of the periodograms of segments that overlap by half (Welch 1967,
 * doi:10.1109/TAU.1967.1161901), each less its mean and under a periodic Hann window. No segment
 * reaches over two signals; a signal shorter than a segment, and the tail of a longer one, are left out.
 */
export const welch = (
  signals: ReadonlyArray<Float64Array>,
  samplingRate: number,
  segment: number
): Spectrum & { readonly segments: number } => {
  const power = Fft.power(segment)
  const window = hann(segment)
  const hop = segment - (segment >> 1)
  const density = new Float64Array((segment >> 1) + 1)
  const block = new Float64Array(segment)
  let segments = 0
  for (const signal of signals) {
    for (let start = 0; start + segment <= signal.length; start += hop) {
      const samples = signal.subarray(start, start + segment)
      const mean = Intervals.mean(samples)
      for (let k = 0; k < segment; k++) block[k] = (samples[k]! - mean) * window[k]!
      const found = power(block)
      for (let k = 0; k < density.length; k++) density[k]! += found[k]!
      segments += 1
    }
  }
  const energy = window.reduce((total, weight) => total + weight * weight, 0)
  const isOwnMirror = (k: number) => k === 0 || 2 * k === segment
  const scaled = density.map(
    (total, k) => ((isOwnMirror(k) ? 1 : 2) * total) / (segments * samplingRate * energy)
  )
  return { first: 0, step: samplingRate / segment, density: scaled, segments }
}

/**
 * The periodogram of values at any times, in seconds (Lomb 1976, doi:10.1007/BF00648343; Scargle 1982,
 * doi:10.1086/160554), of the values less their mean. It is scaled to hold their variance (n), as its
 * own scale has no unit of density.
 */
export const lombScargle = (
  times: Float64Array,
  values: Float64Array,
  frequencies: { readonly first: number; readonly step: number; readonly count: number }
): Spectrum => {
  const { first, step, count } = frequencies
  const mean = Intervals.mean(values)
  const valueCos = new Float64Array(count)
  const valueSin = new Float64Array(count)
  const cosCos = new Float64Array(count)
  const cosSin = new Float64Array(count)
  let variance = 0
  for (let index = 0; index < values.length; index++) {
    const value = values[index]! - mean
    variance += (value * value) / values.length
    const time = 2 * Math.PI * (times[index]! - times[0]!)
    let cos = Math.cos(time * first)
    let sin = Math.sin(time * first)
    // From one frequency to the next, the angle grows by the same turn.
    const turnCos = Math.cos(time * step)
    const turnSin = Math.sin(time * step)
    for (let k = 0; k < count; k++) {
      valueCos[k]! += value * cos
      valueSin[k]! += value * sin
      cosCos[k]! += cos * cos
      cosSin[k]! += cos * sin
      const turned = cos * turnCos - sin * turnSin
      sin = sin * turnCos + cos * turnSin
      cos = turned
    }
  }

  const density = new Float64Array(count)
  let total = 0
  for (let k = 0; k < count; k++) {
    const squares = cosCos[k]!
    const otherSquares = values.length - squares
    const shift = 0.5 * Math.atan2(2 * cosSin[k]!, squares - otherSquares)
    const cos = Math.cos(shift)
    const sin = Math.sin(shift)
    const cross = 2 * cos * sin * cosSin[k]!
    const along = cos * valueCos[k]! + sin * valueSin[k]!
    const across = cos * valueSin[k]! - sin * valueCos[k]!
    density[k] =
      along ** 2 / (cos * cos * squares + cross + sin * sin * otherSquares) +
      across ** 2 / (cos * cos * otherSquares - cross + sin * sin * squares)
    total += density[k]!
  }
  const scale = variance === 0 ? 0 : variance / (total * step)
  return { first, step, density: density.map((power) => power * scale) }
}
