import { describe, expect, it, vi } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Frame from "../../src/sensor/Frame.ts"
import * as Marks from "../../src/sensor/internal/frameMarks.ts"
import * as Simd from "../../src/sensor/internal/frameSimd.ts"
import * as Sensor from "../../src/sensor/Sensor.ts"

type Row = readonly [sensor: string, ...values: ReadonlyArray<number>]

const frameOf = (columns: ReadonlyArray<string>, rows: ReadonlyArray<Row>): Frame.Frame => {
  const builder = Frame.builder(columns)
  for (const [sensor, ...values] of rows) builder.push(sensor, values)
  return builder.build()
}

const golden = frameOf(
  ["temp"],
  [10, 5, 6, 9].map((value): Row => ["a", value])
)

const failure = <A, E>(result: Result.Result<A, E>): E => Result.getOrThrow(Result.flip(result))

const bitsOf = (alerts: Frame.Alerts, column = 0): ReadonlyArray<boolean> =>
  Array.from({ length: alerts.rows }, (_, row) => Frame.isAlert(alerts, column, row))

describe("Frame.make and Frame.builder", () => {
  it("make the same frame, with rows as runs of one sensor", () => {
    const columns = { x: Float64Array.of(1, 2, 3, 4), y: Float64Array.of(5, 6, NaN, 8) }
    const made = Result.getOrThrow(Frame.make(["a", "b"], Int32Array.of(0, 0, 1, 0), columns))
    expect(Array.from(made.starts)).toEqual([0, 2, 3])
    expect(Array.from(made.codes)).toEqual([0, 1, 0])
    expect(
      frameOf(
        ["x", "y"],
        [
          ["a", 1, 5],
          ["a", 2, 6],
          ["b", 3],
          ["a", 4, 8]
        ]
      )
    ).toEqual(made)
  })

  it("refuse what does not fit together", () => {
    const one = Float64Array.of(1)
    const codes = Int32Array.of(0)
    const reason = (result: Result.Result<unknown, Frame.FrameError>) => failure(result).reason
    expect(reason(Frame.make(["a"], codes, { x: new Float64Array(2) }))).toBe("lengths")
    expect(reason(Frame.make([], codes, { x: one }))).toBe("codes")
    expect(reason(Frame.make(["a"], Int32Array.of(-1), { x: one }))).toBe("codes")
    expect(reason(Frame.make(["a", "a"], codes, { x: one }))).toBe("names")
  })

  it("take no row and no column", () => {
    const frame = frameOf(["x"], [])
    expect(frame.rows).toBe(0)
    expect(Frame.fit(frame).sensors.list).toEqual([])
    expect(Frame.predict(frame, Frame.fit(frame)).marks[0]?.bits).toHaveLength(0)
    expect(Frame.fit(frameOf([], [["a"]])).fits).toEqual([])
  })

  it("grow", () => {
    const frame = frameOf(
      ["x"],
      Array.from({ length: 1000 }, (_, row): Row => [`s${row % 3}`, row])
    )
    expect(frame.rows).toBe(1000)
    expect(frame.values[0]?.[999]).toBe(999)
    expect(Array.from(Frame.grouped(frame).starts)).toEqual([0, 334, 667])
  })
})

