import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Fft from "../../src/ecg/internal/fft.ts"
import * as Spline from "../../src/ecg/internal/spline.ts"
import * as Fluctuation from "../../src/ecg/internal/variabilityFluctuation.ts"
import * as Intervals from "../../src/ecg/internal/variabilitySeries.ts"
import * as Variability from "../../src/ecg/Variability.ts"

const integers = (minimum: number, maximum: number) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const isNear = (left: number, right: number): boolean =>
  Object.is(left, right) || Math.abs(left - right) <= 1e-9 * Math.max(1, Math.abs(right))

/** Intervals that swing and scatter, the same at every run. */
const rhythm = (length: number): ReadonlyArray<number> => {
  let state = 1
  return Array.from({ length }, (_, beat) => {
    state = (state * 48_271) % 2_147_483_647
    return 850 + 40 * Math.sin(beat / 40) + 25 * Math.sin(beat * 1.4) + (state % 1000) / 20
  })
}

describe("Variability.intervals", () => {
  const beats = [0, 100, 200, 250, 400, 500, 600]
  const of = (options: Omit<Variability.BeatOptions, "samplingRate">) =>
    Array.from(Variability.intervals(beats, { samplingRate: 100, ...options }))

  it("are the differences of the beats, in ms", () => {
    expect(of({})).toEqual([1000, 1000, 500, 1500, 1000, 1000])
    expect(Variability.intervals(Int32Array.from(beats), { samplingRate: 200 })[0]).toBe(500)
  })

  it("are none without two beats, or without a sampling rate", () => {
    expect(Variability.intervals([], { samplingRate: 100 })).toHaveLength(0)
    expect(Variability.intervals([7], { samplingRate: 100 })).toHaveLength(0)
    for (const samplingRate of [0, -100, NaN, Infinity]) {
      expect(Variability.intervals(beats, { samplingRate })).toHaveLength(0)
    }
  })

  it("has one NaN for all intervals around beats that are not normal", () => {
    const isNormal = [true, true, true, false, false, true, true]
    expect(of({ isNormal })).toEqual([1000, 1000, NaN, 1000])
    expect(of({ isNormal: (beat) => beat !== 3 })).toEqual([1000, 1000, NaN, 1000, 1000])
  })

  it("has no NaN at the ends", () => {
    expect(of({ isNormal: (beat) => beat > 1 && beat < 6 })).toEqual([500, 1500, 1000])
    expect(of({ isNormal: () => false })).toEqual([])
  })

  it("leaves out what a gap overlaps, by as little as one sample", () => {
    expect(of({ gaps: [{ start: 399, end: 400 }] })).toEqual([1000, 1000, 500, NaN, 1000, 1000])
    expect(of({ gaps: [{ start: 400, end: 400 }] })).toEqual(of({}))
    const two = [
      { start: 510, end: 520 },
      { start: 150, end: 260 }
    ]
    expect(of({ gaps: two })).toEqual([1000, NaN, 1000])
  })

  it("takes beats out of order, and a minute without one, for a gap", () => {
    const options = { samplingRate: 100 }
    expect(Array.from(Variability.intervals([0, 100, 100, 200], options))).toEqual([
      1000,
      NaN,
      1000
    ])
    expect(Array.from(Variability.intervals([0, 100, 6101, 6201], options))).toEqual([
      1000,
      NaN,
      1000
    ])
  })

  it("come with the times they end at", () => {
    const options = { samplingRate: 100, isNormal: (beat: number) => beat !== 3 }
    expect(Array.from(Variability.times(beats, options))).toEqual([1000, 2000, NaN, 5000, 6000])
  })
})

