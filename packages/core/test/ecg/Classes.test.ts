import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Classes from "../../src/ecg/Classes.ts"

const [N, V, S]: ReadonlyArray<Classes.Class> = ["normal", "ventricular", "supraventricular"]

interface Wave {
  readonly at: number
  readonly height: number
  readonly width: number
}

// Heights in mV; times relative to the beat and widths in seconds.
const conducted: ReadonlyArray<Wave> = [
  { at: -0.16, height: 0.1, width: 0.03 },
  { at: 0, height: 1, width: 0.016 },
  { at: 0.28, height: 0.25, width: 0.06 }
]
const ventricular: ReadonlyArray<Wave> = [
  { at: 0, height: -1.5, width: 0.05 },
  { at: 0.3, height: 0.5, width: 0.08 }
]
const blocked: ReadonlyArray<Wave> = [
  { at: -0.16, height: 0.1, width: 0.03 },
  { at: 0, height: -0.8, width: 0.026 },
  { at: 0.3, height: 0.3, width: 0.06 }
]
const spike: Wave = { at: -0.05, height: 3, width: 0.001 }

interface Beat {
  readonly time: number
  readonly waves: ReadonlyArray<Wave>
}

const signalOf = (beats: ReadonlyArray<Beat>, samplingRate: number): Float64Array => {
  const end = Math.max(0, ...beats.map(({ time }) => time)) + 1
  const signal = new Float64Array(Math.ceil(end * samplingRate))
  for (const { time, waves } of beats) {
    for (const { at, height, width } of waves) {
      const first = Math.max(0, Math.ceil((time + at - 5 * width) * samplingRate))
      const last = Math.min(signal.length - 1, (time + at + 5 * width) * samplingRate)
      for (let sample = first; sample <= last; sample++) {
        const distance = (sample / samplingRate - time - at) / width
        signal[sample]! += height * Math.exp(-distance * distance)
      }
    }
  }
  return signal
}

/** Beats by their RR intervals in seconds; those at the indices of `ectopic` are ventricular. */
const rhythm = (
  intervals: ReadonlyArray<number>,
  ectopic: ReadonlyArray<number> = []
): ReadonlyArray<Beat> => {
  let time = 0
  return intervals.map((interval, index) => {
    time += interval
    return { time, waves: ectopic.includes(index) ? ventricular : conducted }
  })
}

const steady = (count: number, interval = 1): Array<number> =>
  Array.from({ length: count }, () => interval)

const samplesOf = (beats: ReadonlyArray<Beat>, samplingRate: number): Int32Array =>
  Int32Array.from(beats, ({ time }) => Math.round(time * samplingRate))

const classesOf = (beats: ReadonlyArray<Beat>, samplingRate = 250): ReadonlyArray<Classes.Class> =>
  Result.getOrThrow(
    Classes.classify(signalOf(beats, samplingRate), {
      samplingRate,
      beats: samplesOf(beats, samplingRate)
    })
  ).classes

/** The indices of the beats of a class. */
const indicesOf = (
  classes: ReadonlyArray<Classes.Class>,
  kind: Classes.Class
): ReadonlyArray<number> => classes.flatMap((it, index) => (it === kind ? [index] : []))

