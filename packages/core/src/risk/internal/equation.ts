/**
 * What risk equations and derived quantities share: the inputs they need, whom they hold for, and a
 * result that is complete but for its number.
 *
 * The guarantee that bites: what cannot be true is refused before anything else, then whom the
 * equation was never validated for, and a missing input last; so no number leaves without all three.
 */
import * as Result from "effect/Result"
import * as Struct from "effect/Struct"
import type * as Timestamp from "../../input/Timestamp.ts"
import type * as Form from "../Form.ts"
import * as Score from "../Score.ts"
import * as Inputs from "./inputs.ts"

/** The ways in which an equation refuses. */
export type Refusal = Score.ImpossibleInput | Score.OutsidePopulation

/** One edge of the validated population; an input that is not given is not checked. */
export interface Condition {
  readonly name: string
  readonly holds: (value: unknown) => boolean
  readonly reason: string
}

export interface Definition<Name extends string = string> {
  readonly about: Pick<Score.Common, "score" | "version" | "citation">
  readonly needs: ReadonlyArray<Inputs.Field<Name>>
  /** Inputs that are checked where they are given, and not missed where they are not. */
  readonly circumstances?: ReadonlyArray<Inputs.Field>
  /** What cannot be true of several inputs together. */
  readonly together?: (given: Inputs.Given) => Score.ImpossibleInput["inputs"]
  readonly population: string
  readonly validated: ReadonlyArray<Condition>
  readonly rounding: string
}

export interface Observed {
  /** When each input was observed, by its name, to be kept with the result. */
  readonly observedAt?: { readonly [name: string]: Timestamp.Timestamp | undefined } | undefined
}

/** Inputs as a caller may give them: what is absent, undefined or null is missing. */
export type Given<Values> = Observed & {
  readonly [N in keyof Values]?: Values[N] | null | undefined
}

/** The fields of the schemas of results, without the number itself. */
export const commonFields = Struct.omit(Score.Risk.fields, ["risk"])

/** Refuses, or gives the result as it is before anything is computed. */
export const begin = (
  definition: Definition,
  given: object & Observed
): Result.Result<Score.Common, Refusal> => {
  const values: Inputs.Given = { ...given }
  const { about, needs, population } = definition
  const fields = [...needs, ...(definition.circumstances ?? [])]
  const impossible = [
    ...Inputs.impossible(fields, values),
    ...(definition.together?.(values) ?? [])
  ]
  if (impossible.length > 0) {
    return Result.fail(new Score.ImpossibleInput({ score: about.score, inputs: impossible }))
  }
  const reasons = outside(definition.validated, values)
  if (reasons.length > 0) {
    return Result.fail(new Score.OutsidePopulation({ score: about.score, population, reasons }))
  }
  return Result.succeed({
    ...about,
    band: null,
    contributions: [],
    inputs: Inputs.used(fields, values, given.observedAt),
    rounding: definition.rounding,
    missing: Inputs.missing(needs, values),
    response: null
  })
}

/** The form of an equation. */
export const form = ({ about, circumstances = [], needs, population }: Definition): Form.Form =>
  Inputs.form(about, population, [...needs, ...circumstances])

const outside = (
  validated: ReadonlyArray<Condition>,
  values: Inputs.Given
): ReadonlyArray<string> =>
  validated
    .filter(({ name, holds }) => {
      const value = values[name] ?? undefined
      return value !== undefined && !holds(value)
    })
    .map(({ reason }) => reason)

/** What was given, once none of `Name` is missing. */
export type Complete<Given, Name extends keyof Given> = Given & {
  readonly [N in Name]-?: NonNullable<Given[N]>
}

/** Whether nothing that the definition needs is missing. */
export const isComplete = <Name extends string, Given extends { readonly [N in Name]?: unknown }>(
  { needs }: Definition<Name>,
  given: Given
): given is Complete<Given, Name> =>
  needs.every(({ name }) => given[name] !== undefined && given[name] !== null)

