import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Alarms from "../../src/risk/Alarms.ts"
import * as Divergence from "../../src/risk/Divergence.ts"
import * as Kolmogorov from "../../src/risk/internal/divergenceKolmogorov.ts"
import * as Tests from "../../src/risk/internal/divergenceTests.ts"
import * as Drift from "../../src/sensor/Drift.ts"
import * as Sensor from "../../src/sensor/Sensor.ts"
import { normals, uniforms } from "../sensor/draws.ts"

const freeze = (values: ArrayLike<number>, bins?: number): Drift.Reference =>
  Result.getOrThrow(Divergence.freeze(values, { bins }))

const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 50 }))
const Counts = Schema.Tuple([Count, Count, Count, Count])
const Values = Schema.Array(
  Schema.Int.check(Schema.isBetween({ minimum: -30, maximum: 30 }))
).check(Schema.isMinLength(1), Schema.isMaxLength(30))

const betweenShares = {
  populationStability: Divergence.populationStability,
  kullbackLeibler: Divergence.kullbackLeibler,
  "jensenShannon.distance": (p: ArrayLike<number>, q: ArrayLike<number>) =>
    Divergence.jensenShannon(p, q).distance
}

describe.each(Object.entries(betweenShares))("Divergence.%s", (_, measure) => {
  it("is NaN for what are no shares", () => {
    expect(measure([], [])).toBeNaN()
    expect(measure([0, 0], [1, 1])).toBeNaN()
    expect(measure([1, 1], [0, 0])).toBeNaN()
    expect(measure([1, -1], [1, 1])).toBeNaN()
    expect(measure([1, NaN], [1, 1])).toBeNaN()
    expect(measure([1, 1], [1, 1, 1])).toBeNaN()
  })

  it("is 0 for one bin", () => {
    expect(measure([4], [9])).toBe(0)
  })

  it.prop("is 0 between shares and themselves, and never below", [Counts, Counts], ([p, q]) => {
    const first = p.map((count) => count + 1)
    const second = q.map((count) => count + 1)
    expect(measure(first, first)).toBe(0)
    expect(measure(first, second)).toBeGreaterThanOrEqual(0)
  })

  it.prop("takes counts for shares, in any order of bins", [Counts, Counts], ([p, q]) => {
    const first = p.map((count) => count + 1)
    const second = q.map((count) => count + 1)
    const thrice = first.map((count) => 3 * count)
    expect(measure(thrice, second)).toBeCloseTo(measure(first, second), 12)
    expect(measure(first.toReversed(), second.toReversed())).toBeCloseTo(measure(first, second), 12)
  })
})

describe("Divergence.populationStability", () => {
  it.prop("is the same either way", [Counts, Counts], ([p, q]) => {
    const first = [1, ...p]
    const second = [1, ...q]
    expect(Divergence.populationStability(first, second)).toBeCloseTo(
      Divergence.populationStability(second, first),
      12
    )
  })

  it("takes an empty bin for one with a share of 0.0001", () => {
    expect(Divergence.populationStability([1, 1], [1, 0])).toBeCloseTo(
      0.5 * Math.log(2) + 0.4999 * Math.log(5000),
      12
    )
  })
})

describe("Divergence.jensenShannon", () => {
  it.prop(
    "is a distance: symmetric, and no longer by a detour",
    [Counts, Counts, Counts],
    (all) => {
      const [p, q, r] = all.map((counts) => [1, ...counts])
      const between = (a: ReadonlyArray<number> = [], b: ReadonlyArray<number> = []) =>
        Divergence.jensenShannon(a, b).distance
      expect(between(p, q)).toBeCloseTo(between(q, p), 12)
      expect(between(p, r)).toBeLessThanOrEqual(between(p, q) + between(q, r) + 1e-12)
    }
  )

  it("is at most 1 with a base of 2", () => {
    expect(Divergence.jensenShannon([1, 0, 0], [0, 1, 2], { base: 2 }).distance).toBeCloseTo(1, 15)
  })
})

