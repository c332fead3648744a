import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type * as Classes from "../../src/ecg/Classes.ts"
import * as Rhythm from "../../src/ecg/Rhythm.ts"

const samplingRate = 250

/** Beats by their RR intervals in seconds, from a first beat at 0. */
const beatsOf = (intervals: ReadonlyArray<number>): Int32Array => {
  let time = 0
  return Int32Array.from([0, ...intervals.map((it) => (time += it))], (it) =>
    Math.round(it * samplingRate)
  )
}

const steady = (count: number, interval = 1): ReadonlyArray<number> =>
  Array.from({ length: count }, () => interval)

/** A reproducible sequence in [0, 1) with no order to see. */
const scattered = (count: number, seed = 1): ReadonlyArray<number> => {
  let state = seed
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  })
}

const irregular = (count: number, seed?: number): ReadonlyArray<number> =>
  scattered(count, seed).map((it) => 0.4 + 0.6 * it)

const find = (intervals: ReadonlyArray<number>, options: Partial<Rhythm.Options> = {}) =>
  Rhythm.episodes(beatsOf(intervals), { samplingRate, ...options })

const kindsOf = (episodes: ReadonlyArray<Rhythm.Episode>): ReadonlyArray<Rhythm.Kind> =>
  episodes.map(({ kind }) => kind)

const ofKind = (kind: Rhythm.Kind, episodes: ReadonlyArray<Rhythm.Episode>) =>
  episodes.filter((it) => it.kind === kind)

