/**
 * What a whole day of two leads costs: the full analysis against the beat detection of one lead.
 *
 *     node --conditions=@bedside/source packages/core/bench/analysis.ts
 *
 * The day is five minutes of record 208 at 250 Hz, over and over; the second lead is the first one
 * turned over, at two thirds of its height.
 */
import * as Analysis from "@bedside/core/Analysis"
import * as Beats from "@bedside/core/Beats"
import * as Recording from "@bedside/core/Recording"
import * as Wfdb from "@bedside/core/Wfdb"
import * as Result from "effect/Result"
import { readFileSync } from "node:fs"
import * as Rounds from "./rounds.ts"

const samplingRate = 250
const length = 24 * 3600 * samplingRate

const read = (name: string) =>
  readFileSync(new URL(`../../../examples/data/ecg208/${name}`, import.meta.url))
const record = Result.getOrThrow(
  Wfdb.decode({ header: read("ecg208.hea"), files: { "ecg208.dat": read("ecg208.dat") } })
)
const [channel] = record.channels
if (channel === undefined) throw new Error("The example record has a channel")
const { samples, baseline, gain } = channel

/** The sample at a time of the day, between its neighbours. */
const at = (time: number): number => {
  const place = (time * record.samplingRate) % (samples.length - 1)
  const before = Math.floor(place)
  const [left = 0, right = 0] = [samples[before], samples[before + 1]]
  return left + (right - left) * (place - before) - baseline
}

const first = Int16Array.from({ length }, (_, index) => Math.round(at(index / samplingRate)))
const second = first.map((sample) => Math.round((-sample * 2) / 3))
const recording: Recording.Recording = {
  id: "day",
  date: "2026-03-01",
  samplingRate,
  gain,
  leads: [
    { name: "II", samples: first },
    { name: "V1", samples: second }
  ]
}

const minute = first.subarray(0, 60 * samplingRate)
Analysis.analyse(Recording.slice(recording, 0, 60 * samplingRate))
Beats.detect(minute, { samplingRate, gain })

const times = Rounds.medians(
  {
    "beats of one lead": () => Beats.detect(first, { samplingRate, gain }),
    "full analysis of both": () => Analysis.analyse(recording)
  },
  { rounds: 3, warmUp: 0 }
)

Rounds.print(times)
console.log(
  `\nfull analysis: ${Rounds.ratio(times, "full analysis of both", "beats of one lead")} times the detection (asked: at most 60)`
)
const peak = process.resourceUsage().maxRSS / 1024
console.log(`peak memory: ${peak.toFixed(0)} MB (asked: under 1,000 MB)`)
