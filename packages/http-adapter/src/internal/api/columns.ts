/**
 * Columns of a body: whole arrays that are read in one pass into what is computed with, since a schema
 * for each of 100,000 elements costs several times as much as the computation.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"

const isList = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)

/** A body's value that is described as what it should be, and of which only its kind is looked at. */
const unread = <S extends Schema.Constraint>(
  shape: S,
  is: (value: unknown) => boolean,
  expected: string
): Schema.Codec<S["Encoded"]> =>
  Schema.Any.check(
    Schema.makeFilter(is, {
      code: "type",
      expected,
      representation: { id: "bedside/Column", payload: { expected }, schemas: [shape.ast] },
      toJsonSchema: ({ schemas: [described = {}] }) => described
    })
  )

const isNumbers = (value: unknown): value is Float64Array => value instanceof Float64Array
const isIndices = (value: unknown): value is Int32Array => value instanceof Int32Array

/** Points at the element that is wrong. */
const wrong = (index: number, code: string, expected: string) =>
  Effect.fail(new SchemaIssue.Pointer([index], new SchemaIssue.InvalidValue({ code, expected })))

/** Numbers, of which NaN is one that is missing; null in JSON. */
export const Numbers = unread(
  Schema.Array(Schema.NullOr(Schema.Finite)),
  isList,
  "an array of numbers and nulls"
).pipe(
  Schema.decodeTo(Schema.declare<Float64Array>(isNumbers), {
    decode: SchemaGetter.transformEffect((values: ReadonlyArray<unknown>) => {
      const numbers = new Float64Array(values.length)
      for (let index = 0; index < numbers.length; index++) {
        const value = values[index]
        if (typeof value === "number" && Number.isFinite(value)) numbers[index] = value
        else if (value === null) numbers[index] = NaN
        else return wrong(index, "type", "a finite number or null")
      }
      return Effect.succeed(numbers)
    }),
    encode: SchemaGetter.transform((numbers: Float64Array): ReadonlyArray<number | null> =>
      Array.from(numbers, (value) => (Number.isNaN(value) ? null : value))
    )
  })
)

/** Whole numbers, as indices are. */
export const Indices = unread(Schema.Array(Schema.Int), isList, "an array of integers").pipe(
  Schema.decodeTo(Schema.declare<Int32Array>(isIndices), {
    decode: SchemaGetter.transform((values: ReadonlyArray<number>) => Int32Array.from(values)),
    encode: SchemaGetter.transform((indices: Int32Array): ReadonlyArray<number> =>
      Array.from(indices)
    )
  })
)

/** Names that occur often: each once, and which of them every element has; one for all without `of`. */
export interface Names {
  readonly names: ReadonlyArray<string>
  readonly of: Int32Array | undefined
}

const isNames = (value: unknown): value is Names =>
  typeof value === "object" && value !== null && "names" in value && "of" in value

/** One name for all elements, or an array with one for each. */
export const namesOf = (name: Schema.Codec<string>) => {
  const isName = Schema.is(name)
  const expected = "a name of 1 to 200 characters"
  return unread(
    Schema.Union([name, Schema.Array(name)]),
    (value) => isName(value) || isList(value),
    `${expected}, or an array of them`
  ).pipe(
    Schema.decodeTo(Schema.declare<Names>(isNames), {
      decode: SchemaGetter.transformEffect((value: string | ReadonlyArray<unknown>) => {
        if (!isList(value)) return Effect.succeed<Names>({ names: [value], of: undefined })
        const known = new Map<unknown, number>()
        const names: Array<string> = []
        const of = new Int32Array(value.length)
        for (let index = 0; index < of.length; index++) {
          const one = value[index]
          let at = known.get(one)
          if (at === undefined) {
            if (!isName(one)) return wrong(index, "type", expected)
            at = names.push(one) - 1
            known.set(one, at)
          }
          of[index] = at
        }
        return Effect.succeed<Names>({ names, of })
      }),
      encode: SchemaGetter.transform(({ names, of }: Names): string | ReadonlyArray<string> =>
        of === undefined ? (names[0] ?? "") : Array.from(of, (at) => names[at] ?? "")
      )
    })
  )
}
