/**
 * ECGs as CSV, read and written: a line of names, then a line for each time with a number for each
 * lead.
 *
 * The guarantee that bites: a sampling rate is never guessed. It is given, or the column of times is
 * regular and says it; times that are not regular are an error that names the first line that is odd.
 */
import * as Result from "effect/Result"
import * as Cells from "../internal/ecgCsvCells.ts"
import * as Time from "../internal/ecgCsvTime.ts"
import { FormatError, physical } from "./Waveform.ts"
import type { Channel, Waveform } from "./Waveform.ts"

const refuse = (
  reason: FormatError["reason"],
  where: string,
  expected: string
): Result.Result<never, FormatError> =>
  Result.fail(new FormatError({ format: "csv", reason, where, expected }))

// Each is a channel, which takes more room than the few characters that may be all there is of it.
const mostLeads = 1000

/**
 * Reads a CSV of ECG leads.
 *
 * Units: those a name ends with in brackets, `II [mV]` or `II (mV)`; "" where there are none. A first
 * column `time` is in s, or in ms as `time_ms`, `time [ms]` or `time (ms)`; `samplingRate` in Hz, needed
 * where there is no such column or fewer than two rows, and else taken in place of the one the times
 * say. Shape: commas, semicolons or tabs between cells, LF or CRLF between lines, a byte order mark or
 * none. Samples are voltages as they stand (gain 1, baseline 0); an empty cell and NaN are missing
 * samples, and so are the rows that a gap in the times leaves out.
 *
 * Fails with: `FormatError` that names line and column, never what stands there: `malformed`, and
 * `unsupported` above 1,000 leads, and for gaps that make more samples than `limit`: by default 16 a
 * character, and at least 4 million.
 *
 * Method: rows must lie a whole number of periods apart, to a tenth of a period or to the last digit
 * that the times are written with, and nowhere half a period from where the rate puts them. Of the
 * rates that fit, the one of the fewest digits is taken.
 *
 * @example
 * ```ts
 * import * as EcgCsv from "@bedside/core/EcgCsv"
 * import * as Result from "effect/Result"
 *
 * const { channels } = Result.getOrThrow(EcgCsv.decode("time_ms,II [mV]\n0,0.1\n4,0.2\n12,0.3\n"))
 * channels // => [{ name: "II", unit: "mV", samplingRate: 250, gain: 1, baseline: 0, samples: Float64Array.of(0.1, 0.2, NaN, 0.3) }]
 * ```
 * @since 0.2.0
 */
export const decode = (
  text: string,
  options: { readonly samplingRate?: number | undefined; readonly limit?: number | undefined } = {}
): Result.Result<Waveform, FormatError> =>
  Result.gen(function* () {
    const { samplingRate, limit = Math.max(4_194_304, 16 * text.length) } = options
    if (samplingRate !== undefined && !(samplingRate > 0 && samplingRate < Infinity)) {
      return yield* refuse("malformed", "samplingRate", "a sampling rate above 0 Hz")
    }
    const header = yield* readHeader(text)
    const rows = yield* readRows(text, header)
    const axis = yield* axisOf(header, rows, samplingRate)
    if (!(axis.length * header.leads.length <= limit)) {
      return yield* refuse("unsupported", "column 1", `gaps that leave at most ${limit} samples`)
    }
    const columns = header.scale === undefined ? rows.columns : rows.columns.slice(1)
    const channels = columns.map((column, index) => ({
      ...named(header.leads[index] ?? ""),
      samplingRate: axis.samplingRate,
      gain: 1,
      baseline: 0,
      samples: placed(column, rows.count, axis)
    }))
    return { channels }
  })

interface Header extends Cells.Header {
  /** The units of the column of times in a second, where there is such a column. */
  readonly scale: number | undefined
  readonly leads: ReadonlyArray<string>
}

const readHeader = (text: string): Result.Result<Header, FormatError> => {
  const header = Cells.readHeader(text)
  const scale = timeScale(header.names[0] ?? "")
  const leads = scale === undefined ? header.names : header.names.slice(1)
  if (leads.every((name) => !/[^-+.\d]/.test(name))) {
    return refuse("malformed", "line 1", "the names of the leads")
  }
  return leads.length > mostLeads
    ? refuse("unsupported", "line 1", `at most ${mostLeads} leads`)
    : Result.succeed({ ...header, scale, leads })
}

const readRows = (text: string, header: Header): Result.Result<Cells.Rows, FormatError> => {
  const rows = Cells.readRows(text, header)
  if (!("line" in rows)) return Result.succeed(rows)
  const { line, column, expected } = rows
  const where = column === undefined ? `line ${line}` : `line ${line}, column ${column}`
  return refuse("malformed", where, expected)
}

