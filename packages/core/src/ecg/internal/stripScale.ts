/**
 * How the samples of a recording become millimetres, and into which rows they fall.
 */
import * as Trace from "./stripTrace.ts"
import * as Recording from "../Recording.ts"
import type * as Signal from "../Signal.ts"

/** What may be asked of a strip. */
export interface Options {
  readonly from?: number | undefined
  readonly seconds?: number | undefined
  readonly speed?: number | undefined
  readonly amplitude?: number | undefined
  readonly leads?: ReadonlyArray<string> | undefined
}

/**
 * `from` and `to` are samples, `to` not included; `speed` in mm/s, `amplitude` in mm/mV, `width` in mm
 * of every row. Without a sampling rate or a gain the strip is not to scale.
 */
export interface Scale {
  readonly isTimed: boolean
  readonly isCalibrated: boolean
  readonly samplingRate: number
  readonly speed: number
  readonly amplitude: number
  readonly mmPerSample: number
  readonly mmPerUnit: number
  readonly from: number
  readonly to: number
  readonly width: number
}

/** The samples of a row, as fractions, to `end`, not included; sample `start` is at `x` mm. */
export interface Row {
  readonly start: number
  readonly end: number
  readonly x: number
  readonly mmPerSample: number
}

const longestStrip = 60
const longestRow = 250
const shortestRow = 100

// Samples without a rate are drawn as if they had the one that WFDB assumes.
const assumedRate = 250

/** The leads asked for, in the order asked for. */
export const leads = (
  recording: Recording.Recording,
  { leads: names }: Options
): ReadonlyArray<Recording.Lead> =>
  names === undefined
    ? recording.leads
    : names.flatMap((name) => recording.leads.find((lead) => lead.name === name) ?? [])

/** The scale of the leads that are drawn. */
export const of = (
  recording: Recording.Recording,
  drawn: ReadonlyArray<Recording.Lead>,
  options: Options
): Scale => {
  const samplingRate = known(recording.samplingRate)
  const gain = known(recording.gain)
  const rate = samplingRate ?? assumedRate
  const speed = within(options.speed, 5, 100, 25)
  const amplitude = within(options.amplitude, 1, 40, 10)
  const seconds = within(options.seconds, 0.1, longestStrip, 10)
  const length = drawn.reduce((most, { samples }) => Math.max(most, samples.length), 0)
  const from = Math.round(within(options.from, 0, length / rate, 0) * rate)
  const to = Math.min(length, from + Math.round(seconds * rate))
  const mmPerSample = speed / rate
  const fives = Math.ceil(((to - from) * mmPerSample) / 5 - 1e-6) * 5
  return {
    isTimed: samplingRate !== undefined,
    isCalibrated: gain !== undefined,
    samplingRate: rate,
    speed,
    amplitude,
    mmPerSample,
    mmPerUnit: gain === undefined ? fitting(drawn, from, to) : amplitude / gain,
    from,
    to,
    width: within(fives, shortestRow, longestRow, shortestRow)
  }
}

const known = (value: number | undefined): number | undefined =>
  value !== undefined && value > 0 && Number.isFinite(value) ? value : undefined

/** A number within its limits; the usual one where there is none. */
export const within = (
  value: number | undefined,
  lowest: number,
  highest: number,
  usual: number
): number =>
  value === undefined || Number.isNaN(value) ? usual : Math.min(highest, Math.max(lowest, value))

// The middle 99 % of the lead that spans most shall be some 20 mm high, in a round number of units
// per mm.
const fitting = (drawn: ReadonlyArray<Recording.Lead>, from: number, to: number): number => {
  const spans = drawn.map((lead) => {
    const values = Trace.sorted(stretch(lead, from, to))
    return Trace.quantile(values, 0.995, 0) - Trace.quantile(values, 0.005, 0)
  })
  const unitsPerMm = Math.max(...spans, 0) / 20
  const power = 10 ** Math.floor(Math.log10(unitsPerMm))
  const digit = [1, 2, 5, 10].find((each) => each * power >= unitsPerMm) ?? 1
  return unitsPerMm > 0 ? 1 / (digit * power) : 1
}

/** The rows of a strip that begin at `x`; one where there is nothing to draw. */
export const rows = ({ from, to, mmPerSample }: Scale, x: number): ReadonlyArray<Row> => {
  const samples = longestRow / mmPerSample
  const count = Math.max(1, Math.ceil((to - from) / samples - 1e-9))
  return Array.from({ length: count }, (_, index) => {
    const start = from + index * samples
    return { start, end: Math.min(to, start + samples), x, mmPerSample }
  })
}

const stretch = (lead: Recording.Lead, from: number, to: number): Signal.Signal =>
  Recording.signal({ name: lead.name, samples: lead.samples.subarray(from, to) })

/**
 * The samples of a lead in a row and where the first of them is, in mm. There is one more than fits,
 * which takes the line to the edge.
 */
export const samples = (lead: Recording.Lead, row: Row) => {
  const first = Math.ceil(row.start - 1e-9)
  return {
    signal: stretch(lead, first, Math.floor(row.end + 1e-9) + 1),
    x: row.x + (first - row.start) * row.mmPerSample
  }
}
