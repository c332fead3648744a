import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Outcomes from "../../src/risk/Outcomes.ts"
import * as Performance from "../../src/risk/Performance.ts"
import { uniforms } from "../sensor/draws.ts"
import { calibrated, figure, reasons } from "./performanceRows.ts"

const ranks = {
  auroc: Performance.auroc,
  averagePrecision: Performance.averagePrecision,
  delong: Performance.delong
}

const ofProbabilities = {
  brier: Performance.brier,
  logLoss: Performance.logLoss,
  expectedCalibrationError: Performance.expectedCalibrationError,
  maximumCalibrationError: Performance.maximumCalibrationError,
  calibrationLine: Performance.calibrationLine,
  calibrationInTheLarge: Performance.calibrationInTheLarge,
  summary: Performance.summary
}

type Measure = (labels: Outcomes.Labels, scores: ArrayLike<number>) => Outcomes.Measured<unknown>

const all: ReadonlyArray<[string, Measure]> = Object.entries({ ...ranks, ...ofProbabilities })

describe.each(all)("Performance.%s", (_, measure) => {
  it("refuses rows that are absent, or not paired", () => {
    expect(reasons(measure([], []))).toEqual(["empty"])
    expect(reasons(measure([0, 1], [0.5]))).toEqual(["lengths"])
  })

  it("refuses labels of a third kind and scores that are no numbers, all at once", () => {
    expect(reasons(measure([0, 1, 2], [0.5, NaN, 0.1]))).toEqual(["label", "not-a-number"])
  })

  it("tells how many rows are wrong, and no value of theirs", () => {
    const refused = Result.getOrThrow(Result.flip(measure([0, 1, 7, 9], [0.5, 0.1, 0.2, 0.3])))
    expect(refused).toEqual(new Outcomes.Unmeasurable({ problems: [{ reason: "label", rows: 2 }] }))
  })

  it("takes booleans for labels", () => {
    const scores = [0.1, 0.8, 0.4, 0.3, 0.6]
    expect(measure([false, true, false, true, true], scores)).toEqual(
      measure([0, 1, 0, 1, 1], scores)
    )
  })

  it("does not depend on the order of rows", () => {
    const { labels, probabilities } = calibrated(3, 400)
    const turned = measure(labels.toReversed(), probabilities.toReversed())
    expect(close(figure(turned), figure(measure(labels, probabilities)))).toBe(true)
  })
})

const close = (left: unknown, right: unknown): boolean => {
  if (typeof left === "number" && typeof right === "number") return Math.abs(left - right) < 1e-9
  if (typeof left !== "object" || left === null || right === null) return left === right
  const pairs = Object.entries(left)
  return pairs.every(([key, value]) => close(value, (right as Record<string, unknown>)[key]))
}

describe.each<[string, Measure]>(Object.entries(ofProbabilities))(
  "Performance.%s",
  (_, measure) => {
    it("refuses what is no probability", () => {
      expect(reasons(measure([0, 1, 0], [-0.1, 1.1, 0.5]))).toEqual(["outside-0-to-1"])
    })
  }
)

describe.each<[string, Measure]>(Object.entries(ranks))("Performance.%s", (_, measure) => {
  it("needs rows of both kinds", () => {
    expect(reasons(measure([1, 1, 1], [1, 2, 3]))).toEqual(["one-class"])
    expect(reasons(measure([0], [1]))).toEqual(["one-class"])
  })

  it("takes scores of any unit, the infinities too", () => {
    expect(Result.isSuccess(measure([0, 1, 0, 1], [-Infinity, 12, 3, Infinity]))).toBe(true)
  })
})

const Score = Schema.Int.check(Schema.isBetween({ minimum: -20, maximum: 20 }))
const Rows = Schema.Array(Schema.Struct({ label: Schema.Boolean, score: Score })).check(
  Schema.isMinLength(2),
  Schema.isMaxLength(40)
)

const columns = (rows: typeof Rows.Type) => ({
  labels: [true, false, ...rows.map(({ label }) => label)],
  scores: [3, 3, ...rows.map(({ score }) => score)]
})

const pairwise = (labels: ReadonlyArray<boolean>, scores: ReadonlyArray<number>): number => {
  const positives = scores.filter((_, row) => labels[row])
  const negatives = scores.filter((_, row) => !labels[row])
  const wins = positives.flatMap((a) => negatives.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)))
  return wins.reduce<number>((sum, win) => sum + win, 0) / wins.length
}

