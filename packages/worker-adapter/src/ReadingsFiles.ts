/**
 * Readers for every format in which readings of sensors come: CSV, Parquet and Arrow.
 */
import * as Fitting from "@bedside/core/Fitting"
import * as Layer from "effect/Layer"
import * as Arrow from "./Arrow.ts"
import * as Parquet from "./Parquet.ts"

/**
 * All readers, for the workflow that fits uploads.
 *
 * Shape: each reads a file of any size in bounded memory, and only its mapped columns.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Fitting from "@bedside/core/Fitting"
 * import * as ReadingsFiles from "@bedside/worker-adapter/ReadingsFiles"
 * import * as Effect from "effect/Effect"
 *
 * const formats = Fitting.Readers.useSync((readers) => Object.keys(readers))
 * await Effect.runPromise(Effect.provide(formats, ReadingsFiles.layer)) // => ["csv", "parquet", "arrow"]
 * ```
 * @since 0.2.0
 */
export const layer: Layer.Layer<Fitting.Readers> = Layer.succeed(Fitting.Readers, {
  csv: Fitting.csv,
  parquet: Parquet.make(),
  arrow: Arrow.make()
})
