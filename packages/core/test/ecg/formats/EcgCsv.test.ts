import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData } from "../../../../../test/data.ts"
import * as EcgCsv from "../../../src/ecg/formats/EcgCsv.ts"
import * as Waveform from "../../../src/ecg/formats/Waveform.ts"
import { record } from "../records.ts"
import * as Signal from "../../../src/ecg/Signal.ts"

type Options = Parameters<typeof EcgCsv.decode>[1]

const read = (text: string, options?: Options): ReadonlyArray<Waveform.Channel> =>
  Result.getOrThrow(EcgCsv.decode(text, options)).channels

const samples = (text: string, options: Options = { samplingRate: 250 }) =>
  read(text, options).map((channel) => Array.from(channel.samples))

const refusal = (text: string, options?: Options): string =>
  EcgCsv.decode(text, options).pipe(
    Result.flip,
    Result.getOrThrow,
    ({ reason, where }) => `${reason}: ${where}`
  )

describe("EcgCsv.decode", () => {
  it("reads a column for each lead", () => {
    expect(read("I,II [mV],V1 (uV)\n1,2.5,-3\n.5,-4e-2,+6.\n", { samplingRate: 250 })).toEqual(
      [
        { name: "I", unit: "", samples: Float64Array.of(1, 0.5) },
        { name: "II", unit: "mV", samples: Float64Array.of(2.5, -0.04) },
        { name: "V1", unit: "uV", samples: Float64Array.of(-3, 6) }
      ].map((channel) => ({ ...channel, samplingRate: 250, gain: 1, baseline: 0 }))
    )
  })

  it("takes commas, semicolons and tabs, LF and CRLF, and a byte order mark", () => {
    for (const separator of [",", ";", "\t"]) {
      for (const end of ["\n", "\r\n"]) {
        const lines = [
          ["I", "II"],
          ["1", " 2 "],
          ["", "4"]
        ].map((row) => row.join(separator))
        const expected = [
          [1, NaN],
          [2, 4]
        ]
        expect(samples(lines.join(end))).toEqual(expected)
        expect(samples(`\uFEFF${lines.join(end)}${end}${end}`)).toEqual(expected)
      }
    }
  })

  it("reads quoted names and cells", () => {
    const [channel] = read('"lead ""I"", left [mV]",II\n"1.5",2\n', { samplingRate: 250 })
    expect(channel).toMatchObject({ name: 'lead "I", left', unit: "mV" })
    expect(channel?.samples).toEqual(Float64Array.of(1.5))
  })

  it("takes an empty cell and NaN for a missing sample", () => {
    expect(samples("I,II\n1,\nNaN,nan\n,4\n")).toEqual([
      [1, NaN, NaN],
      [NaN, NaN, 4]
    ])
    expect(samples("I\n1\n\n\n2\n\n")).toEqual([[1, NaN, NaN, 2]])
  })

  it("reads numbers as every program writes them", () => {
    const texts = ["0.1", "-0.30000000000000004", "123456789012345678", "1e-7", "5E+2", "0.000001"]
    expect(samples(`I\n${texts.join("\n")}`)).toEqual([texts.map(Number)])
  })

  it("has no samples where there are no rows", () => {
    expect(samples("I,II\n")).toEqual([[], []])
    expect(samples("I,II")).toEqual([[], []])
    expect(samples("time,I\n")).toEqual([[]])
  })
})

