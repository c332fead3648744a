/**
 * The risk that lies in a blood pressure's fluctuation: its variability over time, and from day to day
 * at home.
 *
 * The guarantee that bites: order and equal times change what is measured. Readings are sorted by the
 * time they were observed and then by id, the ties are counted, and both are in the result. Which
 * readings belong together (awake or asleep, one visit or many) is for the caller to say.
 *
 * Research-grade: there is one published threshold, and none of this is a diagnosis. Not a medical
 * device.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Timestamp from "../input/Timestamp.ts"
import * as Series from "../measurement/Series.ts"
import * as Vital from "../measurement/Vital.ts"
import type * as Form from "./Form.ts"
import * as Equation from "./internal/equation.ts"
import * as Score from "./Score.ts"

/**
 * Which of the two pressures the readings are of.
 *
 * @since 0.2.0
 */
export const Pressure = Schema.Literals(["systolic", "diastolic"])

/** @since 0.2.0 */
export type Pressure = typeof Pressure.Type

/**
 * What variation independent of the mean takes from a population, and never from one patient: the
 * `exponent` x of SD = k mean^x fitted over its people, and the `mean` of its pressures in mm[Hg].
 *
 * @since 0.2.0
 */
export interface Population {
  readonly exponent: number
  readonly mean: number
}

const order = "by time of observation, then by id"

const evidence = "research-grade"

/**
 * How many readings, or days at home, are advised before variability is read at all.
 *
 * @since 0.2.0
 */
export const recommendedMinimum = { ambulatoryReadings: 20, homeDays: 3 } as const

const researchFields = {
  ...Equation.commonFields,
  pressure: Pressure,
  order: Schema.Literal(order),
  evidence: Schema.Literal(evidence),
  recommendedMinimum: Schema.Struct({
    ambulatoryReadings: Schema.Literal(recommendedMinimum.ambulatoryReadings),
    homeDays: Schema.Literal(recommendedMinimum.homeDays)
  })
}

/**
 * The variability of a series of readings: the fields of `Series.Fluctuation`, with the range, the
 * readings that were `omitted` because they are not finite, and variation independent of the mean, which
 * is null (and `population` among `missing`) unless a population was given, and null where the mean is
 * below 1 mm[Hg]. All are in mm[Hg] but
 * `count`, `ties`, `omitted` and `coefficientOfVariation` (%).
 *
 * @since 0.2.0
 */
export const Variability = Schema.Struct({
  ...researchFields,
  ...Series.Fluctuation.fields,
  range: Schema.Finite,
  omitted: Schema.Int,
  variationIndependentOfMean: Schema.NullOr(Schema.Finite)
}).annotate({ identifier: "PressureVariability" })

/** @since 0.2.0 */
export interface Variability extends Schema.Schema.Type<typeof Variability> {}

/**
 * The variability of the pressure from day to day. `days` are those that had a reading in the morning;
 * `band` holds `coefficientOfVariation` against `threshold`, both in %, and is null where the threshold
 * does not apply: `bandUnavailable` then says why.
 *
 * @since 0.2.0
 */
export const DayToDay = Schema.Struct({
  ...researchFields,
  band: Schema.NullOr(Schema.Literals(["increased", "not-increased"])),
  bandUnavailable: Schema.NullOr(Schema.String),
  days: Schema.Int,
  mean: Schema.Finite,
  standardDeviation: Schema.Finite,
  coefficientOfVariation: Schema.NullOr(Schema.Finite),
  threshold: Schema.Finite
}).annotate({ identifier: "DayToDayVariability" })

/** @since 0.2.0 */
export interface DayToDay extends Schema.Schema.Type<typeof DayToDay> {}

/**
 * The id, implementation version and sources that every result of `variability` carries.
 *
 * @since 0.2.0
 */
export const aboutVariability = {
  score: "pressure-variability",
  version: "1",
  citation:
    "Mena L et al. J Hypertens 2005;23:505-511, doi:10.1097/01.hjh.0000160205.81652.5a. Rothwell PM et " +
    "al. Lancet 2010;375:895-905, doi:10.1016/S0140-6736(10)60308-X."
} as const

/**
 * The id, implementation version and source that every result of `homeDayToDay` carries.
 *
 * @since 0.2.0
 */
export const aboutDayToDay = {
  score: "home-day-to-day-variability",
  version: "1",
  citation:
    "Juhanoja EP et al. Outcome-driven thresholds for increased home blood pressure variability. " +
    "Hypertension 2017;69:599-607. doi:10.1161/HYPERTENSIONAHA.116.08603"
} as const

const unit = "mm[Hg]"

// In mm[Hg]. A power of a mean near 0 is no number that anyone measured.
const lowestMean = 1

const means = { minimum: lowestMean, maximum: 400, expected: `${lowestMean} to 400 ${unit}` }
const exponents = { minimum: -10, maximum: 10, expected: "-10 to 10" }

const possible = {
  systolic: Vital.get("systolic-pressure").possible,
  diastolic: Vital.get("diastolic-pressure").possible
}

