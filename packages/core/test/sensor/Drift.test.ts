import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Drift from "../../src/sensor/Drift.ts"
import * as Sensor from "../../src/sensor/Sensor.ts"
import { normals } from "./draws.ts"

const freeze = (values: ArrayLike<number>, bins?: number): Drift.Reference =>
  Result.getOrThrow(Drift.reference(values, { bins }))

const refused = (values: ArrayLike<number>): unknown =>
  Result.getOrThrow(Result.flip(Drift.reference(values)))

describe("Drift.reference", () => {
  it("refuses fewer than two values that count", () => {
    expect(refused([])).toEqual(new Sensor.TooFewValues({ needed: 2, got: 0 }))
    expect(refused([1, NaN, Infinity])).toEqual(new Sensor.TooFewValues({ needed: 2, got: 1 }))
  })

  it("cuts bins of equal shares at the quantiles, and counts what is missing", () => {
    expect(freeze([5, 1, NaN, 4, 2, 3], 4)).toEqual({
      count: 5,
      missing: 1,
      mean: 3,
      std: Math.sqrt(2.5),
      edges: [2, 3, 4],
      shares: [1 / 6, 1 / 6, 1 / 6, 2 / 6, 1 / 6],
      values: [1, 2, 3, 4, 5]
    })
  })

  it("has one bin less for every edge that ties with another", () => {
    expect(freeze([1, 1, 1, 1, 1, 1, 1, 2], 4).edges).toEqual([1])
    expect(freeze([7, 7, 7]).edges).toEqual([7])
  })

  it("survives JSON", () => {
    const reference = freeze(normals(1, 300))
    const stored: unknown = JSON.parse(JSON.stringify(reference))
    expect(Schema.decodeUnknownSync(Drift.Reference)(stored)).toEqual(reference)
  })

  it("keeps no more than 2,048 values", () => {
    const reference = freeze(normals(2, 10_000))
    expect(reference.values).toHaveLength(2048)
    expect(reference.count).toBe(10_000)
    const { ks } = Drift.compare(reference, normals(2, 10_000))
    expect(ks).toBeLessThan(1 / 2048)
  })
})

describe("Drift.freeze", () => {
  it("freezes what a reference has, without the values", () => {
    const drawn = normals(11, 300)
    const { values, ...bins } = freeze(drawn)
    expect(values).toHaveLength(300)
    expect(Drift.freeze(drawn)).toEqual(Result.succeed(bins))
    expect(Drift.freeze([1, NaN])).toEqual(
      Result.fail(new Sensor.TooFewValues({ needed: 2, got: 1 }))
    )
  })

  it("has no edges where only weights are known", () => {
    expect(Drift.ofWeights({ count: 3, skipped: 1, mean: 7, std: 2 })).toEqual({
      count: 3,
      missing: 1,
      mean: 7,
      std: 2,
      edges: [],
      shares: [0.75, 0.25]
    })
  })
})