describe("Classes.tally", () => {
  it("has nothing to count without beats", () => {
    const none = { couplets: 0, runs: 0, longestRun: 0, bigeminy: 0, trigeminy: 0 }
    expect(Classes.tally([])).toEqual({
      counts: { normal: 0, ventricular: 0, supraventricular: 0, paced: 0, unclassified: 0 },
      ventricular: none,
      supraventricular: none
    })
  })

  it.each([
    { title: "a single beat is no pattern", classes: [N, V, N], couplets: 0, runs: 0 },
    { title: "two in a row are a couplet", classes: [N, V, V, N], couplets: 1, runs: 0 },
    { title: "three in a row are a run", classes: [V, V, V], couplets: 0, runs: 1 },
    { title: "a run holds no couplet", classes: [V, V, V, V, N, V, V], couplets: 1, runs: 1 },
    { title: "another class parts a run", classes: [V, V, S, V, V], couplets: 2, runs: 0 }
  ])("$title", ({ classes, couplets, runs }) => {
    expect(Classes.tally(classes.map((it) => it!)).ventricular).toMatchObject({ couplets, runs })
  })

  it("counts the patterns of supraventricular beats apart", () => {
    const { ventricular, supraventricular } = Classes.tally([S!, S!, S!, S!, N!, V!, V!])
    expect(supraventricular).toMatchObject({ couplets: 0, runs: 1, longestRun: 4 })
    expect(ventricular).toMatchObject({ couplets: 1, runs: 0, longestRun: 2 })
  })

  it("takes three ectopic beats for bigeminy or trigeminy, and a longer stretch for one", () => {
    const bigeminy = [V!, N!, V!, N!, V!]
    expect(Classes.tally([V!, N!, V!]).ventricular.bigeminy).toBe(0)
    expect(Classes.tally(bigeminy).ventricular.bigeminy).toBe(1)
    expect(Classes.tally([...bigeminy, N!, V!]).ventricular.bigeminy).toBe(1)
    expect(Classes.tally([...bigeminy, N!, N!, N!, ...bigeminy]).ventricular.bigeminy).toBe(2)
    expect(Classes.tally([V!, N!, N!, V!, N!, N!, V!]).ventricular).toMatchObject({
      bigeminy: 0,
      trigeminy: 1
    })
  })

  it.prop("counts every beat once", { classes: Schema.Array(Classes.Class) }, ({ classes }) => {
    const { counts } = Classes.tally(classes)
    return Object.values(counts).reduce((sum, count) => sum + count, 0) === classes.length
  })

  it.prop(
    "does not change when read backwards",
    { classes: Schema.Array(Classes.Class) },
    ({ classes }) => {
      const forwards = Classes.tally(classes).ventricular
      const backwards = Classes.tally(classes.toReversed()).ventricular
      return JSON.stringify(forwards) === JSON.stringify(backwards)
    }
  )
})