const inputs: ReadonlyArray<Form.Field> = [
  {
    kind: "code",
    name: "pressure",
    expected: `one of ${Pressure.literals.join(", ")}`,
    codes: Pressure.literals,
    required: true
  },
  {
    kind: "readings",
    name: "readings",
    expected: `${possible.systolic.minimum} to ${possible.systolic.maximum} ${unit}`,
    unit,
    ...possible.systolic,
    required: true
  }
]

/**
 * What the variability asks for, as data; a diastolic pressure has a narrower range than is shown.
 *
 * @since 0.2.0
 */
export const formVariability: Form.Form = {
  ...aboutVariability,
  population: "anyone",
  inputs: [
    ...inputs,
    {
      kind: "parameters",
      name: "population",
      expected: "the exponent and the mean of a population",
      parameters: [
        { kind: "number", ...exponents, name: "exponent", unit: "1" },
        { kind: "number", ...means, name: "mean", unit }
      ]
    }
  ]
}

/**
 * What the day-to-day variability asks for, as data.
 *
 * @since 0.2.0
 */
export const formDayToDay: Form.Form = { ...aboutDayToDay, population: "anyone", inputs }

/**
 * Measures the variability of a series of blood pressures.
 *
 * Units and shape: readings of one pressure in mm[Hg], in any order; a reading that is not finite is
 * missing and left out. `population` has its mean in mm[Hg]. There are no bands.
 *
 * Fails with: `ImpossibleInput`, naming by its position every reading outside the possible range, and a
 * population whose mean is outside 1 to 400 mm[Hg] or whose exponent is outside -10 to 10;
 * `TooFewReadings`, below two finite readings, where variability is not defined.
 *
 * Method: `Series.fluctuation` for all but the last: standard deviation with n - 1, coefficient of
 * variation, average real variability (Mena et al. 2005), successive variation. Variation independent of
 * the mean is SD / mean^x times M^x, with the exponent x and the mean M of the population (Rothwell et
 * al. 2010): both come from a fit over many people and are taken as given.
 *
 * @example
 * ```ts
 * import * as Fluctuation from "@bedside/core/Fluctuation"
 * import * as Timestamp from "@bedside/core/Timestamp"
 * import * as Result from "effect/Result"
 *
 * const readings = [120, 130, 110].map((value, hour) => ({
 *   id: `r${hour}`,
 *   observedAt: Timestamp.at(hour * 3_600_000),
 *   value
 * }))
 * const found = Result.getOrThrow(Fluctuation.variability(readings, { pressure: "systolic" }))
 * found.averageRealVariability // => 15
 * found.variationIndependentOfMean // => null
 * const population = { exponent: 1, mean: 132 }
 * const known = Fluctuation.variability(readings, { pressure: "systolic", population })
 * Result.getOrThrow(known).variationIndependentOfMean // => 11
 * ```
 * @since 0.2.0
 */
export const variability = (
  readings: ReadonlyArray<Series.Reading>,
  options: { readonly pressure: Pressure; readonly population?: Population | null | undefined }
): Result.Result<Variability, Score.ImpossibleInput | Series.TooFewReadings> => {
  const population = options.population ?? undefined
  const impossible = [
    ...impossibleReadings(readings, options.pressure),
    ...impossiblePopulation(population)
  ]
  if (impossible.length > 0) {
    const { score } = aboutVariability
    return Result.fail(new Score.ImpossibleInput({ score, inputs: impossible }))
  }
  const series = Series.sorted(readings.filter(isMeasured))
  return Result.map(Series.fluctuation(series), (fluctuation) => ({
    ...aboutVariability,
    ...common(series, options.pressure),
    band: null,
    missing: population === undefined ? ["population"] : [],
    ...fluctuation,
    range: rangeOf(series),
    omitted: readings.length - series.length,
    variationIndependentOfMean: independentOfMean(fluctuation, population)
  }))
}

const independentOfMean = (
  { mean, standardDeviation }: Series.Fluctuation,
  population: Population | undefined
): number | null =>
  population === undefined || mean < lowestMean
    ? null
    : standardDeviation * (population.mean / mean) ** population.exponent

const rangeOf = (series: ReadonlyArray<Series.Reading>): number => {
  const values = series.map(({ value }) => value)
  return values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b))
}

const isMeasured = ({ value }: Series.Reading): boolean => Number.isFinite(value)

const common = (series: ReadonlyArray<Series.Reading>, pressure: Pressure) =>
  ({
    pressure,
    order,
    evidence,
    recommendedMinimum,
    contributions: [],
    inputs: series.map(({ observedAt, value }) => ({
      name: nameOf(pressure),
      value,
      unit,
      observedAt: DateTime.isZoned(observedAt)
        ? observedAt
        : Timestamp.at(DateTime.toEpochMillis(observedAt))
    })),
    rounding: "none",
    response: null
  }) as const

const nameOf = (pressure: Pressure): string => `${pressure}Pressure`

