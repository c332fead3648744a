import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import Sharp from "sharp"
import * as Trial from "./trial.ts"

const picture = (side = 30) =>
  Effect.map(
    Effect.promise(() =>
      Sharp({
        create: {
          width: side,
          height: side,
          channels: 3,
          background: "#808080",
          noise: { type: "gaussian", mean: 128, sigma: 60 }
        }
      })
        .png()
        .toBuffer()
    ),
    (bytes) => new Blob([new Uint8Array(bytes)], { type: "image/png" })
  )

const form = (fields: Record<string, string | Blob | ReadonlyArray<Blob>>) => {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) data.append(name, one)
  }
  return data
}

const send = Effect.fnUntraced(function* (body: FormData | string, type?: string) {
  const { fetch } = yield* Trial.serve()
  const answer = yield* fetch("/registrations", {
    method: "POST",
    body,
    headers: type === undefined ? {} : { "content-type": type }
  })
  if (answer.status >= 400) {
    expect(answer.headers.get("content-type")).toBe("application/problem+json")
  }
  const { errors = [] } = JSON.parse(answer.text)
  return [
    answer.status,
    ...errors.map(({ path, code }: Record<string, string>) => `${path}: ${code}`)
  ]
})

describe("a form", () => {
  it.live("is taken with its photo", () =>
    Effect.gen(function* () {
      expect(yield* send(form({ name: "José O'Brien", photo: yield* picture() }))).toEqual([201])
    })
  )

  it.live("gets 422 with every problem of its fields at once", () =>
    Effect.gen(function* () {
      expect(yield* send(form({ name: "x".repeat(30) }))).toEqual([
        422,
        "name: length",
        "photo: missing"
      ])
      const photo = yield* picture()
      expect(yield* send(form({ name: "a", photo: "no file" }))).toEqual([422, "photo: type"])
      expect(yield* send(form({ name: "a", photo: [photo, photo] }))).toEqual([
        422,
        "photo: length"
      ])
    })
  )

  it.live("gets 422 for a file that is no picture, whatever it says of itself", () =>
    Effect.gen(function* () {
      const text = new File(["<script>"], "portrait.png", { type: "image/png" })
      expect(yield* send(form({ name: "a", photo: text }))).toEqual([
        422,
        "photo: image-undecodable"
      ])
    })
  )

  it.live("gets 413 beyond the bounds of a file, a field, the parts and the whole", () =>
    Effect.gen(function* () {
      const small = yield* picture()
      const large = new Blob([new Uint8Array(65 * 1024)])
      const full = new Blob([new Uint8Array(50 * 1024)])
      expect(yield* send(form({ name: "a", photo: large }))).toEqual([413])
      expect(yield* send(form({ name: "a".repeat(2_000), photo: small }))).toEqual([413])
      expect(yield* send(form({ a: small, b: small, c: small, d: small, e: small }))).toEqual([413])
      expect(yield* send(form({ name: "a", photo: [full, full, full] }))).toEqual([413])
    })
  )

  it.live("gets 400 when it cannot be parsed and 415 when it is none", () =>
    Effect.gen(function* () {
      const broken = '--x\r\ncontent-disposition: form-data; name="name"\r\n\r\nAda'
      expect(yield* send(broken, "multipart/form-data; boundary=x")).toEqual([400])
      expect(yield* send("nothing at all", "multipart/form-data; boundary=x")).toEqual([400])
      expect(yield* send("nothing at all", "multipart/form-data")).toEqual([400])
      expect(yield* send("{}", "application/json")).toEqual([415])
    })
  )
})
