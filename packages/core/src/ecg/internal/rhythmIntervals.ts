/** RR intervals that can be trusted, in stretches that nothing unusable interrupts. */
import type { Segment } from "../Signal.ts"

/** Two or more beats, by their indices, that follow each other without an interruption. */
export interface Stretch {
  readonly first: number
  readonly last: number
}

const merged = (segments: ReadonlyArray<Segment>): ReadonlyArray<Segment> => {
  const result: Array<{ start: number; end: number }> = []
  for (const { start, end } of segments.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end)
    else result.push({ start, end })
  }
  return result
}

/** Splits beats wherever an unusable segment touches the interval between two of them. */
export const split = (
  beats: ArrayLike<number>,
  unusable: ReadonlyArray<Segment>
): ReadonlyArray<Stretch> => {
  const segments = merged(unusable)
  const stretches: Array<Stretch> = []
  let first = 0
  let next = 0
  for (let beat = 1; beat < beats.length; beat++) {
    while (next < segments.length && segments[next]!.end <= beats[beat - 1]!) next += 1
    if (next === segments.length || segments[next]!.start >= beats[beat]!) continue
    stretches.push({ first, last: beat - 1 })
    first = beat
  }
  stretches.push({ first, last: beats.length - 1 })
  return stretches.filter(({ first, last }) => last > first)
}
