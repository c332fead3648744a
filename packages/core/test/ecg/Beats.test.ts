import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Beats from "../../src/ecg/Beats.ts"
import * as Signal from "../../src/ecg/Signal.ts"

interface Heart {
  readonly samplingRate: number
  readonly seconds: number
  /** Seconds from beat to beat. */
  readonly interval: number
}

const sixty: Heart = { samplingRate: 360, seconds: 60, interval: 0.8 }

/** The times of the R peaks: the first after half an interval, and none cut off at the end. */
const times = ({ seconds, interval }: Heart): ReadonlyArray<number> =>
  Array.from({ length: Math.floor(seconds / interval) }, (_, beat) => (beat + 0.5) * interval)

// Each wave: its size in mV, its time after the R peak and its width, in seconds.
const waves = [
  { size: 0.15, after: -0.16, width: 0.025 },
  { size: -0.15, after: -0.03, width: 0.008 },
  { size: 1.2, after: 0, width: 0.011 },
  { size: -0.25, after: 0.03, width: 0.01 },
  { size: 0.3, after: 0.24, width: 0.045 }
]

const bump = (time: number, width: number): number => Math.exp(-0.5 * (time / width) ** 2)

/** A heart in mV, at any rate: every beat alike, as many waves as a textbook draws. */
const draw = (heart: Heart): Float64Array => {
  const signal = new Float64Array(heart.seconds * heart.samplingRate)
  for (const peak of times(heart)) {
    for (const { size, after, width } of waves) {
      const centre = (peak + after) * heart.samplingRate
      const reach = 6 * width * heart.samplingRate
      const end = Math.min(signal.length, centre + reach)
      for (let index = Math.max(0, Math.ceil(centre - reach)); index < end; index++) {
        const drawn = size * bump((index - centre) / heart.samplingRate, width)
        signal[index] = (signal[index] ?? 0) + drawn
      }
    }
  }
  return signal
}

/** Normally distributed numbers, the same for the same seed. */
const noise = (length: number, seed: number): Float64Array => {
  let state = seed
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  return Float64Array.from(
    { length },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  )
}

const find = (signal: Beats.Leads, samplingRate = 360, gain?: number): ReadonlyArray<number> =>
  Array.from(Result.getOrThrow(Beats.detect(signal, { samplingRate, gain })))

const refusal = (signal: Beats.Leads, samplingRate = 360) =>
  Result.match(Beats.detect(signal, { samplingRate }), {
    onSuccess: () => "not refused",
    onFailure: ({ reason }) => reason
  })

/** The largest error of the beats in seconds; without an end where there are more or fewer. */
const worst = (
  found: ReadonlyArray<number>,
  peaks: ReadonlyArray<number>,
  samplingRate = 360
): number =>
  found.length === peaks.length
    ? Math.max(...found.map((at, beat) => Math.abs(at / samplingRate - (peaks[beat] ?? NaN))))
    : Infinity

const tolerance = 0.012

