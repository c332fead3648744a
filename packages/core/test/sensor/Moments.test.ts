import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describeWithData } from "../../../../test/data.ts"
import * as Moments from "../../src/sensor/Moments.ts"

/** A fraction of whole numbers: every double is one. */
interface Exact {
  readonly over: bigint
  readonly under: bigint
}

const exact = (value: number): Exact => {
  if (!Number.isFinite(value)) throw new RangeError("no fraction")
  let exponent = 0
  let whole = value
  while (!Number.isInteger(whole)) {
    whole *= 2
    exponent += 1
  }
  return { over: BigInt(whole), under: 1n << BigInt(exponent) }
}

const rootOf = (whole: bigint): bigint => {
  if (whole === 0n) return 0n
  let root = 1n << BigInt(Math.ceil(whole.toString(2).length / 2))
  for (;;) {
    const next = (root + whole / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

/** Mean and sample standard deviation of the doubles themselves, the root to 60 digits. */
const exactly = (values: ReadonlyArray<number>): { readonly mean: Exact; readonly std: Exact } => {
  const fractions = values.map(exact)
  const under = fractions.reduce((most, next) => (next.under > most ? next.under : most), 1n)
  const wholes = fractions.map((fraction) => fraction.over * (under / fraction.under))
  const count = BigInt(values.length)
  const sum = wholes.reduce((total, whole) => total + whole, 0n)
  const squares = wholes.reduce((total, whole) => total + (count * whole - sum) ** 2n, 0n)
  const digits = 10n ** 60n
  const variance = (squares * digits * digits) / (count ** 2n * (count - 1n) * under ** 2n)
  return {
    mean: { over: sum, under: count * under },
    std: { over: rootOf(variance), under: digits }
  }
}

const relativeError = (value: number, { over, under }: Exact): number => {
  const got = exact(value)
  const difference = got.over * under - over * got.under
  const size = difference < 0n ? -difference : difference
  const whole = over < 0n ? -over : over
  return Number((size * 10n ** 40n) / (whole * got.under)) / 1e40
}

// Half a unit in the last place of a double: what is left where a result is rounded once.
const roundedOnce = 2 ** -53

/** Pseudo-random numbers around 0 with a spread of about 1, always the same. */
const noise = (count: number, seed = 1): ReadonlyArray<number> => {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return Array.from({ length: count }, () => (next() + next() + next() + next() - 2) * 1.7)
}

const close = (left: number, right: number, scale: number): boolean =>
  Object.is(left, right) || Math.abs(left - right) <= 1e-13 * scale

const isClose = (left: Moments.Moments, right: Moments.Moments): boolean => {
  const largest = Math.max(Math.abs(right.min), Math.abs(right.max))
  return (
    left.count === right.count &&
    left.skipped === right.skipped &&
    Object.is(left.min, right.min) &&
    Object.is(left.max, right.max) &&
    close(left.mean, right.mean, largest) &&
    close(left.variance, right.variance, right.variance)
  )
}

/** Numbers with a few decimals, as sensors give them. */
const Values = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: -1e9, maximum: 1e9 })))

const decimals = (wholes: ReadonlyArray<number>): ReadonlyArray<number> =>
  wholes.map((whole) => whole / 1000)

