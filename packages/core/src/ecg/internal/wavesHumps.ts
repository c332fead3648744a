/**
 * The humps of a window: a steep slope, an extreme, and a steep slope of the other sign. Every P and
 * T wave, upright or inverted, is one of them.
 */
import type { View } from "./wavesShape.ts"

/** Where a hump is steepest before its peak and after it, and how steep. */
export interface Hump {
  readonly rise: number
  readonly peak: number
  readonly fall: number
  readonly riseSlope: number
  readonly fallSlope: number
}

// Slopes below this share of the steepest are ripples.
const ripple = 0.04

/** The steepest sample of every run of slopes of one sign, in order. */
const steepSlopes = (slope: Float64Array, from: number, to: number): ReadonlyArray<number> => {
  let most = 0
  for (let index = from; index <= to; index++) most = Math.max(most, Math.abs(slope[index]!))
  const found: Array<number> = []
  for (let index = from; index <= to; index++) {
    const value = slope[index]!
    if (Math.abs(value) <= ripple * most) continue
    const last = found[found.length - 1]
    const isSameRun = last !== undefined && Math.sign(slope[last]!) === Math.sign(value)
    if (!isSameRun) found.push(index)
    else if (Math.abs(value) > Math.abs(slope[last]!)) found[found.length - 1] = index
  }
  return found
}

export const humps = ({ slope }: View, from: number, to: number): ReadonlyArray<Hump> => {
  const steep = steepSlopes(slope, from, to)
  return steep.slice(1).map((fall, index) => {
    const rise = steep[index]!
    let peak = rise
    while (peak < fall && Math.sign(slope[peak]!) === Math.sign(slope[rise]!)) peak += 1
    return {
      rise,
      peak,
      fall,
      riseSlope: Math.abs(slope[rise]!),
      fallSlope: Math.abs(slope[fall]!)
    }
  })
}

/** The steepness of the gentler side of a hump: noise seldom has two steep sides in a row. */
export const strength = (hump: Hump): number => Math.min(hump.riseSlope, hump.fallSlope)

// The faintest waves of the tuning records are twice as steep as this, against their QRS complex.
const faintest = 0.0005

/** Whether a hump is too gentle to be a wave, beside a complex as steep as `steep`. */
export const isFaint = (hump: Hump, steep: number): boolean => strength(hump) < faintest * steep
