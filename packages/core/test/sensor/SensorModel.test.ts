import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Sensor from "../../src/sensor/Sensor.ts"
import * as SensorModel from "../../src/sensor/SensorModel.ts"

const key = { sensorId: "pump-1", column: "value" }
const ada = { actor: "ada", now: DateTime.makeUnsafe("2026-03-01T10:00:00Z") }
const eve = { actor: "eve", now: DateTime.makeUnsafe("2026-03-02T10:00:00Z") }

const fit = (
  values: ReadonlyArray<number>,
  live?: SensorModel.SensorModel
): SensorModel.SensorModel => Result.getOrThrow(SensorModel.fit(live, key, values, ada))

describe("SensorModel.fit", () => {
  it("refuses fewer than two values, as Sensor.fit does", () => {
    for (const values of [[], [7], [7, NaN]]) {
      const got = values.filter((value) => !Number.isNaN(value)).length
      expect(SensorModel.fit(undefined, key, values, ada)).toEqual(
        Result.fail(new Sensor.TooFewValues({ needed: 2, got }))
      )
    }
  })

  it("makes the first version, with who made it and when", () => {
    expect(fit([10, 5, 6, 9])).toEqual({
      ...key,
      version: 1,
      parent: null,
      origin: "fit",
      actor: "ada",
      count: 4,
      mean: 7.5,
      std: 2.3804761428476167,
      createdAt: ada.now
    })
  })

  it("starts anew when there is a version, and keeps nothing of its values", () => {
    const second = fit([1, 3], fit([10, 5, 6, 9]))
    expect(second).toMatchObject({ version: 2, parent: null, origin: "fit", count: 2, mean: 2 })
  })

  it("gives a flat signal no spread", () => {
    expect(fit([3, 3, 3])).toMatchObject({ mean: 3, std: 0 })
  })
})

describe("SensorModel.adjust", () => {
  const first = fit([10, 5, 6, 9])

  it("makes a version of the live one, which it names as its parent and leaves as it is", () => {
    const second = SensorModel.adjust(first, eve)
    expect(second).toEqual({
      ...first,
      version: 2,
      parent: 1,
      origin: "adjust",
      actor: "eve",
      mean: 8.25,
      createdAt: eve.now
    })
    expect(SensorModel.adjust(second, ada)).toMatchObject({ version: 3, parent: 2, mean: 9.075 })
    expect(first.mean).toBe(7.5)
  })

  it("keeps the lineage explainable: 10 is no alert, and the threshold rises", () => {
    const thresholds = [first, SensorModel.adjust(first, eve)].map((it) => Sensor.threshold(it))
    expect(thresholds).toEqual([12.260952285695232, 13.010952285695232])
    expect(Sensor.predict(first, 10)).toBe(false)
  })

  it("takes another factor, and moves a negative mean down", () => {
    expect(SensorModel.adjust(first, eve, 1).mean).toBe(7.5)
    expect(SensorModel.adjust(first, eve, 0.5).mean).toBe(3.75)
    expect(SensorModel.adjust(fit([-9, -11]), eve).mean).toBe(-11)
  })
})

describe("SensorModel.SensorModel", () => {
  it("takes what fit and adjust make, and reads it back from JSON", () => {
    const second = SensorModel.adjust(fit([0.1, 0.2]), eve)
    const codec = Schema.fromJsonString(SensorModel.SensorModel)
    expect(Schema.decodeSync(codec)(Schema.encodeSync(codec)(second))).toEqual(second)
  })

  it("names sensors and columns by any text that is not empty", () => {
    const isName = Schema.is(SensorModel.SensorId)
    expect(isName("61a9-params.velRMS.x / 3")).toBe(true)
    expect(["", "x".repeat(201), "a\u0000b"].some(isName)).toBe(false)
    expect(Schema.is(SensorModel.Column)(SensorModel.defaultColumn)).toBe(true)
  })
})
