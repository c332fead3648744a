/**
 * What the quality index says of records whose noise is known, of records that are clean, and of
 * what is no ECG; and what it costs against the detection of beats.
 *
 *     node --conditions=@bedside/source packages/core/bench/quality.ts
 */
import * as Agreement from "@bedside/core/Agreement"
import * as Beats from "@bedside/core/Beats"
import * as Quality from "@bedside/core/Quality"
import type * as Signal from "@bedside/core/Signal"
import * as Wfdb from "@bedside/core/Wfdb"
import * as Result from "effect/Result"
import { testData } from "../../../test/testData.ts"
import * as Records from "../test/ecg/records.ts"
import * as Rounds from "./rounds.ts"

const rate = (signal: Signal.Signal, samplingRate: number, gain?: number) => {
  const beats = Result.getOrThrow(Beats.detect(signal, { samplingRate }))
  return { beats, quality: Result.getOrThrow(Quality.index(signal, { samplingRate, gain, beats })) }
}

const lead = (folder: string, name: string) => {
  const { samples, samplingRate, gain } = Records.record(folder, name).channels[0]!
  const reference = Records.annotations(folder, name)
    .filter(Wfdb.isBeat)
    .map(({ sample }) => sample)
  return { samples, samplingRate, reference, ...rate(samples, samplingRate, gain) }
}

const isUnusable = ({ index }: Quality.Window): boolean => index < Quality.lowestUsable

const mean = (windows: ReadonlyArray<Quality.Window>): number =>
  windows.reduce((sum, { index }) => sum + index, 0) / windows.length

const separation = (
  clean: ReadonlyArray<Quality.Window>,
  noisy: ReadonlyArray<Quality.Window>
): number => {
  const wins = clean.flatMap(({ index }) =>
    noisy.map((other): number => (index > other.index ? 1 : index === other.index ? 0.5 : 0))
  )
  return wins.reduce((sum, win) => sum + win, 0) / wins.length
}

/** F1 in % at 150 ms, in and out of what is unusable. */
const scores = ({ samplingRate, reference, beats, quality }: ReturnType<typeof lead>): string => {
  const f1 = (excluded: ReadonlyArray<Signal.Segment>) => {
    const found = Agreement.compare(reference, beats, { samplingRate, excluded })
    return (100 * found.f1).toFixed(2)
  }
  const gaps = Quality.gaps(quality)
  if (gaps.length === 0) return `F1 ${f1([])}`
  return `F1 ${f1([])}, usable ${f1(gaps)}, unusable ${f1(Quality.usable(quality))}`
}

const reasons = (windows: ReadonlyArray<Quality.Window>): string => {
  const counts = Quality.Reason.literals.map((reason) => ({
    reason,
    count: windows.filter((window) => window.reasons.includes(reason)).length
  }))
  return counts.flatMap(({ reason, count }) => (count > 0 ? [`${reason} ${count}`] : [])).join(", ")
}

// Noise begins after 5 minutes, and comes and goes every 2 minutes.
const isNoisy = ({ start, end }: Quality.Window): boolean => {
  const minutes = (start + end) / 2 / 360 / 60
  return minutes > 5 && Math.floor((minutes - 5) / 2) % 2 === 0
}

const noiseStress = (folder: string): void => {
  console.log("Record 118 with noise, windows of 5 s (clean, noisy)")
  for (const name of ["118e24", "118e18", "118e12", "118e06", "118e00", "118e_6"]) {
    const read = lead(folder, name)
    const noisy = read.quality.windows.filter(isNoisy)
    const clean = read.quality.windows.filter((window) => !isNoisy(window))
    console.log(
      `${name}  index ${mean(clean).toFixed(3)}, ${mean(noisy).toFixed(3)}` +
        `  AUC ${separation(clean, noisy).toFixed(4)}` +
        `  unusable ${clean.filter(isUnusable).length}/${clean.length}, ` +
        `${noisy.filter(isUnusable).length}/${noisy.length}` +
        `  heart rate ${read.quality.heartRate?.toFixed(1)}  ${scores(read)}`
    )
  }
}

