/**
 * The ports of sensors: their models with what these were tried and asked on, and uploads.
 */
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type * as Drift from "../../sensor/Drift.ts"
import type * as Model from "../../sensor/SensorModel.ts"
import type * as Upload from "../../sensor/Upload.ts"
import type { NotFound, Slice } from "./portTerms.ts"

/**
 * The trials of a candidate, summed up for one live version: `since` and `until` are the first and
 * the last time a value was judged by both.
 *
 * @since 0.2.0
 */
export interface Tried extends Model.Trial {
  readonly since: DateTime.Utc
  readonly until: DateTime.Utc
}

/**
 * The values of one UTC day, which is named by its start, as one live version was asked about them.
 *
 * @since 0.2.0
 */
export interface Tallied extends Drift.Tally {
  readonly day: DateTime.Utc
}

/**
 * Sensor models: every version stays, and so does what its candidates were tried on.
 *
 * @since 0.1.0
 */
export class SensorModels extends Context.Service<
  SensorModels,
  {
    /**
     * Stores what `decide` makes of the lineage, and gives the first of the changes. A version that
     * is there already changes in nothing but its state and when and by whom it came to it.
     */
    readonly append: <E>(
      key: Model.Key,
      decide: (lineage: Model.Lineage) => Result.Result<Model.Changes, E>
    ) => Effect.Effect<Model.Version, E>
    readonly live: (key: Model.Key) => Effect.Effect<Model.Version, NotFound>
    /** What stands for each of the keys, in their order, in one look; undefined: never fitted. */
    readonly standing: (
      keys: ReadonlyArray<Model.Key>
    ) => Effect.Effect<ReadonlyArray<Model.Standing | undefined>>
    readonly candidate: (key: Model.Key) => Effect.Effect<Model.Version, NotFound>
    readonly version: (key: Model.Key, version: number) => Effect.Effect<Model.Version, NotFound>
    /** The version that was live at a time: from its `liveFrom` on, until its `liveUntil`. */
    readonly liveAt: (key: Model.Key, at: DateTime.Utc) => Effect.Effect<Model.Version, NotFound>
    /** Newest first. */
    readonly versions: (
      key: Model.Key,
      slice: Slice<number>
    ) => Effect.Effect<ReadonlyArray<Model.Version>>
    /** Adds trials to those there are of the same candidate and live version. */
    readonly addTrials: (
      trials: ReadonlyArray<{ readonly key: Model.Key; readonly trial: Model.Trial }>,
      at: DateTime.Utc
    ) => Effect.Effect<void>
    /** In order of the live version. */
    readonly trials: (key: Model.Key, candidate: number) => Effect.Effect<ReadonlyArray<Tried>>
    /**
     * Merges tallies into those there are of the same version and day, all or none of them. No two of
     * them are of the same version and day.
     */
    readonly addTallies: (
      tallies: ReadonlyArray<{
        readonly key: Model.Key
        readonly version: number
        readonly tallied: Tallied
      }>
    ) => Effect.Effect<void>
    /** In order of the day; the days from `from` on, and before `to`. */
    readonly tallies: (
      key: Model.Key,
      version: number,
      days: { readonly from?: DateTime.Utc | undefined; readonly to?: DateTime.Utc | undefined }
    ) => Effect.Effect<ReadonlyArray<Tallied>>
  }
>()("bedside/SensorModels") {}

/**
 * How the fit of an upload ended: with all there is to tell, or with why it failed.
 *
 * @since 0.2.0
 */
export type UploadEnd =
  | (Pick<
      Upload.Upload,
      "progress" | "problems" | "skipped" | "unfitted" | "misnamed" | "shortages"
    > & { readonly status: "completed" })
  | (Pick<Upload.Upload, "errors"> & { readonly status: "failed" })

/**
 * Uploads and, until their fit has ended, their bytes.
 *
 * @since 0.2.0
 */
export class Uploads extends Context.Service<
  Uploads,
  {
    /** Stores it, and removes those that have been `receiving` for a day and will not be completed. */
    readonly begin: (upload: Upload.Upload) => Effect.Effect<void>
    /** Bytes that follow those there are. */
    readonly append: (id: Upload.UploadId, bytes: Uint8Array) => Effect.Effect<void, NotFound>
    /** Queues it, and offers `fit-upload`. */
    readonly complete: (id: Upload.UploadId) => Effect.Effect<Upload.Upload, NotFound>
    /** Removes it with its bytes. */
    readonly discard: (id: Upload.UploadId) => Effect.Effect<void>
    readonly find: (id: Upload.UploadId) => Effect.Effect<Upload.Upload, NotFound>
    /** Newest first. */
    readonly list: (slice: Slice<Upload.UploadId>) => Effect.Effect<ReadonlyArray<Upload.Upload>>
    /** The bytes from `from` up to `to`, as far as there are any. */
    readonly read: (
      id: Upload.UploadId,
      from: number,
      to: number
    ) => Effect.Effect<Uint8Array, NotFound>
    /** Notes how far the reading is; it is running. */
    readonly advance: (
      id: Upload.UploadId,
      progress: Upload.Progress
    ) => Effect.Effect<void, NotFound>
    /**
     * Stores what `decide` makes of the lineage of each, and counts them in `models`; nothing where
     * that is not `from`, because another has stored them.
     */
    readonly adopt: (
      id: Upload.UploadId,
      stretch: { readonly from: number; readonly fitted: ReadonlyArray<Upload.Fitted> },
      decide: (lineage: Model.Lineage, fitted: Upload.Fitted) => Model.Changes
    ) => Effect.Effect<void, NotFound>
    /** Notes how it ended, and removes its bytes. */
    readonly end: (id: Upload.UploadId, end: UploadEnd) => Effect.Effect<void, NotFound>
  }
>()("bedside/Uploads") {}
