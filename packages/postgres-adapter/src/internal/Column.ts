/**
 * Columns of many rows as one parameter each, for `unnest`.
 *
 * Their types are named, so the driver sends them in binary and Postgres casts nothing. An instant is
 * a number, ms since 1970, which spares an object for every row. A column of nulls alone is sent as
 * no array at all: `unnest` fills it up beside the others.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Result from "effect/Result"

const isNull = (value: unknown): boolean => value === null

const column =
  <A>(element: number) =>
  (values: ReadonlyArray<A | null>): PgTypes.Parameter =>
    // It fails for types without an array type only, and each of these has one.
    Result.getOrThrow(PgTypes.array(values.every(isNull) ? null : values, element))

export const uuid = column<string>(PgTypes.OID.uuid)
export const text = column<string>(PgTypes.OID.text)
export const boolean = column<boolean>(PgTypes.OID.bool)
export const smallint = column<number>(PgTypes.OID.int2)
export const integer = column<number>(PgTypes.OID.int4)
export const bigint = column<bigint>(PgTypes.OID.int8)
export const double = column<number>(PgTypes.OID.float8)
export const bytes = column<Uint8Array>(PgTypes.OID.bytea)
export const instant = column<number>(PgTypes.OID.timestamptz)
export const json = column<unknown>(PgTypes.OID.jsonb)
