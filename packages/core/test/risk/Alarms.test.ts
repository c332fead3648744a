import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Alarms from "../../src/risk/Alarms.ts"
import { uniforms } from "../sensor/draws.ts"

const test = (chance: number, distance = 1): Alarms.Test => ({
  of: "pulse",
  reason: "bins",
  n: 100,
  distance,
  limit: 1,
  chance
})

const Chances = Schema.Array(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })))

describe("Alarms.judge", () => {
  it("has nothing to judge of no test", () => {
    expect(Alarms.judge([])).toEqual([])
  })

  it("needs both: a distance that matters and a chance that is small", () => {
    expect(Alarms.judge([test(0.01, 0.99)])).toEqual([])
    expect(Alarms.judge([test(0.06, 1)])).toEqual([])
    expect(Alarms.judge([test(0.05, 1)])).toEqual([test(0.05, 1)])
  })

  it("multiplies each chance by the tests that may still be right", () => {
    const chances = Alarms.judge([test(0.03), test(0.001), test(0.01), test(0.9)], 1)
    expect(chances.map(({ chance }) => chance)).toEqual([0.06, 0.004, 0.03, 0.9])
  })

  it.prop("never makes a chance smaller, and keeps their order", { chances: Chances }, (given) => {
    const judged = Alarms.judge(
      given.chances.map((chance) => test(chance)),
      1
    ).map(({ chance }) => chance)
    expect(judged).toHaveLength(given.chances.length)
    for (const [index, chance] of judged.entries()) {
      const before = given.chances[index] ?? 0
      expect(chance).toBeGreaterThanOrEqual(before)
      for (const [other, its] of judged.entries()) {
        if (before < (given.chances[other] ?? 0)) expect(chance).toBeLessThanOrEqual(its)
      }
    }
  })

  it("alarms in about 5 of 100 windows of 300 tests where nothing differs", () => {
    const random = uniforms(1)
    let windows = 0
    for (let window = 0; window < 2000; window++) {
      const tests = Array.from({ length: 300 }, () => test(random()))
      if (Alarms.judge(tests).length > 0) windows += 1
    }
    expect(windows / 2000).toBeLessThan(0.065)
    expect(windows / 2000).toBeGreaterThan(0.035)
  })
})
