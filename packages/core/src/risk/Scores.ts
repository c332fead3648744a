/**
 * Every score, equation and derived quantity, in one table: what each asks for, what it answers, and
 * how it is computed from JSON.
 *
 * The guarantee that bites: what comes from outside is checked against the form of the score before it
 * is scored. A field that the score does not have is refused by its name, so a misspelt input is never
 * one that is missing.
 *
 * Not a medical device: a score supports the judgement of a clinician and does not replace it.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Invalid from "../input/Invalid.ts"
import type * as Series from "../measurement/Series.ts"
import * as Acvpu from "./Acvpu.ts"
import * as BloodPressure from "./BloodPressure.ts"
import * as Bmi from "./Bmi.ts"
import * as Cha2ds2Va from "./Cha2ds2Va.ts"
import * as Cha2ds2Vasc from "./Cha2ds2Vasc.ts"
import * as Chart from "./Chart.ts"
import * as Curb65 from "./Curb65.ts"
import * as Egfr from "./Egfr.ts"
import * as Fluctuation from "./Fluctuation.ts"
import * as Form from "./Form.ts"
import * as Framingham2008 from "./Framingham2008.ts"
import * as GlasgowComaScale from "./GlasgowComaScale.ts"
import * as Haemodynamics from "./Haemodynamics.ts"
import * as HeartScore from "./HeartScore.ts"
import * as Meows from "./Meows.ts"
import * as News from "./News.ts"
import * as News2 from "./News2.ts"
import * as Prevent from "./Prevent.ts"
import * as Qsofa from "./Qsofa.ts"
import * as Qtc from "./Qtc.ts"
import * as Score from "./Score.ts"
import * as Score2 from "./Score2.ts"
import * as Sirs from "./Sirs.ts"
import * as Sofa from "./Sofa.ts"
import * as SubbeMews from "./SubbeMews.ts"

/**
 * Why there is no result: everything that is wrong with the inputs, or a patient whom the score is not
 * for.
 *
 * @since 0.2.0
 */
export type Refusal = Invalid.Invalid | Score.OutsidePopulation

/**
 * One score of the table. `compute` takes what JSON gives, by the schema `Observation`; what it answers
 * has the schema `Outcome`.
 *
 * @since 0.2.0
 */
export interface Entry {
  readonly form: Form.Form
  readonly Observation: Schema.Codec<Form.Observation, unknown>
  readonly Outcome: Schema.Codec<Score.Common, unknown>
  readonly compute: (input: unknown) => Result.Result<Score.Common, Refusal>
}

type Refused = Score.ImpossibleInput | Score.OutsidePopulation | Series.TooFewReadings

const strictly = <A>(schema: Schema.Codec<A, unknown>) => {
  const decode = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })
  return (input: unknown) => Result.mapError(decode(input), Invalid.fromSchemaError)
}

const entry = <A extends Score.Common>(
  form: Form.Form,
  Outcome: Schema.Codec<A, unknown>,
  score: (given: never) => Result.Result<NoInfer<A>, Refused>
): Entry => {
  const Observation = Form.observation(form)
  const decode = strictly(Observation)
  return {
    form,
    Observation,
    Outcome,
    // The form is made of the fields of the score, so what it lets through is what the score takes.
    compute: (input) =>
      Result.flatMap(decode(input), (given) => Result.mapError(score(given as never), refusal))
  }
}

const refusal = (refused: Refused): Refusal => {
  if (refused._tag === "OutsidePopulation") return refused
  if (refused._tag === "TooFewReadings") {
    const { got, needed } = refused
    return Invalid.of([
      Invalid.issue("readings", "length", `at least ${needed} finite readings, got ${got}`)
    ])
  }
  return Invalid.of(
    refused.inputs.map(({ expected, name }) => Invalid.issue(placeOf(name), "range", expected))
  )
}

// A score of readings names the third of them `systolicPressure[2]`.
const placeOf = (name: string): string => name.replace(/^\w+\[(\d+)\]$/, "readings[$1].value")

interface Readings {
  readonly pressure: Fluctuation.Pressure
  readonly readings: ReadonlyArray<Omit<Fluctuation.HomeReading, "id"> & { readonly id?: string }>
  readonly population?: Fluctuation.Population | null
}

// At one and the same time readings without an id stay in the order in which they came.
const identified = ({ readings }: Readings): ReadonlyArray<Fluctuation.HomeReading> =>
  readings.map((reading) => ({ id: "", ...reading }))

/**
 * The table: points first, then risks, then derived quantities.
 *
 * @since 0.2.0
 */
