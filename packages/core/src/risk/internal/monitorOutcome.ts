/** Outcomes beside the probabilities that foretold them, and whether they differ by chance. */
import * as Result from "effect/Result"
import type * as Alarms from "../Alarms.ts"
import * as Performance from "../Performance.ts"
import { normalTails } from "./gammaTail.ts"
import * as Line from "./performanceLine.ts"

interface Limits {
  readonly observedToExpected: number
  readonly slope: number
  readonly leastEvents: number
}

interface Outcome {
  readonly calibration: {
    readonly n: number
    readonly observed: number
    readonly expected: number
    readonly observedToExpected: number | null
    readonly brier: number | null
    readonly summary: Performance.Summary | null
  }
  /** Of the number of outcomes, where each happens with its probability. */
  readonly variance: number
  readonly line: Line.Line | undefined
}

export const compare = (
  labels: ReadonlyArray<number>,
  probabilities: ReadonlyArray<number>
): Outcome => {
  const n = labels.length
  const observed = labels.reduce((sum, label) => sum + label, 0)
  const expected = probabilities.reduce((sum, it) => sum + it, 0)
  const hasBoth = observed > 0 && observed < n
  const line = hasBoth ? Line.line(labels, Line.logits(probabilities)) : "constant"
  return {
    calibration: {
      n,
      observed,
      expected,
      observedToExpected: expected === 0 ? null : observed / expected,
      brier: Result.getOrElse(Performance.brier(labels, probabilities), () => null),
      summary: Result.getOrElse(Performance.summary(labels, probabilities), () => null)
    },
    variance: probabilities.reduce((sum, it) => sum + it * (1 - it), 0),
    line: typeof line === "string" ? undefined : line
  }
}

const chanceOf = (difference: number, variance: number): number =>
  difference === 0 ? 1 : normalTails(difference / Math.sqrt(variance))

/** What there is to judge of outcomes, once there are enough of both. */
export const tests = (
  { calibration: { n, observed, expected }, variance, line }: Outcome,
  limits: Limits
): ReadonlyArray<Alarms.Test> => {
  const found: Array<Alarms.Test> = []
  // By what was foretold too: where forty were, none is enough to say that it is wrong.
  const most = Math.max(observed, expected)
  const fewest = Math.min(observed, expected)
  if (Math.min(most, n - fewest) < limits.leastEvents) return []
  found.push({
    of: "outcome",
    reason: "calibration-in-the-large",
    n,
    distance: expected === 0 ? observed : Math.abs(observed / expected - 1),
    limit: limits.observedToExpected,
    chance: chanceOf(observed - expected, variance)
  })
  if (line !== undefined && Math.min(observed, n - observed) >= limits.leastEvents) {
    found.push({
      of: "outcome",
      reason: "calibration-slope",
      n,
      distance: Math.abs(line.slope - 1),
      limit: limits.slope,
      chance: chanceOf(line.slope - 1, line.slopeVariance)
    })
  }
  return found
}