describe("Divergence.wasserstein", () => {
  it("is NaN where nothing remains", () => {
    expect(Divergence.wasserstein([], [1])).toBeNaN()
    expect(Divergence.wasserstein([1], [NaN, Infinity])).toBeNaN()
  })

  it("leaves out what is missing", () => {
    expect(Divergence.wasserstein([1, NaN], [4, -Infinity])).toBe(3)
  })

  it.prop("is how far values are shifted", { values: Values, by: Count }, ({ values, by }) => {
    const moved = values.map((value) => value - by)
    expect(Divergence.wasserstein(values, moved)).toBeCloseTo(by, 9)
  })

  it.prop("is a distance that grows with the unit", [Values, Values, Values], ([a, b, c]) => {
    const between = Divergence.wasserstein
    const times = (values: ReadonlyArray<number>) => values.map((value) => -4 * value)
    expect(between(a, b)).toBeCloseTo(between(b, a), 9)
    expect(between(a, a.toReversed())).toBe(0)
    expect(between(a, c)).toBeLessThanOrEqual(between(a, b) + between(b, c) + 1e-9)
    expect(between(times(a), times(b))).toBeCloseTo(4 * between(a, b), 9)
  })
})

describe("Divergence.kolmogorovSmirnov", () => {
  it("is NaN where nothing remains", () => {
    expect(Divergence.kolmogorovSmirnov([], [1, 2])).toEqual({ distance: NaN, p: NaN })
    expect(Divergence.kolmogorovSmirnov([NaN], [1, 2])).toEqual({ distance: NaN, p: NaN })
  })

  it("finds nothing between equal samples", () => {
    expect(Divergence.kolmogorovSmirnov([7, 7, 7], [7, 7])).toEqual({ distance: 0, p: 1 })
    expect(Divergence.kolmogorovSmirnov([1], [1])).toEqual({ distance: 0, p: 1 })
  })

  it("counts the orders in which two samples lie apart: 2 of 70 for 4 and 4", () => {
    expect(Divergence.kolmogorovSmirnov([1, 2, 3, 4], [5, 6, 7, 8]).p).toBeCloseTo(2 / 70, 15)
  })

  it.prop("does not see order or any increasing transform", [Values, Values], ([a, b]) => {
    const bent = (values: ReadonlyArray<number>) => values.map((value) => value ** 3 + value)
    const { distance, p } = Divergence.kolmogorovSmirnov(a, b)
    expect(Divergence.kolmogorovSmirnov(bent(a), bent(b.toReversed()))).toEqual({ distance, p })
    expect(Divergence.kolmogorovSmirnov(b, a).p).toBeCloseTo(p, 12)
  })

  it("has an asymptotic chance near the exact one where samples are large", () => {
    const left = normals(1, 700)
    const right = normals(2, 900).map((value) => value + 0.07)
    const exact = Divergence.kolmogorovSmirnov(left, right, { chance: "exact" })
    const asymptotic = Divergence.kolmogorovSmirnov(left, right, { chance: "asymptotic" })
    expect(asymptotic.distance).toBe(exact.distance)
    expect(Math.abs(asymptotic.p - exact.p)).toBeLessThan(0.01)
  })

  it("goes on from one method to the next without a step", () => {
    // scipy.stats.kstwo.sf
    expect(Kolmogorov.ofOneSample(10, 0.3)).toBeCloseTo(0.2705355748, 9)
    expect(Kolmogorov.ofOneSample(500, 0.05)).toBeCloseTo(0.1586626, 6)
    expect(Kolmogorov.ofOneSample(1999, 0.02)).toBeCloseTo(0.3956222, 6)
    expect(Kolmogorov.ofOneSample(5000, 0.02)).toBeCloseTo(0.0361394, 6)
    const step = (n: number, distance: number, other: number) =>
      Math.abs(Kolmogorov.ofOneSample(n, distance) - Kolmogorov.ofOneSample(n, other))
    const edge = Math.sqrt(2.2 / 300)
    expect(step(300, edge - 1e-12, edge + 1e-12)).toBeLessThan(1e-6)
    expect([Kolmogorov.ofOneSample(5, 1), Kolmogorov.ofOneSample(5, 0)]).toEqual([0, 1])
  })
})

describe("Divergence.chiSquare", () => {
  it("has nothing to say of an empty row, or of one category", () => {
    const nothing = { statistic: 0, freedom: 0, p: 1 }
    expect(Divergence.chiSquare([], [])).toEqual(nothing)
    expect(Divergence.chiSquare([0, 0], [3, 4])).toEqual(nothing)
    expect(Divergence.chiSquare([3, 0], [4, 0])).toEqual(nothing)
  })

  it("is NaN for rows that are not of the same categories", () => {
    expect(Divergence.chiSquare([1, 2], [1, 2, 3])).toEqual({ statistic: NaN, freedom: 0, p: NaN })
  })

  it("leaves out a category that neither has", () => {
    expect(Divergence.chiSquare([9, 0, 6], [3, 0, 5])).toEqual(Divergence.chiSquare([9, 6], [3, 5]))
  })
})

