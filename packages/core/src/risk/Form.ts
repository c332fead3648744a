/**
 * What a score asks for, as data: its inputs with their units and possible values, and whom it is for.
 *
 * The guarantee that bites: a form is made from the very fields that the score checks, so what a form
 * allows the score takes, and what it forbids the score refuses.
 *
 * Not a medical device: a score supports the judgement of a clinician and does not replace it.
 */
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import * as Timestamp from "../input/Timestamp.ts"

const line = {
  name: Schema.String,
  expected: Schema.String,
  required: Schema.optionalKey(Schema.Literal(true))
}

const range = { unit: Schema.String, minimum: Schema.Finite, maximum: Schema.Finite }

const NumberField = Schema.Struct({
  ...line,
  kind: Schema.Literal("number"),
  ...range,
  whole: Schema.optionalKey(Schema.Literal(true)),
  decimals: Schema.optionalKey(Schema.Int)
})

/**
 * One input. `expected` says in words what it may be; `unit` is UCUM, and both ends of a range are
 * possible. A number is `whole`, or is rounded to so many `decimals` before it is scored, where that
 * is said. `readings` are a list of numbers, each with the time at which it was observed; `parameters`
 * are numbers that are given together. What is `required` cannot be missing: without it there is
 * nothing to say.
 *
 * @since 0.2.0
 */
export const Field = Schema.Union([
  NumberField,
  Schema.Struct({ ...line, kind: Schema.Literal("flag") }),
  Schema.Struct({
    ...line,
    kind: Schema.Literal("code"),
    codes: Schema.Array(Schema.Union([Schema.String, Schema.Finite]))
  }),
  Schema.Struct({ ...line, kind: Schema.Literal("readings"), ...range }),
  Schema.Struct({
    ...line,
    kind: Schema.Literal("parameters"),
    parameters: Schema.Array(NumberField)
  })
]).annotate({ identifier: "ScoreField" })

/** @since 0.2.0 */
export type Field = typeof Field.Type

/**
 * The form of a score: which it is and whose, whom it is for, and what it asks, in its order.
 *
 * @since 0.2.0
 */
export const Form = Schema.Struct({
  score: Schema.String,
  version: Schema.String,
  citation: Schema.String,
  population: Schema.String,
  inputs: Schema.Array(Field)
}).annotate({ identifier: "ScoreForm" })

/** @since 0.2.0 */
export interface Form extends Schema.Schema.Type<typeof Form> {}

/**
 * What was observed, by the names of the inputs, with the time of each under `observedAt`.
 *
 * @since 0.2.0
 */
export interface Observation {
  readonly observedAt?: { readonly [name: string]: Timestamp.Timestamp | undefined }
  readonly [name: string]: unknown
}

const valueOf = (field: Field): Schema.Codec<unknown, unknown> => {
  switch (field.kind) {
    case "flag":
      return Schema.Boolean
    case "code":
      return Schema.Literals(field.codes)
    case "number":
      return numberIn(field)
    case "readings":
      return Schema.Array(Schema.Struct({ ...reading, value: numberIn(field) }))
    case "parameters":
      return Schema.Struct(Record.map(byName(field.parameters), (parameter) => numberIn(parameter)))
  }
}

const reading = { id: Schema.optionalKey(Schema.String), observedAt: Timestamp.Timestamp }

interface Range {
  readonly expected: string
  readonly unit: string
  readonly minimum: number
  readonly maximum: number
  readonly whole?: true
}

const numberIn = ({ expected, maximum, minimum, unit, whole }: Range): Schema.Codec<number> => {
  const says = { code: "range", expected }
  const quantity = Schema.Finite.annotate({ description: unit })
  const inRange = Schema.isBetween({ minimum, maximum }, says)
  return whole === true
    ? quantity.check(Schema.isInt(says).abort(), inRange)
    : quantity.check(inRange)
}

const byName = <F extends Field>(fields: ReadonlyArray<F>): Readonly<Record<string, F>> =>
  Object.fromEntries(fields.map((field) => [field.name, field]))

/**
 * The schema of what a score takes, for decoding JSON and for describing it.
 *
 * Shape: a record by the names of the inputs, each of which may be null or absent unless it is
 * required, and `observedAt` with the time of each.
 *
 * Fails with: nothing; the schema refuses what the score would, with the code `range` for a number
 * outside its possible values.
 *
 * @example
 * ```ts
 * import * as Form from "@bedside/core/Form"
 * import * as Invalid from "@bedside/core/Invalid"
 * import * as News2 from "@bedside/core/News2"
 * import * as Result from "effect/Result"
 *
 * const decode = Invalid.decoder(Form.observation(News2.form))
 * Result.isSuccess(decode({ pulse: 95, temperature: null })) // => true
 * const refused = Result.getOrThrow(Result.flip(decode({ pulse: 995 })))
 * refused.issues[0]?.code // => "range"
 * refused.issues[0]?.expected // => "0 to 350 /min"
 * ```
 * @since 0.2.0
 */
export const observation = ({ inputs }: Form): Schema.Codec<Observation, unknown> => {
  const required = inputs.filter((field) => field.required === true)
  const others = byName(inputs.filter((field) => field.required !== true))
  return Schema.Struct({
    ...Record.map(byName(required), valueOf),
    ...Record.map(others, (field) => Schema.optionalKey(Schema.NullOr(valueOf(field)))),
    observedAt: Schema.optionalKey(
      Schema.Struct(Record.map(others, () => Schema.optionalKey(Timestamp.Timestamp)))
    )
  })
}
