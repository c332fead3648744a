/**
 * Delineation of a block of beats: each group of beats that look alike is delineated once, on its
 * template, and every beat gets the waves of its group, each moved to where it lies in that beat.
 */
import { type Candidate, findAtrial, type Pattern } from "./wavesAtrial.ts"
import { findComplex, type Complex, withoutComplex } from "./wavesComplex.ts"
import { likenessOf, match, type Stretch, stretchOf } from "./wavesMatch.ts"
import { logOdds } from "./wavesModel.ts"
import { findRecovery, type Wave } from "./wavesRecovery.ts"
import { group, type Member, type Template } from "./wavesTemplate.ts"
import { weights } from "./wavesWeights.ts"
import { before, hasAll, type Reader, samples, size } from "./wavesWindow.ts"

/** The waves of one beat, in samples of the signal from the beat on, not rounded. */
export interface Found {
  readonly index: number
  readonly qrs: Wave
  readonly p?: Wave
  readonly t?: Wave
}

const core = samples(120)
const levelFrom = before - samples(90)
const levelTo = before - samples(70)

/** Takes the level before the complex off, so that the members of a group share their baseline. */
const level = (window: Float64Array): void => {
  let sum = 0
  for (let at = levelFrom; at < levelTo; at++) sum += window[at]!
  const mean = sum / (levelTo - levelFrom)
  for (let at = 0; at < size; at++) window[at]! -= mean
}

/** The beats of a block that are there as a whole. */
export const members = (
  { read, step }: Reader,
  beats: ArrayLike<number>,
  from: number,
  to: number
): ReadonlyArray<Member> => {
  const found: Array<Member> = []
  for (let index = from; index < to; index++) {
    const window = new Float64Array(size)
    const beat = beats[index]!
    read(beat, window)
    if (!hasAll(window, before - core, before + core + 1)) continue
    level(window)
    const distance = (other: number): number => Math.round((beats[other]! - beat) / step)
    const previous = index === 0 ? -Infinity : before + distance(index - 1)
    const next = index === beats.length - 1 ? Infinity : before + distance(index + 1)
    found.push({ index, window, previous, next, shift: 0 })
  }
  return found
}

const usualIrregularity = 0.03

/** The median change from one RR interval to the next, as a share of the shorter. */
export const irregularity = (beats: ArrayLike<number>, from: number, to: number): number => {
  const changes: Array<number> = []
  for (let index = from + 2; index < to; index++) {
    const one = beats[index - 1]! - beats[index - 2]!
    const other = beats[index]! - beats[index - 1]!
    changes.push(Math.abs(other - one) / Math.min(one, other))
  }
  if (changes.length < 2) return usualIrregularity
  return changes.sort((a, b) => a - b)[changes.length >> 1]!
}

interface Delineated {
  readonly template: Template
  readonly complex: Complex
  readonly rest: Float64Array
  readonly t: Wave | undefined
  readonly p: Candidate | undefined
}

const usualTEnd = before + samples(300)

const delineate = (
  template: Template,
  unsteady: number,
  usual?: Pattern
): Delineated | undefined => {
  const complex = findComplex(template)
  if (complex === undefined) return undefined
  const rest = withoutComplex(template.window, complex)
  const t = findRecovery(template, rest, complex)
  const p = findAtrial(template, rest, complex, t?.offset ?? usualTEnd, unsteady, usual)
  return { template, complex, rest, t, p }
}

/** Delineates the largest group first: its P wave is what the others are compared with. */
const delineateGroups = (
  templates: ReadonlyArray<Template>,
  unsteady: number
): ReadonlyArray<Delineated> => {
  const bySize = templates.toSorted((a, b) => b.members.length - a.members.length)
  const groups: Array<Delineated> = []
  for (const template of bySize) {
    const found = delineate(template, unsteady, groups[0]?.p?.pattern)
    if (found) groups.push(found)
  }
  return groups
}

const mostOdds = 6
// A ventricular beat among beats with P waves has none of its own.
const leastOwnOdds = -2

