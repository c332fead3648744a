import { describe, expect, it } from "@effect/vitest"
import { describeWithData } from "../../../../test/data.ts"
import * as NabScore from "../../bench/nabScore.ts"
import * as Adaptive from "../../src/sensor/Adaptive.ts"

const tuned = ["artificialNoAnomaly", "artificialWithAnomaly", "realTweets"]
const others = ["realAWSCloudwatch", "realTraffic"]

describe("NabScore", () => {
  const series: NabScore.Series = {
    name: "made up",
    values: new Float64Array(1000),
    windows: [{ start: 500, end: 599 }]
  }
  const detections = (...rows: ReadonlyArray<number>): ReadonlyArray<NabScore.Scored> => {
    const scores = new Float64Array(1000)
    for (const row of rows) scores[row] = 1
    return [{ series, scores }]
  }

  it("gives silence 0, and the first row of a window 100", () => {
    expect(NabScore.score(detections(), 0.5)).toBe(0)
    expect(NabScore.score(detections(500), 0.5)).toBeCloseTo(100, 9)
    expect(NabScore.score(detections(500, 510, 520), 0.5)).toBeCloseTo(100, 9)
  })

  it("gives a late detection less, and a false alarm minus 0.11 of a window", () => {
    expect(NabScore.score(detections(599), 0.5)).toBeCloseTo(51.27, 1)
    expect(NabScore.score(detections(300), 0.5)).toBeCloseTo(-5.5, 9)
    expect(NabScore.score(detections(600), 0.5)).toBeGreaterThan(-0.2)
  })

  it("does not score the probation", () => {
    expect(NabScore.score(detections(0, 149), 0.5)).toBe(0)
    expect(NabScore.score(detections(150), 0.5)).toBeLessThan(0)
  })
})

describeWithData("nab", "Adaptive on the Numenta Anomaly Benchmark", (root) => {
  const score = (
    folders: ReadonlyArray<string>,
    scores: (values: Float64Array) => Float64Array
  ): number =>
    NabScore.score(
      NabScore.read(root, folders).map((series) => ({ series, scores: scores(series.values) })),
      0.5
    )

  const recommended = (values: Float64Array) => Adaptive.detect(values).scores

  it("reads 45 series with 83 windows", () => {
    const series = NabScore.read(root, [...tuned, ...others])
    expect(series).toHaveLength(45)
    expect(series.flatMap(({ windows }) => windows)).toHaveLength(83)
    expect(series.every(({ windows }) => windows.every(({ start, end }) => start < end))).toBe(true)
  })

  it("scores 63 or more on the folders it was tuned on", () => {
    expect(score(tuned, recommended)).toBeGreaterThan(63)
  })

  it("scores 61 or more on the others", () => {
    expect(score(others, recommended)).toBeGreaterThan(61)
  })
})
