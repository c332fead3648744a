/**
 * Records in the WFDB format of PhysioNet (header, signal files, annotations), read and written.
 *
 * The guarantee that bites: no length in a header is believed. It is checked against the bytes that
 * are there before room is made for samples, and a file name in a header is only ever looked up among
 * the files that were given, never opened.
 */
import * as Result from "effect/Result"
import * as Annotations from "../internal/wfdbAnnotations.ts"
import * as Header from "../internal/wfdbHeader.ts"
import * as Segments from "../internal/wfdbSegments.ts"
import * as Signals from "../internal/wfdbSignals.ts"
import * as Writer from "../internal/wfdbWriter.ts"
import type { FormatNumber } from "../internal/wfdbSamples.ts"
import type { FormatError, Waveform } from "./Waveform.ts"

/**
 * A record: its channels, and what its header says beside them. `samplingRate` is that of the frames
 * in Hz, and `length` their number; a channel with several samples in a frame has a sampling rate that
 * many times as high. Digital values are `missing` where the file has the code of its format for a
 * missing sample.
 *
 * @since 0.2.0
 */
export interface Record extends Waveform {
  readonly name: string
  readonly samplingRate: number
  readonly length: number
  readonly comments: ReadonlyArray<string>
  /** Ticks per second of the counter that the recorder showed, where it had one. */
  readonly counterFrequency?: number
  /** What that counter showed at frame 0. */
  readonly baseCounter?: number
}

/**
 * A record as it is stored: the bytes or the text of its header, and files by the names that headers
 * give them.
 *
 * @since 0.2.0
 */
export interface Stored {
  readonly header: Uint8Array | string
  readonly files: Readonly<{ [name: string]: Uint8Array }>
}

/**
 * Reads a record from its header and the files that the header names.
 *
 * Shape: `files` maps names, written as in the header, to bytes; for a record of several segments also
 * `<segment>.hea` for each segment. Formats 8, 16, 24, 32, 61, 80, 160, 212, 310 and 311. A signal
 * without a gain has 200 units per mV, and a record without a rate 250 Hz, as header(5) has it.
 *
 * Fails with: `FormatError`. `checksum` where the samples do not add up to what the header says
 * (`{ checksum: false }` reads them all the same), and `unsupported` for other formats and for a record
 * that makes too much out of few bytes, with gaps or with files named again and again: samples read and
 * samples returned together are at most `limit`, by default 4 million and 8 for each byte given.
 *
 * Method: header(5) and signal(5) of the WFDB Applications Guide (Moody, PhysioNet). Skewed signals are
 * aligned, their last samples missing where the file ends first. Segments with different gains are
 * read at the highest. Checksums are compared modulo 65,536, since some writers leave them unsigned.
 *
 * @example
 * ```ts
 * import * as Wfdb from "@bedside/core/Wfdb"
 * import * as Result from "effect/Result"
 *
 * const header = "example 1 360 3\nexample.dat 16 200(1024)/mV 16 0 1024 3272 0 MLII\n"
 * const files = { "example.dat": Uint8Array.of(0, 4, 200, 4, 0, 4) }
 * const record = Result.getOrThrow(Wfdb.decode({ header, files }))
 * record.channels[0]?.name // => "MLII"
 * Array.from(record.channels[0]?.samples ?? []) // => [1024, 1224, 1024]
 * ```
 * @since 0.2.0
 */
export const decode = (
  source: Stored,
  options: { readonly checksum?: boolean | undefined; readonly limit?: number | undefined } = {}
): Result.Result<Record, FormatError> =>
  Result.gen(function* () {
    const verify = options.checksum ?? true
    const limit = options.limit ?? limitFor(source)
    const header = yield* Header.parse(source.header, "")
    if (header.segments !== undefined) {
      const plan = yield* Segments.plan(header, source.files, limit)
      const comments = [...header.comments, ...plan.comments]
      return assemble({ ...header, comments }, plan, yield* Segments.read(plan, verify))
    }
    const signals = yield* Header.signals(header)
    const plan = yield* Signals.plan(header, signals, source.files)
    yield* Signals.afford(plan.cost, limit)
    return assemble(header, plan, yield* Signals.read(plan, verify))
  })

