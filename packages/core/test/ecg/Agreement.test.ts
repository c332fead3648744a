import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Agreement from "../../src/ecg/Agreement.ts"
import { describeWithData } from "../../../../test/data.ts"
import * as Records from "./records.ts"

// At 1,000 Hz a sample is a millisecond, and the window of EC57 is 150 of them.
const samplingRate = 1000

const compare = (
  reference: ArrayLike<number>,
  test: ArrayLike<number>,
  options: Partial<Agreement.Options> = {}
) => Agreement.compare(reference, test, { samplingRate, ...options })

const counts = (result: Agreement.Statistics) => [
  result.truePositives,
  result.falsePositives,
  result.falseNegatives
]

/** Every one-to-one matching, tried: the most pairs, and the least distance with as many. */
const bestByTrying = (
  [first, ...others]: ReadonlyArray<number>,
  test: ReadonlyArray<number>,
  window: number
): readonly [pairs: number, distance: number] => {
  if (first === undefined) return [0, 0]
  let best = bestByTrying(others, test, window)
  for (const [at, sample] of test.entries()) {
    const distance = Math.abs(sample - first)
    if (distance > window) continue
    const [pairs, rest] = bestByTrying(others, test.toSpliced(at, 1), window)
    const isBetter = pairs + 1 > best[0] || (pairs + 1 === best[0] && rest + distance < best[1])
    if (isBetter) best = [pairs + 1, rest + distance]
  }
  return best
}

