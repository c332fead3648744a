/**
 * How well beats are found on records that other tools are measured on, and how fast.
 *
 *     node --conditions=@bedside/source packages/core/bench/beats.ts
 *
 * Channel 0, whole record, one-to-one matching; F1 in %. The speed is given against one pass of four
 * biquads over the same samples, which is what the fastest detector in C takes.
 */
import * as Agreement from "@bedside/core/Agreement"
import * as Beats from "@bedside/core/Beats"
import * as Wfdb from "@bedside/core/Wfdb"
import * as Result from "effect/Result"
import { testData } from "../../../test/testData.ts"
import * as Records from "../test/ecg/records.ts"
import * as Rounds from "./rounds.ts"

const tuned = ["101", "106", "109", "114", "116", "119", "201", "205", "208", "215", "223"]
const others = ["108", "112", "115", "118", "122", "124", "203", "207", "209", "220", "230"]
const noisy = ["118e24", "118e18", "118e12", "118e06", "118e00", "118e_6"]

const samplingRate = 360

const read = (folder: string, name: string) => {
  const annotations = Records.annotations(folder, name)
  const { samples } = Records.record(folder, name).channels[0]!
  const beats = Result.getOrThrow(Beats.detect(samples, { samplingRate }))
  const reference = annotations.filter(Wfdb.isBeat).map(({ sample }) => sample)
  return { name, beats, reference, flutter: Agreement.flutter(annotations) }
}

type Read = ReturnType<typeof read>

const compare = ({ reference, beats, flutter }: Read, window: number, isWhole: boolean) =>
  Agreement.compare(reference, beats, {
    samplingRate,
    window,
    excluded: isWhole ? [] : flutter
  })

const f1 = (records: ReadonlyArray<Read>, window: number, isWhole = false): string => {
  const parts = records.map((record) => compare(record, window, isWhole))
  const sum = (of: (part: Agreement.Agreement) => number) =>
    parts.reduce((total, part) => total + of(part), 0)
  const found = 2 * sum(({ truePositives }) => truePositives)
  const wrong = sum(({ falsePositives, falseNegatives }) => falsePositives + falseNegatives)
  return ((100 * found) / (found + wrong)).toFixed(2)
}

/** The median error, and the median distance from it, in ms. */
const placement = (records: ReadonlyArray<Read>): string => {
  const errors = records.flatMap((record) => Array.from(compare(record, 0.15, false).errors))
  const middle = Rounds.median(errors)
  const spread = Rounds.median(errors.map((error) => Math.abs(error - middle)))
  return `${middle.toFixed(1)} ms (MAD ${spread.toFixed(1)} ms)`
}

const report = (title: string, records: ReadonlyArray<Read>): void => {
  const clear = `${f1(records, 0.15)} @150 ms  ${f1(records, 0.075)} @75 ms`
  const whole = `${f1(records, 0.15, true)} ${f1(records, 0.075, true)}`
  console.log(`${title.padEnd(16)} ${clear}  whole ${whole}  median error ${placement(records)}`)
}

/** Four biquads in a row (direct form II transposed), unrolled. */
const biquads = (samples: Float64Array, out: Float64Array): void => {
  const b0 = 0.2,
    b1 = 0.1,
    b2 = -0.05,
    a1 = -1.2,
    a2 = 0.5
  let p1 = 0,
    p2 = 0,
    q1 = 0,
    q2 = 0,
    r1 = 0,
    r2 = 0,
    s1 = 0,
    s2 = 0
  for (let index = 0; index < samples.length; index++) {
    const x = samples[index]!
    const p = b0 * x + p1
    p1 = b1 * x - a1 * p + p2
    p2 = b2 * x - a2 * p
    const q = b0 * p + q1
    q1 = b1 * p - a1 * q + q2
    q2 = b2 * p - a2 * q
    const r = b0 * q + r1
    r1 = b1 * q - a1 * r + r2
    r2 = b2 * q - a2 * r
    const s = b0 * r + s1
    s1 = b1 * r - a1 * s + s2
    s2 = b2 * r - a2 * s
    out[index] = s
  }
}

const speed = (folder: string): void => {
  const samples = Float64Array.from(Records.record(folder, "119").channels[0]!.samples)
  const out = new Float64Array(samples.length)
  const times = Rounds.medians(
    {
      "four biquads": () => biquads(samples, out),
      "Beats.detect": () => Beats.detect(samples, { samplingRate })
    },
    { rounds: 25 }
  )
  Rounds.print(times)
  console.log(`ratio ${Rounds.ratio(times, "Beats.detect", "four biquads")}`)
  const detector = Beats.detector({ samplingRate })
  const block = samplingRate / 4
  const taken: Array<number> = []
  for (let start = 0; start + block <= samples.length; start += block) {
    const before = performance.now()
    detector.push(samples.subarray(start, start + block))
    taken.push(performance.now() - before)
  }
  console.log(`a block of 250 ms: median ${Rounds.median(taken).toFixed(4)} ms`)
}

const mitdb = testData("mitdb")
const nstdb = testData("nstdb")

if (mitdb !== undefined) {
  const development = tuned.map((name) => read(mitdb, name))
  const rest = others.map((name) => read(mitdb, name))
  report("tuned on", development)
  report("not tuned on", rest)
  report("all 22", [...development, ...rest])
  for (const record of [...development, ...rest, read(mitdb, "107")]) report(record.name, [record])
}
if (nstdb !== undefined) {
  for (const name of noisy) report(name, [read(nstdb, name)])
}
if (mitdb !== undefined) speed(mitdb)
