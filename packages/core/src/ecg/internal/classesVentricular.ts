/** Which beats come from the ventricles, by the shape of their group and by their time. */
import type * as Groups from "./classesGroups.ts"
import * as Shape from "./classesShape.ts"
import * as Timing from "./classesTiming.ts"

/** What a beat looks like; `unlike` has the shape of nothing else and no time to tell it by. */
export type Look = "normal" | "ventricular" | "unlike" | "missing"

// Times are shares of the local cycle, sizes and widths are relative to the dominant shape, which may
// itself be wide. Only `widerBy`, `narrowest` and `widest` are seconds.
const thresholds = {
  rested: 0.9,
  early: 0.88,
  veryEarly: 0.75,
  sameCorrelation: 0.9,
  sameSize: { smallest: 0.3, largest: 3 },
  widerBy: 0.02,
  sameThoughWider: 0.95,
  conductedRun: 15,
  widestConducted: 2,
  few: 3,
  some: 5,
  many: 10,
  mostlyEarly: 0.5,
  oftenEarly: 0.2,
  onTime: 0.06,
  wide: 1.33,
  clearlyUnlike: 0.75,
  wideInIrregular: 1.25,
  narrowest: 0.088,
  widest: 0.21,
  smallestWide: 0.5,
  noLikeness: 0.5
}

interface Traits {
  readonly correlation: number
  readonly size: number
  readonly width: number
  readonly wider: number
  readonly same: boolean
}

const dominantOf = (
  groups: ReadonlyArray<Groups.Group>,
  earliness: Float64Array
): Groups.Group | undefined => {
  let dominant: Groups.Group | undefined
  let most = -1
  for (const group of groups) {
    const rested = group.members.filter((beat) => earliness[beat]! > thresholds.rested).length
    if (rested <= most) continue
    most = rested
    dominant = group
  }
  return dominant
}

const runsOf = (members: ReadonlyArray<number>): number =>
  members.filter((beat, index) => index === 0 || beat !== members[index - 1]! + 1).length

// A different shape that comes in long runs is another way of conduction (a bundle branch block, a
// bypass) and not another focus, unless it is too wide for that.
const isConducted = ({ members }: Groups.Group, wider: number): boolean =>
  wider < thresholds.widestConducted && members.length >= thresholds.conductedRun * runsOf(members)

const traitsOf =
  (dominant: Groups.Group) =>
  (group: Groups.Group): Traits => {
    const fit = Shape.makeFit()
    Shape.fitTo(dominant.template, Shape.asShape(group.template), fit)
    const size = Math.sqrt(group.template.energy / dominant.template.energy)
    const width = Shape.width(group.template)
    const dominantWidth = Shape.width(dominant.template)
    const wider = width / dominantWidth
    const { smallest, largest } = thresholds.sameSize
    const sameShape =
      fit.correlation >= thresholds.sameCorrelation &&
      size > smallest &&
      size < largest &&
      (width < dominantWidth + thresholds.widerBy || fit.correlation >= thresholds.sameThoughWider)
    return {
      correlation: fit.correlation,
      size,
      width,
      wider,
      same: sameShape || isConducted(group, wider)
    }
  }

// A beat alone that comes when it is due, and so does the next one, came from where the others do:
// noise looks like this, and ventricular beats hardly ever do.
const isDue = (members: ReadonlyArray<number>, index: number, earliness: Float64Array): boolean => {
  const beat = members[index]!
  const isAlone = members[index - 1] !== beat - 1 && members[index + 1] !== beat + 1
  const onTime = (other: number) => Math.abs((earliness[other] ?? 1) - 1) < thresholds.onTime
  return isAlone && onTime(beat) && onTime(beat + 1)
}

const isWide = ({ wider, width, size }: Traits, than: number): boolean =>
  wider >= than && width <= thresholds.widest && size >= thresholds.smallestWide

const shareEarly = (beats: ReadonlyArray<number>, earliness: Float64Array, limit: number): number =>
  beats.filter((beat) => earliness[beat]! < limit).length / beats.length

const isVentricularInIrregular = (
  { members }: Groups.Group,
  traits: Traits,
  earliness: Float64Array
): boolean =>
  traits.correlation < thresholds.clearlyUnlike &&
  (isWide(traits, thresholds.wideInIrregular) ||
    shareEarly(members, earliness, thresholds.veryEarly) >= thresholds.mostlyEarly)

const isVentricularInRegular = (
  { members }: Groups.Group,
  traits: Traits,
  earliness: Float64Array,
  regular: ReadonlyArray<number>
): boolean => {
  const early = shareEarly(regular, earliness, thresholds.early)
  if (early >= thresholds.mostlyEarly) return true
  const due = members.filter((_, index) => isDue(members, index, earliness)).length
  return (
    members.length >= thresholds.some &&
    traits.width >= thresholds.narrowest &&
    isWide(traits, thresholds.wide) &&
    due < members.length / 2 &&
    (traits.correlation < thresholds.clearlyUnlike || early >= thresholds.oftenEarly)
  )
}

const lookOfGroup = (
  group: Groups.Group,
  traits: Traits,
  earliness: Float64Array,
  irregular: Uint8Array
): Look => {
  const { members } = group
  if (traits.same) return "normal"
  if (members.length < thresholds.few) return "unlike"
  const regular = members.filter((beat) => irregular[beat] === 0)
  const isVentricular =
    regular.length < members.length / 2
      ? isVentricularInIrregular(group, traits, earliness)
      : isVentricularInRegular(group, traits, earliness, regular)
  if (isVentricular) return "ventricular"
  return members.length >= thresholds.many ? "normal" : "unlike"
}

// A beat whose group is too small to be judged as a whole.
const lookOfStranger = (
  traits: Traits,
  isAlone: boolean,
  earliness: number,
  isIrregular: boolean
): Look => {
  const { correlation } = traits
  const isVentricular = isIrregular
    ? earliness < thresholds.veryEarly &&
      correlation < thresholds.clearlyUnlike &&
      isWide(traits, thresholds.wideInIrregular)
    : earliness < thresholds.early && correlation < thresholds.sameCorrelation
  if (isVentricular) return "ventricular"
  return isAlone && correlation < thresholds.noLikeness ? "unlike" : "normal"
}

export const looks = (
  { groups, groupOf }: Groups.Grouped,
  beats: ArrayLike<number>,
  samplingRate: number,
  earliness: Float64Array
): ReadonlyArray<Look> => {
  const dominant = dominantOf(groups, earliness)
  if (dominant === undefined) return Array.from(groupOf, () => "missing")
  const traits = groups.map(traitsOf(dominant))
  const isEarlyStranger = (beat: number) =>
    !(traits[groupOf[beat]!]?.same ?? false) && earliness[beat]! < thresholds.early
  const irregular = Timing.irregular(beats, samplingRate, isEarlyStranger)
  const looksOfGroups = groups.map((group, index) =>
    lookOfGroup(group, traits[index]!, earliness, irregular)
  )
  return Array.from(groupOf, (group, beat): Look => {
    const look = looksOfGroups[group]
    if (look === undefined) return "missing"
    if (look !== "unlike") return look
    const isAlone = groups[group]!.members.length < thresholds.few
    return lookOfStranger(traits[group]!, isAlone, earliness[beat]!, irregular[beat] === 1)
  })
}
