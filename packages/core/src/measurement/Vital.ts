/**
 * The catalogue of vitals: what can be measured, under which codes, in which units, and within
 * which ranges.
 *
 * The guarantee that bites: the ranges have two tiers, both inclusive and both in the canonical
 * unit. Outside `possible` a value is refused; outside `plausible` it is kept and flagged, because
 * a real patient can be at 28 Cel and a filter that deletes that reading hides the emergency.
 *
 * Not a medical device: the ranges tell slips of a sensor or a keyboard from readings, nothing more.
 */
import * as Schema from "effect/Schema"

/**
 * Level of consciousness on the ACVPU scale; `confusion` is NEW confusion.
 *
 * @since 0.1.0
 */
export const Consciousness = Schema.Literals([
  "alert",
  "confusion",
  "voice",
  "pain",
  "unresponsive"
])

/** @since 0.1.0 */
export type Consciousness = typeof Consciousness.Type

/**
 * How oxygen reaches the patient. `air` means no supplemental oxygen, every other code means some;
 * `oxygen` is for when the device is not known.
 *
 * @since 0.1.0
 */
export const OxygenDevice = Schema.Literals([
  "air",
  "oxygen",
  "nasal-cannula",
  "simple-mask",
  "venturi-mask",
  "non-rebreather-mask",
  "high-flow-nasal-cannula",
  "non-invasive-ventilation",
  "ventilator"
])

/** @since 0.1.0 */
export type OxygenDevice = typeof OxygenDevice.Type

/**
 * Whether something is so, as a code: an unknown flag is an absent measurement, never `no`.
 *
 * @since 0.1.0
 */
export const Flag = Schema.Literals(["yes", "no"])

/** @since 0.1.0 */
export type Flag = typeof Flag.Type

/**
 * The codes of vitals whose value is a number with a unit.
 *
 * @since 0.1.0
 */
export const NumericCode = Schema.Literals([
  "heart-rate",
  "respiratory-rate",
  "oxygen-saturation",
  "temperature",
  "systolic-pressure",
  "diastolic-pressure",
  "mean-pressure",
  "weight",
  "height",
  "glucose",
  "inspired-oxygen",
  "oxygen-flow",
  "pain",
  "glasgow-coma-scale"
])

/** @since 0.1.0 */
export type NumericCode = typeof NumericCode.Type

/**
 * The codes of vitals whose value is itself a code.
 *
 * @since 0.1.0
 */
export const CodedCode = Schema.Literals(["consciousness", "oxygen-device", "stroke", "diabetes"])

/** @since 0.1.0 */
export type CodedCode = typeof CodedCode.Type

/**
 * Every code of the catalogue.
 *
 * @since 0.1.0
 */
export const Code = Schema.Literals([...NumericCode.literals, ...CodedCode.literals])

/** @since 0.1.0 */
export type Code = typeof Code.Type

/**
 * An inclusive range in the canonical unit of its vital.
 *
 * @since 0.1.0
 */
export interface Range {
  readonly minimum: number
  readonly maximum: number
}

/**
 * A vital whose value is a number. `unit` is the canonical UCUM unit and the first of `units`;
 * every range is in it.
 *
 * @since 0.1.0
 */
export interface Numeric {
  readonly kind: "numeric"
  readonly code: NumericCode
  readonly display: string
  readonly loinc: ReadonlyArray<string>
  readonly unit: string
  readonly units: ReadonlyArray<string>
  readonly possible: Range
  readonly plausible: Range
}

/**
 * A vital whose value is one of `codes`.
 *
 * @since 0.1.0
 */
export interface Coded {
  readonly kind: "coded"
  readonly code: CodedCode
  readonly display: string
  readonly loinc: ReadonlyArray<string>
  readonly codes: ReadonlyArray<string>
}

/**
 * An entry of the catalogue; `kind` tells the two apart.
 *
 * @since 0.1.0
 */
export type Vital = Numeric | Coded

const rate = ["/min", "/s"] as const
const percent = ["%", "1"] as const
const degrees = ["Cel", "[degF]", "K"] as const
const pressure = ["mm[Hg]", "kPa"] as const
const mass = ["kg", "g", "[lb_av]", "[oz_av]"] as const
const length = ["cm", "m", "mm", "[in_i]", "[ft_i]"] as const
const concentration = ["mg/dL", "mmol/L"] as const
const flow = ["L/min", "mL/min"] as const
const score = ["{score}", "1"] as const

type Named = readonly [
  display: string,
  units: readonly [string, ...Array<string>],
  ...Array<string>
]

// Display name, accepted units (the canonical one first), LOINC codes. Oxygen saturation carries
// two because US Core asks for both; the codes of glucose differ by unit and mean one vital here.
const named: { readonly [C in NumericCode]: Named } = {
  "heart-rate": ["Heart rate", rate, "8867-4"],
  "respiratory-rate": ["Respiratory rate", rate, "9279-1"],
  "oxygen-saturation": ["Oxygen saturation", percent, "2708-6", "59408-5"],
  temperature: ["Body temperature", degrees, "8310-5"],
  "systolic-pressure": ["Systolic blood pressure", pressure, "8480-6"],
  "diastolic-pressure": ["Diastolic blood pressure", pressure, "8462-4"],
  "mean-pressure": ["Mean blood pressure", pressure, "8478-0"],
  weight: ["Body weight", mass, "29463-7"],
  height: ["Body height", length, "8302-2"],
  glucose: ["Blood glucose", concentration, "2339-0", "15074-8"],
  "inspired-oxygen": ["Inspired oxygen concentration", percent, "3150-0"],
  "oxygen-flow": ["Oxygen flow rate", flow, "3151-8"],
  pain: ["Pain severity", score, "72514-3"],
  "glasgow-coma-scale": ["Glasgow coma scale, total", score, "9269-2"]
}

