import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Signal from "../../src/ecg/Signal.ts"
import * as Waves from "../../src/ecg/Waves.ts"

interface Ecg {
  readonly samplingRate: number
  readonly signal: Float64Array
  readonly beats: ReadonlyArray<number>
}

const bump = (at: number, height: number, width: number): number =>
  height * Math.exp(-0.5 * (at / width) ** 2)

// Seconds from the R peak; a bump is over after two and a half widths.
const p = { at: -0.16, width: 0.022 }
const q = { at: -0.025, width: 0.008 }
const s = { at: 0.028, width: 0.009 }
const t = { at: 0.28, width: 0.045 }
const reach = 2.5

const ventricles = (at: number): number =>
  bump(at - q.at, -0.1, q.width) +
  bump(at, 1, 0.011) +
  bump(at - s.at, -0.2, s.width) +
  bump(at - t.at, 0.3, t.width)

const atria = (at: number): number => bump(at - p.at, 0.15, p.width)

/** Beats every `rr` seconds; `shape` tells the level at a time from beat `index`. */
const ecg = (
  samplingRate: number,
  {
    seconds = 12,
    rr = 0.8,
    shape = (at: number) => atria(at) + ventricles(at)
  }: {
    readonly seconds?: number
    readonly rr?: number
    readonly shape?: (at: number, index: number) => number
  } = {}
): Ecg => {
  const count = Math.floor((seconds - 1.2) / rr)
  const beats = Array.from({ length: count }, (_, index) =>
    Math.round((0.6 + index * rr) * samplingRate)
  )
  const signal = Float64Array.from({ length: Math.round(seconds * samplingRate) }, (_, at) =>
    beats.reduce((sum, beat, index) => sum + shape((at - beat) / samplingRate, index), 0)
  )
  return { samplingRate, signal, beats }
}

const delineated = (
  { signal, samplingRate, beats }: Ecg,
  changed: Signal.Signal = signal
): ReadonlyArray<Waves.Beat> => Result.getOrThrow(Waves.delineate(changed, { samplingRate, beats }))

const names = (beat: Waves.Beat | undefined): string => Object.keys(beat ?? {}).join(" ")

const everyWave = "beat p qrs t"

/** Milliseconds from the R peak. */
const ms = ({ beat }: Waves.Beat, at: number | undefined, samplingRate: number): number =>
  (((at ?? NaN) - beat) * 1000) / samplingRate

const reason = (signal: Signal.Signal, samplingRate: number): string => {
  const result = Waves.delineate(signal, { samplingRate, beats: [] })
  return Result.isFailure(result) ? result.failure.reason : ""
}

