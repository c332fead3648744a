import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Series from "../../src/measurement/Series.ts"
import * as Fluctuation from "../../src/risk/Fluctuation.ts"
import * as Score from "../../src/risk/Score.ts"
import { casesOf } from "./cases.ts"

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const hourly = (values: ReadonlyArray<number>): ReadonlyArray<Fluctuation.HomeReading> =>
  values.map((value, index) => ({
    id: `r${index}`,
    observedAt: Timestamp.at(index * hour),
    value
  }))

/** One reading each day at 8:00. */
const daily = (values: ReadonlyArray<number>): ReadonlyArray<Fluctuation.HomeReading> =>
  values.map((value, index) => ({
    id: `d${index}`,
    observedAt: Timestamp.at(index * day + 8 * hour),
    value
  }))

const systolic = { pressure: "systolic" } as const
const diastolic = { pressure: "diastolic" } as const

const variability = (
  values: ReadonlyArray<number>,
  population?: Fluctuation.Population
): Fluctuation.Variability =>
  Result.getOrThrow(Fluctuation.variability(hourly(values), { ...systolic, population }))

const dayToDay = (
  readings: ReadonlyArray<Fluctuation.HomeReading>,
  options: { readonly pressure: Fluctuation.Pressure } = systolic
): Fluctuation.DayToDay => Result.getOrThrow(Fluctuation.homeDayToDay(readings, options))

const within = (minimum: number, maximum: number) =>
  Schema.Finite.check(Schema.isBetween({ minimum, maximum }))

const Pressures = Schema.Array(within(1, 300)).check(Schema.isMinLength(2))