const limitFor = (source: Stored): number => {
  const bytes = Object.values(source.files).reduce((sum, file) => sum + file.length, 0)
  return 4_000_000 + 8 * (bytes + source.header.length)
}

const assemble = (
  header: Header.Header,
  plan: { readonly signals: ReadonlyArray<Header.Signal>; readonly length: number },
  samples: ReadonlyArray<Int32Array>
): Record => {
  const samplingRate = Header.samplingRate(header)
  const { name, comments, startedAt, counterFrequency, baseCounter } = header
  return {
    name,
    samplingRate,
    length: plan.length,
    comments,
    channels: plan.signals.map((signal, index) => ({
      name: signal.name,
      unit: signal.unit,
      samplingRate: samplingRate * signal.samplesPerFrame,
      gain: signal.gain,
      baseline: signal.baseline,
      samples: samples[index] ?? new Int32Array()
    })),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(counterFrequency === undefined ? {} : { counterFrequency }),
    ...(baseCounter === undefined ? {} : { baseCounter })
  }
}

/**
 * The number of a format of samples: 8, 16, 24, 32, 61, 80, 160, 212, 310 or 311.
 *
 * @since 0.2.0
 */
export type Format = FormatNumber

/**
 * Writes channels as a record of one segment: the text of its header, and its signal file by name.
 *
 * Units: samples are digital. Shape: a `Record`, or any waveform with a name and the sampling rate of
 * its frames; each channel has a whole number of samples in a frame. Without a `format`, the narrowest
 * of 212, 16, 24 and 32 that holds every sample. What `decode` reads of it is what was written, but for
 * blanks around names and comments, and a channel without a name, which gets one.
 *
 * Fails with: `FormatError`, `unsupported` where the format cannot hold the samples (format 8 has no
 * missing ones, and steps of at most 127), `malformed` for what no header can say: samples that are not
 * whole numbers, a baseline that is none, a gain of 0, a name or a unit that would break its line.
 *
 * Method: header(5) and signal(5) of the WFDB Applications Guide (Moody, PhysioNet). The baseline is
 * written, and the ADC zero is left at 0.
 *
 * @example
 * ```ts
 * import * as Wfdb from "@bedside/core/Wfdb"
 * import * as Result from "effect/Result"
 *
 * const lead = { name: "II", unit: "mV", samplingRate: 360, gain: 200, baseline: 0 }
 * const channels = [{ ...lead, samples: Int32Array.of(1, -1) }]
 * const written = Result.getOrThrow(Wfdb.encode({ name: "a1", samplingRate: 360, channels }))
 * written.header.split("\n")[1] // => "a1.dat 212 200(0)/mV 12 0 1 0 0 II"
 * Array.from(written.files["a1.dat"] ?? []) // => [1, 240, 255]
 * ```
 * @since 0.2.0
 */
export const encode = (
  record: Writer.Source,
  options: { readonly format?: Format | undefined } = {}
): Result.Result<Writer.Written, FormatError> => Writer.write(record, options.format)

/**
 * One annotation: the `sample` it is at, what it says as the `code` of the file and as the `symbol`
 * people write, and what it adds: a `subtype` of -128 to 127, the `channel` it is of, 0 to 255, a
 * `number` of -128 to 127, and a `note`, empty where there is none.
 *
 * @since 0.2.0
 */
export interface Annotation extends Annotations.Entry {
  readonly symbol: string
}

// prettier-ignore
const codes = [
  "", "N", "L", "R", "a", "V", "F", "J", "A", "S", "E", "j", "/", "Q", "~", "",
  "|", "", "s", "T", "*", "D", '"', "=", "p", "B", "^", "t", "+", "u", "?", "!",
  "[", "]", "e", "n", "@", "x", "f", "(", ")", "r"
]

/**
 * The symbols of the annotation codes, by code; codes without one are `""`.
 *
 * @since 0.2.0
 */
export const symbols: ReadonlyArray<string> = codes

