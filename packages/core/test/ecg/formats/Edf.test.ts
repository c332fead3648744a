import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describeWithData } from "../../../../../test/data.ts"
import * as Edf from "../../../src/ecg/formats/Edf.ts"
import * as Waveform from "../../../src/ecg/formats/Waveform.ts"
import * as Wfdb from "../../../src/ecg/formats/Wfdb.ts"
import * as Signal from "../../../src/ecg/Signal.ts"

const none = Signal.missing

/** A signal as a test writes it; `records` has its samples, or the text of its annotations. */
interface Signal {
  readonly label: string
  readonly unit?: string
  readonly physical?: readonly [string, string]
  readonly digital?: readonly [string, string]
  readonly samples: number
  readonly records: ReadonlyArray<ReadonlyArray<number> | string>
}

interface Fields {
  readonly version?: string
  readonly patient?: string
  readonly recording?: string
  readonly date?: string
  readonly time?: string
  readonly reserved?: string
  readonly records?: string
  readonly duration?: string
}

const lead: Signal = {
  label: "ECG II",
  unit: "mV",
  physical: ["-5", "5"],
  digital: ["-1000", "1000"],
  samples: 2,
  records: [
    [1, -2],
    [200, -32_768]
  ]
}

const annotated = (samples: number, ...records: ReadonlyArray<string>): Signal => ({
  label: "EDF Annotations",
  samples,
  records
})

const file = (signals: ReadonlyArray<Signal>, fields: Fields = {}): Uint8Array => {
  const count = signals[0]?.records.length ?? 0
  const own: ReadonlyArray<readonly [string, number]> = [
    [fields.version ?? "0", 8],
    [fields.patient ?? "X X X X", 80],
    [fields.recording ?? "", 80],
    [fields.date ?? "02.08.99", 8],
    [fields.time ?? "16.30.05", 8],
    [String(256 * (signals.length + 1)), 8],
    [fields.reserved ?? "", 44],
    [fields.records ?? String(count), 8],
    [fields.duration ?? "1", 8],
    [String(signals.length), 4]
  ]
  const each = (text: (signal: Signal) => string, width: number) =>
    signals.map((signal) => [text(signal), width] as const)
  const all = [
    ...own,
    ...each(({ label }) => label, 16),
    ...each(() => "AgAgCl electrode", 80),
    ...each(({ unit = "" }) => unit, 8),
    ...each(({ physical = ["-1", "1"] }) => physical[0], 8),
    ...each(({ physical = ["-1", "1"] }) => physical[1], 8),
    ...each(({ digital = ["-32768", "32767"] }) => digital[0], 8),
    ...each(({ digital = ["-32768", "32767"] }) => digital[1], 8),
    ...each(() => "HP:0.1Hz", 80),
    ...each(({ samples }) => String(samples), 8),
    ...each(() => "", 32)
  ]
  const header = all.map(([text, width]) => text.padEnd(width)).join("")
  const data = Array.from({ length: count }, (_, record) =>
    signals.map(({ samples, records }) => {
      const written = records[record] ?? ""
      const bytes = Buffer.alloc(2 * samples)
      if (typeof written === "string") bytes.write(written)
      else for (const [at, sample] of written.entries()) bytes.writeInt16LE(sample, 2 * at)
      return bytes
    })
  )
  return Buffer.concat([Buffer.from(header, "latin1"), ...data.flat()])
}

const read = (...args: Parameters<typeof file>): Edf.Record =>
  Result.getOrThrow(Edf.decode(file(...args)))

const refusal = (bytes: Uint8Array, options = {}): string =>
  Edf.decode(bytes, options).pipe(
    Result.flip,
    Result.getOrThrow,
    ({ reason, where }) => `${reason}: ${where}`
  )

const samples = ({ channels }: Edf.Record): ReadonlyArray<ReadonlyArray<number>> =>
  channels.map((channel) => Array.from(channel.samples))