describe("Fluctuation.variability", () => {
  it("is not defined below two readings, and says how many there were", () => {
    const refused = (values: ReadonlyArray<number>) =>
      Result.getOrThrow(Result.flip(Fluctuation.variability(hourly(values), systolic)))
    expect(refused([])).toEqual(new Series.TooFewReadings({ needed: 2, got: 0 }))
    expect(refused([120, NaN])).toEqual(new Series.TooFewReadings({ needed: 2, got: 1 }))
  })

  it("measures spread with n - 1, steps between neighbours, and the range", () => {
    // Deviations 0, 10, -10; steps 10, -20.
    const found = variability([120, 130, 110])
    expect(found).toMatchObject({
      count: 3,
      mean: 120,
      standardDeviation: 10,
      averageRealVariability: 15,
      range: 20,
      omitted: 0,
      ties: 0
    })
    expect(found.coefficientOfVariation).toBeCloseTo(100 / 12, 12)
    expect(found.successiveVariation).toBeCloseTo(Math.sqrt(250), 12)
  })

  it("is 0 throughout where readings are all the same", () => {
    const same = variability([150, 150, 150], { exponent: 2, mean: 130 })
    expect(same).toMatchObject({
      standardDeviation: 0,
      coefficientOfVariation: 0,
      averageRealVariability: 0,
      successiveVariation: 0,
      range: 0,
      variationIndependentOfMean: 0
    })
  })

  it("takes the parameters of variation independent of the mean as given, and guesses none", () => {
    expect(variability([120, 130, 110])).toMatchObject({
      variationIndependentOfMean: null,
      missing: ["population"]
    })
    // SD 10 and mean 120: with exponent 0 it is SD itself, with 1 it is the CV of the population's mean.
    const independent = (exponent: number, mean: number) =>
      variability([120, 130, 110], { exponent, mean }).variationIndependentOfMean
    expect(independent(0, 132)).toBe(10)
    expect(independent(1, 132)).toBe(11)
    expect(independent(2, 60)).toBe(2.5)
    expect(independent(1.7, 120)).toBe(10)
    expect(variability([120, 130, 110], { exponent: 1, mean: 132 }).missing).toEqual([])
  })

  it("has none that is independent of a mean below 1", () => {
    const zero = variability([0, 0], { exponent: 1, mean: 120 })
    expect(zero).toMatchObject({ mean: 0, variationIndependentOfMean: null, missing: [] })
    expect(zero.coefficientOfVariation).toBeNull()
    const tiny = { exponent: -10, mean: 400 }
    expect(variability([0.99, 0.99], tiny).variationIndependentOfMean).toBeNull()
    expect(variability([1, 1], tiny).variationIndependentOfMean).toBe(0)
  })

  it("goes by time and then by id, says so, and counts the ties", () => {
    const at = (id: string, minutes: number, value: number) => ({
      id,
      observedAt: Timestamp.at(minutes * minute),
      value
    })
    const tied = [at("c", 1, 150), at("b", 1, 110), at("a", 0, 100)]
    const found = Result.getOrThrow(Fluctuation.variability(tied, systolic))
    expect(found).toMatchObject({
      order: "by time of observation, then by id",
      ties: 1,
      averageRealVariability: 25
    })
    expect(found.inputs.map(({ value }) => value)).toEqual([100, 110, 150])
  })

  it("records the readings it used, with unit and time, and how many it left out", () => {
    const found = variability([120, NaN, 130])
    expect(found.inputs).toEqual([
      { name: "systolicPressure", value: 120, unit: "mm[Hg]", observedAt: Timestamp.at(0) },
      { name: "systolicPressure", value: 130, unit: "mm[Hg]", observedAt: Timestamp.at(2 * hour) }
    ])
    expect(found.omitted).toBe(1)
  })

  it("takes instants without an offset for UTC", () => {
    const readings = [80, 90].map((value, index) => ({
      id: `r${index}`,
      observedAt: DateTime.makeUnsafe(index * hour),
      value
    }))
    const { inputs } = Result.getOrThrow(Fluctuation.variability(readings, diastolic))
    expect(inputs[1]).toEqual({
      name: "diastolicPressure",
      value: 90,
      unit: "mm[Hg]",
      observedAt: Timestamp.at(hour)
    })
  })

  it("is marked research-grade, with no band and the numbers advised", () => {
    expect(variability([120, 130])).toMatchObject({
      ...Fluctuation.aboutVariability,
      evidence: "research-grade",
      recommendedMinimum: { ambulatoryReadings: 20, homeDays: 3 },
      band: null,
      response: null,
      contributions: []
    })
  })

  it("refuses impossible readings by their position, and a population that is none", () => {
    const refused = Fluctuation.variability(hourly([120, 401, -1, 130]), {
      ...systolic,
      population: { exponent: NaN, mean: 0 }
    })
    expect(Result.getOrThrow(Result.flip(refused))).toEqual(
      new Score.ImpossibleInput({
        score: "pressure-variability",
        inputs: [
          { name: "systolicPressure[1]", expected: "0 to 400 mm[Hg]" },
          { name: "systolicPressure[2]", expected: "0 to 400 mm[Hg]" },
          { name: "population.mean", expected: "1 to 400 mm[Hg]" },
          { name: "population.exponent", expected: "-10 to 10" }
        ]
      })
    )
    const high = Fluctuation.variability(hourly([301, 80]), diastolic)
    expect(Result.getOrThrow(Result.flip(high))).toMatchObject({
      inputs: [{ name: "diastolicPressure[0]", expected: "0 to 300 mm[Hg]" }]
    })
  })

  it.prop("fits its own schema, and is that of the series", { values: Pressures }, ({ values }) => {
    const found = variability(values, { exponent: 1, mean: 120 })
    expect(found).toMatchObject(Result.getOrThrow(Series.fluctuation(hourly(values))))
    return Schema.is(Fluctuation.Variability)(found)
  })

  it.prop(
    "with the exponent 1 does not change when every pressure is scaled",
    { values: Schema.Array(within(2, 300)).check(Schema.isMinLength(2)) },
    ({ values }) => {
      const population = { exponent: 1, mean: 120 }
      const halves = values.map((value) => value / 2)
      const before = variability(values, population).variationIndependentOfMean ?? NaN
      const after = variability(halves, population).variationIndependentOfMean ?? NaN
      return Math.abs(before - after) <= 1e-9 * Math.max(1, before)
    }
  )
})

