/**
 * WFDB records of several segments: a fixed layout, where every segment has the same signals, and a
 * variable one, where the first segment only names the signals and each other has some of them.
 * Signals take their place by order in the one and by name in the other.
 */
import * as Result from "effect/Result"
import { missing } from "../Signal.ts"
import * as Header from "./wfdbHeader.ts"
import * as Signals from "./wfdbSignals.ts"
import type { FormatError } from "../formats/Waveform.ts"

/** A segment that holds samples, where it begins, and which signal of the record each of its is. */
interface Part {
  readonly start: number
  readonly plan: Signals.Plan
  readonly places: ReadonlyArray<number>
}

/** What will be read, as for one segment. */
export interface Plan {
  readonly signals: ReadonlyArray<Header.Signal>
  readonly parts: ReadonlyArray<Part>
  readonly length: number
  /** Those of the segment that lays out the signals: the record's own header has no room for them. */
  readonly comments: ReadonlyArray<string>
}

interface Loaded {
  readonly header: Header.Header
  readonly signals: ReadonlyArray<Header.Signal>
}

/**
 * Checks the segments of a record against their headers and files, and stops as soon as they cost
 * more than the limit.
 */
export const plan = (
  record: Header.Header,
  files: Signals.Files,
  limit: number
): Result.Result<Plan, FormatError> =>
  Result.gen(function* () {
    const listed = yield* Header.segments(record)
    const isVariable = listed[0]?.length === 0
    const load = loader(record, files)
    const known = new Map<string, Pick<Part, "plan" | "places">>()
    const parts: Array<Part> = []
    let layout = isVariable && listed[0] !== undefined ? yield* load(listed[0]) : undefined
    let length = 0
    let cost = 0
    for (const segment of isVariable ? listed.slice(1) : listed) {
      const start = length
      length += segment.length
      if (segment.name === Header.gap) continue
      const loaded = yield* load(segment)
      layout ??= loaded
      const key = `${segment.length} ${segment.name}`
      const place = isVariable ? byName : byOrder
      const part = known.get(key) ?? {
        places: yield* place(layout.signals, loaded.signals),
        plan: yield* planned(segment, loaded, files)
      }
      known.set(key, part)
      cost += part.plan.cost
      yield* Signals.afford(cost, limit)
      parts.push({ start, ...part })
    }
    const malformed = (expected: string) =>
      Header.refuse("malformed", Header.place("", 1), expected)
    if (layout === undefined) return yield* malformed("a segment that is not a gap")
    if (layout.signals.length !== record.signals) {
      return yield* malformed("the number of signals of its segments")
    }
    if (record.length !== undefined && record.length !== length) {
      return yield* malformed("the number of samples of its segments")
    }
    yield* Signals.afford(cost + length * Signals.frameWidth(layout.signals), limit)
    const signals = yield* calibrated(layout.signals, parts)
    return { signals, parts, length, comments: layout.header.comments }
  })

const planned = (
  segment: Header.Segment,
  { header, signals }: Loaded,
  files: Signals.Files
): Result.Result<Signals.Plan, FormatError> =>
  header.length === undefined || header.length === segment.length
    ? Signals.plan(header, signals, files, segment.length)
    : Header.refuse("malformed", segment.where, "the length that the segment has")

const loader = (record: Header.Header, files: Signals.Files) => {
  const loaded = new Map<string, Loaded>()
  return (segment: Header.Segment): Result.Result<Loaded, FormatError> =>
    Result.gen(function* () {
      const known = loaded.get(segment.name)
      if (known !== undefined) return known
      const file = `${segment.name}.hea`
      const bytes = Signals.fileOf(files, file)
      if (bytes === undefined) {
        return yield* Header.refuse("missing-file", segment.where, `the file ${file}`)
      }
      const header = yield* Header.parse(bytes, file)
      if (header.segments !== undefined) {
        return yield* Header.refuse("malformed", file, "a record of one segment")
      }
      const rate = header.samplingRate
      if (rate !== undefined && rate !== Header.samplingRate(record)) {
        return yield* Header.refuse("malformed", file, "the sampling rate of the record")
      }
      const one = { header, signals: yield* Header.signals(header) }
      loaded.set(segment.name, one)
      return one
    })
}

