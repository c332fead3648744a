/**
 * ECGs as FHIR R4 SampledData, read and written: one object, or an Observation with a component for
 * each lead.
 *
 * The guarantee that bites: nothing is lost on the way there and back. Digital samples are written as
 * they are, with the factor and the origin that make voltages of them.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Invalid from "../../input/Invalid.ts"
import * as Decimal from "../internal/bytesDecimal.ts"
import * as Codes from "../internal/sampledDataCodes.ts"
import * as Data from "../internal/sampledDataText.ts"
import { FormatError } from "./Waveform.ts"
import type { Channel, Waveform } from "./Waveform.ts"

const positive = Schema.Finite.check(
  Schema.isGreaterThan(0, { code: "range", expected: "a number above 0" })
)

/**
 * SampledData of FHIR R4: `period` in ms, and values of `data` times `factor` plus `origin`.
 *
 * @since 0.2.0
 */
export const SampledData = Schema.Struct({
  origin: Schema.Struct({
    value: Schema.optionalKey(Schema.Finite),
    unit: Schema.optionalKey(Schema.String),
    system: Schema.optionalKey(Schema.String),
    code: Schema.optionalKey(Schema.String)
  }),
  period: positive,
  factor: Schema.optionalKey(Schema.Finite),
  lowerLimit: Schema.optionalKey(Schema.Finite),
  upperLimit: Schema.optionalKey(Schema.Finite),
  dimensions: Schema.Int.check(
    Schema.isGreaterThan(0, { code: "range", expected: "a whole number above 0" })
  ),
  data: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "SampledData" })

/** @since 0.2.0 */
export interface SampledData extends Schema.Schema.Type<typeof SampledData> {}

const CodeableConcept = Schema.Struct({
  coding: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        system: Schema.optionalKey(Schema.String),
        code: Schema.optionalKey(Schema.String),
        display: Schema.optionalKey(Schema.String)
      })
    )
  ),
  text: Schema.optionalKey(Schema.String)
})

/**
 * What is read and written of an Observation of FHIR R4. It has SampledData itself, or in components;
 * components without it are passed over.
 *
 * @since 0.2.0
 */
export const Observation = Schema.Struct({
  resourceType: Schema.Literal("Observation"),
  status: Schema.optionalKey(Schema.String),
  code: Schema.optionalKey(CodeableConcept),
  effectiveDateTime: Schema.optionalKey(Schema.String),
  valueSampledData: Schema.optionalKey(SampledData),
  component: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        code: CodeableConcept,
        valueSampledData: Schema.optionalKey(SampledData)
      })
    )
  )
}).annotate({ identifier: "SampledDataObservation" })

/** @since 0.2.0 */
export interface Observation extends Schema.Schema.Type<typeof Observation> {}

const refuse = (
  reason: FormatError["reason"],
  where: string,
  expected: string
): Result.Result<never, FormatError> =>
  Result.fail(new FormatError({ format: "fhir-sampled-data", reason, where, expected }))

const decoder = <S extends Schema.Codec<unknown, unknown>>(schema: S) => {
  const decode = Schema.decodeUnknownResult(schema)
  return (input: unknown): Result.Result<S["Type"], FormatError> =>
    Result.mapError(decode(input), (error) => {
      const [issue] = Invalid.fromSchemaError(error).issues
      const { path = "", expected = "" } = issue ?? {}
      return new FormatError({
        format: "fhir-sampled-data",
        reason: "malformed",
        where: path,
        expected
      })
    })
}

// Each is a channel, which takes more room than the few characters that may be all there is of it.
const mostDimensions = 1000

const decodeSampledData = decoder(SampledData)
const decodeObservation = decoder(Observation)

/** A value, where it stands, and the name it gives its channel. */
interface Source {
  readonly where: string
  readonly name: string
  readonly value: SampledData
}

/**
 * Reads SampledData, or an Observation that has it, into channels.
 *
 * Units: those of `origin`, by its code where that is UCUM; "" where there is none. Shape: parsed
 * JSON. A component is named by the text of its code, else by the lead its MDC code stands for, else by
 * what a coding displays; a value of several dimensions gives that many channels, numbered from 1.
 * Channels are whole numbers of 32 bits where all values are. `startedAt` is `effectiveDateTime`
 * without its offset, where it has a time.
 *
 * Fails with: `FormatError`, with the path of what is wrong: `malformed`, and `unsupported` above 1,000
 * dimensions.
 *
 * Method: FHIR R4 (4.0.1), SampledData. `E` is a missing sample. `U` and `L`, a signal beyond the
 * limits of the device, are the limit where the value gives it, and missing otherwise. The limits are
 * taken as voltages, not as digital values, which the standard leaves open.
 *
 * @example
 * ```ts
 * import * as SampledData from "@bedside/core/SampledData"
 * import * as Waveform from "@bedside/core/Waveform"
 * import * as Result from "effect/Result"
 *
 * const value = { origin: { value: 0, unit: "mV" }, period: 4, factor: 0.005, dimensions: 1, data: "0 200 E -200" }
 * const [channel] = Result.getOrThrow(SampledData.decode(value)).channels
 * channel?.samplingRate // => 250
 * channel && Array.from(Waveform.physical(channel)) // => [0, 1, NaN, -1]
 * ```
 * @since 0.2.0
 */
