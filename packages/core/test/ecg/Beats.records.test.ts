import { expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { readdirSync } from "node:fs"
import { describeWithData } from "../../../../test/data.ts"
import * as Agreement from "../../src/ecg/Agreement.ts"
import * as Beats from "../../src/ecg/Beats.ts"
import * as Wfdb from "../../src/ecg/formats/Wfdb.ts"
import * as Records from "./records.ts"

const samplingRate = 360

const read = (folder: string, name: string) => {
  const annotations = Records.annotations(folder, name)
  const leads = Records.record(folder, name).channels.map(({ samples }) => samples)
  return {
    leads,
    beats: Result.getOrThrow(Beats.detect(leads[0]!, { samplingRate })),
    reference: annotations.filter(Wfdb.isBeat).map(({ sample }) => sample),
    flutter: Agreement.flutter(annotations)
  }
}

type Read = ReturnType<typeof read>

const compare = ({ reference, beats, flutter }: Read, window = 0.15): Agreement.Agreement =>
  Agreement.compare(reference, beats, { samplingRate, window, excluded: flutter })

/** F1 in % over all beats of some records, ventricular flutter left out. */
const f1 = (records: ReadonlyArray<Read>, window: number): number => {
  const parts = records.map((record) => compare(record, window))
  const found = parts.reduce((sum, { truePositives }) => sum + 2 * truePositives, 0)
  const wrong = parts.reduce((sum, part) => sum + part.falsePositives + part.falseNegatives, 0)
  return (100 * found) / (found + wrong)
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN

const tuned = ["101", "106", "109", "114", "116", "119", "201", "205", "208", "215", "223"]
const others = ["108", "112", "115", "118", "122", "124", "203", "207", "209", "220", "230"]

describeWithData("mitdb", "Beats on the MIT-BIH Arrhythmia Database, channel 0", (path) => {
  const readAll = (names: ReadonlyArray<string>) => names.map((name) => read(path, name))
  const development = readAll(tuned)
  const rest = readAll(others)
  const all = [...development, ...rest]

  it("finds the beats of the records that it was tuned on", () => {
    expect(f1(development, 0.15)).toBeGreaterThan(99.88)
    expect(f1(development, 0.075)).toBeGreaterThan(99.85)
  })

  it("finds the beats of the other records", () => {
    expect(f1(rest, 0.15)).toBeGreaterThan(99.77)
    expect(f1(rest, 0.075)).toBeGreaterThan(99.62)
  })

  it("finds the beats of all 22: F1 over 99.8 % within 150 ms and over 99.7 % within 75 ms", () => {
    expect(f1(all, 0.15)).toBeGreaterThan(99.83)
    expect(f1(all, 0.075)).toBeGreaterThan(99.74)
  })

  it("counts every beat of a pacemaker once", () => {
    expect(f1([read(path, "107")], 0.15)).toBeGreaterThan(99.85)
  })

  it("marks beats where annotators do: within 3 ms in the median, but for one record", () => {
    const errors = all.flatMap((record) => Array.from(compare(record).errors))
    expect(Math.abs(median(errors))).toBeLessThan(3)
    // The complexes of 114 have two deflections, and the marks of its annotators lie between them.
    const medians = all.map((record) => Math.abs(compare(record).medianError))
    expect(medians.filter((error) => error > 3)).toHaveLength(1)
  })

  it("finds no fewer beats in a lead that is upside down", () => {
    const upright = rest.map(({ beats }) => beats.length).reduce((sum, count) => sum + count)
    const inverted = rest.map(({ leads }) =>
      Result.getOrThrow(
        Beats.detect(
          leads[0]!.map((sample) => -sample),
          { samplingRate }
        )
      )
    )
    expect(inverted.reduce((sum, { length }) => sum + length, 0)).toBe(upright)
  })

  it("finds most beats that only one of two leads shows", () => {
    const { leads, reference, flutter } = read(path, "116")
    const beats = Result.getOrThrow(Beats.detect(leads, { samplingRate }))
    const both = compare({ leads, beats, reference, flutter })
    expect(both.falseNegatives).toBeLessThan(5)
  })
})

describeWithData("nstdb", "Beats on record 118 in electrode motion, channel 0", (path) => {
  it.each([
    { name: "118e24", floor: 99.9 },
    { name: "118e18", floor: 99.85 },
    { name: "118e12", floor: 99.7 },
    { name: "118e06", floor: 99.4 },
    { name: "118e00", floor: 91.5 },
    { name: "118e_6", floor: 79 }
  ])("finds the beats of $name: F1 over $floor %", ({ name, floor }) => {
    expect(f1([read(path, name)], 0.15)).toBeGreaterThan(floor)
  })
})

describeWithData("ludb", "Beats on twelve leads of 10 s, at 500 Hz", (path) => {
  const recordings = readdirSync(path)
    .filter((file) => file.endsWith(".hea"))
    .map((file) => {
      const name = file.replace(".hea", "")
      const annotations = Records.annotations(path, name, "ii")
      return {
        leads: Records.record(path, name).channels.map(({ samples }) => samples),
        reference: annotations.filter(Wfdb.isBeat).map(({ sample }) => sample)
      }
    })

  // Annotators left out what the ends cut off.
  const unlike = ({ leads, reference }: (typeof recordings)[number], chosen: Beats.Leads) => {
    expect(leads).toHaveLength(12)
    const beats = Result.getOrThrow(Beats.detect(chosen, { samplingRate: 500 }))
    const [first = NaN, last = NaN] = [reference[0], reference.at(-1)]
    const inside = beats.filter((beat) => beat > first - 75 && beat < last + 75)
    const { missed, extra } = Agreement.compare(reference, inside, { samplingRate: 500 })
    return missed.length + extra.length
  }

  it("finds every beat in lead II, and no other", () => {
    for (const recording of recordings) expect(unlike(recording, recording.leads[1]!)).toBe(0)
  })

  it("finds every beat in the twelve leads together, and no other", () => {
    for (const recording of recordings) expect(unlike(recording, recording.leads)).toBe(0)
  })
})
