/**
 * The samples of one lead over time, and when they cannot be read at all.
 *
 * NaN and the infinities are missing samples: whoever reads a signal works around them and says so.
 * Only what leaves nothing to work with is refused.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/**
 * Samples in order of time, in any unit. NaN and the infinities are missing samples, and so is
 * `missing` in an `Int32Array`.
 *
 * @since 0.1.0
 */
export type Signal = Float64Array | Float32Array | Int32Array | Int16Array | ReadonlyArray<number>

/**
 * The whole number of 32 bits that stands for a missing sample in an `Int32Array`.
 *
 * @since 0.2.0
 */
export const missing = -2_147_483_648

/**
 * A signal in which NaN stands for every sample that is missing.
 *
 * Units: as the samples. Shape: the signal itself, unless it holds `missing`.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Signal from "@bedside/core/Signal"
 *
 * Array.from(Signal.readable(Int32Array.of(1, Signal.missing, -1))) // => [1, NaN, -1]
 * ```
 * @since 0.2.0
 */
export const readable = (signal: Signal): Signal =>
  signal instanceof Int32Array && signal.includes(missing)
    ? Float64Array.from(signal, (sample) => (sample === missing ? NaN : sample))
    : signal

/**
 * A stretch of a signal, in samples: `start` is its first one, `end` the first one after it.
 *
 * @since 0.2.0
 */
export interface Segment {
  readonly start: number
  readonly end: number
}

/**
 * The lowest and the highest sampling rate at which the shape of a beat is read, in Hz.
 *
 * @since 0.2.0
 */
export const samplingRates = { lowest: 100, highest: 2000 }

/**
 * Why a signal cannot be read:
 *
 * - `empty`: it has no sample, or there is no lead
 * - `no-finite-sample`: every sample is missing
 * - `sampling-rate`: not between 100 and 2,000 Hz
 * - `lengths`: the leads differ in length
 *
 * @since 0.2.0
 */
export class SignalError extends Schema.TaggedError<SignalError>()("SignalError", {
  reason: Schema.Literals(["empty", "no-finite-sample", "sampling-rate", "lengths"])
}) {}

/**
 * Checks that leads can be read at a sampling rate.
 *
 * Units: `samplingRate` in Hz. Shape: one signal per lead, all of one length; given back as
 * `readable` has them.
 *
 * Fails with: `SignalError`, for the first reason found: no lead or no sample, leads of different
 * lengths, a sampling rate outside 100 to 2,000 Hz, or no finite sample in any lead.
 *
 * @example
 * ```ts
 * import * as Signal from "@bedside/core/Signal"
 * import * as Result from "effect/Result"
 *
 * Result.isSuccess(Signal.check([[1, NaN, 3]], 360)) // => true
 * Result.isFailure(Signal.check([[NaN, NaN]], 360)) // => true
 * Result.isFailure(Signal.check([[1, 2, 3]], 50)) // => true
 * ```
 * @since 0.2.0
 */
export const check = (
  leads: ReadonlyArray<Signal>,
  samplingRate: number
): Result.Result<ReadonlyArray<Signal>, SignalError> => {
  const refuse = (reason: SignalError["reason"]) => Result.fail(new SignalError({ reason }))
  const length = leads[0]?.length ?? 0
  if (length === 0) return refuse("empty")
  if (leads.some((lead) => lead.length !== length)) return refuse("lengths")
  const { lowest, highest } = samplingRates
  if (!(samplingRate >= lowest && samplingRate <= highest)) return refuse("sampling-rate")
  const readableLeads = leads.map(readable)
  return readableLeads.some(hasFiniteSample)
    ? Result.succeed(readableLeads)
    : refuse("no-finite-sample")
}

const hasFiniteSample = (signal: Signal): boolean => {
  for (let index = 0; index < signal.length; index++) {
    if (Number.isFinite(signal[index])) return true
  }
  return false
}