export const decode = (input: unknown): Result.Result<Waveform, FormatError> =>
  Result.gen(function* () {
    if (!isResource(input)) {
      const value = yield* decodeSampledData(input)
      return { channels: yield* readValue({ where: "", name: "channel", value }) }
    }
    const observation = yield* decodeObservation(input)
    const sources = sourcesOf(observation)
    if (sources.length === 0) return yield* refuse("malformed", "component", "SampledData")
    const channels: Array<Channel> = []
    for (const source of sources) channels.push(...(yield* readValue(source)))
    const startedAt = localTime(observation.effectiveDateTime)
    return { channels, ...(startedAt === undefined ? {} : { startedAt }) }
  })

const isResource = (input: unknown): boolean =>
  typeof input === "object" && input !== null && "resourceType" in input

const localTime = (dateTime = ""): string | undefined =>
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?:Z|[-+]\d\d:\d\d)$/.exec(dateTime)?.[1]

const sourcesOf = ({
  code,
  valueSampledData,
  component = []
}: Observation): ReadonlyArray<Source> => {
  const own = { where: "valueSampledData", code, valueSampledData }
  const parts = component.map((part, index) => ({
    where: `component[${index}].valueSampledData`,
    ...part
  }))
  return [own, ...parts].flatMap(({ where, code, valueSampledData }, index) =>
    valueSampledData === undefined
      ? []
      : [{ where, name: nameOf(code) ?? `channel ${index}`, value: valueSampledData }]
  )
}

const nameOf = (code: Observation["code"]): string | undefined => {
  const codings = code?.coding ?? []
  const leads = codings.map((coding) =>
    Codes.mdcSystems.includes(coding.system ?? "") ? Codes.leadOf(coding.code ?? "") : undefined
  )
  const names = [code?.text, ...leads, ...codings.flatMap(({ display, code }) => [display, code])]
  return names.find((name) => name !== undefined && name !== "")
}

const readValue = ({
  where,
  name,
  value
}: Source): Result.Result<ReadonlyArray<Channel>, FormatError> => {
  const at = (field: string) => (where === "" ? field : `${where}.${field}`)
  const { data = "", dimensions, factor = 1, origin } = value
  const samplingRate = Decimal.simplest(1000 / value.period, (rate) => 1000 / rate === value.period)
  if (!Number.isFinite(samplingRate)) return refuse("malformed", at("period"), "a period in ms")
  const gain = Decimal.simplest(1 / factor, (candidate) => 1 / candidate === factor)
  const zero = origin.value ?? 0
  const baseline = Decimal.simplest(-zero * gain, (candidate) => -candidate / gain === zero)
  if (!Number.isFinite(gain) || !Number.isFinite(baseline)) {
    return refuse("malformed", at("factor"), "a factor other than 0")
  }
  if (dimensions > mostDimensions) {
    return refuse("unsupported", at("dimensions"), `at most ${mostDimensions} dimensions`)
  }
  const count = Data.count(data)
  if (count % dimensions !== 0 || dimensions > Math.max(1, count)) {
    return refuse("malformed", at("data"), "a value for each dimension at each time")
  }
  const digital = (limit = NaN) => limit * gain + baseline
  const letters = { above: digital(value.upperLimit), below: digital(value.lowerLimit) }
  const read = Data.read(data, dimensions, letters)
  if (typeof read === "number") {
    return refuse("malformed", `${at("data")}, value ${read}`, "a decimal number, E, U or L")
  }
  const unit =
    (origin.system === Codes.ucum ? origin.code : origin.unit) ?? origin.unit ?? origin.code
  return Result.succeed(
    read.map((values, index) => ({
      name: dimensions === 1 ? name : `${name} ${index + 1}`,
      unit: unit ?? "",
      samplingRate,
      gain,
      baseline,
      samples: Data.narrowed(values)
    }))
  )
}

