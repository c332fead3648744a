/**
 * Recordings in the European Data Format (EDF and EDF+), read.
 *
 * The guarantee that bites: the gaps of an interrupted recording (EDF+D) become missing samples, so
 * that a sample's index is its time; and no gap, however long, makes room for more samples than the
 * size of the file pays for.
 */
import * as Result from "effect/Result"
import * as Annotations from "../internal/edfAnnotations.ts"
import * as Header from "../internal/edfHeader.ts"
import { missing } from "../Signal.ts"
import type { Channel, FormatError, Waveform } from "./Waveform.ts"

/**
 * A text at a time: `onset` in s after the first sample, and `duration` in s where the file gives one.
 *
 * @since 0.2.0
 */
export interface Annotation extends Annotations.Annotation {}

/**
 * A recording: its channels, and what the file says beside them. `patient` and `recording` are the two
 * identification fields as they stand in the file; they are personal, and never part of an error.
 *
 * @since 0.2.0
 */
export interface Record extends Waveform {
  readonly patient: string
  readonly recording: string
  readonly annotations: ReadonlyArray<Annotation>
}

/**
 * Reads an EDF or EDF+ file.
 *
 * Units: those the file gives each channel, `(sample - baseline) / gain`. Shape: one channel a signal,
 * each with its own sampling rate; signals of annotations are read into `annotations` and are no
 * channels. Bytes behind the last data record are left out, and `startedAt` where the file has no real
 * date. A number of data records of -1 is taken from the size of the file.
 *
 * Fails with: `FormatError`: `truncated`, `malformed`, and `unsupported` for BDF and for gaps that make
 * more samples than `limit`: by default 16 a byte of the file, and at least 4 million.
 *
 * Method: Kemp et al. 1992 (doi:10.1016/0013-4694(92)90009-7) and Kemp & Olivan 2003
 * (doi:10.1016/S1388-2457(03)00123-8). The range of digital values is mapped onto the range of
 * physical ones, so the baseline may have a fraction. Years of two digits are 1985 to 2084, unless
 * EDF+ gives four. Where the first data record begins later than the header says, onsets and
 * `startedAt` are moved by as much. In EDF+D each data record is put at the sample nearest to its
 * time; one that begins up to a sample before the end of the last is put right behind it.
 *
 * @example
 * ```ts
 * import * as Edf from "@bedside/core/Edf"
 * import * as Result from "effect/Result"
 *
 * const fields = (...of: Array<[string, number]>) => of.map(([text, width]) => text.padEnd(width)).join("")
 * const header =
 *   fields(["0", 8], ["X", 80], ["X", 80], ["02.08.51", 8], ["16.30.00", 8], ["512", 8], ["", 44], ["1", 8], ["1", 8], ["1", 4]) +
 *   fields(["ECG II", 16], ["", 80], ["mV", 8], ["-5", 8], ["5", 8], ["-1000", 8], ["1000", 8], ["", 80], ["2", 8], ["", 32])
 * const bytes = Uint8Array.from([...header].map((letter) => letter.charCodeAt(0)).concat([200, 0, 56, 255]))
 *
 * const { channels, startedAt } = Result.getOrThrow(Edf.decode(bytes))
 * channels // => [{ name: "ECG II", unit: "mV", samplingRate: 2, gain: 200, baseline: 0, samples: Int32Array.of(200, -200) }]
 * startedAt // => "2051-08-02T16:30:00"
 * ```
 * @since 0.2.0
 */
export const decode = (
  bytes: Uint8Array,
  options: { readonly limit?: number | undefined } = {}
): Result.Result<Record, FormatError> =>
  Result.gen(function* () {
    const header = yield* Header.parse(bytes)
    const { onsets, annotations } = yield* Annotations.read(bytes, header)
    const first = onsets[0] ?? 0
    const limit = options.limit ?? Math.max(4_194_304, 16 * bytes.length)
    const signals = header.signals.filter((signal) => !signal.holdsAnnotations)
    const plan = yield* planFor(signals, header, onsets, limit)
    const startedAt = first >= 0 && first < 1 ? header.start(first) : undefined
    return {
      channels: plan.map((places) => readChannel(bytes, header, places)),
      patient: header.patient,
      recording: header.recording,
      annotations: annotations.map((it) => ({ ...it, onset: it.onset - first })),
      ...(startedAt === undefined ? {} : { startedAt })
    }
  })

/** Where the samples of a signal go: the index of the first of each data record, and their number. */
interface Places {
  readonly signal: Header.Signal
  readonly starts: Float64Array
  readonly length: number
}

const planFor = (
  signals: ReadonlyArray<Header.Signal>,
  header: Header.Header,
  onsets: ReadonlyArray<number>,
  limit: number
): Result.Result<ReadonlyArray<Places>, FormatError> => {
  const plan: Array<Places> = []
  let total = 0
  for (const signal of signals) {
    const { samplesPerRecord } = signal
    const starts = new Float64Array(header.records)
    let end = 0
    for (let record = 0; record < header.records; record++) {
      const start =
        header.kind === "interrupted" ? startOf(record, onsets, signal, header.duration) : end
      if (start < end - 1) {
        const expected = "data records that follow each other in time"
        return Header.refuse("malformed", `data record ${record + 1}, annotations`, expected)
      }
      starts[record] = Math.max(start, end)
      end = Math.max(start, end) + samplesPerRecord
    }
    total += end
    if (total > limit) {
      const expected = `gaps that leave at most ${limit} samples`
      return Header.refuse("unsupported", "data records", expected)
    }
    plan.push({ signal, starts, length: end })
  }
  return Result.succeed(plan)
}

const startOf = (
  record: number,
  onsets: ReadonlyArray<number>,
  { samplesPerRecord }: Header.Signal,
  duration: number
): number => {
  const [first = 0] = onsets
  return Math.round((((onsets[record] ?? first) - first) * samplesPerRecord) / duration)
}

const readChannel = (
  bytes: Uint8Array,
  { headerBytes, recordBytes, duration }: Header.Header,
  { signal, starts, length }: Places
): Channel => {
  const { name, unit, gain, baseline, samplesPerRecord, offset } = signal
  const samples = new Int32Array(length)
  let end = 0
  for (let record = 0; record < starts.length; record++) {
    const start = starts[record]!
    samples.fill(missing, end, start)
    let at = headerBytes + record * recordBytes + offset
    end = start + samplesPerRecord
    for (let index = start; index < end; index++) {
      samples[index] = ((bytes[at]! | (bytes[at + 1]! << 8)) << 16) >> 16
      at += 2
    }
  }
  return { name, unit, samplingRate: samplesPerRecord / duration, gain, baseline, samples }
}
