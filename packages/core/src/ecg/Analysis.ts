/**
 * Every metric of a recording, each under its name, version and parameters.
 *
 * A lead that fails does not fail the others: its metric carries the reason in place of a value. A
 * stored metric is identified by name, version and lead, so a better method is a new version beside
 * the old one and never a silent change.
 */
import * as Schema from "effect/Schema"
import * as Crossings from "./Crossings.ts"
import type * as Recording from "./Recording.ts"

/**
 * A stretch of a recording with what was found in it: from sample `start` to before sample `end`,
 * with the figures it rests on.
 *
 * @since 0.2.0
 */
export const Episode = Schema.Struct({
  kind: Schema.String,
  start: Schema.Int,
  end: Schema.Int,
  evidence: Schema.Record(Schema.String, Schema.Finite)
}).annotate({ identifier: "EcgEpisode" })
export interface Episode extends Schema.Schema.Type<typeof Episode> {}

/**
 * One metric: of one lead, or of the whole recording when `lead` is absent. Either `value` or
 * `error` is there. `unit` is a UCUM code; `episodes` are the stretches that a count counts.
 *
 * @since 0.1.0
 */
export const Metric = Schema.Struct({
  name: Schema.String,
  version: Schema.String,
  parameters: Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite])),
  lead: Schema.optionalKey(Schema.String),
  unit: Schema.optionalKey(Schema.String),
  value: Schema.optionalKey(Schema.Finite),
  episodes: Schema.optionalKey(Schema.Array(Episode)),
  error: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Metric" })
export interface Metric extends Schema.Schema.Type<typeof Metric> {}

/**
 * The edition of the methods below. It changes with every new method and every new version of one,
 * and stored recordings are then analysed again.
 *
 * @since 0.2.0
 */
export const edition = "1"

const zeroCrossings = (lead: Recording.Lead): Metric => ({
  name: "zero-crossings",
  version: "1",
  parameters: { definition: "sign-change" },
  lead: lead.name,
  value: Crossings.count(lead.samples)
})

/**
 * Makes every metric that a recording allows.
 *
 * Shape: one metric per lead and method, in the order of the leads. Zero crossings are counted by the
 * definition `sign-change`, a number of crossings over the whole lead.
 *
 * Fails with: nothing.
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
export const analyse = (recording: Recording.Recording): ReadonlyArray<Metric> =>
  recording.leads.map(zeroCrossings)