describe("Waves.delineate", () => {
  it("fails where a signal cannot be read", () => {
    expect(reason([], 250)).toBe("empty")
    expect(reason([NaN, Infinity], 250)).toBe("no-finite-sample")
    expect(reason([1, 2], 99)).toBe("sampling-rate")
    expect(reason([1, 2], 2001)).toBe("sampling-rate")
    expect(reason([1, 2], NaN)).toBe("sampling-rate")
  })

  it("finds nothing in one sample, in a flat line and where there are no beats", () => {
    const of = (signal: Signal.Signal, beats: ReadonlyArray<number>) =>
      Result.getOrThrow(Waves.delineate(signal, { samplingRate: 250, beats }))
    expect(of([1], [0])).toEqual([{ beat: 0 }])
    expect(of([1], [])).toEqual([])
    const flat = new Float64Array(2500).fill(7)
    expect(of(flat, [500, 700, 900])).toEqual([{ beat: 500 }, { beat: 700 }, { beat: 900 }])
  })

  it.each([100, 128, 250, 360, 500, 1000, 2000])(
    "finds the boundaries of a drawn ECG at %i Hz, within 20 ms and 30 ms for T",
    (samplingRate) => {
      const waves = delineated(ecg(samplingRate))
      expect(waves).toHaveLength(13)
      for (const beat of waves) {
        const at = (sample: number | undefined) => ms(beat, sample, samplingRate)
        const near = (sample: number | undefined, seconds: number, within: number) => {
          expect(Math.abs(at(sample) - 1000 * seconds)).toBeLessThan(within)
        }
        near(beat.p?.onset, p.at - reach * p.width, 20)
        near(beat.p?.peak, p.at, 11)
        near(beat.p?.offset, p.at + reach * p.width, 20)
        near(beat.qrs?.onset, q.at - reach * q.width, 20)
        near(beat.qrs?.peak, 0, 11)
        near(beat.qrs?.offset, s.at + reach * s.width, 20)
        near(beat.t?.onset, t.at - reach * t.width, 30)
        near(beat.t?.peak, t.at, 11)
        near(beat.t?.offset, t.at + reach * t.width, 30)
      }
    }
  )

  it("has one entry per beat, in the order given, whatever the beats are", () => {
    const drawn = ecg(250)
    const odd = [-5, 2.5, NaN, Infinity, 3_000_000]
    const beats = [...odd, ...drawn.beats, drawn.beats[0] ?? 0]
    const waves = delineated({ ...drawn, beats })
    expect(waves.map(({ beat }) => beat)).toEqual(beats)
    expect(waves.slice(0, odd.length).map(names)).toEqual(odd.map(() => "beat"))
    expect(waves.slice(odd.length, -1)).toEqual(delineated(drawn))
    expect(names(waves.at(-1))).toBe("beat")
  })

  it("leaves out what the ends of the recording cut off", () => {
    const drawn = ecg(250)
    const first = (drawn.beats[0] ?? 0) - 45
    const last = (drawn.beats.at(-1) ?? 0) + 60
    const cut = {
      samplingRate: 250,
      signal: drawn.signal.slice(first, last),
      beats: drawn.beats.map((beat) => beat - first)
    }
    const waves = delineated(cut)
    expect(names(waves[0])).toBe("beat qrs t")
    expect(names(waves[1])).toBe(everyWave)
    expect(names(waves.at(-1))).toBe("beat p qrs")
  })

  it("skips what touches a missing sample, and only that", () => {
    const drawn = ecg(250)
    const [, , third = 0, , fifth = 0, , seventh = 0] = drawn.beats
    for (const missing of [NaN, Infinity, -Infinity]) {
      const holes = drawn.signal.slice()
      holes[third - 40] = missing
      holes[fifth] = missing
      holes[seventh + 70] = missing
      const found = delineated(drawn, holes).map(names)
      expect(found[2]).toBe("beat qrs t")
      expect(found[4]).toBe("beat")
      expect(found[6]).toBe("beat p qrs")
      const others = found.filter((_, index) => ![2, 4, 6].includes(index))
      expect(others).toEqual(others.map(() => everyWave))
    }
  })

  it("finds the others beside a spike of 50 mV, and beats in noise and on saturation", () => {
    const drawn = ecg(250)
    const [, second = 0, third = 0] = drawn.beats
    const spiked = drawn.signal.slice()
    spiked[Math.round((second + third) / 2)] = 50
    const found = delineated(drawn, spiked)
    expect(found.slice(3).map(names)).toEqual(found.slice(3).map(() => everyWave))
    expect(found.every((beat) => beat.qrs)).toBe(true)
    const railed = drawn.signal.map((sample) => Math.min(0.8, sample))
    expect(delineated(drawn, railed).map(names)).toEqual(drawn.beats.map(() => everyWave))
  })

  it("goes on after a gap of 10 s", () => {
    const drawn = ecg(250, { seconds: 40 })
    const gap = drawn.signal.slice().fill(NaN, 3750, 6250)
    const waves = delineated(drawn, gap)
    const isClear = (beat: number) => beat < 3750 - 125 || beat > 6250 + 75
    const clear = waves.filter(({ beat }) => isClear(beat))
    expect(clear.map(names)).toEqual(clear.map(() => everyWave))
    const inGap = waves.filter(({ beat }) => beat >= 3750 && beat < 6250)
    expect(inGap.map(names)).toEqual(inGap.map(() => "beat"))
  })

  it("finds no P wave where there is none, and where the rhythm is irregular over a restless line", () => {
    const without = ecg(250, { shape: ventricles })
    expect(delineated(without).filter((beat) => beat.p)).toEqual([])
    const beats = [150, 310, 540, 700, 1000, 1150, 1420, 1590, 1880, 2040, 2350, 2500]
    const signal = Float64Array.from({ length: 3000 }, (_, at) =>
      beats.reduce(
        (sum, beat) => sum + ventricles((at - beat) / 250),
        0.05 * Math.sin((2 * Math.PI * 6.3 * at) / 250 + 3 * Math.sin(at / 170))
      )
    )
    expect(delineated({ samplingRate: 250, signal, beats }).filter((beat) => beat.p)).toEqual([])
  })

  it("finds no T wave where the beats have none, and none in common", () => {
    const complex = (at: number): number => atria(at) + bump(at, 1, 0.011)
    const without = ecg(250, { seconds: 20, shape: complex })
    expect(delineated(without).map(names)).toEqual(without.beats.map(() => "beat p qrs"))
    const restless = without.signal.map(
      (sample, at) =>
        sample + 0.03 * Math.sin((2 * Math.PI * 4.7 * at) / 250 + 3 * Math.sin(at / 97))
    )
    expect(delineated(without, restless).filter((beat) => beat.t)).toEqual([])
  })

  it("keeps the shape of a ventricular beat apart from that of the others", () => {
    const wide = (at: number): number =>
      bump(at + 0.02, 0.9, 0.03) + bump(at - 0.05, -0.5, 0.03) + bump(at - 0.3, -0.4, 0.05)
    const drawn = ecg(250, {
      seconds: 16,
      shape: (at, index) => (index === 7 ? wide(at) : atria(at) + ventricles(at))
    })
    const waves = delineated(drawn)
    const width = ({ qrs }: Waves.Beat) => (qrs ? qrs.offset - qrs.onset : NaN)
    const [usual = NaN, ventricular = NaN] = [6, 7].map((index) =>
      width(waves[index] ?? { beat: 0 })
    )
    expect(ventricular).toBeGreaterThan(1.5 * usual)
    expect(waves[7]?.p).toBeUndefined()
    expect(names(waves[6])).toBe(everyWave)
    expect(names(waves[8])).toBe(everyWave)
  })

  it("gives the same in every kind of array, and does not change the signal", () => {
    const { signal, beats } = ecg(250)
    const samples = signal.map((sample) => Math.round(1000 * sample))
    const of = (kind: Signal.Signal) =>
      Result.getOrThrow(Waves.delineate(kind, { samplingRate: 250, beats }))
    const expected = of(samples)
    for (const kind of [Float32Array, Int32Array, Int16Array]) {
      expect(of(kind.from(samples))).toEqual(expected)
    }
    expect(of(Array.from(samples))).toEqual(expected)
    expect(samples).toEqual(signal.map((sample) => Math.round(1000 * sample)))
  })

  const drawn = ecg(250)
  const Power = Schema.Int.check(Schema.isBetween({ minimum: -30, maximum: 30 }))
  const Place = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2999 }))
  const Values = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: -100, maximum: 100 })))

  it.prop(
    "does not change when the signal is scaled, inverted or raised",
    { power: Power, raised: Values },
    ({ power, raised }) => {
      const level = raised.length
      const changed = drawn.signal.map((sample) => -(sample + level) * 2 ** power)
      expect(delineated(drawn, changed)).toEqual(
        delineated(
          drawn,
          drawn.signal.map((sample) => sample + level)
        )
      )
    },
    { arbitrary: { runs: 20 } }
  )

  it.prop(
    "keeps the waves in order and apart, whatever the signal and the beats",
    { values: Values, places: Schema.Array(Place) },
    ({ values, places }) => {
      const signal = drawn.signal.map(
        (sample, at) => sample + 0.01 * (values[at % Math.max(1, values.length)] ?? 0)
      )
      const beats = [...new Set([...places, ...drawn.beats])].sort((a, b) => a - b)
      const waves = delineated({ samplingRate: 250, signal, beats })
      const ends = waves.flatMap(({ p, qrs, t }) =>
        [p, qrs, t].flatMap((wave) => (wave ? [wave.onset, wave.peak, wave.offset] : []))
      )
      return ends.every((end, index) => Number.isInteger(end) && end >= (ends[index - 1] ?? 0))
    },
    { arbitrary: { runs: 20 } }
  )
})

