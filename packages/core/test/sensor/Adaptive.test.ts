import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Adaptive from "../../src/sensor/Adaptive.ts"
import { normals, uniforms } from "./draws.ts"

const floor = 1e-6

/** A detector with nothing but the charts given: no hold-off. */
const only = (options: Partial<Adaptive.Options>): Adaptive.Options => ({ floor, ...options })

const alerts = (
  values: ArrayLike<number>,
  options: Adaptive.Options = Adaptive.recommended
): ReadonlyArray<number> => Array.from(Adaptive.detect(values, options).alerts)

const flat = (value: number, length: number): ReadonlyArray<number> =>
  Array<number>(length).fill(value)

const outcomes = (
  values: ReadonlyArray<number>,
  options: Adaptive.Options = Adaptive.recommended
): ReadonlyArray<Adaptive.Outcome> => {
  const stream = Adaptive.make(options).stream()
  return values.map((value) => ({ ...stream.push(value) }))
}

const quiet = [72, 74, 71, 73, 72, 75, 73, 72, 74, 71]

describe("the recommended detector", () => {
  it("has nothing to say of no value, of one, and of missing ones", () => {
    expect(alerts([])).toEqual([])
    expect(alerts([5])).toEqual([])
    expect(alerts([NaN, Infinity, -Infinity, 1e300])).toEqual([])
    expect(Adaptive.detect([NaN, 1, Infinity, 2]).skipped).toBe(2)
  })

  it("has nothing to say of a sensor that never moves", () => {
    expect(alerts(flat(0, 500))).toEqual([])
    expect(alerts(flat(37.2, 500))).toEqual([])
    expect(alerts(flat(-1e70, 500))).toEqual([])
  })

  it("alarms when a sensor that never moved does, unless by less than the floor", () => {
    expect(alerts([...flat(37, 50), 37.1])).toEqual([50])
    expect(alerts([...flat(37, 50), 37.1], { ...Adaptive.recommended, floor: 0.1 })).toEqual([])
  })

  it("judges from the sixth value on", () => {
    expect(alerts([1, 1000, 2, 1, 2])).toEqual([])
    expect(alerts([72, 74, 71, 73, 72, 110])).toEqual([5])
  })

  it("alarms on a leap, up or down, and says why", () => {
    const up = outcomes([...quiet, 110]).at(-1)
    expect(up).toMatchObject({ alert: true, held: false, value: 110, reason: "local" })
    expect(up?.score).toBeGreaterThan(0.5)
    expect(up?.z).toBeGreaterThan(3)
    expect(up?.threshold).toBeGreaterThan(75)
    expect(up?.threshold).toBeLessThan(110)
    const down = outcomes([...quiet, 30]).at(-1)
    expect(down).toMatchObject({ alert: true, reason: "local" })
    expect(down?.z).toBeLessThan(-3)
    expect(down?.threshold).toBeLessThan(71)
  })

  it("alarms exactly from the threshold it names", () => {
    const level = { smoothing: [1, 0.3], limit: 3, settled: 100 }
    const { local } = Adaptive.recommended
    for (const options of [only({ local }), only({ level: { ...level, smoothing: [0.3] } })]) {
      const detector = Adaptive.make(options)
      const stream = detector.stream()
      for (const value of options.level ? normals(3, 400) : quiet) stream.push(value)
      const { threshold } = detector.step(stream.state(), 1e3)
      expect(detector.step(stream.state(), threshold + 1e-6).alert).toBe(true)
      expect(detector.step(stream.state(), threshold - 1e-6).alert).toBe(false)
    }
  })

  it("holds off after an alarm, unless something clearly worse comes", () => {
    const noise = normals(1, 400)
    const told = outcomes([...quiet, 110, 125, 1000])
    expect(told.slice(-3).map(({ alert }) => alert)).toEqual([true, false, true])
    expect(told.at(-2)).toMatchObject({ held: true, score: 0 })
    expect(
      outcomes([...noise, 8, 8.1])
        .slice(-2)
        .map(({ alert }) => alert)
    ).toEqual([true, false])
  })

  it("takes a new level for an alarm, and for usual when it stays", () => {
    const noise = normals(2, 4000)
    const shifted = noise.map((value, index) => (index >= 1000 ? value + 8 : value))
    const found = alerts(shifted)
    expect(found).toContain(1000)
    expect(found.filter((index) => index > 2500)).toEqual([])
  })

  it("alarms in fewer than 1 of 500 values of normal noise", () => {
    expect(alerts(normals(5, 20_000)).length).toBeLessThan(40)
  })

  it("learns nothing from missing values", () => {
    const noise = Array.from(normals(6, 300))
    const gappy = noise.flatMap((value) => [value, NaN])
    expect(alerts([...gappy, 9]).map((index) => index / 2)).toEqual(alerts([...noise, 9]))
  })

  it("does not change the state it is given, and streams as it steps", () => {
    const detector = Adaptive.make()
    const stream = detector.stream()
    let state = detector.initial
    for (const value of [...normals(7, 300), NaN, 9, 9]) {
      const before = [...state]
      const step = detector.step(state, value)
      expect(state).toEqual(before)
      const { state: next, ...outcome } = step
      expect(outcome).toEqual(stream.push(value))
      state = next
    }
    expect(stream.state()).toEqual(state)
  })

  it("goes on from a state that was stored as JSON", () => {
    const values = normals(8, 600).map((value, index) => (index === 450 ? 12 : value))
    const detector = Adaptive.make()
    const first = detector.stream()
    for (const value of values.subarray(0, 300)) first.push(value)
    const stored: Adaptive.State = JSON.parse(JSON.stringify(first.state()))
    const second = detector.stream(stored)
    for (const value of values.subarray(300)) {
      expect({ ...second.push(value) }).toEqual({ ...first.push(value) })
    }
    expect(second.state()).toEqual(first.state())
  })

  it("refuses options that make no sense, and a state of another detector", () => {
    const level = { smoothing: [2], limit: 3, settled: 10 }
    expect(() => Adaptive.make({ floor: 0 })).toThrow(/floor/)
    expect(() => Adaptive.make(only({ hampel: { window: 0, limit: 3 } }))).toThrow(/window/)
    expect(() => Adaptive.make(only({ level }))).toThrow(/smoothing/)
    expect(() => Adaptive.make().step([1, 2, 3], 4)).toThrow(/length/)
  })

  const Values = Schema.Array(
    Schema.Finite.check(Schema.isBetween({ minimum: -1e3, maximum: 1e3 }))
  )

  it.prop("does not depend on the unit of the values", { xs: Values }, ({ xs }) => {
    const scaled = Adaptive.detect(
      xs.map((x) => 1024 * x),
      { ...Adaptive.recommended, floor: 1024 * floor }
    )
    return scaled.scores.every(
      (score, index) => Math.abs(score - Adaptive.detect(xs).scores[index]!) < 1e-9
    )
  })

  it.prop("does not depend on which way is up", { xs: Values }, ({ xs }) => {
    const turned = Adaptive.detect(xs.map((x) => -x))
    return turned.scores.every((score, index) => score === Adaptive.detect(xs).scores[index])
  })

  it.prop("gives scores of 0 to 1, and 0.5 or more with every alarm", { xs: Values }, ({ xs }) => {
    const { scores, alerts } = Adaptive.detect(xs)
    return (
      scores.every((score) => score >= 0 && score <= 1) &&
      alerts.every((index) => scores[index]! >= 0.5)
    )
  })

  it.prop("keeps a state of finite numbers", { xs: Schema.Array(Schema.Number) }, ({ xs }) => {
    const stream = Adaptive.make().stream()
    for (const x of xs) stream.push(x)
    return stream.state().every(Number.isFinite)
  })
})

