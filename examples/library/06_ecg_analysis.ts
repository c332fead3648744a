/**
 * Read a WFDB record, analyse it, follow its beats as they come in, and draw ten seconds of it.
 */
import * as Analysis from "@bedside/core/Analysis"
import * as Beats from "@bedside/core/Beats"
import * as Recording from "@bedside/core/Recording"
import * as Strip from "@bedside/core/Strip"
import * as Variability from "@bedside/core/Variability"
import * as Waveform from "@bedside/core/Waveform"
import * as Wfdb from "@bedside/core/Wfdb"
import * as Result from "effect/Result"
import { readFileSync } from "node:fs"

const read = (name: string) => readFileSync(new URL(`../data/ecg208/${name}`, import.meta.url))

const record = Result.getOrThrow(
  Wfdb.decode({ header: read("ecg208.hea"), files: { "ecg208.dat": read("ecg208.dat") } })
)
const recording = Result.getOrThrow(Waveform.recording(record, { id: "208", date: "2026-03-01" }))

const findings = Analysis.analyse(recording)
for (const name of ["heart-rate", "beats", "ventricular-beats", "nn-rmssd"]) {
  const { value = NaN, unit } =
    findings.find((it) => it.name === name && it.lead === undefined) ?? {}
  console.log(`${name.padEnd(18)} ${value.toFixed(1)} ${unit}`)
}

// The same beats, a quarter of a second at a time, as a monitor has them.
const detector = Beats.detector({ samplingRate: record.samplingRate, gain: recording.gain })
const beats = recording.leads.flatMap((lead) => {
  const found: Array<number> = []
  for (let at = 0; at < record.length; at += 90) {
    found.push(...detector.push(Recording.signal(lead).slice(at, at + 90)))
  }
  return [...found, ...detector.flush()]
})
const { rmssd } = Variability.timeDomain(
  Variability.intervals(beats, { samplingRate: record.samplingRate })
)
console.log(`${beats.length} beats as they came in, RMSSD of all ${rmssd.toFixed(1)} ms`)

const svg = Strip.svg(recording, findings, { from: 60, seconds: 10 })
console.log(`a strip of ${svg.match(/class="beat"/g)?.length} beats`)

// Prints:
// heart-rate         100.4 /min
// beats              502.0 {beats}
// ventricular-beats  87.0 {beats}
// nn-rmssd           289.2 ms
// 502 beats as they came in, RMSSD of all 305.4 ms
// a strip of 18 beats
