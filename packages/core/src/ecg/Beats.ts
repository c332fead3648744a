/**
 * Where the heart beats: the R peak, or whatever deflection dominates the QRS complex, of every beat
 * of one or more leads.
 *
 * The guarantee that bites: a signal gives the same beats whether it comes whole or in blocks of any
 * size, in time that grows with its length and no faster. Noise, a flat line and missing samples are
 * not errors and have no beats.
 *
 * Not a medical device.
 */
import * as Result from "effect/Result"
import * as Pipeline from "./internal/beatsPipeline.ts"
import * as Signal from "./Signal.ts"

/**
 * What is known of a signal. `samplingRate` in Hz, 100 to 2,000. `gain`, where it is known, in units
 * of the samples per millivolt: with it, a lead that stays below a few hundredths of a millivolt has
 * no beats. Without it no size is assumed.
 *
 * @since 0.2.0
 */
export interface Options {
  readonly samplingRate: number
  readonly gain?: number | undefined
}

/**
 * One lead, or several of one length.
 *
 * @since 0.2.0
 */
export type Leads = Signal.Signal | ReadonlyArray<Signal.Signal>

/**
 * Finds the beats of a signal that comes in blocks.
 *
 * `push` takes the next samples of every lead and gives the beats that became certain; `flush` ends
 * the signal and gives the rest, after which the detector is used up. Beats are samples since the
 * first push, ascending across calls. A beat becomes certain within 8 s, where the signal is doubtful
 * within 12 s, and with several leads 2 s later.
 *
 * @since 0.2.0
 */
export interface Detector {
  readonly push: (block: Leads) => Int32Array
  readonly flush: () => Int32Array
}

const isSeveral = (signal: Leads): signal is ReadonlyArray<Signal.Signal> =>
  Array.isArray(signal) && signal.length > 0 && typeof signal[0] !== "number"

const leadsOf = (signal: Leads): ReadonlyArray<Signal.Signal> =>
  isSeveral(signal) ? signal : [signal]

// The inner loops meet one kind of array only.
const copy = (from: Signal.Signal, start: number, count: number, to: Float64Array): void => {
  if (ArrayBuffer.isView(from)) to.set(from.subarray(start, start + count))
  else for (let index = 0; index < count; index++) to[index] = from[start + index]!
}

const make = (leads: number, { samplingRate, gain = 0 }: Options): Detector => {
  const found: Array<number> = []
  const pipeline = Pipeline.pipeline({ samplingRate, leads, gain }, (sample) => found.push(sample))
  const chunks = Array.from({ length: leads }, () => new Float64Array(Pipeline.chunk))

  const take = (): Int32Array => Int32Array.from(found.splice(0))

  const push: Detector["push"] = (block) => {
    const signals = leadsOf(block).map(Signal.readable)
    const length = signals[0]?.length ?? 0
    if (signals.length !== leads || signals.some((signal) => signal.length !== length)) {
      throw new Signal.SignalError({ reason: "lengths" })
    }
    for (let start = 0; start < length; start += Pipeline.chunk) {
      const count = Math.min(Pipeline.chunk, length - start)
      for (let lead = 0; lead < leads; lead++) copy(signals[lead]!, start, count, chunks[lead]!)
      pipeline.push(chunks, count)
    }
    return take()
  }

  const flush: Detector["flush"] = () => {
    pipeline.flush()
    return take()
  }

  return { push, flush }
}

/**
 * Makes a detector for a signal that comes in blocks.
 *
 * Units: `samplingRate` in Hz. Shape: `push` takes as many blocks as there are `leads` (1 unless
 * given), all of one length, which may differ from push to push; a block may be empty. However a
 * signal is cut, the beats are those that `detect` finds in it.
 *
 * Fails with: nothing that depends on a signal. A sampling rate is a constant of a device, so one
 * outside 100 to 2,000 Hz is thrown as a `SignalError`; so are blocks that are not one per lead or
 * differ in length, which no device sends.
 *
 * Method: that of `detect`. Memory is bounded, some 0.2 MB per lead at 360 Hz, and so is the work per
 * sample.
 *
 * @example
 * ```ts
 * import * as Beats from "@bedside/core/Beats"
 *
 * const detector = Beats.detector({ samplingRate: 250 })
 * const pulse = (time: number) => Math.exp(-(((time % 1) - 0.5) ** 2) / 0.0002)
 * const second = (start: number) => Float64Array.from({ length: 250 }, (_, index) => pulse(start + index / 250))
 * const certain = Array.from({ length: 20 }, (_, start) => Array.from(detector.push(second(start)))).flat()
 * certain.slice(0, 3) // => [125, 375, 625]
 * certain.length + detector.flush().length // => 20
 * ```
 * @since 0.2.0
 */
