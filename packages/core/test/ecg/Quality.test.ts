import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Quality from "../../src/ecg/Quality.ts"
import type * as Signal from "../../src/ecg/Signal.ts"

const minute = 60 // s
const gain = 1000 // µV per mV

interface Options {
  readonly samplingRate: number
  readonly gain?: number
  readonly beats?: Int32Array
}

const read = (signal: Signal.Signal, options: Options): Quality.Quality =>
  Result.getOrThrow(Quality.index(signal, options))

/** Noise of mean 0 and standard deviation 1, the same for the same seed. */
const noise = (seed: number): (() => number) => {
  let state = seed
  const uniform = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

// Of each wave: its height in µV, its distance from the R peak and its width, both in s.
const waves = [
  { height: 120, at: -0.18, width: 0.025 },
  { height: -100, at: -0.03, width: 0.01 },
  { height: 1000, at: 0, width: 0.011 },
  { height: -180, at: 0.03, width: 0.011 },
  { height: 250, at: 0.28, width: 0.05 }
]
const small = [
  { height: 200, at: 0, width: 0.012 },
  { height: 400, at: 0.28, width: 0.04 }
]
const wide = [
  { height: 1500, at: 0.01, width: 0.035 },
  { height: -500, at: 0.25, width: 0.06 }
]

interface Shapes {
  readonly ectopic?: ReadonlyArray<number>
  readonly shape?: typeof waves
}

interface Lead {
  readonly signal: Float64Array
  readonly beats: Int32Array
}

/** A lead in whole µV with beats at these times, in s; those of `ectopic` are wide. */
const lead = (
  samplingRate: number,
  seconds: number,
  times: ReadonlyArray<number>,
  { ectopic = [], shape = waves }: Shapes = {}
): Lead => {
  const random = noise(7)
  const signal = Float64Array.from({ length: seconds * samplingRate }, () => 5 * random())
  for (const [index, time] of times.entries()) {
    for (const { height, at, width } of ectopic.includes(index) ? wide : shape) {
      const from = Math.max(0, Math.floor((time + at - 5 * width) * samplingRate))
      const to = Math.min(signal.length, Math.ceil((time + at + 5 * width) * samplingRate))
      for (let sample = from; sample < to; sample++) {
        const distance = (sample / samplingRate - time - at) / width
        signal[sample]! += height * Math.exp(-0.5 * distance * distance)
      }
    }
  }
  const beats = Int32Array.from(times, (time) => Math.round(time * samplingRate))
  return { signal: signal.map(Math.round), beats }
}

const every = (interval: number, until: number): ReadonlyArray<number> =>
  Array.from({ length: Math.floor((until - 0.4) / interval) }, (_, index) => 0.4 + index * interval)

const regular = (samplingRate: number, seconds = minute): Lead =>
  lead(samplingRate, seconds, every(0.8, seconds))

const changed = (signal: Float64Array, change: (signal: Float64Array) => void): Float64Array => {
  const copy = signal.slice()
  change(copy)
  return copy
}

const secondsOf = (segments: ReadonlyArray<Signal.Segment>, samplingRate: number): number =>
  segments.reduce((sum, { start, end }) => sum + end - start, 0) / samplingRate

const rates = [100, 250, 360, 1000, 2000]

describe("Quality.index on a clean lead", () => {
  it.each(rates)("is near 1, without a reason, and has its heart rate at %d Hz", (samplingRate) => {
    const { signal } = regular(samplingRate)
    const quality = read(signal, { samplingRate, gain })
    expect(quality.index).toBeGreaterThan(0.95)
    expect(quality.reasons).toEqual([])
    expect(quality.unusable).toEqual([])
    expect(quality.heartRate).toBeCloseTo(75, 0)
  })

  it("is the same for beats that are given and for those it asks for", () => {
    const { signal, beats } = regular(360)
    const asked = read(signal, { samplingRate: 360 })
    const given = read(signal, { samplingRate: 360, beats })
    expect(given.index).toBeCloseTo(asked.index, 2)
    expect(given.heartRate).toBeCloseTo(asked.heartRate ?? NaN, 1)
  })

  it("does not depend on the unit, the sign or the kind of array", () => {
    const { signal, beats } = regular(250)
    const { index } = read(signal, { samplingRate: 250, beats })
    for (const other of [signal.map((x) => x / 1000), signal.map((x) => -x), Array.from(signal)]) {
      expect(read(other, { samplingRate: 250, beats }).index).toBeCloseTo(index, 6)
    }
    expect(read(Int16Array.from(signal), { samplingRate: 250, beats }).index).toBe(index)
    expect(read(Int32Array.from(signal), { samplingRate: 250, beats }).index).toBe(index)
  })

  it("takes ectopic beats and an irregular rhythm for no noise", () => {
    const random = noise(3)
    const times: Array<number> = []
    for (let time = 0.4; time < minute - 1; time += 0.45 + 0.2 * Math.abs(random()))
      times.push(time)
    const ectopic = times.flatMap((_, index) => (index % 7 === 3 ? [index] : []))
    const { signal, beats } = lead(360, minute, times, { ectopic })
    const quality = read(signal, { samplingRate: 360, beats })
    expect(quality.unusable).toEqual([])
    expect(quality.index).toBeGreaterThan(0.85)
  })

  it("keeps a run of ectopic beats usable", () => {
    const times = every(0.8, 40)
    const run = Array.from({ length: 10 }, (_, index) => 40.2 + index * 0.4)
    const after = every(0.8, 16).map((time) => time + 44.4)
    const all = [...times, ...run, ...after]
    const ectopic = run.map((_, index) => times.length + index)
    const { signal, beats } = lead(360, 61, all, { ectopic })
    expect(read(signal, { samplingRate: 360, beats }).unusable).toEqual([])
  })

  it("takes a T wave taller than the QRS complex for no noise", () => {
    const { signal, beats } = lead(500, 20, every(0.9, 20), { shape: small })
    expect(read(signal, { samplingRate: 500, beats }).unusable).toEqual([])
  })

  it("keeps a pause of 7 s in a quiet lead usable", () => {
    const times = every(0.8, minute).filter((time) => time < 24 || time > 31)
    const { signal, beats } = lead(360, minute, times)
    const quality = read(signal, { samplingRate: 360, beats })
    expect(quality.unusable).toEqual([])
    expect(quality.reasons).not.toContain("no-beats")
  })

  it("reads a strip of 3 s", () => {
    const { signal } = regular(500, 3)
    const quality = read(signal, { samplingRate: 500 })
    expect(quality.windows).toHaveLength(1)
    expect(quality.unusable).toEqual([])
    expect(quality.heartRate).toBeCloseTo(75, 0)
  })
})

describe("Quality.index on what is no ECG", () => {
  const kinds: ReadonlyArray<readonly [string, (samplingRate: number) => () => number]> = [
    ["white noise", () => noise(11)],
    ["white noise, another", () => noise(5_000_011)],
    [
      "a random walk",
      () => {
        const random = noise(13)
        let sum = 0
        return () => (sum += random())
      }
    ],
    [
      "slow noise",
      (samplingRate) => {
        const random = noise(17)
        let level = 0
        return () => (level += random() - (level * 30) / samplingRate)
      }
    ]
  ]

  it.each(kinds.flatMap(([name, make]) => rates.map((rate) => ({ name, make, rate }))))(
    "calls $name at $rate Hz noise, all of it unusable, without a heart rate",
    ({ make, rate }) => {
      const next = make(rate)
      const signal = Float64Array.from({ length: minute * rate }, () => 100 * next())
      const quality = read(signal, { samplingRate: rate, gain })
      expect(quality.index).toBeLessThan(0.15)
      expect(quality.reasons).toContain("noise")
      expect(Quality.usable(quality)).toEqual([])
      expect(quality).not.toHaveProperty("heartRate")
    }
  )

  it("believes no beats that are claimed in noise", () => {
    const next = noise(23)
    const signal = Float64Array.from({ length: minute * 360 }, next)
    const { beats } = regular(360)
    const quality = read(signal, { samplingRate: 360, beats })
    expect(Quality.usable(quality)).toEqual([])
    expect(quality).not.toHaveProperty("heartRate")
    expect(quality.windows.every((window) => window.heartRate === undefined)).toBe(true)
  })

  it.each([50, 60])("calls nothing but the mains at %d Hz powerline", (frequency) => {
    for (const samplingRate of [250, 500, 1000]) {
      const signal = Float64Array.from({ length: 20 * samplingRate }, (_, index) =>
        Math.sin((2 * Math.PI * (frequency + 0.05) * index) / samplingRate)
      )
      const quality = read(signal, { samplingRate })
      expect(quality.reasons).toContain("powerline")
      expect(quality.reasons).not.toContain("muscle-noise")
      expect(Quality.usable(quality)).toEqual([])
      expect(quality).not.toHaveProperty("heartRate")
    }
  })

  it.each([0, 7, -3.1, 1e6])("calls the constant %d a flat line", (level) => {
    const quality = read(new Float64Array(3600).fill(level), { samplingRate: 360 })
    expect(quality).toEqual({
      index: 0,
      reasons: ["flat-line"],
      windows: [
        { start: 0, end: 1800, index: 0, reasons: ["flat-line"] },
        { start: 1800, end: 3600, index: 0, reasons: ["flat-line"] }
      ],
      unusable: [{ start: 0, end: 3600, reasons: ["flat-line"] }]
    })
  })

  it("calls a line that flickers by one step flat", () => {
    const next = noise(29)
    const signal = Int16Array.from({ length: 7200 }, () => (next() > 1.5 ? 1 : 0))
    const quality = read(signal, { samplingRate: 360, beats: Int32Array.of() })
    expect(quality.unusable).toEqual([{ start: 0, end: 7200, reasons: ["flat-line", "no-beats"] }])
  })

  it("calls a lead of 0.01 mV flat only where it knows the gain", () => {
    const next = noise(31)
    const signal = Float64Array.from({ length: 7200 }, () => 10 * next())
    const beats = Int32Array.of()
    expect(read(signal, { samplingRate: 360, beats, gain }).reasons).toContain("flat-line")
    expect(read(signal, { samplingRate: 360, beats }).reasons).toContain("noise")
  })

  it.each([1, 2, 10])("says of %d samples that nothing can be read", (length) => {
    const signal = Float64Array.from({ length }, (_, index) => index)
    const quality = read(signal, { samplingRate: 360 })
    expect(quality.index).toBe(0)
    expect(quality.unusable).toMatchObject([{ start: 0, end: length }])
    expect(quality).not.toHaveProperty("heartRate")
  })

  it("fails on an empty signal, one without a finite sample, and a sampling rate out of range", () => {
    const fails = (signal: Signal.Signal, samplingRate: number) =>
      Result.isFailure(Quality.index(signal, { samplingRate }))
    expect(fails([], 360)).toBe(true)
    expect(fails([NaN, Infinity], 360)).toBe(true)
    expect(fails([1, 2, 3], 99)).toBe(true)
    expect(fails([1, 2, 3], NaN)).toBe(true)
  })
})

describe("Quality.index on a lead that is spoilt in part", () => {
  const samplingRate = 360
  const { signal } = regular(samplingRate)
  const [from, to] = [20 * samplingRate, 30 * samplingRate]
  const spoilt = (change: (signal: Float64Array) => void) =>
    read(changed(signal, change), { samplingRate, gain })

  it("bridges one missing sample", () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      const quality = spoilt((it) => it.fill(value, 5000, 5001))
      expect(quality.unusable).toEqual([])
      expect(quality.index).toBeGreaterThan(0.95)
    }
  })

  it("marks a gap of 10 s as missing, to the sample", () => {
    for (const value of [NaN, Infinity, 1e300]) {
      const quality = spoilt((it) => it.fill(value, from, to))
      expect(quality.unusable).toEqual([{ start: from, end: to, reasons: ["missing"] }])
      expect(quality.heartRate).toBeCloseTo(75, 0)
      expect(Quality.usable(quality)).toEqual([
        { start: 0, end: from },
        { start: to, end: signal.length }
      ])
    }
  })

  it("finds a gap that no window begins or ends with", () => {
    const quality = spoilt((it) => it.fill(NaN, 7 * samplingRate, 8 * samplingRate))
    expect(Quality.gaps(quality)).toEqual([{ start: 7 * samplingRate, end: 8 * samplingRate }])
  })

  it("gives up where every other sample is missing", () => {
    const half = signal.map((x, index) => (index % 2 === 0 ? x : NaN))
    const quality = read(half, { samplingRate })
    expect(quality.reasons).toEqual(["missing"])
    expect(Quality.usable(quality)).toEqual([])
  })

  it("marks 10 s of one value as a flat line without a heart rate", () => {
    const quality = spoilt((it) => it.fill(it[from]!, from, to))
    expect(quality.reasons).toEqual(["flat-line"])
    expect(secondsOf(quality.unusable, samplingRate)).toBeCloseTo(10, 1)
    for (const window of quality.windows) {
      const isFlat = window.start >= from && window.end <= to
      expect(window.heartRate === undefined).toBe(isFlat)
    }
  })

  it("marks 15 s without beats and with little noise as a flat line", () => {
    const random = noise(37)
    const quality = spoilt((it) => {
      for (let index = from; index < from + 15 * samplingRate; index++) it[index] = 4 * random()
    })
    expect(quality.reasons).toContain("flat-line")
    expect(secondsOf(quality.unusable, samplingRate)).toBeGreaterThan(9)
  })

  it("marks a lead at its rail as saturated", () => {
    const quality = spoilt((it) => it.fill(5000, from, to))
    expect(quality.reasons).toContain("saturated")
    expect(quality.unusable).toMatchObject([{ start: from, end: to }])
  })

  it("says that clipped complexes are saturated, and reads their rate", () => {
    const clipped = signal.map((x) => Math.min(x, 400))
    const quality = read(clipped, { samplingRate })
    expect(quality.reasons).toEqual(["saturated"])
    expect(quality.unusable).toEqual([])
    expect(quality.heartRate).toBeCloseTo(75, 0)
  })

  it("marks a spike of 50 mV and nothing else", () => {
    for (const height of [50_000, -50_000, 1e9]) {
      const quality = spoilt((it) => it.fill(height, 9000, 9100))
      expect(quality.reasons).toEqual(["spike"])
      expect(quality.unusable).toHaveLength(1)
      expect(quality.unusable[0]!.start).toBeGreaterThan(8980)
      expect(quality.unusable[0]!.end).toBeLessThan(9120)
      expect(quality.heartRate).toBeCloseTo(75, 0)
    }
  })

  it("marks 20 s of noise, and what is around it keeps its rate", () => {
    const random = noise(41)
    const until = from + 20 * samplingRate
    const quality = spoilt((it) => {
      for (let index = from; index < until; index++) it[index] = 500 * random()
    })
    expect(quality.reasons).toContain("noise")
    expect(quality.unusable).toMatchObject([{ start: from, end: until }])
    expect(quality.heartRate).toBeCloseTo(75, 0)
    const spoiltWindows = quality.windows.filter(({ start, end }) => start >= from && end <= until)
    expect(spoiltWindows).toHaveLength(4)
    expect(spoiltWindows.every(({ heartRate }) => heartRate === undefined)).toBe(true)
  })

  it.each([50, 60])("names the mains at %d Hz, and still reads the beats", (frequency) => {
    const hum = signal.map(
      (x, index) => x + 300 * Math.sin((2 * Math.PI * frequency * index) / samplingRate)
    )
    const quality = read(hum, { samplingRate })
    expect(quality.reasons).toEqual(["powerline"])
    expect(quality.unusable).toEqual([])
    expect(quality.heartRate).toBeCloseTo(75, 0)
  })

  it("names muscle noise and a wandering baseline, and lowers the index", () => {
    const random = noise(43)
    const trembling = read(
      signal.map((x) => x + 120 * random()),
      { samplingRate }
    )
    expect(trembling.reasons).toEqual(["muscle-noise"])
    expect(trembling.index).toBeLessThan(0.95)
    const wandering = read(
      signal.map((x, index) => x + 3000 * Math.sin((2 * Math.PI * 0.2 * index) / samplingRate)),
      { samplingRate }
    )
    expect(wandering.reasons).toContain("baseline-wander")
    expect(wandering.index).toBeLessThan(0.95)
    expect(wandering.heartRate).toBeCloseTo(75, 0)
  })

  it("falls as noise rises", () => {
    const indices = [0, 60, 120, 250, 500, 1000, 4000].map((level) => {
      const random = noise(47)
      const { beats } = regular(samplingRate)
      return read(
        signal.map((x) => x + level * random()),
        { samplingRate, beats }
      ).index
    })
    expect(indices).toEqual(indices.toSorted((left, right) => right - left))
    expect(indices.at(-1)).toBeLessThan(0.1)
  })
})

