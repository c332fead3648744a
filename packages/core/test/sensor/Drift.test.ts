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
    for (let draw = 0; draw < 1000; draw++) {
      const all = normals(1000 * n + draw, n + m)
      if (Drift.compare(freeze(all.subarray(0, n)), all.subarray(n)).alarm) alarms += 1
    }
    expect(alarms).toBeLessThanOrEqual(50)
  })

  it("keeps that with skewed values, ties and missing ones", () => {
    let alarms = 0
    for (let draw = 0; draw < 1000; draw++) {
      const all = normals(draw, 350).map((value, index) =>
        index % 11 === draw % 11 ? NaN : Math.round(4 * Math.exp(value))
      )
      if (Drift.compare(freeze(all.subarray(0, 200)), all.subarray(200)).alarm) alarms += 1
    }
    expect(alarms).toBeLessThanOrEqual(50)
  })

  it("finds a shift of half a standard deviation in most draws", () => {
    let alarms = 0
    for (let draw = 0; draw < 200; draw++) {
      const all = normals(draw, 350)
      const moved = all.subarray(200).map((value) => value + 0.5)
      if (Drift.compare(freeze(all.subarray(0, 200)), moved).alarm) alarms += 1
    }
    expect(alarms).toBeGreaterThan(180)
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
