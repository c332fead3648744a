/** Stretches of a signal with a kind, and the windows that a signal is cut into. */
import type * as Signal from "../Signal.ts"

/** From `start` up to and not including `end`, in samples. */
export interface Stretch<Kind> {
  readonly start: number
  readonly end: number
  readonly kind: Kind
}

/** Adds a stretch after the others, or lengthens the last one where it is of its kind and near. */
export const append = <Kind>(
  stretches: Array<Stretch<Kind>>,
  start: number,
  end: number,
  kind: Kind,
  near: number
): void => {
  const last = stretches.at(-1)
  if (last === undefined || start > last.end + near) {
    stretches.push({ start, end, kind })
  } else if (last.kind === kind) {
    stretches[stretches.length - 1] = { start: last.start, end, kind }
  } else if (end > last.end) {
    stretches.push({ start: Math.max(start, last.end), end, kind })
  }
}

/** The part of a stretch that lies within a signal. */
export const clip = <Kind>(stretch: Stretch<Kind>, length: number): Stretch<Kind> => ({
  start: Math.max(0, stretch.start),
  end: Math.min(length, stretch.end),
  kind: stretch.kind
})

/** A signal cut into windows of one length, of which the last is up to half as long again. */
export interface Windows {
  readonly count: number
  readonly length: number
  readonly longest: number
  readonly samples: number
}

/** Cuts a signal into windows; what is left of less than half a window belongs to the last one. */
export const cut = (samples: number, length: number): Windows => {
  const count = Math.max(1, Math.round(samples / length))
  return { count, length, longest: Math.max(length, samples - (count - 1) * length), samples }
}

/** The window in which a sample lies. */
export const windowOf = (windows: Windows, sample: number): number =>
  Math.max(0, Math.min(windows.count - 1, Math.floor(sample / windows.length)))

/** The first sample after a window. */
export const endOf = ({ count, length, samples }: Windows, window: number): number =>
  window === count - 1 ? samples : (window + 1) * length

// The square of anything larger may have no double.
const largest = 1e100

/** Copies the samples of a window into a block, NaN for what is missing, and gives their number. */
export const load = (
  signal: Signal.Signal,
  windows: Windows,
  window: number,
  block: Float64Array
): number => {
  const first = window * windows.length
  const length = endOf(windows, window) - first
  for (let index = 0; index < length; index++) {
    const sample = signal[first + index]!
    block[index] = Math.abs(sample) <= largest ? sample : NaN
  }
  return length
}