type Signal = Header.Signal

const misfit = (where: string) =>
  Header.refuse("malformed", where, "a signal of the record, as it is in other segments")

const byOrder = (
  layout: ReadonlyArray<Signal>,
  signals: ReadonlyArray<Signal>
): Result.Result<ReadonlyArray<number>, FormatError> => {
  const odd = signals.find(
    (signal, index) => layout[index]?.samplesPerFrame !== signal.samplesPerFrame
  )
  return odd === undefined && signals.length === layout.length
    ? Result.succeed(signals.map((_, index) => index))
    : misfit(odd?.where ?? "segments")
}

// Of signals that share a name, the first takes the first place of that name, and so on.
const byName = (
  layout: ReadonlyArray<Signal>,
  signals: ReadonlyArray<Signal>
): Result.Result<ReadonlyArray<number>, FormatError> => {
  const free = new Map<string, Array<number>>()
  for (const [index, { name }] of layout.entries()) {
    const places = free.get(name)
    if (places === undefined) free.set(name, [index])
    else places.push(index)
  }
  const next = new Map<string, number>()
  const taken: Array<number> = []
  for (const signal of signals) {
    const nth = next.get(signal.name) ?? 0
    const index = free.get(signal.name)?.[nth]
    if (index === undefined || layout[index]?.samplesPerFrame !== signal.samplesPerFrame) {
      return misfit(signal.where)
    }
    next.set(signal.name, nth + 1)
    taken.push(index)
  }
  return Result.succeed(taken)
}

// A signal is read at its finest calibration in any segment, so that nothing is lost to rounding.
const calibrated = (
  layout: ReadonlyArray<Signal>,
  parts: ReadonlyArray<Part>
): Result.Result<ReadonlyArray<Signal>, FormatError> => {
  const finest = new Map<number, Signal>()
  for (const { plan, places } of parts) {
    for (const [index, signal] of plan.signals.entries()) {
      const place = places[index] ?? 0
      const known = finest.get(place)
      if (signal.format === 0) continue
      if (known !== undefined && known.unit !== signal.unit) return misfit(signal.where)
      if (known === undefined || Math.abs(signal.gain) > Math.abs(known.gain)) {
        finest.set(place, signal)
      }
    }
  }
  const measured = layout.map((signal, index) => {
    const { gain, baseline, unit } = finest.get(index) ?? signal
    return { ...signal, gain, baseline, unit }
  })
  return Result.succeed(measured)
}

/** Reads every signal over all segments, missing where no segment has it. */
export const read = (
  plan: Plan,
  verify: boolean
): Result.Result<ReadonlyArray<Int32Array>, FormatError> => {
  const whole = plan.signals.map((signal) =>
    new Int32Array(plan.length * signal.samplesPerFrame).fill(missing)
  )
  for (const part of plan.parts) {
    const read = Signals.read(part.plan, verify)
    if (Result.isFailure(read)) return Result.fail(read.failure)
    for (const [index, samples] of read.success.entries()) {
      const place = part.places[index] ?? 0
      const to = plan.signals[place]
      const from = part.plan.signals[index]
      if (to === undefined || from === undefined || from.format === 0) continue
      whole[place]?.set(rescaled(samples, from, to), part.start * to.samplesPerFrame)
    }
  }
  return Result.succeed(whole)
}

const rescaled = (samples: Int32Array, from: Signal, to: Signal): Int32Array => {
  if (from.gain === to.gain && from.baseline === to.baseline) return samples
  const scale = to.gain / from.gain
  const most = -missing - 1
  return samples.map((sample) => {
    if (sample === missing) return missing
    const value = Math.round((sample - from.baseline) * scale + to.baseline)
    return Math.max(-most, Math.min(most, value))
  })
}
