/**
 * 10 million values of 1,000 sensors judged into a bitmask, each against the threshold of its sensor,
 * beside numpy's `packbits(value >= threshold[sensor])`; and all of them fitted.
 *
 *     node --conditions=@bedside/source packages/core/bench/frame.ts
 *
 * Rows are grouped by sensor. numpy is Debian's (`apt-get install -y python3-numpy`); it is timed with
 * sensors as int64, its own default, and as int32, which `Frame.make` takes.
 */
import * as Frame from "@bedside/core/Frame"
import * as Result from "effect/Result"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Python from "./python.ts"

const sensors = 1000
const rowsOfEach = 10_000
const count = sensors * rowsOfEach

let state = 1
const next = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return (state + 0.5) / 2 ** 32
}

const codes = Int32Array.from({ length: count }, (_, row) => Math.floor(row / rowsOfEach))
const values = Float64Array.from(
  { length: count },
  (_, row) =>
    50 + codes[row]! / 10 + 15 * Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next())
)
const names = Array.from({ length: sensors }, (_, sensor) => `sensor-${sensor}`)
const make = () => Result.getOrThrow(Frame.make(names, codes, { value: values }))
const frame = make()
const fit = Frame.fit(frame)

// Deviations that leave 1 % and 50 % of a normal distribution above.
const rates = { "1 %": 2.3263478740408408, "50 %": 0 }

const folder = mkdtempSync(join(tmpdir(), "frame-"))
writeFileSync(join(folder, "values"), values)
writeFileSync(join(folder, "sensors"), codes)
const thresholds = Object.fromEntries(
  Object.entries(rates).map(([rate, deviations]) => [
    rate,
    Frame.predict(frame, fit, { deviations }).marks[0]!.threshold
  ])
)
const numpys = Object.entries(thresholds).map(([rate, threshold], at) => {
  writeFileSync(join(folder, `thresholds-${at}`), threshold)
  return [rate, Python.start("frame.py", folder, String(at))] as const
})

const times = await Python.inTurns({
  ...Object.fromEntries(
    Object.entries(rates).map(([rate, deviations]) => [
      `Frame.predict ${rate}`,
      Python.timed(() => Frame.predict(frame, fit, { deviations }))
    ])
  ),
  ...Object.fromEntries(
    numpys.flatMap(([rate, numpy]) => [
      [`numpy int64 ${rate}`, () => numpy.time("int64")],
      [`numpy int32 ${rate}`, () => numpy.time("int32")]
    ])
  ),
  "Frame.fit": Python.timed(() => Frame.fit(frame)),
  "Frame.make (runs of the codes)": Python.timed(make)
})
for (const [, numpy] of numpys) numpy.stop()
rmSync(folder, { recursive: true })

Python.print(times)
console.log()
for (const [rate, deviations] of Object.entries(rates)) {
  const alerts = Frame.predict(frame, fit, { deviations }).marks[0]!.count
  const share = alerts.reduce((sum, each) => sum + each, 0) / count
  const ours = Python.medianOf(times[`Frame.predict ${rate}`])
  const ratio = (type: string) =>
    (Python.medianOf(times[`numpy ${type} ${rate}`]) / ours).toFixed(2)
  console.log(
    `${(100 * share).toFixed(2)} % in alert: ${ratio("int64")} times as fast as numpy with int64, ${ratio("int32")} with int32 (asked: 4)`
  )
}
