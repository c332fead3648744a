import { assert, describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { fileURLToPath } from "node:url"
import * as Analysis from "../../src/ecg/Analysis.ts"
import * as Metric from "../../src/ecg/Metric.ts"
import * as Recording from "../../src/ecg/Recording.ts"
import * as Records from "./records.ts"
import * as Signal from "../../src/ecg/Signal.ts"

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

  it("makes what needs no time alike with and without a sampling rate", () => {
    const plain = recording({ I: [1, -1, 1] })
    const rich = { ...plain, samplingRate: 360, gain: 200, baseline: 1_024 }
    expect(Analysis.analyse(rich)[0]).toEqual(Analysis.analyse(plain)[0])
    expect(Analysis.analyse(plain)).toHaveLength(1)
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
      expect(metrics.every(Schema.is(Metric.Metric))).toBe(true)
    }
  )
})

const excerpt = Records.record(
  fileURLToPath(new URL("../../../../examples/data/ecg208", import.meta.url)),
  "ecg208"
)

/** Five minutes of MIT-BIH record 208, lead MLII, beside leads of the given samples. */
const withExcerpt = (others: Record<string, Recording.Samples> = {}): Recording.Recording => {
  const channel = excerpt.channels[0]
  assert(channel !== undefined)
  const samples = Int16Array.from(channel.samples, (sample) => sample - channel.baseline)
  return {
    id: "208",
    date: "2026-03-01",
    samplingRate: excerpt.samplingRate,
    gain: channel.gain,
    leads: [
      { name: "MLII", samples },
      ...Object.entries(others).map(([name, own]) => ({ name, samples: own }))
    ]
  }
}

const finding = (findings: ReadonlyArray<Metric.Finding>, name: string, lead?: string) => {
  const found = findings.find((it) => it.name === name && it.lead === lead)
  assert(found !== undefined, name)
  return found
}

const { length } = withExcerpt().leads[0]?.samples ?? []
let state = 1
const noise = Int16Array.from({ length }, () => {
  state = (state * 48_271) % 2_147_483_647
  return (state % 401) - 200
})

describe("Analysis.analyse of five minutes of a real ECG", () => {
  const findings = Analysis.analyse(withExcerpt())

  it("finds the beats, their classes and their waves", () => {
    const value = (name: string, lead?: string) => finding(findings, name, lead).value
    expect(value("zero-crossings", "MLII")).toBe(1990)
    expect(value("beats")).toBe(value("beats", "MLII"))
    expect(value("beats")).toBeGreaterThan(480)
    expect(value("beats")).toBeLessThan(540)
    expect(value("ventricular-beats")).toBeGreaterThan(50)
    expect(value("quality", "MLII")).toBeGreaterThan(0.9)
    expect(value("qrs-duration", "MLII")).toBeGreaterThan(60)
    expect(value("qrs-duration", "MLII")).toBeLessThan(140)
    expect(value("qt-interval", "MLII")).toBeGreaterThan(280)
    expect(value("nn-intervals")).toBeLessThan(value("rr-intervals") ?? 0)
  })

  it("makes metrics that the schema accepts, no two of one name, version and lead", () => {
    const metrics = findings.map(Metric.ofFinding)
    expect(metrics.filter((metric) => !Schema.is(Metric.Metric)(metric))).toEqual([])
    const keys = metrics.map(({ name, version, lead }) => `${name} ${version} ${lead}`)
    expect(new Set(keys).size).toBe(keys.length)
    expect(metrics.every((it) => (it.value === undefined) !== (it.error === undefined))).toBe(true)
  })

  it("says where it saw what it counts", () => {
    expect(finding(findings, "beats").marks).toHaveLength(finding(findings, "beats").value ?? 0)
    expect(finding(findings, "qrs-duration", "MLII").marks?.[0]).toMatchObject({ kind: "qrs" })
  })

  it("knows no voltage without a gain", () => {
    const { gain: _, ...plain } = withExcerpt()
    const names = Analysis.analyse(plain).map(({ name }) => name)
    expect(names).not.toContain("st-level")
    expect(findings.map(({ name }) => name)).toContain("st-level")
  })

  it("has, lead by lead, what it can, though others are missing, flat, noise or shorter", () => {
    const all = Analysis.analyse(
      withExcerpt({
        missing: new Int32Array(length).fill(Signal.missing),
        flat: new Int16Array(length),
        noise,
        short: Int16Array.of(1, 2, 3)
      })
    )
    expect(finding(all, "heart-rate", "MLII")).toEqual(finding(findings, "heart-rate", "MLII"))
    expect(finding(all, "beats")).toEqual(finding(findings, "beats"))
    expect(finding(all, "heart-rate", "missing").error).toBe("no-finite-sample")
    expect(finding(all, "heart-rate", "flat").error).toBe("unusable: flat-line")
    expect(finding(all, "heart-rate", "noise").error).toMatch(/^unusable: .*noise/)
    expect(finding(all, "qt-interval", "short").error).toMatch(/^unusable: /)
    expect(finding(all, "zero-crossings", "short").value).toBe(0)
  })

  it("says of a recording without a readable lead that it has none", () => {
    const all = Analysis.analyse({
      ...withExcerpt(),
      leads: [{ name: "I", samples: new Int16Array(3_600) }]
    })
    expect(finding(all, "heart-rate").error).toBe("no readable lead")
    expect(finding(all, "quality", "I")).toMatchObject({
      value: 0,
      episodes: [{ kind: "flat-line", start: 0, end: 3_600, evidence: {} }]
    })
  })

  it("refuses a sampling rate at which no beat is read, and still counts crossings", () => {
    const all = Analysis.analyse({ ...withExcerpt(), samplingRate: 50 })
    expect(finding(all, "heart-rate", "MLII").error).toBe("sampling-rate")
    expect(finding(all, "zero-crossings", "MLII").value).toBe(1990)
  })

  it("is of this edition: another method or version makes another one", () => {
    const methods = findings.map(({ name, version }) => `${name} ${version}`)
    expect([Analysis.edition, methods]).toMatchSnapshot()
  })
})

describe("Analysis.marks", () => {
  it("are those of the whole recording that lie in a stretch", () => {
    const recording = withExcerpt()
    const beats = (marks: ReadonlyArray<Metric.Mark> = []) =>
      marks.flatMap(({ kind, onset }) =>
        kind === "beat" && onset >= 36_000 && onset < 39_600 ? [onset] : []
      )
    const whole = beats(finding(Analysis.analyse(recording), "beats").marks)
    const stretch = Analysis.marks(recording, 36_000, 39_600)
    expect(whole.length).toBeGreaterThan(10)
    expect(beats(stretch)).toEqual(whole)
    expect(stretch.every((mark) => mark.offset >= 36_000 && mark.onset < 39_600)).toBe(true)
  })

  it("are none beyond the ends, and none without a sampling rate", () => {
    expect(Analysis.marks(withExcerpt(), 1e9, 2e9)).toEqual([])
    expect(Analysis.marks(recording({ I: [1, -1, 1] }), 0, 3)).toEqual([])
  })
})