describe("Frame.fit", () => {
  it("has the golden weights", () => {
    const weights = Result.getOrThrow(Frame.weights(Frame.fit(golden), "a", "temp"))
    expect(weights).toEqual({ count: 4, mean: 7.5, std: 2.3804761428476167, skipped: 0 })
  })

  it("fails for one sensor in one column where it has too few values, and goes on", () => {
    const fit = Frame.fit(
      frameOf(
        ["x", "y"],
        [
          ["a", 1, 1],
          ["a", NaN, 3],
          ["b", 5, 5],
          ["b", 7, Infinity]
        ]
      )
    )
    const tooFew = new Sensor.TooFewValues({ needed: 2, got: 1 })
    expect(failure(Frame.weights(fit, "a", "x"))).toEqual(tooFew)
    expect(failure(Frame.weights(fit, "b", "y"))).toEqual(tooFew)
    expect(Result.getOrThrow(Frame.weights(fit, "a", "y")).mean).toBe(2)
    expect(Result.getOrThrow(Frame.weights(fit, "b", "x")).mean).toBe(6)
    expect(Array.from(fit.fits[1]?.skipped ?? [])).toEqual([0, 1])
  })

  it("names what it does not know", () => {
    const fit = Frame.fit(golden)
    expect(failure(Frame.weights(fit, "z", "temp"))).toEqual(
      new Frame.UnknownName({ kind: "sensor", name: "z" })
    )
    expect(failure(Frame.weights(fit, "a", "z"))).toEqual(
      new Frame.UnknownName({ kind: "column", name: "z" })
    )
  })

  it("gives a constant column a std of 0, and alerts at the value itself", () => {
    const flat = frameOf(
      ["x"],
      [0.1, 0.1, 0.1].map((value): Row => ["a", value])
    )
    const fit = Frame.fit(flat)
    expect(Result.getOrThrow(Frame.weights(fit, "a", "x"))).toMatchObject({ mean: 0.1, std: 0 })
    expect(bitsOf(Frame.predict(flat, fit))).toEqual([true, true, true])
  })

  it("takes frame after frame, whatever codes they use and columns they lack", () => {
    const fitter = Frame.fitter(["x", "y"])
    fitter.add(
      frameOf(
        ["x"],
        [
          ["a", 10],
          ["b", 1],
          ["a", 5]
        ]
      )
    )
    fitter.add(
      frameOf(
        ["y", "x"],
        [
          ["b", 7, 3],
          ["a", 7, 6],
          ["a", 9, 9]
        ]
      )
    )
    const fit = fitter.result()
    expect(Result.getOrThrow(Frame.weights(fit, "a", "x")).mean).toBe(7.5)
    expect(Result.getOrThrow(Frame.weights(fit, "b", "x")).mean).toBe(2)
    expect(Result.getOrThrow(Frame.weights(fit, "a", "y")).mean).toBe(8)
    expect(failure(Frame.weights(fit, "b", "y"))).toMatchObject({ got: 1 })
  })

  it("grows with the number of sensors", () => {
    const rows = Array.from({ length: 500 }, (_, row): Row => [`s${row >> 1}`, row])
    const fit = Frame.fit(frameOf(["x"], rows))
    expect(Result.getOrThrow(Frame.weights(fit, "s249", "x")).mean).toBe(498.5)
  })
})

