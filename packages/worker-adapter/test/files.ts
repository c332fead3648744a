/**
 * Files of readings in every format, made of the same rows, and a way to read them as the worker does.
 */
import * as Fitting from "@bedside/core/Fitting"
import * as Frame from "@bedside/core/Frame"
import type * as Upload from "@bedside/core/Upload"
import { tableFromArrays, tableToIPC } from "apache-arrow"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { parquetWriteBuffer } from "hyparquet-writer"
import * as ReadingsFiles from "../src/ReadingsFiles.ts"

/** Rows by columns; a column of texts holds sensors, one of numbers values. */
export type Columns = Readonly<Record<string, ReadonlyArray<string | number | bigint | null>>>

export const csv = (columns: Columns): Uint8Array => {
  const names = Object.keys(columns)
  const rows = (columns[names[0] ?? ""] ?? []).map((_, row) =>
    names.map((name) => columns[name]?.[row] ?? "").join()
  )
  return new TextEncoder().encode([names.join(), ...rows, ""].join("\n"))
}

type Written = Parameters<typeof parquetWriteBuffer>[0]

export const parquet = (columns: Columns, options: Partial<Written> = {}): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: Object.entries(columns).map(([name, data]) => ({
        name,
        data: [...data],
        type: data.some((value) => typeof value === "string") ? "STRING" : "DOUBLE"
      })),
      ...options
    })
  )

export const arrow = (columns: Columns, kind: "file" | "stream" = "file"): Uint8Array =>
  tableToIPC(
    tableFromArrays(
      Object.fromEntries(Object.entries(columns).map(([name, data]) => [name, [...data]]))
    ),
    kind
  )

export interface Read {
  readonly rows: number
  readonly malformed: number
  readonly problems: ReadonlyArray<unknown>
  readonly fit: Frame.Fit
  /** How far it said to be on the way. */
  readonly told: ReadonlyArray<Upload.Progress>
  /** The bytes it asked for at a time. */
  readonly asked: ReadonlyArray<number>
}

/** Reads a file in a format. */
export const read = (
  format: Upload.Format,
  bytes: Uint8Array,
  mapping: Upload.Upload["mapping"]
): Effect.Effect<Read, Effect.Error<ReturnType<Fitting.Reader>>> =>
  Effect.gen(function* () {
    const { [format]: reader } = yield* Fitting.Readers
    const told: Array<Upload.Progress> = []
    const asked: Array<number> = []
    const content: Fitting.Content = {
      size: bytes.length,
      read: (from, to) =>
        Effect.sync(() => {
          asked.push(to - from)
          return bytes.slice(from, to)
        })
    }
    const result = yield* reader(content, mapping, (progress) =>
      Effect.sync(() => void told.push(progress))
    )
    return { ...result, told, asked }
  }).pipe(Effect.provide(ReadingsFiles.layer))

/** What was fitted: count, skipped, mean and std of every sensor and column. */
export const weights = ({ fit }: Pick<Read, "fit">) =>
  Object.fromEntries(
    fit.sensors.list.flatMap((sensor) =>
      fit.columns.list.map((column) => [
        `${sensor} ${column}`,
        Result.getOrElse(Frame.weights(fit, sensor, column), (error) => error._tag)
      ])
    )
  )