describe("Variability.timeDomain", () => {
  // Differences 60, -20, 60; deviations from 850: -50, 10, -10, 50.
  it("is as worked out by hand on four intervals", () => {
    const found = Variability.timeDomain([800, 860, 840, 900])
    expect(found).toMatchObject({ count: 4, differences: 3, mean: 850, median: 850 })
    expect(found).toMatchObject({ min: 800, max: 900, nn50: 2, nn20: 2 })
    expect(found.sdnn).toBeCloseTo(Math.sqrt(5200 / 3), 12)
    expect(found.rmssd).toBeCloseTo(Math.sqrt(7600 / 3), 12)
    expect(found.sdsd).toBeCloseTo(Math.sqrt((2 * (80 / 3) ** 2 + (160 / 3) ** 2) / 2), 12)
    expect(found.pnn50).toBeCloseTo(200 / 3, 12)
    expect(found.cvnn).toBeCloseTo(found.sdnn / 850, 15)
    expect(found.cvsd).toBeCloseTo(found.rmssd / 850, 15)
    expect(found.heartRate).toBeCloseTo(60_000 / 850, 12)
    expect(found.meanHeartRate).toBeCloseTo(15_000 * (1 / 800 + 1 / 860 + 1 / 840 + 1 / 900), 12)
    expect(found.sdann).toBeNaN()
  })

  it("is NaN where there are too few intervals, and never throws", () => {
    const none = Variability.timeDomain([])
    expect(none).toMatchObject({ count: 0, differences: 0, nn50: 0 })
    for (const value of [none.mean, none.median, none.min, none.sdnn, none.rmssd, none.pnn50]) {
      expect(value).toBeNaN()
    }
    const one = Variability.timeDomain([800])
    expect(one).toMatchObject({ count: 1, mean: 800, median: 800, heartRate: 75, sdnn: NaN })
    expect(one.rmssd).toBeNaN()
    const two = Variability.timeDomain([800, 900])
    expect(two).toMatchObject({ count: 2, differences: 1, rmssd: 100, pnn50: 100, sdsd: NaN })
  })

  it("takes no difference across a gap", () => {
    const found = Variability.timeDomain([800, 860, NaN, 400, 410])
    expect(found).toMatchObject({ count: 4, differences: 2, nn50: 1, pnn50: 50 })
    expect(found.rmssd).toBeCloseTo(Math.sqrt((3600 + 100) / 2), 12)
  })

  it.each([0, -800, Infinity, -Infinity, 60_001])("takes %d for a gap", (gap) => {
    expect(Variability.timeDomain([800, 860, gap, 400, 410])).toEqual(
      Variability.timeDomain([800, 860, NaN, 400, 410])
    )
  })

  it("finds no spread at all in equal intervals", () => {
    const found = Variability.timeDomain(Array.from({ length: 1000 }, () => 800.1))
    expect(found).toMatchObject({ mean: 800.1, sdnn: 0, rmssd: 0, sdsd: 0, cvnn: 0, pnn50: 0 })
    expect(found).toMatchObject({ sdann: 0, sdnnIndex: 0 })
    expect(Variability.timeDomain([800.1]).heartRate).toBe(60_000 / 800.1)
  })

  it("takes the spread of the means of 5-minute segments, and the mean of their spreads", () => {
    const rr = [600, 1000, 750].flatMap((interval) =>
      Array.from({ length: 300_000 / interval }, () => interval)
    )
    expect(Variability.timeDomain(rr).sdnnIndex).toBe(0)
    // Deviations from 800 of the first two: -200, 200; the rest is no whole segment.
    expect(Variability.timeDomain(rr.slice(0, -1)).sdann).toBeCloseTo(Math.sqrt(80_000), 9)
    expect(Variability.timeDomain(rr.slice(0, 799)).sdann).toBeNaN()
  })

  it("leaves out segments that are mostly gap, if it is told the times", () => {
    const minutes = (count: number) => Array.from({ length: count * 60 }, () => 1000)
    const rr = [...minutes(5), NaN, ...minutes(2).map(() => 500), ...minutes(5)]
    const times = rr.map(
      (_, beat) => (beat < 300 ? beat + 1 : beat < 421 ? beat + 120 : beat + 180) * 1000
    )
    expect(Variability.timeDomain(rr, { times }).sdann).toBe(0)
  })

  const Rhythm = Schema.Array(integers(300, 2000))

  it.prop("has the same spreads forwards and backwards", { rr: Rhythm }, ({ rr }) => {
    const [forwards, backwards] = [rr, rr.toReversed()].map((it) => Variability.timeDomain(it))
    return (["mean", "median", "sdnn", "rmssd", "sdsd", "pnn50", "pnn20"] as const).every((name) =>
      isNear(forwards![name], backwards![name])
    )
  })

  it.prop("is the same in every kind of array", { rr: Rhythm }, ({ rr }) => {
    const expected = Variability.timeDomain(rr)
    expect(Variability.timeDomain(Float64Array.from(rr))).toEqual(expected)
    expect(Variability.timeDomain(Int16Array.from(rr))).toEqual(expected)
  })
})

