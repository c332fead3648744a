/**
 * What a trained model sees of a patient: numbers computed from age, sex and the readings of vitals up
 * to a time.
 *
 * The guarantee that bites: a model is trained on these definitions and scored with the same ones. A
 * feature that cannot be computed is NaN, never 0, and it is the model that says what follows. Nothing
 * observed after the time of assessment counts.
 *
 * Not a medical device.
 */
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import * as Series from "../measurement/Series.ts"
import * as Vital from "../measurement/Vital.ts"
import * as Windows from "./internal/featuresWindows.ts"

/**
 * What is computed of the readings in a window: their `count`; the `first` and `last`; `mean`,
 * `minimum`, `maximum`; sample `standard-deviation`; `average-real-variability`, the mean absolute
 * difference of neighbours; `slope`, the least-squares change per hour; and `share-below` a value.
 *
 * @since 0.2.0
 */
export const Statistic = Schema.Literals([
  "count",
  "first",
  "last",
  "mean",
  "minimum",
  "maximum",
  "standard-deviation",
  "average-real-variability",
  "slope",
  "share-below"
])

/** @since 0.2.0 */
export type Statistic = typeof Statistic.Type

/**
 * A statistic of one vital over the `hours` before the assessment. A reading made exactly when the
 * window begins counts where `startIncluded`. `below` goes with `share-below`.
 *
 * @since 0.2.0
 */
export const Summary = Schema.Struct({
  vital: Vital.NumericCode,
  statistic: Statistic,
  hours: Schema.Finite.check(Schema.isGreaterThan(0)),
  startIncluded: Schema.Boolean,
  below: Schema.optionalKey(Schema.Finite)
}).annotate({ identifier: "FeatureSummary" })

/** @since 0.2.0 */
export interface Summary extends Schema.Schema.Type<typeof Summary> {}

const named = { name: Schema.NonEmptyString, unit: Schema.NonEmptyString }

/**
 * One feature, its unit in UCUM: the age in years; the sex (1 male, 0 female, 0.5 neither or unknown);
 * a summary; or the difference or ratio of two.
 *
 * @since 0.2.0
 */
export const Feature = Schema.Union([
  Schema.Struct({ ...named, kind: Schema.Literal("age") }),
  Schema.Struct({ ...named, kind: Schema.Literal("sex") }),
  Schema.Struct({ ...named, kind: Schema.Literal("summary"), of: Summary }),
  Schema.Struct({ ...named, kind: Schema.Literal("difference"), of: Summary, minus: Summary }),
  Schema.Struct({ ...named, kind: Schema.Literal("ratio"), of: Summary, over: Summary })
])

/** @since 0.2.0 */
export type Feature = typeof Feature.Type

/**
 * Which readings of a vital count, both ends included; what lies outside is an artefact and left out.
 *
 * @since 0.2.0
 */
export const Range = Schema.Struct({
  vital: Vital.NumericCode,
  minimum: Schema.Finite,
  maximum: Schema.Finite
}).annotate({ identifier: "FeatureRange" })

/** @since 0.2.0 */
export interface Range extends Schema.Schema.Type<typeof Range> {}

/**
 * The features of a model in their order, and the readings that count for them. A vital without a range
 * counts within its possible one.
 *
 * @since 0.2.0
 */
export const Definition = Schema.Struct({
  features: Schema.Array(Feature),
  ranges: Schema.Array(Range)
}).annotate({ identifier: "FeatureDefinition" })

/** @since 0.2.0 */
export interface Definition extends Schema.Schema.Type<typeof Definition> {}

/**
 * A patient up to the time of assessment. Units: `age` in years, readings in the canonical unit of
 * their vital. Readings may be in any order; those after `at` do not count.
 *
 * @since 0.2.0
 */
export interface History {
  readonly at: DateTime.DateTime
  readonly age?: number | null | undefined
  readonly sex?: "female" | "male" | "other" | "unknown" | null | undefined
  readonly readings: {
    readonly [V in Vital.NumericCode]?: ReadonlyArray<Series.Reading> | undefined
  }
}

const hour = 3_600_000

const rangeOf = (definition: Definition, vital: Vital.NumericCode): Vital.Range =>
  definition.ranges.find((range) => range.vital === vital) ?? Vital.get(vital).possible

