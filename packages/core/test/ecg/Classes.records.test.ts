import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describeWithData } from "../../../../test/data.ts"
import * as Agreement from "../../src/ecg/Agreement.ts"
import * as Beats from "../../src/ecg/Beats.ts"
import * as Classes from "../../src/ecg/Classes.ts"
import * as Wfdb from "../../src/ecg/formats/Wfdb.ts"
import * as Waveform from "../../src/ecg/formats/Waveform.ts"
import * as Records from "./records.ts"

// The thresholds were chosen on the first half.
const halves = {
  development: "101 106 109 114 116 119 201 205 208 215 223".split(" "),
  other: "108 112 115 118 122 124 203 207 209 220 230".split(" ")
}

const mnemonics = {
  normal: "N",
  ventricular: "V",
  supraventricular: "S",
  paced: "Q",
  unclassified: "Q"
} as const

// As in de Chazal et al. 2004, escape beats count as normal.
const referenceOf = ({ sample, symbol }: Wfdb.Annotation): Agreement.ClassifiedBeat => ({
  sample,
  class: "ej".includes(symbol) ? "N" : (Agreement.classOf(symbol) ?? "Q")
})

interface Counts {
  readonly truePositives: number
  readonly falsePositives: number
  readonly falseNegatives: number
}

const pooled = (all: ReadonlyArray<Counts>) => {
  const sum = (of: (counts: Counts) => number) =>
    all.reduce((total, counts) => total + of(counts), 0)
  const right = sum((it) => it.truePositives)
  return {
    sensitivity: (100 * right) / (right + sum((it) => it.falseNegatives)),
    positivePredictivity: (100 * right) / (right + sum((it) => it.falsePositives))
  }
}

const classified = (
  folder: string,
  name: string,
  beatsOf: (signal: Float64Array, annotated: Int32Array) => Int32Array,
  samplingRate = 360
) => {
  const signal = Waveform.physical(Records.record(folder, name).channels[0]!)
  const annotations = Records.annotations(folder, name)
  const reference = annotations.filter(Wfdb.isBeat).map(referenceOf)
  const beats = beatsOf(
    signal,
    Int32Array.from(reference, ({ sample }) => sample)
  )
  const { classes } = Result.getOrThrow(Classes.classify(signal, { samplingRate, beats }))
  const test = classes.map((kind, index) => ({ sample: beats[index]!, class: mnemonics[kind] }))
  const excluded = Agreement.flutter(annotations)
  return Agreement.confusion(reference, test, { samplingRate, excluded })
}

describeWithData("mitdb", "Classes on the MIT-BIH Arrhythmia Database", (folder) => {
  const annotated = (_: Float64Array, beats: Int32Array) => beats

  describe.each([
    { half: "development" as const, ventricular: [96, 96], supraventricular: [40, 45] },
    { half: "other" as const, ventricular: [91, 92], supraventricular: [65, 88] }
  ])("on the annotated beats of the $half half", ({ half, ventricular, supraventricular }) => {
    const confusions = halves[half].map((name) => classified(folder, name, annotated))

    it("finds the ventricular beats", () => {
      const figures = pooled(confusions.map((it) => it.ventricular))
      expect(figures.sensitivity).toBeGreaterThan(ventricular[0]!)
      expect(figures.positivePredictivity).toBeGreaterThan(ventricular[1]!)
    })

    it("finds supraventricular beats", () => {
      const figures = pooled(confusions.map((it) => it.supraventricular))
      expect(figures.sensitivity).toBeGreaterThan(supraventricular[0]!)
      expect(figures.positivePredictivity).toBeGreaterThan(supraventricular[1]!)
    })
  })

  it.each([
    { half: "development" as const, sensitivity: 94, positivePredictivity: 95 },
    { half: "other" as const, sensitivity: 80, positivePredictivity: 92 }
  ])("finds the ventricular beats among the detected ones of the $half half", (expected) => {
    const detected = (signal: Float64Array) =>
      Result.getOrThrow(Beats.detect(signal, { samplingRate: 360 }))
    const confusions = halves[expected.half].map((name) => classified(folder, name, detected))
    const figures = pooled(confusions.map((it) => it.ventricular))
    expect(figures.sensitivity).toBeGreaterThan(expected.sensitivity)
    expect(figures.positivePredictivity).toBeGreaterThan(expected.positivePredictivity)
  })

  it("finds no ectopic beat in a bundle branch block that has next to none", () => {
    const { counts } = classified(folder, "109", annotated)
    expect(counts.N.V + counts.N.S).toBe(0)
  })
})

describeWithData("nstdb", "Classes on the MIT-BIH Noise Stress Test Database", (folder) => {
  it("does not take noise for ventricular beats", () => {
    const falsePositives = ["118e24", "118e18", "118e12", "118e06"].map(
      (name) => classified(folder, name, (_, beats) => beats).ventricular.falsePositives
    )
    expect(falsePositives[0]).toBe(0)
    expect(falsePositives[1]).toBe(0)
    expect(Math.max(...falsePositives)).toBeLessThan(10)
  })
})

describeWithData("ludb", "Classes on the Lobachevsky University Database", (folder) => {
  it("finds a pacemaker in the seven records that have one, and in no other", () => {
    const samplingRate = 500
    const headers = readdirSync(folder).filter((file) => file.endsWith(".hea"))
    const names = headers.map((file) => file.slice(0, -".hea".length))
    const isPaced = (name: string) =>
      readFileSync(join(folder, `${name}.hea`), "latin1").includes("ventricular pacing")
    const looksPaced = (name: string) => {
      const leads = Records.record(folder, name).channels.map(Waveform.physical)
      const beats = Result.getOrThrow(Beats.detect(leads, { samplingRate }))
      return Result.getOrThrow(Classes.classify(leads, { samplingRate, beats })).counts.paced > 0
    }
    const paced = names.filter(isPaced)
    expect(paced).toHaveLength(7)
    expect(names.filter(looksPaced)).toEqual(paced)
  })
})
