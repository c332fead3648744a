/** Measurements as Observations of FHIR, the two pressures of one cuff as one. */
import * as DateTime from "effect/DateTime"
import * as Timestamp from "../../input/Timestamp.ts"
import type * as Measurement from "../../measurement/Measurement.ts"
import * as Vital from "../../measurement/Vital.ts"
import type * as FhirResource from "../FhirResource.ts"
import * as Codes from "./fhirCodes.ts"

/** One measurement, or a systolic pressure with its diastolic one. */
export type Panel = readonly [Measurement.Measurement, ...ReadonlyArray<Measurement.Measurement>]

/** In the order of the measurements; a pair stands where its systolic pressure does. */
export const pair = (
  measurements: ReadonlyArray<Measurement.Measurement>
): ReadonlyArray<Panel> => {
  const diastolic = new Map(
    measurements.flatMap((it) =>
      it.vital === "diastolic-pressure" ? [[cuffOf(it), it] as const] : []
    )
  )
  const taken = new Set<Measurement.Measurement>()
  const partners = new Map<Measurement.Measurement, Measurement.Measurement>()
  for (const it of measurements) {
    const other = it.vital === "systolic-pressure" ? diastolic.get(cuffOf(it)) : undefined
    if (other === undefined || taken.has(other)) continue
    partners.set(it, other)
    taken.add(other)
  }
  return measurements.flatMap((it): ReadonlyArray<Panel> => {
    if (taken.has(it)) return []
    const other = partners.get(it)
    return [other === undefined ? [it] : [it, other]]
  })
}

// Two halves that were written at different offsets stay apart, so that each keeps its own.
const cuffOf = ({ observedAt, source }: Measurement.Measurement): string =>
  JSON.stringify([Timestamp.format(observedAt), source])

/** Writes one Observation about a subject. */
export const write = (panel: Panel, subject: FhirResource.Reference): FhirResource.Observation => {
  const [first, ...others] = panel
  const category = categoryOf(first.vital)
  return {
    resourceType: "Observation",
    ...(category === "vital-signs" ? { meta: { profile: [vitalSigns] } } : {}),
    extension: [{ url: Codes.own.source, valueString: first.source }],
    status: panel.some(({ version }) => version > 1) ? "corrected" : "final",
    category: [Codes.category(category)],
    ...(others.length === 0
      ? contentOf(first)
      : { code: pressures, component: panel.map(contentOf) }),
    subject,
    effectiveDateTime: Timestamp.format(first.observedAt),
    issued: DateTime.formatIso(
      latest(
        panel.map(({ recordedAt }) => recordedAt),
        first.recordedAt
      )
    )
  }
}

const latest = (times: ReadonlyArray<DateTime.Utc>, first: DateTime.Utc): DateTime.Utc =>
  times.reduce((last, it) => (it.epochMilliseconds > last.epochMilliseconds ? it : last), first)

const vitalSigns = "http://hl7.org/fhir/StructureDefinition/vitalsigns"

const pressures: FhirResource.CodeableConcept = {
  coding: [{ system: Codes.loinc, code: Codes.pressurePanel }],
  text: "Blood pressure"
}

const categoryOf = (code: Vital.Code): "laboratory" | "survey" | "vital-signs" => {
  if (code === "glucose") return "laboratory"
  return code === "stroke" || code === "diabetes" ? "survey" : "vital-signs"
}

const contentOf = ({
  flag,
  value,
  vital: code
}: Measurement.Measurement): FhirResource.Component => {
  const vital = Vital.get(code)
  return {
    code: Codes.vitalConcept(vital),
    ...(vital.kind === "coded"
      ? { valueCodeableConcept: Codes.valueConcept(vital, String(value)) }
      : {}),
    ...(vital.kind === "numeric" ? { valueQuantity: quantity(Number(value), vital.unit) } : {}),
    ...(flag === null
      ? {}
      : {
          interpretation: [
            { coding: [{ system: Codes.own.flag, code: flag.code }], text: `not ${flag.expected}` }
          ]
        })
  }
}

/** A number in a UCUM unit. */
export const quantity = (value: number, unit: string): FhirResource.Quantity => ({
  value,
  unit,
  system: Codes.ucum,
  code: unit
})
