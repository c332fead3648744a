/** Writes a WFDB record of one segment, all of its channels in one signal file. */
import * as Result from "effect/Result"
import { missing } from "../Signal.ts"
import * as Header from "./wfdbHeader.ts"
import { formats } from "./wfdbSamples.ts"
import type { Channel, FormatError, Waveform } from "../formats/Waveform.ts"
import type { FormatNumber } from "./wfdbSamples.ts"

/** What is written of a record; `samplingRate` is that of its frames. */
export interface Source extends Waveform {
  readonly name: string
  readonly samplingRate: number
  readonly comments?: ReadonlyArray<string>
  readonly counterFrequency?: number
  readonly baseCounter?: number
}

/** A record as it is stored: the text of its header, and its files by name. */
export interface Written {
  readonly header: string
  readonly files: Readonly<{ [name: string]: Uint8Array }>
}

/** A channel as whole numbers, and how many of them one frame has. */
interface Lane {
  readonly channel: Channel
  readonly samples: Int32Array
  readonly perFrame: number
}

/** Writes a record in one format for all channels, or in the narrowest that holds them. */
export const write = (
  record: Source,
  format: FormatNumber | undefined
): Result.Result<Written, FormatError> =>
  Result.gen(function* () {
    const line = yield* recordLine(record)
    const lanes: Array<Lane> = []
    for (const [index, channel] of record.channels.entries()) {
      lanes.push(yield* lane(channel, record.samplingRate, `channel ${index}`))
    }
    const frames = lanes.map(({ samples, perFrame }) => samples.length / perFrame)
    const length = frames[0] ?? 0
    const uneven = frames.findIndex((count) => count !== length)
    if (uneven >= 0) {
      return yield* malformed(`channel ${uneven}`, "as much time as the channel before")
    }
    const chosen = format ?? narrowest(lanes)
    const misfit = lanes.findIndex((one) => !holds(chosen, one.samples))
    if (misfit >= 0) {
      return yield* Header.refuse("unsupported", `channel ${misfit}`, `samples of format ${chosen}`)
    }
    const codes = lanes.map((one) => codesOf(chosen, one.samples))
    const file = `${record.name}.dat`
    const lines = [
      [record.name, lanes.length, line.rates, length, ...line.start].join(" "),
      ...lanes.map((one, index) => signalLine(file, chosen, one, codes[index] ?? one.samples)),
      ...line.comments
    ]
    const header = lines.map((line) => `${line}\n`).join("")
    return { header, files: lanes.length === 0 ? {} : { [file]: pack(chosen, lanes, codes) } }
  })

const malformed = (where: string, expected: string) => Header.refuse("malformed", where, expected)

// What would end a line.
const controls = /\p{Cc}/u

const isPositive = (value: number): boolean => Number.isFinite(value) && value > 0

const recordLine = (record: Source) =>
  Result.gen(function* () {
    const { name, samplingRate, counterFrequency, baseCounter, comments = [] } = record
    if (!/^[\w-]{1,200}$/.test(name)) {
      return yield* malformed("name", "letters, digits, underscores and hyphens")
    }
    if (!isPositive(samplingRate)) return yield* malformed("samplingRate", "more than 0 Hz")
    if (counterFrequency !== undefined && !isPositive(counterFrequency)) {
      return yield* malformed("counterFrequency", "more than 0 ticks per second")
    }
    if (baseCounter !== undefined && !Number.isFinite(baseCounter)) {
      return yield* malformed("baseCounter", "a finite number")
    }
    if (comments.some((comment) => controls.test(comment))) {
      return yield* malformed("comments", "lines without control characters")
    }
    const counter = counterFrequency ?? (baseCounter === undefined ? undefined : samplingRate)
    const base = baseCounter === undefined ? "" : `(${baseCounter})`
    return {
      rates: counter === undefined ? `${samplingRate}` : `${samplingRate}/${counter}${base}`,
      start: yield* start(record.startedAt),
      comments: comments.map((comment) => `# ${comment}`)
    }
  })

const start = (
  startedAt: string | undefined
): Result.Result<ReadonlyArray<string>, FormatError> => {
  if (startedAt === undefined) return Result.succeed([])
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d(?:\.\d{1,9})?)$/.exec(startedAt)
  const [, year, month, day, time = ""] = parts ?? []
  const date = `${day}/${month}/${year}`
  return Header.start(time, date) === startedAt
    ? Result.succeed([time, date])
    : malformed("startedAt", "YYYY-MM-DDTHH:MM:SS")
}

