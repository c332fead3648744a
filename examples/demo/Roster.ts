/**
 * Scene 1: a roster with two bad rows.
 */
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Csv from "./Csv.ts"
import * as Stage from "./Stage.ts"

const file = fileURLToPath(new URL("../data/patients.csv", import.meta.url))

/** Imports `patients.csv` and shows the outcome of every row. */
export const show = Effect.fnUntraced(function* ({ clinician }: Stage.Stage) {
  yield* Stage.heading("1. A roster, patients.csv", "POST /api/v1/patients/import")
  const rows = yield* Csv.read(file)
  const outcomes = yield* clinician.patients.importRoster({ payload: readFileSync(file, "utf8") })
  for (const { index, status, error } of outcomes) {
    const who = `${rows[index]?.["first_name"]} ${rows[index]?.["last_name"]}`
    yield* Stage.say(`row ${index + 1}  ${status.padEnd(9)} ${who}`)
    for (const { path, expected } of error?.errors ?? []) {
      yield* Stage.say(`       ${path}: ${expected}`)
    }
  }
})
