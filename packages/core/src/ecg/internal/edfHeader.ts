/**
 * The header of an EDF file, read into what it declares and checked against the length of the file:
 * what comes out of here can be allocated.
 */
import * as Result from "effect/Result"
import { FormatError } from "../formats/Waveform.ts"
import * as Clock from "./bytesClock.ts"
import * as Text from "./wfdbText.ts"

/** `plain` has no annotations; `continuous` and `interrupted` are EDF+C and EDF+D. */
export type Kind = "plain" | "continuous" | "interrupted"

export interface Signal {
  readonly name: string
  readonly unit: string
  readonly gain: number
  readonly baseline: number
  readonly samplesPerRecord: number
  /** Of its first sample within a data record, in bytes. */
  readonly offset: number
  readonly holdsAnnotations: boolean
}

export interface Header {
  readonly kind: Kind
  readonly patient: string
  readonly recording: string
  /** What the header says of the start; a fraction of a second may follow in the annotations. */
  readonly start: (fraction: number) => string | undefined
  readonly records: number
  /** Of a data record, in s. */
  readonly duration: number
  readonly signals: ReadonlyArray<Signal>
  /** Of the header, and of a data record. */
  readonly headerBytes: number
  readonly recordBytes: number
}

/** A failure to read an EDF file. */
export const refuse = (
  reason: FormatError["reason"],
  where: string,
  expected: string
): Result.Result<never, FormatError> =>
  Result.fail(new FormatError({ format: "edf", reason, where, expected }))

/** The shortest data record that has samples, in s. */
const shortest = 0.000_001

const fixedBytes = 256
const bytesPerSignal = 256

// The fields before those of the signals: name, first byte, length.
const fields = {
  version: [0, 8],
  patient: [8, 80],
  recording: [88, 80],
  date: [168, 8],
  time: [176, 8],
  headerBytes: [184, 8],
  reserved: [192, 44],
  records: [236, 8],
  duration: [244, 8],
  signals: [252, 4]
} as const

// The fields of a signal: all labels stand first, then all transducers, and so on.
const signalFields = {
  label: [0, 16],
  unit: [96, 8],
  physicalMinimum: [104, 8],
  physicalMaximum: [112, 8],
  digitalMinimum: [120, 8],
  digitalMaximum: [128, 8],
  samples: [216, 8]
} as const

const textAt = (bytes: Uint8Array, at: number, length: number): string =>
  Text.decode(bytes.subarray(at, at + length)).replace(/[\0 ]+$/, "")

const integer = (text: string): number | undefined =>
  /^ *[-+]?\d+$/.test(text) ? Number(text) : undefined