describe("the spline and the transform", () => {
  it("the spline is the cubic that its points lie on", () => {
    const cubic = (x: number) => 2 - x + 3 * x ** 2 - 0.5 * x ** 3
    for (const points of [
      [0, 1, 2.5, 3],
      [-1, 0, 0.5, 2, 2.25, 4]
    ]) {
      const x = Float64Array.from(points)
      const found = Spline.resample(x, x.map(cubic), 0.125)
      expect(found).toHaveLength((x.at(-1)! - x[0]!) * 8)
      for (const [index, value] of found.entries()) {
        expect(value).toBeCloseTo(cubic(x[0]! + index / 8), 9)
      }
    }
  })

  it("the transform is the sum that defines it, whatever the length", () => {
    for (const length of [2, 3, 4, 5, 7, 8, 12, 31, 64, 100, 243]) {
      const signal = Float64Array.from(rhythm(length))
      const power = Fft.power(length)(signal)
      expect(power).toHaveLength(Math.floor(length / 2) + 1)
      for (const [k, found] of power.entries()) {
        const angle = (n: number) => (2 * Math.PI * k * n) / length
        const re = signal.reduce((sum, value, n) => sum + value * Math.cos(angle(n)), 0)
        const im = signal.reduce((sum, value, n) => sum + value * Math.sin(angle(n)), 0)
        expect(Math.abs(found - re * re - im * im) / power[0]!).toBeLessThan(1e-13)
      }
    }
  })
})

describe("Variability.frequencyDomain", () => {
  const methods = ["welch", "lomb-scargle"] as const

  // Half of the squared amplitude is 800 ms².
  const swinging = (frequency: number, length = 1200) =>
    Array.from({ length }, (_, beat) => 1000 + 40 * Math.sin(2 * Math.PI * frequency * beat))

  it.each(methods)("%s finds the power of a swing in its band", (method) => {
    const { lf, vlf, hf, total } = Variability.frequencyDomain(swinging(0.1), { method })
    expect(Math.abs(lf - 800)).toBeLessThan(8)
    expect(Math.max(vlf, hf)).toBeLessThan(3)
    expect(total).toBeCloseTo(vlf + lf + hf, 9)
    const slow = Variability.frequencyDomain(swinging(0.02), { method })
    expect(Math.abs(slow.vlf - 800)).toBeLessThan(40)
  })

  it("uses Welch where no method is named, and says so", () => {
    expect(Variability.frequencyDomain(rhythm(400))).toEqual(
      Variability.frequencyDomain(rhythm(400), { method: "welch" })
    )
    expect(Variability.frequencyDomain([]).method).toBe("welch")
    expect(Variability.frequencyDomain([], { method: "lomb-scargle" }).method).toBe("lomb-scargle")
  })

  it.each(methods)("%s is NaN below four intervals", (method) => {
    for (const rr of [[], [800], [800, 900], [800, 900, 800], [NaN, NaN]]) {
      const found = Variability.frequencyDomain(rr, { method })
      expect([found.vlf, found.lf, found.hf, found.total, found.lfHf]).toEqual(
        Array.from({ length: 5 }, () => NaN)
      )
      expect(found).toMatchObject({ segments: 0, coverage: 0 })
    }
  })

  it.each(methods)("%s finds no power in equal intervals, and no ratio", (method) => {
    const equal = Array.from({ length: 400 }, () => 800.1)
    const found = Variability.frequencyDomain(equal, { method })
    expect(found).toMatchObject({ vlf: 0, lf: 0, hf: 0, total: 0, lfHf: NaN, lfNu: NaN })
  })

  it("says NaN of a band that a short stretch cannot resolve", () => {
    const { vlf, hf } = Variability.frequencyDomain(rhythm(12))
    expect(vlf).toBeNaN()
    expect(hf).toBeGreaterThan(0)
  })

  it("averages the segments of stretches, and says how much of the intervals they hold", () => {
    const stretch = rhythm(600)
    const one = Variability.frequencyDomain(stretch)
    const two = Variability.frequencyDomain([...stretch, NaN, ...stretch])
    expect(two.segments).toBe(2 * one.segments)
    expect(two.hf).toBeCloseTo(one.hf, 6)
    const short = Variability.frequencyDomain([...stretch, NaN, ...rhythm(200)])
    expect(short).toMatchObject({ segments: one.segments, coverage: 0.75 })
    expect(short.lf).toBeCloseTo(one.lf, 6)
  })

  it("with Lomb-Scargle, holds the variance of the intervals, gaps or not", () => {
    const gappy = rhythm(500).map((interval, beat) => (beat % 50 === 7 ? NaN : interval))
    const { total } = Variability.frequencyDomain(gappy, { method: "lomb-scargle" })
    const { sdnn, count } = Variability.timeDomain(gappy)
    expect(total).toBeCloseTo((sdnn ** 2 * (count - 1)) / count, 6)
  })

  it("with Lomb-Scargle, finds a swing across gaps of known length", () => {
    const whole = swinging(0.1)
    const rr = whole.map((interval, beat) => (beat % 40 < 15 ? NaN : interval))
    const times = whole.map((_, beat) => (beat + 1) * 1000)
    const of = (options: Variability.SpectrumOptions) =>
      Variability.frequencyDomain(rr, { ...options, method: "lomb-scargle" }).lfNu
    expect(of({ times })).toBeGreaterThan(of({}))
  })
})

