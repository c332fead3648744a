/**
 * A file of readings that was sent in, and what became of it: every sensor and column in it fitted in
 * the background.
 *
 *     receiving ──► queued ──► running ──┬──► completed
 *                                        └──► failed
 *
 * The guarantee that bites: whatever of a file is not used is counted. Rows that cannot be read are
 * `malformed`, values that are missing or not finite `skipped`, and sensors with too few values
 * `unfitted`; none of them keeps the rest from being fitted.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Invalid from "../input/Invalid.ts"
import * as Text from "../input/Text.ts"
import * as Timestamp from "../input/Timestamp.ts"
import * as Frame from "./Frame.ts"
import * as Readings from "./Readings.ts"
import type * as Sensor from "./Sensor.ts"
import * as SensorModel from "./SensorModel.ts"

/**
 * The id of an upload.
 *
 * @since 0.2.0
 */
export const UploadId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("UploadId"))
export type UploadId = typeof UploadId.Type

/**
 * What a file may be.
 *
 * @since 0.2.0
 */
export const Format = Schema.Literals(["csv", "parquet", "arrow"])
export type Format = typeof Format.Type

const mostColumns = 200

/**
 * Where a file has the sensor and the columns, as `Readings.Mapping` has it; up to 200 columns. The
 * separator is that of a CSV.
 *
 * @since 0.2.0
 */
export const Mapping = Schema.Struct({
  sensor: Text.upTo(200),
  columns: Schema.Record(SensorModel.Column, Text.upTo(200)).check(
    Schema.makeFilter(
      (columns: Readonly<Record<string, string>>) => {
        const { length } = Object.keys(columns)
        return length >= 1 && length <= mostColumns
      },
      { code: "length", expected: `1 to ${mostColumns} columns` }
    )
  ),
  separator: Schema.optionalKey(Schema.Literals([",", ";", "\t"]))
}).annotate({ identifier: "ReadingsMapping" })

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/**
 * How far the reading of a file is: bytes of its size, rows read, and rows left out.
 *
 * @since 0.2.0
 */
export const Progress = Schema.Struct({ bytes: Count, rows: Count, malformed: Count }).annotate({
  identifier: "UploadProgress"
})

/** @since 0.2.0 */
export interface Progress extends Schema.Schema.Type<typeof Progress> {}

/**
 * A sensor that has fewer values in a column than a fit needs.
 *
 * @since 0.2.0
 */
export const Shortage = Schema.Struct({
  sensorId: SensorModel.SensorId,
  column: SensorModel.Column,
  needed: Count,
  got: Count
}).annotate({ identifier: "UploadShortage" })

/** @since 0.2.0 */
export interface Shortage extends Schema.Schema.Type<typeof Shortage> {}

/**
 * An upload of `size` bytes. `progress` is that of its reading, and `models` the versions of sensor
 * models made so far. `problems` are the first 1,000 rows that were left out, by their line (of a file
 * that has no lines, their row, from 1 on), `shortages` the first 1,000 of the `unfitted`, and
 * `misnamed` the sensors whose name can be no sensor's. `errors` say why an upload failed.
 *
 * @since 0.2.0
 */
export const Upload = Schema.Struct({
  id: UploadId,
  format: Format,
  mapping: Mapping,
  reason: Schema.NullOr(SensorModel.Reason),
  actor: Schema.String,
  status: Schema.Literals(["receiving", "queued", "running", "completed", "failed"]),
  size: Count,
  progress: Progress,
  models: Count,
  skipped: Count,
  unfitted: Count,
  misnamed: Count,
  problems: Schema.Array(Schema.Struct({ line: Count, reason: Schema.String })),
  shortages: Schema.Array(Shortage),
  errors: Schema.Array(Invalid.Issue),
  createdAt: Timestamp.Instant,
  updatedAt: Timestamp.Instant
}).annotate({ identifier: "SensorUpload" })

/** @since 0.2.0 */
export interface Upload extends Schema.Schema.Type<typeof Upload> {}