describe("Waves.intervals", () => {
  const qrs = { onset: 240, peak: 250, offset: 265 }
  const whole = {
    beat: 250,
    p: { onset: 200, peak: 210, offset: 225 },
    qrs,
    t: { onset: 300, peak: 320, offset: 340 }
  }

  it("measures from onset to onset, and from onset to offset, in ms", () => {
    const [, second] = Waves.intervals([{ beat: 50 }, whole], { samplingRate: 250 })
    expect(second).toEqual({ rr: 800, p: 100, pr: 160, qrs: 100, qt: 400 })
  })

  it("is NaN where a wave is absent, and for the first RR interval", () => {
    const none = { rr: NaN, p: NaN, pr: NaN, qrs: NaN, qt: NaN }
    expect(Waves.intervals([{ beat: 50 }], { samplingRate: 250 })).toEqual([none])
    const [bare] = Waves.intervals([{ beat: 250, qrs }], { samplingRate: 250 })
    expect(bare).toEqual({ ...none, qrs: 100 })
    expect(Waves.intervals([], { samplingRate: 250 })).toEqual([])
  })
})

describe("Waves.median", () => {
  const of = (qt: number): Waves.Intervals => ({ rr: 1000, p: 100, pr: 160, qrs: 90, qt })

  it("is the middle of what is known, and the mean of the middle two", () => {
    expect(Waves.median([of(900), of(380), of(NaN), of(400)]).qt).toBe(400)
    expect(Waves.median([of(380), of(400)]).qt).toBe(390)
  })

  it("is NaN where nothing is known", () => {
    expect(Waves.median([]).qt).toBe(NaN)
    expect(Waves.median([of(NaN)])).toEqual(of(NaN))
  })
})

