/**
 * Artefacts in a stretch of intervals, found by the shape of the differences around them, and mended.
 * `Variability.correct` documents the method.
 */
import type * as Signal from "../Signal.ts"
import * as Intervals from "./variabilitySeries.ts"

export type Kind = "ectopic" | "missed" | "extra" | "long" | "short"

/** The intervals from `index` on that are replaced, and by what. */
interface Found {
  readonly kind: Kind
  readonly index: number
  readonly before: ReadonlyArray<number>
  readonly after: ReadonlyArray<number>
}

/** Documented as `Variability.Change`. */
export interface Change extends Found {
  readonly at: number
}

const thresholdFactor = 5.2
const thresholdBeats = 91
const medianBeats = 11
const leastThreshold = 50
const edgeBeats = 5
const slope = 0.13
const offset = 0.17
const farFromMedian = 3

const quantile = (sorted: ReadonlyArray<number>, part: number): number => {
  const position = (sorted.length - 1) * part
  const index = Math.floor(position)
  const low = sorted[index]!
  return low + (position - index) * ((sorted[index + 1] ?? low) - low)
}

const positionOf = (sorted: ReadonlyArray<number>, value: number): number => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

/** A figure of the sorted values around each position; at the ends, of those there are. */
const around = (
  values: Float64Array,
  width: number,
  figure: (sorted: ReadonlyArray<number>) => number
): Float64Array => {
  const half = width >> 1
  const sorted: Array<number> = []
  const put = (value: number) => sorted.splice(positionOf(sorted, value), 0, value)
  const take = (value: number) => sorted.splice(positionOf(sorted, value), 1)
  for (let index = 0; index < Math.min(half, values.length); index++) put(values[index]!)
  return values.map((_, index) => {
    if (index + half < values.length) put(values[index + half]!)
    if (index - half > 0) take(values[index - half - 1]!)
    return figure(sorted)
  })
}

