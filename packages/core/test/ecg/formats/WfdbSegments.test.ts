import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Waveform from "../../../src/ecg/formats/Waveform.ts"
import * as Wfdb from "../../../src/ecg/formats/Wfdb.ts"
import * as Signal from "../../../src/ecg/Signal.ts"

const none = Signal.missing

const text = (...lines: ReadonlyArray<string>) => Buffer.from(lines.join("\n"))

type Files = Wfdb.Stored["files"]

const read = (header: ReadonlyArray<string>, files: Files) =>
  Wfdb.decode({ header: text(...header), files })

const samples = (header: ReadonlyArray<string>, files: Files) =>
  Result.getOrThrow(read(header, files)).channels.map((channel) => Array.from(channel.samples))

const refusal = (header: ReadonlyArray<string>, files: Files) =>
  read(header, files).pipe(
    Result.flip,
    Result.getOrThrow,
    ({ reason, where }) => `${reason}: ${where}`
  )

describe("Wfdb.decode on a record of segments of one layout", () => {
  const files = {
    "s1.hea": text("s1 2 100 2", "s1.dat 16 200 16 0 1 4 0 I", "s1.dat 16 200 16 0 2 6 0 II"),
    "s1.dat": Uint8Array.of(1, 0, 2, 0, 3, 0, 4, 0),
    "s2.hea": text("s2 2 100 1", "s2.dat 80 200 8 0 5 5 0 I", "s2.dat 80 200 8 0 6 6 0 II"),
    "s2.dat": Uint8Array.of(133, 134),
    "null.hea": text("null 2 100 1", "~ 0", "~ 0")
  }

  it("reads them one after the other, whatever their formats", () => {
    expect(samples(["m/2 2 100 3", "s1 2", "s2 1"], files)).toEqual([
      [1, 3, 5],
      [2, 4, 6]
    ])
  })

  it("reads a segment again wherever it is named again", () => {
    expect(samples(["m/3 2 100 5", "s1 2", "s2 1", "s1 2"], files)).toEqual([
      [1, 3, 5, 1, 3],
      [2, 4, 6, 2, 4]
    ])
  })

  it("misses what is in a gap, or in a segment without files", () => {
    expect(samples(["m/4 2 100 6", "null 1", "s2 1", "~ 2", "s1 2"], files)).toEqual([
      [none, 5, none, none, 1, 3],
      [none, 6, none, none, 2, 4]
    ])
  })

  it("takes names, gains and comments from the segments", () => {
    const commented = Buffer.concat([files["s1.hea"], text("", "# 69 M")])
    const record = Result.getOrThrow(
      read(["m/2 2 100 3 12:00:00 1/1/2000", "s1 2", "s2 1"], { ...files, "s1.hea": commented })
    )
    expect(record).toMatchObject({
      name: "m",
      length: 3,
      startedAt: "2000-01-01T12:00:00",
      comments: ["69 M"]
    })
    expect(record.channels.map(({ name, gain, unit }) => [name, gain, unit])).toEqual([
      ["I", 200, "mV"],
      ["II", 200, "mV"]
    ])
  })

  it("verifies the checksums of every segment", () => {
    const wrong = { ...files, "s2.dat": Uint8Array.of(133, 135) }
    expect(refusal(["m/2 2 100 3", "s1 2", "s2 1"], wrong)).toBe("checksum: s2.hea line 3")
  })

  it.each([
    { problem: "a length that is not the sum", header: ["m/1 2 100 3", "s1 2"] },
    { problem: "a number of signals that is another", header: ["m/1 3 100 2", "s1 2"] },
    { problem: "a sampling rate that is another", header: ["m/1 2 250 2", "s1 2"] },
    { problem: "a segment shorter than it says", header: ["m/1 2 100 3", "s1 3"] },
    { problem: "nothing but gaps", header: ["m/2 2 100 3", "~ 2", "~ 1"] },
    { problem: "an empty segment", header: ["m/2 2 100 2", "s1 2", "s2 0"] },
    { problem: "no segments", header: ["m/0 2 100 2"] },
    { problem: "segments without number", header: ["m/x 2 100 2", "s1 2"] }
  ])("refuses $problem", ({ header }) => {
    expect(refusal(header, files)).toMatch(/^malformed/)
  })

  it("refuses segments that are not given, or not listed", () => {
    expect(refusal(["m/1 2 100 2", "s3 2"], files)).toBe("missing-file: header line 2")
    expect(refusal(["m/2 2 100 4", "s1 2"], files)).toBe("truncated: header line 3")
  })

  it("refuses segments that have segments, so that none can hold itself", () => {
    const header = ["m/1 2 100 2", "m 2"]
    expect(refusal(header, { "m.hea": text(...header) })).toBe("malformed: m.hea")
  })

  it("refuses a segment whose signals are others", () => {
    const odd = { ...files, "s2.hea": text("s2 1 100 1", "s2.dat 80") }
    expect(refusal(["m/2 2 100 3", "s1 2", "s2 1"], odd)).toBe("malformed: segments")
    const fast = { ...files, "s2.hea": text("s2 2 100 1", "s2.dat 80", "s2.dat 80x2") }
    expect(refusal(["m/2 2 100 3", "s1 2", "s2 1"], fast)).toBe("malformed: s2.hea line 3")
  })
})

