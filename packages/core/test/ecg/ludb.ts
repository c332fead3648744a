/**
 * The records of LUDB, and how well waves agree with those that cardiologists marked in every lead.
 *
 * The marks leave out the first and the last beats of a lead. What is found outside the first and the
 * last mark of a lead is therefore not counted, nor is what is found near a wave whose onset or offset
 * was not marked.
 */
import { readdirSync } from "node:fs"
import * as Agreement from "../../src/ecg/Agreement.ts"
import type * as Wfdb from "../../src/ecg/formats/Wfdb.ts"
import type * as Waves from "../../src/ecg/Waves.ts"
import * as Records from "./records.ts"

const leads = "i ii iii avr avl avf v1 v2 v3 v4 v5 v6".split(" ")

export interface Marked {
  readonly onset: number | undefined
  readonly peak: number
  readonly offset: number | undefined
}

export type WaveName = "p" | "qrs" | "t"

export interface Lead {
  readonly name: string
  readonly samples: Int32Array | Float64Array
  readonly samplingRate: number
  readonly waves: { readonly [W in WaveName]: ReadonlyArray<Marked> }
  readonly first: number
  readonly last: number
}

/** The numbers of the records, odd ones for tuning and even ones to score. */
export const numbers = (folder: string, remainder: 0 | 1): ReadonlyArray<number> =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".hea"))
    .map((file) => Number(file.slice(0, -4)))
    .filter((number) => number % 2 === remainder)
    .sort((a, b) => a - b)

const marked = (
  annotations: ReadonlyArray<Wfdb.Annotation>,
  symbol: string
): ReadonlyArray<Marked> =>
  annotations.flatMap((annotation, index) => {
    if (annotation.symbol !== symbol) return []
    const [before, after] = [annotations[index - 1], annotations[index + 1]]
    return {
      onset: before?.symbol === "(" ? before.sample : undefined,
      peak: annotation.sample,
      offset: after?.symbol === ")" ? after.sample : undefined
    }
  })

export const record = (folder: string, number: number): ReadonlyArray<Lead> => {
  const { channels } = Records.record(folder, String(number))
  return leads.flatMap((name, index) => {
    const annotations = Records.annotations(folder, String(number), name)
    const channel = channels[index]
    const [first, last] = [annotations[0], annotations.at(-1)]
    if (channel === undefined || first === undefined || last === undefined) return []
    const waves = {
      p: marked(annotations, "p"),
      qrs: marked(annotations, "N"),
      t: marked(annotations, "t")
    }
    const { samples, samplingRate } = channel
    return {
      name: `${number}.${name}`,
      samples,
      samplingRate,
      waves,
      first: first.sample,
      last: last.sample
    }
  })
}

/** How one boundary agrees: `mean` and `std` of the errors in ms, found minus marked. */
export interface Row {
  readonly wave: WaveName
  readonly boundary: "onset" | "offset"
  readonly sensitivity: number
  readonly positivePredictivity: number
  readonly mean: number
  readonly std: number
}

const window = 0.15

const isKnown = (sample: number | undefined): sample is number => sample !== undefined

const row = (
  found: ReadonlyArray<{ readonly lead: Lead; readonly beats: ReadonlyArray<Waves.Beat> }>,
  wave: WaveName,
  boundary: "onset" | "offset"
): Row => {
  const errors: Array<number> = []
  let missed = 0
  let extra = 0
  for (const { lead, beats } of found) {
    const { samplingRate, waves, first, last } = lead
    const reference = waves[wave].map((mark) => mark[boundary]).filter(isKnown)
    const test = beats.map((beat) => beat[wave]?.[boundary]).filter(isKnown)
    const agreement = Agreement.compare(reference, test, { samplingRate, window })
    const unmarked = waves[wave].filter((mark) => mark[boundary] === undefined)
    const isUnmarked = (sample: number) =>
      unmarked.some(({ peak }) => Math.abs(sample - peak) <= window * samplingRate)
    errors.push(...agreement.errors)
    missed += agreement.missed.length
    extra += agreement.extra.filter(
      (sample) => sample >= first && sample <= last && !isUnmarked(sample)
    ).length
  }
  const count = errors.length
  const mean = errors.reduce((sum, error) => sum + error, 0) / count
  const squares = errors.reduce((sum, error) => sum + (error - mean) ** 2, 0)
  return {
    wave,
    boundary,
    sensitivity: (100 * count) / (count + missed),
    positivePredictivity: (100 * count) / (count + extra),
    mean,
    std: Math.sqrt(squares / (count - 1))
  }
}

/** The agreement of every boundary, over all leads together. */
export const agreement = (
  all: ReadonlyArray<Lead>,
  delineate: (lead: Lead) => ReadonlyArray<Waves.Beat>
): ReadonlyArray<Row> => {
  const found = all.map((lead) => ({ lead, beats: delineate(lead) }))
  const waves = ["p", "qrs", "t"] as const
  return waves.flatMap((wave) => [row(found, wave, "onset"), row(found, wave, "offset")])
}
