import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Timestamp from "../../src/input/Timestamp.ts"
import type * as Vital from "../../src/measurement/Vital.ts"
import * as Features from "../../src/risk/Features.ts"

const hour = 3_600_000
const now = 100 * hour

/** Readings by the hours before the assessment at which they were made. */
const readings = (...pairs: ReadonlyArray<readonly [hoursBefore: number, value: number]>) =>
  pairs.map(([before, value], index) => ({
    id: String(index).padStart(3, "0"),
    observedAt: Timestamp.at(now - before * hour),
    value
  }))

const history = (
  given: Features.History["readings"],
  rest: Partial<Features.History> = {}
): Features.History => ({ at: Timestamp.at(now), readings: given, ...rest })

const summary = (
  statistic: Features.Statistic,
  rest: Partial<Features.Summary> = {}
): Features.Summary => ({
  vital: "heart-rate",
  statistic,
  hours: 12,
  startIncluded: false,
  ...rest
})

const extract = (
  features: ReadonlyArray<Features.Summary>,
  of: Features.History,
  ranges: ReadonlyArray<Features.Range> = []
) =>
  Array.from(
    Features.extract(
      {
        features: features.map((summary) => ({
          name: "x",
          unit: "1",
          kind: "summary",
          of: summary
        })),
        ranges
      },
      of
    )
  )

const everything = Features.Statistic.literals.map((statistic) => summary(statistic, { below: 85 }))

describe("Features.extract", () => {
  it("computes every statistic of the readings in a window", () => {
    const heartRates = readings([3, 80], [2, 90], [1, 70], [0, 100])
    expect(extract(everything, history({ "heart-rate": heartRates }))).toEqual(
      // Deviations from 85: -5, 5, -15, 15; steps: 10, 20, 30; times from their mean: -1.5 to 1.5.
      [4, 80, 100, 85, 70, 100, Math.sqrt(500 / 3), 20, (7.5 + -2.5 - 7.5 + 22.5) / 5, 0.5].map(
        (each) => expect.closeTo(each, 12)
      )
    )
  })

  it("has no spread and no slope of one reading, and nothing but a count of none", () => {
    expect(extract(everything, history({ "heart-rate": readings([1, 80]) }))).toEqual([
      1,
      80,
      80,
      80,
      80,
      80,
      NaN,
      NaN,
      NaN,
      1
    ])
    expect(extract(everything, history({}))).toEqual([0, ...Array<number>(9).fill(NaN)])
  })

  it("has no slope where all readings are of one time", () => {
    const heartRates = readings([1, 80], [1, 90])
    expect(extract([summary("slope")], history({ "heart-rate": heartRates }))).toEqual([NaN])
  })

  it("begins after the start of a window, or with it", () => {
    const heartRates = readings([12.01, 1], [12, 2], [11.99, 3], [0, 4])
    const counts = [summary("count"), summary("count", { startIncluded: true })]
    expect(extract(counts, history({ "heart-rate": heartRates }))).toEqual([2, 3])
  })

  it("sees nothing that comes after the assessment", () => {
    const heartRates = readings([1, 80], [-0.001, 200])
    const sees = [summary("last"), summary("maximum"), summary("count")]
    expect(extract(sees, history({ "heart-rate": heartRates }))).toEqual([80, 80, 1])
  })

  it("leaves out what lies outside its range, both ends included", () => {
    const heartRates = readings([4, 9.9], [3, 10], [2, 300], [1, 300.1], [0.5, NaN])
    const range = { vital: "heart-rate", minimum: 10, maximum: 300 } as const
    expect(extract([summary("count")], history({ "heart-rate": heartRates }), [range])).toEqual([2])
    // Without a range of its own, the possible one: 0 to 350.
    expect(extract([summary("count")], history({ "heart-rate": heartRates }))).toEqual([4])
  })

  it("takes readings in any order, and those of one time by their ids", () => {
    const heartRates = readings([3, 80], [2, 90], [2, 70], [1, 60])
    const seen = [summary("last"), summary("average-real-variability")]
    const expected = [60, (10 + 20 + 10) / 3]
    expect(extract(seen, history({ "heart-rate": heartRates }))).toEqual(expected)
    expect(extract(seen, history({ "heart-rate": heartRates.toReversed() }))).toEqual(expected)
  })

  it("gives age and sex, differences and ratios", () => {
    const last = (vital: Vital.NumericCode) => summary("last", { vital })
    const definition: Features.Definition = {
      features: [
        { name: "age", unit: "a", kind: "age" },
        { name: "sex", unit: "1", kind: "sex" },
        {
          name: "pulse pressure",
          unit: "mm[Hg]",
          kind: "difference",
          of: last("systolic-pressure"),
          minus: last("diastolic-pressure")
        },
        {
          name: "shock index",
          unit: "/min/mm[Hg]",
          kind: "ratio",
          of: last("heart-rate"),
          over: last("systolic-pressure")
        }
      ],
      ranges: []
    }
    const given = {
      "heart-rate": readings([1, 90]),
      "systolic-pressure": readings([1, 120]),
      "diastolic-pressure": readings([1, 70])
    }
    const of = (rest: Partial<Features.History>) =>
      Array.from(Features.extract(definition, history(given, rest)))
    expect(of({ age: 60, sex: "male" })).toEqual([60, 1, 50, 0.75])
    expect(of({ sex: "female" }).slice(0, 2)).toEqual([NaN, 0])
    expect(of({ age: null, sex: "other" }).slice(0, 2)).toEqual([NaN, 0.5])
    expect(Array.from(Features.extract(definition, history({})))).toEqual([NaN, 0.5, NaN, NaN])
  })

  const Sample = Schema.Struct({
    before: Schema.Finite.check(Schema.isBetween({ minimum: -2, maximum: 20 })),
    value: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 350 }))
  })

  it.prop(
    "does not depend on when the assessment is",
    {
      sample: Schema.Array(Sample),
      days: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9999 }))
    },
    ({ sample, days }) => {
      const heartRates = readings(
        ...sample.map(({ before, value }) => [Math.round(before * 60) / 60, value] as const)
      )
      const later = heartRates.map((reading) => ({
        ...reading,
        observedAt: Timestamp.at(reading.observedAt.epochMilliseconds + days * 24 * hour)
      }))
      const at = Timestamp.at(now + days * 24 * hour)
      expect(extract(everything, history({ "heart-rate": later }, { at }))).toEqual(
        extract(everything, history({ "heart-rate": heartRates }))
      )
    }
  )
})