const lane = (
  channel: Channel,
  samplingRate: number,
  where: string
): Result.Result<Lane, FormatError> => {
  const { name, unit, gain, baseline } = channel
  const perFrame = Math.round(channel.samplingRate / samplingRate)
  if (!(perFrame >= 1) || perFrame * samplingRate !== channel.samplingRate) {
    return malformed(where, "a sampling rate that is a multiple of the record's")
  }
  if (!Number.isInteger(channel.samples.length / perFrame)) return malformed(where, "whole frames")
  if (controls.test(name)) return malformed(where, "a name without control characters")
  if (unit === "" || /\s/.test(unit)) return malformed(where, "a unit without blanks")
  if (!Number.isFinite(gain) || gain === 0) return malformed(where, "a gain that is not 0")
  if (!Number.isInteger(baseline) || Math.abs(baseline) >= 1e15) {
    return malformed(where, "a whole number as the baseline")
  }
  const samples = Int32Array.from(channel.samples, (sample) =>
    Number.isNaN(sample) ? missing : sample
  )
  const isWhole = samples.every((sample, index) => {
    const given = channel.samples[index]
    return sample === given || (sample === missing && Number.isNaN(given))
  })
  return isWhole
    ? Result.succeed({ channel, samples, perFrame })
    : malformed(where, "digital samples: whole numbers of 32 bits, or NaN")
}

/** The formats to choose from where none is named: those that every reader has. */
const common: ReadonlyArray<FormatNumber> = [212, 16, 24]

const narrowest = (lanes: ReadonlyArray<Lane>): FormatNumber =>
  common.find((format) => lanes.every(({ samples }) => holds(format, samples))) ?? 32

const holds = (format: FormatNumber, samples: Int32Array): boolean => {
  const { bits, missing: none } = formats[format]
  const most = 2 ** (bits - 1) - 1
  const least = none === undefined ? -most - 1 : -most
  if (format === 8) {
    return samples.every((sample, index) => {
      const difference = index === 0 ? 0 : sample - (samples[index - 1] ?? 0)
      return sample !== missing && difference >= least && difference <= most
    })
  }
  return samples.every((sample) => sample === missing || (sample >= least && sample <= most))
}

// The numbers whose sum the header has, and which differences are taken of.
const codesOf = (format: FormatNumber, samples: Int32Array): Int32Array => {
  const none = formats[format].missing ?? missing
  return samples.map((sample) => (sample === missing ? none : sample))
}

const signalLine = (
  file: string,
  format: FormatNumber,
  { channel, perFrame }: Lane,
  codes: Int32Array
): string => {
  const sum = codes.reduce((total, code) => (total + code) | 0, 0)
  const checksum = (sum << 16) >> 16
  const layout = perFrame === 1 ? `${format}` : `${format}x${perFrame}`
  const gain = `${channel.gain}(${channel.baseline})/${channel.unit}`
  // The resolution of differences says nothing of the range of the samples: 0 leaves it open.
  const resolution = format === 8 ? 0 : formats[format].bits
  const initial = codes[0] ?? 0
  return `${file} ${layout} ${gain} ${resolution} 0 ${initial} ${checksum} 0 ${channel.name}`.trim()
}

const pack = (
  format: FormatNumber,
  lanes: ReadonlyArray<Lane>,
  codes: ReadonlyArray<Int32Array>
): Uint8Array => {
  const width = lanes.reduce((sum, { perFrame }) => sum + perFrame, 0)
  const all = new Int32Array(codes.reduce((sum, one) => sum + one.length, 0))
  let at = 0
  for (const [index, { perFrame }] of lanes.entries()) {
    const one = codes[index] ?? new Int32Array()
    for (let i = 0; i < one.length; i++) {
      const previous = format === 8 ? one[Math.max(0, i - 1)]! : 0
      all[Math.floor(i / perFrame) * width + at + (i % perFrame)] = one[i]! - previous
    }
    at += perFrame
  }
  const bytes = new Uint8Array(formats[format].size(all.length))
  formats[format].pack(all, bytes)
  return bytes
}
