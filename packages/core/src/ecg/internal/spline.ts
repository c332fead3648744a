/**
 * The cubic spline through points, with the not-a-knot condition at both ends: the first two pieces
 * are one cubic, and so are the last two (de Boor 1978, A Practical Guide to Splines, chapter IV).
 */

/** The slopes of the spline at its points, of which there are at least four, in increasing order. */
const slopes = (x: Float64Array, y: Float64Array): Float64Array => {
  const last = x.length - 1
  const step = (index: number) => x[index + 1]! - x[index]!
  const rise = (index: number) => (y[index + 1]! - y[index]!) / step(index)
  const diagonal = new Float64Array(last + 1)
  const upper = new Float64Array(last + 1)
  const slope = new Float64Array(last + 1)

  const first = step(0) + step(1)
  diagonal[0] = step(1)
  upper[0] = first
  slope[0] = ((step(0) + 2 * first) * step(1) * rise(0) + step(0) ** 2 * rise(1)) / first
  for (let index = 1; index <= last; index++) {
    const isLast = index === last
    const before = isLast ? last - 2 : index - 1
    const ahead = before + 1
    const end = step(before) + step(ahead)
    const lower = isLast ? end : step(ahead)
    const right = isLast
      ? (step(ahead) ** 2 * rise(before) + (2 * end + step(ahead)) * step(before) * rise(ahead)) /
        end
      : 3 * (step(ahead) * rise(before) + step(before) * rise(ahead))
    const factor = lower / diagonal[index - 1]!
    diagonal[index] = (isLast ? step(before) : 2 * end) - factor * upper[index - 1]!
    upper[index] = isLast ? 0 : step(before)
    slope[index] = right - factor * slope[index - 1]!
  }
  slope[last]! /= diagonal[last]!
  for (let index = last - 1; index >= 0; index--) {
    slope[index] = (slope[index]! - upper[index]! * slope[index + 1]!) / diagonal[index]!
  }
  return slope
}

/** The least number of points that determine the spline. */
export const fewest = 4

/** The spline through at least four points, from the first to before the last, every `interval`. */
export const resample = (x: Float64Array, y: Float64Array, interval: number): Float64Array => {
  const slope = slopes(x, y)
  const start = x[0]!
  const samples = new Float64Array(Math.ceil((x[x.length - 1]! - start) / interval))
  let piece = 0
  for (let index = 0; index < samples.length; index++) {
    const at = start + index * interval
    while (piece < x.length - 2 && at >= x[piece + 1]!) piece += 1
    const width = x[piece + 1]! - x[piece]!
    const offset = at - x[piece]!
    const rise = (y[piece + 1]! - y[piece]!) / width
    const bend = (slope[piece]! + slope[piece + 1]! - 2 * rise) / width
    const curve = (rise - slope[piece]!) / width - bend
    samples[index] =
      y[piece]! + offset * (slope[piece]! + offset * (curve + (offset * bend) / width))
  }
  return samples
}