describe("Features.usable mean pressures", () => {
  const means = (given: Features.History["readings"]) =>
    Features.usable({ features: [], ranges: [] }, history(given), "mean-pressure").map(
      ({ value }) => value
    )

  it("are derived of pairs where no mean was ever measured", () => {
    const pairs = {
      "systolic-pressure": readings([3, 120], [2, 90], [1, 110]),
      "diastolic-pressure": readings([3, 60], [2.5, 50], [1, 80])
    }
    expect(means(pairs)).toEqual([80, 90])
  })

  it("are derived from two hours after the last one measured, and not before", () => {
    const pairs = {
      "mean-pressure": readings([6, 77]),
      "systolic-pressure": readings([7, 120], [5, 120], [4, 120], [3.9, 90]),
      "diastolic-pressure": readings([7, 60], [5, 60], [4, 60], [3.9, 60])
    }
    expect(means(pairs)).toEqual([77, 70])
  })

  it("are not derived of a diastolic pressure that is not below the systolic one", () => {
    const pairs = {
      "systolic-pressure": readings([3, 80], [2, 80]),
      "diastolic-pressure": readings([3, 80], [2, 90])
    }
    expect(means(pairs)).toEqual([])
  })

  it("pair two readings of one time with two, in the order of their ids", () => {
    const pairs = {
      "systolic-pressure": readings([1, 120], [1, 150]),
      "diastolic-pressure": readings([1, 60], [1, 90])
    }
    expect(means(pairs)).toEqual([80, 110])
  })
})