describe("Wfdb.decode on a record of segments of different layouts", () => {
  const files = {
    "layout.hea": text(
      "layout 3 100 0",
      "~ 0 100(0)/mV 0 0 0 0 0 II",
      "~ 0 100(0)/mV 0 0 0 0 0 V",
      "~ 0 1(0)/mmHg 0 0 0 0 0 ABP"
    ),
    "s1.hea": text("s1 2 100 2", "s1.dat 16 100/mV 16 0 1 4 0 V", "s1.dat 16 100/mV 16 0 2 6 0 II"),
    "s1.dat": Uint8Array.of(1, 0, 2, 0, 3, 0, 4, 0),
    "s2.hea": text("s2 1 100 1", "s2.dat 80 200(10)/mV 8 0 5 5 0 II"),
    "s2.dat": Uint8Array.of(133)
  }
  const header = ["m/4 3 100 4", "layout 0", "s1 2", "~ 1", "s2 1"]

  it("puts signals where their names are in the layout, missing where a segment has none", () => {
    const record = Result.getOrThrow(read(header, files))
    expect(record.channels.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
      "II mV",
      "V mV",
      "ABP mmHg"
    ])
    expect(Array.from(record.channels[1]?.samples ?? [])).toEqual([1, 3, none, none])
    expect(Array.from(record.channels[2]?.samples ?? [])).toEqual([none, none, none, none])
  })

  it("reads a signal whose gain changes at its highest gain, so that voltages stay what they were", () => {
    const record = Result.getOrThrow(read(header, files))
    expect(record.channels[0]).toMatchObject({ gain: 200, baseline: 10 })
    const physical = record.channels[0] === undefined ? [] : Waveform.physical(record.channels[0])
    expect(Array.from(physical)).toEqual([0.02, 0.04, NaN, -0.025])
  })

  it("refuses a signal that the layout does not have", () => {
    const odd = { ...files, "s2.hea": text("s2 1 100 1", "s2.dat 80 200 8 0 5 5 0 III") }
    expect(refusal(header, odd)).toBe("malformed: s2.hea line 2")
  })

  it("refuses a signal whose unit changes", () => {
    const odd = { ...files, "s2.hea": text("s2 1 100 1", "s2.dat 80 200/uV 8 0 5 5 0 II") }
    expect(refusal(header, odd)).toBe("malformed: s2.hea line 2")
  })

  it("tells signals of one name apart by their order", () => {
    const twice = {
      "layout.hea": text("layout 2 100 0", "~ 0 1 0 0 0 0 0 X", "~ 0 1 0 0 0 0 0 X"),
      "s.hea": text("s 2 100 1", "s.dat 80 1 8 0 1 1 0 X", "s.dat 80 1 8 0 2 2 0 X"),
      "s.dat": Uint8Array.of(129, 130)
    }
    expect(samples(["m/2 2 100 1", "layout 0", "s 1"], twice)).toEqual([[1], [2]])
  })
})
