/**
 * How fast models are judged and watched: figures of performance, distances of distributions and
 * detectors of change, each beside the plain way to write it.
 *
 *     node --conditions=@bedside/source packages/core/bench/performance.ts
 */
import * as Change from "@bedside/core/Change"
import * as Divergence from "@bedside/core/Divergence"
import * as Performance from "@bedside/core/Performance"
import * as Result from "effect/Result"
import { medians } from "./rounds.ts"

let state = 1
const random = (): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return (state + 0.5) / 2 ** 32
}
const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())

const report = (
  title: string,
  count: number,
  ways: Readonly<Record<string, () => unknown>>,
  options?: Parameters<typeof medians>[1]
): void => {
  console.log(`\n${title}`)
  for (const [name, time] of Object.entries(medians(ways, options))) {
    const rate = count / time / 1000
    console.log(
      `${name.padEnd(34)} ${time.toFixed(2).padStart(9)} ms ${rate.toFixed(2).padStart(8)} million/s`
    )
  }
}

const rows = 1_000_000
const probabilities = Float64Array.from({ length: rows }, () => 1 / (1 + Math.exp(2 - normal())))
const labels = Uint8Array.from(probabilities, (probability) => Number(random() < probability))

const plainAuroc = (): number => {
  const sorted = Array.from(probabilities, (score, row) => ({ score, label: labels[row] })).sort(
    (a, b) => a.score - b.score
  )
  let ranks = 0
  let positives = 0
  for (let start = 0; start < rows;) {
    let end = start
    while (end < rows && sorted[end]?.score === sorted[start]?.score) end += 1
    for (let row = start; row < end; row++) {
      if (sorted[row]?.label === 1) {
        positives += 1
        ranks += (start + end + 1) / 2
      }
    }
    start = end
  }
  return (ranks - (positives * (positives + 1)) / 2) / positives / (rows - positives)
}

report(
  `figures of ${rows} rows`,
  rows,
  {
    "Performance.auroc": () => Performance.auroc(labels, probabilities),
    "plain: objects sorted by score": plainAuroc,
    "Performance.averagePrecision": () => Performance.averagePrecision(labels, probabilities),
    "Performance.brier": () => Performance.brier(labels, probabilities),
    "Performance.expectedCalibration…": () =>
      Performance.expectedCalibrationError(labels, probabilities),
    "Performance.calibrationLine": () => Performance.calibrationLine(labels, probabilities)
  },
  { rounds: 5, warmUp: 1 }
)

const few = 17_000
const patients = Array.from({ length: few }, (_, row) => Math.floor(row / 4))
const some = { labels: labels.subarray(0, few), scores: probabilities.subarray(0, few) }
report(
  `AUROC of 200 draws of ${few} rows by patient`,
  200 * few,
  {
    "Performance.bootstrap": () =>
      Performance.bootstrap(some.labels, some.scores, Performance.auroc, {
        clusters: patients,
        random,
        draws: 200
      })
  },
  { rounds: 5, warmUp: 1 }
)

const values = Float64Array.from({ length: 100_000 }, normal)
const reference = Result.getOrThrow(Divergence.freeze(values))
const window = Float64Array.from({ length: 5000 }, normal)

const plainIndex = (): number => {
  const edges = [-Infinity, ...reference.edges, Infinity]
  let sum = 0
  for (let bin = 0; bin + 1 < edges.length; bin++) {
    const inside = (value: number) => value >= edges[bin]! && value < edges[bin + 1]!
    const before = Math.max(1e-4, values.filter(inside).length / values.length)
    const now = Math.max(1e-4, window.filter(inside).length / window.length)
    sum += (now - before) * Math.log(now / before)
  }
  return sum
}

const sorted = values.toSorted()
const plainDistance = (): number => {
  const share = (all: Float64Array, value: number) =>
    all.reduce((count, each) => count + Number(each <= value), 0) / all.length
  return Math.max(
    ...Array.from(window.subarray(0, 500), (value) =>
      Math.abs(share(window, value) - share(sorted, value))
    )
  )
}

report("a window of 5,000 values", window.length, {
  "Divergence.compare, everything": () => Divergence.compare(reference, window),
  "plain: index alone, by filters": plainIndex
})
report(
  "two samples, 5,000 and 100,000 values",
  window.length + values.length,
  {
    "Divergence.kolmogorovSmirnov": () => Divergence.kolmogorovSmirnov(window, values),
    "Divergence.wasserstein": () => Divergence.wasserstein(window, values),
    "plain: distance at 500 values only": plainDistance
  },
  { rounds: 5, warmUp: 1 }
)

const errors = Float64Array.from({ length: 1_000_000 }, (_, index) =>
  Number(random() < (index % 200_000 < 150_000 ? 0.2 : 0.3))
)

/** Every cut of a window that is kept whole: the published test, and no sums of ever more values. */
const plainAdwin = (count: number): number => {
  let kept: Array<number> = []
  let changes = 0
  for (let index = 0; index < count; index++) {
    kept.push(errors[index]!)
    if (kept.length % 32 > 0) continue
    const mean = (part: ReadonlyArray<number>) =>
      part.reduce((sum, value) => sum + value, 0) / part.length
    const center = mean(kept)
    const variance = mean(kept.map((value) => (value - center) ** 2))
    const confidence = Math.log((2 * Math.log(kept.length)) / 0.002)
    for (let cut = 5; cut <= kept.length - 5; cut++) {
      const parts = 1 / (cut - 4) + 1 / (kept.length - cut - 4)
      const limit = Math.sqrt(2 * parts * variance * confidence) + (2 / 3) * confidence * parts
      if (Math.abs(mean(kept.slice(0, cut)) - mean(kept.slice(cut))) <= limit) continue
      kept = []
      changes += 1
      break
    }
  }
  return changes
}

const methods: ReadonlyArray<Change.Options> = [
  Change.adwin,
  Change.ddm,
  Change.pageHinkley,
  Change.cusum
]

const detectors = Object.fromEntries(
  methods.flatMap((options) => {
    const detector = Change.make(options)
    const step = () => {
      let state = detector.initial
      for (const value of errors) state = detector.step(state, value).state
      return state
    }
    return [
      [`${options.method}, scan`, () => detector.scan(errors)],
      [`${options.method}, step by step`, step]
    ]
  })
)
report(`${errors.length} values through a detector`, errors.length, detectors, {
  rounds: 5,
  warmUp: 1
})
report(
  "2,000 values through a plain adwin",
  2000,
  { "plain: every cut of the window": () => plainAdwin(2000) },
  { rounds: 3, warmUp: 1 }
)
