import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { describeWithData } from "../../../../test/data.ts"
import * as Crossings from "../../src/ecg/Crossings.ts"
import type * as Signal from "../../src/ecg/Signal.ts"

const definitions = Crossings.Definition.literals

const countAll = (signal: Signal.Signal): ReadonlyArray<number> =>
  definitions.map((definition) => Crossings.count(signal, { definition }))

const isSame = (left: ReadonlyArray<number>, right: ReadonlyArray<number>): boolean =>
  left.every((count, index) => count === right[index])

const negated = (signal: ReadonlyArray<number>): ReadonlyArray<number> => signal.map((x) => -x)

describe("Crossings.count", () => {
  it("finds nothing in an empty signal and in a single sample", () => {
    for (const signal of [[], [0], [5], [-5], [NaN]]) {
      expect(countAll(signal)).toEqual([0, 0, 0, 0, 0])
    }
  })

  it("finds nothing in a flat signal, but every step along zero is a touch", () => {
    expect(countAll([7, 7, 7])).toEqual([0, 0, 0, 0, 0])
    expect(countAll([-7, -7, -7])).toEqual([0, 0, 0, 0, 0])
    expect(countAll([0, 0, 0])).toEqual([0, 2, 0, 0, 0])
  })

  // sign-change, touch, reach, sign-bit, adjacent
  it.each([
    { signal: [-1, 0, 1], counts: [1, 2, 1, 1, 0] },
    { signal: [-1, 0, -1], counts: [0, 2, 1, 2, 0] },
    { signal: [0, 0, 0], counts: [0, 2, 0, 0, 0] },
    { signal: [0, 1], counts: [0, 1, 0, 0, 0] },
    { signal: [0, -1], counts: [0, 1, 0, 1, 0] },
    { signal: [5, 0, 0, -3, 0, 2], counts: [2, 5, 2, 2, 0] },
    { signal: [1, -1, 1], counts: [2, 2, 2, 2, 2] }
  ])("follows every definition on $signal", ({ signal, counts }) => {
    expect(countAll(signal)).toEqual(counts)
  })

  it("uses sign-change where no definition is named", () => {
    expect(Crossings.count([5, 0, 0, -3, 0, 2])).toBe(2)
    expect(Crossings.count([5, 0, 0, -3, 0, 2], { definition: undefined })).toBe(2)
    expect(Crossings.defaultDefinition).toBe("sign-change")
  })

  it("takes NaN for a missing sample: those around it are neighbours", () => {
    expect(countAll([1, NaN, -1])).toEqual(countAll([1, -1]))
    expect(countAll([NaN, 5, 0, NaN, NaN, 0, -3, 0, 2, NaN])).toEqual(countAll([5, 0, 0, -3, 0, 2]))
    expect(countAll([NaN, NaN, NaN])).toEqual([0, 0, 0, 0, 0])
  })

  it("gives the infinities their sign, and takes -0 for zero", () => {
    expect(countAll([-Infinity, Infinity])).toEqual([1, 1, 1, 1, 1])
    expect(countAll([1, -0, 1])).toEqual(countAll([1, 0, 1]))
  })

  it("sees the signs of samples too small to be multiplied", () => {
    expect(countAll([1e-300, -1e-300])).toEqual([1, 1, 1, 1, 1])
    expect(countAll([1e-300, 1e-300])).toEqual([0, 0, 0, 0, 0])
  })

  it("counts the same in every kind of array", () => {
    const samples = [5, 0, 0, -3, 0, 2, -1]
    for (const kind of [Float64Array, Float32Array, Int32Array, Int16Array]) {
      expect(countAll(kind.from(samples))).toEqual(countAll(samples))
    }
  })

  const Samples = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: -3, maximum: 3 })))

  it.prop(
    "does not change when the signal is scaled by a positive factor",
    { xs: Samples },
    ({ xs }) => isSame(countAll(xs.map((x) => x * 0.125)), countAll(xs))
  )

  it.prop("does not change when the signal is read backwards", { xs: Samples }, ({ xs }) => {
    // All but `reach`, which counts arriving at zero and not leaving it.
    const symmetric = definitions.filter((definition) => definition !== "reach")
    const backwards = xs.toReversed()
    return symmetric.every(
      (definition) =>
        Crossings.count(xs, { definition }) === Crossings.count(backwards, { definition })
    )
  })

  it.prop("does not change when the signal is inverted", { xs: Samples }, ({ xs }) => {
    // All but `sign-bit`, which sides with the positive.
    const symmetric = definitions.filter((definition) => definition !== "sign-bit")
    return symmetric.every(
      (definition) =>
        Crossings.count(xs, { definition }) === Crossings.count(negated(xs), { definition })
    )
  })

  it.prop(
    "is the same under all definitions where no sample is zero",
    { xs: Samples },
    ({ xs }) => {
      const counts = countAll(xs.filter((x) => x !== 0))
      return new Set(counts).size === 1
    }
  )

  it.prop("is ordered: adjacent, sign-change, reach, touch", { xs: Samples }, ({ xs }) => {
    const [signChange = 0, touch = 0, reach = 0, , adjacent = 0] = countAll(xs)
    return adjacent <= signChange && signChange <= reach && reach <= touch
  })
})

describeWithData("ecg208/ecg208.dat", "Crossings on a real recording", (path) => {
  it("counts 1990 in five minutes of record 208, by default", () => {
    const bytes = readFileSync(path)
    const samples = Int16Array.from({ length: bytes.length / 2 }, (_, index) =>
      bytes.readInt16LE(index * 2)
    )
    expect(samples).toHaveLength(108_000)
    expect(Crossings.count(samples.map((sample) => sample - 1024))).toBe(1990)
  })
})
