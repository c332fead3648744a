/**
 * Photos of people as they are kept: decoded, turned upright, stripped of everything but the picture,
 * and encoded again as JPEG.
 *
 * The guarantee that bites: nothing of an upload is stored as it came. A file is a photo only if it
 * decodes completely as JPEG, PNG or WebP; its name and declared type are never looked at. EXIF
 * (place, device, thumbnail), colour profiles and hidden frames do not survive. Sizes are bounded
 * before pixels are decoded, so a small file that unfolds into a huge picture is refused unopened.
 */
import * as Invalid from "@bedside/core/Invalid"
import type * as Patient from "@bedside/core/Patient"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as ByteSize from "effect/ByteSize"
import type * as Multipart from "effect/http/Multipart"
import * as Semaphore from "effect/Semaphore"
import Sharp from "sharp"

/**
 * What may be set: the largest upload in bytes (10 MiB), the largest picture in pixels (50 million)
 * and the longest side of the stored picture in pixels (1,600).
 *
 * @since 0.1.0
 */
export interface Options {
  readonly maxBytes?: number
  readonly maxPixels?: number
  readonly maxSide?: number
}

/**
 * The largest upload in bytes.
 *
 * @since 0.1.0
 */
export const defaultMaxBytes = 10 * 1024 * 1024

const formats = ["jpeg", "png", "webp"] as const

// Checked before sharp sees the bytes, so that only three of its decoders are ever reached.
const isKnown = (bytes: Uint8Array): boolean => {
  const ascii = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))
  return (
    (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) ||
    (bytes[0] === 0x89 && ascii(1, 8) === "PNG\r\n\x1a\n") ||
    (ascii(0, 4) === "RIFF" && ascii(8, 12) === "WEBP")
  )
}

// Two pictures at once in this process: decoding takes memory by the pixel.
const permits = Semaphore.makeUnsafe(2)

const expected = {
  "image-undecodable": "a complete JPEG, PNG or WebP image",
  "image-too-large": "a smaller image",
  "image-animated": "an image with a single frame"
}

type Code = keyof typeof expected

const decode = async (
  bytes: Uint8Array,
  options: Required<Options>
): Promise<Uint8Array | Code> => {
  const header = Sharp(bytes, { limitInputPixels: false })
  const { format, width, height, pages = 1 } = await header.metadata()
  if (!formats.some((it) => it === format)) return "image-undecodable"
  if (pages > 1) return "image-animated"
  if (width * height > options.maxPixels) return "image-too-large"
  return Sharp(bytes, { limitInputPixels: options.maxPixels, failOn: "warning" })
    .autoOrient()
    .resize({
      width: options.maxSide,
      height: options.maxSide,
      fit: "inside",
      withoutEnlargement: true
    })
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .jpeg({ quality: 85 })
    .timeout({ seconds: 20 })
    .toBuffer()
}

/**
 * Makes the photo that is kept of an upload.
 *
 * Units: sizes in bytes and pixels. Shape: the bytes of the file in; an upright JPEG without metadata
 * out, on white where it was transparent, never larger than `maxSide`.
 *
 * Fails with: `Invalid` with one problem at `path`: `image-undecodable` (another format, broken or cut
 * off), `image-too-large` (bytes or pixels), `image-animated` (more than one frame).
 *
 * @example
 * ```ts
 * import * as Photo from "@bedside/http-adapter/Photo"
 * import * as Effect from "effect/Effect"
 *
 * const refused = Effect.flip(Photo.normalise(new TextEncoder().encode("<svg/>"), "photo"))
 * const { issues } = await Effect.runPromise(refused)
 * issues[0]?.code // => "image-undecodable"
 * ```
 * @since 0.1.0
 */
export const normalise = (
  bytes: Uint8Array,
  path: string,
  options: Options = {}
): Effect.Effect<Patient.Photo, Invalid.Invalid> => {
  const limits = {
    maxBytes: options.maxBytes ?? defaultMaxBytes,
    maxPixels: options.maxPixels ?? 50_000_000,
    maxSide: options.maxSide ?? 1_600
  }
  const refuse = (code: Code) =>
    Effect.fail(Invalid.of([Invalid.issue(path, code, expected[code])]))
  if (bytes.length > limits.maxBytes) return refuse("image-too-large")
  if (!isKnown(bytes)) return refuse("image-undecodable")
  return permits
    .withPermit(
      Effect.tryPromise({
        try: () => decode(bytes, limits),
        catch: (): Code => "image-undecodable"
      })
    )
    .pipe(
      Effect.catch((code) => Effect.succeed(code)),
      Effect.flatMap((made) =>
        typeof made === "string"
          ? refuse(made)
          : Effect.succeed({ contentType: "image/jpeg", bytes: new Uint8Array(made) })
      )
    )
}

/**
 * Makes the photo that is kept of a file of a form.
 *
 * Shape: the file as the form was stored, in a temporary place of the request.
 *
 * Fails with: as `normalise`, at the name of the form's field; a larger file is not read.
 *
 * @example
 * ```ts
 * import * as Photo from "@bedside/http-adapter/Photo"
 *
 * Photo.defaultMaxBytes // => 10485760
 * ```
 * @since 0.1.0
 */
export const fromFile = (
  file: Multipart.PersistedFile,
  options: Options = {}
): Effect.Effect<Patient.Photo, Invalid.Invalid, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { size } = yield* Effect.orDie(files.stat(file.path))
    if (ByteSize.toNumberUnsafe(size) > (options.maxBytes ?? defaultMaxBytes)) {
      const code = "image-too-large"
      return yield* Invalid.of([Invalid.issue(file.key, code, expected[code])])
    }
    return yield* normalise(yield* Effect.orDie(files.readFile(file.path)), file.key, options)
  })