describe("Edf.decode", () => {
  it("reads what a file says of a recording", () => {
    expect(read([lead], { patient: "P-7 F X X" })).toEqual({
      patient: "P-7 F X X",
      recording: "",
      annotations: [],
      startedAt: "1999-08-02T16:30:05",
      channels: [
        {
          name: "ECG II",
          unit: "mV",
          samplingRate: 2,
          gain: 200,
          baseline: 0,
          samples: Int32Array.of(1, -2, 200, -32_768)
        }
      ]
    })
  })

  it("maps the digital range onto the physical one, with a fraction of a baseline or upside down", () => {
    const even = { ...lead, physical: ["-1000", "1000"], digital: ["-32768", "32767"] } as const
    expect(read([even]).channels[0]).toMatchObject({ gain: 32.7675, baseline: -0.5 })
    const inverted = { ...lead, physical: ["5", "-5"] } as const
    const [channel] = read([inverted]).channels
    expect(channel).toMatchObject({ gain: -200, baseline: 0 })
    expect(channel && Waveform.physical(channel)[2]).toBe(-1)
    const shifted = { ...lead, physical: ["0", "2.5E+01"], digital: ["0", "100"] } as const
    expect(read([shifted]).channels[0]).toMatchObject({ gain: 4, baseline: 0 })
  })

  it("gives each signal its own sampling rate", () => {
    const slow = {
      ...lead,
      label: "Temp",
      samples: 1,
      records: [[7], [8]]
    }
    const record = read([lead, slow], { duration: "0.5" })
    expect(record.channels.map(({ samplingRate }) => samplingRate)).toEqual([4, 2])
    expect(samples(record)).toEqual([
      [1, -2, 200, -32_768],
      [7, 8]
    ])
  })

  it("takes the number of data records from the size of the file where it is -1", () => {
    expect(samples(read([lead], { records: "-1" }))[0]).toHaveLength(4)
    const cut = file([lead], { records: "-1" }).subarray(0, -1)
    expect(samples(Result.getOrThrow(Edf.decode(cut)))[0]).toHaveLength(2)
  })

  it("leaves out what stands behind the last data record", () => {
    expect(samples(read([lead], { records: "1" }))).toEqual([[1, -2]])
  })

  it("reads years of two digits as 1985 to 2084, and four digits where EDF+ has them", () => {
    const startedAt = (date: string, recording = "") => read([lead], { date, recording }).startedAt
    expect(startedAt("31.12.85")).toBe("1985-12-31T16:30:05")
    expect(startedAt("01.01.84")).toBe("2084-01-01T16:30:05")
    expect(startedAt("02.08.yy", "Startdate 02-AUG-2151 X X X")).toBe("2151-08-02T16:30:05")
    expect(startedAt("02.08.99", "Startdate X X X X")).toBe("1999-08-02T16:30:05")
  })

  it("has no start where the file has no real one", () => {
    expect(read([lead], { date: "30.02.99" })).not.toHaveProperty("startedAt")
    expect(read([lead], { date: "x" })).not.toHaveProperty("startedAt")
    expect(read([lead], { time: "24.00.00" })).not.toHaveProperty("startedAt")
  })

  it("reads annotations, and does not take them for a signal", () => {
    const signals = [
      lead,
      annotated(30, "+0\x14\x14\0", "+1\x14\x14here\x14\0+1.5\x150.25\x14PVC\x14R\u00e9a\x14\0")
    ]
    const record = read(signals, { reserved: "EDF+C" })
    expect(record.channels).toHaveLength(1)
    expect(record.annotations).toEqual([
      { onset: 1, text: "here" },
      { onset: 1.5, duration: 0.25, text: "PVC" },
      { onset: 1.5, duration: 0.25, text: "R\u00e9a" }
    ])
  })

  it("takes a signal of that name for a signal where the file is plain EDF", () => {
    expect(read([annotated(4, "+0\x14\x14")]).channels).toHaveLength(1)
  })

  it("counts onsets from the first sample, where it comes a fraction of a second late", () => {
    const signals = [lead, annotated(12, "+0.25\x14\x14\0", "+1.25\x14\x14\0+2\x14A\x14\0")]
    const record = read(signals, { reserved: "EDF+C" })
    expect(record.startedAt).toBe("1999-08-02T16:30:05.25")
    expect(record.annotations).toEqual([{ onset: 1.75, text: "A" }])
  })

  it("reads a file of annotations alone", () => {
    const record = read([annotated(8, "+0\x14\x14\0+7\x14A\x14\0")], {
      reserved: "EDF+C",
      duration: "0"
    })
    expect(record).toMatchObject({ channels: [], annotations: [{ onset: 7, text: "A" }] })
  })
})

