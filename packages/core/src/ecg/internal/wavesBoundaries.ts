/**
 * What is measured where a wave may begin or end: how steep the signal is on either side, how far it
 * is from the level outside, how much is still to come outside, and how far it is from the steepest
 * places of the wave.
 */
import { activity, energyBetween, levelBetween, type View } from "./wavesShape.ts"
import type { Search } from "./wavesModel.ts"
import { samples } from "./wavesWindow.ts"

/**
 * A boundary to look for between `from` and `to`. `inward` is 1 for an onset and -1 for an offset.
 * `steep` and `tall` are the slope and the height of the wave, `beyond` tells from a candidate where
 * the outside ends, and `marks` fills the distances that the candidate is judged by.
 */
export interface Boundary {
  readonly shape: View
  readonly from: number
  readonly to: number
  readonly inward: 1 | -1
  readonly near: number
  readonly far: number
  readonly steep: number
  readonly tall: number
  readonly floor: number
  readonly beyond: (at: number) => number
  readonly marks: ReadonlyArray<(at: number) => number>
}

// Distances are told in units of 50 ms, so that they and the logarithms are of one size.
const unit = samples(50)

/** The distance from a sample. */
export const from =
  (mark: number) =>
  (at: number): number =>
    (at - mark) / unit

/** A distance that counts no further than `least` and `most` units. */
export const within =
  (least: number, most: number, distance: (at: number) => number) =>
  (at: number): number =>
    Math.min(most, Math.max(least, distance(at)))

const smallestHeight = 0.01
const smallestRest = 1e-4

/** Every measure is followed by half its square: what is best may lie in the middle. */
export const search = (boundary: Boundary): Search => {
  const { shape, inward, near, far, steep, tall, floor, beyond, marks } = boundary
  const steepness = (one: number, other: number): number =>
    Math.log(activity(shape, one, other) / steep + floor)

  const measure: Search["measure"] = (at, into) => {
    const outside = at - inward
    const height = shape.level[at]! - levelBetween(shape, at - inward * near, at - inward * far)
    let count = 0
    const put = (value: number): void => {
      into[count++] = value
      into[count++] = 0.5 * value * value
    }
    put(steepness(at, at + inward * near))
    put(steepness(at, at + inward * far))
    put(steepness(outside, at - inward * near))
    put(steepness(outside, at - inward * far))
    put(Math.log(Math.abs(height) / tall + smallestHeight))
    const rest = energyBetween(shape, at, beyond(at)) / (steep * steep * unit)
    put(Math.log(rest + smallestRest))
    for (const mark of marks) put(mark(at))
  }

  return { from: boundary.from, to: boundary.to, measure }
}