describe("Drift.tally", () => {
  const bins = { edges: [2, 3, 4, 7] }

  it("counts each value in its bin, one on an edge in the bin above, and what is missing", () => {
    const values = [0, 2, 2.5, 3, 6.9, 7, 1e150, NaN, Infinity, -Infinity, 1e151]
    const { counts, count, missing } = Drift.tally(bins, values)
    expect({ counts, count, missing }).toEqual({ counts: [1, 2, 1, 1, 2], count: 7, missing: 4 })
  })

  it("has the mean and the population variance", () => {
    const { mean, variance } = Drift.tally(bins, [10, 5, NaN, 6, 9])
    expect([mean, variance]).toEqual([7.5, 4.25])
  })

  it("is empty of no value, and of missing ones alone", () => {
    const empty = { counts: [0, 0, 0, 0, 0], count: 0, missing: 0, mean: 0, variance: 0 }
    expect(Drift.tally(bins, [])).toEqual(empty)
    expect(Drift.tally(bins, Float64Array.of(NaN, NaN))).toEqual({ ...empty, missing: 2 })
  })

  it("counts all values in one bin where there is no edge", () => {
    expect(Drift.tally({ edges: [] }, [1, 2, NaN]).counts).toEqual([2])
  })

  it("stays finite with the largest values there are", () => {
    const tally = Drift.tally(bins, Array(1000).fill(-1e150))
    const all = Drift.merge(tally, Drift.tally(bins, Array(1000).fill(1e150)))
    expect(all.mean).toBe(0)
    expect(all.variance / 1e300).toBeCloseTo(1, 12)
  })

  it("gives equal values exactly that mean and no variance, however they are merged", () => {
    const tenths = Drift.tally(bins, Array(7).fill(0.1))
    const more = [tenths, tenths, Drift.tally(bins, [0.1])].reduce(Drift.merge)
    expect([more.count, more.mean, more.variance]).toEqual([15, 0.1, 0])
  })

  const Values = Schema.Array(
    Schema.NullOr(Schema.Finite.check(Schema.isBetween({ minimum: -1e3, maximum: 1e3 })))
  )
  const known = (values: typeof Values.Type) => values.map((value) => value ?? NaN)

  it.prop("merges to the tally of all values", { left: Values, right: Values }, (drawn) => {
    const [xs, ys] = [known(drawn.left), known(drawn.right)]
    const merged = Drift.merge(Drift.tally(bins, xs), Drift.tally(bins, ys))
    const together = Drift.tally(bins, [...xs, ...ys])
    const { mean, variance, ...counted } = merged
    expect(counted).toEqual({
      counts: together.counts,
      count: together.count,
      missing: together.missing
    })
    expect(Math.abs(mean - together.mean)).toBeLessThan(1e-9)
    expect(Math.abs(variance - together.variance)).toBeLessThan(1e-6)
  })

  it.prop("merges with no value to itself", { values: Values }, ({ values }) => {
    const tally = Drift.tally(bins, known(values))
    expect(Drift.merge(tally, Drift.tally(bins, []))).toEqual(tally)
    expect(Drift.merge(Drift.tally(bins, []), tally)).toEqual(tally)
  })
})

/** By the tally, taken in two halves. */
const judge = (bins: Drift.Bins, values: Float64Array): Drift.Comparison => {
  const half = values.length >> 1
  const halves = [values.subarray(0, half), values.subarray(half)] as const
  return Drift.judge(bins, Drift.merge(Drift.tally(bins, halves[0]), Drift.tally(bins, halves[1])))
}