/**
 * The readings of a vital that count, in the order in which statistics see them.
 *
 * Shape: sorted by time and then by id; those after the assessment, and those outside the range, are
 * left out.
 *
 * Fails with: nothing.
 *
 * Method: mean pressure is what was measured. Where systolic and diastolic pressures come in pairs
 * (observed at the same time, diastolic below systolic) and no mean pressure has come for two hours
 * before, or ever, the pair counts as `diastolic + (systolic - diastolic) / 3`: the devices of a ward
 * do not all send a mean.
 *
 * @example
 * ```ts
 * import * as Features from "@bedside/core/Features"
 * import * as Timestamp from "@bedside/core/Timestamp"
 *
 * const observedAt = Timestamp.at(0)
 * const readings = {
 *   "systolic-pressure": [{ id: "s", observedAt, value: 120 }],
 *   "diastolic-pressure": [{ id: "d", observedAt, value: 60 }]
 * }
 * const usable = Features.usable({ features: [], ranges: [] }, { at: observedAt, readings }, "mean-pressure")
 * usable.map(({ value }) => value) // => [80]
 * ```
 * @since 0.2.0
 */
export const usable = (
  definition: Definition,
  history: History,
  vital: Vital.NumericCode
): ReadonlyArray<Series.Reading> => {
  const measured = measuredOf(definition, history, vital)
  if (vital !== "mean-pressure") return measured
  const last = measured.at(-1)
  const from = last === undefined ? -Infinity : millis(last) + 2 * hour
  const derived = Windows.meansOf(
    measuredOf(definition, history, "systolic-pressure"),
    measuredOf(definition, history, "diastolic-pressure")
  )
  return [...measured, ...derived.filter((reading) => millis(reading) > from)]
}

const measuredOf = (
  definition: Definition,
  { at, readings }: History,
  vital: Vital.NumericCode
): ReadonlyArray<Series.Reading> => {
  const range = rangeOf(definition, vital)
  const until = DateTime.toEpochMillis(at)
  const counted = (readings[vital] ?? []).filter(
    (reading) => Vital.within(range, reading.value) && millis(reading) <= until
  )
  return Series.sorted(counted)
}

const millis = ({ observedAt }: Series.Reading): number => DateTime.toEpochMillis(observedAt)

/**
 * The features of a patient, in the order of their definition; NaN where one cannot be computed.
 *
 * Shape: one number for each feature. A mean needs one reading, what is about spread or slope two.
 *
 * Fails with: nothing.
 *
 * Method: as the statistics are described; the slope is that of least squares on time in hours, and has
 * none where all readings are of one time.
 *
 * @example
 * ```ts
 * import * as Features from "@bedside/core/Features"
 * import * as Timestamp from "@bedside/core/Timestamp"
 *
 * const of = { vital: "heart-rate", statistic: "slope", hours: 12, startIncluded: false } as const
 * const slope = { name: "heart-rate slope 12 h", unit: "/min/h", kind: "summary", of } as const
 * const heartRates = [80, 84, 88].map((value, hour) => ({
 *   id: `r${hour}`,
 *   observedAt: Timestamp.at(hour * 3_600_000),
 *   value
 * }))
 * const history = { at: Timestamp.at(7_200_000), readings: { "heart-rate": heartRates } }
 * Array.from(Features.extract({ features: [slope], ranges: [] }, history)) // => [4]
 * ```
 * @since 0.2.0
 */
export const extract = (definition: Definition, history: History): Float64Array => {
  const until = DateTime.toEpochMillis(history.at)
  const series = new Map<Vital.NumericCode, Windows.Timed>()
  const seriesOf = (vital: Vital.NumericCode): Windows.Timed => {
    const known = series.get(vital)
    if (known !== undefined) return known
    const readings = usable(definition, history, vital)
    const made = {
      hours: Float64Array.from(readings, (reading) => (millis(reading) - until) / hour),
      values: Float64Array.from(readings, ({ value }) => value)
    }
    series.set(vital, made)
    return made
  }
  const summarise = (of: Summary) => Windows.summarise(seriesOf(of.vital), of)
  return Float64Array.from(definition.features, (feature) => valueOf(feature, history, summarise))
}

const valueOf = (
  feature: Feature,
  { age, sex }: History,
  summarise: (of: Summary) => number
): number => {
  switch (feature.kind) {
    case "age":
      return age ?? NaN
    case "sex":
      return sex === "male" ? 1 : sex === "female" ? 0 : 0.5
    case "summary":
      return summarise(feature.of)
    case "difference":
      return summarise(feature.of) - summarise(feature.minus)
    case "ratio":
      return summarise(feature.of) / summarise(feature.over)
  }
}