/** What a group says of its own P wave, and what the whole block says: an atrium is seldom of two minds. */
export const opinions = (
  groups: ReadonlyArray<Pick<Delineated, "template" | "p">>
): ReadonlyArray<Float64Array> => {
  const own = groups.map(({ p }) => {
    const odds = p === undefined ? -mostOdds : logOdds(p.evidence, weights.pOwn)
    return Math.min(mostOdds, Math.max(-mostOdds, odds))
  })
  let sum = 0
  let count = 0
  for (const [index, { template }] of groups.entries()) {
    sum += own[index]! * template.members.length
    count += template.members.length
  }
  return own.map((odds) => Float64Array.of(1, odds, sum / count))
}

const moved = ({ onset, peak, offset }: Wave, by: number, step: number): Wave => ({
  onset: (onset - before + by) * step,
  peak: (peak - before + by) * step,
  offset: (offset - before + by) * step
})

/** The sample of a complex that is furthest from the straight line below it. */
const peakOf = ({ window, shift }: Member, { onset, offset }: Complex): number => {
  const first = window[onset + shift]!
  const slope = (window[offset + shift]! - first) / (offset - onset)
  let peak = onset
  let furthest = -1
  for (let at = onset; at <= offset; at++) {
    const distance = Math.abs(window[at + shift]! - first - slope * (at - onset))
    if (distance > furthest) {
      furthest = distance
      peak = at
    }
  }
  return peak
}

const pad = samples(20)
const mostOfP = samples(40)
const strideOfP = samples(4)
const mostOfT = samples(64)
const strideOfT = samples(8)
// A beat that is less like its group than this has no such wave.
const ownLikeness = 0.3
// A match below this does not say where a wave lies: it is left where the group has it.
const leastLikeness = 0.5
// Beats as different as this, where there are as many, have no T wave in common.
const leastLikenessOfT = 0.4
const fewForT = 4

const placed = (
  wave: Wave,
  stretch: Stretch,
  member: Member,
  most: number,
  step: number
): Wave | undefined => {
  const found = match(stretch, member, most, most)
  if (found === undefined || found.likeness < ownLikeness) return undefined
  const shift = found.likeness < leastLikeness ? 0 : found.shift
  return moved(wave, member.shift + shift, step)
}

type Placed = (member: Member) => Wave | undefined

const nowhere: Placed = () => undefined

const placeP = ({ complex, rest, p }: Delineated, step: number): Placed => {
  if (p === undefined) return nowhere
  const { onset, offset } = p.wave
  const from = Math.max(0, onset - pad)
  const stretch = stretchOf(rest, from, Math.min(complex.onset, offset + pad), strideOfP)
  return (member) => placed(p.wave, stretch, member, mostOfP, step)
}

const placeT = ({ template, complex, rest, t }: Delineated, step: number): Placed => {
  if (t === undefined) return nowhere
  const from = Math.max(complex.offset, t.onset - pad)
  const stretch = stretchOf(rest, from, Math.min(size, t.offset + pad), strideOfT)
  const { members } = template
  const isCommon = members.length < fewForT || likenessOf(stretch, members, 0) >= leastLikenessOfT
  return isCommon ? (member) => placed(t, stretch, member, mostOfT, step) : nowhere
}

/** The waves of a group in each of its members. */
const inMembers = (group: Delineated, hasP: boolean, step: number): ReadonlyArray<Found> => {
  const ofP = hasP ? placeP(group, step) : nowhere
  const ofT = placeT(group, step)
  return group.template.members.map((member) => {
    const { index, shift } = member
    const qrs = moved({ ...group.complex, peak: peakOf(member, group.complex) }, shift, step)
    const [p, t] = [ofP(member), ofT(member)]
    return { index, qrs, ...(p && { p }), ...(t && { t }) }
  })
}

export const delineateBlock = (
  reader: Reader,
  beats: ArrayLike<number>,
  from: number,
  to: number
): ReadonlyArray<Found> => {
  const unsteady = irregularity(beats, from, to)
  const groups = delineateGroups(group(members(reader, beats, from, to)), unsteady)
  const hasP = opinions(groups).map(
    (opinion) => logOdds(opinion, weights.pBlock) > 0 && opinion[1]! > leastOwnOdds
  )
  return groups.flatMap((one, index) => inMembers(one, hasP[index]!, reader.step))
}
