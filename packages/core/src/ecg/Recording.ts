/**
 * An ECG recording: leads of whole numbers, with what is needed to read them as time and voltage.
 *
 * A sample is a baseline-subtracted integer. Without a sampling rate only metrics that need no time
 * can be made, and without a gain only those that need no voltage. Signals are typed arrays from the
 * border on: 16 bits a sample where every sample fits, 32 otherwise, never a list of numbers.
 */
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"
import * as Invalid from "../input/Invalid.ts"
import * as Text from "../input/Text.ts"
import * as Timestamp from "../input/Timestamp.ts"
import * as Patient from "../patient/Patient.ts"
import * as SampleBase64 from "./internal/base64.ts"
import * as Signal from "./Signal.ts"

/**
 * The samples of one lead, as they are kept; `Signal.missing` in 32 bits stands for a missing one.
 *
 * @since 0.1.0
 */
export type Samples = Int16Array | Int32Array

/**
 * The id Bedside gives a recording; the caller's own id is `EcgId`.
 *
 * @since 0.1.0
 */
export const RecordingId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("RecordingId"))
export type RecordingId = typeof RecordingId.Type

/**
 * The caller's id of an ECG: text, or a whole number, which is read as its decimal text.
 *
 * @since 0.1.0
 */
export const EcgId = Schema.Union([Schema.String, Schema.Int])
  .pipe(
    Schema.decodeTo(Text.upTo(200), {
      decode: SchemaGetter.transform(String),
      encode: SchemaGetter.transform((id: string) => id)
    })
  )
  .annotate({
    code: "type",
    expected: "a non-empty text of at most 200 characters, or a whole number"
  })

const isCalendarDate = Schema.is(Timestamp.CalendarDate)

/**
 * When an ECG was taken: a calendar date, or an RFC 3339 date-time with an offset.
 *
 * @since 0.1.0
 */
export const EcgDate = Schema.String.annotate({ examples: ["2026-03-01"] }).check(
  Schema.makeFilter(
    (text: string) => isCalendarDate(text) || Option.isSome(Timestamp.parse(text)),
    {
      code: "format",
      expected: "a calendar date, YYYY-MM-DD, or an RFC 3339 date-time with an offset"
    }
  )
)

const isSamples = (value: unknown): value is Samples =>
  value instanceof Int16Array || value instanceof Int32Array

const SamplesType = Schema.declare<Samples>(isSamples)

/**
 * Packs whole numbers into the narrowest samples that hold them.
 *
 * Shape: integers of at most 32 bits; `Int16Array` when every one fits in 16 bits.
 *
 * Fails with: nothing; larger numbers would wrap, which is why the schemas refuse them first.
 *
 * @example
 * ```ts
 * import * as Recording from "@bedside/core/Recording"
 *
 * Recording.pack([1, -1, 1]).BYTES_PER_ELEMENT // => 2
 * Recording.pack([40_000]).BYTES_PER_ELEMENT // => 4
 * ```
 * @since 0.1.0
 */
export const pack = (values: Iterable<number> & ArrayLike<number>): Samples => {
  const narrow = new Int16Array(values)
  return narrow.every((sample, index) => sample === values[index]) ? narrow : new Int32Array(values)
}

/** The samples of a JSON array, where each is an integer of 16 bits. */
const narrowed = (values: ReadonlyArray<unknown>): Int16Array | undefined => {
  const samples = new Int16Array(values.length)
  for (let index = 0; index < samples.length; index++) {
    const value = values[index]
    if (typeof value !== "number") return undefined
    samples[index] = value
    if (samples[index] !== value) return undefined
  }
  return samples
}

const isInt32 = (value: unknown): value is number =>
  typeof value === "number" && (value | 0) === value

const Int32 = Schema.Int.check(
  Schema.isBetween({ minimum: -2_147_483_648, maximum: 2_147_483_647 })
)

// Described as an array of integers, of which only that it is an array is looked at.
const List: Schema.Codec<ReadonlyArray<unknown>> = Schema.Any.check(
  Schema.makeFilter((value) => Array.isArray(value), {
    code: "type",
    expected: "an array of integers",
    representation: {
      id: "bedside/Integers",
      payload: {},
      schemas: [Schema.Array(Int32).ast]
    },
    toJsonSchema: ({ schemas: [integers = {}] }) => integers
  })
)

/**
 * A signal as a JSON array of integers. The whole array is read in one pass, and the first entry
 * that is not an integer of 32 bits is named.
 *
 * @since 0.1.0
 */