describe("Frame.predict", () => {
  const fit = Frame.fit(golden)
  const threshold = 12.260952285695232

  it("alerts at the threshold and above, never below or on NaN", () => {
    const values = [threshold, 12.26095228569523, NaN, -1e9, Infinity, -Infinity]
    const frame = frameOf(
      ["temp"],
      values.map((value): Row => ["a", value])
    )
    expect(bitsOf(Frame.predict(frame, fit))).toEqual([true, false, false, false, true, false])
  })

  it("judges no value of a sensor or column without weights, and says so", () => {
    const frame = frameOf(
      ["temp", "other"],
      [
        ["z", Infinity, 1e9],
        ["a", 13, 1e9]
      ]
    )
    const alerts = Frame.predict(frame, fit)
    expect(bitsOf(alerts, 0)).toEqual([false, true])
    expect(bitsOf(alerts, 1)).toEqual([false, false])
    const of = (sensor: string, column: string) =>
      Result.getOrThrow(Frame.alert(alerts, sensor, column)).judged
    expect([of("z", "temp"), of("a", "other"), of("a", "temp")]).toEqual([false, false, true])
    expect(failure(Frame.alert(alerts, "q", "temp"))).toMatchObject({ kind: "sensor" })
    expect(failure(Frame.alert(alerts, "a", "q"))).toMatchObject({ kind: "column" })
  })

  it("tells whether a column of a sensor is in alert now, or was", () => {
    const alert = (values: ReadonlyArray<number>) => {
      const frame = frameOf(
        ["temp"],
        values.map((value): Row => ["a", value])
      )
      return Result.getOrThrow(Frame.alert(Frame.predict(frame, fit), "a", "temp"))
    }
    expect(alert([1, 13])).toMatchObject({ now: true, any: true, count: 1, last: 1 })
    expect(alert([13, 1])).toMatchObject({ now: false, any: true, count: 1, last: 0 })
    expect(alert([1, 13, NaN])).toMatchObject({ now: true, any: true, count: 1, last: 1 })
    expect(alert([1, 2])).toMatchObject({ now: false, any: false, count: 0, last: -1 })
    expect(alert([NaN])).toMatchObject({ now: false, any: false, count: 0, last: -1 })
  })

  it("follows another rule", () => {
    const frame = frameOf(["temp"], [["a", 13]])
    expect(bitsOf(Frame.predict(frame, fit, { deviations: 3 }))).toEqual([false])
    expect(bitsOf(Frame.predict(frame, fit, { deviations: 1 }))).toEqual([true])
  })

  it("has no alert outside the frame", () => {
    const alerts = Frame.predict(frameOf(["temp"], [["a", 13]]), fit)
    expect([
      Frame.isAlert(alerts, 0, -1),
      Frame.isAlert(alerts, 0, 1),
      Frame.isAlert(alerts, 1, 0)
    ]).toEqual([false, false, false])
  })

  // Runs of every length around a word of 32 bits, so that heads and tails meet.
  const Runs = Schema.Array(
    Schema.Struct({
      sensor: Schema.Literals(["a", "b", "c"]),
      length: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 150 }))
    })
  )
  const rowsOf = (runs: ReadonlyArray<{ readonly sensor: string; readonly length: number }>) => {
    let state = runs.length
    return runs.flatMap(({ sensor, length }) =>
      Array.from({ length }, (): Row => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
        return [sensor, state % 50 === 0 ? NaN : (state >>> 8) % 1000]
      })
    )
  }

  it.prop(
    "agrees with Sensor.fit and Sensor.predict, value by value",
    { runs: Runs },
    ({ runs }) => {
      const rows = rowsOf(runs)
      const frame = frameOf(["x"], rows)
      const fitted = Frame.fit(frame)
      const alerts = Frame.predict(frame, fitted, { deviations: 0.5 })
      return frame.sensors.list.every((sensor) => {
        const values = rows.filter(([id]) => id === sensor).map(([, value = NaN]) => value)
        const weights = Sensor.fit(values)
        if (Result.isFailure(weights)) return Result.isFailure(Frame.weights(fitted, sensor, "x"))
        const own = Result.getOrThrow(Frame.weights(fitted, sensor, "x"))
        const judged = rows.map(
          ([id, value = NaN]) => id === sensor && Sensor.predict(own, value, { deviations: 0.5 })
        )
        const { count, last, now } = Result.getOrThrow(Frame.alert(alerts, sensor, "x"))
        const present = rows.findLastIndex(([id, value]) => id === sensor && !Number.isNaN(value))
        return (
          own.count === weights.success.count &&
          Math.abs(own.mean / weights.success.mean - 1) < 1e-14 &&
          Math.abs(own.std - weights.success.std) <= 1e-14 * own.std &&
          rows.every(
            ([id], row) => id !== sensor || Frame.isAlert(alerts, 0, row) === judged[row]
          ) &&
          count === judged.filter(Boolean).length &&
          last === judged.lastIndexOf(true) &&
          now === (present >= 0 && judged[present])
        )
      })
    }
  )

  it.prop("means the same for grouped rows", { runs: Runs }, ({ runs }) => {
    const frame = frameOf(["x"], rowsOf(runs))
    const grouped = Frame.grouped(frame)
    const counts = (of: Frame.Frame) =>
      Array.from(Frame.predict(of, Frame.fit(frame)).marks[0]?.count ?? [])
    return (
      grouped.codes.every((code, run) => run === 0 || code > (grouped.codes[run - 1] ?? 0)) &&
      counts(grouped).join() === counts(frame).join()
    )
  })
})