/** Sample entropy as it is defined, one pair after the other. */
const pairwise = (rr: ReadonlyArray<number>, tolerance: number): number => {
  const templates = rr
    .map((_, index) => rr.slice(index, index + 3))
    .filter((template) => template.length === 3 && !template.some(Number.isNaN))
  const count = (length: number) =>
    templates.reduce(
      (total, one, index) =>
        total +
        templates
          .slice(index + 1)
          .filter((other) =>
            one.slice(0, length).every((x, k) => Math.abs(x - other[k]!) <= tolerance)
          ).length,
      0
    )
  const matching = count(3)
  return matching === 0 ? NaN : -Math.log(matching / count(2))
}

describe("Variability.nonlinear", () => {
  it("is NaN where there are too few intervals, and never throws", () => {
    for (const rr of [[], [800], [800, 900], [NaN]]) {
      const found = Variability.nonlinear(rr)
      for (const value of [found.sd1, found.sd2, found.sampleEntropy, found.dfaAlpha1]) {
        expect(value).toBeNaN()
      }
    }
    expect(Variability.nonlinear([]).triangularIndex).toBeNaN()
    expect(Variability.nonlinear([]).tinn).toBeNaN()
    expect(Variability.nonlinear([800]).triangularIndex).toBe(1)
  })

  it("finds equal intervals wholly regular", () => {
    const found = Variability.nonlinear(Array.from({ length: 300 }, () => 800.1))
    expect(found).toMatchObject({ sd1: 0, sd2: 0, sampleEntropy: 0, triangularIndex: 1 })
    expect([found.sd1Sd2, found.dfaAlpha1, found.dfaAlpha2]).toEqual([NaN, NaN, NaN])
  })

  it("turns the Poincaré plot by 45 degrees", () => {
    // Across the diagonal: 20, -10, 20 over the root of 2; along it: 1620, 1630, 1640.
    const found = Variability.nonlinear([800, 820, 810, 830])
    expect(found.sd1Rotated).toBeCloseTo(Math.sqrt(150), 12)
    expect(found.sd1).toBeCloseTo(Math.sqrt(150), 12)
    expect(found.sd2Rotated).toBeCloseTo(Math.sqrt(50), 12)
    expect(found.sd2).toBeCloseTo(Math.sqrt(2 * (500 / 3) - 150), 12)
    expect(Variability.nonlinear([600, 1000, 600, 1000, 600]).sd2).toBeNaN()
  })

  const Rhythm = Schema.Array(integers(0, 12)).check(Schema.isMaxLength(120))

  it.prop("counts the templates that a comparison of all pairs finds", { steps: Rhythm }, (it) => {
    // A step of 0 is a gap.
    const rr = it.steps.map((step) => (step === 0 ? NaN : 700 + step * 7.3))
    const kept = rr.filter((interval) => !Number.isNaN(interval))
    const tolerance = 0.2 * Variability.timeDomain(rr).sdnn
    const found = Variability.nonlinear(rr)
    return (
      isNear(found.sampleEntropy, pairwise(kept, tolerance)) &&
      isNear(found.sampleEntropyWithinStretches, pairwise(rr, tolerance))
    )
  })

  it("counts them on a longer series, with and without gaps", () => {
    const rr = rhythm(700)
    const tolerance = 0.2 * Variability.timeDomain(rr).sdnn
    expect(Variability.nonlinear(rr).sampleEntropy).toBeCloseTo(pairwise(rr, tolerance), 12)
    const gappy = rr.map((interval, beat) => (beat % 9 === 0 ? NaN : interval))
    const reach = 0.2 * Variability.timeDomain(gappy).sdnn
    expect(Variability.nonlinear(gappy).sampleEntropyWithinStretches).toBeCloseTo(
      pairwise(gappy, reach),
      12
    )
  })

  it("has the fluctuations worked out by hand on intervals that alternate", () => {
    // Added up: -100, 0, -100, 0 ... A line leaves 8000 of a box of four, and 12000 of one of five.
    const rr = Array.from({ length: 20 }, (_, beat) => (beat % 2 === 0 ? 900 : 1100))
    const [exponent] = Fluctuation.exponents(Intervals.read(rr), [[4, 5]])
    expect(exponent).toBeCloseTo(Math.log(2400 / 2000) / 2 / Math.log(5 / 4), 12)
  })

  it("tells noise from its sum by the exponents", () => {
    const scatter = Array.from({ length: 2000 }, (_, beat) => 800 + beat / 40)
    const white = Variability.nonlinear(shuffled(scatter))
    expect(Math.abs(white.dfaAlpha1 - 0.5)).toBeLessThan(0.15)
    expect(Math.abs(white.dfaAlpha2 - 0.5)).toBeLessThan(0.15)
    let level = 0
    const walk = shuffled(scatter).map((value) => 5000 + (level += value - 825))
    expect(Variability.nonlinear(walk).dfaAlpha2).toBeGreaterThan(1.2)
  })

  it("needs four boxes of the largest size, none of which reaches over a gap", () => {
    const rr = rhythm(256)
    expect(Variability.nonlinear(rr).dfaAlpha2).toBeGreaterThan(0)
    expect(Variability.nonlinear(rr.slice(1))).toMatchObject({ dfaAlpha2: NaN })
    expect(Variability.nonlinear(rr.with(100, NaN))).toMatchObject({ dfaAlpha2: NaN })
    expect(Variability.nonlinear(rr.slice(0, 63))).toMatchObject({ dfaAlpha1: NaN })
  })

  it("fits a triangle to the histogram", () => {
    // Bins 100 to 106 with 1, 2, 3, 4, 3, 2, 1 intervals: feet at bins 99 and 107.
    const rr = [1, 2, 3, 4, 3, 2, 1].flatMap((count, bin) =>
      Array.from({ length: count }, () => (100 + bin) * 7.8125)
    )
    expect(Variability.nonlinear(rr)).toMatchObject({ triangularIndex: 4, tinn: 8 * 7.8125 })
  })
})