describe("the chart of local values", () => {
  const local = { smoothing: 0.1, spread: 0.1, clip: 3, limit: 3 }

  it("is not carried away by an outlier: a second one alarms though it is nearer", () => {
    const noise = Array.from(normals(11, 60))
    const usual = outcomes([...noise, 9], only({ local })).at(-1)
    const after = outcomes([...noise, 15, ...noise.slice(0, 3), 9], only({ local })).at(-1)
    expect(usual).toMatchObject({ alert: true })
    expect(after).toMatchObject({ alert: true })
    expect(after?.threshold).toBeLessThan(9)
  })

  it("follows a slow drift without an alarm", () => {
    const noise = normals(12, 400)
    expect(
      alerts(
        noise.map((value, index) => value + index / 20),
        only({ local: { ...local, limit: 6 } })
      )
    ).toEqual([])
  })
})

describe("the chart of rarity", () => {
  const rarity = { smoothing: [1], nearness: 0.25, share: 0.01, settled: 100 }

  it("alarms on a value between two usual ones, which no chart of means can see", () => {
    const noise = normals(21, 1000)
    const twofold = Array.from(noise, (value, index) => value / 4 + (index % 7 < 3 ? 10 : 20))
    expect(alerts(twofold, only({ rarity }))).toEqual([])
    const level = { smoothing: [1], limit: 3, settled: 100 }
    expect(outcomes([...twofold, 15], only({ rarity })).at(-1)).toMatchObject({
      alert: true,
      reason: "rarity"
    })
    expect(alerts([...twofold, 15], only({ level }))).toEqual([])
  })

  it("names the nearest value that is not rare", () => {
    const told = outcomes([...normals(22, 2000), 9], only({ rarity })).at(-1)
    expect(told?.alert).toBe(true)
    expect(told?.threshold).toBeGreaterThan(1.5)
    expect(told?.threshold).toBeLessThan(3)
  })

  it("counts the earlier values that were near", () => {
    const values = Array.from({ length: 1000 }, (_, index) => index % 10)
    const { z } = outcomes([...values, 4], only({ rarity })).at(-1) ?? { z: NaN }
    expect(-z).toBeCloseTo(-Math.log10((100 + 1) / (1000 + 100)), 12)
  })
})

