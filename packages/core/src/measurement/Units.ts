/**
 * Conversion between the UCUM units that the catalogue of vitals accepts.
 *
 * The guarantee that bites: a converted value is the double nearest to the exact decimal
 * conversion, so 100.4 [degF] is 38 Cel and never 38.00000000000001, which would score differently.
 *
 * UCUM codes are the only units inside; `mmHg`, `bpm`, `°C` and the like are read by `parse` and
 * `toCanonical`, at the edge, and by nothing else.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Vital from "./Vital.ts"

/**
 * The text names no unit of the catalogue; `known` lists those it could have named.
 *
 * @since 0.1.0
 */
export class UnknownUnit extends Schema.TaggedError<UnknownUnit>()("UnknownUnit", {
  unit: Schema.String,
  known: Schema.Array(Schema.String)
}) {}

/**
 * Both units are known, but they measure different things.
 *
 * @since 0.1.0
 */
export class IncompatibleUnits extends Schema.TaggedError<IncompatibleUnits>()(
  "IncompatibleUnits",
  { from: Schema.String, to: Schema.String }
) {}

/**
 * The unit is known, but not one in which this vital is measured.
 *
 * @since 0.1.0
 */
export class UnitNotAccepted extends Schema.TaggedError<UnitNotAccepted>()("UnitNotAccepted", {
  vital: Schema.String,
  unit: Schema.String,
  accepted: Schema.Array(Schema.String)
}) {}

interface Definition {
  readonly quantity: string
  readonly numerator: bigint
  readonly denominator: bigint
  /** Added before multiplying, in hundredths of the unit: the zero of the temperature scales. */
  readonly hundredths: bigint
}

const unit = (
  quantity: string,
  numerator: bigint,
  denominator = 1n,
  hundredths = 0n
): Definition => ({ quantity, numerator, denominator, hundredths })

// One unit in the base unit of its quantity (/s, 1, K, Pa, g, cm, mg/dL, mL/min), as a fraction
// because every factor of UCUM is one. Millimetres of mercury are UCUM's 133.322 Pa, not the
// conventional 133.322387415. Concentrations are of glucose (18.0156 mg/dL is 1 mmol/L): the
// catalogue has no other substance.
const definitions: ReadonlyMap<string, Definition> = new Map([
  ["/s", unit("rate", 1n)],
  ["/min", unit("rate", 1n, 60n)],
  ["1", unit("ratio", 1n)],
  ["{score}", unit("ratio", 1n)],
  ["%", unit("ratio", 1n, 100n)],
  ["K", unit("temperature", 1n)],
  ["Cel", unit("temperature", 1n, 1n, 27315n)],
  ["[degF]", unit("temperature", 5n, 9n, 45967n)],
  ["kPa", unit("pressure", 1000n)],
  ["mm[Hg]", unit("pressure", 133322n, 1000n)],
  ["g", unit("mass", 1n)],
  ["kg", unit("mass", 1000n)],
  ["[lb_av]", unit("mass", 45359237n, 100000n)],
  ["[oz_av]", unit("mass", 45359237n, 1600000n)],
  ["mm", unit("length", 1n, 10n)],
  ["cm", unit("length", 1n)],
  ["m", unit("length", 100n)],
  ["[in_i]", unit("length", 254n, 100n)],
  ["[ft_i]", unit("length", 3048n, 100n)],
  ["mg/dL", unit("glucose concentration", 1n)],
  ["mmol/L", unit("glucose concentration", 180156n, 10000n)],
  ["mL/min", unit("flow", 1n)],
  ["L/min", unit("flow", 1000n)]
])

const known: ReadonlyArray<string> = [...definitions.keys()]

// Other spellings that UCUM itself allows.
const spellings: ReadonlyMap<string, string> = new Map([
  ["1/min", "/min"],
  ["min-1", "/min"],
  ["1/s", "/s"],
  ["s-1", "/s"],
  ["Hz", "/s"],
  ["mg/dl", "mg/dL"],
  ["mmol/l", "mmol/L"],
  ["l/min", "L/min"],
  ["ml/min", "mL/min"]
])