describe("Fisher's test", () => {
  it("is the share of tables that are no likelier", () => {
    // Of 4 white and 4 black balls, 4 are drawn: 3 or more of one colour in 34 of 70 cases.
    expect(Tests.fisher(1, 4, 3, 4)).toBeCloseTo(34 / 70, 12)
    expect(Tests.fisher(0, 4, 4, 4)).toBeCloseTo(2 / 70, 12)
    expect(Tests.fisher(0, 9, 0, 4)).toBe(1)
    expect(Tests.fisher(9, 9, 4, 4)).toBe(1)
    expect(Tests.fisher(0, 0, 0, 0)).toBe(1)
    // scipy.stats.fisher_exact
    expect(Tests.fisher(500, 17_000, 40, 500)).toBeCloseTo(3.941079540273e-8, 15)
  })
})

describe("Divergence.freeze", () => {
  it("refuses fewer than two values that count", () => {
    const refused = Result.getOrThrow(Result.flip(Divergence.freeze([NaN, 3])))
    expect(refused).toEqual(new Sensor.TooFewValues({ needed: 2, got: 1 }))
  })

  it("parts what is rare from a value that nearly all have", () => {
    const rare = Array.from({ length: 100 }, (_, index) => (index < 4 ? 1 : 0))
    expect(freeze(rare).edges).toEqual([1])
    expect(freeze(rare).shares).toEqual([0.96, 0.04, 0])
  })

  it("sees a constant move to either side, however little", () => {
    const constant = freeze([7, 7, 7, 7])
    expect(constant.shares).toEqual([0, 1, 0, 0])
    const at = (value: number) => Drift.tally(constant, [value]).counts
    expect([at(7 - 1e-14), at(7), at(7 + 1e-14)]).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1]
    ])
    expect(freeze([0, 0]).shares).toEqual([0, 1, 0, 0])
  })

  it("keeps no more than 256 values, and survives JSON", () => {
    const reference = freeze(normals(1, 5000))
    expect(reference.values).toHaveLength(256)
    const stored: unknown = JSON.parse(JSON.stringify(reference))
    expect(Schema.decodeUnknownSync(Drift.Reference)(stored)).toEqual(reference)
  })
})

const alarmsOf = (reference: Drift.Reference, values: ArrayLike<number>): ReadonlyArray<string> =>
  Alarms.judge(Divergence.tests("value", Divergence.compare(reference, values))).map(
    ({ reason }) => reason
  )

describe("Divergence.compare", () => {
  it("says nothing of no value", () => {
    const nothing = Divergence.compare(freeze([1, 2, 3]), [])
    expect(nothing).toEqual({
      n: 0,
      missing: 0,
      psi: null,
      jensenShannon: null,
      kolmogorovSmirnov: null,
      wasserstein: null,
      shift: null,
      moreMissing: null,
      chances: { bins: 1, kolmogorovSmirnov: 1, missing: 1 }
    })
    expect(alarmsOf(freeze([1, 2, 3]), [])).toEqual([])
  })

  it("tells what it can of one value, of a constant, and of missing values alone", () => {
    const one = Divergence.compare(freeze([1, 2, 3]), [9])
    expect(one).toMatchObject({ n: 1, missing: 0, wasserstein: 7, shift: 7 })
    const constant = Divergence.compare(freeze([7, 7, 7]), [7, 7])
    expect(constant).toMatchObject({ psi: 0, wasserstein: 0, shift: null })
    const missing = Divergence.compare(freeze([1, 2, 3]), [NaN, NaN])
    expect(missing).toMatchObject({ n: 0, missing: 2, shift: null, moreMissing: 1 })
  })

  it("finds nothing between a sample and itself, in any order", () => {
    const values = normals(3, 500)
    const { chances, ...distances } = Divergence.compare(freeze(values), values.toReversed())
    expect(chances).toEqual({ bins: 1, kolmogorovSmirnov: 1, missing: 1 })
    expect(distances).toMatchObject({ psi: 0, jensenShannon: 0 })
    expect(distances.kolmogorovSmirnov).toBeCloseTo(0, 12)
    // 256 quantiles stand for the 500 values.
    expect(distances.wasserstein).toBeLessThan(0.01)
  })

  it("keeps the bins of the reference: a shift that bins made anew would read as 0 is seen", () => {
    const values = normals(4, 1000)
    const moved = values.map((value) => value + 3)
    expect(Divergence.compare(freeze(moved), moved).psi).toBe(0)
    expect(Divergence.compare(freeze(values), moved).psi).toBeGreaterThan(3)
  })

  it("survives JSON", () => {
    for (const values of [[], [NaN], [4], [1, 2, 3, 4]]) {
      const comparison = Divergence.compare(freeze([1, 2, 3]), values)
      const stored: unknown = JSON.parse(JSON.stringify(comparison))
      expect(Schema.decodeUnknownSync(Divergence.Comparison)(stored)).toEqual(comparison)
    }
  })
})

