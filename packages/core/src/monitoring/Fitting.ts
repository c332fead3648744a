/**
 * Files of readings fitted: the readers there are, and the workflow that makes a version of the model
 * of every sensor and column in an upload.
 *
 * The guarantee that bites: a fit that is cut off and begun again makes no version twice. Equal files
 * yield equal lists of models, and how many of them are stored is counted in the transaction that
 * stores them.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Invalid from "../input/Invalid.ts"
import type * as Frame from "../sensor/Frame.ts"
import * as Readings from "../sensor/Readings.ts"
import * as SensorModel from "../sensor/SensorModel.ts"
import * as Upload from "../sensor/Upload.ts"
import * as Jobs from "./Jobs.ts"
import * as Ports from "./Ports.ts"

/**
 * The bytes of a file: `read` gives those from `from` up to `to`, which is in the file.
 *
 * @since 0.2.0
 */
export interface Content {
  readonly size: number
  readonly read: (from: number, to: number) => Effect.Effect<Uint8Array>
}

/**
 * A file that is not of its format, or has what no reader here can read: `expected` completes
 * "Expected …".
 *
 * @since 0.2.0
 */
export class Unreadable extends Schema.TaggedError<Unreadable>()("Unreadable", {
  expected: Schema.String
}) {}

/**
 * Reads files of one format and fits every sensor and column on the way, in memory bounded by the
 * number of sensors and not by the file. `advance` is told after every stretch how far it is.
 *
 * @since 0.2.0
 */
export type Reader = (
  content: Content,
  mapping: Readings.Mapping,
  advance: (progress: Upload.Progress) => Effect.Effect<void>
) => Effect.Effect<
  Readings.Report & { readonly fit: Frame.Fit },
  Readings.MissingColumns | Unreadable
>

/**
 * A reader for each format.
 *
 * @since 0.2.0
 */
export class Readers extends Context.Service<
  Readers,
  { readonly [Format in Upload.Format]: Reader }
>()("bedside/Readers") {}

/** What is read at a time. */
const piece = 1_048_576

/** Versions that one transaction makes. */
const stretch = 500

/**
 * Reads a CSV, piece by piece.
 *
 * Shape: as `Readings.fitter` has it.
 *
 * Fails with: `MissingColumns`.
 *
 * @example
 * ```ts
 * import * as Fitting from "@bedside/core/Fitting"
 * import * as Effect from "effect/Effect"
 *
 * const bytes = new TextEncoder().encode("id,t\na,10\na,5\na,oops\n")
 * const content = { size: bytes.length, read: (from: number, to: number) => Effect.succeed(bytes.slice(from, to)) }
 * const read = Fitting.csv(content, { sensor: "id", columns: { temp: "t" } }, () => Effect.void)
 * const { rows, problems } = await Effect.runPromise(read)
 * rows // => 2
 * problems // => [{ line: 4, reason: "number" }]
 * ```
 * @since 0.2.0
 */
export const csv: Reader = Effect.fnUntraced(function* ({ size, read }, mapping, advance) {
  const fitter = Readings.fitter(mapping)
  for (let from = 0; from < size; from += piece) {
    const bytes = yield* read(from, Math.min(from + piece, size))
    fitter.push(bytes)
    const { rows, malformed } = fitter.report()
    yield* advance({ bytes: from + bytes.length, rows, malformed })
  }
  return yield* Effect.fromResult(fitter.flush())
})

const unread: Reader = () =>
  Effect.fail(new Unreadable({ expected: "a CSV, as nothing else is read here" }))

/**
 * Readers for those who bring no library: a CSV is read, and any other format refused.
 *
 * @since 0.2.0
 */
export const layerCsv: Layer.Layer<Readers> = Layer.succeed(Readers, {
  csv,
  parquet: unread,
  arrow: unread
})

const issueOf = (error: Readings.MissingColumns | Unreadable): Invalid.Issue =>
  error._tag === "MissingColumns"
    ? Invalid.issue("mapping", "missing", `a file with the columns ${error.missing.join(", ")}`)
    : Invalid.issue("", "format", error.expected)

/**
 * The workflow that fits an upload.
 *
 * @since 0.2.0
 */
export class Fitting extends Context.Service<Fitting>()("bedside/Fitting", {
  make: Effect.gen(function* () {
    const uploads = yield* Ports.Uploads
    const readers = yield* Readers

    const contentOf = ({ id, size }: Upload.Upload): Content => ({
      size,
      // What was taken in whole stays until the fit has ended.
      read: (from, to) => Effect.orDie(uploads.read(id, from, to))
    })

    const adopt = Effect.fnUntraced(function* (
      { id, actor, reason, models: stored }: Upload.Upload,
      models: ReadonlyArray<Upload.Fitted>
    ) {
      for (let from = stored; from < models.length; from += stretch) {
        const by = { actor, reason: reason ?? undefined, now: yield* DateTime.now }
        const fitted = models.slice(from, from + stretch)
        yield* uploads.adopt(id, { from, fitted }, (lineage, { key, weights }) =>
          SensorModel.adopt(lineage, key, weights, by)
        )
      }
    })

    const fit = Effect.fn("Fitting.fit")(
      function* (id: Upload.UploadId) {
        const upload = yield* uploads.find(id)
        if (upload.status !== "queued" && upload.status !== "running") return
        const advance = (progress: Upload.Progress) => Effect.ignore(uploads.advance(id, progress))
        const read = yield* Effect.result(
          readers[upload.format](contentOf(upload), upload.mapping, advance)
        )
        if (Result.isFailure(read)) {
          return yield* uploads.end(id, { status: "failed", errors: [issueOf(read.failure)] })
        }
        const { rows, malformed, problems } = read.success
        const { models, ...left } = Upload.yieldOf(read.success.fit)
        yield* adopt(upload, models)
        const progress = { bytes: upload.size, rows, malformed }
        yield* uploads.end(id, { status: "completed", progress, problems, ...left })
      },
      Effect.catchTag("NotFound", () => new Jobs.JobRefused({ reason: "no such upload" }))
    )

    return { fit }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