/**
 * What someone sends: a file, where it has what, and why.
 *
 * @since 0.2.0
 */
export interface Announcement {
  readonly format: Format
  readonly mapping?: Upload["mapping"] | undefined
  readonly reason?: string | undefined
}

const { sensor, columns } = Readings.documented
const documented: Upload["mapping"] = { sensor, columns }

/**
 * An upload of which nothing has come in yet.
 *
 * Shape: without a mapping, the documented columns are meant.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Upload from "@bedside/core/Upload"
 * import * as DateTime from "effect/DateTime"
 *
 * const id = Upload.UploadId.make("01890a5d-ac96-774b-bcce-b302099a8057")
 * const upload = Upload.announced({ format: "csv" }, { id, actor: "ada", at: DateTime.makeUnsafe(0) })
 * upload.status // => "receiving"
 * upload.mapping.sensor // => "sensorId"
 * ```
 * @since 0.2.0
 */
export const announced = (
  { format, mapping = documented, reason }: Announcement,
  {
    id,
    actor,
    at
  }: {
    readonly id: UploadId
    readonly actor: string
    readonly at: Upload["createdAt"]
  }
): Upload => ({
  id,
  format,
  mapping,
  reason: reason ?? null,
  actor,
  status: "receiving",
  size: 0,
  progress: { bytes: 0, rows: 0, malformed: 0 },
  models: 0,
  skipped: 0,
  unfitted: 0,
  misnamed: 0,
  problems: [],
  shortages: [],
  errors: [],
  createdAt: at,
  updatedAt: at
})

/**
 * A fit of one sensor in one column, to become a version of its model.
 *
 * @since 0.2.0
 */
export interface Fitted {
  readonly key: SensorModel.Key
  readonly weights: Sensor.Weights & { readonly skipped: number }
}

/**
 * What a fit comes to: the models to make, and what could not be fitted.
 *
 * @since 0.2.0
 */
export interface Yield extends Pick<Upload, "skipped" | "unfitted" | "misnamed" | "shortages"> {
  readonly models: ReadonlyArray<Fitted>
}

const mostShortages = 1_000

const isSensorId = Schema.is(SensorModel.SensorId)

/**
 * The models of a fit: one for each sensor and column with values enough.
 *
 * Shape: in the order of the sensors and then of the columns, so equal files yield equal lists.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Frame from "@bedside/core/Frame"
 * import * as Upload from "@bedside/core/Upload"
 *
 * const builder = Frame.builder(["temp"])
 * for (const temp of [10, 5, NaN, 6, 9]) builder.push("pump-1", [temp])
 * builder.push("pump-2", [7])
 * const { models, shortages, skipped } = Upload.yieldOf(Frame.fit(builder.build()))
 * models.map(({ key, weights }) => `${key.sensorId} ${key.column} ${weights.mean}`) // => ["pump-1 temp 7.5"]
 * shortages // => [{ sensorId: "pump-2", column: "temp", needed: 2, got: 1 }]
 * skipped // => 1
 * ```
 * @since 0.2.0
 */
export const yieldOf = (fit: Frame.Fit): Yield => {
  const sensors = fit.sensors.list.filter(isSensorId)
  const models: Array<Fitted> = []
  const shortages: Array<Shortage> = []
  let unfitted = 0
  for (const sensorId of sensors) {
    for (const column of fit.columns.list) {
      const weights = Frame.weights(fit, sensorId, column)
      if (Result.isSuccess(weights))
        models.push({ key: { sensorId, column }, weights: weights.success })
      else if (weights.failure._tag === "TooFewValues") {
        unfitted += 1
        const { needed, got } = weights.failure
        if (shortages.length < mostShortages) shortages.push({ sensorId, column, needed, got })
      }
    }
  }
  const skipped = fit.fits.reduce(
    (sum, of) => sum + of.skipped.reduce((all, each) => all + each, 0),
    0
  )
  return {
    models,
    shortages,
    unfitted,
    misnamed: fit.sensors.list.length - sensors.length,
    skipped
  }
}
