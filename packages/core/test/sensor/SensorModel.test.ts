import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Drift from "../../src/sensor/Drift.ts"
import * as Sensor from "../../src/sensor/Sensor.ts"
import * as SensorModel from "../../src/sensor/SensorModel.ts"

const key = { sensorId: "pump-1", column: "value" }
const golden = [10, 5, 6, 9]
const ada = { actor: "ada", now: DateTime.makeUnsafe("2026-03-01T10:00:00Z") }
const eve = {
  actor: "eve",
  now: DateTime.makeUnsafe("2026-03-02T10:00:00Z"),
  reason: "new bearings"
}

/** What a store would have after the changes. */
const after = (
  lineage: SensorModel.Lineage,
  result: Result.Result<SensorModel.Changes, unknown>
): SensorModel.Lineage => {
  const changes = Result.getOrThrow(result)
  const inState = (state: string) => changes.find((it) => it.state === state)
  const decided = changes.some(({ version }) => version === lineage.candidate?.version)
  return {
    latest: Math.max(lineage.latest, ...changes.map(({ version }) => version)),
    live: inState("live") ?? lineage.live,
    candidate: inState("candidate") ?? (decided ? undefined : lineage.candidate)
  }
}

const fit = (
  values: ReadonlyArray<number>,
  lineage: SensorModel.Lineage = SensorModel.empty
): SensorModel.Version => Result.getOrThrow(SensorModel.fit(lineage, key, values, ada))[0]

const fitted = after(SensorModel.empty, SensorModel.fit(SensorModel.empty, key, golden, ada))
const proposed = after(fitted, SensorModel.propose(fitted, key, [1, 3, NaN], eve))
const first = fit(golden)

describe("SensorModel.fit", () => {
  it("refuses fewer than two values, as Sensor.fit does", () => {
    for (const values of [[], [7], [7, NaN]]) {
      const got = values.filter((value) => !Number.isNaN(value)).length
      const refused = Result.fail(new Sensor.TooFewValues({ needed: 2, got }))
      expect(SensorModel.fit(SensorModel.empty, key, values, ada)).toEqual(refused)
      expect(SensorModel.propose(fitted, key, values, ada)).toEqual(refused)
    }
  })

  it("makes the first version, live at once, with who made it and when", () => {
    expect(first).toEqual({
      ...key,
      version: 1,
      parent: null,
      origin: "fit",
      restores: null,
      state: "live",
      actor: "ada",
      reason: null,
      count: 4,
      skipped: 0,
      mean: 7.5,
      std: 2.3804761428476167,
      createdAt: ada.now,
      liveFrom: ada.now,
      liveUntil: null,
      decision: null,
      bins: Result.getOrThrow(Drift.freeze(golden))
    })
  })

  it("starts anew when there is a version, keeps nothing of its values, and retires it", () => {
    const changes = Result.getOrThrow(SensorModel.fit(fitted, key, [1, 3], eve))
    const [second, before] = changes
    expect(second).toMatchObject({ version: 2, parent: null, origin: "fit", count: 2, mean: 2 })
    expect(second.reason).toBe("new bearings")
    expect(before).toEqual({ ...first, state: "retired", liveUntil: eve.now })
    expect(changes).toHaveLength(2)
  })

  it("gives a flat signal no spread", () => {
    expect(fit([3, 3, 3])).toMatchObject({ mean: 3, std: 0 })
  })

  it("counts the values it leaves out", () => {
    expect(fit([NaN, 1, Infinity, 3, -Infinity, 1e151])).toMatchObject({ count: 2, skipped: 4 })
  })
})

describe("SensorModel.adjust", () => {
  const adjust = (lineage: SensorModel.Lineage, factor?: number) =>
    Result.getOrThrow(SensorModel.adjust(lineage, eve, factor))[0]

  it("makes a version of the live one, which it names as its parent and retires as it is", () => {
    const changes = Result.getOrThrow(SensorModel.adjust(fitted, eve))
    expect(changes).toEqual([
      {
        ...first,
        version: 2,
        parent: 1,
        origin: "adjust",
        actor: "eve",
        reason: "new bearings",
        mean: 8.25,
        createdAt: eve.now,
        liveFrom: eve.now
      },
      { ...first, state: "retired", liveUntil: eve.now }
    ])
    const twice = adjust(after(fitted, Result.succeed(changes)))
    expect(twice).toMatchObject({ version: 3, parent: 2, mean: 9.075 })
    expect(first.mean).toBe(7.5)
  })

  it("needs a live version", () => {
    expect(SensorModel.adjust(SensorModel.empty, ada)).toEqual(
      Result.fail(new SensorModel.Missing({ what: "live" }))
    )
  })

  it("keeps the lineage explainable: 10 is no alert, and the threshold rises", () => {
    const thresholds = [first, adjust(fitted)].map((it) => Sensor.threshold(it))
    expect(thresholds).toEqual([12.260952285695232, 13.010952285695232])
    expect(Sensor.predict(first, 10)).toBe(false)
  })

  it("takes another factor, and moves a negative mean down", () => {
    expect(adjust(fitted, 1).mean).toBe(7.5)
    expect(adjust(fitted, 0.5).mean).toBe(3.75)
    expect(adjust({ ...fitted, live: fit([-9, -11]) }).mean).toBe(-11)
  })

  it("leaves the candidate where it is, and the next number after it", () => {
    expect(adjust(proposed)).toMatchObject({ version: 3, parent: 1 })
  })
})

