/** The T wave of a template. */
import { from, search, within } from "./wavesBoundaries.ts"
import type { Complex, Span } from "./wavesComplex.ts"
import { type Hump, humps, isFaint, strength } from "./wavesHumps.ts"
import { choose, expected, type Search } from "./wavesModel.ts"
import { energyBetween, type View, view } from "./wavesShape.ts"
import type { Template } from "./wavesTemplate.ts"
import { weights } from "./wavesWeights.ts"
import { before, rate, samples, size } from "./wavesWindow.ts"

/** A wave with its peak. */
export interface Wave extends Span {
  readonly peak: number
}

const smoothing = 10
const afterComplex = samples(10)
const beforeNext = samples(90)
const shortest = samples(10)
const longest = samples(260)
const near = samples(16)
const far = samples(50)
const floor = 0.02
const unit = samples(50)
// A T wave ends this long after the QRS onset at 60 beats a minute, or earlier.
const usualEnd = samples(520)
const shortestRr = samples(300)
const longestRr = samples(1500)

export interface RecoverySearch {
  readonly shape: View
  readonly humps: ReadonlyArray<Hump>
  readonly pick: Search
  readonly onset: (hump: Hump) => Search
  readonly offset: (hump: Hump) => Search
}

/** How far a hump rises and falls. */
export const riseAndFall = ({ level }: View, { rise, peak, fall }: Hump): number =>
  Math.abs(level[rise]! - level[peak]!) + Math.abs(level[fall]! - level[peak]!)

/** `rest` is the window of the template without its complex. */
const searchRecovery = (template: Template, rest: Float64Array, complex: Span): RecoverySearch => {
  const shape = view(rest, smoothing)
  const start = complex.offset + afterComplex
  const end = Math.max(start, Math.min(template.to, template.next - beforeNext, size - 1))
  const found = humps(shape, start, end)
  const strongest = found.reduce((most, hump) => Math.max(most, strength(hump)), 0)

  const tallest = found.reduce((most, hump) => Math.max(most, riseAndFall(shape, hump)), 0)

  // The QT interval follows the square root of the RR interval (Bazett 1920).
  const rr = Math.min(Math.max(template.next - before, shortestRr), longestRr)
  const stretch = Math.sqrt(rr / rate)
  const stop = Math.min(end, complex.onset + Math.round(usualEnd * stretch))
  const total = energyBetween(shape, start, Math.max(start, stop))
  const passed = (share: number): number => {
    let at = start
    while (at < stop && energyBetween(shape, start, at) < share * total) at += 1
    return at
  }
  const [tenth, half, ninth] = [passed(0.1), passed(0.5), passed(0.9)]
  const sinceOnset = (at: number): number => (at - complex.onset) / unit / stretch
  const sinceOffset = (at: number): number => (at - complex.offset) / unit
  const untilNext = (at: number): number => (template.next - at) / unit

  const pick: Search = {
    from: 0,
    to: found.length - 1,
    measure: (index, into) => {
      const hump = found[index]!
      const steep = Math.max(hump.riseSlope, hump.fallSlope)
      const length = (hump.fall - hump.rise) / unit
      const since = sinceOnset(hump.peak)
      const until = Math.min(12, untilNext(hump.peak))
      const after = sinceOffset(hump.peak)
      into[0] = Math.log(strength(hump) / strongest + 0.01)
      into[1] = Math.log(steep / strongest + 0.01)
      into[2] = since
      into[3] = since * since
      into[4] = length
      into[5] = length * length
      into[6] = until
      into[7] = until * until
      into[8] = after
      into[9] = after * after
      into[10] = Math.abs(hump.peak - half) / unit
      into[11] = hump.peak > tenth ? 1 : 0
      into[12] = hump.peak < ninth ? 1 : 0
      into[13] = Math.log(riseAndFall(shape, hump) / tallest + 0.01)
      into[14] = Math.log(
        Math.abs(shape.level[hump.peak]! - shape.level[complex.onset]!) / tallest + 0.03
      )
      into[15] = Math.log(Math.abs(shape.level[hump.peak]! - shape.level[end]!) / tallest + 0.03)
      into[16] = into[0] ** 2
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
    beyond: inward > 0 ? () => start : () => end,
    marks: [
      from(hump.rise),
      from(hump.peak),
      from(hump.fall),
      from(tenth),
      from(ninth),
      sinceOnset,
      within(-Infinity, 10, untilNext),
      within(-Infinity, 10, sinceOffset)
    ]
  })

  return {
    shape,
    humps: found,
    pick,
    onset: (hump) =>
      search({
        ...boundary(hump, 1),
        from: Math.max(complex.offset, hump.peak - longest),
        to: hump.peak - shortest
      }),
    offset: (hump) =>
      search({
        ...boundary(hump, -1),
        from: hump.peak + shortest,
        to: Math.max(hump.peak + shortest, Math.min(end, hump.peak + longest))
      })
  }
}

/** Undefined where nothing, or hardly anything, rises and falls between the complex and the next beat. */
export const findRecovery = (
  template: Template,
  rest: Float64Array,
  complex: Complex
): Wave | undefined => {
  const found = searchRecovery(template, rest, complex)
  const hump = found.humps[choose(found.pick, weights.tPick).index]
  if (hump === undefined || isFaint(hump, complex.steep)) return undefined
  return {
    onset: Math.round(expected(found.onset(hump), weights.tOnset)),
    peak: hump.peak,
    offset: Math.round(expected(found.offset(hump), weights.tOffset))
  }
}