describe("The kernels of Frame.predict", () => {
  const doubleOf = (high: number, low: number): number =>
    new Float64Array(Uint32Array.of(low, high).buffer)[0] ?? NaN

  // NaN of every sign and payload, denormals, both zeros, and neighbours of 1.
  const special = [
    [0x7ff00000, 0],
    [0xfff00000, 0],
    [0x7ff80000, 0],
    [0xfff80000, 7],
    [0x7ff00000, 1],
    [0xffffffff, 0xffffffff],
    [0, 0],
    [0x80000000, 0],
    [0, 1],
    [0x80000000, 1],
    [0x000fffff, 0xffffffff],
    [0x3ff00000, 0],
    [0x3ff00000, 1],
    [0x3fefffff, 0xffffffff],
    [0xbff00000, 0],
    [0xbff00000, 1],
    [0x7fefffff, 0xffffffff]
  ] as const

  let state = 1
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state
  }
  // Set by its bits: a NaN that is written as a double may lose its payload.
  const pairOf = () => special[(next() >>> 8) % (2 * special.length)] ?? ([next(), next()] as const)
  const doubles = (length: number): Float64Array => {
    const halves = new Uint32Array(2 * length)
    for (let at = 0; at < length; at++) {
      const [high, low] = pairOf()
      halves[2 * at] = low
      halves[2 * at + 1] = high
    }
    return new Float64Array(halves.buffer)
  }
  const thresholds = [...special.map(([high, low]) => doubleOf(high, low)), ...doubles(50)]

  const simd = Simd.make()

  it("include one in WebAssembly here", () => {
    expect(simd).toBeDefined()
  })

  it("do without it where it is missing or forbidden", () => {
    const forbidden = function () {
      throw new Error("forbidden by the content security policy")
    }
    for (const platform of [undefined, { Module: forbidden }]) {
      vi.stubGlobal("WebAssembly", platform)
      expect(Simd.make()).toBeUndefined()
    }
    vi.unstubAllGlobals()
    expect(Simd.make()).toBeDefined()
  })

  it.each([
    ["TypeScript", Marks.markWords],
    ["WebAssembly", simd ?? Marks.markWords]
  ] as const)("set the bits of values at or above the threshold, in %s", (_, kernel) => {
    // An array that starts in the middle of another, and words in the middle of the bits.
    const values = doubles(32 * 131).subarray(5)
    for (const threshold of thresholds) {
      const bits = new Uint32Array(130)
      const counted = kernel(values, 1, 129, threshold, bits)
      const expected = Array.from(values.subarray(0, 32 * 130), (value, row) =>
        Number(row >= 32 && row < 32 * 129 && value >= threshold)
      )
      expect(counted).toBe(expected.reduce((sum, bit) => sum + bit, 0))
      expect(
        expected.findIndex((bit, row) => bit !== ((bits[row >>> 5]! >>> (row & 31)) & 1))
      ).toBe(-1)
    }
  })

  it.prop(
    "agree on blocks of every length, which leave nothing behind for the next",
    {
      words: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 128 })),
      threshold: Schema.Number
    },
    ({ words, threshold }) => {
      const values = doubles(32 * words)
      const [left, right] = [Marks.markWords, simd ?? Marks.markWords].map((kernel) => {
        const bits = new Uint32Array(words)
        return [kernel(values, 0, words, threshold, bits), ...bits].join()
      })
      return left === right
    }
  )

  it("mark long runs of many sensors as Sensor.predict would, from any row on", () => {
    const runs = [37, 10_000, 1, 255, 4096, 5000, 300]
    const builder = Frame.builder(["x"])
    for (const [sensor, length] of runs.entries()) {
      for (let row = 0; row < length; row++) builder.push(`s${sensor}`, [next() / 1e6])
    }
    const frame = builder.build()
    const fit = Frame.fit(frame)
    const alerts = Frame.predict(frame, fit, { deviations: 0.5 })
    const values = frame.values[0] ?? new Float64Array(0)
    for (const [sensor, length] of runs.entries()) {
      const from = frame.starts[sensor] ?? 0
      const threshold = alerts.marks[0]?.threshold[sensor] ?? NaN
      const judged = Array.from(values.subarray(from, from + length), (value) => value >= threshold)
      expect(judged.findIndex((is, row) => is !== Frame.isAlert(alerts, 0, from + row))).toBe(-1)
      const { count, last } = Result.getOrThrow(Frame.alert(alerts, `s${sensor}`, "x"))
      expect(count).toBe(judged.filter(Boolean).length)
      expect(last).toBe(count === 0 ? -1 : from + judged.lastIndexOf(true))
    }
  })
})
