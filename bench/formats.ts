/**
 * The same readings as CSV, Parquet and Arrow: how large a file is, and what it takes to fit six
 * columns of every sensor in it.
 *
 *     node --conditions=@bedside/source bench/formats.ts [rows] [sensors] [rounds]
 *
 * Each file is written by one process and read by another, whose greatest memory is that of the format
 * and of nothing else. The files are in the system's folder for temporary ones, and are deleted.
 */
import type * as Fitting from "@bedside/core/Fitting"
import * as Readings from "@bedside/core/Readings"
import * as Arrow from "apache-arrow"
import * as Effect from "effect/Effect"
import {
  fileWriter,
  ParquetWriter,
  schemaFromColumnData,
  type ColumnSource
} from "hyparquet-writer"
import { execFileSync } from "node:child_process"
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { setImmediate as immediate } from "node:timers/promises"
import { zstdCompressSync } from "node:zlib"

const forms = ["csv", "parquet-snappy", "parquet-zstd", "arrow"] as const
type Form = (typeof forms)[number]

/** Rows that are made, and are in a group or a batch, at once. */
const atOnce = 131_072

type Columns = Readonly<Record<string, Float64Array | ReadonlyArray<string>>>

/** Six decimal places, as sensors send them. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6

const series = (from: number, rows: number, scale: number) =>
  Float64Array.from({ length: rows }, (_, i) => {
    const row = from + i
    return rounded(scale * (1 + 0.3 * Math.sin(row / 7_919) + 0.1 * Math.sin(row * 12.9898)))
  })

const texts = (from: number, rows: number, text: (row: number) => string) =>
  Array.from({ length: rows }, (_, i) => text(from + i))

/** The documented columns, row by row in order of time, the sensors in turns. */
const columnsOf = (from: number, rows: number, sensors: number): Columns => {
  const at = (row: number) => 1_700_000_000_000 + 60_000 * Math.floor(row / sensors)
  return {
    _id: texts(from, rows, (row) => row.toString(16).padStart(24, "65f0c3a1")),
    sensorId: texts(from, rows, (row) => `sensor-${String(row % sensors).padStart(4, "0")}`),
    createdAt: texts(from, rows, (row) => new Date(at(row)).toISOString()),
    "params.duration": Float64Array.from({ length: rows }, () => 1.28),
    "params.sampRate": Float64Array.from({ length: rows }, () => 3_200),
    "params.timeStart": Float64Array.from({ length: rows }, (_, i) => at(from + i)),
    "params.velRMS.x": series(from, rows, 1.5),
    "params.velRMS.y": series(from + 11, rows, 2.5),
    "params.velRMS.z": series(from + 23, rows, 3.5),
    "params.accelRMS.x": series(from + 37, rows, 0.15),
    "params.accelRMS.y": series(from + 41, rows, 0.25),
    "params.accelRMS.z": series(from + 53, rows, 0.35),
    temp: series(from + 61, rows, 30)
  }
}

const stretches = function* (rows: number, sensors: number) {
  for (let from = 0; from < rows; from += atOnce) {
    yield columnsOf(from, Math.min(atOnce, rows - from), sensors)
  }
}

const writeCsv = (path: string, rows: number, sensors: number) => {
  const file = openSync(path, "w")
  let isFirst = true
  for (const columns of stretches(rows, sensors)) {
    if (isFirst) writeSync(file, `${Object.keys(columns).join(",")}\n`)
    isFirst = false
    const values = Object.values(columns)
    const count = values[0]?.length ?? 0
    const lines = Array.from({ length: count }, (_, row) => values.map((of) => of[row]).join(","))
    writeSync(file, `${lines.join("\n")}\n`)
  }
  closeSync(file)
}

const sourcesOf = (columns: Columns): Array<ColumnSource> =>
  Object.entries(columns).map(([name, values]) => {
    const data: Array<unknown> = [...values]
    return { name, data, nullable: false, type: typeof data[0] === "string" ? "STRING" : "DOUBLE" }
  })

const writeParquet = async (
  path: string,
  rows: number,
  sensors: number,
  codec: "SNAPPY" | "ZSTD"
) => {
  const schema = schemaFromColumnData({ columnData: sourcesOf(columnsOf(0, 1, sensors)) })
  const compressors = { ZSTD: (bytes: Uint8Array): Uint8Array => zstdCompressSync(bytes) }
  const writer = new ParquetWriter({ writer: fileWriter(path), schema, codec, compressors })
  for (const columns of stretches(rows, sensors)) {
    await writer.write({ columnData: sourcesOf(columns), rowGroupSize: atOnce })
  }
  await writer.finish()
}

/** One type for all batches: each brings along what is new in the dictionary. */
const sensorType = new Arrow.Dictionary(new Arrow.Utf8(), new Arrow.Int32(), 1)

