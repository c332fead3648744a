/** A score as an Observation of FHIR, with a component for each of its inputs. */
import * as DateTime from "effect/DateTime"
import type * as Measurement from "../../measurement/Measurement.ts"
import type * as Score from "../../risk/Score.ts"
import type * as FhirResource from "../FhirResource.ts"
import * as Codes from "./fhirCodes.ts"
import { quantity } from "./exportObservation.ts"

/** A score on record. */
export interface Scored extends Score.Common {
  readonly id: string
  readonly asOf: DateTime.DateTime
  readonly total?: number | null
  readonly lowerBound?: number
  readonly risk?: number | null
  readonly measurements?: ReadonlyArray<Measurement.MeasurementId>
  readonly refusal?: string | null
}

/** Writes one about a subject; `places` are the references of the measurements in the bundle. */
export const write = (
  scored: Scored,
  subject: FhirResource.Reference,
  places: ReadonlyMap<Measurement.MeasurementId, string>
): FhirResource.Observation => {
  const sources = (scored.measurements ?? []).flatMap((id) => places.get(id) ?? [])
  const component = componentsOf(scored)
  const note = noteOf(scored)
  return {
    resourceType: "Observation",
    status: "final",
    category: [Codes.category("survey")],
    code: Codes.scoreConcept(scored.score, scored.version),
    subject,
    effectiveDateTime: DateTime.formatIso(scored.asOf),
    ...valueOf(scored),
    ...(scored.band === null ? {} : { interpretation: [bandOf(scored, scored.band)] }),
    ...(note.length === 0 ? {} : { note }),
    method: { text: scored.citation },
    ...(sources.length === 0
      ? {}
      : { derivedFrom: [...new Set(sources)].map((reference) => ({ reference })) }),
    ...(component.length === 0 ? {} : { component })
  }
}

const absence = "http://terminology.hl7.org/CodeSystem/data-absent-reason"

const absent = (code: "not-applicable" | "unknown") => ({
  dataAbsentReason: { coding: [{ system: absence, code }] }
})

const valueOf = ({ refusal = null, risk = null, total = null }: Scored) => {
  if (refusal !== null) return absent("not-applicable")
  if (total !== null) return { valueQuantity: quantity(total, "{score}") }
  return risk === null ? absent("unknown") : { valueQuantity: quantity(risk, "1") }
}

const bandOf = ({ score }: Scored, band: string): FhirResource.CodeableConcept => ({
  coding: [{ system: Codes.own.score, code: `${score}.${band}` }],
  text: band
})

const noteOf = ({ refusal, response, rounding }: Scored) =>
  [refusal ?? null, response, rounding === "" ? null : `Rounding: ${rounding}.`].flatMap((text) =>
    text === null ? [] : [{ text }]
  )

const componentsOf = (scored: Scored): ReadonlyArray<FhirResource.Component> => {
  const { contributions, inputs, missing, risk, score, total } = scored
  const scale = String(inputs.find(({ name }) => name === "oxygenScale")?.value ?? "")
  const unit = risk === undefined ? "{score}" : "1"
  const isBound = total === null && scored.lowerBound !== undefined && contributions.length > 0
  return [
    ...contributions.map(({ input, points }) => ({
      code: Codes.partConcept(score, input, scale),
      valueQuantity: quantity(points, unit)
    })),
    ...missing.map((input) => ({
      code: Codes.partConcept(score, input, scale),
      ...absent("unknown")
    })),
    ...(isBound
      ? [
          {
            code: Codes.partConcept(score, "lowerBound", scale),
            valueQuantity: quantity(scored.lowerBound ?? 0, unit)
          }
        ]
      : [])
  ]
}
