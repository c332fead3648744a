import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Waveform from "../../../src/ecg/formats/Waveform.ts"
import * as Wfdb from "../../../src/ecg/formats/Wfdb.ts"
import * as Signal from "../../../src/ecg/Signal.ts"

const bits = { 16: 16, 24: 24, 32: 32, 61: 16, 80: 8, 160: 16, 212: 12, 310: 10, 311: 10 } as const

const lead = (samples: Int32Array | Float64Array, perFrame = 1): Waveform.Channel => ({
  name: "lead II, left",
  unit: "mV",
  samplingRate: 360 * perFrame,
  gain: 200.5,
  baseline: -3,
  samples
})

const record = (...channels: ReadonlyArray<Waveform.Channel>): Wfdb.Record => ({
  name: "x_1",
  samplingRate: 360,
  length: channels[0]?.samples.length ?? 0,
  comments: [],
  channels
})

const written = (source: Parameters<typeof Wfdb.encode>[0], format?: Wfdb.Format) =>
  Result.getOrThrow(Wfdb.encode(source, { format }))

const again = (source: Parameters<typeof Wfdb.encode>[0], format?: Wfdb.Format): Wfdb.Record =>
  Result.getOrThrow(Wfdb.decode(written(source, format)))

const formatOf = (source: Parameters<typeof Wfdb.encode>[0]): string | undefined =>
  written(source).header.split("\n")[1]?.split(" ")[1]

const refusal = (source: Parameters<typeof Wfdb.encode>[0], format?: Wfdb.Format) =>
  Wfdb.encode(source, { format }).pipe(
    Result.flip,
    Result.getOrThrow,
    ({ reason, where }) => `${reason}: ${where}`
  )

// Samples of so many bits, from fractions; the most negative is missing.
const ofBits = (width: number, fractions: ReadonlyArray<number>): Int32Array => {
  const most = 2 ** (width - 1) - 1
  return Int32Array.from(fractions, (fraction) => {
    const code = Math.round(fraction * (most + 1))
    return code < -most ? Signal.missing : Math.min(code, most)
  })
}

const Fractions = Schema.Array(Schema.Finite.check(Schema.isBetween({ minimum: -1, maximum: 1 })))

describe("Wfdb.encode", () => {
  for (const [format, width] of Object.entries(bits)) {
    const number = Number(format) as keyof typeof bits
    it.prop(`is undone by decode in format ${format}`, { xs: Fractions }, ({ xs }) => {
      const samples = ofBits(width, [...xs, -1, 1, 0])
      const source = record(lead(samples), lead(samples.toReversed()))
      expect(again(source, number)).toEqual(source)
      return true
    })
  }

  const Steps = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: -128, maximum: 127 })))

  it.prop("is undone by decode in format 8", { steps: Steps }, ({ steps }) => {
    let value = 70_000
    const samples = Int32Array.from([0, ...steps], (step) => (value += step))
    const source = record(lead(samples), lead(samples.toReversed().map((x) => -x)))
    if (steps.includes(-128)) return true
    expect(again(source, 8)).toEqual(source)
    return true
  })

  it("is undone by decode where channels have several samples in a frame", () => {
    const fast = lead(Int32Array.of(1, 2, 3, 4, 5, 6), 3)
    const source = { ...record(lead(Int32Array.of(7, 8)), fast), length: 2 }
    for (const format of [8, 16, 24, 32, 61, 80, 160, 212, 310, 311] as const) {
      expect(again(source, format)).toEqual(source)
    }
  })

  it("is undone by decode for all that a header says", () => {
    const source: Wfdb.Record = {
      ...record(lead(Int32Array.of(1, 2, 3))),
      startedAt: "1989-03-04T09:05:01.250",
      counterFrequency: 60,
      baseCounter: -1.5,
      comments: ["69 M", "Aldomet, \u00fc"]
    }
    expect(again(source)).toEqual(source)
  })

  it("writes NaN as a missing sample, and whole numbers from any array", () => {
    const { channels } = again(record(lead(Float64Array.of(1, NaN, -2))))
    expect(Array.from(channels[0]?.samples ?? [])).toEqual([1, Signal.missing, -2])
  })

  it("writes a record without channels, or without samples", () => {
    expect(again(record())).toEqual(record())
    expect(again(record(lead(new Int32Array())))).toEqual(record(lead(new Int32Array())))
  })

  it("takes the narrowest common format that holds the samples", () => {
    expect(formatOf(record(lead(Int32Array.of(-2047, 2047))))).toBe("212")
    expect(formatOf(record(lead(Int32Array.of(-2048, 0))))).toBe("16")
    expect(formatOf(record(lead(Int32Array.of(32_768, 0))))).toBe("24")
    expect(formatOf(record(lead(Int32Array.of(2 ** 23, 0))))).toBe("32")
  })

  it("refuses samples that the format does not hold", () => {
    const missing = record(lead(Int32Array.of(0, Signal.missing)))
    expect(refusal(record(lead(Int32Array.of(0, 128))), 80)).toBe("unsupported: channel 0")
    expect(refusal(record(lead(Int32Array.of(0, 200))), 8)).toBe("unsupported: channel 0")
    expect(refusal(missing, 8)).toBe("unsupported: channel 0")
  })

  const good = lead(Int32Array.of(1, 2))

  it.each([
    { problem: "a fraction", channel: lead(Float64Array.of(0.5, 1)) },
    { problem: "more than 32 bits", channel: lead(Float64Array.of(2 ** 31, 1)) },
    { problem: "Infinity", channel: lead(Float64Array.of(Infinity, 1)) },
    { problem: "a gain of 0", channel: { ...good, gain: 0 } },
    { problem: "a gain that is NaN", channel: { ...good, gain: NaN } },
    { problem: "half a unit as the baseline", channel: { ...good, baseline: 0.5 } },
    { problem: "a unit with a blank", channel: { ...good, unit: "beats per minute" } },
    { problem: "a name with a line end", channel: { ...good, name: "I\na.dat 16" } },
    { problem: "a rate that is no multiple", channel: { ...good, samplingRate: 400 } },
    { problem: "half a frame", channel: lead(Int32Array.of(1, 2, 3), 2) }
  ])("refuses a channel with $problem", ({ channel }) => {
    expect(refusal(record(channel))).toBe("malformed: channel 0")
  })

  it("refuses channels of different lengths", () => {
    expect(refusal(record(good, lead(Int32Array.of(1))))).toBe("malformed: channel 1")
  })

  it("refuses what would break the record line", () => {
    const source = record(good)
    expect(refusal({ ...source, name: "../x" })).toBe("malformed: name")
    expect(refusal({ ...source, samplingRate: 0 })).toBe("malformed: samplingRate")
    expect(refusal({ ...source, counterFrequency: NaN })).toBe("malformed: counterFrequency")
    for (const startedAt of ["yesterday", "2001-02-29T12:00:00", "2001-02-28T24:00:00"]) {
      expect(refusal({ ...source, startedAt })).toBe("malformed: startedAt")
    }
    expect(refusal({ ...source, comments: ["a\nb"] })).toBe("malformed: comments")
  })
})