describe("EcgCsv.decode, with a column of times", () => {
  const rate = (text: string) => read(text)[0]?.samplingRate

  it("reads seconds and milliseconds", () => {
    for (const name of ["time", "Time", "time_s", "time [s]", "time (s)"]) {
      expect(rate(`${name},I\n0,1\n0.002,1\n0.004,1`)).toBe(500)
    }
    for (const name of ["time_ms", "TIME_MS", "time [ms]", "time(ms)"]) {
      expect(rate(`${name},I\n10,1\n12,1\n14,1`)).toBe(500)
    }
  })

  it("sees through times that are rounded", () => {
    const times = (hz: number, digits: number) =>
      Array.from({ length: 2000 }, (_, row) => `${(row / hz).toFixed(digits)},0`).join("\n")
    for (const hz of [125, 128, 250, 257, 360, 500]) {
      expect(rate(`time,I\n${times(hz, 3)}`)).toBe(hz)
      expect(rate(`time,I\n${times(hz, 6)}`)).toBe(hz)
    }
  })

  it("makes missing samples of a gap", () => {
    expect(samples("time_ms,I\n0,1\n4,2\n16,3\n20,4", {})).toEqual([[1, 2, NaN, NaN, 3, 4]])
  })

  it("takes the sampling rate that is given, for the gaps too", () => {
    const text = "time_ms,I\n0,1\n8,2\n16,3"
    expect(rate(text)).toBe(125)
    expect(samples(text)).toEqual([[1, NaN, 2, NaN, 3]])
    expect(samples("time_ms,I\n0,1")).toEqual([[1]])
  })

  it("refuses times that are not regular, and names the first odd line", () => {
    expect(refusal("time_ms,I\n0,1\n4,2\n8,3\n13.5,4\n17.5,5")).toMatch(/^malformed: line \d, /)
    expect(refusal("time_ms,I\n0,1\n4,2\n4,3")).toBe("malformed: line 4, column 1")
    expect(refusal("time_ms,I\n0,1\n4,2\n2,3")).toBe("malformed: line 4, column 1")
    expect(refusal("time_ms,I\n0,1\n,2\n2,3")).toBe("malformed: line 3, column 1")
    expect(refusal("time_ms,I\n0,1\n5,2\n10,3\n15,4", { samplingRate: 250 })).toBe(
      "malformed: line 5, column 1"
    )
  })

  it("refuses gaps that would fill the memory", () => {
    expect(refusal("time_ms,I\n0,1\n4,2\n8,3\n8000000000,4")).toBe("unsupported: column 1")
    expect(refusal("time_ms,I\n0,1\n4,2\n16,3", { limit: 4 })).toBe("unsupported: column 1")
  })

  it("refuses times that no sampling rate fits", () => {
    expect(refusal("time,I\n0,1\n1e-320,2")).toBe("malformed: line 3, column 1")
    expect(refusal("time,I\n-1e308,1\n0,2\n1e308,2")).toMatch(/^malformed|^unsupported/)
    expect(refusal("time,I\n0,1\n1,2\n1e308,2")).toBe("unsupported: column 1")
  })

  it("refuses a single row, which has no rate", () => {
    expect(refusal("time_ms,I\n0,1")).toBe("malformed: samplingRate")
  })
})

describe("EcgCsv.decode refuses", () => {
  const given = { samplingRate: 250 }

  it("a text without names", () => {
    for (const text of ["", "\n", "1,2\n3,4", "time\n0\n1", ",\n1,2"]) {
      expect(refusal(text, given)).toBe("malformed: line 1")
    }
  })

  it("a text without times, and a rate that is none", () => {
    expect(refusal("I\n1\n2")).toBe("malformed: samplingRate")
    for (const samplingRate of [0, -1, NaN, Infinity]) {
      expect(refusal("I\n1\n2", { samplingRate })).toBe("malformed: samplingRate")
    }
  })

  it("a cell that is no number, by its line and column, without its content", () => {
    expect(refusal("I,II\n1,2\n3,Miller", given)).toBe("malformed: line 3, column 2")
    for (const cell of [
      "1 2",
      "0x10",
      "1e999",
      "Infinity",
      "--1",
      "1.2.3",
      ".",
      "1e",
      '"',
      "1,5"
    ]) {
      expect(refusal(`I;II\n${cell};1`, given)).toBe("malformed: line 2, column 1")
    }
    const error = Result.getOrThrow(Result.flip(EcgCsv.decode("I\nMiller", given)))
    expect(JSON.stringify(error)).not.toContain("Miller")
  })

  it("a line with too few or too many cells", () => {
    expect(refusal("I,II\n1,2\n3\n", given)).toBe("malformed: line 3")
    expect(refusal("I,II\n1,2,3\n", given)).toBe("malformed: line 2")
    expect(refusal("I,II\n1,2\n\n3,4\n", given)).toBe("malformed: line 3")
  })
})