// The ranges of mean pressure are ours, from no source. That diastolic must be below systolic
// concerns a pair of readings and is checked where pairs are seen.
const ranges: { readonly [C in NumericCode]: readonly [number, number, number, number] } = {
  // possible from, to, plausible from, to
  "heart-rate": [0, 350, 20, 250],
  "respiratory-rate": [0, 150, 4, 70],
  "oxygen-saturation": [0, 100, 50, 100],
  temperature: [10, 50, 25, 45],
  "systolic-pressure": [0, 400, 40, 300],
  "diastolic-pressure": [0, 300, 20, 200],
  "mean-pressure": [0, 350, 20, 300],
  weight: [0.2, 700, 0.5, 350],
  height: [20, 280, 30, 230],
  glucose: [0, 3000, 10, 1000],
  "inspired-oxygen": [15, 100, 21, 100],
  "oxygen-flow": [0, 120, 0, 70],
  pain: [0, 10, 0, 10],
  "glasgow-coma-scale": [3, 15, 3, 15]
}

const numeric = (code: NumericCode): Numeric => {
  const [display, units, ...loinc] = named[code]
  const [lowest, highest, low, high] = ranges[code]
  return {
    kind: "numeric",
    code,
    display,
    loinc,
    unit: units[0],
    units,
    possible: { minimum: lowest, maximum: highest },
    plausible: { minimum: low, maximum: high }
  }
}

const coded: ReadonlyArray<Coded> = [
  {
    kind: "coded",
    code: "consciousness",
    display: "Level of consciousness",
    loinc: ["67775-7"],
    codes: Consciousness.literals
  },
  {
    kind: "coded",
    code: "oxygen-device",
    display: "Oxygen device",
    loinc: [],
    codes: OxygenDevice.literals
  },
  { kind: "coded", code: "stroke", display: "Stroke", loinc: [], codes: Flag.literals },
  { kind: "coded", code: "diabetes", display: "Diabetes", loinc: [], codes: Flag.literals }
]

/**
 * The vitals whose value is a number, in the order of `NumericCode`.
 *
 * @since 0.1.0
 */
export const numerics: ReadonlyArray<Numeric> = NumericCode.literals.map(numeric)

/**
 * Every vital, numeric ones first, in the order of `Code`.
 *
 * @since 0.1.0
 */
export const catalogue: ReadonlyArray<Vital> = [...numerics, ...coded]

const byCode: ReadonlyMap<string, Vital> = new Map(catalogue.map((vital) => [vital.code, vital]))

const byLoinc: ReadonlyMap<string, Vital> = new Map(
  catalogue.flatMap((vital) => vital.loinc.map((loinc) => [loinc, vital] as const))
)

/**
 * The entry of a code that is known to be one of the catalogue.
 *
 * Shape: a code of the catalogue; a numeric one gives a `Numeric`, a coded one a `Coded`.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Vital from "@bedside/core/Vital"
 *
 * Vital.get("temperature").unit // => "Cel"
 * Vital.get("stroke").codes // => ["yes", "no"]
 * ```
 * @since 0.1.0
 */
export function get(code: NumericCode): Numeric
export function get(code: CodedCode): Coded
export function get(code: Code): Vital
export function get(code: Code): Vital {
  // The catalogue is built from the literals of `Code`: the entry is always there.
  return byCode.get(code)!
}

/**
 * The entry that carries a LOINC code.
 *
 * Shape: the code as LOINC prints it, check digit included; two codes may give one vital.
 *
 * Fails with: nothing; a code that no vital carries gives `undefined`.
 *
 * @example
 * ```ts
 * import * as Vital from "@bedside/core/Vital"
 *
 * Vital.fromLoinc("59408-5")?.code // => "oxygen-saturation"
 * Vital.fromLoinc("0000-0") // => undefined
 * ```
 * @since 0.1.0
 */
export const fromLoinc = (loinc: string): Vital | undefined => byLoinc.get(loinc)

/**
 * The entry that a catalogue code or a LOINC code names.
 *
 * Shape: either spelling, exactly: no trimming, no change of case.
 *
 * Fails with: nothing; a text that names nothing gives `undefined`.
 *
 * @example
 * ```ts
 * import * as Vital from "@bedside/core/Vital"
 *
 * Vital.find("heart-rate")?.loinc // => ["8867-4"]
 * Vital.find("8867-4")?.code // => "heart-rate"
 * Vital.find("pulse") // => undefined
 * ```
 * @since 0.1.0
 */
export const find = (codeOrLoinc: string): Vital | undefined =>
  byCode.get(codeOrLoinc) ?? byLoinc.get(codeOrLoinc)

/**
 * Whether a value lies within an inclusive range.
 *
 * Units: a number in the canonical unit of the range's vital.
 *
 * Fails with: nothing; NaN is in no range.
 *
 * @example
 * ```ts
 * import * as Vital from "@bedside/core/Vital"
 *
 * const { possible, plausible } = Vital.get("temperature")
 * Vital.within(possible, 24) // => true
 * Vital.within(plausible, 24) // => false
 * ```
 * @since 0.1.0
 */
export const within = (range: Range, value: number): boolean =>
  value >= range.minimum && value <= range.maximum
