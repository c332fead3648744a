/**
 * Every metric of a recording, each under its name, version and parameters.
 *
 * A lead that fails does not fail the others: its metrics carry the reason in place of a value.
 */
import * as Result from "effect/Result"
import * as Methods from "./internal/analysisMethods.ts"
import * as Reading from "./internal/analysisReading.ts"
import type * as Metric from "./Metric.ts"
import * as Recording from "./Recording.ts"

/**
 * The edition of the methods below. It changes with every new method and every new version of one,
 * and stored recordings are then analysed again.
 *
 * @since 0.2.0
 */
export const edition = "2"

/**
 * Makes every metric that a recording allows.
 *
 * Units: each metric names its own. Shape: first the metrics of the leads, lead by lead in their order,
 * then those of what the leads show together, which have no `lead`. Without a sampling rate only
 * `zero-crossings` are made, and without a gain no `st-level`.
 *
 * Fails with: nothing. A metric that could not be made says why in `error`: the reason of the
 * `SignalError` that stands for the signal, `unusable` with the reasons of its `quality` for a lead in
 * which no heart can be read, `no readable lead` for the recording, or `too little to measure`.
 *
 * Method: each is that of its module. Beats are found in all readable leads together, and also in each
 * by itself; the waves of a lead are those around the beats of all. QTc is that of the median QT and
 * the median interval. Rhythm takes P waves from the lead of the best quality, and stretches in which
 * no lead is usable belong to no interval and no episode.
 *
 * @example
 * ```ts
 * import * as Analysis from "@bedside/core/Analysis"
 * import * as Recording from "@bedside/core/Recording"
 *
 * const recording = { id: "10", date: "2026-03-01", leads: [{ name: "I", samples: Recording.pack([1, -1, 1]) }] }
 * Analysis.analyse(recording).map((metric) => [metric.name, metric.lead, metric.value]) // => [["zero-crossings", "I", 2]]
 * ```
 * @since 0.1.0
 */
export const analyse = (recording: Recording.Recording): ReadonlyArray<Metric.Finding> => {
  const { leads, samplingRate, gain } = recording
  if (samplingRate === undefined) return leads.flatMap(ofSamples)
  const reading = Reading.read(recording, { samplingRate, gain })
  return [
    ...reading.leads.flatMap((lead) => [...ofSamples(lead.recorded), ...ofLead(lead, gain)]),
    ...ofHeart(reading.heart)
  ]
}

const ofSamples = (lead: Recording.Lead): ReadonlyArray<Metric.Finding> =>
  Methods.ofSamples.map((method) => Methods.apply(method, lead, { lead: lead.name }))

const ofLead = (
  { recorded: { name }, lead: read, complexes }: Reading.Reading["leads"][number],
  gain: number | undefined
): ReadonlyArray<Metric.Finding> => {
  const of = { lead: name }
  const ofWaves = [...Methods.ofComplexes, ...(gain === undefined ? [] : Methods.ofVoltages)]
  const failed = (error: string) => [
    ...Methods.ofReadableLeads.map((method) => Methods.fail(method, error, of)),
    ...ofWaves.map((method) => Methods.fail(method, error, of))
  ]
  if (Result.isFailure(read)) {
    const { reason } = read.failure
    return [...Methods.ofLeads.map((method) => Methods.fail(method, reason, of)), ...failed(reason)]
  }
  const lead = read.success
  const quality = Methods.ofLeads.map((method) => Methods.apply(method, lead, of))
  return complexes === undefined
    ? [...quality, ...failed(`unusable: ${lead.quality.reasons.join(", ")}`)]
    : [
        ...quality,
        ...Methods.ofReadableLeads.map((method) => Methods.apply(method, lead, of)),
        ...ofWaves.map((method) => Methods.apply(method, { name, ...complexes }, of))
      ]
}

const ofHeart = (heart: Reading.Heart | undefined): ReadonlyArray<Metric.Finding> =>
  Methods.ofHearts.map((method) =>
    heart === undefined ? Methods.fail(method, "no readable lead") : Methods.apply(method, heart)
  )

/**
 * The marks of a stretch of a recording, without analysing the rest of it.
 *
 * Units: `from` and `to` in samples, and the marks as well, counted from the start of the recording.
 * Shape: what lies within the stretch; 30 s around it are read with it, because beats, shapes and
 * rhythms are known by what stands beside them. An episode that goes on outside ends there.
 *
 * Fails with: nothing; there are no marks without a sampling rate.
 *
 * @example
 * ```ts
 * import * as Analysis from "@bedside/core/Analysis"
 * import * as Recording from "@bedside/core/Recording"
 *
 * const flat = { id: "10", date: "2026-03-01", samplingRate: 250, leads: [{ name: "I", samples: new Int16Array(5_000) }] }
 * Analysis.marks(flat, 0, 2_500).map(({ kind, label }) => [kind, label]) // => [["unusable", "flat-line"]]
 * ```
 * @since 0.2.0
 */
export const marks = (
  recording: Recording.Recording,
  from: number,
  to: number
): ReadonlyArray<Metric.Mark> => {
  const start = Math.max(0, Math.floor(from - context * (recording.samplingRate ?? 0)))
  const end = Math.ceil(to + context * (recording.samplingRate ?? 0))
  return analyse(Recording.slice(recording, start, end))
    .flatMap((finding) => finding.marks ?? [])
    .map(({ onset, peak, offset, ...mark }) => ({
      ...mark,
      onset: onset + start,
      ...(peak === undefined ? {} : { peak: peak + start }),
      offset: offset + start
    }))
    .filter((mark) => mark.offset >= from && mark.onset < to)
}

/** Seconds around a stretch that are read with it. */
const context = 30