const impossibleReadings = (
  readings: ReadonlyArray<Series.Reading>,
  pressure: Pressure
): Score.ImpossibleInput["inputs"] => {
  const { maximum, minimum } = possible[pressure]
  return readings.flatMap((reading, index) =>
    !isMeasured(reading) || Vital.within(possible[pressure], reading.value)
      ? []
      : [{ name: `${nameOf(pressure)}[${index}]`, expected: `${minimum} to ${maximum} ${unit}` }]
  )
}

// A population that is given is given whole: a mean or an exponent that is absent is no 0.
const impossiblePopulation = (
  population: Population | undefined
): Score.ImpossibleInput["inputs"] => {
  if (population === undefined) return []
  const { exponent, mean } = population
  const isMean = Vital.within(means, mean)
  const isExponent = Vital.within(exponents, exponent)
  return [
    ...(isMean ? [] : [{ name: "population.mean", expected: means.expected }]),
    ...(isExponent ? [] : [{ name: "population.exponent", expected: exponents.expected }])
  ]
}

/**
 * A reading at home, with the offset of the clock it was taken by.
 *
 * @since 0.2.0
 */
export interface HomeReading extends Series.Reading {
  readonly observedAt: Timestamp.Timestamp
}

// Above these, in %, lay the tenth of the people whose pressure varied most, and their risk was raised.
const thresholds = { systolic: 11, diastolic: 12.8 }

const fewestDays = recommendedMinimum.homeDays
const mostDays = 7

// By the clock of the reading: from 5:00 and before 12:00.
const morning = { from: 5, until: 12 }

/**
 * Measures how a blood pressure at home varies from day to day.
 *
 * Units and shape: readings of one pressure in mm[Hg], in any order; a reading that is not finite is
 * missing and left out. The first reading of each morning counts, and no other; `inputs` are those that
 * counted. `band` is `increased` above a coefficient of variation of 11.0 % (systolic) or 12.8 %
 * (diastolic), otherwise `not-increased`, and null outside 3 to 7 days.
 *
 * Fails with: `ImpossibleInput`, naming by its position every reading outside the possible range;
 * `TooFewReadings`, below two mornings.
 *
 * Method: Juhanoja et al. 2017 (doi:10.1161/HYPERTENSIONAHA.116.08603): 6238 people of three countries,
 * the coefficient of variation (with n - 1) of the first morning pressures of 3 to 7 days; the highest
 * tenth had more cardiovascular deaths and events. It is one study and no diagnosis. Morning is from 5:00
 * to before 12:00 by the clock of the reading; of readings at one time the one whose id comes first
 * counts.
 *
 * @example
 * ```ts
 * import * as Fluctuation from "@bedside/core/Fluctuation"
 * import * as Timestamp from "@bedside/core/Timestamp"
 * import * as Result from "effect/Result"
 *
 * const day = 86_400_000
 * const readings = [100, 120, 140].map((value, index) => ({
 *   id: `r${index}`,
 *   observedAt: Timestamp.at(index * day + day / 3),
 *   value
 * }))
 * const found = Result.getOrThrow(Fluctuation.homeDayToDay(readings, { pressure: "systolic" }))
 * found.standardDeviation // => 20
 * found.band // => "increased"
 * found.evidence // => "research-grade"
 * ```
 * @since 0.2.0
 */
export const homeDayToDay = (
  readings: ReadonlyArray<HomeReading>,
  { pressure }: { readonly pressure: Pressure }
): Result.Result<DayToDay, Score.ImpossibleInput | Series.TooFewReadings> => {
  const impossible = impossibleReadings(readings, pressure)
  if (impossible.length > 0) {
    return Result.fail(
      new Score.ImpossibleInput({ score: aboutDayToDay.score, inputs: impossible })
    )
  }
  const mornings = firstOfEachMorning(readings.filter(isMeasured))
  return Result.map(Series.fluctuation(mornings), (fluctuation) => {
    const { coefficientOfVariation, count, mean, standardDeviation } = fluctuation
    const threshold = thresholds[pressure]
    const bandUnavailable = reasonForNoBand(fluctuation)
    const isIncreased = (coefficientOfVariation ?? 0) > threshold
    return {
      ...aboutDayToDay,
      ...common(mornings, pressure),
      missing: [],
      band: bandUnavailable === null ? (isIncreased ? "increased" : "not-increased") : null,
      bandUnavailable,
      days: count,
      mean,
      standardDeviation,
      coefficientOfVariation,
      threshold
    }
  })
}

const reasonForNoBand = ({ coefficientOfVariation, count }: Series.Fluctuation): string | null => {
  if (coefficientOfVariation === null) return "the mean is not positive"
  return count < fewestDays || count > mostDays
    ? `the threshold is for ${fewestDays} to ${mostDays} days`
    : null
}

const firstOfEachMorning = (readings: ReadonlyArray<HomeReading>): ReadonlyArray<HomeReading> => {
  const byDay = new Map<string, HomeReading>()
  for (const reading of Series.sorted(readings)) {
    const { day, hour, month, year } = DateTime.toParts(reading.observedAt)
    const date = `${year}-${month}-${day}`
    const isMorning = hour >= morning.from && hour < morning.until
    if (isMorning && !byDay.has(date)) byDay.set(date, reading)
  }
  return [...byDay.values()]
}
