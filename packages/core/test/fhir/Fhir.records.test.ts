import { expect, it } from "@effect/vitest"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import * as FhirExport from "../../src/fhir/FhirExport.ts"
import type * as FhirResource from "../../src/fhir/FhirResource.ts"
import * as Vital from "../../src/measurement/Vital.ts"
import { describeWithData, readJson } from "../../../../test/data.ts"
import { collection, first, patient, read } from "./bundles.ts"
import { recordsOf } from "./records.ts"

/** Who, in the bundles of Synthea, with what was counted in them by hand. */
const counted = [
  { name: "Delmar187", entries: 247, imported: 61, observations: 60, readings: 70 },
  { name: "Levi940", entries: 270, imported: 76, observations: 66, readings: 87 },
  { name: "Man114", entries: 249, imported: 56, observations: 53, readings: 64 },
  { name: "Mariam937", entries: 245, imported: 79, observations: 58, readings: 91 }
]

const passedOver = {
  Encounter: 13,
  Immunization: 16,
  DiagnosticReport: 23,
  DocumentReference: 13,
  Claim: 15,
  ExplanationOfBenefit: 13,
  Condition: 2,
  Procedure: 24,
  Device: 1,
  MedicationRequest: 2,
  CareTeam: 1,
  CarePlan: 1,
  ImagingStudy: 1,
  Provenance: 1,
  Observation: 60
}

interface Original {
  readonly entry: ReadonlyArray<{ readonly resource: FhirResource.Observation }>
}

/** A time as an instant, or the day where there is no more; and the offset as it was written. */
const timeOf = (text: string) => ({
  at: Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text),
  offset: text.length === 10 ? "+00:00" : text.slice(-6).replace(/^.*Z$/, "+00:00")
})

const codesOf = (concept: FhirResource.CodeableConcept) =>
  (concept.coding ?? []).flatMap(({ code = "" }) => Vital.fromLoinc(code)?.code ?? [])

/** The fields that are kept of an Observation, whichever way round its components are. */
const kept = (observation: FhirResource.Observation) => ({
  vitals: codesOf(observation.code),
  value: [observation.valueQuantity?.value, observation.valueQuantity?.code],
  ...timeOf(observation.effectiveDateTime ?? ""),
  components: (observation.component ?? [])
    .map(({ code, valueQuantity }) =>
      [...codesOf(code), valueQuantity?.value, valueQuantity?.code].join(" ")
    )
    .toSorted()
})

const sorted = (observations: ReadonlyArray<FhirResource.Observation>) =>
  observations
    .map((it) => JSON.stringify({ ...kept(it), vitals: [...new Set(kept(it).vitals)] }))
    .toSorted()

const observationsOf = (bundle: FhirResource.Bundle): ReadonlyArray<FhirResource.Observation> =>
  bundle.entry.flatMap(({ resource }) => (resource.resourceType === "Observation" ? resource : []))

