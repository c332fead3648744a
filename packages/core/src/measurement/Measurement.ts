/**
 * Measurements: one vital of one patient at one time, from one source.
 *
 * Three times are kept: when it was observed, when it was received and when it was recorded. A value
 * outside the possible range is refused, one outside the plausible range is kept and flagged. Patient,
 * vital, time of observation and source together are the natural key: the same again is the same
 * record, with another value a correction that keeps the old one.
 */
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Invalid from "../input/Invalid.ts"
import * as Text from "../input/Text.ts"
import * as Timestamp from "../input/Timestamp.ts"
import * as Patient from "../patient/Patient.ts"
import * as Units from "./Units.ts"
import * as Vital from "./Vital.ts"

/**
 * The id of a measurement.
 *
 * @since 0.1.0
 */
export const MeasurementId = Schema.String.check(Schema.isUUID(7)).pipe(
  Schema.brand("MeasurementId")
)
export type MeasurementId = typeof MeasurementId.Type

/**
 * The id that measurements sent together in one form share.
 *
 * @since 0.1.0
 */
export const PanelId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("PanelId"))
export type PanelId = typeof PanelId.Type

/**
 * The value of a measurement: a number in the unit beside it, or a code.
 *
 * @since 0.1.0
 */
export const Value = Schema.Union([Schema.Finite, Schema.NonEmptyString]).annotate({
  code: "type",
  expected: "a finite number, or a code"
})
export type Value = typeof Value.Type

/**
 * A reading as it is sent: `vital` is a catalogue code or a LOINC code, `unit` a UCUM unit, which a
 * number needs and a code does not have.
 *
 * @since 0.1.0
 */
export const Reading = Schema.Struct({
  vital: Schema.NonEmptyString,
  value: Value,
  unit: Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(50))),
  observedAt: Timestamp.Timestamp,
  source: Schema.optionalKey(Text.upTo(200))
}).annotate({ identifier: "Reading" })
export interface Reading extends Schema.Schema.Type<typeof Reading> {}

/**
 * Another value for a measurement on record, in any unit the vital accepts.
 *
 * @since 0.1.0
 */
export const Correction = Schema.Struct({
  value: Value,
  unit: Schema.optionalKey(Schema.NonEmptyString)
}).annotate({ identifier: "Correction" })
export interface Correction extends Schema.Schema.Type<typeof Correction> {}

/**
 * A reading that passed its checks, in the canonical unit of its vital.
 *
 * @since 0.1.0
 */
export interface Checked {
  readonly vital: Vital.Code
  readonly value: Value
  readonly observedAt: Timestamp.Timestamp
  readonly source: string
  readonly implausible: boolean
}

/**
 * Why a value that was kept deserves a second look.
 *
 * @since 0.1.0
 */
export const Flag = Schema.Struct({
  code: Schema.Literal("implausible"),
  expected: Schema.String
})

/**
 * A measurement on record. `unit` is the canonical UCUM unit of the vital, absent for a code.
 *
 * @since 0.1.0
 */
export const Measurement = Schema.Struct({
  id: MeasurementId,
  patientId: Patient.PatientId,
  vital: Vital.Code,
  value: Value,
  unit: Schema.optionalKey(Schema.String),
  observedAt: Timestamp.Timestamp,
  receivedAt: Timestamp.Instant,
  recordedAt: Timestamp.Instant,
  source: Schema.String,
  panel: Schema.optionalKey(PanelId),
  flag: Schema.NullOr(Flag),
  version: Schema.Int
}).annotate({ identifier: "Measurement" })
export interface Measurement extends Schema.Schema.Type<typeof Measurement> {}

/**
 * A value that a correction replaced.
 *
 * @since 0.1.0
 */
export const Replaced = Schema.Struct({
  value: Value,
  recordedAt: Timestamp.Instant,
  replacedAt: Timestamp.Instant
}).annotate({ identifier: "ReplacedValue" })
export interface Replaced extends Schema.Schema.Type<typeof Replaced> {}

/**
 * How far ahead of its arrival an observation may lie, for clocks that run fast: one day.
 *
 * Units: ms.
 *
 * @since 0.1.0
 */
export const maximumLead = 86_400_000

/**
 * The part of a measurement that follows from its vital: canonical unit and flag.
 *
 * Shape: a code has no unit; the flag names the plausible range.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Measurement from "@bedside/core/Measurement"
 *
 * Measurement.describe("heart-rate", true) // => { unit: "/min", flag: { code: "implausible", expected: "20 to 250 /min" } }
 * Measurement.describe("consciousness", false) // => { flag: null }
 * ```
 * @since 0.1.0
 */
