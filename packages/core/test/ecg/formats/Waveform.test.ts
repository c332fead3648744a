import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Waveform from "../../../src/ecg/formats/Waveform.ts"
import * as Signal from "../../../src/ecg/Signal.ts"

const channel = (details: Partial<Waveform.Channel> = {}): Waveform.Channel => ({
  name: "I",
  unit: "mV",
  samplingRate: 500,
  gain: 200,
  baseline: 0,
  samples: Int32Array.of(1, -1),
  ...details
})

const header = { id: "10", date: "2026-03-01" }

const recording = (...channels: ReadonlyArray<Waveform.Channel>) =>
  Waveform.recording({ channels }, header)

const samples = (...channels: ReadonlyArray<Waveform.Channel>) =>
  Result.getOrThrow(recording(...channels)).leads.map((lead) => Array.from(lead.samples))

const problems = (...channels: ReadonlyArray<Waveform.Channel>) =>
  Result.match(recording(...channels), {
    onSuccess: () => [],
    onFailure: ({ issues }) => issues.map(({ path, code }) => `${path}: ${code}`)
  })

describe("Waveform.physical", () => {
  it("is empty for no sample, and NaN where one is missing in either kind of array", () => {
    expect(Waveform.physical(channel({ samples: new Int32Array() }))).toEqual(Float64Array.of())
    const gap = { baseline: 100, samples: Int32Array.of(300, Signal.missing) }
    expect(Waveform.physical(channel(gap))).toEqual(Float64Array.of(1, NaN))
    expect(Waveform.physical(channel({ samples: Float64Array.of(NaN, 200) }))).toEqual(
      Float64Array.of(NaN, 1)
    )
  })
})

describe("Waveform.recording", () => {
  it("subtracts the baseline and keeps gain, sampling rate and names", () => {
    const found = recording(channel({ name: "V1", baseline: 1, samples: Int32Array.of(1, 40_001) }))
    expect(found).toEqual(
      Result.succeed({
        ...header,
        samplingRate: 500,
        gain: 200,
        leads: [{ name: "V1", samples: Int32Array.of(0, 40_000) }]
      })
    )
  })

  it("brings all channels to the highest gain, in whatever voltage they are", () => {
    const one = { samples: Int32Array.of(100) }
    expect(
      samples(
        channel({ name: "mV", gain: 1_000, ...one }),
        channel({ name: "µV", unit: "uV", gain: 0.5, ...one }),
        channel({ name: "V", unit: "V", gain: 250_000, ...one }),
        channel({ name: "nV", unit: "nV", gain: 0.001, ...one })
      )
    ).toEqual([[100], [200], [400], [100]])
  })

  it("keeps missing samples missing", () => {
    const gap = channel({ gain: 100, samples: Int32Array.of(7, Signal.missing) })
    expect(samples(gap, channel({ name: "II" }))[0]).toEqual([14, Signal.missing])
    expect(samples(channel({ samples: Float64Array.of(NaN, 2) }))).toEqual([[Signal.missing, 2]])
  })

  it("says everything that is wrong at once", () => {
    expect(
      problems(
        channel(),
        channel({ name: "ABP", unit: "mmHg" }),
        channel({ name: "II", gain: 0 }),
        channel({ name: "III", gain: NaN, samplingRate: 250 }),
        channel({ name: "V1", samples: Float64Array.of(1e12) })
      )
    ).toEqual([
      "channels[1].unit: type",
      "channels[2].gain: range",
      "channels[3].gain: range",
      "channels[3].samplingRate: range",
      "channels[4].samples: range"
    ])
    expect(problems()).toEqual(["leads: length"])
    expect(problems(channel(), channel())).toEqual(["leads[1].name: unique"])
  })
})
