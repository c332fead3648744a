import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import Sharp, { type Sharp as Image } from "sharp"
import * as Photo from "../src/Photo.ts"

// Noise, so that no encoder makes the file trivially small.
const picture = (width = 60, height = 40, channels: 3 | 4 = 3) =>
  Sharp({
    create: {
      width,
      height,
      channels,
      background: { r: 200, g: 120, b: 90, alpha: 0.5 },
      noise: { type: "gaussian", mean: 128, sigma: 40 }
    }
  })

const bytesOf = (image: Image) =>
  Effect.map(
    Effect.promise(() => image.toBuffer()),
    (buffer) => new Uint8Array(buffer)
  )

const codes = (bytes: Uint8Array, options?: Photo.Options) =>
  Effect.map(Effect.flip(Photo.normalise(bytes, "photo", options)), ({ issues }) =>
    issues.map((issue) => `${issue.path}: ${issue.code}`)
  )

const kept = (bytes: Uint8Array, options?: Photo.Options) =>
  Effect.gen(function* () {
    const photo = yield* Photo.normalise(bytes, "photo", options)
    const metadata = yield* Effect.promise(() => Sharp(photo.bytes).metadata())
    return { ...photo, metadata }
  })

describe("Photo", () => {
  it.effect("keeps JPEG, PNG and WebP as JPEG", () =>
    Effect.gen(function* () {
      for (const image of [picture().jpeg(), picture().png(), picture().webp()]) {
        const photo = yield* kept(yield* bytesOf(image))
        expect(photo.contentType).toBe("image/jpeg")
        expect([photo.metadata.format, photo.metadata.width, photo.metadata.height]).toEqual([
          "jpeg",
          60,
          40
        ])
      }
    })
  )

  it.effect("removes the place, the device and every other word about the picture", () =>
    Effect.gen(function* () {
      const told = picture()
        .withExif({
          IFD0: { Make: "CAMERA-OF-ADA", Copyright: "Ada" },
          IFD3: { GPSLatitudeRef: "N", GPSLatitude: "51/1 30/1 0/1" }
        })
        .withXmp("<x:xmpmeta xmlns:x='adobe:ns:meta/'>XMP-OF-ADA</x:xmpmeta>")
        .jpeg()
      const bytes = yield* bytesOf(told)
      expect(Buffer.from(bytes).includes("CAMERA-OF-ADA")).toBe(true)
      const photo = yield* kept(bytes)
      expect(Buffer.from(photo.bytes).includes("ADA")).toBe(false)
      expect([photo.metadata.exif, photo.metadata.xmp, photo.metadata.icc]).toEqual([
        undefined,
        undefined,
        undefined
      ])
    })
  )

  it.effect("turns the picture as its orientation says", () =>
    Effect.gen(function* () {
      const sideways = yield* bytesOf(picture(60, 40).jpeg().withMetadata({ orientation: 6 }))
      const { metadata } = yield* kept(sideways)
      expect([metadata.width, metadata.height, metadata.orientation]).toEqual([40, 60, undefined])
    })
  )

  it.effect("puts transparency on white and shrinks what is too long", () =>
    Effect.gen(function* () {
      const clear = Sharp({
        create: { width: 300, height: 100, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } }
      })
      const photo = yield* kept(yield* bytesOf(clear.png()), { maxSide: 150 })
      expect([photo.metadata.width, photo.metadata.height]).toEqual([150, 50])
      const { channels } = yield* Effect.promise(() => Sharp(photo.bytes).stats())
      expect(channels.map((channel) => channel.min)).toEqual([255, 255, 255])
    })
  )

  it.effect("refuses what is empty or not one of the three formats, whatever it contains", () =>
    Effect.gen(function* () {
      const text = (value: string) => new TextEncoder().encode(value)
      const others = [
        new Uint8Array(0),
        new Uint8Array([0xff, 0xd8]),
        new Uint8Array([0xff, 0xd8, 0xff]),
        text("%PDF-1.7"),
        text("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"),
        text("RIFF____WEBPVP8 not really"),
        yield* bytesOf(picture().gif()),
        yield* bytesOf(picture().tiff())
      ]
      for (const bytes of others) {
        expect(yield* codes(bytes)).toEqual(["photo: image-undecodable"])
      }
    })
  )

  it.effect("refuses a file that was cut off, in each of the formats", () =>
    Effect.gen(function* () {
      for (const image of [picture().jpeg(), picture().png(), picture().webp()]) {
        const bytes = yield* bytesOf(image)
        for (const part of [0.2, 0.5, 0.9]) {
          expect(yield* codes(bytes.subarray(0, Math.floor(bytes.length * part)))).toEqual([
            "photo: image-undecodable"
          ])
        }
      }
    })
  )

  it.effect("refuses too many bytes and too many pixels", () =>
    Effect.gen(function* () {
      const bytes = yield* bytesOf(picture(60, 40).png())
      expect(yield* codes(bytes, { maxBytes: bytes.length - 1 })).toEqual([
        "photo: image-too-large"
      ])
      expect(yield* codes(bytes, { maxPixels: 60 * 40 - 1 })).toEqual(["photo: image-too-large"])
      expect((yield* kept(bytes, { maxPixels: 60 * 40, maxBytes: bytes.length })).contentType).toBe(
        "image/jpeg"
      )
    })
  )

  it.effect("refuses a small file that says it is huge without decoding it", () =>
    Effect.gen(function* () {
      const bytes = yield* bytesOf(picture(8, 8).png())
      const view = new DataView(bytes.buffer, bytes.byteOffset)
      view.setUint32(16, 60_000)
      view.setUint32(20, 60_000)
      view.setUint32(29, crc32(bytes.subarray(12, 29)))
      expect(yield* codes(bytes)).toEqual(["photo: image-too-large"])
    })
  )

  it.effect("refuses a moving picture", () =>
    Effect.gen(function* () {
      const frames = yield* Effect.all([picture(), picture()].map((it) => bytesOf(it.png())))
      const moving = yield* bytesOf(Sharp(frames, { join: { animated: true } }).webp())
      expect(yield* codes(moving)).toEqual(["photo: image-animated"])
    })
  )

  it.effect.prop(
    "never dies on bytes that begin like a photo",
    [Schema.Literals(["jpeg", "png", "webp"]), Schema.Uint8Array],
    ([format, rest]) =>
      Effect.gen(function* () {
        const start = {
          jpeg: [0xff, 0xd8, 0xff, 0xe0],
          png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
          webp: [...Buffer.from("RIFF\u0020\u0000\u0000\u0000WEBPVP8 ")]
        }[format]
        const exit = yield* Effect.exit(
          Photo.normalise(new Uint8Array([...start, ...rest]), "photo")
        )
        expect(Exit.isSuccess(exit) || !Exit.hasDies(exit)).toBe(true)
      })
  )
})

const crc32 = (bytes: Uint8Array): number => {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1
  }
  return ~crc >>> 0
}
