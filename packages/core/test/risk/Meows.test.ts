import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type * as Chart from "../../src/risk/Chart.ts"
import * as Meows from "../../src/risk/Meows.ts"
import { pointsOf } from "./pointScores.ts"

const well: Meows.Observation = {
  respiratoryRate: 16,
  heartRate: 80,
  systolicPressure: 118,
  diastolicPressure: 72,
  oxygenSaturation: 98,
  temperature: 37,
  consciousness: "alert"
}

const score = (change: Meows.Observation): Chart.Assessment<Meows.Band> =>
  Result.getOrThrow(Meows.score({ ...well, ...change }))

const points = pointsOf(Meows.score, well)

describe("Meows.score", () => {
  it("scores the bands of the chart on both sides of every edge", () => {
    expect(points("respiratoryRate", [0, 10, 11, 20, 21, 30, 31, 150])).toEqual([
      8, 8, 0, 0, 2, 2, 8, 8
    ])
    expect(points("heartRate", [0, 40, 41, 60, 61, 100, 101, 120, 121])).toEqual([
      8, 8, 2, 2, 0, 0, 2, 2, 8
    ])
    expect(points("systolicPressure", [89, 90, 100, 101, 150, 151, 160, 161])).toEqual([
      8, 2, 2, 0, 0, 2, 2, 8
    ])
    expect(points("diastolicPressure", [0, 39, 40, 100, 101, 110, 111])).toEqual([
      2, 2, 0, 0, 2, 2, 8
    ])
    expect(points("oxygenSaturation", [0, 91, 92, 95, 96, 100])).toEqual([8, 8, 2, 2, 0, 0])
    expect(points("temperature", [35.4, 35.5, 37.5, 37.6, 38, 38.1])).toEqual([2, 0, 0, 2, 2, 8])
    expect(
      points("consciousness", ["alert", "confusion", "voice", "pain", "unresponsive"])
    ).toEqual([0, 2, 8, 8, 8])
  })

  it("puts its limits half way between whole numbers and tenths, as the rules do", () => {
    expect(points("respiratoryRate", [10.4, 10.5, 30.4, 30.5])).toEqual([8, 0, 2, 8])
    expect(points("systolicPressure", [89.4, 89.5, 160.4, 160.5])).toEqual([8, 2, 2, 8])
    expect(points("temperature", [35.44, 35.45, 37.54, 37.55])).toEqual([2, 0, 0, 2])
  })

  it("is low at 0, low-medium at 2, medium at 4 and 6, and high from 8", () => {
    const changes = [
      {},
      { heartRate: 105 },
      { heartRate: 105, temperature: 37.8 },
      { heartRate: 105, temperature: 37.8, respiratoryRate: 22 },
      { heartRate: 125 }
    ]
    expect(changes.map((change) => score(change)).map(({ band, total }) => [total, band])).toEqual([
      [0, "low"],
      [2, "low-medium"],
      [4, "medium"],
      [6, "medium"],
      [8, "high"]
    ])
  })

  it("is high when the nurse is concerned, with the points as they are", () => {
    expect(score({ nurseConcern: true })).toMatchObject({ total: 0, band: "high" })
    expect(score({ nurseConcern: false })).toMatchObject({ total: 0, band: "low" })
    expect(score({ nurseConcern: true, heartRate: null })).toMatchObject({
      total: null,
      band: "high",
      missing: ["heartRate"]
    })
    expect(score({ nurseConcern: true }).inputs).toContainEqual({
      name: "nurseConcern",
      value: true
    })
  })

  it("takes women after birth, and refuses who is said to be neither", () => {
    expect(score({ pregnant: false, postpartum: true }).total).toBe(0)
    expect(score({ pregnant: true }).total).toBe(0)
    expect(Result.isFailure(Meows.score({ ...well, pregnant: false }))).toBe(true)
  })

  it("refuses pressures that are crossed", () => {
    expect(
      Result.getOrThrow(Result.flip(Meows.score({ ...well, diastolicPressure: 118 })))
    ).toMatchObject({
      inputs: [{ name: "diastolicPressure", expected: "below the systolic pressure" }]
    })
  })

  it("names its variant", () => {
    expect(Meows.about.score).toBe("meows-send-0-2-8")
  })
})