describe("Moments.of", () => {
  it("has no mean of no value, and no spread of one", () => {
    expect(Moments.of([])).toMatchObject({ count: 0, skipped: 0, mean: NaN, std: NaN, min: NaN })
    expect(Moments.of([7])).toMatchObject({
      count: 1,
      mean: 7,
      variance: NaN,
      populationVariance: 0,
      std: NaN,
      min: 7,
      max: 7,
      skewness: NaN
    })
    expect(Moments.of([])).toEqual(Moments.empty)
  })

  it("skips what is not finite or too large to be squared, and counts it", () => {
    const moments = Moments.of([NaN, 10, 5, Infinity, 6, -Infinity, 9, 1e200])
    expect(moments).toMatchObject({ count: 4, skipped: 4, mean: 7.5, min: 5, max: 10 })
    expect(Moments.of([NaN, NaN])).toMatchObject({ count: 0, skipped: 2, mean: NaN })
  })

  it("gives equal values exactly their value, and no spread", () => {
    for (const count of [3, 10_001]) {
      const moments = Moments.of(Array.from({ length: count }, () => 0.1))
      expect(moments).toMatchObject({ count, mean: 0.1, std: 0, min: 0.1, max: 0.1 })
      expect(moments.skewness).toBeNaN()
      expect(moments.kurtosis).toBeNaN()
    }
  })

  it("has the golden spread", () => {
    expect(Moments.of([10, 5, 6, 9])).toMatchObject({
      mean: 7.5,
      variance: 17 / 3,
      populationVariance: 4.25,
      std: 2.3804761428476167
    })
  })

  it("has skewness g1 and excess kurtosis g2", () => {
    expect(Moments.of([1, 2, 3, 4, 5]).skewness).toBe(0)
    expect(Moments.of([1, 2, 3, 4, 5]).kurtosis).toBeCloseTo(-1.3, 14)
    // m2 = 3/16, m3 = 3/32, m4 = 21/256
    expect(Moments.of([0, 0, 0, 1]).skewness).toBeCloseTo(2 / Math.sqrt(3), 14)
    expect(Moments.of([0, 0, 0, 1]).kurtosis).toBeCloseTo(7 / 3 - 3, 14)
  })

  it("takes every kind of array", () => {
    const values = [10, 5, 6, 9]
    for (const kind of [Float64Array, Float32Array, Int32Array, Int16Array]) {
      expect(Moments.of(kind.from(values))).toEqual(Moments.of(values))
    }
  })

  it("is the same for a typed array and a plain one beyond the first blocks", () => {
    const values = noise(20_003)
    expect(Moments.of(Float64Array.from(values))).toEqual(Moments.of(values))
  })

  it("finds extremes, NaN and a single value wherever they stand in a long array", () => {
    for (const place of [0, 1, 2047, 2048, 9000, 20_001, 20_002]) {
      const values = Float64Array.from(noise(20_003))
      values[place] = 50
      expect(Moments.of(values).max).toBe(50)
      values[place] = -50
      expect(Moments.of(values).min).toBe(-50)
      values[place] = NaN
      expect(Moments.of(values)).toMatchObject({ count: 20_002, skipped: 1 })
      values[place] = Infinity
      expect(Moments.of(values)).toMatchObject({ count: 20_002, skipped: 1 })
      expect(Moments.of(values).max).toBeLessThan(4)
    }
  })

  it("keeps its digits where the level moves between blocks", () => {
    const values = noise(20_000).map((value, index) => value + (index < 9000 ? 0 : 1e6))
    const { mean, std } = exactly(values)
    const moments = Moments.of(values)
    expect(relativeError(moments.mean, mean)).toBeLessThan(4 * roundedOnce)
    expect(relativeError(moments.std, std)).toBeLessThan(4 * roundedOnce)
  })

  it.each([2, 10, 1000, 8192, 8193, 30_001])("is exact around 1e9, for %i values", (count) => {
    const values = noise(count).map((value) => value + 1e9)
    const { mean, std } = exactly(values)
    for (const { mean: ofAll, std: spread } of [Moments.of(values), Moments.spread(values)]) {
      expect(relativeError(ofAll, mean)).toBeLessThanOrEqual(1.001 * roundedOnce)
      expect(relativeError(spread, std)).toBeLessThanOrEqual(1.001 * roundedOnce)
    }
  })

  it.prop("is rounded once", { wholes: Values }, ({ wholes }) => {
    const xs = decimals(wholes)
    if (xs.length < 2) return true
    const { mean, std } = exactly(xs)
    const moments = Moments.of(xs)
    const isRoundedOnce = (value: number, truth: Exact) =>
      truth.over === 0n ? value === 0 : relativeError(value, truth) <= 1.001 * roundedOnce
    return isRoundedOnce(moments.mean, mean) && isRoundedOnce(moments.std, std)
  })

  it.prop("does not depend on the order of the values", { xs: Values }, ({ xs }) =>
    isClose(Moments.of(decimals(xs).toReversed()), Moments.of(decimals(xs)))
  )
})