describe("Performance.auroc", () => {
  it.prop("is the share of pairs in the right order, ties as half", { rows: Rows }, ({ rows }) => {
    const { labels, scores } = columns(rows)
    expect(figure(Performance.auroc(labels, scores))).toBeCloseTo(pairwise(labels, scores), 12)
  })

  it.prop("stays under any increasing transform", { rows: Rows }, ({ rows }) => {
    const { labels, scores } = columns(rows)
    const raised = scores.map((score) => Math.exp(score / 7) - 100)
    expect(Performance.auroc(labels, raised)).toEqual(Performance.auroc(labels, scores))
  })

  it.prop(
    "is 1 less itself when labels, or scores, are turned over",
    { rows: Rows },
    ({ rows }) => {
      const { labels, scores } = columns(rows)
      const auroc = figure(Performance.auroc(labels, scores))
      const flipped = labels.map((label) => !label)
      const negated = scores.map((score) => -score)
      expect(figure(Performance.auroc(flipped, scores))).toBeCloseTo(1 - auroc, 12)
      expect(figure(Performance.auroc(labels, negated))).toBeCloseTo(1 - auroc, 12)
    }
  )

  it("is one half where nothing is told apart", () => {
    expect(figure(Performance.auroc([0, 1, 1, 0, 0], [7, 7, 7, 7, 7]))).toBe(0.5)
    expect(figure(Performance.auroc([0, 1], [0, -0]))).toBe(0.5)
  })
})

describe("Performance.delong", () => {
  it("needs two rows of either kind", () => {
    expect(reasons(Performance.delong([0, 1, 0], [1, 2, 3]))).toEqual(["one-class"])
  })

  it("is the variance of placements, computed here by hand", () => {
    // Placements of 0.8 and 0.4 among 0.1, 0.4, 0.6: 1 and 1/2. Of those among 0.4 and 0.8: 1, 3/4, 1/2.
    const { estimate, standardError } = figure(
      Performance.delong([0, 0, 0, 1, 1], [0.1, 0.4, 0.6, 0.8, 0.4])
    )
    expect(estimate).toBeCloseTo(0.75, 15)
    expect(standardError).toBeCloseTo(Math.sqrt(0.125 / 2 + 0.0625 / 3), 12)
  })

  it("holds the true area in about 95 of 100 samples", () => {
    const truth = figure(Performance.auroc(...pair(calibrated(1, 200_000))))
    let held = 0
    for (let seed = 0; seed < 400; seed++) {
      const { lower, upper } = figure(Performance.delong(...pair(calibrated(100 + seed, 200))))
      if (lower <= truth && truth <= upper) held += 1
    }
    expect(held / 400).toBeGreaterThan(0.92)
    expect(held / 400).toBeLessThan(0.98)
  })
})

const pair = ({ labels, probabilities }: ReturnType<typeof calibrated>) =>
  [labels, probabilities] as const

describe("Performance.averagePrecision", () => {
  it("is 1 when every row with the outcome comes first, and the share of them when all tie", () => {
    expect(figure(Performance.averagePrecision([0, 0, 1, 1], [1, 2, 3, 4]))).toBe(1)
    expect(figure(Performance.averagePrecision([0, 0, 1, 0], [5, 5, 5, 5]))).toBe(0.25)
  })

  it.prop("stays under any increasing transform", { rows: Rows }, ({ rows }) => {
    const { labels, scores } = columns(rows)
    const raised = scores.map((score) => score ** 3)
    expect(Performance.averagePrecision(labels, raised)).toEqual(
      Performance.averagePrecision(labels, scores)
    )
  })
})

describe("Performance.logLoss", () => {
  it("costs a certain error 36, and not Infinity", () => {
    expect(figure(Performance.logLoss([1, 1], [1, 0]))).toBeCloseTo((52 * Math.LN2) / 2, 12)
  })
})

describe("Performance.expectedCalibrationError", () => {
  it("puts a probability at an edge into the bin above, and 1 into the last", () => {
    const labels = [1, 0, 1]
    const probabilities = [0.5, 0.49, 1]
    expect(
      figure(Performance.expectedCalibrationError(labels, probabilities, { bins: 2 }))
    ).toBeCloseTo((Math.abs(2 - 1.5) + 0.49) / 3, 12)
  })

  it("has bins of as many rows each, the first ones one more", () => {
    const by = { bins: 2, by: "mass" } as const
    const error = figure(
      Performance.expectedCalibrationError([0, 0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4, 0.5], by)
    )
    expect(error).toBeCloseTo((0.6 + 1.1) / 5, 12)
  })

  it("is small for outcomes that happen as stated, and not for doubled odds", () => {
    const { labels, probabilities } = calibrated(11, 20_000)
    const doubled = probabilities.map((it) => (2 * it) / (1 + it))
    expect(figure(Performance.expectedCalibrationError(labels, probabilities))).toBeLessThan(0.012)
    expect(figure(Performance.expectedCalibrationError(labels, doubled))).toBeGreaterThan(0.08)
  })
})

