/**
 * The codes that vitals, their values and scores have in FHIR, for both directions.
 *
 * Sources. Panels: LOINC. Level of consciousness and inspired oxygen: the value sets of CareConnect
 * (HL7 UK) and, for a verbal response, the transport profile of IHE PCC. NEWS2 and its parts: SNOMED
 * CT, UK edition. What has no code anywhere has one of ours, under `urn:bedside:`.
 */
import * as Vital from "../../measurement/Vital.ts"
import type * as FhirResource from "../FhirResource.ts"

export const loinc = "http://loinc.org"
export const snomed = "http://snomed.info/sct"
export const ucum = "http://unitsofmeasure.org"

/** What kind of observation it is, as a category. */
export const category = (
  code: "laboratory" | "survey" | "vital-signs"
): FhirResource.CodeableConcept => ({
  coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code }]
})

/** Extensions of ours, and code systems for what has no code elsewhere. */
export const own = {
  vital: "urn:bedside:vital",
  score: "urn:bedside:score",
  flag: "urn:bedside:flag",
  source: "urn:bedside:source",
  condition: "urn:bedside:condition",
  oxygenScale: "urn:bedside:oxygen-scale",
  age: "urn:bedside:age",
  ageStatedOn: "urn:bedside:age-stated-on"
} as const

/** Our own codes of a vital that is a code: `urn:bedside:consciousness`. */
export const valuesOf = (vital: Vital.Coded): string => `urn:bedside:${vital.code}`

/** Written into a coding, a code may carry a number: R4 and its successor name it differently. */
export const ordinals: ReadonlyArray<string> = [
  "http://hl7.org/fhir/StructureDefinition/ordinalValue",
  "http://hl7.org/fhir/StructureDefinition/itemWeight"
]

export const pressurePanel = "85354-9"

/** Vital signs together, blood pressure, and the code blood pressure had before. */
const panels: ReadonlySet<string> = new Set(["85353-1", pressurePanel, "55284-4"])

const acvpu = "1104441000000107"

// The first code of a value is the one that is written.
const values: { readonly [Code in Vital.CodedCode]?: ReadonlyArray<readonly [string, string]> } = {
  consciousness: [
    ["248234008", "alert"],
    ["130987000", "confusion"],
    ["300202002", "voice"],
    ["255373000", "voice"],
    ["450847001", "pain"],
    ["422768004", "unresponsive"]
  ],
  "oxygen-device": [
    ["722742002", "air"],
    ["371825009", "oxygen"]
  ]
}

const loincSystems: ReadonlySet<string> = new Set([loinc, "urn:oid:2.16.840.1.113883.6.1"])
const snomedSystems: ReadonlySet<string> = new Set([snomed, "urn:oid:2.16.840.1.113883.6.96"])

const isCode = (coding: FhirResource.Coding, systems: ReadonlySet<string>): boolean =>
  coding.system !== undefined && systems.has(coding.system)

const vitalOf = (coding: FhirResource.Coding): Vital.Vital | undefined => {
  const code = coding.code ?? ""
  if (isCode(coding, loincSystems)) return Vital.fromLoinc(code)
  if (isCode(coding, snomedSystems) && code === acvpu) return Vital.get("consciousness")
  const named = coding.system === own.vital ? Vital.find(code) : undefined
  return named?.code === code ? named : undefined
}

/** The vitals that a code names: none, or more than one where its codings contradict each other. */
export const vitalsOf = (concept: FhirResource.CodeableConcept): ReadonlyArray<Vital.Vital> => [
  ...new Set((concept.coding ?? []).flatMap((coding) => vitalOf(coding) ?? []))
]

export const isPanel = (concept: FhirResource.CodeableConcept): boolean =>
  (concept.coding ?? []).some(
    (coding) => isCode(coding, loincSystems) && panels.has(coding.code ?? "")
  )

/** The values that a concept names, as the codes of a vital. */
export const codedValues = (
  vital: Vital.Coded,
  concept: FhirResource.CodeableConcept
): ReadonlyArray<string> => {
  const bySnomed = new Map(values[vital.code])
  const found = (concept.coding ?? []).flatMap((coding) => {
    const code = coding.code ?? ""
    if (isCode(coding, snomedSystems)) return bySnomed.get(code) ?? []
    return coding.system === valuesOf(vital) && vital.codes.includes(code) ? code : []
  })
  return [...new Set(found)]
}

/** A value of a coded vital, in SNOMED CT where that has it, and as our own code. */
export const valueConcept = (vital: Vital.Coded, value: string): FhirResource.CodeableConcept => {
  const code = values[vital.code]?.find(([, name]) => name === value)?.[0]
  return {
    coding: [
      ...(code === undefined ? [] : [{ system: snomed, code }]),
      { system: valuesOf(vital), code: value }
    ],
    text: value
  }
}

/** The code of a vital. Of the codes of glucose only the one of the canonical unit is true. */
export const vitalConcept = (vital: Vital.Vital): FhirResource.CodeableConcept => {
  const codes = vital.code === "glucose" ? vital.loinc.slice(0, 1) : vital.loinc
  const coding: Array<FhirResource.Coding> = codes.map((code) => ({ system: loinc, code }))
  if (vital.code === "consciousness") coding.push({ system: snomed, code: acvpu })
  return {
    coding: codes.length > 0 ? coding : [{ system: own.vital, code: vital.code }],
    text: vital.display
  }
}

const scores: ReadonlyMap<string, string> = new Map([["news2", "1104051000000101"]])

const parts: ReadonlyMap<string, string> = new Map([
  ["news2 respiratoryRate", "1104301000000104"],
  ["news2 oxygenSaturation 1", "1104311000000102"],
  ["news2 oxygenSaturation 2", "1104321000000108"],
  ["news2 supplementalOxygen", "1104331000000105"],
  ["news2 systolicPressure", "1104341000000101"],
  ["news2 pulse", "1104351000000103"],
  ["news2 consciousness", "1104361000000100"],
  ["news2 temperature", "1104371000000107"]
])

const scored = (
  code: string | undefined,
  name: string,
  version?: string
): FhirResource.CodeableConcept => ({
  coding: [
    ...(code === undefined ? [] : [{ system: snomed, code }]),
    { system: own.score, code: name, ...(version === undefined ? {} : { version }) }
  ],
  text: name
})

/** The code of a score; `version` is that of our implementation. */
export const scoreConcept = (score: string, version: string): FhirResource.CodeableConcept =>
  scored(scores.get(score), score, version)

/** The code of the points for one input; those of a saturation depend on the scale. */
export const partConcept = (
  score: string,
  input: string,
  scale: string
): FhirResource.CodeableConcept =>
  scored(
    parts.get(`${score} ${input}`) ?? parts.get(`${score} ${input} ${scale}`),
    `${score}.${input}`
  )

/** Every SNOMED CT code that is written or read here. */
export const snomedCodes: ReadonlyArray<string> = [
  acvpu,
  ...Object.values(values).flatMap((of) => of.map(([code]) => code)),
  ...scores.values(),
  ...parts.values()
]

/** What the extensions of one url carry, under the name of a type: `valueString`. */
export const extended = (
  extensions: ReadonlyArray<unknown> | undefined,
  url: string,
  name: string
): ReadonlyArray<unknown> =>
  (extensions ?? []).flatMap((it) => {
    if (!isRecord(it) || it["url"] !== url) return []
    const value = it[name]
    return value === undefined ? [] : [value]
  })

/** An object of JSON that is no array. */
export const isRecord = (input: unknown): input is Readonly<Record<string, unknown>> =>
  typeof input === "object" && input !== null && !Array.isArray(input)
