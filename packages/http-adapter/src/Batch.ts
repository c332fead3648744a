/**
 * One record or many in one body, each row decoded for itself.
 *
 * The guarantee that bites: a row that is not valid never refuses another. The body itself is refused
 * (422) only when it is neither an object nor an array, or has more rows than are taken. The rows come
 * to the handler as results, in their order, with the problems of a row relative to that row.
 *
 *     payload: Batch.of(Reading)                     // the endpoint
 *     const read = Batch.reader(Reading)             // the handler: read(payload).rows
 */
import * as Invalid from "@bedside/core/Invalid"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"

/**
 * What came: whether as an array, and every row as it decoded.
 *
 * @since 0.1.0
 */
export interface Batch<A> {
  readonly many: boolean
  readonly rows: ReadonlyArray<Result.Result<A, Invalid.Invalid>>
}

/**
 * The rows a body of this kind may have unless said otherwise.
 *
 * @since 0.1.0
 */
export const maximumRows = 10_000

/**
 * The schema of a body that is one row, or an array of them, none of them decoded yet.
 *
 * Shape: the schema of a row in; in the OpenAPI and for a typed client the body is a row or an array
 * of rows, as they are encoded.
 *
 * Fails with: nothing itself; decoding fails for a body that is neither, or with too many rows.
 *
 * @example
 * ```ts
 * import * as Batch from "@bedside/http-adapter/Batch"
 * import * as Schema from "effect/Schema"
 *
 * const Body = Batch.of(Schema.Struct({ value: Schema.Finite }), 2)
 * Schema.is(Body)([{ value: 1 }, "not a row"]) // => true
 * Schema.is(Body)([1, 2, 3]) // => false
 * Schema.is(Body)("text") // => false
 * ```
 * @since 0.1.0
 */
export const of = <S extends Schema.Constraint>(
  row: S,
  maximum = maximumRows
): Schema.Codec<S["Encoded"] | ReadonlyArray<S["Encoded"]>> => {
  const identifier = SchemaAST.resolveIdentifier(row.ast)
  const encoded = Schema.toEncoded(Schema.toCodecJson(row))
  const described = identifier === undefined ? encoded : encoded.annotate({ identifier })
  return Schema.Any.check(
    Schema.makeFilter(
      (input: unknown) =>
        Array.isArray(input)
          ? input.length <= maximum
          : typeof input === "object" && input !== null,
      {
        code: "length",
        expected: `an object, or an array of at most ${maximum} of them`,
        representation: {
          id: "bedside/Batch",
          payload: { maximum },
          schemas: [described.ast]
        },
        toJsonSchema: ({ schemas: [one = {}] }) => ({
          anyOf: [one, { type: "array", items: one, maxItems: maximum }]
        })
      }
    )
  )
}

/**
 * Makes what decodes the rows of such a body.
 *
 * Shape: built once per schema; a body in, its rows as results out.
 *
 * Fails with: nothing; a row that is not valid is a failure among the rows.
 *
 * @example
 * ```ts
 * import * as Batch from "@bedside/http-adapter/Batch"
 * import * as Result from "effect/Result"
 * import * as Schema from "effect/Schema"
 *
 * const read = Batch.reader(Schema.Struct({ value: Schema.Finite }))
 * const batch = read([{ value: 1 }, { value: "?" }, { value: 3 }])
 * batch.many // => true
 * batch.rows.map(Result.isSuccess) // => [true, false, true]
 * read({ value: 1 }).many // => false
 * ```
 * @since 0.1.0
 */
export const reader = <S extends Schema.Codec<unknown, unknown>>(
  row: S
): ((body: unknown) => Batch<S["Type"]>) => {
  const decode = Invalid.decoder(Schema.toCodecJson(row))
  return (body) =>
    Array.isArray(body)
      ? { many: true, rows: body.map((one) => decode(one)) }
      : { many: false, rows: [decode(body)] }
}