describe("Beats.detect", () => {
  const clean = draw(sixty)
  const peaks = times(sixty)
  const change = (to: (sample: number, index: number) => number) => find(clean.map(to))

  it("refuses an empty signal, no lead, leads of two lengths, no finite sample and a bad rate", () => {
    expect(refusal([])).toBe("empty")
    expect(refusal([[], []])).toBe("empty")
    expect(refusal([[1, 2], [1]])).toBe("lengths")
    expect(refusal([NaN, Infinity])).toBe("no-finite-sample")
    for (const rate of [99, 2001, 0, -360, NaN, Infinity]) {
      expect(refusal([1, 2, 3], rate)).toBe("sampling-rate")
    }
  })

  it("finds the one beat of a lead of two seconds", () => {
    const heart = { samplingRate: 360, seconds: 2, interval: 2 }
    expect(worst(find(draw(heart)), times(heart))).toBeLessThan(tolerance)
  })

  it("finds nothing in one sample, in a constant and in a slow drift", () => {
    expect(find([7])).toEqual([])
    expect(find(new Float64Array(36_000).fill(-1024.3))).toEqual([])
    expect(find(Float64Array.from({ length: 36_000 }, (_, index) => index / 7))).toEqual([])
  })

  it("finds every beat of a clean lead at its R peak, the first and the last too", () => {
    expect(worst(find(clean), peaks)).toBeLessThan(tolerance)
  })

  it.each([100, 128, 200, 250, 257, 360, 500, 1000, 2000])(
    "finds the same beats at %i Hz",
    (samplingRate) => {
      const heart = { ...sixty, samplingRate }
      expect(worst(find(draw(heart), samplingRate), times(heart), samplingRate)).toBeLessThan(
        tolerance
      )
    }
  )

  it.each([0.3, 0.4, 0.6, 1, 1.5, 2.2])("finds a beat every %d s", (interval) => {
    const heart = { ...sixty, interval }
    expect(worst(find(draw(heart)), times(heart))).toBeLessThan(tolerance)
  })

  it("takes every kind of array for the same samples", () => {
    const counts = clean.map((sample) => Math.round(sample * 200))
    const found = find(counts)
    for (const kind of [Float32Array, Int32Array, Int16Array]) {
      expect(find(kind.from(counts))).toEqual(found)
    }
    expect(find(Array.from(counts))).toEqual(found)
  })

  it("finds the same beats whatever the unit, the offset and the polarity", () => {
    for (const factor of [1e-90, 1e-6, 200, 1e90]) {
      expect(
        worst(
          change((sample) => sample * factor),
          peaks
        )
      ).toBeLessThan(tolerance)
    }
    expect(
      worst(
        change((sample) => sample + 5000),
        peaks
      )
    ).toBeLessThan(tolerance)
    expect(
      worst(
        change((sample) => -sample),
        peaks
      )
    ).toBeLessThan(tolerance)
  })

  it("is not misled by a wandering baseline, by mains hum or by muscle noise", () => {
    const muscle = noise(clean.length, 5)
    const wander = (index: number) => 2 * Math.sin(index / 400)
    const hum = (index: number) => 0.3 * Math.sin((2 * Math.PI * 50 * index) / 360)
    expect(
      worst(
        change((sample, index) => sample + wander(index)),
        peaks
      )
    ).toBeLessThan(tolerance)
    expect(change((sample, index) => sample + hum(index))).toHaveLength(peaks.length)
    expect(change((sample, index) => sample + 0.1 * (muscle[index] ?? 0))).toHaveLength(
      peaks.length
    )
  })

  it("finds the beats of a lead that is cut off above and below", () => {
    expect(change((sample) => Math.min(0.5, Math.max(-0.1, sample)))).toHaveLength(peaks.length)
  })

  it("counts a paced beat once: neither the atrial nor the ventricular spike is a beat", () => {
    const spiked = (size: number) => {
      const signal = draw({ ...sixty, samplingRate: 1000 })
      for (const peak of peaks) {
        for (const at of [peak - 0.16, peak - 0.04]) {
          signal.fill(size, Math.round(at * 1000), Math.round(at * 1000) + 2)
        }
      }
      return signal
    }
    for (const size of [1, 3, -3])
      expect(worst(find(spiked(size), 1000), peaks, 1000)).toBeLessThan(tolerance)
  })

  it("is not changed by one missing sample, wherever it is", () => {
    for (const missing of [NaN, Infinity, -Infinity]) {
      for (const at of [0, 100, 5000, 5040, 21_599]) {
        expect(
          worst(
            change((sample, index) => (index === at ? missing : sample)),
            peaks
          )
        ).toBeLessThan(tolerance)
      }
    }
    expect(
      worst(
        change((sample, index) => (index % 10 === 0 ? NaN : sample)),
        peaks
      )
    ).toBeLessThan(tolerance)
  })

  it("finds the beats on both sides of a gap of 10 s, also where the offset jumps across it", () => {
    const isGap = (index: number) => index >= 9000 && index < 12_600
    const around = peaks.filter((peak) => !isGap(peak * 360))
    for (const jump of [0, 50]) {
      const found = change((sample, index) =>
        isGap(index) ? NaN : index < 9000 ? sample : sample + jump
      )
      expect(worst(found, around)).toBeLessThan(tolerance)
    }
  })

  it("finds the beats after a minute that is missing, and after a minute that is flat", () => {
    const rest = clean.length
    const late = peaks.map((peak) => peak + 120)
    for (const missing of [NaN, 0]) {
      const signal = new Float64Array(3 * rest).fill(missing)
      signal.set(clean)
      signal.set(clean, 2 * rest)
      expect(worst(find(signal), [...peaks, ...late])).toBeLessThan(tolerance)
    }
  })

  it("loses no more than the beat under a spike of 100 samples and 50 mV", () => {
    for (const at of [3000, 10_000, 10_150, 21_000]) {
      const found = change((sample, index) => (index >= at && index < at + 100 ? 50 : sample))
      const near = (sample: number) => sample > at - 120 && sample < at + 220
      const clear = peaks.filter((peak) => !near(peak * 360))
      expect(
        worst(
          found.filter((sample) => !near(sample)),
          clear
        )
      ).toBeLessThan(tolerance)
    }
  })

  it("adapts when the lead becomes eight times smaller or larger", () => {
    for (const factor of [1 / 8, 8]) {
      const found = change((sample, index) => (index < 10_800 ? sample : sample * factor))
      expect(found.length).toBeGreaterThanOrEqual(peaks.length - 1)
      expect(found.length).toBeLessThanOrEqual(peaks.length)
    }
  })

  it("does not fill a pause of 6 s", () => {
    const isPause = (time: number) => time > 20.2 && time < 26.2
    const signal = clean.map((sample, index) => (isPause(index / 360) ? 0 : sample))
    const around = peaks.filter((peak) => !isPause(peak))
    expect(worst(find(signal), around)).toBeLessThan(tolerance)
  })

  it.each([100, 250, 360, 1000])("finds no heart in noise at %i Hz", (samplingRate) => {
    const length = 180 * samplingRate
    for (const seed of [1, 2, 3]) {
      const white = noise(length, seed)
      let sum = 0
      const walk = white.map((step) => (sum += step))
      const counts = white.map((sample) => Math.round(sample * 0.4))
      const hum = white.map(
        (sample, index) => 20 * Math.sin((2 * Math.PI * 60 * index) / samplingRate) + 0.5 * sample
      )
      for (const signal of [white, walk, counts, hum]) {
        expect(find(signal, samplingRate).length).toBeLessThanOrEqual(1)
      }
    }
  })

  it("finds no heart in mains hum alone", () => {
    const hum = (frequency: number) =>
      Float64Array.from({ length: 36_000 }, (_, index) =>
        Math.sin((2 * Math.PI * frequency * index) / 360)
      )
    expect(find(hum(50))).toEqual([])
    expect(find(hum(60))).toEqual([])
  })

  it("with a gain, finds nothing in what is smaller than any heart", () => {
    const tiny = clean.map((sample) => sample * 0.01)
    expect(worst(find(tiny), peaks)).toBeLessThan(tolerance)
    expect(find(tiny, 360, 1)).toEqual([])
    expect(worst(find(clean, 360, 1), peaks)).toBeLessThan(tolerance)
  })

  it("finds the beats of several leads where any of them has them", () => {
    const flat = new Float64Array(clean.length)
    const lost = clean.map((sample, index) => (index > 10_000 ? NaN : sample))
    const rest = clean.map((sample, index) => (index > 9000 ? -300 * sample : NaN))
    const loud = noise(clean.length, 9)
    for (const leads of [[clean], [clean, clean], [flat, clean], [lost, rest], [clean, loud]]) {
      expect(worst(find(leads), peaks)).toBeLessThan(tolerance)
    }
  })
})