const vectorOf = (name: string, values: Columns[string]): Arrow.Vector =>
  values instanceof Float64Array
    ? Arrow.makeVector(values)
    : Arrow.vectorFromArray(values, name === "sensorId" ? sensorType : new Arrow.Utf8())

const writeArrow = async (path: string, rows: number, sensors: number) => {
  const file = openSync(path, "w")
  const writer = new Arrow.RecordBatchStreamWriter()
  const written = (async () => {
    for await (const bytes of writer) writeSync(file, bytes)
  })()
  for (const columns of stretches(rows, sensors)) {
    const vectors = Object.entries(columns).map(([name, of]) => [name, vectorOf(name, of)] as const)
    for (const batch of new Arrow.Table(Object.fromEntries(vectors)).batches) writer.write(batch)
    await immediate()
  }
  writer.finish()
  await written
  closeSync(file)
}

const write = (form: Form, path: string, rows: number, sensors: number): Promise<void> | void => {
  switch (form) {
    case "csv":
      return writeCsv(path, rows, sensors)
    case "parquet-snappy":
      return writeParquet(path, rows, sensors, "SNAPPY")
    case "parquet-zstd":
      return writeParquet(path, rows, sensors, "ZSTD")
    case "arrow":
      return writeArrow(path, rows, sensors)
  }
}

/** Only the module of the format is loaded: what others take is not measured. */
const readerOf = async (form: Form): Promise<Fitting.Reader> => {
  if (form === "csv") return (await import("@bedside/core/Fitting")).csv
  if (form === "arrow") return (await import("@bedside/worker-adapter/Arrow")).make()
  return (await import("@bedside/worker-adapter/Parquet")).make()
}

const contentOf = (file: number): Fitting.Content & { bytes: number } => {
  const content = {
    size: fstatSync(file).size,
    bytes: 0,
    read: (from: number, to: number) =>
      Effect.sync(() => {
        const bytes = new Uint8Array(to - from)
        content.bytes += readSync(file, bytes, 0, to - from, from)
        return bytes
      })
  }
  return content
}

interface Measured {
  readonly rows: number
  /** The means of all sensors and columns, added up: the same for all formats. */
  readonly sum: number
  /** Of processor time, which other work on the machine hardly changes. */
  readonly seconds: number
  readonly megabytes: number
  readonly read: number
}

const fitFile = async (form: Form, path: string, rounds: number): Promise<Measured> => {
  const reader = await readerOf(form)
  const file = openSync(path, "r")
  let [seconds, rows, sum, read] = [Infinity, 0, 0, 0]
  for (let round = 0; round < rounds; round++) {
    const content = contentOf(file)
    const start = process.cpuUsage()
    const report = await Effect.runPromise(reader(content, Readings.documented, () => Effect.void))
    const { user, system } = process.cpuUsage(start)
    seconds = Math.min(seconds, (user + system) / 1e6)
    rows = report.rows
    sum = report.fit.fits.flatMap(({ mean }) => Array.from(mean)).reduce((all, of) => all + of, 0)
    read = content.bytes
  }
  closeSync(file)
  return { rows, sum, seconds, megabytes: process.resourceUsage().maxRSS / 1_024, read }
}

const script = fileURLToPath(import.meta.url)

const inProcess = (args: ReadonlyArray<string | number>): string =>
  execFileSync(process.execPath, [...process.execArgv, script, ...args.map(String)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"]
  })

const compare = (rows: number, sensors: number, rounds: number) => {
  const folder = mkdtempSync(join(tmpdir(), "formats-"))
  try {
    for (const form of forms) {
      const path = join(folder, form)
      inProcess(["write", form, path, rows, sensors])
      const measured: Measured = JSON.parse(inProcess(["fit", form, path, rounds]))
      const { size } = statSync(path)
      console.log(
        form.padEnd(15),
        `${(size / 1e6).toFixed(0)} MB`.padStart(9),
        `${((100 * measured.read) / size).toFixed(0)} % read`.padStart(11),
        `${((measured.seconds / measured.rows) * 1e6).toFixed(3)} s per million rows`.padStart(28),
        `${measured.megabytes.toFixed(0)} MiB at most`.padStart(17),
        `  sum ${measured.sum}`
      )
      rmSync(path)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const isForm = (text: string | undefined): text is Form => forms.some((form) => form === text)

const [first, second, third, fourth, fifth] = process.argv.slice(2)
if (first === "write" && isForm(second)) {
  await write(second, `${third}`, Number(fourth), Number(fifth))
} else if (first === "fit" && isForm(second)) {
  console.log(JSON.stringify(await fitFile(second, `${third}`, Number(fourth))))
} else {
  compare(Number(first ?? 2_000_000), Number(second ?? 1_000), Number(third ?? 3))
}
