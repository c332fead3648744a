/**
 * Reads a CSV file as records by its header.
 */
import * as Effect from "effect/Effect"
import * as Csv from "effect/encoding/Csv"
import * as Stream from "effect/Stream"
import { readFileSync } from "node:fs"

/** Every record of a file. */
export const read = (file: string) =>
  Stream.make(readFileSync(file, "utf8")).pipe(
    Stream.pipeThroughChannel(Csv.decodeString({ headers: true, ignoreEmptyLines: true })),
    Stream.runCollect,
    Effect.map((records): ReadonlyArray<Record<string, string>> => records)
  )