describe("Beats.detector", () => {
  const heart = { ...sixty, samplingRate: 250 }
  const restless = noise(heart.seconds * 250, 3)
  const signal = draw(heart).map((sample, index) =>
    index > 5000 && index < 6000 ? NaN : sample + 0.15 * (restless[index] ?? 0)
  )
  const other = signal.map((sample, index) => -2 * sample + 0.1 * (restless[index + 1] ?? 0))

  it("throws a sampling rate that no device has, and blocks that do not belong together", () => {
    for (const samplingRate of [0, 99, 2001, NaN]) {
      expect(() => Beats.detector({ samplingRate })).toThrow(Signal.SignalError)
    }
    const two = Beats.detector({ samplingRate: 250, leads: 2 })
    expect(() => two.push([1, 2, 3])).toThrow(Signal.SignalError)
    expect(() => two.push([[1, 2, 3], [1]])).toThrow(Signal.SignalError)
  })

  it("finds nothing in nothing", () => {
    const empty = Beats.detector({ samplingRate: 250 })
    expect(Array.from(empty.push([]))).toEqual([])
    expect(Array.from(empty.push([NaN, NaN]))).toEqual([])
    expect(Array.from(empty.flush())).toEqual([])
  })

  /** The beats of leads that come in blocks of the given sizes, again and again. */
  const stream = (
    leads: ReadonlyArray<Float64Array>,
    sizes: ReadonlyArray<number>
  ): ReadonlyArray<number> => {
    const detector = Beats.detector({ samplingRate: 250, leads: leads.length })
    const length = leads[0]?.length ?? 0
    const found: Array<number> = []
    let start = 0
    for (let turn = 0; start < length; turn++) {
      const end = start + (sizes[turn % sizes.length] ?? length)
      found.push(...detector.push(leads.map((lead) => lead.subarray(start, end))))
      start = end
    }
    return [...found, ...detector.flush()]
  }

  const whole = find(signal, 250)
  const both = find([signal, other], 250)

  it("finds the same beats sample by sample as in the whole", () => {
    expect(whole.length).toBeGreaterThan(65)
    expect(stream([signal], [1])).toEqual(whole)
    expect(stream([signal, other], [1])).toEqual(both)
  })

  const Sizes = Schema.NonEmptyArray(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 900 }))
  )

  it.prop("finds the same beats in blocks of any size", { sizes: Sizes }, ({ sizes }) => {
    expect(stream([signal], sizes)).toEqual(whole)
    expect(stream([signal, other], sizes)).toEqual(both)
  })

  it("gives every beat once, in order, and within 8 s", () => {
    const detector = Beats.detector({ samplingRate: 250 })
    const clean = draw(heart)
    const found: Array<number> = []
    for (let start = 0; start < clean.length; start += 50) {
      const certain = Array.from(detector.push(clean.subarray(start, start + 50)))
      for (const beat of certain) expect(start + 50 - beat).toBeLessThanOrEqual(8 * 250)
      found.push(...certain)
    }
    found.push(...detector.flush())
    expect(found).toEqual(found.toSorted((left, right) => left - right))
    expect(worst(found, times(heart), 250)).toBeLessThan(tolerance)
  })

  it("finds an hour as it finds a minute: the same beats, over and over", () => {
    const detector = Beats.detector({ samplingRate: 250 })
    const minute = draw(heart)
    const found: Array<number> = []
    for (let turn = 0; turn < 60; turn++) found.push(...detector.push(minute))
    found.push(...detector.flush())
    expect(found).toHaveLength(60 * times(heart).length)
  })
})