describe("the chart of the median", () => {
  const hampel = { window: 5, limit: 3 }

  it("compares with median and median distance of the values before", () => {
    const [told] = outcomes([1, 2, 3, 4, 5, 9], only({ hampel })).slice(-1)
    const scale = 1.482602218505602
    expect(told).toMatchObject({ alert: true, reason: "hampel" })
    expect(told?.z).toBeCloseTo(6 / scale, 12)
    expect(told?.threshold).toBeCloseTo(3 + 3 * scale, 12)
  })

  it("agrees with medians that are computed anew", () => {
    for (const window of [2, 3, 6, 7]) {
      const values = Array.from(normals(13, 60)).map((value) => Math.round(4 * value))
      const told = outcomes(values, only({ hampel: { window, limit: 3 } }))
      for (let index = window; index < values.length; index++) {
        const before = values.slice(index - window, index)
        const centre = median(before)
        const scale = 1.482602218505602 * median(before.map((value) => Math.abs(value - centre)))
        expect(told[index]?.z).toBeCloseTo((values[index]! - centre) / Math.max(floor, scale), 6)
      }
    }
  })
})

const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

describe("the chart of seasons", () => {
  const season = { period: 24, smoothing: 0.1, limit: 5, clip: 3 }
  const days = Array.from(
    normals(14, 24 * 20),
    (noise, hour) => noise / 4 + 10 * Math.sin((hour * Math.PI) / 12)
  )

  it("knows the hours of the day, and alarms where one is missing", () => {
    expect(alerts(days, only({ season }))).toEqual([])
    const broken = days.map((value, hour) =>
      hour >= 24 * 15 + 4 && hour < 24 * 15 + 9 ? 0 : value
    )
    expect(alerts(broken, only({ season }))[0]).toBe(24 * 15 + 4)
  })

  it("judges from the third season on", () => {
    expect(alerts([...days.slice(0, 47), 100], only({ season }))).toEqual([])
    expect(alerts([...days.slice(0, 48), 100], only({ season }))).toEqual([48])
  })
})

