/**
 * How well anomalies are found on series of the Numenta Anomaly Benchmark.
 *
 *     node --conditions=@bedside/source packages/core/bench/nab.ts [folder ...]
 *
 * First three detectors whose scores on 45 files are known, to show that the scoring is right. Then
 * the recommended detector and the two simple ones by one protocol: settings and threshold fixed on
 * 21 files, scored on the others, or on the folders named.
 */
import * as Adaptive from "@bedside/core/Adaptive"
import { testData } from "../../../test/testData.ts"
import * as NabScore from "./nabScore.ts"

const root = testData("nab")
if (root === undefined) throw new Error(`needs "nab": set BEDSIDE_TEST_DATA (see README)`)

const tuned = ["artificialNoAnomaly", "artificialWithAnomaly", "realTweets"]
const others =
  process.argv.length > 2 ? process.argv.slice(2) : ["realAWSCloudwatch", "realTraffic"]

type Detector = (series: NabScore.Series) => Float64Array

// Scores that differ by rounding alone are one: perfectly periodic series are full of them.
const ofZ = (z: number): number => Math.round((1e9 * z) / (1 + z)) / 1e9

const leastStd = 1e-6

const fitOnce: Detector = ({ values }) => {
  const first = values.subarray(0, NabScore.probation(values.length))
  const mean = first.reduce((sum, value) => sum + value, 0) / first.length
  const variance = first.reduce((sum, value) => sum + (value - mean) ** 2, 0) / first.length
  const std = Math.max(leastStd, Math.sqrt(variance))
  return values.map((value) => ofZ(Math.abs(value - mean) / std))
}

const welford: Detector = ({ values }) => {
  let mean = 0
  let squares = 0
  return values.map((value, before) => {
    const std = Math.max(leastStd, Math.sqrt(squares / before))
    const score = before < 2 ? 0 : ofZ(Math.abs(value - mean) / std)
    const difference = value - mean
    mean += difference / (before + 1)
    squares += difference * (value - mean)
    return score
  })
}

const holdOff: Detector = (series) => {
  const length = 0.05 * series.values.length
  let kept = { row: -Infinity, score: 0 }
  return welford(series).map((score, row) => {
    if (row - kept.row <= length && score <= kept.score) return 0
    kept = { row, score }
    return score
  })
}

const recommended: Detector = ({ values }) => Adaptive.detect(values).scores

const run = (detector: Detector, folders: ReadonlyArray<string>): ReadonlyArray<NabScore.Scored> =>
  NabScore.read(root, folders).map((series) => ({ series, scores: detector(series) }))

const known = { "fit once": fitOnce, "streaming Welford": welford, "with hold-off": holdOff }
const all = [...tuned, "realAWSCloudwatch", "realTraffic"]

console.log("45 files, each at its best threshold")
for (const [name, detector] of Object.entries(known)) {
  const { threshold, score } = NabScore.optimum(run(detector, all))
  console.log(`${name.padEnd(24)} ${score.toFixed(2).padStart(8)}  at ${threshold.toFixed(4)}`)
}

const report = (name: string, detector: Detector, threshold: number): void => {
  const [before, after] = [tuned, others].map((folders) =>
    NabScore.score(run(detector, folders), threshold).toFixed(1).padStart(8)
  )
  console.log(`${name.padEnd(24)} ${before} ${after}  at ${threshold.toFixed(4)}`)
}

console.log(`\nthreshold fixed on ${tuned.join(", ")}; then ${others.join(", ")}`)
for (const [name, detector] of Object.entries(known)) {
  report(name, detector, NabScore.optimum(run(detector, tuned)).threshold)
}
report("recommended: its alerts", recommended, 0.5)
