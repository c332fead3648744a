/**
 * The text of a WFDB header, as header(5) of the WFDB Applications Guide describes it, read into
 * what it declares. Nothing declared is believed here: whoever allocates checks it against the
 * bytes.
 */
import * as Result from "effect/Result"
import { FormatError } from "../formats/Waveform.ts"
import { formats, isFormat } from "./wfdbSamples.ts"
import * as Text from "./wfdbText.ts"
import type { FormatNumber } from "./wfdbSamples.ts"

/** The rate of a record that declares none, in Hz. */
const defaultSamplingRate = 250

/** The gain of a signal that declares none, in digital units per physical unit. */
const defaultGain = 200

/** The record line and the comments. `length` is undefined where the header leaves it open. */
export interface Header {
  /** The file, for messages: empty for the record's own header. */
  readonly file: string
  readonly name: string
  readonly segments: number | undefined
  readonly signals: number
  readonly samplingRate: number | undefined
  readonly counterFrequency: number | undefined
  readonly baseCounter: number | undefined
  readonly length: number | undefined
  readonly startedAt: string | undefined
  readonly comments: ReadonlyArray<string>
  /** The lines after the record line that are neither empty nor comments. */
  readonly lines: ReadonlyArray<Line>
}

/** A line of a header, without the blanks around it; `number` counts from 1. */
export interface Line {
  readonly number: number
  readonly text: string
}

/** What a signal line declares. `format` 0 is a signal without samples. */
export interface Signal {
  readonly where: string
  readonly file: string
  readonly format: FormatNumber | 0
  readonly samplesPerFrame: number
  readonly skew: number
  readonly offset: number
  readonly gain: number
  readonly baseline: number
  readonly unit: string
  readonly initial: number
  readonly checksum: number | undefined
  readonly name: string
}

/** The name of a segment, or of a file, without samples. */
export const gap = "~"

/** One line of a multi-segment header. */
export interface Segment {
  readonly where: string
  readonly name: string
  readonly length: number
}

type Reason = FormatError["reason"]

/** A failure to read a record or its annotations. */
export const refuse = (
  reason: Reason,
  where: string,
  expected: string
): Result.Result<never, FormatError> =>
  Result.fail(new FormatError({ format: "wfdb", reason, where, expected }))

/** Names a line of a header in messages. */
export const place = (file: string, line: number): string =>
  `${file === "" ? "header" : file} line ${line}`

// A name is at most this long, so that no message grows with the file.
const longestName = 255

const integer = (text: string | undefined): number | undefined => {
  if (text === undefined || !/^[-+]?\d{1,15}$/.test(text)) return undefined
  return Number(text)
}

const decimal = (text: string | undefined): number | undefined => {
  if (text === undefined || !/^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

// Absent is a value too: `undefined` only where what is there cannot be read.
const optional = <A>(
  text: string | undefined,
  read: (text: string) => A | undefined,
  absent: A
): A | undefined => (text === undefined || text === "" ? absent : read(text))

/** Reads the record line, and sorts the other lines. */
export const parse = (
  source: Uint8Array | string,
  file: string
): Result.Result<Header, FormatError> => {
  const text = typeof source === "string" ? source : Text.decode(source)
  const all = text
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ number: index + 1, text: line.trim() }))
  const comments = all.filter((line) => line.text.startsWith("#"))
  const [record, ...lines] = all.filter((line) => line.text !== "" && !line.text.startsWith("#"))
  if (record === undefined) {
    return refuse("truncated", place(file, 1), "a record line")
  }
  return Result.map(recordLine(record, file), (declared) => ({
    ...declared,
    file,
    comments: comments.map((line) => line.text.slice(1).trim()),
    lines
  }))
}

type RecordLine = Omit<Header, "file" | "comments" | "lines">