describe("Fluctuation.homeDayToDay", () => {
  it("is not defined below two mornings", () => {
    const refused = (readings: ReadonlyArray<Fluctuation.HomeReading>) =>
      Result.getOrThrow(Result.flip(Fluctuation.homeDayToDay(readings, systolic)))
    expect(refused([])).toEqual(new Series.TooFewReadings({ needed: 2, got: 0 }))
    expect(refused(daily([120]))).toEqual(new Series.TooFewReadings({ needed: 2, got: 1 }))
    // Two readings of one morning are one day.
    const twice = [...daily([120]), { ...daily([125])[0]!, id: "again" }]
    expect(refused(twice)).toEqual(new Series.TooFewReadings({ needed: 2, got: 1 }))
  })

  it("is increased above 11.0 % of the mean systolic pressure, and not at it", () => {
    // Mean 100 and SD 11, then 11.1.
    expect(dayToDay(daily([89, 100, 111]))).toMatchObject({
      days: 3,
      mean: 100,
      standardDeviation: 11,
      coefficientOfVariation: 11,
      threshold: 11,
      band: "not-increased",
      bandUnavailable: null
    })
    expect(dayToDay(daily([88.9, 100, 111.1])).band).toBe("increased")
  })

  it("is increased above 12.8 % of the mean diastolic pressure, and not at it", () => {
    expect(dayToDay(daily([109, 125, 141]), diastolic)).toMatchObject({
      standardDeviation: 16,
      coefficientOfVariation: 12.8,
      threshold: 12.8,
      band: "not-increased"
    })
    expect(dayToDay(daily([108.9, 125, 141.1]), diastolic).band).toBe("increased")
  })

  it("has a band for 3 to 7 days, and otherwise says why not", () => {
    const days = (count: number) =>
      dayToDay(daily(Array.from({ length: count }, (_, index) => 120 + index)))
    const reason = "the threshold is for 3 to 7 days"
    expect(days(2)).toMatchObject({ days: 2, band: null, bandUnavailable: reason })
    expect(days(3)).toMatchObject({ band: "not-increased", bandUnavailable: null })
    expect(days(7)).toMatchObject({ days: 7, band: "not-increased", bandUnavailable: null })
    expect(days(8)).toMatchObject({ days: 8, band: null, bandUnavailable: reason })
    expect(dayToDay(daily([0, 0, 0]))).toMatchObject({
      coefficientOfVariation: null,
      band: null,
      bandUnavailable: "the mean is not positive"
    })
  })

  const at = (id: string, text: string, value: number): Fluctuation.HomeReading => ({
    id,
    observedAt: DateTime.makeZonedUnsafe(text, { timeZone: DateTime.zoneMakeOffset(2 * hour) }),
    value
  })
  const others = [
    at("m", "2026-03-02T08:00:00+02:00", 110),
    at("n", "2026-03-03T08:00:00+02:00", 120)
  ]

  const used = (readings: ReadonlyArray<Fluctuation.HomeReading>) =>
    dayToDay([...others, ...readings]).inputs.map(({ value }) => value)

  it("counts the first reading of a morning, from 5:00 and before 12:00 by its own clock", () => {
    expect(used([at("a", "2026-03-01T04:59:59+02:00", 100)])).toEqual([110, 120])
    expect(used([at("a", "2026-03-01T05:00:00+02:00", 100)])).toEqual([100, 110, 120])
    expect(used([at("a", "2026-03-01T11:59:59+02:00", 100)])).toEqual([100, 110, 120])
    expect(used([at("a", "2026-03-01T12:00:00+02:00", 100)])).toEqual([110, 120])
    const two = [
      at("a", "2026-03-01T09:00:00+02:00", 105),
      at("b", "2026-03-01T07:00:00+02:00", 100)
    ]
    expect(used(two)).toEqual([100, 110, 120])
  })

  it("takes, of two at one time, the one whose id comes first", () => {
    const tied = [
      at("b", "2026-03-01T07:00:00+02:00", 105),
      at("a", "2026-03-01T07:00:00+02:00", 100)
    ]
    expect(used(tied)).toEqual([100, 110, 120])
  })

  it("leaves out a reading that is not finite, and takes the next of that morning", () => {
    const readings = [
      at("a", "2026-03-01T07:00:00+02:00", NaN),
      at("b", "2026-03-01T07:01:00+02:00", 102)
    ]
    expect(used(readings)).toEqual([102, 110, 120])
  })

  it("refuses impossible readings, by their position", () => {
    expect(
      Result.getOrThrow(Result.flip(Fluctuation.homeDayToDay(daily([120, 500]), systolic)))
    ).toEqual(
      new Score.ImpossibleInput({
        score: "home-day-to-day-variability",
        inputs: [{ name: "systolicPressure[1]", expected: "0 to 400 mm[Hg]" }]
      })
    )
  })

  it("is marked research-grade, and carries its source", () => {
    expect(dayToDay(daily([120, 130, 125]))).toMatchObject({
      ...Fluctuation.aboutDayToDay,
      evidence: "research-grade",
      order: "by time of observation, then by id",
      recommendedMinimum: { ambulatoryReadings: 20, homeDays: 3 },
      response: null
    })
    expect(Fluctuation.aboutDayToDay.citation).toContain("10.1161/HYPERTENSIONAHA.116.08603")
  })

  it.prop("fits its own schema, in any order of arrival", { values: Pressures }, ({ values }) => {
    const found = dayToDay(daily(values))
    expect(dayToDay(daily(values).toReversed())).toEqual(found)
    return Schema.is(Fluctuation.DayToDay)(found)
  })
})