// What people and devices write; matched in lower case and without spaces. None is UCUM for the
// same thing: there, C is a coulomb and F a farad.
const aliases: ReadonlyMap<string, string> = new Map([
  ["mmhg", "mm[Hg]"],
  ["kpa", "kPa"],
  ["bpm", "/min"],
  ["beats/min", "/min"],
  ["breaths/min", "/min"],
  ["beatsperminute", "/min"],
  ["breathsperminute", "/min"],
  ["c", "Cel"],
  ["°c", "Cel"],
  ["degc", "Cel"],
  ["celsius", "Cel"],
  ["f", "[degF]"],
  ["°f", "[degF]"],
  ["degf", "[degF]"],
  ["fahrenheit", "[degF]"],
  ["kg", "kg"],
  ["lb", "[lb_av]"],
  ["lbs", "[lb_av]"],
  ["oz", "[oz_av]"],
  ["cm", "cm"],
  ["in", "[in_i]"],
  ["inch", "[in_i]"],
  ["inches", "[in_i]"],
  ["ft", "[ft_i]"],
  ["percent", "%"],
  ["lpm", "L/min"],
  ["score", "{score}"],
  ["points", "{score}"]
])

// An annotation has no meaning for the value. It may follow a unit, or stand where a unit would,
// alone or before a slash; `{beats}min` is not UCUM.
const withoutAnnotations = (text: string): string =>
  text.replace(/^\{[ -z|~]*\}(?=\/|$)/, "").replace(/(?<=[^/.])\{[ -z|~]*\}/g, "")

const canonicalCode = (text: string): string | undefined => {
  if (definitions.has(text)) return text
  const bare = text.includes("{") ? withoutAnnotations(text) || "1" : text
  return definitions.has(bare) ? bare : spellings.get(bare)
}

/**
 * Reads a unit as people and devices write it, as the catalogue's spelling of its UCUM code.
 *
 * Shape: UCUM, annotations included (`{beats}/min`), or a common alias in any case (`mmHg`, `bpm`,
 * `°C`, `lb`). Meant for the edge: inside, units are UCUM already.
 *
 * Fails with: `UnknownUnit`.
 *
 * Method: UCUM wins where it and an alias disagree, except for `C` and `F`, read as the temperature scales
 * because no vital is measured in coulombs or farads.
 *
 * @example
 * ```ts
 * import * as Units from "@bedside/core/Units"
 * import * as Result from "effect/Result"
 *
 * Result.getOrThrow(Units.parse("mmHg")) // => "mm[Hg]"
 * Result.getOrThrow(Units.parse("{beats}/min")) // => "/min"
 * Result.isFailure(Units.parse("furlong")) // => true
 * ```
 * @since 0.1.0
 */
export const parse = (text: string): Result.Result<string, UnknownUnit> => {
  const code = canonicalCode(text) ?? aliases.get(text.toLowerCase().replaceAll(/\s+/g, ""))
  return code === undefined
    ? Result.fail(new UnknownUnit({ unit: text, known }))
    : Result.succeed(code)
}

// A double as the shortest decimal that reads back as it: what was written down, not its binary
// neighbour. The result is exact.
const fractionOf = (value: number): readonly [numerator: bigint, denominator: bigint] => {
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e")
  const [whole = "0", decimals = ""] = mantissa.split(".")
  const digits = BigInt(whole + decimals)
  const power = Number(exponent) - decimals.length
  return power >= 0 ? [digits * 10n ** BigInt(power), 1n] : [digits, 10n ** BigInt(-power)]
}

const widthOf = (value: bigint): number => value.toString().length

// 40 significant digits decide which of two doubles is nearer.
const nearestDouble = (numerator: bigint, denominator: bigint): number => {
  const shift = Math.max(0, 40 + widthOf(denominator) - widthOf(numerator))
  return Number(`${(numerator * 10n ** BigInt(shift)) / denominator}e-${shift}`)
}