describe("Edf.decode, in an interrupted recording", () => {
  const interrupted = (first: string, second: string) =>
    file([lead, annotated(10, first, second)], { reserved: "EDF+D" })

  const at = (first: string, second: string) =>
    samples(Result.getOrThrow(Edf.decode(interrupted(`${first}\x14\x14`, `${second}\x14\x14`))))[0]

  it("makes missing samples of a gap", () => {
    expect(at("+0", "+2.5")).toEqual([1, -2, none, none, none, 200, -32_768])
    expect(at("+10", "+12.5")).toEqual([1, -2, none, none, none, 200, -32_768])
  })

  it("puts a data record at the nearest sample", () => {
    expect(at("+0", "+1.2")).toEqual([1, -2, 200, -32_768])
    expect(at("+0", "+1.3")).toEqual([1, -2, none, 200, -32_768])
    expect(at("+0", "+0.6")).toEqual([1, -2, 200, -32_768])
  })

  it("refuses data records that overlap", () => {
    const bytes = interrupted("+0\x14\x14", "+0.2\x14\x14")
    expect(refusal(bytes)).toBe("malformed: data record 2, annotations")
  })

  it("refuses a data record that does not say when it begins", () => {
    expect(refusal(interrupted("+0\x14\x14", ""))).toBe("malformed: data record 2, annotations")
  })

  it("refuses gaps that would fill the memory", () => {
    const bytes = interrupted("+0\x14\x14", "+9999999\x14\x14")
    expect(refusal(bytes)).toBe("unsupported: data records")
    expect(refusal(interrupted("+0\x14\x14", "+5\x14\x14"), { limit: 11 })).toBe(
      "unsupported: data records"
    )
  })
})

