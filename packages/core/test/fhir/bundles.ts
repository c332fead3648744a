/** Resources and bundles that are in order, to be spoilt one thing at a time. */
import * as Result from "effect/Result"
import * as FhirImport from "../../src/fhir/FhirImport.ts"

type Json = Readonly<Record<string, unknown>>

export const patient = (more: Json = {}): Json => ({
  resourceType: "Patient",
  id: "ada",
  identifier: [{ system: "urn:ward", value: "17" }],
  name: [{ family: "Byron", given: ["Ada"] }],
  birthDate: "1990-12-10",
  ...more
})

export const loinc = (...codes: ReadonlyArray<string>): Json => ({
  coding: codes.map((code) => ({ system: "http://loinc.org", code }))
})

export const snomed = (code: string): Json => ({
  coding: [{ system: "http://snomed.info/sct", code }]
})

export const quantity = (value: unknown, code: string): Json => ({
  value,
  unit: code,
  system: "http://unitsofmeasure.org",
  code
})

/** A pulse of 72 unless told otherwise. */
export const observation = (more: Json = {}): Json => ({
  resourceType: "Observation",
  status: "final",
  code: loinc("8867-4"),
  subject: { reference: "Patient/ada" },
  effectiveDateTime: "2026-03-01T23:30:00+02:00",
  ...("component" in more || "hasMember" in more ? {} : { valueQuantity: quantity(72, "/min") }),
  ...more
})

/** An observation without the value it has by default. */
export const valued = (code: Json, more: Json): Json => {
  const { valueQuantity: _, ...rest } = observation({ code })
  return { ...rest, ...more }
}

export const pressures = (systolic: Json, diastolic: Json, more: Json = {}): Json =>
  observation({
    code: loinc("85354-9"),
    component: [
      { code: loinc("8480-6"), ...systolic },
      { code: loinc("8462-4"), ...diastolic }
    ],
    ...more
  })

export const collection = (...resources: ReadonlyArray<unknown>): Json => ({
  resourceType: "Bundle",
  type: "collection",
  entry: resources.map((resource) => ({ resource }))
})

export const asked = (type: "batch" | "transaction", ...entry: ReadonlyArray<unknown>): Json => ({
  resourceType: "Bundle",
  type,
  entry
})

/** An entry that asks for its resource to be made. */
export const post = (resource: Json, more: Json = {}): Json => ({
  resource,
  request: { method: "POST", url: resource["resourceType"], ...more }
})

export const read = (bundle: unknown, options?: FhirImport.Options): FhirImport.Import =>
  Result.getOrThrow(FhirImport.read(bundle, options))

/** The errors and warnings of an import: severity, code and place, without the way to the resource. */
export const issues = (bundle: unknown): ReadonlyArray<string> =>
  read(bundle).entries.flatMap((entry) =>
    entry.issues.map(
      ({ code, expression, severity }) =>
        `${entry.index} ${severity} ${code} ${expression
          .join()
          .replace(`Bundle.entry[${entry.index}].`, "")
          .replace("resource.", "")}`
    )
  )

export const statuses = (bundle: unknown): ReadonlyArray<string> =>
  read(bundle).entries.map(({ status }) => status)

/** The readings of every subject: vital, value, unit. */
export const values = (bundle: unknown): ReadonlyArray<string> =>
  read(bundle).subjects.flatMap(({ readings }) =>
    readings.map(({ reading: { unit = "", value, vital } }) => `${vital} ${value} ${unit}`.trim())
  )

/** What is read of one observation of a patient in the bundle. */
export const of = (resource: unknown) => {
  const bundle = collection(patient(), resource)
  return { values: values(bundle), issues: issues(bundle), status: statuses(bundle)[1] }
}

/** The first of a list that has one. */
export const first = <A>(list: ReadonlyArray<A>): A => {
  const [it] = list
  if (it === undefined) throw new Error("the list is empty")
  return it
}