export const SamplesFromIntegers = List.pipe(
  Schema.decodeTo(SamplesType, {
    decode: SchemaGetter.transformEffect((values: ReadonlyArray<unknown>) => {
      const samples = narrowed(values) ?? (values.every(isInt32) && new Int32Array(values))
      if (samples) return Effect.succeed<Samples>(samples)
      const first = values.findIndex((value) => !isInt32(value))
      const issue = new SchemaIssue.InvalidValue({
        code: "type",
        expected: "an integer of 32 bits"
      })
      return Effect.fail(new SchemaIssue.Pointer([first], issue))
    }),
    encode: SchemaGetter.transform((samples: Samples): ReadonlyArray<unknown> =>
      Array.from(samples)
    )
  })
)

/**
 * A signal as base64 of 16-bit little-endian integers. Samples that need 32 bits cannot be written so.
 *
 * @since 0.1.0
 */
export const SamplesFromBase64 = Schema.String.annotate({ format: "byte" })
  .pipe(
    Schema.decodeTo(SamplesType, {
      decode: SchemaGetter.transformEffect((text: string) => {
        const bytes = SampleBase64.decode(text)
        return Result.isFailure(bytes) || bytes.success.length % 2 === 1
          ? Effect.fail(new SchemaIssue.InvalidValue())
          : Effect.succeed(fromBytes(bytes.success, 2))
      }),
      encode: SchemaGetter.transformEffect((samples: Samples) => {
        const packed = pack(samples)
        return packed instanceof Int16Array
          ? Effect.succeed(Base64.encode(toBytes(packed)))
          : Effect.fail(new SchemaIssue.InvalidValue())
      })
    })
  )
  .annotate({ code: "format", expected: "base64 of 16-bit little-endian integers" })

/**
 * Writes samples as little-endian bytes.
 *
 * Units: 2 bytes a sample for `Int16Array`, 4 for `Int32Array`.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Recording from "@bedside/core/Recording"
 *
 * Array.from(Recording.toBytes(Int16Array.of(1, -1))) // => [1, 0, 255, 255]
 * ```
 * @since 0.1.0
 */
export const toBytes = (samples: Samples): Uint8Array =>
  inLittleEndian(new Uint8Array(samples.slice().buffer), samples.BYTES_PER_ELEMENT)

/**
 * Reads samples back from little-endian bytes.
 *
 * Units: `width` is 2 or 4 bytes a sample. A tail shorter than a sample is left out.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Recording from "@bedside/core/Recording"
 *
 * Array.from(Recording.fromBytes(Uint8Array.of(1, 0, 255, 255), 2)) // => [1, -1]
 * ```
 * @since 0.1.0
 */
