import { expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { describeWithData } from "../../../../test/data.ts"
import * as Classes from "../../src/ecg/Classes.ts"
import * as Wfdb from "../../src/ecg/formats/Wfdb.ts"
import * as Waveform from "../../src/ecg/formats/Waveform.ts"
import * as Rhythm from "../../src/ecg/Rhythm.ts"
import * as Records from "./records.ts"

const samplingRate = 360

/** Seconds of atrial fibrillation: found, missed, and found where the reference has another rhythm. */
interface Seconds {
  readonly found: number
  readonly missed: number
  readonly false: number
}

// Atrial flutter is left out: with irregular conduction it cannot be told from fibrillation by beats.
const isFlutter = (note: string) => note === "(AFL"
const isFibrillation = (note: string) => note === "(AFIB"

const secondsOf = (
  rhythms: ReadonlyArray<Wfdb.Annotation>,
  episodes: ReadonlyArray<Rhythm.Episode>,
  length: number
): Seconds => {
  const seconds = { found: 0, missed: 0, false: 0 }
  for (let sample = 0; sample < length; sample += samplingRate) {
    const note = rhythms.findLast((it) => it.sample <= sample)?.note ?? ""
    const isFound = episodes.some(({ start, end }) => start <= sample && sample < end)
    if (isFlutter(note)) continue
    if (isFibrillation(note)) seconds[isFound ? "found" : "missed"] += 1
    else if (isFound) seconds.false += 1
  }
  return seconds
}

const fibrillationOf = (folder: string, name: string): Seconds => {
  const signal = Waveform.physical(Records.record(folder, name).channels[0]!)
  const annotations = Records.annotations(folder, name)
  const beats = Int32Array.from(annotations.filter(Wfdb.isBeat), ({ sample }) => sample)
  const { classes } = Result.getOrThrow(Classes.classify(signal, { samplingRate, beats }))
  const episodes = Rhythm.episodes(beats, { samplingRate, classes })
  return secondsOf(
    annotations.filter(({ symbol, note }) => symbol === "+" && note.startsWith("(")),
    episodes.filter(({ kind }) => kind === "atrial-fibrillation"),
    signal.length
  )
}

describeWithData("mitdb", "Rhythm on the MIT-BIH Arrhythmia Database", (folder) => {
  it.each([
    { record: "201", sensitivity: 0.93, positivePredictivity: 0.9 },
    { record: "203", sensitivity: 0.99, positivePredictivity: 0.97 }
  ])("finds the atrial fibrillation of record $record", (expected) => {
    const seconds = fibrillationOf(folder, expected.record)
    const sensitivity = seconds.found / (seconds.found + seconds.missed)
    const positivePredictivity = seconds.found / (seconds.found + seconds.false)
    expect(sensitivity).toBeGreaterThan(expected.sensitivity)
    expect(positivePredictivity).toBeGreaterThan(expected.positivePredictivity)
  })

  // Frequent ectopic beats, bigeminy, sinus arrhythmia, runs, and changes of conduction.
  it.each([
    "106",
    "108",
    "114",
    "115",
    "118",
    "119",
    "124",
    "205",
    "207",
    "208",
    "209",
    "215",
    "220"
  ])("finds no atrial fibrillation in record %s, which has none", (record) => {
    expect(fibrillationOf(folder, record)).toEqual({ found: 0, missed: 0, false: 0 })
  })
})
