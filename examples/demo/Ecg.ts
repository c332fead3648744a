/**
 * Scene 5: five minutes of a real ECG, and its metrics per lead.
 */
import * as Recording from "@bedside/core/Recording"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import * as Stage from "./Stage.ts"

const file = new URL("../data/ecg208/ecg208.dat", import.meta.url)
const baseline = 1024

/** A few of the metrics, of the lead and of the whole recording. */
const told = {
  lead: ["zero-crossings", "qrs-duration", "qtc-fridericia"],
  recording: ["heart-rate", "beats", "ventricular-beats", "nn-rmssd"]
}

/** Posts record 208 baseline-subtracted and reads the result per lead. */
export const show = Effect.fnUntraced(function* ({ clinician }: Stage.Stage) {
  yield* Stage.heading(
    "5. Five minutes of a real ECG: MIT-BIH record 208, lead MLII",
    "POST /api/v1/ecgs, GET /api/v1/ecgs/{id}, GET /api/v1/ecgs/{id}/strip"
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
  yield* Stage.say(`${body.status}: ${body.metrics.length} metrics, among them`)
  for (const { name, version, lead, value = NaN, unit = "crossings" } of body.metrics) {
    if (!told[lead === undefined ? "recording" : "lead"].includes(name)) continue
    const rounded = Math.round(value * 10) / 10
    yield* Stage.say(
      `  ${(lead ?? "").padEnd(4)}  ${name.padEnd(17)}  ${rounded} ${unit} (version ${version})`
    )
  }
  const strip = yield* clinician.ecgs.strip({ params: { id }, query: { from: 60, seconds: 10 } })
  yield* Stage.say(`ten seconds of it to look at: ${Stage.thousands(strip.length)} bytes of SVG`)
})