/** In an order without pattern, the same at every run. */
function shuffled(values: ReadonlyArray<number>): ReadonlyArray<number> {
  let state = 7
  return values
    .map((value) => {
      state = (state * 48_271) % 2_147_483_647
      return { value, at: state }
    })
    .toSorted((left, right) => left.at - right.at)
    .map(({ value }) => value)
}

describe("Variability.correct", () => {
  /** What was given, from what came out and the report. */
  const restored = ({ rr, changes }: Variability.Corrected): ReadonlyArray<number> => {
    const given: Array<number> = []
    let next = 0
    for (const { at, before, after } of changes) {
      given.push(...rr.slice(next, at), ...before)
      next = at + after.length
    }
    return [...given, ...rr.slice(next)]
  }

  const kinds = ({ changes }: Variability.Corrected) => changes.map(({ kind }) => kind)

  const steady = Array.from({ length: 60 }, (_, beat) => 800 + Math.round(20 * Math.sin(beat)))

  it("leaves nothing, one and two intervals as they are", () => {
    for (const rr of [[], [800], [800, 2000], [NaN]]) {
      const found = Variability.correct(rr)
      expect(found).toMatchObject({ rr: Float64Array.from(rr), changes: [] })
      expect(found.times).toHaveLength(rr.length)
    }
  })

  const Steps = Schema.Array(integers(-50, 50))

  it.prop("leaves intervals as they are that differ by at most 50 ms", { steps: Steps }, (it) => {
    let interval = 1000
    const rr = it.steps.map((step) => (interval = Math.max(300, interval + step)))
    expect(Variability.correct(rr)).toMatchObject({ rr: Float64Array.from(rr), changes: [] })
  })

  const Place = integers(0, 58)
  const Part = integers(20, 80)

  it.prop("puts together what an extra beat cut in two", { at: Place, part: Part }, (it) => {
    const first = Math.round((steady[it.at]! * it.part) / 100)
    const found = Variability.correct(steady.toSpliced(it.at, 1, first, steady[it.at]! - first))
    expect(kinds(found)).toEqual(["extra"])
    expect(Array.from(found.rr)).toEqual(steady)
  })

  it.prop("puts a missed beat in the middle of its interval", { at: Place }, ({ at }) => {
    const long = steady[at]! + steady[at + 1]!
    const found = Variability.correct(steady.toSpliced(at, 2, long))
    expect(found.changes).toEqual([
      { kind: "missed", index: at, at, before: [long], after: [long / 2, long / 2] }
    ])
    expect(found.rr).toHaveLength(60)
  })

  it.prop("smooths the intervals on both sides of an ectopic beat", { at: Place }, ({ at }) => {
    const given = steady.with(at, steady[at]! - 300).with(at + 1, steady[at + 1]! + 300)
    const found = Variability.correct(given)
    expect(kinds(found)).toEqual(["ectopic"])
    expect(found.changes[0]).toMatchObject({ index: at, before: given.slice(at, at + 2) })
    for (const interval of found.rr) expect(Math.abs(interval - 800)).toBeLessThanOrEqual(20)
  })

  it("smooths an interval that is long or short by itself", () => {
    expect(kinds(Variability.correct(steady.with(30, 1200)))).toEqual(["long"])
    expect(kinds(Variability.correct(steady.with(30, 500)))).toEqual(["short"])
    expect(Variability.correct(steady.with(30, 500)).rr[30]).toBe((steady[29]! + steady[31]!) / 2)
  })

  it("follows a change of rate that stays", () => {
    const rr = [...steady, ...steady.map((interval) => interval - 150)]
    expect(Variability.correct(rr).changes).toEqual([])
  })

  it("mends each stretch by itself, and passes gap marks on", () => {
    const cut = steady.toSpliced(5, 1, 300, steady[5]! - 300)
    const found = Variability.correct([...cut, NaN, -1, ...cut])
    expect(kinds(found)).toEqual(["extra", "extra"])
    expect(found.changes.map(({ index }) => index)).toEqual([5, 61 + 2 + 5])
    expect(Array.from(found.rr)).toEqual([...steady, NaN, -1, ...steady])
    expect(found.share).toBe(4 / 122)
  })

  it("keeps the times of what it leaves, and shares out those of what it mends", () => {
    const ends = (rr: ReadonlyArray<number>, from: number) => {
      let end = from
      return rr.map((interval) => (end += interval))
    }
    const cut = steady.toSpliced(5, 1, 300, steady[5]! - 300)
    const rr = [...cut, NaN, ...steady.toSpliced(7, 2, steady[7]! + steady[8]!)]
    const times = [...ends(cut, 0), NaN, ...ends(rr.slice(62), 900_000)]
    const found = Variability.correct(rr, { times })
    expect(Array.from(found.times.subarray(0, 61))).toEqual([...ends(steady, 0), NaN])
    expect(Array.from(found.times.subarray(61))).toEqual(
      ends(Array.from(found.rr.subarray(61)), 900_000)
    )
    const bare = Variability.correct(rr)
    expect(bare.times.at(-1)).toBe(ends(steady, 0).at(-1)! * 2)
  })

  const Any = Schema.Array(
    Schema.Union([integers(-1, 3000), Schema.Literals([-1, 0, 400, 800, 810, 820, 1600])])
  )

  it.prop("reports all that leads back to what was given", { given: Any }, ({ given }) => {
    const rr = given.map((interval) => (interval === 0 ? NaN : interval))
    const found = Variability.correct(rr)
    expect(restored(found)).toEqual(rr)
    for (const [index, change] of found.changes.entries()) {
      const next = found.changes[index + 1]?.index ?? Infinity
      expect(change.index + change.before.length).toBeLessThanOrEqual(next)
      for (const interval of change.after) expect(interval).toBeGreaterThan(0)
    }
  })
})

describe("Variability.methods", () => {
  it("has a version for the name in every result", () => {
    const rr = rhythm(10)
    const results = [
      Variability.timeDomain(rr),
      Variability.frequencyDomain(rr),
      Variability.frequencyDomain(rr, { method: "lomb-scargle" }),
      Variability.nonlinear(rr),
      Variability.correct(rr)
    ]
    expect(results.map(({ method }) => method)).toEqual(Object.keys(Variability.methods))
  })
})
