/** Where a stretch of a template lies in a beat, and how much alike the two are. */
import { correlation, detrend, smooth } from "./wavesShape.ts"
import type { Member } from "./wavesTemplate.ts"
import { hasAll } from "./wavesWindow.ts"

const smoothing = 6

/** `count` samples from `from`; `values` has every `stride`th, smoothed, without mean and trend. */
export interface Stretch {
  readonly from: number
  readonly count: number
  readonly stride: number
  readonly values: Float64Array
}

const every = (values: Float64Array, stride: number): Float64Array => {
  const thinned = new Float64Array(Math.ceil(values.length / stride))
  for (let index = 0; index < thinned.length; index++) thinned[index] = values[index * stride]!
  return thinned
}

/** The stretch from sample `from` to before sample `to`. */
export const stretchOf = (
  window: Float64Array,
  from: number,
  to: number,
  stride: number
): Stretch => {
  const values = every(smooth(window.subarray(from, to), smoothing), stride)
  return { from, count: to - from, stride, values: detrend(values) }
}

export interface Match {
  readonly shift: number
  readonly likeness: number
}

// A shift must earn its distance.
const costOfShift = 0.05

/**
 * The best place of a stretch in a beat, from `back` samples earlier to `forth` samples later.
 * Undefined where samples of the stretch are missing; without those around it, it is not shifted.
 */
export const match = (
  stretch: Stretch,
  { window, shift }: Member,
  back: number,
  forth: number
): Match | undefined => {
  const { count, stride, values } = stretch
  const from = stretch.from + shift
  const to = from + count
  if (!hasAll(window, from, to)) return undefined
  const hasMargins = hasAll(window, from - back, to + forth)
  const earliest = hasMargins ? Math.floor(back / stride) : 0
  const latest = hasMargins ? Math.floor(forth / stride) : 0
  const start = from - earliest * stride
  const part = every(smooth(window.subarray(start, to + latest * stride), smoothing), stride)
  let best: Match = { shift: 0, likeness: -1 }
  let highest = -Infinity
  for (let step = -earliest; step <= latest; step++) {
    const likeness = correlation(values, part, earliest + step)
    const cost = step === 0 ? 0 : costOfShift * (step / (step < 0 ? earliest : latest)) ** 2
    if (likeness - cost > highest) {
      highest = likeness - cost
      best = { shift: step * stride, likeness }
    }
  }
  return best
}

/** The mean likeness of the beats that have a stretch, up to `back` samples earlier; 0 without any. */
export const likenessOf = (
  stretch: Stretch,
  members: ReadonlyArray<Member>,
  back: number
): number => {
  const found = members.flatMap((member) => match(stretch, member, back, 0) ?? [])
  return found.reduce((sum, { likeness }) => sum + likeness, 0) / Math.max(1, found.length)
}
