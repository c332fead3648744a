import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Frame from "../../src/sensor/Frame.ts"
import * as Upload from "../../src/sensor/Upload.ts"

const fitOf = (rows: ReadonlyArray<readonly [sensor: string, ...values: Array<number>]>) => {
  const builder = Frame.builder(["temp", "vel"])
  for (const [sensor, ...values] of rows) builder.push(sensor, values)
  return Frame.fit(builder.build())
}

const accepts = (mapping: unknown) =>
  Result.isSuccess(Schema.decodeUnknownResult(Upload.Mapping)(mapping))

describe("Upload.yieldOf", () => {
  it("has nothing of a file without rows", () => {
    expect(Upload.yieldOf(fitOf([]))).toEqual({
      models: [],
      shortages: [],
      unfitted: 0,
      misnamed: 0,
      skipped: 0
    })
  })

  it("has a model for each sensor and column with two values, in their order", () => {
    const { models, unfitted } = Upload.yieldOf(
      fitOf([
        ["b", 1, 10],
        ["a", 5, 50],
        ["b", 3, 30],
        ["a", 7, NaN]
      ])
    )
    expect(models.map(({ key, weights }) => [key.sensorId, key.column, weights.mean])).toEqual([
      ["b", "temp", 2],
      ["b", "vel", 20],
      ["a", "temp", 6]
    ])
    expect(unfitted).toBe(1)
  })

  it("counts the values that are missing or not finite, in fitted models and in all", () => {
    const { models, skipped, shortages } = Upload.yieldOf(
      fitOf([
        ["a", 1, NaN],
        ["a", Infinity, NaN],
        ["a", 3, 4]
      ])
    )
    expect(models.map(({ weights }) => weights.skipped)).toEqual([1])
    expect(shortages).toEqual([{ sensorId: "a", column: "vel", needed: 2, got: 1 }])
    expect(skipped).toBe(3)
  })

  it("names a thousand shortages, and counts all", () => {
    const rows = Array.from({ length: 1_001 }, (_, at) => [`sensor-${at}`, 1, 2] as const)
    const { shortages, unfitted } = Upload.yieldOf(fitOf(rows))
    expect([shortages.length, unfitted]).toEqual([1_000, 2_002])
  })

  it("leaves out and counts a name that can be no sensor's", () => {
    const long = "x".repeat(201)
    const rows = ["a", long, "bell\u0007"].flatMap((name) => [
      [name, 1, 1] as const,
      [name, 2, 2] as const
    ])
    const { models, misnamed } = Upload.yieldOf(fitOf(rows))
    expect(models.map(({ key }) => key.sensorId)).toEqual(["a", "a"])
    expect(misnamed).toBe(2)
  })
})

describe("Upload.Mapping", () => {
  it("takes 1 to 200 columns, and no other separator than comma, semicolon and tab", () => {
    const columns = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`c${at}`, `from ${at}`]))
    expect(accepts({ sensor: "id", columns: columns(1) })).toBe(true)
    expect(accepts({ sensor: "id", columns: columns(200), separator: ";" })).toBe(true)
    expect(accepts({ sensor: "id", columns: columns(0) })).toBe(false)
    expect(accepts({ sensor: "id", columns: columns(201) })).toBe(false)
    expect(accepts({ sensor: "", columns: columns(1) })).toBe(false)
    expect(accepts({ sensor: "id", columns: columns(1), separator: "|" })).toBe(false)
  })
})