export const fromBytes = (bytes: Uint8Array, width: 2 | 4): Samples => {
  // A copy, so that the samples begin where their width wants them to.
  const whole = new Uint8Array(bytes.subarray(0, bytes.length - (bytes.length % width)))
  const { buffer } = inLittleEndian(whole, width)
  return width === 2 ? new Int16Array(buffer) : new Int32Array(buffer)
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** Turns the bytes of each sample round where the platform keeps them the other way. */
const inLittleEndian = <Bytes extends Uint8Array>(bytes: Bytes, width: number): Bytes => {
  if (isLittleEndian) return bytes
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse()
  return bytes
}

/**
 * The samples of a lead as a signal, in which a missing sample is NaN.
 *
 * Units: as the samples. Shape: the samples themselves where none is missing.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Recording from "@bedside/core/Recording"
 * import * as Signal from "@bedside/core/Signal"
 *
 * const samples = Int32Array.of(1, Signal.missing, -1)
 * Array.from(Recording.signal({ name: "I", samples })) // => [1, NaN, -1]
 * ```
 * @since 0.2.0
 */
export const signal = ({ samples }: Lead): Signal.Signal => Signal.readable(samples)

/**
 * A stretch of a recording, with its header.
 *
 * Units: `from` and `to` in samples, `to` not included; beyond the ends there is nothing.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Recording from "@bedside/core/Recording"
 *
 * const recording = { id: "10", date: "2026-03-01", leads: [{ name: "I", samples: Recording.pack([1, 2, 3, 4]) }] }
 * Recording.slice(recording, 1, 3).leads.map((lead) => Array.from(lead.samples)) // => [[2, 3]]
 * ```
 * @since 0.2.0
 */
export const slice = (recording: Recording, from: number, to: number): Recording => ({
  ...recording,
  leads: recording.leads.map(({ name, samples }) => ({
    name,
    samples: samples.subarray(Math.max(0, from), Math.max(0, to))
  }))
})

/**
 * One lead of a recording. Its name is free text; the twelve standard names are `I, II, III, aVR,
 * aVL, aVF, V1..V6`.
 *
 * @since 0.1.0
 */
export interface Lead {
  readonly name: string
  readonly samples: Samples
}

/**
 * The name of a lead.
 *
 * @since 0.1.0
 */
export const LeadName = Text.upTo(50)

const positive = Schema.Finite.check(Schema.isGreaterThan(0))

/**
 * What a recording says beside its leads: `samplingRate` in Hz, `gain` in units per mV, `baseline`
 * in units (already subtracted from the samples, kept for export).
 *
 * @since 0.1.0
 */
export const Header = Schema.Struct({
  id: EcgId,
  date: EcgDate,
  samplingRate: Schema.optionalKey(positive),
  gain: Schema.optionalKey(positive),
  baseline: Schema.optionalKey(Schema.Finite),
  patientId: Schema.optionalKey(Patient.PatientId)
})
export interface Header extends Schema.Schema.Type<typeof Header> {}

/**
 * A lead as a caller sends it, with the length the caller believes it has.
 *
 * @since 0.1.0
 */
export interface DeclaredLead extends Lead {
  readonly numberOfSamples?: number
}

/**
 * An ECG recording that passed its checks.
 *
 * @since 0.1.0
 */
export interface Recording extends Header {
  readonly leads: ReadonlyArray<Lead>
}

/**
 * Makes a recording from its header and leads.
 *
 * Shape: at least one lead, each with a name of its own and at least one sample.
 *
 * Fails with: `Invalid` with every problem: no leads, a name used twice, an empty signal, or a
 * `numberOfSamples` that is not the length of the signal.
 *
 * @example
 * ```ts
 * import * as Recording from "@bedside/core/Recording"
 * import * as Result from "effect/Result"
 *
 * const header = { id: "10", date: "2026-03-01" }
 * const twice = Recording.make(header, [
 *   { name: "I", samples: Recording.pack([1, -1, 1]) },
 *   { name: "I", samples: Recording.pack([]) }
 * ])
 * Result.isFailure(twice) ? twice.failure.issues.map((it) => it.path) : [] // => ["leads[1].name", "leads[1].signal"]
 * ```
 * @since 0.1.0
 */
export const make = (
  header: Header,
  leads: ReadonlyArray<DeclaredLead>,
  numberOfSamplesField = "numberOfSamples"
): Result.Result<Recording, Invalid.Invalid> => {
  const problems: Array<Invalid.Issue> = []
  if (leads.length === 0) problems.push(Invalid.issue(["leads"], "length", "at least one lead"))
  const seen = new Set<string>()
  for (const [index, { name, samples, numberOfSamples }] of leads.entries()) {
    const at = (field: string) => ["leads", index, field]
    if (seen.has(name)) {
      problems.push(Invalid.issue(at("name"), "unique", "a name that no other lead has"))
    }
    seen.add(name)
    if (samples.length === 0) {
      problems.push(Invalid.issue(at("signal"), "length", "at least one sample"))
    }
    if (numberOfSamples !== undefined && numberOfSamples !== samples.length) {
      problems.push(
        Invalid.issue(at(numberOfSamplesField), "length", "the number of samples in the signal")
      )
    }
  }
  return problems.length > 0
    ? Result.fail(Invalid.of(problems))
    : Result.succeed({ ...header, leads: leads.map(({ name, samples }) => ({ name, samples })) })
}

/**
 * Tells whether two recordings say the same, header and samples.
 *
 * Shape: the order of the leads matters; the width of the samples does not.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Recording from "@bedside/core/Recording"
 *
 * const of = (samples: Array<number>) => ({ id: "10", date: "2026-03-01", leads: [{ name: "I", samples: Recording.pack(samples) }] })
 * Recording.equals(of([1, 2]), of([1, 2])) // => true
 * Recording.equals(of([1, 2]), of([1, 3])) // => false
 * ```
 * @since 0.1.0
 */
export const equals = (left: Recording, right: Recording): boolean =>
  left.id === right.id &&
  left.date === right.date &&
  left.samplingRate === right.samplingRate &&
  left.gain === right.gain &&
  left.baseline === right.baseline &&
  left.patientId === right.patientId &&
  left.leads.length === right.leads.length &&
  left.leads.every((lead, index) => {
    const other = right.leads[index]
    return (
      other !== undefined &&
      lead.name === other.name &&
      lead.samples.length === other.samples.length &&
      lead.samples.every((sample, i) => sample === other.samples[i])
    )
  })
