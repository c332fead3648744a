import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describeWithData } from "../../../../../test/data.ts"
import * as Wfdb from "../../../src/ecg/formats/Wfdb.ts"
import * as Signal from "../../../src/ecg/Signal.ts"

const none = Signal.missing

type Files = Wfdb.Stored["files"]

const read = (lines: ReadonlyArray<string>, files: Files = {}): Wfdb.Record =>
  Result.getOrThrow(Wfdb.decode({ header: lines.join("\n"), files }))

const refusal = (lines: ReadonlyArray<string>, files: Files = {}) =>
  Wfdb.decode({ header: lines.join("\n"), files }).pipe(
    Result.flip,
    Result.getOrThrow,
    ({ reason, where }) => `${reason}: ${where}`
  )

const samples = (record: Wfdb.Record): ReadonlyArray<ReadonlyArray<number>> =>
  record.channels.map((channel) => Array.from(channel.samples))

// The samples of one signal, written in a format by hand.
const signal = (format: string, bytes: ReadonlyArray<number>, count: number) =>
  samples(read([`a 1 100 ${count}`, `a.dat ${format}`], { "a.dat": Uint8Array.from(bytes) }))[0]

describe("Wfdb.decode reads samples in format", () => {
  it("8: differences, from the initial value on", () => {
    const files = { "a.dat": Uint8Array.of(0, 1, 0xff, 0x80, 0x7f) }
    const record = read(["a 1 100 5", "a.dat 8 200 10 0 500"], files)
    expect(samples(record)).toEqual([[500, 501, 500, 372, 499]])
  })

  it("16: low byte first", () => {
    expect(signal("16", [1, 0, 0xff, 0xff, 0, 1, 0, 0x80], 4)).toEqual([1, -1, 256, none])
  })

  it("24: low byte first", () => {
    const bytes = [1, 0, 0, 0xff, 0xff, 0xff, 0, 0, 1, 0, 0, 0x80]
    expect(signal("24", bytes, 4)).toEqual([1, -1, 65_536, none])
  })

  it("32: low byte first", () => {
    const bytes = [1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 0x80]
    expect(signal("32", bytes, 4)).toEqual([1, -1, 16_777_216, none])
  })

  it("61: high byte first", () => {
    expect(signal("61", [0, 1, 0xff, 0xff, 1, 0, 0x80, 0], 4)).toEqual([1, -1, 256, none])
  })

  it("80: 128 above the sample", () => {
    expect(signal("80", [129, 127, 255, 0], 4)).toEqual([1, -1, 127, none])
  })

  it("160: 32,768 above the sample", () => {
    expect(signal("160", [1, 0x80, 0xff, 0x7f, 0, 0x81, 0, 0], 4)).toEqual([1, -1, 256, none])
  })

  it("212: the high bits of two samples in one byte, those of the first below", () => {
    expect(signal("212", [0x01, 0xf0, 0xff, 0xff, 0x87, 0x00], 4)).toEqual([1, -1, 2047, none])
    expect(signal("212", [0x01, 0xf0, 0xff, 0xfe, 0x0f], 3)).toEqual([1, -1, -2])
  })

  it("310: the third of three samples in the high bits of two words", () => {
    // 1 << 1 | 2 << 11, then -1 in ten bits << 1 | 1 << 11: the third is 2 + 1 * 32.
    expect(signal("310", [0x02, 0x10, 0xfe, 0x0f], 3)).toEqual([1, -1, 34])
    expect(signal("310", [0x02, 0x10, 0xfe, 0x0f, 0x00, 0x04], 4)).toEqual([1, -1, 34, none])
  })

  it("311: three samples in the low thirty bits of one word", () => {
    // 1 | 1023 << 10 | 34 << 20
    expect(signal("311", [0x01, 0xfc, 0x2f, 0x02], 3)).toEqual([1, -1, 34])
    expect(signal("311", [0x01, 0xfc, 0x2f, 0x02, 0x00, 0x02], 4)).toEqual([1, -1, 34, none])
  })
})

