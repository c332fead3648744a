/**
 * A recording read once, from which every metric is taken: first each lead by itself, then the heart
 * that all leads show together, then its beats in each lead.
 */
import * as Result from "effect/Result"
import * as Beats from "../Beats.ts"
import * as Classes from "../Classes.ts"
import * as Quality from "../Quality.ts"
import * as Recording from "../Recording.ts"
import * as Rhythm from "../Rhythm.ts"
import type * as Signal from "../Signal.ts"
import * as Variability from "../Variability.ts"
import * as Waves from "../Waves.ts"

/** `samplingRate` in Hz; `gain` in units per mV, where it is known. */
export interface Scale {
  readonly samplingRate: number
  readonly gain?: number | undefined
}

/** A lead by itself. */
export interface Lead {
  readonly name: string
  readonly signal: Signal.Signal
  readonly beats: Int32Array
  readonly quality: Quality.Quality
}

/** The waves of the beats in one lead, and what is measured on them. */
export interface Complexes {
  readonly waves: ReadonlyArray<Waves.Beat>
  readonly medians: Waves.Intervals
  readonly stLevel: number
}

/** How the intervals vary. */
export interface Variation {
  readonly time: Variability.TimeDomain
  readonly welch: Variability.FrequencyDomain
  readonly lombScargle: Variability.FrequencyDomain
  readonly nonlinear: Variability.Nonlinear
  readonly corrected: Variability.Corrected
}

/** What the leads that can be read show together; `length` in samples. */
export interface Heart {
  readonly length: number
  readonly beats: Int32Array
  readonly classified: Classes.Classified
  readonly episodes: ReadonlyArray<Rhythm.Episode>
  /** Of the intervals between normal beats, and between all. */
  readonly variation: { readonly normal: Variation; readonly all: Variation }
}

/** A recording: a lead whose signal cannot be read is there as the reason why. */
export interface Reading {
  readonly leads: ReadonlyArray<{
    readonly recorded: Recording.Lead
    readonly lead: Result.Result<Lead, Signal.SignalError>
    readonly complexes: Complexes | undefined
  }>
  readonly heart: Heart | undefined
}

export const read = (recording: Recording.Recording, scale: Scale): Reading => {
  const leads = recording.leads.map((recorded) => ({
    recorded,
    lead: readLead(recorded, scale)
  }))
  const readable = leads.flatMap(({ lead }) =>
    Result.isSuccess(lead) && isReadable(lead.success) ? [lead.success] : []
  )
  const beats = together(readable, scale)
  const complexes = new Map(readable.map((lead) => [lead.name, delineate(lead, beats, scale)]))
  return {
    leads: leads.map((it) => ({ ...it, complexes: complexes.get(it.recorded.name) })),
    heart: readHeart(readable, beats, complexes, scale)
  }
}

const readLead = (
  recorded: Recording.Lead,
  scale: Scale
): Result.Result<Lead, Signal.SignalError> =>
  Result.gen(function* () {
    const signal = Recording.signal(recorded)
    const beats = yield* Beats.detect(signal, scale)
    const quality = yield* Quality.index(signal, { ...scale, beats })
    return { name: recorded.name, signal, beats, quality }
  })

/** Whether a heart can be read from any of it. */
const isReadable = ({ quality }: Lead): boolean => quality.heartRate !== undefined

/** The beats of all leads; leads of different lengths are no recording of one heart. */
const together = (leads: ReadonlyArray<Lead>, scale: Scale): Int32Array => {
  const [first, ...others] = leads
  if (first === undefined) return new Int32Array()
  if (others.length === 0) return first.beats
  const found = Beats.detect(
    leads.map(({ signal }) => signal),
    scale
  )
  return Result.getOrElse(found, () => first.beats)
}

const delineate = (
  { signal }: Lead,
  beats: Int32Array,
  { samplingRate, gain }: Scale
): Complexes => {
  const found = Waves.delineate(signal, { samplingRate, beats })
  const waves = Result.getOrElse(found, () => [])
  const medians = Waves.median(Waves.intervals(waves, { samplingRate }))
  const stLevel = Waves.stLevel(signal, waves, { samplingRate, gain }).median
  return { waves, medians, stLevel }
}

const readHeart = (
  leads: ReadonlyArray<Lead>,
  beats: Int32Array,
  complexes: ReadonlyMap<string, Complexes>,
  { samplingRate }: Scale
): Heart | undefined => {
  const best = leads.toSorted((a, b) => b.quality.index - a.quality.index)[0]
  if (best === undefined) return undefined
  const signals = leads.map(({ signal }) => signal).filter(isAsLongAs(best.signal))
  const classified = Result.getOrThrow(Classes.classify(signals, { samplingRate, beats }))
  const unusable = leads.map(({ quality }) => Quality.gaps(quality)).reduce(common)
  const waves = complexes.get(best.name)?.waves
  const isNormal = (beat: number) => classified.classes[beat] === "normal"
  return {
    length: best.signal.length,
    beats,
    classified,
    episodes: Rhythm.episodes(beats, {
      samplingRate,
      classes: classified.classes,
      waves,
      unusable
    }),
    variation: {
      normal: vary(beats, { samplingRate, gaps: unusable, isNormal }),
      all: vary(beats, { samplingRate, gaps: unusable })
    }
  }
}

const isAsLongAs =
  ({ length }: Signal.Signal) =>
  (signal: Signal.Signal): boolean =>
    signal.length === length

const vary = (beats: Int32Array, options: Variability.BeatOptions): Variation => {
  const rr = Variability.intervals(beats, options)
  const times = Variability.times(beats, options)
  return {
    time: Variability.timeDomain(rr, { times }),
    welch: Variability.frequencyDomain(rr, { times, method: "welch" }),
    lombScargle: Variability.frequencyDomain(rr, { times, method: "lomb-scargle" }),
    nonlinear: Variability.nonlinear(rr),
    corrected: Variability.correct(rr, { times })
  }
}

/** Where both of two lists of segments, each in order and apart, have one. */
const common = (
  left: ReadonlyArray<Signal.Segment>,
  right: ReadonlyArray<Signal.Segment>
): ReadonlyArray<Signal.Segment> => {
  const found: Array<Signal.Segment> = []
  let at = 0
  for (const { start, end } of left) {
    while (at < right.length && right[at]!.end <= start) at++
    for (let next = at; next < right.length && right[next]!.start < end; next++) {
      const other = right[next]!
      found.push({ start: Math.max(start, other.start), end: Math.min(end, other.end) })
    }
  }
  return found
}