describe("the charts of faults", () => {
  it("tell once that a sensor is stuck, and again when it sticks again", () => {
    const stuck = { run: 3, tolerance: 0 }
    expect(alerts([1, 2, 2, 2, 2, 2, 3, 3, 3, 1], only({ stuck }))).toEqual([3, 8])
    expect(alerts([1, 2, 2.05, 1.95, 2], only({ stuck: { run: 3, tolerance: 0.1 } }))).toEqual([3])
  })

  it("tell once that values are missing, and again after some came", () => {
    const dropout = { run: 2 }
    expect(alerts([1, NaN, 2, NaN, NaN, NaN, 3, Infinity, NaN], only({ dropout }))).toEqual([4, 8])
    expect(outcomes([NaN, NaN], only({ dropout })).at(-1)).toMatchObject({
      alert: true,
      reason: "dropout"
    })
  })

  it("tell a change that is too fast", () => {
    const told = outcomes([5, 9, 4.5], only({ rate: { limit: 4.5 } }))
    expect(told.map(({ alert }) => alert)).toEqual([false, false, true])
    expect(told.at(-1)).toMatchObject({ z: -4.5, threshold: 4.5, reason: "rate" })
  })

  it("are not held back", () => {
    const options = { ...Adaptive.recommended, stuck: { run: 4, tolerance: 0 } }
    const noise = Array.from(normals(15, 300))
    expect(alerts([...noise, 20, 20, 20, 20], options).slice(-2)).toEqual([300, 303])
  })
})

describe("the charts of drift", () => {
  const steady = Array.from(normals(18, 200))
  const drifting = steady.map((value, index) => (index < 100 ? value : value + 1.5))

  it("see a small shift that no single value shows", () => {
    const cusum = { learning: 60, slack: 0.5, limit: 12 }
    const pageHinkley = { learning: 30, slack: 0.5, limit: 15, forgetting: 1 }
    for (const options of [only({ cusum }), only({ pageHinkley })]) {
      expect(alerts(steady, options)).toEqual([])
      const first = alerts(drifting, options)[0]!
      expect(first).toBeGreaterThan(100)
      expect(first).toBeLessThan(125)
    }
  })

  it("see a shift down as soon as the same shift up", () => {
    const options = only({ cusum: { learning: 60, slack: 0.5, limit: 8 } })
    expect(
      alerts(
        drifting.map((value) => -value),
        options
      )
    ).toEqual(alerts(drifting, options))
  })
})

const Streams = Schema.Struct({
  streaming_detectors: Schema.Struct({
    streams: Schema.Record(Schema.String, Schema.Array(Schema.Finite)),
    expected: Schema.Struct({
      "PageHinkley two-sided min/max form (30,.005,50,.9999)": Schema.Record(
        Schema.String,
        Schema.Array(Schema.Int)
      ),
      "PageHinkley one-sided (30,.005,50,.9999)": Schema.Record(
        Schema.String,
        Schema.Array(Schema.Int)
      ),
      "CUSUM(min=30,k=.5,h=5, sample std frozen)": Schema.Record(
        Schema.String,
        Schema.Array(Schema.Int)
      )
    })
  })
})

describeWithData("vectors/ml-metrics.json", "Adaptive on published streams", (path) => {
  const { streams, expected } = Schema.decodeUnknownSync(Streams)(
    readJson(path)
  ).streaming_detectors

  it.each(Object.entries(expected["CUSUM(min=30,k=.5,h=5, sample std frozen)"]))(
    "cusum alarms on %s where it should",
    (name, indices) => {
      const options = only({ cusum: { learning: 30, slack: 0.5, limit: 5 } })
      expect(alerts(streams[name] ?? [], options)).toEqual(indices)
    }
  )

  it.each(Object.entries(expected["PageHinkley one-sided (30,.005,50,.9999)"]))(
    "page-hinkley alarms on %s where it should",
    (name, indices) => {
      const options = only({
        pageHinkley: { learning: 30, slack: 0.005, limit: 50, forgetting: 0.9999 }
      })
      expect(alerts(streams[name] ?? [], options)).toEqual(expect.arrayContaining([indices[0]]))
    }
  )
})

it("draws are those of a published generator", () => {
  const next = uniforms(1)
  expect(next()).toBeCloseTo(0.6270739405881613, 15)
})
