import { expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { describeWithData } from "../../../../test/data.ts"
import * as Beats from "../../src/ecg/Beats.ts"
import * as Waves from "../../src/ecg/Waves.ts"
import * as Ludb from "./ludb.ts"
import * as Records from "./records.ts"

type BeatsOf = (lead: Ludb.Lead) => ArrayLike<number>

const marked: BeatsOf = ({ waves }) => waves.qrs.map(({ peak }) => peak)

const ours: BeatsOf = ({ samples, samplingRate }) =>
  Result.getOrThrow(Beats.detect(samples, { samplingRate }))

describeWithData("ludb", "Waves on LUDB, every lead of every record", (folder) => {
  const leadsOf = (remainder: 0 | 1) =>
    Ludb.numbers(folder, remainder).flatMap((number) => Ludb.record(folder, number))

  const rows = (remainder: 0 | 1, beats: BeatsOf): ReadonlyArray<Ludb.Row> =>
    Ludb.agreement(leadsOf(remainder), (lead) => {
      const { samples, samplingRate } = lead
      return Result.getOrThrow(Waves.delineate(samples, { samplingRate, beats: beats(lead) }))
    })

  // Floors, which may only rise: sensitivity and positive predictivity in %, the largest mean error
  // and the largest standard deviation in ms.
  const halves = [
    {
      title: "odd-numbered records, on which it was tuned",
      remainder: 1 as const,
      floors: {
        p: { sensitivity: 98.8, positivePredictivity: 97.9, mean: 1, std: 13.4 },
        qrs: { sensitivity: 99.99, positivePredictivity: 99.99, mean: 1, std: 11.2 },
        t: { sensitivity: 99.6, positivePredictivity: 99.7, mean: 1.5, std: 26 }
      }
    },
    {
      title: "even-numbered records, on which it was not tuned",
      remainder: 0 as const,
      floors: {
        p: { sensitivity: 97.6, positivePredictivity: 97.8, mean: 2, std: 20 },
        qrs: { sensitivity: 99.99, positivePredictivity: 99.99, mean: 2, std: 11.4 },
        t: { sensitivity: 98, positivePredictivity: 98.5, mean: 3.5, std: 27.5 }
      }
    }
  ]

  it.each(halves)("meets the floors on the $title", ({ remainder, floors }) => {
    for (const row of rows(remainder, marked)) {
      const floor = floors[row.wave]
      expect(row.sensitivity).toBeGreaterThan(floor.sensitivity)
      expect(row.positivePredictivity).toBeGreaterThan(floor.positivePredictivity)
      expect(Math.abs(row.mean)).toBeLessThan(floor.mean)
      expect(row.std).toBeLessThan(floor.std)
    }
  })

  it.each(halves)("finds 95 % with our own beats, on the $title", ({ remainder }) => {
    for (const row of rows(remainder, ours)) {
      expect(row.sensitivity).toBeGreaterThan(95)
      expect(row.positivePredictivity).toBeGreaterThan(95)
    }
  })
})

describeWithData("mitdb", "Waves on half an hour", (folder) => {
  const shareOfP = (name: string): number => {
    const { samples, samplingRate } = Records.record(folder, name).channels[0]!
    const beats = Result.getOrThrow(Beats.detect(samples, { samplingRate }))
    const waves = Result.getOrThrow(Waves.delineate(samples, { samplingRate, beats }))
    return waves.filter(({ p }) => p).length / waves.length
  }

  it("finds P waves in sinus rhythm and none in atrial fibrillation", () => {
    expect(shareOfP("101")).toBeGreaterThan(0.98)
    expect(shareOfP("115")).toBeGreaterThan(0.98)
    expect(shareOfP("203")).toBeLessThan(0.02)
  })
})