const decimal = (text: string): number | undefined => {
  const isDecimal = /^ *[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/.test(text)
  return isDecimal && Number.isFinite(Number(text)) ? Number(text) : undefined
}

export const parse = (bytes: Uint8Array): Result.Result<Header, FormatError> =>
  Result.gen(function* () {
    if (bytes.length < fixedBytes) {
      return yield* refuse("truncated", "header", `at least ${fixedBytes} bytes`)
    }
    const field = (name: keyof typeof fields) => {
      const [at, length] = fields[name]
      return textAt(bytes, at, length)
    }
    if (bytes[0] === 0xff) return yield* refuse("unsupported", "header, version", "EDF, not BDF")
    if (field("version") !== "0") return yield* refuse("malformed", "header, version", "0")
    const count = integer(field("signals")) ?? 0
    if (count < 1) return yield* refuse("malformed", "header, number of signals", "at least 1")
    const headerBytes = fixedBytes + bytesPerSignal * count
    if (integer(field("headerBytes")) !== headerBytes) {
      const expected = "256 bytes, and 256 for each signal"
      return yield* refuse("malformed", "header, bytes in header", expected)
    }
    if (bytes.length < headerBytes) {
      return yield* refuse("truncated", "header", "256 bytes for each signal")
    }
    const duration = decimal(field("duration"))
    const kind = kindOf(field("reserved"))
    const signals = yield* readSignals(bytes, count, kind)
    const least = signals.every((signal) => signal.holdsAnnotations) ? 0 : shortest
    if (duration === undefined || duration < least) {
      const expected = `at least ${least} s`
      return yield* refuse("malformed", "header, duration of a data record", expected)
    }
    const samples = signals.reduce((sum, signal) => sum + signal.samplesPerRecord, 0)
    const recordBytes = 2 * samples
    const records = yield* countRecords(
      integer(field("records")),
      Math.floor((bytes.length - headerBytes) / recordBytes)
    )
    const recording = field("recording")
    return {
      kind,
      patient: field("patient"),
      recording,
      start: startOf(field("date"), field("time"), recording),
      records,
      duration,
      signals,
      headerBytes,
      recordBytes
    }
  })

const kindOf = (reserved: string): Kind =>
  reserved.startsWith("EDF+D")
    ? "interrupted"
    : reserved.startsWith("EDF+")
      ? "continuous"
      : "plain"

const countRecords = (
  declared: number | undefined,
  present: number
): Result.Result<number, FormatError> => {
  const where = "header, number of data records"
  if (declared === undefined || declared < -1) {
    return refuse("malformed", where, "a whole number, or -1 where it is not known")
  }
  if (declared > present) return refuse("truncated", where, "at most those in the file")
  return Result.succeed(declared === -1 ? present : declared)
}

const readSignals = (
  bytes: Uint8Array,
  count: number,
  kind: Kind
): Result.Result<ReadonlyArray<Signal>, FormatError> => {
  const signals: Array<Signal> = []
  let offset = 0
  for (let index = 0; index < count; index++) {
    const field = (name: keyof typeof signalFields) => {
      const [before, length] = signalFields[name]
      return textAt(bytes, fixedBytes + before * count + index * length, length)
    }
    const signal = readSignal(field, `header, signal ${index + 1}`, kind, offset)
    if (Result.isFailure(signal)) return Result.fail(signal.failure)
    signals.push(signal.success)
    offset += 2 * signal.success.samplesPerRecord
  }
  return Result.succeed(signals)
}

const isDigital = (value: number | undefined): value is number =>
  value !== undefined && value >= -32_768 && value <= 32_767

const readSignal = (
  field: (name: keyof typeof signalFields) => string,
  where: string,
  kind: Kind,
  offset: number
): Result.Result<Signal, FormatError> => {
  const samplesPerRecord = integer(field("samples"))
  if (samplesPerRecord === undefined || samplesPerRecord < 1) {
    return refuse("malformed", `${where}, samples in a data record`, "at least 1")
  }
  const name = field("label").trim()
  const low = integer(field("digitalMinimum"))
  const high = integer(field("digitalMaximum"))
  if (!isDigital(low) || !isDigital(high) || low >= high) {
    const expected = "two numbers of 16 bits, the maximum above the minimum"
    return refuse("malformed", `${where}, digital minimum and maximum`, expected)
  }
  const bottom = decimal(field("physicalMinimum"))
  const top = decimal(field("physicalMaximum"))
  if (bottom === undefined || top === undefined || bottom === top) {
    const expected = "two different numbers"
    return refuse("malformed", `${where}, physical minimum and maximum`, expected)
  }
  const gain = (high - low) / (top - bottom)
  const baseline = low - bottom * gain
  if (!Number.isFinite(baseline) || gain === 0) {
    return refuse("malformed", `${where}, physical minimum and maximum`, "a range of voltages")
  }
  const holdsAnnotations = kind !== "plain" && name === "EDF Annotations"
  return Result.succeed({
    name,
    unit: field("unit").trim(),
    gain,
    baseline,
    samplesPerRecord,
    offset,
    holdsAnnotations
  })
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

// Years of two digits are 1985 to 2084; EDF+ repeats the date with four.
const startOf = (date: string, time: string, recording: string): Header["start"] => {
  const clock = /^(\d{2})\.(\d{2})\.(\d{2})$/.exec(time)?.slice(1).map(Number)
  const [day = 0, month = 0, short = 0] =
    /^(\d{2})\.(\d{2})\.(\d{2})$/.exec(date)?.slice(1).map(Number) ?? []
  const full = /^Startdate (\d{2})-([A-Za-z]{3})-(\d{4})(?: |$)/.exec(recording)
  return (fraction) => {
    if (clock === undefined) return undefined
    const [hour = 0, minute = 0, second = 0] = clock
    const at = { hour, minute, second: second + fraction }
    if (full === null) return Clock.local(short < 85 ? 2000 + short : 1900 + short, month, day, at)
    const named = months.indexOf((full[2] ?? "").toUpperCase()) + 1
    return Clock.local(Number(full[3]), named, Number(full[1]), at)
  }
}