describe("Performance.calibrationLine", () => {
  it("has slope 1 and intercept 0 within their intervals in about 95 of 100 samples", () => {
    let slopes = 0
    let intercepts = 0
    for (let seed = 0; seed < 400; seed++) {
      const line = figure(Performance.calibrationLine(...pair(calibrated(seed, 300))))
      if (line.slopeInterval.lower <= 1 && 1 <= line.slopeInterval.upper) slopes += 1
      if (line.interceptInterval.lower <= 0 && 0 <= line.interceptInterval.upper) intercepts += 1
    }
    for (const held of [slopes, intercepts]) {
      expect(held / 400).toBeGreaterThan(0.92)
      expect(held / 400).toBeLessThan(0.98)
    }
  })

  it("finds the line by which calibrated odds were bent", () => {
    const { labels, probabilities } = calibrated(5, 2000)
    const straight = figure(Performance.calibrationLine(labels, probabilities))
    const bent = probabilities.map((it) => 1 / (1 + Math.exp(-(0.7 + 2 * Math.log(it / (1 - it))))))
    const line = figure(Performance.calibrationLine(labels, bent))
    expect(line.slope).toBeCloseTo(straight.slope / 2, 9)
    expect(line.intercept).toBeCloseTo(straight.intercept - 0.35 * straight.slope, 9)
  })

  it("stays put for probabilities of 0 and 1, also wrong ones", () => {
    const line = figure(Performance.calibrationLine([1, 0, 1, 0, 1], [0, 0, 1, 1, 0.5]))
    expect(Math.abs(line.slope)).toBeLessThan(0.1)
  })

  it("has no slope where probabilities do not differ, or part the outcomes", () => {
    expect(reasons(Performance.calibrationLine([0, 1, 1], [0.3, 0.3, 0.3]))).toEqual(["constant"])
    const next = 0.3 + Number.EPSILON / 4
    const rounding = [0.3, next, 0.3, next]
    expect(reasons(Performance.calibrationLine([0, 0, 1, 1], rounding))).toEqual(["constant"])
    expect(reasons(Performance.calibrationLine([0, 1, 1], [0.1, 0.3, 0.4]))).toEqual(["separated"])
    expect(reasons(Performance.calibrationLine([1, 0, 0], [0.1, 0.3, 0.4]))).toEqual(["separated"])
    expect(reasons(Performance.calibrationLine([0, 1, 0], [0.1, 0.3, 0.3]))).toEqual(["separated"])
  })

  it("needs both outcomes", () => {
    expect(reasons(Performance.calibrationLine([1, 1], [0.3, 0.4]))).toEqual(["one-class"])
  })
})

describe("Performance.calibrationInTheLarge", () => {
  it("is the logit of the share, where every probability is one half", () => {
    const labels = [1, 0, 0, 0, 0]
    const added = figure(
      Performance.calibrationInTheLarge(
        labels,
        labels.map(() => 0.5)
      )
    )
    expect(added).toBeCloseTo(Math.log(1 / 4), 12)
  })

  it("finds what was added to the logits", () => {
    const { labels, probabilities } = calibrated(6, 3000)
    const before = figure(Performance.calibrationInTheLarge(labels, probabilities))
    const moved = probabilities.map((it) => 1 / (1 + Math.exp(-(3 + Math.log(it / (1 - it))))))
    expect(figure(Performance.calibrationInTheLarge(labels, moved))).toBeCloseTo(before - 3, 9)
  })

  it("is found where every probability is certain and half of them wrong", () => {
    const added = figure(Performance.calibrationInTheLarge([1, 0, 1, 0], [0, 0, 1, 1]))
    expect(added).toBeCloseTo(0, 6)
  })
})

