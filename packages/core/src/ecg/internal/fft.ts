/**
 * The discrete Fourier transform of a real signal of any length, as power per frequency.
 *
 * Method: radix 2 for powers of two (Cooley & Tukey 1965, doi:10.1090/S0025-5718-1965-0178586-1); any
 * other length becomes a convolution of such a length (Bluestein 1970, doi:10.1109/TAU.1970.1162132).
 */

interface Complex {
  readonly re: Float64Array
  readonly im: Float64Array
}

const zeros = (length: number): Complex => ({
  re: new Float64Array(length),
  im: new Float64Array(length)
})

/** The turns exp(-i pi k / half), for k below `half`. */
const turns = (half: number): Complex => {
  const { re, im } = zeros(half)
  for (let k = 0; k < half; k++) {
    re[k] = Math.cos((Math.PI * k) / half)
    im[k] = -Math.sin((Math.PI * k) / half)
  }
  return { re, im }
}

const reverseBits = ({ re, im }: Complex): void => {
  const length = re.length
  for (let index = 1, mirrored = 0; index < length; index++) {
    let bit = length >> 1
    for (; (mirrored & bit) !== 0; bit >>= 1) mirrored ^= bit
    mirrored ^= bit
    if (index >= mirrored) continue
    const real = re[index]!
    const imaginary = im[index]!
    re[index] = re[mirrored]!
    im[index] = im[mirrored]!
    re[mirrored] = real
    im[mirrored] = imaginary
  }
}

/** In place, for a power of two. */
const transform = (values: Complex, twiddles: Complex): void => {
  const { re, im } = values
  const length = re.length
  reverseBits(values)
  for (let size = 2; size <= length; size *= 2) {
    const half = size >> 1
    const stride = length / size
    for (let start = 0; start < length; start += size) {
      for (let k = 0; k < half; k++) {
        const cos = twiddles.re[k * stride]!
        const sin = twiddles.im[k * stride]!
        const low = start + k
        const high = low + half
        const real = re[high]! * cos - im[high]! * sin
        const imaginary = re[high]! * sin + im[high]! * cos
        re[high] = re[low]! - real
        im[high] = im[low]! - imaginary
        re[low]! += real
        im[low]! += imaginary
      }
    }
  }
}

const squared = ({ re, im }: Complex, count: number): Float64Array => {
  const power = new Float64Array(count)
  for (let k = 0; k < count; k++) power[k] = re[k]! ** 2 + im[k]! ** 2
  return power
}

/** The squared magnitudes of the frequencies 0 to length / 2 of a real signal. */
export type Power = (signal: Float64Array) => Float64Array

const radix2 = (length: number): Power => {
  const twiddles = turns(length >> 1)
  return (signal) => {
    const values = { re: signal.slice(), im: new Float64Array(length) }
    transform(values, twiddles)
    return squared(values, (length >> 1) + 1)
  }
}

// k^2 is reduced modulo twice the length first, so that the angle stays small and exact.
const chirp = (length: number): Complex => {
  const { re, im } = zeros(length)
  for (let k = 0; k < length; k++) {
    const angle = (Math.PI * ((k * k) % (2 * length))) / length
    re[k] = Math.cos(angle)
    im[k] = -Math.sin(angle)
  }
  return { re, im }
}

const bluestein = (length: number): Power => {
  const padded = 2 ** Math.ceil(Math.log2(2 * length - 1))
  const twiddles = turns(padded >> 1)
  const wave = chirp(length)
  const kernel = zeros(padded)
  for (let k = 0; k < length; k++) {
    const mirrored = (padded - k) % padded
    kernel.re[k] = kernel.re[mirrored] = wave.re[k]!
    kernel.im[k] = kernel.im[mirrored] = -wave.im[k]!
  }
  transform(kernel, twiddles)
  return (signal) => {
    const values = zeros(padded)
    for (let k = 0; k < length; k++) {
      values.re[k] = signal[k]! * wave.re[k]!
      values.im[k] = signal[k]! * wave.im[k]!
    }
    transform(values, twiddles)
    // The inverse transform is that of the conjugate; neither it nor the last factor of the chirp
    // changes a magnitude, save for the length.
    for (let k = 0; k < padded; k++) {
      const real = values.re[k]! * kernel.re[k]! - values.im[k]! * kernel.im[k]!
      values.im[k] = -(values.re[k]! * kernel.im[k]! + values.im[k]! * kernel.re[k]!)
      values.re[k] = real
    }
    transform(values, twiddles)
    return squared(values, (length >> 1) + 1).map((power) => power / (padded * padded))
  }
}

/** Prepares the transform of signals of one length, at least 2. */
export const power = (length: number): Power =>
  (length & (length - 1)) === 0 ? radix2(length) : bluestein(length)
