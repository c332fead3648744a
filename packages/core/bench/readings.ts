/**
 * The original task, end to end from CSV: 34,000 rows of six columns and 1.4 % missing values, fitted
 * per sensor and column, and every value judged; beside a plain loop with `split`, and pure Python.
 *
 *     node --conditions=@bedside/source packages/core/bench/readings.ts [GB]
 *
 * With a size, a file of that many GB is written to the folder for temporary files first, fitted in
 * blocks of 64 KiB, and deleted; the peak memory is that of the whole process.
 */
import * as Frame from "@bedside/core/Frame"
import * as Readings from "@bedside/core/Readings"
import * as Result from "effect/Result"
import { spawnSync } from "node:child_process"
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Python from "./python.ts"

const sensors = 8
const columns = Object.values(Readings.documented.columns)
const header = `_id,createdAt,params.accelRMS.x,params.accelRMS.y,params.accelRMS.z,params.duration,params.sampRate,params.timeStart,params.velRMS.x,params.velRMS.y,params.velRMS.z,sensorId,temp`

let state = 1
const next = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return (state + 0.5) / 2 ** 32
}

const cell = (around: number): string =>
  next() < 0.014 ? "" : String(around * Math.exp(0.3 * (next() + next() + next() - 1.5)))

const line = (row: number, sensor: number): string => {
  const time = 1_577_836_800 + 60 * row
  const createdAt = new Date(time * 1000).toISOString()
  const accel = `${cell(0.01)},${cell(0.02)},${cell(0.03)}`
  const vel = `${cell(1)},${cell(2)},${cell(3)}`
  return `5e0bc2${time.toString(16)}${(row % 1e6).toString().padStart(10, "0")},${createdAt},${accel},2,1000,${time},${vel},IAA0000${sensor},${cell(25)}\n`
}

const write = (path: string, rows: number, least = 0): void => {
  const file = openSync(path, "w")
  writeSync(file, `${header}\n`)
  const perSensor = Math.ceil(rows / sensors)
  let text = ""
  let written = 0
  for (let row = 0; row < rows || written < least; row++) {
    text += line(row, Math.floor(row / perSensor) % sensors)
    if (text.length < 4_000_000) continue
    written += writeSync(file, text)
    text = ""
  }
  if (text !== "") writeSync(file, text)
  closeSync(file)
}

/** The task as it is mostly written. */
const plainly = (path: string): number => {
  const lines = readFileSync(path, "utf8").split("\n")
  const names = lines[0]!.split(",")
  const sensorAt = names.indexOf("sensorId")
  const places = columns.map((column) => names.indexOf(column))
  const rows: Array<{ sensor: string; values: Array<number> }> = []
  const values: Record<string, Array<Array<number>>> = {}
  for (const text of lines.slice(1)) {
    if (text === "") continue
    const cells = text.split(",")
    const sensor = cells[sensorAt]!
    const row = places.map((place) => (cells[place] === "" ? NaN : Number(cells[place])))
    rows.push({ sensor, values: row })
    const own = (values[sensor] ??= columns.map(() => []))
    row.forEach((value, column) => {
      if (!Number.isNaN(value)) own[column]!.push(value)
    })
  }
  const thresholds: Record<string, Array<number>> = {}
  for (const [sensor, own] of Object.entries(values)) {
    thresholds[sensor] = own.map((of) => {
      const mean = of.reduce((sum, value) => sum + value, 0) / of.length
      const squares = of.reduce((sum, value) => sum + (value - mean) ** 2, 0)
      return mean + 2 * Math.sqrt(squares / (of.length - 1))
    })
  }
  let alerts = 0
  for (const row of rows) {
    row.values.forEach((value, column) => {
      if (value >= thresholds[row.sensor]![column]!) alerts += 1
    })
  }
  return alerts
}

const ours = (path: string): number => {
  const { frame } = Result.getOrThrow(Readings.parse(readFileSync(path)))
  const { marks } = Frame.predict(frame, Frame.fit(frame))
  return marks.reduce((sum, { count }) => sum + count.reduce((all, each) => all + each, 0), 0)
}

const fitted = (path: string): number => {
  const fitter = Readings.fitter()
  const block = new Uint8Array(65_536)
  const file = openSync(path, "r")
  for (;;) {
    const read = readSync(file, block, 0, block.length, null)
    if (read === 0) break
    fitter.push(block.subarray(0, read))
  }
  closeSync(file)
  return Result.getOrThrow(fitter.flush()).rows
}

const folder = mkdtempSync(join(tmpdir(), "readings-"))
try {
  const size = Number(process.argv[2] ?? 0)
  const path = join(folder, "readings.csv")
  if (size < 0) {
    write(process.argv[3]!, Math.ceil((-size * 1e9) / 200), -size * 1e9)
  } else if (size > 0) {
    // Another process writes the file: what it takes to make it is not what it takes to read it.
    spawnSync(process.execPath, [...process.execArgv, process.argv[1]!, String(-size), path])
    const start = performance.now()
    const rows = fitted(path)
    const taken = performance.now() - start
    console.log(
      `${(statSync(path).size / 1e9).toFixed(2)} GB, ${rows} rows, fitted in ${(taken / 1000).toFixed(1)} s`
    )
    console.log(`${((taken / rows) * 1e3).toFixed(3)} s per million rows`)
    console.log(
      `peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB (asked: below 300)`
    )
  } else {
    write(path, 34_000)
    const python = Python.start("readings.py", path)
    console.log(`${ours(path)} alerts, ${plainly(path)} by the plain loop`)
    const times = await Python.inTurns({
      "Readings, Frame": Python.timed(() => ours(path)),
      "plain loop with split": Python.timed(() => plainly(path)),
      "pure Python": () => python.time("run")
    })
    python.stop()
    Python.print(times)
    const ratio = (other: string) =>
      (Python.medianOf(times[other]) / Python.medianOf(times["Readings, Frame"])).toFixed(2)
    console.log(
      `\n${ratio("plain loop with split")} times as fast as the plain loop (asked: 3), ${ratio("pure Python")} as pure Python`
    )
  }
} finally {
  rmSync(folder, { recursive: true })
}