describe("Edf.decode refuses", () => {
  const bad = (fields: Fields) => refusal(file([lead], fields))
  const badSignal = (signal: Partial<Signal>) => refusal(file([{ ...lead, ...signal }]))

  it("what is no EDF", () => {
    expect(refusal(new Uint8Array())).toBe("truncated: header")
    expect(bad({ version: "1" })).toBe("malformed: header, version")
    expect(bad({ version: "\xffBIOSEMI" })).toBe("unsupported: header, version")
  })

  it("a header whose numbers are none, or cannot be", () => {
    expect(bad({ records: "two" })).toBe("malformed: header, number of data records")
    expect(bad({ records: "-2" })).toBe("malformed: header, number of data records")
    expect(bad({ duration: "-1" })).toBe("malformed: header, duration of a data record")
    expect(bad({ duration: "0" })).toBe("malformed: header, duration of a data record")
    expect(bad({ duration: "1,5" })).toBe("malformed: header, duration of a data record")
    expect(badSignal({ samples: 0, records: [[], []] })).toBe(
      "malformed: header, signal 1, samples in a data record"
    )
    expect(refusal(file([]))).toBe("malformed: header, number of signals")
  })

  it("ranges that cannot be mapped", () => {
    const digital = "malformed: header, signal 1, digital minimum and maximum"
    expect(badSignal({ digital: ["5", "5"] })).toBe(digital)
    expect(badSignal({ digital: ["-32769", "5"] })).toBe(digital)
    const physical = "malformed: header, signal 1, physical minimum and maximum"
    expect(badSignal({ physical: ["5", "5"] })).toBe(physical)
    expect(badSignal({ physical: ["-1e308", "1e308"] })).toBe(physical)
    expect(badSignal({ physical: ["0", "1e-320"] })).toBe(physical)
  })

  it("more than the file holds", () => {
    expect(bad({ records: "3" })).toBe("truncated: header, number of data records")
    expect(bad({ records: "99999999" })).toBe("truncated: header, number of data records")
    const many = Buffer.from(file([lead]))
    many.write("9999", 252)
    expect(refusal(many)).toBe("malformed: header, bytes in header")
    many.write("2560000 ", 184)
    expect(refusal(many)).toBe("truncated: header")
  })

  it("annotations that are none", () => {
    for (const text of ["0\x14\x14", "+\x14\x14", "+1", "+1\x15x\x14", "A".repeat(20)]) {
      const bytes = file([lead, annotated(10, text, "")], { reserved: "EDF+C" })
      expect(refusal(bytes)).toBe("malformed: data record 1, annotations")
    }
  })

  it("without a word of the patient", () => {
    const bytes = file([lead], { patient: "Smith", recording: "Ward 7", records: "9" })
    const error = Result.getOrThrow(Result.flip(Edf.decode(bytes)))
    expect(JSON.stringify(error)).not.toMatch(/Smith|Ward/)
  })
})

describe("Edf.decode, on hostile files", () => {
  const whole = file([lead, annotated(20, "+0\x14\x14\0", "+1.5\x14\x14\0+2\x14A\x14\0")], {
    reserved: "EDF+D"
  })

  it("refuses a file cut anywhere", () => {
    for (let length = 0; length < whole.length; length++) {
      expect(Result.isFailure(Edf.decode(whole.subarray(0, length)))).toBe(true)
    }
  })

  it("answers to any change of bytes, with at most the samples that the limit allows", () => {
    let seed = 1
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    let read = 0
    for (let run = 0; run < 5000; run++) {
      const bytes = Uint8Array.from(whole)
      for (let change = random(4); change >= 0; change--) {
        const digit = 48 + random(10)
        bytes[random(bytes.length)] = random(2) === 0 ? digit : random(256)
      }
      const result = Edf.decode(bytes, { limit: 100_000 })
      if (Result.isFailure(result)) continue
      read += 1
      const total = result.success.channels.reduce((sum, it) => sum + it.samples.length, 0)
      expect(total).toBeLessThanOrEqual(100_000)
    }
    expect(read).toBeGreaterThan(100)
  })
})

describeWithData("formats", "Edf on a real file", (path) => {
  const record = Result.getOrThrow(Edf.decode(readFileSync(join(path, "test_generator_2.edf"))))

  it("reads every sample as its WFDB conversion has it", () => {
    const header = readFileSync(join(path, "test_generator_2.hea"))
    const files = { "test_generator_2.dat": readFileSync(join(path, "test_generator_2.dat")) }
    const converted = Result.getOrThrow(Wfdb.decode({ header, files }))
    expect(record.startedAt).toBe(converted.startedAt)
    expect(record.channels).toHaveLength(11)
    for (const [index, channel] of record.channels.entries()) {
      const other = converted.channels[index]
      expect(channel.name).toBe(other?.name)
      expect(channel.unit).toBe(other?.unit)
      expect(channel.samplingRate).toBe(200)
      expect(channel.samples).toEqual(other?.samples)
    }
  })

  it("finds the two annotations", () => {
    expect(record.annotations).toEqual([
      { onset: 0, text: "RECORD START" },
      { onset: 600, text: "REC STOP" }
    ])
  })
})
