/** The value of an Observation or of a component, in the canonical unit of its vital. */
import * as Result from "effect/Result"
import type * as Invalid from "../../input/Invalid.ts"
import * as Measurement from "../../measurement/Measurement.ts"
import * as Vital from "../../measurement/Vital.ts"
import type * as FhirResource from "../FhirResource.ts"
import * as Codes from "./fhirCodes.ts"
import type { Notes } from "./fhirNotes.ts"

/** A value that can be kept; `vital` is another than asked where a code of it says so. */
export interface Value {
  readonly vital: Vital.Code
  readonly value: Measurement.Value
  readonly implausible: boolean
  readonly at: string
}

type Holder = Omit<FhirResource.Component, "code" | "interpretation">

const types = [
  "valueQuantity",
  "valueCodeableConcept",
  "valueInteger",
  "valueString",
  "valueBoolean",
  "valueRange",
  "valueRatio",
  "valueSampledData",
  "valueTime",
  "valueDateTime",
  "valuePeriod"
] as const

/** Notes a value that the sender says is missing. */
export const missing = (at: string, notes: Notes): undefined =>
  notes.omission(`${at}.dataAbsentReason`, "a value; the sender has none")

/** Reads one; `isNeeded` where nothing else of the Observation could hold a value. */
export const read = (
  vital: Vital.Vital,
  holder: Holder,
  at: string,
  isNeeded: boolean,
  notes: Notes
): Value | undefined => {
  const given = types.filter((type) => holder[type] !== undefined)
  if (given.length > 1) return notes.error("structure", `${at}.value`, "one value")
  if (given.length === 1 && holder.dataAbsentReason !== undefined) {
    return notes.error("invariant", `${at}.dataAbsentReason`, "no reason beside a value")
  }
  if (holder.dataAbsentReason !== undefined) return missing(at, notes)
  if (given.length === 0) {
    return isNeeded
      ? notes.error("required", `${at}.value`, `${typeOf(vital)}, or a dataAbsentReason`)
      : undefined
  }
  if (holder.valueQuantity !== undefined && vital.kind === "numeric") {
    return readQuantity(vital, holder.valueQuantity, `${at}.valueQuantity`, notes)
  }
  if (holder.valueCodeableConcept !== undefined) {
    return readConcept(vital, holder.valueCodeableConcept, `${at}.valueCodeableConcept`, notes)
  }
  if (holder.valueInteger !== undefined && isScore(vital)) {
    return keep(vital, holder.valueInteger, "{score}", `${at}.valueInteger`, notes)
  }
  return notes.error("structure", `${at}.value`, typeOf(vital))
}

const typeOf = (vital: Vital.Vital): string =>
  vital.kind === "coded" ? "a valueCodeableConcept" : "a valueQuantity"

const isScore = (vital: Vital.Vital): vital is Vital.Numeric =>
  vital.kind === "numeric" && vital.unit === "{score}"

const readQuantity = (
  vital: Vital.Numeric,
  { code, comparator, system, unit, value }: FhirResource.Quantity,
  at: string,
  notes: Notes
): Value | undefined => {
  if (comparator !== undefined) {
    return notes.error("not-supported", `${at}.comparator`, "a value that is known exactly")
  }
  if (system !== undefined && system !== Codes.ucum) {
    return notes.error("code-invalid", `${at}.system`, `the units of ${Codes.ucum}`)
  }
  if (value === undefined) return notes.error("required", `${at}.value`, "a number")
  const paths = { value: `${at}.value`, unit: `${at}.${code === undefined ? "unit" : "code"}` }
  return keep(vital, value, code ?? unit, at, notes, paths)
}

const readConcept = (
  vital: Vital.Vital,
  concept: FhirResource.CodeableConcept,
  at: string,
  notes: Notes
): Value | undefined => {
  if (vital.kind === "coded") return readCode(vital, concept, at, notes)
  if (vital.code === "inspired-oxygen") return readCode(oxygenDevice, concept, at, notes)
  if (!isScore(vital)) return notes.error("structure", at, "a valueQuantity")
  const numbers = (concept.coding ?? []).flatMap(({ extension }) =>
    Codes.ordinals.flatMap((url) => Codes.extended(extension, url, "valueDecimal"))
  )
  const [number, ...others] = new Set(numbers)
  return typeof number === "number" && others.length === 0
    ? keep(vital, number, vital.unit, at, notes)
    : notes.error("code-invalid", at, "a coding with the number it stands for")
}

const oxygenDevice = Vital.get("oxygen-device")

const readCode = (
  vital: Vital.Coded,
  concept: FhirResource.CodeableConcept,
  at: string,
  notes: Notes
): Value | undefined => {
  const [code, ...others] = Codes.codedValues(vital, concept)
  return code === undefined || others.length > 0
    ? notes.error("code-invalid", at, `a code of one of ${vital.codes.join(", ")}`)
    : { vital: vital.code, value: code, implausible: false, at }
}

const keep = (
  vital: Vital.Numeric,
  value: number,
  unit: string | undefined,
  at: string,
  notes: Notes,
  paths = { value: at, unit: at }
): Value | undefined => {
  const given = { value, ...(unit === undefined ? {} : { unit }) }
  const canonical = Measurement.canonical(vital, given)
  if (Result.isFailure(canonical)) return refuse(canonical.failure, paths, notes)
  const { implausible } = canonical.success
  if (implausible) {
    const { flag } = Measurement.describe(vital.code, true)
    notes.warning("value", paths.value, `${flag?.expected ?? ""}; it was kept and flagged`)
  }
  return { vital: vital.code, ...canonical.success, at }
}

const refuse = (
  invalid: Invalid.Invalid,
  paths: { readonly value: string; readonly unit: string },
  notes: Notes
): undefined => {
  for (const { code, expected, path } of invalid.issues) {
    const isUnit = path === "unit"
    const kind = code === "missing" ? "required" : isUnit ? "code-invalid" : "value"
    notes.error(kind, isUnit ? paths.unit : paths.value, expected)
  }
  return undefined
}