describe("Drift.judge", () => {
  it("has the distance at the edges, which a change within a bin does not move", () => {
    const bins = freeze([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 2)
    expect(bins.edges).toEqual([5.5])
    const judged = (values: ReadonlyArray<number>) => Drift.judge(bins, Drift.tally(bins, values))
    expect(judged([1, 1, 1, 9]).ks).toBe(0.25)
    expect(judged([1, 1, 1, 1, 9, 9, 9, 9]).ks).toBe(0)
    expect(judged([1, 1, NaN, 9]).ks).toBeCloseTo(1 / 6, 12)
  })

  it("leaves missing values of the fit out of the distance", () => {
    const bins = freeze([1, NaN, 2, NaN, 3, NaN, 4, NaN], 2)
    expect(Drift.judge(bins, Drift.tally(bins, [1, 2, 3, 4])).ks).toBe(0)
  })

  it("judges by mean and missing values alone where there are no edges", () => {
    const bins = Drift.ofWeights({ count: 500, skipped: 0, mean: 0, std: 1 })
    const { psi, ks, p, limits, alarm } = judge(bins, normals(12, 400))
    expect({ psi, ks, p, alarm }).toEqual({ psi: NaN, ks: NaN, p: NaN, alarm: false })
    expect(limits.z).toBeCloseTo(2.5758, 4)
    const moved = normals(13, 400).map((value, index) => (index % 2 === 0 ? NaN : value + 1))
    expect(judge(bins, moved).reasons).toEqual(["mean", "missing"])
  })

  it("says nothing of no value, and alarms where nothing but missing ones come", () => {
    const bins = freeze(normals(14, 100))
    const { n, psi, ks, shift, z, alarm } = judge(bins, new Float64Array())
    expect({ n, psi, ks, shift, z, alarm }).toEqual({
      n: 0,
      psi: NaN,
      ks: NaN,
      shift: NaN,
      z: NaN,
      alarm: false
    })
    expect(judge(bins, Float64Array.of(NaN, NaN, NaN, NaN)).reasons).toEqual(["missing"])
  })

  it("sees a constant sensor move, and stay", () => {
    const still = freeze([0.1, 0.1, 0.1, 0.1, 0.1])
    expect(judge(still, new Float64Array(50).fill(0.1)).alarm).toBe(false)
    expect(judge(still, new Float64Array(50).fill(0.2)).reasons).toContain("mean")
  })

  const Samples = Schema.Array(
    Schema.Finite.check(Schema.isBetween({ minimum: -1e3, maximum: 1e3 }))
  ).check(Schema.isMinLength(2))

  it.prop(
    "agrees with the comparison of the values, and its distance is never the larger",
    { xs: Samples, ys: Samples },
    ({ xs, ys }) => {
      const reference = freeze(xs)
      const exact = Drift.compare(reference, ys)
      const judged = Drift.judge(reference, Drift.tally(reference, ys))
      expect(judged.psi).toBe(exact.psi)
      expect(judged.limits).toEqual(exact.limits)
      expect(judged.ks).toBeLessThanOrEqual(exact.ks + 1e-12)
      expect(judged.p).toBeGreaterThanOrEqual(exact.p - 1e-9)
    }
  )
})

describe("Drift.compare", () => {
  it("finds nothing between a sample and itself", () => {
    const values = normals(3, 500)
    const { psi, ks, p, shift, z, alarm } = Drift.compare(freeze(values), values)
    expect({ psi, ks, p, shift, z, alarm }).toEqual({
      psi: 0,
      ks: 0,
      p: 1,
      shift: 0,
      z: 0,
      alarm: false
    })
  })

  it("keeps the bins of the reference: a shift that bins made anew would read as 0 is seen", () => {
    const values = normals(4, 1000)
    const moved = values.map((value) => value + 3)
    const anew = Drift.compare(freeze(moved), moved)
    const frozen = Drift.compare(freeze(values), moved)
    expect(anew.psi).toBe(0)
    expect(frozen.psi).toBeGreaterThan(3)
    expect(frozen.reasons).toEqual(["psi", "ks", "mean"])
  })

  it("sees values beyond both ends of the reference in its outermost bins", () => {
    const reference = freeze([1, 2, 3, 4, 5, 6, 7, 8], 4)
    expect(Drift.compare(reference, [-100, -50, 100, 200]).psi).toBeGreaterThan(3)
  })

  it("gives missing values a bin of their own", () => {
    const values = normals(5, 400)
    const half = values.map((value, index) => (index % 2 === 0 ? NaN : value))
    const comparison = Drift.compare(freeze(values), half)
    expect(comparison.missing).toBe(200)
    expect(comparison.psi).toBeGreaterThan(3)
    expect(comparison.reasons).toEqual(["psi", "missing"])
  })

  it("alarms where nothing but missing values comes", () => {
    const { n, ks, z, reasons } = Drift.compare(freeze(normals(6, 100)), [NaN, NaN, NaN, NaN])
    expect({ n, ks, z }).toEqual({ n: 0, ks: NaN, z: NaN })
    expect(reasons).toEqual(["missing"])
  })

  it("says nothing of no value", () => {
    const { n, psi, ks, alarm } = Drift.compare(freeze([1, 2, 3]), [])
    expect({ n, psi, ks, alarm }).toEqual({ n: 0, psi: NaN, ks: NaN, alarm: false })
  })

  it("sees a constant sensor move, and stay", () => {
    const still = freeze([7, 7, 7, 7, 7])
    expect(Drift.compare(still, [7, 7, 7, 7, 7]).alarm).toBe(false)
    expect(Drift.compare(still, [8, 8, 8, 8, 8]).reasons).toContain("mean")
  })

  it("sees a wider spread around the same mean", () => {
    const wide = normals(8, 600).map((value) => 2 * value)
    expect(Drift.compare(freeze(normals(7, 600)), wide).reasons).toEqual(["psi", "ks"])
  })

  it("takes a difference that is certain but tiny for none", () => {
    const moved = normals(10, 100_000).map((value) => value + 0.05)
    const { z, p, alarm } = Drift.compare(freeze(normals(9, 100_000)), moved)
    expect(Math.abs(z)).toBeGreaterThan(5)
    expect(p).toBeLessThan(1e-6)
    expect(alarm).toBe(false)
  })

  it.each([
    { n: 20, m: 20 },
    { n: 50, m: 30 },
    { n: 200, m: 150 },
    { n: 110, m: 100 },
    { n: 2000, m: 400 }
  ])("alarms in at most 5 % of 1,000 draws of one distribution, $n and $m values", ({ n, m }) => {
    let alarms = 0
    let tallied = 0
    for (let draw = 0; draw < 1000; draw++) {
      const all = normals(1000 * n + draw, n + m)
      const reference = freeze(all.subarray(0, n))
      if (Drift.compare(reference, all.subarray(n)).alarm) alarms += 1
      if (judge(reference, all.subarray(n)).alarm) tallied += 1
    }
    expect(alarms).toBeLessThanOrEqual(50)
    expect(tallied).toBeLessThanOrEqual(50)
  })

  it("keeps that with skewed values, ties and missing ones", () => {
    let alarms = 0
    let tallied = 0
    for (let draw = 0; draw < 1000; draw++) {
      const all = normals(draw, 350).map((value, index) =>
        index % 11 === draw % 11 ? NaN : Math.round(4 * Math.exp(value))
      )
      const reference = freeze(all.subarray(0, 200))
      if (Drift.compare(reference, all.subarray(200)).alarm) alarms += 1
      if (judge(reference, all.subarray(200)).alarm) tallied += 1
    }
    expect(alarms).toBeLessThanOrEqual(50)
    expect(tallied).toBeLessThanOrEqual(50)
  })

  it("finds a shift of half a standard deviation in most draws", () => {
    let alarms = 0
    let tallied = 0
    for (let draw = 0; draw < 200; draw++) {
      const all = normals(draw, 350)
      const reference = freeze(all.subarray(0, 200))
      const moved = all.subarray(200).map((value) => value + 0.5)
      if (Drift.compare(reference, moved).alarm) alarms += 1
      if (judge(reference, moved).alarm) tallied += 1
    }
    expect(alarms).toBeGreaterThan(180)
    expect(tallied).toBeGreaterThan(180)
  })

  const Samples = Schema.Array(
    Schema.Finite.check(Schema.isBetween({ minimum: -1e3, maximum: 1e3 }))
  ).check(Schema.isMinLength(2))

  it.prop(
    "does not depend on the order of the values",
    { xs: Samples, ys: Samples },
    ({ xs, ys }) => {
      const there = Drift.compare(freeze(xs), ys)
      const back = Drift.compare(freeze(xs.toReversed()), ys.toReversed())
      return there.ks === back.ks && Math.abs(there.psi - back.psi) < 1e-9
    }
  )

  it.prop(
    "gives an index of 0 or more, and a distance of 0 to 1",
    { xs: Samples, ys: Samples },
    ({ xs, ys }) => {
      const { psi, ks } = Drift.compare(freeze(xs), ys)
      return psi >= 0 && ks >= 0 && ks <= 1
    }
  )
})

const Vectors = Schema.Struct({
  drift: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      reference: Schema.Array(Schema.Finite),
      current: Schema.Array(Schema.Finite),
      ks_2samp: Schema.Struct({ D: Schema.Finite }),
      ks_D_kolmogorov_Q: Schema.Struct({ p: Schema.Finite }),
      psi_ref_quantile_bins: Schema.Struct({
        bins: Schema.Int,
        inner_edges: Schema.Array(Schema.Finite),
        psi: Schema.Finite
      })
    })
  )
})

describeWithData("vectors/ml-metrics.json", "Drift on figures of numpy and scipy", (path) => {
  const { drift } = Schema.decodeUnknownSync(Vectors)(readJson(path))

  it.each(drift)("$name: index, distance and its chance agree to 1e-9", (vector) => {
    const { bins, inner_edges, psi } = vector.psi_ref_quantile_bins
    const reference = freeze(vector.reference, bins)
    const comparison = Drift.compare(reference, vector.current)
    expect(reference.edges).toHaveLength(inner_edges.length)
    inner_edges.forEach((edge, index) => expect(reference.edges[index]).toBeCloseTo(edge, 9))
    expect(comparison.psi).toBeCloseTo(psi, 9)
    expect(comparison.ks).toBeCloseTo(vector.ks_2samp.D, 12)
    expect(comparison.p).toBeCloseTo(vector.ks_D_kolmogorov_Q.p, 9)
  })

  it("does not take two samples of one normal for drift, though their index is above 0.1", () => {
    const same = drift.find(({ name }) => name === "same")
    const { psi, alarm } = Drift.compare(freeze(same?.reference ?? []), same?.current ?? [])
    expect(psi).toBeGreaterThan(0.1)
    expect(alarm).toBe(false)
  })
})