describe("SensorModel.rollback", () => {
  const adjusted = after(fitted, SensorModel.adjust(fitted, ada))

  it("makes a version that equals the earlier one, and names both it and the live one", () => {
    const changes = Result.getOrThrow(SensorModel.rollback(adjusted, first, eve))
    expect(changes[0]).toEqual({
      ...first,
      version: 3,
      parent: 2,
      origin: "rollback",
      restores: 1,
      actor: "eve",
      reason: "new bearings",
      createdAt: eve.now,
      liveFrom: eve.now
    })
    expect(changes[1]).toMatchObject({ version: 2, state: "retired", liveUntil: eve.now })
  })

  it("can be rolled back itself", () => {
    const back = after(adjusted, SensorModel.rollback(adjusted, first, eve))
    const second = { ...first, version: 2, mean: 8.25 }
    const again = Result.getOrThrow(SensorModel.rollback(back, second, eve))[0]
    expect(again).toMatchObject({ version: 4, parent: 3, restores: 2, mean: 8.25 })
  })

  it("refuses what is live, what never was, and a model without a live version", () => {
    const candidate = { ...first, version: 7, state: "withdrawn", liveFrom: null } as const
    expect(SensorModel.rollback(fitted, first, ada)).toEqual(
      Result.fail(new SensorModel.Refused({ code: "already-live" }))
    )
    expect(SensorModel.rollback(fitted, candidate, ada)).toEqual(
      Result.fail(new SensorModel.Refused({ code: "never-live" }))
    )
    expect(SensorModel.rollback(SensorModel.empty, first, ada)).toEqual(
      Result.fail(new SensorModel.Missing({ what: "live" }))
    )
  })
})

describe("the bins of a version", () => {
  const binsOf = (values: ReadonlyArray<number>) => Result.getOrThrow(Drift.freeze(values))

  it("are those of the values that were fitted, whatever becomes of the threshold", () => {
    const adjusted = after(fitted, SensorModel.adjust(fitted, ada))
    expect(adjusted.live?.mean).toBe(8.25)
    expect(adjusted.live?.bins).toEqual(binsOf(golden))
    const refitted = after(adjusted, SensorModel.fit(adjusted, key, [1, 3, NaN], ada))
    expect(refitted.live?.bins).toEqual(binsOf([1, 3, NaN]))
    const back = after(refitted, SensorModel.rollback(refitted, first, ada))
    expect(back.live?.bins).toEqual(binsOf(golden))
    const promoted = after(proposed, SensorModel.promote(proposed, ada))
    expect(promoted.live?.bins).toEqual(binsOf([1, 3, NaN]))
  })

  it("have no edges where the weights were fitted elsewhere", () => {
    const weights = { count: 4, skipped: 1, mean: 7.5, std: 2 }
    const adopted = SensorModel.adopt(SensorModel.empty, key, weights, ada)
    expect(adopted[0].bins).toEqual(Drift.ofWeights(weights))
    const lineage = after(SensorModel.empty, Result.succeed(adopted))
    const [adjusted] = Result.getOrThrow(SensorModel.adjust(lineage, ada))
    expect([adjusted.mean, adjusted.bins.mean]).toEqual([8.25, 7.5])
  })
})

