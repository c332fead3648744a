/**
 * Second stage of delineation: the beats of a block that look alike are laid over each other, and
 * what they have in common is kept as their template, in which noise is small.
 */
import { slopes, smooth } from "./wavesShape.ts"
import { before, samples, size } from "./wavesWindow.ts"

/**
 * One beat of a block: which it is, its window, where in it its neighbours are, and how far it had to
 * be shifted to lie over the others.
 */
export interface Member {
  readonly index: number
  readonly window: Float64Array
  readonly previous: number
  readonly next: number
  shift: number
}

/** Beats that look alike, and the middle of them sample by sample. */
export interface Template {
  readonly members: ReadonlyArray<Member>
  readonly window: Float64Array
  /** The part of the window that at least half of the members have. */
  readonly from: number
  readonly to: number
  /** Where the neighbours of a member usually are. */
  readonly previous: number
  readonly next: number
}

const around = samples(100)
const mostShift = samples(20)
const alike = 0.8
const fewestTimes = 0.5
// The T wave of the beat before and the P wave of the beat after are no part of a beat.
export const clearBefore = samples(100)
const clearAfter = samples(80)

interface Group {
  readonly pattern: Float64Array
  energy: number
  readonly members: Array<Member>
}

const join = (group: Group, member: Member, pattern: Float64Array): void => {
  group.members.push(member)
  const share = 1 / group.members.length
  for (let index = mostShift; index < pattern.length - mostShift; index++) {
    group.pattern[index]! += share * (pattern[index + member.shift]! - group.pattern[index]!)
  }
  group.energy = energyOf(group.pattern)
}

/** The slopes of the QRS complex, with room to shift it. */
const patternOf = (window: Float64Array): Float64Array => {
  const reach = around + mostShift
  const part = window.slice(before - reach, before + reach + 1)
  return slopes(smooth(part, 2), 2)
}

const energyOf = (pattern: Float64Array): number => {
  let energy = 0
  for (let index = mostShift; index < pattern.length - mostShift; index++) {
    energy += pattern[index]! * pattern[index]!
  }
  return energy
}

interface Likeness {
  readonly correlation: number
  readonly shift: number
  readonly times: number
}

/** How well a pattern lies over that of a group, at its best shift. */
const likeness = (pattern: Float64Array, group: Group): Likeness => {
  let best: Likeness = { correlation: -1, shift: 0, times: 0 }
  for (let shift = -mostShift; shift <= mostShift; shift++) {
    let product = 0
    let energy = 0
    for (let index = mostShift; index < pattern.length - mostShift; index++) {
      const value = pattern[index + shift]!
      product += value * group.pattern[index]!
      energy += value * value
    }
    const correlation = product / Math.sqrt(energy * group.energy)
    if (correlation > best.correlation) {
      best = { correlation, shift, times: Math.sqrt(energy / group.energy) }
    }
  }
  return best
}

export const group = (members: ReadonlyArray<Member>): ReadonlyArray<Template> => {
  const groups: Array<Group> = []
  for (const member of members) {
    const pattern = patternOf(member.window)
    let home: Group | undefined
    let most = alike
    for (const candidate of groups) {
      const { correlation, shift, times } = likeness(pattern, candidate)
      const isAlike = times > fewestTimes && times < 1 / fewestTimes
      if (correlation > most && isAlike) {
        most = correlation
        home = candidate
        member.shift = shift
      }
    }
    if (home === undefined) groups.push({ pattern, energy: energyOf(pattern), members: [member] })
    else join(home, member, pattern)
  }
  return groups.map(({ members }) => templateOf(members))
}

const templateOf = (members: ReadonlyArray<Member>): Template => {
  const window = new Float64Array(size)
  const values = new Float64Array(members.length)
  for (let at = 0; at < size; at++) {
    let count = 0
    for (const member of members) {
      const index = at + member.shift
      if (index < member.previous + clearBefore || index > member.next - clearAfter) continue
      const value = index >= 0 && index < size ? member.window[index]! : NaN
      if (!Number.isNaN(value)) insert(values, count++, value)
    }
    window[at] = 2 * count >= members.length ? middle(values, count) : NaN
  }
  let from = before
  let to = before
  while (from > 0 && !Number.isNaN(window[from - 1])) from -= 1
  while (to < size - 1 && !Number.isNaN(window[to + 1])) to += 1
  window.fill(window[from]!, 0, from)
  window.fill(window[to]!, to + 1)
  const previous = median(members.map((member) => Math.max(member.previous, before - longest)))
  const next = median(members.map((member) => Math.min(member.next, before + longest)))
  return { members, window, from, to, previous, next }
}

const longest = samples(2000)

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1]!

/** Puts a value into its place among the first `count` sorted ones. */
const insert = (sorted: Float64Array, count: number, value: number): void => {
  let at = count
  while (at > 0 && sorted[at - 1]! > value) {
    sorted[at] = sorted[at - 1]!
    at -= 1
  }
  sorted[at] = value
}

/** The mean of the middle half of the first `count` sorted values. */
const middle = (sorted: Float64Array, count: number): number => {
  const skipped = Math.floor(count / 4)
  let sum = 0
  for (let index = skipped; index < count - skipped; index++) sum += sorted[index]!
  return sum / (count - 2 * skipped)
}