const exactly = (value: number, from: Definition, to: Definition): number => {
  const [digits, scale] = fractionOf(value)
  const numerator =
    (digits * 100n + from.hundredths * scale) * from.numerator * to.denominator -
    to.hundredths * scale * from.denominator * to.numerator
  return nearestDouble(numerator, 100n * scale * from.denominator * to.numerator)
}

/**
 * Converts a value from one UCUM unit to another.
 *
 * Units: UCUM codes of the catalogue, annotations allowed, aliases not. The same unit on both sides
 * gives the value back untouched; NaN and the infinities stay what they are.
 *
 * Fails with: `UnknownUnit`, or `IncompatibleUnits` for two units that measure different things.
 *
 * Method: factors of the Unified Code for Units of Measure (https://ucum.org/ucum), in exact arithmetic on
 * the decimal that was written, rounded once. `mm[Hg]` is UCUM's 133.322 Pa. Concentrations are of
 * glucose, 18.0156 mg/dL to the mmol/L.
 *
 * @example
 * ```ts
 * import * as Units from "@bedside/core/Units"
 * import * as Result from "effect/Result"
 *
 * Result.getOrThrow(Units.convert(100.4, "[degF]", "Cel")) // => 38
 * Result.getOrThrow(Units.convert(150, "[lb_av]", "kg")) // => 68.0388555
 * Result.isFailure(Units.convert(1, "kg", "cm")) // => true
 * ```
 * @since 0.1.0
 */
export const convert = (
  value: number,
  from: string,
  to: string
): Result.Result<number, UnknownUnit | IncompatibleUnits> => {
  const source = canonicalCode(from)
  if (source === undefined) return Result.fail(new UnknownUnit({ unit: from, known }))
  if (from === to) return Result.succeed(value)
  const target = canonicalCode(to)
  if (target === undefined) return Result.fail(new UnknownUnit({ unit: to, known }))
  return convertKnown(value, source, target)
}

const convertKnown = (
  value: number,
  source: string,
  target: string
): Result.Result<number, IncompatibleUnits> => {
  if (source === target || !Number.isFinite(value)) return Result.succeed(value)
  // Both are keys of the table: `canonicalCode` gives nothing else.
  const from = definitions.get(source)!
  const to = definitions.get(target)!
  return from.quantity === to.quantity
    ? Result.succeed(exactly(value, from, to))
    : Result.fail(new IncompatibleUnits({ from: source, to: target }))
}

/**
 * Brings a reading into the canonical unit of its vital.
 *
 * Units: the reading in the unit it was written in, aliases included; the value in `vital.unit` out.
 *
 * Fails with: `UnknownUnit`, or `UnitNotAccepted` with the units this vital accepts. Whether the value
 * is possible is another question.
 *
 * @example
 * ```ts
 * import * as Units from "@bedside/core/Units"
 * import * as Vital from "@bedside/core/Vital"
 * import * as Result from "effect/Result"
 *
 * Result.getOrThrow(Units.toCanonical(Vital.get("temperature"), 98.6, "°F")) // => 37
 * Result.getOrThrow(Units.toCanonical(Vital.get("glucose"), 5.5, "mmol/L")) // => 99.0858
 * Result.isFailure(Units.toCanonical(Vital.get("weight"), 70, "cm")) // => true
 * ```
 * @since 0.1.0
 */
export const toCanonical = (
  vital: Vital.Numeric,
  value: number,
  unit: string
): Result.Result<number, UnknownUnit | UnitNotAccepted> => {
  if (unit === vital.unit) return Result.succeed(value)
  return Result.flatMap(parse(unit), (code) =>
    vital.units.includes(code)
      ? Result.mapError(convertKnown(value, code, vital.unit), () => refused(vital, unit))
      : Result.fail(refused(vital, unit))
  )
}

const refused = (vital: Vital.Numeric, unit: string): UnitNotAccepted =>
  new UnitNotAccepted({ vital: vital.code, unit, accepted: vital.units })