describe("SensorModel.propose", () => {
  it("makes a candidate and leaves the live version live", () => {
    expect(proposed.live).toEqual(first)
    expect(proposed.candidate).toMatchObject({
      version: 2,
      parent: null,
      state: "candidate",
      reason: "new bearings",
      count: 2,
      skipped: 1,
      liveFrom: null,
      decision: null
    })
  })

  it("needs a live version, and takes one candidate at a time", () => {
    expect(SensorModel.propose(SensorModel.empty, key, golden, ada)).toEqual(
      Result.fail(new SensorModel.Missing({ what: "live" }))
    )
    expect(SensorModel.propose(proposed, key, golden, ada)).toEqual(
      Result.fail(new SensorModel.Refused({ code: "candidate-waits" }))
    )
  })

  it("ends with the candidate live, under the number it was made with", () => {
    const [promoted, retired] = Result.getOrThrow(SensorModel.promote(proposed, eve))
    expect(promoted).toEqual({
      ...proposed.candidate,
      state: "live",
      liveFrom: eve.now,
      decision: { actor: "eve", reason: "new bearings", at: eve.now }
    })
    expect(retired).toEqual({ ...first, state: "retired", liveUntil: eve.now })
  })

  it("ends with the candidate withdrawn, and the live version untouched", () => {
    expect(Result.getOrThrow(SensorModel.withdraw(proposed, ada))).toEqual([
      {
        ...proposed.candidate,
        state: "withdrawn",
        decision: { actor: "ada", reason: null, at: ada.now }
      }
    ])
  })

  it("has no end without a candidate", () => {
    const missing = Result.fail(new SensorModel.Missing({ what: "candidate" }))
    expect(SensorModel.promote(fitted, ada)).toEqual(missing)
    expect(SensorModel.withdraw(fitted, ada)).toEqual(missing)
  })
})

describe("the stretches in which versions are live", () => {
  const At = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000 }))

  it.prop(
    "follow one another, whatever the clocks say",
    [Schema.Array(At).check(Schema.isBetweenLength(1, 20))],
    ([times]) => {
      const retired: Array<SensorModel.SensorModel> = []
      let lineage = SensorModel.empty
      for (const time of times) {
        const by = { actor: "ada", now: DateTime.makeUnsafe(time) }
        const changes = Result.getOrThrow(SensorModel.fit(lineage, key, golden, by))
        retired.push(...changes.slice(1))
        lineage = after(lineage, Result.succeed(changes))
      }
      const line = [...retired, lineage.live]
      for (const [index, version] of retired.entries()) {
        expect(version.liveUntil).toEqual(line[index + 1]?.liveFrom)
        const from = version.liveFrom?.epochMilliseconds ?? NaN
        expect(version.liveUntil?.epochMilliseconds).toBeGreaterThanOrEqual(from)
      }
    }
  )
})

describe("SensorModel.predict", () => {
  it("says by what a value is judged", () => {
    expect(SensorModel.predict(first, 12.260952285695232)).toEqual({
      alert: true,
      value: 12.260952285695232,
      threshold: 12.260952285695232,
      z: 1.9999999999999996,
      version: 1
    })
    expect(SensorModel.predict(first, 0)).toMatchObject({ alert: false, z: -3.150630189063022 })
  })

  it("has no z where the spread is 0, or too small to divide by", () => {
    const flat = fit([3, 3, 3])
    expect(SensorModel.predict(flat, 3)).toMatchObject({ alert: true, z: null })
    expect(SensorModel.predict(flat, 2)).toMatchObject({ alert: false, z: null })
    expect(SensorModel.predict({ ...flat, std: 5e-324 }, 1e10).z).toBe(null)
  })
})

describe("SensorModel.SensorModel", () => {
  it("takes what is made here, and reads it back from JSON, without the bins", () => {
    const codec = Schema.fromJsonString(SensorModel.SensorModel)
    const promoted = Result.getOrThrow(SensorModel.promote(proposed, eve))
    const withdrawn = Result.getOrThrow(SensorModel.withdraw(proposed, ada))
    for (const version of [first, ...promoted, ...withdrawn]) {
      const { bins: _, ...model } = version
      expect(Schema.decodeSync(codec)(Schema.encodeSync(codec)(version))).toEqual(model)
    }
  })

  it("names sensors and columns by any text that is not empty", () => {
    const isName = Schema.is(SensorModel.SensorId)
    expect(isName("61a9-params.velRMS.x / 3")).toBe(true)
    expect(["", "x".repeat(201), "a\u0000b"].some(isName)).toBe(false)
    expect(Schema.is(SensorModel.Column)(SensorModel.defaultColumn)).toBe(true)
  })

  it("takes a reason of up to 500 characters", () => {
    const isReason = Schema.is(SensorModel.Reason)
    expect(["new bearings", "x".repeat(500), "two\nlines"].every(isReason)).toBe(true)
    expect(["", "x".repeat(501), "a\u0007b"].some(isReason)).toBe(false)
  })
})