const Vector = Schema.Struct({
  input: Schema.Struct({ sbp: Schema.Array(Schema.Finite) }),
  expected: Schema.Struct({
    mean: Schema.Finite,
    sd: Schema.Finite,
    cv_pct: Schema.Finite,
    arv: Schema.Finite,
    sv_rms: Schema.Finite,
    range: Schema.Finite
  })
})

describeWithData("vectors/closed_form_vectors.json", "Fluctuation on the derived cases", (path) => {
  const vectors = casesOf(path, "fn", "bpv", Vector)

  it("are three", () => expect(vectors).toHaveLength(3))

  it.each(vectors)("agrees for $input.sbp", ({ expected, input }) => {
    const found = variability(input.sbp)
    expect(found.mean).toBeCloseTo(expected.mean, 9)
    expect(found.standardDeviation).toBeCloseTo(expected.sd, 9)
    expect(found.coefficientOfVariation).toBeCloseTo(expected.cv_pct, 9)
    expect(found.averageRealVariability).toBeCloseTo(expected.arv, 9)
    expect(found.successiveVariation).toBeCloseTo(expected.sv_rms, 9)
    expect(found.range).toBe(expected.range)
  })
})

const Trap = Schema.Struct({
  cases: Schema.Array(
    Schema.Struct({
      sbp: Schema.Array(Schema.Finite),
      published: Schema.Struct({ cv_pct_3sf: Schema.Finite, vim_3sf: Schema.Finite }),
      recomputed: Schema.Struct({
        sd: Schema.Finite,
        cv_pct: Schema.Finite,
        arv: Schema.Finite,
        sv: Schema.Finite
      }),
      implied_pop_mean: Schema.Finite
    })
  )
})

describeWithData(
  "vectors/traps/bpv_fletcher2022_reprex.json",
  "Fluctuation on published pressures whose figures are wrong",
  (path) => {
    const { cases } = Schema.decodeUnknownSync(Trap)(readJson(path))
    const exponent = 0.288358

    it.each(cases)("agrees with what was recomputed for $sbp", ({ recomputed, sbp }) => {
      const found = variability(sbp)
      expect(found.standardDeviation).toBeCloseTo(recomputed.sd, 9)
      expect(found.coefficientOfVariation).toBeCloseTo(recomputed.cv_pct, 9)
      expect(found.averageRealVariability).toBeCloseTo(recomputed.arv, 9)
      expect(found.successiveVariation).toBeCloseTo(recomputed.sv, 9)
    })

    // There the mean was taken into its own standard deviation, as a fifth reading, which makes it (and
    // what follows from it) the root of 3/4 of what it should be.
    it.each(cases)("does not repeat what was published for $sbp", (one) => {
      const population = { exponent, mean: one.implied_pop_mean }
      const found = variability(one.sbp, population)
      const published = { cv: one.published.cv_pct_3sf, vim: one.published.vim_3sf }
      const ours = {
        cv: found.coefficientOfVariation ?? NaN,
        vim: found.variationIndependentOfMean ?? NaN
      }
      expect(Math.abs(ours.cv - published.cv)).toBeGreaterThan(1)
      expect(Math.abs(ours.vim - published.vim)).toBeGreaterThan(1)
      expect(ours.cv * Math.sqrt(3 / 4)).toBeCloseTo(published.cv, 0)
      expect(ours.vim * Math.sqrt(3 / 4)).toBeCloseTo(published.vim, 0)
    })
  }
)
