/**
 * What every ECG file format is decoded into: channels of digital samples with what is needed to
 * read them as time and voltage.
 *
 * A file is never trusted: what it declares is checked against the bytes that are there before
 * anything is allocated, so that a hostile or truncated file is a typed error and nothing worse.
 */
import * as Schema from "effect/Schema"

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
 * The digital value that stands for a missing sample in an `Int32Array`.
 *
 * @since 0.2.0
 */
export const missing = -2_147_483_648

/**
 * One channel. A sample in `unit` is `(sample - baseline) / gain`; missing samples are `missing` in
 * an `Int32Array` and NaN in a `Float64Array`. `samplingRate` in Hz.
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
 * import * as Waveform from "@bedside/core/Waveform"
 *
 * const channel = { name: "II", unit: "mV", samplingRate: 360, gain: 200, baseline: 1024 }
 * Array.from(Waveform.physical({ ...channel, samples: Int32Array.of(1024, 1224, Waveform.missing) })) // => [0, 1, NaN]
 * ```
 * @since 0.2.0
 */
export const physical = ({ samples, gain, baseline }: Channel): Float64Array =>
  Float64Array.from(samples, (sample) => (sample === missing ? NaN : (sample - baseline) / gain))
