import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Calibration from "../../src/risk/Calibration.ts"
import type * as Outcomes from "../../src/risk/Outcomes.ts"
import * as Performance from "../../src/risk/Performance.ts"

const get = Result.getOrThrow

const apply = (calibrator: Calibration.Calibrator, values: ReadonlyArray<number>) =>
  values.map((value) => Calibration.apply(calibrator, value))

// Four in ten had the outcome where 0.2 was said, eight in ten where 0.6 was.
const labels = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]
const probabilities = labels.map((_, row) => (row < 10 ? 0.2 : 0.6))

const reason = (result: Result.Result<unknown, Outcomes.Unmeasurable>) =>
  Result.isFailure(result) ? result.failure.problems.map((problem) => problem.reason) : []

describe("Calibration.intercept", () => {
  it("makes the mean probability the observed share, and keeps the odds between rows", () => {
    const calibrator = get(Calibration.intercept(labels, probabilities))
    expect(calibrator.slope).toBe(1)
    const [low = NaN, high = NaN] = apply(calibrator, [0.2, 0.6])
    expect((low + high) / 2).toBeCloseTo(0.6, 9)
    const odds = (value: number) => value / (1 - value)
    expect(odds(high) / odds(low)).toBeCloseTo(odds(0.6) / odds(0.2), 9)
  })
})

describe("Calibration.temperature", () => {
  it("leaves one half where it is, and takes what is too sure nearer to it", () => {
    const tooSure = [0.99, 0.99, 0.99, 0.99, 0.01, 0.01, 0.01, 0.01]
    const calibrator = get(Calibration.temperature([1, 1, 1, 0, 0, 0, 0, 1], tooSure))
    expect(apply(calibrator, [0.5, 0.99, 0.01])).toEqual(
      [0.5, 0.75, 0.25].map((value) => expect.closeTo(value, 9))
    )
  })

  it("gives a negative slope to a model that ranks the wrong way round", () => {
    expect(
      get(Calibration.temperature([1, 1, 0, 0, 1, 0], [0.1, 0.2, 0.8, 0.9, 0.6, 0.4])).slope
    ).toBeLessThan(0)
  })

  it("refuses probabilities of one half, and outcomes that one threshold parts", () => {
    expect(reason(Calibration.temperature([0, 1], [0.5, 0.5]))).toEqual(["constant"])
    expect(reason(Calibration.temperature([0, 1], [0.1, 0.9]))).toEqual(["separated"])
  })
})

describe("Calibration.platt", () => {
  it("maximises the likelihood of the targets of Platt", () => {
    // Twelve with the outcome and eight without: targets 13/14 and 1/10, so that the means of the two
    // groups are those of (4, 6) and (8, 2) rows.
    const calibrator = get(Calibration.platt(labels, probabilities))
    expect(apply(calibrator, [0.2, 0.6])).toEqual(
      [(4 * 13) / 14 + 6 / 10, (8 * 13) / 14 + 2 / 10].map((sum) => expect.closeTo(sum / 10, 9))
    )
  })

  it("stays finite where one threshold parts the outcomes, and refuses what never changes", () => {
    expect(Number.isFinite(get(Calibration.platt([0, 1], [0.1, 0.9])).slope)).toBe(true)
    expect(reason(Calibration.platt([0, 1], [0.3, 0.3]))).toEqual(["constant"])
  })
})