type Draw = (seed: number, length: number) => Float64Array

const draws: Readonly<Record<string, Draw>> = {
  normal: normals,
  skewed: (seed, length) => normals(seed, length).map((value) => Math.exp(1.5 * value)),
  rounded: (seed, length) => normals(seed, length).map((value) => Math.round(4 * Math.exp(value))),
  rare: (seed, length) => {
    const random = uniforms(seed)
    return new Float64Array(length).map(() => (random() < 0.03 ? 1 : 0))
  },
  "partly missing": (seed, length) => {
    const random = uniforms(seed + 5)
    return normals(seed, length).map((value) => (random() < 0.02 ? NaN : value))
  }
}

const falseAlarms = (draw: Draw, lengthOf: (seed: number) => number): number => {
  let alarms = 0
  for (let seed = 0; seed < 1000; seed++) {
    const all = draw(31 * seed + 7, 400 + lengthOf(seed))
    if (alarmsOf(freeze(all.subarray(0, 400)), all.subarray(400)).length > 0) alarms += 1
  }
  return alarms
}

describe("1,000 windows of one distribution alarm in at most 5 %", () => {
  it.each([50, 60, 75, 100, 150, 400])("of %d normal values", (length) => {
    expect(falseAlarms(normals, () => length)).toBeLessThanOrEqual(50)
  })

  it.each(Object.entries(draws))("of 50 to 5,000 values, %s", (_, draw) => {
    const lengthOf = (seed: number) => Math.round(50 * 100 ** ((seed % 100) / 99))
    expect(falseAlarms(draw, lengthOf)).toBeLessThanOrEqual(50)
  })
})

describe("windows of another distribution", () => {
  const share = (change: (values: Float64Array) => Float64Array, length: number): number => {
    let alarms = 0
    for (let seed = 0; seed < 200; seed++) {
      const all = normals(seed, 1000 + length)
      const window = change(all.slice(1000))
      if (alarmsOf(freeze(all.subarray(0, 1000)), window).length > 0) alarms += 1
    }
    return alarms / 200
  }

  it("alarm nearly always when 200 values moved by half a standard deviation", () => {
    expect(share((values) => values.map((value) => value + 0.5), 200)).toBeGreaterThan(0.95)
  })

  it("alarm nearly always when 200 values spread by half more, and mostly when 50 spread doubly", () => {
    expect(share((values) => values.map((value) => 1.6 * value), 200)).toBeGreaterThan(0.9)
    expect(share((values) => values.map((value) => 2 * value), 50)).toBeGreaterThan(0.7)
  })

  it("alarm nearly always when a tenth of 200 values is missing", () => {
    const lost = (values: Float64Array) =>
      values.map((value, index) => (index % 10 === 0 ? NaN : value))
    expect(share(lost, 200)).toBeGreaterThan(0.95)
  })

  it("do not alarm about what is certain but tiny", () => {
    const values = normals(9, 100_000)
    const moved = normals(10, 100_000).map((value) => value + 0.05)
    const comparison = Divergence.compare(freeze(values), moved)
    expect(comparison.chances.bins).toBeLessThan(1e-6)
    expect(alarmsOf(freeze(values), moved)).toEqual([])
  })
})

interface DriftCase {
  readonly name: string
  readonly reference: ReadonlyArray<number>
  readonly current: ReadonlyArray<number>
  readonly ks_2samp: Readonly<Record<"D" | "p_asymp" | "p_exact", number>>
  readonly ks_D_kolmogorov_Q: { readonly p: number }
  readonly wasserstein1: number
  readonly psi_ref_quantile_bins: {
    readonly bins: number
    readonly inner_edges: ReadonlyArray<number>
    readonly psi: number
  }
  readonly evidently_sturges?: {
    readonly edges: ReadonlyArray<number>
    readonly psi: number
    readonly js_distance_base_e: number
  }
}

