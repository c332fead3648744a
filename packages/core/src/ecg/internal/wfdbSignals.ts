/**
 * The samples of a WFDB record of one segment, in two steps: a plan, which checks what the header
 * declares against the bytes that are there, and reading by that plan.
 */
import * as Result from "effect/Result"
import { missing } from "../Signal.ts"
import * as Header from "./wfdbHeader.ts"
import { formats } from "./wfdbSamples.ts"
import type { FormatError } from "../formats/Waveform.ts"
import type { FormatNumber } from "./wfdbSamples.ts"

/** Files by the names that headers give them. */
export type Files = Readonly<Record<string, Uint8Array>>

/** The file of a name, and nothing that an object happens to have. */
export const fileOf = (files: Files, name: string): Uint8Array | undefined =>
  Object.hasOwn(files, name) ? files[name] : undefined

/** Signals that take turns in one file. */
interface Group {
  readonly format: FormatNumber
  readonly signals: ReadonlyArray<Header.Signal>
  readonly bytes: Uint8Array
  /** The samples of all of its signals in one frame. */
  readonly width: number
  /** The whole frames that the bytes hold. */
  readonly available: number
}

/** What will be read: `length` frames. `cost` is the number of samples to unpack and to keep. */
export interface Plan {
  readonly signals: ReadonlyArray<Header.Signal>
  readonly groups: ReadonlyArray<Group>
  readonly length: number
  readonly cost: number
  readonly verifies: boolean
}

/** Refuses to make more out of files than a limit. */
export const afford = (cost: number, limit: number): Result.Result<void, FormatError> =>
  cost <= limit
    ? Result.void
    : Header.refuse("unsupported", "header", `at most ${limit} samples for files of this size`)

const total = (values: ReadonlyArray<number>): number => values.reduce((sum, one) => sum + one, 0)

/** The samples of a frame of signals. */
export const frameWidth = (signals: ReadonlyArray<Header.Signal>): number =>
  total(signals.map((signal) => signal.samplesPerFrame))

/**
 * Checks the signals of a header against the files. Checksums are those of the whole record, so they
 * are verified only where the header itself declares its length.
 */
export const plan = (
  header: Header.Header,
  signals: ReadonlyArray<Header.Signal>,
  files: Files,
  declared: number | undefined = header.length
): Result.Result<Plan, FormatError> => {
  const groups: Array<Group> = []
  for (const run of runs(signals)) {
    const group = open(run, files)
    if (Result.isFailure(group)) return Result.fail(group.failure)
    if (declared !== undefined && group.success.available < declared) {
      const expected = `${declared} samples of each signal`
      return Header.refuse("truncated", run.first.file, expected)
    }
    groups.push(group.success)
  }
  const held = groups.map((group) => group.available)
  const length = declared ?? (held.length === 0 ? 0 : held.reduce((a, b) => Math.min(a, b)))
  const unpacked = groups.map((group) => group.width * framesRead(group, length))
  return Result.succeed({
    signals,
    groups,
    length,
    cost: total(unpacked) + length * frameWidth(signals),
    verifies: header.length !== undefined
  })
}

/** Signals one after the other that name one file, as the WFDB library groups them. */
interface Run {
  readonly format: FormatNumber
  readonly first: Header.Signal
  readonly signals: Array<Header.Signal>
}

const runs = (signals: ReadonlyArray<Header.Signal>): ReadonlyArray<Run> => {
  const found: Array<Run> = []
  for (const [index, signal] of signals.entries()) {
    const { format, file } = signal
    if (format === 0) continue
    const run = found.at(-1)
    if (run?.first.file === file && signals[index - 1]?.file === file) run.signals.push(signal)
    else found.push({ format, first: signal, signals: [signal] })
  }
  return found
}

const open = ({ format, first, signals }: Run, files: Files): Result.Result<Group, FormatError> => {
  const odd = signals.find((one) => one.format !== format || one.offset !== first.offset)
  if (odd !== undefined) {
    return Header.refuse("malformed", odd.where, "the format and byte offset of the signal before")
  }
  const file = fileOf(files, first.file)
  if (file === undefined) {
    return Header.refuse("missing-file", first.where, `the file ${first.file}`)
  }
  const bytes = file.subarray(Math.min(first.offset, file.length))
  const width = frameWidth(signals)
  const available = Math.floor(formats[format].capacity(bytes.length) / width)
  return Result.succeed({ format, signals, bytes, width, available })
}

const framesRead = (group: Group, length: number): number => {
  const skew = group.signals.reduce((most, signal) => Math.max(most, signal.skew), 0)
  return Math.min(group.available, length + skew)
}