/** A number within a range, both ends inclusive. */
export const between = (
  name: string,
  minimum: number,
  maximum: number,
  unit: string
): Condition => ({
  name,
  holds: (value) => typeof value === "number" && value >= minimum && value <= maximum,
  reason: `${name} outside ${minimum} to ${maximum} ${unit}`
})

/** An age in completed years: who is 69 stays so until the day of turning 70. */
export const completedYears = (minimum: number, maximum: number): Condition => ({
  name: "age",
  holds: (value) => typeof value === "number" && value >= minimum && value < maximum + 1,
  reason: `age outside ${minimum} to ${maximum} years`
})

/** An age of at least so many years. */
export const adult = (minimum: number): Condition => ({
  name: "age",
  holds: (value) => typeof value === "number" && value >= minimum,
  reason: `under ${minimum} years`
})

/** A flag that must not be true. */
export const without = (name: string, reason: string): Condition => ({
  name,
  holds: (value) => value !== true,
  reason
})

export const age: Inputs.Field<"age"> = {
  ...Inputs.number("age", { minimum: 0, maximum: 130 }, "years"),
  unit: "a"
}

export const sex = Inputs.code("sex", ["female", "male"])

// The lower bounds of these three lie above what the same quantity reads in kPa or mmol/L, so that a
// slip of units is refused and not computed with.
export const systolicPressure = Inputs.number(
  "systolicPressure",
  { minimum: 40, maximum: 400 },
  "mm[Hg]"
)

export const totalCholesterol = Inputs.number(
  "totalCholesterol",
  { minimum: 40, maximum: 1500 },
  "mg/dL"
)

export const hdlCholesterol = Inputs.number("hdlCholesterol", { minimum: 5, maximum: 300 }, "mg/dL")

/** HDL is a part of total cholesterol. */
export const hdlBelowTotal = ({
  hdlCholesterol,
  totalCholesterol
}: Inputs.Given): Score.ImpossibleInput["inputs"] =>
  typeof hdlCholesterol === "number" &&
  typeof totalCholesterol === "number" &&
  hdlCholesterol >= totalCholesterol
    ? [{ name: "hdlCholesterol", expected: "below the total cholesterol" }]
    : []

export const diastolicBelowSystolic = ({
  diastolicPressure,
  systolicPressure
}: Inputs.Given): Score.ImpossibleInput["inputs"] =>
  typeof diastolicPressure === "number" &&
  typeof systolicPressure === "number" &&
  diastolicPressure >= systolicPressure
    ? [{ name: "diastolicPressure", expected: "below the systolic pressure" }]
    : []

/** The terms of a linear predictor: a name, its coefficient and the value that it multiplies. */
export const terms = (
  rows: ReadonlyArray<readonly [input: string, coefficient: number, value: number]>
): ReadonlyArray<Score.Contribution> =>
  rows.map(([input, coefficient, value]) => ({
    input,
    // Adding 0 turns -0, which no reader expects, into 0.
    points: coefficient * value + 0
  }))

/** The linear predictor. */
export const sum = (contributions: ReadonlyArray<Score.Contribution>): number =>
  contributions.reduce((total, { points }) => total + points, 0)

/** The probability whose log odds are given. */
export const logistic = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds))

/** The numbers of one row of a printed table; anything else is a mistake in the table. */
export const cells = (row: string, count: number): ReadonlyArray<number> => {
  const values = row.trim().split(/\s+/).map(Number)
  if (values.length !== count || !values.every(Number.isFinite)) {
    throw new Error(`not a row of ${count} numbers: "${row}"`)
  }
  return values
}

/** A row of two columns, female and male. */
export const bySex = (row: string): { readonly female: number; readonly male: number } => {
  const [female = NaN, male = NaN] = cells(row, 2)
  return { female, male }
}