describe("Quality.index on a wrong sampling rate", () => {
  it("cannot tell half or twice a resting rate from a rate that hearts have", () => {
    const { signal, beats } = regular(360)
    const half = read(signal, { samplingRate: 180, beats })
    const twice = read(signal, { samplingRate: 720, beats })
    expect(half.heartRate).toBeCloseTo(37.5, 0)
    expect(twice.heartRate).toBeCloseTo(150, 0)
    expect(half.reasons).not.toContain("implausible-rate")
    expect(twice.reasons).not.toContain("implausible-rate")
  })

  it("says so where the rate is below 20 or above 300 per min", () => {
    const { signal, beats } = lead(1000, minute, every(0.8, minute))
    for (const samplingRate of [200]) {
      const quality = read(signal, { samplingRate, beats })
      expect(quality.reasons).toContain("implausible-rate")
      expect(Quality.usable(quality)).toEqual([])
      expect(quality).not.toHaveProperty("heartRate")
    }
    const fast = lead(360, minute, every(0.35, minute))
    const quality = read(fast.signal, { samplingRate: 720, beats: fast.beats })
    expect(quality.reasons).toContain("implausible-rate")
    expect(quality).not.toHaveProperty("heartRate")
  })
})

describe("the windows of Quality.index", () => {
  const Lengths = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 6000 }))
  const Samples = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: -9, maximum: 9 })))

  it.prop(
    "follow each other from the first sample to the last",
    { length: Lengths },
    ({ length }) => {
      const random = noise(length)
      const { windows } = read(Float64Array.from({ length }, random), { samplingRate: 100 })
      return (
        windows[0]!.start === 0 &&
        windows.at(-1)!.end === length &&
        windows.every(({ start }, at) => at === 0 || windows[at - 1]!.end === start)
      )
    }
  )

  it.prop(
    "and the stretches are within bounds, in order, and none is empty, whatever the samples",
    { samples: Samples, long: Lengths },
    ({ samples, long }) => {
      const holes = [NaN, Infinity, 1e300, -1e308, 5]
      const signal = Float64Array.from({ length: long }, (_, index) => {
        const sample = samples[Math.floor(index / 50) % Math.max(1, samples.length)] ?? 1
        return sample > 4 ? holes[sample - 5]! : sample * (index % (sample + 10))
      })
      signal[0] = 1
      const quality = read(signal, { samplingRate: 100 })
      const parts = [...quality.unusable, ...Quality.usable(quality)]
      const total = parts.reduce((sum, { start, end }) => sum + end - start, 0)
      return (
        total === long &&
        parts.every(({ start, end }) => start >= 0 && start < end && end <= long) &&
        quality.unusable.every(({ reasons }) => reasons.length > 0) &&
        quality.windows.every(
          ({ index, heartRate }) =>
            index >= 0 && index <= 1 && (heartRate === undefined || heartRate > 0)
        ) &&
        quality.index >= 0 &&
        quality.index <= 1
      )
    }
  )
})