describe("Waves.qtc", () => {
  it("follows the four formulas", () => {
    // RR 640 ms: root 0.8, 93.75 beats a minute.
    const fast = Waves.qtc(360, 640)
    expect(fast.bazett).toBe(450)
    expect(Waves.qtc(360, 512).fridericia).toBeCloseTo(450, 10)
    expect(fast.framingham).toBeCloseTo(360 + 154 * 0.36, 10)
    expect(fast.hodges).toBeCloseTo(360 + 1.75 * 33.75, 10)
    // RR 1331 ms: cube root 1.1.
    expect(Waves.qtc(440, 1331).fridericia).toBeCloseTo(400, 10)
    expect(Waves.qtc(440, 1331).framingham).toBeCloseTo(440 - 154 * 0.331, 10)
    expect(Waves.qtc(440, 1500).hodges).toBeCloseTo(440 - 1.75 * 20, 10)
  })

  it("is QT itself at 60 beats a minute", () => {
    for (const value of Object.values(Waves.qtc(412, 1000))) expect(value).toBe(412)
  })

  it("is NaN for what is not a positive finite number", () => {
    const bad = [0, -1, NaN, Infinity, -Infinity]
    for (const [qt, rr] of bad.flatMap((value): ReadonlyArray<[number, number]> => [
      [value, 800],
      [400, value]
    ])) {
      expect(Object.values(Waves.qtc(qt, rr))).toEqual([NaN, NaN, NaN, NaN])
    }
  })
})

describe("Waves.stLevel", () => {
  // 250 Hz: the isoelectric line is 5 samples before the onset, J + 80 ms is 20 samples after it.
  const beats = [{ beat: 100 }, { beat: 300, qrs: { onset: 290, peak: 300, offset: 315 } }]
  const step = (after: number) =>
    Float64Array.from({ length: 600 }, (_, at) => (at < after ? 40 : 10))

  it("is the level at J + 80 ms above that before the complex", () => {
    const { levels, median } = Waves.stLevel(step(300), beats, { samplingRate: 250 })
    expect(Array.from(levels)).toEqual([NaN, -30])
    expect(median).toBe(-30)
  })

  it("is in mV where the gain is given", () => {
    expect(Waves.stLevel(step(300), beats, { samplingRate: 250, gain: 200 }).median).toBe(-0.15)
  })

  it("is taken at J + 60 ms above 120 beats a minute, and where the caller says", () => {
    const ramp = Float64Array.from({ length: 600 }, (_, at) => Math.max(0, at - 315))
    const at = (rr: number, delay?: number) =>
      Waves.stLevel(ramp, [{ beat: 300 - rr }, beats[1] ?? { beat: 0 }], {
        samplingRate: 250,
        delay
      }).median
    expect(at(125)).toBe(20)
    expect(at(124)).toBe(15)
    expect(at(124, 40)).toBe(10)
  })

  it("is NaN where a sample is missing and beyond the ends", () => {
    const hole = step(300)
    hole[335] = NaN
    expect(Waves.stLevel(hole, beats, { samplingRate: 250 }).median).toBe(NaN)
    const short = step(300).slice(0, 330)
    expect(Waves.stLevel(short, beats, { samplingRate: 250 }).median).toBe(NaN)
    expect(Waves.stLevel([], [], { samplingRate: 250 }).median).toBe(NaN)
  })
})
