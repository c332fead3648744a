/**
 * What an interval from one beat to the next costs, given those before it.
 *
 * An interval is cheap when one like it was seen among the last eight, whatever their order, so that
 * sinus rhythm, bigeminy and fibrillation each expect what they do. Costs are relative to what the
 * rhythm costs on average: an irregular rhythm is not a reason to find fewer beats.
 */
import { rate } from "./beatsResample.ts"

const remembered = 8

/** No two beats are nearer than this. */
export const refractory = 0.2 * rate

// Before two beats are known, an interval is compared with this one.
const usualInterval = 0.8 * rate

// The constants below were found on the development records named in Beats. Costs are in log odds.

// What an interval like none before costs at most is -log(novelty).
const novelty = 0.03
const weight = 1.41

// On a clean lead, the rhythm counts only this much.
const clean = 0.45

// How alike intervals are, as a share: at least, at most, and relative to how much they vary.
const narrowest = 0.17
const widest = 0.25
const narrowing = 0.6

// The interval before counts as much as a remembered one.
const latest = 1

// How much of the average cost is taken off.
const relief = 1.1

// Below 280 ms, and below 0.45 of the usual interval unless the one before was as short, an interval
// is more likely that from a P wave to its beat, or from a beat to its T wave.
const shortest = 0.28 * rate
const shortCost = 5
const earliest = 0.45
const earlyCost = 2

// Where a beat should have been, its absence costs.
const late = 1.5
const lateSlope = 3
const lateCost = 4

const pace = 0.1

/**
 * `cost` of an interval after the one `before` it (0 where there is none), in samples of 150 Hz;
 * `doubt` is 0 on a clean lead and 1 in noise. No interval gains more than
 * `bonus`. `learn` takes the interval of two confirmed beats.
 */
export interface Rhythm {
  readonly cost: (interval: number, before: number, doubt: number) => number
  readonly bonus: () => number
  readonly learn: (interval: number) => void
}

export const rhythm = (): Rhythm => {
  const intervals = new Float64Array(remembered)
  // One over the width of each interval: what turns another into how far away it is.
  const scales = new Float64Array(remembered)
  const sorted = new Float64Array(remembered)
  let count = 0
  let known = 0
  let typical = usualInterval
  let variation = 0.1
  let width = narrowest
  let average = 0

  // 1 where two intervals are the same, falling as they differ by more than the width.
  const kernel = (away: number): number => {
    const near = 1 / (1 + away * away)
    return near * near
  }

  const surprise = (interval: number, before: number): number => {
    const total = known + (before > 0 ? latest : 0)
    if (total === 0) return 0
    let sum = before > 0 ? latest * kernel((interval / before - 1) / width) : 0
    for (let index = 0; index < known; index++) {
      sum += kernel(interval * scales[index]! - 1 / width)
    }
    return -weight * Math.log(novelty + ((1 - novelty) * sum) / total)
  }

  const short = (interval: number, ratio: number, before: number): number => {
    const absolute =
      interval < shortest ? (shortCost * (shortest - interval)) / (shortest - refractory) : 0
    const isRun = Math.abs(interval - before) < 0.2 * before
    const relative =
      known > 0 && ratio < earliest && !isRun
        ? earlyCost * Math.min(1, (earliest - ratio) / 0.15)
        : 0
    return absolute + relative
  }

  const cost: Rhythm["cost"] = (interval, before, doubt) => {
    if (interval < refractory) return Infinity
    const ratio = interval / typical
    const unusual = known > 0 || before > 0 ? surprise(interval, before) - relief * average : 0
    const missing = known > 0 && ratio > late ? Math.min(lateCost, lateSlope * (ratio - late)) : 0
    return (clean + (1 - clean) * doubt) * unusual + short(interval, ratio, before) + missing
  }

  const median = (): number => {
    sorted.set(intervals)
    const inUse = sorted.subarray(0, known).sort()
    return (inUse[(known - 1) >> 1]! + inUse[known >> 1]!) / 2
  }

  const learn: Rhythm["learn"] = (interval) => {
    if (known > 0) {
      average += (Math.min(3, surprise(interval, 0)) - average) * pace
      const off = Math.min(0.4, Math.abs(Math.log(interval / typical)))
      variation = Math.max(0.03, variation + (off - variation) * pace)
      width = Math.min(widest, Math.max(narrowest, narrowing * variation))
    }
    intervals[count++ % remembered] = interval
    known = Math.min(count, remembered)
    typical = median()
    for (let index = 0; index < known; index++) scales[index] = 1 / (width * intervals[index]!)
  }

  return { cost, bonus: () => relief * average, learn }
}