describe("Agreement.compare", () => {
  it("finds nothing in nothing, and says of 0 in 0 that it is no number", () => {
    const nothing = compare([], [])
    expect(counts(nothing)).toEqual([0, 0, 0])
    const { sensitivity, positivePredictivity, f1, medianError } = nothing
    expect([sensitivity, positivePredictivity, f1, medianError]).toEqual([NaN, NaN, NaN, NaN])
  })

  it("counts beats of one side only as missed or as extra", () => {
    const missed = compare([100, 900], [])
    expect([missed.sensitivity, missed.positivePredictivity, missed.f1]).toEqual([0, NaN, 0])
    expect(missed.missed).toEqual(Int32Array.of(100, 900))
    const extra = compare([], [100, 900])
    expect([extra.sensitivity, extra.positivePredictivity, extra.f1]).toEqual([NaN, 0, 0])
    expect(extra.extra).toEqual(Int32Array.of(100, 900))
  })

  it("pairs at the very edge of the window, at any sampling rate, and not beyond", () => {
    expect(counts(compare([1000], [1150]))).toEqual([1, 0, 0])
    expect(counts(compare([1000], [1151]))).toEqual([0, 1, 1])
    expect(counts(compare([1000], [850]))).toEqual([1, 0, 0])
    for (const [rate, samples] of [
      [100, 15],
      [128, 19],
      [250, 37],
      [257, 38],
      [360, 54],
      [500, 75],
      [2000, 300]
    ] as const) {
      const at = (sample: number) => compare([1000], [sample], { samplingRate: rate }).truePositives
      expect([at(1000 + samples), at(1001 + samples)]).toEqual([1, 0])
    }
  })

  it("takes another window where one is given", () => {
    expect(counts(compare([1000], [1100], { window: 0.075 }))).toEqual([0, 1, 1])
    expect(counts(compare([1000], [1075], { window: 0.075 }))).toEqual([1, 0, 0])
    expect(counts(compare([1000, 2000], [1000, 2001], { window: 0 }))).toEqual([1, 1, 1])
  })

  it("pairs a beat once: the nearest stays, the other is extra", () => {
    const result = compare([1000], [940, 1010, 1100])
    expect(counts(result)).toEqual([1, 2, 0])
    expect(result.errors).toEqual(Float64Array.of(10))
    expect(result.extra).toEqual(Int32Array.of(940, 1100))
  })

  it("makes a pair more rather than a nearer one", () => {
    // 1000 is nearest to 1100, but only so do both references find a partner.
    const result = compare([1000, 1200], [880, 1090])
    expect(counts(result)).toEqual([2, 0, 0])
    expect(result.errors).toEqual(Float64Array.of(-120, -110))
  })

  it("gives errors in ms, test minus reference, and their median", () => {
    const result = compare([360, 720, 1080, 1440], [369, 711, 1098, 1440], { samplingRate: 360 })
    expect(Array.from(result.errors)).toEqual([25, -25, 50, 0])
    expect(result.medianError).toBe(12.5)
  })

  it("takes beats in any order and kind of array, and NaN for none", () => {
    const sorted = compare([100, 500, 900], [110, 510, 2000])
    expect(compare(Int32Array.of(900, 100, 500), [2000, NaN, 510, 110])).toEqual(sorted)
  })

  it("leaves out what is before the learning period has passed, and counts it apart", () => {
    const result = compare([100, 1000, 2000], [100, 1000, 1500, 2000], { from: 1.2 })
    expect(counts(result)).toEqual([1, 1, 0])
    expect(result.leftOut).toEqual({ reference: 2, test: 2 })
    expect(Agreement.learningPeriod).toBe(300)
  })

  it("holds a pair to be where its reference is, at the edges of what is left out", () => {
    const excluded = [{ start: 1000, end: 3001 }]
    // Inside, and so left out, though the detection is outside.
    expect(counts(compare([1000], [950], { excluded }))).toEqual([0, 0, 0])
    expect(counts(compare([3000], [3050], { excluded }))).toEqual([0, 0, 0])
    // Outside, and so a pair, though the detection is inside.
    expect(counts(compare([999], [1050], { excluded }))).toEqual([1, 0, 0])
    expect(counts(compare([3001], [2950], { excluded }))).toEqual([1, 0, 0])
  })

  it("leaves out detections in excluded segments, and counts them apart", () => {
    const excluded = [{ start: 1000, end: 3000 }]
    const result = compare([500, 3500], [500, 1400, 1800, 3500, 3900], { excluded })
    expect(counts(result)).toEqual([2, 1, 0])
    expect(result.leftOut).toEqual({ reference: 0, test: 2 })
    expect(result.extra).toEqual(Int32Array.of(3900))
  })

  const Beats = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60 }))).check(
    Schema.isMaxLength(6)
  )
  const Window = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 25 }))

  it.prop(
    "finds no fewer pairs, and none further apart, than trying every matching does",
    { reference: Beats, test: Beats, window: Window },
    ({ reference, test, window }) => {
      const { truePositives, errors } = compare(reference, test, { window: window / 1000 })
      const distance = errors.reduce((sum, error) => sum + Math.abs(error), 0)
      const [pairs, least] = bestByTrying(reference, test, window)
      expect([truePositives, Math.round(distance)]).toEqual([pairs, least])
    }
  )

  it.prop(
    "accounts for every beat of both sides once",
    { reference: Beats, test: Beats, window: Window },
    ({ reference, test, window }) => {
      const excluded = [{ start: 20, end: 30 }]
      const options = { window: window / 1000, excluded, from: 0.01 }
      const result = compare(reference, test, options)
      const { truePositives, missed, extra, leftOut } = result
      expect(truePositives + missed.length + leftOut.reference).toBe(reference.length)
      expect(truePositives + extra.length + leftOut.test).toBe(test.length)
      expect(counts(result)).toEqual([result.errors.length, extra.length, missed.length])
    }
  )

  it.prop(
    "is the same with the sides exchanged, but for the sign of the errors",
    { reference: Beats, test: Beats, window: Window },
    ({ reference, test, window }) => {
      const options = { window: window / 1000 }
      const there = compare(reference, test, options)
      const back = compare(test, reference, options)
      expect(counts(back)).toEqual([
        there.truePositives,
        there.falseNegatives,
        there.falsePositives
      ])
    }
  )

  it("stays right over many beats close together", () => {
    const reference = Int32Array.from({ length: 50_000 }, (_, index) => index * 100)
    const test = reference.map((at) => at + 60)
    const result = compare(reference, test)
    expect(counts(result)).toEqual([50_000, 0, 0])
    expect(result.medianError).toBe(60)
  })
})

describe("Agreement.classOf", () => {
  it("gives every beat annotation a class, and nothing else one", () => {
    const of = (symbols: string) => Array.from(symbols, Agreement.classOf)
    expect(new Set(of("NLRB"))).toEqual(new Set(["N"]))
    expect(new Set(of("aAJSjen"))).toEqual(new Set(["S"]))
    expect(new Set(of("VrE"))).toEqual(new Set(["V"]))
    expect(of("F")).toEqual(["F"])
    expect(new Set(of("Q/f?"))).toEqual(new Set(["Q"]))
    expect(new Set([...of('![]~+|x"@'), Agreement.classOf(""), Agreement.classOf("NV")])).toEqual(
      new Set([undefined])
    )
  })
})

describe("Agreement.flutter and unreadable", () => {
  const at = (sample: number, symbol: string, subtype = 0) => ({ sample, symbol, subtype })

  it("read the segments that annotations open and close", () => {
    const annotations = [at(5, "N"), at(10, "["), at(20, "!"), at(30, "]"), at(40, "[")]
    expect(Agreement.flutter(annotations)).toEqual([
      { start: 10, end: 31 },
      { start: 40, end: Infinity }
    ])
    expect(Agreement.flutter([at(10, "]"), at(20, "N")])).toEqual([])
  })

  it("take noise for unreadable only where both signals are", () => {
    const annotations = [at(10, "~", 1), at(20, "~", 0x10), at(30, "~", 0x33), at(40, "~", -1)]
    expect(Agreement.unreadable([...annotations, at(50, "~", 0x23)])).toEqual([
      { start: 30, end: 50 }
    ])
  })
})