/**
 * Writes one channel as SampledData.
 *
 * Units: `period` in ms, `origin` and `factor` in the unit of the channel. Shape: digital values as they
 * are, `E` for missing ones. A gain, a baseline or a sampling rate of up to 15 digits is read back as
 * it was.
 *
 * Fails with: `FormatError`, `malformed`, for a sampling rate that is not above 0, and for a gain or a
 * baseline that makes no voltages.
 *
 * @example
 * ```ts
 * import * as SampledData from "@bedside/core/SampledData"
 * import * as Result from "effect/Result"
 *
 * const lead = { name: "II", unit: "mV", samplingRate: 250, gain: 200, baseline: 1024 }
 * const value = Result.getOrThrow(SampledData.ofChannel({ ...lead, samples: Int32Array.of(1024, 1224) }))
 * value.data // => "1024 1224"
 * value.origin // => { value: -5.12, unit: "mV", system: "http://unitsofmeasure.org", code: "mV" }
 * value.factor // => 0.005
 * ```
 * @since 0.2.0
 */
export const ofChannel = (channel: Channel): Result.Result<SampledData, FormatError> => {
  const { unit, gain, baseline, samplingRate } = channel
  const period = 1000 / samplingRate
  if (!(period > 0 && period < Infinity)) {
    return refuse("malformed", "samplingRate", "a sampling rate above 0 Hz")
  }
  const factor = 1 / gain
  const zero = baseline === 0 ? 0 : -baseline / gain
  if (!Number.isFinite(factor) || !Number.isFinite(zero) || factor === 0) {
    return refuse("malformed", "gain", "a gain other than 0, and a baseline")
  }
  const data = Data.write(channel.samples)
  return Result.succeed({
    origin: {
      value: zero,
      ...(unit === "" ? {} : { unit }),
      ...(Codes.isUcum(unit) ? { system: Codes.ucum, code: unit } : {})
    },
    period,
    factor,
    dimensions: 1,
    ...(data === "" ? {} : { data })
  })
}

/**
 * Writes a waveform as an Observation with a component for each channel.
 *
 * Shape: the twelve standard leads carry their MDC code, every component the name of its channel as
 * text. FHIR has no time without an offset: `startedAt` is written as `effectiveDateTime` with the
 * `offset` that is given, such as `+02:00` or `Z`, and left out without one. `status` is `final` where
 * none is given. What `decode` reads of it is what was written, but for channels without a name.
 *
 * Fails with: `FormatError`, `malformed`, as `ofChannel` does, for no channels, and for an offset that
 * is none.
 *
 * Method: FHIR R4 (4.0.1), Observation; codes of ISO/IEEE 11073-10101.
 *
 * @example
 * ```ts
 * import * as SampledData from "@bedside/core/SampledData"
 * import * as Result from "effect/Result"
 *
 * const lead = { name: "II", unit: "mV", samplingRate: 250, gain: 200, baseline: 0 }
 * const waveform = { channels: [{ ...lead, samples: Int32Array.of(0, 200) }] }
 * const observation = Result.getOrThrow(SampledData.encode(waveform))
 * observation.component?.[0]?.code.coding?.[0]?.code // => "131330"
 * Result.getOrThrow(SampledData.decode(observation)) // => { channels: [{ name: "II", unit: "mV", samplingRate: 250, gain: 200, baseline: 0, samples: Int32Array.of(0, 200) }] }
 * ```
 * @since 0.2.0
 */
export const encode = (
  waveform: Waveform,
  options: { readonly status?: string | undefined; readonly offset?: string | undefined } = {}
): Result.Result<Observation, FormatError> =>
  Result.gen(function* () {
    const { startedAt } = waveform
    const { status = "final", offset } = options
    if (offset !== undefined && !/^(?:Z|[-+]\d\d:\d\d)$/.test(offset)) {
      return yield* refuse("malformed", "offset", "Z, or hours and minutes")
    }
    if (waveform.channels.length === 0) {
      return yield* refuse("malformed", "channels", "at least one channel")
    }
    const component: Array<NonNullable<Observation["component"]>[number]> = []
    for (const channel of waveform.channels) {
      component.push({ code: codeFor(channel.name), valueSampledData: yield* ofChannel(channel) })
    }
    const code = { system: Codes.mdc, code: String(Codes.potential), display: "MDC_ECG_ELEC_POTL" }
    const isTimed = startedAt !== undefined && offset !== undefined
    return {
      resourceType: "Observation",
      status,
      code: { coding: [code] },
      ...(isTimed ? { effectiveDateTime: startedAt + offset } : {}),
      component
    }
  })

const codeFor = (name: string): NonNullable<Observation["code"]> => {
  const lead = Codes.codeOf(name)
  return {
    ...(lead === undefined ? {} : { coding: [{ system: Codes.mdc, ...lead }] }),
    ...(name === "" ? {} : { text: name })
  }
}