interface Vectors {
  readonly drift: ReadonlyArray<DriftCase>
  readonly js_discrete: Readonly<Record<string, number>> & {
    readonly p: ReadonlyArray<number>
    readonly q: ReadonlyArray<number>
  }
  readonly js_with_zero: {
    readonly p: ReadonlyArray<number>
    readonly q: ReadonlyArray<number>
    readonly js_distance_nats: number
  }
  readonly chi2: {
    readonly obs: readonly [ReadonlyArray<number>, ReadonlyArray<number>]
    readonly no_correction: Readonly<Record<"chi2" | "p" | "dof", number>>
  }
}

describeWithData("vectors/ml-metrics.json", "Divergence beside scipy and evidently", (path) => {
  // The shape is that of the file.
  const { drift, js_discrete: discrete, js_with_zero: zero, chi2 } = readJson(path) as Vectors

  describe.each(drift)("$name", (vector) => {
    const { reference, current } = vector

    it("agrees on the test of Kolmogorov and Smirnov", () => {
      const exact = Divergence.kolmogorovSmirnov(reference, current)
      expect(exact.distance).toBeCloseTo(vector.ks_2samp.D, 12)
      expect(exact.p).toBeCloseTo(vector.ks_2samp.p_exact, 9)
      const asymptotic = Divergence.kolmogorovSmirnov(reference, current, { chance: "asymptotic" })
      expect(Math.abs(asymptotic.p - vector.ks_2samp.p_asymp)).toBeLessThan(1e-6)
    })

    it("agrees on the limiting distribution, which comparisons at the edges of bins use", () => {
      const { p } = Drift.compare(freeze(reference), current)
      expect(p).toBeCloseTo(vector.ks_D_kolmogorov_Q.p, 6)
    })

    it("agrees on the distance of Wasserstein", () => {
      expect(Divergence.wasserstein(reference, current)).toBeCloseTo(vector.wasserstein1, 9)
      const { wasserstein } = Divergence.compare(freeze(reference), current)
      expect(wasserstein).toBeCloseTo(vector.wasserstein1, 9)
    })

    it("agrees on the index over frozen bins", () => {
      const { bins, inner_edges: edges, psi } = vector.psi_ref_quantile_bins
      const frozen = freeze(reference, bins)
      for (const [index, edge] of frozen.edges.entries()) expect(edge).toBeCloseTo(edges[index]!, 9)
      expect(frozen.edges).toHaveLength(edges.length)
      expect(Divergence.compare(frozen, current).psi).toBeCloseTo(psi, 9)
    })
  })

  it.each(drift.flatMap((vector) => (vector.evidently_sturges ? [vector] : [])))(
    "agrees on index and distance over bins of equal width, $name",
    ({ reference, current, evidently_sturges: expected }) => {
      const edges = expected?.edges.slice(1, -1) ?? []
      const before = Drift.tally({ edges }, reference).counts
      const now = Drift.tally({ edges }, current).counts
      const { distance } = Divergence.jensenShannon(before, now)
      expect(distance).toBeCloseTo(expected?.js_distance_base_e ?? NaN, 9)
      expect(Divergence.populationStability(before, now)).toBeCloseTo(expected?.psi ?? NaN, 9)
    }
  )

  it("agrees on discrete distributions", () => {
    const { p, q } = discrete
    const nats = Divergence.jensenShannon(p, q)
    expect(nats.distance).toBeCloseTo(discrete["js_distance_nats"] ?? NaN, 9)
    expect(nats.divergence).toBeCloseTo(discrete["js_divergence_nats"] ?? NaN, 9)
    expect(Divergence.jensenShannon(p, q, { base: 2 }).distance).toBeCloseTo(
      discrete["js_distance_base2"] ?? NaN,
      9
    )
    expect(Divergence.kullbackLeibler(p, q)).toBeCloseTo(discrete["kl_pq_nats"] ?? NaN, 9)
    expect(Divergence.populationStability(p, q)).toBeCloseTo(discrete["psi"] ?? NaN, 9)
    const { distance } = Divergence.jensenShannon(zero.p, zero.q)
    expect(distance).toBeCloseTo(zero.js_distance_nats, 9)
  })

  it("agrees on chi-square", () => {
    const { statistic, freedom, p } = Divergence.chiSquare(...chi2.obs)
    expect(statistic).toBeCloseTo(chi2.no_correction.chi2, 9)
    expect(freedom).toBe(chi2.no_correction.dof)
    expect(p).toBeCloseTo(chi2.no_correction.p, 9)
  })
})