export const describe = (
  code: Vital.Code,
  implausible: boolean
): Pick<Measurement, "unit" | "flag"> => {
  const vital = Vital.get(code)
  if (vital.kind === "coded") return { flag: null }
  const flag = implausible
    ? ({ code: "implausible", expected: rangeText(vital.plausible, vital.unit) } as const)
    : null
  return { unit: vital.unit, flag }
}

const rangeText = (range: Vital.Range, unit: string): string =>
  `${range.minimum} to ${range.maximum} ${unit}`

const unknownVital = Invalid.fail(
  ["vital"],
  "enum",
  `one of ${Vital.catalogue.map((vital) => vital.code).join(", ")}, or the LOINC code of one`
)

/**
 * Brings a value into the canonical unit of its vital and checks its range.
 *
 * Shape: the value with its unit as it was sent in; the value to keep out.
 *
 * Fails with: `Invalid`, for a missing or refused unit, a value of the wrong kind, an unknown code,
 * and a value outside the possible range, which is named.
 *
 * @example
 * ```ts
 * import * as Measurement from "@bedside/core/Measurement"
 * import * as Vital from "@bedside/core/Vital"
 * import * as Result from "effect/Result"
 *
 * const temperature = Vital.get("temperature")
 * Result.getOrThrow(Measurement.canonical(temperature, { value: 98.6, unit: "[degF]" })) // => { value: 37, implausible: false }
 * const refused = Measurement.canonical(temperature, { value: 98.6, unit: "Cel" })
 * Result.isFailure(refused) ? refused.failure.issues[0]?.expected : "" // => "10 to 50 Cel"
 * ```
 * @since 0.1.0
 */
export const canonical = (
  vital: Vital.Vital,
  given: Correction
): Result.Result<Pick<Checked, "value" | "implausible">, Invalid.Invalid> => {
  if (vital.kind === "coded") {
    return typeof given.value === "string" && vital.codes.includes(given.value)
      ? Result.succeed({ value: given.value, implausible: false })
      : Invalid.fail(["value"], "enum", `one of ${vital.codes.join(", ")}`)
  }
  if (typeof given.value !== "number") return Invalid.fail(["value"], "type", "a finite number")
  const units = `one of the units ${vital.units.join(", ")}`
  if (given.unit === undefined) return Invalid.fail(["unit"], "missing", units)
  const converted = Units.toCanonical(vital, given.value, given.unit)
  if (Result.isFailure(converted)) return Invalid.fail(["unit"], "unit", units)
  const value = converted.success
  return Vital.within(vital.possible, value)
    ? Result.succeed({ value, implausible: !Vital.within(vital.plausible, value) })
    : Invalid.fail(["value"], "range", rangeText(vital.possible, vital.unit))
}

/**
 * Checks one reading.
 *
 * Shape: `receivedAt` in UTC; `source` is taken for a reading that names none.
 *
 * Fails with: `Invalid`, for an unknown vital, everything `canonical` refuses, and an observation
 * more than a day ahead of its arrival.
 *
 * @example
 * ```ts
 * import * as Measurement from "@bedside/core/Measurement"
 * import * as Timestamp from "@bedside/core/Timestamp"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const checked = Measurement.check(
 *   { vital: "8867-4", value: 300, unit: "/min", observedAt: Timestamp.at(0) },
 *   { receivedAt: DateTime.makeUnsafe(0), source: "ward-3" }
 * )
 * Result.getOrThrow(checked).vital // => "heart-rate"
 * Result.getOrThrow(checked).implausible // => true
 * ```
 * @since 0.1.0
 */
export const check = (
  reading: Reading,
  context: { readonly receivedAt: DateTime.Utc; readonly source: string }
): Result.Result<Checked, Invalid.Invalid> => {
  const vital = Vital.find(reading.vital)
  if (vital === undefined) return unknownVital
  const checked = canonical(vital, reading)
  const ahead = reading.observedAt.epochMilliseconds - context.receivedAt.epochMilliseconds
  if (ahead > maximumLead) {
    const early = Invalid.issue(["observedAt"], "range", "a time that is not in the future")
    return Result.fail(
      Invalid.of(Result.isFailure(checked) ? [...checked.failure.issues, early] : [early])
    )
  }
  return Result.map(checked, ({ value, implausible }) => ({
    vital: vital.code,
    value,
    observedAt: reading.observedAt,
    source: reading.source ?? context.source,
    implausible
  }))
}

/**
 * A pressure with what tells which other pressure it belongs to.
 *
 * @since 0.1.0
 */
export type Pressure = Pick<Checked, "vital" | "value" | "observedAt" | "source">

const isPressure = (reading: Pressure): boolean =>
  reading.vital === "systolic-pressure" || reading.vital === "diastolic-pressure"

const cuffKey = (reading: Pressure): string =>
  `${reading.observedAt.epochMilliseconds} ${reading.source}`