describeWithData("synthea_fhir_r4", "the bundles of Synthea", (folder) => {
  const files = readdirSync(folder)
  const bundles = counted.map((expected) => ({
    ...expected,
    bundle: readJson(join(folder, files.find((file) => file.startsWith(expected.name)) ?? ""))
  }))

  it.each(bundles)(
    "$name: a Patient and the vital signs are imported, all others passed over",
    ({ bundle, entries, imported, observations, readings }) => {
      const all = read(bundle)
      const count = (status: string) => all.entries.filter((it) => it.status === status).length
      expect(all.entries).toHaveLength(entries)
      expect(all).toMatchObject({ type: "transaction", acceptable: true })
      expect([count("imported"), count("passed-over")]).toEqual([imported, entries - imported])
      expect(all.passedOver.get("Observation")).toBe(observations)
      expect(all.subjects.map((it) => it.readings.length)).toEqual([readings])
    }
  )

  it("the resource types of one, counted one by one", () => {
    expect(Object.fromEntries(read(bundles[0]?.bundle).passedOver)).toEqual(passedOver)
  })

  it.each(bundles)(
    "$name: says what was changed and left out of the Patient alone",
    ({ bundle }) => {
      const said = read(bundle).entries.flatMap(({ issues }) => issues)
      expect(said.map((it) => [it.severity, ...it.expression].join(" "))).toEqual([
        "warning Bundle.entry[0].resource.name[0].given",
        "warning Bundle.entry[0].resource.name[0].family",
        "warning Bundle.entry[0].resource.telecom[0].value"
      ])
    }
  )

  it.each(bundles)(
    "$name: what is exported equals the original, and imports as the same",
    ({ bundle }) => {
      const subject = first(read(bundle).subjects)
      const exported = FhirExport.bundle(recordsOf(subject))
      const imported = new Set(
        read(bundle).entries.flatMap((it) => (it.status === "imported" ? it.index : []))
      )
      // The files are bundles, whose Observations have the shape of ours where they are imported.
      const { entry } = bundle as Original
      const originals = entry
        .filter(
          ({ resource }, index) => imported.has(index) && resource.resourceType === "Observation"
        )
        .map(({ resource }) => resource)
      expect(sorted(observationsOf(exported))).toEqual(sorted(originals))
      const again = read(exported).subjects[0]
      expect(again?.patient).toEqual(subject.patient)
      expect(again?.readings.map(({ reading }) => reading)).toHaveLength(subject.readings.length)
      expect(new Set(again?.readings.map(({ reading }) => JSON.stringify(reading)))).toEqual(
        new Set(subject.readings.map(({ reading }) => JSON.stringify(reading)))
      )
    }
  )
})

describeWithData("us_core_examples", "the examples of US Core", (folder) => {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .toSorted()
  const example = patient({ id: "example" })
  const bundle = collection(example, ...files.map((file) => readJson(join(folder, file))))

  it("seven vital signs are read, for the beginning of their day; the others are none of ours", () => {
    const { entries, subjects } = read(bundle)
    expect(files.map((file, index) => `${file} ${entries[index + 1]?.status}`)).toEqual([
      "Observation-10-minute-apgar-heart-rate.json passed-over",
      "Observation-10-minute-apgar-respiratory-effort.json passed-over",
      "Observation-average-blood-pressure.json passed-over",
      "blood-pressure.json imported",
      "bmi.json passed-over",
      "heart-rate-rhythm.json passed-over",
      "heart-rate.json imported",
      "height.json imported",
      "oxygen-saturation.json imported",
      "pediatric-bmi-example.json passed-over",
      "respiratory-rate.json imported",
      "temperature.json imported",
      "weight.json imported"
    ])
    expect(
      subjects[0]?.readings.map(({ reading: { source, unit, value, vital } }) =>
        [vital, value, unit, source].join(" ")
      )
    ).toEqual([
      "systolic-pressure 109 mm[Hg] Practitioner/practitioner-1",
      "diastolic-pressure 44 mm[Hg] Practitioner/practitioner-1",
      "heart-rate 44 /min Practitioner/practitioner-1",
      "height 111.506 cm Practitioner/practitioner-1",
      "oxygen-saturation 99 % Practitioner/practitioner-1",
      "respiratory-rate 26 /min Practitioner/practitioner-1",
      "temperature 36.55556 Cel Practitioner/practitioner-1",
      "weight 20.09414 kg Practitioner/practitioner-1"
    ])
    expect(entries.flatMap(({ issues }) => issues.map((it) => it.expression.join()))).toEqual(
      [4, 7, 8, 9, 11, 12, 13].map((at) => `Bundle.entry[${at}].resource.effectiveDateTime`)
    )
  })

  it("what is exported equals the original, with both codes of a saturation", () => {
    const { entries, subjects } = read(bundle)
    const exported = FhirExport.bundle(recordsOf(first(subjects)))
    const originals = files
      .filter((_, index) => entries[index + 1]?.status === "imported")
      .map((file) => readJson(join(folder, file)) as FhirResource.Observation)
    expect(sorted(observationsOf(exported))).toEqual(sorted(originals))
    const saturation = observationsOf(exported).find((it) => it.code.text === "Oxygen saturation")
    expect(saturation?.code.coding?.map(({ code }) => code)).toEqual(["2708-6", "59408-5"])
  })
})