const quartileDeviation = (sorted: ReadonlyArray<number>): number =>
  (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2

const thresholds = (deviations: Float64Array): Float64Array =>
  around(deviations.map(Math.abs), thresholdBeats, quartileDeviation).map((deviation) =>
    Math.max(leastThreshold, thresholdFactor * deviation)
  )

interface Shape {
  readonly rr: Float64Array
  readonly median: Float64Array
  /** How far from the median an interval may lie. */
  readonly reach: Float64Array
  /** The difference to the interval before, in thresholds. */
  readonly step: (index: number) => number
  /** The deviation from the median, in thresholds, doubled below it. */
  readonly deviation: (index: number) => number
}

/** What stands beyond the end of a stretch: the median, or what lies near it and nearer to the end. */
const near = (median: number, end: number): number =>
  Math.max(median - leastThreshold, Math.min(median + leastThreshold, end))

const shapeOf = (rr: Float64Array): Shape => {
  const count = rr.length
  const before = near(Intervals.median(rr.subarray(0, edgeBeats)), rr[0]!)
  const after = near(Intervals.median(rr.subarray(-edgeBeats)), rr[count - 1]!)
  const steps = rr.map((value, index) => value - (rr[index - 1] ?? before))
  const stepReach = thresholds(steps)
  const median = around(rr, medianBeats, (sorted) => quantile(sorted, 0.5))
  const deviations = rr.map((value, index) => {
    const deviation = value - median[index]!
    return deviation < 0 ? 2 * deviation : deviation
  })
  const reach = thresholds(deviations)
  const lastStep = (after - rr[count - 1]!) / stepReach[count - 1]!
  return {
    rr,
    median,
    reach,
    step: (index) =>
      index === count
        ? lastStep
        : index < 0 || index > count
          ? 0
          : steps[index]! / stepReach[index]!,
    deviation: (index) => deviations[index]! / reach[index]!
  }
}

/** The difference turns round at this interval: the beat before it came early or late. */
const isEctopic = ({ step }: Shape, index: number): boolean => {
  const here = step(index)
  const [one, other] = [step(index - 1), step(index + 1)]
  return here > 0
    ? here > 1 && Math.max(one, other) < -slope * here - offset
    : here < -1 && Math.min(one, other) > -slope * here + offset
}

/** A step away, and within two intervals one back. */
const isPeak = ({ step }: Shape, index: number): boolean => {
  const here = step(index)
  const [next, second] = [step(index + 1), step(index + 2)]
  return here > 0
    ? here > 1 && Math.min(next, second) < -1
    : here < -1 && Math.max(next, second) > 1
}

const misfitOfSum = ({ rr, median }: Shape, index: number, at: number): number =>
  Math.abs((rr[at] ?? Infinity) + (rr[at + 1] ?? Infinity) - median[index]!)

const change = (
  { rr }: Shape,
  kind: Kind,
  index: number,
  after: ReadonlyArray<number>,
  length = 1
): Found => ({ kind, index, before: Array.from(rr.subarray(index, index + length)), after })

/** What an interval that leaves the others is, once it is no part of an ectopic pattern. */
const outlier = (
  shape: Shape,
  index: number,
  isFree: (index: number) => boolean
): Found | undefined => {
  const { rr, median, reach } = shape
  const isFar = Math.abs(shape.deviation(index)) > farFromMedian
  const peaks = isPeak(shape, index)
  if (!isFar && !peaks) return undefined
  const value = rr[index]!
  const isLong = peaks ? shape.step(index) > 0 : value > median[index]!
  if (isLong) {
    const half = value / 2
    return Math.abs(half - median[index]!) < reach[index]!
      ? change(shape, "missed", index, [half, half])
      : change(shape, "long", index, [])
  }
  const [best] = [index, index - 1]
    .filter((at) => isFree(at) && isFree(at + 1))
    .toSorted((left, right) => misfitOfSum(shape, index, left) - misfitOfSum(shape, index, right))
  return best !== undefined && misfitOfSum(shape, index, best) < reach[index]!
    ? change(shape, "extra", best, [rr[best]! + rr[best + 1]!], 2)
    : change(shape, "short", index, [])
}

/** Ectopic patterns first, as each begins or ends with an interval that is short or long by itself. */
const classify = (shape: Shape): ReadonlyArray<Found> => {
  const count = shape.rr.length
  const found: Array<Found> = []
  const isTaken = new Uint8Array(count)
  const isFree = (index: number) => index >= 0 && index < count && isTaken[index] === 0
  const take = (it: Found) => {
    found.push(it)
    isTaken.fill(1, it.index, it.index + it.before.length)
  }
  for (let index = 1; index < count; index++) {
    if (!isEctopic(shape, index)) continue
    const start = isFree(index - 1) ? index - 1 : index
    take(change(shape, "ectopic", start, [], index - start + 1))
  }
  let isFollowing = false
  for (let index = 0; index < count; index++) {
    const size = Math.abs(shape.step(index))
    const isCandidate = size > 1 || (isFollowing && size < Math.abs(shape.step(index + 1)))
    isFollowing = size > 1
    const artefact = isCandidate && isFree(index) ? outlier(shape, index, isFree) : undefined
    if (artefact !== undefined) take(artefact)
  }
  return found.toSorted((left, right) => left.index - right.index)
}

/** Fills in what is to be interpolated, on straight lines between the nearest intervals left alone. */
const interpolate = (rr: Float64Array, changes: ReadonlyArray<Found>): ReadonlyArray<Found> => {
  const isSound = new Uint8Array(rr.length).fill(1)
  for (const { index, before } of changes) isSound.fill(0, index, index + before.length)
  return changes.flatMap((it) => {
    if (it.after.length > 0) return [it]
    const left = isSound.lastIndexOf(1, it.index)
    const right = isSound.indexOf(1, it.index)
    if (left === -1 && right === -1) return []
    const from = left === -1 ? right : left
    const to = right === -1 ? left : right
    const after = it.before.map((_, k) => {
      const part = to === from ? 0 : (it.index + k - from) / (to - from)
      return rr[from]! + part * (rr[to]! - rr[from]!)
    })
    return [{ ...it, after }]
  })
}

/** What mends a stretch that begins at `from` in the whole, in order; no two share an interval. */
export const find = (stretch: Float64Array, from: number): ReadonlyArray<Found> =>
  interpolate(stretch, classify(shapeOf(stretch))).map((it) => ({ ...it, index: from + it.index }))

/** The ends of new intervals that share the time of those before, the last of which ends at `end`. */
const endsOf = ({ before, after }: Found, end: number): ReadonlyArray<number> => {
  const share = sum(before) / sum(after)
  return after.map((_, k) => end - share * sum(after.slice(k + 1)))
}

const sum = (values: ReadonlyArray<number>): number =>
  values.reduce((total, value) => total + value, 0)

/** The intervals with every change made, and when they end. */
export const mend = (
  rr: Signal.Signal,
  times: Signal.Signal,
  found: ReadonlyArray<Found>
): {
  readonly rr: Float64Array
  readonly times: Float64Array
  readonly changes: ReadonlyArray<Change>
} => {
  const mended: Array<number> = []
  const ends: Array<number> = []
  const changes: Array<Change> = []
  let next = 0
  const keepUntil = (stop: number) => {
    for (; next < stop; next++) {
      mended.push(rr[next]!)
      ends.push(times[next] ?? NaN)
    }
  }
  for (const it of found) {
    keepUntil(it.index)
    changes.push({ ...it, at: mended.length })
    next += it.before.length
    mended.push(...it.after)
    ends.push(...endsOf(it, times[next - 1] ?? NaN))
  }
  keepUntil(rr.length)
  return { rr: Float64Array.from(mended), times: Float64Array.from(ends), changes }
}