/**
 * The pressures of a batch whose other half is not in it.
 *
 * Shape: checked readings in; those of them whose partner may be on record already.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Measurement from "@bedside/core/Measurement"
 * import * as Timestamp from "@bedside/core/Timestamp"
 *
 * const at = { observedAt: Timestamp.at(0), source: "cuff", implausible: false }
 * const systolic = { ...at, vital: "systolic-pressure", value: 120 } as const
 * const diastolic = { ...at, vital: "diastolic-pressure", value: 80 } as const
 * Measurement.unpaired([systolic]).length // => 1
 * Measurement.unpaired([systolic, diastolic]).length // => 0
 * ```
 * @since 0.1.0
 */
export const unpaired = (readings: ReadonlyArray<Checked>): ReadonlyArray<Checked> => {
  const pressures = readings.filter(isPressure)
  const seen = new Map<string, Set<Vital.Code>>()
  for (const reading of pressures) {
    const key = cuffKey(reading)
    seen.set(key, (seen.get(key) ?? new Set()).add(reading.vital))
  }
  return pressures.filter((reading) => seen.get(cuffKey(reading))?.size === 1)
}

/**
 * Refuses the pressures of a batch that contradict each other: diastolic not below systolic.
 *
 * Shape: results of `check` in and out, in the same order; `stored` are pressures on record that
 * belong to readings of the batch. Both halves of a contradictory pair in the batch are refused.
 *
 * Fails with: within the results, `Invalid` with code `range`.
 *
 * @example
 * ```ts
 * import * as Measurement from "@bedside/core/Measurement"
 * import * as Timestamp from "@bedside/core/Timestamp"
 * import * as Result from "effect/Result"
 *
 * const at = { observedAt: Timestamp.at(0), source: "cuff", implausible: false }
 * const systolic = Result.succeed({ ...at, vital: "systolic-pressure", value: 80 } as const)
 * const diastolic = Result.succeed({ ...at, vital: "diastolic-pressure", value: 120 } as const)
 * Measurement.checkPressures([systolic, diastolic]).map(Result.isFailure) // => [true, true]
 * ```
 * @since 0.1.0
 */
export const checkPressures = (
  readings: ReadonlyArray<Result.Result<Checked, Invalid.Invalid>>,
  stored: ReadonlyArray<Pressure> = []
): ReadonlyArray<Result.Result<Checked, Invalid.Invalid>> => {
  const lowestSystolic = new Map<string, number>()
  const highestDiastolic = new Map<string, number>()
  const learn = (reading: Pressure) => {
    if (typeof reading.value !== "number") return
    const key = cuffKey(reading)
    if (reading.vital === "systolic-pressure") {
      lowestSystolic.set(key, Math.min(reading.value, lowestSystolic.get(key) ?? Infinity))
    } else if (reading.vital === "diastolic-pressure") {
      highestDiastolic.set(key, Math.max(reading.value, highestDiastolic.get(key) ?? -Infinity))
    }
  }
  for (const reading of readings) if (Result.isSuccess(reading)) learn(reading.success)
  const sent = {
    systolic: new Set(lowestSystolic.keys()),
    diastolic: new Set(highestDiastolic.keys())
  }
  for (const reading of stored) {
    const half = reading.vital === "systolic-pressure" ? sent.systolic : sent.diastolic
    if (!half.has(cuffKey(reading))) learn(reading)
  }
  if (lowestSystolic.size === 0 || highestDiastolic.size === 0) return readings
  return readings.map((reading) => {
    if (Result.isFailure(reading) || !isPressure(reading.success)) return reading
    const key = cuffKey(reading.success)
    const systolic = lowestSystolic.get(key) ?? Infinity
    return (highestDiastolic.get(key) ?? -Infinity) < systolic
      ? reading
      : Invalid.fail(["value"], "range", "a diastolic pressure below the systolic one")
  })
}

/**
 * Refuses a pressure that contradicts its other half on record.
 *
 * Shape: one checked reading, and the pressures on record beside it.
 *
 * Fails with: `Invalid` with code `range`.
 *
 * @example
 * ```ts
 * import * as Measurement from "@bedside/core/Measurement"
 * import * as Timestamp from "@bedside/core/Timestamp"
 * import * as Result from "effect/Result"
 *
 * const at = { observedAt: Timestamp.at(0), source: "cuff", implausible: false }
 * const systolic = { ...at, vital: "systolic-pressure", value: 80 } as const
 * const diastolic = { ...at, vital: "diastolic-pressure", value: 120 } as const
 * Result.isFailure(Measurement.checkPressure(diastolic, [systolic])) // => true
 * ```
 * @since 0.1.0
 */
export const checkPressure = (
  reading: Checked,
  stored: ReadonlyArray<Pressure>
): Result.Result<Checked, Invalid.Invalid> =>
  checkPressures([Result.succeed(reading)], stored)[0] ?? Result.succeed(reading)