describe("Wfdb.decode", () => {
  const two = { "a.dat": Uint8Array.of(1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0) }

  it("reads what a header says of a record", () => {
    const header = [
      "# before the record line",
      "100s 1 360/60(-12.5) 3 9:05:01.250 4/3/1989",
      "",
      "a.dat 16 1.052e+02(-7)/uV 12 1024 1 6 0  lead  II ",
      "  # 69 M"
    ]
    const { channels, ...rest } = read(header, { "a.dat": Uint8Array.of(1, 0, 2, 0, 3, 0) })
    expect(rest).toEqual({
      name: "100s",
      samplingRate: 360,
      length: 3,
      comments: ["before the record line", "69 M"],
      startedAt: "1989-03-04T09:05:01.250",
      counterFrequency: 60,
      baseCounter: -12.5
    })
    expect(channels).toEqual([
      {
        name: "lead  II",
        unit: "uV",
        samplingRate: 360,
        gain: 105.2,
        baseline: -7,
        samples: Int32Array.of(1, 2, 3)
      }
    ])
  })

  it("takes the defaults of the format for what a header leaves out", () => {
    const record = read(["a 1", "a.dat 16"], two)
    expect(record).toMatchObject({ samplingRate: 250, length: 6, comments: [] })
    expect(record).not.toHaveProperty("startedAt")
    expect(record.channels[0]).toMatchObject({ name: "record a, signal 0", unit: "mV", gain: 200 })
    expect(read(["a 1 250 0", "a.dat 16 0 12 77"], two).channels[0]).toMatchObject({
      gain: 200,
      baseline: 77
    })
  })

  it("has no start where the header has a time and no date", () => {
    expect(read(["a 1 250 6 12:00:00", "a.dat 16"], two)).not.toHaveProperty("startedAt")
  })

  it("reads headers whatever ends their lines, UTF-8 or not", () => {
    const lines = ["a 1 100 6", "a.dat 16 1/\u00b0C 0 0 0 21 0 \u00e9", "# \u00fc"]
    for (const end of ["\n", "\r\n", "\r"]) {
      for (const encoding of ["utf8", "latin1"] as const) {
        const header = Buffer.from(lines.join(end), encoding)
        const record = Result.getOrThrow(Wfdb.decode({ header, files: two }))
        expect(record.comments).toEqual(["\u00fc"])
        expect(record.channels[0]).toMatchObject({ name: "\u00e9", unit: "\u00b0C" })
      }
    }
  })

  it("takes turns between the signals of a file, by frames", () => {
    const record = read(["a 2 100 2", "a.dat 16", "a.dat 16x2"], two)
    expect(samples(record)).toEqual([
      [1, 4],
      [2, 3, 5, 6]
    ])
    expect(record.channels.map(({ samplingRate }) => samplingRate)).toEqual([100, 200])
  })

  it("reads signals from several files, each with a format and an offset of its own", () => {
    const files = { ...two, "b.mat": Uint8Array.of(9, 9, 9, 127, 129) }
    const lines = ["a 3 100 2", "b.mat 80+3", "a.dat 16+2", "a.dat 16+2"]
    expect(samples(read(lines, files))).toEqual([
      [-1, 1],
      [2, 4],
      [3, 5]
    ])
  })

  it("aligns skewed signals, and misses the samples that are not in the file", () => {
    expect(samples(read(["a 2 100", "a.dat 16", "a.dat 16:1"], two))).toEqual([
      [1, 3, 5],
      [4, 6, none]
    ])
    expect(samples(read(["a 2 100 2", "a.dat 16:9", "a.dat 16:1"], two))).toEqual([
      [none, none],
      [4, 6]
    ])
  })

  it("takes the checksum of the samples before the skew is undone", () => {
    const lines = ["a 2 100 2", "a.dat 16 200 16 0 1 4 0 x", "a.dat 16:1 200 16 0 2 6 0 y"]
    expect(samples(read(lines, two))).toEqual([
      [1, 3],
      [4, 6]
    ])
  })

  it("compares checksums modulo 65,536, where the length is declared", () => {
    const lines = (length: number, sum: number) => [`a 1 100 ${length}`, `a.dat 16 1 16 0 1 ${sum}`]
    for (const sum of [21, 21 - 65_536, 21 + 65_536])
      expect(read(lines(6, sum), two).length).toBe(6)
    expect(refusal(lines(6, 22), two)).toBe("checksum: header line 2")
    expect(read(lines(0, 22), two).length).toBe(6)
    const header = lines(6, 22).join("\n")
    const asIs = Wfdb.decode({ header, files: two }, { checksum: false })
    expect(samples(Result.getOrThrow(asIs))).toEqual([[1, 2, 3, 4, 5, 6]])
  })

  it("misses every sample of a signal without a file", () => {
    expect(samples(read(["a 2 100 2", "~ 0", "a.dat 16"], two))).toEqual([
      [none, none],
      [1, 2]
    ])
  })

  it("lets a signal without samples name the file of another", () => {
    expect(samples(read(["a 2 100 2", "a.dat 0", "a.dat 16"], two))).toEqual([
      [none, none],
      [1, 2]
    ])
    expect(samples(read(["a 2 100 1", "~ 16", "a.dat 16"], two))).toEqual([[none], [1]])
  })

  it("reads a file from its beginning where its signals do not follow each other", () => {
    const files = { ...two, "b.dat": Uint8Array.of(129, 130) }
    const record = read(["a 3 100 2", "a.dat 16", "b.dat 80", "a.dat 16"], files)
    expect(samples(record)).toEqual([
      [1, 2],
      [1, 2],
      [1, 2]
    ])
  })

  it("reads a record without signals", () => {
    expect(read(["a 0 360 650000"])).toMatchObject({ channels: [], length: 650_000 })
    expect(read(["a 0"])).toMatchObject({ channels: [], length: 0 })
  })

  it("leaves lines beyond those of the signals alone", () => {
    expect(samples(read(["a 1 100 1", "a.dat 16", "b.dat 99"], two))).toEqual([[1]])
  })
})