describe("Moments.push, merge and accumulator", () => {
  it("do not change what they are given", () => {
    const moments = Moments.of([10, 5])
    Moments.push(moments, 6)
    Moments.merge(moments, Moments.of([6, 9]))
    expect(moments).toEqual(Moments.of([10, 5]))
  })

  it("count what push skips", () => {
    expect(Moments.push(Moments.empty, NaN)).toMatchObject({ count: 0, skipped: 1 })
    expect(Moments.push(Moments.of([1, 3]), Infinity)).toMatchObject({ count: 2, skipped: 1 })
  })

  it("merge the shape as well", () => {
    const values = noise(3000).map((value) => value ** 3)
    const whole = Moments.of(values)
    const merged = Moments.merge(Moments.of(values.slice(0, 700)), Moments.of(values.slice(700)))
    expect(isClose(merged, whole)).toBe(true)
    expect(merged.skewness).toBeCloseTo(whole.skewness, 11)
    expect(merged.kurtosis).toBeCloseTo(whole.kurtosis, 10)
  })

  it("accumulate values and blocks, and go on after a result", () => {
    const values = noise(10_000)
    const accumulator = Moments.accumulator()
    for (const value of values.slice(0, 3000)) accumulator.push(value)
    expect(isClose(accumulator.result(), Moments.of(values.slice(0, 3000)))).toBe(true)
    accumulator.add(values.slice(3000, 9999))
    for (const value of values.slice(9999)) accumulator.push(value)
    expect(isClose(accumulator.result(), Moments.of(values))).toBe(true)
  })

  it.prop("of parts are those of the whole", { a: Values, b: Values }, ({ a, b }) =>
    isClose(
      Moments.merge(Moments.of(decimals(a)), Moments.of(decimals(b))),
      Moments.of(decimals([...a, ...b]))
    )
  )

  it.prop("with nothing change nothing", { a: Values }, ({ a }) => {
    const moments = Moments.of(decimals(a))
    return (
      isClose(Moments.merge(Moments.empty, moments), moments) &&
      isClose(Moments.merge(moments, Moments.empty), moments)
    )
  })

  it.prop("one by one come to the same", { a: Values }, ({ a }) =>
    isClose(decimals(a).reduce(Moments.push, Moments.empty), Moments.of(decimals(a)))
  )
})

// A file says how many values it has, and ends with them.
const valuesIn = (text: string): ReadonlyArray<number> => {
  const header = /(\d+)\s+Observations|Observations:\s+(\d+)/.exec(text)
  const count = Number(header?.[1] ?? header?.[2])
  return text.trim().split(/\s+/).slice(-count).map(Number)
}

describeWithData("nist_univariate", "Moments on the reference data of NIST", (path) => {
  const files = readdirSync(path).filter((name) => name.endsWith(".txt"))

  it("are nine sets", () => {
    expect(files).toHaveLength(9)
  })

  it.each(files)(
    "%s is rounded once: mean and std are the doubles nearest to the truth",
    (name) => {
      const values = valuesIn(readFileSync(join(path, name), "utf8"))
      const { mean, std } = exactly(values)
      for (const moments of [Moments.of(values), Moments.spread(values)]) {
        expect(moments.count).toBe(values.length)
        expect(relativeError(moments.mean, mean)).toBeLessThanOrEqual(roundedOnce)
        expect(relativeError(moments.std, std)).toBeLessThanOrEqual(roundedOnce)
      }
    }
  )

  it.each(files)("%s comes out alike value by value", (name) => {
    const values = valuesIn(readFileSync(join(path, name), "utf8"))
    const { mean, std } = exactly(values)
    const moments = values.reduce(Moments.push, Moments.empty)
    expect(relativeError(moments.mean, mean)).toBeLessThanOrEqual(2 * roundedOnce)
    expect(relativeError(moments.std, std)).toBeLessThanOrEqual(2 * roundedOnce)
  })
})
