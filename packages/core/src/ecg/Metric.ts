/**
 * What an analysis says of a recording: metrics, each under its name, version and parameters, and
 * where in the recording they were seen.
 *
 * A stored metric is identified by name, version and lead, so a better method is a new version beside
 * the old one and never a silent change.
 */
import * as Schema from "effect/Schema"

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
 * Where in a recording something was found, in samples; in one lead, or in all of them when `lead` is
 * absent. `label` is text to show with it.
 *
 * @since 0.2.0
 */
export interface Mark {
  readonly kind: string
  readonly lead?: string
  readonly onset: number
  readonly peak?: number
  readonly offset: number
  readonly label?: string
}

/**
 * A metric with the places it was taken from, which are made anew when they are wanted and not stored.
 *
 * @since 0.2.0
 */
export interface Finding extends Metric {
  readonly marks?: ReadonlyArray<Mark>
}

/**
 * A finding without its marks, as it is stored.
 *
 * Shape: the metric alone.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Metric from "@bedside/core/Metric"
 *
 * const marks = [{ kind: "beat", onset: 100, offset: 100 }]
 * Metric.ofFinding({ name: "beats", version: "1", parameters: {}, value: 1, marks }) // => { name: "beats", version: "1", parameters: {}, value: 1 }
 * ```
 * @since 0.2.0
 */
export const ofFinding = ({ marks: _, ...metric }: Finding): Metric => metric