const folderFiles = (folder: string, name: string): Files =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((file) => file.startsWith(`${name}.`))
      .map((file) => [file, readFileSync(join(folder, file))])
  )

const stored = (folder: string, name: string): Wfdb.Record => {
  const header = readFileSync(join(folder, `${name}.hea`))
  return Result.getOrThrow(Wfdb.decode({ header, files: folderFiles(folder, name) }))
}

describeWithData("formats", "Wfdb.decode on files in many formats", (folder) => {
  // Each signal rises by a step of its own, and wraps around the range of its format without the
  // code for a missing sample.
  it("reads ten formats of one record, checksums included", () => {
    const { channels, length } = stored(folder, "binformats")
    expect(length).toBe(499)
    const bits = [16, 16, 8, 16, 12, 10, 10, 24, 32]
    const steps = [524, 524, 14, 524, 284, 347, 347, 65_804, 16_843_019]
    const found = channels.slice(1).map(({ samples }) => {
      const rises = samples.slice(1).map((sample, index) => sample - (samples[index] ?? 0))
      return new Set(Array.from(rises).toSorted((a, b) => b - a))
    })
    // In 32 bits the fall from the highest to the lowest sample is itself wrapped.
    const falls = steps.map((step, index) => (step + 1 - 2 ** (bits[index] ?? 0)) | 0)
    expect(found).toEqual(steps.map((step, index) => new Set([step, falls[index]])))
    expect(Array.from(channels[0]?.samples.slice(0, 3) ?? [])).toEqual([-2047, -1920, -1793])
  })

  it("reads an odd number of samples in format 212, with unsigned checksums", () => {
    const { channels } = stored(folder, "100_3chan")
    expect(channels.map(({ name, baseline }) => [name, baseline])).toEqual([
      ["I", 1024],
      ["II", 1024],
      ["III", 1024]
    ])
    expect(channels[2]?.samples).toEqual(channels[0]?.samples)
    expect(channels[1]?.samples).toHaveLength(999)
  })

  it("reads a MATLAB file beyond its preamble", () => {
    const { channels, comments } = stored(folder, "a103l")
    expect(channels.map(({ unit, samples }) => [unit, samples.length, samples[0]])).toEqual([
      ["mV", 82_500, -171],
      ["mV", 82_500, 9127],
      ["NU", 82_500, 6042]
    ])
    expect(comments).toEqual(["Asystole", "False alarm"])
  })

  it("reads fifteen signals of two files", () => {
    const { channels } = stored(folder, "s0010_re")
    expect(channels.map(({ samples }) => samples[0])).toEqual([
      -489, -458, 31, 474, -260, -214, -88, -241, -112, 212, 393, 390, -3, 120, -18
    ])
  })

  it("reads a header in Latin-1 with many samples per frame", () => {
    const { channels, startedAt, samplingRate } = stored(folder, "test_generator_2")
    expect(startedAt).toBe("2009-12-10T12:44:02")
    expect(samplingRate).toBe(1)
    expect(channels[8]).toMatchObject({ name: "sine 15 Hz", unit: "\u00b0", samplingRate: 200 })
    expect(channels[8]?.samples).toHaveLength(120_000)
    expect(channels[11]).toMatchObject({ name: "EDF Annotations", samplingRate: 51 })
  })
})

for (const [database, count] of [
  ["mitdb", 23],
  ["nstdb", 6],
  ["ludb", 99],
  ["ecg208", 1]
] as const) {
  describeWithData(database, `Wfdb.decode on ${database}`, (folder) => {
    it(`reads all ${count} records, and their samples add up`, () => {
      const names = readdirSync(folder).filter((file) => file.endsWith(".hea"))
      expect(names).toHaveLength(count)
      for (const name of names) {
        const record = stored(folder, name.slice(0, -4))
        expect(record.length).toBe(record.channels[0]?.samples.length)
      }
    })
  })
}