describe("Performance.bootstrap", () => {
  const { labels, probabilities } = calibrated(21, 300)
  const patients = Array.from(labels, (_, row) => `patient ${Math.floor(row / 6)}`)

  it("gives the same interval for the same random numbers", () => {
    const once = (seed: number) =>
      Performance.bootstrap(labels, probabilities, Performance.auroc, {
        clusters: patients,
        random: uniforms(seed),
        draws: 100
      })
    expect(once(1)).toEqual(once(1))
    expect(once(1)).not.toEqual(once(2))
  })

  it("draws whole patients: rows that repeat make an interval of clusters no narrower", () => {
    const repeated = Array.from({ length: 1200 }, (_, row) => row % 300)
    const draw = (clusters: ReadonlyArray<number> | undefined) =>
      figure(
        Performance.bootstrap(
          repeated.map((row) => labels[row]!),
          repeated.map((row) => probabilities[row]!),
          Performance.brier,
          { clusters, random: uniforms(4), draws: 400 }
        )
      )
    const width = ({ lower, upper }: Performance.Interval) => upper - lower
    const single = figure(
      Performance.bootstrap(labels, probabilities, Performance.brier, {
        random: uniforms(4),
        draws: 400
      })
    )
    expect(width(draw(repeated))).toBeCloseTo(width(single), 12)
    expect(width(draw(undefined)) / width(single)).toBeLessThan(0.6)
  })

  it("agrees with DeLong where rows are independent", () => {
    const rows = calibrated(22, 600)
    const delong = figure(Performance.delong(...pair(rows)))
    const { lower, upper, estimate } = figure(
      Performance.bootstrap(...pair(rows), Performance.auroc, { random: uniforms(1) })
    )
    expect(estimate).toBe(delong.estimate)
    expect(Math.abs(lower - delong.lower)).toBeLessThan(0.01)
    expect(Math.abs(upper - delong.upper)).toBeLessThan(0.01)
  })

  it("counts the draws that have no figure, and leaves them out", () => {
    const { failed, draws } = figure(
      Performance.bootstrap([1, 0, 0, 0], [0.9, 0.1, 0.2, 0.95], Performance.auroc, {
        random: uniforms(1),
        draws: 500
      })
    )
    // All four draws miss the only row with the outcome in 32 % of cases, or hit it alone in 0.4 %.
    expect(failed / draws).toBeGreaterThan(0.25)
    expect(failed / draws).toBeLessThan(0.4)
  })

  it("refuses one patient alone, and names that are too few", () => {
    const draw = (clusters: ReadonlyArray<string>) =>
      Performance.bootstrap([1, 0], [0.9, 0.1], Performance.auroc, {
        clusters,
        random: uniforms(1)
      })
    expect(reasons(draw(["a", "a"]))).toEqual(["one-cluster"])
    expect(reasons(draw(["a"]))).toEqual(["lengths"])
  })

  it("passes on why there is no figure at all", () => {
    const draw = Performance.bootstrap([1, 1], [0.9, 0.1], Performance.auroc, {
      random: uniforms(1)
    })
    expect(reasons(draw)).toEqual(["one-class"])
  })
})

describe("Performance.summary", () => {
  it("survives JSON, and has null for what cannot be told", () => {
    const full = figure(Performance.summary(...pair(calibrated(2, 500))))
    const poor = figure(Performance.summary([0, 0, 1], [0.1, 0.2, 0.3]))
    expect(poor.aurocInterval).toBeNull()
    expect(poor.calibration).toBeNull()
    for (const summary of [full, poor]) {
      const stored: unknown = JSON.parse(JSON.stringify(summary))
      expect(Schema.decodeUnknownSync(Performance.Summary)(stored)).toEqual(summary)
    }
    expect(full.events).toBe(calibrated(2, 500).labels.filter((label) => label === 1).length)
  })
})

interface Vectors {
  readonly classification: Readonly<Record<string, number>> & {
    readonly y: ReadonlyArray<number>
    readonly p: ReadonlyArray<number>
  }
  readonly auc_with_ties: {
    readonly y: ReadonlyArray<number>
    readonly p: ReadonlyArray<number>
    readonly auroc: number
    readonly average_precision: number
  }
}

describeWithData("vectors/ml-metrics.json", "Performance beside numpy and scikit-learn", (path) => {
  // The shape is that of the file.
  const { classification, auc_with_ties: ties } = readJson(path) as Vectors
  const { y, p } = classification
  const digits = 9

  it.each([
    ["auroc", Performance.auroc],
    ["average_precision", Performance.averagePrecision],
    ["brier", Performance.brier],
    ["log_loss", Performance.logLoss],
    ["ece10_equal_width", Performance.expectedCalibrationError],
    ["mce10_equal_width", Performance.maximumCalibrationError],
    ["calibration_in_the_large_offset_intercept", Performance.calibrationInTheLarge]
  ] as const)("agrees on %s", (name, measure) => {
    expect(figure(measure(y, p))).toBeCloseTo(classification[name] ?? NaN, digits)
  })

  it("agrees on the calibration error over bins of as many rows each", () => {
    const error = figure(Performance.expectedCalibrationError(y, p, { by: "mass" }))
    expect(error).toBeCloseTo(classification["ece10_equal_mass"] ?? NaN, digits)
  })

  it("agrees on slope and intercept", () => {
    const { slope, intercept } = figure(Performance.calibrationLine(y, p))
    expect(slope).toBeCloseTo(classification["calibration_slope_joint"] ?? NaN, digits)
    expect(intercept).toBeCloseTo(classification["calibration_intercept_joint"] ?? NaN, digits)
  })

  it("agrees on ties", () => {
    expect(figure(Performance.auroc(ties.y, ties.p))).toBeCloseTo(ties.auroc, digits)
    expect(figure(Performance.averagePrecision(ties.y, ties.p))).toBeCloseTo(
      ties.average_precision,
      digits
    )
  })
})