describe("Agreement.confusion", () => {
  const beats = (text: string) =>
    text.split(" ").flatMap((symbol, index) => {
      const kind = Agreement.classOf(symbol)
      return kind === undefined ? [] : [{ sample: (index + 1) * 1000, class: kind }]
    })

  it("counts each beat in the row of its class and the column of what it was called", () => {
    //                   the dash is no beat: missed below it, extra above it
    const reference = beats("N N N S S V V V F Q -")
    const { counts: matrix, beats: all } = Agreement.confusion(
      reference,
      beats("N N V S N V N - V V V"),
      { samplingRate }
    )
    const text = (["N", "S", "V", "F", "Q", "O"] as const).map((row) =>
      (["N", "S", "V", "F", "Q", "O"] as const).map((column) => matrix[row][column]).join(" ")
    )
    expect(text).toEqual([
      "2 0 1 0 0 0",
      "1 1 0 0 0 0",
      "1 0 1 0 0 1",
      "0 0 1 0 0 0",
      "0 0 1 0 0 0",
      "0 0 1 0 0 0"
    ])
    expect(counts(all)).toEqual([9, 1, 1])
  })

  it("holds fusion and unclassifiable beats against neither side of ventricular ectopics", () => {
    const { ventricular } = Agreement.confusion(beats("N S V V F Q -"), beats("V V V N V V V"), {
      samplingRate
    })
    expect(counts(ventricular)).toEqual([1, 3, 1])
  })

  it("holds unclassifiable beats against neither side of supraventricular ectopics", () => {
    const { supraventricular } = Agreement.confusion(
      beats("N S V S F Q -"),
      beats("S S S V S S S"),
      { samplingRate }
    )
    expect(counts(supraventricular)).toEqual([1, 4, 1])
  })

  it("pairs and leaves out as compare does", () => {
    const options = { samplingRate, from: 2, excluded: [{ start: 4000, end: 6000 }] }
    const reference = beats("N V - N N V N V - N")
    const test = beats("N - N N - N N V N -")
    const samples = (all: ReadonlyArray<Agreement.ClassifiedBeat>) => all.map((it) => it.sample)
    expect(counts(Agreement.confusion(reference, test, options).beats)).toEqual(
      counts(Agreement.compare(samples(reference), samples(test), options))
    )
  })
})

describe("Agreement.summary", () => {
  it("is no number over no records", () => {
    const { records, gross, average, medianError } = Agreement.summary([])
    expect([records, gross.f1, average.f1, medianError]).toEqual([0, NaN, NaN, NaN])
  })

  it("weighs beats in the gross and records in the average", () => {
    const long = compare([1000, 2000, 3000], [1010, 2010, 3030])
    const short = compare([1000], [2000])
    const { gross, average, medianError } = Agreement.summary([long, short])
    expect(counts(gross)).toEqual([3, 1, 1])
    expect([gross.sensitivity, average.sensitivity]).toEqual([0.75, 0.5])
    expect(medianError).toBe(10)
  })

  it("leaves a record without anything to find out of the average of that ratio", () => {
    const none = compare([], [1000])
    const { average } = Agreement.summary([compare([1000], [1000]), none])
    expect([average.sensitivity, average.positivePredictivity]).toEqual([1, 0.5])
  })
})

describeWithData("mitdb", "Agreement on a record with ventricular flutter", (folder) => {
  const annotations = Records.annotations(folder, "207")
  const reference = annotations
    .filter((it) => Agreement.classOf(it.symbol) !== undefined)
    .map((it) => it.sample)
  const excluded = Agreement.flutter(annotations)

  it("finds the six segments of record 207, without a beat in them", () => {
    expect(excluded).toHaveLength(6)
    const { leftOut, f1 } = Agreement.compare(reference, reference, { samplingRate: 360, excluded })
    expect([reference.length, leftOut, f1]).toEqual([1860, { reference: 0, test: 0 }, 1])
  })

  it("leaves out the flutter waves that a detector takes for beats", () => {
    const waves = annotations.filter((it) => it.symbol === "!").map((it) => it.sample)
    const found = [...reference, ...waves]
    expect(Agreement.compare(reference, found, { samplingRate: 360 }).extra).toHaveLength(472)
    const apart = Agreement.compare(reference, found, { samplingRate: 360, excluded })
    expect([apart.extra.length, apart.leftOut.test]).toEqual([0, 472])
  })
})