describe("EcgCsv.encode", () => {
  const channel = { name: "I", unit: "mV", samplingRate: 250, gain: 200, baseline: 0 }

  it("writes times and voltages, with empty cells for missing samples", () => {
    const channels = [
      { ...channel, samples: Int32Array.of(100, Signal.missing, -50) },
      { ...channel, name: "a,b", unit: "", samples: Float64Array.of(20, NaN) }
    ]
    expect(Result.getOrThrow(EcgCsv.encode({ channels }))).toBe(
      'time_s,I [mV],"a,b"\n0,0.5,0.1\n0.004,,\n0.008,-0.25,\n'
    )
  })

  it("lets a name that is a number, or empty, be known for a name", () => {
    for (const name of ["4", "-1.5", ""]) {
      const channels = [{ ...channel, name, unit: "", samples: Int32Array.of(200, 0) }]
      const text = Result.getOrThrow(EcgCsv.encode({ channels }))
      expect(Result.getOrThrow(EcgCsv.decode(text)).channels.map((it) => it.name)).toEqual([name])
    }
  })

  it("refuses what a CSV cannot say", () => {
    const samples = Int32Array.of(1, 2)
    const refused = (channels: ReadonlyArray<Waveform.Channel>) =>
      Result.getOrThrow(Result.flip(EcgCsv.encode({ channels }))).reason
    expect(refused([])).toBe("malformed")
    expect(refused([{ ...channel, samples, samplingRate: 0 }])).toBe("malformed")
    expect(refused([{ ...channel, samples, name: "a\nb" }])).toBe("malformed")
    expect(refused([{ ...channel, samples, unit: "m]V" }])).toBe("malformed")
    const two = [channel, { ...channel, samplingRate: 500 }].map((it) => ({ ...it, samples }))
    expect(refused(two)).toBe("unsupported")
  })

  const Lead = Schema.Struct({
    name: Schema.String.check(Schema.isPattern(/^[^\r\n]*$/)),
    unit: Schema.Literals(["mV", "uV", ""]),
    samples: Schema.Array(
      Schema.NullOr(Schema.Finite.check(Schema.isBetween({ minimum: -1e9, maximum: 1e9 })))
    )
  })

  it.prop(
    "is read back as it was written",
    {
      leads: Schema.NonEmptyArray(Lead),
      rate: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20_000_000 }))
    },
    ({ leads, rate }) => {
      const samplingRate = rate / 1000
      const rows = Math.max(2, ...leads.map(({ samples }) => samples.length))
      const channels = leads.map(({ name, unit, samples }, index) => ({
        name: index === 0 && name.trim() === "" ? "I" : name,
        unit,
        samplingRate,
        gain: 0.3,
        baseline: -2.5,
        samples: Float64Array.from({ length: rows }, (_, row) => samples[row] ?? NaN)
      }))
      const text = Result.getOrThrow(EcgCsv.encode({ channels }))
      expect(read(text)).toEqual(
        channels.map((it) => ({ ...it, gain: 1, baseline: 0, samples: Waveform.physical(it) }))
      )
    }
  )
})

describe("EcgCsv.decode, on hostile texts", () => {
  const whole = "time_ms,I [mV],II\r\n0,1.5,-2\r\n4,,3\r\n12,NaN,1e-3\r\n16,7,8\r\n"

  it("answers to a text cut anywhere", () => {
    for (let length = 0; length < whole.length; length++) {
      const result = EcgCsv.decode(whole.slice(0, length))
      const channels = Result.isSuccess(result) ? result.success.channels.length : 0
      expect(channels).toBeLessThanOrEqual(2)
    }
  })

  it("answers to any change of characters, with at most the samples that the limit allows", () => {
    let seed = 1
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    const alphabet = "0123456789.,;\t\r\n\"'eE+-[]() NaNtime_ms\uFEFF\0"
    let read = 0
    for (let run = 0; run < 5000; run++) {
      const characters = whole.split("")
      for (let change = random(4); change >= 0; change--) {
        characters[random(characters.length)] = alphabet[random(alphabet.length)] ?? ""
      }
      const result = EcgCsv.decode(characters.join(""), { limit: 1000 })
      if (Result.isFailure(result)) continue
      read += 1
      for (const { samples } of result.success.channels) {
        expect(samples.length).toBeLessThanOrEqual(1000)
      }
    }
    expect(read).toBeGreaterThan(100)
  })

  it("makes no room for cells that are not there", () => {
    const header = (count: number) => Array.from({ length: count }, (_, at) => `l${at}`).join(",")
    const rows = (count: number) => `${header(count)}\n${"\n".repeat(1_000_000)}1`
    expect(refusal(rows(1000), { samplingRate: 250 })).toBe("malformed: line 1000001")
    expect(refusal(rows(1001), { samplingRate: 250 })).toBe("unsupported: line 1")
    expect(refusal(`${"(".repeat(200_000)}\n1,2`, { samplingRate: 250 })).toBe("malformed: line 2")
  })
})

describeWithData("mitdb", "EcgCsv on a real record", (path) => {
  it("writes and reads 650,000 rows without losing a sample", () => {
    const { channels } = record(path, "101")
    const text = Result.getOrThrow(EcgCsv.encode({ channels }))
    for (const [index, channel] of read(text).entries()) {
      const original = channels[index]
      expect(channel).toMatchObject({ name: original?.name, unit: "mV", samplingRate: 360 })
      expect(original && channel.samples).toEqual(original && Waveform.physical(original))
    }
  })
})