const development = ["101", "106", "109", "114", "116", "119", "201", "205", "208", "215", "223"]
const others = ["108", "112", "115", "118", "122", "124", "203", "207", "209", "220", "230"]

const arrhythmia = (folder: string, title: string, names: ReadonlyArray<string>): void => {
  console.log(`\nArrhythmia records, ${title}`)
  let windows = 0
  let unusable = 0
  for (const name of names) {
    const read = lead(folder, name)
    const bad = read.quality.windows.filter(isUnusable).length
    windows += read.quality.windows.length
    unusable += bad
    console.log(
      `${name}  index ${read.quality.index.toFixed(3)}  unusable ${bad}/${read.quality.windows.length}` +
        `  ${scores(read)}  ${reasons(read.quality.windows)}`
    )
  }
  console.log(`unusable windows: ${((100 * unusable) / windows).toFixed(2)} %`)
}

const noise = (seed: number): (() => number) => {
  let state = seed
  const uniform = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

const walk = (seed: number): (() => number) => {
  const random = noise(seed)
  let sum = 0
  return () => (sum += random())
}

const noEcg = (): void => {
  console.log("\nNo ECG, 60 s, five seeds at 100, 250, 360, 1000 and 2000 Hz")
  const kinds: Readonly<Record<string, (seed: number, samplingRate: number) => () => number>> = {
    "white noise": noise,
    "random walk": walk,
    "mains, 50 Hz": (seed, samplingRate) => {
      let at = seed
      return () => Math.sin((2 * Math.PI * 50 * (at++ % samplingRate)) / samplingRate + 1)
    }
  }
  for (const [name, make] of Object.entries(kinds)) {
    const read = [100, 250, 360, 1000, 2000].flatMap((samplingRate) =>
      [1, 2, 3, 4, 5].map((seed) => {
        const next = make(seed * 1_000_003, samplingRate)
        const signal = Float64Array.from({ length: 60 * samplingRate }, next)
        return rate(signal, samplingRate).quality
      })
    )
    console.log(
      `${name.padEnd(14)} highest index ${Math.max(...read.map(({ index }) => index)).toFixed(3)}` +
        `  usable in ${read.filter((it) => Quality.usable(it).length > 0).length} of ${read.length}` +
        `  with a heart rate ${read.filter((it) => it.heartRate !== undefined).length}` +
        `  ${reasons(read.flatMap(({ windows }) => windows))}`
    )
  }
}

const speed = (folder: string): void => {
  const { samples, samplingRate, beats } = lead(folder, "118")
  const options = { samplingRate, beats }
  console.log(`\n${samples.length} samples, quality with the beats given`)
  const times = Rounds.medians({
    "Beats.detect": () => Beats.detect(samples, { samplingRate }),
    "Quality.index": () => Quality.index(samples, options)
  })
  Rounds.print(times)
  console.log(`${Rounds.ratio(times, "Quality.index", "Beats.detect")} of the detection`)

  const day = Int16Array.from({ length: 24 * 3600 * 250 }, (_, at) => samples[at % samples.length]!)
  const found = Result.getOrThrow(Beats.detect(day, { samplingRate: 250 }))
  const start = performance.now()
  Quality.index(day, { samplingRate: 250, beats: found })
  const taken = (performance.now() - start) / 1000
  console.log(`24 h at 250 Hz, ${found.length} beats: ${taken.toFixed(2)} s`)
}

const nstdb = testData("nstdb")
const mitdb = testData("mitdb")
if (nstdb !== undefined) noiseStress(nstdb)
if (mitdb !== undefined) {
  arrhythmia(mitdb, "on which limits were chosen", development)
  arrhythmia(mitdb, "others", others)
}
noEcg()
if (mitdb !== undefined) speed(mitdb)
