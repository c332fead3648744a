import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Sensor from "../../src/sensor/Sensor.ts"

const fit = (values: ArrayLike<number>): Sensor.Weights => Result.getOrThrow(Sensor.fit(values))

const got = (values: ArrayLike<number>): unknown =>
  Result.isFailure(Sensor.fit(values)) && Result.getOrThrow(Result.flip(Sensor.fit(values)))

describe("Sensor.fit", () => {
  it("refuses fewer than two values, and says how many it needs and got", () => {
    expect(got([])).toEqual(new Sensor.TooFewValues({ needed: 2, got: 0 }))
    expect(got([7])).toEqual(new Sensor.TooFewValues({ needed: 2, got: 1 }))
  })

  it("does not count NaN, the infinities and what no sensor reads", () => {
    expect(got([NaN, NaN])).toEqual(new Sensor.TooFewValues({ needed: 2, got: 0 }))
    expect(got([1, NaN, Infinity, -Infinity, 1e200])).toEqual(
      new Sensor.TooFewValues({ needed: 2, got: 1 })
    )
    expect(fit([NaN, 10, 5, NaN, 6, 9, Infinity])).toEqual(fit([10, 5, 6, 9]))
  })

  it("gives equal values exactly their value, and no spread", () => {
    expect(fit([0.1, 0.1, 0.1])).toEqual({ count: 3, mean: 0.1, std: 0 })
    expect(fit([0, 0])).toEqual({ count: 2, mean: 0, std: 0 })
  })

  it("divides by n - 1", () => {
    expect(fit([10, 5, 6, 9])).toEqual({ count: 4, mean: 7.5, std: 2.3804761428476167 })
    expect(fit([1, 3])).toEqual({ count: 2, mean: 2, std: Math.SQRT2 })
  })

  it("loses nothing to a large offset", () => {
    expect(fit([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16])).toEqual({
      count: 4,
      mean: 1e9 + 10,
      std: Math.sqrt(30)
    })
  })

  it("takes typed arrays", () => {
    expect(fit(Float64Array.of(10, 5, 6, 9))).toEqual(fit([10, 5, 6, 9]))
    expect(fit(Int16Array.of(10, 5, 6, 9))).toEqual(fit([10, 5, 6, 9]))
  })

  const Values = Schema.Array(
    Schema.Finite.check(Schema.isBetween({ minimum: -1e6, maximum: 1e6 }))
  ).check(Schema.isMinLength(2))

  it.prop("gives weights that its own schema accepts", { xs: Values }, ({ xs }) =>
    Schema.is(Sensor.Weights)(fit(xs))
  )

  it.prop("keeps the mean between the extremes", { xs: Values }, ({ xs }) => {
    const { mean } = fit(xs)
    const slack = 1e-9
    return mean >= Math.min(...xs) - slack && mean <= Math.max(...xs) + slack
  })

  it.prop("does not depend on the order of the values", { xs: Values }, ({ xs }) => {
    const forwards = fit(xs)
    const backwards = fit(xs.toReversed())
    return (
      Math.abs(forwards.mean - backwards.mean) <= 1e-9 &&
      Math.abs(forwards.std - backwards.std) <= 1e-9 * (1 + forwards.std)
    )
  })
})

describe("Sensor.threshold and Sensor.predict", () => {
  const weights = fit([10, 5, 6, 9])

  it("alert at mean + 2 std and above, and never below", () => {
    expect(Sensor.threshold(weights)).toBe(12.260952285695232)
    expect(Sensor.predict(weights, 10)).toBe(false)
    expect(Sensor.predict(weights, 12.260952285695232)).toBe(true)
    expect(Sensor.predict(weights, 12.26095228569523)).toBe(false)
    expect(Sensor.predict(weights, -1e9)).toBe(false)
  })

  it("alert at the value itself for a sensor that never moved", () => {
    const flat = fit([0.1, 0.1, 0.1])
    expect(Sensor.predict(flat, 0.1)).toBe(true)
    expect(Sensor.predict(flat, 0.09)).toBe(false)
  })

  it("never alert on NaN", () => {
    expect(Sensor.predict(weights, NaN)).toBe(false)
    expect(Sensor.predict(weights, Infinity)).toBe(true)
    expect(Sensor.predict(weights, -Infinity)).toBe(false)
  })

  it("follow another rule when given one", () => {
    expect(Sensor.threshold({ mean: 10, std: 2 }, { deviations: 3 })).toBe(16)
    expect(Sensor.predict({ mean: 10, std: 2 }, 15, { deviations: 3 })).toBe(false)
    expect(Sensor.predict({ mean: 10, std: 2 }, 15)).toBe(true)
  })

  it.prop(
    "a value above one in alert is in alert",
    { a: Schema.Finite, b: Schema.Finite },
    ({ a, b }) =>
      !Sensor.predict(weights, Math.min(a, b)) || Sensor.predict(weights, Math.max(a, b))
  )
})

