/**
 * The inputs of a score: what each may be, which were given, and which are missing.
 *
 * `null` and `undefined` are an input that is missing; anything else is held against its field.
 */
import type * as Form from "../Form.ts"
import * as Score from "../Score.ts"
import type * as Timestamp from "../../input/Timestamp.ts"

/** What an input may be, as data. */
export type Values =
  | {
      readonly kind: "number"
      readonly minimum: number
      readonly maximum: number
      readonly whole?: true
    }
  | { readonly kind: "flag" }
  | { readonly kind: "code"; readonly codes: ReadonlyArray<string | number> }

/** One input: `expected` says what it may be, `decimals` to which resolution it is scored. */
export interface Field<Name extends string = string> {
  readonly name: Name
  readonly values: Values
  readonly expected: string
  readonly holds: (value: unknown) => boolean
  readonly unit?: string
  readonly decimals?: number
}

/** What was given, by name. */
export type Given = Readonly<Record<string, unknown>>

/** A number in a unit (UCUM), both ends of its possible range inclusive. */
export const number = <Name extends string>(
  name: Name,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
  unit: string,
  decimals?: number
): Field<Name> => ({
  name,
  values: { kind: "number", minimum, maximum },
  expected: `${minimum} to ${maximum} ${unit}`,
  holds: (value) => typeof value === "number" && value >= minimum && value <= maximum,
  unit,
  ...(decimals === undefined ? {} : { decimals })
})

/** A whole number in a unit: a count or a score, of which there is no half. */
export const whole = <Name extends string>(
  name: Name,
  range: { readonly minimum: number; readonly maximum: number },
  unit: string
): Field<Name> => {
  const field = number(name, range, unit)
  return {
    ...field,
    values: { kind: "number", minimum: range.minimum, maximum: range.maximum, whole: true },
    expected: `${field.expected}, a whole number`,
    holds: (value) => Number.isInteger(value) && field.holds(value)
  }
}

/** True or false. */
export const flag = <Name extends string>(name: Name): Field<Name> => ({
  name,
  values: { kind: "flag" },
  expected: "true or false",
  holds: (value) => typeof value === "boolean"
})

/** One of a few codes. */
export const code = <Name extends string>(
  name: Name,
  codes: ReadonlyArray<string | number>
): Field<Name> => ({
  name,
  values: { kind: "code", codes },
  expected: `one of ${codes.join(", ")}`,
  holds: (value) => codes.some((one) => one === value)
})

/** Whether an input was given at all. */
export const isGiven = (value: unknown): boolean => value !== undefined && value !== null

/** The inputs that were given and cannot be true, in the order of the fields. */
export const impossible = (
  fields: ReadonlyArray<Field>,
  given: Given
): Score.ImpossibleInput["inputs"] =>
  fields
    .filter(({ name, holds }) => isGiven(given[name]) && !holds(given[name]))
    .map(({ name, expected }) => ({ name, expected }))

/** The names of those that were not given. */
export const missing = <Name extends string>(
  fields: ReadonlyArray<Field<Name>>,
  given: Given
): ReadonlyArray<Name> => fields.filter(({ name }) => !isGiven(given[name])).map(({ name }) => name)

/** Those that were given, as a result carries them: the raw value, and what of it was scored. */
export const used = (
  fields: ReadonlyArray<Field>,
  given: Given,
  observedAt: { readonly [name: string]: Timestamp.Timestamp | undefined } = {}
): ReadonlyArray<Score.Input> =>
  fields.flatMap(({ name, unit, decimals }) => {
    const value = given[name]
    if (typeof value !== "number" && typeof value !== "string" && typeof value !== "boolean") {
      return []
    }
    const time = observedAt[name]
    return [
      {
        name,
        value,
        ...(unit === undefined ? {} : { unit }),
        ...(decimals === undefined || typeof value !== "number"
          ? {}
          : { rounded: Score.roundHalfUp(value, decimals) }),
        ...(time === undefined ? {} : { observedAt: time })
      }
    ]
  })

/** The form of a score: what it is, whom it is for, and its fields. */
export const form = (
  about: Pick<Score.Common, "score" | "version" | "citation">,
  population: string,
  fields: ReadonlyArray<Field>
): Form.Form => ({ ...about, population, inputs: fields.map(question) })

const question = ({ decimals, expected, name, unit = "1", values }: Field): Form.Field =>
  values.kind === "number"
    ? { name, expected, unit, ...values, ...(decimals === undefined ? {} : { decimals }) }
    : { name, expected, ...values }