const recordLine = (line: Line, file: string): Result.Result<RecordLine, FormatError> => {
  const malformed = (expected: string) => refuse("malformed", place(file, line.number), expected)
  const [title = "", count, rate, samples, time, date] = line.text.split(/\s+/)
  const [name = "", segmentCount, ...more] = title.split("/")
  const segments = optional(segmentCount, integer, 0)
  if (name.length > longestName || more.length > 0 || segments === undefined || segments < 0) {
    return malformed("a record name, and its number of segments")
  }
  const signals = integer(count)
  if (signals === undefined || signals < 0) return malformed("the number of signals")
  const rates = /^([^/()]+)(?:\/([^/()]+)(?:\(([^()]+)\))?)?$/.exec(rate ?? "")
  const samplingRate = optional(rates?.[1], decimal, Infinity)
  const counterFrequency = optional(rates?.[2], decimal, Infinity)
  const baseCounter = optional(rates?.[3], decimal, Infinity)
  const isRead = rate === undefined || rates !== null
  if (!isRead || samplingRate === undefined || !(samplingRate > 0)) {
    return malformed("a sampling rate above 0 Hz")
  }
  if (counterFrequency === undefined || baseCounter === undefined) {
    return malformed("a counter frequency and a base counter value")
  }
  const length = optional(samples, integer, 0)
  if (length === undefined || length < 0) return malformed("the number of samples of a signal")
  const startedAt = start(time, date)
  if (startedAt === null) return malformed("a base time HH:MM:SS and a base date DD/MM/YYYY")
  return Result.succeed({
    name,
    segments: segmentCount === undefined ? undefined : segments,
    signals,
    samplingRate: finite(samplingRate),
    counterFrequency: counterFrequency > 0 ? finite(counterFrequency) : undefined,
    baseCounter: finite(baseCounter),
    length: length === 0 ? undefined : length,
    startedAt
  })
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined)

/**
 * A base time and date as an RFC 3339 date-time without offset: null where they cannot be read, and
 * undefined where the date, and so the start, is left open.
 */
export const start = (
  time: string | undefined,
  date: string | undefined
): string | undefined | null => {
  if (time === undefined) return undefined
  const clock = /^(?:(\d{1,2}):)?(\d{1,2}):(\d{1,2}(?:\.\d{1,9})?)$/.exec(time)
  if (clock === null) return null
  const [, hours = "0", minutes = "0", seconds = "0"] = clock
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) >= 60) return null
  if (date === undefined) return undefined
  const calendar = /^(\d{1,2})\/(\d{1,2})\/(\d{1,4})$/.exec(date)
  if (calendar === null) return null
  const [, day = "", month = "", year = ""] = calendar
  if (!isDay(Number(year), Number(month), Number(day))) return null
  const two = (digits: string) => digits.padStart(2, "0")
  const [second = "", fraction] = seconds.split(".")
  const fullSeconds = fraction === undefined ? two(second) : `${two(second)}.${fraction}`
  const onDate = `${year.padStart(4, "0")}-${two(month)}-${two(day)}`
  return `${onDate}T${two(hours)}:${two(minutes)}:${fullSeconds}`
}

const isDay = (year: number, month: number, day: number): boolean => {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
  return day >= 1 && day <= days
}

/** The rate of the frames of a record, in Hz. */
export const samplingRate = (header: Header): number => header.samplingRate ?? defaultSamplingRate

/** Reads the signal lines of a record of one segment. */
export const signals = (header: Header): Result.Result<ReadonlyArray<Signal>, FormatError> => {
  const read: Array<Signal> = []
  if (header.lines.length < header.signals) {
    const where = place(header.file, (header.lines.at(-1)?.number ?? 1) + 1)
    return refuse("truncated", where, "a line for each signal the record line declares")
  }
  for (const line of header.lines.slice(0, header.signals)) {
    const signal = signalLine(line, header, read.length)
    if (Result.isFailure(signal)) return Result.fail(signal.failure)
    read.push(signal.success)
  }
  return Result.succeed(read)
}