describe("Classes.classify", () => {
  it("refuses what Signal.check refuses", () => {
    const options = { samplingRate: 250, beats: [] }
    const reason = (signal: ReadonlyArray<number>, samplingRate = 250) =>
      Result.match(Classes.classify(signal, { ...options, samplingRate }), {
        onFailure: (error) => error.reason,
        onSuccess: () => "none"
      })
    expect(reason([])).toBe("empty")
    expect(reason([NaN, NaN])).toBe("no-finite-sample")
    expect(reason([1, 2, 3], 50)).toBe("sampling-rate")
    expect(reason([1, 2, 3])).toBe("none")
    const uneven = Classes.classify([[1, 2], [1]], options)
    expect(Result.isFailure(uneven) && uneven.failure.reason).toBe("lengths")
  })

  it("has no classes without beats", () => {
    const signal = signalOf(rhythm(steady(3)), 250)
    const result = Result.getOrThrow(Classes.classify(signal, { samplingRate: 250, beats: [] }))
    expect(result.classes).toEqual([])
  })

  it("sees no shape in a flat line, and a single beat as normal", () => {
    const beats = [250, 500, 750]
    const flat = Classes.classify(new Int16Array(1000), { samplingRate: 250, beats })
    expect(Result.getOrThrow(flat).classes).toEqual(Array(3).fill("unclassified"))
    expect(classesOf(rhythm([1]))).toEqual([N])
  })

  it("finds every beat of a steady rhythm normal, at any rate", () => {
    for (const samplingRate of [100, 128, 250, 360, 1000, 2000]) {
      const classes = classesOf(rhythm(steady(30)), samplingRate)
      expect(new Set(classes)).toEqual(new Set([N]))
    }
  })

  const withEarlyBeat = [...steady(10), 0.6, 1.4, ...steady(10)]

  it("finds an early beat of another shape ventricular, at any rate", () => {
    for (const samplingRate of [100, 250, 360, 1000, 2000]) {
      const classes = classesOf(rhythm(withEarlyBeat, [10]), samplingRate)
      expect(indicesOf(classes, "ventricular")).toEqual([10])
      expect(indicesOf(classes, "normal")).toHaveLength(21)
    }
  })

  it("finds an early beat of normal shape supraventricular", () => {
    const classes = classesOf(rhythm(withEarlyBeat))
    expect(indicesOf(classes, "supraventricular")).toEqual([10])
    expect(indicesOf(classes, "normal")).toHaveLength(21)
  })

  it("finds a couplet and a run", () => {
    const intervals = [...steady(10), 0.6, 0.6, 1.4, ...steady(8), 0.6, 0.6, 0.6, 1.4, ...steady(9)]
    const beats = rhythm(intervals, [10, 11, 21, 22, 23])
    const signal = signalOf(beats, 250)
    const { ventricular } = Result.getOrThrow(
      Classes.classify(signal, { samplingRate: 250, beats: samplesOf(beats, 250) })
    )
    expect(ventricular).toMatchObject({ couplets: 1, runs: 1, longestRun: 3 })
  })

  it("finds bigeminy, where no interval is a cycle", () => {
    const intervals = [1, ...Array.from({ length: 20 }, () => [0.6, 1.4]).flat()]
    const ectopic = intervals.flatMap((interval, index) => (interval === 0.6 ? [index] : []))
    const classes = classesOf(rhythm(intervals, ectopic))
    expect(indicesOf(classes, "ventricular")).toEqual(ectopic)
  })

  it("does not find a wide dominant beat ventricular", () => {
    const wide = rhythm(steady(30)).map(({ time }) => ({ time, waves: ventricular }))
    expect(new Set(classesOf(wide))).toEqual(new Set([N]))
  })

  it("does not find a lasting change of conduction ventricular", () => {
    const beats = rhythm(steady(80)).map((beat, index) =>
      index < 40 || index >= 70 ? beat : { time: beat.time, waves: blocked }
    )
    expect(new Set(classesOf(beats))).toEqual(new Set([N]))
  })

  it("finds a run of early beats that begins and ends abruptly supraventricular", () => {
    const classes = classesOf(rhythm([...steady(20), ...steady(6, 0.5), 1.2, ...steady(20)]))
    expect(indicesOf(classes, "supraventricular")).toEqual([20, 21, 22, 23, 24, 25])
  })

  it("finds an early beat in a recording of ten", () => {
    const intervals = [0.5, 1, 1, 0.65, 1.15, 1, 1, 1, 1, 1]
    expect(indicesOf(classesOf(rhythm(intervals)), "supraventricular")).toEqual([3])
    expect(indicesOf(classesOf(rhythm(intervals, [3])), "ventricular")).toEqual([3])
  })

  it("does not find a rate that rises by and by supraventricular", () => {
    const rising = Array.from({ length: 40 }, (_, index) => 1 - 0.012 * index)
    expect(new Set(classesOf(rhythm(rising)))).toEqual(new Set([N]))
  })

  it("does not find early beats supraventricular in an irregular rhythm", () => {
    const irregular = Array.from({ length: 200 }, (_, index) => 0.5 + ((index * 7919) % 101) / 200)
    expect(new Set(classesOf(rhythm(irregular)))).toEqual(new Set([N]))
  })

  it("finds wide beats ventricular in an irregular rhythm", () => {
    const irregular = Array.from({ length: 200 }, (_, index) => 0.5 + ((index * 7919) % 101) / 200)
    const ectopic = [20, 60, 61, 100, 140, 141, 142, 180]
    const classes = classesOf(rhythm(irregular, ectopic))
    expect(indicesOf(classes, "ventricular")).toEqual(ectopic)
    expect(indicesOf(classes, "normal")).toHaveLength(192)
  })

  it("does not depend on the scale, the sign or the offset of the signal", () => {
    const beats = rhythm(withEarlyBeat, [10])
    const signal = signalOf(beats, 250)
    const options = { samplingRate: 250, beats: samplesOf(beats, 250) }
    const expected = Result.getOrThrow(Classes.classify(signal, options)).classes
    const changes = [(x: number) => 200 * x, (x: number) => -x, (x: number) => x + 5]
    for (const change of changes) {
      const changed = Classes.classify(signal.map(change), options)
      expect(Result.getOrThrow(changed).classes).toEqual(expected)
    }
  })

  const Samples = Schema.Array(
    Schema.Union([Schema.Int.check(Schema.isBetween({ minimum: -9, maximum: 9 })), Schema.Number])
  )
  const Places = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: -5, maximum: 400 })))

  it.prop(
    "has one class for every beat of whatever signal, wherever the beats are",
    { samples: Samples, places: Places },
    ({ samples, places }) => {
      const signal = Array.from({ length: 300 }, (_, index) => samples[index % samples.length] ?? 0)
      const beats = places.toSorted((a, b) => a - b)
      const result = Classes.classify([...signal, 0], { samplingRate: 100, beats })
      return Result.getOrThrow(result).classes.length === beats.length
    }
  )

  it("judges leads together: one that is flat takes nothing away", () => {
    const beats = rhythm(withEarlyBeat, [10])
    const signal = signalOf(beats, 250)
    const leads = [new Float64Array(signal.length), signal]
    const options = { samplingRate: 250, beats: samplesOf(beats, 250) }
    const { classes } = Result.getOrThrow(Classes.classify(leads, options))
    expect(indicesOf(classes, "ventricular")).toEqual([10])
  })

  it("asks the other lead about beats that one does not see", () => {
    const beats = rhythm(withEarlyBeat, [10])
    const leads = [signalOf(beats, 250).fill(NaN, 2400, 3500), signalOf(beats, 250)]
    const options = { samplingRate: 250, beats: samplesOf(beats, 250) }
    const { classes } = Result.getOrThrow(Classes.classify(leads, options))
    expect(indicesOf(classes, "ventricular")).toEqual([10])
    expect(indicesOf(classes, "unclassified")).toEqual([])
  })

  it("leaves beats unclassified where samples are missing, or there are none", () => {
    const beats = rhythm(withEarlyBeat, [10])
    const signal = signalOf(beats, 250).fill(NaN, 1225, 1275)
    const options = { samplingRate: 250, beats: [...samplesOf(beats, 250), 1e6] }
    const { classes } = Result.getOrThrow(Classes.classify(signal, options))
    expect(indicesOf(classes, "unclassified")).toEqual([4, 22])
    expect(indicesOf(classes, "ventricular")).toEqual([10])
  })

  it("finds beats after a spike paced from 500 Hz on", () => {
    const withSpikes = rhythm(steady(20)).map(({ time, waves }, index) =>
      index < 10 ? { time, waves } : { time, waves: [...waves, spike] }
    )
    for (const samplingRate of [500, 1000, 2000]) {
      expect(indicesOf(classesOf(withSpikes, samplingRate), "paced")).toEqual([
        10, 11, 12, 13, 14, 15, 16, 17, 18, 19
      ])
    }
    expect(indicesOf(classesOf(withSpikes, 250), "paced")).toEqual([])
  })

  it("takes one or two spikes for artefacts", () => {
    const withSpikes = rhythm(steady(20)).map(({ time, waves }, index) =>
      index === 4 || index === 9 ? { time, waves: [...waves, spike] } : { time, waves }
    )
    expect(indicesOf(classesOf(withSpikes, 1000), "paced")).toEqual([])
  })
})
