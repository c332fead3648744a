/**
 * What every ECG file format is decoded into: channels of digital samples with what is needed to
 * read them as time and voltage.
 *
 * A file is never trusted: what it declares is checked against the bytes that are there before
 * anything is allocated, so that a hostile or truncated file is a typed error and nothing worse.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Invalid from "../../input/Invalid.ts"
import * as Recording from "../Recording.ts"
import * as Signal from "../Signal.ts"

/**
 * The formats that are read.
 *
 * @since 0.2.0
 */
export const Format = Schema.Literals(["wfdb", "edf", "scp-ecg", "fhir-sampled-data", "csv"])

/** @since 0.2.0 */
export type Format = typeof Format.Type

/**
 * A file that cannot be read:
 *
 * - `truncated`: it ends before what it declares
 * - `malformed`: it breaks its format, or declares what cannot be
 * - `unsupported`: it uses a part of its format that is not read
 * - `missing-file`: it names a file that was not given
 * - `checksum`: its samples are not those that were written
 *
 * `where` names the place in the file (a file name, a line, a field, a byte offset) and `expected`
 * what should stand there; neither holds content of the file, which may be personal.
 *
 * @since 0.2.0
 */
export class FormatError extends Schema.TaggedError<FormatError>()("FormatError", {
  format: Format,
  reason: Schema.Literals(["truncated", "malformed", "unsupported", "missing-file", "checksum"]),
  where: Schema.String,
  expected: Schema.String
}) {}

/**
 * One channel. A sample in `unit` is `(sample - baseline) / gain`; missing samples are
 * `Signal.missing` in an `Int32Array` and NaN in a `Float64Array`. `samplingRate` in Hz.
 *
 * @since 0.2.0
 */
export interface Channel {
  readonly name: string
  readonly unit: string
  readonly samplingRate: number
  readonly gain: number
  readonly baseline: number
  readonly samples: Int32Array | Float64Array
}

/**
 * The channels of a file. `startedAt` is the local date and time as the file writes it, RFC 3339
 * without offset, where it has one.
 *
 * @since 0.2.0
 */
export interface Waveform {
  readonly channels: ReadonlyArray<Channel>
  readonly startedAt?: string
}

/**
 * The samples of a channel in its unit.
 *
 * Shape: one number per sample, NaN where a sample is missing.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Signal from "@bedside/core/Signal"
 * import * as Waveform from "@bedside/core/Waveform"
 *
 * const channel = { name: "II", unit: "mV", samplingRate: 360, gain: 200, baseline: 1024 }
 * Array.from(Waveform.physical({ ...channel, samples: Int32Array.of(1024, 1224, Signal.missing) })) // => [0, 1, NaN]
 * ```
 * @since 0.2.0
 */
export const physical = ({ samples, gain, baseline }: Channel): Float64Array =>
  Float64Array.from(samples, (sample) =>
    sample === Signal.missing ? NaN : (sample - baseline) / gain
  )

/** How many mV one of a unit is. */
const millivolts = new Map([
  ["V", 1_000],
  ["mV", 1],
  ["uV", 1e-3],
  ["µV", 1e-3],
  ["μV", 1e-3],
  ["nV", 1e-6]
])

/**
 * A recording of the channels of a file.
 *
 * Units: voltages in V, mV, µV or nV; the recording has the highest gain among the channels, in units
 * per mV, and the baseline subtracted. Shape: one lead for each channel, in their order; missing
 * samples stay missing.
 *
 * Fails with: `Invalid` with every problem: a channel in another unit, at another sampling rate than
 * the first, with a gain that is none or a sample that has no 32 bits, and what `Recording.make`
 * refuses. Whoever wants only some channels passes only those.
 *
 * Method: samples of a channel whose gain is lower are scaled up and rounded to whole units.
 *
 * @example
 * ```ts
 * import * as Waveform from "@bedside/core/Waveform"
 * import * as Result from "effect/Result"
 *
 * const channel = { unit: "mV", samplingRate: 500, baseline: 1024, samples: Int32Array.of(1024, 1124) }
 * const channels = [{ ...channel, name: "I", gain: 100 }, { ...channel, name: "II", gain: 200 }]
 * const recording = Result.getOrThrow(Waveform.recording({ channels }, { id: "10", date: "2026-03-01" }))
 * recording.gain // => 200
 * recording.leads.map(({ samples }) => Array.from(samples)) // => [[0, 200], [0, 100]]
 * ```
 * @since 0.2.0
 */
export const recording = (
  { channels }: Waveform,
  header: Pick<Recording.Header, "id" | "date" | "patientId">
): Result.Result<Recording.Recording, Invalid.Invalid> => {
  const gains = channels.map(({ gain, unit }) => gain / (millivolts.get(unit) ?? NaN))
  const gain = Math.max(...gains.filter(isGain))
  const samplingRate = channels[0]?.samplingRate ?? NaN
  const leads = channels.map((channel, index) => ({
    name: channel.name,
    samples: scaled(channel, gain / (gains[index] ?? NaN))
  }))
  const problems = channels.flatMap((channel, index) => {
    const problem = (field: string, code: string, expected: string) =>
      Invalid.issue(["channels", index, field], code, expected)
    return [
      ...(millivolts.has(channel.unit) ? [] : [problem("unit", "type", "V, mV, µV or nV")]),
      ...(isGain(channel.gain) ? [] : [problem("gain", "range", "a positive number")]),
      ...(channel.samplingRate === samplingRate
        ? []
        : [problem("samplingRate", "range", "that of the first channel")]),
      ...(isGain(gains[index]) && leads[index]?.samples.every(fitsIn32Bits) === false
        ? [problem("samples", "range", "values of 32 bits")]
        : [])
    ]
  })
  return problems.length > 0
    ? Result.fail(Invalid.of(problems))
    : Recording.make(
        { ...header, samplingRate, gain },
        leads.map(({ name, samples }) => ({ name, samples: Recording.pack(samples) }))
      )
}

const isGain = (gain: number | undefined): boolean =>
  gain !== undefined && gain > 0 && gain < Infinity

const scaled = ({ samples, baseline }: Channel, factor: number): Float64Array =>
  Float64Array.from(samples, (sample) =>
    sample === Signal.missing || Number.isNaN(sample)
      ? Signal.missing
      : Math.round((sample - baseline) * factor)
  )

const fitsIn32Bits = (sample: number): boolean => (sample | 0) === sample
