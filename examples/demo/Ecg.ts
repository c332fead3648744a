/**
 * Scene 5: five minutes of a real ECG, and its metrics per lead.
 */
import * as Recording from "@bedside/core/Recording"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import * as Stage from "./Stage.ts"

const file = new URL("../data/ecg208/ecg208.dat", import.meta.url)
const baseline = 1024

/** Posts record 208 baseline-subtracted and reads the result per lead. */
export const show = Effect.fnUntraced(function* ({ clinician }: Stage.Stage) {
  yield* Stage.heading(
    "5. Five minutes of a real ECG: MIT-BIH record 208, lead MLII",
    "POST /api/v1/ecgs, GET /api/v1/ecgs/{id}"
  )
  const samples = Recording.fromBytes(readFileSync(file), 2)
  const signal = Recording.pack(Array.from(samples, (sample) => sample - baseline))
  const id = `ecg208-${Date.now()}`
  const header = { id, date: "2026-03-01", samplingRate: 360, gain: 200, baseline }
  const submit = clinician.ecgs.submit({
    payload: { ...header, leads: [{ name: "MLII", numberOfSamples: signal.length, signal }] }
  })
  yield* Stage.say(`${Stage.thousands(signal.length)} samples sent: ${(yield* submit).body.status}`)
  yield* Stage.say(`the same sent again: ${(yield* submit).body.status}`)
  const read = clinician.ecgs.find({ params: { id } }).pipe(
    Effect.filterOrFail(
      ({ body }) => body.status !== "queued",
      () => new Stage.NotYet({ what: "The analysis" })
    )
  )
  const { body } = yield* Stage.eventually(read)
  for (const { name, version, lead, value, parameters } of body.metrics) {
    const how = Object.values(parameters).join(", ")
    yield* Stage.say(`${body.status}: lead ${lead}: ${value} ${name} (${how}, version ${version})`)
  }
})
