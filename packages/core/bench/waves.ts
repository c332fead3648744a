/**
 * How well delineation agrees with the cardiologists of LUDB, lead by lead, with their beats and with
 * our own; and what it costs against the detection of beats.
 *
 *     node --conditions=@bedside/source packages/core/bench/waves.ts
 */
import * as Beats from "@bedside/core/Beats"
import * as Waves from "@bedside/core/Waves"
import * as Result from "effect/Result"
import { testData } from "../../../test/testData.ts"
import * as Ludb from "../test/ecg/ludb.ts"
import * as Rounds from "./rounds.ts"

type BeatsOf = (lead: Ludb.Lead) => ArrayLike<number>

const beatsOf: Readonly<Record<string, BeatsOf>> = {
  "marked beats": ({ waves }) => waves.qrs.map(({ peak }) => peak),
  "our beats": ({ samples, samplingRate }) =>
    Result.getOrThrow(Beats.detect(samples, { samplingRate }))
}

const table = (title: string, rows: ReadonlyArray<Ludb.Row>): void => {
  console.log(`\n${title}\nwave  boundary  Se %    PPV %   mean ms  SD ms`)
  for (const { wave, boundary, sensitivity, positivePredictivity, mean, std } of rows) {
    const figures = [sensitivity, positivePredictivity, mean, std]
    const columns = figures.map((figure) => figure.toFixed(2).padStart(7))
    console.log(`${wave.padEnd(5)} ${boundary.padEnd(8)} ${columns.join(" ")}`)
  }
}

const folder = testData("ludb")
if (folder === undefined) console.log("LUDB is not here: set BEDSIDE_TEST_DATA")
else {
  for (const remainder of [1, 0] as const) {
    const half = remainder === 1 ? "odd records (tuned on)" : "even records (not tuned on)"
    const leads = Ludb.numbers(folder, remainder).flatMap((number) => Ludb.record(folder, number))
    for (const [name, beats] of Object.entries(beatsOf)) {
      const rows = Ludb.agreement(leads, (lead) =>
        Result.getOrThrow(
          Waves.delineate(lead.samples, { samplingRate: lead.samplingRate, beats: beats(lead) })
        )
      )
      table(`${half}, ${name}`, rows)
    }
  }
}

// An hour at 250 Hz: bumps for waves, and a little noise.
const samplingRate = 250
const bump = (at: number, height: number, width: number): number =>
  height * Math.exp(-0.5 * (at / width) ** 2)
const period = 205
const signal = Float64Array.from({ length: 3600 * samplingRate }, (_, at) => {
  const since = (at % period) - 100
  const waves = bump(since + 40, 0.15, 6) + bump(since, 1, 3) + bump(since - 70, 0.3, 12)
  return waves + 0.02 * Math.sin(at * at)
})
const beats = Result.getOrThrow(Beats.detect(signal, { samplingRate }))
const medians = Rounds.medians({
  "Beats.detect": () => Beats.detect(signal, { samplingRate }),
  "Waves.delineate": () => Waves.delineate(signal, { samplingRate, beats })
})
console.log()
Rounds.print(medians)
const each = (1000 * (medians["Waves.delineate"] ?? NaN)) / beats.length
console.log(`${each.toFixed(0)} microseconds a beat, ${beats.length} beats`)
console.log(`${Rounds.ratio(medians, "Waves.delineate", "Beats.detect")} of the detection of beats`)