describe("Calibration.isotonic", () => {
  it("pools neighbours that fall", () => {
    const calibrator = get(Calibration.isotonic([0, 1, 0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]))
    expect(calibrator.from).toEqual([0.1, 0.2, 0.4, 0.5, 0.6])
    expect(calibrator.to).toEqual([0, 1 / 3, 1 / 3, 1, 1])
  })

  it("pools equal probabilities first", () => {
    const calibrator = get(Calibration.isotonic([1, 0, 1], [0.2, 0.2, 0.4]))
    expect(calibrator).toEqual({ method: "isotonic", from: [0.2, 0.4], to: [0.5, 1] })
  })

  it("is straight between corners and level beyond them", () => {
    const calibrator = { method: "isotonic", from: [0.2, 0.4], to: [0.1, 0.3] } as const
    expect(apply(calibrator, [0, 0.2, 0.3, 0.4, 1])).toEqual(
      [0.1, 0.1, 0.2, 0.3, 0.3].map((value) => expect.closeTo(value, 12))
    )
  })

  const Row = Schema.Struct({
    event: Schema.Boolean,
    probability: Schema.Union([
      Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
      Schema.Literals([0, 0.1, 0.5, 1])
    ])
  })
  const Rows = Schema.Array(Row).check(Schema.isMaxLength(60))
  const split = (rows: typeof Rows.Type) => ({
    labels: [0, 1, ...rows.map(({ event }) => (event ? 1 : 0))],
    probabilities: [0.3, 0.7, ...rows.map(({ probability }) => probability)]
  })

  it.prop("never falls, and keeps the mean", { rows: Rows }, ({ rows }) => {
    const { labels, probabilities } = split(rows)
    const calibrator = get(Calibration.isotonic(labels, probabilities))
    expect(calibrator.to.toSorted((a, b) => a - b)).toEqual(calibrator.to)
    expect(calibrator.from.toSorted((a, b) => a - b)).toEqual(calibrator.from)
    const sum = apply(calibrator, probabilities).reduce((total, value) => total + value, 0)
    expect(sum).toBeCloseTo(
      labels.reduce((total, label) => total + label, 0),
      9
    )
  })

  it.prop("is no worse than what it was given, by its Brier score", { rows: Rows }, ({ rows }) => {
    const { labels, probabilities } = split(rows)
    const after = apply(get(Calibration.isotonic(labels, probabilities)), probabilities)
    const brier = (values: ReadonlyArray<number>) => get(Performance.brier(labels, values))
    expect(brier(after)).toBeLessThanOrEqual(brier(probabilities) + 1e-12)
  })
})

describe("Calibration.compose", () => {
  const Line = Schema.Struct({
    intercept: Schema.Finite.check(Schema.isBetween({ minimum: -3, maximum: 3 })),
    slope: Schema.Finite.check(Schema.isBetween({ minimum: 0.1, maximum: 3 }))
  })
  const Probability = Schema.Finite.check(Schema.isBetween({ minimum: 0.01, maximum: 0.99 }))

  it.prop(
    "does what the two lines do, one after the other",
    { a: Line, b: Line, probability: Probability },
    ({ a, b, probability }) => {
      const [first, second] = [
        { method: "platt", ...a } as const,
        { method: "platt", ...b } as const
      ]
      const both = Calibration.apply(second, Calibration.apply(first, probability))
      const once = Calibration.apply(Calibration.compose(first, second), probability)
      // A probability that came within rounding of 0 or 1 lost its digits in between.
      expect(Math.abs(once - both)).toBeLessThan(1e-6)
    }
  )
})

describe("every calibrator", () => {
  const all = [
    ["intercept", Calibration.intercept],
    ["temperature", Calibration.temperature],
    ["platt", Calibration.platt],
    ["isotonic", Calibration.isotonic]
  ] as const

  it.each(all)("%s survives a journey through JSON", (_, fit) => {
    const codec = Schema.fromJsonString(Calibration.Calibrator)
    const calibrator = get<Calibration.Calibrator, unknown>(fit(labels, probabilities))
    expect(Schema.decodeSync(codec)(Schema.encodeSync(codec)(calibrator))).toEqual(calibrator)
  })

  it.each(all)("%s refuses rows of one outcome, and what is no probability", (_, fit) => {
    expect(reason(fit([1, 1], [0.2, 0.4]))).toEqual(["one-class"])
    expect(reason(fit([0, 1], [NaN, 2]))).toEqual(["not-a-number", "outside-0-to-1"])
  })

  it.each(all)("%s takes certain probabilities, and leaves NaN alone", (_, fit) => {
    const calibrator = get<Calibration.Calibrator, unknown>(
      fit([0, 1, 0, 1, 1, 0], [0, 1, 0.4, 0.6, 0, 1])
    )
    for (const value of apply(calibrator, [0, 1])) {
      expect(value).toBeGreaterThanOrEqual(0)
      expect(value).toBeLessThanOrEqual(1)
    }
    expect(Calibration.apply(calibrator, NaN)).toBeNaN()
  })

  it("refuses stairs of which corners are missing", () => {
    const decode = Schema.decodeUnknownResult(Calibration.Calibrator)
    expect(Result.isFailure(decode({ method: "isotonic", from: [0.1], to: [] }))).toBe(true)
    expect(Result.isFailure(decode({ method: "isotonic", from: [], to: [] }))).toBe(true)
  })
})