/** One signal of a group while it is read. */
interface Lane {
  readonly signal: Header.Signal
  /** Where its samples stand in a frame. */
  readonly at: number
  readonly samples: Int32Array
  /** The sample before, which a difference is added to. */
  value: number
  sum: number
}

/** Reads the samples of every signal of a plan, in the order of its signals. */
export const read = (
  plan: Plan,
  verify: boolean
): Result.Result<ReadonlyArray<Int32Array>, FormatError> => {
  const lanes = new Map<Header.Signal, Lane>()
  for (const group of plan.groups) {
    for (const lane of readGroup(group, plan.length)) lanes.set(lane.signal, lane)
  }
  const wrong = verify && plan.verifies ? [...lanes.values()].find(hasOtherSum) : undefined
  if (wrong !== undefined) {
    return Header.refuse("checksum", wrong.signal.where, "the checksum of the samples")
  }
  return Result.succeed(
    plan.signals.map((signal) => lanes.get(signal)?.samples ?? absent(signal, plan.length))
  )
}

const absent = (signal: Header.Signal, length: number): Int32Array =>
  new Int32Array(length * signal.samplesPerFrame).fill(missing)

// Sums are of 16 bits, written signed or not.
const hasOtherSum = ({ signal, sum }: Lane): boolean =>
  signal.checksum !== undefined && (signal.checksum - sum) % 65_536 !== 0

// Samples are unpacked a block at a time, which stays in the cache. A whole number of pairs and of
// triples begins every block at a whole byte, whatever the format.
const readGroup = (group: Group, length: number): ReadonlyArray<Lane> => {
  const lanes = lanesOf(group, length)
  const format = formats[group.format]
  const frames = framesRead(group, length)
  const block = Math.min(frames, 6 * Math.max(1, Math.floor(4096 / group.width)))
  const codes = new Int32Array(block * group.width)
  for (let start = 0; start < frames; start += block) {
    const count = Math.min(block, frames - start)
    const bytes = group.bytes.subarray(format.size(start * group.width))
    format.unpack(bytes, codes.subarray(0, count * group.width))
    for (const lane of lanes) take(lane, { codes, width: group.width, start, count, length })
  }
  return lanes
}

const lanesOf = (group: Group, length: number): ReadonlyArray<Lane> => {
  let at = 0
  return group.signals.map((signal) => {
    const samples = new Int32Array(length * signal.samplesPerFrame)
    const held = Math.max(0, Math.min(length, group.available - signal.skew))
    samples.fill(missing, held * signal.samplesPerFrame)
    const lane: Lane = { signal, at, samples, value: signal.initial | 0, sum: 0 }
    at += signal.samplesPerFrame
    return lane
  })
}

/** Unpacked frames of a group: `count` of them from frame `start` of the file. */
interface Block {
  readonly codes: Int32Array
  readonly width: number
  readonly start: number
  readonly count: number
  /** The frames of the record. */
  readonly length: number
}

const take = (lane: Lane, block: Block): void => {
  if (lane.signal.format === 8) integrate(lane, block)
  addUp(lane, block)
  align(lane, block)
}

// Turns differences into samples, in place.
const integrate = (lane: Lane, { codes, width, count }: Block): void => {
  const perFrame = lane.signal.samplesPerFrame
  let value = lane.value
  for (let frame = 0, first = lane.at; frame < count; frame++, first += width) {
    for (let i = first; i < first + perFrame; i++) {
      value = (value + codes[i]!) | 0
      codes[i] = value
    }
  }
  lane.value = value
}

// Checksums are of the samples as they stand in the file, before any skew is undone.
const addUp = (lane: Lane, { codes, width, start, count, length }: Block): void => {
  const end = Math.max(0, Math.min(count, length - start)) * width
  let sum = lane.sum
  for (let at = lane.at; at < lane.at + lane.signal.samplesPerFrame; at++) {
    for (let i = at; i < end; i += width) sum = (sum + codes[i]!) | 0
  }
  lane.sum = sum
}

// Frame 0 of a skewed signal stands `skew` frames into the file.
const align = (
  { signal, at, samples }: Lane,
  { codes, width, start, count, length }: Block
): void => {
  const perFrame = signal.samplesPerFrame
  const none = signal.format === 0 ? missing : (formats[signal.format].missing ?? missing)
  const from = Math.max(0, signal.skew - start)
  const end = Math.min(count, length + signal.skew - start) * width
  for (let k = 0; k < perFrame; k++) {
    let to = (start + from - signal.skew) * perFrame + k
    for (let i = from * width + at + k; i < end; i += width, to += perFrame) {
      const code = codes[i]!
      samples[to] = code === none ? missing : code
    }
  }
}
