/** The histogram of intervals, its height, and the triangle that fits it best. */

/** How many intervals fall in each bin; bin k holds those from k widths up to the next. */
export type Histogram = ReadonlyMap<number, number>

export const histogram = (values: Float64Array, width: number): Histogram => {
  const bins = new Map<number, number>()
  for (let index = 0; index < values.length; index++) {
    const bin = Math.floor(values[index]! / width)
    bins.set(bin, (bins.get(bin) ?? 0) + 1)
  }
  return bins
}

/** The fullest bin, the lowest of several: undefined in an empty histogram. */
export const mode = (
  bins: Histogram
): { readonly bin: number; readonly count: number } | undefined => {
  let best: { readonly bin: number; readonly count: number } | undefined
  for (const [bin, count] of bins) {
    const isFuller = best === undefined || count > best.count
    if (isFuller || (count === best?.count && bin < best.bin)) best = { bin, count }
  }
  return best
}

// A triangle over more bins than this (16 s at the standard width) says nothing about a heart.
const widest = 2048

/** How many bins from the mode the foot of the best fitting side lies, towards one direction. */
const foot = (bins: Histogram, top: number, height: number, direction: 1 | -1, reach: number) => {
  const misfit = (base: number): number => {
    let total = 0
    for (let k = 1; k <= reach; k++) {
      const line = Math.max(0, height * (1 - k / base))
      total += ((bins.get(top + direction * k) ?? 0) - line) ** 2
    }
    return total
  }
  let best = { base: 1, error: misfit(1) }
  for (let base = 2; base <= reach; base++) {
    const error = misfit(base)
    if (error < best.error) best = { base, error }
  }
  return best.base
}

/**
 * The base, in bins, of the triangle that stands on the mode and fits the histogram with the least
 * squares; each side is fitted alone. Its feet lie from one bin beside the mode to one bin beyond the
 * outermost intervals. NaN in an empty histogram and in one of more than 2,048 bins.
 */
export const triangleBase = (bins: Histogram): number => {
  const top = mode(bins)
  if (top === undefined) return NaN
  let lowest = top.bin
  let highest = top.bin
  for (const bin of bins.keys()) {
    lowest = Math.min(lowest, bin)
    highest = Math.max(highest, bin)
  }
  if (highest - lowest >= widest) return NaN
  const left = foot(bins, top.bin, top.count, -1, top.bin - lowest + 1)
  return left + foot(bins, top.bin, top.count, 1, highest - top.bin + 1)
}