// The fields of a signal line before its description.
const fieldsBefore = 8

// A regular expression for the whole line could be made to backtrack for ever.
const signalFields = (text: string): ReadonlyArray<string | undefined> => {
  const fields: Array<string> = []
  const field = /\s*(\S+)/y
  while (fields.length < fieldsBefore) {
    const found = field.exec(text)
    if (found === null) return fields
    fields.push(found[1] ?? "")
    const rest = text.slice(field.lastIndex).trim()
    if (fields.length === fieldsBefore && rest !== "") fields.push(rest)
  }
  return fields
}

const formatField = /^(\d{1,3})(?:x(\d{1,9}))?(?::(\d{1,9}))?(?:\+(\d{1,15}))?$/

const gainField = /^([^(/]*)(?:\(([^()]*)\))?(?:\/(.*))?$/

const signalLine = (
  line: Line,
  header: Header,
  index: number
): Result.Result<Signal, FormatError> => {
  const where = place(header.file, line.number)
  const malformed = (expected: string) => refuse("malformed", where, expected)
  const [file = "", written, scale, , zeroText, initialText, sum, , description] = signalFields(
    line.text
  )
  if (written === undefined) return malformed("a file name and a format")
  if (file.length > longestName)
    return malformed(`a file name of at most ${longestName} characters`)
  const layout = formatField.exec(written)
  if (layout === null) return malformed("a format, its samples per frame, skew and byte offset")
  const format = Number(layout[1])
  const samplesPerFrame = Number(layout[2] ?? 1)
  if (format !== 0 && !isFormat(format)) {
    return refuse("unsupported", where, `format ${Object.keys(formats).join(", ")}`)
  }
  if (samplesPerFrame < 1) return malformed("at least one sample per frame")
  const zero = optional(zeroText, integer, 0)
  const initial = optional(initialText, integer, zero ?? 0)
  const checksum = optional(sum, integer, Infinity)
  if (zero === undefined || initial === undefined || checksum === undefined) {
    return malformed("whole numbers for ADC zero, initial value and checksum")
  }
  const calibration = gainField.exec(scale ?? "")
  const gain = optional(calibration?.[1], decimal, 0)
  const baseline = optional(calibration?.[2], integer, zero)
  if (calibration === null || gain === undefined || baseline === undefined) {
    return malformed("a gain, its baseline and unit")
  }
  return Result.succeed({
    where,
    file,
    format: file === gap ? 0 : format,
    samplesPerFrame,
    skew: Number(layout[3] ?? 0),
    offset: Number(layout[4] ?? 0),
    gain: gain === 0 ? defaultGain : gain,
    baseline,
    unit: calibration[3] === undefined || calibration[3] === "" ? "mV" : calibration[3],
    initial,
    checksum: finite(checksum),
    name: description ?? `record ${header.name}, signal ${index}`
  })
}

/** Reads the segment lines of a record of several segments. */
export const segments = (header: Header): Result.Result<ReadonlyArray<Segment>, FormatError> => {
  const count = header.segments ?? 0
  if (count < 1) return refuse("malformed", place(header.file, 1), "at least one segment")
  if (header.lines.length < count) {
    const where = place(header.file, (header.lines.at(-1)?.number ?? 1) + 1)
    return refuse("truncated", where, "a line for each segment the record line declares")
  }
  const read: Array<Segment> = []
  for (const line of header.lines.slice(0, count)) {
    const where = place(header.file, line.number)
    const [name = "", samples] = line.text.split(/\s+/)
    const length = integer(samples)
    // Only the first may be empty: it is the layout of the others.
    const least = read.length === 0 ? 0 : 1
    if (name.length > longestName || length === undefined || length < least) {
      return refuse("malformed", where, "the name of a segment and its number of samples")
    }
    read.push({ where, name, length })
  }
  return Result.succeed(read)
}
