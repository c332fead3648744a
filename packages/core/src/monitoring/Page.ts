/**
 * Lists in pages: a limit, and a cursor that says where the page before ended.
 *
 * A cursor is opaque to callers and stays good while records come and go: it names the last record
 * seen, not a position.
 */
import * as Base64Url from "effect/encoding/Base64Url"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Invalid from "../input/Invalid.ts"

/**
 * What a caller asks for; `limit` is 1 to 1,000.
 *
 * @since 0.1.0
 */
export interface Request {
  readonly limit: number
  readonly cursor?: string
}

/**
 * One page; `next` is null at the end.
 *
 * @since 0.1.0
 */
export interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly next: string | null
}

/**
 * The schema of a page of records.
 *
 * Shape: the schema of one record in.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Page from "@bedside/core/Page"
 * import * as Schema from "effect/Schema"
 *
 * Schema.decodeUnknownSync(Page.of(Schema.Int))({ items: [1, 2], next: null }) // => { items: [1, 2], next: null }
 * ```
 * @since 0.1.0
 */
export const of = <S extends Schema.Constraint>(item: S) =>
  Schema.Struct({ items: Schema.Array(item), next: Schema.NullOr(Schema.String) })

/**
 * What the cursor of a list in order of a number keeps: a whole number as large as stores count to.
 *
 * @since 0.1.0
 */
export const Sequence = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2_147_483_647 }))

/**
 * Makes a page from one record more than it may hold.
 *
 * Shape: up to `limit + 1` records in, in order; `key` gives what the cursor keeps of the last one.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Page from "@bedside/core/Page"
 *
 * const page = Page.make(["a", "b", "c"], 2, (item) => item)
 * page.items // => ["a", "b"]
 * page.next === null // => false
 * Page.make(["a", "b"], 2, (item) => item).next // => null
 * ```
 * @since 0.1.0
 */
export const make = <A>(
  items: ReadonlyArray<A>,
  limit: number,
  key: (item: A) => unknown
): Page<A> => {
  const last = items[limit - 1]
  return items.length <= limit || last === undefined
    ? { items, next: null }
    : { items: items.slice(0, limit), next: cursor(key(last)) }
}

/**
 * Writes the cursor that names the last record seen.
 *
 * Shape: what the list keeps of that record, as JSON can hold it.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Page from "@bedside/core/Page"
 *
 * Page.cursor("a") // => "ImEi"
 * ```
 * @since 0.1.0
 */
export const cursor = (key: unknown): string => Base64Url.encode(JSON.stringify(key))

/**
 * Reads what a cursor keeps, for the `after` of a slice.
 *
 * Shape: `key` is the schema of what `make` was told to keep; no cursor gives no `after`.
 *
 * Fails with: `Invalid`, for a cursor that this list did not give.
 *
 * @example
 * ```ts
 * import * as Page from "@bedside/core/Page"
 * import * as Result from "effect/Result"
 * import * as Schema from "effect/Schema"
 *
 * const page = Page.make(["a", "b"], 1, (item) => item)
 * Result.getOrThrow(Page.after({ limit: 1, cursor: page.next ?? "" }, Schema.String)) // => { after: "a" }
 * Result.getOrThrow(Page.after({ limit: 1 }, Schema.String)) // => {}
 * Result.isFailure(Page.after({ limit: 1, cursor: "?" }, Schema.String)) // => true
 * ```
 * @since 0.1.0
 */
export const after = <Key>(
  request: Request,
  key: Schema.ConstraintCodec<Key, unknown>
): Result.Result<{ readonly after?: Key }, Invalid.Invalid> => {
  if (request.cursor === undefined) return Result.succeed({})
  const kept = Base64Url.decodeString(request.cursor).pipe(
    Result.flatMap(Schema.decodeUnknownResult(Schema.fromJsonString(key)))
  )
  return Result.isSuccess(kept)
    ? Result.succeed({ after: kept.success })
    : Invalid.fail(["cursor"], "format", "the next of a page of this list")
}
