/** The P wave of a template, and what speaks for its being one. */
import { from, search, within } from "./wavesBoundaries.ts"
import type { Complex } from "./wavesComplex.ts"
import { type Hump, humps, isFaint, strength } from "./wavesHumps.ts"
import { likenessOf, type Stretch, stretchOf } from "./wavesMatch.ts"
import { choose, expected, type Search } from "./wavesModel.ts"
import { type RecoverySearch, riseAndFall, type Wave } from "./wavesRecovery.ts"
import { activity, type View, view } from "./wavesShape.ts"
import { clearBefore, type Template } from "./wavesTemplate.ts"
import { weights } from "./wavesWeights.ts"
import { before, rate, samples } from "./wavesWindow.ts"

const smoothing = 6
const intoComplex = samples(4)
const shortestSearch = samples(60)
const longestSearch = samples(340)
const overlap = samples(60)
const shortest = samples(6)
const longest = samples(110)
const near = samples(10)
const far = samples(30)
const floor = 0.03
const unit = samples(50)
const shortestRr = samples(300)
const longestRr = samples(1500)

interface AtrialSearch extends RecoverySearch {
  /** Where the T wave of the beat before ends. */
  readonly quiet: number
}

/** `tEnd` is where the T wave of the template ends. */
const searchAtrial = (
  template: Template,
  rest: Float64Array,
  complex: Complex,
  tEnd: number
): AtrialSearch => {
  const shape = view(rest, smoothing)
  const quiet = template.previous + tEnd - before
  const end = complex.onset + intoComplex
  const start = Math.max(template.from, quiet - overlap, complex.onset - longestSearch)
  const found = humps(shape, Math.max(0, Math.min(end - shortestSearch, start)), end)
  const strongest = found.reduce((most, hump) => Math.max(most, strength(hump)), 0)
  const rr = Math.min(Math.max(before - template.previous, shortestRr), longestRr)
  const stretch = Math.sqrt(rr / rate)
  const untilComplex = (at: number): number => (complex.onset - at) / unit
  const sinceQuiet = (at: number): number => (at - quiet) / unit

  const pick: Search = {
    from: 0,
    to: found.length - 1,
    measure: (index, into) => {
      const hump = found[index]!
      const gentle = strength(hump)
      const steep = Math.max(hump.riseSlope, hump.fallSlope)
      const length = (hump.fall - hump.rise) / unit
      const until = untilComplex(hump.peak)
      const since = Math.max(-4, Math.min(6, sinceQuiet(hump.peak)))
      into[0] = Math.log(gentle / strongest + 0.01)
      into[1] = Math.log(steep / strongest + 0.01)
      into[2] = Math.log(gentle / complex.steep + 1e-3)
      into[3] = until
      into[4] = until * until
      into[5] = length
      into[6] = length * length
      into[7] = since
      into[8] = since * since
      into[9] = until / stretch
      into[10] = (until / stretch) ** 2
    }
  }

  const boundary = (hump: Hump, inward: 1 | -1) => ({
    shape,
    inward,
    near,
    far,
    steep: Math.max(hump.riseSlope, hump.fallSlope),
    tall: riseAndFall(shape, hump),
    floor,
    beyond: inward > 0 ? () => hump.peak - longest : () => complex.onset,
    marks: [
      from(hump.rise),
      from(hump.peak),
      from(hump.fall),
      within(-Infinity, 8, untilComplex),
      within(-4, 4, sinceQuiet)
    ]
  })

  return {
    shape,
    quiet,
    humps: found,
    pick,
    onset: (hump) =>
      search({
        ...boundary(hump, 1),
        from: Math.max(0, hump.peak - longest),
        to: hump.peak - shortest
      }),
    offset: (hump) =>
      search({
        ...boundary(hump, -1),
        from: hump.peak + shortest,
        to: Math.max(hump.peak + shortest, Math.min(complex.onset, hump.peak + longest))
      })
  }
}

/** What the atria of a group look like, from `lead` samples before the complex on. */
export interface Pattern {
  readonly stretch: Stretch
  readonly lead: number
}

/** A P wave that may be one, and what speaks for it. */
export interface Candidate {
  readonly wave: Wave
  readonly pattern: Pattern
  readonly evidence: Float64Array
}

/** `usual` is what the atria of the largest group look like, where this is not that group. */
export const findAtrial = (
  template: Template,
  rest: Float64Array,
  complex: Complex,
  tEnd: number,
  irregularity: number,
  usual?: Pattern
): Candidate | undefined => {
  const found = searchAtrial(template, rest, complex, tEnd)
  const { index, share } = choose(found.pick, weights.pPick)
  const hump = found.humps[index]
  if (hump === undefined || isFaint(hump, complex.steep)) return undefined
  const wave = {
    onset: Math.round(expected(found.onset(hump), weights.pOnset)),
    peak: hump.peak,
    offset: Math.round(expected(found.offset(hump), weights.pOffset))
  }
  const stretch = stretchAround(rest, complex, wave)
  const pattern = { stretch, lead: complex.onset - stretch.from }
  const likeness = sameness(template, complex, usual ?? pattern, usual ? leeway : 0)
  if (likeness < leastLikeness) return undefined
  const count = Math.log(template.members.length)
  const evidence = Float64Array.of(
    1,
    Math.log(strength(hump) / complex.steep + 1e-3),
    Math.log(strength(hump) / (noise(found.shape, template) + 1e-6 * complex.steep) + 0.1),
    Math.log(irregularity + 0.01),
    likeness,
    likeness * likeness,
    count,
    count * likeness,
    Math.log(share),
    unrest(template, found, hump, wave),
    (complex.onset - hump.peak) / unit
  )
  return { wave, pattern, evidence }
}

const stretchAround = (rest: Float64Array, complex: Complex, wave: Wave): Stretch => {
  const start = Math.max(0, wave.onset - samples(40))
  return stretchOf(rest, start, Math.min(complex.onset, wave.offset + samples(32)), stride)
}

// The PR interval of one group may be this much longer than that of another.
const leeway = samples(24)
const stride = samples(4)

// Beats this unlike the usual ones have no P wave of theirs: a ventricular beat among sinus beats.
const leastLikeness = 0.3

/** The likeness of the members whose P wave is clear of the beat before. */
const sameness = (
  { members }: Template,
  complex: Complex,
  { stretch, lead }: Pattern,
  back: number
): number => {
  const from = complex.onset - lead
  const clear = members.filter(({ previous, shift }) => from + shift >= previous + clearBefore)
  return likenessOf({ ...stretch, from }, clear, back)
}

const quietShare = 0.2

const noise = ({ slope }: View, template: Template): number => {
  const sorted = slope
    .subarray(template.from, template.to + 1)
    .map(Math.abs)
    .sort()
  return sorted[Math.floor(quietShare * sorted.length)]!
}

/** How much moves between the T wave and the P wave: flutter and fibrillation do not rest. */
const unrest = (
  template: Template,
  { shape, quiet }: AtrialSearch,
  hump: Hump,
  wave: Wave
): number => {
  const start = Math.max(template.from, quiet, wave.onset - samples(250))
  const end = wave.onset - samples(10)
  if (end - start <= samples(30)) return -1
  return Math.log(activity(shape, Math.round(start), end) / strength(hump) + 0.02)
}
