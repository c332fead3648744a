import { describe, expect, it } from "@effect/vitest"
import * as Folds from "../../src/risk/Folds.ts"

describe("Folds", () => {
  it("draws the same numbers from a seed, spread from 0 to below 1", () => {
    const draw = (seed: number) => Array.from({ length: 1000 }, Folds.generator(seed))
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
    const sorted = draw(3).toSorted((a, b) => a - b)
    expect(sorted[0]).toBeGreaterThanOrEqual(0)
    expect(sorted.at(-1)).toBeLessThan(1)
    // The largest distance from a uniform distribution; 1.63 / sqrt(1000) is passed once in a hundred.
    const distances = sorted.map((value, at) => Math.abs(value - (at + 0.5) / 1000))
    expect(Math.max(...distances)).toBeLessThan(0.0515)
  })

  it("puts all rows of a patient into one fold", () => {
    const patients = Array.from({ length: 500 }, (_, row) => Math.floor(row / 3))
    const folds = Folds.of(patients, 5, Folds.generator(1))
    expect(patients.every((_, row) => folds[row] === folds[3 * Math.floor(row / 3)])).toBe(true)
    expect(new Set(folds).size).toBe(5)
  })
})