describe("Rhythm.episodes", () => {
  it("finds nothing without beats, in one beat, and in a steady rhythm of 60 per min", () => {
    expect(Rhythm.episodes([], { samplingRate })).toEqual([])
    expect(Rhythm.episodes([100], { samplingRate })).toEqual([])
    expect(find(steady(300))).toEqual([])
  })

  it("finds nothing where the sampling rate is none", () => {
    for (const none of [0, NaN, Infinity]) {
      expect(find(steady(300), { samplingRate: none })).toEqual([])
    }
  })

  it("finds a pause of 2 s, and says from 3 s that it is long", () => {
    expect(find([1, 1, 2.5, 1, 1])).toEqual([
      { kind: "pause", start: 500, end: 1125, evidence: { interval: 2500, threshold: 2000 } }
    ])
    expect(find([1, 1.996, 2, 2.996, 3, 1]).map(({ evidence }) => evidence)).toEqual([
      { interval: 2000, threshold: 2000 },
      { interval: 2996, threshold: 2000 },
      { interval: 3000, threshold: 3000 }
    ])
    expect(find([1, 1.5, 1], { thresholds: { pause: 1500 } })).toHaveLength(1)
  })

  it("finds tachycardia above 100 per min, over eight intervals or more", () => {
    expect(find(steady(20, 0.5))).toEqual([
      { kind: "tachycardia", start: 0, end: 2500, evidence: { rate: 120, beats: 21 } }
    ])
    expect(find(steady(20, 0.6))).toEqual([])
    expect(find(steady(7, 0.5))).toEqual([])
    expect(kindsOf(find(steady(8, 0.5)))).toEqual(["tachycardia"])
  })

  it("finds bradycardia below 50 per min, over eight intervals or more", () => {
    expect(find(steady(10, 1.5))).toEqual([
      { kind: "bradycardia", start: 0, end: 3750, evidence: { rate: 40, beats: 11 } }
    ])
    expect(find(steady(10, 1.2))).toEqual([])
    expect(find(steady(7, 1.5))).toEqual([])
    expect(find(steady(10, 1.2), { thresholds: { bradycardia: 55 } })).toHaveLength(1)
  })

  it("parts what lies between two fast stretches from them", () => {
    const episodes = find([...steady(10, 0.5), ...steady(20), ...steady(10, 0.5)])
    expect(kindsOf(episodes)).toEqual(["tachycardia", "tachycardia"])
    expect(episodes[0]!.end).toBeLessThan(episodes[1]!.start)
  })

  describe("of ventricular beats", () => {
    const classesOf = (text: string): ReadonlyArray<Classes.Class> =>
      Array.from(text, (it) => (it === "V" ? "ventricular" : "normal"))
    const beats = [1, 1, 0.5, 0.5, 0.5, 1, 1]

    it("finds tachycardia in three in a row above 100 per min", () => {
      expect(find(beats, { classes: classesOf("NNNVVVNN") })).toEqual([
        {
          kind: "ventricular-tachycardia",
          start: 625,
          end: 875,
          evidence: { rate: 120, beats: 3 }
        }
      ])
    })

    it("finds none in a couplet, in a slow run, or without classes", () => {
      expect(find(beats, { classes: classesOf("NNNNVVNN") })).toEqual([])
      expect(find(steady(7, 0.7), { classes: classesOf("NNNVVVNN") })).toEqual([])
      expect(find(beats)).toEqual([])
    })

    it("finds a run that a recording begins or ends with", () => {
      const fast = steady(5, 0.5)
      const kinds = ["ventricular-tachycardia"]
      expect(kindsOf(find(fast, { classes: classesOf("VVVNNN") }))).toEqual(kinds)
      expect(kindsOf(find(fast, { classes: classesOf("NNNVVV") }))).toEqual(kinds)
    })

    it("finds none across a segment that is unusable", () => {
      const options = { classes: classesOf("NNNVVVNN"), unusable: [{ start: 700, end: 710 }] }
      expect(find(beats, options)).toEqual([])
    })
  })

  describe("of irregular intervals", () => {
    const fibrillation = (...args: Parameters<typeof find>) =>
      ofKind("atrial-fibrillation", find(...args))

    it("finds atrial fibrillation, from the first beat to the last", () => {
      const intervals = irregular(200)
      const [episode, ...others] = fibrillation(intervals)
      expect(others).toEqual([])
      expect(episode).toMatchObject({ start: 0, end: beatsOf(intervals).at(-1) })
      expect(episode!.evidence["irregularity"]).toBeGreaterThan(1)
      expect(episode!.evidence).toMatchObject({ beats: 201 })
      expect(Object.keys(episode!.evidence)).toEqual(["irregularity", "rate", "beats"])
    })

    it("finds where atrial fibrillation begins and ends, within 40 s", () => {
      const intervals = [...steady(120, 0.8), ...irregular(160), ...steady(120, 0.8)]
      const [episode, ...others] = fibrillation(intervals)
      expect(others).toEqual([])
      const beats = beatsOf(intervals)
      expect(Math.abs(episode!.start - beats[120]!)).toBeLessThan(40 * samplingRate)
      expect(Math.abs(episode!.end - beats[280]!)).toBeLessThan(40 * samplingRate)
    })

    it("finds none that lasts less than 30 s, unless asked to", () => {
      const short = irregular(30)
      expect(fibrillation(short)).toEqual([])
      expect(fibrillation(short, { thresholds: { fibrillation: 10 } })).toHaveLength(1)
    })

    it("finds none in bigeminy, in trigeminy, or in single early beats", () => {
      const repeat = (pattern: ReadonlyArray<number>) =>
        Array.from({ length: 80 }, () => pattern).flat()
      expect(fibrillation(repeat([0.6, 1.1]))).toEqual([])
      expect(fibrillation(repeat([0.8, 0.5, 1.1]))).toEqual([])
      expect(fibrillation(repeat([...steady(9, 0.8), 0.5, 1.1]))).toEqual([])
    })

    it("finds none in a rate that breathing moves by a tenth", () => {
      const breathing = Array.from({ length: 300 }, (_, beat) => 0.9 + 0.09 * Math.sin(beat * 0.25))
      expect(fibrillation(breathing)).toEqual([])
    })

    it("leaves out the intervals beside a ventricular beat", () => {
      const [early, between, after] = [1, 2, 3].map((seed) => scattered(100, seed))
      const intervals = early!.flatMap((it, index) => [
        0.8,
        0.4 + 0.3 * it,
        0.4 + 0.3 * between![index]!,
        0.7 + 0.3 * after![index]!
      ])
      const classes = [0, ...intervals].map((_, beat) =>
        beat % 4 >= 2 ? ("ventricular" as const) : ("normal" as const)
      )
      expect(fibrillation(intervals).length).toBeGreaterThan(0)
      expect(fibrillation(intervals, { classes })).toEqual([])
    })

    it("finds none where more than a quarter of the beats have a P wave, and says how many do", () => {
      const intervals = irregular(200)
      const withPWaves = (share: number) => ({
        waves: Array.from(beatsOf(intervals), (beat, index) =>
          index % 10 < share * 10 ? { beat, p: { onset: beat - 50 } } : { beat }
        )
      })
      expect(fibrillation(intervals, withPWaves(0.4))).toEqual([])
      expect(fibrillation(intervals, withPWaves(0.2))[0]!.evidence["pWaves"]).toBeCloseTo(0.2, 1)
      expect(fibrillation(intervals, { waves: [] })).toHaveLength(1)
    })

    it("does not reach across a segment that is unusable", () => {
      const unusable = [{ start: 20_000, end: 20_500 }]
      const episodes = fibrillation(irregular(200), { unusable })
      expect(episodes).toHaveLength(2)
      expect(episodes[0]!.end).toBeLessThanOrEqual(20_000)
      expect(episodes[1]!.start).toBeGreaterThanOrEqual(20_500)
    })
  })

  it("has no pause where a segment is unusable, and takes its end for past it", () => {
    const intervals = [1, 1, 2.5, 1, 1]
    expect(find(intervals, { unusable: [{ start: 600, end: 900 }] })).toEqual([])
    expect(find(intervals, { unusable: [{ start: 0, end: 500 }] })).toHaveLength(1)
    expect(find(intervals, { unusable: [{ start: 1125, end: 9000 }] })).toHaveLength(1)
  })

  const Intervals = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 50, maximum: 800 })))
  const Segments = Schema.Array(
    Schema.Struct({
      start: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4000 })),
      length: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 500 }))
    })
  )

  it.prop(
    "never has an episode that an unusable segment touches",
    { intervals: Intervals, segments: Segments },
    ({ intervals, segments }) => {
      const unusable = segments.map(({ start, length }) => ({ start, end: start + length }))
      const episodes = find(
        intervals.map((it) => it / samplingRate),
        { unusable, thresholds: { rateIntervals: 2, fibrillation: 0 } }
      )
      return episodes.every((it) =>
        unusable.every(({ start, end }) => end <= it.start || start >= it.end)
      )
    }
  )

  it.prop(
    "gives episodes in order, that a schema takes",
    { intervals: Intervals },
    ({ intervals }) => {
      const episodes = find(intervals.map((it) => it / samplingRate))
      const inOrder = episodes.every((it, index) => it.start >= (episodes[index - 1]?.start ?? 0))
      return inOrder && Schema.is(Schema.Array(Rhythm.Episode))(episodes)
    }
  )
})