/** Without places, each row is the next sample. */
interface Axis {
  readonly samplingRate: number
  readonly length: number
  readonly places?: Float64Array
}

const axisOf = (
  { scale }: Header,
  { columns, count, decimals }: Cells.Rows,
  samplingRate: number | undefined
): Result.Result<Axis, FormatError> => {
  if (scale === undefined && samplingRate !== undefined) {
    return Result.succeed({ samplingRate, length: count })
  }
  if (scale === undefined || (samplingRate === undefined && count < 2)) {
    return refuse("malformed", "samplingRate", "a sampling rate, where there are no times")
  }
  const times = columns[0]!.subarray(0, count)
  const axis = Time.axisOf(times, scale, 10 ** -decimals, samplingRate)
  if (!("row" in axis)) return Result.succeed(axis)
  const expected = "a time a whole number of sample periods after the one before"
  return refuse("malformed", `line ${axis.row + 2}, column 1`, expected)
}

/** How many of the units of a column of times make a second; `undefined` for any other column. */
const timeScale = (name: string): number | undefined => {
  const unit = /^time(?:_(m?s)| ?\[(m?s)\]| ?\((m?s)\))?$/i.exec(name)
  if (unit === null) return undefined
  return (unit[1] ?? unit[2] ?? unit[3] ?? "s").toLowerCase() === "ms" ? 1000 : 1
}

const named = (cell: string): Pick<Channel, "name" | "unit"> => {
  const found = /^(.*?) ?(?:\[([^[\]()]*)\]|\(([^[\]()]*)\))$/.exec(cell)
  return found === null
    ? { name: cell, unit: "" }
    : { name: found[1] ?? "", unit: found[2] ?? found[3] ?? "" }
}

const placed = (column: Float64Array, count: number, { length, places }: Axis): Float64Array => {
  if (places === undefined || length === count) return column.slice(0, count)
  const samples = new Float64Array(length).fill(NaN)
  for (let row = 0; row < count; row++) samples[places[row]!] = column[row]!
  return samples
}

/**
 * Writes a waveform as CSV: a column of times in s, then one for each channel.
 *
 * Units: voltages in the unit of the channel, which stands in brackets behind its name. Shape: commas,
 * LF; missing samples, and those behind the end of a shorter channel, are empty cells. What `decode`
 * reads of two rows or more has the same voltages, names and units, and the same sampling rate where
 * that has up to 12 digits; `startedAt` is not written.
 *
 * Fails with: `FormatError`: `malformed` for no channels, a sampling rate that is not above 0, or a
 * name or unit that would break its line; `unsupported` for channels of different sampling rates.
 *
 * @example
 * ```ts
 * import * as EcgCsv from "@bedside/core/EcgCsv"
 * import * as Result from "effect/Result"
 *
 * const lead = { name: "II", unit: "mV", samplingRate: 250, gain: 200, baseline: 0 }
 * Result.getOrThrow(EcgCsv.encode({ channels: [{ ...lead, samples: Int32Array.of(20, -20) }] })) // => "time_s,II [mV]\n0,0.1\n0.004,-0.1\n"
 * ```
 * @since 0.2.0
 */
export const encode = (waveform: Waveform): Result.Result<string, FormatError> => {
  const { channels } = waveform
  const { samplingRate } = channels[0] ?? { samplingRate: NaN }
  if (channels.some((channel) => channel.samplingRate !== samplingRate)) {
    return refuse("unsupported", "channels", "channels of one sampling rate")
  }
  if (!(samplingRate > 0 && samplingRate < Infinity)) {
    return refuse("malformed", "channels", "at least one channel, sampled at more than 0 Hz")
  }
  const odd = channels.findIndex(
    ({ name, unit }) => /[\r\n]/.test(name) || /[\r\n[\]()]/.test(unit)
  )
  if (odd !== -1) {
    return refuse(
      "malformed",
      `channels[${odd}]`,
      "a name and a unit of one line, without brackets in the unit"
    )
  }
  const lines = [["time_s", ...channels.map(headerCell)].join(",")]
  const voltages = channels.map(physical)
  const length = voltages.reduce((longest, each) => Math.max(longest, each.length), 0)
  for (let row = 0; row < length; row++) {
    let line = String(row / samplingRate)
    for (const samples of voltages) {
      const value = samples[row] ?? NaN
      line += Number.isFinite(value) ? `,${value}` : ","
    }
    lines.push(line)
  }
  return Result.succeed(`${lines.join("\n")}\n`)
}

const headerCell = ({ name, unit }: Channel): string => {
  // A name that is a number, or none, would not be known for a name.
  const isPlain = unit === "" && /[^-+.\d]/.test(name) && !/[\])]$/.test(name)
  const cell = isPlain ? name : `${name} [${unit}]`
  return /[",;\t]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
