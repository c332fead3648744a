/**
 * Scene 2: the synthetic patients of Synthea with their vital signs, where the files are present.
 *
 * Synthea marks its names with digits, which no name has: they are left out. Of the observations those
 * are sent whose LOINC code is in the catalogue of vitals.
 */
import * as Vital from "@bedside/core/Vital"
import type * as Patient from "@bedside/core/Patient"
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Csv from "./Csv.ts"
import * as Progress from "./Progress.ts"
import * as Stage from "./Stage.ts"

type Record = Readonly<{ [column: string]: string | undefined }>

const name = (text: string | undefined) => (text ?? "").replaceAll(/\d+/g, "")

const newPatient = (record: Record): Patient.NewPatient => ({
  identifiers: [{ system: "urn:synthea", value: record["Id"] ?? "" }],
  givenName: name(record["FIRST"]),
  familyName: name(record["LAST"]),
  birthDate: record["BIRTHDATE"] ?? "",
  sex: record["GENDER"] === "F" ? "female" : "male"
})

const reading = (record: Record) => {
  const vital = Vital.fromLoinc(record["CODE"] ?? "")
  if (vital === undefined) return []
  return [
    {
      vital: vital.code,
      value: Number(record["VALUE"]),
      unit: record["UNITS"] ?? "",
      observedAt: record["DATE"] ?? "",
      source: "synthea"
    }
  ]
}

/** The id of a new patient, or why there is none. */
const admit = ({ clinician }: Stage.Stage, record: Record) =>
  clinician.patients.admit({ payload: newPatient(record) }).pipe(
    Effect.map(({ body }) => ({ id: body.id })),
    Effect.catchTag(["Conflict", "Unprocessable"], ({ title }) => Effect.succeed({ title }))
  )

const meanings: Record = {
  created: "on record now",
  corrected: "a second value for the same moment; the first one stays in its history",
  unchanged: "the same value for the same moment again",
  refused: "not a value of that vital"
}

const total = (counts: ReadonlyMap<string, number>) =>
  [...counts.values()].reduce((sum, count) => sum + count, 0)

const table = Effect.fnUntraced(function* (counts: ReadonlyMap<string, number>) {
  for (const [what, count] of counts) {
    const meaning = meanings[what]
    yield* Stage.say(
      `${Stage.thousands(count).padStart(7)} ${what}${meaning === undefined ? "" : `: ${meaning}`}`
    )
  }
})

/** Imports patients and observations, and counts what became of each. */
export const show = Effect.fnUntraced(function* (stage: Stage.Stage, dataFolder: string) {
  const folder = join(dataFolder, "synthea_csv")
  yield* Stage.heading(
    "2. The patients of Synthea and their observations",
    "POST /api/v1/patients, POST /api/v1/patients/{id}/measurements"
  )
  if (!existsSync(folder)) {
    yield* Stage.say(`Left out: no ${folder}. BEDSIDE_TEST_DATA names the folder it is in.`)
    return
  }
  const records = yield* Csv.read(join(folder, "patients.csv"))
  const observations = yield* Csv.read(join(folder, "observations.csv"))
  const byPatient = Map.groupBy(observations, (record) => record["PATIENT"] ?? "")
  const patients = new Map<string, number>()
  const measurements = new Map<string, number>()
  for (const [index, record] of records.entries()) {
    const admitted = yield* admit(stage, record)
    const what = "id" in admitted ? "created" : admitted.title
    patients.set(what, (patients.get(what) ?? 0) + 1)
    if ("id" in admitted) {
      const payload = (byPatient.get(record["Id"] ?? "") ?? []).flatMap(reading)
      for (const { status } of yield* Stage.record(stage, admitted.id, payload)) {
        measurements.set(status, (measurements.get(status) ?? 0) + 1)
      }
    }
    yield* Progress.show(index + 1, records.length)
  }
  yield* Stage.say(`${Stage.thousands(records.length)} patients`)
  yield* table(patients)
  yield* Stage.say(
    `${Stage.thousands(observations.length)} observations, ` +
      `${Stage.thousands(total(measurements))} of them vital signs of the catalogue`
  )
  yield* table(measurements)
})