export const detector = (options: Options & { readonly leads?: number | undefined }): Detector => {
  const { lowest, highest } = Signal.samplingRates
  const { samplingRate, leads = 1 } = options
  if (!(samplingRate >= lowest && samplingRate <= highest)) {
    throw new Signal.SignalError({ reason: "sampling-rate" })
  }
  return make(leads, options)
}

/**
 * Finds the beats of a whole signal.
 *
 * Units: `samplingRate` in Hz, samples in any unit. Shape: one lead, or an array of leads of one
 * length; the sample of the dominant deflection of every QRS complex, ascending. With several leads
 * a beat is marked where the first lead that is there has it.
 *
 * Fails with: `SignalError`, as `Signal.check` has it. Noise and a flat line succeed, with no beats
 * where there are none. NaN and the infinities are missing samples: beats are found on both sides of
 * a gap. A sampling rate that is not the signal's own cannot be recognised: half of it doubles the
 * heart rate and hides most beats of a fast one.
 *
 * Method: samples are averaged to 150 Hz and filtered by a pair of Gabor filters (18 Hz, 20 ms) whose
 * envelope peaks once per QRS complex. A peak's log odds of being a beat come from a logistic
 * regression on its height relative to the median of the largest peaks of seven windows of 1.5 s and
 * to recent beats, on the contrast of that level with what lies between, on its neighbours (P and T waves),
 * and on its correlation with running averages of earlier beats. Beats are the best path through the
 * peaks of the last seconds (Viterbi), where an interval costs what it is unlike the last eight; so
 * a beat that comes with the rhythm needs less evidence than one that does not, and a missing one is
 * searched for without a second pass. Beats are reported once their evidence adds up within seconds.
 * The adaptive levels, the refractory period of 200 ms and the search for missing beats are those of
 * Pan & Tompkins 1985 (doi:10.1109/TBME.1985.325532) in other form; its derivative, squaring and
 * fixed search-back at 1.66 intervals are not used. The mark is the largest deflection within 70 ms
 * from the mean of 300 ms, averaged over 15 ms so that the spike of a pacemaker is none, in the
 * direction that dominated before unless the other is half as large again.
 *
 * Tuned on channel 0 of mitdb 101, 106, 109, 114, 116, 119, 201, 205, 208, 215 and 223, as they are
 * and with added electrode motion and muscle noise, on their channel 1, on drawn hearts of 33 to 200
 * beats per minute, and on nstdb 118e06 and 118e18. Two weights of near neighbours and the cost of
 * very short intervals were set by hand after mitdb 108, which is not among them and has P waves as
 * steep as its QRS complexes; their effect on 108, 112, 115, 118, 122, 124, 203, 207, 209, 220 and
 * 230 was seen before they were chosen, and 203 and 207 were looked at for defects.
 *
 * @example
 * ```ts
 * import * as Beats from "@bedside/core/Beats"
 * import * as Result from "effect/Result"
 *
 * const pulse = (time: number) => Math.exp(-(((time % 1) - 0.5) ** 2) / 0.0002)
 * const signal = Float64Array.from({ length: 5 * 250 }, (_, index) => pulse(index / 250))
 * Array.from(Result.getOrThrow(Beats.detect(signal, { samplingRate: 250 }))) // => [125, 375, 625, 875, 1125]
 * Array.from(Result.getOrThrow(Beats.detect([5, 5, 5, 5], { samplingRate: 250 }))) // => []
 * Result.isFailure(Beats.detect([], { samplingRate: 250 })) // => true
 * ```
 * @since 0.2.0
 */
export const detect = (
  signal: Leads,
  options: Options
): Result.Result<Int32Array, Signal.SignalError> =>
  Result.map(Signal.check(leadsOf(signal), options.samplingRate), (leads) => {
    const { push, flush } = make(leads.length, options)
    return Int32Array.from([...push(leads), ...flush()])
  })
