import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Analysis from "../../src/ecg/Analysis.ts"
import * as Recording from "../../src/ecg/Recording.ts"

const recording = (leads: Record<string, ReadonlyArray<number>>): Recording.Recording => ({
  id: "10",
  date: "2026-03-01",
  leads: Object.entries(leads).map(([name, values]) => ({ name, samples: Recording.pack(values) }))
})

const crossings = (leads: Record<string, ReadonlyArray<number>>) =>
  Analysis.analyse(recording(leads)).map(({ lead, value }) => [lead, value])

describe("Analysis.analyse", () => {
  it("makes no metric of no lead", () => {
    expect(Analysis.analyse(recording({}))).toEqual([])
  })

  it("counts the zero crossings of each lead for itself, in the order of the leads", () => {
    expect(
      crossings({ V1: [1, -1, 1], I: [1, 1], II: [-1, 0, 1], aVR: [0, 0, 0], V6: [7] })
    ).toEqual([
      ["V1", 2],
      ["I", 0],
      ["II", 1],
      ["aVR", 0],
      ["V6", 0]
    ])
  })

  it("skips zeros: touching the line is no crossing", () => {
    expect(crossings({ a: [-1, 0, -1], b: [5, 0, 0, -3, 0, 2] })).toEqual([
      ["a", 0],
      ["b", 2]
    ])
  })

  it("says with each value by which name, version and definition it was made", () => {
    expect(Analysis.analyse(recording({ I: [1, -1, 1] }))).toEqual([
      {
        name: "zero-crossings",
        version: "1",
        parameters: { definition: "sign-change" },
        lead: "I",
        value: 2
      }
    ])
  })

  it("needs neither sampling rate nor gain, and the same samples give the same metrics", () => {
    const plain = recording({ I: [1, -1, 1] })
    const rich = { ...plain, samplingRate: 360, gain: 200, baseline: 1_024 }
    expect(Analysis.analyse(rich)).toEqual(Analysis.analyse(plain))
  })

  const Signals = Schema.Record(
    Schema.String,
    Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: -2_000, maximum: 2_000 })))
  )

  it.prop(
    "makes metrics that the schema accepts, one for each lead",
    { leads: Signals },
    ({ leads }) => {
      const metrics = Analysis.analyse(recording(leads))
      expect(metrics.map(({ lead }) => lead)).toEqual(Object.keys(leads))
      expect(metrics.every(Schema.is(Analysis.Metric))).toBe(true)
    }
  )
})