/**
 * Reads an annotation file in the MIT format.
 *
 * Units: `sample` counts frames of the record. Shape: in the order of the file.
 *
 * Fails with: `FormatError`, where the file ends before its end mark or in the middle of an
 * annotation. Bytes after the end mark are not read.
 *
 * Method: annot(5) of the WFDB Applications Guide (Moody, PhysioNet). Notes are UTF-8 where they can
 * be and Latin-1 otherwise, without the NUL that some writers end them with. The older AHA format is
 * not read.
 *
 * @example
 * ```ts
 * import * as Wfdb from "@bedside/core/Wfdb"
 * import * as Result from "effect/Result"
 *
 * // Code 1 after 70 samples, code 5 after 260 more, and the end mark.
 * const bytes = Uint8Array.of(70, 4, 4, 21, 0, 0)
 * const annotations = Result.getOrThrow(Wfdb.annotations(bytes))
 * annotations.map(({ sample, symbol }) => `${sample} ${symbol}`) // => ["70 N", "330 V"]
 * ```
 * @since 0.2.0
 */
export const annotations = (
  bytes: Uint8Array
): Result.Result<ReadonlyArray<Annotation>, FormatError> =>
  Result.map(Annotations.decode(bytes), (entries) =>
    entries.map((entry) => ({ ...entry, symbol: symbols[entry.code] ?? "" }))
  )

/**
 * Writes an annotation file in the MIT format, in the order given.
 *
 * Shape: readers expect the order of time, though an earlier sample after a later one can be written.
 * The symbol is not looked at: the code is what is stored. `terminatedNotes` ends each note with a
 * NUL, as the files of the MIT-BIH databases do.
 *
 * Fails with: `FormatError`, where a field is beyond what the format holds: a sample number of 32
 * bits, a code of 1 to 58, a subtype and a number of -128 to 127, a channel of 0 to 255, and a note of
 * 255 bytes of UTF-8 without NUL.
 *
 * Method: annot(5) of the WFDB Applications Guide (Moody, PhysioNet), with what an annotation adds in
 * the order in which the WFDB library writes it, so that its files come out byte for byte.
 *
 * @example
 * ```ts
 * import * as Wfdb from "@bedside/core/Wfdb"
 * import * as Result from "effect/Result"
 *
 * const beat = { sample: 70, code: 1, subtype: 0, channel: 0, number: 0, note: "" }
 * Array.from(Result.getOrThrow(Wfdb.encodeAnnotations([beat]))) // => [70, 4, 0, 0]
 * ```
 * @since 0.2.0
 */
export const encodeAnnotations = (
  annotations: ReadonlyArray<Omit<Annotation, "symbol">>,
  options: { readonly terminatedNotes?: boolean | undefined } = {}
): Result.Result<Uint8Array, FormatError> =>
  Annotations.encode(annotations, options.terminatedNotes === true ? "\0" : "")

/**
 * The time resolution that annotations state for themselves, where they do: their `sample` then counts
 * ticks of this rate, and not frames of the record.
 *
 * Units: Hz. Shape: undefined where no note at sample 0 says `## time resolution:`.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Wfdb from "@bedside/core/Wfdb"
 *
 * Wfdb.timeResolution([{ sample: 0, note: "## time resolution: 1000" }]) // => 1000
 * Wfdb.timeResolution([{ sample: 18, note: "" }]) // => undefined
 * ```
 * @since 0.2.0
 */
export const timeResolution = (
  annotations: ReadonlyArray<Pick<Annotation, "sample" | "note">>
): number | undefined => {
  const stated = /^## time resolution: (\d+(?:\.\d*)?)$/
  const notes = annotations.filter(({ sample }) => sample === 0).map(({ note }) => note.trim())
  const rate = Number(notes.map((note) => stated.exec(note)?.[1]).find((it) => it !== undefined))
  return Number.isFinite(rate) && rate > 0 ? rate : undefined
}

const beats = new Set("NLRBAaJSVrFejnE/fQ?")

/**
 * Whether an annotation marks a beat: one of `N L R B A a J S V r F e j n E / f Q ?`.
 *
 * Shape: flutter waves (`!`), rhythm and noise marks and the waves of a beat are not beats.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Wfdb from "@bedside/core/Wfdb"
 *
 * Wfdb.isBeat({ symbol: "V" }) // => true
 * Wfdb.isBeat({ symbol: "!" }) // => false
 * ```
 * @since 0.2.0
 */
export const isBeat = (annotation: Pick<Annotation, "symbol">): boolean =>
  beats.has(annotation.symbol)