describe("Sensor.adjust", () => {
  const weights = fit([10, 5, 6, 9])

  it("multiplies the mean by 1.1, in decimals, and leaves the rest", () => {
    const once = Sensor.adjust(weights)
    expect(once).toEqual({ count: 4, mean: 8.25, std: 2.3804761428476167 })
    expect(Sensor.threshold(once)).toBe(13.010952285695232)
    expect(Sensor.adjust(once).mean).toBe(9.075)
  })

  it("does not change the weights it is given", () => {
    Sensor.adjust(weights)
    expect(weights.mean).toBe(7.5)
  })

  it("moves a negative mean down, so that the sensor alerts earlier", () => {
    const negative = { count: 2, mean: -10, std: 1 }
    expect(Sensor.adjust(negative).mean).toBe(-11)
    expect(Sensor.predict(negative, -9)).toBe(false)
    expect(Sensor.predict(Sensor.adjust(negative), -9)).toBe(true)
  })

  it("takes any factor", () => {
    expect(Sensor.adjust({ mean: 5 }, 2).mean).toBe(10)
    expect(Sensor.adjust({ mean: 5 }, 1 / 3).mean).toBe(5 * (1 / 3))
    expect(Sensor.adjust({ mean: 5 }, 1e-7).mean).toBe(5e-7)
    expect(Sensor.adjust({ mean: 0.3 }, -0.1).mean).toBe(-0.03)
    expect(Sensor.adjust({ mean: 5 }, 0).mean).toBe(0)
    expect(Sensor.adjust({ mean: 5 }, NaN).mean).toBeNaN()
  })

  it.prop(
    "stays within rounding of the plain product",
    {
      mean: Schema.Finite.check(Schema.isBetween({ minimum: -1e9, maximum: 1e9 })),
      factor: Schema.Finite.check(Schema.isBetween({ minimum: -1e3, maximum: 1e3 }))
    },
    ({ mean, factor }) => {
      const product = mean * factor
      const difference = Math.abs(Sensor.adjust({ mean }, factor).mean - product)
      return difference <= 4e-16 * Math.abs(product) + Number.MIN_VALUE
    }
  )
})

const Certified = Schema.Struct({
  cases: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      n: Schema.Int,
      our_recomputed: Schema.Struct({ mean: Schema.Finite, sd: Schema.Finite })
    })
  )
})

// A file ends with its data; where they begin, some headers tell wrong.
const lastNumbers = (text: string, count: number): ReadonlyArray<number> =>
  text.trim().split(/\s+/).slice(-count).map(Number)

describeWithData(
  "vectors/nist_univariate_certified.json",
  "Sensor on the reference data of NIST",
  (path) => {
    const { cases } = Schema.decodeUnknownSync(Certified)(readJson(path))

    it.each(cases)("$name is exact to 14 digits", ({ name, n, our_recomputed }) => {
      const file = join(path, "../../nist_univariate", `${name}.txt`)
      const { count, mean, std } = fit(lastNumbers(readFileSync(file, "utf8"), n))
      expect(count).toBe(n)
      expect(Math.abs(mean / our_recomputed.mean - 1)).toBeLessThan(1e-14)
      expect(Math.abs(std / our_recomputed.sd - 1)).toBeLessThan(1e-14)
    })
  }
)
