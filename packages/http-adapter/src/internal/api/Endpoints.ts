/**
 * What the endpoints of the groups share: paths, pages, record headers.
 */
import * as Timestamp from "@bedside/core/Timestamp"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

/** The root of the canonical routes. */
export const root = "/api/v1"

/** The query of every list: `limit` is 1 to 1,000, 100 where it is absent. */
export const page = {
  limit: Schema.optionalKey(
    Schema.String.check(
      Schema.isPattern(/^(1000|[1-9]\d{0,2})$/u, {
        code: "range",
        expected: "a whole number from 1 to 1000"
      })
    ).pipe(Schema.decodeTo(Schema.Number, SchemaTransformation.numberFromString))
  ),
  cursor: Schema.optionalKey(Schema.String)
}

/** The page that a query asks for. */
export const pageOf = (
  query: { readonly limit?: number; readonly cursor?: string },
  limit = 100
): { readonly limit: number; readonly cursor?: string } => ({
  limit: query.limit ?? limit,
  ...(query.cursor === undefined ? {} : { cursor: query.cursor })
})

/** A switch in a query: `true` or `false`. */
export const Switch = Schema.Literals(["true", "false"]).pipe(
  Schema.decodeTo(
    Schema.Boolean,
    SchemaTransformation.transform({
      decode: (text): boolean => text === "true",
      encode: (on) => (on ? ("true" as const) : ("false" as const))
    })
  )
)

/**
 * A date-time in a query. The plus sign of an offset that was not escaped arrives as a space, which
 * can mean nothing else there.
 */
export const When = Schema.String.annotate({
  format: "date-time",
  examples: ["2026-03-01T23:30:00+02:00"]
}).pipe(
  Schema.decodeTo(
    Timestamp.Timestamp,
    SchemaTransformation.transform({
      decode: (text: string) => text.replace(/ (?=\d{2}:\d{2}$)/, "+"),
      encode: (text: string) => text
    })
  )
)

/** A record with its version in `ETag`. */
export const versioned = <S extends Schema.Top>(record: S) =>
  HttpApiSchema.WithHeaders(record, { etag: Schema.String })

/** A new record (201) with its place in `Location` and its version in `ETag`. */
export const created = <S extends Schema.Top>(record: S) =>
  HttpApiSchema.WithHeaders(record.pipe(HttpApiSchema.status(201)), {
    location: Schema.String,
    etag: Schema.String
  })

/** The header that names the version a caller wants to change. */
export const ifMatch = { "if-match": Schema.optionalKey(Schema.String) }

/** A JSON merge patch (RFC 7396), under its own content type or as plain JSON. */
export const mergePatch = <S extends Schema.Top>(patch: S) =>
  [
    patch,
    patch.pipe(HttpApiSchema.asJson({ contentType: "application/merge-patch+json" }))
  ] as const