export const all: ReadonlyArray<Entry> = [
  entry(News2.form, Score.Assessment, News2.score),
  entry(News.form, Score.Assessment, News.score),
  entry(SubbeMews.form, Score.Assessment, SubbeMews.score),
  entry(Meows.form, Score.Assessment, Meows.score),
  entry(Qsofa.form, Score.Assessment, Qsofa.score),
  entry(Sirs.form, Score.Assessment, Sirs.score),
  entry(Sofa.form, Score.Assessment, Sofa.score),
  entry(GlasgowComaScale.form, Score.Assessment, GlasgowComaScale.score),
  entry(Acvpu.form, Acvpu.Level, Acvpu.level),
  entry(HeartScore.form, Score.Assessment, HeartScore.score),
  entry(Curb65.form, Score.Assessment, Curb65.score),
  entry(Cha2ds2Va.form, Score.Assessment, Cha2ds2Va.score),
  entry(Cha2ds2Vasc.form, Score.Assessment, Cha2ds2Vasc.score),
  entry(Prevent.form, Prevent.Risk, Prevent.risk),
  entry(Score2.form, Score.Risk, Score2.risk),
  entry(Framingham2008.form, Score.Risk, Framingham2008.risk),
  entry(Egfr.form, Egfr.Estimate, Egfr.ckdEpi2021),
  entry(Bmi.form, Bmi.Index, Bmi.index),
  entry(Qtc.form, Qtc.Corrected, Qtc.correct),
  entry(Haemodynamics.formShockIndex, Haemodynamics.ShockIndices, Haemodynamics.shockIndex),
  entry(Haemodynamics.formPressures, Haemodynamics.Pressures, Haemodynamics.pressures),
  entry(BloodPressure.form, BloodPressure.Category, BloodPressure.category),
  entry(Fluctuation.formVariability, Fluctuation.Variability, (given: Readings) =>
    Fluctuation.variability(identified(given), given)
  ),
  entry(Fluctuation.formDayToDay, Fluctuation.DayToDay, (given: Readings) =>
    Fluctuation.homeDayToDay(identified(given), given)
  )
]

const byId = new Map(all.map((it) => [it.form.score, it]))

/**
 * The ids of all scores, in the order of the table.
 *
 * @since 0.2.0
 */
export const ids: ReadonlyArray<string> = [...byId.keys()]

/**
 * Any outcome of the table.
 *
 * @since 0.2.0
 */
export const Outcome: Schema.Codec<Score.Common, unknown> = Schema.Union([
  ...new Set(all.map((it) => it.Outcome))
])

/**
 * Computes a score of the table from JSON.
 *
 * Shape: the id of a score and its inputs by name, `observedAt` beside them. Null or nothing is missing.
 *
 * Units: those of the form.
 *
 * Fails with: `Invalid`, naming every field that the score does not have and every value that is not of
 * its kind or outside its range; `OutsidePopulation`; `undefined` in place of an outcome for an id that
 * is not in the table.
 *
 * @example
 * ```ts
 * import * as Scores from "@bedside/core/Scores"
 * import * as Result from "effect/Result"
 *
 * const bmi = Scores.compute("bmi", { weight: 90, height: 150 })
 * bmi && Result.getOrThrow(bmi).band // => "obese-3"
 * const misspelt = Scores.compute("bmi", { wieght: 90, height: 1500 })
 * misspelt && Result.getOrThrow(Result.flip(misspelt)).message // => "wieght: unexpected, height: range"
 * Scores.compute("mews", {}) // => undefined
 * ```
 * @since 0.2.0
 */
export const compute = (
  score: string,
  input: unknown
): Result.Result<Score.Common, Refusal> | undefined => byId.get(score)?.compute(input)

/**
 * Scores a hospital's own chart.
 *
 * Shape: the definition of the chart, and the inputs that it names.
 *
 * Fails with: `Invalid`, with everything that is wrong with the definition (code `chart`, under
 * `definition`) or else with the inputs (under `inputs`); `OutsidePopulation`.
 *
 * @example
 * ```ts
 * import * as Scores from "@bedside/core/Scores"
 * import * as Result from "effect/Result"
 *
 * const definition = {
 *   id: "st-elsewhere-fever",
 *   version: "1",
 *   citation: "St Elsewhere Hospital, fever chart, 2026",
 *   points: [0, 1],
 *   inputs: [{ kind: "flag", name: "rigors", points: 1 }],
 *   bands: []
 * } as const
 * Result.getOrThrow(Scores.chart(definition, { rigors: true })).total // => 1
 * const torn = Scores.chart({ ...definition, inputs: [] }, {})
 * Result.getOrThrow(Result.flip(torn)).message // => "definition.inputs: chart"
 * ```
 * @since 0.2.0
 */
export const chart = (
  definition: Chart.Definition,
  input: unknown
): Result.Result<Score.Assessment, Refusal> =>
  Result.flatMap(Result.mapError(Chart.make(definition), unusable), ({ form, score }) =>
    strictly(Form.observation(form))(input).pipe(
      Result.flatMap(({ observedAt, ...given }) =>
        Result.mapError(score(given, { observedAt }), refusal)
      ),
      Result.mapError((refused) =>
        refused._tag === "Invalid" ? Invalid.under(refused, ["inputs"]) : refused
      )
    )
  )

const unusable = ({ problems }: Chart.InvalidChart): Invalid.Invalid =>
  Invalid.of(
    problems.map(({ at, problem }) =>
      Invalid.issue(
        `definition.${at}`,
        "chart",
        "a chart with points for every possible value",
        `It ${problem}`
      )
    )
  )
