import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Series from "../../src/measurement/Series.ts"

const reading = (id: string, minute: number, value: number): Series.Reading => ({
  id,
  observedAt: Timestamp.at(minute * 60_000),
  value
})

const hourly = (values: ReadonlyArray<number>): ReadonlyArray<Series.Reading> =>
  values.map((value, hour) => reading(`r${hour}`, hour * 60, value))

const fluctuation = (readings: ReadonlyArray<Series.Reading>): Series.Fluctuation =>
  Result.getOrThrow(Series.fluctuation(readings))

const refusal = (readings: ReadonlyArray<Series.Reading>): unknown =>
  Result.getOrThrow(Result.flip(Series.fluctuation(readings)))

describe("Series.fluctuation", () => {
  it("refuses fewer than two readings, and says how many it needs and got", () => {
    expect(refusal([])).toEqual(new Series.TooFewReadings({ needed: 2, got: 0 }))
    expect(refusal(hourly([120]))).toEqual(new Series.TooFewReadings({ needed: 2, got: 1 }))
    expect(refusal(hourly([120, NaN, Infinity]))).toEqual(
      new Series.TooFewReadings({ needed: 2, got: 1 })
    )
  })

  it("takes NaN for a missing reading: those around it are neighbours", () => {
    expect(fluctuation(hourly([120, NaN, 130]))).toEqual(fluctuation(hourly([120, 130])))
  })

  it("finds none in readings that are all the same", () => {
    expect(fluctuation(hourly([0.1, 0.1, 0.1]))).toEqual({
      count: 3,
      ties: 0,
      mean: 0.1,
      standardDeviation: 0,
      coefficientOfVariation: 0,
      averageRealVariability: 0,
      successiveVariation: 0
    })
  })

  it("measures spread with n - 1 and steps between neighbours", () => {
    // Deviations -2, 10, -8; steps +12, -18.
    const { mean, standardDeviation, coefficientOfVariation, ...steps } = fluctuation(
      hourly([118, 130, 112])
    )
    expect(mean).toBe(120)
    expect(standardDeviation).toBeCloseTo(Math.sqrt((4 + 100 + 64) / 2), 12)
    expect(coefficientOfVariation).toBeCloseTo(Math.sqrt(84) / 1.2, 12)
    expect(steps.averageRealVariability).toBe(15)
    expect(steps.successiveVariation).toBeCloseTo(Math.sqrt((144 + 324) / 2), 12)
  })

  it("has no coefficient of variation where the mean is not positive", () => {
    expect(fluctuation(hourly([-1, 1])).coefficientOfVariation).toBeNull()
    expect(fluctuation(hourly([-3, -1])).coefficientOfVariation).toBeNull()
  })

  it("goes by the time of observation, not by the order of arrival", () => {
    const inOrder = [reading("a", 0, 100), reading("b", 1, 110), reading("c", 2, 150)]
    const [first, second, third] = inOrder
    expect(fluctuation([third!, first!, second!])).toEqual(fluctuation(inOrder))
    expect(fluctuation(inOrder).averageRealVariability).toBe(25)
  })

  it("goes by id where times are equal, and counts the ties", () => {
    const tied = [reading("b", 1, 110), reading("c", 1, 150), reading("a", 0, 100)]
    expect(fluctuation(tied)).toMatchObject({ ties: 1, averageRealVariability: 25 })
    const swapped = [reading("c", 1, 110), reading("b", 1, 150), reading("a", 0, 100)]
    expect(fluctuation(swapped)).toMatchObject({ ties: 1, averageRealVariability: 45 })
  })

  it("takes two spellings of one instant for a tie", () => {
    const east = { id: "a", observedAt: Timestamp.at(0, 120), value: 1 }
    const west = { id: "b", observedAt: Timestamp.at(0, -300), value: 2 }
    expect(fluctuation([west, east]).ties).toBe(1)
  })

  const Pressures = Schema.Array(
    Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 400 }))
  ).check(Schema.isMinLength(2))

  it.prop("does not depend on the order of arrival", { xs: Pressures }, ({ xs }) => {
    const readings = hourly(xs)
    return (
      JSON.stringify(fluctuation(readings)) === JSON.stringify(fluctuation(readings.toReversed()))
    )
  })

  it.prop(
    "never finds the mean step above the root mean square step",
    { xs: Pressures },
    ({ xs }) => {
      const { averageRealVariability, successiveVariation } = fluctuation(hourly(xs))
      return averageRealVariability <= successiveVariation * (1 + 1e-12)
    }
  )

  it.prop("does not change in size when every reading is shifted", { xs: Pressures }, ({ xs }) => {
    const before = fluctuation(hourly(xs))
    const after = fluctuation(hourly(xs.map((x) => x + 64)))
    return (
      Math.abs(before.standardDeviation - after.standardDeviation) < 1e-9 &&
      Math.abs(before.averageRealVariability - after.averageRealVariability) < 1e-9
    )
  })

  it.prop("fits its own schema", { xs: Pressures }, ({ xs }) =>
    Schema.is(Series.Fluctuation)(fluctuation(hourly(xs)))
  )
})

describe("Series.sorted", () => {
  it("leaves the readings it is given as they were", () => {
    const readings = [reading("b", 1, 2), reading("a", 0, 1)]
    expect(Series.sorted(readings).map(({ id }) => id)).toEqual(["a", "b"])
    expect(readings.map(({ id }) => id)).toEqual(["b", "a"])
    expect(Series.sorted([])).toEqual([])
  })
})

const Reprex = Schema.Struct({
  cases: Schema.Array(
    Schema.Struct({
      sbp: Schema.Array(Schema.Finite),
      published: Schema.Struct({ sd_3sf: Schema.Finite }),
      recomputed: Schema.Struct({
        mean: Schema.Finite,
        sd: Schema.Finite,
        cv_pct: Schema.Finite,
        arv: Schema.Finite,
        sv: Schema.Finite
      })
    })
  )
})

describeWithData(
  "vectors/traps/bpv_fletcher2022_reprex.json",
  "Series on published visit-to-visit pressures",
  (path) => {
    const { cases } = Schema.decodeUnknownSync(Reprex)(readJson(path))

    it.each(cases)("agrees with the values recomputed for $sbp", ({ sbp, recomputed }) => {
      const found = fluctuation(hourly(sbp))
      expect(found.mean).toBeCloseTo(recomputed.mean, 9)
      expect(found.standardDeviation).toBeCloseTo(recomputed.sd, 9)
      expect(found.coefficientOfVariation).toBeCloseTo(recomputed.cv_pct, 9)
      expect(found.averageRealVariability).toBeCloseTo(recomputed.arv, 9)
      expect(found.successiveVariation).toBeCloseTo(recomputed.sv, 9)
    })

    // There the mean was taken into its own standard deviation, as a fifth reading.
    it.each(cases)("does not repeat the wrong deviation published for $sbp", (published) => {
      const found = fluctuation(hourly(published.sbp)).standardDeviation
      expect(Number(found.toPrecision(3))).not.toBe(published.published.sd_3sf)
      expect(Number((found * Math.sqrt(3 / 4)).toPrecision(3))).toBeCloseTo(
        published.published.sd_3sf,
        0
      )
    })
  }
)
